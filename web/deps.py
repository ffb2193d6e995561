"""What a page may ask for: a session to read or to write with, the hour, the signer, and who is asking."""

# What asks nothing of the database is `async`: FastAPI runs a plain function in a thread, and each such hop costs more
# than all of these together.
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from sqlmodel import Session
from starlette.exceptions import HTTPException

from storage.database import Database
from storage.media import MediaStore
from storage.wording import N_
from web.accounts import sign_ins
from web.accounts.models import Account
from web.settings import Settings
from web.tokens import Signer

T = TypeVar("T")

ACCOUNT_COOKIE = "paraat_account"
CANDIDATE_COOKIE = "paraat_candidate"
CANDIDATE_SECONDS = 12 * 3600
TRAINER_NAVIGATION = (
    (N_("Assessments"), "assessments.index"),
    (N_("Question banks"), "banks.index"),
    (N_("Competences"), "frameworks.index"),
    (N_("Panels"), "panels.index"),
    (N_("My account"), "accounts.me"),
)
ADMIN_NAVIGATION = (*TRAINER_NAVIGATION[:-1], (N_("Accounts"), "accounts.index"), TRAINER_NAVIGATION[-1])


async def get_database(request: Request) -> Database:
    """Return the database of this app."""
    database: Database = request.app.state.database
    return database


async def get_media_store(request: Request) -> MediaStore:
    """Return the media store of this app."""
    store: MediaStore = request.app.state.media
    return store


async def get_settings(request: Request) -> Settings:
    """Return the settings of this app."""
    settings: Settings = request.app.state.settings
    return settings


async def get_signer(request: Request) -> Signer:
    """Return what the server's secret can do."""
    signer: Signer = request.app.state.signer
    return signer


async def get_now() -> datetime:
    """Return the hour; a test puts its own in the place of this."""
    return datetime.now(UTC)


async def reading(request: Request) -> AsyncIterator[Session]:
    """Give a session to read with."""
    database: Database = request.app.state.database
    with database.reading() as session:
        yield session


@asynccontextmanager
async def _committed_in_a_thread(database: Database) -> AsyncIterator[Session]:
    # Beginning asks nothing of the database yet; only the commit waits for the disk, and must not keep others waiting.
    opened = database.transaction()
    session = opened.__enter__()
    try:
        yield session
    except BaseException as error:
        if not await _in_a_thread_of_its_own(opened, type(error), error, error.__traceback__):
            raise
    else:
        await _in_a_thread_of_its_own(opened, None, None, None)


async def _in_a_thread_of_its_own(opened: AbstractContextManager[Session], *how: Any) -> bool | None:
    # Not one of the threads that pages share: all of those may be waiting for the very row or connection that this
    # commit lets go.
    return await to_thread.run_sync(opened.__exit__, *how, limiter=CapacityLimiter(1))


async def transaction(request: Request) -> AsyncIterator[Session]:
    """Give a session; commit before the response leaves, roll back on any refusal.

    On SQLite requests queue here, as tasks: threads that wait for the one writer could use up the pool that the writer
    itself needs to go on.
    """
    async with AsyncExitStack() as stack:
        if queue := request.app.state.writer_queue:
            await stack.enter_async_context(queue)
        database: Database = request.app.state.database
        yield await stack.enter_async_context(_committed_in_a_thread(database))


async def act_durably(request: Request, act: Callable[[Session], T]) -> T:
    """Begin, act and commit in one thread, and return what the act gave only when it is durable.

    What `transaction` does, for the busiest path: there a change of threads costs as much as the act.
    """
    database: Database = request.app.state.database
    async with request.app.state.writer_queue or nullcontext():
        return await run_in_threadpool(_within, database.transaction, act)


async def read_at_once(request: Request, act: Callable[[Session], T]) -> T:
    """Return what the act read. What `reading` does, for the busiest path."""
    database: Database = request.app.state.database
    if database.is_sqlite:
        # A reader of a write-ahead log waits for nobody, and is done before a thread would have begun.
        return _within(database.reading, act)
    return await run_in_threadpool(_within, database.reading, act)


def _within(opened: Callable[[], AbstractContextManager[Session]], act: Callable[[Session], T]) -> T:
    with opened() as session:
        return act(session)


Reading = Annotated[Session, Depends(reading, scope="function")]
Transaction = Annotated[Session, Depends(transaction, scope="function")]
Now = Annotated[datetime, Depends(get_now)]
AppSettings = Annotated[Settings, Depends(get_settings)]
AppSigner = Annotated[Signer, Depends(get_signer)]
AppDatabase = Annotated[Database, Depends(get_database)]
AppMediaStore = Annotated[MediaStore, Depends(get_media_store)]


def signed_in(request: Request, now: Now) -> Account:
    """Return the account of this browser; 401 leads to the sign-in page."""
    with request.app.state.database.reading() as session:
        account = sign_ins.find_account(session, token=request.cookies.get(ACCOUNT_COOKIE, ""), now=now)
    if account is None:
        raise HTTPException(401)
    request.state.navigation = ADMIN_NAVIGATION if account.role == "admin" else TRAINER_NAVIGATION
    request.state.account = account
    return account


def signed_in_admin(account: Annotated[Account, Depends(signed_in)]) -> Account:
    """Return the account, which must be an admin's; 403 for a trainer's."""
    if account.role != "admin":
        raise HTTPException(403)
    return account


async def candidate(request: Request) -> UUID:
    """Return the candidate whose code this browser gave; 401 leads to the page that asks for a code."""
    signer: Signer = request.app.state.signer
    value = signer.read("candidate", request.cookies.get(CANDIDATE_COOKIE, ""), seconds=CANDIDATE_SECONDS)
    if not isinstance(value, str):
        raise HTTPException(401, headers={"X-For-Candidates": "1"})
    return UUID(value)


SignedIn = Annotated[Account, Depends(signed_in)]
SignedInAdmin = Annotated[Account, Depends(signed_in_admin)]
CandidateId = Annotated[UUID, Depends(candidate)]
"""Opaque: the invitation's candidate id, known by the signed cookie that a right code gives."""
