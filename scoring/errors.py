"""The refusals of this floor."""

from storage.wording import Refusal


class ScoringError(Refusal):
    """Base of every refusal of this floor."""


class ShareNotFoundError(ScoringError, LookupError):
    """No such share, or its time is over: both answer alike."""


class ShareRevokedError(ScoringError):
    """The candidate took it back."""


class InvalidShareError(ScoringError, ValueError):
    """A share that may not be made: of nothing, without end, or of somebody else's outcomes."""


class PassportNotFoundError(ScoringError, LookupError):
    """No such passport or outcome, or it belongs to somebody else."""
