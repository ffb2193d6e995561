"""Questions about candidates: who is asked what, and who is forgotten."""

from random import Random
from typing import Any

import pytest
from sqlmodel import Session, select

from assess import background, sittings
from assess.background import MOST_QUESTIONS, QuestionDraft, TooManyQuestionsError
from assess.erasure import erase_from_sittings
from assess.errors import InvalidInputError, NotFoundError
from assess.models import BackgroundAnswer, BackgroundQuestion, Sitting
from tests.conftest import START, World

LANGUAGES = ("fr", "nl")
YES_NO = [{"fr": "Oui", "nl": "Ja"}, {"fr": "Non", "nl": "Nee"}]
ASKED = {"fr": "Êtes-vous né en Belgique ?", "nl": "Bent u in België geboren?"}


def ask(session: Session, world: World, **values: Any) -> BackgroundQuestion:
    draft = QuestionDraft(**{"words": ASKED, "options": YES_NO, "ground": "Art. 9.2.j", **values})
    return background.add_question(
        session, draft, operator_id=world.operator_id, author_id=world.admin.id, languages=LANGUAGES, now=START
    )


def sit(session: Session, world: World, number: int, *, handed_in: bool = True) -> Sitting:
    candidate_id = world.invitations[number].candidate_id
    sitting = sittings.start_sitting(session, candidate_id, language="fr", now=START, rng=Random(1))
    if handed_in:
        sitting.status, sitting.submitted_at = "submitted", START
        session.add(sitting)
        session.flush()
    return sitting


def test_question_gets_codes_of_its_own(session: Session, world: World) -> None:
    first, second = ask(session, world), ask(session, world)

    assert [(one.code, [option.code for option in one.options], one.is_active) for one in (first, second)] == [
        ("q1", ["o1", "o2"], True),
        ("q2", ["o1", "o2"], True),
    ]
    assert background.list_questions(session, operator_id=world.other_operator_id) == []


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"words": {"fr": "Sans néerlandais ?"}}, "words.nl"),
        ({"words": ASKED | {"nl": "x" * 201}}, "words.nl"),
        ({"options": YES_NO[:1]}, "option.2.fr"),
        ({"options": YES_NO * 5}, "option.11.fr"),
        ({"options": [YES_NO[0], {"fr": "Non", "nl": " "}]}, "option.2.nl"),
        ({"ground": " "}, "ground"),
        ({"ground": "x" * 601}, "ground"),
    ],
)
def test_incomplete_question_is_refused_where_it_is(
    session: Session, world: World, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        ask(session, world, **values)

    assert refused.value.values["field"] == field


def test_three_are_asked_at_most(session: Session, world: World) -> None:
    made = [ask(session, world) for _ in range(MOST_QUESTIONS)]
    with pytest.raises(TooManyQuestionsError):
        ask(session, world)
    background.set_active(session, made[0].id, operator_id=world.operator_id, active=False)

    ask(session, world)

    with pytest.raises(TooManyQuestionsError):
        background.set_active(session, made[0].id, operator_id=world.operator_id, active=True)
    assert len(background.list_questions(session, operator_id=world.operator_id, active_only=True)) == MOST_QUESTIONS


def test_question_of_somebody_else_is_not_found(session: Session, world: World) -> None:
    question = ask(session, world)

    for act in (
        background.forget_answers,
        lambda *args, **kwargs: background.set_active(*args, active=False, **kwargs),
    ):
        with pytest.raises(NotFoundError):
            act(session, question.id, operator_id=world.other_operator_id)


def test_answer_takes_the_place_of_an_earlier_one_and_silence_takes_it_back(session: Session, world: World) -> None:
    question = ask(session, world)
    person = world.invitations[0].candidate_id
    seen = []

    for option in ("o1", "o2", "o9", ""):
        background.answer_questions(session, person, {question.id: option}, operator_id=world.operator_id, now=START)
        seen.append(background.answers_of(session, person))

    assert seen == [{question.id: "o1"}, {question.id: "o2"}, {}, {}]


def test_only_sittings_that_are_handed_in_are_in_groups(session: Session, world: World) -> None:
    question = ask(session, world)
    done, running = sit(session, world, 0), sit(session, world, 1, handed_in=False)
    for sitting in (done, running):
        background.answer_questions(
            session, sitting.candidate_id, {question.id: "o1"}, operator_id=world.operator_id, now=START
        )

    groups = background.groups_of_sittings(session, operator_id=world.operator_id)

    assert groups == {question.id: {done.id: "o1"}}
    assert background.groups_of_sittings(session, operator_id=world.other_operator_id) == {}
    assert background.count_answers(session, operator_id=world.operator_id) == {question.id: 2}


def test_forgetting_deletes_answers_and_asks_no_more(session: Session, world: World) -> None:
    question = ask(session, world)
    background.answer_questions(
        session, world.invitations[0].candidate_id, {question.id: "o1"}, operator_id=world.operator_id, now=START
    )

    forgotten = background.forget_answers(session, question.id, operator_id=world.operator_id)

    assert (forgotten, question.is_active, session.exec(select(BackgroundAnswer)).all()) == (1, False, [])


@pytest.mark.parametrize("keep_answers", [False, True])
def test_erasing_a_person_erases_what_they_said_of_themselves(
    session: Session, world: World, keep_answers: bool
) -> None:
    question = ask(session, world)
    gone, stays = (sit(session, world, number).candidate_id for number in range(2))
    for person in (gone, stays):
        background.answer_questions(session, person, {question.id: "o1"}, operator_id=world.operator_id, now=START)

    erase_from_sittings(session, [gone], now=START, keep_answers=keep_answers)

    assert session.exec(select(BackgroundAnswer.candidate_id)).all() == [stays]
