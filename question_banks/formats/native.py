"""The native format (docs/bank-format.md): YAML documents to drafts and problems. Pure."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from question_banks import content, interactions, rules, texts
from question_banks.formats.exchange import BankDraft, ItemDraft, Problem, UnitDraft
from question_banks.formats.yaml_lines import Document, Path, read_documents
from question_banks.texts import ANCHOR
from storage.wording import N_

Level = Annotated[str, Field(pattern=r"^(?:[1-4]|pre-A1|[ABC][12])$")]
LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
Texts = dict[LanguageCode, str]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Option(_Document):
    id: str
    text: Texts

    @model_validator(mode="before")
    @classmethod
    def _gather_texts(cls, value: Any) -> Any:
        if not isinstance(value, dict) or "text" in value:
            return value
        return {"id": value.get("id"), "text": {key: text for key, text in value.items() if key != "id"}}


class _Wrong(_Option):
    id: str = ""
    value: str = ""

    @model_validator(mode="before")
    @classmethod
    def _gather_texts(cls, value: Any) -> Any:
        if not isinstance(value, dict) or "text" in value:
            return value
        return {"value": value.get("value"), "text": {key: text for key, text in value.items() if key != "value"}}


class _Choice(_Document):
    type: Literal["choice"]
    id: texts.InteractionId
    prompt: Texts = {}
    options: Annotated[list[_Option], Field(min_length=2, max_length=8)]
    multiple: bool = False
    key: Annotated[list[str], Field(min_length=1)]
    shuffle: bool = True
    scoring: Literal["match", "per_option"] = "match"
    points: Annotated[int, Field(ge=1, le=8)] = 2

    def display(self) -> interactions.Interaction:
        options = tuple(interactions.Option(id=one.id, text=one.text) for one in self.options)
        return interactions.ChoiceInteraction(
            id=self.id, prompt=self.prompt, options=options, multiple=self.multiple, shuffle=self.shuffle
        )

    def rule(self) -> rules.Rule:
        if self.scoring == "per_option":
            return rules.PerOptionRule(key=frozenset(self.key), points=self.points)
        return rules.MatchRule(key=frozenset(self.key))


class _Numeric(_Document):
    type: Literal["numeric"]
    id: texts.InteractionId
    prompt: Texts = {}
    unit: Texts = {}
    key: Decimal
    tolerance: Annotated[Decimal, Field(ge=0)] = Decimal(0)
    wrong: list[_Wrong] = []

    def display(self) -> interactions.Interaction:
        return interactions.NumericInteraction(id=self.id, prompt=self.prompt, unit=self.unit)

    def rule(self) -> rules.Rule:
        return rules.NumberRule(key=self.key, tolerance=self.tolerance)


class _TextEntry(_Document):
    type: Literal["text_entry"]
    id: texts.InteractionId
    prompt: Texts = {}
    accept: Annotated[dict[LanguageCode, Annotated[list[str], Field(min_length=1)]], Field(min_length=1)]
    ignore: list[rules.Ignorable] = []
    edits: Annotated[int, Field(ge=0, le=2)] = 0
    width: Annotated[int, Field(ge=2, le=60)] = 20

    def display(self) -> interactions.Interaction:
        return interactions.TextEntryInteraction(id=self.id, prompt=self.prompt, width=self.width)

    def rule(self) -> rules.Rule:
        accept = {language: tuple(texts) for language, texts in self.accept.items()}
        return rules.TextRule(accept=accept, ignore=frozenset(self.ignore), edits=self.edits)


class _Judgement(_Document):
    type: Literal["judgement"]
    id: texts.InteractionId
    prompt: Texts = {}
    options: Annotated[list[_Option], Field(min_length=3, max_length=6)]
    effectiveness: dict[str, Annotated[float, Field(ge=1, le=4)]]

    def display(self) -> interactions.Interaction:
        options = tuple(interactions.Option(id=one.id, text=one.text) for one in self.options)
        return interactions.JudgementInteraction(id=self.id, prompt=self.prompt, options=options)

    def rule(self) -> rules.Rule:
        return rules.JudgementRule(effectiveness=self.effectiveness)


_Interaction = Annotated[_Choice | _Numeric | _TextEntry | _Judgement, Field(discriminator="type")]


class _Item(_Document):
    item: texts.Code
    competence: texts.Code | None = None
    difficulty: Annotated[float, Field(ge=-6, le=6)]
    discrimination: Annotated[float, Field(gt=0, le=4)] = 1.0
    level: Level
    seconds: Annotated[int, Field(ge=5, le=1800)] = 60
    tags: list[str] = []
    body: Texts = {}
    interactions: Annotated[list[_Interaction], Field(min_length=1, max_length=12)]
    rationale: Texts = {}

    def content(self, bank: "_Bank") -> content.ItemContent:
        return content.ItemContent(
            languages=tuple(bank.languages),
            body=self.body,
            interactions=tuple(one.display() for one in self.interactions),
            rules={one.id: one.rule() for one in self.interactions},
            competence=self.competence or bank.competence,
            level=self.level,
            estimate=content.AuthorEstimate(b=self.difficulty, a=self.discrimination),
            seconds=self.seconds,
            tags=tuple(self.tags),
            rationale=self.rationale,
        )


class _Stimulus(_Document):
    title: Texts = {}
    body: Texts


class _Testlet(_Document):
    testlet: texts.Code
    stimulus: _Stimulus
    items: Annotated[list[_Item], Field(min_length=1, max_length=20)]


class _Bank(_Document):
    bank: texts.Code
    title: Texts
    competence: texts.Code
    languages: Annotated[list[LanguageCode], Field(min_length=1)]
    licence: str = "CC-BY-4.0"


def read_bank(files: Mapping[str, bytes]) -> tuple[BankDraft | None, list[Problem]]:
    """Return the bank that the files hold, and every problem of every file; the draft is None when there is any.

    `bank.yaml` is read first; in a lone file the first document is the bank.
    """
    documents: list[Document] = []
    problems: list[Problem] = []
    for name in sorted(files, key=lambda name: (name != "bank.yaml", name)):
        found, troubles = read_documents(name, files[name])
        documents += found
        problems += troubles
    if problems or not documents:
        first = next(iter(sorted(files)), "bank.yaml")
        return None, problems or [Problem(first, 1, "", N_("The file is empty."))]
    bank = _parse(_Bank, documents[0], problems)
    if bank is None:
        return None, problems
    units = [unit for document in documents[1:] if (unit := _read_unit(document, bank, problems)) is not None]
    _report_repeats(documents[1:], problems)
    if not units and not problems:
        problems.append(Problem(documents[0].file, 1, bank.bank, N_("The bank has no items.")))
    draft = BankDraft(bank.bank, bank.title, bank.competence, tuple(bank.languages), bank.licence, tuple(units))
    return (None if problems else draft), problems


def _read_unit(document: Document, bank: _Bank, problems: list[Problem]) -> UnitDraft | None:
    before = len(problems)
    if isinstance(document.value, dict) and "testlet" in document.value:
        testlet = _parse(_Testlet, document, problems)
        if testlet is None:
            return None
        stimulus = content.StimulusContent(
            languages=tuple(bank.languages), title=testlet.stimulus.title, body=testlet.stimulus.body
        )
        for part in ("title", "body"):
            _check_texts(document, ("stimulus", part), getattr(testlet.stimulus, part), bank, testlet.testlet, problems)
        for index, item in enumerate(testlet.items):
            _check_item(document, ("items", index), item, bank, problems)
        drafts = tuple(ItemDraft(item.item, item.content(bank)) for item in testlet.items)
        return UnitDraft(drafts, testlet.testlet, stimulus) if len(problems) == before else None
    parsed = _parse(_Item, document, problems)
    if parsed is None:
        return None
    _check_item(document, (), parsed, bank, problems)
    return UnitDraft((ItemDraft(parsed.item, parsed.content(bank)),)) if len(problems) == before else None


_SENTENCES = {
    "missing": N_("“{field}” is missing."),
    "extra_forbidden": N_("“{field}” is not a key that we know."),
    "union_tag_invalid": N_("“type” must be choice, numeric, text_entry or judgement."),
    "union_tag_not_found": N_("“type” is missing."),
    "string_type": N_("“{field}” must be text. Put it in quotes."),
    "string_pattern_mismatch": N_("“{field}” has signs that are not allowed there, or is too long."),
    "too_short": N_("“{field}” has too few entries."),
    "too_long": N_("“{field}” has too many entries."),
    "literal_error": N_("“{field}” must be one of: {expected}."),
    "bool_type": N_("“{field}” must be true or false."),
    "greater_than_equal": N_("“{field}” is too small."),
    "greater_than": N_("“{field}” is too small."),
    "less_than_equal": N_("“{field}” is too large."),
}
_OTHERWISE = N_("“{field}” cannot be read.")


def _parse(schema: Any, document: Document, problems: list[Problem]) -> Any:
    try:
        return schema.model_validate(document.value)
    except ValidationError as error:
        where = _name(document.value)
        for detail in error.errors():
            path: Path = detail["loc"]
            named = [part for part in path if isinstance(part, str)]
            values = {"field": named[-1] if named else "", "expected": (detail.get("ctx") or {}).get("expected", "")}
            message = _SENTENCES.get(detail["type"], _OTHERWISE)
            problems.append(Problem(document.file, document.line(path), where, message, values))
        return None


def _name(value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    return str(next((value[key] for key in ("item", "testlet", "bank") if key in value), ""))


def _check_item(document: Document, path: Path, item: _Item, bank: _Bank, problems: list[Problem]) -> None:
    def report(at: Path, message: str, **values: Any) -> None:
        problems.append(Problem(document.file, document.line((*path, *at)), item.item, message, values))

    _check_texts(document, (*path, "body"), item.body, bank, item.item, problems)
    ids = [interaction.id for interaction in item.interactions]
    for repeated in {one for one in ids if ids.count(one) > 1}:
        report(("interactions",), N_("The interaction id “{id}” is used twice."), id=repeated)
    for language, text in item.body.items():
        unknown = set(ANCHOR.findall(text)) - set(ids)
        if unknown:
            report(("body", language), N_("{{{{{id}}}}} in the text names no interaction."), id=min(unknown))
    if len({tuple(sorted(ANCHOR.findall(text))) for text in item.body.values()}) > 1:
        report(("body",), N_("The languages do not have the same gaps in the text."))
    for index, interaction in enumerate(item.interactions):
        at = ("interactions", index)
        for part, texts in _texts_of(interaction):
            _check_texts(document, (*path, *at, *part), texts, bank, item.item, problems)
        for field, message, values in _faults(interaction, bank):
            report((*at, field), message, **values)
    if not any(item.body.values()) and not any(any(one.prompt.values()) for one in item.interactions):
        report((), N_("The item asks nothing: it has no text and no prompt."))


def _texts_of(interaction: Any) -> Iterator[tuple[Path, dict[str, str]]]:
    yield ("prompt",), interaction.prompt
    for index, option in enumerate(getattr(interaction, "options", ())):
        yield ("options", index), option.text
    if isinstance(interaction, _Numeric):
        yield ("unit",), interaction.unit


def _faults(interaction: Any, bank: _Bank) -> Iterator[tuple[str, str, dict[str, Any]]]:
    options = [option.id for option in getattr(interaction, "options", ())]
    for repeated in sorted({one for one in options if options.count(one) > 1}):
        yield "options", N_("The option id “{id}” is used twice."), {"id": repeated}
    if isinstance(interaction, _Choice):
        for unknown in sorted(set(interaction.key) - set(options)):
            yield "key", N_("The key “{id}” names no option."), {"id": unknown}
        if len(interaction.key) > 1 and not interaction.multiple:
            yield "key", N_("A single choice has one key. Write “multiple: true” if several are right."), {}
    if isinstance(interaction, _Judgement):
        values = list(interaction.effectiveness.values())
        if set(interaction.effectiveness) != set(options):
            yield "effectiveness", N_("Each option needs one effectiveness, and nothing else has one."), {}
        elif values.count(max(values)) > 1 or values.count(min(values)) > 1:
            yield "effectiveness", N_("One option must be the best and one the worst."), {}
    if isinstance(interaction, _TextEntry):
        for language in sorted(set(bank.languages) - set(interaction.accept)):
            yield "accept", N_("There is no accepted text in “{language}”."), {"language": language}


def _check_texts(
    document: Document, path: Path, texts: dict[str, str], bank: _Bank, where: str, problems: list[Problem]
) -> None:
    """Report the languages of the bank that lack a text, and languages that the bank does not have."""
    if not any(text.strip() for text in texts.values()):
        return
    field = str(next((part for part in reversed(path) if isinstance(part, str)), ""))
    for language in bank.languages:
        if not texts.get(language, "").strip():
            message = N_("“{field}” has no text in “{language}”.")
            problems.append(
                Problem(document.file, document.line(path), where, message, {"field": field, "language": language})
            )
    for language in sorted(set(texts) - set(bank.languages)):
        message = N_("“{field}” has a text in “{language}”, which is not a language of this bank.")
        problems.append(
            Problem(document.file, document.line(path), where, message, {"field": field, "language": language})
        )


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
