"""The pages of a bank of 5,000 items: list, filters, search in both languages, paging, overview; SQLite and PostgreSQL.

Each page is fetched again and again, one request at a time, from a server of its own process, as `paraat serve` runs it. Beside its times
stands how many queries it makes in a bank of 3 items and in the large one.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy import event
from sqlmodel import select
from starlette.testclient import TestClient

from benchmarks.answers import SECRET, databases, served
from benchmarks.big_bank import fill_bank
from benchmarks.http import Visitor
from question_banks.models import ItemCard
from storage import migrations
from storage.database import Database
from storage.media import MediaStore
from web.accounts.models import Account, SignIn
from web.accounts.operators import add_operator
from web.app import create_app
from web.deps import ACCOUNT_COOKIE
from web.settings import Settings
from web.starter import import_starter
from web.tokens import digest, new_token

PORT = 8767
WARM = 4
PAGES = {
    "list": "",
    "page in the middle": "?after={middle}",
    "last changed first": "?order=newest",
    "hardest first": "?order=hardest",
    "status": "?status=pilot",
    "level": "?level=3",
    "competence": "?competence=retail",
    "type": "?type=numeric",
    "tag": "?tag=hygi%C3%A8ne",
    "language missing": "?language=nl-missing",
    "language changed": "?language=nl-changed",
    "any finding": "?finding=any",
    "one finding": "?finding=hard_words",
    "level, status and tag": "?level=2&status=live&tag=prix",
    "search, French": "?q=fermeture",
    "search, Dutch": "?q=kaas+magazijn",
    "search, in vain": "?q=zzzz",
    "put away": "?archived=yes",
    "overview": "/overview",
    "curve": "/information.svg",
}


@dataclass(frozen=True)
class Desk:
    """Two banks, an item in the middle of each, and the cookie of a trainer."""

    large: UUID
    small: UUID
    middles: dict[UUID, UUID]
    token: str

    def path(self, bank: UUID, page: str) -> str:
        """Return the address of a page of a bank."""
        return f"/banks/{bank}{page.format(middle=self.middles[bank])}"


def prepare(url: str, items: int) -> Desk:
    """Migrate and fill: the starter content, a bank of three items, a large one, a trainer who is signed in."""
    migrations.upgrade(url)
    database, now, token = Database(url), datetime.now(UTC), new_token()
    with TemporaryDirectory() as media, database.transaction() as session:
        operator = add_operator(session, code="bench", name="Bench", now=now)
        import_starter(session, operator_id=operator.id, store=MediaStore(media), now=now)
        small = fill_bank(session, operator_id=operator.id, code="small", count=3, now=now)
        large = fill_bank(session, operator_id=operator.id, code="large", count=items, now=now)
        account = Account(
            operator_id=operator.id,
            email="bench@example.org",
            name="Bench",
            role="trainer",
            password_hash="",
            created_at=now,
        )
        session.add(account)
        session.flush()
        until = now + timedelta(hours=4)
        session.add(SignIn(account_id=account.id, token_digest=digest(token), created_at=now, expires_at=until))
        middles = {
            bank.id: session.exec(
                select(ItemCard.item_id).where(ItemCard.bank_id == bank.id, ItemCard.position == count // 2)
            ).one()
            for bank, count in ((small, 3), (large, items))
        }
        desk = Desk(large.id, small.id, middles, token)
    _analyse(database)
    database.close()
    return desk


def _analyse(database: Database) -> None:
    # What a database that has run for a day has done by itself.
    with database.engine.connect() as connection:
        connection.exec_driver_sql("analyze")
        connection.commit()


async def fetch(desk: Desk, page: str, times: int) -> list[float]:
    """Fetch a page so many times and return how long each took, in milliseconds, shortest first."""
    visitor = Visitor("127.0.0.1", PORT, cookies={ACCOUNT_COOKIE: desk.token})
    took = []
    for number in range(WARM + times):
        begin = time.perf_counter()
        answer = await visitor.get(desk.path(desk.large, page))
        assert answer.status == 200, (page, answer)
        if number >= WARM:
            took.append(1000 * (time.perf_counter() - begin))
    await visitor.close()
    return sorted(took)


@contextmanager
def counted(app: FastAPI) -> Iterator[list[str]]:
    """Give the statements that the app asks meanwhile."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT")):
            asked.append(statement)

    event.listen(app.state.database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(app.state.database.engine, "before_cursor_execute", note)


def count_queries(url: str, desk: Desk, page: str) -> tuple[int, int]:
    """Return how many queries a page makes in the small bank, and in the large one."""
    app = create_app(Settings(database_url=url, secret=SECRET, address="http://testserver"))
    client = TestClient(app, cookies={ACCOUNT_COOKIE: desk.token})
    counts = []
    for bank in (desk.small, desk.large):
        # Once before: prepared statements and what is kept for good.
        client.get(desk.path(bank, page))
        with counted(app) as asked:
            client.get(desk.path(bank, page))
        counts.append(len(asked))
    app.state.database.close()
    return counts[0], counts[1]


def main() -> None:
    """Measure every page and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=5000)
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--pages", nargs="+", choices=sorted(PAGES), default=list(PAGES))
    options = parser.parse_args()
    print("| database | page | p50 ms | p95 ms | queries at 3 items | queries at all |")
    print("|---|---|---|---|---|---|")
    with databases() as urls:
        for name in ("SQLite", "PostgreSQL"):
            desk = prepare(urls[name], options.items)
            environment = {
                "PARAAT_DATABASE_URL": urls[name],
                "PARAAT_SECRET": SECRET,
                "PARAAT_ADDRESS": f"http://127.0.0.1:{PORT}",
                "PARAAT_MEDIA_STORE": str(Path(urls["SQLite"].removeprefix("sqlite:///")).parent / "media"),
            }
            with served(["-m", "web.cli", "serve", "--port", str(PORT)], PORT, environment):
                for page in options.pages:
                    took = asyncio.run(fetch(desk, PAGES[page], options.times))
                    few, all_ = count_queries(urls[name], desk, PAGES[page])
                    p95 = took[min(len(took) - 1, int(len(took) * 0.95))]
                    print(
                        f"| {name} | {page} | {statistics.median(took):.0f} | {p95:.0f} | {few} | {all_} |", flush=True
                    )


if __name__ == "__main__":
    main()
