"""Who gets in where: every route times every persona, on real records made through the app.

`DOORS` says for each named route which personas get in. Everyone else is refused, learns nothing and changes nothing.
A persona who gets in still never reads what is not theirs: `prepared` names what is whose.
"""

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from httpx2 import Response
from sqlmodel import select
from starlette.routing import Mount
from starlette.testclient import TestClient

import question_banks
from assess.models import BackgroundQuestion, Group, Invitation
from question_banks.models import Bank, Framework, Item, MediaAsset, ReviewComment
from scoring.models import Calibration, PanelJudge
from storage.database import Database
from storage.media import MediaStore
from storage.tables import new_id
from tests.calibrating import answered, bank_of
from tests.conftest import ADDRESS, PASSWORD, SECRET, START, World, _template
from tests.media import picture
from tests.pages import Page, checked_page
from web.accounts import accounts
from web.app import create_app, page_modules
from web.deps import get_now
from web.settings import Settings
from web.tokens import Signer, shown_code
from web.worker import work

NUMERACY = Path(question_banks.__path__[0]) / "starter" / "numeracy"

FINISHED = frozenset({"candidate", "other candidate"})
CANDIDATES = FINISHED | {"sitting candidate"}
OUR_ADMIN = frozenset({"admin"})
OUR_STAFF = OUR_ADMIN | {"trainer"}
ADMINS = OUR_ADMIN | {"other admin"}
STAFF = OUR_STAFF | ADMINS | {"other trainer"}
COMPANY = frozenset({"company"})
EVERYBODY = CANDIDATES | STAFF | COMPANY | {"anonymous"}
NOBODY: frozenset[str] = frozenset()

