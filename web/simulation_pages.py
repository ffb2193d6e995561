"""Simulations as their pages show them: as far as they are known, with the verdict and the detail of each part."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from assess import simulating
from assess.simulated_results import Figures
from assess.simulated_sections import Population
from assess.simulating import Bench, Variant
from storage.wording import N_
from web.i18n import gettext, number
from web.item_words import Word
from web.rendering import text, url_of
from web.simulation_rows import (
    curve_words,
    item_rows,
    level_rows,
    point_rows,
    quota_rows,
    reason_rows,
    start_names,
    summary,
)
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


def common_basis(views: Sequence[PartView]) -> str:
    """Return what the difficulties of all parts rest on where it is the same; nothing for a part alone."""
    found = {one.basis for one in views if one.figures}
    return found.pop() if len(found) == 1 and len(views) > 1 else ""


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
