"""What a candidate may give back to an item. Pure.

`given` maps an interaction's id to its value: choice `["a"]`, numeric and text entry the raw text, judgement
`{"most": "a", "least": "c"}`. An interaction that was left empty is absent.

In a form the fields are `given.<id>`, and for a judgement `given.<id>.most` and `given.<id>.least`.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from question_banks.content import ItemContent
from question_banks.errors import InvalidResponseError
from question_banks.interactions import ChoiceInteraction, Interaction, JudgementInteraction, NumericInteraction, Option
from storage.wording import N_

Value = list[str] | str | dict[str, str]
Given = dict[str, Value]
Fields = Mapping[str, Sequence[str]]

PREFIX = "given."
TEXT_LIMIT = 200
NUMBER = re.compile(r"^[+-]?\d{1,12}(?:\.\d{1,6})?$")


def read_response(content: ItemContent, fields: Fields) -> tuple[Given, dict[str, InvalidResponseError]]:
    """Return what was given, and the problems by interaction id; a field that the item does not have is a problem too.

    What is empty is neither: whether an answer is needed is for the caller to say.
    """
    given: Given = {}
    problems: dict[str, InvalidResponseError] = {}
    for interaction in content.interactions:
        try:
            value = _read(interaction, fields)
        except InvalidResponseError as problem:
            problems[interaction.id] = problem
        else:
            if value is not None:
                given[interaction.id] = value
    known = {name for interaction in content.interactions for name in field_names(interaction)}
    if any(name.startswith(PREFIX) and name not in known for name in fields):
        problems[""] = InvalidResponseError(
            N_("This answer does not belong to this question. Open the question again.")
        )
    return given, problems


def field_names(interaction: Interaction) -> tuple[str, ...]:
    """Return the names of the form fields of an interaction."""
    name = PREFIX + interaction.id
    return (f"{name}.most", f"{name}.least") if isinstance(interaction, JudgementInteraction) else (name,)


def is_complete(content: ItemContent, given: Given) -> bool:
    """Tell whether each interaction has a value."""
    return all(interaction.id in given for interaction in content.interactions)


def parse_number(raw: str) -> Decimal:
    """Return the number that a person typed: comma or point, spaces or an apostrophe between thousands, a sign or €.

    Raises InvalidResponseError when it is no number, or longer than twelve digits.
    """
    text = re.sub(r"[\s\u00a0\u202f'’€%]", "", raw).replace("\u2212", "-")
    if "," in text and "." in text:
        thousands = "." if text.rfind(",") > text.rfind(".") else ","
        text = text.replace(thousands, "")
    text = text.replace(",", ".")
    if not NUMBER.match(text):
        raise InvalidResponseError(N_("Write a number, for example 12 or 3,50."))
    try:
        return Decimal(text)
    except InvalidOperation as error:  # pragma: no cover (NUMBER admits nothing that Decimal refuses)
        raise InvalidResponseError(N_("Write a number, for example 12 or 3,50.")) from error


def _read(interaction: Interaction, fields: Fields) -> Value | None:
    if isinstance(interaction, JudgementInteraction):
        return _read_judgement(interaction, fields)
    values = [value for value in fields.get(PREFIX + interaction.id, ()) if value.strip()]
    if not values:
        return None
    if isinstance(interaction, ChoiceInteraction):
        return _read_choice(interaction, values)
    if len(values) > 1:
        raise InvalidResponseError(N_("Give one answer here."))
    if len(values[0]) > TEXT_LIMIT:
        raise InvalidResponseError(N_("This is too long. Write at most {limit} letters."), limit=TEXT_LIMIT)
    if isinstance(interaction, NumericInteraction):
        parse_number(values[0])
    if any(ord(sign) < ord(" ") and sign not in "\t\r\n" for sign in values[0]):
        raise InvalidResponseError(N_("Write letters and numbers only."))
    return values[0].strip()


def _read_choice(interaction: ChoiceInteraction, values: list[str]) -> list[str]:
    _require_options(interaction.options, values)
    chosen = list(dict.fromkeys(values))
    if len(chosen) > 1 and not interaction.multiple:
        raise InvalidResponseError(N_("Choose one answer."))
    return sorted(chosen)


def _read_judgement(interaction: JudgementInteraction, fields: Fields) -> dict[str, str] | None:
    picked = {end: [v for v in fields.get(f"{PREFIX}{interaction.id}.{end}", ()) if v] for end in ("most", "least")}
    _require_options(interaction.options, [value for values in picked.values() for value in values])
    if not picked["most"] and not picked["least"]:
        return None
    if len(picked["most"]) != 1 or len(picked["least"]) != 1:
        raise InvalidResponseError(N_("Choose one best and one worst thing to do."))
    if picked["most"] == picked["least"]:
        raise InvalidResponseError(N_("The best and the worst cannot be the same. Change one of them."))
    return {end: values[0] for end, values in picked.items()}


def _require_options(options: Sequence[Option], values: Sequence[str]) -> None:
    if not {option.id for option in options}.issuperset(values):
        raise InvalidResponseError(N_("This answer does not exist. Choose one of the answers that are shown."))
