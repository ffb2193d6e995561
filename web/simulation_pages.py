"""Simulations as their pages show them: as far as they are known, with the figures of a part in rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from assess import simulating
from assess.blueprint import ContentQuota
from assess.simulated_results import CURVE, EACH, Figures, PointFigures
from assess.simulated_sections import Part, Population
from assess.simulating import Bench, Sparing, Variant
from storage.wording import N_
from web.i18n import gettext, number
from web.item_words import TYPES, Word
from web.rendering import text, url_of
from web.simulation_words import (
    HEAVY,
    basis_of,
    chance_of,
    of_hundred,
    percent,
    tag_of,
    use_sentences,
    used_shares,
    verdict_of,
    way_of,
)

AT_ONCE = 130_000
"""So much work, as `simulating.cost` counts it, takes a second and a half: what is more comes in steps, while one waits."""

WAITED = 2.0
"""How many seconds a page waits for another one that simulates."""

MOST_SHOWN = 12

REASONS = {
    "classification": N_("The level was sure enough"),
    "precision": N_("The result was precise enough"),
    "information": N_("No question that was left told enough"),
    "time": N_("The time was over"),
    "length": N_("All questions were asked"),
    "bank_exhausted": N_("The bank had no more questions"),
}
OBSTACLES = {
    "no_bank": N_("There is no bank {bank} any more. Choose another one for this part."),
    "nothing_live": N_(
        "Nothing can be simulated: no item of the bank {bank} is live and complete in the languages of this assessment."
    ),
    "rated_only": N_(
        "Nothing can be simulated: the live items of the bank {bank} give no points by themselves. A person rates them."
    ),
}
KINDS = {
    "as_is": N_("As it is"),
    "longer": N_("With {items} questions"),
    "to_the_end": N_("Without stopping early"),
}
STARTS = (N_("Easier start"), N_("Middle start"), N_("Harder start"))


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A section as it is, or as it could be."""

    name: str
    right: str
    questions: str
    minutes: str
    error: str
    most: str


