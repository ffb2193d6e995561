"""A bank at a glance as its page shows it: where it is thin, what it lacks, what it tells, where it is used."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from urllib.parse import urlencode

from fastapi import Request
from sqlmodel import Session

from assess.demand import Demand, most_items, needed_at_a_level
from question_banks.competences import list_competences, list_scales
from question_banks.framework import ScaleLevel
from question_banks.models import Bank, Competence
from question_banks.overview import BankOverview, Cell
from question_banks.summaries import level_order
from scoring.bank_information import BankItems, best_information, count_kinds, information_of, tell
from scoring.irt import THETA_GRID, FloatArray
from scoring.levels import LevelScale
from scoring.parameters import scale_of
from storage.wording import N_
from web.bank_filters import competence_words
from web.i18n import gettext, number
from web.item_words import Word, finding_code_words, language_name
from web.rendering import url_of

UNKNOWN = LevelScale("–", ())
"""Of a competence that the framework does not know: it has no levels."""

COMPETENCES_DRAWN = 6
USUAL_ITEMS = 10
"""How many items a test is taken to give where no assessment draws from the bank."""

STEPS = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)


@dataclass(frozen=True, slots=True)
class LevelRow:
    """A level in the table of a competence."""

    level: str
    cell: Cell
    url: str
    """The items of that level."""
    supply: Word
    needed: int


@dataclass(frozen=True, slots=True)
class InformationRow:
    """What the bank tells at a theta; `level` begins there, if any does."""

    theta: str
    level: str
    information: str
    coming: str
    error: str


@dataclass(frozen=True, slots=True)
class CompetencePart:
    """Everything about one competence of the bank."""

    code: str
    name: str
    rows: tuple[LevelRow, ...]
    whole: Cell
    asked: int
    """The most items that a section gives; 0 when none draws from the bank."""
    told: tuple[str, ...]
    """Sentences: where it tells most, where little."""
    picture_url: str
    alt: str
    items: int
    """How many items the standard errors are for."""
    is_coming: bool
    """Whether there are pilots or drafts that would tell more."""
    information: tuple[InformationRow, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """A number that leads to the items that it counts."""

    name: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class LanguageRow:
    """How complete a language is."""

    name: str
    complete: int
    missing: Count
    changed: Count


def list_parts(
    request: Request, session: Session, bank: Bank, overview: BankOverview, demands: Sequence[Demand]
) -> list[CompetencePart]:
    """Return the parts of a bank, its own competence first."""
    competences = list_competences(session, operator_id=bank.operator_id)
    scales = list_scales(session)
    codes = dict.fromkeys([bank.competence, *sorted(competence for competence, _ in overview.cells)])
    found = [code for code in codes if overview.items == 0 or any(one == code for one, _ in overview.cells)]
    parts = []
    for place, code in enumerate(found):
        asked = [demand.section for demand in demands if demand.section.competence == code]
        scale = scale_in_force(competences.get(code), scales)
        items = count_kinds(session, bank.id, code) if place < COMPETENCES_DRAWN else None
        whole = _sum(cell for (competence, _), cell in overview.cells.items() if competence == code)
        quota = most_items(asked)
        parts.append(
            CompetencePart(
                code=code,
                name=competence_words(code, competences),
                rows=tuple(
                    _level_rows(request, bank, overview, code, scale, needed_at_a_level(asked, len(scale.levels)))
                ),
                whole=whole,
                asked=quota,
                told=_told(items, scale) if items else (),
                picture_url=picture_url(request, bank, code) if items and (items.live or items.coming) else "",
                alt=_alt(information_of(items.live), scale) if items else "",
                items=quota or USUAL_ITEMS,
                is_coming=bool(items and items.coming),
                information=tuple(_information(items, scale, quota or USUAL_ITEMS)) if items else (),
            )
        )
    return parts


def scale_in_force(competence: Competence | None, scales: Mapping[str, Sequence[ScaleLevel]]) -> LevelScale:
    """Return the levels that a competence measures; none of one that the framework does not know."""
    return scale_of(competence, scales) if competence and scales.get(competence.scale) else UNKNOWN


def curves(items: BankItems) -> tuple[FloatArray, FloatArray | None]:
    """Return the information of what is live over THETA_GRID, and of that with what is coming; None when nothing is."""
    live = information_of(items.live)
    return live, live + information_of(items.coming) if items.coming else None


def picture_url(request: Request, bank: Bank, competence: str) -> str:
    """Return the address of the picture of a competence."""
    return url_of(request, "overviews.picture", bank_id=bank.id) + f"?{urlencode({'competence': competence})}"


def list_findings(request: Request, bank: Bank, overview: BankOverview) -> list[Count]:
    """Return each kind of finding with how many items have it, most often first."""
    return [
        Count(finding_code_words(code), count, list_url(request, bank, finding=code))
        for code, count in overview.findings.items()
    ]


def list_languages(request: Request, bank: Bank, overview: BankOverview) -> list[LanguageRow]:
    """Return each language of the bank with what it lacks."""
    return [
        LanguageRow(
            language_name(code),
            counted.complete,
            Count("", counted.missing, list_url(request, bank, language=f"{code}-missing")),
            Count("", counted.changed, list_url(request, bank, language=f"{code}-changed")),
        )
        for code, counted in overview.languages.items()
    ]


def list_statuses(request: Request, bank: Bank, overview: BankOverview) -> list[Count]:
    """Return how many items are how far; what there is none of is left out."""
    counts = [
        (N_("Live"), overview.statuses["live"], {"status": "live"}),
        (N_("Pilot"), overview.statuses["pilot"], {"status": "pilot"}),
        (N_("Never published"), overview.statuses["draft"], {"status": "draft"}),
        (N_("In review"), overview.changes["review"], {"status": "review"}),
        (N_("Approved"), overview.changes["approved"], {"status": "approved"}),
        (N_("Retired"), overview.statuses["retired"], {"status": "retired"}),
        (N_("Put away"), overview.archived, {"archived": "yes"}),
    ]
    return [Count(gettext(words), count, list_url(request, bank, **asked)) for words, count, asked in counts if count]


def list_url(request: Request, bank: Bank, **filters: str) -> str:
    """Return the address of the list of a bank with these filters."""
    return url_of(request, "banks.show", bank_id=bank.id) + f"?{urlencode(filters)}"


def _level_rows(
    request: Request, bank: Bank, overview: BankOverview, competence: str, scale: LevelScale, needed: int
) -> Iterable[LevelRow]:
    measured = scale.levels if scale is not UNKNOWN else ()
    others = sorted({level for code, level in overview.cells if code == competence} - set(measured), key=level_order)
    for level in (*measured, *others):
        cell = overview.cells.get((competence, level), Cell())
        wanted = needed if level in measured else 0
        url = list_url(request, bank, competence=competence, level=level) if level else ""
        yield LevelRow(level, cell, url, _supply(cell, wanted, measured=level in measured), wanted)


def _supply(cell: Cell, needed: int, *, measured: bool) -> Word:
    if not measured:
        return Word(gettext(N_("not measured")))
    if not cell.live:
        return Word(gettext(N_("none")), "red")
    if cell.live < needed:
        return Word(gettext(N_("thin")), "yellow")
    return Word(gettext(N_("enough")), "green") if needed else Word(gettext(N_("not asked for")))


def _sum(cells: Iterable[Cell]) -> Cell:
    whole = Cell()
    for cell in cells:
        whole.live, whole.pilot, whole.draft = (
            whole.live + cell.live,
            whole.pilot + cell.pilot,
            whole.draft + cell.draft,
        )
    return whole


def _told(items: BankItems, scale: LevelScale) -> tuple[str, ...]:
    if not items.live:
        return (gettext(N_("Nothing live can be marked without a rater yet, so that it tells nothing.")),)
    told = tell(items.live, scale)
    if not told.most:
        return ()
    if len(told.most) > 1:
        first = gettext(N_("It tells most around levels {low} and {high}."), low=told.most[0], high=told.most[1])
    else:
        first = gettext(N_("It tells most at level {level}."), level=told.most[0])
    if not told.thin:
        return first, gettext(N_("At every other level it tells at least a third of that."))
    return first, gettext(N_("It tells less than a third of that at level: {levels}."), levels=", ".join(told.thin))


def _alt(live: FloatArray, scale: LevelScale) -> str:
    at = int(live.argmax())
    begins = "; ".join(f"{level}: {number(theta, 1)}" for level, theta in scale.cuts)
    return gettext(
        N_("Curve of the information of live items. It is highest at theta {theta}: {most}. Levels begin at {cuts}."),
        theta=number(float(THETA_GRID[at]), 1),
        most=number(float(live[at]), 1),
        cuts=begins or "–",
    )


def _information(items: BankItems, scale: LevelScale, quota: int) -> Iterable[InformationRow]:
    begins = {round(theta, 2): level for level, theta in scale.cuts}
    thetas = sorted({*begins, *STEPS})
    live = information_of(items.live, thetas)
    coming = live + information_of(items.coming, thetas)
    best = best_information(items.live, thetas, quota)
    for theta, now, then, reached in zip(thetas, live, coming, best, strict=True):
        yield InformationRow(
            number(theta, 1 if round(theta, 1) == theta else 2),
            begins.get(theta, ""),
            number(float(now), 1),
            number(float(then), 1),
            number(1 / sqrt(reached), 2) if reached > 0 else "–",
        )
