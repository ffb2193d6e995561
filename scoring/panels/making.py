"""Make a panel: what it judges, and with which difficulties; find panels again. Use cases."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from question_banks.competences import list_offered_competences, list_scales
from question_banks.errors import BankNotFoundError
from question_banks.library import get_bank
from question_banks.models import Bank, Item, ItemVersion
from scoring.irt import ItemParameters
from scoring.marking import maximum_points
from scoring.models import Outcome, Panel, PanelRound
from scoring.panels.errors import InvalidPanelError, PanelNotFoundError
from scoring.parameters import current_calibration_id, parameters_for, parameters_in_force
from scoring.passport.wording import own_words
from scoring.standards.bookmark import TWO_THIRDS, order_booklet
from storage.wording import N_

METHODS = ("angoff", "bookmark", "contrasting")
RESPONSE_PROBABILITIES = {"67": TWO_THIRDS, "50": 0.5}
FEWEST_ITEMS, MOST_ITEMS, USUAL_ITEMS = 5, 60, 20
FEWEST_PEOPLE, MOST_PEOPLE = 4, 100
INSTRUCTIONS_LIMIT = 2_000
LISTED_PEOPLE = 200


@dataclass(frozen=True, slots=True)
class PanelChoice:
    """What a coordinator asks for; a bank and items where items are judged, outcomes where people are."""

    competence: str
    method: str
    levels: tuple[str, ...]
    bank_id: UUID | None = None
    item_count: int = USUAL_ITEMS
    response_probability: float = TWO_THIRDS
    outcome_ids: tuple[UUID, ...] = ()
    instructions: str = ""


@dataclass(frozen=True, slots=True)
class JudgedItem:
    """An item that can be judged, and its parameters in force."""

    version_id: UUID
    parameters: ItemParameters


def list_panels(session: Session, *, operator_id: UUID) -> list[Panel]:
    """Return the operator's panels, newest first."""
    mine = select(Panel).where(Panel.operator_id == operator_id)
    return list(session.exec(mine.order_by(col(Panel.created_at).desc(), col(Panel.id).desc())))


def get_panel(session: Session, panel_id: UUID, *, operator_id: UUID, lock: bool = False) -> Panel:
    """Return a panel of the operator; raises PanelNotFoundError."""
    mine = select(Panel).where(Panel.id == panel_id, Panel.operator_id == operator_id)
    panel = session.exec(mine.with_for_update() if lock else mine).one_or_none()
    if panel is None:
        raise PanelNotFoundError(N_("There is no such panel."))
    return panel


def list_problems(session: Session, choice: PanelChoice, *, operator_id: UUID) -> list[InvalidPanelError]:
    """Return every reason why there can be no such panel; `values["field"]` names what each is about."""
    competence = list_offered_competences(session, operator_id=operator_id).get(choice.competence)
    if competence is None:
        return [InvalidPanelError(N_("Choose a competence."), field="competence")]
    if choice.method not in METHODS:
        return [InvalidPanelError(N_("Choose how the panel judges."), field="method")]
    higher = [level.code for level in list_scales(session).get(competence.scale, [])[1:]]
    problems = []
    if not choice.levels or not set(choice.levels) <= set(higher):
        problems.append(InvalidPanelError(N_("Choose at least one level whose beginning is set."), field="levels"))
    elif choice.method == "contrasting" and len(choice.levels) > 1:
        problems.append(InvalidPanelError(N_("Where people are judged, choose one level."), field="levels"))
    problems += _problems_of_people(choice) if choice.method == "contrasting" else _problems_of_items(choice)
    if len(choice.instructions) > INSTRUCTIONS_LIMIT:
        message = N_("Make this shorter: {limit} signs at most.")
        problems.append(InvalidPanelError(message, field="instructions", limit=INSTRUCTIONS_LIMIT))
    return problems


def make_panel(session: Session, choice: PanelChoice, *, operator_id: UUID, author_id: UUID, now: datetime) -> Panel:
    """Make a panel and open its first round; what is judged is frozen with it. Raises InvalidPanelError with the first problem."""
    for problem in list_problems(session, choice, operator_id=operator_id):
        raise problem
    competence = list_offered_competences(session, operator_id=operator_id)[choice.competence]
    in_order = [level.code for level in list_scales(session)[competence.scale]]
    panel = Panel(
        operator_id=operator_id,
        competence=choice.competence,
        method=choice.method,
        levels=sorted(set(choice.levels), key=in_order.index),
        response_probability=choice.response_probability,
        instructions=own_words(choice.instructions),
        created_at=now,
        author_id=author_id,
    )
    if choice.method == "contrasting":
        panel.people = _people(session, choice, operator_id)
    else:
        assert choice.bank_id is not None  # noqa: S101 (`list_problems` asks for it)
        bank = _bank(session, choice.bank_id, operator_id)
        items = spread_items(list_judgeable(session, bank, choice.competence), choice.item_count)
        panel.bank_id = bank.id
        _lay_out(panel, items)
    session.add(panel)
    session.flush()
    session.add(PanelRound(panel_id=panel.id, number=1, opened_at=now))
    session.flush()
    return panel


