"""Text that a trainer pastes, in any of three ways to write questions, to items in one language. Pure.

GIFT, Aiken and the list are told apart by what only one of them has; docs/paste-questions.md says how to write each.
"""

import re
from itertools import islice
from typing import Literal

from question_banks.formats import aiken, gift, markdown_list
from question_banks.formats.exchange import Problem
from question_banks.formats.pasted import PastedQuestion
from storage.wording import N_

__all__ = ["COUNT_LIMIT", "SIZE_LIMIT", "Layout", "PastedQuestion", "detect_layout", "read_questions"]

Layout = Literal["gift", "aiken", "list"]

SIZE_LIMIT = 200_000
"""The most bytes (UTF-8) of text that are read at once."""
COUNT_LIMIT = 200
"""The most questions that are read at once."""

_READERS = {"gift": gift.read_gift, "aiken": aiken.read_aiken, "list": markdown_list.read_markdown_list}
_NEWLINE = re.compile(r"\r\n|[\r\v\f\x85\u2028\u2029]")
# Controls, overrides of the writing direction, signs without width, halves of signs, and the private use area, which readers use.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff\ue000-\uf8ff]"
)
_BRACES = re.compile(r"(?<!\\)\{[^{}]*(?<!\\)\}")


def read_questions(text: str, *, language: str, layout: Layout | None = None) -> list[PastedQuestion]:
    """Return each question of a pasted text with its original lines: as an item in that language, or with the reason why not.

    Without `layout` the way it is written is detected. Never raises: text that is too large is one refused question, and so is all that
    comes after the 200th.
    """
    pasted = _NEWLINE.sub("\n", text.removeprefix("\ufeff"))
    if len(pasted.encode(errors="replace")) > SIZE_LIMIT:
        message = N_("The text is larger than {limit} KB. Paste it in parts.")
        return [
            PastedQuestion(pasted[:200] + "…", 1, refusal=Problem("", 1, "", message, {"limit": SIZE_LIMIT // 1000}))
        ]
    clean = _INVISIBLE.sub("", pasted)
    found = list(islice(_READERS[layout or detect_layout(clean)](clean, language=language), COUNT_LIMIT + 1))
    questions = (
        [_with_note(one, pasted.split("\n")) for one in found[:COUNT_LIMIT]] if clean != pasted else found[:COUNT_LIMIT]
    )
    if len(found) > COUNT_LIMIT:
        line = found[-1].line
        message = N_("Only the first {limit} questions are read at once. Paste the rest by itself.")
        refusal = Problem("", line, "", message, {"limit": COUNT_LIMIT})
        questions.append(PastedQuestion("\n".join(clean.split("\n")[line - 1 :]).rstrip(), line, refusal=refusal))
    return questions


def detect_layout(text: str) -> Layout:
    """Return how a text is written: by the names of GIFT, the answers of Aiken, the marks of a list, or the braces of GIFT."""
    lines = text.split("\n")
    if any(line.lstrip().startswith(("::", "$CATEGORY:")) for line in lines):
        return "gift"
    has_options = any(re.match(r"\s*A[.)]", line) for line in lines)
    if has_options and any(re.match(r"\s*ANSWER:\s*[A-Z]", line) for line in lines):
        return "aiken"
    if any(markdown_list.TICKED.match(line) or markdown_list.ANSWER.match(line) for line in lines):
        return "list"
    return "gift" if _BRACES.search(text) else "list"


def _with_note(question: PastedQuestion, pasted: list[str]) -> PastedQuestion:
    """Say that signs were removed, where they were in the lines of this question."""
    end = question.line - 1 + question.source.count("\n") + 1
    hidden = next((number for number in range(question.line, end + 1) if _INVISIBLE.search(pasted[number - 1])), None)
    if hidden is None:
        return question
    note = Problem("", hidden, "", N_("Invisible signs were removed."))
    return PastedQuestion(
        question.source, question.line, question.content, (*question.notes, note), question.refusal, question.title
    )
