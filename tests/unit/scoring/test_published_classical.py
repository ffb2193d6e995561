"""Classical statistics against what mirt's `itemstats` prints for tables of patterns that are printed, too."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.classical.items import item_statistics
from scoring.classical.reliability import alpha

PATTERNS = np.array([[pattern >> place & 1 for place in (4, 3, 2, 1, 0)] for pattern in range(32)])
# How many had each pattern from 00000 to 11111: LSAT 7 (Bock & Lieberman 1970), social life feelings (Bartholomew 1998).
LSAT7 = [12, 19, 1, 7, 3, 19, 3, 17, 10, 5, 3, 7, 7, 23, 8, 28]
LSAT7 += [7, 39, 11, 34, 14, 51, 15, 90, 6, 25, 7, 35, 18, 136, 32, 308]
FEELINGS = [156, 26, 14, 9, 127, 26, 66, 16, 174, 35, 36, 13, 208, 65, 195, 129]
FEELINGS += [8, 2, 1, 3, 4, 4, 18, 9, 8, 2, 5, 3, 19, 10, 31, 68]


def test_statistics_of_lsat7_match_mirt() -> None:
    scores = np.repeat(PATTERNS, LSAT7, axis=0)

    found, whole = item_statistics(scores, [1] * 5), alpha(scores)

    assert [one.mean for one in found] == pytest.approx([0.828, 0.658, 0.772, 0.606, 0.843], abs=5e-4)
    assert [one.sd for one in found] == pytest.approx([0.378, 0.475, 0.420, 0.489, 0.364], abs=5e-4)
    assert [one.item_total for one in found] == pytest.approx([0.530, 0.600, 0.611, 0.592, 0.461], abs=5e-4)
    assert [one.item_rest for one in found] == pytest.approx([0.246, 0.247, 0.313, 0.223, 0.175], abs=5e-4)
    assert [one.alpha_without for one in found] == pytest.approx([0.396, 0.394, 0.345, 0.415, 0.438], abs=5e-4)
    assert (whole.alpha, whole.standard_error_of_measurement) == pytest.approx((0.453, 0.886), abs=5e-4)


def test_statistics_of_social_life_feelings_match_mirt() -> None:
    scores = np.repeat(PATTERNS, FEELINGS, axis=0)

    found, whole = item_statistics(scores, [1] * 5), alpha(scores)

    assert [one.mean for one in found] == pytest.approx([0.131, 0.672, 0.668, 0.413, 0.282], abs=5e-4)
    assert [one.item_rest for one in found] == pytest.approx([0.251, 0.227, 0.335, 0.420, 0.281], abs=5e-4)
    assert [one.alpha_without for one in found] == pytest.approx([0.510, 0.527, 0.458, 0.397, 0.493], abs=5e-4)
    got = (whole.alpha, whole.standardised, whole.standard_error_of_measurement)
    assert got == pytest.approx((0.536, 0.534, 0.902), abs=5e-4)
    # Guttman's lambda 6 from the squared multiple correlations that are printed: 1 - sum(1 - smc) / sum of correlations.
    left = sum(1 - smc for smc in (0.080, 0.057, 0.139, 0.191, 0.088))
    assert whole.lambda6 == pytest.approx(1 - left / np.corrcoef(scores.T).sum(), abs=3e-4)
