"""Panels as their pages show them: to the coordinator who makes them, in words and numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session

from question_banks.competences import list_competences
from question_banks.models import Competence
from scoring.models import Panel, PanelJudge, PanelRound
from scoring.panels import judges, rounds
from scoring.panels.impact import hidden_cells
from scoring.panels.judging import Standing, standings, wanted
from scoring.panels.outcome_of_round import JudgeCut, LevelCut, RoundOutcome, read_outcome
from scoring.panels.results import NORMAL_95, REACH
from scoring.standards.judge_consistency import compare_rounds
from storage.wording import N_
from web.i18n import gettext, number
from web.item_words import Word
from web.rendering import FormError, text

METHODS = {
    "angoff": N_("Question by question (Angoff)"),
    "bookmark": N_("A mark in a list of questions (bookmark)"),
    "contrasting": N_("People whom the judges know (contrasting groups)"),
}
METHOD_HINTS = {
    "angoff": N_("Of each question, judges say how many of 100 people who are only just at the level answer it right."),
    "bookmark": N_(
        "Judges go through questions from easy to hard and mark the first that such a person does not answer surely."
    ),
    "contrasting": N_(
        "Mentors say of people who were tested whether they are at the level. Their results stay hidden from them."
    ),
}
SAID = {
    "angoff": N_("Points of {count}"),
    "bookmark": N_("Questions before the mark, of {count}"),
    "contrasting": N_("Judged at the level or above"),
}
OTHERS = {
    "trimmed": N_("Without the highest and lowest fifth of judges"),
    "before": N_("At the last question before the mark"),
    "after": N_("At the marked question"),
    "midpoint": N_("Halfway between the means of the two groups"),
    "intersection": N_("Where the two groups cross"),
    "equal_errors": N_("Where both kinds of error are equally frequent"),
    "fewest_errors": N_("Where the fewest people are on the wrong side"),
}

FEW_JUDGES, FEW_PEOPLE = 5, 30
"""Below so many judges, or people whom they know, a page says that the margin rests on few."""
ALIKE = 0.005
"""A standard error that would be written as 0.00: it says that judges agree, and nothing of how sure a cut is."""


FOLLOWS = 0.3
"""From this correlation on a judge's estimates follow the difficulties well enough to say nothing about it."""


@dataclass(frozen=True, slots=True)
class ListedPanel:
    """A panel in the list."""

    panel: Panel
    name: str
    method: str
    state: Word


@dataclass(frozen=True, slots=True)
class JudgeRow:
    """A judge on the coordinator's page: how far, and whether the link still opens."""

    judge: PanelJudge
    state: Word
    done: str


@dataclass(frozen=True, slots=True)
class CutRow:
    """A level by one round, as the table shows it."""

    level: str
    theta: str
    error: str
    interval: str
    said: str
    median: str
    random_error: str
    others: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class JudgeCutRow:
    """One judge's cut of one level, and how the estimates fit the difficulties."""

    judge: int
    theta: str
    said: str
    fit: str
    error: str


@dataclass(frozen=True, slots=True)
class RoundView:
    """A closed round: its cuts, each judge's by level, and what changed since the round before."""

    number: int
    says: tuple[str, ...]
    """What the round says of each level, in sentences."""
    cuts: tuple[CutRow, ...]
    judges: tuple[tuple[str, tuple[JudgeCutRow, ...]], ...]
    has_fit: bool
    left_out: tuple[int, ...]
    changes: tuple[tuple[str, str, str, str], ...]
    """Of each level: the level, the spread of judges before and after, and how far a judge moved."""


def list_rows(session: Session, panels: Sequence[Panel], *, operator_id: UUID) -> list[ListedPanel]:
    """Return the panels with the names of their competences, in one query for all."""
    names = list_competences(session, operator_id=operator_id)
    return [
        ListedPanel(one, name_of(names, one.competence), gettext(METHODS[one.method]), state_of(one)) for one in panels
    ]


def name_of(competences: Mapping[str, Competence], code: str) -> str:
    """Return the name of a competence; its code where it is gone."""
    return text(competences[code].name) if code in competences else code


