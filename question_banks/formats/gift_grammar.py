"""The grammar of GIFT, the text format of Moodle's question bank, as Moodle reads it. Pure.

`qformat_gift` of Moodle is the reference, not the published grammar: a blank line ends a question; the answers stand from the first `{`
to the first `}`; `~` anywhere makes a choice, single if a `=` occurs; `=` with `->` pairs; exactly `T`, `TRUE`, `F` or `FALSE` before a
`#`; else short answers. Beyond Moodle, several gaps and Moodle's cloze gaps (`{1:SA:=Paris}`) in one text are read, each as a gap.
What the parts become in an item stands in `gift`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from question_banks.formats.pasted import UnreadableQuestionError
from storage.wording import N_

Kind = Literal["description", "essay", "truefalse", "numerical", "multichoice", "match", "shortanswer"]
Markup = Literal["moodle", "plain", "html", "markdown"]

# Escaped signs are held by signs of the private use area while the text is taken apart, so that they divide nothing.
_HELD = dict(zip(":#={}~\\", "\ue001\ue002\ue003\ue004\ue005\ue006\ue007", strict=True))
BREAK = "\ue008"
"""A line break that was written as `\\n`."""
_FREE = str.maketrans({held: sign for sign, held in _HELD.items()})
_ESCAPE = re.compile(r"\\([\\:#={}~n])")
_WEIGHT = re.compile(r"%(-?[0-9]{1,3}(?:\.[0-9]{0,8})?)%")
_CLOZE = re.compile(r"\s*[0-9]{0,3}:([A-Z_]{2,20}):")
_LABEL = re.compile(r"\[(id|tag):([^\]\n]{1,100})\]")
_CLOZE_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC"), "shortanswer"),
    **dict.fromkeys(("NUMERICAL", "NM"), "numerical"),
    **dict.fromkeys(
        ("MULTICHOICE", "MC", "MULTICHOICE_H", "MCH", "MULTICHOICE_V", "MCV", "MULTICHOICE_S", "MCS",
         "MULTICHOICE_HS", "MCHS", "MULTICHOICE_VS", "MCVS"), "multichoice",
    ),
}  # fmt: skip
_TRUE, _FALSE = ("T", "TRUE"), ("F", "FALSE")


@dataclass(frozen=True, slots=True)
class Wording:
    """Words and how they are marked up. `text` may hold `BREAK`."""

    text: str = ""
    markup: Markup = "moodle"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: its share of the credit (1 is all), what is said to who gives it, and in a pair what belongs to it."""

    words: Wording
    credit: Fraction = Fraction(1)
    feedback: Wording = Wording()
    partner: str = ""
    line: int = 1


@dataclass(frozen=True, slots=True)
class AnswerBlock:
    """What stands between braces. `single`: one answer is chosen. `exact`: capitals count. `right` is for true or false."""

    kind: Kind
    line: int
    answers: tuple[Answer, ...] = ()
    feedback: Wording = Wording()
    single: bool = True
    right: bool = False
    exact: bool = False


@dataclass(frozen=True, slots=True)
class GiftQuestion:
    """A question as the text gives it: the words around the blocks of answers, which are one fewer, or none at all."""

    name: str
    markup: Markup
    texts: tuple[str, ...]
    blocks: tuple[AnswerBlock, ...]
    tags: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """The kind of the first block; without any it is a description."""
        return self.blocks[0].kind if self.blocks else "description"

    @property
    def ends_with_answers(self) -> bool:
        """Whether nothing follows the only block, so that there is no blank inside the text."""
        return len(self.blocks) == 1 and not self.texts[-1].strip()


@dataclass(frozen=True, slots=True)
class GiftSource:
    """The lines of one question, or of a category that the questions after it belong to."""

    lines: tuple[str, ...]
    line: int
    category: str = ""
    joined: bool = False
    """Whether a blank line inside the braces was passed over."""

    @property
    def text(self) -> str:
        """The lines as they were pasted."""
        return "\n".join(self.lines)


def list_sources(text: str) -> Iterator[GiftSource]:
    """Yield the questions and categories of a text, parted by blank lines; comments alone are passed over.

    A question whose brace is still open at a blank line goes on if what follows closes it before it opens another.
    """
    gathered: list[GiftSource] = []
    for source in _paragraphs(text):
        if gathered and not (_opens(gathered[-1].text) and _closes(source.text)):
            yield _joined(gathered)
            gathered = []
        gathered.append(source)
    if gathered:
        yield _joined(gathered)


