"""What one interaction was given, read from the parts of its form fields. Pure.

A part is what stands behind the interaction's name: `""` is the field itself, then `most`, the id of an option, `1.first`.
A reader returns None for what was left empty, and raises InvalidResponseError for what the interaction cannot have.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from question_banks.content import MediaFile
from question_banks.errors import InvalidResponseError
from question_banks.interactions import (
    AssociateInteraction,
    ChoiceInteraction,
    CTestInteraction,
    ExtendedTextInteraction,
    GapMatchInteraction,
    HotspotInteraction,
    HottextInteraction,
    Interaction,
    JudgementInteraction,
    MatchInteraction,
    NumericInteraction,
    Option,
    OrderInteraction,
    SelectPointInteraction,
    SliderInteraction,
    SpokenInteraction,
    TextEntryInteraction,
    UploadInteraction,
)
from question_banks.quantities import count_words, parse_number, parse_quantity
from storage.wording import N_

Parts = Mapping[str, Sequence[str]]

TEXT_LIMIT = 200
LONG_TEXT_LIMIT = 20_000
PIXEL_LIMIT = 20_000
LATE_SECONDS = 5
"""How much longer than asked a recording may be: a recorder stops a little late."""

_POINT = re.compile(r"^([0-9]{1,5}) ([0-9]{1,5})\Z")
_WHOLE = re.compile(r"^-?[0-9]{1,9}\Z")
_DOCUMENTS = re.compile(
    r"^(application/(pdf|msword|rtf|vnd\.ms-(excel|powerpoint)|vnd\.openxmlformats-officedocument\..+"
    r"|vnd\.oasis\.opendocument\..+)|text/(plain|rtf))\Z"
)


def field_parts(interaction: Interaction) -> tuple[str, ...]:
    """Return the parts that a form may send for an interaction."""
    found = _PARTS.get(type(interaction))
    return found(interaction) if found else ("",)


def read_value(interaction: Interaction, parts: Parts) -> Any:
    """Return what was given; None when it was left empty, or when a slider says that the answer is not known."""
    return _READERS[type(interaction)](interaction, parts)


def does_not_know(interaction: Interaction, parts: Parts) -> bool:
    """Tell whether a slider was left alone on purpose. Raises InvalidResponseError for a sign that is not `yes`."""
    said = _values(parts, "unknown") if isinstance(interaction, SliderInteraction) else []
    if set(said) - {"yes"}:
        raise _no_such_answer()
    return bool(said)


def read_file(interaction: UploadInteraction | SpokenInteraction, file: MediaFile) -> dict[str, str]:
    """Return what is kept of a file that was sent. Raises InvalidResponseError for a type or a length that was not asked."""
    if isinstance(interaction, SpokenInteraction):
        if not file.type.startswith("audio/"):
            raise InvalidResponseError(N_("This file is not a recording. Send a recording of your voice."))
        if file.seconds > interaction.seconds + LATE_SECONDS:
            raise InvalidResponseError(
                N_("Your recording is too long. Speak for {seconds} seconds at most."), seconds=interaction.seconds
            )
    elif not any(_fits(kind, file.type) for kind in interaction.accept):
        raise InvalidResponseError(N_("We cannot use this type of file. Send another file."))
    return {
        "digest": file.digest,
        "type": file.type,
        "name": file.name,
        "size": str(file.size),
        "seconds": f"{file.seconds:g}",
    }


def _fits(kind: str, type_: str) -> bool:
    return bool(_DOCUMENTS.match(type_)) if kind == "document" else type_.startswith(f"{kind}/")


def _read_choice(
    interaction: ChoiceInteraction | HotspotInteraction | HottextInteraction, parts: Parts
) -> list[str] | None:
    values = _values(parts)
    _require(_ids(interaction.areas if isinstance(interaction, HotspotInteraction) else interaction.options), values)
    chosen = sorted(set(values))
    if len(chosen) > 1 and not interaction.multiple:
        raise InvalidResponseError(N_("Choose one answer."))
    return chosen or None


def _read_text(_interaction: TextEntryInteraction, parts: Parts) -> str | None:
    return _text(parts, "", TEXT_LIMIT)


def _read_number(interaction: NumericInteraction, parts: Parts) -> str | None:
    text = _text(parts, "", TEXT_LIMIT)
    if text is not None:
        (parse_quantity if interaction.takes_unit else parse_number)(text)
    return text


def _read_extended_text(interaction: ExtendedTextInteraction, parts: Parts) -> str | None:
    text = _text(parts, "", LONG_TEXT_LIMIT)
    if text is None:
        return None
    words = count_words(text)
    if interaction.minimum_words is not None and words < interaction.minimum_words:
        raise InvalidResponseError(
            N_("Your text is too short. Write at least {minimum} words. You have {count} now."),
            minimum=interaction.minimum_words,
            count=words,
        )
    if interaction.maximum_words is not None and words > interaction.maximum_words:
        raise InvalidResponseError(
            N_("Your text is too long. Write at most {maximum} words. You have {count} now."),
            maximum=interaction.maximum_words,
            count=words,
        )
    return text


def _read_order(interaction: OrderInteraction, parts: Parts) -> list[str] | None:
    ranks = _ranks(interaction.options, parts)
    return sorted(ranks, key=lambda option: int(ranks[option])) if ranks else None


def _read_match(interaction: MatchInteraction, parts: Parts) -> list[list[str]] | None:
    options = _ids(interaction.options)
    pairs: list[list[str]] = []
    for row in interaction.rows:
        values = _values(parts, row.id)
        _require(options, values)
        if len(set(values)) > 1 and not interaction.multiple:
            raise InvalidResponseError(N_("Choose one answer in each row."))
        pairs.extend([row.id, option] for option in options if option in values)
    return pairs or None


def _read_pairs(interaction: AssociateInteraction, parts: Parts) -> list[list[str]] | None:
    pairs: list[list[str]] = []
    for number in range(1, interaction.pairs + 1):
        first, second = (_one(parts, f"{number}.{end}") for end in ("first", "second"))
        if first is None and second is None:
            continue
        if first is None or second is None:
            raise InvalidResponseError(N_("A pair needs two things. Choose the second one too."))
        _require(_ids(interaction.options), [first, second])
        if first == second:
            raise InvalidResponseError(N_("A pair needs two different things. Change one of them."))
        pairs.append(sorted((first, second)))
    if len({tuple(pair) for pair in pairs}) < len(pairs):
        raise InvalidResponseError(N_("The same pair is there twice. Change one of them."))
    return sorted(pairs) or None


def _read_gaps(interaction: GapMatchInteraction, parts: Parts) -> list[list[str]] | None:
    placed = [(gap.id, word) for gap in interaction.gaps if (word := _one(parts, gap.id)) is not None]
    words = [word for _, word in placed]
    _require(_ids(interaction.options), words)
    if len(set(words)) < len(words) and not interaction.reuse:
        raise InvalidResponseError(N_("Use each word only once. Change one of them."))
    return [list(pair) for pair in placed] or None


def _read_points(interaction: SelectPointInteraction, parts: Parts) -> list[str] | None:
    found = [_POINT.match(value) for value in _values(parts)]
    places = [(int(point[1]), int(point[2])) for point in found if point]
    if len(places) < len(found) or any(max(place) > PIXEL_LIMIT for place in places):
        raise InvalidResponseError(N_("This place is not in the picture. Choose a place again."))
    points = list(dict.fromkeys(f"{x} {y}" for x, y in places))
    if len(points) > interaction.points:
        raise InvalidResponseError(N_("These are too many places. Choose at most {count}."), count=interaction.points)
    return points or None


def _read_slider(interaction: SliderInteraction, parts: Parts) -> str | None:
    value = _one(parts)
    if value is None or does_not_know(interaction, parts):
        return None
    number = int(value) if _WHOLE.match(value) else interaction.low - 1
    if not interaction.low <= number <= interaction.high or (number - interaction.low) % interaction.step:
        raise InvalidResponseError(
            N_("Choose a number from {low} to {high} on the line."), low=interaction.low, high=interaction.high
        )
    return str(number)


def _read_judgement(interaction: JudgementInteraction, parts: Parts) -> dict[str, str] | None:
    if interaction.mode == "rank":
        return _ranks(interaction.options, parts)
    if interaction.mode == "rate":
        return _ratings(interaction, parts)
    ends = field_parts(interaction)
    picked = {end: _values(parts, end) for end in ends}
    _require(_ids(interaction.options), [value for values in picked.values() for value in values])
    if not any(picked.values()):
        return None
    if interaction.mode == "best":
        if len(picked["most"]) > 1:
            raise InvalidResponseError(N_("Choose one answer."))
        return {"most": picked["most"][0]}
    if any(len(values) != 1 for values in picked.values()):
        raise InvalidResponseError(N_("Choose one best and one worst thing to do."))
    if picked["most"] == picked["least"]:
        raise InvalidResponseError(N_("The best and the worst cannot be the same. Change one of them."))
    return {end: values[0] for end, values in picked.items()}


def _ratings(interaction: JudgementInteraction, parts: Parts) -> dict[str, str] | None:
    ratings = {option.id: rating for option in interaction.options if (rating := _one(parts, option.id)) is not None}
    _require([str(step) for step in range(1, interaction.steps + 1)], ratings.values())
    if 0 < len(ratings) < len(interaction.options):
        raise InvalidResponseError(N_("Choose an answer in each row."))
    return ratings or None


def _read_c_test(interaction: CTestInteraction, parts: Parts) -> dict[str, str] | None:
    return {gap: text for gap in interaction.gaps if (text := _text(parts, gap, TEXT_LIMIT)) is not None} or None


def _read_nothing(_interaction: UploadInteraction | SpokenInteraction, _parts: Parts) -> None:
    """Leave a file to `read_file`: a form's words say nothing about it."""


