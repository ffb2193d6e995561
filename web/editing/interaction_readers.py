"""Read back the fields of each interaction: what a candidate does, and what is right."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

from question_banks import interactions as i
from question_banks import rules as r
from question_banks.elements import damage
from question_banks.errors import InvalidResponseError
from question_banks.quantities import parse_number
from storage.wording import N_
from web.editing.brackets import ROWS_LIMIT, is_too_much, with_bracketed_gaps, with_bracketed_words
from web.editing.reader import FormReader

Interaction = i.Interaction
Rule = r.Rule
Both = tuple[Interaction, Rule]
T = TypeVar("T")
PARTIAL = ("hits", "decisions", "kprime")
IGNORABLE = ("case", "diacritics", "punctuation")
ACCEPTED_FILES = ("image", "document", "audio")
ALL_POINTS = {"low": 1, "high": 40}
UNIT_LENGTH = 20


def read_choice(form: FormReader, one: i.ChoiceInteraction, rule: Rule, images: Sequence[str]) -> Both:
    """Return a choice, and how it is marked, as the form says."""
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


def read_text_entry(form: FormReader, one: i.TextEntryInteraction, rule: Rule, _images: Sequence[str]) -> Both:
    """Return words to type, and how it is marked, as the form says."""
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


def read_numeric(form: FormReader, one: i.NumericInteraction, rule: Rule, _images: Sequence[str]) -> Both:
    """Return a number, and how it is marked, as the form says."""
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


def read_extended_text(form: FormReader, one: i.ExtendedTextInteraction, rule: Rule, _images: Sequence[str]) -> Both:
    """Return a text to write, and how it is marked, as the form says."""
    read = one.model_copy(
        update={
            "prompt": form.text("prompt", one.prompt),
            "minimum_words": form.optional_integer("minimum_words", one.minimum_words, low=1, high=2000),
            "maximum_words": form.optional_integer("maximum_words", one.maximum_words, low=1, high=2000),
            "rows": form.integer("rows", one.rows, low=2, high=30),
        }
    )
    return read, _rated(form, rule)


def read_upload(form: FormReader, one: i.UploadInteraction, rule: Rule, _images: Sequence[str]) -> Both:
    """Return a file to bring, and how it is marked, as the form says."""
    accept = form.some_of("accept", ACCEPTED_FILES) or one.accept
    read = one.model_copy(update={"prompt": form.text("prompt", one.prompt), "accept": accept})
    return read, _rated(form, rule)


def read_spoken(form: FormReader, one: i.SpokenInteraction, rule: Rule, _images: Sequence[str]) -> Both:
    """Return a spoken answer, and how it is marked, as the form says."""
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


def read_order(form: FormReader, one: i.OrderInteraction, rule: Rule, images: Sequence[str]) -> Both:
    """Return an order; the way it is written is the key, and how it is marked, as the form says."""
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


def read_match(form: FormReader, one: i.MatchInteraction, rule: Rule, images: Sequence[str]) -> Both:
    """Return a match or grid, and how it is marked, as the form says."""
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


def read_associate(form: FormReader, one: i.AssociateInteraction, rule: Rule, images: Sequence[str]) -> Both:
    """Return pairs, and how it is marked, as the form says."""
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


def read_gap_match(form: FormReader, one: i.GapMatchInteraction, rule: Rule, images: Sequence[str]) -> Both:
    """Return words into gaps, and how it is marked, as the form says."""
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
    written, key_written = with_bracketed_gaps(read, key, form.language)
    if is_too_much(form, len(written.gaps), len(written.options)):
        return read.model_copy(update={"passage": one.passage}), _pairs_rule(form, rule, key)
    return written, _pairs_rule(form, rule, key_written)


def read_hotspot(form: FormReader, one: i.HotspotInteraction, rule: Rule, images: Sequence[str]) -> Both:
    """Return areas of a picture, and how it is marked, as the form says."""
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


def read_select_point(form: FormReader, one: i.SelectPointInteraction, rule: Rule, images: Sequence[str]) -> Both:
    """Return points on a picture, and how it is marked, as the form says."""
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


def read_hottext(form: FormReader, one: i.HottextInteraction, rule: Rule, images: Sequence[str]) -> Both:
    """Return words of a text, and how it is marked, as the form says."""
    multiple = form.flag("multiple")
    kept = form.options("options", one.options, images)
    passage, shown = with_bracketed_words(form.text("passage", one.passage), kept, form.language)
    if is_too_much(form, len(shown)):
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


def read_slider(form: FormReader, one: i.SliderInteraction, rule: Rule, _images: Sequence[str]) -> Both:
    """Return a scale, and how it is marked, as the form says."""
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


def read_judgement(form: FormReader, one: i.JudgementInteraction, rule: Rule, images: Sequence[str]) -> Both:
    """Return a situation, and how it is marked, as the form says."""
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


def read_c_test(form: FormReader, one: i.CTestInteraction, rule: Rule, _images: Sequence[str]) -> Both:
    """Return a C-test, written with its endings in brackets, and how it is marked, as the form says."""
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
