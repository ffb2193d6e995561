"""Points on a picture against areas of it. Pure.

Everything is whole numbers, so that no point on an edge is lost to rounding. An edge belongs to its area.
"""

from itertools import pairwise

from question_banks.interactions import Area, Interaction, SelectPointInteraction
from question_banks.responses import Value
from question_banks.rules import AreaRule
from scoring.marking_rules.marks import UNFINISHED, Mark, chosen_of
from storage.wording import N_

Point = tuple[int, int]


def is_inside(area: Area, x: int, y: int) -> bool:
    """Tell whether a point lies in an area or on its edge.

    A `poly` is read by the even-odd rule: a ray from the point crosses its sides an odd number of times. Shimrat (1962), algorithm 112.
    """
    if area.shape == "rect":
        left, top, right, bottom = area.coords
        return min(left, right) <= x <= max(left, right) and min(top, bottom) <= y <= max(top, bottom)
    if area.shape == "poly":
        return _is_in_polygon(area.coords, (x, y))
    across, down = (area.coords[2], area.coords[-1])
    return _is_in_ellipse(abs(x - area.coords[0]), abs(y - area.coords[1]), abs(across), abs(down))


def mark_areas(rule: AreaRule, value: Value) -> Mark:
    """Return the sum of what the areas that were hit are worth, each once.

    A point hits the first area that holds it, so that of a small area before a larger one around it only the small one
    counts: QTI 2.1, area mapping.
    """
    if not rule.areas:
        return UNFINISHED
    points = [point for one in chosen_of(value) if (point := _point(one)) is not None]
    hits = {_hit(rule, point) for point in points} - {None}
    earned = sum(rule.areas[number].points for number in hits if number is not None)
    points_given = earned if rule.upper is None else min(earned, rule.upper)
    if points_given < earned:
        message = N_("Areas hit: {hits} of {areas}. Points: {sum}, and never more than {upper}.")
    else:
        message = N_("Areas hit: {hits} of {areas}. Points: {sum}.")
    values = {"hits": len(hits), "areas": len(rule.areas), "sum": earned, "upper": rule.upper}
    return Mark(points_given, message, values)


def maximum_of_areas(rule: AreaRule, interaction: Interaction | None) -> int:
    """Return the most points: of as many areas as there may be points, those that are worth most, up to the rule's limit."""
    worth = sorted((area.points for area in rule.areas), reverse=True)
    if isinstance(interaction, SelectPointInteraction):
        worth = worth[: interaction.points]
    return sum(worth) if rule.upper is None else min(sum(worth), rule.upper)


def _hit(rule: AreaRule, point: Point) -> int | None:
    return next((number for number, scored in enumerate(rule.areas) if is_inside(scored.area, *point)), None)


def _point(written: str) -> Point | None:
    x, _, y = written.partition(" ")
    return (int(x), int(y)) if x.isdecimal() and y.isdecimal() else None


def _is_in_ellipse(dx: int, dy: int, across: int, down: int) -> bool:
    # The bounds are asked, too: of a flat ellipse the equation alone holds a whole line.
    within = dx <= across and dy <= down
    return within and (dx * down) ** 2 + (dy * across) ** 2 <= (across * down) ** 2


def _is_in_polygon(coords: tuple[int, ...], point: Point) -> bool:
    corners = list(zip(coords[::2], coords[1::2], strict=True))
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in pairwise([*corners, corners[0]]):
        side = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)
        if side == 0 and min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2):
            return True
        # The point is left of a side that goes up past its height, or right of one that goes down.
        if (y1 > y) != (y2 > y) and (side > 0) == (y2 > y1):
            inside = not inside
    return inside
