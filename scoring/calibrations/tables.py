"""Item parameters as CSV: what a calibration found, and anchors for another one. No use cases, but files."""

import csv
import io
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from scoring.calibration.fit import ResidualFit
from scoring.calibration.results import CalibrationResult, ItemFit
from scoring.errors import ScoringError
from scoring.irt import ItemParameters
from storage.wording import N_

STEP = "step_"
LARGEST = 16 << 20
"""A list of anchors has a line an item: nobody has so many."""


class TableError(ScoringError, ValueError):
    """A file, or what is asked of it, that cannot be used; nothing was written."""


def write_results(path: Path, result: CalibrationResult, fits: Mapping[str, ResidualFit]) -> None:
    """Write a line for each item, whole or not at all; the columns up to `step_…` are those that `read_anchors` reads.

    `se_…` are standard errors, `low_…` and `high_…` the ends of the 95 % intervals (`ItemFit.interval`); all are empty for what was
    not estimated. Raises TableError when it cannot be written.
    """
    steps = max((len(fit.parameters.steps) for fit in result.items), default=0)
    numbers = [f"{STEP}{number}" for number in range(1, steps + 1)]
    errors = ["a", "b", "c", "d", *numbers]
    header = ["item", "model", "group", "a", "b", "c", "d", *numbers]
    header += ["responses", "mean_score", *(f"{kind}_{name}" for name in errors for kind in ("se", "low", "high"))]
    header += ["infit", "outfit", "anchored"]
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(header)
    for fit in result.items:
        one, residual = fit.parameters, fits[fit.item]
        own = [*one.steps, *[None] * (steps - len(one.steps))]
        values: list[Any] = [fit.item, fit.model, fit.group or "", one.a, one.b, one.c, one.d, *own]
        values += [fit.responses, fit.mean_score, *(number for name in errors for number in _known(fit, name))]
        table.writerow(_plain(value) for value in [*values, residual.infit, residual.outfit, int(fit.anchored)])
    _write_whole(path, written.getvalue())


def read_anchors(path: Path) -> dict[str, ItemParameters]:
    """Return the parameters of a CSV file with the columns item, a, b and, where there are some, c, d, step_1…, model.

    Raises TableError that names every line which cannot be used.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise TableError(N_("The file {name} is too large for a list of anchors."), name=path.name)
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise TableError(N_("There is no file {name}."), name=path.name) from error
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(N_("The file {name} cannot be read as a table."), name=path.name) from error
    head = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=head.count))
    columns = [name.strip() for name in rows.fieldnames or ()]
    if missing := [name for name in ("item", "b") if name not in columns]:
        raise TableError(N_("The file {name} lacks the columns {columns}."), name=path.name, columns=", ".join(missing))
    rows.fieldnames = columns
    found: dict[str, ItemParameters] = {}
    unfit: list[str] = []
    for line, row in enumerate(rows, 2):
        label = (row.get("item") or "").strip()
        parameters = _parameters(row)
        if not label or parameters is None or label in found:
            unfit.append(f"{line} ({label or '–'})")
        else:
            found[label] = parameters
    if unfit:
        raise TableError(
            N_("These lines of {name} give no item, no parameters that can be, or an item twice: {lines}."),
            name=path.name,
            lines=", ".join(unfit[:20]) + (", …" if len(unfit) > 20 else ""),  # noqa: PLR2004 (as in the engine)
        )
    return found


def _parameters(row: Mapping[str, Any]) -> ItemParameters | None:
    if None in row:
        # More cells than columns.
        return None
    try:
        values = {name: float(row[name]) for name in ("a", "b", "c", "d") if (row.get(name) or "").strip()}
        steps = [
            float(row[name])
            for name in sorted(
                (name for name in row if name.startswith(STEP) and name.removeprefix(STEP).isdecimal()),
                key=lambda name: int(name.removeprefix(STEP)),
            )
            if (row[name] or "").strip()
        ]
        is_graded = (row.get("model") or "").strip() == "grm"
        return ItemParameters(**values, steps=tuple(steps), model="grm" if is_graded else "gpcm")
    except (TypeError, ValueError):
        return None


def _known(fit: ItemFit, name: str) -> tuple[float | None, ...]:
    """Return standard error, lowest and highest value of a parameter."""
    error = fit.standard_errors.get(name)
    return (None, None, None) if error is None or not isfinite(error) else (error, *fit.interval(name))


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return repr(value) if isfinite(value) else ""
    return "" if value is None else value


def _write_whole(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise TableError(N_("The file {name} cannot be written."), name=path.name) from error
