"""The forms of panels: what a coordinator asks for, and what a judge says."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, nan
from uuid import UUID

from scoring.models import Panel
from scoring.panels.judging import CANNOT_SAY, wanted
from scoring.panels.making import RESPONSE_PROBABILITIES, USUAL_ITEMS, PanelChoice
from web.forms import Fields, first

LONGEST_NUMBER = 8
ANGOFF_STEPS = tuple(range(0, 101, 5))
PERSON_ANSWERS = ("1", "0", "-1")


@dataclass(frozen=True, slots=True)
class PanelForm:
    """What was typed for a new panel, as it was typed."""

    competence: str = ""
    method: str = ""
    levels: tuple[str, ...] = ()
    bank: str = ""
    count: str = str(USUAL_ITEMS)
    rp: str = "67"
    people: tuple[str, ...] = ()
    instructions: str = ""

    def choice(self) -> PanelChoice:
        """Return what it means; what is no number or no id is a value that is refused."""
        return PanelChoice(
            competence=self.competence,
            method=self.method,
            levels=self.levels,
            bank_id=_id_of(self.bank),
            item_count=_count_of(self.count),
            response_probability=RESPONSE_PROBABILITIES.get(self.rp, 0.0),
            outcome_ids=tuple(_id_of(one) or UUID(int=0) for one in self.people),
            instructions=self.instructions,
        )


def read_panel(fields: Fields) -> PanelForm:
    """Return what the form for a new panel sent."""
    return PanelForm(
        competence=first(fields, "competence"),
        method=first(fields, "method"),
        levels=tuple(fields.get("levels", ())),
        bank=first(fields, "bank"),
        count=first(fields, "count").strip(),
        rp=first(fields, "rp") or "67",
        people=tuple(fields.get("people", ())),
        instructions=first(fields, "instructions"),
    )


def read_estimates(panel: Panel, about: UUID, fields: Fields) -> dict[tuple[str, UUID | None], float]:
    """Return what a judge typed of one item, by level; an empty box says nothing, what is no number becomes nan."""
    typed = {level: first(fields, f"level-{level}").strip() for level in panel.levels}
    return {(level, about): percentage(words) for level, words in typed.items() if words}


def read_marks(panel: Panel, fields: Fields) -> dict[tuple[str, UUID | None], float]:
    """Return the marks in a booklet by level; the form names the marked page, from 1, the judgement counts those before it."""
    typed = {level: first(fields, f"level-{level}").strip() for level in panel.levels}
    return {(level, None): _number(words) - 1 for level, words in typed.items() if words}


def read_people(panel: Panel, fields: Fields) -> dict[tuple[str, UUID | None], float]:
    """Return what was said of each person; who was left open is left out, an answer that there is not becomes nan."""
    said: dict[tuple[str, UUID | None], float] = {}
    for level, person in wanted(panel):
        answer = first(fields, f"person-{person}")
        if answer:
            said[level, person] = float(answer) if answer in PERSON_ANSWERS else nan
    return said


def percentage(words: str) -> float:
    """Return a typed percentage as a share; nan for what is no number."""
    return _number(words.removesuffix("%").strip()) / 100


def shown_percentage(value: float | None) -> str:
    """Write a share as the percentage that a box holds; nothing for what was not said."""
    return "" if value is None else f"{100 * value:g}"


def shown_answer(value: float | None) -> str:
    """Write what was said of a person as the form's value."""
    return "" if value is None else str(round(value)) if value != CANNOT_SAY else "-1"


def angoff_options(value: str, choose: str) -> Sequence[tuple[str, str]]:
    """Return the options of an estimate: steps of five, and what was said when it lies between."""
    known = [str(step) for step in ANGOFF_STEPS]
    if value and value not in known and isfinite(_number(value)):
        known = sorted([*known, value], key=_number)
    return [("", choose), *((one, one) for one in known)]


def _number(words: str) -> float:
    if len(words) > LONGEST_NUMBER:
        return nan
    try:
        value = float(words.replace(",", "."))
    except ValueError:
        return nan
    return value if isfinite(value) else nan


def _count_of(words: str) -> int:
    return int(words) if words.isascii() and words.isdecimal() and len(words) < LONGEST_NUMBER else 0


def _id_of(words: str) -> UUID | None:
    try:
        return UUID(words)
    except ValueError:
        return None
