"""A sitting from its start to its passport, below the pages."""

from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, col, func, select

from assess import results, sections, sittings
from assess.errors import ClosedError, InvalidInputError, NotFoundError
from assess.frozen import FrozenItem, get_item
from assess.models import Group, Response, SectionRun, ServedItem, Sitting, SittingEvent
from assess.progress import Progress, Step, get_progress
from assess.responses import Answer, OutOfTimeError, RefusedResponseError, record_response
from question_banks.rules import JudgementRule, MatchRule, NumberRule, PerOptionRule, TextRule
from scoring.models import Outcome, Passport
from tests.conftest import START, World

ADAPTIVE, FIXED, TIMED = 1, 3, 6
"""Sections of the starter assessment: numeracy, customer contact, French."""


def start(session: Session, world: World, *, section: int = 0, language: str = "nl") -> UUID:
    """Start a sitting, skip what comes before the section, and start that."""
    candidate_id = world.invitations[0].candidate_id
    sittings.start_sitting(session, candidate_id, language=language, now=START, rng=Random(7))
    for number in range(1, section):
        sections.end_section(session, candidate_id, number=number, now=START)
    if section:
        sections.start_section(session, candidate_id, number=section, now=START)
    return candidate_id


def due_item(session: Session, progress: Progress) -> tuple[int, FrozenItem]:
    """Return the position and the item that is due."""
    asked = progress.unanswered
    assert asked is not None
    return asked.served.position, get_item(session, asked.served.item_version_id)


def fields(item: FrozenItem, *, right: bool = True) -> dict[str, list[str]]:
    """Return a right or a wrong answer as its form sends it."""
    sent: dict[str, list[str]] = {}
    for key, rule in item.content.rules.items():
        name = f"given.{key}"
        interaction: Any = item.content.interaction(key)
        if isinstance(rule, MatchRule | PerOptionRule):
            others = [option.id for option in interaction.options if option.id not in rule.key]
            sent[name] = sorted(rule.key) if right else others[:1]
        elif isinstance(rule, NumberRule):
            sent[name] = [str(rule.key if right else rule.key + 1000)]
        elif isinstance(rule, TextRule):
            sent[name] = [next(iter(rule.accept.values()))[0].replace("*", "") if right else "zzzz"]
        elif isinstance(rule, JudgementRule):
            ends = sorted(rule.effectiveness, key=lambda one: rule.effectiveness[one])
            best, worst = (ends[-1], ends[0]) if right else (ends[0], ends[-1])
            sent |= {f"{name}.most": [best], f"{name}.least": [worst]}
    return sent


def answer(
    session: Session,
    candidate_id: UUID,
    *,
    right: bool = True,
    skipped: bool = False,
    now: datetime = START,
    **other: Any,
) -> Step:
    """Answer the question that is due, or the one at `position`."""
    progress = get_progress(session, candidate_id)
    position, item = due_item(session, progress) if "position" not in other else (other["position"], None)
    if item is None:
        asked = progress.find_asked(position)
        assert asked is not None
        item = get_item(session, asked.served.item_version_id)
    sent = Answer(
        position=position,
        key=other.get("key", f"key-{position}"),
        language=other.get("language", "nl" if "nl" in item.content.languages else "fr"),
        skipped=skipped,
        fields=other.get("fields", fields(item, right=right)),
    )
    return record_response(session, candidate_id, sent, now=now)


def state(session: Session) -> list[Any]:
    """Return every row that a sitting can change."""
    session.flush()
    session.expire_all()
    tables = (Sitting, SectionRun, ServedItem, Response, SittingEvent, Outcome, Passport)
    return [[row.model_dump() for row in session.exec(select(table).order_by(col(table.id)))] for table in tables]


def test_start_sitting_again_gives_the_same_one(session: Session, world: World) -> None:
    candidate_id = world.invitations[0].candidate_id

    made = [sittings.start_sitting(session, candidate_id, language="fr", now=START, rng=Random(1)).id for _ in range(2)]

    assert made[0] == made[1]
    assert session.exec(select(func.count(col(SectionRun.id)))).one() == 7


