"""The command line: serve, work, calibrate, migrate, import, add-account, purge, demo."""

import signal
import socket
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Annotated, NoReturn

import typer
import uvicorn
from pydantic import ValidationError
from rich.console import Console
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from question_banks.cards import refresh_missing_cards
from question_banks.errors import BankError
from storage import migrations
from storage.database import Database
from storage.media import MediaStore
from storage.wording import N_
from web import demo as demonstration
from web import research_export, starter
from web.accounts import accounts, operators, sign_ins
from web.accounts.errors import AccountError, AccountNotFoundError
from web.accounts.models import Operator
from web.app import create_app
from web.jobs import Worker
from web.logs import configure_logs
from web.retention import purge as delete_what_is_too_old
from web.retention import sweep_store
from web.settings import Settings, SettingsError, read_settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    # Its traces show local variables, and with them secrets.
    pretty_exceptions_enable=False,
    help="Paraat: what a trainee can do, before the stage begins.",
)
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

LINK_HOURS = 72


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="PORT", help="Port to listen on.")] = 8000,
    worker: Annotated[
        bool, typer.Option(help="Do long work in a child process; without, run `paraat work --stay` beside it.")
    ] = True,
) -> None:
    """Serve for real use; settings come from the environment (see docs/guides/running.md)."""
    settings = _settings()
    if settings.demo:
        _stop("PARAAT_DEMO is for `paraat demo` alone. Unset it to serve for real.")
    _upgrade(settings)
    if names := demonstration.demo_accounts(settings):
        _stop(
            f"This database has demonstration accounts ({', '.join(names)}). Serve another database, or close them first."
        )
    _require_free_port(host, port)
    out.print(f"Paraat serves on http://{host}:{port}, for people at {settings.address}")
    _serve(settings, host, port, worker=worker)


@app.command()
def work(
    stay: Annotated[bool, typer.Option("--stay", help="Wait for more work instead of ending.")] = False,
) -> None:
    """Do the long work that waits, such as calibrations; the server does this by itself unless told otherwise."""
    # It brings the engine of calibrations with it, which no other command should wait for.
    from web import worker  # noqa: PLC0415

    settings, database = _settings(), _database()
    configure_logs(settings.log_level)
    signal.signal(signal.SIGTERM, _end_well)
    if stay:
        worker.stay(database, now=_now, ended=Event())
    out.print(f"Pieces of work done: {worker.work(database, now=_now)}.")


@app.command()
def calibrate(
    bank: Annotated[str, typer.Argument(help="Code of the bank; leave it out with --responses.")] = "",
    operator: Annotated[str, typer.Option(help="Code of the operator who owns the bank.")] = "",
    model: Annotated[
        str, typer.Option(help="rasch, 1pl, 2pl, 3pl, 4pl, pcm, gpcm or grm; a bank takes no 1pl and 4pl.")
    ] = "rasch",
    minimum: Annotated[int, typer.Option(min=2, help="Responses that an item of a bank must have.")] = 100,
    by_language: Annotated[
        bool, typer.Option("--by-language", help="Give the people of each language a mean and a spread of their own.")
    ] = False,
    testlets_as_one: Annotated[
        bool,
        typer.Option("--testlets-as-one", help="Count the questions on one text as one question of several points."),
    ] = False,
    prior_sd: Annotated[
        float, typer.Option(min=0.0, help="Let the authors' estimates have a say, off by so many logits; 0: none.")
    ] = 0.0,
    put_in_force: Annotated[bool, typer.Option("--put-in-force", help="Measure new tests by it at once.")] = False,
    reason: Annotated[str, typer.Option(help="Why it is put in force.")] = "",
    even_unsettled: Annotated[
        bool, typer.Option("--even-unsettled", help="Put it in force although the estimation did not settle.")
    ] = False,
    responses: Annotated[
        Path | None, typer.Option(help="CSV or Parquet with a response a row: columns id, item, resp, and group.")
    ] = None,
    anchors: Annotated[
        Path | None,
        typer.Option(help="CSV with the items that keep their parameters: item, a, b, c, d, step_1, model."),
    ] = None,
    by_group: Annotated[
        bool, typer.Option("--by-group", help="Give each group of the file a mean and a spread of its own.")
    ] = False,
    output: Annotated[Path | None, typer.Option("--out", help="CSV to write what was found to.")] = None,
    dask: Annotated[str, typer.Option(help="Address of a Dask scheduler whose workers carry the responses.")] = "",
) -> None:
    """Estimate item parameters: of a bank from its tests so far, or of a file of responses from elsewhere."""
    from scoring.errors import ScoringError  # noqa: PLC0415
    from web import calibrate_command as command  # noqa: PLC0415 (it brings the engine with it)

    screen = command.Screen(out, err, _stop)
    if bool(bank) == (responses is not None):
        _stop("Name a bank, or a file with --responses: one of the two.")
    if responses is not None:
        command.run_file(screen, responses, model=model, anchors=anchors, by_group=by_group, out=output, dask=dask)
        return
    if put_in_force and not reason.strip():
        _stop('Say why it is put in force: --reason "…"')
    try:
        choices = command.choices_of(
            model,
            minimum=minimum,
            by_language=by_language,
            prior_sd=prior_sd or None,
            testlets_as_one=testlets_as_one,
        )
        database = _database()
        with database.reading() as session:
            operator_id = _operator(session, operator).id
    except (AccountError, ScoringError) as refusal:
        _stop(str(refusal))
    except ValidationError:
        _stop("--minimum goes up to 100,000, --prior-sd from 0.1 to 10.")
    command.run_bank(
        screen,
        database,
        operator_id=operator_id,
        bank_code=bank,
        choices=choices,
        now=_now,
        reason=reason if put_in_force else None,
        even_unsettled=even_unsettled,
        dask=dask,
    )


