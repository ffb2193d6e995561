"""Words of the staff pages for items: status and stage, types, elements, findings, languages; in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from question_banks.content import ItemContent, StimulusContent
from question_banks.findings import Finding
from question_banks.interactions import Interaction
from storage.wording import N_
from web import i18n


@dataclass(frozen=True, slots=True)
class Word:
    """What a tag says, and its colour as the macro `tag` takes it; the words say all, the colour only repeats it."""

    text: str
    colour: str = ""


@dataclass(frozen=True, slots=True)
class FindingWords:
    """A finding as a page shows it."""

    code: str
    severity: str
    tag: Word
    where: str
    """The element in words; empty when no content was given."""
    element: str
    language: str
    """The code of the language it is about; empty: all."""
    language_name: str
    message: str
    advice: str


STATUSES = {
    "draft": (N_("Draft"), "yellow"),
    "review": (N_("In review"), "purple"),
    "approved": (N_("Approved"), "teal"),
    "pilot": (N_("Pilot"), "purple"),
    "live": (N_("Live"), "green"),
    "retired": (N_("Retired"), ""),
    "archived": (N_("Put away"), ""),
}
"""Every status and stage that a tag can show, in the order of an item's life. A published working copy needs no word."""

CHANGES = {
    "draft": (N_("Change in draft"), "yellow"),
    "review": (N_("Change in review"), "purple"),
    "approved": (N_("Change approved"), "teal"),
}
"""How far the change of an item has come that is published already."""

TYPES = {
    "choice": (N_("choice"), N_("One right answer, or several")),
    "text_entry": (N_("words to type"), N_("A word or a few, compared with what you accept")),
    "numeric": (N_("number"), N_("A number, with a tolerance and a unit")),
    "extended_text": (N_("long text"), N_("Some sentences; a person rates them")),
    "upload": (N_("file"), N_("A document or a picture; a person rates it")),
    "spoken": (N_("spoken answer"), N_("A recording; a person rates it")),
    "order": (N_("order"), N_("Things to put in the right order")),
    "match": (N_("match"), N_("An option for each row, or a table")),
    "associate": (N_("pairs"), N_("Options that belong together")),
    "gap_match": (N_("words into gaps"), N_("Words to put into a text or a picture")),
    "hotspot": (N_("areas of a picture"), N_("Areas of a picture to choose")),
    "select_point": (N_("points on a picture"), N_("Places to show on a picture")),
    "hottext": (N_("words of a text"), N_("Words of a text to choose")),
    "slider": (N_("scale"), N_("A number on a scale")),
    "judgement": (N_("best and worst"), N_("What to do in a situation, judged by experts")),
    "c_test": (N_("C-test"), N_("A text whose words have lost their second half")),
}
"""The types of interactions: a name, and what it asks of a candidate."""

SEVERITIES = {
    "blocking": (N_("Must be mended"), "red"),
    "warning": (N_("Probably a mistake"), "yellow"),
    "hint": (N_("Worth a look"), ""),
}

