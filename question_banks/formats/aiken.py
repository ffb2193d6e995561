"""Aiken, the plain text format for questions with one right option, to items. Pure.

A question is a line of text, then options `A. ...` or `A) ...`, then `ANSWER: A`. Beyond Moodle, the text may have several lines, and
`ANSWER: A, C` names several right options.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from question_banks.content import ItemContent
from question_banks.formats.markdown_text import escaped
from question_banks.formats.pasted import (
    NO_TEXT,
    Notes,
    PastedQuestion,
    UnreadableQuestionError,
    check_count,
    choice,
    make_item,
    read_one,
)
from storage.wording import N_

OPTION = re.compile(r"\s*([A-Z])[.)](.*)", re.DOTALL)
ANSWER = re.compile(r"\s*ANSWER\s*:(.*)", re.DOTALL | re.IGNORECASE)


@dataclass(slots=True)
class _Draft:
    line: int
    lines: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    options: list[tuple[str, str, int]] = field(default_factory=list)
    answer: tuple[str, int] | None = None

    @property
    def source(self) -> str:
        return "\n".join(self.lines).rstrip()


def read_aiken(text: str, *, language: str) -> Iterator[PastedQuestion]:
    """Yield every question of an Aiken text as an item in that language, or with the reason why not. Never raises."""
    for draft in _drafts(text.split("\n")):
        yield _read(draft, language)


def _drafts(lines: Sequence[str]) -> Iterator[_Draft]:
    draft: _Draft | None = None
    for number, line in enumerate(lines, 1):
        option, answer = OPTION.match(line), ANSWER.match(line)
        # What has its answer is over; so is what has options when other words follow.
        begins = bool(line.strip()) and (
            draft is None or draft.answer is not None or (bool(draft.options) and not option and not answer)
        )
        if begins:
            if draft:
                yield draft
            draft = _Draft(number)
        if draft is None:
            continue
        draft.lines.append(line)
        if answer:
            draft.answer = (answer[1].strip(), number)
        elif option:
            draft.options.append((option[1], option[2].strip(), number))
        else:
            draft.text.append(line.strip())
    if draft:
        yield draft


def _read(draft: _Draft, language: str) -> PastedQuestion:
    def build(notes: Notes) -> tuple[ItemContent, str]:
        if not any(draft.text):
            raise UnreadableQuestionError(NO_TEXT)
        check_count(draft.options)
        for letter, text, line in draft.options:
            if not text:
                raise UnreadableQuestionError(N_("Option {letter} has no text."), line=line, letter=letter)
        interaction, rule = choice(language, [text for _, text, _ in draft.options], _right(draft, notes), notes)
        return make_item(language, escaped("\n".join(draft.text)), [(interaction, rule)]), ""

    return read_one(draft.source, draft.line, build)


def _right(draft: _Draft, notes: Notes) -> list[int]:
    letters = [letter for letter, _, _ in draft.options]
    twice = next((place for place, letter in enumerate(letters) if letter in letters[:place]), None)
    if twice is not None:
        message = N_("Two options have the letter {letter}.")
        raise UnreadableQuestionError(message, line=draft.options[twice][2], letter=letters[twice])
    if draft.answer is None:
        notes.add(N_("There is no line “ANSWER: A” with the letter of the right option."))
        return []
    written, line = draft.answer
    named = re.findall(r"[A-Z]", written.upper()) if re.fullmatch(r"[A-Za-z](?:[\s,;]+[A-Za-z])*[.)]?", written) else []
    unknown = [letter for letter in named if letter not in letters]
    if unknown or not named:
        notes.add(N_("The answer “{answer}” is the letter of no option."), line=line, answer=written[:40])
        return []
    return sorted({letters.index(letter) for letter in named})
