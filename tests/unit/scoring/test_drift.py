"""Drift of items over time: found where it is, silent where it is not."""

import numpy as np
import numpy.typing as npt
import pytest
from scipy.special import chdtrc

from scoring.classical.drift import ItemDrift, WindowStatistics, detect_drift, equal_windows, z_of_change

WINDOWS = 6


def simulate(
    shifts: npt.ArrayLike,
    *,
    persons: int = 3_000,
    steps: tuple[float, ...] = (0.0,),
    growth: float = 0.1,
    seed: int = 1,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return scores, abilities that rise over time, and windows; `shifts` is each item's difficulty by window."""
    rng = np.random.default_rng(seed)
    window = rng.integers(0, WINDOWS, persons)
    theta = rng.normal(size=persons) + growth * window
    rise = (theta[:, None] - np.asarray(shifts)[:, window].T)[:, :, None] - np.array(steps)
    logits = np.concatenate((np.zeros((*rise.shape[:2], 1)), rise.cumsum(axis=2)), axis=2)
    probabilities = np.exp(logits)
    probabilities /= probabilities.sum(axis=2, keepdims=True)
    draws = rng.random((*rise.shape[:2], 1))
    return (draws > probabilities.cumsum(axis=2)[:, :, :-1]).sum(axis=2), theta, window


def test_detect_drift_tells_easier_harder_uneven_and_stable() -> None:
    shifts = np.zeros((10, WINDOWS))
    shifts[0] = np.linspace(0, -1, WINDOWS)
    shifts[1] = np.linspace(0, 0.9, WINDOWS)
    shifts[2] = [0, 0, 1, 1, 0, 0]
    scores, theta, window = simulate(shifts)

    found = detect_drift(scores, [1] * 10, theta, window)

    assert [item.verdict for item in found] == ["easier", "harder", "uneven"] + ["stable"] * 7
    assert [found[item].change for item in (0, 1)] == pytest.approx([-1, 0.9], abs=0.35)
    assert [one.shift for one in found[1].windows] == pytest.approx(np.linspace(-0.45, 0.45, WINDOWS), abs=0.3)
    assert [one.responses for one in found[0].windows] == np.bincount(window).tolist()


def test_detect_drift_of_items_of_several_points() -> None:
    shifts = np.zeros((6, WINDOWS))
    shifts[0] = np.linspace(0, 1, WINDOWS)
    scores, theta, window = simulate(shifts, steps=(-0.8, 0.8))

    found = detect_drift(scores, [2] * 6, theta, window, labels="abcdef")

    assert [item.verdict for item in found] == ["harder"] + ["stable"] * 5
    assert [item.label for item in found] == list("abcdef")


def test_detect_drift_accuses_few_stable_items() -> None:
    scores, theta, window = simulate(np.zeros((200, WINDOWS)), persons=1_500)

    found = detect_drift(scores, [1] * 200, theta, window)

    trend = np.array([item.trend_p for item in found], dtype=np.float64)
    uneven = np.array([item.any_p for item in found], dtype=np.float64)
    assert ((trend <= 0.05).mean(), (uneven <= 0.05).mean()) == pytest.approx((0.05, 0.05), abs=0.035)
    assert [item.verdict for item in found] == ["stable"] * 200


def test_p_of_the_trend_is_that_of_its_z() -> None:
    scores, theta, window = simulate(np.linspace(0, 0.3, WINDOWS)[None, :])

    found = detect_drift(scores, [1], theta, window)[0]

    assert found.z is not None
    assert found.trend_p == pytest.approx(float(chdtrc(1, found.z**2)), rel=0.05)


def test_windows_with_too_few_responses_show_their_share_only() -> None:
    scores = [[1], [0], [1], [-1], [1]]

    found = detect_drift(scores, [1], [0.0, 0.1, np.nan, 0.0, 0.2], [1, 1, 1, 1, 4])

    assert found == (
        ItemDrift(0, (WindowStatistics(1, 2, 0.5, None), WindowStatistics(4, 1, 1.0, None)), verdict="too_few"),
    )


def test_an_item_that_all_have_right_is_not_judged() -> None:
    found = detect_drift(np.ones((400, 1), dtype=np.int64), [1], np.linspace(-1, 1, 400), np.arange(400) % 2)

    assert (found[0].verdict, found[0].adjusted_p) == ("too_few", None)


def test_equal_windows_are_as_even_as_ties_allow() -> None:
    assert equal_windows([5, 1, 2, 6, 3, 4, np.nan], 3).tolist() == [2, 0, 0, 2, 1, 1, -1]
    assert equal_windows([1, 1, 1, 2], 2).tolist() == [0, 0, 0, 1]


def test_z_of_change_between_two_calibrations() -> None:
    assert z_of_change((0.1, 0.3), (0.6, 0.4)) == (pytest.approx(1.0), pytest.approx(0.3173105))


def test_impossible_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="window"):
        equal_windows([1.0], 0)
    with pytest.raises(ValueError, match="shape"):
        detect_drift([[1]], [1], [0.0, 1.0], [0])
    with pytest.raises(ValueError, match="labels"):
        detect_drift([[1]], [1], [0.0], [0], labels=[])
    with pytest.raises(ValueError, match="rate"):
        detect_drift([[1]], [1], [0.0], [0], rate=0)
    with pytest.raises(ValueError, match="above zero"):
        z_of_change((0, 0), (1, 0))
