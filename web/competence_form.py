"""The form of a competence: what was typed in it, and what it means."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from question_banks.framework import CompetenceContent, LevelTexts, ScaleLevel, find_faults, find_reason_fault
from question_banks.texts import Texts
from scoring.passport.wording import one_line, own_words
from storage.wording import N_
from web.forms import Fields, first
from web.i18n import LANGUAGES, current, gettext
from web.rendering import FormError

KINDS = ("can", "practise")
THETA = re.compile(r"([-+\u2212]?)([0-9]{1,2})(?:[.,]([0-9]{1,3}))?")


@dataclass(frozen=True, slots=True)
class CompetenceForm:
    """All that was typed, by field: `pillar`, `name.fr`, `cuts.2`, `levels.2.can.fr`, `reason`; and `stamp`, what it began from."""

    scale: str
    typed: Mapping[str, str]

    def get(self, name: str) -> str:
        """Return what was typed in a field, or nothing."""
        return self.typed.get(name, "")


def empty_form(scale: str) -> CompetenceForm:
    """Return the form of a new competence on that scale."""
    return CompetenceForm(scale, {})


def form_of(content: CompetenceContent, stamp: str) -> CompetenceForm:
    """Return the form of a competence as it stands."""
    typed = {"pillar": content.pillar, "stamp": stamp}
    typed |= {f"name.{language}": text for language, text in content.name.items()}
    typed |= {f"cuts.{level}": shown_theta(theta) for level, theta in content.cuts.items()}
    for level, texts in content.levels.items():
        typed |= {f"levels.{level}.can.{language}": text for language, text in texts.can.items()}
        typed |= {f"levels.{level}.practise.{language}": text for language, text in texts.practise.items()}
    return CompetenceForm(content.scale, typed)


def read_fields(fields: Fields, scale: str) -> CompetenceForm:
    """Return what a form sent for a competence on that scale."""
    return CompetenceForm(scale, {name: first(fields, name) for name in fields})


def read_form(
    form: CompetenceForm, scales: Mapping[str, Sequence[ScaleLevel]], before: Mapping[str, float]
) -> tuple[CompetenceContent | None, list[FormError]]:
    """Return what the form says, or all that keeps it from being a competence. `before` are the cut scores until now."""
    levels = [level.code for level in scales.get(form.scale, ())]
    cuts: dict[str, float] = {}
    unread: list[FormError] = []
    for level in levels[1:]:
        typed = form.get(f"cuts.{level}").strip()
        theta = _theta(typed)
        if theta is not None:
            cuts[level] = theta
        elif typed:
            unread.append(FormError(f"cuts.{level}", gettext(N_("Give a number from -6 to 6."))))
    content = CompetenceContent(
        pillar=form.get("pillar"),
        scale=form.scale,
        name=_texts(form, "name"),
        cuts=cuts,
        levels={level: texts for level in levels if (texts := _level(form, level)) is not None},
    )
    faults = find_faults(content, scales)
    if not unread:
        faults += find_reason_fault(before, cuts, form.get("reason"))
    # A gap that a number leaves which could not be read is no second mistake.
    errors = unread + [
        FormError(one.about, gettext(one.message, **one.values))
        for one in faults
        if not (unread and one.about.startswith("cuts."))
    ]
    return (None, errors) if errors else (content, [])


def shown_theta(theta: float) -> str:
    """Write a cut score as the reader's language writes numbers."""
    return f"{theta:g}" if current.get() == "en" else f"{theta:g}".replace(".", ",")


def _theta(typed: str) -> float | None:
    found = THETA.fullmatch(typed)
    if found is None:
        return None
    sign = -1 if found[1] in ("-", "\u2212") else 1
    return sign * float(f"{found[2]}.{found[3] or 0}")


def _level(form: CompetenceForm, level: str) -> LevelTexts | None:
    can, practise = (_texts(form, f"levels.{level}.{kind}") for kind in KINDS)
    return LevelTexts(can=can, practise=practise) if can or practise else None


def _texts(form: CompetenceForm, name: str) -> Texts:
    texts = {language: one_line(own_words(form.get(f"{name}.{language}"))) for language in LANGUAGES}
    return {language: text for language, text in texts.items() if text}
