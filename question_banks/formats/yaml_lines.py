"""YAML 1.2 to plain values, with the line that each stands on. Pure.

Anchors, aliases and tags are refused (a file of questions needs none, and they are how a small file becomes a huge one), and so are
duplicate keys (most readers silently keep the last).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.tokens import AliasToken, AnchorToken, TagToken

from question_banks.formats.exchange import Problem
from storage.wording import N_

SIZE_LIMIT = 2 * 1024 * 1024
DEPTH_LIMIT = 20
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: plain values, and lines (from 1) by path."""

    file: str
    value: Any
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """Return the line of a path, or of the nearest thing around it; names of union branches are passed over."""
        found: Path = ()
        for part in path:
            if (*found, part) in self.lines:
                found = (*found, part)
        return self.lines[found]


def read_documents(file: str, source: bytes) -> tuple[list[Document], list[Problem]]:  # noqa: PLR0911 (one way out for each way to be wrong)
    """Return the documents of a file, or the problems that keep it from being read."""
    if len(source) > SIZE_LIMIT:
        return [], [Problem(file, 1, "", N_("The file is larger than {limit} MB."), {"limit": SIZE_LIMIT // 1024**2})]
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1
        return [], [Problem(file, line, "", N_("The file is not UTF-8 text. Save it as UTF-8."))]
    try:
        if problems := list(_forbidden(file, text)):
            return [], problems
        return _load(file, text), []
    except DuplicateKeyError as error:
        return [], [Problem(file, _line(error), "", N_("The same key stands here twice."))]
    except MarkedYAMLError as error:
        return [], [Problem(file, _line(error), "", N_("This is not YAML: {detail}."), {"detail": error.problem or ""})]
    except (YAMLError, RecursionError, ValueError):
        return [], [Problem(file, 1, "", N_("This is not YAML that can be read."))]


def _forbidden(file: str, text: str) -> Iterator[Problem]:
    names = {AnchorToken: "&", AliasToken: "*", TagToken: "!"}
    depth = 0
    for token in YAML(typ="rt", pure=True).scan(text):
        kind = type(token).__name__
        depth += kind in (
            "FlowSequenceStartToken",
            "FlowMappingStartToken",
            "BlockSequenceStartToken",
            "BlockMappingStartToken",
        )
        depth -= kind in ("FlowSequenceEndToken", "FlowMappingEndToken", "BlockEndToken")
        if depth > DEPTH_LIMIT:
            yield Problem(file, token.start_mark.line + 1, "", N_("This is nested too deeply."))
            return
        if type(token) in names:
            message = N_("“{sign}” (an anchor, alias or tag of YAML) is not allowed. Write the text out.")
            yield Problem(file, token.start_mark.line + 1, "", message, {"sign": names[type(token)]})


def _load(file: str, text: str) -> list[Document]:
    documents = []
    for loaded in YAML(typ="rt", pure=True).load_all(text):
        lines: dict[Path, int] = {(): _first_line(loaded)}
        value = _plain(loaded, (), lines)
        if value is not None:
            documents.append(Document(file, value, lines))
    return documents


def _plain(loaded: Any, path: Path, lines: dict[Path, int]) -> Any:
    if isinstance(loaded, CommentedMap):
        for key in loaded:
            lines[*path, str(key)] = loaded.lc.key(key)[0] + 1
        return {str(key): _plain(value, (*path, str(key)), lines) for key, value in loaded.items()}
    if isinstance(loaded, CommentedSeq):
        for index in range(len(loaded)):
            lines[*path, index] = loaded.lc.item(index)[0] + 1
        return [_plain(value, (*path, index), lines) for index, value in enumerate(loaded)]
    if isinstance(loaded, bool) or loaded is None:
        return loaded
    return next((kind(loaded) for kind in (str, int, float) if isinstance(loaded, kind)), str(loaded))


def _first_line(loaded: Any) -> int:
    return loaded.lc.line + 1 if isinstance(loaded, CommentedMap | CommentedSeq) else 1


def _line(error: MarkedYAMLError) -> int:
    mark = error.problem_mark or error.context_mark
    return mark.line + 1 if mark else 1
