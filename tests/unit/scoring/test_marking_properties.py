"""What is true of every rule, whatever is given."""

from random import Random

from hypothesis import assume, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from question_banks.content import ItemContent
from question_banks.interactions import OrderInteraction
from question_banks.responses import Value, fields_of, read_response
from scoring.explaining import explain
from scoring.marking import ItemScore, mark_response, maximum_points
from tests.responses import FILE, everything, given_of, marked

Case = tuple[ItemContent, Value, Value]


@settings(deadline=None)
@drawn(everything)
def test_points_lie_between_nothing_and_the_maximum_and_are_explained(case: Case) -> None:
    content, value, _ = case

    score = mark_response(content, given_of(value), language="fr")
    (explanation,) = explain(content, given_of(value), "fr")

    assert 0 <= score.points <= score.maximum == maximum_points(content)
    assert (explanation.points, explanation.maximum) == (score.points, score.maximum)
    assert explanation.waiting is bool(score.waiting)
    assert explanation.message.format(**explanation.values)
    assert mark_response(content, given_of(value), language="fr") == score


@settings(deadline=None)
@drawn(marked)
def test_key_earns_the_maximum_and_nothing_earns_nothing(case: Case) -> None:
    content, _, key = case

    empty = mark_response(content, {}, language="fr")

    assert empty == ItemScore(points=0, maximum=maximum_points(content), parts={"r1": 0})
    assume(key is not None)
    assert mark_response(content, given_of(key), language="fr").points == maximum_points(content)


@settings(deadline=None)
@drawn(marked, st.randoms(use_true_random=False))
def test_order_of_values_does_not_matter_where_there_is_none(case: Case, rng: Random) -> None:
    content, value, _ = case
    assume(isinstance(value, list) and not isinstance(content.interactions[0], OrderInteraction))
    assert isinstance(value, list)

    other = sorted(value, key=lambda _one: rng.random())

    assert mark_response(content, given_of(other), language="fr") == mark_response(
        content, given_of(value), language="fr"
    )


@settings(deadline=None)
@drawn(everything)
def test_what_is_marked_is_what_a_form_can_send(case: Case) -> None:
    content, value, _ = case
    given = given_of(value)
    files = {"r1": FILE} if isinstance(value, dict) and "digest" in value else {}

    read = read_response(content, fields_of(given, content), files=files)

    assert read == (given, {})
