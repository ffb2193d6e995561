"""Agreement of raters against what R's irr and SAS print for data that are printed, too."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.raters.agreement import cohen_kappa, fleiss_kappa, kappa_of_table, mean_pairwise_kappa
from scoring.raters.intraclass import intraclass_correlations

# irr's data "anxiety": three raters of twenty persons, from 1 to 6.
ANXIETY = np.array(
    [
        [3, 3, 3, 4, 5, 5, 2, 3, 5, 2, 2, 6, 1, 5, 2, 2, 1, 2, 4, 3],
        [3, 6, 4, 6, 2, 4, 2, 4, 3, 3, 2, 3, 3, 3, 2, 2, 1, 3, 3, 4],
        [2, 1, 4, 4, 3, 2, 1, 6, 1, 1, 1, 2, 3, 3, 1, 1, 3, 3, 2, 2],
    ]
).T
# The example of weighted kappa in the documentation of SAS, PROC FREQ.
SAS_TABLE = [[0, 4, 1], [0, 8, 0], [0, 1, 5]]


@pytest.mark.parametrize(
    ("weights", "kappa", "z", "p"),
    [
        # irr 0.84: kappa2(anxiety[, 1:2]), with "equal" and "squared".
        ("unweighted", 0.119, 1.16, 0.245),
        ("linear", 0.189, 1.42, 0.157),
        ("quadratic", 0.297, 1.34, 0.180),
    ],
)
def test_kappa_matches_irr_where_every_category_occurs(weights: str, kappa: float, z: float, p: float) -> None:
    found = cohen_kappa(ANXIETY[:, 0], ANXIETY[:, 1], weights=weights)  # type: ignore[arg-type]

    assert (found.kappa, found.p) == pytest.approx((kappa, p), abs=5e-4)
    assert found.z == pytest.approx(z, abs=5e-3)


@pytest.mark.parametrize(
    ("weights", "kappa", "z", "p"),
    [
        # irr 0.84, kappa2(anxiety[, 2:3]), as statsmodels' tests print it.
        ("unweighted", -0.006289308, -0.0604067, 0.9518317),
        ("linear", 0.1459075, 1.282472, 0.1996772),
        ("quadratic", 0.2520325, 1.437451, 0.1505898),
    ],
)
def test_kappa_matches_irr_when_categories_are_numbered_as_irr_does(
    weights: str, kappa: float, z: float, p: float
) -> None:
    # irr numbers only the categories that occur, so that 4 and 6 are neighbours where nobody gave a 5.
    numbered = np.unique(ANXIETY[:, 1:], return_inverse=True)[1].reshape(-1, 2)

    found = cohen_kappa(numbered[:, 0], numbered[:, 1], weights=weights)  # type: ignore[arg-type]

    assert (found.kappa, found.z, found.p) == pytest.approx((kappa, z, p), abs=6e-7)


@pytest.mark.parametrize(
    ("weights", "printed"),
    [
        ("unweighted", (0.4842, 0.1380, 0.2137, 0.7547, 0.1484, 3.2626, 0.0011)),
        ("linear", (0.4701, 0.1457, 0.1845, 0.7558, 0.1426, 3.2971, 0.0010)),
    ],
)
def test_kappa_matches_sas_with_both_standard_errors(weights: str, printed: tuple[float, ...]) -> None:
    found = kappa_of_table(SAS_TABLE, weights=weights)  # type: ignore[arg-type]

    got = (found.kappa, found.standard_error, found.low, found.high, found.null_standard_error, found.z, found.p)
    assert got == pytest.approx(printed, abs=5e-5)


def test_fleiss_kappa_of_the_diagnoses_matches_irr() -> None:
    # Fleiss (1971); irr 0.84: kappam.fleiss(diagnoses) gives 0.4302445, z = 17.65183.
    rows = """
        444444 222555 233335 555555 222444 113333 333355 113334 114444 555555 144444 124444 222333 144444 224445
        333335 111455 111112 224444 133555 555555 244444 224555 114444 144445 222224 111155 224444 133333 555555
    """

    found = fleiss_kappa([[int(one) for one in row] for row in rows.split()])

    assert (found.kappa, found.z) == pytest.approx((0.4302445, 17.65183), abs=6e-6)


def test_intraclass_correlations_match_irr() -> None:
    single_absolute = intraclass_correlations(ANXIETY)[1]

    # irr 0.84, icc(anxiety, "twoway", "agreement"): 0.198, F = 1.83, -0.039 < ICC < 0.494.
    got = (single_absolute.icc, single_absolute.low, single_absolute.high)
    assert got == pytest.approx((0.198, -0.039, 0.494), abs=5e-4)
    assert single_absolute.f == pytest.approx(1.83, abs=5e-3)


def test_mean_pairwise_kappa_is_the_mean_over_pairs() -> None:
    pairs = [cohen_kappa(ANXIETY[:, one], ANXIETY[:, two], categories=7).kappa for one, two in ((0, 1), (0, 2), (1, 2))]

    assert mean_pairwise_kappa(ANXIETY) == pytest.approx(np.mean(np.array(pairs, dtype=float)), abs=1e-12)
