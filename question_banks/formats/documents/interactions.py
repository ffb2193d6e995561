"""Every interaction as a document: read into display and rule, and written from them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from question_banks.formats.documents import arranging, choosing, writing
from question_banks.formats.documents.parts import InteractionDocument
from question_banks.interactions import Interaction
from question_banks.rules import Rule

AnyInteraction = Annotated[
    choosing.ChoiceDocument
    | choosing.HotspotDocument
    | choosing.HottextDocument
    | choosing.SelectPointDocument
    | writing.TextEntryDocument
    | writing.NumericDocument
    | writing.SliderDocument
    | writing.ExtendedTextDocument
    | writing.UploadDocument
    | writing.SpokenDocument
    | writing.CTestDocument
    | arranging.OrderDocument
    | arranging.MatchDocument
    | arranging.AssociateDocument
    | arranging.GapMatchDocument
    | arranging.JudgementDocument,
    Field(discriminator="type"),
]

DOCUMENTS: dict[str, type[InteractionDocument]] = {
    "choice": choosing.ChoiceDocument,
    "text_entry": writing.TextEntryDocument,
    "numeric": writing.NumericDocument,
    "extended_text": writing.ExtendedTextDocument,
    "upload": writing.UploadDocument,
    "spoken": writing.SpokenDocument,
    "order": arranging.OrderDocument,
    "match": arranging.MatchDocument,
    "associate": arranging.AssociateDocument,
    "gap_match": arranging.GapMatchDocument,
    "hotspot": choosing.HotspotDocument,
    "select_point": choosing.SelectPointDocument,
    "hottext": choosing.HottextDocument,
    "slider": writing.SliderDocument,
    "judgement": arranging.JudgementDocument,
    "c_test": writing.CTestDocument,
}
"""The document of each type of interaction."""

# The order in which keys are written, whatever the interaction: first how it looks, then what it says, then what is right.
KEY_ORDER = (
    "id", "type", "mode", "look", "multiple", "reuse", "takes_unit", "pairs", "places", "columns", "minimum_words",
    "maximum_words", "seconds", "low", "high", "step", "steps", "prompt", "passage", "image", "rows", "gaps", "options",
    "low_label", "high_label", "unit", "width", "areas", "key", "effectiveness", "accept", "also", "ignore", "edits",
    "tolerance", "compare", "units", "wrong", "scoring", "points", "errors", "values", "default", "lower", "upper",
    "shuffle", "criteria",
)  # fmt: skip

_ADAPTER: TypeAdapter[InteractionDocument] = TypeAdapter(AnyInteraction)


def read_interaction(document: Mapping[str, Any]) -> tuple[Interaction, Rule]:
    """Return what a candidate sees and how it is marked; raises pydantic's ValidationError for a shape that is wrong.

    What is unfinished is read as it is: `integrity` says what is missing. `problems.shape_problems` puts the error in words.
    """
    parsed = _ADAPTER.validate_python(dict(document))
    return parsed.display(), parsed.rule()


def write_interaction(interaction: Interaction, rule: Rule, *, languages: Sequence[str]) -> dict[str, Any]:
    """Return the document that reads as exactly these two: plain values in a stable order, nothing that is a default.

    `languages` says in which order texts stand; texts in others follow. Raises InvalidContentError when the rule is none of those that
    the interaction can have.
    """
    kind = DOCUMENTS[interaction.type]
    return dump(kind.of(interaction, rule), languages)


def empty_rule(interaction: Interaction) -> Rule:
    """Return the usual rule of an interaction, without a key: what a new one starts with."""
    return DOCUMENTS[interaction.type].model_construct(id=interaction.id, type=interaction.type).rule()


def dump(document: InteractionDocument, languages: Sequence[str]) -> dict[str, Any]:
    """Return a document as plain values in the order of `KEY_ORDER`, without what is a default."""
    values = document.model_dump(exclude_defaults=True, warnings=False)
    record = {key: values[key] for key in KEY_ORDER if key in values}
    kept: dict[str, Any] = ordered_texts(record, languages)
    return kept


def ordered_texts(value: Any, languages: Iterable[str]) -> Any:
    """Return plain values with the keys that are languages in that order, behind the other keys of their record."""
    places = {language: place for place, language in enumerate(languages)}
    if isinstance(value, dict):
        texts = sorted((key for key in value if key in places), key=lambda key: places[key])
        if texts and all(isinstance(value[key], str) for key in texts):
            others = {key: part for key, part in value.items() if key not in places}
            # A record (`{id: a, fr: …}`) begins with its own keys; plain texts with the first language.
            front = {key: others.pop(key) for key in KEY_ORDER if key in others}
            value = front | {key: value[key] for key in texts} | others
        return {key: ordered_texts(part, languages) for key, part in value.items()}
    return [ordered_texts(part, languages) for part in value] if isinstance(value, list) else value
