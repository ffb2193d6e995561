"""How well candidates did on item versions: what a panel of judges may be told. Use case."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import Session, col, func, select

from assess.models import Response, ServedItem

FEWEST_ANSWERS = 10
"""Fewer say little of an item, and might say something of a person."""


def right_shares(session: Session, version_ids: Collection[UUID]) -> dict[UUID, tuple[float, int]]:
    """Return the share of its points that candidates got on each item version, and how many answered.

    The last response of each counts, one that skipped the item too. Versions with fewer than `FEWEST_ANSWERS` are left out.
    """
    newest = (
        select(
            col(ServedItem.item_version_id),
            col(Response.points),
            col(Response.maximum),
            func.row_number()
            .over(
                partition_by=col(Response.served_item_id),
                order_by=(col(Response.recorded_at).desc(), col(Response.id).desc()),
            )
            .label("place"),
        )
        .join(ServedItem, col(ServedItem.id) == col(Response.served_item_id))
        .where(col(ServedItem.item_version_id).in_(version_ids), col(Response.maximum) > 0)
        .subquery()
    )
    rows = session.exec(
        select(newest.c.item_version_id, func.sum(newest.c.points), func.sum(newest.c.maximum), func.count())
        .where(newest.c.place == 1)
        .group_by(newest.c.item_version_id)
    ).all()
    return {
        version_id: (float(points / maximum), int(count))
        for version_id, points, maximum, count in rows
        if count >= FEWEST_ANSWERS
    }
