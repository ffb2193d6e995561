"""An item as a candidate sees it, in each of its languages, and beside it what is right: pages of staff."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from question_banks.content import ItemContent, StimulusContent
from question_banks.elements import missing_elements, restore
from question_banks.interactions import CTestInteraction, Interaction
from question_banks.rules import (
    AreaRule,
    CTestRule,
    JudgementRule,
    MapRule,
    MatchRule,
    NumberRule,
    OrderRule,
    PairsRule,
    PerOptionRule,
    RatedRule,
    Rule,
    TextRule,
)
from question_banks.texts import in_language
from web import i18n
from web.editing.placeholders import with_placeholders
from web.question_controls import Control
from web.question_display import QuestionDisplay, display_question

KeyLine = tuple[str, str]
"""What is right, or worth how much: words, and a remark that may be empty."""


@dataclass(frozen=True, slots=True)
class Version:
    """An item in one language: what a candidate sees, and what only a trainer does."""

    language: str
    question: QuestionDisplay
    key: tuple[KeyLine, ...]
    rationale: str
    is_complete: bool
    """Whether it lacks no word in this language; those that it lacks are shown in another one."""
    is_stale: bool
    """Whether something was changed in another language since it was translated into this one."""


def version_in(
    content: ItemContent,
    stimulus: StimulusContent | None,
    language: str,
    *,
    media_url: Callable[[str], str] | None = None,
    stale: Sequence[str] = (),
) -> Version:
    """Return an item in one language, with boxes whose names are that language's own."""
    shown = with_placeholders(content, language)
    question = display_question(
        shown, stimulus, language=language, option_order={}, fields={}, problems={}, media_url=media_url
    )
    return Version(
        language,
        boxes_apart(question, question.language),
        tuple(key_of(content, language)),
        in_language(content.rationale, language),
        not missing_elements(content, language),
        language in stale,
    )


def key_of(content: ItemContent, language: str) -> list[KeyLine]:
    """Return the key of every interaction of an item that has a rule."""
    return [
        line
        for one in content.interactions
        if one.id in content.rules
        for line in key_lines(one, content.rules[one.id], language)
    ]


def boxes_apart(question: QuestionDisplay, mark: str) -> QuestionDisplay:
    """Give the boxes of a question names of their own, so that two of them can stand on one page."""

    def own(control: Control) -> Control:
        name = f"{mark}-{control.id}"
        return replace(control, id=name, name=name)

    return replace(
        question,
        body=tuple(own(part) if isinstance(part, Control) else part for part in question.body),
        controls=tuple(map(own, question.controls)),
    )


def key_lines(interaction: Interaction, rule: Rule, language: str) -> list[KeyLine]:  # noqa: PLR0911 (one way out a rule)
    """Return what is right, or worth how much; nothing for what is not marked."""
    names = _names(interaction, language)
    if isinstance(rule, JudgementRule):
        best = sorted(rule.effectiveness, key=lambda option: -rule.effectiveness[option])
        return [(names.get(one, one), i18n.number(rule.effectiveness[one], 1)) for one in best]
    if isinstance(rule, MatchRule | PerOptionRule):
        return [(words, "") for option, words in names.items() if option in rule.key]
    if isinstance(rule, MapRule):
        return [(names.get(one, one), _points(worth)) for one, worth in rule.values.items()]
    if isinstance(rule, OrderRule):
        return [(f"{place}. {names.get(one, one)}", "") for place, one in enumerate(rule.key, 1)]
    if isinstance(rule, PairsRule):
        return [(f"{names.get(one, one)} – {names.get(other, other)}", "") for one, other in sorted(rule.key)]
    if isinstance(rule, AreaRule):
        return [(" ".join(map(str, (one.area.shape, *one.area.coords))), _points(one.points)) for one in rule.areas]
    if isinstance(rule, RatedRule):
        return [(in_language(one.text, language) or one.id, _points(one.points)) for one in rule.criteria]
    return _typed(interaction, rule, language)


def _typed(interaction: Interaction, rule: Rule, language: str) -> list[KeyLine]:
    if isinstance(rule, NumberRule):
        return [(str(rule.key), f"± {rule.tolerance}" if rule.tolerance else "")] if rule.key is not None else []
    if isinstance(rule, TextRule):
        return [(words, "") for words in rule.accept.get(language, ())]
    if isinstance(rule, CTestRule) and isinstance(interaction, CTestInteraction):
        whole = restore(interaction.passage.get(language, ""), rule.accept.get(language, {}))
        return [(whole, "")] if whole else []
    return []


def _names(interaction: Interaction, language: str) -> Mapping[str, str]:
    # The rationale speaks of options by their ids.
    named: dict[str, str] = {}
    for name in ("rows", "gaps", "areas", "options"):
        records = getattr(interaction, name, ())
        for one in records if isinstance(records, tuple) else ():
            texts = getattr(one, "text", None) or getattr(one, "name", None) or {}
            identity = getattr(one, "id", "")
            words = in_language(texts, language)
            named[identity] = f"{identity}. {words}" if words else identity
    return named


def _points(worth: int) -> str:
    return i18n.ngettext("{count} point", "{count} points", worth)