DOORS: dict[str, frozenset[str]] = {
    # For everybody: the start, the doors themselves, and the shell in front of a passport, which knows nothing.
    "start.index": EVERYBODY,
    "admissions.new": EVERYBODY,
    "admissions.create": EVERYBODY,
    "sign_in.new": EVERYBODY,
    "sign_in.create": EVERYBODY,
    "sign_in.delete": EVERYBODY,
    "consultations.new": EVERYBODY,
    # Who holds a one-time link is the person it was made for; it is used up by one of them.
    "sign_in.confirm": EVERYBODY,
    "sign_in.use": EVERYBODY,
    # A candidate's own sitting: the address has no id, so each meets their own.
    "sittings.resume": CANDIDATES,
    "sittings.edit_language": CANDIDATES,
    "sittings.set_language": CANDIDATES,
    "sittings.new": CANDIDATES,
    "sittings.create": CANDIDATES,
    "sittings.show": CANDIDATES,
    "sections.show": CANDIDATES,
    "sections.start": CANDIDATES,
    "sections.confirm_end": CANDIDATES,
    "sections.end": CANDIDATES,
    "pauses.new": CANDIDATES,
    "pauses.create": CANDIDATES,
    "pauses.end": CANDIDATES,
    "questions.show": CANDIDATES,
    "responses.index": CANDIDATES,
    "responses.create": CANDIDATES,
    "clocks.show": CANDIDATES,
    "submissions.new": CANDIDATES,
    "submissions.create": CANDIDATES,
    # A candidate's own passport and shares.
    "passports.show": CANDIDATES,
    "declarations.edit": CANDIDATES,
    "declarations.create": CANDIDATES,
    "shares.index": CANDIDATES,
    "shares.new": FINISHED,
    "shares.preview": FINISHED,
    "shares.create": FINISHED,
    "shares.show": frozenset({"candidate"}),
    "revocations.create": frozenset({"candidate"}),
    # Erasing oneself; the page after it is about nobody.
    "erasures.new": CANDIDATES,
    "erasures.create": CANDIDATES,
    "erasures.show": EVERYBODY,
    # Who has the secret.
    "consultations.create": COMPANY,
    "consultations.show": COMPANY,
    # An operator's staff.
    "assessments.index": STAFF,
    "assessments.show": OUR_STAFF,
    "groups.create": OUR_STAFF,
    "groups.show": OUR_STAFF,
    "groups.sheet": OUR_STAFF,
    "groups.add_invitations": OUR_STAFF,
    "groups.set_extra_time": OUR_STAFF,
    "banks.index": STAFF,
    "banks.show": OUR_STAFF,
    "banks.import": STAFF,
    "banks.create_import": STAFF,
    "banks.new": STAFF,
    "banks.create": STAFF,
    "banks.edit": OUR_STAFF,
    "banks.update": OUR_STAFF,
    "bulk_edits.create": OUR_STAFF,
    # A batch of somebody else answers like one that cannot be undone any more.
    "undos.create": STAFF,
    "pastes.new": OUR_STAFF,
    "pastes.check": OUR_STAFF,
    "pastes.create": OUR_STAFF,
    "overviews.show": OUR_STAFF,
    "overviews.picture": OUR_STAFF,
    "testlets.new": OUR_STAFF,
    "testlets.create": OUR_STAFF,
    "testlets.edit": OUR_STAFF,
    "testlets.save": OUR_STAFF,
    "testlets.add_media": OUR_STAFF,
    "items.create": OUR_STAFF,
    "items.show": OUR_STAFF,
    "items.edit": OUR_STAFF,
    "drafts.create": OUR_STAFF,
    "item_media.create": OUR_STAFF,
    "trials.create": OUR_STAFF,
    "copies.create": OUR_STAFF,
    "filings.create": OUR_STAFF,
    "translations.edit": OUR_STAFF,
    "translations.create": OUR_STAFF,
    "reviews.index": STAFF,
    "reviews.show": OUR_STAFF,
    "reviews.create": OUR_STAFF,
    "reviews.withdraw": OUR_STAFF,
    "verdicts.create": OUR_STAFF,
    "comments.create": OUR_STAFF,
    "comments.resolve": OUR_STAFF,
    "publications.new": OUR_STAFF,
    "publications.create": OUR_STAFF,
    "publications.promote": OUR_STAFF,
    "histories.show": OUR_STAFF,
    "versions.show": OUR_STAFF,
    "versions.take_up": OUR_STAFF,
    "media.show": OUR_STAFF,
    # Open only for a question that shows the medium, or while a play runs: tests/web/test_media.py.
    "media.for_candidate": NOBODY,
    "plays.show": NOBODY,
    "assessments.new": STAFF,
    "assessments.create": STAFF,
    "assessments.edit": OUR_STAFF,
    "blueprints.create": OUR_STAFF,
    # What ships is for everybody; the competence of these records is the first operator's own.
    "frameworks.index": STAFF,
    "frameworks.show": OUR_STAFF,
    "competences.show": OUR_STAFF,
    "competences.new": ADMINS,
    "competences.create": ADMINS,
    "competences.edit": OUR_ADMIN,
    "competences.update": OUR_ADMIN,
    "competences.archive": OUR_ADMIN,
    "competences.restore": OUR_ADMIN,
    "competences.reset": OUR_ADMIN,
    "alignments.create": OUR_ADMIN,
    "alignments.delete": OUR_ADMIN,
    "simulations.show": OUR_STAFF,
    "simulations.part": OUR_STAFF,
    "simulations.errors": OUR_STAFF,
    "simulations.use": OUR_STAFF,
    "simulations.download": OUR_STAFF,
    "exposures.new": OUR_STAFF,
    "exposures.create": OUR_STAFF,
    "analyses.show": OUR_STAFF,
    "analyses.report": OUR_STAFF,
    "analyses.fairness": OUR_STAFF,
    "analyses.item": OUR_STAFF,
    # No picture of what there are too few answers for.
    "analyses.options_picture": NOBODY,
    "analyses.drift_picture": NOBODY,
    "analyses.items_table": OUR_STAFF,
    "analyses.options_table": OUR_STAFF,
    "analyses.differences_table": OUR_STAFF,
    "analyses.responses_csv": OUR_STAFF,
    "analyses.responses_parquet": OUR_STAFF,
    "analyses.parameters_csv": OUR_STAFF,
    "backgrounds.index": ADMINS,
    "backgrounds.new": ADMINS,
    "backgrounds.create": ADMINS,
    "backgrounds.switch": OUR_ADMIN,
    "backgrounds.forget": OUR_ADMIN,
    "background_answers.edit": CANDIDATES,
    "background_answers.create": CANDIDATES,
    "calibrations.index": OUR_STAFF,
    "calibrations.new": OUR_STAFF,
    "calibrations.create": OUR_STAFF,
    "calibrations.show": OUR_STAFF,
    "calibrations.changes": OUR_STAFF,
    "calibrations.map": OUR_STAFF,
    "calibrations.edit_decision": OUR_ADMIN,
    "calibrations.decide": OUR_ADMIN,
    "rescorings.new": OUR_ADMIN,
    "rescorings.create": OUR_ADMIN,
    "jobs.show": OUR_STAFF,
    "jobs.stop": OUR_STAFF,
    # Judges come by a link of their own and without an account; a stranger's link opens nothing: tests/web/test_panels.py.
    "judgements.enter": EVERYBODY,
    "judgements.begin": NOBODY,
    "judgements.show": NOBODY,
    "judgements.item": NOBODY,
    "judgements.estimate": NOBODY,
    "judgements.mark": NOBODY,
    "judgements.judge_people": NOBODY,
    "judgements.hand_in": NOBODY,
    "judgements.media": NOBODY,
    "panels.index": STAFF,
    "panels.new": STAFF,
    "panels.create": STAFF,
    "panels.show": OUR_STAFF,
    "panels.result": OUR_STAFF,
    "panels.picture": OUR_STAFF,
    "panels.close": OUR_STAFF,
    "panel_judges.create": OUR_STAFF,
    "panel_judges.renew": OUR_STAFF,
    "panel_judges.revoke": OUR_STAFF,
    "panel_rounds.create": OUR_STAFF,
    "panel_rounds.close": OUR_STAFF,
    "adoptions.new": OUR_ADMIN,
    "adoptions.create": OUR_ADMIN,
    "accounts.index": ADMINS,
    "accounts.create": ADMINS,
    "accounts.me": STAFF,
    "accounts.change_password": STAFF,
    "accounts.show": OUR_ADMIN,
    "accounts.make_link": OUR_ADMIN,
    "accounts.confirm_closure": OUR_ADMIN,
    "accounts.close": OUR_ADMIN,
}


