"""What the page of a question shows of an item: words, boxes, what was given. Never key, rule, rationale or difficulty.

Built from the interactions alone, so that nothing else of an item can reach a template.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from question_banks.content import ItemContent, StimulusContent
from question_banks.interactions import (
    ChoiceInteraction,
    Interaction,
    JudgementInteraction,
    NumericInteraction,
    Option,
    TextEntryInteraction,
)
from question_banks.markdown import to_html
from question_banks.responses import PREFIX, Given
from question_banks.texts import ANCHOR, in_language
from web import i18n

Kind = Literal["radios", "checkboxes", "select", "text", "number", "judgement"]

# Two signs of the private use area, which no text has and no Markdown reads, hold the place of a box in the text.
OPENING, CLOSING = "\ue000", "\ue001"
PLACE = re.compile(f"{OPENING}(\\d+){CLOSING}")


@dataclass(frozen=True, slots=True)
class Control:
    """One interaction as boxes of a form. `chosen` is what was given: option ids, or the text as typed."""

    id: str
    name: str
    kind: Kind
    label: str | Markup
    options: tuple[tuple[str, str | Markup], ...]
    chosen: tuple[str, ...]
    most: str
    least: str
    unit: str
    width: int
    error: str


@dataclass(frozen=True, slots=True)
class QuestionDisplay:
    """An item to answer. `body` is HTML and, where they stand inside the text, controls; `controls` follow it."""

    language: str
    stimulus_title: str | Markup
    stimulus: Markup
    body: tuple[Markup | Control, ...]
    controls: tuple[Control, ...]

    @property
    def all_controls(self) -> tuple[Control, ...]:
        """Every control in the order in which it is read."""
        return (*(part for part in self.body if isinstance(part, Control)), *self.controls)


def display_question(
    content: ItemContent,
    stimulus: StimulusContent | None,
    *,
    language: str,
    option_order: Mapping[str, Sequence[str]],
    fields: Mapping[str, Sequence[str]],
    problems: Mapping[str, str],
) -> QuestionDisplay:
    """Return the item in a language, with options in their order, what was typed so far and what is wrong with it."""
    anchored = {one.id for one in content.interactions if one.id in content.anchored and _fits_in_a_line(one)}
    controls = [
        _control(
            one,
            language,
            option_order.get(one.id, ()),
            fields,
            problems.get(one.id, ""),
            number,
            inline=one.id in anchored,
        )
        for number, one in enumerate(content.interactions, 1)
    ]
    by_id = {one.id: control for one, control in zip(content.interactions, controls, strict=True)}
    return QuestionDisplay(
        language=language,
        stimulus_title=_said(in_language(stimulus.title, language), language) if stimulus else "",
        stimulus=_html(in_language(stimulus.body, language)) if stimulus else Markup(),
        body=_body(in_language(content.body, language), {key: by_id[key] for key in by_id if key in anchored}),
        controls=tuple(control for key, control in by_id.items() if key not in anchored),
    )


def fields_of(given: Given) -> dict[str, list[str]]:
    """Return a response as its form would send it, to fill the form in again."""
    fields: dict[str, list[str]] = {}
    for key, value in given.items():
        if isinstance(value, dict):
            fields |= {f"{PREFIX}{key}.{end}": [picked] for end, picked in value.items()}
        else:
            fields[PREFIX + key] = [value] if isinstance(value, str) else list(value)
    return fields


def _fits_in_a_line(interaction: Interaction) -> bool:
    if isinstance(interaction, ChoiceInteraction):
        return not interaction.multiple
    return not isinstance(interaction, JudgementInteraction)


def _control(
    interaction: Interaction,
    language: str,
    order: Sequence[str],
    fields: Mapping[str, Sequence[str]],
    error: str,
    number: int,
    *,
    inline: bool,
) -> Control:
    name = PREFIX + interaction.id
    fallback = i18n.gettext("Gap {number}", number=number) if inline else i18n.gettext("Your answer")
    prompt = in_language(interaction.prompt, language)
    options: tuple[Option, ...] = ()
    kind: Kind = "text"
    unit, width = "", 20
    if isinstance(interaction, ChoiceInteraction):
        kind = "checkboxes" if interaction.multiple else "select" if inline else "radios"
        options = interaction.options
    elif isinstance(interaction, JudgementInteraction):
        kind, options = "judgement", interaction.options
    elif isinstance(interaction, NumericInteraction):
        kind, unit, width = "number", in_language(interaction.unit, language), 10
    elif isinstance(interaction, TextEntryInteraction):
        width = interaction.width
    return Control(
        id=f"given-{interaction.id}",
        name=name,
        kind=kind,
        label=_said(prompt, language) if prompt else fallback,
        options=_ordered(options, order, language),
        chosen=tuple(fields.get(name, ())),
        most=_first(fields, f"{name}.most"),
        least=_first(fields, f"{name}.least"),
        unit=unit,
        width=width,
        error=error,
    )


def _ordered(options: Sequence[Option], order: Sequence[str], language: str) -> tuple[tuple[str, str | Markup], ...]:
    rank = {option_id: place for place, option_id in enumerate(order)}
    shown = sorted(options, key=lambda option: rank.get(option.id, len(rank)))
    return tuple((option.id, _said(in_language(option.text, language), language)) for option in shown)


def _body(source: str, controls: Mapping[str, Control]) -> tuple[Markup | Control, ...]:
    places = list(controls)

    def place(match: re.Match[str]) -> str:
        return f"{OPENING}{places.index(match[1])}{CLOSING}" if match[1] in controls else ""

    clean = source.replace(OPENING, "").replace(CLOSING, "")
    parts = PLACE.split(to_html(ANCHOR.sub(place, clean)))
    # A pattern with one group splits into text, group, text, ...: each second part is the number of a place.
    shown: list[Markup | Control] = [
        controls[places[int(part)]] if number % 2 else Markup(part)  # noqa: S704 (cleaned by an allow-list)
        for number, part in enumerate(parts)
    ]
    return tuple(part for part in shown if isinstance(part, Control) or part.strip())


def _html(source: str) -> Markup:
    return Markup(to_html(source))  # noqa: S704 (cleaned by an allow-list)


def _said(words: str, language: str) -> str | Markup:
    """Say to a screen reader in which language the words are, where the page is in another."""
    if language == i18n.current.get():
        return words
    return Markup('<span lang="{}">{}</span>').format(language, words)


def _first(fields: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(fields.get(name, ())), "")
