"""Each kind of interaction in the form of an item: a new one to begin with, its lists, and who reads it back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from question_banks import interactions as i
from question_banks import rules as r
from web.editing.brackets import next_id
from web.editing.interaction_readers import (
    Both,
    Interaction,
    Rule,
    read_associate,
    read_c_test,
    read_choice,
    read_extended_text,
    read_gap_match,
    read_hotspot,
    read_hottext,
    read_judgement,
    read_match,
    read_numeric,
    read_order,
    read_select_point,
    read_slider,
    read_spoken,
    read_text_entry,
    read_upload,
)
from web.editing.reader import PIXELS_LIMIT, FormReader

OFFSET = 30
"""Pixels from the last area to a new one, to the right and down: side by side they can be taken hold of."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of interaction: how one begins, how its form is read.

    `lists` are the lists whose rows can be added, moved and taken away.
    """

    blank: Callable[[str], Both]
    read: Callable[[FormReader, Any, Any, Sequence[str]], Both]
    lists: tuple[str, ...] = ()
    inline: bool = False
    """Whether it can stand inside the text."""


def options(*ids: str) -> tuple[i.Option, ...]:
    """Return options that wait for their words."""
    return tuple(i.Option(id=one) for one in ids)


SIDE = 100


_RECT = i.Area(shape="rect", coords=(0, 0, SIDE, SIDE))


KINDS: dict[str, Kind] = {
    "choice": Kind(
        lambda id_: (i.ChoiceInteraction(id=id_, options=options("a", "b", "c")), r.MatchRule()),
        read_choice,
        ("options",),
        inline=True,
    ),
    "text_entry": Kind(
        lambda id_: (
            i.TextEntryInteraction(id=id_),
            r.TextRule(ignore=frozenset({"case", "diacritics", "punctuation"})),
        ),
        read_text_entry,
        inline=True,
    ),
    "numeric": Kind(
        lambda id_: (i.NumericInteraction(id=id_), r.NumberRule()),
        read_numeric,
        inline=True,
    ),
    "order": Kind(
        lambda id_: (i.OrderInteraction(id=id_, options=options("a", "b", "c")), r.OrderRule(key=("a", "b", "c"))),
        read_order,
        ("options",),
    ),
    "match": Kind(
        lambda id_: (
            i.MatchInteraction(id=id_, rows=options("r1", "r2"), options=options("a", "b", "c")),
            r.PairsRule(),
        ),
        read_match,
        ("rows", "options"),
    ),
    "associate": Kind(
        lambda id_: (i.AssociateInteraction(id=id_, options=options("a", "b", "c", "d")), r.PairsRule(unordered=True)),
        read_associate,
        ("options",),
    ),
    "gap_match": Kind(
        lambda id_: (i.GapMatchInteraction(id=id_), r.PairsRule()),
        read_gap_match,
        ("options", "gaps"),
    ),
    "hottext": Kind(
        lambda id_: (i.HottextInteraction(id=id_), r.PerOptionRule()),
        read_hottext,
        ("options",),
    ),
    "hotspot": Kind(
        lambda id_: (i.HotspotInteraction(id=id_), r.MatchRule()),
        read_hotspot,
        ("areas",),
    ),
    "select_point": Kind(
        lambda id_: (i.SelectPointInteraction(id=id_), r.AreaRule()),
        read_select_point,
        ("areas",),
    ),
    "slider": Kind(
        lambda id_: (i.SliderInteraction(id=id_), r.UnscoredRule()),
        read_slider,
    ),
    "judgement": Kind(
        lambda id_: (i.JudgementInteraction(id=id_, options=options("a", "b", "c", "d")), r.JudgementRule()),
        read_judgement,
        ("options",),
    ),
    "c_test": Kind(
        lambda id_: (i.CTestInteraction(id=id_), r.CTestRule()),
        read_c_test,
    ),
    "extended_text": Kind(
        lambda id_: (i.ExtendedTextInteraction(id=id_), r.RatedRule(criteria=(r.Criterion(id="c1"),))),
        read_extended_text,
        ("criteria",),
    ),
    "spoken": Kind(
        lambda id_: (i.SpokenInteraction(id=id_), r.RatedRule(criteria=(r.Criterion(id="c1"),))),
        read_spoken,
        ("criteria",),
    ),
    "upload": Kind(
        lambda id_: (i.UploadInteraction(id=id_), r.RatedRule(criteria=(r.Criterion(id="c1"),))),
        read_upload,
        ("criteria",),
    ),
}


def _beside(areas: Sequence[i.Area]) -> i.Area:
    """Return a new area, a little away from the last one."""
    if not areas:
        return _RECT
    left, top = (min(number + OFFSET, PIXELS_LIMIT - SIDE) for number in areas[-1].coords[:2])
    return i.Area(shape="rect", coords=(left, top, left + SIDE, top + SIDE))


def blank_row(interaction: Interaction, rule: Rule, name: str) -> Any:
    """Return a new record for a list of an interaction or its rule."""
    if name == "criteria" and isinstance(rule, r.RatedRule):
        return r.Criterion(id=next_id("c", rule.criteria))
    if name == "areas" and isinstance(rule, r.AreaRule):
        return r.ScoredArea(area=_beside([one.area for one in rule.areas]))
    if name == "areas" and isinstance(interaction, i.HotspotInteraction):
        return i.NamedArea(id=next_id("", interaction.areas), area=_beside([one.area for one in interaction.areas]))
    if name == "gaps" and isinstance(interaction, i.GapMatchInteraction):
        areas = [one.area for one in interaction.gaps if one.area is not None]
        return i.Gap(id=next_id("g", interaction.gaps), area=_beside(areas) if interaction.image else None)
    if name == "rows":
        return i.Option(id=next_id("r", getattr(interaction, "rows", ())))
    return i.Option(id=next_id("", getattr(interaction, "options", ())))
