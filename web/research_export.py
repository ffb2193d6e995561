"""Answers and parameters for research, in the long form of the Item Response Warehouse: `id`, `item`, `resp` and more.

A row is one item that one sitting was given. The columns:

| column | meaning |
|---|---|
| `id` | a sitting, under a random name that is made anew for each export: two exports cannot be laid on each other |
| `item` | the item version, as `code:number`: what was changed is another item |
| `resp` | points; a skip is worth 0; empty where it was not reached |
| `rt` | seconds; empty where unknown |
| `date` | the day, as Unix time at midnight UTC: no hour leaves |
| `wave` | the month, as 202611 |
| `group` | the language that it was read in; empty where it was not reached |
| `item_version` | the number of the item version |
| `skipped`, `seed` | 1 where it was passed over; where it was only tried out |
| `place` | its place in the sitting, from 1 |

What no machine marks is left out, and so is all that candidates said about themselves.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from secrets import SystemRandom, token_hex
from tempfile import TemporaryFile
from typing import IO, Annotated, Any
from uuid import UUID

import numpy as np
import typer
from sqlmodel import Session, col, select

from assess.datasets import NOT_GIVEN, Dataset, Slice, Version, each_part, list_versions
from question_banks.errors import BankNotFoundError
from question_banks.models import Bank
from scoring.marking import maximum_points
from scoring.models import CalibratedItem
from scoring.parameters import current_calibration_id, parameters_of
from storage.database import Database
from storage.wording import N_, Refusal
from web.accounts import operators
from web.accounts.errors import AccountNotFoundError

COLUMNS = ("id", "item", "resp", "rt", "date", "wave", "group", "item_version", "skipped", "seed", "place")
PARAMETERS = (
    "item", "item_version", "model", "a", "b", "c", "d", "steps", "se_a", "se_b", "se_c", "se_d", "se_steps", "n", "status",
)  # fmt: skip
DAY = 86_400
CHUNK = 64 * 1024

Columns = Mapping[str, Sequence[Any]]


def stream_csv(database: Database, bank: Bank) -> Iterator[bytes]:
    """Yield the file of a bank's answers as CSV (commas, decimal points, UTF-8), some thousand sittings at a time."""
    yield (",".join(COLUMNS) + "\n").encode()
    with database.reading() as session:
        for part in _parts(session, bank):
            file = io.StringIO()
            csv.writer(file, lineterminator="\n").writerows(zip(*(part[name] for name in COLUMNS), strict=True))
            yield file.getvalue().encode()


def stream_parquet(database: Database, bank: Bank) -> Iterator[bytes]:
    """Yield the same as Parquet; it is written to a file of the system first, since its end describes the whole."""
    with TemporaryFile() as file:
        _write_parquet(database, bank, file)
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


def parameters_csv(session: Session, bank: Bank) -> str:
    """Return the parameters in force of a bank's current item versions as CSV; where none are, the authors' estimates.

    `status`: `estimated`, `anchored` or `prior` as the calibration says, `authors` where nothing was calibrated.
    """
    rows = session.exec(
        select(CalibratedItem).where(CalibratedItem.calibration_id == current_calibration_id(session, bank.id))
    )
    known = {row.item_version_id: row for row in rows}
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(PARAMETERS)
    for version in list_versions(session, bank.id):
        if version.is_current and maximum_points(version.content):
            row = known.get(version.id)
            writer.writerow(_calibrated(version, row) if row is not None else _expected(version))
    return file.getvalue()


def export_to_file(database: Database, bank: Bank, path: Path) -> int:
    """Write a bank's answers to a file, Parquet by its ending and else CSV; return how many bytes there are."""
    with path.open("wb") as file:
        if path.suffix.lower() == ".parquet":
            _write_parquet(database, bank, file)
        else:
            file.writelines(stream_csv(database, bank))
        return file.tell()