@dataclass
class Prepared:
    """A database with records, a folder of media, a browser's cookies for each persona, and what may not be told to whom."""

    path: Path
    media: Path
    cookies: dict[str, Any] = field(default_factory=dict)
    ids: dict[str, object] = field(default_factory=dict)
    forms: dict[str, dict[str, Any]] = field(default_factory=dict)
    secrets: dict[str, frozenset[str]] = field(default_factory=dict)
    """Words that stand in a record, and who may read them."""


def routes_of(routes: Iterable[object]) -> Iterator[tuple[str, APIRoute]]:
    """Walk the tree of routes; a kind of branch that this does not know would hide what is behind it, so it fails."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield route.name, route
        elif hasattr(route, "original_router"):
            yield from routes_of(route.original_router.routes)
        else:
            assert isinstance(route, Mount), f"a kind of route that this test cannot look into: {route!r}"
            assert route.name == "static", f"a mount that this test does not know: {route.path}"


ROUTES = dict(
    routes_of(
        create_app(Settings(database_url="sqlite://", secret=SECRET, address=ADDRESS)).routes,
    )
)


def test_walk_finds_every_route_of_every_page_module() -> None:
    declared = [route.name for module in page_modules() for _, route in routes_of(module.router.routes)]

    assert len(declared) >= 40
    assert len(declared) == len(set(declared))
    assert sorted(declared) == sorted(ROUTES)
    assert [name for name, route in ROUTES.items() if len(route.methods or ()) != 1] == []


def test_table_says_for_every_route_who_gets_in() -> None:
    missing = sorted(ROUTES.keys() - DOORS.keys())
    stale = sorted(DOORS.keys() - ROUTES.keys())

    assert missing == [], f"say in DOORS who gets into {', '.join(missing)}"
    assert stale == [], f"take {', '.join(stale)} out of DOORS: there is no such route"


def test_only_reading_and_posting_is_offered() -> None:
    methods = {method for route in ROUTES.values() for method in route.methods or ()}

    assert methods == {"GET", "POST"}


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_route_opens_to_those_who_may_and_tells_and_lets_change_nobody_else(
    name: str, prepared: Prepared, tmp_path: Path
) -> None:
    assert name in DOORS, f"say in DOORS who gets into {name}"
    method = method_of(name)
    refused, let_in = sorted(EVERYBODY - DOORS[name]), sorted(DOORS[name])

    # Reading changes nothing, nor does who is refused: all these meet the same database.
    with site(prepared, tmp_path / "same.db") as (app, watch):
        before = watch()
        answers = {(one, extra): ask(app, prepared, name, one, extra) for one in refused for extra in [""]}
        if method == "GET":
            answers |= {(one, extra): ask(app, prepared, name, one, extra) for one in let_in for extra in ("", "htmx")}
        after = watch()
    # Who is let in and changes something gets a database of their own.
    for number, persona in enumerate(let_in if method == "POST" else ()):
        with site(prepared, tmp_path / f"{number}.db") as (app, _):
            answers[persona, ""] = ask(app, prepared, name, persona)

    address = str(answers[min(EVERYBODY), ""].request.url)
    told = [
        (persona, word)
        for (persona, _), answer in answers.items()
        for word, readers in prepared.secrets.items()
        if persona not in readers and word in answer.text + str(answer.headers) and word not in address
    ]
    assert {persona for persona, _ in answers} == EVERYBODY
    assert [(one, answer.status_code) for (one, _), answer in answers.items() if answer.status_code >= 500] == []
    assert {persona for (persona, _), answer in answers.items() if not is_refusal(answer)} == DOORS[name]
    assert told == []
    assert after == before


def test_secrets_are_shown_to_those_who_may_read_them(prepared: Prepared) -> None:
    # That nothing leaks would prove nothing of words that stand on no page at all.
    paths = ["/passport", "/passport/declaration", "/passport/shares", f"/passport/shares/{prepared.ids['share_id']}"]
    paths += [
        f"/p/{prepared.ids['share_id']}/passport",
        "/assessments",
        f"/groups/{prepared.ids['group_id']}",
        "/banks",
    ]
    paths += [
        f"/groups/{prepared.ids['group_id']}/sheet",
        "/accounts",
        f"/sitting/questions/{prepared.ids['position']}",
    ]
    paths += [f"/items/{prepared.ids['item_id']}{page}" for page in ("", "/edit", "/review")]
    paths += [f"/testlets/{prepared.ids['testlet_id']}/edit", f"/calibrations/{prepared.ids['calibration_id']}"]
    paths += [f"/panels/{prepared.ids['panel_id']}", "/backgrounds"]
    app = app_on(prepared.path, prepared.media)

    readers: dict[str, set[str]] = {word: set() for word in prepared.secrets}
    for persona in EVERYBODY:
        client = browser_of(app, prepared, persona)
        shown = "".join(client.get(path).text for path in paths)
        for word, found in readers.items():
            if word in shown:
                found.add(persona)

    app.state.database.close()
    assert len(readers) >= 10
    assert readers == {word: set(allowed) for word, allowed in prepared.secrets.items()}


def test_foreign_outcomes_in_the_fields_of_a_share_are_refused(prepared: Prepared, tmp_path: Path) -> None:
    forged = prepared.forms["shares.create as candidate"]

    with site(prepared, tmp_path / "copy.db") as (app, watch):
        before = watch()
        client = browser_of(app, prepared, "other candidate")
        statuses = [
            client.post(path, data=forged).status_code for path in ("/passport/shares", "/passport/shares/preview")
        ]
        after = watch()

    assert statuses == [422, 422]
    assert after == before


def app_on(path: Path, media: Path) -> FastAPI:
    settings = Settings(database_url=f"sqlite:///{path}", secret=SECRET, address=ADDRESS, media_store=str(media))
    app = create_app(settings)
    app.dependency_overrides[get_now] = lambda: START
    return app


@contextmanager
def site(prepared: Prepared, path: Path) -> Iterator[tuple[FastAPI, Callable[[], int]]]:
    """Give the app on a copy of the database, and a number that changes whenever something is written there."""
    shutil.copy(prepared.path, path)
    app = app_on(path, prepared.media)
    with closing(sqlite3.connect(path)) as connection:
        yield app, lambda: int(connection.execute("pragma data_version").fetchone()[0])
    app.state.database.close()


def browser_of(app: FastAPI, prepared: Prepared, persona: str) -> TestClient:
    return TestClient(
        app,
        base_url=ADDRESS,
        cookies=prepared.cookies[persona],
        follow_redirects=False,
        raise_server_exceptions=False,
        headers={"Accept-Language": "en", "Origin": ADDRESS},
    )


def ask(app: FastAPI, prepared: Prepared, name: str, persona: str, extra: str = "") -> Response:
    """Send what this route takes, with the record's own ids, as this persona."""
    address = str(app.url_path_for(name, **{key: prepared.ids[key] for key in ROUTES[name].param_convertors}))
    form = prepared.forms.get(f"{name} as {persona}", prepared.forms.get(name, {}))
    client = browser_of(app, prepared, persona)
    headers = {"HX-Request": "true"} if extra else {}
    return client.request(method_of(name), address, data=form if method_of(name) == "POST" else None, headers=headers)


