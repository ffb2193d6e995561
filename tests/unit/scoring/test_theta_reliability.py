"""Reliability on the theta scale, by hand."""

import numpy as np
import pytest

from scoring.classical.theta_reliability import empirical_reliability, expected_reliability, reliability_at
from scoring.irt import ItemParameters


def test_empirical_reliability_of_shrunken_and_unbiased_estimates() -> None:
    theta, errors = [-1.0, 0.0, 1.0, np.nan], [0.5, 0.5, 0.5, 0.1]

    assert empirical_reliability(theta, errors) == pytest.approx(1 / 1.25)
    assert empirical_reliability(theta, errors, estimates="unbiased") == pytest.approx(0.75)
    assert empirical_reliability([0.0, 0.0], [1.0, 1.0]) is None


def test_expected_reliability_and_that_at_a_cut_follow_the_information() -> None:
    items = [ItemParameters(b=0.0)] * 12

    # At its difficulty each Rasch item informs 1/4: twelve give 3.
    assert reliability_at(0.0, items) == pytest.approx(3 / 4)
    assert reliability_at(0.0, items, sd=2.0) == pytest.approx(3 / 3.25)
    assert expected_reliability(items, sd=0.01) == pytest.approx(3 / (3 + 1 / 0.01**2), rel=1e-2)
    assert expected_reliability(items) < reliability_at(0.0, items)


def test_arguments_of_theta_reliability_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="sd"):
        expected_reliability([], sd=0)
    with pytest.raises(ValueError, match="sd"):
        reliability_at(0.0, [], sd=-1)
    with pytest.raises(ValueError, match="shape"):
        empirical_reliability([0.0], [1.0, 2.0])
