"""The door: a code lets a candidate in, on any device."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import Response

from assess.errors import ClosedError, NotFoundError
from assess.invitations import admit
from storage.wording import Refusal
from web.deps import CANDIDATE_COOKIE, CANDIDATE_SECONDS, AppSettings, AppSigner, Now, Reading
from web.errors import error_page, sentence_of
from web.i18n import gettext
from web.rendering import FormError, page, see_other
from web.throttle import Throttle, network_of, throttle_of
from web.tokens import CODE_LENGTH, normal_code

router = APIRouter()

TYPED_LIMIT = 100


async def _held(request: Request) -> int:
    """Wait before anything else is asked of the app, the database above all."""
    return await _throttle(request).hold(network_of(request))


Held = Annotated[int, Depends(_held)]


@router.get("/admissions", name="admissions.new")
def new(request: Request, code: Annotated[str, Query()] = "") -> Response:
    """Ask for the code; the QR code of a sheet fills it in, and the person sends it."""
    return page(request, "admissions/new.html", code=code[:TYPED_LIMIT], errors=[])


@router.post("/admissions", name="admissions.create")
def create(
    request: Request,
    held: Held,
    session: Reading,
    signer: AppSigner,
    settings: AppSettings,
    now: Now,
    code: Annotated[str, Form()] = "",
) -> Response:
    """Let the candidate of a right code in; a wrong one gets the form again, and counts against its network address."""
    if held:
        sentence = gettext("Too many wrong codes. Wait one minute. Then try again.")
        response = error_page(request, 429, sentence)
        response.headers["Retry-After"] = str(held)
        return response
    typed = normal_code(code[:TYPED_LIMIT])
    if not typed:
        return _refused(request, code, gettext("Type your code. It is on your sheet."))
    try:
        invitation = admit(session, code_digest=signer.code_digest(typed), now=now)
    except NotFoundError as refusal:
        _throttle(request).note_failure(network_of(request))
        return _refused(request, code, _sentence(refusal, typed))
    except ClosedError as refusal:
        return _refused(request, code, sentence_of(refusal))
    secure = urlsplit(settings.address).scheme == "https"
    return _admitted(request, signer.sign("candidate", invitation.candidate_id.hex), secure=secure)


def _admitted(request: Request, cookie: str, *, secure: bool) -> Response:
    response = see_other(request, "sittings.resume")
    response.set_cookie(
        CANDIDATE_COOKIE, cookie, max_age=CANDIDATE_SECONDS, httponly=True, samesite="lax", secure=secure
    )
    return response


def _refused(request: Request, code: str, sentence: str) -> Response:
    errors = [FormError("code", sentence)]
    return page(request, "admissions/new.html", status=422, code=code[:TYPED_LIMIT], errors=errors)


def _sentence(refusal: Refusal, typed: str) -> str:
    if len(typed) != CODE_LENGTH:
        return gettext("A code has 8 letters and numbers. Check your sheet.")
    return sentence_of(refusal)


def _throttle(request: Request) -> Throttle:
    return throttle_of(request, "codes")
