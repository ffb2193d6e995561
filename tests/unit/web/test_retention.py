"""What we promise to keep no longer, held against the clock."""

from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import func
from sqlmodel import Session, col, select

from assess import sittings
from assess.models import Group, Invitation, Response, ServedItem, Sitting, Upload
from assess.results import close_sitting
from question_banks.content import MediaFile
from question_banks.models import ItemVersion, MediaAsset
from scoring.models import Consultation, Declaration, Outcome, Panel, PanelJudge, Passport, Share
from scoring.passport.consultations import consult
from scoring.passport.declarations import declare
from scoring.passport.outcomes import issue_passport, months_later
from scoring.passport.shares import ShareChoice, make_share
from storage.database import Database
from storage.jobs import Job, add_job, ask_to_stop
from storage.media import MediaStore
from storage.tables import new_id
from storage.wording import Refusal
from tests.conftest import START, World
from tests.passports import FIVE, measured
from web.accounts.candidates import erase_candidate, find_candidate, register_candidate
from web.accounts.models import Candidate, OneTimeLogin, SignIn
from web.retention import Purged, delete_bytes, purge, sweep_store

SECRET = "abcdefghijklmnopqrstuvwxyzABCDEF"
NOTHING = Purged(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
TABLES: tuple[Any, ...] = (Candidate, Outcome, Passport, Declaration, Share, Consultation)
WHOLE = [1, 5, 1, 1, 1, 1]
MINUTE = timedelta(minutes=1)


def after(months: int) -> datetime:
    return months_later(START, months)


def counts(session: Session) -> list[int]:
    return [session.exec(select(func.count()).select_from(table)).one() for table in TABLES]


def sit(session: Session, world: World, *, number: int = 0) -> Sitting:
    """Let somebody say a name and answer one question."""
    candidate_id = world.invitations[number].candidate_id
    register_candidate(session, candidate_id, operator_id=world.operator_id, called="Amina", language="fr", now=START)
    sitting = sittings.start_sitting(session, candidate_id, language="fr", now=START, rng=Random(1))
    version = session.exec(select(ItemVersion.id)).first()
    assert version
    served = ServedItem(
        sitting_id=sitting.id, section=0, position=1, item_version_id=version, option_order={}, served_at=START
    )
    session.add(served)
    session.flush()
    given = {"served_item_id": served.id, "sitting_id": sitting.id, "client_key": "k", "given": {"a": ["b"]}}
    session.add(Response(**given, skipped=False, language="fr", points=1, maximum=1, recorded_at=START))
    session.flush()
    return sitting


def finish(session: Session, world: World, sitting: Sitting, measured: Any = FIVE) -> Passport:
    """Hand in: the passport holds one social outcome, two of two years and two basic ones, unless told otherwise."""
    sitting.status, sitting.submitted_at = "submitted", START
    return issue_passport(
        session,
        candidate_id=sitting.candidate_id,
        operator_id=world.operator_id,
        sitting_id=sitting.id,
        measured=measured,
        now=START,
    )


def show(session: Session, passport: Passport, *, now: datetime = START, days: int = 14) -> Share:
    """Share own words and all results, and let a company look."""
    declare(session, candidate_id=passport.candidate_id, words={"wishes": "Bread"}, language="fr", now=now)
    choice = ShareChoice(
        outcome_ids=tuple(passport.outcome_ids),
        audience="Bakery",
        purpose="stage",
        consent_version="share-1",
        language="fr",
        with_words=True,
        with_name=True,
        days=days,
    )
    share = make_share(
        session, share_id=new_id(), candidate_id=passport.candidate_id, choice=choice, secret=SECRET, now=now
    )
    consult(session, share_id=share.id, presented=SECRET, who="An", purpose="stage", now=now)
    return share


@pytest.fixture
def finished(session: Session, world: World) -> Passport:
    """Give the passport of somebody who finished and shared."""
    passport = finish(session, world, sit(session, world))
    show(session, passport)
    assert counts(session) == WHOLE
    return passport


def given(session: Session) -> list[tuple[Any, int]]:
    session.expire_all()
    return [(row.given, row.points) for row in session.exec(select(Response))]


def test_purge_of_what_is_young_deletes_nothing(session: Session, finished: Passport) -> None:
    done = purge(session, now=after(12) - MINUTE)

    assert (done, counts(session)) == (NOTHING, WHOLE)


def test_purge_follows_the_table_of_the_data_protection_page(session: Session, finished: Passport) -> None:
    done, left = [], []
    for now in (after(12), after(24) - MINUTE, after(24), after(36) - MINUTE, after(36), after(36)):
        done.append(purge(session, now=now))
        left.append((counts(session), given(session)))

    full, empty = [({"a": ["b"]}, 1)], [({}, 1)]
    assert done == [
        Purged(0, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0),
        NOTHING,
        Purged(0, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0),
        NOTHING,
        Purged(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        NOTHING,
    ]
    assert left == [
        ([1, 4, 1, 1, 0, 0], full),
        ([1, 4, 1, 1, 0, 0], full),
        ([1, 2, 1, 1, 0, 0], empty),
        ([1, 2, 1, 1, 0, 0], empty),
        ([0, 0, 0, 0, 0, 0], empty),
        ([0, 0, 0, 0, 0, 0], empty),
    ]


def test_purge_forgets_judges_and_work_that_ended(session: Session, world: World) -> None:
    panels = [
        Panel(operator_id=world.operator_id, competence="numeracy", method="angoff", levels=["2"], created_at=START)
        for _ in range(2)
    ]
    panels[0].closed_at = START
    judges = [
        PanelJudge(panel_id=panel.id, number=1, name="Ann", language="fr", secret_digest=panel.id.hex, invited_at=START)
        for panel in panels
    ]
    session.add_all(panels)
    session.flush()
    session.add_all(judges)
    kinds = ("calibration", "rescoring")
    asked = [add_job(session, operator_id=world.operator_id, kind=kind, plan={}, now=START) for kind in kinds]
    ask_to_stop(session, asked[0].id, operator_id=world.operator_id, now=START)

    done = [purge(session, now=now) for now in (after(12) - MINUTE, after(12), after(24) - MINUTE, after(24))]

    assert [(one.judges, one.jobs) for one in done] == [(0, 0), (1, 1), (0, 0), (1, 0)]
    assert session.exec(select(Job.id)).all() == [asked[1].id]
    assert [(one.name, one.secret_digest, one.revoked_at) for one in judges] == [
        ("", f"forgotten-{judges[0].id.hex}", after(12)),
        ("", f"forgotten-{judges[1].id.hex}", after(24)),
    ]


def test_purged_person_leaves_no_code_and_no_id(session: Session, world: World, finished: Passport) -> None:
    candidate_id = finished.candidate_id

    purge(session, now=after(36))

    session.expire_all()
    place = session.get_one(Invitation, world.invitations[0].id)
    sitting = session.exec(select(Sitting)).one()
    assert candidate_id not in (place.candidate_id, sitting.candidate_id)
    assert place.code_digest != world.invitations[0].code_digest
    assert find_candidate(session, candidate_id) is None


def test_answers_outlive_a_person_whose_results_were_short(session: Session, world: World) -> None:
    social = (measured("customer-contact", "2"),)
    finish(session, world, sit(session, world), social)

    done = purge(session, now=after(12))

    assert (done, counts(session)) == (Purged(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), [0] * 6)
    assert given(session) == [({"a": ["b"]}, 1)]
    assert purge(session, now=after(24)) == Purged(0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    assert given(session) == [({}, 1)]


def test_somebody_without_results_is_kept_a_year(session: Session, world: World) -> None:
    finish(session, world, sit(session, world), ())

    done = [purge(session, now=now).people for now in (after(12) - MINUTE, after(12))]

    assert (done, counts(session)) == ([0, 1], [0] * 6)


def test_somebody_who_may_still_hand_in_is_kept_and_who_never_will_is_not(session: Session, world: World) -> None:
    sit(session, world)
    group = session.get_one(Group, world.group_id)
    group.closes_at = after(13)
    session.flush()
    moments = (after(12), after(13), after(13) + timedelta(days=1))

    done = [purge(session, now=now).people for now in moments]

    assert (done, counts(session)) == ([0, 0, 1], [0] * 6)
    session.expire_all()
    assert session.exec(select(Sitting.status)).all() == ["submitted"]


def test_name_stays_while_a_share_is_open(session: Session, world: World) -> None:
    passport = finish(session, world, sit(session, world))
    last_moment = after(36) - MINUTE
    share = show(session, passport, now=last_moment, days=90)

    done = purge(session, now=after(36))

    assert (done.people, counts(session)) == (0, [1, 0, 1, 1, 1, 1])
    assert purge(session, now=share.expires_at) == Purged(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    assert counts(session) == [0] * 6


def test_name_does_not_stay_for_a_share_that_was_taken_back(session: Session, world: World) -> None:
    passport = finish(session, world, sit(session, world))
    share = show(session, passport, now=after(36) - MINUTE, days=90)
    share.revoked_at = share.created_at
    session.flush()

    done = purge(session, now=after(36))

    assert (done.people, counts(session)) == (1, [0] * 6)


def test_words_without_a_person_go_after_a_day(session: Session, world: World, finished: Passport) -> None:
    declare(session, candidate_id=new_id(), words={"wishes": "Nobody's"}, language="fr", now=START)

    done = [purge(session, now=START + late).declarations for late in (timedelta(hours=23), timedelta(days=1))]

    assert (done, counts(session)) == ([0, 1], WHOLE)


def test_sign_ins_and_links_go_when_they_are_over(session: Session, world: World) -> None:
    for number, hours in enumerate((1, 2)):
        ends = START + timedelta(hours=hours)
        session.add(SignIn(account_id=world.trainer.id, token_digest=f"s{number}", created_at=START, expires_at=ends))
        session.add(OneTimeLogin(account_id=world.trainer.id, token_digest=f"o{number}", expires_at=ends))
    session.flush()

    done = [purge(session, now=START + timedelta(hours=1)) for _ in range(2)]

    assert done == [Purged(0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0), NOTHING]
    assert session.exec(select(SignIn.token_digest)).all() == ["s1"]
    assert session.exec(select(OneTimeLogin.token_digest)).all() == ["o1"]


@pytest.mark.parametrize("kind", ["postgresql"])
@pytest.mark.parametrize("act", ["share", "look", "hand in"])
def test_who_comes_at_the_same_moment_waits_and_is_refused(database: Database, world: World, act: str) -> None:
    with database.transaction() as session:
        sitting = sit(session, world)
        passport = None if act == "hand in" else finish(session, world, sitting)
        share = show(session, passport) if passport and act == "look" else None
        candidate_id = sitting.candidate_id
    started, refused = Event(), []

    def come() -> None:
        started.set()
        try:
            with database.transaction() as session:
                if act == "hand in":
                    close_sitting(session, candidate_id, now=START)
                elif share:
                    consult(session, share_id=share.id, presented=SECRET, who="An", purpose="stage", now=START)
                elif passport:
                    show(session, passport)
        except Refusal as refusal:
            refused.append(type(refusal).__name__)

    other = Thread(target=come)
    with database.transaction() as session:
        erase_candidate(session, candidate_id, now=START)
        other.start()
        assert started.wait(5)
        other.join(0.3)
        waited = other.is_alive()
    other.join(10)

    with database.reading() as session:
        left = counts(session)
        stray = [row.candidate_id for row in session.exec(select(Declaration))]
    kinds = {"share": "PassportNotFoundError", "look": "ShareNotFoundError", "hand in": "NotFoundError"}
    assert (waited, refused) == (True, [kinds[act]])
    assert (left, stray) == ([0] * 6, [])


@pytest.mark.parametrize("kind", ["postgresql"])
@pytest.mark.parametrize("act", ["share", "look", "hand in"])
def test_erasing_waits_for_who_came_before_and_takes_that_too(database: Database, world: World, act: str) -> None:
    with database.transaction() as session:
        sitting = sit(session, world)
        passport = None if act == "hand in" else finish(session, world, sitting)
        share = show(session, passport) if passport and act == "look" else None
        candidate_id = sitting.candidate_id

    def erase() -> None:
        with database.transaction() as session:
            erase_candidate(session, candidate_id, now=START)

    other = Thread(target=erase)
    with database.transaction() as session:
        if share:
            consult(session, share_id=share.id, presented=SECRET, who="An", purpose="stage", now=START)
        elif passport:
            show(session, passport)
        else:
            close_sitting(session, candidate_id, now=START)
        other.start()
        other.join(0.3)
        waited = other.is_alive()
    other.join(10)

    with database.reading() as session:
        assert (waited, counts(session)) == (True, [0] * 6)


def test_more_people_than_a_statement_takes_go_at_once(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.retention.AT_ONCE", 2)
    for number in range(5):
        finish(session, world, sit(session, world, number=number), ())

    assert purge(session, now=after(12)).people == 5


def upload(session: Session, sitting: Sitting, digest: str, *, at: datetime = START) -> None:
    """Let a file have been sent in the sitting, as the answer to its one question."""
    file = MediaFile(digest=digest, type="audio/mpeg", name="Amina.mp3", size=5)
    session.add(Upload(sitting_id=sitting.id, digest=digest, file=file, created_at=at))
    response = session.exec(select(Response).where(Response.sitting_id == sitting.id)).one()
    response.given = {**response.given, "s1": {"digest": digest, "name": "Amina.mp3"}, "j1": {"digest": "1"}}
    session.add(response)
    session.flush()


def digests(session: Session) -> list[str]:
    return list(session.exec(select(Upload.digest).order_by(col(Upload.id))))


def test_files_of_answers_go_with_the_answers(session: Session, world: World) -> None:
    sitting = sit(session, world)
    finish(session, world, sitting)
    upload(session, sitting, "1" * 64)

    done = [purge(session, now=now).uploads for now in (after(24) - MINUTE, after(24), after(24))]

    assert (done, digests(session), given(session)) == ([0, 1, 0], [], [({}, 1)])


def test_files_and_their_names_go_with_the_person_whose_answers_stay(session: Session, world: World) -> None:
    sitting = sit(session, world)
    sitting.status, sitting.submitted_at = "submitted", START
    upload(session, sitting, "1" * 64)

    done = purge(session, now=after(12))

    assert (done.people, digests(session)) == (1, [])
    assert given(session) == [({"a": ["b"], "j1": {"digest": "1"}}, 1)]


def test_sweep_takes_old_bytes_that_nobody_refers_to(session: Session, world: World, tmp_path: Path) -> None:
    store = MediaStore(tmp_path)
    sent, owned, stray = (store.put(data) for data in (b"sent", b"owned", b"stray"))
    upload(session, sit(session, world), sent)
    file = MediaFile(digest=owned, type="image/png", size=5)
    session.add(MediaAsset(operator_id=world.operator_id, digest=owned, file=file, created_at=START))
    session.flush()
    put_at = max(one.put_at for one in store.list())

    swept = [sweep_store(session, store, now=put_at + wait) for wait in (timedelta(hours=23), *[timedelta(days=1)] * 2)]

    assert (swept, {one.digest for one in store.list()}) == ([0, 1, 0], {sent, owned})
    assert stray not in (sent, owned)


def test_sweep_of_more_files_than_a_statement_takes(
    session: Session, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.retention.AT_ONCE", 2)
    store = MediaStore(tmp_path)
    for number in range(5):
        store.put(bytes([number]))
    put_at = max(one.put_at for one in store.list())

    assert sweep_store(session, store, now=put_at + timedelta(days=1)) == 5


def test_bytes_that_somebody_else_refers_to_stay(session: Session, world: World, tmp_path: Path) -> None:
    store = MediaStore(tmp_path)
    mine, ours = store.put(b"mine"), store.put(b"ours")
    first, second = sit(session, world), sit(session, world, number=1)
    for sitting, digest in ((first, mine), (first, ours), (second, ours)):
        upload(session, sitting, digest)

    left = erase_candidate(session, first.candidate_id, now=START)

    assert (left, delete_bytes(session, store, left), store.exists(mine), store.exists(ours)) == (
        {mine, ours},
        1,
        False,
        True,
    )
