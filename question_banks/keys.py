"""Whether the rule of an interaction can mark it: it is of a fitting kind, has a key, and the key names what can be given. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from question_banks import interactions, rules
from question_banks.faults import fault
from question_banks.findings import Finding
from question_banks.interactions import Interaction
from question_banks.rules import Rule

_CHOSEN = (rules.MatchRule, rules.PerOptionRule, rules.MapRule)
_PAIRED = (rules.PairsRule, rules.MapRule)

# Beside these, a person can rate anything, and anything can stay unscored.
FITTING: dict[str, tuple[type[Any], ...]] = {
    "choice": _CHOSEN,
    "hotspot": _CHOSEN,
    "hottext": _CHOSEN,
    "text_entry": (rules.TextRule,),
    "numeric": (rules.NumberRule,),
    "slider": (rules.NumberRule,),
    "extended_text": (),
    "upload": (),
    "spoken": (),
    "order": (rules.OrderRule,),
    "match": _PAIRED,
    "associate": _PAIRED,
    "gap_match": _PAIRED,
    "select_point": (rules.AreaRule,),
    "judgement": (rules.JudgementRule,),
    "c_test": (rules.CTestRule,),
}


def check_rule(interaction: Interaction, rule: Rule | None, languages: Sequence[str]) -> Iterator[Finding]:
    """Yield what keeps the rule from marking the interaction."""
    at = interaction.id
    if rule is None:
        yield fault("no_rule", at)
    elif isinstance(rule, rules.RatedRule):
        yield from _check_criteria(at, rule)
    elif not isinstance(rule, rules.UnscoredRule):
        if not isinstance(rule, FITTING[interaction.type]):
            yield fault("rule_unfit", at)
        else:
            yield from _CHECKS[type(rule)](interaction, rule, languages)


def choosable(interaction: Interaction) -> list[str]:
    """Return the ids of what can be chosen: options, or areas of a picture."""
    found = interaction.areas if isinstance(interaction, interactions.HotspotInteraction) else _options(interaction)
    return [one.id for one in found]


def _options(interaction: Interaction) -> tuple[interactions.Option, ...]:
    return getattr(interaction, "options", ())


def _check_criteria(at: str, rule: rules.RatedRule) -> Iterator[Finding]:
    if not rule.criteria:
        yield fault("no_criteria", f"{at}.criteria")
    for repeated in _repeated(one.id for one in rule.criteria):
        yield fault("option_twice", f"{at}.criteria", id=repeated)
    for one in rule.criteria:
        if not any(text.strip() for text in one.text.values()):
            yield fault("criterion_empty", f"{at}.criteria.{one.id}", name=one.id)


def _check_set(interaction: Any, rule: Any, _languages: Sequence[str]) -> Iterator[Finding]:
    at = f"{interaction.id}.key"
    if not rule.key:
        yield fault("no_key", at)
    for unknown in sorted(rule.key - set(choosable(interaction))):
        yield fault("key_unknown", at, id=unknown)
    if len(rule.key) > 1 and not interaction.multiple:
        yield fault("two_keys", at)


def _check_map(interaction: Any, rule: Any, _languages: Sequence[str]) -> Iterator[Finding]:
    at = f"{interaction.id}.values"
    if max([*rule.values.values(), rule.default], default=0) <= 0 or (rule.upper is not None and rule.upper <= 0):
        yield fault("no_key", at)
    if rule.lower is not None and rule.upper is not None and rule.lower > rule.upper:
        yield fault("map_bounds", at)
    known = _mappable(interaction)
    for unknown in sorted(set(rule.values) - known):
        yield fault("key_unknown", at, id=unknown)


def _mappable(interaction: Interaction) -> set[str]:
    options = choosable(interaction)
    if isinstance(interaction, interactions.AssociateInteraction):
        return {f"{one} {other}" for one in options for other in options if one != other}
    firsts: Sequence[Any] = ()
    if isinstance(interaction, interactions.MatchInteraction):
        firsts = interaction.rows
    elif isinstance(interaction, interactions.GapMatchInteraction):
        firsts = interaction.gaps
    else:
        return set(options)
    return {f"{first.id} {option}" for first in firsts for option in options}


def _check_number(interaction: Any, rule: Any, _languages: Sequence[str]) -> Iterator[Finding]:
    at = f"{interaction.id}.key"
    if rule.key is None:
        yield fault("no_key", at)
    elif isinstance(interaction, interactions.SliderInteraction) and not (
        interaction.low <= rule.key <= interaction.high
    ):
        yield fault("key_off_scale", at)
    if rule.compare == "figures" and (rule.tolerance < 1 or rule.tolerance % 1):
        yield fault("figures", f"{interaction.id}.tolerance")


def _check_text(interaction: Any, rule: Any, languages: Sequence[str]) -> Iterator[Finding]:
    for language in languages:
        if not any(text.strip() for text in rule.accept.get(language, ())):
            yield fault("accept_missing", f"{interaction.id}.accept", language=language)


def _check_order(interaction: Any, rule: Any, _languages: Sequence[str]) -> Iterator[Finding]:
    at = f"{interaction.id}.key"
    if not rule.key:
        yield fault("no_key", at)
    elif sorted(rule.key) != sorted(choosable(interaction)):
        yield fault("order_incomplete", at)


def _check_pairs(interaction: Any, rule: Any, _languages: Sequence[str]) -> Iterator[Finding]:
    at = f"{interaction.id}.key"
    if not rule.key:
        yield fault("no_pairs" if isinstance(interaction, interactions.AssociateInteraction) else "no_key", at)
    if rule.unordered != isinstance(interaction, interactions.AssociateInteraction):
        yield fault("rule_unfit", interaction.id)
        return
    options = set(choosable(interaction))
    firsts, checks = options, _check_unordered
    if isinstance(interaction, interactions.MatchInteraction):
        firsts, checks = {row.id for row in interaction.rows}, _check_rows
    elif isinstance(interaction, interactions.GapMatchInteraction):
        firsts, checks = {gap.id for gap in interaction.gaps}, _check_gaps
    unknown = {first for first, _ in rule.key} - firsts | {second for _, second in rule.key} - options
    for name in sorted(unknown):
        yield fault("key_unknown", at, id=name)
    yield from checks(interaction, rule.key, at)


def _check_unordered(interaction: Any, key: frozenset[rules.Pair], at: str) -> Iterator[Finding]:
    if any(one == other for one, other in key):
        yield fault("pair_of_one", at)
    if len({frozenset(pair) for pair in key}) > interaction.pairs:
        yield fault("too_many_pairs", at)


def _check_rows(interaction: Any, key: frozenset[rules.Pair], at: str) -> Iterator[Finding]:
    if not interaction.multiple:
        for row in _repeated(row for row, _ in key):
            yield fault("several_for_one", at, id=row)
        yield from _unpaired("row_no_pair", f"{interaction.id}.rows", interaction.rows, key)


def _check_gaps(interaction: Any, key: frozenset[rules.Pair], at: str) -> Iterator[Finding]:
    for gap in _repeated(gap for gap, _ in key):
        yield fault("several_for_one", at, id=gap)
    if not interaction.reuse:
        for word in _repeated(word for _, word in key):
            yield fault("word_reused", at, id=word)
    yield from _unpaired("gap_no_word", f"{interaction.id}.gaps", interaction.gaps, key)


def _unpaired(code: str, at: str, places: Sequence[Any], key: frozenset[rules.Pair]) -> Iterator[Finding]:
    """Yield the rows or gaps that nothing is right for. That all of them wait is said once, by the whole key."""
    paired = {place for place, _ in key}
    for name in dict.fromkeys(one.id for one in places if key and one.id not in paired):
        yield fault(code, f"{at}.{name}", name=name)


def _check_areas(interaction: Any, rule: Any, _languages: Sequence[str]) -> Iterator[Finding]:
    if not rule.areas:
        yield fault("no_key", f"{interaction.id}.areas")


def _check_judgement(interaction: Any, rule: Any, _languages: Sequence[str]) -> Iterator[Finding]:
    at = f"{interaction.id}.effectiveness"
    values = list(rule.effectiveness.values())
    if not values or set(rule.effectiveness) != set(choosable(interaction)):
        yield fault("effectiveness_incomplete", at, steps=interaction.steps)
    elif interaction.mode == "most_least" and (values.count(max(values)) > 1 or values.count(min(values)) > 1):
        yield fault("effectiveness_tied", at)
    elif interaction.mode in ("best", "rank") and max(values) == min(values):
        yield fault("effectiveness_same", at)
    elif interaction.mode == "rate" and not all(1 <= value <= interaction.steps for value in values):
        yield fault("effectiveness_off_scale", at, steps=interaction.steps)


def _check_c_test(interaction: Any, rule: Any, languages: Sequence[str]) -> Iterator[Finding]:
    for language in languages:
        endings = rule.accept.get(language, {})
        if any(not any(text.strip() for text in endings.get(gap, ())) for gap in interaction.gaps):
            yield fault("accept_missing", f"{interaction.id}.passage", language=language)


def _repeated(names: Iterator[str]) -> list[str]:
    return sorted(name for name, count in Counter(names).items() if count > 1)


_CHECKS: dict[type[Any], Callable[[Any, Any, Sequence[str]], Iterator[Finding]]] = {
    rules.MatchRule: _check_set,
    rules.PerOptionRule: _check_set,
    rules.MapRule: _check_map,
    rules.NumberRule: _check_number,
    rules.TextRule: _check_text,
    rules.OrderRule: _check_order,
    rules.PairsRule: _check_pairs,
    rules.AreaRule: _check_areas,
    rules.JudgementRule: _check_judgement,
    rules.CTestRule: _check_c_test,
}
