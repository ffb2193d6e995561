"""How much of a total comes from what all items share: McDonald's omega, from the correlations of items. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.classical.factor_solutions import maximum_likelihood_loadings, schmid_leiman
from scoring.irt import FloatArray


@dataclass(frozen=True, slots=True)
class Omega:
    """Hold McDonald's omega: the share of the total's variance that comes from the general factor, and from all."""

    hierarchical: float
    total: float


def omega(correlations: npt.ArrayLike, *, factors: int = 3) -> Omega:
    """Return omega hierarchical and total from item correlations (item, item), by a Schmid-Leiman solution.

    `factors` group factors by minimum residuals, rotated by oblimin, one factor above them: McDonald (1999), Zinbarg,
    Revelle, Yovel & Li (2005), as `psych::omega`, which also turns round the items that load on the general factor the
    other way. With one factor the two are equal and come from maximum likelihood (`omega_one_factor`).

    Raises ValueError for a matrix that is not one of correlations, or too many factors for its size.
    """
    matrix = _read_correlations(correlations)
    if not 1 <= factors <= max(len(matrix) // 2, 1):
        msg = f"{len(matrix)} items carry from 1 to {len(matrix) // 2} factors, not {factors}."
        raise ValueError(msg)
    if factors == 1:
        one = omega_one_factor(matrix)
        return Omega(one, one)
    solution = schmid_leiman(matrix, factors)
    direction = np.where(solution.general < 0, -1.0, 1.0)
    variance = float(direction @ matrix @ direction)
    return Omega(
        float(np.abs(solution.general).sum()) ** 2 / variance,
        (variance - float(solution.uniqueness.sum())) / variance,
    )


def omega_one_factor(correlations: npt.ArrayLike) -> float:
    """Return omega of one factor by maximum likelihood: its variance over itself plus uniquenesses. McDonald (1999).

    Items that load the other way are turned round. Raises ValueError for a matrix that is not one of correlations, or of fewer than three items.
    """
    matrix = _read_correlations(correlations)
    if len(matrix) < 3:  # noqa: PLR2004 - two items leave their factor open
        msg = "One factor needs at least three items."
        raise ValueError(msg)
    loadings = np.abs(maximum_likelihood_loadings(matrix, 1)[:, 0])
    common = float(loadings.sum()) ** 2
    return common / (common + float((1 - loadings**2).sum()))


def _read_correlations(correlations: npt.ArrayLike) -> FloatArray:
    matrix = np.asarray(correlations, dtype=np.float64)
    if (
        matrix.ndim != 2  # noqa: PLR2004
        or matrix.shape[0] != matrix.shape[1]
        or not np.isfinite(matrix).all()
        or not np.allclose(matrix, matrix.T)
        or not np.allclose(np.diag(matrix), 1)
        or (np.abs(matrix) > 1 + 1e-8).any()
    ):
        msg = "Correlations must be a symmetric matrix with ones on its diagonal."
        raise ValueError(msg)
    return matrix