def parse_question(source: GiftSource) -> GiftQuestion:
    """Return the parts of one question. Raises UnreadableQuestionError when its braces or answers cannot be read."""
    comments = "\n".join(line for line in source.lines if _is_comment(line))
    held = _hold("\n".join(" " if _is_comment(line) else line for line in source.lines))
    name, start = "", len(held) - len(held.lstrip())
    if held.startswith("::", start):
        end = held.find("::", start + 2)
        if end >= 0:
            name, start = " ".join(free(held[start + 2 : end]).replace(BREAK, " ").split()), end + 2
    markup, start = _markup(held, start, "moodle")
    places = list(_braces(held, start, source.line))
    texts = [free(held[first:last]) for first, last in _around(places, start, len(held))]
    blocks = tuple(_Block(held, first + 1, last, source.line, markup).read() for first, last in places)
    tags = tuple(value.strip() for kind, value in _LABEL.findall(comments) if kind == "tag")
    return GiftQuestion(name, markup, tuple(texts), blocks, tags)


def free(held: str) -> str:
    """Return a text with its escaped signs as themselves; a `BREAK` stays."""
    return held.translate(_FREE)


def _paragraphs(text: str) -> Iterator[GiftSource]:
    lines: list[str] = []
    first = 1
    for number, line in enumerate([*text.split("\n"), ""], 1):
        if line.strip().startswith("$CATEGORY:"):
            # Moodle takes what stands directly below for a part of the name, and so loses the question.
            yield from _paragraph(lines, first)
            yield GiftSource((line,), number, line.strip().removeprefix("$CATEGORY:").strip() or "-")
            lines = []
        elif line.strip():
            first = first if lines else number
            lines.append(line)
        else:
            yield from _paragraph(lines, first)
            lines = []


def _paragraph(lines: list[str], first: int) -> Iterator[GiftSource]:
    if any(not _is_comment(line) for line in lines):
        yield GiftSource(tuple(lines), first)


def _joined(sources: Sequence[GiftSource]) -> GiftSource:
    if len(sources) == 1:
        return sources[0]
    first = sources[0].line
    lines: list[str] = []
    for source in sources:
        lines += [""] * (source.line - first - len(lines))
        lines += source.lines
    return GiftSource(tuple(lines), first, joined=True)


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("//")


def _opens(text: str) -> bool:
    held = _hold(text)
    return held.rfind("{") > held.rfind("}")


def _closes(text: str) -> bool:
    held = _hold(text)
    first, other = held.find("}"), held.find("{")
    return first >= 0 and (other < 0 or first < other)


def _hold(text: str) -> str:
    return _ESCAPE.sub(lambda match: BREAK if match[1] == "n" else _HELD[match[1]], text)


def _braces(held: str, start: int, line: int) -> Iterator[tuple[int, int]]:
    """Find each pair of braces. What is left of them cannot be told from text, and is refused rather than guessed."""
    message = N_("The braces do not pair. Write a backslash before each brace that is part of the text.")
    opened = -1
    for match in re.finditer(r"[{}]", held[start:]):
        at = start + match.start()
        if (match[0] == "{") == (opened >= 0):
            raise UnreadableQuestionError(message, line=line + held.count("\n", 0, at))
        if opened >= 0:
            yield opened, at
        opened = at if opened < 0 else -1
    if opened >= 0:
        raise UnreadableQuestionError(message, line=line + held.count("\n", 0, opened))


def _around(places: Sequence[tuple[int, int]], start: int, end: int) -> Iterator[tuple[int, int]]:
    for first, last in places:
        yield start, first
        start = last + 1
    yield start, end


def _markup(held: str, start: int, otherwise: Markup) -> tuple[Markup, int]:
    while start < len(held) and held[start].isspace():
        start += 1
    names: tuple[Markup, ...] = ("moodle", "plain", "html", "markdown")
    for name in names:
        if held.startswith(f"[{name}]", start):
            return name, start + len(name) + 2
    return otherwise, start


