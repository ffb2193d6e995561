"""The weights and numbers of GIFT to rules in whole points. Pure."""

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from question_banks.formats.pasted import NO_KEY, Notes, option_id
from question_banks.rules import MapRule, MatchRule, PerOptionRule, Rule
from storage.wording import N_

_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(?:[.,][0-9]{1,9})?(?:[eE][+-]?[0-9]{1,2})?")
_MOST_POINTS = 20
_EXACT, _NEAR = Fraction(1, 1000), Fraction(1, 40)


def single_rule(credit: Sequence[Fraction], notes: Notes) -> Rule:
    """Return the rule of a choice of one option, from the share of the credit that each option brings."""
    if min(credit) < 0:
        notes.add(N_("Negative weights count as 0: an answer to one option never costs points."))
    credit = [max(one, Fraction(0)) for one in credit]
    right = frozenset(option_id(place) for place, one in enumerate(credit) if one == 1)
    if not any(credit):
        notes.add(NO_KEY)
    if len(right) <= 1 and sum(credit) == len(right):
        return MatchRule(key=right)
    points, exact = whole_points(credit)
    if sum(credit) == len(right):
        notes.add(N_("Several options are right, and one may be chosen: each of them earns the point."))
    else:
        _say_points(credit, points, notes, exact=exact)
    return MapRule(values=_worth(points), upper=max(points))


def multiple_rule(credit: Sequence[Fraction], notes: Notes) -> Rule:
    """Return the rule of a choice of several options, from the share of the credit that each brings or costs."""
    right = [one for one in credit if one > 0]
    if not right:
        notes.add(NO_KEY)
        return MatchRule()
    points, exact = whole_points(credit)
    _say_points(credit, points, notes, exact=exact)
    hits = {-1, 1} == set(points) and 1 < len(right) == sum(point > 0 for point in points)
    if hits and exact and abs(right[0] * len(right) - 1) <= Fraction(1, 100):
        key = frozenset(option_id(place) for place, point in enumerate(points) if point > 0)
        notes.add(N_("The points are right choices less wrong ones, never below 0."))
        return PerOptionRule(key=key, points=len(right), count="hits")
    if min(credit) >= 0:
        notes.add(N_("A wrong choice costs nothing: who chooses everything earns all points."))
    return MapRule(values=_worth(points), lower=0, upper=sum(point for point in points if point > 0))


def _say_points(credit: Sequence[Fraction], points: Sequence[int], notes: Notes, *, exact: bool) -> None:
    message = (
        N_("The weights {weights} became {points} points.")
        if exact
        else N_("The weights {weights} became {points} points, rounded.")
    )
    weights = ", ".join(f"{percent(one)} %" for one in credit)
    notes.add(message, weights=weights, points=", ".join(map(str, points)))


def whole_points(credits_: Sequence[Fraction]) -> tuple[tuple[int, ...], bool]:
    """Return the fewest whole points with the same proportions, and whether they are exact (`33.3` is a third).

    Where no 20 points give the proportions they are the fewest that come within 2.5 %, which 20 points always do. Where all credit is
    less than that, each right answer brings one point.
    """
    for margin in (_EXACT, _NEAR):
        for most in range(1, _MOST_POINTS + 1):
            points = tuple(round(credit * most) for credit in credits_)
            near = all(abs(credit * most - one) <= most * margin for credit, one in zip(credits_, points, strict=True))
            if near and (max(points) > 0 or max(credits_) <= 0):
                return points, margin == _EXACT
    return tuple(int(credit > 0) - int(credit < 0) for credit in credits_), False


def read_range(written: str) -> tuple[Decimal, Decimal] | None:
    """Return value and margin of `3`, `3:0.5` or `2..4` (decimal comma or point); None when it is no number."""
    low, range_, high = written.partition("..")
    if range_:
        first, last = _number(low), _number(high)
        if first is None or last is None:
            return None
        return _shortest((first + last) / 2), _shortest(abs(last - first) / 2)
    value, _, margin = written.partition(":")
    number, tolerance = _number(value), _number(margin or "0")
    return None if number is None or tolerance is None else (number, abs(tolerance))


def _number(written: str) -> Decimal | None:
    written = written.strip()
    return Decimal(written.replace(",", ".")) if _NUMBER.fullmatch(written) else None


def _shortest(number: Decimal) -> Decimal:
    return Decimal(f"{number.normalize():f}")


def _worth(points: Sequence[int]) -> dict[str, int]:
    return {option_id(place): point for place, point in enumerate(points) if point}


def percent(credit: Fraction) -> str:
    """Write a share as a number of percent."""
    return f"{float(credit * 100):.5f}".rstrip("0").rstrip(".")
