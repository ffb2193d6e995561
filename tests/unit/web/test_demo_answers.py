"""The candidate of the demonstration can answer every kind of item, or says that they cannot."""

from hypothesis import given as drawn
from hypothesis import settings

from question_banks.content import ItemContent
from question_banks.responses import Value, fields_of, read_response
from scoring.marking import mark_response, maximum_points
from tests.responses import everything, unmarked
from web.demo_answers import demo_answer


@settings(deadline=None)
@drawn(everything)
def test_demo_answer_can_be_sent_and_the_solved_one_earns_all(case: tuple[ItemContent, Value, Value]) -> None:
    content, _, _ = case

    right, wrong = (demo_answer(content, solved=solved) for solved in (True, False))

    if right:
        assert mark_response(content, right, language="fr").points == maximum_points(content)
        assert read_response(content, fields_of(right, content))[1] == {}
    assert read_response(content, fields_of(wrong, content))[1] == {}


@settings(deadline=None)
@drawn(unmarked())
def test_demo_answer_leaves_own_words_and_voices_alone(case: tuple[ItemContent, Value, Value]) -> None:
    content, _, _ = case

    assert demo_answer(content, solved=True) == {}