def _ranks(options: Sequence[Option], parts: Parts) -> dict[str, str] | None:
    ranks = {option.id: _one(parts, option.id) for option in options}
    if not any(ranks.values()):
        return None
    if set(ranks.values()) != {str(place) for place in range(1, len(ranks) + 1)}:
        raise InvalidResponseError(N_("Give each line its own number, from 1 to {count}."), count=len(ranks))
    return {option: rank for option, rank in ranks.items() if rank}


def _values(parts: Parts, part: str = "") -> list[str]:
    return [value for value in parts.get(part, ()) if value.strip()]


def _one(parts: Parts, part: str = "") -> str | None:
    values = _values(parts, part)
    if len(values) > 1:
        raise InvalidResponseError(N_("Give one answer here."))
    return values[0] if values else None


def _text(parts: Parts, part: str, limit: int) -> str | None:
    text = _one(parts, part)
    if text is None:
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) > limit:
        raise InvalidResponseError(N_("This is too long. Write at most {limit} letters."), limit=limit)
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\t\n" for sign in text):
        raise InvalidResponseError(N_("Write letters and numbers only."))
    return text


def _ids(things: Iterable[Any]) -> list[str]:
    return [thing.id for thing in things]


def _require(ids: Iterable[str], values: Iterable[str]) -> None:
    if not set(ids).issuperset(values):
        raise _no_such_answer()


