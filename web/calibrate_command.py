"""`paraat calibrate`: a bank, or a file of responses from elsewhere. Loaded by that command alone: it brings the engine with it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlmodel import select

from question_banks.errors import BankNotFoundError
from question_banks.models import Bank
from scoring.calibration.checks import check_responses
from scoring.calibration.data import ResponseData
from scoring.calibration.em import calibrate
from scoring.calibration.fit import ResidualFit, estimate_persons, residual_fit
from scoring.calibration.mapping import Mapper
from scoring.calibration.plan import MODELS, CalibrationPlan, Model
from scoring.calibration.problems import Problem, UnfitResponsesError, blocking
from scoring.calibration.reading import read_responses
from scoring.calibration.results import CalibrationResult
from scoring.calibrations.choices import Choices
from scoring.calibrations.deciding import get_calibration, put_in_force
from scoring.calibrations.reviewing import compared_with
from scoring.calibrations.tables import TableError, read_anchors, write_results
from storage.database import Database
from storage.wording import N_, Refusal
from web.job_kinds import calibrate_bank

STEPPED: dict[str, Model] = {"rasch": "pcm", "1pl": "pcm", "2pl": "gpcm", "3pl": "gpcm", "4pl": "gpcm"}
"""What items of several points take beside each model of right and wrong."""
PLAIN: dict[str, Model] = {"pcm": "rasch", "gpcm": "2pl", "grm": "2pl"}
WIDEST = 10_000

Stop = Callable[[str], NoReturn]


@dataclass(frozen=True, slots=True)
class Screen:
    """Where a person looks: results go out, everything else goes beside it; `stop` says a sentence and ends with 1."""

    out: Console
    err: Console
    stop: Stop


class ScreenReport:
    """Tells a person at a terminal what an estimation does."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=1.0)

    def say(self, message: str, **values: Any) -> None:
        """Print a line."""
        written = {name: f"{value:,}" if isinstance(value, int) else value for name, value in values.items()}
        self._progress.console.print(message.format(**written), markup=False)

    def share(self, done: float) -> None:
        """Move the bar."""
        self._progress.update(self._task, completed=done)


def run_bank(
    screen: Screen,
    database: Database,
    *,
    operator_id: UUID,
    bank_code: str,
    choices: Choices,
    now: Callable[[], datetime],
    reason: str | None,
    even_unsettled: bool,
    dask: str,
) -> UUID:
    """Calibrate a bank and keep it as proposed; with a reason, put it in force. Returns its id."""
    try:
        with database.reading() as session:
            bank = session.exec(select(Bank).where(Bank.operator_id == operator_id, Bank.code == bank_code)).first()
            if bank is None:
                raise BankNotFoundError(N_("There is no question bank “{code}”."), code=bank_code)
        with _mapping(screen, dask) as mapper, _reporting(screen) as report:
            calibration_id = calibrate_bank(
                database, bank.id, choices, report, operator_id=operator_id, now=now, mapper=mapper
            )
        with database.transaction() as session:
            calibration = get_calibration(session, calibration_id, operator_id=operator_id)
            kept = f"Calibration {calibration.number} of {bank_code} is kept as proposed"
            if reason is not None:
                put_in_force(
                    session,
                    calibration_id,
                    operator_id=operator_id,
                    author_id=None,
                    reason=reason,
                    now=now(),
                    replacing=compared_with(calibration),
                    even_unsettled=even_unsettled,
                )
                kept = f"Calibration {calibration.number} of {bank_code} is in force"
    except Refusal as refusal:
        screen.stop(_sentences(refusal))
    screen.out.print(
        f"{kept}: {calibration.responses:,} responses of {calibration.persons:,} people"
        f"{'' if calibration.converged else '; the estimation did not settle'}."
    )
    return calibration_id


def run_file(
    screen: Screen, path: Path, *, model: str, anchors: Path | None, by_group: bool, out: Path | None, dask: str
) -> None:
    """Calibrate a file of responses, print its items and write them; ends with 1 on anything that is not right."""
    try:
        if out is not None and not out.parent.is_dir():
            screen.stop(f"There is no folder {out.parent} to write to.")
        plan_of = _planned(model, by_group=by_group)
        with screen.err.status(f"Reading {path.name}"):
            data = read_responses(path)
            plan = plan_of(read_anchors(anchors) if anchors is not None else {})
            problems = check_responses(data, plan)
        screen.err.print(f"{len(data.persons):,} people, {len(data.items):,} items, {len(data.score):,} responses.")
        if stopping := blocking(problems):
            raise UnfitResponsesError(stopping)
        _note(screen, problems)
        with _mapping(screen, dask) as mapper, _reporting(screen) as report:
            result, fits = _estimate(data, plan, report, mapper)
        _print_table(screen, items_table(result, fits))
        _print_table(screen, groups_table(result))
        _say_end(screen, result)
        if out is not None and result.converged:
            write_results(out, result, fits)
            screen.err.print(f"Written to {out}.", markup=False)
    except Refusal as refusal:
        screen.stop(_sentences(refusal))
    if not result.converged:
        screen.stop(
            "The estimation did not settle: these numbers may be wrong, and are not written to a file. "
            "Try a simpler model, or more responses."
        )


def choices_of(
    model: str, *, minimum: int, by_language: bool, prior_sd: float | None, testlets_as_one: bool = False
) -> Choices:
    """Return the choices that a model's name stands for; raises TableError for a name that a bank cannot take."""
    plain, stepped = (PLAIN[model], model) if model in PLAIN else (model, STEPPED.get(model, ""))
    if plain not in ("rasch", "2pl", "3pl") or not stepped:
        raise TableError(
            N_("A bank has no model “{model}”. Choose one of {models}."),
            model=model,
            models="rasch, 2pl, 3pl, pcm, gpcm, grm",
        )
    return Choices.model_validate(
        {
            "dichotomous": plain,
            "stepped": stepped,
            "minimum": minimum,
            "by_language": by_language,
            "prior_sd": prior_sd,
            "testlets_as_one": testlets_as_one,
        }
    )


