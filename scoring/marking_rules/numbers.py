"""A typed number, and its unit, against the key. Pure."""

from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

from question_banks.errors import InvalidResponseError
from question_banks.interactions import Interaction, NumericInteraction
from question_banks.quantities import fold_unit, parse_number, parse_quantity
from question_banks.responses import Value
from question_banks.rules import NumberRule
from scoring.marking_rules.marks import UNFINISHED, Mark
from storage.wording import N_

# Wide enough that nothing that can be typed is rounded, and silent: an author's absurd key is wrong for everybody, not a fault.
_EXACT = Context(prec=100, traps=[])
MOST_FIGURES = 30


def mark_number(rule: NumberRule, value: Value, interaction: Interaction | None) -> Mark:
    """Return one point for a number near enough to the key, once it is in the key's unit."""
    if rule.key is None:
        return UNFINISHED
    takes_unit = isinstance(interaction, NumericInteraction) and interaction.takes_unit
    typed = value if isinstance(value, str) else ""
    try:
        number, unit = parse_quantity(typed) if takes_unit else (parse_number(typed), "")
    except InvalidResponseError:
        return Mark(0, N_("This is not a number."))
    factor = _factor(rule, unit) if takes_unit else Decimal(1)
    if factor is None:
        return Mark(0, N_("“{unit}” is not an accepted unit."), {"unit": unit})
    with localcontext(_EXACT):
        number *= factor
        values = {"number": _shown(number), "key": _shown(rule.key)}
        if is_near(rule, number):
            return Mark(1, N_("{number} is near enough to the right number, {key}."), values)
        return Mark(0, N_("{number} is too far from the right number, {key}."), values)


def is_near(rule: NumberRule, number: Decimal) -> bool:
    """Tell whether a number is near enough to the key of a rule; false without key.

    `figures` rounds halves away from zero, as school does, and 0 figures asks for the very number.
    """
    if rule.key is None:
        return False
    with localcontext(_EXACT):
        if rule.compare == "figures" and rule.tolerance >= 1:
            rounding = Context(prec=min(int(rule.tolerance), MOST_FIGURES), rounding=ROUND_HALF_UP, traps=[])
            return rounding.plus(number) == rounding.plus(rule.key)
        allowed = {"absolute": rule.tolerance, "relative": rule.tolerance * abs(rule.key), "figures": Decimal(0)}
        return abs(number - rule.key) <= allowed[rule.compare]


def _shown(number: Decimal) -> str:
    # An exponent would be written out in full: a million zeros for an absurd key.
    return f"{number:f}" if abs(number.adjusted()) < MOST_FIGURES else str(number)


def _factor(rule: NumberRule, unit: str) -> Decimal | None:
    """Return what one of the unit is in the key's unit; None for one that is not accepted, or that is missing."""
    if not rule.units:
        return Decimal(1)
    folded = fold_unit(unit)
    accepted = {fold_unit(spelling): factor for spelling, factor in rule.units.items()}
    if folded in accepted:
        return accepted[folded]
    # KG for kg is clear; where capitals tell two accepted units apart, as in mW and MW, it is not.
    alike = {factor for spelling, factor in accepted.items() if spelling.casefold() == folded.casefold()}
    return alike.pop() if len(alike) == 1 else None