@dataclass(frozen=True, slots=True)
class LevelRow:
    """Candidates who truly are at one level."""

    level: str
    share: str
    right: str
    near: str
    starts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item and how many of the candidates meet it."""

    code: str
    url: str
    share: str


@dataclass(frozen=True, slots=True)
class PointRow:
    """How well an ability is measured."""

    theta: str
    error: str
    bias: str
    coverage: str
    questions: str


@dataclass(frozen=True, slots=True)
class PartView:
    """A part of the assessment: what it is, the verdict in sentences, and its figures when they are known."""

    number: int
    name: str
    bank: str
    way: str
    url: str
    obstacle: str
    tag: Word | None
    verdict: tuple[str, ...]
    basis: str
    """What the difficulties rest on."""
    figures: Figures | None
    row: ChangeRow | None
    changes: tuple[ChangeRow, ...]


def advance(bench: Bench, places: Sequence[int], population: Population, *, at_least_one: bool) -> tuple[int, int]:
    """Simulate what is not known yet, as far as one may wait; return how many simulations are known, and how many it takes.

    Sections as they are come before what they could be. While another page simulates, this one waits a moment and then tells
    what is known: it asks again.
    """
    work = [(place, one) for place in places for one in _variants(bench, place)]
    work.sort(key=lambda one: one[1].kind != "as_is")
    if not simulating.BUSY.acquire(timeout=WAITED):
        tried = [simulating.find_tried(bench, place, one.section, population) for place, one in work]
        return sum(one is not None for one in tried), len(work)
    try:
        return _advance(bench, work, population, at_least_one=at_least_one), len(work)
    finally:
        simulating.BUSY.release()


def _advance(bench: Bench, work: Sequence[tuple[int, Variant]], population: Population, *, at_least_one: bool) -> int:
    spent = known = 0
    for place, variant in work:
        if simulating.find_tried(bench, place, variant.section, population) is None:
            spent += simulating.cost(bench, place, variant.section, population)
            if spent > AT_ONCE and not at_least_one:
                continue
            simulating.try_section(bench, place, variant.section, population)
            at_least_one = False
        known += 1
    return known


def view_of(request: Request, bench: Bench, place: int, population: Population, query: str) -> PartView:
    """Return a part with what is known of it."""
    part, section = bench.parts[place], bench.parts[place].section
    tried = {
        variant.kind: (variant, found)
        for variant in _variants(bench, place)
        if (found := simulating.find_tried(bench, place, variant.section, population))
    }
    figures = tried["as_is"][1] if "as_is" in tried else None
    changes = tuple(_change(variant, found) for variant, found in tried.values())
    obstacle = gettext(OBSTACLES[part.obstacle], bank=section.bank) if part.obstacle else ""
    return PartView(
        number=place + 1,
        name=text(bench.names[place]),
        bank=section.bank,
        way=way_of(part),
        url=url_of(request, "simulations.part", assessment_id=bench.offer.assessment.id, number=place + 1) + query,
        obstacle=obstacle,
        tag=tag_of(figures) if figures else None,
        verdict=verdict_of(part, tried) if figures else (),
        basis=f"{basis_of(part)} {chance_of(figures.candidates)}" if figures else basis_of(part),
        figures=figures,
        row=changes[0] if figures else None,
        changes=changes,
    )


def detail_of(request: Request, bench: Bench, place: int, population: Population, query: str) -> dict[str, Any]:
    """Return all that the page of a part shows below its verdict; `query` is that of its address."""
    part = bench.parts[place]
    figures = simulating.try_section(bench, place, part.section, population)
    points = simulating.try_abilities(bench, place, population)
    about = {"assessment_id": bench.offer.assessment.id, "number": place + 1}
    used = used_shares(part, figures)
    return {
        "summary": summary(part, figures),
        "reasons": reason_rows(part, figures),
        "levels": level_rows(figures),
        "starts": start_names(figures),
        "points": point_rows(points),
        "points_basis": curve_words(),
        "errors_url": url_of(request, "simulations.errors", **about) + query,
        "use_url": url_of(request, "simulations.use", **about) + query,
        "errors_alt": gettext(
            N_("The standard error is {low} at theta -2, {middle} at 0 and {high} at 2."),
            **dict(
                zip(
                    ("low", "middle", "high"),
                    (number(points[at].standard_error, 2) for at in (0, len(points) // 2, -1)),
                    strict=True,
                )
            ),
        ),
        "use_alt": gettext(
            N_("The most used item is met by {most} of 100 candidates, the least used by {least}."),
            most=of_hundred(used[0]),
            least=of_hundred(used[-1]),
        ),
        "use": use_sentences(part, figures),
        "most_used": item_rows(request, part, figures),
        "never": item_rows(request, part, figures, never=True),
        "quotas": quota_rows(part, figures),
        "csv_url": url_of(request, "simulations.download", **about) + query,
        "spare_url": url_of(request, "exposures.new", **about) + query
        if part.section.mode == "adaptive" and used[0] > HEAVY
        else "",
    }


def summary(part: Part, figures: Figures) -> list[tuple[str, str]]:
    """Return the main figures of a section, each with what it is."""
    asked = figures.asked
    rows = [
        (
            gettext(N_("Questions asked")),
            gettext(
                N_("{mean} on average, from {least} to {most}"),
                mean=number(asked.mean, 1),
                least=asked.least,
                most=asked.most,
            ),
        )
    ]
    if figures.counted < asked.mean:
        rows.append((gettext(N_("Of which count for the level")), number(figures.counted, 1)))
    rows.append(
        (
            gettext(N_("Time, by what the authors expect")),
            gettext(
                N_("{mean} minutes on average; for the slowest tenth {slow} or more"),
                mean=number(figures.seconds / 60, 1),
                slow=number(figures.slow_seconds / 60, 1),
            ),
        )
    )
    if figures.over_time is not None:
        limit = number((part.section.seconds or 0) / 60, 1)
        over = gettext(
            N_("{limit} minutes; {share} would run out of time"), limit=limit, share=percent(figures.over_time)
        )
        rows.append((gettext(N_("Time limit")), over))
    rows += [
        (gettext(N_("Standard error, on average")), number(figures.standard_error, 2)),
        (gettext(N_("Bias, on average")), number(figures.bias, 2)),
        (gettext(N_("True ability within the 95 % interval")), percent(figures.coverage)),
    ]
    if figures.right is not None and figures.near is not None:
        rows.append((gettext(N_("Level right")), percent(figures.right)))
        rows.append((gettext(N_("Level right or one off")), percent(figures.near)))
    if figures.untested > 0:
        rows.append((gettext(N_("Too few answers for a level")), percent(figures.untested)))
    return rows


def reason_rows(part: Part, figures: Figures) -> list[tuple[str, str]]:
    """Return why the section ends, with shares."""
    if part.section.mode == "fixed":
        return []
    return [(gettext(REASONS[reason]), percent(share)) for reason, share in figures.reasons]


def level_rows(figures: Figures) -> list[LevelRow]:
    """Return what becomes of the candidates of each level."""
    return [
        LevelRow(one.level, percent(one.share), percent(one.right), percent(one.near), tuple(map(percent, one.starts)))
        for one in figures.levels
    ]


def start_names(figures: Figures) -> list[str]:
    """Return the names of the starts, where candidates begin in different places."""
    return [gettext(one) for one in STARTS] if figures.levels and figures.levels[0].starts else []


def point_rows(points: Sequence[PointFigures]) -> list[PointRow]:
    """Return how well each ability is measured."""
    return [
        PointRow(
            number(one.theta, 1),
            number(one.standard_error, 2),
            number(one.bias, 2),
            percent(one.coverage),
            number(one.questions, 1),
        )
        for one in points
    ]


def item_rows(request: Request, part: Part, figures: Figures, *, never: bool = False) -> list[ItemRow]:
    """Return the most used items, or those that nobody meets."""
    codes = part.pool.bank.codes
    rows = [(share, row) for row, share in enumerate(figures.exposure) if part.counting[row] and (share == 0) == never]
    rows.sort(key=lambda one: (-one[0], codes[one[1]]))
    return [
        ItemRow(codes[row], url_of(request, "items.show", item_id=part.pool.items[row].item_id), percent(share))
        for share, row in (rows if never else rows[:MOST_SHOWN])
    ]


def quota_rows(part: Part, figures: Figures) -> list[tuple[str, str, str]]:
    """Return each quota, what it asks for, and how many candidates get it."""
    return [
        (_quota_name(quota), _quota_range(quota), percent(share))
        for quota, share in zip(part.section.quotas, figures.quotas, strict=True)
    ]


def sparing_rows(part: Part, sparing: Sparing) -> list[tuple[str, str, str]]:
    """Return what keeping questions from being met too often changes: the figure, as it is, and with the limit."""
    two = (sparing.before, sparing.after)
    used = [used_shares(part, one) for one in two]
    rows = [
        (N_("Level right"), [percent(one.right) for one in two]),
        (N_("Standard error, on average"), [number(one.standard_error, 2) for one in two]),
        (N_("Questions, on average"), [number(one.asked.mean, 1) for one in two]),
        (N_("Most used question"), [percent(max(one)) for one in used]),
        (N_("Questions that nobody meets"), [number(sum(share == 0 for share in one)) for one in used]),
        (N_("Questions in common of two candidates"), [percent(one.overlap) for one in two]),
    ]
    return [(gettext(name), before, after) for name, (before, after) in rows]


def curve_words() -> str:
    """Return what the curve was made of."""
    message = N_("{each} simulated candidates of each of {points} abilities.")
    return gettext(message, each=EACH, points=len(CURVE))


def _variants(bench: Bench, place: int) -> Sequence[Variant]:
    part = bench.parts[place]
    return () if part.obstacle else simulating.variants_of(part)


def _change(variant: Variant, figures: Figures) -> ChangeRow:
    return ChangeRow(
        gettext(KINDS[variant.kind], items=variant.section.items),
        percent(figures.right),
        number(figures.asked.mean, 1),
        number(figures.seconds / 60, 1),
        number(figures.standard_error, 2),
        percent(max(figures.exposure, default=0.0)),
    )


def _quota_name(quota: ContentQuota) -> str:
    if quota.by == "level":
        return gettext(N_("Level {level}"), level=quota.value)
    if quota.by == "tag":
        return gettext(N_("Tag {tag}"), tag=quota.value)
    known = TYPES.get(quota.value)
    return gettext(known[0]) if known else quota.value


def _quota_range(quota: ContentQuota) -> str:
    if quota.maximum is None:
        return gettext(N_("at least {minimum}"), minimum=quota.minimum)
    return gettext(N_("{minimum} to {maximum}"), minimum=quota.minimum, maximum=quota.maximum)
