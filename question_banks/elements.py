"""The elements of an item that are written in languages, each at a path: what is translated, searched, compared. Pure.

Paths are stable while ids are: `body`, `rationale`, `can_do`, `r1.prompt`, `r1.options.a`, `r1.rows.x`, `r1.gaps.g1`,
`r1.passage`, `m1.alt`, `m1.transcript`, `r1.accept` (accepted texts, a line each) and `r1.criteria.c1`. The passage of a C-test is
given as it is written: `Le boul[anger] fait du pa[in].`
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from question_banks.content import ItemContent, StimulusContent
from question_banks.interactions import CTestInteraction
from question_banks.rules import CTestRule, TextRule
from question_banks.texts import ANCHOR, Texts

# What says nothing to translate by itself: the one text of these sits directly at the path of its record.
_WORDS_OF_A_RECORD = ("text", "name")
_DAMAGED = re.compile(r"\[([^\[\]]+)\]")


@dataclass(frozen=True, slots=True)
class Element:
    """One thing written in languages. `shown` is what a candidate reads; the rest is for marking or for colleagues."""

    path: str
    texts: Texts
    shown: bool = True

    @property
    def needed(self) -> bool:
        """Tell whether an item is incomplete in a language that lacks it: what a candidate reads, and what marking needs."""
        return self.shown or self.path.endswith(".accept")


def list_elements(content: ItemContent | StimulusContent) -> list[Element]:
    """Return every element that has a text in some language, in reading order."""
    return [element for element in _walk(content) if any(text.strip() for text in element.texts.values())]


def replace_texts(content: ItemContent, changes: Mapping[str, Texts]) -> ItemContent:
    """Return the content with other texts at these paths; languages that a change does not name stay as they are.

    A path that the content does not have is passed over.
    """
    if not changes:
        return content
    changed = _rebuilt(content, "", lambda path, texts: {**texts, **changes.get(path, {})})
    assert isinstance(changed, ItemContent)  # noqa: S101 (rebuilt from one)
    return _with_rule_texts(changed, changes)


def missing_elements(content: ItemContent | StimulusContent, language: str) -> list[Element]:
    """Return the elements that this language needs and that only others have."""
    return [
        element for element in list_elements(content) if element.needed and not element.texts.get(language, "").strip()
    ]


def without_language(content: ItemContent, languages: tuple[str, ...]) -> ItemContent:
    """Return the content in these languages alone, and say so in its `languages`.

    What who solves it can do stays in every language: candidates never see it, and passports are read in others than theirs.
    """

    def only(path: str, texts: Texts) -> Texts:
        if path == "can_do":
            return texts
        return {language: text for language, text in texts.items() if language in languages}

    kept = _rebuilt(content, "", only)
    assert isinstance(kept, ItemContent)  # noqa: S101 (rebuilt from one)
    rules: dict[str, Any] = {}
    for name, rule in kept.rules.items():
        if isinstance(rule, TextRule | CTestRule):
            accept = {language: accepted for language, accepted in rule.accept.items() if language in languages}
            rules[name] = rule.model_copy(update={"accept": accept})
        else:
            rules[name] = rule
    return kept.model_copy(update={"languages": languages, "rules": rules})


def damage(written: str) -> tuple[str, tuple[str, ...]]:
    """Return a C-test's passage with anchors (`{{g1}}`, ...) in the place of `[endings]`, and the endings in order."""
    endings = tuple(_DAMAGED.findall(written))
    numbers = iter(range(1, len(endings) + 1))
    return _DAMAGED.sub(lambda _match: f"{{{{g{next(numbers)}}}}}", written), endings


def restore(passage: str, endings: Mapping[str, tuple[str, ...]]) -> str:
    """Return a C-test's passage as it is written, with the first accepted ending in each gap."""
    return ANCHOR.sub(lambda match: f"[{(endings.get(match[1]) or ('…',))[0]}]", passage)


