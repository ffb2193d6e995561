"""Questions as people write them in a list, in Markdown or in a letter, to items. Pure; the rules stand in docs/paste-questions.md.

A question begins at a number (`1.`), at a heading (`## ...`), or at words after a blank line when the question before it has its answers.
Options are `- [x]` and `- [ ]`, `- ...`, or `a) ...`; right are those ticked, starred, or named by `Answer: b`. `= ...` is a short
answer or a number, a line of `____` is room for a long text, and `> ...` explains the answer to colleagues.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from question_banks.content import ItemContent
from question_banks.formats.html_text import LINK_LOST, PICTURE_LOST
from question_banks.formats.markdown_text import GAP, is_plain, plain, without_links
from question_banks.formats.pasted import (
    ANSWER_LIMIT,
    NO_TEXT,
    Notes,
    PastedQuestion,
    UnreadableQuestionError,
    check_count,
    choice,
    long_text,
    make_item,
    read_one,
)
from question_banks.interactions import Interaction, NumericInteraction, TextEntryInteraction
from question_banks.rules import NumberRule, Rule, TextRule
from storage.wording import N_

TICKED = re.compile(r"\s*(?:[-*+•]\s+)?\[([ xX✓✔]?)\]\s+(\S.*)", re.DOTALL)
ANSWER = re.compile(
    r"\s*\*{0,2}(?:(?:correct |right )?answers?|(?:bonnes? )?r[ée]ponses?(?: correctes?)?|(?:juiste? |correcte? )?antwoord(?:en)?)"
    r"\s?:\*{0,2}(.*)",
    re.DOTALL | re.IGNORECASE,
)
_STARTS = re.compile(r"(?:\d{1,3}[.)]|(#{1,6}))\s+(?=\S)")
_LETTER = re.compile(r"\s*(?:[-+•]\s+)?(\*?)\s?\(?([A-Za-z])[.)]\s+(\S.*)", re.DOTALL)
_BULLET = re.compile(r"\s*[-*+•]\s+(\S.*)", re.DOTALL)
_SHORT = re.compile(r"\s*=\s*(\S.*)", re.DOTALL)
_ROOM = re.compile(r"\s*_{3,}\s*")
_BLANK = re.compile(r"_{3,}")
_NUMBER = re.compile(r"([+-]?\d{1,12}(?:[.,]\d{1,6})?)(?:\s*(?:±|\+/-|\+-)\s*(\d{1,12}(?:[.,]\d{1,6})?))?")
_LETTERS = re.compile(r"\(?[A-Za-z]\)?(?:(?:\s*[,;&+]\s*|\s+(?:and|et|en)\s+|\s+)\(?[A-Za-z]\)?)*\.?")
_NAMED = re.compile(r"\b[A-Za-z]\b")


@dataclass(slots=True)
class _Option:
    text: str
    line: int
    right: bool = False
    letter: str = ""


@dataclass(slots=True)
class _Draft:
    line: int
    heading: str = ""
    lines: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    options: list[_Option] = field(default_factory=list)
    accepted: list[tuple[str, int]] = field(default_factory=list)
    answer: tuple[str, int] | None = None
    explained: list[str] = field(default_factory=list)
    room: bool = False
    blank: bool = False
    """Whether the line above was blank."""

    @property
    def answered(self) -> bool:
        return bool(self.options or self.accepted or self.answer or self.room)

    @property
    def source(self) -> str:
        return "\n".join(self.lines).rstrip()


def read_markdown_list(text: str, *, language: str) -> Iterator[PastedQuestion]:
    """Yield every question of a list as an item in that language, or with the reason why not. Never raises."""
    for draft in _drafts(text.split("\n")):
        yield _read(draft, language)


def _drafts(lines: Sequence[str]) -> Iterator[_Draft]:
    draft: _Draft | None = None
    fenced = False
    for number, line in enumerate(lines, 1):
        if not line.strip() and draft is None:
            continue
        start = None if fenced else _STARTS.match(line)
        if draft is None or start or (draft.answered and draft.blank and not fenced and _are_words(line)):
            if draft:
                yield draft
            draft = _Draft(number)
        draft.lines.append(line)
        fence = line.lstrip().startswith("```")
        if start and start[1]:
            draft.heading = line[start.end() :].strip(" #")
        elif fenced or fence:
            draft.text.append(line)
            fenced = fenced != fence
        else:
            _sort(draft, line[start.end() :] if start else line, number)
        draft.blank = not line.strip()
    if draft:
        yield draft


def _are_words(line: str) -> bool:
    marks = (TICKED, ANSWER, _LETTER, _BULLET, _SHORT, _ROOM)
    return bool(line.strip()) and not line.startswith((" ", "\t", ">")) and not any(mark.match(line) for mark in marks)


def _sort(draft: _Draft, line: str, number: int) -> None:
    """Put a line where it belongs in its question."""
    if not line.strip():
        draft.text += [] if draft.answered else [""]
    elif line.lstrip().startswith(">"):
        draft.explained.append(line.lstrip()[1:].strip())
    elif _ROOM.fullmatch(line):
        draft.room = True
    elif match := ANSWER.match(line):
        draft.answer = (match[1].strip(), number)
    elif match := _SHORT.match(line):
        draft.accepted.append((match[1].strip(), number))
    elif option := _option(draft, line, number):
        draft.options.append(option)
    elif draft.answer or draft.accepted or draft.room:
        draft.explained.append(line.strip())
    elif draft.options:
        draft.options[-1].text += f" {line.strip()}"
    else:
        draft.text.append(line)


def _option(draft: _Draft, line: str, number: int) -> _Option | None:
    if match := TICKED.match(line):
        return _Option(match[2].strip(), number, right=bool(match[1].strip()))
    if (match := _LETTER.match(line)) and _is_next_letter(draft, match[2]):
        return _Option(match[3], number, right=bool(match[1]), letter=match[2].lower())
    match = _BULLET.match(line)
    return _Option(match[1], number) if match else None


def _is_next_letter(draft: _Draft, letter: str) -> bool:
    # "J. Dupont" in the text is no option: letters begin at a.
    return bool(draft.options) or letter in "aA"


def _starred(option: _Option) -> _Option:
    """Return the option without the star or the bold type that says that it is right."""
    text = option.text.strip()
    bold = text.startswith("**") and text.endswith("**") and text.count("*") == 4 and len(text) > 4  # noqa: PLR2004 (both marks)
    star = text.count("*") == 1 and (text.startswith("*") or text.endswith("*"))
    if not bold and not star:
        return replace(option, text=text)
    return replace(option, text=text.strip("*").strip(), right=True)


def _read(draft: _Draft, language: str) -> PastedQuestion:
    def build(notes: Notes) -> tuple[ItemContent, str]:
        below = _shown("\n".join(draft.text).strip(), notes)
        heading = _shown(draft.heading, notes)
        text = below or heading
        if not text:
            raise UnreadableQuestionError(NO_TEXT)
        interaction, rule = _part(draft, language, notes)
        if isinstance(interaction, TextEntryInteraction | NumericInteraction) and len(_BLANK.findall(text)) == 1:
            text = _BLANK.sub(GAP, text)
        rationale = _shown("\n".join(draft.explained).strip(), notes)
        return make_item(language, text, [(interaction, rule)], rationale=rationale), plain(heading) if below else ""

    return read_one(draft.source, draft.line, build)


def _part(draft: _Draft, language: str, notes: Notes) -> tuple[Interaction, Rule]:
    ways = [bool(draft.options), bool(draft.accepted), draft.room]
    if sum(ways) > 1 or (draft.answer and draft.accepted):
        raise UnreadableQuestionError(
            N_("There are several kinds of answers. Write either options, or “= answer”, or a line of “____”.")
        )
    check_count(draft.options)
    check_count(draft.accepted, limit=ANSWER_LIMIT)
    if draft.options:
        draft.options = [_starred(option) for option in draft.options]
        texts = [_words(option, notes) for option in draft.options]
        return choice(language, texts, _right(draft, texts, notes), notes)
    if draft.room:
        return long_text(notes)
    accepted = draft.accepted or ([draft.answer] if draft.answer and draft.answer[0] else [])
    if not accepted:
        raise UnreadableQuestionError(
            N_("There is no answer. Write options, or “= answer”, or a line of “____” for a long text.")
        )
    return _short(accepted, language, notes)


def _short(accepted: Sequence[tuple[str, int]], language: str, notes: Notes) -> tuple[Interaction, Rule]:
    texts = tuple(dict.fromkeys(plain(_shown(text, notes)) for text, _ in accepted))
    number = _NUMBER.fullmatch(texts[0])
    if number and len(texts) == 1:
        margin = Decimal((number[2] or "0").replace(",", "."))
        return NumericInteraction(id="r1"), NumberRule(key=Decimal(number[1].replace(",", ".")), tolerance=margin)
    texts = tuple(text for text in texts if text)
    if not texts:
        raise UnreadableQuestionError(N_("The answer has no words."), line=accepted[0][1])
    width = min(max(10, *map(len, texts), 2), 60)
    rule = TextRule(accept={language: texts}, ignore=frozenset({"case"}))
    return TextEntryInteraction(id="r1", width=width), rule


def _right(draft: _Draft, texts: Sequence[str], notes: Notes) -> list[int]:
    letters = [option.letter for option in draft.options]
    for place, letter in enumerate(letters):
        if letter and letter in letters[:place]:
            message = N_("Two options have the letter {letter}.")
            raise UnreadableQuestionError(message, line=draft.options[place].line, letter=letter)
    marked = {place for place, option in enumerate(draft.options) if option.right}
    if draft.answer is None:
        return sorted(marked)
    written, line = draft.answer
    named = _named(written, letters, [text.casefold() for text in texts])
    if not named:
        notes.add(N_("The answer “{answer}” names no option."), line=line, answer=written[:40])
    elif marked and marked != named:
        notes.add(N_("The marks at the options and the line with the answer differ: the line counts."), line=line)
    return sorted(named or marked)


def _named(written: str, letters: Sequence[str], texts: Sequence[str]) -> set[int]:
    """Return the places of the options that an answer line names, by letters or by the words of one option."""
    words = " ".join(written.split()).casefold().rstrip(".")
    if words in texts:
        return {texts.index(words)}
    if not _LETTERS.fullmatch(written):
        first = _LETTER.match(written)
        chosen = [first[2].lower()] if first else []
    else:
        chosen = [letter.lower() for letter in _NAMED.findall(re.sub(r"\s(?:and|et|en)\s", " ", written))]
    # Options without letters are counted: the second bullet is b.
    known = [letter or "abcdefghijklmnopqrstuvwxyz"[place : place + 1] for place, letter in enumerate(letters)]
    if not chosen or any(letter not in known for letter in chosen):
        return set()
    return {known.index(letter) for letter in chosen}


def _words(option: _Option, notes: Notes) -> str:
    text = _shown(option.text, notes)
    if not is_plain(text):
        notes.add(N_("The formatting of an answer was dropped, its words stay."), line=option.line)
    return plain(text) or option.text


def _shown(markdown: str, notes: Notes) -> str:
    text, pictures, linked = without_links(markdown)
    for name in pictures:
        notes.add(PICTURE_LOST, name=name[:80])
    if linked:
        notes.add(LINK_LOST)
    return text
