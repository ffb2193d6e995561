"""DIF against R, by simulation, and its laws."""

import json
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from benchmarks.dif_detection import measure, simulate
from scoring.dif.detection import ItemDif, detect_dif, purify_anchor
from scoring.dif.distractors import option_dif
from scoring.dif.logistic import logistic_dif, logistic_dif_of_tables
from scoring.dif.mantel_haenszel import (
    ChiSquare,
    MantelHaenszel,
    MantelTest,
    StandardisedDifference,
    breslow_day,
    four_fold,
    generalised_mantel_haenszel,
    mantel,
    mantel_haenszel,
    standardised_difference,
)
from scoring.dif.matching import UNMATCHED, expected_true_scores, stratum_tables, theta_strata, total_strata
from scoring.dif.verdicts import (
    ets_class,
    ets_class_by_size,
    false_discovery,
    family_wise,
    jodoin_gierl_class,
    polytomous_class,
    standardised_class,
    zumbo_thomas_class,
)

REFERENCE = json.loads((Path(__file__).parent / "fixtures" / "dif.json").read_text())
ADMISSIONS = four_fold(REFERENCE["UCBAdmissions"]["tables"])
VERBAL = np.array(REFERENCE["verbal_counts"], dtype=np.float64).reshape(24, 25, 2, 2)
SCORES = REFERENCE["verbal_scores"]

METHODS: tuple[Literal["mantel_haenszel", "logistic"], ...] = ("mantel_haenszel", "logistic")

tables = hnp.arrays(np.int64, st.tuples(st.integers(1, 6), st.just(2), st.just(2)), elements=st.integers(0, 9))
wide_tables = hnp.arrays(np.int64, st.tuples(st.integers(1, 6), st.just(2), st.just(4)), elements=st.integers(0, 9))


def test_mantel_haenszel_matches_mantelhaen_test() -> None:
    expected = REFERENCE["UCBAdmissions"]

    corrected, plain = mantel_haenszel(ADMISSIONS), mantel_haenszel(ADMISSIONS, correction="none")

    assert (corrected.chi_square, corrected.p) == pytest.approx((expected["M2_cc"], expected["p_cc"]), abs=1e-11)
    assert plain.chi_square == pytest.approx(expected["M2_nocc"], abs=1e-11)
    assert corrected.odds_ratio == pytest.approx(expected["odds_ratio"], abs=1e-12)
    assert [corrected.low, corrected.high] == pytest.approx(expected["ci95"], abs=1e-12)


def test_mantel_haenszel_matches_difr() -> None:
    expected = REFERENCE["MH"]

    found = [mantel_haenszel(table) for table in VERBAL]

    assert [one.chi_square for one in found] == pytest.approx(expected["chi2_cc"], abs=1e-9)
    assert [one.odds_ratio for one in found] == pytest.approx(expected["alphaMH"], abs=1e-9)
    assert [one.delta for one in found] == pytest.approx(expected["deltaMH"], abs=1e-9)
    assert [(one.standard_error or 0) ** 2 for one in found] == pytest.approx(expected["varLambda"], abs=1e-9)
    assert [place + 1 for place, one in enumerate(found) if (one.p or 1) <= 0.05] == expected["flagged_1based"]


def test_tests_of_several_points_are_mantel_haenszel_for_two_scores() -> None:
    expected = REFERENCE["MH"]

    assert [mantel(table).chi_square for table in VERBAL] == pytest.approx(expected["chi2_nocc"], abs=1e-9)
    assert [generalised_mantel_haenszel(table).statistic for table in VERBAL] == pytest.approx(
        expected["chi2_nocc"], abs=1e-9
    )
    assert [mantel(table).cumulative_log_odds for table in VERBAL] == pytest.approx(
        np.log(expected["alphaMH"]), abs=1e-9
    )


def test_standardisation_matches_difr() -> None:
    found = [standardised_difference(table).difference for table in VERBAL]

    assert found == pytest.approx(REFERENCE["STD_P"], abs=1e-12)


