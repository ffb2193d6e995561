"""How far what the answers say of a person can be trusted, in words: how sure the levels are, and how reliable the order is."""

from dataclasses import dataclass

from assess.item_figures import BankAnalysis, Reliability
from storage.wording import N_
from web.analysis_figures import figure, of_hundred, percent
from web.i18n import gettext, number
from web.item_words import Word

GOOD, FAIR = 0.8, 0.6
"""From which share of right levels on a level is sure, and fairly sure; as on the pages that simulate."""
PLENTY, ENOUGH, SOME = 0.9, 0.8, 0.7
NOTABLE = 0.05


@dataclass(frozen=True, slots=True)
class BorderRow:
    """A border between two levels in the table."""

    level: str
    theta: str
    right: str
    error: str
    reliability: str


@dataclass(frozen=True, slots=True)
class Trust:
    """What a page says: a tag and sentences, what they rest on, each border between levels; and the order of people."""

    tag: Word | None
    sentences: tuple[str, ...]
    basis: str
    borders: tuple[BorderRow, ...]
    order: str
    """How far another such test would put people in the same order; this is what alpha tells."""


def trust_of(analysis: BankAnalysis) -> Trust:
    """Return how far to trust the levels; where there are none, how far to trust the order of people."""
    levels, order = analysis.levels, reliability_words(analysis.reliability)
    if levels is None:
        more = (gettext(_NO_LEVELS),) if analysis.reliability.value is not None else ()
        return Trust(None, (order, *more), "", (), order)
    told = [gettext(_RIGHT, right=of_hundred(levels.right), near=of_hundred(levels.near)), _use(levels.right)]
    weakest = levels.weakest
    if 1 - weakest.right >= NOTABLE:
        told.append(gettext(_WEAKEST, level=weakest.level, wrong=of_hundred(1 - weakest.right)))
    return Trust(
        _tag(levels.right),
        tuple(told),
        _basis(analysis),
        tuple(
            BorderRow(
                one.level,
                number(one.theta, 1),
                percent(one.right),
                figure(one.standard_error),
                figure(one.reliability),
            )
            for one in levels.borders
        ),
        order,
    )


def reliability_words(reliability: Reliability) -> str:
    """Return in words what a reliability says: how far another such test would put people in the same order."""
    value = reliability.value
    if value is None:
        return gettext(N_("Too few people have answered to say how reliable it is: 50 are needed."))
    for least, words in _ORDERS:
        if value >= least:
            return gettext(words)
    return gettext(_ANOTHER_ORDER)


def _tag(right: float) -> Word:
    # By the share as it is written, as on the pages that simulate.
    right = round(right, 2)
    if right >= GOOD:
        return Word(gettext(N_("sure")), "green")
    return Word(gettext(N_("moderately sure")), "yellow") if right >= FAIR else Word(gettext(N_("unsure")), "red")


def _use(right: float) -> str:
    right = round(right, 2)
    if right >= GOOD:
        return gettext(
            N_("Good enough to say where one person stands. To decide about them, add what else you know of them.")
        )
    if right >= FAIR:
        return gettext(
            N_(
                "Good enough for a first impression of one person. Where the level decides something, look at their work, too, "
                "or ask more questions."
            )
        )
    return gettext(
        N_("Too unsure to decide anything about one person: ask more questions, and mend the worst ones first.")
    )


def _basis(analysis: BankAnalysis) -> str:
    whole = sum(1 for one in analysis.items if one.maximum)
    if not analysis.uncalibrated:
        return gettext(N_("The difficulties come from a calibration with real answers."))
    if analysis.uncalibrated >= whole:
        return gettext(N_("It supposes that the difficulties are right. They are still the authors’ estimates."))
    message = N_(
        "It supposes that the difficulties are right. For {some} of {all} items they are the authors’ estimates."
    )
    return gettext(message, some=analysis.uncalibrated, all=whole)


_RIGHT = N_("The level is right for about {right} of 100 people, and right or one level off for {near}.")
_WEAKEST = N_("It is least sure where level {level} begins: {wrong} of 100 people land on the wrong side of it.")
_NO_LEVELS = N_("How sure a level is cannot be said here: no levels are set for what these questions measure.")
_ORDERS = (
    (PLENTY, N_("Another test like this one would put people in nearly the same order.")),
    (ENOUGH, N_("Another test like this one would put most people in the same order.")),
    (
        SOME,
        N_(
            "Another test like this one would put people in roughly the same order: enough to compare groups of people."
        ),
    ),
)
_ANOTHER_ORDER = N_("Another test like this one would put many people in another order.")
