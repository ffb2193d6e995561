"""Calibrations as their pages show them: what answers there are, what a calibration found, what it would change."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import floor
from statistics import median
from typing import Any

from fastapi import Request

from assess.calibration_data import Supply
from assess.rescoring import Preview
from scoring.calibration.intervals import interval_of
from scoring.calibrations.choices import MODEL_NAMES, NEEDS, Need
from scoring.calibrations.reviewing import BIN, ReviewedItem, ReviewedTestlet, label_of
from scoring.models import Calibration
from web import calibration_words as words
from web.i18n import gettext, number
from web.item_words import Word, language_name
from web.rendering import url_of

MOVED = 0.5
"""Half a logit: what makes a person wonder what happened to an item."""
NOTHING = "–"
UNBROKEN = "\N{NO-BREAK SPACE}"
WIDEST = 12.0
"""As wide as the whole scale: who does not know more of a number knows nothing of it."""


@dataclass(frozen=True, slots=True)
class NeedRow:
    """What a model needs, and how many items have it."""

    model: str
    words: str
    need: Need
    enough: int
    of: int


@dataclass(frozen=True, slots=True)
class Supplied:
    """What answers there are."""

    items: int
    answered: int
    fewest: int
    middle: int
    most: int
    has_stepped: bool
    calibrated: tuple[str, ...]
    """Codes of the items that are calibrated in force."""


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item of a calibration."""

    name: str
    url: str
    origin: Word
    model: str
    responses: str
    before: str
    now: str
    change: str
    is_moved: bool
    a: str
    c: str
    steps: str
    infit: str
    outfit: str