FINDINGS = {
    "language_incomplete": N_("A language is incomplete"),
    "anchors_differ": N_("Places differ between languages"),
    "can_do_missing": N_("“Can do” not in every language"),
    "brackets_left": N_("Square brackets left"),
    "gap_no_word": N_("Gap without right word"),
    "no_key": N_("No right answer"),
    "no_level": N_("No level"),
    "no_pairs": N_("No right pairs"),
    "no_rule": N_("No way of marking"),
    "row_no_pair": N_("Row without right answer"),
    "words_displaced": N_("Words without their place"),
    "absolute_word": N_("Absolute word in a wrong option"),
    "all_or_none": N_("“All” or “none of the above”"),
    "double_negative": N_("Double negation"),
    "duplicate_options": N_("Two options say the same"),
    "grammar_clue": N_("Grammar gives the answer away"),
    "hard_words": N_("Hard words"),
    "key_position_unbalanced": N_("Right option in the same place"),
    "level_off_difficulty": N_("Level and difficulty do not fit"),
    "long_sentence": N_("Long sentence"),
    "longest_is_key": N_("Right option is the longest"),
    "missing_alt": N_("Picture without words"),
    "missing_transcript": N_("Recording without transcript"),
    "mixed_address": N_("Two ways to address"),
    "names_differ": N_("Names differ between languages"),
    "names_gender": N_("Women and men named unequally"),
    "names_origin": N_("Names of one origin"),
    "near_duplicate": N_("Nearly the same as another"),
    "negative_wording": N_("Negative wording"),
    "numbers_differ": N_("Numbers differ between languages"),
    "option_letters": N_("Options named by letter"),
    "overlapping_options": N_("Overlapping options"),
    "punctuation": N_("Punctuation"),
    "recording_not_translated": N_("One recording for all languages"),
    "too_hard_to_read": N_("Too hard to read"),
    "too_little_time": N_("Too little time"),
    "too_much_time": N_("Too much time"),
    "unknown_competence": N_("Unknown competence"),
    "unknown_level": N_("Unknown level"),
    "unknown_tag": N_("Unknown tag"),
    "words_in_picture": N_("Words in a picture"),
}
"""What a list can be filtered by: a short name for a kind of finding. Others are shown by their code."""

_ELEMENTS = {
    "": N_("The question as a whole"),
    "body": N_("Text"),
    "title": N_("Title"),
    "rationale": N_("Explanation"),
    "can_do": N_("“Can do” sentence"),
    "competence": N_("Competence"),
    "level": N_("Level"),
    "languages": N_("Languages"),
    "tags": N_("Tags"),
    "estimate": N_("Expected difficulty"),
    "seconds": N_("Time"),
    "media": N_("Pictures and recordings"),
    "interactions": N_("Questions"),
}
_PARTS = {
    "marking": N_("marking"),
    "prompt": N_("what is asked"),
    "passage": N_("passage"),
    "options": N_("options"),
    "rows": N_("rows"),
    "gaps": N_("gaps"),
    "areas": N_("areas"),
    "criteria": N_("criteria"),
    "accept": N_("accepted answers"),
    "key": N_("right answer"),
    "effectiveness": N_("experts’ ratings"),
    "image": N_("picture"),
    "unit": N_("unit"),
    "units": N_("units"),
    "tolerance": N_("tolerance"),
    "points": N_("points"),
    "low_label": N_("words at the low end"),
    "high_label": N_("words at the high end"),
    "alt": N_("words for who cannot see it"),
    "transcript": N_("transcript"),
    "files": N_("file"),
}
_SINGLE = {
    "options": N_("option {name}"),
    "rows": N_("row {name}"),
    "gaps": N_("gap {name}"),
    "areas": N_("area {name}"),
    "criteria": N_("criterion {name}"),
}
_MEDIA = {"image": N_("Picture {number}"), "audio": N_("Recording {number}"), "video": N_("Video {number}")}


def status_words(status: str) -> Word:
    """Return the word for a status or a stage; what is none is shown as it is."""
    text, colour = STATUSES.get(status, ("", ""))
    return Word(i18n.gettext(text) or status, colour)


def state_words(status: str, stage: str, *, archived: bool = False) -> tuple[Word, ...]:
    """Return the tags of an item: its status or, before it was ever published, its stage; then that of a change."""
    away = (status_words("archived"),) if archived else ()
    if status == "draft":
        return (*away, status_words(stage if stage in STATUSES else status))
    text, colour = CHANGES.get(stage, ("", ""))
    return (*away, status_words(status), *([Word(i18n.gettext(text), colour)] if text else []))


def type_words(type_: str) -> str:
    """Return the name of a type of interaction."""
    return i18n.gettext(TYPES[type_][0]) if type_ in TYPES else type_


def type_description(type_: str) -> str:
    """Return in plain words what a type of interaction asks of a candidate."""
    return i18n.gettext(TYPES[type_][1]) if type_ in TYPES else ""


def types_words(types: Iterable[str]) -> str:
    """Return the names of the types of an item, each once; of one without interaction, that it only shows something."""
    return ", ".join(dict.fromkeys(map(type_words, types))) or i18n.gettext(N_("text only"))


