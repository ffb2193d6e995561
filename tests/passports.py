"""A candidate with a passport, for the tests that read, share and consult it."""

import re
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from fastapi import FastAPI
from sqlmodel import Session
from starlette.testclient import TestClient

from scoring.models import Passport
from scoring.passport.outcomes import MeasuredCompetence, issue_passport
from storage.database import Database
from storage.tables import new_id
from tests.conftest import START, World
from tests.pages import Page, checked_page
from web.accounts.candidates import register_candidate
from web.deps import CANDIDATE_COOKIE

FOUR = ("1", "2", "3", "4")
CEFR = ("pre-A1", "A1", "A2", "B1")


def measured(competence: str = "numeracy", level: str = "3", **changes: object) -> MeasuredCompetence:
    """Return a measured competence of a four-step scale, sure of its level unless told otherwise."""
    pillar = {"numeracy": "basic", "reading-instructions": "basic", "customer-contact": "social"}.get(
        competence, "technical"
    )
    plain = MeasuredCompetence(
        competence=competence,
        pillar=pillar,
        scale="four",
        theta=0.7123456,
        standard_error=0.4567891,
        level=level,
        low=level,
        high=level,
        probabilities=tuple((code, float(code == level)) for code in FOUR),
        method="adaptive",
        language="nl",
        item_count=12,
        supervised=True,
        place="Molenbeek",
        taken_at=START,
        provisional=True,
        rule_version="rules-1",
        evidence={"items": ["evidence-secret"]},
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def measured_language(competence: str = "french-reading", level: str = "A2", **changes: object) -> MeasuredCompetence:
    """Return a measured language."""
    changes = {
        "pillar": "language",
        "scale": "cefr",
        "language": "fr",
        "probabilities": tuple((code, float(code == level)) for code in CEFR),
        **changes,
    }
    return measured(competence, level, **changes)


FIVE = (
    measured("numeracy", "3", low="2", high="3", probabilities=(("1", 0.0), ("2", 0.3), ("3", 0.7), ("4", 0.0))),
    measured("reading-instructions", "4", low="3", high="4"),
    measured("retail", "1", low="1", high="2"),
    measured("customer-contact", "2"),
    measured_language("french-reading", "A2", low="A1", high="A2"),
)
"""One of each pillar and kind; horeca and dutch-reading are not tested."""


def issue(
    session: Session, world: World, *, number: int = 0, measured: tuple[MeasuredCompetence, ...] = FIVE
) -> Passport:
    """Give the candidate of an invitation a name and a passport."""
    candidate_id = world.invitations[number].candidate_id
    register_candidate(
        session, candidate_id, operator_id=world.operator_id, called=f"Amina{number}", language="fr", now=START
    )
    return issue_passport(
        session,
        candidate_id=candidate_id,
        operator_id=world.operator_id,
        sitting_id=new_id(),
        measured=measured,
        now=START,
    )


def enter(client: TestClient, candidate_id: UUID) -> None:
    """Let this browser be the candidate's, as after a right code."""
    app = client.app
    assert isinstance(app, FastAPI)
    client.cookies.set(CANDIDATE_COOKIE, app.state.signer.sign("candidate", str(candidate_id)))


def candidate_with_passport(database: Database, world: World, client: TestClient, number: int = 0) -> Passport:
    """Issue a passport and let this browser be its owner's."""
    with database.transaction() as session:
        passport = issue(session, world, number=number)
    enter(client, passport.candidate_id)
    return passport


def choice_of(passport: Passport, *places: int, **changes: str) -> dict[str, str | list[str]]:
    """Return what the form sends when the rows at these places are ticked."""
    return {
        "outcomes": [str(passport.outcome_ids[place]) for place in places],
        "audience": "Bakery Janssens",
        "purpose": "stage",
        "days": "14",
        "consent": "share-1",
        **changes,
    }


def shared(client: TestClient, choice: dict[str, str | list[str]]) -> tuple[str, str, str]:
    """Make a share as a browser does; return its id, the secret of its link and the code to type."""
    made = client.post("/passport/shares", data=choice)
    assert made.status_code == 303, made.text
    page = checked_page(client.get(made.headers["location"]).text)
    found = re.fullmatch(r"http://testserver/p/([0-9a-f-]{36})#k=([\w-]{32})", page.text("#link"))
    assert found, page.text("#link")
    return found[1], found[2], page.text("#code")


def consulted(client: TestClient, share_id: str, code: str, **changes: str) -> Page:
    """Open a share as a company does and return the page that it gets."""
    form = {"who": "An Janssens, Bakery Janssens", "purpose": "stage", "code": code, **changes}
    opened = client.post(f"/p/{share_id}/consultations", data=form)
    assert opened.status_code == 303, opened.text
    assert opened.headers["location"] == f"/p/{share_id}/passport"
    answer = client.get(f"/p/{share_id}/passport")
    assert answer.status_code == 200, answer.text
    return checked_page(answer.text)


def later(moment: datetime, **changes: int) -> datetime:
    """Return the moment with other parts."""
    return moment.replace(**changes)  # type: ignore[arg-type]
