"""The native format (docs/bank-format.md): the files of a bank to a draft and problems. Pure.

The shapes of documents stand in `documents`; what an item needs is said by `question_banks.integrity`, and gets its line here.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from question_banks import integrity
from question_banks.content import ItemContent, MediaFile, StimulusContent
from question_banks.elements import list_elements
from question_banks.errors import BankError
from question_banks.findings import Finding
from question_banks.formats.documents.interactions import dump
from question_banks.formats.documents.items import BankDocument, ItemDocument, MediaDocument, TestletDocument
from question_banks.formats.documents.parts import InteractionDocument
from question_banks.formats.documents.problems import shape_problems
from question_banks.formats.exchange import BankDraft, Blobs, ItemDraft, Problem, UnitDraft
from question_banks.formats.yaml_lines import Document, Path, read_documents
from question_banks.media import inspect_media
from question_banks.texts import ANY
from storage.wording import N_

DOCUMENT_SUFFIXES = (".yaml", ".yml")
MEDIA_SUFFIXES = (
    ".png", ".jpg", ".jpeg", ".webp", ".gif", ".mp3", ".m4a", ".aac", ".ogg", ".opus", ".oga", ".wav", ".webm", ".mp4",
)  # fmt: skip
"""What a bank's folder can hold beside its documents; what a file really is, its bytes say."""

# Keys that say nothing of their own, so that they are not missed when they are not written back.
_WORDLESS = {"gaps", "accept", "wrong"}
Shape = TypeVar("Shape", bound=BaseModel)


def read_bank(files: Mapping[str, bytes]) -> tuple[BankDraft | None, list[Problem]]:
    """Return the bank that the files hold, and every problem of every file; the draft is None when there is any.

    `files` are all files of its folder by their path in it, media too; a file that stands beside `bank.yaml` is found without its folder. `bank.yaml` is read first; in a lone file the first document is
    the bank.
    """
    documents: list[Document] = []
    problems: list[Problem] = []
    named = _documents_of(files)
    for name in named:
        found, troubles = read_documents(name, files[name])
        documents += found
        problems += troubles
    if problems or not documents:
        return None, problems or [Problem(next(iter(named), "bank.yaml"), 1, "", N_("The file is empty."))]
    bank = _parse(BankDocument, documents[0], problems)
    if bank is None:
        return None, problems
    reader = _Reader(bank, files, problems)
    units = [unit for document in documents[1:] if (unit := reader.read_unit(document)) is not None]
    _report_repeats(documents[1:], problems)
    if not units and not problems:
        problems.append(Problem(documents[0].file, 1, bank.bank, N_("The bank has no items.")))
    draft = BankDraft(
        bank.bank, bank.title, bank.competence, tuple(bank.languages), bank.licence, tuple(units), reader.blobs
    )
    return (None if problems else draft), problems


def is_of_a_bank(name: str) -> bool:
    """Tell whether a file of that name can belong to a bank: a document, a picture, a recording."""
    return name.lower().endswith((*DOCUMENT_SUFFIXES, *MEDIA_SUFFIXES))


def _documents_of(files: Mapping[str, bytes]) -> list[str]:
    """Return the names of the documents, `bank.yaml` first; a lone file is a document whatever its name."""
    named = [name for name in files if name.lower().endswith(DOCUMENT_SUFFIXES)]
    named = named or [name for name in files if not name.lower().endswith(MEDIA_SUFFIXES)] or list(files)
    return sorted(named, key=lambda name: (PurePosixPath(name).name != "bank.yaml", name))


