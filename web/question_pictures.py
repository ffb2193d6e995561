"""Pictures that are pointed at: where areas, their numbers and the cells of a grid lie on them. Pure."""

import re
from collections.abc import Mapping
from fractions import Fraction

from markupsafe import Markup

from question_banks.interactions import Area, HotspotInteraction, SelectPointInteraction
from question_banks.texts import Texts, in_language
from web import i18n
from web.question_asked import Asked, common_of
from web.question_controls import Cell, Control, Figure, Mark, PointsControl, Spot, SpotsControl, per_cent
from web.question_media import Picture

# Two whole numbers of a picture's pixels.
POINT = re.compile(r"([0-9]{1,5}) ([0-9]{1,5})")


def hotspot_of(one: HotspotInteraction, asked: Asked) -> Control:
    """Return the areas of a picture to choose from."""
    picture = asked.picture(one.image)
    spots = tuple(
        spot_of(asked, named.id, number, named.area, named.name, picture, at_corner=True)
        for number, named in enumerate(one.areas, 1)
    )
    return SpotsControl(
        **common_of(one, asked),
        kind="hotspot",
        hint=i18n.gettext("You can choose more than one.")
        if one.multiple
        else i18n.gettext("The numbers stand in the picture."),
        figure=Figure(picture, spots),
        multiple=one.multiple,
        chosen=asked.all(one.id),
    )


def points_of(one: SelectPointInteraction, asked: Asked) -> Control:
    """Return a picture under a grid, whose cells are listed row by row."""
    picture = asked.picture(one.image)
    columns, rows = _middles(one.columns), _middles(one.rows)
    cells = tuple(
        Cell(f"{_letter(column)}{row + 1}", f"{int(x * picture.width)} {int(y * picture.height)}")
        for row, y in enumerate(rows)
        for column, x in enumerate(columns)
    )
    names = {cell.value: cell.name for cell in cells}
    given = (*asked.all(one.id), *[""] * one.points)[: one.points]
    return PointsControl(
        **common_of(one, asked),
        kind="points",
        hint=i18n.ngettext("Choose a square of the picture.", "Choose {count} squares of the picture.", one.points),
        picture=picture,
        columns=tuple((_letter(place), per_cent(x, 1)) for place, x in enumerate(columns)),
        rows=tuple((str(place + 1), per_cent(y, 1)) for place, y in enumerate(rows)),
        lines=(_lines(one.columns), _lines(one.rows)),
        cells=cells,
        marks=tuple(_mark(value, names, one, picture) for value in given),
    )


def spot_of(
    asked: Asked, key: str, number: int, area: Area, name: Texts, picture: Picture, *, at_corner: bool = False
) -> Spot:
    """Return an area of a picture with its number in its middle, or at its corner, where it hides nothing."""
    x, y = (_corner if at_corner else _middle)(area)
    places = (per_cent(x, picture.width), per_cent(y, picture.height))
    shown = name_of(asked, key, name)
    words = Markup("{}. {}").format(number, shown) if shown else i18n.gettext("Place {number}", number=number)
    return Spot(key, number, words, area, *places)


def name_of(asked: Asked, key: str, name: Texts) -> str | Markup:
    """Return the name of a place on a picture; nothing where there is none yet, and only its id holds the place."""
    return "" if in_language(name, asked.language) == f"({key})" else asked.said(name)


def _corner(area: Area) -> tuple[float, float]:
    one = area.coords
    if area.shape == "circle":
        return one[0] - one[2] * 0.7, one[1] - one[2] * 0.7
    if area.shape == "ellipse":
        return one[0] - one[2] * 0.7, one[1] - one[3] * 0.7
    if area.shape == "rect":
        return min(one[0], one[2]), min(one[1], one[3])
    # The highest corner of a polygon lies on its outline, which a corner of its box need not.
    return min(zip(one[::2], one[1::2], strict=True), key=lambda point: (point[1], point[0]))


def _middle(area: Area) -> tuple[float, float]:
    one = area.coords
    if area.shape == "rect":
        return (one[0] + one[2]) / 2, (one[1] + one[3]) / 2
    if area.shape == "poly":
        return sum(one[::2]) / len(one[::2]), sum(one[1::2]) / len(one[1::2])
    return one[0], one[1]


def _middles(count: int) -> list[Fraction]:
    return [Fraction(2 * place + 1, 2 * count) for place in range(count)]


def _lines(count: int) -> tuple[str, ...]:
    return tuple(per_cent(place, count) for place in range(1, count))


def _letter(place: int) -> str:
    return chr(ord("A") + place)


def _mark(value: str, names: Mapping[str, str], one: SelectPointInteraction, picture: Picture) -> Mark:
    found = POINT.fullmatch(value)
    if not found:
        return Mark("")
    x, y = int(found[1]), int(found[2])
    column, row = x * one.columns // picture.width, y * one.rows // picture.height
    if not (column < one.columns and row < one.rows):
        return Mark("")
    place = (per_cent(x, picture.width), per_cent(y, picture.height))
    if value in names:
        return Mark(value, "", *place)
    cell = f"{_letter(column)}{row + 1}"
    return Mark(value, i18n.gettext("{cell}, exact place", cell=cell), *place)
