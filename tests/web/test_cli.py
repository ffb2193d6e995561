"""The command line as the person who runs Paraat meets it: real processes, real databases, sentences instead of traces."""

import csv
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2
import numpy as np
import psycopg
import pytest
from distributed import LocalCluster
from sqlalchemy import func
from sqlmodel import Session, select
from starlette.testclient import TestClient

import question_banks

# Imported for their tables.
import scoring.models
from storage.database import Database
from storage.migrations import has_drifted
from storage.tables import metadata, new_id
from tests.calibrating import answered
from tests.conftest import ADDRESS, SECRET, START, World
from tests.pages import checked_page
from web.accounts.candidates import register_candidate
from web.accounts.models import Account, OneTimeLogin, SignIn
from web.settings import DEMO_SECRET

ROOT = Path(__file__).parents[2]
NUMERACY = Path(question_banks.__path__[0]) / "starter" / "numeracy"
WAIT = 60

Run = Callable[..., subprocess.CompletedProcess[str]]


def environment(url: str = "", **changes: str) -> dict[str, str]:
    """Return the environment of a process: nothing of Paraat's but what is given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PARAAT_") and name != "PORT"}
    given = {"PARAAT_DATABASE_URL": url, "PARAAT_SECRET": SECRET, "PARAAT_ADDRESS": ADDRESS} if url else {}
    together = kept | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"} | given | changes
    return {name: value for name, value in together.items() if value}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Give `run(*arguments, env=...)`: run the program to its end in a folder of its own."""

    def start(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "web.cli", *arguments]
        return subprocess.run(  # noqa: S603
            command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=WAIT, check=False
        )

    return start


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def empty(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the URL of a database without tables."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: str = request.getfixturevalue("postgresql")
    name = f"t{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as maintenance:
        maintenance.execute(f"create database {name}")
        yield server.replace("/postgres?", f"/{name}?")
        maintenance.execute(f"drop database {name} with (force)")


def counts(session: Session) -> dict[str, int]:
    return {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in metadata.tables.values()
    }


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """Check that a process ended with a no, not with a fault; return what it said."""
    assert "Traceback" not in done.stdout + done.stderr
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr.strip()


@contextmanager
def running(tmp_path: Path, *arguments: str, env: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Start the program; stop it at the end as an init system would, and check that it went quietly."""
    command = [sys.executable, "-m", "web.cli", *arguments]
    process = subprocess.Popen(  # noqa: S603
        command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    guard = threading.Timer(WAIT, process.kill)
    guard.start()
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        said, complained = process.communicate(timeout=WAIT)
        guard.cancel()
    assert "Traceback" not in said + complained
    assert process.returncode in (0, -signal.SIGTERM)


def answers(address: str, process: subprocess.Popen[str]) -> httpx2.Response:
    """Return the answer of an address as soon as there is one."""
    until = time.monotonic() + WAIT
    while True:
        try:
            return httpx2.get(address, headers={"Accept-Language": "en"})
        except httpx2.TransportError:
            assert process.poll() is None, process.stderr and process.stderr.read()
            assert time.monotonic() < until
            time.sleep(0.1)


def test_help_shows_every_command(run: Run) -> None:
    done = run("--help", env=environment())

    assert done.returncode == 0
    commands = r"^\W*(serve|work|calibrate|migrate|import|demo|add-account|purge)\b"
    assert re.findall(commands, done.stdout, re.MULTILINE) == [
        "serve",
        "work",
        "calibrate",
        "migrate",
        "import",
        "add-account",
        "purge",
        "demo",
    ]


def test_migrate_makes_the_tables_and_again_changes_nothing(run: Run, empty: str) -> None:
    done = [run("migrate", env=environment(empty)) for _ in range(2)]

    assert [(one.returncode, one.stdout, one.stderr) for one in done] == [(0, "The database is up to date.\n", "")] * 2
    assert scoring.models.Share.metadata is metadata
    assert has_drifted(empty) == []


@pytest.mark.parametrize("kind", ["sqlite"])
def test_import_of_a_folder_reports_what_it_did(run: Run, database: Database, world: World, tmp_path: Path) -> None:
    folder = tmp_path / "bank"
    folder.mkdir()
    (folder / "bank.yaml").write_text((NUMERACY / "bank.yaml").read_text().replace("bank: numeracy", "bank: mine"))
    (folder / "items.yaml").write_text((NUMERACY / "items.yaml").read_text().replace("item: num-", "item: mine-"))
    url = database.url.render_as_string(hide_password=False)

    done = [run("import", str(folder), "--operator", "school", env=environment(url)) for _ in range(2)]

    items = (NUMERACY / "items.yaml").read_text().count("\nitem: ") + 1
    assert [(one.returncode, one.stderr) for one in done] == [(0, "")] * 2
    assert [re.findall(r"(\d+) (\w+)", one.stdout) for one in done] == [
        [(str(items), "new"), ("0", "changed"), ("0", "unchanged")],
        [("0", "new"), ("0", "changed"), (str(items), "unchanged")],
    ]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_import_with_mistakes_prints_each_and_writes_nothing(
    run: Run, database: Database, world: World, tmp_path: Path
) -> None:
    folder = tmp_path / "bank"
    folder.mkdir()
    (folder / "bank.yaml").write_text((NUMERACY / "bank.yaml").read_text().replace("bank: numeracy", "bank: mine"))
    items = (NUMERACY / "items.yaml").read_text().replace("item: num-", "item: mine-")
    items = items.replace("difficulty: -2.2", "difficulty: hard", 1).replace("seconds: 45", "seconds: soon", 1)
    (folder / "items.yaml").write_text(items + "---\nitem: mine-{last}\nstranger: 1\n")
    with database.reading() as session:
        before = counts(session)

    done = run(
        "import",
        str(folder),
        "--operator",
        "school",
        env=environment(database.url.render_as_string(hide_password=False)),
    )

    said = refused(done)
    with database.reading() as session:
        assert counts(session) == before
    assert before["item"] > 0
    places = re.findall(r"^items\.yaml:\d+", said, re.MULTILINE)
    assert len(places) >= 3
    assert len(places) == len(said.splitlines())
    assert "{{" not in said


@pytest.mark.parametrize("kind", ["sqlite"])
def test_import_for_an_unknown_operator_is_refused(run: Run, filled: tuple[str, World]) -> None:
    done = run("import", str(NUMERACY), "--operator", "nobody", env=environment(filled[0]))

    assert refused(done) == "There is no operator “nobody”."


@pytest.mark.parametrize("kind", ["sqlite"])
def test_add_account_prints_a_link_that_signs_in_once(
    run: Run, filled: tuple[str, World], new_client: Callable[[], TestClient]
) -> None:
    done = run("add-account", "anna@school.example", "--name", "Anna", "--operator", "new", env=environment(filled[0]))

    link = re.search(rf"{ADDRESS}(/sign-in/once/[\w-]+)", done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert link
    client = new_client()
    assert checked_page(client.get(link[1]).text).attributes("main form", "action") == [link[1]]
    first, second = client.post(link[1]), new_client().post(link[1])
    assert (first.status_code, second.status_code) == (303, 404)
    shown = checked_page(client.get(first.headers["location"]).text)
    assert "anna@school.example" in shown.text()
    assert client.get("/accounts").status_code == 200


def test_purge_says_in_one_line_what_it_did_and_again_does_nothing(
    run: Run, filled: tuple[str, World], database: Database, world: World
) -> None:
    long_ago = START - timedelta(days=2000)
    with database.transaction() as session:
        account_id = world.trainer.id
        session.add(SignIn(account_id=account_id, token_digest="a", created_at=long_ago, expires_at=long_ago))
        session.add(OneTimeLogin(account_id=account_id, token_digest="b", expires_at=long_ago))
        register_candidate(
            session, new_id(), operator_id=world.operator_id, called="Amina", language="fr", now=long_ago
        )

    done = [run("purge", env=environment(filled[0])) for _ in range(2)]

    nothing = (
        "Erased people: 0. Emptied answers: 0. Deleted uploads: 0, stored files: 0, outcomes: 0, shares: 0, "
        "consultations: 0, declarations: 0, sign-ins: 0, one-time links: 0, names of judges: 0, pieces of work: 0.\n"
    )
    something = nothing.replace("people: 0", "people: 1").replace(
        "sign-ins: 0, one-time links: 0", "sign-ins: 1, one-time links: 1"
    )
    assert [(one.returncode, one.stdout, one.stderr) for one in done] == [(0, something, ""), (0, nothing, "")]


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["not an address"], "Write an e-mail address, like name@example.be."),
        (["trainer@example.org"], "There is an account with this e-mail address already."),
        (["anna@school.example", "--role", "king"], "Choose what this person may do."),
    ],
)
def test_add_account_refuses_with_a_sentence(
    run: Run, filled: tuple[str, World], arguments: list[str], sentence: str
) -> None:
    done = run("add-account", *arguments, env=environment(filled[0]))

    assert refused(done) == sentence


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"PARAAT_SECRET": ""}, "PARAAT_SECRET is not set."),
        ({"PARAAT_SECRET": DEMO_SECRET}, "PARAAT_SECRET is the demonstration's: make one of your own."),
        ({"PARAAT_SECRET": "short"}, "PARAAT_SECRET: at least 32 signs that nobody can guess"),
        ({"PARAAT_DATABASE_URL": "nowhere"}, "PARAAT_DATABASE_URL: sqlite:///path/to/file.db or postgresql://"),
        ({"PARAAT_ADDRESS": "paraat"}, "PARAAT_ADDRESS: an address without path, such as https://paraat.example.org."),
        (
            {"PARAAT_DEMO": "1", "PARAAT_ADDRESS": "http://127.0.0.1:8000"},
            "PARAAT_DEMO is for `paraat demo` alone. Unset it to serve for real.",
        ),
    ],
)
def test_serve_refuses_wrong_settings(run: Run, tmp_path: Path, changes: dict[str, str], sentence: str) -> None:
    done = run("serve", env=environment(f"sqlite:///{tmp_path / 'never.db'}", **changes))

    said = refused(done)
    assert said.startswith(sentence)
    assert not (tmp_path / "never.db").exists()


def test_serve_names_everything_that_is_missing_at_once(run: Run) -> None:
    done = run("serve", env=environment())

    assert refused(done).splitlines() == [
        "PARAAT_DATABASE_URL is not set.",
        "PARAAT_SECRET is not set.",
        "PARAAT_ADDRESS is not set.",
        "docs/guides/running.md lists every setting.",
    ]


@pytest.mark.parametrize(
    "url",
    ["sqlite:////nowhere/at/all/paraat.db", "postgresql://paraat:hush-hush@127.0.0.1:1/paraat"],
)
def test_database_that_cannot_be_reached_is_refused_with_a_sentence(run: Run, url: str) -> None:
    done = [run(command, env=environment(url)) for command in ("serve", "migrate")]

    said = [refused(one) for one in done]
    assert said[0] == said[1]
    assert "PARAAT_DATABASE_URL" in said[0]
    assert "hush-hush" not in said[0]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_serve_refuses_a_database_with_demonstration_accounts(
    run: Run, filled: tuple[str, World], database: Database, world: World
) -> None:
    with database.transaction() as session:
        account = session.get_one(Account, world.trainer.id)
        account.is_demo = True

    done = run("serve", env=environment(filled[0]))

    assert refused(done) == (
        "This database has demonstration accounts (trainer@example.org). Serve another database, or close them first."
    )


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize("command", ["serve", "demo"])
def test_taken_port_is_named(run: Run, filled: tuple[str, World], command: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        done = run(command, env=environment(filled[0], PORT=str(taken)))

    said = refused(done)
    assert said.startswith(f"Port {taken} is taken by another program, or not yours to use.")


@pytest.mark.parametrize("kind", ["sqlite"])
def test_serve_serves_and_stops_when_asked(filled: tuple[str, World], tmp_path: Path, port: int) -> None:
    with running(tmp_path, "serve", "--port", str(port), env=environment(filled[0])) as process:
        first = answers(f"http://127.0.0.1:{port}/", process)
        missing = answers(f"http://127.0.0.1:{port}/nothing", process)

    assert (first.status_code, missing.status_code) == (200, 404)
    assert "server" not in first.headers
    assert checked_page(missing.text).text(".pr-reference") == missing.headers["x-request-id"]


def doors_of(process: subprocess.Popen[str]) -> dict[str, str]:
    """Return what a demonstration prints, once it is there."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.strip().startswith("Company"):
            break
    said = "".join(lines)
    found = re.search(r"Trainer +(\S+)\s+Candidate +(\S+) +code (\S+)\s+Company +(\S+)", said)
    assert found, said
    return dict(zip(("trainer", "candidate", "code", "company"), found.groups(), strict=True))


def test_demo_opens_three_doors_and_keeps_its_data(tmp_path: Path, port: int) -> None:
    # In a folder with a space in its name, as a person's own folder may have.
    home = tmp_path / "a folder"
    home.mkdir()
    starts = []
    for _ in range(2):
        # Settings of the environment have no say in a demonstration.
        with running(home, "demo", env=environment("nowhere", PORT=str(port))) as process:
            doors = doors_of(process)
            shown = [answers(doors[name], process) for name in ("trainer", "candidate", "company")]
            starts.append((doors, [answer.status_code for answer in shown]))
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}", headers={"Accept-Language": "en"}) as browser:
                signed_in = browser.post(urlsplit(doors["trainer"]).path, follow_redirects=True)
                admitted = browser.post("/admissions", data={"code": doors["code"]})
                company = urlsplit(doors["company"])
                look = {"who": "Baker", "purpose": "stage", "code": company.fragment.removeprefix("k=")}
                read = browser.post(f"{company.path}/consultations", data=look, follow_redirects=True)
        assert (signed_in.status_code, admitted.status_code, read.status_code) == (200, 303, 200)
        assert "Amina" in checked_page(read.text).text()

    first, second = (doors for doors, _ in starts)
    assert [statuses for _, statuses in starts] == [[200, 200, 200]] * 2
    assert {name: first[name] == second[name] for name in first} == {
        "trainer": False,
        "candidate": True,
        "code": True,
        "company": True,
    }
    assert sorted(path.name for path in home.iterdir()) == ["var"]
    assert (home / "var" / "demo.json").stat().st_mode & 0o077 == 0


@pytest.fixture
def responses(tmp_path: Path) -> Path:
    """Give a file with the answers of 300 people, in two groups, to six items of one point and one of two."""
    rng = np.random.default_rng(4)
    rows = ["id;item;resp;group"]
    for person in range(300):
        group = "fr" if person % 2 else "nl"
        theta = rng.standard_normal() + (person % 2)
        chances = [1 / (1 + np.exp(-(theta - b))) for b in (-1.5, -0.9, -0.3, 0.3, 0.9, 1.5, -0.5, 0.5)]
        right = (rng.random(8) < chances).astype(int).tolist()
        rows += [f"{person};q{place};{score};{group}" for place, score in enumerate(right[:6])]
        rows.append(f"{person};two;{sum(right[6:])};{group}")
    path = tmp_path / "responses.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def test_file_of_responses_is_calibrated_printed_and_written(run: Run, responses: Path, tmp_path: Path) -> None:
    arguments = ("calibrate", "--responses", str(responses), "--model", "2pl", "--by-group")

    done = run(*arguments, "--out", "found.csv", env=environment(COLUMNS="60"))

    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    assert "300 people, 7 items, 2,100 responses." in done.stderr
    assert re.findall(r"^\s*(q\d|two|fr|nl) ", done.stdout, re.MULTILINE) == [
        *(f"q{place}" for place in range(6)),
        *("two", "nl", "fr"),
    ]
    assert "…" not in done.stdout
    with (tmp_path / "found.csv").open() as file:
        found = {row["item"]: row for row in csv.DictReader(file)}
    assert {label: row["model"] for label, row in found.items() if label in ("q0", "two")} == {
        "q0": "2pl",
        "two": "gpcm",
    }
    b = [float(found[f"q{place}"]["b"]) for place in range(6)]
    assert b == sorted(b)
    assert all(0 < float(found[f"q{place}"]["se_b"]) < 1 for place in range(6))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["found.csv", "responses.csv"]


def test_what_was_found_serves_as_anchors(run: Run, responses: Path, tmp_path: Path) -> None:
    arguments = ("calibrate", "--responses", str(responses))
    run(*arguments, "--out", "found.csv", env=environment())
    lines = (tmp_path / "found.csv").read_text().splitlines()
    (tmp_path / "anchors.csv").write_text("\n".join([*lines[:3], *lines[-1:]]) + "\n")

    done = run(*arguments, "--anchors", "anchors.csv", "--out", "again.csv", env=environment())

    assert (done.returncode, done.stdout.count("(anchor)")) == (0, 3)
    files = []
    for name in ("found.csv", "again.csv"):
        with (tmp_path / name).open() as file:
            files.append({row["item"]: (row["a"], row["b"], row["step_1"]) for row in csv.DictReader(file)})
    first, second = files
    assert [first[label] == second[label] for label in ("q0", "q1", "two")] == [True] * 3
    assert float(second["q4"][1]) == pytest.approx(float(first["q4"][1]), abs=0.05)


def test_file_is_calibrated_on_a_dask_cluster(run: Run, responses: Path) -> None:
    arguments = ("calibrate", "--responses", str(responses))

    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tcp", dashboard_address=None
    ) as cluster:
        done = run(*arguments, "--dask", cluster.scheduler_address, env=environment())

    assert done.returncode == 0
    assert re.findall(r"^\s*(q\d|two|all) ", done.stdout, re.MULTILINE) == [
        *(f"q{place}" for place in range(6)),
        "two",
        "all",
    ]