@app.command()
def migrate() -> None:
    """Bring the database to the schema of this version."""
    settings = _settings()
    _upgrade(settings)
    out.print("The database is up to date.")


@app.command(name="import")
def import_(
    path: Annotated[Path, typer.Argument(exists=True, help="Folder or file of a bank (docs/bank-format.md).")] = Path(),
    operator: Annotated[str, typer.Option(help="Code of the operator who will own it.")] = "",
    with_starter: Annotated[
        bool, typer.Option("--starter", help="Import the content that ships instead of a path.")
    ] = False,
) -> None:
    """Import a question bank, all or nothing."""
    database, store = _database(), MediaStore(_settings().media_store)
    try:
        with database.transaction() as session:
            owner = _operator(session, operator)
            if with_starter:
                starter.import_starter(session, operator_id=owner.id, store=store, now=_now())
                out.print("Imported the starter content.")
                return
            summary = starter.import_folder(
                session, path, operator_id=owner.id, author_id=None, store=store, now=_now()
            )
    except (AccountError, BankError) as refusal:
        _stop(str(refusal))
    out.print(", ".join(f"{count} {state}" for state, count in summary.items()))


@app.command()
def add_account(
    email: Annotated[str, typer.Argument(help="E-mail address: the name to sign in with.")],
    name: Annotated[str, typer.Option(help="How colleagues know them.")] = "",
    operator: Annotated[str, typer.Option(help="Code of the operator; made when it does not exist.")] = "main",
    operator_name: Annotated[str, typer.Option(help="Name of an operator that is made.")] = "",
    role: Annotated[str, typer.Option(help="trainer or admin.")] = "admin",
) -> None:
    """Make an account, the first admin for instance, and print a link to sign in with once."""
    settings, database, now = _settings(), _database(), _now()
    try:
        with database.transaction() as session:
            owner = operators.find_operator(session, operator) or operators.add_operator(
                session, code=operator, name=operator_name or operator, now=now
            )
            account = accounts.add_account(
                session, operator_id=owner.id, email=email, name=name or email, role=role, now=now
            )
            link = sign_ins.make_one_time_login(session, account.id, now=now, minutes=60 * LINK_HOURS)
    except AccountError as refusal:
        _stop(str(refusal))
    out.print(f"{email} can sign in once, within {LINK_HOURS} hours, and choose a password:")
    out.print(f"{settings.address}/sign-in/once/{link}")


@app.command()
def purge() -> None:
    """Delete what is kept too long (docs/data-protection.md says how long); run it once a day."""
    database, store, now = _database(), MediaStore(_settings().media_store), _now()
    with database.transaction() as session:
        done = delete_what_is_too_old(session, now=now)
    with database.reading() as session:
        files = sweep_store(session, store, now=now)
    out.print(
        f"Erased people: {done.people}. Emptied answers: {done.answers}. Deleted uploads: {done.uploads}, "
        f"stored files: {files}, outcomes: {done.outcomes}, shares: {done.shares}, consultations: {done.consultations}, declarations: {done.declarations}, "
        f"sign-ins: {done.sign_ins}, one-time links: {done.one_time_logins}, names of judges: {done.judges}, pieces of work: {done.jobs}."
    )


@app.command()
def demo(port: Annotated[int, typer.Option(envvar="PORT", help="Port to listen on.")] = 8000) -> None:
    """Start a demonstration on this machine: content, a trainer, a group, a finished candidate."""
    _require_free_port("127.0.0.1", port)
    settings = demonstration.demo_settings(port)
    fresh = not demonstration.DATABASE.exists()
    with out.status("Preparing the demonstration (the first time takes some seconds)" if fresh else "Starting"):
        _upgrade(settings)
        doors = demonstration.prepare(settings, now=_now())
    out.print(doors.sentence())
    _serve(settings, "127.0.0.1", port)


def _serve(settings: Settings, host: str, port: int, *, worker: bool = True) -> None:
    _require_free_port(host, port)
    configure_logs(settings.log_level)
    served = create_app(settings)
    if worker:
        served.state.worker = Worker(settings)
    uvicorn.run(
        served,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        forwarded_allow_ips=settings.forwarded_allow_ips,
        server_header=False,
    )


def _require_free_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            _stop(
                f"Port {port} is taken by another program, or not yours to use. Choose another: PORT={port + 1} make run"
            )


def _settings() -> Settings:
    try:
        return read_settings()
    except SettingsError as error:
        _stop(f"{error}\ndocs/guides/running.md lists every setting.")


def _operator(session: Session, code: str) -> Operator:
    operator = operators.find_operator(session, code)
    if operator is None:
        raise AccountNotFoundError(N_("There is no operator “{code}”."), code=code)
    return operator


def _upgrade(settings: Settings) -> None:
    try:
        migrations.upgrade(settings.database_url)
    except OperationalError as fault:
        _stop(f"PARAAT_DATABASE_URL: the database cannot be opened: {str(fault.orig).strip()}.")
    database = Database(settings.database_url)
    with database.transaction() as session:
        # Items that an older version stored have nothing yet that a list could show.
        refresh_missing_cards(session, now=_now())
    database.close()


def _database() -> Database:
    settings = _settings()
    _upgrade(settings)
    return Database(settings.database_url)


def _end_well(*_: object) -> NoReturn:
    # What is half done is given back for the next worker to take.
    raise SystemExit(0)


def _now() -> datetime:
    return datetime.now(UTC)


def _stop(sentence: str) -> NoReturn:
    err.print(sentence, markup=False)
    raise typer.Exit(1)


research_export.register(app, open_database=_database, stop=_stop)

if __name__ == "__main__":
    app()
