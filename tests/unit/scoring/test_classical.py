"""Classical item statistics against psych, their laws, and what poor data do to them."""

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from scoring.classical.items import ItemStatistics, correlation, item_statistics, pairwise_covariance

REFERENCE = json.loads((Path(__file__).parent / "fixtures" / "classical.json").read_text())["LSAT6"]
LSAT6 = np.repeat(REFERENCE["patterns"], REFERENCE["freq"], axis=0)

matrices = hnp.arrays(np.int64, st.tuples(st.integers(3, 20), st.integers(2, 5)), elements=st.integers(0, 2))
holed = hnp.arrays(np.int64, st.tuples(st.integers(3, 20), st.integers(2, 5)), elements=st.integers(-1, 2))


@pytest.mark.parametrize(
    ("field", "reference"),
    [
        ("p", "p"),
        ("item_total", "pt_biserial_uncorrected"),
        ("item_rest", "pt_biserial_rest"),
        ("alpha_without", "alpha_drop"),
    ],
)
def test_item_statistics_match_psych(field: str, reference: str) -> None:
    found = item_statistics(LSAT6, [1] * 5)

    assert [getattr(item, field) for item in found] == pytest.approx(REFERENCE[reference], abs=1e-12)


def test_item_statistics_tell_all_of_a_small_test() -> None:
    scores = [[1, 2, 1], [1, 1, 0], [0, 1, 1], [0, 0, 0]]

    first = item_statistics(scores, [1, 2, 1])[0]

    assert first == ItemStatistics(
        item=0,
        responses=4,
        mean=0.5,
        p=0.5,
        sd=pytest.approx(0.5773502691896258),
        item_total=pytest.approx(0.7071067811865476),
        item_rest=pytest.approx(0.4472135954999579),
        biserial=pytest.approx(0.4472135954999579 * 0.5 / 0.3989422804014327),
        d_index=pytest.approx(1 / 1.08),
        alpha_without=pytest.approx(2 * (1 - (2 / 3 + 1 / 3) / (1 + 2 / 3))),
    )


def test_item_statistics_count_who_passed_an_item_over() -> None:
    scores = [[1, 0, 1, 0], [1, 0, 0, 0], [-1, -1, -1, -1]]
    skipped = [[False, True, False, False], [False, True, True, True], [False] * 4]

    found = item_statistics(scores, [1] * 4, skipped=skipped)

    assert [(item.omitted, item.not_reached) for item in found] == [(0, 0), (0.5, 0.5), (0, 0.5), (0, 0.5)]


def test_item_statistics_give_quartiles_of_known_times() -> None:
    seconds = [[10, np.nan], [20, np.nan], [30, np.nan], [np.nan, np.nan], [40, np.nan], [50, np.nan]]

    found = item_statistics([[1, 0]] * 6, [1, 1], seconds=seconds)

    times = [(item.lower_quartile_seconds, item.median_seconds, item.upper_quartile_seconds) for item in found]
    assert times == [(20, 30, 40), (None, None, None)]


def test_d_index_takes_the_best_and_weakest_27_percent() -> None:
    scores = np.tril(np.ones((100, 100), dtype=np.int64))

    found = item_statistics(scores, [1] * 100)

    # Item j is right for persons j.. 99: the hardest fifty share only what of them lies in the best 27.
    assert [found[j].d_index for j in (0, 13, 50, 86)] == pytest.approx([0, 13 / 27, 1, 14 / 27])


def test_polyserial_recovers_the_correlation_behind_the_categories() -> None:
    rng = np.random.default_rng(20261126)
    ability = rng.normal(size=20_000)
    latent = 0.6 * ability + 0.8 * rng.normal(size=20_000)
    item = np.digitize(latent, [-0.5, 0.8])
    rest = np.digitize(ability, np.linspace(-3, 3, 61))

    found = item_statistics(np.column_stack((item, rest)), [2, 61])[0]

    assert found.biserial == pytest.approx(0.6, abs=0.02)