def element_words(path: str, content: ItemContent | StimulusContent) -> str:
    """Return where an element stands, in words: `r1.options.b` is "Question 1, option b"."""
    if path in _ELEMENTS:
        return i18n.gettext(_ELEMENTS[path])
    first, _, rest = path.partition(".")
    interactions = content.interactions if isinstance(content, ItemContent) else ()
    number = _place(first, interactions)
    if number:
        head = i18n.gettext(N_("Question {number}"), number=number)
        return _joined(head, _part_words(rest, interactions[number - 1], content)) if rest else head
    medium = content.medium(first)
    if medium is not None:
        alike = [one for one in content.media if one.kind == medium.kind]
        head = i18n.gettext(_MEDIA[medium.kind], number=_place(first, alike))
        part = _PARTS.get(rest.partition(".")[0])
        return _joined(head, i18n.gettext(part)) if part else head
    return i18n.gettext(_ELEMENTS[first]) if first in _ELEMENTS else path


def finding_words(finding: Finding, content: ItemContent | StimulusContent | None = None) -> FindingWords:
    """Return a finding in the reader's language; with the content, where it is, too."""
    values = {name: _value_words(name, value) for name, value in finding.values.items()}
    text, colour = SEVERITIES[finding.severity]
    return FindingWords(
        code=finding.code,
        severity=finding.severity,
        tag=Word(i18n.gettext(text), colour),
        where=element_words(finding.element, content) if content is not None else "",
        element=finding.element,
        language=finding.language,
        language_name=language_name(finding.language) if finding.language else "",
        message=i18n.gettext(finding.message, **values),
        advice=i18n.gettext(finding.advice, **values),
    )


def finding_code_words(code: str) -> str:
    """Return the short name of a kind of finding, as filters and overviews name it."""
    return i18n.gettext(FINDINGS[code]) if code in FINDINGS else code.replace("_", " ").capitalize()


def language_name(code: str, *, inside: bool = False) -> str:
    """Return the name of a language in the reader's language, with a capital; `inside` a sentence, as it is written there."""
    name = language_names(i18n.current.get()).get(code, code)
    return name if inside else name[:1].upper() + name[1:]


@cache
def language_names(reader: str) -> dict[str, str]:
    """Return every language that an item can be written in, by code, with its name in the reader's language, as in a sentence."""
    names = i18n.locale(reader).languages
    return {code: name for code, name in names.items() if _is_plain(code) and _is_written(code)}


def _is_plain(code: str) -> bool:
    return len(code) in (2, 3) and code.isalpha() and code not in ("mul", "und", "zxx", "mis", "any")


def _is_written(code: str) -> bool:
    # Babel names some 600 languages; what it can also write dates and numbers in is what anyone has written in.
    return code in _known_locales()


@cache
def _known_locales() -> frozenset[str]:
    from babel.localedata import locale_identifiers  # noqa: PLC0415 (reads a directory: only once it is asked for)

    return frozenset(locale_identifiers())


def _value_words(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if name.endswith("language"):
        return language_name(value, inside=True)
    known = {**_ELEMENTS, **_PARTS}
    return i18n.gettext(known[value]) if name == "field" and value in known else value


def _part_words(rest: str, interaction: Interaction, content: ItemContent | StimulusContent) -> str:
    group, _, name = rest.partition(".")
    name = name.partition(".")[0]
    if group not in _SINGLE or not name:
        return i18n.gettext(_PARTS.get(group, _PARTS["marking"]))
    if group == "options" and len(name) == 1:
        return i18n.gettext(_SINGLE[group], name=name)
    rule = content.rules.get(interaction.id) if isinstance(content, ItemContent) else None
    members = getattr(rule if group == "criteria" else interaction, group, ())
    return i18n.gettext(_SINGLE[group], name=_place(name, members) or name)


def _place(name: str, members: Iterable[Any]) -> int:
    """Return where something of that id stands, counted from 1; 0 when it does not. Gaps of a C-test are ids themselves."""
    return next((place for place, one in enumerate(members, start=1) if getattr(one, "id", one) == name), 0)


def _joined(head: str, part: str) -> str:
    return f"{head}, {part}"
