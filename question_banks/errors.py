"""The refusals of this floor."""

from storage.wording import Refusal


class BankError(Refusal):
    """Base of every refusal of this floor."""


class BankNotFoundError(BankError, LookupError):
    """No such record, or it belongs to somebody else."""


class InvalidContentError(BankError, ValueError):
    """An item that could not be shown or marked."""


class InvalidResponseError(BankError, ValueError):
    """A response that this interaction cannot have."""


class ConflictError(BankError):
    """What was asked for does not fit how the record stands now."""


class StaleRevisionError(ConflictError):
    """Somebody else saved the working copy since the page was opened."""


class ItemNotFoundError(BankNotFoundError):
    """No such item, or it belongs to somebody else."""


class NotAllowedError(BankError, PermissionError):
    """Somebody else has to do this."""
