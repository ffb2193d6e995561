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
