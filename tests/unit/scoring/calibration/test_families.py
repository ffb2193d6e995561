"""The item families: probabilities as the rest of the package has them, derivatives as differences give them."""

import numpy as np
import pytest

from scoring.calibration.families import (
    ASYMPTOTE,
    GRADED,
    PARTIAL_CREDIT,
    Family,
    internal_parameters,
    locations_of,
)
from scoring.irt import ItemParameters, log_probability_table

THETA = np.linspace(-4, 4, 17)
CASES = [
    (PARTIAL_CREDIT, ItemParameters(b=0.4, a=1.3)),
    (PARTIAL_CREDIT, ItemParameters(b=0.4, a=0.7, steps=(-0.8, 0.9, -0.1))),
    (ASYMPTOTE, ItemParameters(b=-0.3, a=1.6, c=0.2)),
    (ASYMPTOTE, ItemParameters(b=-0.3, a=1.6, c=0.1, d=0.9)),
    (GRADED, ItemParameters(b=0.2, a=1.1, steps=(-1.0, -0.2, 1.2), model="grm")),
]


@pytest.mark.parametrize(("family", "item"), CASES)
def test_tables_are_those_of_the_named_parameters(family: Family, item: ItemParameters) -> None:
    table = family.table(internal_parameters(item, family)[None], THETA)

    np.testing.assert_allclose(table, log_probability_table([item], THETA), atol=1e-12)


@pytest.mark.parametrize(("family", "item"), CASES)
def test_derivatives_are_the_limits_of_differences(family: Family, item: ItemParameters) -> None:
    vector = internal_parameters(item, family)[None]
    size = 1e-6

    found = family.derivatives(vector, THETA, family.table(vector, THETA))[0]

    for parameter in range(vector.shape[1]):
        step = np.zeros_like(vector)
        step[0, parameter] = size
        slope = (family.table(vector + step, THETA) - family.table(vector - step, THETA))[0] / (2 * size)
        np.testing.assert_allclose(found[parameter], slope, atol=1e-7)


@pytest.mark.parametrize(("family", "item"), CASES)
def test_locations_come_back(family: Family, item: ItemParameters) -> None:
    locations = locations_of(internal_parameters(item, family), family)

    assert locations == pytest.approx([item.b + step for step in item.steps or (0.0,)])


def test_graded_table_forbids_intercepts_out_of_order() -> None:
    table = GRADED.table(np.array([[1.0, -1.0, 1.0]]), THETA)

    assert np.all(np.isneginf(table[0, 1]))


def test_graded_table_does_not_cancel_in_the_tails() -> None:
    table = GRADED.table(np.array([[2.0, 1.0, 0.0]]), np.array([-40.0, 40.0]))

    assert table[0, 1].tolist() == pytest.approx([-79.0 + np.log1p(-np.exp(-1)), -80.0 + np.log1p(-np.exp(-1))])
