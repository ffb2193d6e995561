"""HTML that people export from elsewhere to Markdown, safely: words and plain formatting stay, all else is named. Pure."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from question_banks.formats.markdown_text import escaped_inline, escaped_starts
from storage.wording import N_

Lost = tuple[str, dict[str, Any]]
"""A translatable sentence that says what could not be kept, and its values."""

PICTURE_LOST = N_("The picture “{name}” could not be taken along. Add it to the item.")
RECORDING_LOST = N_("A recording, film or embedded page could not be taken along. Add it to the item.")
LINK_LOST = N_("Links were dropped, their words stay.")

_BLOCKS = {"p", "div", "section", "article", "header", "footer", "blockquote", "center", "dl", "dt", "dd", "figure"}
_HEADINGS = {f"h{number}" for number in range(1, 7)}
_BOLD, _ITALIC, _CODE = {"b", "strong"}, {"i", "em", "cite"}, {"code", "tt", "kbd", "samp"}
_SILENT = {"script", "style", "head", "title", "template", "noscript", "svg"}
_MEDIA = {"audio", "video", "object", "embed", "iframe"}
_RAISED = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
# Deeper lists are no lists that a person wrote, and each level is written in front of each line.
_DEEPEST = 6


@dataclass(slots=True)
class _Run:
    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False

    def written(self) -> str:
        core = self.text.strip()
        if not core:
            return " " if self.text else ""
        if self.code:
            marked = f"`{core}`" if "`" not in core else escaped_inline(core)
        else:
            sign = "*" * (2 * self.bold + self.italic)
            marked = f"{sign}{escaped_inline(core)}{sign}"
        head, tail = self.text[:1].isspace(), self.text[-1:].isspace()
        return f"{' ' * head}{marked}{' ' * tail}"


@dataclass(slots=True)
class _Table:
    rows: list[list[str]] = field(default_factory=list)


class _Reader(HTMLParser):
    """Collects runs of text into blocks. Tags may be missing or crossed: depth is counted, and never below 0."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._blocks: list[tuple[bool, str]] = []
        self.lost: list[Lost] = []
        self._runs: list[_Run] = []
        self._depth: dict[str, int] = {}
        self._lists: list[tuple[str, int]] = []
        self._item = ""
        self._heading = ""
        self._table: _Table | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "br":
            self._runs.append(_Run("\n"))
        elif tag == "img":
            self._lose(PICTURE_LOST, name=(given.get("alt") or _file_name(given.get("src") or ""))[:80])
        elif tag in _MEDIA:
            self._lose(RECORDING_LOST)
        elif tag == "a" and given.get("href"):
            self._lose(LINK_LOST)
        elif tag == "hr":
            self._flush()
        else:
            self._open(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def _open(self, tag: str) -> None:
        if tag in _BLOCKS or tag in _HEADINGS or tag in {"ul", "ol", "li", "pre", "table", "tr", "td", "th"}:
            self._flush()
        if tag in _HEADINGS:
            self._heading = "### "
        elif tag in {"ul", "ol"} and len(self._lists) < _DEEPEST:
            self._lists.append((tag, 0))
        elif tag == "li":
            kind, number = self._lists.pop() if self._lists else ("ul", 0)
            self._lists.append((kind, number + 1))
            self._item = f"{number + 1}. " if kind == "ol" else "- "
        elif tag == "table" and self._table is None:
            self._table = _Table()
        elif tag == "tr" and self._table is not None:
            self._table.rows.append([])
        self._depth[tag] = self._depth.get(tag, 0) + 1

    def handle_endtag(self, tag: str) -> None:
        depth = self._depth.get(tag, 0)
        if not depth:
            return
        # A cell, an item and a block hold their words until they end.
        if tag in _BLOCKS or tag in _HEADINGS or tag in {"ul", "ol", "li", "pre", "table", "tr", "td", "th"}:
            self._flush()
        self._depth[tag] = depth - 1
        if tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
        elif tag == "table" and depth == 1 and self._table is not None:
            self._end_table()

    def handle_data(self, data: str) -> None:
        if self._within(_SILENT):
            return
        if self._within({"pre"}):
            self._runs.append(_Run(data, code=True))
            return
        text = re.sub(r"[ \t\r\n\f]+", " ", data)
        for tag, signs, written in (("sup", _RAISED, "^"), ("sub", _LOWERED, "_")):
            if self._within({tag}) and text.strip():
                changed = text.strip().translate(signs)
                unchanged = any(sign in changed for sign in text.strip() if sign.isalnum())
                text = f"{written}({text.strip()})" if unchanged else changed
        run = _Run(text, self._within(_BOLD), self._within(_ITALIC), self._within(_CODE))
        last = self._runs[-1] if self._runs else None
        if last and last.text != "\n" and (last.bold, last.italic, last.code) == (run.bold, run.italic, run.code):
            self._runs[-1] = _Run(last.text + run.text, run.bold, run.italic, run.code)
        else:
            self._runs.append(run)

    def finish(self) -> str:
        """Return the Markdown of all that was read."""
        self.close()
        self._flush()
        if self._table is not None:
            self._end_table()
        written = ""
        before = False
        for listed, text in self._blocks:
            # Items of a list follow each other without an empty line, which would set them apart on the page.
            written += ("\n" if listed and before else "\n\n") + text
            before = listed
        return written.strip()

    def _within(self, tags: set[str]) -> bool:
        return any(self._depth.get(tag) for tag in tags)

    def _lose(self, message: str, **values: str) -> None:
        if (message, values) not in self.lost:
            self.lost.append((message, values))

    def _flush(self) -> None:
        runs, self._runs = self._runs, []
        if self._depth.get("pre"):
            code = "".join(run.text for run in runs).strip("\n")
            if code.strip():
                fence = "`" * max(3, 1 + max(map(len, re.findall("`+", code)), default=0))
                self._blocks.append((False, f"{fence}\n{code}\n{fence}"))
            return
        lines = "".join("\n" if run.text == "\n" else run.written() for run in runs).strip().split("\n")
        text = "\\\n".join(" ".join(line.split()) for line in lines if line.strip())
        if not text:
            return
        self._write(text)

    def _write(self, text: str) -> None:
        if self._table is not None and self._table.rows and self._within({"td", "th"}):
            self._table.rows[-1].append(text.replace("\\\n", " ").replace("|", "\\|"))
            return
        text = escaped_starts(text)
        if self._heading:
            self._blocks.append((False, self._heading + text.replace("\\\n", " ")))
            self._heading = ""
        elif self._lists:
            mark, self._item = self._item or "   ", ""
            indent = "   " * (len(self._lists) - 1)
            self._blocks.append((True, indent + mark + text.replace("\n", f"\n{indent}   ")))
        else:
            self._blocks.append((False, text))

    def _end_table(self) -> None:
        table, self._table = self._table, None
        rows = [row for row in (table.rows if table else []) if row]
        if rows:
            width = max(map(len, rows))
            lines = [f"| {' | '.join(row + [''] * (width - len(row)))} |" for row in rows]
            self._blocks.append((False, "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])))


def to_markdown(html: str) -> tuple[str, list[Lost]]:
    """Return the Markdown of an HTML text, and what could not be kept: pictures, recordings, links.

    Tags that nobody knows are passed over and their words stay; scripts and styles go. Never raises.
    """
    reader = _Reader()
    reader.feed(_tidied(html))
    return reader.finish(), reader.lost


def _tidied(html: str) -> str:
    # The parser looks to the end of the text for the end of each comment and tag, again and again where there is none.
    kept, at = [], 0
    while (start := html.find("<!--", at)) >= 0 and (end := html.find("-->", start)) >= 0:
        kept.append(html[at:start])
        at = end + len("-->")
    text = re.sub(r"<(?!/?[A-Za-z])", "&lt;", "".join([*kept, html[at:]]))
    last = text.rfind(">") + 1
    return text[:last] + text[last:].replace("<", "&lt;")


def _file_name(address: str) -> str:
    return address.rpartition("/")[2].partition("?")[0] if not address.startswith("data:") else ""
