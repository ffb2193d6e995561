"""Documents of media, items, testlets and banks. Pure."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from question_banks import content, texts
from question_banks.content import MediaFile
from question_banks.formats.documents.interactions import AnyInteraction
from question_banks.formats.documents.parts import Document, Texts
from question_banks.texts import ANY, LanguageCode
from storage.wording import N_

Level = Annotated[str, Field(pattern=r"^(?:[1-4]|pre-A1|[ABC][12])$")]
Languages = Annotated[list[LanguageCode], Field(min_length=1, max_length=20)]
FilePath = Annotated[str, Field(min_length=1, max_length=300)]


class MediaDocument(Document):
    """A picture or recording: `file` for every language, or `files` with one a language; paths as in the bank's folder."""

    id: texts.InteractionId
    kind: Literal["image", "audio", "video"]
    file: FilePath | None = None
    files: Annotated[dict[LanguageCode, FilePath], Field(max_length=20)] = {}
    alt: Texts = {}
    decorative: bool = False
    transcript: Texts = {}
    shows_transcript: bool = True
    play_limit: Annotated[int, Field(ge=1, le=10)] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.file and ANY in self.files:
            raise PydanticCustomError("area", N_("“file” and “any” of “files” say the same. Keep one of them."))
        return self

    @property
    def paths(self) -> dict[str, str]:
        """The path of the file, by language or for any."""
        return ({ANY: self.file} if self.file else {}) | self.files

    def media(self, found: Mapping[str, MediaFile]) -> content.Media:
        """Return the medium, with those of its files that were found by path."""
        return content.Media(
            id=self.id,
            kind=self.kind,
            files={language: found[path] for language, path in self.paths.items() if path in found},
            alt=self.alt,
            transcript=self.transcript,
            shows_transcript=self.shows_transcript,
            decorative=self.decorative,
            play_limit=self.play_limit,
        )


MediaDocuments = Annotated[list[MediaDocument], Field(max_length=20)]


class ItemDocument(Document):
    """One item. `languages` are those it is complete in, where they are not all of the bank's."""

    item: texts.Code
    competence: texts.Code | None = None
    languages: Languages | None = None
    difficulty: Annotated[float, Field(ge=-6, le=6)]
    discrimination: Annotated[float, Field(gt=0, le=4)] = 1.0
    level: Level
    seconds: Annotated[int, Field(ge=5, le=1800)] = 60
    tags: Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=40)] = []
    media: MediaDocuments = []
    body: Texts = {}
    interactions: Annotated[list[AnyInteraction], Field(max_length=40)]
    rationale: Texts = {}
    can_do: Texts = {}

    def content(self, bank: "BankDocument", found: Mapping[str, MediaFile]) -> content.ItemContent:
        """Return the item as it is shown and marked."""
        return content.ItemContent(
            languages=tuple(self.languages or bank.languages),
            body=self.body,
            media=tuple(one.media(found) for one in self.media),
            interactions=tuple(one.display() for one in self.interactions),
            rules={one.id: one.rule() for one in self.interactions},
            competence=self.competence or bank.competence,
            level=self.level,
            estimate=content.AuthorEstimate(b=self.difficulty, a=self.discrimination),
            seconds=self.seconds,
            tags=tuple(self.tags),
            rationale=self.rationale,
            can_do=self.can_do,
        )


class StimulusDocument(Document):
    """Shared material."""

    title: Texts = {}
    media: MediaDocuments = []
    body: Texts = {}

    def content(self, languages: Sequence[str], found: Mapping[str, MediaFile]) -> content.StimulusContent:
        """Return the material as it is shown."""
        media = tuple(one.media(found) for one in self.media)
        return content.StimulusContent(languages=tuple(languages), title=self.title, body=self.body, media=media)


class TestletDocument(Document):
    """Shared material and the items that hang on it. `languages` are those of the material, where they are not all of the bank's."""

    testlet: texts.Code
    languages: Languages | None = None
    stimulus: StimulusDocument
    items: Annotated[list[ItemDocument], Field(min_length=1, max_length=60)]


class BankDocument(Document):
    """What a bank says of itself."""

    bank: texts.Code
    title: Texts
    competence: texts.Code
    languages: Languages
    licence: Annotated[str, Field(max_length=200)] = "CC-BY-4.0"