def items_table(result: CalibrationResult, fits: dict[str, ResidualFit]) -> Table:
    """Return the items as a table for a terminal."""
    table = Table(title=f"{len(result.items):,} items, {result.plan.model}", box=SIMPLE_HEAD)
    table.add_column("Item")
    for name in ("n", "mean", "a", "se", "b", "se", "c", "steps", "infit", "outfit"):
        table.add_column(name, justify="right")
    for fit in result.items:
        one, errors, residual = fit.parameters, fit.standard_errors, fits[fit.item]
        table.add_row(
            (f"{fit.item} ({fit.group})" if fit.group else fit.item) + (" (anchor)" if fit.anchored else ""),
            f"{fit.responses:,}",
            f"{fit.mean_score:.3f}",
            f"{one.a:.3f}",
            _number(errors.get("a")),
            f"{one.b:.3f}",
            _number(errors.get("b")),
            f"{one.c:.3f}" if one.c else "",
            " ".join(f"{step:+.3f}" for step in one.steps),
            _number(residual.infit),
            _number(residual.outfit),
        )
    return table


def groups_table(result: CalibrationResult) -> Table:
    """Return the groups as a table for a terminal."""
    table = Table(title="People", box=SIMPLE_HEAD)
    table.add_column("Group")
    for name in ("n", "mean", "se", "sd", "se"):
        table.add_column(name, justify="right")
    for group in result.groups:
        table.add_row(
            group.group,
            f"{group.persons:,}",
            f"{group.mean:.3f}",
            _number(group.standard_errors.get("mean")),
            f"{group.sd:.3f}",
            _number(group.standard_errors.get("sd")),
        )
    return table


def _print_table(screen: Screen, table: Table) -> None:
    # A number that is cut short is a wrong number: on a narrow screen the lines run on instead.
    wide = screen.out.options.update(max_width=WIDEST)
    width = screen.out.measure(table, options=wide).maximum
    Console(file=screen.out.file, width=width, highlight=False).print(table)


def _planned(model: str, *, by_group: bool) -> Callable[[Any], CalibrationPlan]:
    if model not in MODELS:
        raise TableError(
            N_("There is no model “{model}”. Choose one of {models}."), model=model, models=", ".join(MODELS)
        )
    plain: Any = PLAIN.get(model, model)
    stepped: Any = model if model in PLAIN else STEPPED[model]

    def plan(anchors: Any) -> CalibrationPlan:
        return CalibrationPlan(model=plain, polytomous=stepped, anchors=anchors, by_group=by_group)

    return plan


def _estimate(
    data: ResponseData, plan: CalibrationPlan, report: ScreenReport, mapper: Mapper | None
) -> tuple[CalibrationResult, dict[str, ResidualFit]]:
    furthest = 0.0

    def tell(progress: Any) -> None:
        nonlocal furthest
        furthest = max(furthest, 0.9 * progress.share)
        report.share(furthest)

    result = calibrate(data, plan, on_progress=tell, mapper=mapper)
    report.share(0.9)
    persons = estimate_persons(data, result, mapper=mapper)
    fits = {one.item: one for one in residual_fit(data, result, theta=persons.theta)}
    report.share(1.0)
    return result, fits


def _say_end(screen: Screen, result: CalibrationResult) -> None:
    screen.out.print(
        f"Log-likelihood {result.log_likelihood:.3f}, {result.parameters} parameters, AIC {result.aic:.1f}, "
        f"BIC {result.bic:.1f}; {result.iterations} passes."
    )
    if result.narrow_posteriors:
        screen.err.print(
            f"{result.narrow_posteriors:,} people are measured more sharply than the grid of {result.plan.nodes} nodes can tell."
        )
    for fit in result.items:
        if fit.at_bound:
            screen.err.print(
                f"{fit.item}: {', '.join(fit.at_bound)} ran to the edge of what is possible; the responses do not fix it.",
                markup=False,
            )


def _note(screen: Screen, problems: list[Problem]) -> None:
    for problem in problems:
        screen.err.print(str(problem), markup=False)


@contextmanager
def _reporting(screen: Screen) -> Iterator[ScreenReport]:
    columns = (TextColumn("Estimating"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=screen.err, transient=True) as progress:
        yield ScreenReport(progress)


@contextmanager
def _mapping(screen: Screen, address: str) -> Iterator[Mapper | None]:
    if not address:
        yield None
        return
    try:
        from scoring.calibration.clusters import dask_mapper  # noqa: PLC0415 (only who has a cluster has it installed)
    except ImportError:
        screen.stop("Dask is not installed here: pip install 'paraat[dask]'")
    opened = dask_mapper(address)
    try:
        mapper = opened.__enter__()
    except (OSError, ValueError):
        screen.stop(f"No Dask scheduler answers at {address}.")
    try:
        yield mapper
    finally:
        opened.__exit__(None, None, None)


def _sentences(refusal: Refusal) -> str:
    """Return what a refusal says, each problem on a line of its own."""
    if isinstance(refusal, UnfitResponsesError):
        return "\n".join(str(problem) for problem in refusal.problems)
    return str(refusal)


def _number(value: float | None) -> str:
    return "" if value is None or value != value else f"{value:.3f}"  # noqa: PLR0124 (nan is what differs from itself)
