"""What a candidate may give back to an item, and how a form sends it. Pure.

`given` maps an interaction's id to its value; one that was left empty is absent. Field names begin with `given.<id>`.

| interaction | form fields | value |
|---|---|---|
| choice, hotspot, hottext | `given.r1`, repeated when `multiple` | sorted ids `["a"]` |
| text_entry, numeric, extended_text | `given.r1` | the text |
| upload, spoken | a file; `given.r1.kept`: the digest of what was sent before | `digest`, `type`, `name`, `size`, `seconds` |
| order | `given.r1.<option>`: its place from 1 | ids in order |
| match | `given.r1.<row>`: option ids | `[["row", "option"], ...]` in row order |
| associate | `given.r1.<k>.first`, `given.r1.<k>.second` | pairs, each sorted, and sorted |
| gap_match | `given.r1.<gap>`: an option id | `[["gap", "option"], ...]` in gap order |
| select_point | `given.r1`: `x y` in pixels, repeated | `["x y", ...]` |
| slider | `given.r1`; `given.r1.unknown`: `yes` | `"7"`; None for "I do not know" |
| judgement | `given.r1.most`, `given.r1.least`, or `given.r1.<option>`: rank or rating | the same by part |
| c_test | `given.r1.<gap>` | the text by gap |
"""

from collections.abc import Mapping, Sequence

from question_banks.content import ItemContent, MediaFile
from question_banks.errors import InvalidResponseError
from question_banks.interactions import (
    AssociateInteraction,
    Interaction,
    OrderInteraction,
    SpokenInteraction,
    UploadInteraction,
)
from question_banks.quantities import count_words, parse_number, parse_quantity
from question_banks.reading import (
    LONG_TEXT_LIMIT,
    TEXT_LIMIT,
    Parts,
    does_not_know,
    field_parts,
    read_file,
    read_value,
)
from storage.wording import N_

__all__ = [
    "LONG_TEXT_LIMIT",
    "PREFIX",
    "TEXT_LIMIT",
    "Fields",
    "Given",
    "Value",
    "count_words",
    "field_names",
    "fields_of",
    "is_complete",
    "parse_number",
    "parse_quantity",
    "read_response",
]

Value = list[str] | list[list[str]] | str | dict[str, str] | None
Given = dict[str, Value]
Fields = Mapping[str, Sequence[str]]

PREFIX = "given."


def read_response(
    content: ItemContent, fields: Fields, *, files: Mapping[str, MediaFile] | None = None
) -> tuple[Given, dict[str, InvalidResponseError]]:
    """Return what was given, and the problems by interaction id; a field that the item does not have is a problem too.

    `files` holds, by interaction id, what was sent with this form or is kept from an earlier one: whether a digest is one of this
    sitting's is for the caller to say, and so is what a file may weigh. What is empty is neither given nor a problem: whether an
    answer is needed is for the caller to say, too.
    """
    given: Given = {}
    problems: dict[str, InvalidResponseError] = {}
    for interaction in content.interactions:
        parts = _parts(interaction, fields)
        try:
            value: Value = _read(interaction, parts, files or {})
            if value is not None or does_not_know(interaction, parts):
                given[interaction.id] = value
        except InvalidResponseError as problem:
            problems[interaction.id] = problem
    known = {name for interaction in content.interactions for name in field_names(interaction)}
    if any(name.startswith(PREFIX) and name not in known for name in fields):
        problems[""] = InvalidResponseError(
            N_("This answer does not belong to this question. Open the question again.")
        )
    return given, problems


def field_names(interaction: Interaction) -> tuple[str, ...]:
    """Return the names of the form fields of an interaction."""
    return tuple(_name(interaction, part) for part in field_parts(interaction))


def fields_of(given: Given, content: ItemContent) -> dict[str, list[str]]:
    """Return the form fields that `read_response` reads as `given`; of a file, the digest of what is kept."""
    return {
        _name(interaction, part): values
        for interaction in content.interactions
        if interaction.id in given
        for part, values in _written(interaction, given[interaction.id]).items()
    }


def is_complete(content: ItemContent, given: Given) -> bool:
    """Tell whether each interaction has a value."""
    return all(interaction.id in given for interaction in content.interactions)


def _name(interaction: Interaction, part: str) -> str:
    return f"{PREFIX}{interaction.id}.{part}" if part else PREFIX + interaction.id


def _parts(interaction: Interaction, fields: Fields) -> Parts:
    return {part: fields.get(_name(interaction, part), ()) for part in field_parts(interaction)}


def _read(interaction: Interaction, parts: Parts, files: Mapping[str, MediaFile]) -> Value:
    if isinstance(interaction, UploadInteraction | SpokenInteraction):
        file = files.get(interaction.id)
        return read_file(interaction, file) if file else None
    value: Value = read_value(interaction, parts)
    return value


def _written(interaction: Interaction, value: Value) -> dict[str, list[str]]:
    if value is None:
        return {"unknown": ["yes"]}
    if isinstance(value, str):
        return {"": [value]}
    if isinstance(value, dict):
        is_file = isinstance(interaction, UploadInteraction | SpokenInteraction)
        return {"kept": [value["digest"]]} if is_file else {part: [text] for part, text in value.items()}
    return _written_list(interaction, value)


def _written_list(interaction: Interaction, value: list[str] | list[list[str]]) -> dict[str, list[str]]:
    pairs = [one for one in value if not isinstance(one, str)]
    if isinstance(interaction, OrderInteraction):
        return {str(option): [str(place)] for place, option in enumerate(value, 1)}
    if isinstance(interaction, AssociateInteraction):
        ends = ("first", "second")
        return {f"{k}.{end}": [one] for k, pair in enumerate(pairs, 1) for end, one in zip(ends, pair, strict=True)}
    if not pairs:
        return {"": [one for one in value if isinstance(one, str)]}
    placed: dict[str, list[str]] = {}
    for place, option in pairs:
        placed.setdefault(place, []).append(option)
    return placed
