"""From an interaction to the control that a page shows: one function a kind of interaction. Pure."""

import re
from collections.abc import Sequence
from functools import singledispatch
from typing import Any

from markupsafe import Markup, escape

from question_banks.interactions import (
    AssociateInteraction,
    ChoiceInteraction,
    CTestInteraction,
    ExtendedTextInteraction,
    GapMatchInteraction,
    HotspotInteraction,
    HottextInteraction,
    Interaction,
    JudgementInteraction,
    MatchInteraction,
    NumericInteraction,
    OrderInteraction,
    SelectPointInteraction,
    SliderInteraction,
    SpokenInteraction,
    TextEntryInteraction,
    UploadInteraction,
)
from question_banks.texts import in_language
from storage.wording import N_
from web import i18n
from web.question_asked import Asked, common_of
from web.question_controls import (
    ChoiceControl,
    Control,
    CTestControl,
    Figure,
    FileControl,
    GapsControl,
    HottextControl,
    JudgementControl,
    KeptFile,
    OptionDisplay,
    OrderControl,
    PairsControl,
    RowsControl,
    ScaleControl,
    Slot,
    TextControl,
)
from web.question_media import MediaDisplay
from web.question_pictures import hotspot_of, name_of, points_of, spot_of
from web.question_text import kept_together, said, sentence_in

# Eleven steps are what people know from surveys, and still fit a phone in two lines of targets that a thumb hits.
RADIO_STEPS = 11
KILOBYTE = 1024
# The beginning of a damaged word, at the end of the text before its gap.
STUB = re.compile(r"[\w'’-]*$")

ACCEPT = {
    "image": ("image/*", N_("a picture")),
    "document": (".pdf,.txt", N_("a document")),
    "audio": ("audio/*", N_("a sound recording")),
}


def fits_in_a_line(interaction: Interaction) -> bool:
    """Tell whether an interaction that the body anchors stands in its line; others stand between its paragraphs."""
    if isinstance(interaction, ChoiceInteraction):
        return not interaction.multiple and not any(option.image for option in interaction.options)
    return isinstance(interaction, TextEntryInteraction | NumericInteraction)


@singledispatch
def control_of(interaction: Any, asked: Asked) -> Control:
    """Return the control of an interaction."""
    raise NotImplementedError(type(interaction).__name__, asked.language)


@control_of.register
def _choice(one: ChoiceInteraction, asked: Asked) -> Control:
    opens = (one.look == "dropdown" or one.id in asked.inline) and not one.multiple
    return ChoiceControl(
        **common_of(one, asked),
        kind="select" if opens else "checkboxes" if one.multiple else "radios",
        hint=i18n.gettext("You can choose more than one.") if one.multiple else "",
        options=asked.options(one.id, one.options),
        chosen=asked.all(one.id),
    )


@control_of.register
def _text_entry(one: TextEntryInteraction, asked: Asked) -> Control:
    return TextControl(**common_of(one, asked), kind="text", value=asked.first(one.id), width=one.width)


@control_of.register
def _numeric(one: NumericInteraction, asked: Asked) -> Control:
    return TextControl(
        **common_of(one, asked),
        kind="number",
        hint=i18n.gettext("Write the unit, too, for example kg or cm.") if one.takes_unit else "",
        value=asked.first(one.id),
        width=10,
        keyboard="text" if one.takes_unit else "decimal",
        unit="" if one.takes_unit else in_language(one.unit, asked.language),
    )


@control_of.register
def _extended_text(one: ExtendedTextInteraction, asked: Asked) -> Control:
    least, most = one.minimum_words, one.maximum_words
    if least and most:
        hint = i18n.gettext("Write {least} to {most} words.", least=least, most=most)
    elif least:
        hint = i18n.ngettext("Write at least {count} word.", "Write at least {count} words.", least)
    elif most:
        hint = i18n.ngettext("Write at most {count} word.", "Write at most {count} words.", most)
    else:
        hint = ""
    return TextControl(
        **common_of(one, asked), kind="long", hint=hint, value=asked.first(one.id), rows=one.rows, least=least or 0
    )


@control_of.register
def _upload(one: UploadInteraction, asked: Asked) -> Control:
    words = ", ".join(i18n.gettext(ACCEPT[kind][1]) for kind in one.accept)
    return FileControl(
        **common_of(one, asked),
        kind="upload",
        hint=i18n.gettext("You can send: {kinds}.", kinds=words),
        accept=",".join(ACCEPT[kind][0] for kind in one.accept),
        kept=_kept(one.id, asked),
    )