def _walk(content: ItemContent | StimulusContent) -> Iterator[Element]:
    found: list[Element] = []

    def note(path: str, texts: Texts) -> Texts:
        # Criteria are read by who rates.
        hidden = path in ("rationale", "can_do") or path.endswith(".transcript") or ".criteria." in path
        found.append(Element(path, texts, shown=not hidden))
        return texts

    _rebuilt(content, "", note)
    rules = content.rules if isinstance(content, ItemContent) else {}
    for element in found:
        interaction_id, _, part = element.path.partition(".")
        rule = rules.get(interaction_id)
        if part == "passage" and isinstance(rule, CTestRule):
            written = {code: restore(text, rule.accept.get(code, {})) for code, text in element.texts.items()}
            yield Element(element.path, written)
        else:
            yield element
    for interaction_id, rule in rules.items():
        if isinstance(rule, TextRule):
            lines = {language: "\n".join(accepted) for language, accepted in rule.accept.items()}
            yield Element(f"{interaction_id}.accept", lines, shown=False)


def _rebuilt(value: Any, path: str, change: Callable[[str, Texts], Texts]) -> Any:
    """Return a record with every `Texts` field run through `change(path, texts)`, in the order of the fields."""
    updates: dict[str, Any] = {}
    for name, info in type(value).model_fields.items():
        current = getattr(value, name)
        if info.annotation == Texts:
            at = path if name in _WORDS_OF_A_RECORD and path else _joined(path, name)
            updates[name] = change(at, current)
        elif isinstance(current, tuple) and current and isinstance(current[0], BaseModel):
            updates[name] = tuple(_rebuilt(one, _place(path, name, one), change) for one in current)
        elif name == "rules":
            updates[name] = {key: _rebuilt(rule, key, change) for key, rule in current.items()}
    return value.model_copy(update=updates) if updates else value


def _place(path: str, name: str, record: Any) -> str:
    # Interactions and media have ids that are theirs alone in the item, so that the path starts with it.
    within = path if name in ("interactions", "media") else _joined(path, name)
    return _joined(within, getattr(record, "id", ""))


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path and name else path or name


def _with_rule_texts(content: ItemContent, changes: Mapping[str, Texts]) -> ItemContent:
    rules = dict(content.rules)
    interactions = list(content.interactions)
    for number, interaction in enumerate(interactions):
        rule = rules.get(interaction.id)
        accepted = changes.get(f"{interaction.id}.accept")
        if isinstance(rule, TextRule) and accepted is not None:
            lines = {language: _lines(text) for language, text in accepted.items()}
            rules[interaction.id] = rule.model_copy(update={"accept": {**rule.accept, **lines}})
        written = changes.get(f"{interaction.id}.passage")
        if isinstance(interaction, CTestInteraction) and isinstance(rule, CTestRule) and written is not None:
            interactions[number], rules[interaction.id] = _with_c_test(interaction, rule, written)
    return content.model_copy(update={"interactions": tuple(interactions), "rules": rules})


def _with_c_test(interaction: CTestInteraction, rule: CTestRule, written: Texts) -> tuple[CTestInteraction, CTestRule]:
    passage, accept, gaps = dict(interaction.passage), dict(rule.accept), interaction.gaps
    for language, text in written.items():
        damaged, endings = damage(text)
        kept = accept.get(language, {})
        passage[language] = damaged
        names = tuple(f"g{number}" for number in range(1, len(endings) + 1))
        # Further spellings that were accepted stay with the ending that they stood beside.
        others = {spellings[0]: spellings[1:] for spellings in kept.values() if spellings}
        accept[language] = {
            name: (ending, *others.get(ending, ())) for name, ending in zip(names, endings, strict=True)
        }
        gaps = names if len(names) >= len(gaps) or len(passage) == 1 else gaps
    return (
        interaction.model_copy(update={"passage": passage, "gaps": gaps}),
        rule.model_copy(update={"accept": accept}),
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