def test_start_sitting_refuses_another_language(session: Session, world: World) -> None:
    with pytest.raises(InvalidInputError):
        sittings.start_sitting(session, world.invitations[0].candidate_id, language="en", now=START, rng=Random(1))


def test_start_sitting_refuses_a_closed_group(session: Session, world: World) -> None:
    late = START + timedelta(days=61)

    with pytest.raises(ClosedError):
        sittings.start_sitting(session, world.invitations[0].candidate_id, language="fr", now=late, rng=Random(1))


def test_start_sitting_refuses_an_unknown_candidate(session: Session, world: World) -> None:
    with pytest.raises(NotFoundError):
        sittings.start_sitting(session, world.group_id, language="fr", now=START, rng=Random(1))


def test_steps_lead_from_overview_to_end(session: Session, world: World) -> None:
    candidate_id = start(session, world)
    steps = [get_progress(session, candidate_id).step(START)]

    steps += [sections.end_section(session, candidate_id, number=number, now=START) for number in range(1, 8)]

    assert steps == [Step("overview"), *(Step("section", number) for number in range(2, 8)), Step("end")]


def test_answer_says_when_the_candidate_was_seen_last(session: Session, world: World) -> None:
    candidate_id = start(session, world, section=ADAPTIVE)
    later = START + timedelta(minutes=1)
    sitting = session.exec(select(Sitting)).one()

    answer(session, candidate_id, now=later)

    assert (sitting.last_seen_at, session.exec(select(Sitting.last_seen_at)).one()) == (later, later)


def test_progress_to_read_says_what_the_locked_one_says(session: Session, world: World) -> None:
    candidate_id = start(session, world, section=ADAPTIVE)
    answer(session, candidate_id)
    session.exec(select(Sitting)).one().language = "fr"

    read, locked = (get_progress(session, candidate_id, lock=lock) for lock in (False, True))

    assert (read.sitting.language, read.asked, read.closes_at) == ("fr", locked.asked, locked.closes_at)
    assert [(run.position, run.status, run.deadline_at) for run in read.runs] == [
        (run.position, run.status, run.deadline_at) for run in locked.runs
    ]


def test_start_section_again_changes_nothing(session: Session, world: World) -> None:
    candidate_id = start(session, world, section=ADAPTIVE)
    before = state(session)

    step = sections.start_section(session, candidate_id, number=ADAPTIVE, now=START + timedelta(minutes=1))

    assert (step, state(session)) == (Step("question", 1), before)


def test_start_section_leaves_one_that_is_not_due(session: Session, world: World) -> None:
    candidate_id = start(session, world)
    before = state(session)

    step = sections.start_section(session, candidate_id, number=3, now=START)

    assert (step, state(session)) == (Step("overview"), before)


def test_start_section_gives_extra_time(session: Session, world: World) -> None:
    invitation = session.merge(world.invitations[0])
    invitation.extra_time = 1.5
    candidate_id = start(session, world, section=TIMED)

    run = get_progress(session, candidate_id).run

    assert run is not None
    assert run.deadline_at == START + timedelta(seconds=1350)


def test_start_section_serves_a_fixed_one_whole(session: Session, world: World) -> None:
    candidate_id = start(session, world, section=FIXED)

    progress = get_progress(session, candidate_id)

    assert [asked.served.position for asked in progress.asked] == [1, 2, 3, 4, 5]
    assert all(progress.may_see(position, START) for position in range(1, 6))


def test_adaptive_section_shows_the_question_that_is_due_alone(session: Session, world: World) -> None:
    candidate_id = start(session, world, section=ADAPTIVE)

    step = answer(session, candidate_id)

    progress = get_progress(session, candidate_id)
    assert step == Step("question", 2)
    assert [progress.may_see(position, START) for position in (1, 2, 3)] == [False, True, False]


def test_response_sent_twice_is_one(session: Session, world: World) -> None:
    candidate_id = start(session, world, section=ADAPTIVE)
    position, item = due_item(session, get_progress(session, candidate_id))
    sent = Answer(position, "same-key", "nl", skipped=False, fields=fields(item))
    first = record_response(session, candidate_id, sent, now=START)
    before = state(session)

    again = record_response(session, candidate_id, sent, now=START)

    assert (first, again, state(session)) == (Step("question", 2), Step("question", 2), before)


