"""From levels to what a reader is told: what is done alone, what with support, strengths, a next step. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from question_banks.texts import Texts

HELPED = {"four": "2"}
"""The level of a scale that means "with help": what a person does there is never counted as done alone."""


@dataclass(frozen=True, slots=True)
class Row:
    """One outcome as a page shows it: levels as codes and as places on the steps, texts in every language.

    It holds neither theta nor evidence: nothing here may be hidden by a template only.
    """

    outcome_id: UUID
    competence: str
    pillar: str
    name: Texts
    scale: str
    steps: tuple[str, ...]
    """The levels that the test can tell apart, lowest first."""
    level: str
    level_name: Texts
    low: str
    high: str
    can: Texts
    practise: Texts
    alone: Texts
    """What the margin allows to say is done alone; empty when nothing is."""
    supported: Texts
    """What is done with support; empty when there is nothing to say."""
    standing: float
    """Where on the steps the person is expected, 0 to 1: to order a person's own rows, never people."""
    method: str
    language: str
    item_count: int
    supervised: bool
    place: str
    taken_at: datetime
    valid_until: datetime
    provisional: bool
    is_over: bool
    """Measured too long ago to be told as what a person can do now."""
    mostly: tuple[Texts, ...] = ()
    """What authors say of questions that this person answers right most of the time, easiest first, frozen with the outcome."""
    recalculated: tuple[datetime, str] | None = None
    """When the level was computed again from the same answers, and why, in the operator's words; None: never."""

    def place_of(self, level: str) -> int:
        """Return a level's place on the steps, from 1; 0 for a level that is not among them."""
        return self.steps.index(level) + 1 if level in self.steps else 0

    def sentences(self, language: str) -> list[str]:
        """Return what is done most of the time in that language; of what is not written in it, nothing."""
        return [texts[language] for texts in self.mostly if texts.get(language)]

    @property
    def is_top(self) -> bool:
        """Tell whether the test goes no higher."""
        return self.level == self.steps[-1]


def measured_steps(scale_codes: Sequence[str], cut_codes: Iterable[str]) -> tuple[str, ...]:
    """Return the levels that a test with these cut scores can tell apart: the lowest, and each that a cut begins."""
    cut = set(cut_codes)
    return tuple(code for place, code in enumerate(scale_codes) if place == 0 or code in cut)


def level_alone(scale: str, low: str) -> str:
    """Return the level whose statement may be told as done alone now, or an empty text.

    The low end of the margin, not the level: nobody is to be promised more than the test holds. Where the low end is
    the level "with help" itself, nothing is told as done alone, and the statement goes to what is done with support.
    """
    return "" if low == HELPED.get(scale) else low


def level_with_support(scale: str, steps: Sequence[str], low: str, high: str) -> str:
    """Return the level whose statement may be told as done with support, or an empty text.

    The level "with help" when that is the low end; else the step above the low end, if the margin reaches it.
    """
    if low == HELPED.get(scale):
        return low
    return steps[steps.index(low) + 1] if low != high and low in steps and low != steps[-1] else ""


def standing_of(steps: Sequence[str], probabilities: Iterable[tuple[str, float]]) -> float:
    """Return the expected place on the steps, 0 (lowest) to 1 (highest)."""
    places = {code: place for place, code in enumerate(steps)}
    expected = sum(places.get(code, 0) * probability for code, probability in probabilities)
    return expected / max(len(steps) - 1, 1)


def strengths_of(rows: Sequence[Row], count: int = 2) -> list[Row]:
    """Return a person's strongest rows relative to their scales, strongest first; of equals, the framework's order."""
    return sorted((row for row in rows if not row.is_over), key=lambda row: -row.standing)[:count]


def next_step_of(rows: Sequence[Row]) -> Row | None:
    """Return the one row to practise first: the weakest that is no strength, else the weakest; None of none."""
    strong = strengths_of(rows)
    rest = [row for row in rows if row not in strong] or list(rows)
    return min(rest, key=lambda row: row.standing, default=None)


def one_line(text: str) -> str:
    """Return a typed text on one line, without signs that cannot be seen and that databases refuse."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def own_words(text: str) -> str:
    """Return a typed text with its line breaks, without signs that cannot be seen."""
    return "\n".join(one_line(line) for line in text.splitlines()).strip()
