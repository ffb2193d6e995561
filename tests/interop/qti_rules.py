"""A small reader of QTI items for the tests: their scoring as our rules, where it is the same rule.

Response processing that is a standard template, or says the same in full, becomes terms that are added up. Whatever else it does with the
score makes the item another rule, and `read_terms` says which.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import lcm

from question_banks.content import ItemContent
from question_banks.interactions import (
    Area,
    AssociateInteraction,
    ChoiceInteraction,
    Interaction,
    MatchInteraction,
    NumericInteraction,
    OrderInteraction,
    SelectPointInteraction,
    TextEntryInteraction,
)
from question_banks.responses import Value
from question_banks.rules import (
    AreaRule,
    MapRule,
    MatchRule,
    NumberRule,
    OrderRule,
    PairsRule,
    Rule,
    ScoredArea,
    TextRule,
)

CASE_COUNTS = {"2.0", "2.1"}
"""The versions in which an entry of a mapping minds capitals unless it says otherwise."""

Element = ET.Element
Constants = Mapping[str, Fraction]


class OtherRuleError(Exception):
    """The item is marked by a rule that is none of ours; the message says which."""


@dataclass(frozen=True)
class Part:
    """One response variable: our interaction and rule, and what a point of the rule is worth."""

    interaction: Interaction
    rule: Rule
    unit: Fraction

    @cached_property
    def content(self) -> ItemContent:
        """The item that has this part alone."""
        return ItemContent(languages=("en",), interactions=(self.interaction,), rules={"r1": self.rule})


@dataclass(frozen=True)
class Term:
    """What a response variable adds to the score: `weight` for the key, or what its mapping gives."""

    response: str
    kind: str
    weight: Fraction = Fraction(1)


def name_of(element: Element) -> str:
    """Return an element's name as QTI 2 writes it."""
    name = element.tag.rpartition("}")[2].removeprefix("qti-")
    return re.sub(r"-([a-z])", lambda match: match[1].upper(), name)


def attribute(element: Element, name: str) -> str:
    """Return an attribute by its name in QTI 2, empty where it is not there."""
    kebab = re.sub(r"[A-Z]", lambda match: "-" + match[0].lower(), name)
    return element.get(name) or element.get(kebab) or ""


def every(element: Element, name: str) -> list[Element]:
    """Return the descendants of that name."""
    return [one for one in element.iter() if name_of(one) == name]


def read_terms(item: Element) -> list[Term]:
    """Return what adds up to the score; raises OtherRuleError."""
    if every(item, "templateProcessing") or attribute(item, "adaptive") == "true":
        raise OtherRuleError("changes while it is answered")
    start = [
        value
        for one in every(item, "outcomeDeclaration")
        for value in every(one, "value")
        if attribute(one, "identifier") == "SCORE"
    ]
    if any(Fraction((value.text or "0").strip()) for value in start):
        raise OtherRuleError("begins with points")
    processing = every(item, "responseProcessing")
    if not processing:
        raise OtherRuleError("no rule")
    template = attribute(processing[0], "template").rpartition("/")[2].removesuffix(".xml")
    kinds = {"match_correct": "match", "map_response": "map", "map_response_point": "point"}
    if template in kinds and not len(processing[0]):
        return [Term("RESPONSE", kinds[template])]
    if template or not len(processing[0]):
        raise OtherRuleError("unknown template")
    constants = _constants(item)
    return [term for statement in processing[0] for term in _terms(statement, constants)]


def _constants(item: Element) -> dict[str, Fraction]:
    """Return the outcome variables that have a value from the start and are never set."""
    changed = {attribute(one, "identifier") for one in every(item, "setOutcomeValue")}
    found = {}
    for one in every(item, "outcomeDeclaration"):
        values = [value.text or "" for start in every(one, "defaultValue") for value in every(start, "value")]
        if (
            len(values) == 1
            and attribute(one, "baseType") in ("float", "integer")
            and attribute(one, "identifier") not in changed
        ):
            found[attribute(one, "identifier")] = Fraction(values[0].strip())
    return found


