"""Words to Markdown that shows exactly them, Markdown to its words, and a question's text to body and prompt. Pure."""

import re
from collections.abc import Iterator
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

GAP = "\ue010"
"""The place of an interaction in a text, until it gets its anchor: a sign of the private use area, which no text has."""

_INLINE = re.compile(r"[\\`]|\*(?! )|(?<! )\*|(?<![_\w])_{1,2}(?!_)|(?<!_)_{1,2}(?![_\w])|&(?=#?\w{1,32};)")
_BLOCK = re.compile(
    r"(?m)^[ \t]*(?=\S)((?:[-+*](?=\s|$)|#{1,6}(?=\s|$)|[>|\[]|~~~|[-=_]+[ \t]*$)|\d{1,9}(?=[.)](?:\s|$)))?"
)
_DOUBLE = re.compile(r"\{(?=\{)")
_ADDRESS = r"\((?:[^()\n]|\([^()\n]{0,200}\)){0,2000}\)"
_PICTURE = re.compile(r"!\[([^\[\]\n]{0,300})\]" + _ADDRESS)
_LINK = re.compile(r"\[([^\[\]\n]{1,300})\]" + _ADDRESS)
_BREAKS = ("softbreak", "hardbreak")


def escaped(words: str) -> str:
    """Return Markdown that shows these words and nothing else; a single line break stays one space."""
    return escaped_starts(escaped_inline(words))


def escaped_inline(words: str) -> str:
    """Return Markdown for words that do not stand at the start of a line."""
    return _INLINE.sub(lambda match: "".join(f"\\{sign}" for sign in match[0]), words)


def escaped_starts(text: str) -> str:
    """Return the lines without indentation, and so that none begins a heading, a list, a quotation or a table."""
    return _BLOCK.sub(_at_start, text)


def disarmed(markdown: str) -> str:
    """Return the Markdown without what would be read as an anchor, looking the same."""
    return _DOUBLE.sub(r"{\\", markdown)


def plain(markdown: str) -> str:
    """Return the words of a Markdown text in one line."""
    words: list[str] = []
    for token in _parser().parse(markdown):
        words += _words(token)
        words.append(" ")
    return " ".join("".join(words).split())


def is_plain(markdown: str) -> bool:
    """Tell whether a Markdown text is one paragraph of words without any formatting, or empty."""
    body, prompt = split_question(markdown)
    return not body and bool(prompt or not markdown.strip())


def split_question(markdown: str) -> tuple[str, str]:
    """Return body and prompt: the last paragraph in plain words, if it has no formatting, and the Markdown before it."""
    tokens = _parser().parse(markdown)
    if len(tokens) < 3 or tokens[-3].type != "paragraph_open" or tokens[-3].level or not tokens[-3].map:  # noqa: PLR2004 (open, inline, close)
        return markdown.strip(), ""
    inline = tokens[-2]
    if any(child.type not in ("text", "softbreak") for child in inline.children or ()):
        return markdown.strip(), ""
    before = "\n".join(markdown.split("\n")[: tokens[-3].map[0]])
    return before.strip(), " ".join("".join(_words(inline)).split())


def without_links(markdown: str) -> tuple[str, list[str], bool]:
    """Return the text without pictures and with the words of links alone, the pictures' words, and whether there was a link."""
    pictures = [match[1].strip() for match in _PICTURE.finditer(markdown)]
    text = _PICTURE.sub("", markdown)
    unlinked = _LINK.sub(r"\1", text)
    return unlinked, pictures, unlinked != text


def _at_start(match: re.Match[str]) -> str:
    sign = match[1]
    if not sign:
        return ""
    # A number is escaped behind itself: `1\.` is no list.
    return f"{sign}\\" if sign.isdecimal() else f"\\{sign}"


def _words(token: Token) -> Iterator[str]:
    if token.type in ("fence", "code_block"):
        yield token.content
    for child in token.children or ():
        yield " " if child.type in _BREAKS else child.content


@cache
def _parser() -> MarkdownIt:
    # As in `question_banks.markdown`: what is shown is read the same way here.
    return (
        MarkdownIt("commonmark", {"html": False}).enable("table").disable(["link", "image", "autolink", "html_inline"])
    )