def test_logistic_dif_matches_difr() -> None:
    found = [logistic_dif_of_tables(table, SCORES) for table in VERBAL]

    tests = [one for one in found if one is not None]
    assert [one.both.chi_square for one in tests] == pytest.approx(REFERENCE["logistic_both"]["LR"], abs=1e-8)
    assert [one.both.p for one in tests] == pytest.approx(REFERENCE["logistic_both"]["p"], abs=1e-9)
    assert [one.both.delta_r2 for one in tests] == pytest.approx(
        REFERENCE["logistic_both"]["deltaR2_nagelkerke"], abs=1e-10
    )
    assert [one.uniform.chi_square for one in tests] == pytest.approx(REFERENCE["logistic_uniform"]["LR"], abs=1e-8)
    assert [one.nonuniform.chi_square for one in tests] == pytest.approx(
        REFERENCE["logistic_nonuniform"]["LR"], abs=1e-8
    )


def test_logistic_dif_of_persons_is_that_of_their_tables() -> None:
    scores, focal = simulate(np.random.default_rng(1), (150, 100), 0.5, 1.0, items=8, unfair=1)
    totals = scores.sum(axis=1)
    counts, strata = stratum_tables(scores[:, 0], focal, totals, 1)

    assert logistic_dif(scores[:, 0], totals, focal) == logistic_dif_of_tables(counts, strata)