def _terms(statement: Element, constants: Constants) -> list[Term]:
    sets = [one for one in every(statement, "setOutcomeValue") if attribute(one, "identifier") == "SCORE"]
    if every(statement, "exitResponse") or every(statement, "lookupOutcomeValue"):
        raise OtherRuleError("leaves early")
    if not sets:
        return []
    if name_of(statement) == "setOutcomeValue":
        return [_map_term(statement)]
    if name_of(statement) != "responseCondition":
        raise OtherRuleError("another statement")
    branches = [(list(branch), name_of(branch)) for branch in statement]
    found: list[Term] = []
    for number, (parts, kind) in enumerate(branches):
        test = None if kind == "responseElse" else parts[0]
        score = [one for one in parts if one in sets]
        if sum(one in sets for part in parts for one in part.iter()) != len(score) or len(score) > 1:
            raise OtherRuleError("nested conditions")
        if not score or (_added(score[0], constants) == 0 and not _adds(score[0])):
            # Nothing for this branch; what decides is the branch that gives points.
            if test is not None and not _is_null_test(test) and number + 1 < len(branches):
                raise OtherRuleError("another condition")
            continue
        found.append(_term(test, score[0], constants))
    if len(found) != 1:
        raise OtherRuleError("several branches with points")
    return found


def _term(test: Element | None, score: Element, constants: Constants) -> Term:
    if test is not None and name_of(test) in ("match", "equal"):
        if [name_of(one) for one in test] != ["variable", "correct"]:
            raise OtherRuleError("another condition")
        if attribute(test, "toleranceMode") not in ("", "exact"):
            raise OtherRuleError("tolerance")
        weight = _added(score, constants)
        if weight is None or weight <= 0:
            raise OtherRuleError("another value")
        return Term(attribute(test[0], "identifier"), "match", weight)
    if test is None or _is_null_test(test):
        return _map_term(score)
    raise OtherRuleError("another condition")


def _is_null_test(test: Element) -> bool:
    return {name_of(one) for one in test.iter()} <= {"isNull", "not", "and", "variable"}


def _map_term(score: Element) -> Term:
    mapped = every(score, "mapResponse") + every(score, "mapResponsePoint")
    names = [name_of(one) for one in score.iter()][1:]
    if len(mapped) != 1 or set(names) - {"sum", "variable", "mapResponse", "mapResponsePoint"}:
        raise OtherRuleError("another value")
    return Term(attribute(mapped[0], "identifier"), "map" if name_of(mapped[0]) == "mapResponse" else "point")


def _adds(score: Element) -> bool:
    return bool(every(score, "mapResponse") or every(score, "mapResponsePoint"))


def _added(score: Element, constants: Constants) -> Fraction | None:
    """Return the constant that is set, or added to the score; None for anything else."""
    value = score[0]
    if name_of(value) == "sum" and name_of(value[0]) == "variable" and attribute(value[0], "identifier") == "SCORE":
        value = value[1]
    if name_of(value) == "variable":
        return constants.get(attribute(value, "identifier"))
    if name_of(value) != "baseValue":
        return None
    try:
        return Fraction((value.text or "").strip())
    except ValueError:
        return None


def read_part(item: Element, term: Term, version: str) -> Part:
    """Return the rule of one response variable; raises OtherRuleError."""
    declared = [one for one in every(item, "responseDeclaration") if attribute(one, "identifier") == term.response]
    if not declared:
        raise OtherRuleError("no such response")
    if term.kind == "match":
        return _matched(declared[0], term.weight)
    if (term.kind == "point") != (attribute(declared[0], "baseType") == "point"):
        raise OtherRuleError("a mapping of another type")
    return _mapped(declared[0], version)


def _matched(declared: Element, weight: Fraction) -> Part:
    correct = [
        (value.text or "").strip() for one in every(declared, "correctResponse") for value in every(one, "value")
    ]
    base, cardinality = attribute(declared, "baseType"), attribute(declared, "cardinality")
    if not correct:
        raise OtherRuleError("no key")
    if len(set(correct)) < len(correct):
        raise OtherRuleError("a key that has something twice")
    if cardinality == "ordered" and base in ("identifier", "string"):
        return Part(OrderInteraction(id="r1"), OrderRule(key=tuple(correct)), weight)
    if base in ("identifier", "boolean") and cardinality in ("single", "multiple"):
        return Part(ChoiceInteraction(id="r1", multiple=True), MatchRule(key=frozenset(correct)), weight)
    if base in ("pair", "directedPair") and cardinality in ("single", "multiple"):
        key = frozenset((left, right) for left, right in (pair.split() for pair in correct))
        return Part(_pairs(base), PairsRule(key=key, count="match", unordered=base == "pair"), weight)
    if cardinality == "single" and base == "string" and "*" not in correct[0]:
        return Part(TextEntryInteraction(id="r1"), TextRule(accept={"en": (correct[0],)}), weight)
    if cardinality == "single" and base in ("integer", "float"):
        return Part(NumericInteraction(id="r1"), NumberRule(key=Decimal(correct[0])), weight)
    message = f"match of {cardinality} {base}"
    raise OtherRuleError(message)


