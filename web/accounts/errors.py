"""The refusals of accounts."""

from storage.wording import Refusal


class AccountError(Refusal):
    """Base of every refusal of accounts."""


class AccountNotFoundError(AccountError, LookupError):
    """No such account, or it belongs to another operator."""


class InvalidAccountError(AccountError, ValueError):
    """An account that may not be made as asked."""