def test_second_answer_to_an_adaptive_question_is_let_go(session: Session, world: World) -> None:
    candidate_id = start(session, world, section=ADAPTIVE)
    answer(session, candidate_id)
    before = state(session)

    step = answer(session, candidate_id, right=False, position=1, key="other-tab")

    assert (step, state(session)) == (Step("question", 2), before)


def test_fixed_answer_is_changed_and_the_newest_counts(session: Session, world: World) -> None:
    candidate_id = start(session, world, section=FIXED)
    for _ in range(5):
        answer(session, candidate_id, right=False)

    step = answer(session, candidate_id, position=2, key="changed")

    progress = get_progress(session, candidate_id)
    assert step == Step("section", FIXED)
    assert [asked.response.points for asked in progress.asked if asked.response] == [0, 2, 0, 0, 0]


def test_an_old_page_sent_again_does_not_undo_a_change(session: Session, world: World) -> None:
    candidate_id = start(session, world, section=FIXED)
    answer(session, candidate_id, right=False, key="first")
    answer(session, candidate_id, position=1, key="second")
    before = state(session)

    answer(session, candidate_id, right=False, position=1, key="first")

    assert state(session) == before


@pytest.mark.parametrize(
    "other",
    [
        {"fields": {}},
        {"fields": {"given.r1.most": ["a"]}},
        {"fields": {"given.r1.most": ["a"], "given.r1.least": ["a"]}},
        {"fields": {"given.r1.most": ["zz"], "given.r1.least": ["a"]}},
        {"fields": {"given.r9": ["a"]}},
        {"language": "en"},
        {"key": ""},
        {"key": "k" * 65},
        {"key": "\x00"},
    ],
)
def test_refused_response_writes_nothing(session: Session, world: World, other: dict[str, Any]) -> None:
    candidate_id = start(session, world, section=FIXED)
    before = state(session)

    with pytest.raises(InvalidInputError):
        answer(session, candidate_id, **other)

    assert state(session) == before


def test_refused_response_names_the_interaction(session: Session, world: World) -> None:
    candidate_id = start(session, world, section=FIXED)

    with pytest.raises(RefusedResponseError) as refused:
        answer(session, candidate_id, fields={})

    assert {key: str(one) for key, one in refused.value.problems.items()} == {"r1": "Choose an answer, or press Skip."}


def test_position_that_was_never_served_is_not_found(session: Session, world: World) -> None:
    candidate_id = start(session, world, section=ADAPTIVE)

    with pytest.raises(NotFoundError):
        record_response(session, candidate_id, Answer(99, "key", "nl", skipped=True, fields={}), now=START)


def test_position_of_another_sitting_is_not_found(session: Session, world: World) -> None:
    start(session, world, section=FIXED)
    other = world.invitations[1].candidate_id
    sittings.start_sitting(session, other, language="nl", now=START, rng=Random(8))
    before = state(session)

    with pytest.raises(NotFoundError):
        record_response(session, other, Answer(3, "key", "nl", skipped=True, fields={}), now=START)

    assert state(session) == before


@pytest.mark.parametrize("seconds", [900, 910])
def test_answer_within_the_grace_counts(session: Session, world: World, seconds: int) -> None:
    candidate_id = start(session, world, section=TIMED)

    step = answer(session, candidate_id, now=START + timedelta(seconds=seconds))

    assert step == Step("section", TIMED)
    assert session.exec(select(func.count(col(Response.id)))).one() == 1


def test_answer_after_the_time_is_refused_and_the_section_expires_then(session: Session, world: World) -> None:
    candidate_id = start(session, world, section=TIMED)
    late = START + timedelta(seconds=911)
    before = state(session)

    with pytest.raises(OutOfTimeError):
        answer(session, candidate_id, now=late)

    assert state(session) == before
    assert sections.end_section(session, candidate_id, number=TIMED, now=late) == Step("section", 7)
    run = session.exec(select(SectionRun).where(SectionRun.position == TIMED - 1)).one()
    assert (run.status, run.ended_at, run.ended_because) == ("expired", START + timedelta(seconds=900), "time")