def about(session: Session, panel: Panel, errors: Sequence[FormError] = ()) -> dict[str, Any]:
    """Return what every page of a panel says of it, and what is wrong with its form."""
    competences = list_competences(session, operator_id=panel.operator_id)
    return {
        "panel": panel,
        "name": name_of(competences, panel.competence),
        "competence": competences.get(panel.competence),
        "method": gettext(METHODS[panel.method]),
        "state": state_of(panel),
        "errors": list(errors),
        "error_of": {one.field: one.text for one in reversed(errors)},
    }


def state_of(panel: Panel) -> Word:
    """Say how far a panel is."""
    if panel.adopted_at is not None:
        return Word(gettext(N_("adopted")), "green")
    if panel.closed_at is not None:
        return Word(gettext(N_("closed")))
    return Word(gettext(N_("running")), "yellow")


def judge_rows(session: Session, panel: Panel, at: PanelRound, before: PanelRound | None) -> list[JudgeRow]:
    """Return the judges with how far each is in this round; two queries, whatever their number."""
    invited = judges.list_judges(session, panel)
    found = standings(session, panel, at, invited, before=before)
    total = len(wanted(panel))
    return [JudgeRow(one, _judge_state(one, found[one.id]), _done(found[one.id], total)) for one in invited]


def said_words(panel: Panel) -> str:
    """Return the head of the column with the cut as judges say it."""
    words = SAID[panel.method]
    return gettext(words) if panel.method == "contrasting" else gettext(words, count=points_of(panel))


def points_of(panel: Panel) -> int:
    """Return how many points the judged items have together; of a booklet how many pages it has."""
    if panel.method == "bookmark":
        return len(panel.item_version_ids)
    return sum(len(one["steps"]) or 1 for one in panel.parameters)


def round_views(session: Session, panel: Panel) -> list[RoundView]:
    """Return the rounds that are closed, the last first."""
    closed = [one for one in rounds.list_rounds(session, panel) if one.closed_at is not None]
    outcomes = [(one.number, outcome) for one in closed if (outcome := read_outcome(one.result))]
    before: list[RoundOutcome | None] = [None, *(outcome for _, outcome in outcomes)]
    views = [
        _round_view(panel, place, outcome, earlier)
        for (place, outcome), earlier in zip(outcomes, before[:-1], strict=True)
    ]
    return views[::-1]


def shown_theta(value: float | None) -> str:
    """Write a theta with two decimals, or a dash."""
    return "–" if value is None else number(value, 2)


def shown_said(panel: Panel, value: float) -> str:
    """Write a cut as judges say it."""
    return gettext(N_("{share} %"), share=number(100 * value)) if panel.method == "contrasting" else number(value, 1)


def _round_view(panel: Panel, place: int, outcome: RoundOutcome, earlier: RoundOutcome | None) -> RoundView:
    return RoundView(
        number=place,
        says=tuple(_sentence(panel, one) for one in outcome.levels),
        cuts=tuple(_cut_row(panel, one) for one in outcome.levels),
        judges=tuple((one.level, _judge_cuts(panel, one)) for one in outcome.levels),
        has_fit=any(one.fits for one in outcome.levels),
        left_out=outcome.left_out,
        changes=_changes(outcome, earlier) if earlier else (),
    )


def margin_words(panel: Panel, one: LevelCut) -> str:
    """Say how sure the cut of a level is: by the spread of judges, or of questions where all judges came to the same."""
    if one.low is None or one.high is None:
        return gettext(N_("How sure that is cannot be said."))
    if not _agree(panel, one):
        return gettext(N_("The margin is from {low} to {high}."), low=shown_theta(one.low), high=shown_theta(one.high))
    said = gettext(N_("All judges came to the same, so the spread between them says nothing about how sure that is."))
    if one.random_error is None or one.random_error < ALIKE:
        return f"{said} " + gettext(N_("The margin is not known."))
    low, high = (max(-REACH, min(REACH, one.theta + side * NORMAL_95 * one.random_error)) for side in (-1, 1))
    message = N_("With other questions of the kind the level might begin anywhere from {low} to {high}.")
    return f"{said} {gettext(message, low=shown_theta(low), high=shown_theta(high))}"


def hides_people(one: LevelCut | JudgeCut) -> bool:
    """Tell whether so few people were put on one side that shares of them are not to be shown."""
    # A round that was closed before the sides were counted cannot tell, so it is taken to be small.
    return one.below is None or one.above is None or bool(hidden_cells([one.below, one.above]).any())


def _agree(panel: Panel, one: LevelCut) -> bool:
    return panel.method != "contrasting" and one.standard_error is not None and one.standard_error < ALIKE