@control_of.register
def _spoken(one: SpokenInteraction, asked: Asked) -> Control:
    minutes, seconds = divmod(one.seconds, 60)
    if seconds:
        hint = i18n.ngettext("Speak for at most {count} second.", "Speak for at most {count} seconds.", one.seconds)
    else:
        hint = i18n.ngettext("Speak for at most {count} minute.", "Speak for at most {count} minutes.", minutes)
    return FileControl(
        **common_of(one, asked),
        kind="spoken",
        hint=hint,
        accept="audio/*",
        kept=_kept(one.id, asked),
        seconds=one.seconds,
    )


@control_of.register
def _order(one: OrderInteraction, asked: Asked) -> Control:
    return _ranked(one, asked, i18n.gettext("Give each line a number. 1 is the first."))


@control_of.register
def _match(one: MatchInteraction, asked: Asked) -> Control:
    several = i18n.gettext("You can choose more than one on each line.")
    return RowsControl(
        **common_of(one, asked),
        # A list that opens and takes several is used by nobody: check boxes are.
        kind="table" if one.look == "table" or one.multiple else "rows",
        hint=several if one.multiple else i18n.gettext("Choose one for each line."),
        rows=tuple(asked.option(row) for row in one.rows),
        options=asked.options(one.id, one.options),
        chosen={row.id: asked.all(f"{one.id}.{row.id}") for row in one.rows},
        multiple=one.multiple,
    )


@control_of.register
def _associate(one: AssociateInteraction, asked: Asked) -> Control:
    numbers = range(1, one.pairs + 1)
    return PairsControl(
        **common_of(one, asked),
        kind="pairs",
        hint=i18n.gettext("In each pair, choose two that belong together."),
        options=asked.options(one.id, one.options),
        pairs=tuple(
            (asked.first(f"{one.id}.{number}.first"), asked.first(f"{one.id}.{number}.second")) for number in numbers
        ),
    )


@control_of.register
def _gap_match(one: GapMatchInteraction, asked: Asked) -> Control:
    picture = asked.picture(one.image) if one.image else None
    spots, slots = [], {}
    for number, gap in enumerate(one.gaps, 1):
        name = name_of(asked, gap.id, gap.name)
        label = Markup("{}. {}").format(number, name) if name else i18n.gettext("Gap {number}", number=number)
        slots[gap.id] = Slot(gap.id, number, label, asked.first(f"{one.id}.{gap.id}"))
        if gap.area and picture:
            spots.append(spot_of(asked, gap.id, number, gap.area, gap.name, picture))
    passage = asked.passage(one.passage, slots)
    return GapsControl(
        **common_of(one, asked),
        kind="gaps",
        hint=i18n.gettext("You can use a word more than once.")
        if one.reuse
        else i18n.gettext("Use each word only once."),
        options=asked.options(one.id, one.options),
        passage=kept_together(passage),
        # What the passage does not anchor still has to be filled in.
        slots=tuple(slot for slot in slots.values() if slot not in passage),
        figure=Figure(picture, tuple(spots)) if picture else None,
        reuse=one.reuse,
    )


@control_of.register
def _hottext(one: HottextInteraction, asked: Asked) -> Control:
    chosen = asked.all(one.id)
    tokens = {
        option.id: Slot(option.id, number, asked.said(option.text), option.id if option.id in chosen else "")
        for number, option in enumerate(one.options, 1)
    }
    several = i18n.gettext("Choose words in the text. You can choose more than one.")
    return HottextControl(
        **common_of(one, asked),
        kind="hottext",
        hint=several if one.multiple else i18n.gettext("Choose one of the marked words in the text."),
        passage=kept_together(asked.passage(one.passage, tokens)),
        multiple=one.multiple,
    )


@control_of.register
def _slider(one: SliderInteraction, asked: Asked) -> Control:
    few = len(one.steps) <= RADIO_STEPS
    return ScaleControl(
        **common_of(one, asked),
        kind="scale" if few else "amount",
        hint=i18n.gettext("Choose a number from {low} to {high}.", low=one.low, high=one.high),
        steps=one.steps,
        step=one.step,
        value=asked.first(one.id),
        unknown=bool(asked.first(f"{one.id}.unknown")),
        low_label=asked.said(one.low_label),
        high_label=asked.said(one.high_label),
        unit=in_language(one.unit, asked.language),
    )


