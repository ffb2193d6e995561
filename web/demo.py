"""The demonstration: a school, a trainer, a group and a candidate who has finished; on loopback only.

The finished candidate sat the readiness check for real, through the same acts as everybody, at a moment in the past.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp
from pathlib import Path
from random import Random
from uuid import UUID

from pydantic import SecretStr
from sqlmodel import Session, col, select

from assess import invitations
from assess.delivery import language_for
from assess.frozen import get_item
from assess.models import Group, Invitation, Sitting
from assess.progress import get_progress
from assess.responses import Answer, record_response
from assess.results import close_sitting
from assess.sections import end_section, start_section
from assess.sittings import start_sitting
from question_banks.responses import fields_of
from scoring.passport.declarations import declare
from scoring.passport.outcomes import find_passport
from scoring.passport.shares import ShareChoice, make_share
from storage.database import Database
from storage.media import MediaStore
from storage.tables import new_id
from web.accounts import accounts, operators, sign_ins
from web.accounts.candidates import register_candidate
from web.accounts.models import Account, Operator
from web.demo_answers import demo_answer
from web.demo_responses import add_demo_responses
from web.settings import DEMO_SECRET, Settings
from web.starter import import_starter
from web.tokens import Signer, new_token, shown_code

FOLDER = Path("var")
DATABASE = FOLDER / "paraat.db"
KEPT = FOLDER / "demo.json"
OPERATOR = "demo"
EMAIL = "trainer@demo.example"
LOGIN_MINUTES = 12 * 60
MADE_UP_SITTINGS = 800
"""Enough for every page that analyses answers to have something to say, and made in some two seconds."""

ABILITY = {
    "numeracy": 0.9,
    "reading-instructions": 0.6,
    "customer-contact": 1.2,
    "retail": 0.8,
    "french-reading": 1.2,
    "dutch-reading": -0.9,
}
"""How able the finished candidate is; what is not named here they skipped, and the passport says so."""
WORDS = {
    "fr": {
        "wishes": "Je veux apprendre à servir les clients et à tenir la caisse.",
        "hours": "Je peux travailler du lundi au samedi, à partir de 9 heures.",
        "worries": "Je parle encore peu le néerlandais. Je veux progresser.",
    }
}


@dataclass(frozen=True, slots=True)
class Doors:
    """The three things to open."""

    trainer: str
    candidate: str
    code: str
    company: str

    def sentence(self) -> str:
        """Return what the terminal shows."""
        return (
            "\n[bold]Paraat is ready.[/bold] Three things to open:\n\n"
            f"  Trainer    {self.trainer}\n"
            f"  Candidate  {self.candidate}   code [bold]{self.code}[/bold]\n"
            f"  Company    {self.company}\n\n"
            "This is a demonstration on this machine only. Stop it with Ctrl+C; nothing is lost.\n"
        )


def demo_settings(port: int) -> Settings:
    """Return the settings of the demonstration; the environment has no say in them."""
    FOLDER.mkdir(exist_ok=True)
    return Settings(
        database_url=f"sqlite:///{DATABASE}",
        secret=SecretStr(DEMO_SECRET),
        address=f"http://127.0.0.1:{port}",
        demo=True,
    )


def demo_accounts(settings: Settings) -> list[str]:
    """Return the e-mail addresses of demonstration accounts that are open in a database."""
    database = Database(settings.database_url)
    with database.reading() as session:
        rows = session.exec(
            select(Account.email).where(col(Account.is_demo).is_(True), col(Account.closed_at).is_(None))
        )
        found = list(rows)
    database.close()
    return found


def prepare(settings: Settings, *, now: datetime) -> Doors:
    """Make what is missing of the demonstration, and return what to open."""
    database = Database(settings.database_url)
    signer = Signer(settings.secret.get_secret_value())
    try:
        with database.transaction() as session:
            found = operators.find_operator(session, OPERATOR)
            operator = found or operators.add_operator(
                session, code=OPERATOR, name="Paraat-demo Bruxelles/Brussel", now=now, is_demo=True
            )
            store = MediaStore(settings.media_store)
            assessment = import_starter(session, operator_id=operator.id, store=store, now=now)[0]
            trainer = _trainer(session, operator, now)
            people = _people(session, operator, assessment.id, trainer.id, signer, now)
            company = _company_path(session, operator, people[0], now)
            login = sign_ins.make_one_time_login(session, trainer.id, now=now, minutes=LOGIN_MINUTES)
            free = _free(session, people)
            if found is None:
                add_demo_responses(
                    session,
                    operator_id=operator.id,
                    bank_code="retail",
                    sittings=MADE_UP_SITTINGS,
                    rng=Random(20261126),  # noqa: S311 (a demonstration, not a secret)
                    now=now,
                )
    finally:
        database.close()
    return Doors(
        trainer=f"{settings.address}/sign-in/once/{login}",
        candidate=f"{settings.address}/admissions?code={signer.code(free.id)}",
        code=shown_code(signer.code(free.id)),
        company=settings.address + company,
    )


def _trainer(session: Session, operator: Operator, now: datetime) -> Account:
    found = session.exec(select(Account).where(Account.email == EMAIL)).one_or_none()
    # An admin, so that the demonstration shows the accounts too.
    return found or accounts.add_account(
        session, operator_id=operator.id, email=EMAIL, name="Demo", role="admin", now=now, is_demo=True
    )


def _people(
    session: Session, operator: Operator, assessment_id: UUID, author_id: UUID, signer: Signer, now: datetime
) -> list[Invitation]:
    groups = select(Group).where(Group.operator_id == operator.id).order_by(col(Group.id)).limit(1)
    group = session.exec(groups).one_or_none() or invitations.make_group(
        session,
        operator_id=operator.id,
        assessment_id=assessment_id,
        author_id=author_id,
        name="Demo 1",
        place="Molenbeek",
        supervised=True,
        closes_at=now + timedelta(days=180),
        count=12,
        code_digest_of=lambda one: signer.code_digest(signer.code(one)),
        now=now,
    )
    places = invitations.list_invitations(session, group.id, operator_id=operator.id)
    # Who erased themselves left a place whose code opens nothing.
    return [one for one in places if one.code_digest == signer.code_digest(signer.code(one.id))]


def _free(session: Session, people: list[Invitation]) -> Invitation:
    """Return the first place that nobody has handed in, so that there is always something to sit."""
    done = select(Sitting.invitation_id).where(Sitting.status == "submitted")
    submitted = set(session.exec(done.where(col(Sitting.invitation_id).in_([one.id for one in people]))))
    return next((one for one in people if one.id not in submitted), people[-1])


def _company_path(session: Session, operator: Operator, invitation: Invitation, now: datetime) -> str:
    """Return the path of a share that a company can open; its secret is nowhere in the database, so it is kept beside it."""
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    if find_passport(session, invitation.candidate_id) is None:
        _sit(session, operator, invitation, now - timedelta(hours=2))
    elif kept.get("until", "") > now.isoformat():
        return str(kept["path"])
    passport = find_passport(session, invitation.candidate_id)
    assert passport is not None  # noqa: S101 (they have just handed in)
    words = declare(session, candidate_id=invitation.candidate_id, words=WORDS["fr"], language="fr", now=now)
    choice = ShareChoice(
        outcome_ids=tuple(passport.outcome_ids),
        audience="Boulangerie Peeters",
        purpose="stage",
        consent_version="share-1",
        language="fr",
        days=30,
        with_words=bool(words.words),
        with_name=True,
    )
    secret = new_token()
    share = make_share(
        session, share_id=new_id(), candidate_id=invitation.candidate_id, choice=choice, secret=secret, now=now
    )
    path = f"/p/{share.id}#k={secret}"
    KEPT.touch(mode=0o600)
    KEPT.write_text(json.dumps({"path": path, "until": share.expires_at.isoformat()}))
    return path


def _sit(session: Session, operator: Operator, invitation: Invitation, at: datetime) -> None:
    """Sit the readiness check as a person of `ABILITY` would."""
    rng = Random(20261123)  # noqa: S311 (a demonstration, not a secret)
    person = invitation.candidate_id
    register_candidate(session, person, operator_id=operator.id, called="Amina", language="fr", now=at)
    start_sitting(session, person, language="fr", now=at, rng=rng)
    while (step := get_progress(session, person).step(at)).name != "end":
        progress = get_progress(session, person)
        if step.name in ("overview", "section"):
            number = progress.run.position + 1 if progress.run else 1
            known = progress.section.competence in ABILITY and progress.unanswered is None and not progress.asked
            act = start_section if known else end_section
            act(session, person, number=number, now=at)
            continue
        asked = progress.find_asked(step.number)
        assert asked is not None  # noqa: S101 (the step named it)
        content = get_item(session, asked.served.item_version_id).content
        solved = rng.random() < 1 / (1 + exp(content.estimate.b - ABILITY[progress.section.competence]))
        at += timedelta(seconds=content.seconds)
        given = demo_answer(content, solved=solved)
        answer = Answer(
            position=step.number,
            key=f"demo-{step.number}",
            language=language_for(content.languages, progress.blueprint, page="fr", sitting="fr"),
            skipped=not given,
            fields=fields_of(given, content),
        )
        record_response(session, person, answer, now=at)
    close_sitting(session, person, now=at)
