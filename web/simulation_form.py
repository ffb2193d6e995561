"""Whom a page is asked to simulate: what its address says, and what that means."""

import re
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from assess.simulated_sections import Population
from storage.wording import N_
from web.i18n import gettext, number
from web.rendering import FormError

COUNTS = ("200", "1000", "5000")
WHO = {
    "everyone": (N_("Everyone: as the scale was made for"), 0.0, 1.0),
    "weaker": (N_("Weaker: a group that is below the middle"), -1.0, 1.0),
    "stronger": (N_("Stronger: a group that is above the middle"), 1.0, 1.0),
}
OWN = "own"
FARTHEST, NARROWEST, WIDEST, LAST_SEED = 3.0, 0.1, 3.0, 999_999
TARGETS = ("20", "30", "40", "50")

DECIMAL = re.compile(r"(-?)([0-9]{1,2})(?:[.,]([0-9]{1,4}))?")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, as it was typed."""

    candidates: str = "1000"
    who: str = "everyone"
    mean: str = ""
    sd: str = ""
    seed: str = "1"

    def query(self, **more: str) -> str:
        """Return the same as the query of an address."""
        return f"?{urlencode({name: value for name, value in asdict(self).items() if value} | more)}"


def read_form(asked: Asked) -> tuple[Population | None, list[FormError]]:
    """Return whom to simulate, or what is wrong with the form."""
    errors = []
    if asked.candidates not in COUNTS:
        errors.append(FormError("candidates", gettext(N_("Choose one of what is offered."))))
    mean, sd = WHO.get(asked.who, ("", 0.0, 1.0))[1:]
    if asked.who == OWN:
        mean, sd = _decimal(asked.mean), _decimal(asked.sd)
        if not abs(mean) <= FARTHEST:
            message = gettext(N_("Give the mean as a number from {first} to {last}."), first=-3, last=3)
            errors.append(FormError("mean", message))
        if not NARROWEST <= sd <= WIDEST:
            message = N_("Give the spread as a number from {first} to {last}.")
            errors.append(FormError("sd", gettext(message, first=number(NARROWEST, 1), last=number(WIDEST))))
    elif asked.who not in WHO:
        errors.append(FormError("who", gettext(N_("Choose one of what is offered."))))
    seed = int(asked.seed) if re.fullmatch(r"[0-9]{1,6}", asked.seed.strip()) else -1
    if not 0 <= seed <= LAST_SEED:
        errors.append(FormError("seed", gettext(N_("Give the draw as a whole number from 0 to 999999."))))
    return (None, errors) if errors else (Population(int(asked.candidates), mean, sd, seed), [])


def _decimal(typed: str) -> float:
    """Return the number that was typed, with a point or a comma; nan for what is none."""
    found = DECIMAL.fullmatch(typed.strip().replace("\N{MINUS SIGN}", "-"))
    return float(f"{found[1]}{found[2]}.{found[3] or 0}") if found else float("nan")