def method_of(name: str) -> str:
    return next(iter(ROUTES[name].methods or ()))


def is_refusal(answer: Response) -> bool:
    """Tell whether the answer is a no, or leads to a place where one says who one is."""
    if answer.status_code == 303:
        return bool(re.match(r"/sign-in\?next=|/admissions$|/p/[^/]+$", answer.headers["location"]))
    return answer.status_code in (401, 403, 404)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """Make the records, each through the app's own pages."""
    path = tmp_path_factory.mktemp("routes") / "prepared.db"
    made = Prepared(path, tmp_path_factory.mktemp("media"))
    _, world = _template(f"sqlite:///{path}", MediaStore(made.media))
    database = Database(f"sqlite:///{path}")
    with database.transaction() as session:
        accounts.add_account(
            session,
            operator_id=world.other_operator_id,
            email="other-admin@example.org",
            name="Stranger",
            role="admin",
            password=PASSWORD,
            now=START,
        )
    app = app_on(path, made.media)
    browsers = {
        persona: TestClient(app, base_url=ADDRESS, follow_redirects=False, headers={"Accept-Language": "en"})
        for persona in EVERYBODY
    }
    emails = ("trainer", "admin", "stranger", "other-admin")
    for persona, email in zip(("trainer", "admin", "other trainer", "other admin"), emails, strict=True):
        post(browsers[persona], "/sign-in", {"email": f"{email}@example.org", "password": PASSWORD})
    staff(made, browsers["admin"], database, world)
    candidates(made, browsers, database)
    for persona, browser in browsers.items():
        made.cookies[persona] = browser.cookies
    app.state.database.close()
    database.close()
    return made


