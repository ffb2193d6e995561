"""The form of an item as a whole: read it, and add, move or take away what it is made of."""

from collections.abc import Sequence
from typing import Any

from question_banks.content import AuthorEstimate, ItemContent, Media
from question_banks.interactions import Gap, GapMatchInteraction, HottextInteraction, Interaction
from question_banks.rules import (
    AreaRule,
    JudgementRule,
    MapRule,
    MatchRule,
    OrderRule,
    PairsRule,
    PerOptionRule,
    RatedRule,
    Rule,
)
from question_banks.texts import ANCHOR, Texts
from web.editing.brackets import ROWS_LIMIT, next_id
from web.editing.kinds import KINDS, blank_row
from web.editing.reader import FormReader
from web.forms import Fields
from web.i18n import LANGUAGES

INTERACTIONS_LIMIT = 12
ID_LENGTH = 20
SECONDS = {"low": 5, "high": 1800}
RULE_LISTS = (RatedRule, AreaRule)


def new_content(kind: str, languages: Sequence[str], *, competence: str, level: str) -> ItemContent:
    """Return a new item with one empty interaction of that kind."""
    interaction, rule = KINDS[kind].blank("r1")
    return ItemContent(
        languages=tuple(languages),
        interactions=(interaction,),
        rules={"r1": rule},
        competence=competence,
        level=level,
    )


def read_item(
    content: ItemContent, fields: Fields, language: str, *, levels: Sequence[str], competences: Sequence[str]
) -> tuple[ItemContent, dict[str, str]]:
    """Return the content as the form says, in the language of the form, and the problems by field.

    What cannot be read stays as it was; other languages stay as they are. What the form does not hold is not touched.
    """
    problems: dict[str, str] = {}
    form = FormReader(fields, language, problems)
    images = [one.id for one in content.media if one.kind == "image"]
    interactions: list[Interaction] = []
    rules: dict[str, Rule] = {}
    for one, within in form.records("i", content.interactions):
        interaction: Any = one
        read, rule = KINDS[interaction.type].read(within, interaction, content.rules.get(interaction.id), images)
        interactions.append(_without_lost_places(read))
        rules[read.id] = rule
    estimate = AuthorEstimate(
        b=form.real("difficulty", content.estimate.b, low=-6, high=6),
        a=form.real("discrimination", content.estimate.a, low=0.1, high=4),
    )
    read_content = content.model_copy(
        update={
            "body": form.text("body", content.body),
            "media": tuple(_read_media(form.below("m", one.id), one) for one in content.media),
            "interactions": tuple(interactions),
            "rules": rules,
            "competence": form.one_of("competence", competences, content.competence),
            "level": form.one_of("level", levels, content.level),
            "estimate": estimate,
            "seconds": form.integer("seconds", content.seconds, **SECONDS),
            "rationale": form.text("rationale", content.rationale),
            "can_do": _can_do(fields, form, content.can_do, problems),
        }
    )
    return read_content, problems


def _can_do(fields: Fields, form: FormReader, old: Texts, problems: dict[str, str]) -> Texts:
    """Return the sentence in the language of the form, and in those of passports that the bank does not have."""
    texts = form.text("can_do", old)
    for language in LANGUAGES:
        texts = FormReader(fields, language, problems).text(f"can_do.{language}", texts)
    return texts


def apply_act(content: ItemContent, act: str, kind: str) -> tuple[ItemContent, str]:
    """Return the content after one act on its parts, and the id of the element to look at then; an unknown act does nothing.

    Acts: `new` (an interaction of that kind), `remove:r1`, `up:r1`, `down:r1`, `add:r1:options`, `remove:r1:options:a`, `up:…`, `down:…`,
    `remove-media:m1`.
    """
    verb, *names = act.split(":")
    if verb == "new" and kind in KINDS and len(content.interactions) < INTERACTIONS_LIMIT:
        interaction, rule = KINDS[kind].blank(next_id("r", content.interactions))
        rules = {**content.rules, interaction.id: rule}
        changed = content.model_copy(update={"interactions": (*content.interactions, interaction), "rules": rules})
        return changed, f"i-{interaction.id}"
    if verb == "remove-media" and len(names) == 1:
        return _without_media(content, names[0]), "media"
    if len(names) == 1:
        return _move_interaction(content, verb, names[0])
    if len(names) >= 2:  # noqa: PLR2004 (an interaction and the name of a list)
        return _edit_list(content, verb, names)
    return content, ""


def _move_interaction(content: ItemContent, verb: str, interaction_id: str) -> tuple[ItemContent, str]:
    moved = _moved(content.interactions, verb, interaction_id)
    if verb == "remove":
        rules = {key: rule for key, rule in content.rules.items() if key != interaction_id}
        body = {language: _without_anchor(text, interaction_id) for language, text in content.body.items()}
        return content.model_copy(update={"interactions": moved, "rules": rules, "body": body}), "interactions"
    return content.model_copy(update={"interactions": moved}), f"i-{interaction_id}"


