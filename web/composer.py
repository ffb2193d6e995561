"""The form that composes an assessment: what was typed in it, its buttons, and what it means.

A draft is kept nowhere but in the form: each button sends all of it and gets all of it back.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from assess.blueprint import BlueprintContent, Section
from assess.composition import SECTIONS_LIMIT, Composition, find_faults
from assess.supplies import BankContents, BankSupply
from question_banks.texts import Texts
from scoring.passport.wording import one_line, own_words
from storage.wording import N_
from web.composing_rules import RuleFields, exact, kept_rules, read_rules, rule_fields, typed_rules
from web.forms import Fields, first
from web.i18n import LANGUAGES, current, gettext, locale
from web.rendering import FormError

TITLE_LENGTH = 100
DESCRIPTION_LENGTH = 500
ITEMS = range(1, 61)
MINUTES = range(1, 121)
LONGEST = 6
LIMIT = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,6}))?")
PLACE = re.compile(r"sections\.([0-9]{1,3})\.bank")


@dataclass(frozen=True, slots=True)
class SectionFields:
    """What was typed for one section."""

    bank: str = ""
    mode: str = "adaptive"
    items: str = "8"
    minimum: str = "4"
    minutes: str = "8"
    limit: str = ""
    """Time limit in minutes; empty is none."""
    order: str = "random"
    precision: str = ""
    """The standard error at which an adaptive section stops early; empty is never."""
    rules: RuleFields = field(default_factory=RuleFields)


@dataclass(frozen=True, slots=True)
class ComposerForm:
    """All that was typed. `number` is the version that a change began from; empty for a new assessment."""

    title: Texts = field(default_factory=dict)
    description: Texts = field(default_factory=dict)
    languages: tuple[str, ...] = ("fr", "nl")
    sections: tuple[SectionFields, ...] = (SectionFields(),)
    number: str = ""

    def after(self, act: str) -> "ComposerForm":
        """Return the form after one of its buttons: `add`, `remove.2`, `up.2`, `down.2`; any other changes nothing.

        `row.2` is one of the others: an empty row follows what was typed in any case.
        """
        kind, _, place = act.partition(".")
        sections = list(self.sections)
        at = typed_number(place) - 1
        if kind == "add" and len(sections) < SECTIONS_LIMIT:
            sections.append(SectionFields())
        elif kind == "remove" and 0 <= at < len(sections):
            del sections[at]
        elif kind in ("up", "down"):
            other = at + (1 if kind == "down" else -1)
            if 0 <= at < len(sections) and 0 <= other < len(sections):
                sections[at], sections[other] = sections[other], sections[at]
        return replace(self, sections=tuple(sections))


def form_of(content: BlueprintContent, number: int) -> ComposerForm:
    """Return the form of an assessment as it stands."""
    return ComposerForm(
        title=content.title,
        description=content.description,
        languages=content.languages,
        sections=tuple(_typed(section) for section in content.sections),
        number=str(number),
    )


def read_fields(fields: Fields) -> ComposerForm:
    """Return what a form sent, its sections in the order of their numbers."""
    places = sorted({int(found[1]) for name in fields if (found := PLACE.fullmatch(name))})
    return ComposerForm(
        title=_texts(fields, "title"),
        description=_texts(fields, "description"),
        languages=tuple(dict.fromkeys(one for one in fields.get("languages", ()) if re.fullmatch(r"[a-z]{2,3}", one))),
        sections=tuple(_section(fields, place) for place in places[: SECTIONS_LIMIT + 1]),
        number=first(fields, "number"),
    )


def read_form(
    form: ComposerForm,
    supplies: Mapping[str, BankSupply],
    before: BlueprintContent | None,
    contents: Mapping[str, BankContents],
) -> tuple[Composition | None, list[FormError]]:
    """Return what the form asks for, or all that keeps it from being an assessment.

    `before` is the blueprint that it changes: a section that stays on its bank keeps the competence that it had.
    """
    allowed = {*LANGUAGES, *(before.languages if before else ())}
    errors = _wrong_words(form, allowed)
    competences = {code: supply.bank.competence for code, supply in supplies.items()}
    competences |= {section.bank: section.competence for section in before.sections} if before else {}
    sections: list[Section | None] = []
    for number, typed in enumerate(form.sections, 1):
        section, wrong = _read_section(
            typed,
            f"sections.{number}",
            competences.get(typed.bank, ""),
            contents.get(typed.bank),
            next((one for one in before.sections if one.bank == typed.bank), None) if before else None,
        )
        sections.append(section)
        errors += wrong
    for fault in find_faults(sections, form.languages, supplies):
        where = "add" if fault.section is None else f"sections.{fault.section + 1}.{fault.about}"
        errors.append(FormError(where, gettext(fault.message, **fault.values)))
    if errors:
        return None, errors
    whole = tuple(section for section in sections if section is not None)
    title, description = (
        {code: text for code, text in one.items() if code in allowed} for one in (form.title, form.description)
    )
    return Composition(_kept(title, one_line), _kept(description, own_words), form.languages, whole), []


def opened_part(act: str) -> int:
    """Return the number of the part whose finer rules a button wants to see, with an empty row to write in; 0 is none."""
    kind, _, place = act.partition(".")
    return typed_number(place) if kind == "row" else 0


def typed_number(text: str) -> int:
    """Return the whole number that was typed; 0 for what is none, or for one with more signs than any of ours has."""
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= LONGEST else 0


def language_name(code: str) -> str:
    """Return what a language is called in the language of the page."""
    return str(locale(current.get()).languages.get(code, code))


def _wrong_words(form: ComposerForm, allowed: Collection[str]) -> list[FormError]:
    errors = []
    if not form.languages or not set(form.languages) <= set(allowed):
        errors.append(FormError("languages", gettext(N_("Choose at least one language."))))
    for language in (*LANGUAGES, *form.languages):
        title, description = one_line(form.title.get(language, "")), own_words(form.description.get(language, ""))
        named = {"language": language_name(language)}
        if language in form.languages and not title:
            errors.append(
                FormError(f"title.{language}", gettext(N_("Give it a title in this language: {language}."), **named))
            )
        if len(title) > TITLE_LENGTH:
            errors.append(
                FormError(
                    f"title.{language}",
                    gettext(N_("Make the title shorter: {limit} signs at most."), limit=TITLE_LENGTH),
                )
            )
        if len(description) > DESCRIPTION_LENGTH:
            message = gettext(N_("Make the description shorter: {limit} signs at most."), limit=DESCRIPTION_LENGTH)
            errors.append(FormError(f"description.{language}", message))
    return list(dict.fromkeys(errors))


def _read_section(
    typed: SectionFields, name: str, competence: str, contents: BankContents | None, before: Section | None
) -> tuple[Section | None, list[FormError]]:
    errors: list[FormError] = []

    def number(about: str, allowed: range, message: str) -> int | None:
        value = typed_number(getattr(typed, about))
        if value in allowed:
            return value
        errors.append(FormError(f"{name}.{about}", gettext(message, first=allowed[0], last=allowed[-1])))
        return None

    items = number("items", ITEMS, N_("Say how many items: a number from {first} to {last}."))
    minimum = number("minimum", ITEMS, N_("Say how many answers are needed: a number from {first} to {last}."))
    if items is not None and minimum is not None and minimum > items:
        message = gettext(N_("It cannot need more answers than there are items: {items} at most."), items=items)
        errors.append(FormError(f"{name}.minimum", message))
    minutes = number("minutes", MINUTES, N_("Say how long it takes: a number of minutes from {first} to {last}."))
    seconds = _seconds(typed.limit)
    if seconds == 0:
        message = N_("Leave the time limit empty, or give a number of minutes from {first} to {last}.")
        errors.append(FormError(f"{name}.limit", gettext(message, first=MINUTES[0], last=MINUTES[-1])))
    if not competence:
        errors.insert(0, FormError(f"{name}.bank", gettext(N_("Choose one of your question banks."))))
    finer: dict[str, Any] = {}
    if competence and items is not None:
        finer, wrong = read_rules(typed.rules, name, mode=typed.mode, items=items, contents=contents)
        errors += wrong
    if errors:
        return None, errors
    values: dict[str, Any] = {
        **kept_rules(before, typed.rules),
        **finer,
        "competence": competence,
        "bank": typed.bank,
        "mode": typed.mode,
        "items": items,
        "minimum": minimum,
        "minutes": minutes,
        "seconds": seconds,
        "order": typed.order,
        "target_standard_error": typed.precision or None if typed.mode == "adaptive" else None,
    }
    try:
        return Section.model_validate(values), []
    except ValidationError as invalid:
        # Only a forged form gets here: what a select or a radio button sends is one of its values.
        about = {"target_standard_error": "precision", "competence": "bank", "randomesque": "spread"}
        about |= {"least_information": "information"}
        fields = dict.fromkeys(str(one["loc"][0]) if one["loc"] else "bank" for one in invalid.errors())
        message = gettext(N_("Choose one of what is offered."))
        return None, [FormError(f"{name}.{about.get(one, one)}", message) for one in fields]


def _seconds(limit: str) -> int | None:
    """Return a time limit in seconds; None where none is wanted, 0 for what is none."""
    if not limit.strip():
        return None
    found = LIMIT.fullmatch(limit.strip())
    seconds = round(float(f"{found[1]}.{found[2] or 0}") * 60) if found else 0
    return seconds if MINUTES[0] * 60 <= seconds <= MINUTES[-1] * 60 else 0


def _typed(section: Section) -> SectionFields:
    return SectionFields(
        bank=section.bank,
        mode=section.mode,
        items=str(section.items),
        minimum=str(section.minimum),
        minutes=str(section.minutes),
        limit=f"{section.seconds / 60:g}" if section.seconds else "",
        order=section.order,
        precision=exact(section.target_standard_error),
        rules=typed_rules(section),
    )


def _section(fields: Fields, place: int) -> SectionFields:
    value: Callable[[str], str] = lambda name: first(fields, f"sections.{place}.{name}")  # noqa: E731 (names one line)
    return SectionFields(
        bank=value("bank"),
        mode=value("mode"),
        items=value("items"),
        minimum=value("minimum"),
        minutes=value("minutes"),
        limit=value("limit"),
        order=value("order"),
        precision=value("precision"),
        rules=rule_fields(fields, f"sections.{place}"),
    )


def _texts(fields: Fields, name: str) -> Texts:
    return {
        language: first(fields, f"{name}.{language}")
        for language in sorted({one.partition(".")[2] for one in fields if one.startswith(f"{name}.")})
        if re.fullmatch(r"[a-z]{2,3}", language)
    }


def _kept(texts: Texts, cleaned: Callable[[str], str]) -> Texts:
    return {language: words for language, text in texts.items() if (words := cleaned(text))}


def form_numbered(form: ComposerForm, number: int) -> ComposerForm:
    """Return the form as a change of another version."""
    return replace(form, number=str(number))