@dataclass(frozen=True, slots=True)
class OddItem:
    """An item that a person should look at, and why."""

    name: str
    url: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TestletRow:
    """A text that is measured as one question."""

    name: str
    questions: str
    points: str
    responses: str
    b: str
    a: str
    infit: str
    outfit: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MapRow:
    """Half a logit of the scale: how many people, which items."""

    theta: str
    people: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group of people on the scale."""

    name: str
    people: str
    mean: str
    sd: str


def list_needs(supplies: Sequence[Supply]) -> list[NeedRow]:
    """Return what each model needs, those for items of one point first, with how many items of its kind have that."""
    rows = []
    for model, need in NEEDS.items():
        mine = [one for one in supplies if one.is_stepped == (model in ("pcm", "gpcm", "grm"))]
        if mine:
            enough = sum(one.responses >= need.fewest for one in mine)
            rows.append(NeedRow(words.MODELS[model], gettext(MODEL_NAMES[model]), need, enough, len(mine)))
    return rows


def sum_supplies(supplies: Sequence[Supply]) -> Supplied:
    """Return what answers there are over all items."""
    counts = [one.responses for one in supplies] or [0]
    return Supplied(
        items=len(supplies),
        answered=sum(count > 0 for count in counts),
        fewest=min(counts),
        middle=round(median(counts)),
        most=max(counts),
        has_stepped=any(one.is_stepped for one in supplies),
        calibrated=tuple(one.code for one in supplies if one.is_calibrated),
    )


def item_rows(request: Request, items: Sequence[ReviewedItem]) -> list[ItemRow]:
    """Return the table of items, in their order."""
    several = _several(items)
    return [
        ItemRow(
            name=_name(one, several),
            url=url_of(request, "items.show", item_id=one.item_id),
            origin=words.origin_word(one.row.origin),
            model=words.MODELS[one.row.model] if one.row.origin == "estimated" else NOTHING,
            responses=number(one.row.responses),
            before=number(one.before.b, 2),
            now=_between("b", one.parameters.b, one.row.errors),
            change=_signed(one.change),
            is_moved=abs(one.change) >= MOVED,
            a=_slope(one.parameters.a, one.row.errors),
            c=_between("c", one.parameters.c, one.row.errors) if one.parameters.c else NOTHING,
            steps="; ".join(number(one.parameters.b + step, 2) for step in one.parameters.steps) or NOTHING,
            infit=_or_dash(one.row.fit.get("infit")),
            outfit=_or_dash(one.row.fit.get("outfit")),
        )
        for one in items
    ]


def shown_columns(rows: Sequence[ItemRow | TestletRow]) -> set[str]:
    """Return which of the columns that only some models fill say something in at least one row."""
    return {name for name in ("a", "c", "steps", "reasons") if any(_says(getattr(row, name, ())) for row in rows)}


def _says(value: str | tuple[str, ...]) -> bool:
    return bool(value) and value != NOTHING


def odd_items(request: Request, items: Sequence[ReviewedItem]) -> list[OddItem]:
    """Return the items that a person should look at, those with most reasons first."""
    several = _several(items)
    odd = sorted((one for one in items if one.oddities), key=lambda one: -len(one.oddities))
    return [
        OddItem(
            _name(one, several),
            url_of(request, "items.show", item_id=one.item_id),
            tuple(gettext(words.ODDITIES[code]) for code in one.oddities),
        )
        for one in odd
    ]


def list_aside(calibration: Calibration) -> list[tuple[str, list[str]]]:
    """Return the reasons why items were not estimated, each with its items."""
    found: dict[str, list[str]] = defaultdict(list)
    for label, reason in calibration.summary.get("aside", {}).items():
        found[reason].append(label)
    return [(gettext(words.ASIDE[reason]), sorted(labels)) for reason, labels in sorted(found.items())]


def testlet_rows(testlets: Sequence[ReviewedTestlet]) -> list[TestletRow]:
    """Return the texts that are measured as one question."""
    return [
        TestletRow(
            name=one.code,
            questions=number(len(one.row.item_version_ids)),
            points=number(len(one.row.steps)),
            responses=number(one.row.responses),
            b=_between("b", one.row.b, one.row.errors),
            a=_slope(one.row.a, one.row.errors),
            infit=_or_dash(one.row.fit.get("infit")),
            outfit=_or_dash(one.row.fit.get("outfit")),
            reasons=tuple(gettext(words.ODDITIES[code]) for code in one.oddities),
        )
        for one in testlets
    ]


def list_apart(calibration: Calibration) -> list[tuple[str, list[str]]]:
    """Return the reasons why texts were not measured as one, each with its texts."""
    found: dict[str, list[str]] = defaultdict(list)
    for code, reason in calibration.summary.get("apart", {}).items():
        found[reason].append(code)
    return [(gettext(words.APART[reason]), sorted(codes)) for reason, codes in sorted(found.items())]


def dependence_rows(calibration: Calibration) -> list[tuple[str, str, str, str]]:
    """Return text, two of its questions and by how much they hang together, of those that do so clearly."""
    stored = calibration.summary.get("dependence", {})
    mean = stored.get("mean") or 0.0
    return [(text, first, second, number(q3 - mean, 2)) for text, first, second, q3 in stored.get("pairs", ())]


def list_groups(calibration: Calibration) -> list[GroupRow]:
    """Return where the groups stand; one row, of all people, where they are not told apart."""
    by_language = bool(calibration.plan.get("by_language"))
    return [
        GroupRow(
            language_name(one["group"]) if by_language else gettext("Everybody"),
            number(one["persons"]),
            _between("mean", one["mean"], one["errors"]),
            _between("sd", one["sd"], one["errors"]),
        )
        for one in calibration.summary["groups"]
    ]


def map_rows(calibration: Calibration, items: Sequence[ReviewedItem]) -> list[MapRow]:
    """Return people and items by half logits, the most able and most difficult first, as a map is read."""
    people = {round(at / BIN): count for at, count in calibration.summary["persons"]}
    several = _several(items)
    placed: dict[int, list[str]] = defaultdict(list)
    for one in sorted(items, key=lambda one: one.parameters.b):
        placed[floor(one.parameters.b / BIN)].append(_name(one, several))
    places = sorted({*people, *placed}, reverse=True)
    return [
        MapRow(
            gettext("{low} to {high}", low=number(place * BIN, 1), high=number((place + 1) * BIN, 1)),
            number(people.get(place, 0)),
            tuple(placed.get(place, ())),
        )
        for place in places
    ]


def preview_of(calibration: Calibration) -> Preview | None:
    """Return what it would change for outcomes, as it was when the calibration was made."""
    stored = calibration.summary.get("preview")
    return Preview.from_json(stored) if stored else None


def move_rows(preview: Preview, competences: Mapping[str, str]) -> list[tuple[str, str, str, str]]:
    """Return competence, level now, level then and how many, of the outcomes whose level changes."""
    return [(competences.get(code, code), old, new, number(count)) for code, old, new, count in preview.moves]


def shift_rows(preview: Preview) -> list[tuple[str, str]]:
    """Return by how much abilities move, and how many outcomes do so."""
    return [(_signed(at, 1), number(count)) for at, count in preview.theta_changes]


def facts(calibration: Calibration) -> Iterator[tuple[str, str]]:
    """Yield what a calibration is, as names and values."""
    summary = calibration.summary
    yield gettext("People"), number(calibration.persons)
    yield gettext("Answers"), number(calibration.responses)
    yield gettext("Models"), words.model_words(calibration.plan)
    yield gettext("Passes"), number(summary["iterations"])
    yield gettext("Log-likelihood"), number(summary["log_likelihood"], 2)
    yield gettext("AIC and BIC"), f"{number(summary['aic'], 1)}; {number(summary['bic'], 1)}"


def notes_of(calibration: Calibration) -> list[tuple[str, dict[str, Any]]]:
    """Return what the estimation noted about the answers: sentences and their values."""
    return [(one["message"], one["values"]) for one in calibration.summary.get("notes", ())]


def _several(items: Iterable[ReviewedItem]) -> set[str]:
    seen: set[str] = set()
    several: set[str] = set()
    for one in items:
        (several if one.code in seen else seen).add(one.code)
    return several


def _name(one: ReviewedItem, several: set[str]) -> str:
    return label_of(one.code, one.number, several=one.code in several)


def _slope(a: float, errors: Mapping[str, float | None]) -> str:
    # Of an item that follows Rasch or partial credit a slope of 1 is no finding.
    return _between("a", a, errors) if "a" in errors or a != 1 else NOTHING


def _between(name: str, value: float, errors: Mapping[str, float | None]) -> str:
    """Return a number and, where it was estimated, between which values it lies."""
    error = errors.get(name)
    if error is None:
        return number(value, 2)
    low, high = interval_of(name, value, error)
    if high - low > WIDEST:
        return gettext("{value} (the answers do not fix it)", value=number(value, 2))
    # Brackets that break over two lines are read as two numbers.
    between = gettext("({low} to {high})", low=number(low, 2), high=number(high, 2)).replace(" ", UNBROKEN)
    return f"{number(value, 2)} {between}"


def _signed(value: float, digits: int = 2) -> str:
    return ("+" if round(value, digits) > 0 else "") + number(value, digits)


def _or_dash(value: float | None) -> str:
    return NOTHING if value is None else number(value, 2)
