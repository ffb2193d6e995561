"""All figures of a simulated part as one table for a spreadsheet: a figure a row, with names that are the same in every language."""

from collections.abc import Iterator, Sequence

from assess import simulating
from assess.simulated_results import Figures, LevelFigures, PointFigures
from assess.simulated_sections import Part, Population
from assess.simulating import Bench, Variant
from web.analysis_tables import Cell

Rows = Iterator[Sequence[Cell]]

STARTS = ("start_easier", "start_middle", "start_harder")


def figures_table(bench: Bench, place: int, population: Population) -> Rows:
    """Yield the head and every figure of a part; shares lie from 0 to 1."""
    part = bench.parts[place]
    yield "table", "row", "figure", "value"
    for variant in simulating.variants_of(part):
        yield from _section(variant, simulating.try_section(bench, place, variant.section, population))
    figures = simulating.try_section(bench, place, part.section, population)
    yield from (("reason", reason, "share", share) for reason, share in figures.reasons)
    for level in figures.levels:
        yield from _level(level)
    for point in simulating.try_abilities(bench, place, population):
        yield from _point(point)
    yield from _items(part, figures)


def _section(variant: Variant, found: Figures) -> Rows:
    values: dict[str, Cell] = {
        "questions": variant.section.items,
        "candidates": found.candidates,
        "asked_mean": found.asked.mean,
        "asked_least": found.asked.least,
        "asked_most": found.asked.most,
        "counted_mean": found.counted,
        "seconds_mean": found.seconds,
        "seconds_slowest_tenth": found.slow_seconds,
        "over_time": found.over_time,
        "standard_error": found.standard_error,
        "bias": found.bias,
        "coverage_95": found.coverage,
        "level_right": found.right,
        "level_right_or_one_off": found.near,
        "too_few_answers": found.untested,
        "overlap": found.overlap,
    }
    yield from (("section", variant.kind, name, value) for name, value in values.items())


def _level(one: LevelFigures) -> Rows:
    yield "level", one.level, "candidates", one.candidates
    if one.candidates:
        yield "level", one.level, "right", one.right
        yield "level", one.level, "right_or_one_off", one.near
        yield from (("level", one.level, name, share) for name, share in zip(STARTS, one.starts, strict=False))


def _point(point: PointFigures) -> Rows:
    theta = f"theta {point.theta:.1f}".replace(".", ",")
    yield "ability", theta, "standard_error", point.standard_error
    yield "ability", theta, "bias", point.bias
    yield "ability", theta, "coverage_95", point.coverage
    yield "ability", theta, "questions", point.questions


def _items(part: Part, figures: Figures) -> Rows:
    for quota, share in zip(part.section.quotas, figures.quotas, strict=True):
        yield "quota", f"{quota.by} {quota.value}", "met", share
    for code, share, counts in zip(part.pool.codes, figures.exposure, part.counting, strict=True):
        if counts:
            yield "item", code, "met", share