def staff(made: Prepared, admin: TestClient, database: Database, world: World) -> None:
    """Import a bank, make a group and an account, as the admin of the first operator."""
    files = {
        "bank.yaml": (NUMERACY / "bank.yaml")
        .read_text()
        .replace("bank: numeracy", "bank: zq")
        .replace("Numeracy", "Bank-Zq"),
        "items.yaml": (NUMERACY / "items.yaml").read_text().replace("item: num-", "item: zq-"),
    }
    sent = [("files", (name, text.encode())) for name, text in files.items()]
    made.ids["bank_id"] = post(admin, "/banks/imports", {"act": "import"}, sent).partition("?")[0].rpartition("/")[2]
    group = {"name": "Group-Zq", "count": "4", "place": "Here", "supervised": "yes", "closes_on": "2027-01-01"}
    made.ids["group_id"] = post(admin, f"/assessments/{world.assessment_id}/groups", group).rpartition("/")[2]
    person = {"name": "Person-Zq", "email": "person-zq@example.org", "role": "trainer"}
    location = post(admin, "/accounts", person)
    token = re.search(r"/sign-in/once/([\w-]+)", open_page(admin, location).html)
    assert token
    made.ids |= {"token": token[1], "account_id": location.rpartition("/")[2], "assessment_id": world.assessment_id}
    with database.reading() as session:
        bank = session.exec(select(Bank).where(Bank.code == "zq")).one()
        assert str(bank.id) == made.ids["bank_id"]
        made.ids["item_id"] = session.exec(select(Item.id).where(Item.bank_id == bank.id)).first()
    writing(made, admin, database, world)
    measuring(made, admin, database, world)
    made.secrets |= {"Bank-Zq": OUR_STAFF, "Group-Zq": OUR_STAFF, "Person-Zq": OUR_ADMIN, "zq-cash-count": OUR_STAFF}
    made.forms["groups.create"] = group
    made.forms["groups.add_invitations"] = {"count": "1"}
    made.forms["groups.set_extra_time"] = {"factor": "1.5"}
    made.forms["accounts.create"] = person | {"email": "next@example.org", "name": "Next"}


