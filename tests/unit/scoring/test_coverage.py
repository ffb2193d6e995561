"""How far an interval reaches."""

import pytest

from scoring.coverage import check_coverage, normal_reach


def test_normal_reach_is_the_tables() -> None:
    assert [normal_reach(one) for one in (0.68, 0.9, 0.95, 0.99)] == pytest.approx(
        [0.994458, 1.644854, 1.959964, 2.575829], abs=1e-6
    )


@pytest.mark.parametrize("coverage", [0.0, 1.0, -0.5, 95.0, float("nan")])
def test_coverage_that_cannot_be_is_refused(coverage: float) -> None:
    with pytest.raises(ValueError, match="Coverage"):
        check_coverage(coverage)
    with pytest.raises(ValueError, match="Coverage"):
        normal_reach(coverage)
