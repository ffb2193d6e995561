"""A simulated part in rows: its main figures, levels, abilities, the items that it uses, what its quotas get."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request

from assess.blueprint import ContentQuota
from assess.simulated_results import CURVE, EACH, Figures, PointFigures
from assess.simulated_sections import Part
from assess.simulating import Sparing
from storage.wording import N_
from web.i18n import gettext, number
from web.item_words import TYPES
from web.rendering import url_of
from web.simulation_words import percent, used_shares

MOST_SHOWN = 12

REASONS = {
    "classification": N_("The level was sure enough"),
    "precision": N_("The result was precise enough"),
    "information": N_("No question that was left told enough"),
    "time": N_("The time was over"),
    "length": N_("All questions were asked"),
    "bank_exhausted": N_("The bank had no more questions"),
}
STARTS = (N_("Easier start"), N_("Middle start"), N_("Harder start"))


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
    codes = part.pool.codes
    rows = [
        (share, place) for place, share in enumerate(figures.exposure) if part.counting[place] and (share == 0) == never
    ]
    rows.sort(key=lambda one: (-one[0], codes[one[1]]))
    return [
        ItemRow(codes[place], url_of(request, "items.show", item_id=part.pool.items[place].item_id), percent(share))
        for share, place in (rows if never else rows[:MOST_SHOWN])
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