def writing(made: Prepared, admin: TestClient, database: Database, world: World) -> None:
    """Write an item with a picture and a remark, a shared text, and a competence of one's own."""
    bank, item = made.ids["bank_id"], made.ids["item_id"]
    post(admin, f"/items/{item}/media", {"words": "Alt-Zq"}, [("file", ("zq.png", picture()))])
    post(admin, f"/items/{item}/comments", {"text": "Remark-Zq"})
    words = {"title_fr": "Text-Zq", "title_nl": "Text-Zq"}
    made.ids["testlet_id"] = re.findall(r"[0-9a-f-]{36}", post(admin, f"/banks/{bank}/testlets", words))[-1]
    new = open_page(admin, "/competences/new?scale=four").fields("main form")
    own = new | {name: "Own-Zq" for name in new if name.startswith(("name.", "levels."))}
    own |= {"pillar": "technical", "reason": "A panel of three met."}
    own |= {name: str(place) for place, name in enumerate(sorted(name for name in new if name.startswith("cuts.")))}
    made.ids["competence_id"] = re.findall(r"[0-9a-f-]{36}", post(admin, "/competences", own))[-1]
    with database.reading() as session:
        framework = session.exec(select(Framework).where(Framework.operator_id == world.operator_id)).one()
        comment = session.exec(select(ReviewComment).where(ReviewComment.text == "Remark-Zq")).one()
        asset = session.exec(select(MediaAsset).where(MediaAsset.author_id == world.admin.id)).one()
    made.ids |= {"framework_id": framework.id, "comment_id": comment.id, "digest": asset.digest, "play_id": new_id()}
    made.secrets |= {"Alt-Zq": OUR_STAFF, "Remark-Zq": OUR_STAFF, "Text-Zq": OUR_STAFF}
    made.forms |= {"items.create": {"type": "choice"}, "testlets.create": words, "competences.create": own}
    made.forms["undos.create"] = {"batch": str(new_id())}


