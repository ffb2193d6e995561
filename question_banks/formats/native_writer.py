"""Drafts to the files of the native format: what `native.read_bank` reads back as the same. Pure."""

import re
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from question_banks.content import ItemContent, Media, MediaFile, StimulusContent
from question_banks.formats.documents.interactions import empty_rule, ordered_texts, write_interaction
from question_banks.formats.exchange import BankDraft, ItemDraft
from question_banks.sniffing import EXTENSIONS
from question_banks.texts import ANY

_TEXTS = {
    "title",
    "body",
    "prompt",
    "passage",
    "unit",
    "low_label",
    "high_label",
    "alt",
    "transcript",
    "rationale",
    "can_do",
}
_LONG = {"body.", "passage.", "transcript.", "rationale."}
_PLAIN = {"id", "image", "points", "rect", "circle", "ellipse", "poly"}
_RECORDS = {"options", "rows", "areas", "gaps", "criteria"}
_BLOCKS = {"interactions", "media", "items", "stimulus", "accept", "also", "files"} | _RECORDS | _TEXTS
# What YAML 1.1 reads as true or false: other people's tools may still be that old.
_OLD_BOOLEANS = re.compile(r"^(?:y|yes|n|no|true|false|on|off)$", re.IGNORECASE)
_SPACES = "\n\xa0\u202f"
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"|?*/\\]')


def write_item(
    code: str,
    content: ItemContent,
    *,
    competence: str = "",
    languages: Sequence[str] = (),
    paths: Mapping[str, str] | None = None,
) -> str:
    """Return the document of an item.

    `competence` and `languages` are the bank's: what is the same is left out. `paths` says by digest where its media lie. Raises
    InvalidContentError when a rule does not fit its interaction.
    """
    return _yaml(_item(code, content, competence, languages, paths or paths_of(content.media)))


def write_testlet(
    code: str,
    stimulus: StimulusContent,
    items: Sequence[ItemDraft],
    *,
    competence: str = "",
    languages: Sequence[str] = (),
    paths: Mapping[str, str] | None = None,
) -> str:
    """Return the document of shared material and its items in order; the rest as `write_item`."""
    all_media = [*stimulus.media, *(medium for item in items for medium in item.content.media)]
    paths = paths or paths_of(all_media)
    record: dict[str, Any] = {"testlet": code}
    if tuple(languages) != stimulus.languages:
        record["languages"] = list(stimulus.languages)
    shared = {"title": stimulus.title, "media": [_medium(one, paths) for one in stimulus.media], "body": stimulus.body}
    order = languages or stimulus.languages
    record["stimulus"] = ordered_texts({key: value for key, value in shared.items() if value}, order)
    record["items"] = [_item(one.code, one.content, competence, languages, paths) for one in items]
    return _yaml(record)


def write_bank(draft: BankDraft) -> dict[str, bytes]:
    """Return the files of a bank by their path in its folder: `bank.yaml`, `items.yaml`, and its media.

    Raises InvalidContentError when a rule does not fit its interaction.
    """
    media: list[Media] = []
    for unit in draft.units:
        media += unit.stimulus.media if unit.stimulus else ()
        media += [medium for item in unit.items for medium in item.content.media]
    paths = paths_of(media)
    bank = {
        "bank": draft.code,
        "title": ordered_texts(dict(draft.title), draft.languages),
        "competence": draft.competence,
        "languages": list(draft.languages),
        "licence": draft.licence,
    }
    documents = [
        write_testlet(
            unit.testlet,
            unit.stimulus,
            unit.items,
            competence=draft.competence,
            languages=draft.languages,
            paths=paths,
        )
        if unit.stimulus
        else write_item(
            unit.items[0].code,
            unit.items[0].content,
            competence=draft.competence,
            languages=draft.languages,
            paths=paths,
        )
        for unit in draft.units
    ]
    files = {"bank.yaml": _yaml(bank).encode(), "items.yaml": "---\n".join(documents).encode()}
    return files | {path: draft.media[digest][1] for digest, path in paths.items() if digest in draft.media}


def paths_of(media: Sequence[Media]) -> dict[str, str]:
    """Return by digest where in a bank's folder each file is kept: under its name, which people know it by."""
    paths: dict[str, str] = {}
    taken: set[str] = set()
    for file in (file for medium in media for file in medium.files.values()):
        if file.digest in paths:
            continue
        path = f"media/{_safe_name(file)}"
        if path.casefold() in taken:
            path = f"media/{file.digest[:12]}/{_safe_name(file)}"
        taken.add(path.casefold())
        paths[file.digest] = path
    return paths


