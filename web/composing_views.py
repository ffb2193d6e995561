"""The sections of the form that composes an assessment as its page shows them: what can be chosen, and what is set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assess.blueprint import BlueprintContent
from assess.supplies import BankContents, BankSupply
from storage.wording import N_
from web import composer
from web.composer import ComposerForm, SectionFields, typed_number
from web.composing_rules import RuleFields
from web.i18n import gettext, ngettext
from web.item_words import type_words
from web.rendering import FormError, text

Choices = tuple[tuple[str, str], ...]

PRECISIONS = (
    ("", N_("Never: always the full number")),
    ("0.7", N_("When it is roughly sure")),
    ("0.55", N_("When it is fairly sure")),
    ("0.4", N_("When it is very sure")),
)
CERTAINTIES = (
    ("", N_("Never for that")),
    ("0.8", N_("8 chances in 10 that it is right")),
    ("0.9", N_("9 chances in 10")),
    ("0.95", N_("19 chances in 20")),
)
INFORMATIONS = (
    ("", N_("Never for that")),
    ("0.05", N_("When the best one left tells hardly anything")),
    ("0.1", N_("When the best one left tells little")),
    ("0.2", N_("When the best one left does not fit well")),
)
"""A question of the usual slope tells 0.25 to a person whom it fits, 0.2 to one a logit away, 0.1 at two, 0.05 at three."""
SPREADS = (
    ("1", N_("Not at all: always the question that tells most")),
    ("4", N_("Somewhat: one of the best four")),
    ("8", N_("Widely: one of the best eight")),
)
TIES = (("0.5", N_("Loosely")), ("0.7", N_("Somewhat")), ("0.85", N_("Closely")))
ORDERS = (
    ("random", N_("At random, another for each person")),
    ("as_written", N_("As in the bank")),
    ("by_difficulty", N_("From easy to difficult")),
)
ALWAYS_SHOWN = frozenset({"bank", "mode", "items", "minimum", "minutes"})
"""What stands outside the fold of a part."""


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section of the form as it is shown: what was typed, and what its bank has."""

    fields: SectionFields
    supply: BankSupply | None
    offered: int
    by_language: tuple[tuple[str, int], ...]
    """Names of languages that the bank shares with the test, and how many live items are complete in each."""
    estimate: int
    """Minutes that so many of its items take by their authors' estimate."""
    is_open: bool
    """Whether the finer rules are shown at once: something in them is wrong, or a row was added to them."""
    gets_row: bool
    """Whether the empty row of quotas is where one goes on."""
    set_rules: str
    """The finer rules that are not as usual, in one line."""
    spared: int
    """How many items a simulation has limited in their use."""
    precisions: Choices
    certainties: Choices
    informations: Choices
    spreads: Choices
    orders: Choices
    ties: Choices
    """How closely an earlier part and this one go together."""
    kinds: Choices
    """What quotas can be about."""
    earlier: Choices
    """The parts that this one can start from."""


def section_views(
    form: ComposerForm,
    supplies: Mapping[str, BankSupply],
    contents: Mapping[str, BankContents],
    *,
    before: BlueprintContent | None,
    errors: Sequence[FormError],
    opened: int,
) -> list[SectionView]:
    """Return the sections of a form; `opened` is the number of the one whose finer rules got a row, 0 for none."""
    spared = {section.bank: len(section.exposure) for section in before.sections} if before else {}
    views = []
    for place, fields in enumerate(form.sections):
        name = f"sections.{place + 1}."
        wrong = {error.field.removeprefix(name).split(".")[0] for error in errors if error.field.startswith(name)}
        supply = supplies.get(fields.bank)
        rules = fields.rules
        parts = [supplies[one.bank].bank for one in form.sections[:place] if one.bank in supplies]
        shared = [language for language in form.languages if supply and language in supply.bank.languages]
        names = {bank.code: text(bank.title) for bank in parts}
        limited = spared.get(fields.bank, 0)
        views.append(
            SectionView(
                fields=fields,
                supply=supply,
                offered=supply.offered(form.languages) if supply else 0,
                by_language=tuple((composer.language_name(one), supply.complete_in(one)) for one in shared if supply),
                estimate=supply.minutes(form.languages, items=typed_number(fields.items)) if supply else 0,
                is_open=place + 1 == opened or bool(wrong - ALWAYS_SHOWN),
                gets_row=place + 1 == opened,
                set_rules=set_rules(fields, names, limited),
                spared=limited,
                precisions=_choices(PRECISIONS, fields.precision),
                certainties=_choices(CERTAINTIES, rules.certainty),
                informations=_choices(INFORMATIONS, rules.information),
                spreads=_choices(SPREADS, rules.spread),
                orders=tuple((value, gettext(words)) for value, words in ORDERS),
                ties=_choices(TIES, rules.carried),
                kinds=(("", ""), *_kinds(contents.get(fields.bank), [one.kind for one in rules.quotas])),
                earlier=(("", gettext(N_("Where everybody begins"))), *names.items()),
            )
        )
    return views


