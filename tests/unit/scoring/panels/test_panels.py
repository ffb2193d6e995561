"""Panels below the web: what is judged, what is said, rounds, results, impact, adoption; on both databases."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlmodel import Session, col, select

from assess.datasets import SMALLEST_CELL
from question_banks.competences import list_competences, list_cut_changes
from question_banks.models import Bank
from scoring.irt import ItemParameters, expected_scores
from scoring.models import Judgement, Outcome, Panel, PanelJudge, PanelRound
from scoring.panels import adopting, impact, judges, judging, making, rounds
from scoring.panels.errors import (
    InvalidJudgementError,
    InvalidPanelError,
    JudgeNotFoundError,
    PanelNotFoundError,
    PanelStateError,
)
from scoring.panels.making import JudgedItem, PanelChoice
from scoring.panels.outcome_of_round import read_outcome
from scoring.standards.angoff import score_slope
from scoring.standards.bookmark import TWO_THIRDS
from scoring.standards.contrasting_groups import contrasting_groups
from storage.tables import new_id
from tests.conftest import START


def bank_of(session: Session, code: str = "numeracy") -> Bank:
    return session.exec(select(Bank).where(Bank.code == code)).one()


def choice(session: Session, **changes: Any) -> PanelChoice:
    usual: dict[str, Any] = {
        "competence": "numeracy", "method": "angoff", "levels": ("3", "2"), "bank_id": bank_of(session).id, "item_count": 6,
    }  # fmt: skip
    return PanelChoice(**usual | changes)


def make(session: Session, world: Any, **changes: Any) -> Panel:
    return making.make_panel(
        session, choice(session, **changes), operator_id=world.operator_id, author_id=world.trainer.id, now=START
    )


def invite(session: Session, panel: Panel, *names: str) -> list[PanelJudge]:
    return [
        judges.invite_judge(
            session, panel, name=name, language="fr", languages=["fr", "nl"], secret=f"secret of {name}", now=START
        )
        for name in names
    ]


def outcomes(session: Session, world: Any, thetas: list[float]) -> list[Outcome]:
    made = [
        Outcome(
            candidate_id=new_id(), operator_id=world.operator_id, sitting_id=new_id(), competence="numeracy", pillar="basic",
            scale="four", theta=theta, standard_error=0.3, level="2", low="2", high="2", probabilities=[], method="fixed",
            language="fr", item_count=9, supervised=True, place="", taken_at=START + timedelta(minutes=place),
            valid_until=START + timedelta(days=900), provisional=True, rule_version="1", evidence={},
        )
        for place, theta in enumerate(thetas)
    ]  # fmt: skip
    session.add_all(made)
    session.flush()
    return made


def say(
    session: Session,
    panel: Panel,
    judge: PanelJudge,
    said: Mapping[tuple[str, UUID | None], float],
    *,
    final: bool = True,
) -> None:
    at, before = rounds.last_two(session, panel)
    judging.record(session, panel, at, judge, said, before=before, now=START)
    if final:
        judging.hand_in(session, panel, at, judge, before=before, now=START)


def everywhere(panel: Panel, **by_level: float) -> dict[tuple[str, UUID | None], float]:
    return {(level, about): by_level[f"l{level}"] for level, about in judging.wanted(panel)}


def test_items_are_spread_from_easiest_to_hardest_in_the_order_of_the_bank() -> None:
    bs = [0.3, -1.0, 2.0, 0.0, -0.5, 1.0, 0.1, 0.2, 0.6]
    items = [JudgedItem(new_id(), ItemParameters(b=b)) for b in bs]

    taken = making.spread_items(items, 5)

    assert [one.parameters.b for one in taken] == [-1.0, 2.0, 0.0, 0.2, 0.6] or [one.parameters.b for one in taken] == [
        -1.0,
        2.0,
        0.0,
        0.6,
        0.2,
    ]
    assert making.spread_items(items, 50) == items
    with pytest.raises(InvalidPanelError, match="too few live items"):
        making.spread_items(items[:4], 5)


def test_panel_freezes_items_with_their_parameters_and_opens_a_round(session: Session, world: Any) -> None:
    panel = make(session, world, instructions=" Think of\x00 a baker. ")

    assert (panel.levels, len(set(panel.item_version_ids)), panel.instructions) == (["2", "3"], 6, "Think of a baker.")
    assert [one.maximum for one in making.items_of(panel)] == [len(one["steps"]) or 1 for one in panel.parameters]
    assert [(one.number, one.closed_at) for one in rounds.list_rounds(session, panel)] == [(1, None)]
    assert making.list_panels(session, operator_id=world.operator_id) == [panel]
    assert making.list_panels(session, operator_id=world.other_operator_id) == []
    with pytest.raises(PanelNotFoundError):
        making.get_panel(session, panel.id, operator_id=world.other_operator_id)


def test_booklet_has_a_page_for_each_point_in_order_of_difficulty(session: Session, world: Any) -> None:
    panel = make(session, world, method="bookmark", item_count=10)

    places = [one["location"] for one in panel.parameters]
    points = sum(one.maximum for one in dict(zip(panel.item_version_ids, making.items_of(panel), strict=True)).values())
    assert places == sorted(places)
    assert len(places) == points >= 10
    assert panel.response_probability == TWO_THIRDS


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"competence": "nonsense"}, "competence"),
        ({"method": "guess"}, "method"),
        ({"levels": ()}, "levels"),
        ({"levels": ("1",)}, "levels"),
        ({"bank_id": None}, "bank"),
        ({"bank_id": UUID(int=1)}, "bank"),
        ({"item_count": 4}, "count"),
        ({"response_probability": 0.9}, "rp"),
        ({"instructions": "a" * 2001}, "instructions"),
        ({"method": "contrasting"}, "levels"),
        ({"method": "contrasting", "levels": ("2",)}, "people"),
        ({"method": "contrasting", "levels": ("2",), "outcome_ids": tuple(UUID(int=n) for n in range(5))}, "people"),
    ],
)
def test_panel_that_cannot_be_is_refused(session: Session, world: Any, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidPanelError) as refused:
        make(session, world, **changes)

    assert refused.value.values["field"] == field
    assert session.exec(select(Panel)).all() == []


def test_judge_comes_in_by_the_secret_until_it_is_renewed_or_taken_back(session: Session, world: Any) -> None:
    panel = make(session, world)
    ann, bea = invite(session, panel, " Ann  A. ", "Bea")

    assert (ann.name, ann.number, bea.number) == ("Ann A.", 1, 2)
    assert "secret" not in ann.secret_digest
    assert judges.enter(session, "secret of Bea", now=START) == (panel, bea)
    assert bea.seen_at == START
    judges.renew_link(session, panel, bea.id, secret="another")
    with pytest.raises(JudgeNotFoundError):
        judges.enter(session, "secret of Bea", now=START)
    assert judges.enter(session, "another", now=START)[1] == bea
    judges.revoke_judge(session, panel, bea.id, now=START)
    judges.revoke_judge(session, panel, bea.id, now=START + timedelta(days=1))
    assert bea.revoked_at == START
    for find in (
        lambda: judges.enter(session, "another", now=START),
        lambda: judges.get_seat(session, panel.id, bea.id),
    ):
        with pytest.raises(JudgeNotFoundError):
            find()
    with pytest.raises(JudgeNotFoundError):
        judges.revoke_judge(session, make(session, world), ann.id, now=START)


@pytest.mark.parametrize(
    ("name", "language", "field"), [(" ", "fr", "name"), ("a" * 81, "fr", "name"), ("A", "xx", "language")]
)
def test_invitation_that_cannot_be_is_refused(
    session: Session, world: Any, name: str, language: str, field: str
) -> None:
    panel = make(session, world)

    with pytest.raises(InvalidPanelError) as refused:
        judges.invite_judge(session, panel, name=name, language=language, languages=["fr"], secret="s", now=START)

    assert refused.value.values["field"] == field


def test_panel_has_a_limit_of_judges(session: Session, world: Any) -> None:
    panel = make(session, world)
    invite(session, panel, *map(str, range(judges.MOST_JUDGES)))

    with pytest.raises(InvalidPanelError, match="at most 40 judges"):
        invite(session, panel, "one more")


def test_what_is_said_is_appended_and_the_newest_counts(session: Session, world: Any) -> None:
    panel = make(session, world)
    (ann,) = invite(session, panel, "Ann")
    item = panel.item_version_ids[0]
    at, _ = rounds.last_two(session, panel)

    say(session, panel, ann, {("2", item): 0.4, ("3", item): 0.6}, final=False)
    say(session, panel, ann, {("2", item): 0.5, ("3", item): 0.6}, final=False)

    standing = judging.standing_of(session, panel, at, ann)
    rows = session.exec(select(Judgement).order_by(col(Judgement.at), col(Judgement.id))).all()
    assert [(row.level, row.value) for row in rows] == [("2", 0.4), ("3", 0.6), ("2", 0.5)]
    assert (standing.said, standing.missing, standing.is_final) == ({("2", item): 0.5, ("3", item): 0.6}, 10, False)
    with pytest.raises(InvalidJudgementError, match="10 are missing"):
        judging.hand_in(session, panel, at, ann, now=START)


def test_judgements_that_cannot_be_are_refused_and_nothing_is_kept(session: Session, world: Any) -> None:
    panel = make(session, world)
    (ann,) = invite(session, panel, "Ann")
    item = panel.item_version_ids[0]
    wrong: list[tuple[dict[tuple[str, UUID | None], float], str]] = [
        ({("2", item): 1.2}, "Give a number from 0 to 100."),
        ({("2", item): -0.1}, "Give a number from 0 to 100."),
        ({("2", item): float("nan")}, "Give a number from 0 to 100."),
        ({("2", item): float("inf")}, "Give a number from 0 to 100."),
        ({("2", new_id()): 0.5}, "This panel does not judge that."),
        ({("4", item): 0.5}, "This panel does not judge that."),
        ({("2", item): 0.6, ("3", item): 0.4}, "Whoever is at level 3 can do at least what a person at level 2 can."),
    ]

    for said, words in wrong:
        with pytest.raises(InvalidJudgementError) as refused:
            say(session, panel, ann, said, final=False)
        assert str(refused.value) == words

    assert session.exec(select(Judgement)).all() == []


def test_round_that_is_handed_in_or_closed_takes_nothing_more(session: Session, world: Any) -> None:
    panel = make(session, world)
    ann, bea, cem = invite(session, panel, "Ann", "Bea", "Cem")
    for judge, low in ((ann, 0.3), (bea, 0.4)):
        say(session, panel, judge, everywhere(panel, l2=low, l3=0.7))
    at, _ = rounds.last_two(session, panel)
    count = len(session.exec(select(Judgement)).all())

    judging.hand_in(session, panel, at, ann, now=START)
    with pytest.raises(PanelStateError, match="handed in"):
        say(session, panel, ann, everywhere(panel, l2=0.1, l3=0.2), final=False)
    outcome = rounds.close_round(session, panel, now=START)
    for act in (
        lambda: say(session, panel, cem, everywhere(panel, l2=0.1, l3=0.2)),
        lambda: rounds.close_round(session, panel, now=START),
    ):
        with pytest.raises(PanelStateError, match="closed"):
            act()

    assert len(session.exec(select(Judgement)).all()) == count
    assert (outcome.judges, outcome.left_out) == ((1, 2), (3,))


def test_angoff_cut_lies_where_the_curve_gives_the_mean_sum(session: Session, world: Any) -> None:
    panel = make(session, world)
    people = invite(session, panel, "Ann", "Bea", "Cem")
    for judge, low in zip(people, (0.3, 0.4, 0.5), strict=True):
        say(session, panel, judge, everywhere(panel, l2=low, l3=1.0))

    outcome = rounds.close_round(session, panel, now=START)

    items = making.items_of(panel)
    most = sum(item.maximum for item in items)
    low, high = outcome.levels
    assert expected_scores(items, [low.theta]).sum() == pytest.approx(0.4 * most)
    assert (low.said, low.said_error) == pytest.approx((0.4 * most, 0.1 * most / np.sqrt(3)))
    assert [expected_scores(items, [cut.theta]).sum() for cut in low.judges if cut.theta is not None] == pytest.approx(
        [0.3 * most, 0.4 * most, 0.5 * most]
    )
    # Who says that everybody answers everything right puts the level at the end of the scale.
    assert (high.theta, high.judges[0].theta) == (6.0, 6.0)
    stored = session.exec(select(PanelRound)).one()
    assert read_outcome(stored.result) == outcome


def test_revoked_judge_counts_no_more_and_one_judge_is_too_few(session: Session, world: Any) -> None:
    panel = make(session, world)
    ann, bea = invite(session, panel, "Ann", "Bea")
    for judge in (ann, bea):
        say(session, panel, judge, everywhere(panel, l2=0.3, l3=0.7))
    judges.revoke_judge(session, panel, bea.id, now=START)

    with pytest.raises(PanelStateError, match="at least 2 judges have handed in"):
        rounds.close_round(session, panel, now=START)


def test_next_round_tells_ranges_and_takes_over_what_was_said(session: Session, world: Any) -> None:
    panel = make(session, world)
    ann, bea, cem = invite(session, panel, "Ann", "Bea", "Cem")
    for judge, low in ((ann, 0.2), (bea, 0.4), (cem, 0.5)):
        say(session, panel, judge, everywhere(panel, l2=low, l3=0.7))
    rounds.close_round(session, panel, now=START)
    item = panel.item_version_ids[0]

    with pytest.raises(InvalidPanelError, match="2000 signs"):
        rounds.open_round(session, panel, note="a" * 2001, right={}, now=START)
    second = rounds.open_round(
        session, panel, note="We talked.", right={item: (0.61, 40), new_id(): (0.1, 50)}, now=START
    )
    with pytest.raises(PanelStateError, match="Close this round first"):
        rounds.open_round(session, panel, note="", right={}, now=START)
    say(session, panel, ann, {("2", item): 0.3, ("3", item): 0.7})
    at, before = rounds.last_two(session, panel)
    standing = judging.standing_of(session, panel, at, bea, before=before)

    assert (second.number, second.feedback["note"], second.feedback["right"]) == (
        2,
        "We talked.",
        {str(item): [0.61, 40]},
    )
    assert second.feedback["items"][str(item)] == {"2": [0.2, 0.4, 0.5], "3": [0.7, 0.7, 0.7]}
    assert (standing.said[("2", item)], standing.fresh, standing.missing) == (0.4, frozenset(), 0)
    final = judging.final_said(session, panel, at)[ann.id]
    assert (final[("2", item)], final[("2", panel.item_version_ids[1])], len(final)) == (0.3, 0.2, 12)


def test_panel_ends_after_three_rounds_and_keeps_them_all(session: Session, world: Any) -> None:
    panel = make(session, world)
    people = invite(session, panel, "Ann", "Bea")
    with pytest.raises(PanelStateError, match="Close this round first"):
        rounds.close_panel(session, panel, now=START)
    for number in (1, 2, 3):
        for judge, low in zip(people, (0.2, 0.4), strict=True):
            say(session, panel, judge, everywhere(panel, l2=low + number / 100, l3=0.7))
        rounds.close_round(session, panel, now=START)
        if number < 3:
            rounds.open_round(session, panel, note="", right={}, now=START)
    with pytest.raises(PanelStateError, match="at most 3 rounds"):
        rounds.open_round(session, panel, note="", right={}, now=START)

    rounds.close_panel(session, panel, now=START)
    rounds.close_panel(session, panel, now=START + timedelta(days=1))

    kept = rounds.list_rounds(session, panel)
    assert (panel.closed_at, panel.result) == (START, kept[-1].result)
    assert len({str(one.result) for one in kept}) == 3
    with pytest.raises(PanelStateError, match="panel is closed"):
        invite(session, panel, "Cem")


def test_bookmark_cut_lies_between_the_pages_around_the_mark(session: Session, world: Any) -> None:
    panel = make(session, world, method="bookmark", levels=("2", "3"))
    ann, bea = invite(session, panel, "Ann", "Bea")
    pages = len(panel.item_version_ids)
    for wrong in ({("2", None): pages + 1.0}, {("2", None): -1.0}, {("2", None): 1.5}, {("2", None): float("nan")}):
        with pytest.raises(InvalidJudgementError, match="question of this list"):
            say(session, panel, ann, wrong, final=False)
    with pytest.raises(InvalidJudgementError, match="at least what a person at level 2 can"):
        say(session, panel, ann, {("2", None): 4.0, ("3", None): 3.0})

    say(session, panel, ann, {("2", None): 2.0, ("3", None): float(pages)})
    say(session, panel, bea, {("2", None): 3.0, ("3", None): 4.0})
    outcome = rounds.close_round(session, panel, now=START)

    places = [one["location"] for one in panel.parameters]
    expected = [(places[1] + places[2]) / 2, (places[2] + places[3]) / 2]
    assert [cut.theta for cut in outcome.levels[0].judges] == pytest.approx(expected)
    assert outcome.levels[0].theta == pytest.approx(np.mean(expected))
    assert outcome.levels[1].judges[0].theta == pytest.approx(places[-1])
    marks = session.exec(select(Judgement).where(Judgement.judge_id == ann.id, Judgement.level == "2")).all()
    assert {mark.item_version_id for mark in marks} == {panel.item_version_ids[1]}


def test_contrasting_cut_follows_what_most_mentors_say(session: Session, world: Any) -> None:
    made = outcomes(session, world, [-2.0, -1.0, -0.4, 0.1, 0.4, 0.9, 1.6])
    panel = make(
        session, world, method="contrasting", levels=("3",), bank_id=None, outcome_ids=tuple(one.id for one in made)
    )
    ann, bea = invite(session, panel, "Ann", "Bea")
    people = judging.person_ids(panel)
    with pytest.raises(InvalidJudgementError, match="one of the answers"):
        say(session, panel, ann, {("3", people[0]): 0.5}, final=False)
    say(session, panel, ann, {("3", one): value for one, value in zip(people, (0, 0, 1, 0, 1, 1, -1), strict=True)})
    say(session, panel, bea, {("3", one): value for one, value in zip(people, (0, -1, 1, 0, -1, 0, 1), strict=True)})

    outcome = rounds.close_round(session, panel, now=START)

    # The sixth has a vote for each side, and so counts on none.
    found = contrasting_groups([-2.0, -1.0, -0.4, 0.1, 0.4, 1.6], [0, 0, 1, 0, 1, 1])
    assert found.logistic is not None
    cut = outcome.levels[0]
    assert (cut.theta, cut.standard_error) == pytest.approx((found.logistic.cut, found.logistic.standard_error))
    assert cut.others["midpoint"] == pytest.approx(found.midpoint)
    assert [one.said for one in cut.judges] == pytest.approx([0.5, 2 / 5])
    assert [(one.below, one.above) for one in (cut, *cut.judges)] == [(3, 3), (3, 3), (3, 2)]


def test_contrasting_panel_of_one_side_has_no_cut(session: Session, world: Any) -> None:
    made = outcomes(session, world, [0.0, 1.0, 2.0, 3.0])
    panel = make(
        session, world, method="contrasting", levels=("3",), bank_id=None, outcome_ids=tuple(one.id for one in made)
    )
    (ann,) = invite(session, panel, "Ann")
    with pytest.raises(PanelStateError, match="somebody has handed in"):
        rounds.close_round(session, panel, now=START)
    say(session, panel, ann, {("3", one): 1.0 for one in judging.person_ids(panel)})

    with pytest.raises(PanelStateError, match="same side"):
        rounds.close_round(session, panel, now=START)


def test_impact_counts_people_before_and_after(session: Session, world: Any) -> None:
    panel = make(session, world)
    few = impact.impact_of(session, panel, {"2": -0.5, "3": 0.5})
    outcomes(session, world, [-2.0 + place / 10 for place in range(40)])

    many = impact.impact_of(session, panel, {"2": -0.5, "3": 0.5})

    assert (few.persons, few.shares, few.certainty and few.certainty.basis) == (0, (), "population")
    # In force: 2 from -1, 3 from 0.2, 4 from 1.4.
    assert [(one.level, one.before, one.after) for one in many.shares] == [
        ("1", 10 / 40, 15 / 40), ("2", 12 / 40, 10 / 40), ("3", 12 / 40, 9 / 40), ("4", 6 / 40, 6 / 40),
    ]  # fmt: skip
    assert many.certainty is not None
    assert (many.certainty.basis, many.certainty.persons) == ("outcomes", 40)
    assert 0.5 < many.certainty.consistency < many.certainty.accuracy < 1
    assert [level for level, _, _ in many.certainty.by_cut] == ["2", "3", "4"]


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ([10, 12, 5], [False, False, False]),
        # What is left of the total would tell the one that is hidden.
        ([4, 12, 9], [True, False, True]),
        ([0, 12, 9], [True, False, True]),
        ([2, 3, 9], [True, True, False]),
        ([1, 3, 9, 20], [True, True, True, False]),
        ([1, 2], [True, True]),
        ([3, 50], [True, True]),
        ([0, 0, 0], [True, True, True]),
        ([], []),
    ],
)
def test_cell_of_few_people_is_hidden_and_cannot_be_worked_out(counts: list[int], hidden: list[bool]) -> None:
    assert impact.hidden_cells(counts).tolist() == hidden


def test_panels_hide_the_same_small_cells_as_the_pages_of_groups() -> None:
    assert impact.FEWEST_IN_CELL == SMALLEST_CELL


def test_impact_hides_levels_with_few_people(session: Session, world: Any) -> None:
    panel = make(session, world)
    outcomes(session, world, [-2.0] * 6 + [0.0] * 9 + [1.0] * 8 + [2.0] * 2)

    found = impact.impact_of(session, panel, {"2": -0.5, "3": 0.5})

    shares = [(one.level, one.before, one.after, one.hides_before, one.hides_after) for one in found.shares]
    assert shares == [
        ("1", None, None, True, True),
        ("2", 9 / 25, 9 / 25, False, False),
        ("3", 8 / 25, 8 / 25, False, False),
        ("4", None, None, True, True),
    ]


def test_judges_who_agree_leave_only_the_spread_of_questions(session: Session, world: Any) -> None:
    panel = make(session, world)
    by_item = {about: 0.3 + 0.05 * place for place, about in enumerate(panel.item_version_ids)}
    for judge in invite(session, panel, "Ann", "Bea", "Cem"):
        say(session, panel, judge, {(level, about): by_item[about] for level, about in judging.wanted(panel)})

    cut = rounds.close_round(session, panel, now=START).levels[0]

    items = making.items_of(panel)
    ratings = np.array([value * item.maximum for value, item in zip(by_item.values(), items, strict=True)])
    slope = score_slope(items, cut.theta)
    assert cut.standard_error == pytest.approx(0, abs=1e-12)
    # Brennan and Lockwood (1980): the variance of items over their number, on the scale of the sum.
    assert cut.random_error == pytest.approx(np.sqrt(ratings.size * ratings.var(ddof=1)) / slope)


def test_cuts_that_do_not_ascend_have_no_impact_to_show(session: Session, world: Any) -> None:
    panel = make(session, world)

    found = impact.impact_of(session, panel, {"3": 1.9})

    assert (found.ascends, found.certainty, dict(found.cuts)) == (False, None, {"2": -1.0, "3": 1.9, "4": 1.4})


def closed_panel(session: Session, world: Any, low: float, high: float) -> Panel:
    panel = make(session, world)
    for judge, more in zip(invite(session, panel, "Ann", "Bea"), (0.0, 0.02), strict=True):
        say(session, panel, judge, everywhere(panel, l2=low + more, l3=high + more))
    rounds.close_round(session, panel, now=START)
    rounds.close_panel(session, panel, now=START)
    return panel


def adopt(session: Session, world: Any, panel: Panel, **changes: Any) -> Any:
    usual: dict[str, Any] = {"levels": ["2", "3"], "reason": "Two bakers met.", "reference": "(Panel: /panels/1)"}
    given = usual | changes
    return adopting.adopt(
        session, panel, given.pop("levels"), **given, author_id=world.admin.id, now=START + timedelta(days=1)
    )


def test_adopting_changes_the_competence_for_the_operator_alone(session: Session, world: Any) -> None:
    panel = closed_panel(session, world, 0.3, 0.6)
    outcome = read_outcome(panel.result)
    assert outcome is not None

    own = adopt(session, world, panel)

    change = list_cut_changes(session, "numeracy", operator_id=world.operator_id)[0]
    assert own.cuts == {level: round(theta, 2) for level, theta in outcome.cuts.items()} | {"4": 1.4}
    assert (change.reason, change.after) == ("Two bakers met. (Panel: /panels/1)", own.cuts)
    assert list_competences(session, operator_id=world.other_operator_id)["numeracy"].cuts["2"] == -1.0
    assert (panel.adopted_at, panel.adopted_by) == (START + timedelta(days=1), world.admin.id)
    with pytest.raises(PanelStateError, match="adopted already"):
        adopt(session, world, panel)


def test_cuts_that_do_not_ascend_are_not_adopted(session: Session, world: Any) -> None:
    # Level 3 of the panel lies above level 4, which is not judged.
    panel = closed_panel(session, world, 0.3, 0.95)

    with pytest.raises(PanelStateError) as refused:
        adopt(session, world, panel)

    assert "Level 4 would begin no higher than level 3. Nothing was adopted." in str(refused.value)
    assert (panel.adopted_at, list_cut_changes(session, "numeracy", operator_id=world.operator_id)) == (None, [])
    assert adopt(session, world, panel, levels=["2"]).cuts["3"] == 0.2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"levels": []}, "levels"),
        ({"levels": ["2", "4"]}, "levels"),
        ({"reason": " "}, "reason"),
        ({"reason": "a" * 1000}, "reason"),
    ],
)
def test_adoption_without_level_or_reason_is_refused(
    session: Session, world: Any, changes: dict[str, Any], field: str
) -> None:
    panel = closed_panel(session, world, 0.3, 0.6)

    with pytest.raises(InvalidPanelError) as refused:
        adopt(session, world, panel, **changes)

    assert refused.value.values["field"] == field


def test_panel_that_is_not_closed_is_not_adopted(session: Session, world: Any) -> None:
    with pytest.raises(PanelStateError, match="Close the panel first"):
        adopt(session, world, make(session, world))