def measuring(made: Prepared, admin: TestClient, database: Database, world: World) -> None:
    """Let a panel meet about where a level begins."""
    with database.reading() as session:
        bank = session.exec(select(Bank).where(Bank.code == "numeracy", Bank.operator_id == world.operator_id)).one()
    panel = {
        "competence": "numeracy",
        "method": "angoff",
        "levels": ["2"],
        "bank": str(bank.id),
        "count": "6",
        "rp": "67",
    }
    made.ids["panel_id"] = post(admin, "/panels", panel).partition("?")[0].rpartition("/")[2]
    post(admin, f"/panels/{made.ids['panel_id']}/judges", {"name": "Judge-Zq", "language": "fr"})
    with database.reading() as session:
        made.ids["judge_id"] = session.exec(select(PanelJudge.id).where(PanelJudge.name == "Judge-Zq")).one()
    made.ids["place"] = 1
    made.secrets |= {"Judge-Zq": OUR_STAFF}
    calibrate(made, admin, database, world)
    words = {"ground": "Why-Zq", **{f"words.{one}": "Asked-Zq" for one in ("fr", "nl", "en")}}
    words |= {f"option.{place}.{one}": f"Option {place}" for place in (1, 2) for one in ("fr", "nl", "en")}
    post(admin, "/backgrounds", words)
    with database.reading() as session:
        made.ids["background_id"] = session.exec(select(BackgroundQuestion.id)).one()
    # Off again, so that the way of the candidates is as it was.
    post(admin, f"/backgrounds/{made.ids['background_id']}/activity", {"active": "no"})
    made.secrets |= {"Asked-Zq": OUR_ADMIN}
    made.forms["backgrounds.create"] = words
    made.forms["panels.create"] = panel


def calibrate(made: Prepared, admin: TestClient, database: Database, world: World) -> None:
    """Calibrate a bank on answers of its own, and put that in force."""
    with database.transaction() as session:
        answered(session, world, people=60, now=START - timedelta(days=1))
        bank = bank_of(session, world).id
    form = open_page(admin, f"/banks/{bank}/calibrations/new").fields("main form")
    job = post(admin, f"/banks/{bank}/calibrations", form | {"minimum": "40"})
    assert work(database, now=lambda: START) == 1
    assert open_page(admin, job).attributes("#progress .govuk-button", "href"), open_page(admin, job).text()
    with database.reading() as session:
        found = session.exec(select(Calibration.id)).one()
    decision = open_page(admin, f"/calibrations/{found}/decision").fields("#decide")
    post(admin, f"/calibrations/{found}/decision", decision | {"decision": "force", "reason": "Reason-Zq"})
    made.ids |= {"calibration_id": found, "job_id": job.partition("?")[0].rpartition("/")[2]}
    made.secrets |= {"Reason-Zq": OUR_STAFF}


def candidates(made: Prepared, browsers: dict[str, TestClient], database: Database) -> None:
    """Let two candidates finish and a third stop in the middle; the first shares, and a company looks."""
    signer = Signer(SECRET)
    with database.reading() as session:
        group = session.exec(select(Group).where(Group.name == "Group-Zq")).one()
        places = session.exec(select(Invitation).where(Invitation.group_id == group.id).order_by("number")).all()
    codes = [signer.code(place.id) for place in places]
    made.ids["invitation_id"] = places[3].id
    made.ids |= {"number": 1, "position": 1}
    for persona, name, code in zip(
        ("candidate", "other candidate", "sitting candidate"), ("Amina-Zq", "Boris-Zq", "Carla-Zq"), codes, strict=False
    ):
        browser = browsers[persona]
        post(browser, "/admissions", {"code": code})
        post(browser, "/sitting/welcome", {"called": name, "language": "fr", "consent": "yes"})
        post(browser, "/sitting/sections/1", {})
        answer(browser, questions=2 if persona == "sitting candidate" else 99)
        # No page of a running sitting says the name.
        made.secrets[name] = OUR_STAFF | ({persona} & FINISHED)
        if persona != "sitting candidate":
            post(browser, "/sitting/submission", {})
    for code in codes:
        made.secrets[shown_code(code)] = OUR_STAFF
    sitting = browsers["sitting candidate"]
    here = sitting.get("/sitting").headers["location"]
    assert here.startswith("/sitting/questions/"), here
    made.ids["position"] = int(here.rpartition("/")[2])
    made.forms["responses.create"] = open_page(sitting, here).fields("#question form")
    made.forms |= {
        "admissions.create": {"code": codes[3]},
        "sittings.set_language": {"language": "nl"},
        "sittings.create": {"called": "Somebody", "language": "fr", "consent": "yes"},
        "declarations.create": {"wishes": "A new wish"},
        "erasures.create": {"confirm": "yes"},
        "sign_in.create": {"email": "nobody@example.org", "password": "wrong"},
    }
    share(made, browsers["candidate"], browsers["company"])
    other = open_page(browsers["other candidate"], "/passport/shares/new?choose=all")
    for name in ("shares.create", "shares.preview"):
        made.forms[f"{name} as other candidate"] = choice(other, "Elsewhere")