def test_incomplete_designs_compare_shares_of_the_points_offered() -> None:
    # Two booklets with item 0 in common; the second pair of items is worth twice the points.
    scores = [[1, 1, 1, -1, -1], [0, 0, 0, -1, -1], [1, -1, -1, 2, 2], [0, -1, -1, 0, 0]]

    found = item_statistics(scores, [1, 1, 1, 2, 2])

    assert [item.responses for item in found] == [4, 2, 2, 2, 2]
    assert found[0].item_rest == pytest.approx(1)
    assert found[0].alpha_without is None


@pytest.mark.parametrize(
    ("scores", "maxima"),
    [
        ([[1, 0], [1, 1]], [1]),
        ([[2, 0], [1, 1]], [1, 1]),
        ([[0.5, 0], [1, 1]], [1, 1]),
        ([[0, 0], [0, 0]], [0, 1]),
        ([1, 0], [1]),
    ],
)
def test_item_statistics_refuse_impossible_scores(scores: list[list[int]], maxima: list[int]) -> None:
    with pytest.raises(ValueError, match=r"[Ss]core|maximum"):
        item_statistics(scores, maxima)


def test_item_statistics_refuse_other_shapes_beside_the_scores() -> None:
    with pytest.raises(ValueError, match="seconds"):
        item_statistics([[1, 0]], [1, 1], seconds=[[1]])
    with pytest.raises(ValueError, match="skipped"):
        item_statistics([[1, 0]], [1, 1], skipped=[[True]])


def test_item_statistics_name_what_data_without_spread_cannot_tell() -> None:
    found = item_statistics([[1, -1], [1, -1], [1, -1]], [1, 1])

    assert found == (
        ItemStatistics(0, 3, 1.0, 1.0, 0.0, None, None, None, None, None),
        ItemStatistics(1, 0, None, None, None, None, None, None, None, None),
    )


def test_pairwise_covariance_is_that_of_numpy_for_complete_data() -> None:
    np.testing.assert_allclose(pairwise_covariance(LSAT6), np.cov(LSAT6, rowvar=False), atol=1e-14)


def test_correlation_of_numbers_that_are_equal_up_to_rounding_is_none() -> None:
    assert correlation(np.array([0.1 + 0.2, 0.3, 0.3]), np.array([1.0, 2.0, 3.0])) is None


@given(scores=matrices, seed=st.integers(0, 99))
@settings(max_examples=60)
def test_item_statistics_do_not_depend_on_the_order_of_persons(scores: npt.NDArray[np.int64], seed: int) -> None:
    shuffled = np.random.default_rng(seed).permutation(scores)

    first, second = (item_statistics(one, [2] * scores.shape[1]) for one in (scores, shuffled))

    for one, other in zip(first, second, strict=True):
        assert (one.p, one.item_rest, one.d_index) == pytest.approx((other.p, other.item_rest, other.d_index), abs=1e-9)


@given(scores=holed)
@settings(max_examples=60)
def test_item_statistics_hold_no_nan_and_keep_their_bounds(scores: npt.NDArray[np.int64]) -> None:
    found = item_statistics(scores, [2] * scores.shape[1])

    for item in found:
        known = {name: getattr(item, name) for name in ItemStatistics.__slots__ if getattr(item, name) is not None}
        assert all(np.isfinite(value) for value in known.values())
        assert 0 <= known.get("p", 0) <= 1
        assert all(abs(known.get(name, 0)) <= 1 + 1e-9 for name in ("item_total", "item_rest", "d_index"))


def test_items_keep_the_labels_they_were_given() -> None:
    found = item_statistics(LSAT6, [1] * 5, labels="abcde")

    assert [item.label for item in found] == list("abcde")
    assert [item.label for item in item_statistics(LSAT6, [1] * 5)] == [None] * 5
    with pytest.raises(ValueError, match="5 items need as many labels, not 4"):
        item_statistics(LSAT6, [1] * 5, labels="abcd")
