"""Files that candidates send as answers: what a question waits for, whose they are, and which nobody needs any more.

The bytes lie in the media store. They are put there before anything refers to them, and go after nothing does.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from assess import timing
from assess.frozen import get_item
from assess.models import Sitting, Upload
from assess.progress import find_progress
from question_banks.content import ItemContent, MediaFile
from question_banks.interactions import SpokenInteraction, UploadInteraction
from question_banks.models import MediaAsset
from question_banks.responses import PREFIX, Fields
from question_banks.sniffing import Accepted

QUOTA = 200 * 1024 * 1024
"""What one sitting may fill of the store: some twenty large photos."""
KEPT = ".kept"


@dataclass(frozen=True, slots=True)
class Expected:
    """What files a question waits for: the kinds by interaction, and how many bytes the sitting may still send."""

    accept: Mapping[str, tuple[Accepted, ...]]
    room: int


NOTHING = Expected({}, 0)


def kinds_of(content: ItemContent) -> dict[str, tuple[Accepted, ...]]:
    """Return, for each interaction that takes a file, the kinds that it takes."""
    kinds: dict[str, tuple[Accepted, ...]] = {}
    for one in content.interactions:
        if isinstance(one, UploadInteraction):
            kinds[one.id] = one.accept
        elif isinstance(one, SpokenInteraction):
            kinds[one.id] = ("audio",)
    return kinds


def expected_files(session: Session, candidate_id: UUID, position: int, *, now: datetime) -> Expected:
    """Return what files may be sent to the question at that position now; nothing for one that cannot be answered now."""
    progress = find_progress(session, candidate_id)
    asked = progress.find_asked(position) if progress else None
    if progress is None or asked is None or progress.is_handed_in or progress.run is None:
        return NOTHING
    if timing.is_too_late(progress.run.deadline_at, now) or now >= progress.closes_at + timing.GRACE:
        return NOTHING
    sent = session.exec(select(Upload).where(Upload.sitting_id == progress.sitting.id)).all()
    room = QUOTA - sum(upload.file.size for upload in sent)
    return Expected(kinds_of(get_item(session, asked.served.item_version_id).content), max(0, room))


def keep_uploads(session: Session, candidate_id: UUID, files: Collection[MediaFile], *, now: datetime) -> None:
    """Write down that these files were sent in the candidate's sitting; again, or for who has none: changes nothing."""
    sitting_id = session.exec(select(Sitting.id).where(Sitting.candidate_id == candidate_id).with_for_update()).first()
    if sitting_id is None:
        return
    known = find_uploads(session, sitting_id, [file.digest for file in files])
    for digest, file in {file.digest: file for file in files}.items():
        if digest not in known:
            session.add(Upload(sitting_id=sitting_id, digest=digest, file=file, created_at=now))
    session.flush()


def find_uploads(session: Session, sitting_id: UUID, digests: Collection[str]) -> dict[str, MediaFile]:
    """Return those of the digests that were sent in this sitting."""
    rows = session.exec(select(Upload).where(Upload.sitting_id == sitting_id, col(Upload.digest).in_(digests)))
    return {row.digest: row.file for row in rows}


def files_of(session: Session, sitting_id: UUID, content: ItemContent, fields: Fields) -> dict[str, MediaFile]:
    """Return, by interaction, the files that a form says were sent before, if this sitting sent them.

    Asks the database only where a question takes files and the form names one.
    """
    kept = {one: _first(fields.get(f"{PREFIX}{one}{KEPT}", ())) for one in kinds_of(content)}
    named = {one: digest for one, digest in kept.items() if digest}
    if not named:
        return {}
    found = find_uploads(session, sitting_id, set(named.values()))
    return {one: found[digest] for one, digest in named.items() if digest in found}


def delete_uploads(session: Session, sitting_ids: Collection[UUID]) -> set[str]:
    """Forget what was sent in these sittings; return the digests, whose bytes go when nothing else refers to them."""
    digests = set(session.exec(select(Upload.digest).where(col(Upload.sitting_id).in_(sitting_ids))))
    session.exec(delete(Upload).where(col(Upload.sitting_id).in_(sitting_ids)))
    return digests


def delete_old_uploads(session: Session, *, before: datetime) -> int:
    """Forget what was sent until that moment; return how many files there were."""
    return session.exec(delete(Upload).where(col(Upload.created_at) <= before)).rowcount


def unreferenced(session: Session, digests: Collection[str]) -> set[str]:
    """Return those of the digests to which neither an upload nor an asset of an operator refers."""
    sent = session.exec(select(Upload.digest).where(col(Upload.digest).in_(digests))).all()
    owned = session.exec(select(MediaAsset.digest).where(col(MediaAsset.digest).in_(digests))).all()
    return set(digests).difference(sent, owned)


def _first(values: Sequence[str]) -> str:
    return next(iter(values), "")
