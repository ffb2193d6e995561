"""Item parameters in force. Pure for now: until a bank is calibrated on responses they are the authors' estimates."""

from collections.abc import Mapping, Sequence

from question_banks.content import AuthorEstimate, ItemContent
from question_banks.framework import ScaleLevel
from question_banks.models import Competence
from scoring.irt import ItemParameters
from scoring.levels import LevelScale
from scoring.marking import maximum_points

PROVISIONAL = True
"""No bank is calibrated yet; a level that rests on these parameters says so."""

STEP_REACH = 0.5


def parameters_of(content: ItemContent) -> ItemParameters:
    """Return the parameters of an item: its authors' a and b, with steps when it gives several points."""
    return parameters_from(content.estimate, maximum_points(content))


def parameters_from(estimate: AuthorEstimate, points: int) -> ItemParameters:
    """Return the authors' a and b; an item of several points gets steps, spread evenly from -0.5 to 0.5 around b.

    Nobody has estimated the steps of such an item. Half a logit to each side says that the first point is somewhat easier
    than the item as a whole and the last somewhat harder, keeps the categories in order, and leaves b where the author put it.
    An item that gives no points by itself has the parameters of one point; nothing asks for them.
    """
    if points <= 1:
        return ItemParameters(b=estimate.b, a=estimate.a)
    steps = tuple(STEP_REACH * (2 * step / (points - 1) - 1) for step in range(points))
    return ItemParameters(b=estimate.b, a=estimate.a, steps=steps)


def scale_of(competence: Competence, scales: Mapping[str, Sequence[ScaleLevel]]) -> LevelScale:
    """Return the levels of a competence and the theta where each begins.

    A scale may name levels that a competence does not measure yet: those without a cut score are left out. The lowest
    begins nowhere. Raises ValueError when the cut scores do not ascend in the order of the scale.
    """
    lowest, *higher = (level.code for level in scales[competence.scale])
    return LevelScale(lowest, tuple((code, competence.cuts[code]) for code in higher if code in competence.cuts))
