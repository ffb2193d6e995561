"""What is wrong with the shape of a document, in words. Pure."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from storage.wording import N_


@dataclass(frozen=True, slots=True)
class ShapeProblem:
    """A place in a document, and a translatable sentence with its values."""

    path: tuple[str | int, ...]
    message: str
    values: dict[str, Any]


_SENTENCES = {
    "missing": N_("“{field}” is missing."),
    "extra_forbidden": N_("“{field}” is not a key that we know."),
    "union_tag_invalid": N_("“type” must be one of: {expected}."),
    "union_tag_not_found": N_("“type” is missing."),
    "string_type": N_("“{field}” must be text. Put it in quotes."),
    "string_pattern_mismatch": N_("“{field}” has signs that are not allowed there, or is too long."),
    "string_too_long": N_("“{field}” is too long."),
    "too_short": N_("“{field}” has too few entries."),
    "too_long": N_("“{field}” has too many entries."),
    "literal_error": N_("“{field}” must be one of: {expected}."),
    "bool_type": N_("“{field}” must be true or false."),
    "bool_parsing": N_("“{field}” must be true or false."),
    "int_type": N_("“{field}” must be a whole number."),
    "int_parsing": N_("“{field}” must be a whole number."),
    "int_from_float": N_("“{field}” must be a whole number."),
    "list_type": N_("“{field}” must be a list."),
    "greater_than_equal": N_("“{field}” is too small."),
    "greater_than": N_("“{field}” is too small."),
    "less_than_equal": N_("“{field}” is too large."),
}
_OTHERWISE = N_("“{field}” cannot be read.")


def shape_problems(error: ValidationError) -> list[ShapeProblem]:
    """Return what is wrong, with paths that may name a branch of a union or `text`, which the document itself does not have."""
    found = []
    for detail in error.errors(include_url=False, include_input=False):
        context = detail.get("ctx") or {}
        named = [part for part in detail["loc"] if isinstance(part, str) and part != "[key]"]
        expected = context.get("expected") or str(context.get("expected_tags", "")).replace("'", "")
        values = {"field": named[-1] if named else "", "expected": expected}
        # The only errors of our own making say the sentence themselves (an area).
        message = detail["msg"] if detail["type"] == "area" else _SENTENCES.get(detail["type"], _OTHERWISE)
        found.append(ShapeProblem(detail["loc"], message, values))
    return found
