"""Files of responses in long form: good ones, and every way in which they are not."""

import gc
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from scoring.calibration.problems import UnfitResponsesError
from scoring.calibration.reading import _InvalidRows, read_responses


def written(folder: Path, text: str | bytes, name: str = "responses.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_read_responses_reads_the_long_form(tmp_path: Path) -> None:
    text = "rt,id,item,resp\n0.5,1,q,1\n0.7,1,r,0\n0.2,2,q,NA\n0.1,2,r,2.0\n"

    data = read_responses(written(tmp_path, text))

    assert (data.persons, data.items, data.groups) == (("1", "2"), ("q", "r"), ("all",))
    assert data.matrix().tolist() == [[1, 0], [-1, 2]]
    assert (data.skipped, data.problems) == (1, ())


def test_read_responses_reads_semicolons_marks_and_groups(tmp_path: Path) -> None:
    text = "\ufeffid;item;resp;cov_group\n1;q;1;fr\n2;q;0;nl\n"

    data = read_responses(written(tmp_path, text))

    assert (data.matrix().tolist(), data.groups, data.group.tolist()) == ([[1], [0]], ("fr", "nl"), [0, 1])


def test_read_responses_names_rows_as_they_stand_in_the_file(tmp_path: Path) -> None:
    text = "id,item,resp\n1,q,1\n2,q,0,9\n\n3,q,1\n4,q,oops\n,q,1\n5,q\n6,q,-1\n3,q,0\n"

    data = read_responses(written(tmp_path, text))

    found = {problem.code: problem.rows for problem in data.problems}
    assert found == {"columns": (3, 8), "label": (7,), "number": (6,), "score": (9,), "duplicate": (10,)}
    assert data.score.tolist() == [1, 1]


def test_read_responses_keeps_rows_right_across_blocks(tmp_path: Path) -> None:
    lines = [f"person{number},item{number % 7},1" for number in range(400_000)]
    lines[350_000] = "person,item,1,1"
    lines[390_000] = "person,item,-1"

    data = read_responses(written(tmp_path, "id,item,resp\n" + "\n".join(lines) + "\n"))

    assert {problem.code: problem.rows for problem in data.problems} == {"columns": (350_002,), "score": (390_002,)}
    assert len(data.score) == 399_998


@pytest.mark.parametrize(
    "columns",
    [
        {"id": [1, 1, 2], "item": ["q", "r", "q"], "resp": [1, None, 0]},
        {"id": ["1", "1", "2"], "item": pa.array(["q", "r", "q"]).dictionary_encode(), "resp": [1.0, None, 0.0]},
        {"id": [1.0, 1.0, 2.0], "item": ["q", "r", "q"], "resp": ["1", "", "0"]},
        {"id": [1, 1, 2], "item": ["q", "r", "q"], "resp": [True, None, False]},
    ],
)
def test_read_responses_reads_parquet_of_several_types(tmp_path: Path, columns: dict[str, object]) -> None:
    path = tmp_path / "responses.parquet"
    pa.parquet.write_table(pa.table(columns), path)

    data = read_responses(path)

    assert (data.persons, data.items, data.matrix().tolist()) == (("1", "2"), ("q", "r"), [[1, -1], [0, -1]])
    assert (data.skipped, data.problems) == (1, ())


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.csv", "empty"),
        (b"\n\n", "a.csv", "empty"),
        (b"id,item,resp\n", "a.csv", "empty"),
        (b"id,item\n1,q\n", "a.csv", "missing_columns"),
        (b"id,item,resp,id\n1,q,1,1\n", "a.csv", "repeated_columns"),
        (b"\xff\xfe\x00i", "a.csv", "unreadable"),
        (b"id,item,resp\n\xff,q,1\n", "a.csv", "unreadable"),
        (b"PAR1 and no more", "a.parquet", "unreadable"),
    ],
)
def test_read_responses_refuses_a_file_that_is_none(tmp_path: Path, content: bytes, name: str, code: str) -> None:
    with pytest.raises(UnfitResponsesError) as refused:
        read_responses(written(tmp_path, content, name))

    assert [problem.code for problem in refused.value.problems] == [code]


def test_read_responses_refuses_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnfitResponsesError) as refused:
        read_responses(tmp_path / "nothing.csv")

    assert [problem.code for problem in refused.value.problems] == ["missing_file"]


def test_read_responses_agrees_between_csv_and_parquet(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    rows = [(p, f"q{i}", int(rng.integers(0, 3))) for p in range(50) for i in range(20) if rng.random() < 0.5]
    text = "id,item,resp\n" + "".join(f"{p},{i},{s}\n" for p, i, s in rows)
    path = tmp_path / "responses.parquet"
    pa.parquet.write_table(
        pa.table(dict(zip(("id", "item", "resp"), map(list, zip(*rows, strict=True)), strict=True))), path
    )

    one, other = read_responses(written(tmp_path, text)), read_responses(path)

    assert (one.persons, one.items) == (other.persons, other.items)
    assert np.array_equal(one.matrix(), other.matrix())


def test_parser_has_let_go_of_everything_when_the_responses_are_read(tmp_path: Path) -> None:
    # A thread of Arrow's that lets go after the interpreter has ended aborts the process: 3 of 240 runs did.
    path = tmp_path / "good.csv"
    path.write_text("id,item,resp\n1,a,1\n2,a,0\n1,b,0\n2,b,1\n")
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"id,item,resp\n1,a,1\n2,\xff\xfe,0\n")
    left = []
    gc.freeze()

    for _ in range(50):
        read_responses(path)
        with pytest.raises(UnfitResponsesError):
            read_responses(broken)
        left.append(sum(isinstance(one, _InvalidRows) for one in gc.get_objects()))

    gc.unfreeze()
    assert left == [0] * 50