def register(app: typer.Typer, *, open_database: Callable[[], Database], stop: Callable[[str], None]) -> None:
    """Add `paraat export-responses BANK FILE` to the command line."""

    @app.command()
    def export_responses(
        bank: Annotated[str, typer.Argument(help="Code of the bank.")],
        file: Annotated[Path, typer.Argument(help="File to write: .csv or .parquet.", dir_okay=False, writable=True)],
        operator: Annotated[str, typer.Option(help="Code of the operator who owns it.")],
    ) -> None:
        """Write a bank's answers without people, in the long form of the Item Response Warehouse."""
        database = open_database()
        try:
            with database.reading() as session:
                found = _find_bank(session, operator, bank)
            typer.echo(f"{file}: {export_to_file(database, found, file)} bytes")
        except Refusal as refusal:
            stop(str(refusal))
        finally:
            database.close()


def _find_bank(session: Session, operator_code: str, bank_code: str) -> Bank:
    operator = operators.find_operator(session, operator_code)
    if operator is None:
        raise AccountNotFoundError(N_("There is no operator “{code}”."), code=operator_code)
    bank = session.exec(select(Bank).where(col(Bank.operator_id) == operator.id, Bank.code == bank_code)).one_or_none()
    if bank is None:
        raise BankNotFoundError(N_("There is no such question bank."))
    return bank


def _write_parquet(database: Database, bank: Bank, file: IO[bytes]) -> None:
    # Half a second to load, which only who exports needs.
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    kinds = {"id": pa.string(), "item": pa.string(), "group": pa.string(), "rt": pa.float64(), "date": pa.int64()}
    schema = pa.schema([(name, kinds.get(name, pa.int32())) for name in COLUMNS])
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer, database.reading() as session:
        for part in _parts(session, bank):
            writer.write_table(pa.table({name: part[name] for name in COLUMNS}, schema=schema))


def _parts(session: Session, bank: Bank) -> Iterator[Columns]:
    """Yield the columns of some thousand sittings at a time. Within these the order is drawn: who came first does not show."""
    versions = {one.id: one for one in list_versions(session, bank.id)}
    for data in each_part(session, Slice(bank.id, bank.operator_id)):
        yield _columns(data, versions)


def _columns(data: Dataset, versions: Mapping[UUID, Version]) -> Columns:
    marked = np.array([maximum_points(versions[one].content) > 0 for one in data.versions], dtype=np.bool_)
    entries = np.flatnonzero(marked[data.version])
    names = [token_hex(8) for _ in data.sittings]
    drawn = list(range(len(names)))
    SystemRandom().shuffle(drawn)
    entries = entries[np.lexsort((data.place[entries], np.array(drawn)[data.person[entries]]))]
    days = data.at[entries] // DAY * DAY
    months = days.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
    items = [versions[one] for one in data.versions]
    labels = [f"{one.code}:{one.number}" for one in items]
    places = data.version[entries].tolist()
    languages = (*data.languages, None)
    return {
        "id": [names[one] for one in data.person[entries].tolist()],
        "item": [labels[one] for one in places],
        "resp": [None if one == NOT_GIVEN else one for one in data.points[entries].tolist()],
        "rt": [None if one != one else one for one in data.seconds[entries].tolist()],  # noqa: PLR0124 (only NaN)
        "date": days.tolist(),
        "wave": ((1970 + months // 12) * 100 + months % 12 + 1).tolist(),
        "group": [languages[one] for one in data.language[entries].tolist()],
        "item_version": [items[one].number for one in places],
        "skipped": data.skipped[entries].astype(np.int32).tolist(),
        "seed": data.is_seed[entries].astype(np.int32).tolist(),
        "place": data.place[entries].tolist(),
    }


def _calibrated(version: Version, row: CalibratedItem) -> Sequence[Any]:
    steps = [row.errors[name] for place in range(len(row.steps)) if (name := f"step_{place + 1}") in row.errors]
    return (
        version.code,
        version.number,
        row.model,
        row.a,
        row.b,
        row.c,
        row.d,
        " ".join(map(str, row.steps)),
        *(row.errors.get(name, "") for name in "abcd"),
        " ".join(map(str, steps)),
        row.responses,
        row.origin,
    )


def _expected(version: Version) -> Sequence[Any]:
    one = parameters_of(version.content)
    model = "2pl" if not one.steps else one.model
    steps = " ".join(map(str, one.steps))
    return (version.code, version.number, model, one.a, one.b, one.c, one.d, steps, "", "", "", "", "", 0, "authors")
