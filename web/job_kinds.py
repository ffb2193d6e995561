"""What can be done as a job: calibrate a bank, compute outcomes again. Loaded by workers and the command line, never by pages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from assess import rescoring
from assess.calibration_data import read_responses
from question_banks.library import get_bank
from scoring.calibration.mapping import Mapper
from scoring.calibrations.choices import Choices
from scoring.calibrations.estimating import estimate_bank
from scoring.calibrations.keeping import propose
from scoring.calibrations.running import Report
from scoring.models import Calibration
from storage import jobs
from storage.database import Database
from storage.jobs import Claim
from storage.wording import N_

CALIBRATION, RESCORING = "calibration", "rescoring"


@dataclass(frozen=True, slots=True)
class Work:
    """What a job has to work with."""

    database: Database
    claim: Claim
    report: Report
    now: Callable[[], datetime]


def calibrate(work: Work) -> None:
    """Calibrate the bank that the job is about, and end the job in the transaction that keeps the proposal."""
    claim = work.claim

    def end(session: Session, calibration: Calibration) -> None:
        jobs.finish(session, claim, result={"calibration_id": str(calibration.id)}, now=work.now())

    calibrate_bank(
        work.database,
        _subject(claim),
        Choices.model_validate(claim.plan),
        work.report,
        operator_id=claim.operator_id,
        author_id=claim.author_id,
        job_id=claim.job_id,
        now=work.now,
        and_then=end,
    )


def calibrate_bank(
    database: Database,
    bank_id: UUID,
    choices: Choices,
    report: Report,
    *,
    operator_id: UUID,
    now: Callable[[], datetime],
    author_id: UUID | None = None,
    job_id: UUID | None = None,
    mapper: Mapper | None = None,
    and_then: Callable[[Session, Calibration], None] | None = None,
) -> UUID:
    """Estimate a bank's parameters and keep them as proposed; return the calibration's id.

    The database is free while it estimates. `and_then` is called in the transaction that keeps the result. Raises what
    `estimate_bank` raises, and what the report does to stop it; then nothing is kept.
    """
    until = now()
    with database.reading() as session:
        bank = get_bank(session, bank_id, operator_id=operator_id)
        found = read_responses(session, bank, until=until, by_language=choices.by_language)
    proposal = estimate_bank(found.data, found.items, choices, report, testlets=found.testlets, mapper=mapper)
    report.say(N_("What would change for outcomes so far is worked out."))
    with database.reading() as session:
        preview = rescoring.preview(session, bank, proposal.known, testlets=proposal.wholes)
    further = {
        "compared_with": str(found.in_force) if found.in_force else None,
        "preview": preview.as_json(),
    }
    with database.transaction() as session:
        calibration = propose(
            session,
            bank,
            proposal,
            now=now(),
            until=until,
            job_id=job_id,
            author_id=author_id,
            further=further,
        )
        if and_then is not None:
            and_then(session, calibration)
        return calibration.id


def rescore(work: Work) -> None:
    """Compute the outcomes of a bank again under a calibration, a portion in each transaction."""
    claim = work.claim
    calibration_id, reason = UUID(claim.plan["calibration_id"]), str(claim.plan["reason"])
    with work.database.reading() as session:
        bank = get_bank(session, _subject(claim), operator_id=claim.operator_id)
        whole = rescoring.count_outcomes(session, bank)
    work.report.say(N_("{count} outcomes are looked through."), count=whole)
    done, seen, after = 0, 0, None
    while True:
        with work.database.transaction() as session:
            made, after = rescoring.rescore_next(
                session, bank, calibration_id=calibration_id, reason=reason, now=work.now(), after=after
            )
        done, seen = done + made, seen + rescoring.AT_ONCE
        work.report.share(min(seen / max(whole, 1), 1.0))
        if after is None:
            break
    work.report.say(N_("{count} outcomes were computed again."), count=done)
    with work.database.transaction() as session:
        jobs.finish(session, claim, result={"calibration_id": str(calibration_id), "count": done}, now=work.now())


KINDS: Mapping[str, Callable[[Work], None]] = {CALIBRATION: calibrate, RESCORING: rescore}


def _subject(claim: Claim) -> UUID:
    assert claim.subject_id is not None  # noqa: S101 (the page that asks names the bank)
    return claim.subject_id
