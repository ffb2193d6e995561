"""Each interaction's own fields in the form of an item: a new one to begin with, and reading it back."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from question_banks import interactions as i
from question_banks import rules as r
from question_banks.elements import damage
from question_banks.errors import InvalidResponseError
from question_banks.quantities import parse_number
from question_banks.texts import ANCHOR, Texts
from storage.wording import N_
from web.editing.reader import PIXELS_LIMIT, FormReader

Interaction = i.Interaction
Rule = r.Rule
Both = tuple[Interaction, Rule]
T = TypeVar("T")

PARTIAL = ("hits", "decisions", "kprime")
IGNORABLE = ("case", "diacritics", "punctuation")
ACCEPTED_FILES = ("image", "document", "audio")
ALL_POINTS = {"low": 1, "high": 40}
ROWS_LIMIT = 30
OFFSET = 30
"""Pixels from the last area to a new one, to the right and down: side by side they can be taken hold of."""
UNIT_LENGTH = 20
_BRACKETS = re.compile(r"\[([^\[\]\n]{1,80})\]")


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


def _read_choice(form: FormReader, one: i.ChoiceInteraction, rule: Rule, images: Sequence[str]) -> Both:
    shown = form.options("options", one.options, images)
    multiple = form.flag("multiple")
    read = one.model_copy(
        update={
            "prompt": form.text("prompt", one.prompt),
            "options": shown,
            "multiple": multiple,
            "shuffle": form.flag("shuffle"),
            "look": "dropdown" if form.flag("dropdown") and not multiple else "list",
        }
    )
    return read, _chosen_rule(form, [option.id for option in shown], rule, multiple=multiple)


def _chosen_rule(form: FormReader, ids: Sequence[str], rule: Rule, *, multiple: bool) -> Rule:
    """Return the rule of what is chosen among ids: all or nothing, in part, or points for each."""
    key = frozenset(form.some_of("key", ids))
    scoring = form.one_of("scoring", ("match", *PARTIAL, "map"), "match")
    points = form.integer("points", getattr(rule, "points", None) or 2, **ALL_POINTS)
    if scoring == "map":
        old = rule.values if isinstance(rule, r.MapRule) else {}
        worth = {one: form.below("worth").integer(one, old.get(one, int(one in key)), low=-10, high=40) for one in ids}
        return r.MapRule(values={one: value for one, value in worth.items() if value})
    if scoring == "match" or not multiple:
        return r.MatchRule(key=key)
    return r.PerOptionRule(key=key, points=points, count=scoring)


def _read_text_entry(form: FormReader, one: i.TextEntryInteraction, rule: Rule, _images: Sequence[str]) -> Both:
    known = rule if isinstance(rule, r.TextRule) else r.TextRule()
    accept = dict(known.accept)
    if form.has("accept"):
        accept[form.language] = form.lines("accept")
    accept = {language: texts for language, texts in accept.items() if texts}
    read = one.model_copy(
        update={
            "prompt": form.text("prompt", one.prompt),
            "width": form.integer("width", one.width, low=2, high=60),
        }
    )
    return read, r.TextRule(
        accept=accept,
        ignore=frozenset(form.some_of("ignore", IGNORABLE)),
        edits=form.integer("edits", known.edits, low=0, high=2),
    )


def _read_numeric(form: FormReader, one: i.NumericInteraction, rule: Rule, _images: Sequence[str]) -> Both:
    known = rule if isinstance(rule, r.NumberRule) else r.NumberRule()
    takes_unit = form.flag("takes_unit")
    read = one.model_copy(
        update={
            "prompt": form.text("prompt", one.prompt),
            "unit": form.text("unit", one.unit),
            "takes_unit": takes_unit,
        }
    )
    return read, r.NumberRule(
        key=form.decimal("key", known.key),
        tolerance=abs(form.decimal("tolerance", known.tolerance) or Decimal(0)),
        compare=form.one_of("compare", ("absolute", "relative", "figures"), known.compare),
        units=_units(form, known) if takes_unit else {},
    )


def _units(form: FormReader, known: r.NumberRule) -> dict[str, Decimal]:
    if not form.has("units"):
        return dict(known.units)
    units: dict[str, Decimal] = {}
    for line in form.lines("units"):
        spelling, _, typed = (part.strip() for part in line.partition("="))
        factor = _factor(typed, known.units.get(spelling))
        if not 0 < len(spelling) <= UNIT_LENGTH or factor is None or len(units) >= ROWS_LIMIT:
            form.complain("units", N_("Write a line a unit, as in “g = 0.001”."))
            return dict(known.units)
        units[spelling] = factor
    return units


def _factor(typed: str, known: Decimal | None) -> Decimal | None:
    """Return a number above 0, or None. What an imported file said stays, even where nobody could type it."""
    if known is not None and typed == str(known):
        return known
    try:
        number = parse_number(typed)
    except InvalidResponseError:
        return None
    return number if number > 0 else None


def _read_extended_text(form: FormReader, one: i.ExtendedTextInteraction, rule: Rule, _images: Sequence[str]) -> Both:
    read = one.model_copy(
        update={
            "prompt": form.text("prompt", one.prompt),
            "minimum_words": form.optional_integer("minimum_words", one.minimum_words, low=1, high=2000),
            "maximum_words": form.optional_integer("maximum_words", one.maximum_words, low=1, high=2000),
            "rows": form.integer("rows", one.rows, low=2, high=30),
        }
    )
    return read, _rated(form, rule)


def _read_upload(form: FormReader, one: i.UploadInteraction, rule: Rule, _images: Sequence[str]) -> Both:
    accept = form.some_of("accept", ACCEPTED_FILES) or one.accept
    read = one.model_copy(update={"prompt": form.text("prompt", one.prompt), "accept": accept})
    return read, _rated(form, rule)


def _read_spoken(form: FormReader, one: i.SpokenInteraction, rule: Rule, _images: Sequence[str]) -> Both:
    seconds = form.integer("seconds", one.seconds, low=5, high=600)
    read = one.model_copy(update={"prompt": form.text("prompt", one.prompt), "seconds": seconds})
    return read, _rated(form, rule)


def _rated(form: FormReader, rule: Rule) -> Rule:
    known = rule if isinstance(rule, r.RatedRule) else r.RatedRule()
    criteria = []
    for one, within in form.records("criteria", known.criteria):
        assert isinstance(one, r.Criterion)  # noqa: S101 (a list of criteria holds nothing else)
        points = within.integer("points", one.points, **ALL_POINTS)
        criteria.append(one.model_copy(update={"text": within.text("text", one.text), "points": points}))
    return r.RatedRule(criteria=tuple(criteria))


def _read_order(form: FormReader, one: i.OrderInteraction, rule: Rule, images: Sequence[str]) -> Both:
    known = rule if isinstance(rule, r.OrderRule) else r.OrderRule()
    shown = form.options("options", one.options, images)
    read = one.model_copy(
        update={"prompt": form.text("prompt", one.prompt), "options": shown, "shuffle": form.flag("shuffle")}
    )
    # The author writes things in their right order: that is the key.
    return read, r.OrderRule(
        key=tuple(option.id for option in shown),
        count=form.one_of("count", ("exact", "absolute", "adjacent", "longest"), known.count),
        points=form.integer("points", known.points, **ALL_POINTS),
    )


def _read_match(form: FormReader, one: i.MatchInteraction, rule: Rule, images: Sequence[str]) -> Both:
    shown = form.options("options", one.options, images)
    rows = form.options("rows", one.rows, images)
    ids = [option.id for option in shown]
    multiple = form.flag("multiple")
    read = one.model_copy(
        update={
            "prompt": form.text("prompt", one.prompt),
            "options": shown,
            "rows": rows,
            "multiple": multiple,
            "shuffle": form.flag("shuffle"),
            "look": form.one_of("look", ("selects", "table"), one.look),
        }
    )
    key = frozenset((row.id, option) for row in rows for option in form.below("rows", row.id).some_of("key", ids))
    return read, _pairs_rule(form, rule, key, allow_unscored=True)


def _pairs_rule(
    form: FormReader, rule: Rule, key: frozenset[r.Pair], *, allow_unscored: bool = False, unordered: bool = False
) -> Rule:
    known = rule if isinstance(rule, r.PairsRule) else r.PairsRule()
    if allow_unscored and form.raw("scoring") == "unscored":
        return r.UnscoredRule()
    return r.PairsRule(
        key=key,
        count=form.one_of("scoring", ("match", "per_pair"), known.count),
        points=form.optional_integer("points", known.points, **ALL_POINTS),
        errors=form.flag("errors"),
        unordered=unordered,
    )


def _read_associate(form: FormReader, one: i.AssociateInteraction, rule: Rule, images: Sequence[str]) -> Both:
    shown = form.options("options", one.options, images)
    ids = [option.id for option in shown]
    partners = {option: form.below("options", option).one_of("partner", ids, "") for option in ids}
    pairs = {tuple(sorted((option, other))) for option, other in partners.items() if other and other != option}
    read = one.model_copy(
        update={
            "prompt": form.text("prompt", one.prompt),
            "options": shown,
            "shuffle": form.flag("shuffle"),
            "pairs": min(len(pairs) or one.pairs, 12),
        }
    )
    key = frozenset((first, second) for first, second in pairs)
    return read, _pairs_rule(form, rule, key, unordered=True)


def _read_gap_match(form: FormReader, one: i.GapMatchInteraction, rule: Rule, images: Sequence[str]) -> Both:
    known = rule.key if isinstance(rule, r.PairsRule) else frozenset()
    image = form.one_of("image", ("", *images), one.image) if form.has("image") else one.image
    shown = form.options("options", one.options, images)
    gaps = []
    for gap, within in form.records("gaps", one.gaps):
        assert isinstance(gap, i.Gap)  # noqa: S101 (a list of gaps holds nothing else)
        area = within.area(gap.area or i.Area(shape="rect", coords=(0, 0, 40, 40))) if image else None
        gaps.append(gap.model_copy(update={"name": within.text("name", gap.name), "area": area}))
    chosen = {gap.id: form.below("gaps", gap.id).one_of("key", [option.id for option in shown], "") for gap in gaps}
    read = one.model_copy(
        update={
            "prompt": form.text("prompt", one.prompt),
            "passage": form.text("passage", one.passage),
            "image": image,
            "options": shown,
            "gaps": tuple(gaps),
            "reuse": form.flag("reuse"),
            "shuffle": form.flag("shuffle"),
        }
    )
    key = frozenset((gap, option) for gap, option in chosen.items() if option)
    if not form.has("gaps"):
        key = known
    written, key_written = _with_bracketed_gaps(read, key, form.language)
    if _is_too_much(form, len(written.gaps), len(written.options)):
        return read.model_copy(update={"passage": one.passage}), _pairs_rule(form, rule, key)
    return written, _pairs_rule(form, rule, key_written)


def _is_too_much(form: FormReader, *counts: int) -> bool:
    """Tell whether brackets made more of something than a question can have, and say so."""
    if max(counts) <= ROWS_LIMIT or not form.has("passage") or not _BRACKETS.search(form.raw("passage")):
        return False
    form.complain("passage", N_("Mark at most {limit} words with square brackets."), limit=ROWS_LIMIT)
    return True


def _in_brackets(text: str, take: Callable[[str], str]) -> str:
    """Return a passage with anchors in the place of `[words]`; `take` gives the id for a word.

    No more of them are replaced than a question can have, and one more by which that is seen.
    """
    return _BRACKETS.sub(lambda match: f"{{{{{take(match[1].strip())}}}}}", text, count=ROWS_LIMIT + 1)


def _alike(words: str, shown: Sequence[i.Option], language: str) -> list[str]:
    """Return the options that say these words, whatever their capitals and spaces."""
    folded = _folded(words)
    return [one.id for one in shown if folded and _folded(one.text.get(language, "")) == folded]


def _folded(words: str) -> str:
    return " ".join(words.casefold().split())


def _with_bracketed_gaps(
    one: i.GapMatchInteraction, key: frozenset[r.Pair], language: str
) -> tuple[i.GapMatchInteraction, frozenset[r.Pair]]:
    """Make a gap of each `[word]` in the passage, and of the word the option that belongs there.

    A word that is an option already stays that one; where another language has a gap for it that this one lacks, it is that gap.
    """
    text = one.passage.get(language, "")
    gaps, shown, pairs, placed = list(one.gaps), list(one.options), set(key), set(ANCHOR.findall(text))

    def take(words: str) -> str:
        alike = _alike(words, shown, language)
        gap = next((gap for gap, option in sorted(pairs) if option in alike and gap not in placed), "")
        if not gap:
            gap, option = next_id("g", gaps), next(iter(alike), "") or next_id("w", shown)
            gaps.append(i.Gap(id=gap))
            pairs.add((gap, option))
            if not alike:
                shown.append(i.Option(id=option, text={language: words}))
        placed.add(gap)
        return gap

    passage = {**one.passage, language: _in_brackets(text, take)} if text else one.passage
    changes: dict[str, Any] = {"passage": passage, "gaps": tuple(gaps), "options": tuple(shown)}
    if len({option for _, option in pairs}) < len(pairs) and len(pairs) > len(key):
        # The author has put one word into two gaps.
        changes["reuse"] = True
    return one.model_copy(update=changes), frozenset(pairs)


def _read_hotspot(form: FormReader, one: i.HotspotInteraction, rule: Rule, images: Sequence[str]) -> Both:
    areas = []
    for area, within in form.records("areas", one.areas):
        assert isinstance(area, i.NamedArea)  # noqa: S101 (a list of areas holds nothing else)
        read_area = within.area(area.area)
        areas.append(area.model_copy(update={"name": within.text("name", area.name), "area": read_area}))
    multiple = form.flag("multiple")
    image = form.one_of("image", ("", *images), one.image)
    read = one.model_copy(
        update={
            "prompt": form.text("prompt", one.prompt),
            "image": image,
            "areas": tuple(areas),
            "multiple": multiple,
        }
    )
    return read, _chosen_rule(form, [area.id for area in areas], rule, multiple=multiple)


def _read_select_point(form: FormReader, one: i.SelectPointInteraction, rule: Rule, images: Sequence[str]) -> Both:
    known = rule if isinstance(rule, r.AreaRule) else r.AreaRule()
    areas = []
    # Scored areas have no id of their own: their place in the list is their name.
    for number, scored in enumerate(known.areas):
        if form.has("areas") and str(number) not in form.all("areas"):
            continue
        within = form.below("areas", str(number))
        areas.append(
            r.ScoredArea(area=within.area(scored.area), points=within.integer("points", scored.points, **ALL_POINTS))
        )
    read = one.model_copy(
        update={
            "prompt": form.text("prompt", one.prompt),
            "image": form.one_of("image", ("", *images), one.image),
            "points": form.integer("points", one.points, low=1, high=8),
            "columns": form.integer("columns", one.columns, low=2, high=20),
            "rows": form.integer("rows", one.rows, low=2, high=20),
        }
    )
    return read, r.AreaRule(areas=tuple(areas), upper=known.upper)


def _read_hottext(form: FormReader, one: i.HottextInteraction, rule: Rule, images: Sequence[str]) -> Both:
    multiple = form.flag("multiple")
    kept = form.options("options", one.options, images)
    passage, shown = _with_bracketed_words(form.text("passage", one.passage), kept, form.language)
    if _is_too_much(form, len(shown)):
        passage, shown = one.passage, kept
    read = one.model_copy(
        update={
            "prompt": form.text("prompt", one.prompt),
            "passage": passage,
            "options": shown,
            "multiple": multiple,
        }
    )
    return read, _chosen_rule(form, [option.id for option in shown], rule, multiple=multiple)


def _with_bracketed_words(
    passage: Texts, known: tuple[i.Option, ...], language: str
) -> tuple[Texts, tuple[i.Option, ...]]:
    """Make an option of each `[word]` in the passage; one that the passage lacks and that says the same is that word."""
    text = passage.get(language, "")
    shown, placed = list(known), set(ANCHOR.findall(text))

    def take(words: str) -> str:
        token = next((one for one in _alike(words, shown, language) if one not in placed), "")
        if not token:
            token = next_id("t", shown)
            shown.append(i.Option(id=token, text={language: words}))
        placed.add(token)
        return token

    return ({**passage, language: _in_brackets(text, take)} if text else passage), tuple(shown)


def _read_slider(form: FormReader, one: i.SliderInteraction, rule: Rule, _images: Sequence[str]) -> Both:
    read = one.model_copy(
        update={
            "prompt": form.text("prompt", one.prompt),
            "low": form.integer("low", one.low, low=-10_000, high=10_000),
            "high": form.integer("high", one.high, low=-10_000, high=10_000),
            "step": form.integer("step", one.step, low=1, high=1_000),
            "low_label": form.text("low_label", one.low_label),
            "high_label": form.text("high_label", one.high_label),
            "unit": form.text("unit", one.unit),
        }
    )
    if form.one_of("scoring", ("unscored", "number"), "number") == "unscored":
        return read, r.UnscoredRule()
    known = rule if isinstance(rule, r.NumberRule) else r.NumberRule()
    tolerance = abs(form.decimal("tolerance", known.tolerance) or Decimal(0))
    return read, r.NumberRule(key=form.decimal("key", known.key), tolerance=tolerance)


def _read_judgement(form: FormReader, one: i.JudgementInteraction, rule: Rule, images: Sequence[str]) -> Both:
    known = rule if isinstance(rule, r.JudgementRule) else r.JudgementRule()
    shown = form.options("options", one.options, images)
    worth: dict[str, float] = {}
    for option in shown:
        number = form.below("options", option.id).decimal("effectiveness", None)
        if number is not None and 1 <= number <= one.steps:
            worth[option.id] = float(number)
        elif number is not None:
            form.below("options", option.id).complain(
                "effectiveness", N_("Write a number from {low} to {high}."), low=1, high=one.steps
            )
    read = one.model_copy(
        update={
            "prompt": form.text("prompt", one.prompt),
            "options": shown,
            "mode": form.one_of("mode", ("most_least", "best", "rank", "rate"), one.mode),
            "steps": form.integer("steps", one.steps, low=2, high=7),
        }
    )
    points = form.integer("points", known.points, **ALL_POINTS)
    return read, r.JudgementRule(effectiveness=worth, points=points)


def _read_c_test(form: FormReader, one: i.CTestInteraction, rule: Rule, _images: Sequence[str]) -> Both:
    known = rule if isinstance(rule, r.CTestRule) else r.CTestRule()
    passage, accept, gaps = dict(one.passage), dict(known.accept), one.gaps
    if form.has("passage"):
        damaged, endings = damage(form.raw("passage"))
        further = form.pairs("also")
        names = tuple(f"g{number}" for number in range(1, len(endings) + 1))
        passage[form.language], gaps = damaged, names or gaps
        accept[form.language] = {
            name: (ending, *(_listed(further[ending]) if ending in further else ()))
            for name, ending in zip(names, endings, strict=True)
        }
        if not damaged:
            passage.pop(form.language)
            accept.pop(form.language)
    read = one.model_copy(update={"prompt": form.text("prompt", one.prompt), "passage": passage, "gaps": gaps})
    ignore = frozenset(form.some_of("ignore", IGNORABLE))
    return read, r.CTestRule(accept=accept, ignore=ignore)


def _listed(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(",") if word.strip())


def next_id(letter: str, taken: Sequence[object]) -> str:
    """Return the next free id of that letter: `a`, `b`, ... for options (letter empty), else `g1`, `g2`, ..."""
    used = {getattr(one, "id", "") for one in taken}
    candidates = [chr(code) for code in range(ord("a"), ord("z") + 1)] if not letter else []
    candidates += [f"{letter or 'o'}{number}" for number in range(1, len(used) + 30)]
    return next(one for one in candidates if one not in used)


SIDE = 100
_RECT = i.Area(shape="rect", coords=(0, 0, SIDE, SIDE))

KINDS: dict[str, Kind] = {
    "choice": Kind(
        lambda id_: (i.ChoiceInteraction(id=id_, options=options("a", "b", "c")), r.MatchRule()),
        _read_choice,
        ("options",),
        inline=True,
    ),
    "text_entry": Kind(
        lambda id_: (
            i.TextEntryInteraction(id=id_),
            r.TextRule(ignore=frozenset({"case", "diacritics", "punctuation"})),
        ),
        _read_text_entry,
        inline=True,
    ),
    "numeric": Kind(
        lambda id_: (i.NumericInteraction(id=id_), r.NumberRule()),
        _read_numeric,
        inline=True,
    ),
    "order": Kind(
        lambda id_: (i.OrderInteraction(id=id_, options=options("a", "b", "c")), r.OrderRule(key=("a", "b", "c"))),
        _read_order,
        ("options",),
    ),
    "match": Kind(
        lambda id_: (
            i.MatchInteraction(id=id_, rows=options("r1", "r2"), options=options("a", "b", "c")),
            r.PairsRule(),
        ),
        _read_match,
        ("rows", "options"),
    ),
    "associate": Kind(
        lambda id_: (i.AssociateInteraction(id=id_, options=options("a", "b", "c", "d")), r.PairsRule(unordered=True)),
        _read_associate,
        ("options",),
    ),
    "gap_match": Kind(
        lambda id_: (i.GapMatchInteraction(id=id_), r.PairsRule()),
        _read_gap_match,
        ("options", "gaps"),
    ),
    "hottext": Kind(
        lambda id_: (i.HottextInteraction(id=id_), r.PerOptionRule()),
        _read_hottext,
        ("options",),
    ),
    "hotspot": Kind(
        lambda id_: (i.HotspotInteraction(id=id_), r.MatchRule()),
        _read_hotspot,
        ("areas",),
    ),
    "select_point": Kind(
        lambda id_: (i.SelectPointInteraction(id=id_), r.AreaRule()),
        _read_select_point,
        ("areas",),
    ),
    "slider": Kind(
        lambda id_: (i.SliderInteraction(id=id_), r.UnscoredRule()),
        _read_slider,
    ),
    "judgement": Kind(
        lambda id_: (i.JudgementInteraction(id=id_, options=options("a", "b", "c", "d")), r.JudgementRule()),
        _read_judgement,
        ("options",),
    ),
    "c_test": Kind(
        lambda id_: (i.CTestInteraction(id=id_), r.CTestRule()),
        _read_c_test,
    ),
    "extended_text": Kind(
        lambda id_: (i.ExtendedTextInteraction(id=id_), r.RatedRule(criteria=(r.Criterion(id="c1"),))),
        _read_extended_text,
        ("criteria",),
    ),
    "spoken": Kind(
        lambda id_: (i.SpokenInteraction(id=id_), r.RatedRule(criteria=(r.Criterion(id="c1"),))),
        _read_spoken,
        ("criteria",),
    ),
    "upload": Kind(
        lambda id_: (i.UploadInteraction(id=id_), r.RatedRule(criteria=(r.Criterion(id="c1"),))),
        _read_upload,
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
