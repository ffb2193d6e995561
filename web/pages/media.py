"""Pictures and recordings: for the staff who own them, for the candidate who is asked about them, and plays that are counted."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from assess.plays import get_playing, may_see_medium
from assess.progress import find_progress
from question_banks.media import find_asset
from web.deps import AppMediaStore, CandidateId, Now, Reading, SignedIn
from web.stored_files import NO_STORE, NOT_FOUND, stored_file

router = APIRouter()

Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]

# A digest never stands for other bytes. A candidate's browser, which may be everybody's, forgets within the hour.
FOR_STAFF = "private, max-age=31536000, immutable"
FOR_CANDIDATES = "private, max-age=3600"


@router.get("/media/{digest}", name="media.show")
def show(request: Request, account: SignedIn, session: Reading, store: AppMediaStore, digest: Digest) -> Response:
    """Give a picture or recording of the account's operator."""
    asset = find_asset(session, digest, account.operator_id)
    if asset is None:
        raise HTTPException(NOT_FOUND)
    return stored_file(request, store, asset.file, cache=FOR_STAFF)


@router.get("/sitting/media/{digest}", name="media.for_candidate")
def show_to_candidate(
    request: Request, candidate_id: CandidateId, session: Reading, store: AppMediaStore, digest: Digest
) -> Response:
    """Give a picture or recording that the open section of the candidate's sitting shows; not one whose plays are counted."""
    progress = find_progress(session, candidate_id)
    if progress is None or not may_see_medium(session, progress, digest):
        raise HTTPException(NOT_FOUND)
    asset = find_asset(session, digest, progress.sitting.operator_id)
    if asset is None:
        raise HTTPException(NOT_FOUND)
    return stored_file(request, store, asset.file, cache=FOR_CANDIDATES)


@router.get("/sitting/plays/{play_id}", name="plays.show")
def play(
    request: Request,
    candidate_id: CandidateId,
    session: Reading,
    store: AppMediaStore,
    now: Now,
    play_id: UUID,
    language: str = "",
) -> Response:
    """Give the recording of a play that goes on, in the language of the question; kept by no browser."""
    file, operator_id = get_playing(session, candidate_id, play_id, language=language, now=now)
    asset = find_asset(session, file.digest, operator_id)
    if asset is None:
        raise HTTPException(NOT_FOUND)
    return stored_file(request, store, asset.file, cache=NO_STORE)