@control_of.register
def _judgement(one: JudgementInteraction, asked: Asked) -> Control:
    options = asked.options(one.id, one.options)
    if one.mode == "rank":
        return _ranked(one, asked, i18n.gettext("Give each line a number. 1 is the best thing to do."))
    if one.mode == "rate":
        return _rated(one, asked, options)
    most, least = asked.first(f"{one.id}.most"), asked.first(f"{one.id}.least")
    if one.mode == "best":
        hint = i18n.gettext("Choose the best thing to do.")
        common = common_of(one, asked)
        common["name"] += ".most"
        return ChoiceControl(**common, kind="radios", hint=hint, options=options, chosen=(most,))
    hint = i18n.gettext("Choose the best and the worst thing to do.")
    return JudgementControl(
        **common_of(one, asked), kind="judgement", hint=hint, options=options, most=most, least=least
    )


@control_of.register
def _c_test(one: CTestInteraction, asked: Asked) -> Control:
    gaps = {gap: Slot(gap, number, "", asked.first(f"{one.id}.{gap}")) for number, gap in enumerate(one.gaps, 1)}
    return CTestControl(
        **common_of(one, asked),
        kind="c_test",
        hint=i18n.gettext("Write the end of each word."),
        passage=kept_together(_with_stubs(asked.passage(one.passage, gaps), asked.language)),
    )


control_of.register(HotspotInteraction, hotspot_of)
control_of.register(SelectPointInteraction, points_of)


def _rated(one: JudgementInteraction, asked: Asked, options: tuple[OptionDisplay, ...]) -> Control:
    ends = {
        1: sentence_in(asked.language, N_("very bad")),
        one.steps: sentence_in(asked.language, N_("very good")),
    }
    steps = [
        OptionDisplay(str(step), Markup("{} {}").format(step, ends[step]) if step in ends else str(step), str(step))
        for step in range(1, one.steps + 1)
    ]
    return RowsControl(
        **common_of(one, asked),
        kind="table",
        hint=i18n.gettext("How good is each thing to do? Choose a number."),
        rows=options,
        options=tuple(steps),
        chosen={option.id: asked.all(f"{one.id}.{option.id}") for option in options},
    )


def _ranked(one: OrderInteraction | JudgementInteraction, asked: Asked, hint: str) -> Control:
    options = asked.options(one.id, one.options)
    ranks = {option.id: asked.first(f"{one.id}.{option.id}") for option in options}
    return OrderControl(**common_of(one, asked), kind="order", hint=hint, options=options, ranks=ranks)


def _kept(interaction_id: str, asked: Asked) -> KeptFile | None:
    """Return the file that was sent before: what the caller knows of it, else only that there is one."""
    known = asked.kept.get(interaction_id, {})
    digest = known.get("digest", "") or asked.first(f"{interaction_id}.kept")
    if not digest:
        return None
    size = known.get("size", "")
    return KeptFile(digest, known.get("name", ""), _size(int(size)) if size.isdecimal() else "")


def _size(count: int) -> str:
    if count < KILOBYTE**2:
        return f"{i18n.number(max(1, round(count / KILOBYTE)))} kB"
    return f"{i18n.number(count / KILOBYTE**2, 1)} MB"


def _with_stubs(
    passage: Sequence[Markup | Slot | MediaDisplay], language: str
) -> tuple[Markup | Slot | MediaDisplay, ...]:
    """Take the beginning of each damaged word from the text before its gap, so that a line never breaks between them."""
    parts = list(passage)
    for place, part in enumerate(parts):
        if not isinstance(part, Slot):
            continue
        before = parts[place - 1] if place else Markup()
        stub = ""
        if isinstance(before, Markup):
            text = str(before)
            found = STUB.search(text)
            stub = found[0] if found else ""
            parts[place - 1] = Markup(text[: len(text) - len(stub)])  # noqa: S704 (a part of what was cleaned)
        words = escape(i18n.gettext("Word {number}: {stub}…")).format(number=part.number, stub=said(stub, language))
        parts[place] = Slot(part.key, part.number, words, part.value, stub)
    return tuple(parts)
