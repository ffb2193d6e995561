"""Read responses in long form from CSV or Parquet, a batch at a time, so that ten million rows need no ten copies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event
from traceback import clear_frames

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from scoring.calibration.data import BATCH, MISSING_WORDS, ROWS_NAMED, Collector, ResponseData, number_of
from scoring.calibration.problems import Problem, UnfitResponsesError
from storage.wording import N_

NEEDED = ("id", "item", "resp")
GROUP_COLUMNS = ("group", "cov_group")
DELIMITERS = ",;\t"
BLOCK = 4 << 20
LONGEST_RELEASE = 5.0
"""Seconds; the thread that is waited for needs some microseconds."""


def read_responses(path: str | Path) -> ResponseData:
    """Return the responses of a file in the long form of the Item Response Warehouse: a row is one response.

    Columns `id` (person), `item` and `resp` (the score); `group`, else `cov_group`, is each person's group; others are
    ignored. A name ending in .parquet is Parquet, all else CSV in UTF-8 with comma, semicolon or tab.
    Empty responses and NA are missing: skipped and counted.

    It reads in blocks of 4 MB: a row then holds 12 bytes, briefly 40 while all are sorted, and 3 in the end; a person
    some 200. What is wrong in rows is named in the result's `problems`, rows as they stand in the file: the header
    of a CSV is row 1. Raises UnfitResponsesError for a file that cannot be read at all: not there, empty, another
    format, columns missing.
    """
    path = Path(path)
    try:
        if path.suffix.lower() in {".parquet", ".pq"}:
            return _read_parquet(path)
        return _read_csv(path)
    except FileNotFoundError as error:
        raise _refusal("missing_file", N_("There is no file {name}."), path) from error
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, UnicodeDecodeError, OSError) as error:
        raise _refusal("unreadable", N_("The file {name} cannot be read as a table of responses."), path) from error


def _refusal(code: str, message: str, path: Path, **values: str) -> UnfitResponsesError:
    return UnfitResponsesError([Problem(code, message, {"name": path.name, **values})])


def _read_parquet(path: Path) -> ResponseData:
    with pa.parquet.ParquetFile(path) as file:
        columns = _columns(file.schema_arrow.names, path)
        collector = Collector(first_row=1)
        for batch in file.iter_batches(batch_size=BATCH, columns=columns):
            _take(collector, batch, columns)
    return _finished(collector, path)


def _read_csv(path: Path) -> ResponseData:
    with path.open("rb") as file:
        head = file.readline(BLOCK).decode("utf-8-sig")
    if not head.strip():
        raise _refusal("empty", N_("The file {name} is empty."), path)
    delimiter = max(DELIMITERS, key=head.count)
    names = [name.strip().strip('"') for name in head.strip("\r\n").split(delimiter)]
    columns = _columns(names, path)
    rows, collector, released = _Rows(), Collector(first_row=2), Event()
    try:
        _take_rows(path, delimiter, names, columns, collector, rows, released)
    except BaseException as error:
        # The frames of a traceback would keep the reader, and that the handler.
        clear_frames(error.__traceback__)
        raise
    finally:
        released.wait(LONGEST_RELEASE)
    collector.problems.extend(rows.problems())
    return _finished(collector, path)


def _take_rows(
    path: Path,
    delimiter: str,
    names: list[str],
    columns: Sequence[str],
    collector: Collector,
    rows: _Rows,
    released: Event,
) -> None:
    reader = pa.csv.open_csv(
        path,
        read_options=pa.csv.ReadOptions(use_threads=False, block_size=BLOCK, column_names=names, skip_rows=1),
        parse_options=pa.csv.ParseOptions(
            delimiter=delimiter,
            ignore_empty_lines=False,
            invalid_row_handler=_InvalidRows(rows, released),
            newlines_in_values=False,
        ),
        convert_options=pa.csv.ConvertOptions(
            include_columns=columns,
            column_types=dict.fromkeys(columns, pa.string()),
            null_values=[],
            strings_can_be_null=False,
        ),
    )
    with reader:
        for batch in reader:
            _take(collector, batch, columns, rows.next(batch.num_rows))


class _InvalidRows:
    """Hand on the rows that the parser could not read, and tell when the parser has let go of this.

    Now and then a thread of Arrow's own is the last to do so, and needs the interpreter for it: one that is ending by then kills
    the whole process.
    """

    def __init__(self, rows: _Rows, released: Event) -> None:
        self._rows, self._released = rows, released

    def __call__(self, row: pa.csv.InvalidRow) -> str:
        return self._rows.skip(row)

    def __del__(self) -> None:
        self._released.set()


class _Rows:
    """Know where in the file each row stands that the parser hands on, and which it could not."""

    def __init__(self) -> None:
        self._first = 2
        self._left_out: list[int] = []
        self._uneven: list[int] = []

    def skip(self, row: pa.csv.InvalidRow) -> str:
        """Note a row with the wrong number of columns; an empty line is no problem."""
        self._left_out.append(int(row.number))
        if row.text.strip():
            self._uneven.append(int(row.number))
        return "skip"

    def next(self, count: int) -> npt.NDArray[np.int64]:
        """Return where the next rows stand."""
        places = np.arange(self._first, self._first + count + len(self._left_out))
        places = places[~np.isin(places, self._left_out)][:count]
        if count:
            self._first = int(places[-1]) + 1
        self._left_out = [row for row in self._left_out if row >= self._first]
        return places

    def problems(self) -> Iterator[Problem]:
        """Name the rows that have another number of columns than the header."""
        if self._uneven:
            named = tuple(self._uneven[:ROWS_NAMED])
            listed = ", ".join(map(str, named)) + (", …" if len(self._uneven) > ROWS_NAMED else "")
            sentence = N_("Rows with another number of columns than the header: {count} (rows {rows}).")
            yield Problem("columns", sentence, {"count": len(self._uneven), "rows": listed}, (), named)


def _take(
    collector: Collector, batch: pa.RecordBatch, columns: Sequence[str], rows: npt.NDArray[np.int64] | None = None
) -> None:
    person = _coded(batch.column(columns[0]), collector.code_persons)
    item = _coded(batch.column(columns[1]), collector.code_items)
    group = _coded(batch.column(columns[3]), collector.code_groups) if len(columns) > 3 else None  # noqa: PLR2004
    collector.add_coded(person, item, _scores(batch.column(columns[2])), group, rows=rows)


def _coded(column: pa.Array, code: Callable[[Sequence[str | None]], npt.NDArray[np.int32]]) -> npt.NDArray[np.int32]:
    """Return the code of each label; only the different labels of a batch pass through Python."""
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    codes = np.append(code([_label(value) for value in encoded.dictionary.to_pylist()]), np.int32(-1))
    places: npt.NDArray[np.int64] = encoded.indices.fill_null(len(codes) - 1).to_numpy(zero_copy_only=False)
    return codes[places]


def _label(value: object) -> str | None:
    if value is None:
        return None
    # A whole number that a table keeps as 7.0 is the label 7.
    label = str(int(value) if isinstance(value, float) and value.is_integer() else value).strip()
    return None if label in {"NA", "nan"} else label


def _scores(column: pa.Array) -> npt.NDArray[np.float64]:
    """Return the scores as numbers: NaN for a missing one, infinity for one that cannot be read."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        trimmed = pc.utf8_trim_whitespace(column)
        missing = pc.is_in(pc.utf8_lower(trimmed), value_set=pa.array(sorted(MISSING_WORDS)))
        trimmed = pc.if_else(missing, pa.scalar(None, trimmed.type), trimmed)
        try:
            column = pc.cast(trimmed, pa.float64())
        except pa.ArrowInvalid:
            return np.array([number_of(value) for value in trimmed.to_pylist()])
    elif not pa.types.is_null(column.type):
        column = pc.cast(column, pa.int8() if pa.types.is_boolean(column.type) else pa.float64())
    scores: npt.NDArray[np.float64] = pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False)
    return scores


def _columns(names: Sequence[str], path: Path) -> list[str]:
    lacking = [name for name in NEEDED if name not in names]
    if lacking:
        sentence = N_("The file {name} lacks the columns {columns}; it needs id, item and resp.")
        raise _refusal("missing_columns", sentence, path, columns=", ".join(lacking))
    repeated = [name for name in (*NEEDED, *GROUP_COLUMNS) if names.count(name) > 1] if isinstance(names, list) else []
    if repeated:
        sentence = N_("The file {name} has the columns {columns} more than once.")
        raise _refusal("repeated_columns", sentence, path, columns=", ".join(repeated))
    return [*NEEDED, *[name for name in GROUP_COLUMNS if name in names][:1]]


def _finished(collector: Collector, path: Path) -> ResponseData:
    data = collector.finish()
    if not len(data.score) and not data.problems:
        raise _refusal("empty", N_("The file {name} has no responses."), path)
    return data