def expected_counts(logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the tables (stratum, group, score) of 100 persons in each cell that answer just as their logits say."""
    right = 1 / (1 + np.exp(-logits))
    return 100 * np.stack((1 - right, right), axis=2)


def test_logistic_dif_tells_where_curves_cross() -> None:
    theta = np.linspace(-2, 2, 9)
    steeper = expected_counts(np.column_stack((theta, 2 * theta - 0.8)))

    found = logistic_dif_of_tables(steeper, theta)

    assert found is not None
    assert (found.interaction, found.crossing) == pytest.approx((1.0, 0.8), abs=1e-6)


def test_curve_that_bends_alike_in_both_groups_is_no_difference() -> None:
    theta = np.linspace(-2, 2, 9)
    answers = expected_counts(np.column_stack([0.2 + theta - 0.4 * theta**2] * 2))
    # The groups lie on different parts of the curve.
    answers *= np.where(np.column_stack((theta > 0, theta < 0)), 0.1, 1.0)[:, :, None]

    straight, bent = (logistic_dif_of_tables(answers, theta, bends=bends) for bends in (False, True))

    assert straight is not None
    assert bent is not None
    assert straight.nonuniform.p < 0.001
    assert (bent.uniform.chi_square, bent.nonuniform.chi_square) == pytest.approx((0.0, 0.0), abs=1e-6)
    assert (bent.effect, bent.interaction) == pytest.approx((0.0, 0.0), abs=1e-3)


def test_expected_true_scores_are_kelleys_within_each_group() -> None:
    items = np.array([[0, 0], [1, 0], [1, 1], [1, 1], [0, 1], [1, 1]], dtype=np.int64)
    totals = np.array([0, 1, 2, 2, 1, UNMATCHED], dtype=np.int64)
    focal = np.array([False, False, False, True, True, True])

    found = expected_true_scores(items, totals, focal)

    # Reference group: item variances 1/3 each, total variance 1, so alpha is 2 (1 - 2/3) = 2/3 around the mean 1.
    # Focal group: variances 1/2 and 0, total variance 1/2, so alpha is 0 and everybody is at the mean 1.5.
    assert found.tolist() == pytest.approx([1 / 3, 1.0, 5 / 3, 1.5, 1.5, np.nan], abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("method", METHODS)
def test_correction_for_impact_accuses_few_where_groups_lie_far_apart(
    method: Literal["mantel_haenszel", "logistic"],
) -> None:
    rng = np.random.default_rng(3)
    plain, corrected = [], []
    for _ in range(4):
        scores, focal = simulate(rng, (1000, 1000), 1.0, 0.0, items=20, unfair=2)
        for kept, correct in ((plain, False), (corrected, True)):
            found = detect_dif(scores, [1] * 20, focal, method=method, purify=False, correct_impact=correct)
            kept.append(np.mean([item.p is not None and item.p <= 0.05 for item in found]))

    assert np.mean(corrected) <= 0.08
    assert np.mean(corrected) < np.mean(plain)


def test_purified_detection_is_the_loop_of_difr() -> None:
    scores, focal = simulate(np.random.default_rng(3), (300, 200), 0.5, 1.0, items=20, unfair=5)

    flagged: list[int] = []
    for _ in range(10):
        clean = [item for item in range(20) if item not in flagged]
        tests = []
        for item in range(20):
            total = scores[:, sorted({*clean, item})].sum(axis=1)
            counts = stratum_tables(scores[:, item], focal, total, 1)[0]
            tests.append(mantel_haenszel(counts))
        again = [item for item, test in enumerate(tests) if (test.chi_square or 0) > 3.841458820694124]
        if again == flagged:
            break
        flagged = again

    found = detect_dif(scores, [1] * 20, focal)
    assert flagged
    assert [item.chi_square for item in found] == pytest.approx([test.chi_square for test in tests])


def test_detect_dif_tells_which_item_is_harder_for_whom() -> None:
    scores, focal = simulate(np.random.default_rng(5), (800, 800), 0.5, 1.2, items=15, unfair=1)

    for method in METHODS:
        found = detect_dif(scores, [1] * 15, focal, method=method, labels="abcdefghijklmno")

        assert [item.label for item in found if item.flagged] == ["a"]
        assert (found[0].category, found[0].harder_for, found[0].kind) == ("C", "focal", "uniform")
        assert found[0].effect == pytest.approx(1.2, abs=0.4)
        assert (found[0].n_reference, found[0].n_focal, found[0].enough) == (800, 800, True)


def test_detect_dif_of_items_of_several_points() -> None:
    rng = np.random.default_rng(6)
    focal = np.arange(1_600) >= 800
    theta = rng.normal(size=1_600) - 0.5 * focal
    harder = 0.7 * np.outer(focal, np.arange(8) == 2)
    rise = (theta[:, None] - rng.normal(size=8) - harder)[:, :, None] - np.array([-0.7, 0.7])
    logits = np.concatenate((np.zeros((1_600, 8, 1)), rise.cumsum(axis=2)), axis=2)
    shares = np.exp(logits) / np.exp(logits).sum(axis=2, keepdims=True)
    scores = (rng.random((1_600, 8, 1)) > shares.cumsum(axis=2)[:, :, :-1]).sum(axis=2)

    for method in METHODS:
        found = detect_dif(scores, [2] * 8, focal, method=method)

        assert [item.item for item in found if item.flagged] == [2]
        assert found[2].harder_for == "focal"
    by_steps = detect_dif(scores, [2] * 8, focal)[2]
    assert by_steps.effect == pytest.approx(0.7, abs=0.25)


def test_detect_dif_finds_a_difference_that_turns_with_ability() -> None:
    rng = np.random.default_rng(7)
    focal = np.arange(2_000) >= 1_000
    theta = rng.normal(size=2_000)
    a = np.ones((2_000, 20))
    a[focal, 0] = 0.3
    a[~focal, 0] = 1.8
    scores = (
        rng.random((2_000, 20)) < 1 / (1 + np.exp(-a * (theta[:, None] - np.linspace(-1, 1, 20) * (np.arange(20) > 0))))
    ).astype(int)

    found = detect_dif(scores, [1] * 20, focal, method="logistic")

    assert [(item.item, item.kind) for item in found if item.flagged] == [(0, "nonuniform")]


def test_detect_dif_matches_on_theta_where_candidates_got_different_items() -> None:
    rng = np.random.default_rng(8)
    focal = np.arange(2_000) >= 1_000
    theta = rng.normal(size=2_000) - 0.8 * focal
    harder = 1.2 * np.outer(focal, np.arange(30) == 4)
    scores = (rng.random((2_000, 30)) < 1 / (1 + np.exp(-(theta[:, None] - harder)))).astype(int)
    scores[rng.random(scores.shape) < 0.5] = -1

    for method in METHODS:
        found = detect_dif(scores, [1] * 30, focal, theta=theta, method=method)

        assert [item.item for item in found if item.flagged] == [4]
    assert {item.n_reference + item.n_focal for item in detect_dif(scores, [1] * 30, focal)} == {0}


def test_false_alarms_stay_below_five_percent_and_large_differences_are_found() -> None:
    fair = measure(np.random.default_rng(9), (500, 500), 0.5, 0.0, replications=10, items=30, unfair=3)
    unfair = measure(np.random.default_rng(9), (500, 500), 0.5, 1.0, replications=10, items=30, unfair=3)

    assert fair.fair_p <= 0.065
    assert (fair.fair_flag, unfair.fair_flag) == pytest.approx((0, 0), abs=0.03)
    assert unfair.unfair_flag > 0.9


def test_small_groups_are_not_judged() -> None:
    scores, focal = simulate(np.random.default_rng(10), (500, 99), 0.0, 2.0, items=10, unfair=2)

    found = detect_dif(scores, [1] * 10, focal)
    judged = detect_dif(scores, [1] * 10, focal, minimum_group=50)

    assert [(item.enough, item.flagged, item.category, item.adjusted_p) for item in found] == [
        (False, False, None, None)
    ] * 10
    assert [item.item for item in judged if item.flagged] == [0, 1]


def test_an_empty_group_and_an_item_that_all_have_right_tell_nothing() -> None:
    right = np.ones((300, 2), dtype=np.int64)
    nobody, half = np.zeros(300, dtype=np.bool_), np.arange(300) < 150

    for method in METHODS:
        assert detect_dif(right, [1, 1], nobody, method=method) == tuple(
            ItemDif(item, method, 300, 0, enough=False) for item in (0, 1)
        )
        assert detect_dif(right, [1, 1], half, method=method) == tuple(
            ItemDif(item, method, 150, 150, enough=True) for item in (0, 1)
        )


def test_an_item_that_one_group_always_has_right_and_the_other_never_is_large() -> None:
    scores, focal = simulate(np.random.default_rng(15), (300, 300), 0.0, 0.0, items=10, unfair=0)
    scores[:, 0] = ~focal

    found = detect_dif(scores, [1] * 10, focal)[0]

    assert (found.effect, found.category, found.flagged) == (None, "C", True)


def test_purify_anchor_keeps_the_last_set_that_leaves_something() -> None:
    everything = purify_anchor(lambda _: [0.01, 0.01], 2)
    settled = purify_anchor(lambda anchor: [0.01 if anchor.all() else 0.04, 0.5, None], 3)
    restless = purify_anchor(lambda anchor: [0.01 if anchor[0] else 0.9, 0.5], 2, rounds=3)

    assert (everything.anchor.tolist(), everything.settled) == ([True, True], False)
    assert (settled.anchor.tolist(), settled.rounds, settled.settled) == ([False, True, True], 1, True)
    assert (restless.rounds, restless.settled) == (3, False)


@pytest.mark.parametrize(
    ("scores", "focal", "options"),
    [
        ([[1, 0]], [0, 1], {}),
        ([[2, 0]], [0], {}),
        ([[0.5, 0]], [0], {}),
        ([1, 0], [0], {}),
        ([[1, 0]], [2], {}),
        ([[1, 0]], [0], {"theta": [1.0, 2.0]}),
        ([[1, 0]], [0], {"rate": 1}),
        ([[1, 0]], [0], {"theta": [1.0], "strata": 0}),
    ],
)
def test_detect_dif_refuses_what_does_not_fit(
    scores: list[list[int]], focal: list[int], options: dict[str, float]
) -> None:
    with pytest.raises(ValueError, match=r"[Ss]core|is_focal|theta|rate|stratum"):
        detect_dif(scores, [1, 1], focal, **options)  # type: ignore[arg-type]


def test_breslow_day_finds_odds_ratios_that_differ_and_their_trend() -> None:
    alike = four_fold([[[20, 10], [10, 20]], [[40, 20], [20, 40]]])
    apart = four_fold([[[20, 10], [10, 20]], [[15, 15], [15, 15]], [[10, 20], [20, 10]]])

    assert breslow_day(alike) == ChiSquare(pytest.approx(0, abs=1e-9), 1, pytest.approx(1))
    # The common odds ratio is 1: expected 15 of 30 in each table, with variance 3.75.
    assert breslow_day(apart) == ChiSquare(pytest.approx(50 / 3.75), 2, pytest.approx(np.exp(-25 / 3.75)))
    assert breslow_day(apart, trend_on=[0, 1, 2]).statistic == pytest.approx(100 / 7.5)
    assert breslow_day(apart[:1], trend_on=[5]) == ChiSquare(None, 0, None)
    assert breslow_day([[[0, 3], [0, 3]]]) == ChiSquare(None, 0, None)


def test_generalised_mantel_haenszel_of_several_groups() -> None:
    rng = np.random.default_rng(11)
    counts = rng.integers(1, 20, (5, 3, 2))

    found = generalised_mantel_haenszel(counts)

    deviation, variance = np.zeros(2), np.zeros((2, 2))
    for table in counts:
        n, groups, right = table.sum(), table.sum(axis=1)[1:], table[:, 1].sum()
        deviation += table[1:, 1] - right * groups / n
        variance += right * (n - right) / (n**2 * (n - 1)) * (n * np.diag(groups) - np.outer(groups, groups))
    statistic = deviation @ np.linalg.solve(variance, deviation)
    assert found == ChiSquare(pytest.approx(statistic), 2, pytest.approx(np.exp(-statistic / 2)))


def test_limited_correction_takes_nothing_off_a_small_deviation() -> None:
    table = four_fold([[[10, 10], [10, 10]]])

    assert mantel_haenszel(table, correction="limited").chi_square == 0
    assert mantel_haenszel(table).chi_square == pytest.approx(0.25 / (400 * 400 / (1600 * 39)))


def test_tables_without_information_give_none() -> None:
    empty = np.zeros((0, 2, 2))

    assert mantel_haenszel(empty) == MantelHaenszel(None, None, None, None, None, None, None, 0)
    assert mantel(empty) == MantelTest(None, None, None, None, None)
    assert generalised_mantel_haenszel(empty) == ChiSquare(None, 0, None)
    assert standardised_difference([[[0, 0], [3, 4]]]) == StandardisedDifference(None, None, None)
    assert logistic_dif([1, 1], [0.0, 1.0], [0, 1]) is None


@pytest.mark.parametrize(
    "table", [[[1, 2], [3, 4]], [[[1, 2, 3], [4, 5, 6]]], [[[-1, 2], [3, 4]]], [[[np.nan, 2], [3, 4]]]]
)
def test_impossible_tables_are_refused(table: list[list[float]]) -> None:
    with pytest.raises(ValueError, match=r"[Tt]able"):
        mantel_haenszel(table)


def test_logistic_dif_of_separated_groups_has_a_test_but_no_effect() -> None:
    ability, focal = np.tile([1.0, 2.0, 3.0], 20), np.repeat([False, True], 30)

    found = logistic_dif(focal.astype(int), ability, focal)

    assert found is not None
    assert found.uniform.chi_square == pytest.approx(2 * 60 * np.log(2), rel=1e-6)
    assert (found.effect, found.standard_error, found.interaction) == (None, None, None)


def test_theta_strata_are_of_equal_probability() -> None:
    strata = theta_strata([np.nan, *np.arange(100)], 4)

    assert strata[0] == UNMATCHED
    assert np.bincount(strata[1:]).tolist() == [25, 25, 25, 25]


def test_total_strata_hold_the_item_itself_and_leave_out_who_misses_one() -> None:
    scores = np.array([[1, 1, 0], [1, -1, 1], [-1, 1, 1]])

    found = total_strata(scores, 0, np.array([False, False, True]))

    assert found.tolist() == [1, 2, UNMATCHED]


@pytest.mark.parametrize(
    ("delta", "error", "p", "expected"),
    [
        (-0.9, 0.1, 0.001, "A"),
        (-1.2, 0.9, 0.2, "A"),
        (1.2, 0.3, 0.001, "B"),
        (-1.6, 0.5, 0.001, "B"),
        (-1.9, 0.5, 0.001, "C"),
    ],
)
def test_ets_class_wants_size_and_significance(delta: float, error: float, p: float, expected: str) -> None:
    assert ets_class(delta, error, p) == expected


def test_classes_by_size_and_gain() -> None:
    assert [ets_class_by_size(delta) for delta in (0.4, -1.2, 1.6)] == ["A", "B", "C"]
    assert [polytomous_class(size, 0.01) for size in (0.1, -0.2, 0.3)] == ["A", "B", "C"]
    assert [jodoin_gierl_class(gain, 0.01) for gain in (0.03, 0.05, 0.08)] == ["A", "B", "C"]
    assert [zumbo_thomas_class(gain, 0.01) for gain in (0.08, 0.2, 0.3)] == ["A", "B", "C"]
    assert [standardised_class(difference) for difference in (0.01, -0.07, 0.2)] == ["A", "B", "C"]
    assert {polytomous_class(0.9, 0.2), jodoin_gierl_class(0.9, 0.2), zumbo_thomas_class(0.9, 0.2)} == {"A"}


def test_false_discovery_matches_benjamini_and_hochberg_1995() -> None:
    # Their table of 15 p values: four are rejected at 0.05, where Bonferroni rejects three.
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]

    adjusted = false_discovery(p)

    assert sum(value is not None and value <= 0.05 for value in adjusted) == 4
    assert adjusted[:4] == pytest.approx((0.0015, 0.003, 0.0095, 0.035625))
    yekutieli = false_discovery(p, method="benjamini_yekutieli")
    assert yekutieli[0] == pytest.approx(0.0015 * sum(1 / k for k in range(1, 16)))
    assert false_discovery([None, 0.02, None]) == (None, 0.02, None)
    assert false_discovery([]) == ()


def test_family_wise_is_holms_step_down() -> None:
    # R: p.adjust(c(.04, .01, .03, .02, .5), "holm"), and "bonferroni".
    p = (0.04, 0.01, None, 0.03, 0.02, 0.5)

    assert family_wise(p) == (
        pytest.approx(0.09), pytest.approx(0.05), None, pytest.approx(0.09), pytest.approx(0.08), pytest.approx(0.5),
    )  # fmt: skip
    assert family_wise((0.04, 0.01, None, 0.5), method="bonferroni") == (
        pytest.approx(0.12), pytest.approx(0.03), None, 1.0,
    )  # fmt: skip
    with pytest.raises(ValueError, match="between 0 and 1"):
        family_wise([-0.1])


def test_false_discovery_refuses_what_is_no_probability() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        false_discovery([1.2])


def choose(
    rng: np.random.Generator, focal: npt.NDArray[np.bool_], drawn: float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    theta = rng.normal(size=len(focal))
    logits = np.column_stack((theta, np.zeros_like(theta) + drawn * focal, np.zeros_like(theta), np.zeros_like(theta)))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return (rng.random((len(focal), 1)) > shares.cumsum(axis=1)[:, :-1]).sum(axis=1), theta


def test_option_dif_points_at_the_distractor_that_draws_one_group() -> None:
    focal = np.arange(1_500) % 2 == 0
    choices, theta = choose(np.random.default_rng(12), focal, 0.9)

    found = option_dif(choices, focal, theta_strata(theta, 10), options=("a", "b", "c", "d"), keys={"a"})

    assert found.enough
    assert found.overall.degrees == 2
    assert (found.overall.p or 1) < 0.001
    assert [option.flagged for option in found.options] == [False, True, False, False]
    assert (found.options[1].difference or 0) > 0.05
    assert (found.options[1].log_odds or 0) == pytest.approx(0.9, abs=0.3)
    assert (found.options[0].log_odds, found.options[0].p) == (None, None)
    assert sum(option.difference or 0 for option in found.options) == pytest.approx(0, abs=1e-12)


def test_option_dif_flags_nothing_in_small_groups_or_where_groups_are_alike() -> None:
    alike = np.arange(1_500) % 2 == 0
    choices, theta = choose(np.random.default_rng(13), alike, 0.0)
    few = np.arange(1_500) < 60
    drawn, ability = choose(np.random.default_rng(14), few, 2.0)

    same = option_dif(choices, alike, theta_strata(theta, 10), options=("a", "b", "c", "d"), keys={"a"})
    small = option_dif(drawn, few, theta_strata(ability, 10), options=("a", "b", "c", "d"), keys={"a"})

    assert not any(option.flagged for option in (*same.options, *small.options))
    assert (same.enough, small.enough) == (True, False)


def test_option_dif_refuses_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="one shape"):
        option_dif([0, 1], [0, 1], [0], options=("a", "b"), keys={"a"})
    with pytest.raises(ValueError, match="options"):
        option_dif([0, 2], [0, 1], [0, 0], options=("a", "b"), keys={"a"})


@given(counts=tables)
@settings(max_examples=80)
def test_swapping_the_groups_turns_the_sign(counts: npt.NDArray[np.int64]) -> None:
    one, other = mantel_haenszel(counts), mantel_haenszel(counts[:, ::-1])

    assert one.chi_square == pytest.approx(other.chi_square)
    assert one.standard_error == pytest.approx(other.standard_error)
    assert (one.log_odds is None) == (other.log_odds is None)
    assert (one.log_odds or 0) == pytest.approx(-(other.log_odds or 0), abs=1e-9)


@given(counts=wide_tables)
@settings(max_examples=80)
def test_tests_of_several_points_hold_no_nan_and_turn_with_the_groups(counts: npt.NDArray[np.int64]) -> None:
    one, other = mantel(counts), mantel(counts[:, ::-1])
    general = generalised_mantel_haenszel(counts)
    difference = standardised_difference(counts)

    assert one.chi_square == pytest.approx(other.chi_square)
    assert (one.log_odds or 0) == pytest.approx(-(other.log_odds or 0))
    values = (one.chi_square, one.p, one.cumulative_log_odds, general.statistic, general.p, difference.in_sds)
    assert all(value is None or np.isfinite(value) for value in values)
    if one.chi_square is not None:
        assert general.statistic is not None
        assert general.statistic >= one.chi_square - 1e-6


@given(seed=st.integers(0, 10_000))
@settings(max_examples=10)
def test_detect_dif_does_not_depend_on_the_order_of_persons_and_items(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores, focal = simulate(rng, (120, 120), 0.3, 1.0, items=6, unfair=1)
    persons, items = rng.permutation(240), rng.permutation(6)

    one = detect_dif(scores, [1] * 6, focal)
    other = detect_dif(scores[persons][:, items], [1] * 6, focal[persons])

    assert [one[item].chi_square for item in items] == pytest.approx([item.chi_square for item in other])
    assert [one[item].flagged for item in items] == [item.flagged for item in other]