def _no_such_answer() -> InvalidResponseError:
    return InvalidResponseError(N_("This answer does not exist. Choose one of the answers that are shown."))


def _judgement_parts(interaction: JudgementInteraction) -> tuple[str, ...]:
    if interaction.mode in ("rank", "rate"):
        return tuple(_ids(interaction.options))
    return ("most", "least") if interaction.mode == "most_least" else ("most",)


_PARTS: dict[type, Callable[[Any], tuple[str, ...]]] = {
    OrderInteraction: lambda one: tuple(_ids(one.options)),
    MatchInteraction: lambda one: tuple(_ids(one.rows)),
    AssociateInteraction: lambda one: tuple(
        f"{k}.{end}" for k in range(1, one.pairs + 1) for end in ("first", "second")
    ),
    GapMatchInteraction: lambda one: tuple(_ids(one.gaps)),
    SliderInteraction: lambda _one: ("", "unknown"),
    UploadInteraction: lambda _one: ("", "kept"),
    SpokenInteraction: lambda _one: ("", "kept"),
    JudgementInteraction: _judgement_parts,
    CTestInteraction: lambda one: one.gaps,
}

_READERS: dict[type, Callable[[Any, Parts], Any]] = {
    ChoiceInteraction: _read_choice,
    HotspotInteraction: _read_choice,
    HottextInteraction: _read_choice,
    TextEntryInteraction: _read_text,
    NumericInteraction: _read_number,
    ExtendedTextInteraction: _read_extended_text,
    UploadInteraction: _read_nothing,
    SpokenInteraction: _read_nothing,
    OrderInteraction: _read_order,
    MatchInteraction: _read_match,
    AssociateInteraction: _read_pairs,
    GapMatchInteraction: _read_gaps,
    SelectPointInteraction: _read_points,
    SliderInteraction: _read_slider,
    JudgementInteraction: _read_judgement,
    CTestInteraction: _read_c_test,
}
