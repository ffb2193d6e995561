"""Person fit by hand for two answers, by simulation under the model, and where nothing fits."""

from math import log, sqrt
from typing import Any

import numpy as np
import pytest

from scoring.ability.person_fit import person_fit
from scoring.estimation import AbilityMethod, estimate_thetas
from scoring.irt import ItemParameters, category_probabilities

ITEMS = [
    *(ItemParameters(b=b / 10, a=1.2) for b in range(-20, 21)),
    ItemParameters(b=0.0, a=1.1, steps=(-1.0, 0.0, 1.0)),
    ItemParameters(b=0.3, a=1.4, steps=(-1.0, 0.5), model="grm"),
    ItemParameters(b=0.0, a=1.0, c=0.2),
]


def draw_scores(theta: Any, rng: np.random.Generator) -> Any:
    columns = []
    for item in ITEMS:
        passed = np.cumsum(category_probabilities(theta, item), axis=1)
        columns.append(np.minimum((rng.random((len(theta), 1)) > passed).sum(axis=1), item.maximum))
    return np.column_stack(columns)


def test_person_fit_by_hand() -> None:
    items = [ItemParameters(b=-log(3)), ItemParameters(b=log(4))]

    fit = person_fit(items, np.array([[1, 1]]), np.zeros(1))

    p = np.array([0.75, 0.2])
    q = 1 - p
    logit = np.log(p / q)
    lz = (np.log(p).sum() - (p * np.log(p) + q * np.log(q)).sum()) / sqrt((p * q * logit**2).sum())
    pull = (p * q * logit).sum() / (p * q).sum()
    star = (logit * q).sum() / sqrt((p * q * (logit - pull) ** 2).sum())
    outfit, infit = (q / p).mean(), (q**2).sum() / (p * q).sum()
    fourth = p * q * (p**3 + q**3)
    outfit_deviation = sqrt((fourth / (p * q) ** 2).sum() / 4 - 1 / 2)
    infit_deviation = sqrt((fourth - (p * q) ** 2).sum()) / (p * q).sum()
    assert [fit.lz[0], fit.lz_star[0]] == pytest.approx([lz, star])
    assert [fit.infit[0], fit.outfit[0]] == pytest.approx([infit, outfit])
    assert [fit.infit_z[0], fit.outfit_z[0]] == pytest.approx(
        [
            (np.cbrt(infit) - 1) * 3 / infit_deviation + infit_deviation / 3,
            (np.cbrt(outfit) - 1) * 3 / outfit_deviation + outfit_deviation / 3,
        ]
    )


@pytest.mark.parametrize("method", ["ml", "map", "wle", "jeffreys"])
def test_lz_star_is_standard_normal_under_the_model(method: AbilityMethod) -> None:
    rng = np.random.default_rng(8)
    scores = draw_scores(rng.normal(size=4_000), rng)
    estimates = estimate_thetas(ITEMS, scores, method=method)

    fit = person_fit(ITEMS, scores, estimates.theta, method=method)  # type: ignore[arg-type]

    inside = estimates.at_bound == 0
    # lz at an estimated theta varies too little, which is what lz* corrects. What is left of the mean goes with the
    # root of the number of items: half as much with four times these.
    assert fit.lz[inside].std() < 0.93
    assert fit.lz_star[inside].std() == pytest.approx(1.0, abs=0.03)
    assert fit.lz_star[inside].mean() == pytest.approx(0.0, abs=0.12)
    assert fit.infit[inside].mean() == pytest.approx(1.0, abs=0.05)
    assert fit.outfit_z[inside].std() < 1.15


def test_person_fit_finds_who_answers_against_the_model() -> None:
    scores = np.array(
        [[int(b > 0) for b in range(-20, 21)] + [0, 2, 0], [int(b < 0) for b in range(-20, 21)] + [2, 1, 1]]
    )
    theta = estimate_thetas(ITEMS, scores, method="wle").theta

    fit = person_fit(ITEMS, scores, theta, method="wle")

    assert fit.lz_star[0] < -4 < 0 < fit.lz_star[1]
    assert fit.outfit[0] > 1.5
    assert fit.outfit[1] < 1
    assert fit.infit_z[0] > 3


def test_person_fit_skips_the_missing() -> None:
    rng = np.random.default_rng(9)
    scores = draw_scores(np.zeros(3), rng)
    scores[:, ::3] = -1
    asked = [place for place in range(len(ITEMS)) if place % 3]

    fit = person_fit(ITEMS, scores, np.array([-0.3, 0.0, 0.4]))

    alone = person_fit([ITEMS[place] for place in asked], scores[:, asked], np.array([-0.3, 0.0, 0.4]))
    for name in ("lz", "lz_star", "infit", "outfit", "infit_z", "outfit_z"):
        np.testing.assert_allclose(getattr(fit, name), getattr(alone, name), rtol=1e-12)


def test_person_fit_of_nothing_is_no_number() -> None:
    fit = person_fit(ITEMS, np.full((1, len(ITEMS)), -1), np.zeros(1))

    for name in ("lz", "lz_star", "infit", "outfit", "infit_z", "outfit_z"):
        assert np.isnan(getattr(fit, name)).tolist() == [True]


@pytest.mark.parametrize(
    ("scores", "theta", "prior"),
    [
        ([[1]], [0.0, 0.0], {}),
        ([[1, 1]], [0.0], {}),
        ([[2]], [0.0], {}),
        ([[-2]], [0.0], {}),
        ([[1]], [float("nan")], {}),
        ([[1]], [0.0], {"sd": 0.0}),
    ],
)
def test_person_fit_refuses_what_does_not_fit(scores: Any, theta: Any, prior: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"shape|outside|finite"):
        person_fit([ItemParameters(b=0.0)], np.array(scores), np.array(theta), **prior)  # type: ignore[arg-type]
