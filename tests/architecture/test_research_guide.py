"""The research guide prints what it says it prints, and the page of the Python interface is that of the code."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from scripts import research_api
from scripts.research_guide import GUIDE, Block, read_blocks, rewrite, run_blocks

ROOT = Path(__file__).parents[2]
PAGE = "Text.\n\n```python\nx = 2\n```\n\nMore.\n\n```python\nprint(x, ' ')\nprint(x / 4)\n```\n\n```text (output)\n7\n```\n"


def test_guide_prints_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    blocks = read_blocks(GUIDE.read_text())

    printed = run_blocks(blocks, GUIDE.name)

    assert len(blocks) >= 20
    assert [(block.line, one) for block, one in zip(blocks, printed, strict=True)] == [
        (block.line, block.output) for block in blocks
    ]


def test_guide_keeps_its_blocks_short() -> None:
    lengths = [(block.line, block.code.count("\n")) for block in read_blocks(GUIDE.read_text())]

    assert lengths
    assert [one for one in lengths if one[1] > 15] == []


def test_blocks_are_read_with_their_lines_and_outputs() -> None:
    blocks = read_blocks(PAGE)

    assert blocks == (Block(4, "x = 2\n", ""), Block(10, "print(x, ' ')\nprint(x / 4)\n", "7\n"))


def test_blocks_run_in_one_namespace() -> None:
    assert run_blocks(read_blocks(PAGE)) == ("", "2\n0.5\n")


def test_an_error_names_the_line_of_the_page() -> None:
    blocks = (Block(30, "x = 1\nraise ValueError(x)\n", ""),)

    with pytest.raises(ValueError, match="1") as caught:
        run_blocks(blocks, "page.md")

    last = caught.traceback[-1]
    assert (str(last.path).rsplit("/", 1)[-1], last.lineno) == ("page.md", 30)


def test_rewriting_replaces_outputs_and_nothing_else() -> None:
    changed = rewrite(PAGE, ("", "2\n0.5\n"))

    assert changed == PAGE.replace("7\n", "2\n0.5\n")
    assert rewrite(changed, ("", "2\n0.5\n")) == changed


def test_rewriting_adds_and_drops_outputs() -> None:
    assert rewrite(PAGE, ("3\n", "")) == (
        "Text.\n\n```python\nx = 2\n```\n\n```text (output)\n3\n```\n\nMore.\n\n"
        "```python\nprint(x, ' ')\nprint(x / 4)\n```\n"
    )


def test_page_of_the_interface_is_that_of_the_code() -> None:
    assert research_api.PAGE.read_text() == research_api.write_page()


def test_validity_names_tests_and_functions_that_are_there() -> None:
    page = (ROOT / "docs/research/validity.md").read_text()
    tests = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", page)
    rows = page.split("## If you come from R")[1].split("\n### ")[0].splitlines()
    functions = [name for row in rows if row.startswith("|") for name in re.findall(r"`([\w.]+)`", row.split("|")[2])]

    lost = [f"{path}::{name}" for path, name in tests if f"def {name}" not in (ROOT / path).read_text()]
    for name in functions:
        module, _, function = name.rpartition(".")
        if not hasattr(import_module(f"scoring.{module}"), function):
            lost.append(name)

    assert (len(tests) >= 40, len(functions) >= 40) == (True, True)
    assert lost == []
