"""One item as it is shown and marked, and the shared material that items hang on. Pure.

Display and key are two unions (`interactions`, `rules`): a page gets interactions, marking gets rules, and nothing that a candidate
sees holds a key. The language is inside the item: the same ids, keys and statistics for French and Dutch.
"""

from typing import Annotated, Literal

from pydantic import Field

from question_banks.interactions import Interaction
from question_banks.rules import Rule
from question_banks.texts import ANCHOR, ANY, InteractionId, Texts
from storage.tables import Frozen

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class MediaFile(Frozen):
    """A stored file, by the SHA-256 of its bytes. `width` and `height` in pixels, `seconds` of sound; 0 where there is none."""

    digest: Digest
    type: str
    name: str = ""
    size: int = 0
    width: int = 0
    height: int = 0
    seconds: float = 0


class Media(Frozen):
    """A picture or recording of an item: a file a language, or one for `any`; and its words for who cannot see or hear it.

    `play_limit` is how often a candidate may hear it; None is no limit. `decorative` pictures need no alt text.
    """

    id: InteractionId
    kind: Literal["image", "audio", "video"]
    files: dict[str, MediaFile] = {}
    alt: Texts = {}
    transcript: Texts = {}
    shows_transcript: bool = True
    decorative: bool = False
    play_limit: Annotated[int, Field(ge=1, le=10)] | None = None

    def file_in(self, language: str) -> MediaFile | None:
        """Return the file for that language, else the one for any; None when there is neither."""
        return self.files.get(language) or self.files.get(ANY)


class AuthorEstimate(Frozen):
    """What the authors expect of an item before anyone has sat it: provisional item parameters, in logits."""

    b: Annotated[float, Field(ge=-6, le=6)] = 0.0
    a: Annotated[float, Field(gt=0, le=4)] = 1.0


class ItemContent(Frozen):
    """One composite item: a body per language and a list of interactions, each with its rule.

    `languages` are those it is complete in, once it is published. A medium that no text anchors (`{{m1}}`) and no interaction
    uses stands before the body.
    """

    languages: tuple[str, ...]
    body: Texts = {}
    media: tuple[Media, ...] = ()
    interactions: tuple[Interaction, ...] = ()
    rules: dict[str, Rule] = {}
    competence: str = ""
    level: str = ""
    estimate: AuthorEstimate = AuthorEstimate()
    seconds: int = 60
    tags: tuple[str, ...] = ()
    rationale: Texts = {}
    can_do: Texts = {}
    """What who solves this can do, in the words of the authors: an infinitive."""

    def interaction(self, interaction_id: str) -> Interaction | None:
        """Return the interaction of that id, or None."""
        return next((one for one in self.interactions if one.id == interaction_id), None)

    def medium(self, medium_id: str) -> Media | None:
        """Return the medium of that id, or None."""
        return next((one for one in self.media if one.id == medium_id), None)

    @property
    def anchored(self) -> frozenset[str]:
        """The ids of the interactions and media that stand inside the body."""
        return frozenset(ANCHOR.findall(next(iter(self.body.values()), "")))


class StimulusContent(Frozen):
    """Shared material that several items hang on: a text, pictures, recordings."""

    languages: tuple[str, ...]
    title: Texts = {}
    body: Texts = {}
    media: tuple[Media, ...] = ()

    def medium(self, medium_id: str) -> Media | None:
        """Return the medium of that id, or None."""
        return next((one for one in self.media if one.id == medium_id), None)
