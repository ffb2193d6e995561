"""Tests over stratified tables against what R and SAS print for data that are printed, too."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.dif.mantel_haenszel import breslow_day, four_fold, generalised_mantel_haenszel, mantel_haenszel


@pytest.mark.parametrize(
    ("tables", "chi_square", "p", "odds_ratio", "interval"),
    [
        pytest.param(
            # R, ?mantelhaen.test: penicillin and rabbits, Agresti (1990).
            [[[0, 0], [6, 5]], [[3, 0], [3, 6]], [[6, 2], [0, 4]], [[5, 6], [1, 0]], [[2, 5], [0, 0]]],
            3.9286,
            0.04747,
            7,
            (1.026713, 47.725133),
            id="rabbits",
        ),
        pytest.param(
            # R, mantelhaen.test, in the tests of statsmodels.
            [[[20, 14], [10, 24]], [[15, 12], [3, 15]], [[3, 2], [3, 2]], [[12, 3], [7, 5]], [[1, 0], [3, 2]]],
            11.8852,
            0.0005658,
            3.5912,
            (1.781135, 7.240633),
            id="five strata",
        ),
    ],
)
def test_mantel_haenszel_matches_r(
    tables: list[list[list[int]]], chi_square: float, p: float, odds_ratio: float, interval: tuple[float, float]
) -> None:
    # R has rows and columns the other way round than a reader of tests, which leaves the odds ratio as it is.
    found = mantel_haenszel(four_fold(tables))

    assert (found.chi_square, found.odds_ratio) == pytest.approx((chi_square, odds_ratio), abs=5e-5)
    assert found.p == pytest.approx(p, abs=5e-6)
    assert (found.low, found.high) == pytest.approx(interval, abs=5e-7)


def test_mantel_haenszel_without_correction_and_breslow_day_match_sas() -> None:
    # SAS, PROC FREQ, the example "Migraine": CMH 8.3052, odds ratio 3.3132 (1.4456, 7.5934), Breslow-Day 1.4929.
    tables = four_fold([[[16, 11], [5, 20]], [[12, 16], [7, 19]]])

    found, alike = mantel_haenszel(tables, correction="none"), breslow_day(tables)

    got = (found.chi_square, found.odds_ratio, found.low, found.high)
    assert got == pytest.approx((8.3052, 3.3132, 1.4456, 7.5934), abs=5e-5)
    assert (alike.statistic, alike.degrees, alike.p) == (
        pytest.approx(1.4929, abs=5e-5),
        1,
        pytest.approx(0.2218, abs=5e-5),
    )


def test_breslow_day_matches_desctools() -> None:
    # DescTools 0.99, BreslowDayTest(correct = FALSE), in the tests of statsmodels: 1.8438, p = 0.7645.
    tables = [[[20, 14], [10, 24]], [[15, 12], [3, 15]], [[3, 2], [3, 2]], [[12, 3], [7, 5]], [[1, 0], [3, 2]]]

    found = breslow_day(four_fold(tables))

    assert (found.statistic, found.p) == pytest.approx((1.8438, 0.7645), abs=5e-5)


def test_breslow_day_of_large_tables_matches_desctools() -> None:
    # The admissions of Berkeley, the same source: 18.83297, p = 0.002064786.
    tables = [
        [[313, 512], [19, 89]],
        [[207, 353], [8, 17]],
        [[205, 120], [391, 202]],
        [[278, 139], [244, 131]],
        [[138, 53], [299, 94]],
        [[351, 22], [317, 24]],
    ]

    found = breslow_day(four_fold(tables))

    assert (found.statistic, found.p) == pytest.approx((18.83297, 0.002064786), abs=5e-6)


def test_generalised_mantel_haenszel_matches_r() -> None:
    # R, ?mantelhaen.test: job satisfaction by income in two strata, Agresti (2002): 10.2001, df 9, p 0.3345.
    counts = [1, 2, 0, 0, 3, 3, 1, 2, 11, 17, 8, 4, 2, 3, 5, 2, 1, 0, 0, 0, 1, 3, 0, 1, 2, 5, 7, 9, 1, 1, 3, 6]
    tables = np.array(counts).reshape(2, 4, 4).transpose(0, 2, 1)

    found = generalised_mantel_haenszel(tables)

    assert (found.statistic, found.degrees, found.p) == (
        pytest.approx(10.2001, abs=5e-5),
        9,
        pytest.approx(0.3345, abs=5e-5),
    )
