"""The candidate's shares: the list, one share with its link while that is fresh, who looked, and taking it back."""

from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session

from question_banks.competences import list_competences
from question_banks.texts import Texts
from scoring.models import Share
from scoring.passport import consultations, shares
from scoring.passport.outcomes import find_outcomes
from web.deps import AppSettings, AppSigner, CandidateId, Now, Reading, Transaction
from web.handouts import Handout, write_handout
from web.rendering import page, see_other
from web.tokens import Signer

router = APIRouter()

COOKIE = "paraat_share"
"""Holds the secret of a share that was just made, signed, for the page of that share alone."""
COOKIE_SECONDS = 10 * 60


@dataclass(frozen=True, slots=True)
class ListedShare:
    """A share as the list shows it."""

    share: Share
    status: str
    names: list[Texts]
    looks: int


@router.get("/passport/shares", name="shares.index")
def index(request: Request, session: Reading, candidate_id: CandidateId, now: Now) -> HTMLResponse:
    """Show every share, newest first, with how often it was looked at."""
    made = shares.list_shares(session, candidate_id)
    looks = consultations.count_consultations(session, [share.id for share in made])
    names = _names(session, candidate_id, made)
    listed = [
        ListedShare(share, shares.status_of(share, now=now), names[share.id], looks.get(share.id, 0)) for share in made
    ]
    return page(request, "shares/index.html", shares=listed)


@router.get("/passport/shares/{share_id}", name="shares.show")
def show(
    request: Request,
    session: Reading,
    candidate_id: CandidateId,
    now: Now,
    settings: AppSettings,
    signer: AppSigner,
    share_id: UUID,
) -> HTMLResponse:
    """Show a share: its link while it is fresh, what it shows, who looked, and the button that stops it."""
    share = shares.get_share(session, share_id, candidate_id=candidate_id)
    looks = consultations.list_consultations(session, share)
    return page(
        request,
        "shares/show.html",
        share=share,
        state=shares.status_of(share, now=now),
        names=_names(session, candidate_id, [share])[share.id],
        looks=looks,
        is_whole=consultations.verify_chain(looks),
        handout=_handout(request, signer, share, settings.address),
    )


@router.post("/passport/shares/{share_id}/revocation", name="revocations.create")
def revoke(
    request: Request, session: Transaction, candidate_id: CandidateId, now: Now, share_id: UUID
) -> RedirectResponse:
    """Take a share back: the link is dead at the next click."""
    share = shares.get_share(session, share_id, candidate_id=candidate_id, lock=True)
    shares.revoke_share(session, share, now=now)
    return see_other(request, "shares.show", share_id=share.id)


def _names(session: Session, candidate_id: UUID, made: list[Share]) -> dict[UUID, list[Texts]]:
    """Return the names of the competences of each share, in two queries for all of them."""
    ids = {outcome_id for share in made for outcome_id in share.outcome_ids}
    outcomes = find_outcomes(session, list(ids), candidate_id=candidate_id)
    # One candidate is one operator's.
    operator_id = next((one.operator_id for one in outcomes), None)
    names = {code: one.name for code, one in list_competences(session, operator_id=operator_id).items()}
    found = {one.id: names[one.competence] for one in outcomes}
    return {share.id: [found[one] for one in share.outcome_ids if one in found] for share in made}


def _handout(request: Request, signer: Signer, share: Share, address: str) -> Handout | None:
    match signer.read(COOKIE, request.cookies.get(COOKIE, ""), seconds=COOKIE_SECONDS):
        case [share_id, str(secret)] if share_id == str(share.id):
            return write_handout(share.id, secret, address=address, until=share.expires_at)
    return None
