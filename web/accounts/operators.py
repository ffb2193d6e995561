"""Operators: the training organisations that own banks, assessments and accounts."""

from datetime import datetime

from sqlmodel import Session, select

from storage.wording import N_
from web.accounts.errors import InvalidAccountError
from web.accounts.models import Operator


def add_operator(session: Session, *, code: str, name: str, now: datetime, is_demo: bool = False) -> Operator:
    """Make an operator; raises InvalidAccountError when there is one of that code, or the name is empty."""
    name = " ".join(name.split())
    if not name or not code:
        raise InvalidAccountError(N_("Give the organisation a code and a name."))
    if find_operator(session, code) is not None:
        raise InvalidAccountError(N_("There is an organisation “{code}” already."), code=code)
    operator = Operator(code=code, name=name, is_demo=is_demo, created_at=now)
    session.add(operator)
    session.flush()
    return operator


def find_operator(session: Session, code: str) -> Operator | None:
    """Return the operator of that code, or None."""
    return session.exec(select(Operator).where(Operator.code == code)).one_or_none()