def _mapped(declared: Element, version: str) -> Part:
    base, cardinality = attribute(declared, "baseType"), attribute(declared, "cardinality")
    mappings = every(declared, "areaMapping" if base == "point" else "mapping")
    if not mappings or cardinality == "ordered":
        message = f"mapping of {cardinality} {base}"
        raise OtherRuleError(message)
    mapping = mappings[0]
    entries = every(mapping, "areaMapEntry" if base == "point" else "mapEntry")
    default = _fraction(mapping, "defaultValue") or Fraction(0)
    lower, upper = _fraction(mapping, "lowerBound"), _fraction(mapping, "upperBound")
    values = [_fraction(one, "mappedValue") or Fraction(0) for one in entries]
    scale = lcm(*(one.denominator for one in (*values, default, lower, upper) if one is not None))
    if base == "point":
        return _areas(entries, values, default, upper, scale)
    if base == "string":
        return _texts(entries, values, default, version)
    rule = MapRule(
        values={_key(one, base): int(value * scale) for one, value in zip(entries, values, strict=True)},
        default=int(default * scale),
        lower=None if lower is None else int(lower * scale),
        upper=None if upper is None else int(upper * scale),
    )
    if base in ("pair", "directedPair"):
        return Part(_pairs(base), rule, Fraction(1, scale))
    if base in ("integer", "float"):
        return Part(NumericInteraction(id="r1"), rule, Fraction(1, scale))
    return Part(ChoiceInteraction(id="r1", multiple=True), rule, Fraction(1, scale))


def _areas(
    entries: Sequence[Element], values: Sequence[Fraction], default: Fraction, upper: Fraction | None, scale: int
) -> Part:
    if default or any(value <= 0 for value in values) or any(attribute(one, "shape") == "default" for one in entries):
        raise OtherRuleError("areas that take points away")
    areas = tuple(
        ScoredArea(area=_area(one), points=int(value * scale)) for one, value in zip(entries, values, strict=True)
    )
    rule = AreaRule(areas=areas, upper=None if upper is None else int(upper * scale))
    return Part(SelectPointInteraction(id="r1", points=8), rule, Fraction(1, scale))


def _area(entry: Element) -> Area:
    coords = tuple(int(one) for one in attribute(entry, "coords").split(","))
    shape = attribute(entry, "shape")
    return Area.model_validate({"shape": shape if shape in ("rect", "circle", "ellipse") else "poly", "coords": coords})


def _texts(entries: Sequence[Element], values: Sequence[Fraction], default: Fraction, version: str) -> Part:
    minds = {(attribute(one, "caseSensitive") or str(version in CASE_COUNTS)).lower() == "true" for one in entries}
    keys = [attribute(one, "mapKey").strip() for one in entries]
    worth = {value for value in values if value}
    if default or len(worth) != 1 or len(minds) != 1 or min(worth) <= 0 or any("*" in key for key in keys):
        raise OtherRuleError("texts of different worth")
    accepted = tuple(key for key, value in zip(keys, values, strict=True) if value)
    rule = TextRule(accept={"en": accepted}, ignore=frozenset() if True in minds else frozenset({"case"}))
    return Part(TextEntryInteraction(id="r1"), rule, worth.pop())


def _pairs(base: str) -> Interaction:
    return AssociateInteraction(id="r1", pairs=12) if base == "pair" else MatchInteraction(id="r1", multiple=True)


def _key(entry: Element, base: str) -> str:
    written = " ".join(attribute(entry, "mapKey").split())
    return f"{Decimal(written).normalize():f}" if base in ("integer", "float") else written


def _fraction(element: Element, name: str) -> Fraction | None:
    written = attribute(element, name)
    return Fraction(written) if written else None


def value_of(part: Part, values: Sequence[str]) -> Value:
    """Return a response as we keep it."""
    if isinstance(part.interaction, AssociateInteraction | MatchInteraction):
        return [value.split() for value in values]
    if isinstance(part.interaction, TextEntryInteraction | NumericInteraction):
        return values[0]
    return list(values)