BAD = """\
id,item,resp
1,a,1
1,a,0
2,b,many
3,c,1
4,c,1
"""


@pytest.mark.parametrize(
    ("arguments", "sentences"),
    [
        ([], ["Name a bank, or a file with --responses: one of the two."]),
        (["numeracy", "--responses", "bad.csv"], ["Name a bank, or a file with --responses: one of the two."]),
        (["--responses", "none.csv"], ["There is no file none.csv."]),
        (["--responses", "bad.csv", "--model", "5pl"], ["There is no model “5pl”."]),
        (["--responses", "bad.csv", "--out", "nowhere/found.csv"], ["There is no folder nowhere to write to."]),
        (["--responses", "bad.csv", "--anchors", "none.csv"], ["There is no file none.csv."]),
        (["--responses", "bad.csv", "--anchors", "bad.csv"], ["The file bad.csv lacks the columns b."]),
        (["--responses", "bad.csv", "--anchors", "anchors.csv"], ["3 (twice)", "4 (endless)", "5 (–)"]),
        (["--responses", "good.csv", "--anchors", "strange.csv"], ["These anchors are not among the items: stranger."]),
        (["--responses", "bad.csv", "--out", "found.csv"], ["(rows 3)", "(rows 4)", "same score", "falls apart"]),
    ],
)
def test_calibrate_refuses_with_sentences_and_writes_nothing(
    run: Run, tmp_path: Path, arguments: list[str], sentences: list[str]
) -> None:
    (tmp_path / "bad.csv").write_text(BAD)
    (tmp_path / "good.csv").write_text("id,item,resp\n1,a,1\n2,a,0\n3,a,1\n1,b,0\n2,b,0\n3,b,1\n")
    (tmp_path / "anchors.csv").write_text("item,b\ntwice,1\ntwice,2\nendless,inf\n,1\n")
    (tmp_path / "strange.csv").write_text("item,b\nstranger,1\n")
    before = sorted(path.name for path in tmp_path.iterdir())

    done = run("calibrate", *arguments, env=environment())

    said = refused(done)
    assert [sentence for sentence in sentences if sentence not in said] == []
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize("kind", ["sqlite"])
def test_bank_is_calibrated_and_put_in_force(
    run: Run, filled: tuple[str, World], database: Database, world: World
) -> None:
    with database.transaction() as session:
        answered(session, world, people=40)
    arguments = ("calibrate", "numeracy", "--operator", "school", "--minimum", "30")
    env = environment(filled[0])

    done = [
        run(*arguments, env=env),
        run(*arguments, "--put-in-force", env=env),
        run(*arguments, "--model", "2pl", "--put-in-force", "--reason", "Enough answers.", env=env),
    ]

    assert [(one.returncode, one.stdout) for one in done] == [
        (0, "Calibration 1 of numeracy is kept as proposed: 680 responses of 40 people.\n"),
        (1, ""),
        (0, "Calibration 2 of numeracy is in force: 680 responses of 40 people.\n"),
    ]
    assert "17 items have enough responses to be estimated" in done[0].stderr
    assert done[1].stderr.strip() == 'Say why it is put in force: --reason "…"'
    with database.reading() as session:
        kept = session.exec(select(scoring.models.Calibration).order_by(scoring.models.Calibration.number)).all()
    assert [(one.status, one.reason, one.plan["dichotomous"]) for one in kept] == [
        ("proposed", "", "rasch"),
        ("in_force", "Enough answers.", "2pl"),
    ]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_bank_is_calibrated_with_its_texts_as_one(
    run: Run, filled: tuple[str, World], database: Database, world: World
) -> None:
    with database.transaction() as session:
        answered(session, world, people=60, code="reading-instructions")
    arguments = ("calibrate", "reading-instructions", "--operator", "school", "--minimum", "30", "--testlets-as-one")

    done = run(*arguments, env=environment(filled[0]))

    assert (done.returncode, done.stdout[:42]) == (0, "Calibration 1 of reading-instructions is k")
    with database.reading() as session:
        kept = session.exec(select(scoring.models.Calibration)).one()
        texts = session.exec(select(scoring.models.CalibratedTestlet)).all()
    assert kept.plan["testlets_as_one"]
    assert f"{len(texts)} texts are measured as one question of several points each" in done.stderr.replace("\n", " ")
    assert len(texts) > 0


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["numeracy", "--operator", "nobody"], "There is no operator “nobody”."),
        (["strange", "--operator", "school"], "There is no question bank “strange”."),
        (["numeracy", "--operator", "school", "--model", "4pl"], "A bank has no model “4pl”."),
        (["numeracy", "--operator", "school"], "No item can be estimated: each needs 100 responses"),
    ],
)
def test_bank_that_cannot_be_calibrated_is_refused_with_a_sentence(
    run: Run, filled: tuple[str, World], database: Database, arguments: list[str], sentence: str
) -> None:
    done = run("calibrate", *arguments, env=environment(filled[0]))

    assert sentence in refused(done)
    with database.reading() as session:
        assert session.exec(select(scoring.models.Calibration)).all() == []


@pytest.mark.parametrize("kind", ["sqlite"])
def test_work_without_any_says_so(run: Run, filled: tuple[str, World]) -> None:
    done = run("work", env=environment(filled[0]))

    assert (done.returncode, done.stdout, done.stderr) == (0, "Pieces of work done: 0.\n", "")
