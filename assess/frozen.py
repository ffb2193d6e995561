"""What never changes, kept in memory by its id: blueprints, item versions, shared texts.

Read once per process. Plain values are kept, never rows: a row belongs to a session, and a rolled back one forgets itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlmodel import Session

from assess.blueprint import BlueprintContent
from assess.errors import NotFoundError
from assess.models import Blueprint
from question_banks.content import ItemContent, StimulusContent
from question_banks.library import get_stimulus as read_stimulus
from question_banks.library import get_version
from question_banks.models import ItemVersion
from storage.wording import N_

# About 4 kB each: 8,000 item versions are more than any operator's banks hold, and fit beside the program.
KEPT = 8_192
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FrozenItem:
    """One item version, as plain values."""

    version_id: UUID
    item_id: UUID
    stimulus_id: UUID | None
    content: ItemContent


_blueprints: dict[UUID, BlueprintContent] = {}
_items: dict[UUID, FrozenItem] = {}
_stimuli: dict[UUID, StimulusContent] = {}


def get_blueprint(session: Session, blueprint_id: UUID) -> BlueprintContent:
    """Return a blueprint's rules; raises NotFoundError."""

    def read() -> BlueprintContent:
        found = session.get(Blueprint, blueprint_id)
        if found is None:
            raise NotFoundError(N_("We do not know this assessment."))
        return found.content

    return _kept(_blueprints, blueprint_id, read)


def get_item(session: Session, version_id: UUID) -> FrozenItem:
    """Return an item version; raises BankNotFoundError."""
    return _kept(_items, version_id, lambda: freeze(get_version(session, version_id)))


def get_stimulus(session: Session, stimulus_id: UUID) -> StimulusContent:
    """Return a shared text; raises BankNotFoundError."""
    return _kept(_stimuli, stimulus_id, lambda: read_stimulus(session, stimulus_id).content)


def freeze(version: ItemVersion) -> FrozenItem:
    """Return the plain values of an item version, and keep them."""
    frozen = FrozenItem(version.id, version.item_id, version.stimulus_id, version.content)
    return _kept(_items, version.id, lambda: frozen)


def _kept(store: dict[UUID, T], key: UUID, read: Callable[[], T]) -> T:
    value = store.get(key)
    if value is None:
        value = read()
        if len(store) >= KEPT:
            store.clear()
        store[key] = value
    return value