def test_pause_keeps_what_is_on_the_clock(session: Session, world: World) -> None:
    candidate_id = start(session, world, section=TIMED)

    paused = sections.pause(session, candidate_id, now=START + timedelta(seconds=100))
    back = START + timedelta(hours=3)
    gone_on = sections.go_on(session, candidate_id, now=back)

    run = get_progress(session, candidate_id).run
    assert run is not None
    assert (paused, gone_on) == (Step("pause"), Step("question", 1))
    assert (run.status, run.deadline_at, run.seconds_left) == ("running", back + timedelta(seconds=800), None)
    assert [event.kind for event in session.exec(select(SittingEvent).order_by(col(SittingEvent.id)))][-2:] == [
        "pause",
        "go_on",
    ]


def test_answer_from_a_second_window_ends_the_pause(session: Session, world: World) -> None:
    candidate_id = start(session, world, section=TIMED)
    sections.pause(session, candidate_id, now=START + timedelta(seconds=100))
    back = START + timedelta(hours=3)

    step = answer(session, candidate_id, now=back)

    run = get_progress(session, candidate_id).run
    assert run is not None
    assert (step, run.deadline_at) == (Step("question", 2), back + timedelta(seconds=800))


def test_language_switch_is_written_down_and_keeps_answers(session: Session, world: World) -> None:
    candidate_id = start(session, world, section=FIXED)
    answer(session, candidate_id, language="nl")

    answer(session, candidate_id, language="fr")

    events = session.exec(select(SittingEvent).where(SittingEvent.kind == "language")).all()
    progress = get_progress(session, candidate_id)
    assert [event.detail for event in events] == [{"before": "nl", "after": "fr", "position": 2}]
    assert progress.sitting.language == "fr"
    assert [asked.response.language for asked in progress.asked if asked.response] == ["nl", "fr"]


def test_french_test_does_not_change_the_language(session: Session, world: World) -> None:
    candidate_id = start(session, world, section=TIMED)

    answer(session, candidate_id)

    assert get_progress(session, candidate_id).sitting.language == "nl"


def test_answering_closes_with_the_group(session: Session, world: World) -> None:
    candidate_id = start(session, world, section=FIXED)
    group = session.get(Group, world.group_id)
    assert group is not None
    group.closes_at = START + timedelta(minutes=5)
    session.flush()

    with pytest.raises(ClosedError):
        answer(session, candidate_id, now=START + timedelta(minutes=6))

    assert get_progress(session, candidate_id).step(START + timedelta(minutes=6)) == Step("end")


def sit(session: Session, candidate_id: UUID, number: int, *, right: bool = True, skipped: bool = False) -> None:
    """Answer a whole section."""
    step = sections.start_section(session, candidate_id, number=number, now=START)
    while step.name == "question":
        step = answer(session, candidate_id, right=right, skipped=skipped)
    sections.end_section(session, candidate_id, number=number, now=START)


@pytest.mark.parametrize(("right", "end"), [(True, -1), (False, 0)])
def test_close_sitting_finds_the_top_and_the_bottom(session: Session, world: World, right: bool, end: int) -> None:
    candidate_id = start(session, world)
    for number in range(1, 8):
        sit(session, candidate_id, number, right=right)

    results.close_sitting(session, candidate_id, now=START)

    outcomes = session.exec(select(Outcome).order_by(col(Outcome.id))).all()
    assert len(outcomes) == 7
    assert {one.competence: one.level for one in outcomes} == {
        one.competence: one.probabilities[end][0] for one in outcomes
    }
    assert {(one.language, one.supervised, one.place, one.provisional) for one in outcomes} == {
        ("nl", True, "Molenbeek", True),
        ("fr", True, "Molenbeek", True),
    }
    assert [one.method for one in outcomes] == [
        "adaptive",
        "adaptive",
        "fixed",
        "adaptive",
        "adaptive",
        "fixed",
        "fixed",
    ]