class _Block:
    """Reads what stands between two braces of a held text; keeps the place, for the lines."""

    def __init__(self, held: str, start: int, end: int, line: int, markup: Markup) -> None:
        self._held, self._start, self._end = held, start, end
        self._first_line, self._markup = line, markup

    def read(self) -> AnswerBlock:
        line, feedback = self._line(self._start), Wording()
        cloze = _CLOZE.match(self._held, self._start, self._end)
        if cloze and cloze[1] in _CLOZE_KINDS:
            self._start = cloze.end()
            return self._read_cloze(cloze[1], line)
        general = self._held.rfind("####", self._start, self._end)
        if general >= 0:
            feedback, self._end = self._wording(general + 4, self._end), general
        text = self._held[self._start : self._end].strip()
        kind, right = _kind(text)
        if kind == "numerical":
            self._start = self._held.index("#", self._start) + 1
        answers = self._answers(kind)
        single = any(sign == "=" for sign, _, _ in self._pieces("~=")) if kind == "multichoice" else True
        return AnswerBlock(kind, line, answers, feedback, single, right)

    def _answers(self, kind: Kind) -> tuple[Answer, ...]:
        if kind == "essay":
            return ()
        if kind == "truefalse":
            bits = self._held[self._start : self._end].split("#", 2)[1:]
            return tuple(Answer(Wording(), feedback=self._words(bit)) for bit in bits)
        if kind == "numerical":
            wrong = self._held.find("~", self._start, self._end)
            end, self._end = self._end, wrong if wrong >= 0 else self._end
            answers = [self._answer(*piece, otherwise=1) for piece in self._pieces("=")]
            if wrong >= 0:
                answers.append(self._answer("~", wrong + 1, end, otherwise=0))
            return tuple(answers)
        if kind == "match":
            return tuple(self._pair(start, end) for _, start, end in self._pieces("="))
        if kind == "shortanswer":
            return tuple(self._answer(*piece, otherwise=1) for piece in self._pieces("="))
        return tuple(self._answer(*piece, otherwise=int(piece[0] == "=")) for piece in self._pieces("~="))

    def _read_cloze(self, name: str, line: int) -> AnswerBlock:
        kind = _CLOZE_KINDS[name]
        pieces = self._cloze_pieces()
        answers = tuple(self._answer(*piece, otherwise=int(piece[0] == "=")) for piece in pieces)
        exact = name in {"SHORTANSWER_C", "SAC", "MWC"}
        return AnswerBlock(kind, line, answers, exact=exact)

    def _cloze_pieces(self) -> Iterator[tuple[str, int, int]]:
        # Only `~` parts the answers of a cloze gap; a `=` at the start of one says that it is right.
        for _, start, end in self._pieces("~"):
            at = start
            while at < end and self._held[at].isspace():
                at += 1
            right = at < end and self._held[at] == "="
            yield ("=" if right else "~"), at + right, end

    def _pieces(self, signs: str) -> Iterator[tuple[str, int, int]]:
        """Yield sign, start and end of each piece that is not empty; `~=` and `=~` are one sign, the second."""
        starts = [("", self._start)]
        starts += [
            (match[0], self._start + match.end())
            for match in re.finditer(f"[{signs}]", self._held[self._start : self._end])
        ]
        for place, (sign, start) in enumerate(starts):
            end = starts[place + 1][1] - 1 if place + 1 < len(starts) else self._end
            if self._held[start:end].strip():
                yield sign, start, end

    def _answer(self, _sign: str, start: int, end: int, *, otherwise: int) -> Answer:
        while start < end and self._held[start].isspace():
            start += 1
        line, credit = self._line(start), Fraction(otherwise)
        weight = _WEIGHT.match(self._held, start, end)
        if weight:
            start, credit = weight.end(), min(max(Fraction(Decimal(weight[1])) / 100, Fraction(-1)), Fraction(1))
        mark = self._held.find("#", start, end)
        words = self._wording(start, mark if mark >= 0 else end)
        feedback = self._wording(mark + 1, end) if mark >= 0 else Wording()
        return Answer(words, credit, feedback, line=line)

    def _pair(self, start: int, end: int) -> Answer:
        arrow = self._held.find("->", start, end)
        if arrow < 0:
            raise UnreadableQuestionError(N_("A pair has no “->”."), line=self._line(start))
        partner = free(self._held[arrow + 2 : end]).strip()
        return Answer(self._wording(start, arrow), partner=partner, line=self._line(start))

    def _wording(self, start: int, end: int) -> Wording:
        return self._words(self._held[start:end])

    def _words(self, held: str) -> Wording:
        markup, start = _markup(held, 0, self._markup)
        return Wording(free(held[start:]).strip(), markup)

    def _line(self, at: int) -> int:
        return self._first_line + self._held.count("\n", 0, at)


def _kind(text: str) -> tuple[Kind, bool]:
    if not text:
        return "essay", False
    if text.startswith("#"):
        return "numerical", False
    if "~" in text:
        return "multichoice", False
    if "=" in text and "->" in text:
        return "match", False
    verdict = text.partition("#")[0].strip()
    return ("truefalse" if verdict in (*_TRUE, *_FALSE) else "shortanswer"), verdict in _TRUE
