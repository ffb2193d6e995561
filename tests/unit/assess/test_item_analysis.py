"""What answers say of items, from made-up answers whose truth is known; and how few of them say nothing."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from assess.choices import options_of
from assess.datasets import NOT_GIVEN, Dataset, Version
from assess.group_differences import compare_groups
from assess.item_analysis import Analysed, analyse, share_interval
from assess.item_figures import BankAnalysis, ItemFigures
from assess.item_verdicts import verdicts_of, verdicts_of_difference
from assess.level_precision import level_precision
from assess.score_matrix import score_matrix
from question_banks.content import AuthorEstimate, ItemContent
from question_banks.interactions import ChoiceInteraction, JudgementInteraction, NumericInteraction, Option
from question_banks.rules import JudgementRule, MatchRule, NumberRule, RatedRule
from scoring.estimation import estimate_ability
from scoring.levels import LevelScale
from scoring.parameters import parameters_of

ITEMS = 12


def choice(b: float, **values: Any) -> ItemContent:
    return ItemContent(
        languages=("fr", "nl"),
        interactions=(ChoiceInteraction(id="r1", options=tuple(Option(id=one) for one in "abcd")),),
        rules={"r1": MatchRule(key=frozenset("a"))},
        estimate=AuthorEstimate(b=b),
        seconds=40,
        **values,
    )


def version(number: int, content: ItemContent, **values: Any) -> Version:
    kept: dict[str, Any] = {"number": 1, "is_current": True, "status": "live", "is_archived": False}
    return Version(UUID(int=number), UUID(int=number + 1000), f"item-{number}", content=content, **(kept | values))


VERSIONS = [version(number, choice(round(-2 + 4 * number / ITEMS, 1))) for number in range(ITEMS)]
TEXTS = tuple(f'{{"r1": ["{one}"]}}' for one in "abcd")


def answered(persons: int, seed: int = 7) -> Dataset:
    """Return answers of normal people to all items: half of them French, all wrong options alike."""
    rng = np.random.default_rng(seed)
    b = np.array([one.content.estimate.b for one in VERSIONS])
    right = rng.random((persons, ITEMS)) < 1 / (1 + np.exp(b - rng.normal(size=(persons, 1))))
    given = np.where(right, 0, rng.integers(1, 4, size=right.shape))
    return dataset(right.astype(np.int16), given.astype(np.int32))


def dataset(points: Any, given: Any) -> Dataset:
    persons, items = points.shape
    size = persons * items
    person = np.repeat(np.arange(persons, dtype=np.int32), items)
    return Dataset(
        sittings=tuple(UUID(int=9000 + one) for one in range(persons)),
        versions=tuple(one.id for one in VERSIONS[:items]),
        languages=("fr", "nl"),
        person=person,
        version=np.tile(np.arange(items, dtype=np.int32), persons),
        points=points.ravel(),
        maximum=np.ones(size, dtype=np.int16),
        skipped=np.zeros(size, dtype=np.bool_),
        language=(person % 2).astype(np.int16),
        seconds=np.full(size, 30, dtype=np.float32),
        at=person.astype(np.int64) * 3600,
        section=np.zeros(size, dtype=np.int16),
        place=np.tile(np.arange(1, items + 1, dtype=np.int16), persons),
        is_seed=np.zeros(size, dtype=np.bool_),
        given=given.ravel(),
        given_texts=TEXTS,
    )


def analysed(data: Dataset) -> BankAnalysis:
    return analyse(data, VERSIONS, {})


def codes(item: ItemFigures) -> list[str]:
    return [one.code for one in verdicts_of(item)]


def test_honest_items_are_all_fine() -> None:
    found = analysed(answered(1000))

    assert [codes(item) for item in found.items] == [["fine"]] * ITEMS
    assert found.reliability.alpha is not None
    assert found.reliability.alpha.persons == 1000
    assert found.languages == {"fr": 500, "nl": 500}
    assert [len(item.differences) for item in found.items] == [1] * ITEMS


def test_figures_are_those_of_a_count() -> None:
    data = answered(200)
    data.skipped[:3] = True
    data.points[3] = NOT_GIVEN

    item = analysed(data).items[3]

    mine = data.points[3::ITEMS][1:]
    assert item.classical is not None
    assert (item.asked, item.responses, item.classical.p) == (200, 199, pytest.approx(mine.mean()))
    assert (item.omitted, item.not_reached, item.median_seconds) == (0.0, 1 / 200, 30)
    assert (item.low, item.high) == share_interval(float(mine.mean()), 199)


def test_interval_of_a_share_is_wilsons() -> None:
    # Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20.
    found = [share_interval(one / n, n) for one, n in ((81, 263), (15, 148), (0, 20))]

    expected = [(0.2553, 0.3662), (0.0624, 0.1605), (0.0, 0.1611)]
    assert [end for pair in found for end in pair] == pytest.approx(
        [end for pair in expected for end in pair], abs=5e-5
    )


def test_rest_leaves_the_item_out() -> None:
    data = answered(60)
    scores = score_matrix(data, {one.id: one for one in VERSIONS}, {})
    rows = np.ones(60, dtype=np.bool_)

    rest = scores.rest_theta(4, rows)

    others = [place for place in range(ITEMS) if place != 4]
    parameters = [parameters_of(VERSIONS[place].content) for place in others]
    expected = [
        estimate_ability(list(zip(parameters, row[others].tolist(), strict=True))).theta for row in scores.points
    ]
    assert rest == pytest.approx(expected, abs=1e-9)


def test_what_is_tried_out_counts_for_nobody() -> None:
    data = answered(100)
    data.is_seed[2::ITEMS] = True

    scores = score_matrix(data, {one.id: one for one in VERSIONS}, {})
    item = analyse(data, VERSIONS, {}).items[2]

    assert (scores.points[:, 2] >= 0).all()
    assert (scores.counted[:, 2] == NOT_GIVEN).all()
    assert scores.rest_theta(2, np.ones(100, dtype=np.bool_)) == pytest.approx(scores.theta)
    assert (item.tried_out, item.responses) == (100, 100)


def test_a_wrong_key_is_found_with_the_option_that_is_right() -> None:
    data = answered(400)
    mine = data.given[5::ITEMS]
    # Who knows takes b.
    data.given[5::ITEMS] = np.select([mine == 0, mine == 1], [1, 0], mine)
    data.points[5::ITEMS] = data.given[5::ITEMS] == 0

    found = verdicts_of(analysed(data).items[5])

    assert [(one.code, one.urgency, one.option) for one in found[:2]] == [
        ("weak_do_better", 3, ""),
        ("able_take", 3, "b"),
    ]


def test_an_option_that_nobody_takes_is_named() -> None:
    data = answered(300)
    data.given[1::ITEMS][data.given[1::ITEMS] == 3] = 2

    found = verdicts_of(analysed(data).items[1])

    assert [(one.code, one.option) for one in found] == [("nobody_takes", "d")]


def test_an_item_that_is_harder_in_one_language_names_language_and_option() -> None:
    data = answered(1000)
    rng = np.random.default_rng(3)
    dutch = (data.person[6::ITEMS] % 2 == 1) & (rng.random(1000) < 0.3)
    data.given[6::ITEMS][dutch] = 2
    data.points[6::ITEMS] = data.given[6::ITEMS] == 0

    found = analysed(data)

    assert [(one.code, one.language, one.option) for one in verdicts_of(found.items[6])] == [("harder_in", "nl", "c")]
    assert [codes(item) for place, item in enumerate(found.items) if place != 6] == [["fine"]] * (ITEMS - 1)


def test_an_item_that_grew_easier_is_said_to() -> None:
    data = answered(1200)
    late = data.person[7::ITEMS] > 700
    known = late & (np.random.default_rng(5).random(1200) < 0.7)
    data.given[7::ITEMS][known] = 0
    data.points[7::ITEMS] = data.given[7::ITEMS] == 0

    found = analysed(data)

    assert codes(found.items[7]) == ["easier"]
    assert len(found.windows) == 6


def test_time_omissions_and_ease_have_their_words() -> None:
    data = answered(200)
    data.points[0::ITEMS], data.given[0::ITEMS] = 1, 0
    data.points[1::ITEMS][:40], data.skipped[1::ITEMS][:40] = 0, True
    data.points[2::ITEMS][:40] = NOT_GIVEN
    data.seconds[3::ITEMS], data.seconds[4::ITEMS] = 90, 5

    found = analysed(data)

    expected = ["too_easy", "often_open", "not_reached", "slow", "fast"]
    assert [code in codes(item) for code, item in zip(expected, found.items[:5], strict=True)] == [True] * 5


@pytest.mark.parametrize("persons", [1, 4, 5, 29])
def test_from_too_few_answers_nothing_is_said(persons: int) -> None:
    data = answered(persons)
    # All of it would be said of thirty.
    data.points[0::ITEMS], data.skipped[1::ITEMS], data.seconds[:] = 1, True, 900

    found = analysed(data)

    assert [codes(item) for item in found.items] == [["too_few"]] * ITEMS
    assert (found.reliability.alpha, found.reliability.marginal, found.windows) == (None, None, ())
    assert [one.items for one in found.comparisons] == [()] * (persons > 1)


def test_of_fewer_than_five_people_no_figure_is_told() -> None:
    found = analysed(answered(4))

    assert [(item.asked, item.p, item.rest, item.options, item.languages) for item in found.items] == [
        (4, None, None, (), ())
    ] * ITEMS


def test_languages_with_few_readers_are_counted_and_no_more() -> None:
    data = answered(40)
    data.language[:] = np.where(data.person < 3, 1, 0)

    languages = analysed(data).items[0].languages

    assert [(one.language, one.responses, one.p is None) for one in languages] == [("fr", 37, False), ("nl", 3, True)]


def test_answers_to_earlier_versions_are_counted_apart() -> None:
    data = answered(50)
    newer = replace(VERSIONS[0], id=UUID(int=77), number=2)
    versions = [replace(VERSIONS[0], is_current=False), newer, *VERSIONS[1:]]

    found = analyse(data, versions, {})

    assert (found.items[0].version, found.items[0].asked, found.items[0].older) == (newer, 0, 50)
    assert (found.answers, found.older_answers) == (50 * ITEMS, 50)
    assert codes(found.items[0]) == ["too_few"]


def test_what_a_person_rates_is_not_marked() -> None:
    rated = version(
        0, ItemContent(languages=("fr",), interactions=VERSIONS[0].content.interactions, rules={"r1": RatedRule()})
    )
    data = answered(40)
    data.maximum[0::ITEMS], data.points[0::ITEMS] = 0, 0

    found = analyse(data, [rated, *VERSIONS[1:]], {})

    assert (codes(found.items[0]), found.items[0].responses, found.items[0].asked) == (["unmarked"], 0, 40)


def test_nobody_gives_an_analysis_all_the_same() -> None:
    found = analysed(dataset(np.zeros((0, ITEMS), dtype=np.int16), np.zeros((0, ITEMS), dtype=np.int32)))

    assert (found.sittings, found.answers, found.comparisons) == (0, 0, ())
    assert [codes(item) for item in found.items] == [["too_few"]] * ITEMS


def test_groups_that_are_too_small_are_not_compared() -> None:
    data = answered(300)
    scores = score_matrix(data, {one.id: one for one in VERSIONS}, {})
    group = np.where(np.arange(300) < 99, 1, 0).astype(np.int64)

    found = compare_groups(scores.points, scores, group, ("a", "b"), Analysed(data, scores).taken)

    assert [(one.reference, one.focal, one.n_reference, one.n_focal, one.enough, one.items) for one in found] == [
        ("a", "b", 201, 99, False, ())
    ]


def with_slopes(french: float, dutch: float, *, turns_at: float) -> Dataset:
    """Return answers of 2400 people in which item 5 rises with one slope among the French and another among the Dutch."""
    rng = np.random.default_rng(11)
    theta = rng.normal(size=(2400, 1))
    b = np.array([one.content.estimate.b for one in VERSIONS])
    logits = theta - b
    slope = np.where(np.arange(2400) % 2, dutch, french)
    logits[:, 5] = slope * (theta[:, 0] - turns_at)
    right = rng.random(logits.shape) < 1 / (1 + np.exp(-logits))
    return dataset(right.astype(np.int16), np.where(right, 0, rng.integers(1, 4, size=right.shape)).astype(np.int32))


def test_difference_that_turns_is_said_of_the_weaker_people_of_the_steeper_group() -> None:
    item = analysed(with_slopes(0.3, 2.2, turns_at=0.3)).items[5]

    verdict = next(one for one in verdicts_of(item) if one.code == "turns")
    difference = item.differences[0][1]

    assert (verdict.urgency, verdict.language, verdict.other, verdict.option) == (2, "nl", "fr", "")
    assert difference.category == "B"
    assert difference.turns_at == pytest.approx(0.3, abs=0.2)
    assert verdict.values["turns_at"] == difference.turns_at
    assert verdict.values["weaker"] == pytest.approx(0.62, abs=0.1)
    assert (difference.is_uneven, difference.harder_for_weaker) == (True, "focal")


def test_difference_that_turns_beyond_everybody_is_harder_for_one_group_and_most_for_some() -> None:
    item = analysed(with_slopes(0.5, 1.4, turns_at=2.6)).items[5]

    verdict = next(one for one in verdicts_of(item) if one.language)
    comparison, difference = item.differences[0]

    assert (verdict.code, verdict.language, verdict.most_for) == ("harder_in", "nl", "weaker")
    assert difference.turns_at is None
    assert list(verdicts_of_difference(comparison, difference)) == [verdict]


SCALE = LevelScale("1", (("2", -1.0), ("3", 0.2), ("4", 1.4)))


def test_share_of_right_levels_is_what_really_happens() -> None:
    rng = np.random.default_rng(3)
    theta = rng.normal(size=4000)
    b = np.array([one.content.estimate.b for one in VERSIONS])
    right = (rng.random((4000, ITEMS)) < 1 / (1 + np.exp(b - theta[:, None]))).astype(np.int16)
    scores = score_matrix(dataset(right, (1 - right).astype(np.int32)), {one.id: one for one in VERSIONS}, {})

    found = level_precision(scores, SCALE)

    cuts = [cut for _, cut in SCALE.cuts]
    true, given = np.searchsorted(cuts, theta, side="right"), np.searchsorted(cuts, scores.theta, side="right")
    assert found is not None
    assert (found.people, found.right, found.near) == (
        4000,
        pytest.approx((true == given).mean(), abs=0.02),
        pytest.approx((abs(true - given) <= 1).mean(), abs=0.02),
    )
    sides = [((theta >= cut) == (scores.theta >= cut)).mean() for cut in cuts]
    assert [one.right for one in found.borders] == pytest.approx(sides, abs=0.02)
    near = [scores.standard_error[abs(scores.theta - cut) <= 0.5].mean() for cut in cuts]
    assert [one.standard_error for one in found.borders] == pytest.approx(near, abs=0.01)
    assert [one.reliability for one in found.borders] == pytest.approx([1 - error**2 for error in near], abs=0.02)
    assert found.weakest.level == "3"


def test_levels_are_not_judged_by_few_people_or_without_cuts() -> None:
    few, many = (analyse(answered(people), VERSIONS, {}, SCALE) for people in (49, 50))

    assert few.levels is None
    assert many.levels is not None
    assert (many.levels.people, many.uncalibrated) == (50, ITEMS)
    assert analyse(answered(50), VERSIONS, {}, LevelScale("1", ())).levels is None
    assert analysed(answered(50)).levels is None


def test_options_are_found_for_what_is_chosen_and_not_for_what_is_typed() -> None:
    judgement = JudgementInteraction(id="r2", options=(Option(id="a"), Option(id="b")))
    content = ItemContent(
        languages=("fr",),
        interactions=(choice(0.0).interactions[0], judgement, NumericInteraction(id="r3")),
        rules={
            "r1": MatchRule(key=frozenset("a")),
            "r2": JudgementRule(effectiveness={"a": 1.0, "b": 3.0}),
            "r3": NumberRule(),
        },
    )

    found = options_of(content)

    assert [(one.interaction, one.options, one.keys) for one in found] == [
        ("r1", ("a", "b", "c", "d"), frozenset("a")),
        ("r2", ("a", "b"), frozenset("b")),
    ]
    given = [{"r1": ["c"], "r2": {"most": "b", "least": "a"}}, {}, {"r1": "c", "r2": ["b"]}, {"r1": ["x", 7]}]
    assert found[0].taken(given).tolist() == [[False, False, True, False], [False] * 4, [False] * 4, [False] * 4]
    assert found[1].taken(given).tolist() == [[False, True], [False] * 2, [False] * 2, [False] * 2]
