"""The refusals of a bank's calibrations."""

from scoring.errors import ScoringError


class CalibrationNotFoundError(ScoringError, LookupError):
    """No such calibration, or it is another operator's."""


class NothingToEstimateError(ScoringError, ValueError):
    """No item has what an estimation needs."""


class LostNumbersError(ScoringError, ValueError):
    """An estimation gave numbers that are not finite: they mean nothing, and are not kept."""


class DecidedError(ScoringError):
    """Somebody decided already, or what it would replace is another one by now."""


class InvalidDecisionError(ScoringError, ValueError):
    """A decision without a reason, or on a calibration that did not converge without saying so; `field` names what to mend."""
