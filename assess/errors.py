"""The refusals of this floor."""

from storage.wording import Refusal


class AssessError(Refusal):
    """Base of every refusal of this floor."""


class NotFoundError(AssessError, LookupError):
    """No such assessment, group, code or sitting, or it belongs to somebody else."""


class ClosedError(AssessError):
    """It was possible before, and is not any more: the time is over, or it was handed in."""


class InvalidInputError(AssessError, ValueError):
    """What was given cannot be taken."""
