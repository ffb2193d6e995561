"""Bring the catalogues up to date: `python scripts/catalogues.py`, then translate what is empty in `web/locales`.

Translations are kept, new sentences are added empty, sentences that are gone are dropped. The files hold no dates and no line
numbers, and are sorted, so that a change of one sentence is a change of one entry.
"""

import sys
from io import BytesIO
from os import PathLike
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
LOCALES = ROOT / "web" / "locales"
LANGUAGES = ("fr", "nl")
FLOORS = ("storage", "question_banks", "scoring", "assess", "web")
# What changes with the hour or the machine, and what nobody fills in.
DROPPED_HEADERS = tuple(
    f'"{name}:'.encode()
    for name in (
        "Project-Id-Version",
        "Report-Msgid-Bugs-To",
        "POT-Creation-Date",
        "PO-Revision-Date",
        "Last-Translator",
        "Language-Team",
        "Generated-By",
    )
)
HEADER = """\
# The sentences of Paraat. Made by scripts/catalogues.py; only the translations are written by hand.
#"""


def extract() -> Catalog:
    """Return a catalogue of every sentence in the code and the templates, each with the files that say it."""
    with (ROOT / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call]
    found = Catalog(project="paraat", charset="utf-8")
    for file, _line, message, comments, context in extract_from_dir(ROOT, methods, options, directory_filter=_is_ours):
        found.add(message, None, [(file, 0)], auto_comments=comments, context=context)
    return found


def read(language: str) -> Catalog:
    """Return the catalogue of a language as it stands; an empty one where there is none."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, project="paraat", charset="utf-8")
    with path.open("rb") as source:
        return read_po(source, locale=language)


def update(language: str, sentences: Catalog) -> list[Message]:
    """Write the catalogue of a language anew; return what it does not say yet."""
    catalogue = read(language)
    catalogue.update(sentences, no_fuzzy_matching=True)
    catalogue.header_comment = HEADER
    catalogue.fuzzy = False
    written = BytesIO()
    write_po(written, catalogue, width=120, sort_output=True, ignore_obsolete=True, include_lineno=False)
    lines = [line for line in written.getvalue().splitlines(keepends=True) if not line.startswith(DROPPED_HEADERS)]
    path_of(language).parent.mkdir(parents=True, exist_ok=True)
    path_of(language).write_bytes(b"".join(lines))
    return [message for message in catalogue if message.id and not is_translated(message)]


def is_translated(message: Message) -> bool:
    """Tell whether a message has every form of its translation, none of them a guess."""
    forms = message.string if isinstance(message.string, list | tuple) else (message.string,)
    return all(forms) and not message.fuzzy


def path_of(language: str) -> Path:
    """Return where the catalogue of a language is kept."""
    return LOCALES / language / "LC_MESSAGES" / "messages.po"


def _is_ours(folder: str | PathLike[str]) -> bool:
    # Without this every package of the virtual environment would be walked.
    parts = Path(folder).relative_to(ROOT).parts
    return parts[0] in FLOORS and "__pycache__" not in parts


def main() -> int:
    """Update every catalogue and say how many sentences wait for a translation."""
    sentences = extract()
    for language in LANGUAGES:
        missing = update(language, sentences)
        print(f"{language}: {len(sentences)} sentences, {len(missing)} missing ({path_of(language).relative_to(ROOT)})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