def set_rules(fields: SectionFields, parts: Mapping[str, str], spared: int) -> str:
    """Say in one line which finer rules of a section count and are not as usual.

    `parts` are the names of the earlier parts by bank, `spared` how many items a simulation limited.
    """
    rules = fields.rules
    said = [gettext(N_("time limit {minutes} min"), minutes=fields.limit.strip())] if fields.limit.strip() else []
    if fields.mode == "fixed":
        said += [_named(fields.order, ORDERS)] if fields.order != "random" else []
    else:
        said += _how_it_goes(fields, parts)
    said += [
        sentence
        for sentence, count in (
            (
                ngettext("{count} pilot item", "{count} pilot items", typed_number(rules.seeds)),
                typed_number(rules.seeds),
            ),
            (ngettext("{count} quota", "{count} quotas", len(rules.quotas)), len(rules.quotas)),
            (
                ngettext(
                    "{count} set that gives itself away",
                    "{count} sets that give themselves away",
                    len(rules.enemy_sets),
                ),
                len(rules.enemy_sets),
            ),
            (
                ngettext("{count} item used less", "{count} items used less", spared),
                spared if rules.unspared != "yes" else 0,
            ),
        )
        if count
    ]
    line = "; ".join(said) or gettext(N_("All as usual"))
    return line[:1].upper() + line[1:]


def _how_it_goes(fields: SectionFields, parts: Mapping[str, str]) -> list[str]:
    rules = fields.rules
    said = []
    if fields.mode == "two_stage":
        said.append(gettext(N_("first stage of {count}"), count=rules.router.strip() or "–"))
    if fields.mode == "adaptive":
        asked = (
            (fields.precision, PRECISIONS, N_("stops early: {when}")),
            (rules.certainty, CERTAINTIES, N_("stops once the level is sure: {when}")),
            (rules.information, INFORMATIONS, N_("stops once questions tell too little: {when}")),
        )
        said += [gettext(words, when=_named(value, offered)) for value, offered, words in asked if value]
    if rules.starts_from:
        said.append(gettext(N_("begins after “{part}”"), part=parts.get(rules.starts_from, rules.starts_from)))
    if rules.spread != RuleFields().spread:
        said.append(gettext(N_("spread of questions: {how}"), how=_named(rules.spread, SPREADS)))
    return said


def _named(value: str, offered: Sequence[tuple[str, str]]) -> str:
    words = dict(offered).get(value)
    said = gettext(words) if words else value
    return said[:1].lower() + said[1:]


def _choices(offered: Sequence[tuple[str, str]], chosen: str) -> Choices:
    """Return what a select offers, with what was chosen elsewhere, too."""
    choices = tuple((value, gettext(words)) for value, words in offered)
    return choices if chosen in {value for value, _ in choices} else (*choices, (chosen, chosen))


def _kinds(contents: BankContents | None, chosen: Sequence[str]) -> list[tuple[str, str]]:
    names = {"level": N_("Level {value}"), "type": N_("Kind: {value}"), "tag": N_("Tag: {value}")}
    counts = dict(contents.kinds) if contents else {}
    counts |= {(by, value): 0 for by, _, value in (one.partition(" ") for one in chosen) if (by, value) not in counts}
    order = {by: place for place, by in enumerate(names)}
    return [
        (f"{by} {value}", f"{gettext(names[by], value=_said(by, value))} ({count})")
        for (by, value), count in sorted(counts.items(), key=lambda one: (order.get(one[0][0], 9), one[0][1]))
        if by in names and value
    ]


def _said(by: str, value: str) -> str:
    return type_words(value) if by == "type" else value