class _Reader:
    """Reads the units of one bank; collects problems, and the media that its items name."""

    def __init__(self, bank: BankDocument, files: Mapping[str, bytes], problems: list[Problem]) -> None:
        self.bank = bank
        self.files = {normpath(name): data for name, data in files.items()}
        self.problems = problems
        self.blobs: Blobs = {}
        self.found: dict[str, MediaFile] = {}
        self.refused: dict[str, tuple[str, dict[str, Any]]] = {}

    def read_unit(self, document: Document) -> UnitDraft | None:
        before = len(self.problems)
        testlet, stimulus = "", None
        if isinstance(document.value, dict) and "testlet" in document.value:
            parsed = _parse(TestletDocument, document, self.problems)
            if parsed is None:
                return None
            testlet, stimulus = parsed.testlet, self._read_stimulus(parsed, document)
            drafts = [self._read_item(one, document, ("items", at)) for at, one in enumerate(parsed.items)]
        else:
            lone = _parse(ItemDocument, document, self.problems)
            if lone is None:
                return None
            drafts = [self._read_item(lone, document, ())]
        return UnitDraft(tuple(drafts), testlet, stimulus) if len(self.problems) == before else None

    def _read_stimulus(self, testlet: TestletDocument, document: Document) -> StimulusContent:
        at: Path = ("stimulus",)
        place = _Place(document, at, testlet.testlet, self.problems)
        self._check_own_languages(place, (), testlet.languages or ())
        unread = self._read_media(testlet.stimulus.media, place)
        content = testlet.stimulus.content(testlet.languages or self.bank.languages, self.found)
        self._report(place, content, integrity.check_stimulus(content, content.languages), unread)
        return content

    def _read_item(self, item: ItemDocument, document: Document, at: Path) -> ItemDraft:
        place = _Place(document, at, item.item, self.problems)
        self._check_own_languages(place, ("languages",), item.languages or ())
        unread = self._read_media(item.media, place)
        content = item.content(self.bank, self.found)
        self._report(place, content, integrity.check(content, content.languages), unread)
        for index, interaction in enumerate(item.interactions):
            for key in _unused(interaction):
                place.report(
                    ("interactions", index, key), N_("“{field}” has no use with this kind of scoring."), field=key
                )
        return ItemDraft(item.item, content)

    def _read_media(self, media: Iterable[MediaDocument], place: "_Place") -> set[str]:
        """Look at the files that are named; return the ids of media of which one could not be read."""
        unread = set()
        for index, medium in enumerate(media):
            for language, path in medium.paths.items():
                at: Path = (
                    ("media", index, "file") if language == ANY and medium.file else ("media", index, "files", language)
                )
                if language not in (ANY, *self.bank.languages):
                    message = N_("“{field}” has a text in “{language}”, which is not a language of this bank.")
                    place.report(at, message, field="files", language=language)
                if trouble := self._inspect(path):
                    unread.add(medium.id)
                    place.report(at, trouble[0], **trouble[1])
        return unread

    def _inspect(self, path: str) -> tuple[str, dict[str, Any]] | None:
        if path in self.found or path in self.refused:
            return self.refused.get(path)
        # A browser sends chosen files without their folder.
        data = self.files.get(normpath(path), self.files.get(PurePosixPath(path).name))
        if data is None:
            self.refused[path] = N_("There is no file “{name}” beside the questions."), {"name": path}
            return self.refused[path]
        try:
            file, kept = inspect_media(path, data)
        except BankError as refusal:
            self.refused[path] = refusal.message, refusal.values
        else:
            self.found[path] = file
            self.blobs[file.digest] = (file, kept)
        return self.refused.get(path)

    def _check_own_languages(self, place: "_Place", at: Path, languages: Iterable[str]) -> None:
        for language in sorted(set(languages) - set(self.bank.languages)):
            place.report(at, N_("“{language}” is not a language of this bank."), language=language)

    def _report(
        self, place: "_Place", content: ItemContent | StimulusContent, findings: Iterable[Finding], unread: set[str]
    ) -> None:
        for finding in findings:
            # That a file could not be read is said already.
            if finding.code != "medium_no_file" or finding.element not in unread:
                place.report(place.path_of(finding.element, finding.language), finding.message, **finding.values)
        for element in list_elements(content):
            # What a solver can do is read by companies, in their language, whatever the language of the questions.
            allowed = set(element.texts) if element.path == "can_do" else set(self.bank.languages)
            for language in sorted(set(element.texts) - allowed):
                place.report(
                    place.path_of(element.path, language),
                    N_("“{field}” has a text in “{language}”, which is not a language of this bank."),
                    field=element.path.split(".")[1] if "." in element.path else element.path,
                    language=language,
                )


class _Place:
    """An item or a stimulus in a document: turns paths of elements into lines."""

    def __init__(self, document: Document, at: Path, where: str, problems: list[Problem]) -> None:
        self.document, self.at, self.where, self.problems = document, at, where, problems
        self.value: Any = document.value
        for part in at:
            self.value = self.value[part]

    def report(self, path: Path, message: str, **values: Any) -> None:
        line = self.document.line((*self.at, *path))
        self.problems.append(Problem(self.document.file, line, self.where, message, values))

    def path_of(self, element: str, language: str) -> Path:
        """Return where an element stands in the document, as near as can be said."""
        path, value = list[str | int](), self.value
        parts = element.split(".") if element else []
        for list_name in ("interactions", "media"):
            records = value.get(list_name) or []
            index = _index_of(records, parts[0]) if parts else None
            if index is not None:
                path, value, parts = [list_name, index], records[index], parts[1:]
                break
        for part in [*parts, *([language] if language else [])]:
            index = _index_of(value, part) if isinstance(value, list) else None
            step: str | int = part if index is None else index
            if index is None and not (isinstance(value, dict) and part in value):
                continue
            path.append(step)
            value = value[step]
        return tuple(path)


def _index_of(records: Any, name: str) -> int | None:
    return next((at for at, one in enumerate(records) if isinstance(one, dict) and one.get("id") == name), None)


def _unused(interaction: InteractionDocument) -> Iterator[str]:
    """Yield the keys that say something which neither the display nor the rule keeps."""
    display, rule = interaction.display(), interaction.rule()
    written = dump(type(interaction).of(display, rule), ())
    yield from sorted(set(dump(interaction, ())) - set(written) - _WORDLESS)


def _parse(schema: type[Shape], document: Document, problems: list[Problem]) -> Shape | None:
    try:
        return schema.model_validate(document.value)
    except ValidationError as error:
        where = _name(document.value)
        problems.extend(
            Problem(document.file, document.line(one.path), where, one.message, one.values)
            for one in shape_problems(error)
        )
        return None


def _name(value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    return str(next((value[key] for key in ("item", "testlet", "bank") if key in value), ""))


def _report_repeats(documents: list[Document], problems: list[Problem]) -> None:
    seen: set[str] = set()
    for document in documents:
        if not isinstance(document.value, dict):
            continue
        parts = document.value.get("items") if "testlet" in document.value else None
        named = [*(parts if isinstance(parts, list) else []), document.value]
        for name in (_name(one) for one in named):
            if name and name in seen:
                problems.append(
                    Problem(document.file, document.line(()), name, N_("The id “{id}” is used twice."), {"id": name})
                )
            seen.add(name)
