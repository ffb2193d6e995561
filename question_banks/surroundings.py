"""What an item is held against that does not stand in it: competences with their levels and cut scores, its shared text. Use cases."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlmodel import Session, and_, col, func, or_, select

from question_banks.competences import list_scales
from question_banks.content import StimulusContent
from question_banks.models import Competence, Framework, Stimulus, StimulusDraft


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What checking an item reads besides the item and its bank. Empty, it checks less."""

    levels: Mapping[str, Collection[str]] | None = None
    """The levels of each competence that there is, by code; none at all is a level, too: the author has not chosen yet."""
    cuts: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """The theta where each level begins, by competence; one without cut scores is not among them."""
    stimulus: StimulusContent | None = None
    """The shared text that the item hangs on."""

    def on(self, stimulus: StimulusContent | None) -> "Surroundings":
        """Return the same around an item on that shared text."""
        return Surroundings(self.levels, self.cuts, stimulus)


def look_around(session: Session, *, operator_id: UUID, testlet_id: UUID | None = None) -> Surroundings:
    """Return what the operator's items are held against; with `testlet_id`, those that hang on it. Two queries, or four."""
    # Columns, not rows: this is asked at each autosave, and the words of the levels are most of a competence.
    found = session.exec(
        select(Competence.code, Competence.scale, col(Competence.cuts))
        .join(Framework, col(Framework.id) == Competence.framework_id)
        .where(or_(col(Framework.operator_id).is_(None), Framework.operator_id == operator_id))
        # The operator's own version of a competence comes after the one that ships, and stands in its place.
        .order_by(col(Framework.operator_id).is_not(None))
    ).all()
    scales = {code: ["", *(level.code for level in levels)] for code, levels in list_scales(session).items()}
    levels = {code: scales.get(scale, [""]) for code, scale, _ in found}
    cuts = {code: cuts for code, _, cuts in found}
    shared = find_shared(session, [testlet_id]) if testlet_id else {}
    return Surroundings(
        levels, {code: one for code, one in cuts.items() if one}, shared.get(testlet_id) if testlet_id else None
    )


def find_shared(session: Session, testlet_ids: Iterable[UUID]) -> dict[UUID, StimulusContent]:
    """Return the shared text of each testlet as it is written now; two queries, whatever their number."""
    asked = list(testlet_ids)
    newest = (
        select(Stimulus.testlet_id, func.max(col(Stimulus.number)).label("number"))
        .where(col(Stimulus.testlet_id).in_(asked))
        .group_by(col(Stimulus.testlet_id))
        .subquery()
    )
    published = session.exec(
        select(Stimulus.testlet_id, col(Stimulus.content)).join(
            newest, and_(newest.c.testlet_id == Stimulus.testlet_id, newest.c.number == Stimulus.number)
        )
    ).all()
    written = session.exec(
        select(StimulusDraft.testlet_id, col(StimulusDraft.content)).where(col(StimulusDraft.testlet_id).in_(asked))
    ).all()
    return dict(published) | dict(written)
