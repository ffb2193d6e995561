"""Run the research guide and write its outputs anew: `python -m scripts.research_guide`, from the root of the project.

A block of ```python is run, all blocks in order in one namespace; what it prints stands in the block ```text (output)
that follows it. The test of the guide runs the same code and compares.
"""

import re
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

GUIDE = Path(__file__).parent.parent / "docs" / "research" / "guide.md"

BLOCK = re.compile(
    r"^```python\n(?P<code>.*?)^```\n(?:\n```text \(output\)\n(?P<output>.*?)^```\n)?", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Block:
    """Hold one block of code: the line of the page it begins on, and what the page says that it prints."""

    line: int
    code: str
    output: str


def read_blocks(page: str) -> tuple[Block, ...]:
    """Return the blocks of code in the order of the page."""
    return tuple(
        Block(page.count("\n", 0, found.start("code")) + 1, found["code"], found["output"] or "")
        for found in BLOCK.finditer(page)
    )


def run_blocks(blocks: tuple[Block, ...], name: str = "guide") -> tuple[str, ...]:
    """Return what each block prints, lines without trailing blanks; an error names the line of the page."""
    namespace: dict[str, Any] = {"__name__": name}
    outputs = []
    for block in blocks:
        printed = StringIO()
        code = compile("\n" * (block.line - 1) + block.code, name, "exec")
        with redirect_stdout(printed):
            exec(code, namespace)  # noqa: S102 - the page is a file of this project
        outputs.append("".join(f"{line.rstrip()}\n" for line in printed.getvalue().splitlines()))
    return tuple(outputs)


def rewrite(page: str, outputs: tuple[str, ...]) -> str:
    """Return the page with these outputs after its blocks; a block that prints nothing has none."""
    left = iter(outputs)

    def written(found: re.Match[str]) -> str:
        output = next(left)
        return f"```python\n{found['code']}```\n" + (f"\n```text (output)\n{output}```\n" if output else "")

    return BLOCK.sub(written, page)


def main() -> None:
    """Write the outputs of the guide anew."""
    page = GUIDE.read_text()
    GUIDE.write_text(rewrite(page, run_blocks(read_blocks(page), GUIDE.name)))


if __name__ == "__main__":
    main()
