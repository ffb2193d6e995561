"""What the candidate of the demonstration gives back to an item: the key, or something next to it."""

from question_banks.content import ItemContent
from question_banks.interactions import Interaction, JudgementInteraction, SliderInteraction
from question_banks.responses import Given, Value
from question_banks.rules import (
    CTestRule,
    JudgementRule,
    MatchRule,
    NumberRule,
    OrderRule,
    PairsRule,
    PerOptionRule,
    Rule,
    TextRule,
)


def demo_answer(content: ItemContent, *, solved: bool) -> Given:
    """Return an answer to each interaction, right or wrong; empty when one of them needs a person's own words, voice or file."""
    given: Given = {}
    for interaction in content.interactions:
        value = _value(content.rules[interaction.id], interaction, solved=solved)
        if value is None:
            return {}
        given[interaction.id] = value
    return given


def _value(rule: Rule, interaction: Interaction, *, solved: bool) -> Value:
    match rule:
        case JudgementRule():
            return _judged(rule, interaction, solved=solved)
        case MatchRule() | PerOptionRule():
            options = [one.id for one in getattr(interaction, "areas", getattr(interaction, "options", ()))]
            return (sorted(rule.key) if solved else [one for one in options if one not in rule.key][:1]) or None
        case OrderRule():
            return list(rule.key if solved else rule.key[::-1])
        case PairsRule():
            return [list(pair) for pair in sorted(rule.key)][: None if solved else 1]
        case NumberRule() if isinstance(interaction, SliderInteraction) and not solved:
            return next(str(step) for step in interaction.steps if step != rule.key)
        case _:
            return _typed(rule, solved=solved)


def _typed(rule: Rule, *, solved: bool) -> Value:
    match rule:
        case NumberRule() if rule.key is not None:
            unit = next((spelling for spelling, factor in rule.units.items() if factor == 1), "")
            return f"{rule.key if solved else rule.key + 1:f} {unit}".strip()
        case TextRule():
            return next(iter(rule.accept.values()))[0].replace("*", "") if solved else "?"
        case CTestRule():
            return {gap: texts[0] if solved else "?" for gap, texts in next(iter(rule.accept.values())).items()}
        case _:
            return None


def _judged(rule: JudgementRule, interaction: Interaction, *, solved: bool) -> Value:
    order = sorted(rule.effectiveness, key=lambda one: (-rule.effectiveness[one], one))
    best = order[0 if solved else 1]
    mode = interaction.mode if isinstance(interaction, JudgementInteraction) else "most_least"
    if mode == "most_least":
        return {"most": best, "least": order[-1]}
    if mode == "best":
        return {"most": best}
    if mode == "rank":
        return {option: str(place) for place, option in enumerate(order if solved else order[::-1], 1)}
    return {option: str(round(mean) if solved else 1) for option, mean in rule.effectiveness.items()}
