"""What is written about the code, held against the code. What nothing checks drifts."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from storage.tables import Table
from web import cli
from web.app import page_modules
from web.settings import Settings

ROOT = Path(__file__).parents[2]
FLOORS = ("storage", "question_banks", "scoring", "assess", "web")
IGNORED = {line.strip().rstrip("/") for line in (ROOT / ".gitignore").read_text().splitlines() if line.strip()} | {
    ".git"
}
PAGES = sorted(path for path in ROOT.rglob("*.md") if not any(part in IGNORED for part in path.relative_to(ROOT).parts))
TEXT = {
    ".cfg",
    ".css",
    ".html",
    ".ini",
    ".js",
    ".json",
    ".lock",
    ".mako",
    ".md",
    ".mjs",
    ".po",
    ".py",
    ".scss",
    ".sh",
    ".svg",
}
TEXT |= {".toml", ".txt", ".yaml", ".yml", ""}

# The words that this house gives one meaning each; the glossary has those that the code uses.
WORDS = (
    "a",
    "account",
    "assessment",
    "b",
    "bank",
    "blueprint",
    "c",
    "candidate",
    "consultation",
    "cut score",
    "distractor",
    "interaction",
    "item",
    "item score",
    "item version",
    "key",
    "level",
    "operator",
    "outcome",
    "passport",
    "placement",
    "rater",
    "rating",
    "requirement profile",
    "response",
    "rubric",
    "session",
    "share",
    "sitting",
    "standard error",
    "stimulus",
    "testlet",
    "theta",
)
LINK = re.compile(r"\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
# Written in two parts, or this file would find itself.
MACHINE_PATH = re.compile(r"(?<![\w.:/-])/(?:wor" + r"k|roo" + r"t|home/\w+|Users/\w+)/")
REGISTRY = re.compile(
    "|".join(
        ("pypi" + r"\.org", "python" + "hosted", "npm" + r"js\.(?:org|com)", "arti" + "factory", "--index" + "-url")
    )
)


def ignored(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    prefixes = {"/".join(parts[:depth]) for depth in range(1, len(parts) + 1)}
    return (
        bool((set(parts) | prefixes) & IGNORED)
        or path.suffix == ".pyc"
        or any(one.endswith(".egg-info") for one in parts)
    )


def tracked() -> Iterator[Path]:
    """Yield the text files that belong to the project."""
    waiting = [ROOT]
    while waiting:
        for path in sorted(waiting.pop().iterdir()):
            if ignored(path):
                continue
            if path.is_dir():
                waiting.append(path)
            elif path.suffix in TEXT:
                yield path


def first_cells(page: str) -> list[str]:
    """Return the first cell of each row of each table."""
    return re.findall(r"^\| *(.+?) *\|", page, re.MULTILINE)


def slug(heading: str) -> str:
    """Return the anchor that a heading gets."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def test_readme_names_both_commands_and_every_folder() -> None:
    readme = (ROOT / "README.md").read_text()
    folders = sorted(path.name for path in ROOT.iterdir() if path.is_dir() and not ignored(path))

    missing = [name for name in ("make run", "make test") if name not in readme]
    missing += [name for name in folders if f"`{name}/`" not in readme]

    assert set(FLOORS) <= set(folders)
    assert missing == []


def test_readme_names_no_folder_that_is_not_there() -> None:
    named = re.findall(r"^\| `([\w./-]+)/`", (ROOT / "README.md").read_text(), re.MULTILINE)

    assert named
    assert [name for name in named if not (ROOT / name).is_dir()] == []


def test_glossary_has_every_table() -> None:
    for floor in (*FLOORS, "web.accounts"):
        if (ROOT / floor.replace(".", "/") / "models.py").exists():
            importlib.import_module(f"{floor}.models")
    importlib.import_module("storage.jobs")
    tables = {kind.__name__ for kind in Table.__subclasses__()}

    described = {
        cell.strip("`") for cell in first_cells((ROOT / "docs/glossary.md").read_text()) if cell.startswith("`")
    }

    assert len(tables) >= 20
    assert (sorted(tables - described), sorted(described - tables)) == ([], [])


def test_glossary_has_every_word_that_the_code_uses() -> None:
    code = "\n".join(path.read_text() for floor in FLOORS for path in sorted((ROOT / floor).rglob("*.py")))
    used = [word for word in WORDS if re.search(rf"\b{word.replace(' ', '[ _]')}", code, re.IGNORECASE)]

    cells = first_cells((ROOT / "docs/glossary.md").read_text())
    described = {word for cell in cells for word in cell.split(", ")}

    assert len(used) >= 25
    assert sorted(set(used) - described) == []


def test_glossary_is_sorted_and_says_each_word_once() -> None:
    words = [
        cell for cell in first_cells((ROOT / "docs/glossary.md").read_text()) if not cell.startswith(("`", "-", "word"))
    ]
    words = [cell for cell in words if cell != "table"]

    assert words
    assert words == sorted(set(words), key=str.casefold)


def test_guide_for_who_runs_it_names_exactly_the_settings() -> None:
    guide = (ROOT / "docs/guides/running.md").read_text()
    settings = {f"PARAAT_{name}".upper() for name in Settings.model_fields}

    named = set(re.findall(r"PARAAT_[A-Z_]*[A-Z]", guide))

    assert settings
    assert named == settings


def test_guide_for_who_runs_it_names_every_command() -> None:
    guide = (ROOT / "docs/guides/running.md").read_text()
    commands = typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]

    assert set(commands) == {
        "serve",
        "work",
        "migrate",
        "import",
        "demo",
        "add-account",
        "purge",
        "calibrate",
        "export-responses",
    }
    assert [name for name in commands if f"paraat {name}" not in guide] == []


def test_changelog_has_lines_newest_first() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text()

    assert re.findall(r"^## .+$", changelog, re.MULTILINE)
    assert re.findall(r"^- .+$", changelog, re.MULTILINE)


def test_decisions_are_numbered_without_a_gap_and_have_their_parts() -> None:
    decisions = sorted((ROOT / "docs/decisions").glob("*.md"))

    numbers = [int(path.name[:4]) for path in decisions]
    parts = {path.name: [heading.lower() for heading in HEADING.findall(path.read_text())[1:]] for path in decisions}

    assert numbers == list(range(1, len(numbers) + 1))
    assert decisions
    assert [name for name, found in parts.items() if not {"context", "decision", "consequences"} <= set(found)] == []


@pytest.mark.parametrize("document", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    broken = []
    for link in LINK.findall(re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        if not target.exists() or (anchor and anchor not in map(slug, HEADING.findall(target.read_text()))):
            broken.append(link)

    assert broken == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    files = list(tracked())

    found = [
        f"{path.relative_to(ROOT)}:{number}: {match[0]}"
        for path in files
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if (match := MACHINE_PATH.search(line) or REGISTRY.search(line))
    ]

    assert len(files) >= 150
    assert found == []


def test_every_page_module_says_what_it_is() -> None:
    modules = page_modules()

    assert modules
    assert [module.__name__ for module in modules if not module.__doc__] == []
