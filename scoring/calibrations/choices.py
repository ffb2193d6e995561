"""What a person chooses before a bank is calibrated, and how many responses the models need. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from storage.tables import Frozen
from storage.wording import N_

Dichotomous: TypeAlias = Literal["rasch", "2pl", "3pl"]
Stepped: TypeAlias = Literal["pcm", "gpcm", "grm"]
Anchoring: TypeAlias = Literal["none", "all", "chosen"]

FEWEST, MOST = 2, 100_000
"""Bounds of the minimum of responses: with fewer than two, nothing can be estimated at all."""


@dataclass(frozen=True, slots=True)
class Need:
    """How many responses to an item a model needs: `fewest` to be of use, `better` to be sure, and who found that."""

    fewest: int
    better: int
    source: str


NEEDS: dict[str, Need] = {
    "rasch": Need(100, 150, "Linacre (1994)"),
    "2pl": Need(250, 500, "Harwell & Janosky (1991); Stone (1992)"),
    "3pl": Need(1000, 2000, "Hulin, Lissak & Drasgow (1982)"),
    "pcm": Need(100, 250, "Linacre (1994); Choi, Cook & Dodd (1997)"),
    "gpcm": Need(500, 1000, "Muraki (1992); De Ayala (2009)"),
    "grm": Need(500, 1000, "Reise & Yu (1990)"),
}


class Choices(Frozen):
    """What is asked of a calibration; together with the responses of its time it gives the same again.

    `anchoring`: which items keep the parameters of the calibration in force: none, all that have some, or those of `anchors`
    (item codes). An item with fewer than `minimum` responses is left at its authors' estimates. With `prior_sd` the authors'
    difficulties are the means of normal priors of that standard deviation, in logits; None: they have no say. `testlets_as_one`:
    each testlet is one item of as many points as its items give together (`testlets`); sums are not steps of one scale, so
    that they follow the GPCM where items of several points follow the GRM.
    """

    dichotomous: Dichotomous = "rasch"
    stepped: Stepped = "pcm"
    anchoring: Anchoring = "none"
    anchors: tuple[str, ...] = ()
    by_language: bool = False
    minimum: Annotated[int, Field(ge=FEWEST, le=MOST)] = 100
    prior_sd: Annotated[float, Field(ge=0.1, le=10)] | None = None
    testlets_as_one: bool = False

    @property
    def sums(self) -> Literal["pcm", "gpcm"]:
        """Return the model of a testlet's sum."""
        return "pcm" if self.stepped == "pcm" else "gpcm"

    @model_validator(mode="after")
    def _name_anchors(self) -> "Choices":
        if (self.anchoring == "chosen") != bool(self.anchors):
            message = "anchors are named when, and only when, they are chosen"
            raise ValueError(message)
        return self


def needed(choices: Choices, *, has_stepped: bool) -> int:
    """Return the fewest responses an item needs for the models that are chosen."""
    models: Iterable[str] = (choices.dichotomous, choices.stepped) if has_stepped else (choices.dichotomous,)
    return max(NEEDS[model].fewest for model in models)


MODEL_NAMES: dict[str, str] = {
    "rasch": N_("Rasch: items differ in difficulty alone"),
    "1pl": N_("1PL: items differ in difficulty and share one discrimination"),
    "2pl": N_("2PL: items differ in difficulty and discrimination"),
    "3pl": N_("3PL: as 2PL, and guessing"),
    "pcm": N_("Partial credit (PCM): as Rasch, for several points"),
    "gpcm": N_("Generalised partial credit (GPCM): as 2PL, for several points"),
    "grm": N_("Graded response (GRM): as 2PL, for points that are steps of one scale"),
}
