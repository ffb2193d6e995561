"""A calibration in words for people who are no statisticians."""

from collections.abc import Mapping
from typing import Any

from scoring.models import Calibration
from storage.wording import N_
from web.i18n import gettext, number
from web.item_words import Word

STATUSES = {
    "proposed": (N_("proposed"), "yellow"),
    "in_force": (N_("in force"), "green"),
    "superseded": (N_("replaced"), ""),
    "rejected": (N_("rejected"), "red"),
}
ORIGINS = {
    "estimated": (N_("estimated"), "teal"),
    "anchored": (N_("kept as it was"), ""),
    "prior": (N_("authors’ estimate"), "yellow"),
}
MODELS = {"rasch": "Rasch", "1pl": "1PL", "2pl": "2PL", "3pl": "3PL", "pcm": "PCM", "gpcm": "GPCM", "grm": "GRM"}
"""Names, the same in every language."""

ODDITIES = {
    "bound": N_("Its parameters ran to the edge of what is possible: the answers do not say enough about it."),
    "noisy": N_(
        "Able people miss it, or less able people get it, more often than its difficulty says. Look for an unclear question, "
        "a second right answer or a wrong key."
    ),
    "shape": N_(
        "The share of right answers does not rise with ability as the model says. Look at its answers among weak and strong people."
    ),
    "weak": N_(
        "It hardly tells able people from less able ones. Look for a wrong key, or a question about something else."
    ),
    "far": N_(
        "It is so easy or so hard that hardly anybody is measured by it. If it seems too hard for everybody, look for a wrong key."
    ),
    "strong": N_("It tells people apart unusually sharply. Look whether another question gives its answer away."),
}
ASIDE = {
    "few": N_("too few answers"),
    "one_score": N_("everybody has the same points"),
    "never_full": N_("nobody has all its points yet"),
    "gap": N_("a number of points in between was never given"),
}
APART = ASIDE | {
    "long": N_("more points together than can be estimated"),
    "alone": N_("too little else was answered to measure it beside"),
}
"""Why a text stays question by question."""

SCALES = {
    "anchors": N_("The scale is kept by {count} items that keep their parameters."),
    "calibrated": N_(
        "The scale is kept by {count} items that were calibrated before: together they stay as difficult as they were."
    ),
    "authors": N_(
        "The scale is kept by what the authors said of {count} items: together they stay as difficult as the authors thought, and each finds its own place."
    ),
}
ENDINGS = {
    "gradient": N_("The estimation settled: a further pass would change nothing that matters."),
    "exhausted": N_(
        "The estimation stopped where the likelihood changes no more, though its slope is still above what we ask for. The parameters may be off by a little."
    ),
    "iterations": N_(
        "The estimation did not settle: it ran out of passes. The parameters may be wrong. Use a simpler model, or wait for more answers."
    ),
}


def status_word(calibration: Calibration) -> Word:
    """Return how a calibration stands."""
    words, colour = STATUSES[calibration.status]
    return Word(gettext(words), colour)


def origin_word(origin: str) -> Word:
    """Return what an item's parameters rest on."""
    words, colour = ORIGINS[origin]
    return Word(gettext(words), colour)


def model_words(plan: Mapping[str, Any]) -> str:
    """Return the models that were chosen."""
    models = f"{MODELS[plan['dichotomous']]}, {MODELS[plan['stepped']]}"
    return gettext("{models}, texts as one", models=models) if plan.get("testlets_as_one") else models


def scale_words(scale: Mapping[str, Any]) -> str:
    """Return how the scale was kept."""
    sentence = SCALES[scale["how"]]
    return gettext(sentence, count=number(scale["items"]))


def ending_words(summary: Mapping[str, Any]) -> str:
    """Return whether the estimation settled."""
    sentence = ENDINGS.get(summary["reason"], ENDINGS["iterations"])
    return gettext(sentence)
