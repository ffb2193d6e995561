"""How often an interval shall hold the truth, and how far it then reaches. Pure."""

from statistics import NormalDist


def check_coverage(coverage: float) -> None:
    """Raise ValueError for a coverage that is not between 0 and 1."""
    if not 0 < coverage < 1:
        msg = f"Coverage must lie between 0 and 1: a coverage of {coverage} cannot be."
        raise ValueError(msg)


def normal_reach(coverage: float) -> float:
    """Return by how many standard errors an interval of this coverage goes to each side: 1.96 for 0.95. Raises as `check_coverage`."""
    check_coverage(coverage)
    return NormalDist().inv_cdf((1 + coverage) / 2)