def _safe_name(file: MediaFile) -> str:
    name = _UNSAFE.sub("-", file.name).strip(" .")
    return name or f"{file.digest[:12]}.{EXTENSIONS.get(file.type, 'bin')}"


def _item(
    code: str, content: ItemContent, competence: str, languages: Sequence[str], paths: Mapping[str, str]
) -> dict[str, Any]:
    order = languages or content.languages
    record: dict[str, Any] = {
        "item": code,
        "competence": content.competence if content.competence != competence else "",
        "languages": list(content.languages) if content.languages != tuple(languages) else [],
        "difficulty": content.estimate.b,
        "discrimination": content.estimate.a if content.estimate.a != 1 else None,
        "level": content.level,
        "seconds": content.seconds if content.seconds != 60 else None,  # noqa: PLR2004 (the format's default)
        "tags": list(content.tags),
        "media": [_medium(one, paths) for one in content.media],
        "body": content.body,
        "interactions": [
            write_interaction(one, content.rules.get(one.id) or empty_rule(one), languages=order)
            for one in content.interactions
        ],
        "rationale": content.rationale,
        "can_do": content.can_do,
    }
    needed = ("difficulty", "interactions")
    kept = {key: value for key, value in record.items() if value or key in needed}
    ordered: dict[str, Any] = ordered_texts(kept, order)
    return ordered


def _medium(medium: Media, paths: Mapping[str, str]) -> dict[str, Any]:
    files = {language: paths.get(file.digest, file.name) for language, file in medium.files.items()}
    record = {
        "id": medium.id,
        "kind": medium.kind,
        "file": files.pop(ANY, ""),
        "files": files,
        "alt": medium.alt,
        "decorative": medium.decorative,
        "transcript": medium.transcript,
        "shows_transcript": medium.shows_transcript,
        "play_limit": medium.play_limit,
    }
    usual: dict[str, Any] = {
        "decorative": False,
        "shows_transcript": True,
        "play_limit": None,
        "file": "",
        "files": {},
        "alt": {},
        "transcript": {},
    }
    return {key: value for key, value in record.items() if value != usual.get(key)}


def _yaml(record: dict[str, Any]) -> str:
    yaml = YAML(typ="rt", pure=True)
    yaml.width = 1_000_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = StringIO()
    yaml.dump(_styled(record), stream)
    return stream.getvalue()


def _styled(value: Any, key: str = "") -> Any:
    """Return plain values dressed as a person would write them: lines as lines, small things on one line."""
    if isinstance(value, dict):
        styled = CommentedMap({str(name): _styled(part, _inside(key, name)) for name, part in value.items()})
        if key and _fits_a_line(value, key):
            styled.fa.set_flow_style()
        return styled
    if isinstance(value, list):
        listed = CommentedSeq([_styled(one, f"{key}[]") for one in value])
        if key not in _BLOCKS or not any(isinstance(one, dict) for one in value):
            listed.fa.set_flow_style()
        return listed
    if isinstance(value, str):
        return _styled_text(value, key)
    return value


def _inside(key: str, name: str) -> str:
    if key in _TEXTS:
        return f"{key}."
    return "text." if key.endswith("[]") and key[:-2] in _RECORDS and name not in _PLAIN else name


def _fits_a_line(value: Mapping[str, Any], key: str) -> bool:
    if key.endswith("[]"):
        return key[:-2] in _RECORDS and not any("\n" in str(part) for part in value.values())
    return key not in _BLOCKS


def _styled_text(text: str, key: str) -> Any:
    if key in _LONG and (key == "body." or "\n" in text) and _is_lines(text):
        return LiteralScalarString(text)
    if key.endswith(".") or _OLD_BOOLEANS.match(text) or text[:1].isdigit():
        return DoubleQuotedScalarString(text)
    return text


def _is_lines(text: str) -> bool:
    """Tell whether a block of lines gives a text back as it is: nothing but a last line break at its ends, no sign that needs an escape."""
    inside = text.removesuffix("\n")
    return bool(inside) and inside == inside.strip() and all(sign.isprintable() or sign in _SPACES for sign in inside)
