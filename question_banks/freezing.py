"""Freeze content: the digest of what candidates see, and versions that never change. Use cases, but for the digest."""

import hashlib
import json
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlmodel import Session, col, func, select

from question_banks.content import ItemContent, StimulusContent
from question_banks.models import Item, ItemVersion, Stimulus


def digest_of(content: ItemContent | StimulusContent, stimulus: StimulusContent | None = None) -> str:
    """Return the SHA-256 of what a candidate would see and how it is marked; the shared material is part of that.

    Fields at their default do not count, so that a field which is added to the schema later changes no digest.
    """
    whole = _canonical(content) + (_canonical(stimulus) if stimulus else "")
    return hashlib.sha256(whole.encode()).hexdigest()


def freeze_item(
    session: Session,
    item: Item,
    content: ItemContent,
    *,
    stimulus: Stimulus | None,
    now: datetime,
) -> ItemVersion:
    """Store the next version of an item and make it the current one."""
    last = session.exec(select(func.max(ItemVersion.number)).where(ItemVersion.item_id == item.id)).one()
    version = ItemVersion(
        item_id=item.id,
        stimulus_id=stimulus.id if stimulus else None,
        number=(last or 0) + 1,
        content=content,
        digest=digest_of(content, stimulus.content if stimulus else None),
        created_at=now,
    )
    session.add(version)
    session.flush()
    item.current_version_id = version.id
    session.add(item)
    session.flush()
    return version


def freeze_stimulus(
    session: Session, testlet_id: UUID, content: StimulusContent, *, now: datetime
) -> tuple[Stimulus, bool]:
    """Return the version of shared material that says this, and whether it is new."""
    newest = session.exec(
        select(Stimulus).where(Stimulus.testlet_id == testlet_id).order_by(col(Stimulus.number).desc()).limit(1)
    ).one_or_none()
    digest = digest_of(content)
    if newest is not None and newest.digest == digest:
        return newest, False
    number = newest.number + 1 if newest else 1
    stimulus = Stimulus(testlet_id=testlet_id, number=number, content=content, digest=digest, created_at=now)
    session.add(stimulus)
    session.flush()
    return stimulus, True


def _canonical(model: BaseModel) -> str:
    def plain(value: object) -> object:
        if isinstance(value, BaseModel):
            # The type of a union's member is a default, and tells it from the others.
            kind = {name: getattr(value, name) for name in ("type", "rule") if hasattr(value, name)}
            return plain({**kind, **{name: getattr(value, name) for name in sorted(_set_fields(value))}})
        if isinstance(value, set | frozenset):
            return sorted((plain(one) for one in value), key=str)
        if isinstance(value, dict):
            return {str(key): plain(value[key]) for key in sorted(value)}
        return [plain(one) for one in value] if isinstance(value, list | tuple) else str(value)

    return json.dumps(plain(model), ensure_ascii=False, sort_keys=True)


def _set_fields(model: BaseModel) -> set[str]:
    """Return the fields that differ from their default."""
    fields = type(model).model_fields
    return {
        name
        for name, info in fields.items()
        if info.is_required() or getattr(model, name) != info.get_default(call_default_factory=True, validated_data={})
    }