def test_outcome_is_replayed_from_its_evidence(session: Session, world: World) -> None:
    candidate_id = start(session, world)
    for number, right in ((1, True), (2, False), (3, True)):
        sit(session, candidate_id, number, right=right)
    results.close_sitting(session, candidate_id, now=START)
    session.flush()
    session.expire_all()

    outcomes = session.exec(select(Outcome)).all()

    assert len(outcomes) == 3
    for outcome in outcomes:
        kept = results.Replayed(outcome.theta, outcome.standard_error, outcome.level)
        assert results.replay(outcome.evidence) == kept


def test_close_sitting_measures_what_has_enough_answers(session: Session, world: World) -> None:
    candidate_id = start(session, world, section=FIXED)
    for _ in range(3):
        answer(session, candidate_id)
    before = results.balance(session, get_progress(session, candidate_id))

    passport = results.close_sitting(session, candidate_id, now=START)

    outcomes = session.exec(select(Outcome)).all()
    assert before == results.Balance(3, (FIXED,), (1, 2, 4, 5, 6, 7))
    assert [(one.id, one.competence, one.item_count) for one in outcomes] == [
        (passport.outcome_ids[0], "customer-contact", 3)
    ]


def test_what_only_a_person_rates_is_answered_but_measures_nothing(session: Session, world: World) -> None:
    candidate_id = start(session, world, section=FIXED)
    for _ in range(5):
        answer(session, candidate_id)
    for response in session.exec(select(Response).order_by(col(Response.id)).limit(2)):
        response.maximum = response.points = 0
    before = results.balance(session, get_progress(session, candidate_id))

    results.close_sitting(session, candidate_id, now=START)

    outcomes = session.exec(select(Outcome)).all()
    assert before == results.Balance(5, (FIXED,), (1, 2, 4, 5, 6, 7))
    assert [(one.competence, one.item_count) for one in outcomes] == [("customer-contact", 3)]
    assert [item["points"] for item in outcomes[0].evidence["items"]] == [2, 2, 2]


def test_section_of_too_few_marked_answers_is_not_tested(session: Session, world: World) -> None:
    candidate_id = start(session, world, section=FIXED)
    for _ in range(5):
        answer(session, candidate_id)
    for response in session.exec(select(Response).order_by(col(Response.id)).limit(3)):
        response.maximum = response.points = 0

    before = results.balance(session, get_progress(session, candidate_id))
    results.close_sitting(session, candidate_id, now=START)

    assert before == results.Balance(5, (), (1, 2, 3, 4, 5, 6, 7))
    assert session.exec(select(Outcome)).all() == []


def test_skipped_questions_are_no_answers_but_count_as_not_solved(session: Session, world: World) -> None:
    candidate_id = start(session, world)
    sit(session, candidate_id, 1, skipped=True)
    sections.end_section(session, candidate_id, number=2, now=START)
    sections.start_section(session, candidate_id, number=3, now=START)
    for skipped in (False, False, False, True, True):
        answer(session, candidate_id, skipped=skipped)

    results.close_sitting(session, candidate_id, now=START)

    outcomes = session.exec(select(Outcome)).all()
    assert [(one.competence, one.item_count) for one in outcomes] == [("customer-contact", 5)]
    assert [item["points"] for item in outcomes[0].evidence["items"]] == [2, 2, 2, 0, 0]


def test_close_sitting_again_gives_the_same_passport(session: Session, world: World) -> None:
    candidate_id = start(session, world)
    sit(session, candidate_id, 1)
    first = results.close_sitting(session, candidate_id, now=START).id
    before = state(session)

    again = results.close_sitting(session, candidate_id, now=START + timedelta(days=1)).id

    assert (again, state(session)) == (first, before)


def test_nothing_is_changed_after_handing_in(session: Session, world: World) -> None:
    candidate_id = start(session, world, section=FIXED)
    results.close_sitting(session, candidate_id, now=START)
    before = state(session)

    steps = [
        record_response(session, candidate_id, Answer(1, "late", "nl", skipped=True, fields={}), now=START),
        sections.start_section(session, candidate_id, number=4, now=START),
        sections.end_section(session, candidate_id, number=3, now=START),
        sections.pause(session, candidate_id, now=START),
        sections.go_on(session, candidate_id, now=START),
        sittings.choose_language(session, candidate_id, language="fr", now=START),
    ]

    assert (steps, state(session)) == ([Step("passport")] * 6, before)