def _cut_row(panel: Panel, one: LevelCut) -> CutRow:
    known = one.low is not None and one.high is not None
    unknown = gettext(N_("not known"))
    interval = gettext(N_("{low} to {high}"), low=shown_theta(one.low), high=shown_theta(one.high)) if known else "–"
    other = one.random_error
    return CutRow(
        level=one.level,
        theta=shown_theta(one.theta),
        error=unknown if _agree(panel, one) else shown_theta(one.standard_error),
        interval=unknown if _agree(panel, one) else interval,
        said=_said(panel, one),
        median=shown_theta(one.median),
        random_error=unknown if other is not None and other < ALIKE else shown_theta(other),
        others=tuple((gettext(OTHERS[name]), shown_theta(value)) for name, value in one.others.items()),
    )


def _said(panel: Panel, one: LevelCut | JudgeCut) -> str:
    if panel.method == "contrasting" and hides_people(one):
        return gettext(N_("not shown: too few people"))
    return shown_said(panel, one.said)


def _sentence(panel: Panel, one: LevelCut) -> str:
    """Say where a level begins and how sure that is; few judges, or people, and judges who agree tell little of others."""
    begins = gettext(N_("Level {level} begins at {theta}."), level=one.level, theta=shown_theta(one.theta))
    said = [begins, margin_words(panel, one)]
    people = len(wanted(panel))
    if panel.method == "contrasting":
        if people < FEW_PEOPLE:
            message = N_("That is from {count} people only: with fewer than {least} the margin itself is unsure.")
            said.append(gettext(message, count=people, least=FEW_PEOPLE))
        return " ".join(said)
    if len(one.judges) < FEW_JUDGES:
        said.append(gettext(N_("That is from {count} judges only: five to fifteen are usual."), count=len(one.judges)))
    return " ".join(said)


def _judge_cuts(panel: Panel, one: LevelCut) -> tuple[JudgeCutRow, ...]:
    fits = {fit.judge: fit for fit in one.fits}
    return tuple(
        JudgeCutRow(
            judge=cut.judge,
            # The middle between two groups tells who is in one of a single person.
            theta="–" if panel.method == "contrasting" and hides_people(cut) else shown_theta(cut.theta),
            said=_said(panel, cut),
            fit=_agreement(fits[cut.judge].correlation) if cut.judge in fits else "–",
            error=shown_theta(fits[cut.judge].root_mean_square_error) if cut.judge in fits else "–",
        )
        for cut in one.judges
    )


def _changes(outcome: RoundOutcome, earlier: RoundOutcome) -> tuple[tuple[str, str, str, str], ...]:
    """Return, by level, the spread of the judges who were in both rounds before and after, and how far one moved."""
    rows = []
    for one in outcome.levels:
        now = _thetas(one)
        then = next((_thetas(level) for level in earlier.levels if level.level == one.level), {})
        both = sorted(now.keys() & then.keys())
        if len(both) > 1:
            found = compare_rounds([then[judge] for judge in both], [now[judge] for judge in both])
            moved = shown_theta(found.mean_absolute_change)
            rows.append((one.level, shown_theta(found.sd_before), shown_theta(found.sd_after), moved))
    return tuple(rows)


def _thetas(one: LevelCut) -> dict[int, float]:
    return {cut.judge: cut.theta for cut in one.judges if cut.theta is not None}


def _judge_state(judge: PanelJudge, standing: Standing) -> Word:
    if judge.revoked_at is not None:
        return Word(gettext(N_("link taken back")), "red")
    if standing.is_final:
        return Word(gettext(N_("handed in")), "green")
    if judge.seen_at is None:
        return Word(gettext(N_("not come yet")))
    return Word(gettext(N_("judging")), "yellow")


def _done(standing: Standing, total: int) -> str:
    fresh = total if standing.is_final else len(standing.fresh)
    return gettext(N_("{done} of {total}"), done=fresh, total=total)


def _agreement(correlation: float | None) -> str:
    """Return how far a judge's estimates follow the difficulties, with a word where they hardly do or run the other way."""
    shown = shown_theta(correlation)
    if correlation is None or correlation >= FOLLOWS:
        return shown
    if correlation < 0:
        return gettext(N_("{correlation}: runs against the difficulties"), correlation=shown)
    return gettext(N_("{correlation}: hardly follows the difficulties"), correlation=shown)
