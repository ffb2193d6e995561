"""An operator's own competences, and its own versions of those that ship. Use cases.

What ships is common and is never changed here: two operators in one database would change each other's words. The first change
of it makes the operator's own version, a whole copy under the same code, which stands in its place from then on.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from question_banks.alignments import FRAMEWORKS, RELATIONS, address_fault, find_target
from question_banks.codes import free_code, slug
from question_banks.competences import (
    find_shipped,
    get_in_force,
    list_alignments,
    list_scales,
)
from question_banks.errors import BankNotFoundError, ConflictError, InvalidContentError
from question_banks.framework import CompetenceContent, Fault, find_faults, find_reason_fault
from question_banks.models import Alignment, Competence, CutScoreChange, Framework
from storage.wording import N_

OWN_PREFIX = "own-"
"""No code that ships begins so: what an operator adds can never be taken for what a later release brings."""

OWN_LIMIT = 200
LINKS_LIMIT = 40
OWN_TITLE = {"fr": "Compétences propres", "nl": "Eigen competenties", "en": "Own competences"}
TARGET_NAME_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Link:
    """A link as somebody wants it; `target` is a web address or the code of a known target, which needs no name."""

    framework: str
    relation: str
    target: str
    name: str = ""
    level: str = ""


def content_of(competence: Competence) -> CompetenceContent:
    """Return what a competence says."""
    return CompetenceContent(
        pillar=competence.pillar,
        scale=competence.scale,
        name=competence.name,
        cuts=competence.cuts,
        levels=competence.levels,
    )


def stamp_of(competence: Competence) -> str:
    """Return a short mark of what a competence says now: a form that holds another one is older."""
    words = json.dumps(content_of(competence).model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def add_competence(
    session: Session, content: CompetenceContent, *, operator_id: UUID, author_id: UUID, reason: str, now: datetime
) -> Competence:
    """Add a competence that only this operator has; its code comes from its name. Raises InvalidContentError."""
    _require_sound(find_faults(content, list_scales(session)) + find_reason_fault({}, content.cuts, reason))
    framework = _own_framework(session, operator_id)
    mine = session.exec(select(Competence).where(Competence.framework_id == framework.id)).all()
    if len(mine) >= OWN_LIMIT:
        raise InvalidContentError(
            N_("There are {limit} competences of your own, which is the most there can be."),
            field="name.fr",
            limit=OWN_LIMIT,
        )
    words = slug(content.name.get("en") or content.name["fr"]) or "competence"
    competence = Competence(
        framework_id=framework.id,
        code=free_code(f"{OWN_PREFIX}{words}", {one.code for one in mine}),
        position=1 + max((one.position for one in mine), default=0),
        **dict(content),
    )
    session.add(competence)
    session.flush()
    _note_cuts(
        session, competence.code, {}, content.cuts, operator_id=operator_id, author_id=author_id, reason=reason, now=now
    )
    return competence


def revise_competence(
    session: Session,
    competence_id: UUID,
    content: CompetenceContent,
    *,
    stamp: str,
    operator_id: UUID,
    author_id: UUID,
    reason: str,
    now: datetime,
) -> Competence:
    """Change what a competence says, for this operator alone, and return it; the same content again changes nothing.

    Other cut scores need a reason, which is kept. Levels that were given stay as they are: an outcome holds the cut scores that
    it rests on. The scale stays: another scale is another competence. Raises InvalidContentError; ConflictError when the
    competence is not as `stamp` says (`stamp_of`) any more.
    """
    found = get_in_force(session, competence_id, operator_id=operator_id).competence
    content = content.model_copy(update={"scale": found.scale})
    _require_sound(find_faults(content, list_scales(session)) + find_reason_fault(found.cuts, content.cuts, reason))
    if content == content_of(found):
        return found
    competence = found
    if stamp_of(found) == stamp:
        competence = _own_version(session, found, operator_id)
    # Asked again of the locked one: a colleague may have been quicker in between.
    if stamp_of(competence) != stamp:
        raise ConflictError(
            N_("A colleague changed this competence while you were writing. Look at it, then save yours again.")
        )
    before = dict(competence.cuts)
    competence.pillar, competence.name = content.pillar, content.name
    competence.cuts, competence.levels = content.cuts, content.levels
    session.add(competence)
    session.flush()
    _note_cuts(
        session,
        competence.code,
        before,
        content.cuts,
        operator_id=operator_id,
        author_id=author_id,
        reason=reason,
        now=now,
    )
    return competence


def archive_competence(session: Session, competence_id: UUID, *, operator_id: UUID, now: datetime) -> Competence:
    """Put a competence away: nothing new is about it. Banks, assessments and results that have it keep it."""
    competence = _changeable(session, competence_id, operator_id)
    competence.archived_at = competence.archived_at or now
    session.add(competence)
    session.flush()
    return competence


def restore_competence(session: Session, competence_id: UUID, *, operator_id: UUID) -> Competence:
    """Bring a competence back that was put away."""
    competence = _changeable(session, competence_id, operator_id)
    competence.archived_at = None
    session.add(competence)
    session.flush()
    return competence


def reset_competence(
    session: Session, competence_id: UUID, *, operator_id: UUID, author_id: UUID, reason: str, now: datetime
) -> Competence:
    """Give the operator's own version of a shipped competence up, with its links, and return the one that ships.

    Where that lets levels begin elsewhere, a reason is needed. Raises InvalidContentError, and ConflictError for a competence
    that only the operator has.
    """
    found = get_in_force(session, competence_id, operator_id=operator_id).competence
    shipped = find_shipped(session, found.code)
    if shipped is None:
        raise ConflictError(N_("Only you have this competence: there is no other version of it. You can archive it."))
    if shipped.id == found.id:
        return shipped
    _require_sound(find_reason_fault(found.cuts, shipped.cuts, reason))
    before, after = dict(found.cuts), dict(shipped.cuts)
    for link in list_alignments(session, found.id):
        session.delete(link)
    session.flush()
    session.delete(found)
    session.flush()
    _note_cuts(
        session, shipped.code, before, after, operator_id=operator_id, author_id=author_id, reason=reason, now=now
    )
    return shipped


def find_link_faults(link: Link, levels: Collection[str]) -> list[Fault]:
    """Return what keeps a link from being made, for a competence whose scale has these levels."""
    faults = []
    target = find_target(link.target)
    if link.framework not in FRAMEWORKS or (target and target.framework != link.framework):
        faults.append(Fault("framework", N_("Choose a framework.")))
    if target is None and (wrong := address_fault(link.target)):
        faults.append(Fault("target", wrong))
    if target is None and not 0 < len(link.name) <= TARGET_NAME_LENGTH:
        message = N_("Say what it is called there, in at most {limit} signs.")
        faults.append(Fault("name", message, {"limit": TARGET_NAME_LENGTH}))
    if link.relation not in RELATIONS:
        faults.append(Fault("relation", N_("Choose how the two relate.")))
    if link.level and link.level not in levels:
        faults.append(Fault("level", N_("Choose a level of this scale, or the competence as a whole.")))
    return faults


def align(session: Session, competence_id: UUID, link: Link, *, operator_id: UUID) -> Competence:
    """Link a competence to a part of another framework; a second link to the same part takes the place of the first.

    Raises InvalidContentError.
    """
    found = get_in_force(session, competence_id, operator_id=operator_id).competence
    _require_sound(find_link_faults(link, [level.code for level in list_scales(session)[found.scale]]))
    competence = _own_version(session, found, operator_id)
    links = {one.target_uri: one for one in list_alignments(session, competence.id)}
    if link.target not in links and len(links) >= LINKS_LIMIT:
        raise InvalidContentError(N_("A competence has at most {limit} links."), field="target", limit=LINKS_LIMIT)
    target = find_target(link.target)
    wanted: dict[str, Any] = {
        "framework": link.framework,
        "relation": link.relation,
        "level": link.level,
        "target_name": target.name["en"] if target else link.name,
    }
    made = links.get(link.target) or Alignment(competence_id=competence.id, target_uri=link.target, **wanted)
    for name, value in wanted.items():
        setattr(made, name, value)
    session.add(made)
    session.flush()
    return competence


def remove_alignment(session: Session, competence_id: UUID, target: str, *, operator_id: UUID) -> Competence:
    """Take the link to that target away and return the competence; one that is not there is no error."""
    found = get_in_force(session, competence_id, operator_id=operator_id).competence
    if all(link.target_uri != target for link in list_alignments(session, found.id)):
        return found
    competence = _own_version(session, found, operator_id)
    for link in list_alignments(session, competence.id):
        if link.target_uri == target:
            session.delete(link)
    session.flush()
    return competence


def _changeable(session: Session, competence_id: UUID, operator_id: UUID) -> Competence:
    return _own_version(session, get_in_force(session, competence_id, operator_id=operator_id).competence, operator_id)


def _own_version(session: Session, competence: Competence, operator_id: UUID) -> Competence:
    """Return the operator's own version, locked: the one that there is, or a copy of the shipped one with its links."""
    framework = _own_framework(session, operator_id)
    mine = select(Competence).where(Competence.framework_id == framework.id, Competence.code == competence.code)
    own = session.exec(mine.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if own is not None:
        return own
    own = Competence(
        framework_id=framework.id, code=competence.code, position=competence.position, **dict(content_of(competence))
    )
    session.add(own)
    session.flush()
    for link in list_alignments(session, competence.id):
        copied = link.model_dump(exclude={"id", "competence_id"})
        session.add(Alignment(competence_id=own.id, **copied))
    session.flush()
    return own


def _own_framework(session: Session, operator_id: UUID) -> Framework:
    """Return the framework of what the operator made, made when it is first needed."""
    mine = select(Framework).where(Framework.operator_id == operator_id)
    found = session.exec(mine).one_or_none()
    if found is not None:
        return found
    # Two first changes at once wait for each other here, so that the second finds what the first made.
    shipped = select(Framework).where(col(Framework.operator_id).is_(None)).order_by(col(Framework.id)).limit(1)
    if session.exec(shipped.with_for_update()).one_or_none() is None:
        raise BankNotFoundError(N_("There is no framework yet. Ask the person who runs Paraat to import it."))
    found = session.exec(mine).one_or_none()
    if found is None:
        found = Framework(operator_id=operator_id, code=f"operator-{operator_id.hex}", title=OWN_TITLE, scales={})
        session.add(found)
        session.flush()
    return found


def _require_sound(faults: list[Fault]) -> None:
    for fault in faults:
        raise InvalidContentError(fault.message, field=fault.about, **fault.values)


def _note_cuts(
    session: Session,
    code: str,
    before: Mapping[str, float],
    after: Mapping[str, float],
    *,
    operator_id: UUID,
    author_id: UUID,
    reason: str,
    now: datetime,
) -> None:
    if dict(before) == dict(after):
        return
    session.add(
        CutScoreChange(
            operator_id=operator_id,
            competence=code,
            author_id=author_id,
            at=now,
            reason=reason.strip(),
            before=dict(before),
            after=dict(after),
        )
    )
    session.flush()