def _edit_list(content: ItemContent, verb: str, names: list[str]) -> tuple[ItemContent, str]:
    interaction_id, list_name, *rest = names
    interaction = content.interaction(interaction_id)
    rule = content.rules.get(interaction_id)
    if interaction is None or rule is None or list_name not in KINDS[interaction.type].lists:
        return content, ""
    in_rule = list_name == "criteria" or (list_name == "areas" and isinstance(rule, AreaRule))
    holder: Any = rule if in_rule else interaction
    records = getattr(holder, list_name)
    anchor = f"i-{interaction_id}-{list_name}"
    if verb == "add" and len(records) < ROWS_LIMIT:
        row = blank_row(interaction, rule, list_name)
        records = (*records, row)
        anchor += f"-{getattr(row, 'id', len(records) - 1)}"
    elif verb in ("remove", "up", "down") and rest:
        records = _moved(records, verb, rest[0])
    holder = holder.model_copy(update={list_name: records})
    if in_rule:
        rule = holder
    else:
        interaction = _without_lost_places(holder)
        rule = _pruned(rule, rest[0]) if verb == "remove" and rest else rule
        if isinstance(rule, OrderRule):
            rule = rule.model_copy(update={"key": tuple(one.id for one in records)})
    interactions = tuple(interaction if one.id == interaction_id else one for one in content.interactions)
    rules = {**content.rules, interaction_id: rule}
    return content.model_copy(update={"interactions": interactions, "rules": rules}), anchor


def _moved(records: Sequence[Any], verb: str, which: str) -> tuple[Any, ...]:
    kept = list(records)
    at = next((n for n, one in enumerate(kept) if getattr(one, "id", str(n)) == which), None)
    if at is None:
        return tuple(kept)
    if verb == "remove":
        del kept[at]
    elif verb == "up" and at > 0:
        kept[at - 1], kept[at] = kept[at], kept[at - 1]
    elif verb == "down" and at < len(kept) - 1:
        kept[at + 1], kept[at] = kept[at], kept[at + 1]
    return tuple(kept)


def _pruned(rule: Rule, gone: str) -> Rule:
    """Return a rule that no longer speaks of an option, row, gap or area that is gone."""
    if isinstance(rule, MatchRule | PerOptionRule):
        return rule.model_copy(update={"key": rule.key - {gone}})
    if isinstance(rule, PairsRule):
        return rule.model_copy(update={"key": frozenset(pair for pair in rule.key if gone not in pair)})
    if isinstance(rule, MapRule):
        return rule.model_copy(update={"values": {key: worth for key, worth in rule.values.items() if key != gone}})
    if isinstance(rule, JudgementRule):
        kept = {key: worth for key, worth in rule.effectiveness.items() if key != gone}
        return rule.model_copy(update={"effectiveness": kept})
    return rule


def _without_lost_places(interaction: Interaction) -> Interaction:
    """Take away what no passage has a place for any more, and places for what is gone."""
    if isinstance(interaction, GapMatchInteraction) and not interaction.image and interaction.passage:
        anchored = _anchors(interaction.passage)
        gaps = tuple(gap for gap in interaction.gaps if gap.id in anchored)
        # An anchor that someone typed by hand makes a gap, too, unless it could be none.
        typed = [one for one in sorted(anchored - {gap.id for gap in gaps}) if len(one) <= ID_LENGTH]
        gaps += tuple(Gap(id=one) for one in typed[: max(0, ROWS_LIMIT - len(gaps))])
        return interaction.model_copy(update={"gaps": gaps})
    if isinstance(interaction, HottextInteraction) and interaction.passage:
        anchored = _anchors(interaction.passage)
        return interaction.model_copy(
            update={"options": tuple(option for option in interaction.options if option.id in anchored)}
        )
    return interaction


def _anchors(texts: Texts) -> set[str]:
    return {name for text in texts.values() for name in ANCHOR.findall(text)}


def _without_anchor(text: str, name: str) -> str:
    return ANCHOR.sub(lambda match: "" if match[1] == name else match[0], text)


def _read_media(form: FormReader, one: Media) -> Media:
    if not form.has("present"):
        return one
    limit = form.optional_integer("play_limit", one.play_limit, low=1, high=10)
    return one.model_copy(
        update={
            "alt": form.text("alt", one.alt),
            "transcript": form.text("transcript", one.transcript),
            "shows_transcript": form.flag("shows_transcript"),
            "decorative": form.flag("decorative"),
            "play_limit": limit,
        }
    )


def _without_media(content: ItemContent, gone: str) -> ItemContent:
    body = {language: _without_anchor(text, gone) for language, text in content.body.items()}
    interactions = []
    for one in content.interactions:
        changes: dict[str, Any] = {}
        if getattr(one, "image", "") == gone:
            changes["image"] = ""
        for name in ("options", "rows"):
            records = getattr(one, name, ())
            if isinstance(records, tuple) and any(getattr(record, "image", "") == gone for record in records):
                changes[name] = tuple(
                    record.model_copy(update={"image": ""}) if record.image == gone else record for record in records
                )
        interactions.append(one.model_copy(update=changes) if changes else one)
    media = tuple(one for one in content.media if one.id != gone)
    return content.model_copy(update={"media": media, "body": body, "interactions": tuple(interactions)})