def list_judgeable(session: Session, bank: Bank, competence: str) -> list[JudgedItem]:
    """Return the live items of a bank that measure the competence and are marked without a rater, in the bank's order."""
    rows = session.exec(
        select(ItemVersion)
        .join(Item, col(Item.current_version_id) == col(ItemVersion.id))
        .where(Item.bank_id == bank.id, Item.status == "live", col(Item.archived_at).is_(None))
        .order_by(col(Item.position), col(Item.id))
    )
    known = parameters_in_force(session, current_calibration_id(session, bank.id))
    return [
        JudgedItem(row.id, parameters_for(known, row.id, row.content).parameters)
        for row in rows
        if row.content.competence == competence and maximum_points(row.content) > 0
    ]


def spread_items(items: Sequence[JudgedItem], count: int) -> list[JudgedItem]:
    """Return so many items spread evenly over the order of difficulty, in the order in which they came. Pure.

    The easiest and the hardest are always among them. Raises InvalidPanelError when there are fewer than `FEWEST_ITEMS`.
    """
    if len(items) < FEWEST_ITEMS:
        raise InvalidPanelError(
            N_("This bank has too few live items of that competence that are marked by a key: {count}."),
            field="bank",
            count=len(items),
        )
    by_difficulty = sorted(range(len(items)), key=lambda place: items[place].parameters.b)
    taken = min(count, len(items))
    places = {by_difficulty[round(step * (len(items) - 1) / (taken - 1))] for step in range(taken)}
    return [item for place, item in enumerate(items) if place in places]


def list_people(session: Session, competence: str, *, operator_id: UUID) -> list[Outcome]:
    """Return each candidate's newest outcome of a competence, newest first, at most `LISTED_PEOPLE`."""
    newest = (
        select(func.max(Outcome.taken_at).label("taken_at"), col(Outcome.candidate_id))
        .where(Outcome.operator_id == operator_id, Outcome.competence == competence)
        .group_by(col(Outcome.candidate_id))
        .subquery()
    )
    rows = session.exec(
        select(Outcome)
        .join(newest, (newest.c.candidate_id == Outcome.candidate_id) & (newest.c.taken_at == Outcome.taken_at))
        .where(Outcome.operator_id == operator_id, Outcome.competence == competence)
        .order_by(col(Outcome.taken_at).desc(), col(Outcome.revision), col(Outcome.id))
        .limit(LISTED_PEOPLE)
    )
    # A rescored outcome has the hour of the first: of the two the higher revision counts.
    return list({one.candidate_id: one for one in rows}.values())


def items_of(panel: Panel) -> list[ItemParameters]:
    """Return the parameters of each page of the panel, as they were when it began."""
    return [
        ItemParameters(b=one["b"], a=one["a"], c=one["c"], d=one["d"], steps=tuple(one["steps"]), model=one["model"])
        for one in panel.parameters
    ]


def _problems_of_items(choice: PanelChoice) -> list[InvalidPanelError]:
    problems = []
    if choice.bank_id is None:
        problems.append(InvalidPanelError(N_("Choose a question bank."), field="bank"))
    if not FEWEST_ITEMS <= choice.item_count <= MOST_ITEMS:
        message = N_("Choose from {least} to {most} items.")
        problems.append(InvalidPanelError(message, field="count", least=FEWEST_ITEMS, most=MOST_ITEMS))
    if choice.response_probability not in RESPONSE_PROBABILITIES.values():
        problems.append(InvalidPanelError(N_("Choose how sure a right answer has to be."), field="rp"))
    return problems


def _problems_of_people(choice: PanelChoice) -> list[InvalidPanelError]:
    if FEWEST_PEOPLE <= len(set(choice.outcome_ids)) <= MOST_PEOPLE:
        return []
    message = N_("Choose from {least} to {most} people.")
    return [InvalidPanelError(message, field="people", least=FEWEST_PEOPLE, most=MOST_PEOPLE)]


def _bank(session: Session, bank_id: UUID, operator_id: UUID) -> Bank:
    try:
        return get_bank(session, bank_id, operator_id=operator_id)
    except BankNotFoundError as refusal:
        raise InvalidPanelError(N_("Choose a question bank."), field="bank") from refusal


def _people(session: Session, choice: PanelChoice, operator_id: UUID) -> list[dict[str, Any]]:
    known = {one.id: one for one in list_people(session, choice.competence, operator_id=operator_id)}
    if not set(choice.outcome_ids) <= set(known):
        raise InvalidPanelError(N_("Choose only people from this list."), field="people")
    chosen = [known[one] for one in dict.fromkeys(choice.outcome_ids)]
    return [
        {"candidate_id": str(one.candidate_id), "theta": one.theta, "standard_error": one.standard_error}
        for one in chosen
    ]


def _lay_out(panel: Panel, items: Sequence[JudgedItem]) -> None:
    """Write the pages of the panel: its items, or the booklet in order of difficulty with a page for each point."""
    if panel.method == "angoff":
        panel.item_version_ids = [item.version_id for item in items]
        panel.parameters = [asdict(item.parameters) for item in items]
        return
    booklet = order_booklet([item.parameters for item in items], panel.response_probability)
    panel.item_version_ids = [items[entry.item].version_id for entry in booklet]
    panel.parameters = [
        asdict(items[entry.item].parameters) | {"score": entry.score, "location": entry.location} for entry in booklet
    ]