def share(made: Prepared, owner: TestClient, company: TestClient) -> None:
    """Say words of one's own, share everything with a company, which looks."""
    post(owner, "/passport/declaration", {"wishes": "Words-Zq"})
    sent = choice(open_page(owner, "/passport/shares/new?choose=all"), "Bakery-Zq")
    location = post(owner, "/passport/shares", sent)
    made.ids["share_id"] = location.rpartition("/")[2]
    shown = open_page(owner, location)
    secret = shown.attributes("#link", "href")[0].partition("#k=")[2]
    assert len(secret) == 32
    look = {"who": "Baker-Zq", "purpose": "stage", "code": secret}
    post(company, f"/p/{made.ids['share_id']}/consultations", look)
    assert open_page(company, f"/p/{made.ids['share_id']}/passport").text()
    made.secrets["Amina-Zq"] |= COMPANY
    made.secrets |= {"Words-Zq": COMPANY | {"candidate"}, "Bakery-Zq": COMPANY | {"candidate"}}
    made.secrets |= {"Baker-Zq": frozenset({"candidate"}), secret: frozenset({"candidate"})}
    made.forms["consultations.create as company"] = look
    made.forms["shares.create"] = made.forms["shares.preview"] = sent
    made.forms["shares.create as candidate"] = made.forms["shares.preview as candidate"] = sent


def choice(form: Page, audience: str) -> dict[str, Any]:
    """Return what the form of a new share sends with everything chosen."""
    outcomes = form.attributes("input[name=outcomes]", "value")
    assert outcomes
    consent = form.attributes("input[name=consent]", "value")[0]
    marks = {"with_words": "yes", "with_name": "yes", "consent": consent}
    return {"outcomes": outcomes, "audience": audience, "purpose": "stage", "days": "14", **marks}


def answer(browser: TestClient, *, questions: int) -> None:
    """Answer so many questions of a section, or all."""
    for _ in range(questions):
        here = browser.get("/sitting").headers["location"]
        if not here.startswith("/sitting/questions/"):
            return
        shown = open_page(browser, here)
        sent = shown.fields("#question form")
        for box in shown.tree.css("#question input[type=radio], #question input[type=checkbox]"):
            sent.setdefault(box.attributes["name"] or "", box.attributes["value"] or "")
        for box in shown.tree.css("#question input[type=text]"):
            sent[box.attributes["name"] or ""] = "48"
        post(browser, "/sitting/responses", sent)


def post(browser: TestClient, path: str, data: dict[str, Any], files: Any = None) -> str:
    """Send a form that is taken; return where it leads."""
    answer = browser.post(path, data=data, files=files)
    assert answer.status_code == 303, (
        f"{path}: {answer.status_code} {Page(answer.text, checked_page(answer.text).tree).text()}"
    )
    return answer.headers["location"]


def open_page(browser: TestClient, path: str) -> Page:
    """Open a page that is there."""
    answer = browser.get(path)
    assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.headers.get('location')}"
    return checked_page(answer.text)
