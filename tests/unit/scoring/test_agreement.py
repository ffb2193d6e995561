"""Agreement of raters against published tables, and its laws."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from scoring.raters.agreement import (
    Kappa,
    Measure,
    Severity,
    Weights,
    cohen_kappa,
    fleiss_kappa,
    kappa_of_table,
    krippendorff_alpha,
    mean_pairwise_kappa,
    percentage_agreement,
    rater_severity,
)
from scoring.raters.intraclass import IntraclassCorrelation, intraclass_correlations

# Shrout & Fleiss (1979), table 2: six targets, four judges.
SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])

# Krippendorff (2011): four observers, twelve units, values missing.
KRIPPENDORFF = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, -1, -1, -1],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, -1, 3],
        [-1, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, -1],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, -1],
    ]
).T

# Fleiss (1971), the table of ten subjects, fourteen raters, five categories that textbooks print.
FLEISS_COUNTS = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
]

ratings = hnp.arrays(np.int64, st.tuples(st.integers(2, 15), st.integers(2, 4)), elements=st.integers(0, 3))
pairs = hnp.arrays(np.int64, st.tuples(st.integers(2, 20), st.just(2)), elements=st.integers(0, 3))


def test_intraclass_correlations_match_shrout_and_fleiss() -> None:
    found = intraclass_correlations(SHROUT_FLEISS)

    assert [(one.name, round(one.icc or 0, 2)) for one in found] == [
        ("ICC(1,1)", 0.17),
        ("ICC(2,1)", 0.29),
        ("ICC(3,1)", 0.71),
        ("ICC(1,k)", 0.44),
        ("ICC(2,k)", 0.62),
        ("ICC(3,k)", 0.91),
    ]
    assert [(round(one.low or 0, 3), round(one.high or 0, 3)) for one in found] == [
        (-0.133, 0.723),
        (0.019, 0.761),
        (0.342, 0.946),
        (-0.884, 0.912),
        (0.071, 0.927),
        (0.676, 0.986),
    ]
    assert [one.degrees for one in found[:3]] == [(5, 18), (5, 15), (5, 15)]
    assert [one.f for one in found[:3]] == pytest.approx([1.7947, 11.0272, 11.0272], abs=1e-4)
    assert [one.p for one in found[:2]] == pytest.approx([0.16477, 0.00013457], rel=1e-4)


def test_intraclass_correlations_of_raters_who_differ_by_a_constant() -> None:
    found = {one.name: one for one in intraclass_correlations([[1, 2], [3, 4], [5, 6]])}

    assert found["ICC(3,1)"] == IntraclassCorrelation("ICC(3,1)", 1.0, None, (2, 2), None, 1.0, 1.0)
    assert found["ICC(2,1)"].icc == pytest.approx(8 / (8 + 0.5 * 2))
    assert found["ICC(1,1)"].icc == pytest.approx((8 - 0.5) / (8 + 0.5))


def test_intraclass_correlations_without_any_spread_are_none() -> None:
    found = intraclass_correlations([[1, 1], [1, 1]])

    assert [(one.icc, one.f, one.p, one.low, one.high) for one in found] == [(None,) * 5] * 6


@pytest.mark.parametrize("table", [[[1, 2]], [[1], [2]], [[1, 2], [-1, 2]], [[1, 2], [np.nan, 2]], [1, 2]])
def test_intraclass_correlations_refuse_what_is_missing_or_too_small(table: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="Intraclass"):
        intraclass_correlations(table)


def test_kappa_matches_cohen_1968() -> None:
    found = kappa_of_table([[88, 10, 2], [14, 40, 6], [18, 10, 12]])

    assert found == Kappa(
        kappa=pytest.approx(0.29 / 0.59),
        standard_error=pytest.approx(0.0510018, abs=1e-7),
        low=pytest.approx(0.3915637, abs=1e-6),
        high=pytest.approx(0.5914871, abs=1e-6),
        null_standard_error=pytest.approx(0.0519789, abs=1e-7),
        z=pytest.approx(9.4562424, abs=1e-6),
        p=pytest.approx(3.192e-21, rel=1e-3),
        observed=pytest.approx(0.7),
        expected=pytest.approx(0.41),
        subjects=200,
    )


def test_quadratic_kappa_is_the_two_way_correlation_of_two_raters() -> None:
    # Fleiss & Cohen (1973): with mean squares over n instead of n - 1 the two are the same.
    rng = np.random.default_rng(4)
    first = rng.integers(0, 5, 4_000)
    second = np.clip(first + rng.integers(-1, 2, 4_000), 0, 4)

    kappa = cohen_kappa(first, second, weights="quadratic").kappa

    assert kappa == pytest.approx(intraclass_correlations(np.column_stack((first, second)))[1].icc, abs=1e-3)


def test_linear_and_quadratic_weights_of_a_small_table() -> None:
    table = [[2, 1, 0], [1, 2, 1], [0, 1, 2]]

    # Disagreements lie next to the diagonal: half a unit linear, a quarter quadratic.
    expected_linear = (3 * 4 * 2 + 3 * 4 * 2) * 0.5 / 100 + 2 * 9 / 100
    expected_quadratic = (3 * 4 * 2 + 3 * 4 * 2) * 0.25 / 100 + 2 * 9 / 100
    assert kappa_of_table(table, weights="linear").kappa == pytest.approx(1 - 0.2 / expected_linear)
    assert kappa_of_table(table, weights="quadratic").kappa == pytest.approx(1 - 0.1 / expected_quadratic)


def test_standard_error_of_kappa_is_that_of_simulation() -> None:
    shares = np.array([[0.3, 0.05, 0.02], [0.08, 0.2, 0.05], [0.05, 0.05, 0.2]])
    tables = np.random.default_rng(5).multinomial(400, shares.ravel(), size=1_500).reshape(-1, 3, 3)

    for weights in ("unweighted", "linear", "quadratic"):
        kappas = [kappa_of_table(table, weights=weights) for table in tables]
        mean_error = np.mean([one.standard_error for one in kappas])
        assert mean_error == pytest.approx(np.std([one.kappa for one in kappas]), rel=0.06)


def test_categories_that_nobody_used_spread_the_weights() -> None:
    first, second = [0, 1, 2, 0], [0, 2, 2, 1]

    narrow, wide = (cohen_kappa(first, second, weights="linear", categories=count) for count in (None, 5))

    assert narrow.kappa == pytest.approx(wide.kappa)
    assert narrow.observed < wide.observed


def test_kappa_leaves_out_subjects_that_one_rater_missed() -> None:
    assert cohen_kappa([0, 1, -1, 1], [0, 1, 0, -1]) == cohen_kappa([0, 1], [0, 1])


def test_fleiss_kappa_matches_the_textbook() -> None:
    table = [[category for category, count in enumerate(row) for _ in range(count)] for row in FLEISS_COUNTS]

    found = fleiss_kappa(table)

    assert (found.kappa, found.observed, found.expected) == pytest.approx((0.20993, 0.37802, 0.21276), abs=1e-5)
    assert found.z == pytest.approx(found.kappa / 0.0169651, rel=1e-5)


@pytest.mark.parametrize(
    ("measure", "expected"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_krippendorff_alpha_matches_krippendorff_2011(measure: Measure, expected: float) -> None:
    assert krippendorff_alpha(KRIPPENDORFF, measure=measure) == pytest.approx(expected, abs=6e-4)


def test_krippendorff_alpha_of_what_cannot_be_paired_or_does_not_vary_is_none() -> None:
    assert krippendorff_alpha([[1, -1], [-1, 2]]) is None
    assert krippendorff_alpha([[1, 1], [1, 1]]) is None


def test_percentage_agreement_counts_every_pair() -> None:
    table = [[0, 0, 1], [2, -1, 4], [-1, -1, 3]]

    assert percentage_agreement(table) == 1 / 4
    assert percentage_agreement(table, within=1) == 3 / 4
    assert percentage_agreement([[1, -1]]) is None


def test_mean_pairwise_kappa_is_the_mean_of_the_pairs() -> None:
    table = np.array([[0, 0, 0], [1, 1, 0], [2, 1, 2], [2, 2, -1]])
    each = [cohen_kappa(table[:, one], table[:, two], categories=3).kappa for one, two in ((0, 1), (0, 2), (1, 2))]

    assert mean_pairwise_kappa(table) == pytest.approx(np.mean([kappa for kappa in each if kappa is not None]))
    assert mean_pairwise_kappa([[0, -1], [-1, 1]]) is None


def test_rater_severity_is_the_mean_deviation_from_the_others() -> None:
    table = [[1, 2, 3], [0, 2, 2], [1, 1, -1], [-1, 4, -1]]

    found = rater_severity(table)

    deviations = [1 - 2.5, 0 - 2, 1 - 1]
    assert found[0] == Severity(
        0, pytest.approx(np.mean(deviations)), pytest.approx(np.std(deviations, ddof=1) / np.sqrt(3)), 3
    )
    assert found[2].subjects == 2
    assert rater_severity([[1, -1]]) == (Severity(0, None, None, 0), Severity(1, None, None, 0))


def test_impossible_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="one shape"):
        cohen_kappa([0, 1], [0])
    with pytest.raises(ValueError, match="both raters"):
        cohen_kappa([0, -1], [-1, 0])
    with pytest.raises(ValueError, match="categories"):
        cohen_kappa([0, 3], [0, 1], categories=3)
    with pytest.raises(ValueError, match="square"):
        kappa_of_table([[1, 2, 3], [1, 2, 3]])
    with pytest.raises(ValueError, match="Coverage"):
        kappa_of_table([[1, 2], [1, 2]], coverage=0)
    with pytest.raises(ValueError, match="everyone"):
        fleiss_kappa([[0, -1], [1, 1]])
    with pytest.raises(ValueError, match="whole"):
        percentage_agreement([[0.5, 1]])
    with pytest.raises(ValueError, match="Ratio"):
        krippendorff_alpha([[-2, 1], [1, 1]], measure="ratio")


@pytest.mark.parametrize("weights", ["unweighted", "linear", "quadratic"])
def test_kappa_of_one_category_only_is_none(weights: Weights) -> None:
    assert cohen_kappa([1, 1], [1, 1], weights=weights).kappa is None


@given(table=pairs, weights=st.sampled_from(["unweighted", "linear", "quadratic"]))
@settings(max_examples=60)
def test_kappa_is_alike_both_ways_and_one_for_equal_raters(table: npt.NDArray[np.int64], weights: Weights) -> None:
    first, second = table.T

    there, back = cohen_kappa(first, second, weights=weights), cohen_kappa(second, first, weights=weights)
    same = cohen_kappa(first, first, weights=weights)

    assert there.kappa == pytest.approx(back.kappa)
    assert same.kappa == (pytest.approx(1) if len(set(first)) > 1 else None)


@given(table=ratings)
@settings(max_examples=60)
def test_agreement_does_not_depend_on_the_order_of_subjects_and_raters(table: npt.NDArray[np.int64]) -> None:
    turned = table[::-1, ::-1]

    for measure in (fleiss_kappa, mean_pairwise_kappa, krippendorff_alpha, intraclass_correlations):
        one, other = measure(table), measure(turned)
        values = [
            [item.icc for item in found] if isinstance(found, tuple) else getattr(found, "kappa", found)
            for found in (one, other)
        ]
        assert values[0] == pytest.approx(values[1])


@given(table=ratings, shift=st.integers(-50, 50), scale=st.integers(1, 9))
@settings(max_examples=60)
def test_intraclass_correlations_do_not_depend_on_the_scale(
    table: npt.NDArray[np.int64], shift: int, scale: int
) -> None:
    one = intraclass_correlations(table)
    other = intraclass_correlations(table * scale + shift + 100)

    known = [[np.nan if found.icc is None else found.icc for found in result] for result in (one, other)]
    np.testing.assert_allclose(known[0], known[1], rtol=1e-6, atol=1e-9)
