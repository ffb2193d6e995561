"""What a refusal becomes: a status, a page with a clear sentence, and a request id that the log also bears."""

from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from storage.wording import N_, Refusal
from web.i18n import gettext
from web.rendering import page, url_of

STATUS_BY_KIND: tuple[tuple[type[Exception], int], ...] = (
    (LookupError, 404),
    (PermissionError, 403),
    (ValueError, 422),
)
CONFLICT = 409
UNAUTHORIZED = 401
FOR_CANDIDATES = "X-For-Candidates"
"""Marks a 401 that a code mends, not a password."""

TITLES = {
    400: N_("We could not read that"),
    401: N_("Please sign in"),
    403: N_("This page is not open to you"),
    404: N_("We could not find that page"),
    405: N_("That is not possible here"),
    409: N_("That is not possible any more"),
    413: N_("That is too much at once"),
    422: N_("Something is not right yet"),
    429: N_("Please wait a moment"),
    500: N_("Something went wrong on our side"),
}
MESSAGES = {
    400: N_("What your browser sent was not complete. Go back and try again."),
    401: N_("Sign in to see this page."),
    403: N_("You are signed in, but this page belongs to somebody else or to another role."),
    404: N_("The address may be wrong, or the page may be gone. Nothing was lost."),
    405: N_("Go back to the page you came from and use its buttons."),
    413: N_("What you sent is too large. Nothing was saved of it. Make it shorter and try again."),
    422: N_("What was sent cannot be used. Nothing was saved of it. Go back and try again."),
    429: N_("There were many tries from your network. Wait a minute. Then try again."),
    500: N_(
        "Nothing that was saved before is lost. Try again in a minute. If it comes back, give us the number below."
    ),
}


def status_of(refusal: Exception) -> int:
    """Return the HTTP status of a refusal by what kind of no it is."""
    return next((status for kind, status in STATUS_BY_KIND if isinstance(refusal, kind)), CONFLICT)


def sentence_of(refusal: Refusal) -> str:
    """Return a refusal's sentence in the reader's language."""
    return gettext(refusal.message, **refusal.values)


def error_page(request: Request, status: int, message: str = "") -> Response:
    """Render the page of a refusal."""
    title = TITLES.get(status, TITLES[400 if status < 500 else 500])  # noqa: PLR2004 (HTTP's own border)
    response = page(
        request,
        "errors/show.html",
        status=status,
        title=gettext(title),
        message=message or gettext(MESSAGES.get(status, MESSAGES[422])),
        next_steps=_next_steps(request),
        request_id=request.scope.get("request_id", ""),
    )
    response.status_code = status
    return response


def _next_steps(request: Request) -> list[tuple[str, str]]:
    steps = [(gettext("Go to the start page"), url_of(request, "start.index"))]
    if request.cookies.get("paraat_candidate"):
        steps.insert(0, (gettext("Go on where you were"), url_of(request, "sittings.resume")))
    return steps


def _to_the_door(request: Request, error: HTTPException) -> Response:
    """Lead who is not known to where one says who one is: candidates type their code, accounts sign in and come back."""
    if FOR_CANDIDATES in (error.headers or {}):
        return RedirectResponse(url_of(request, "admissions.new"), status_code=303)
    back = quote(request.url.path)
    return RedirectResponse(f"{url_of(request, 'sign_in.new')}?next={back}", status_code=303)


def install(app: FastAPI) -> None:
    """Give the app its answers to refusals."""

    def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)  # noqa: S101 (registered for it alone)
        return error_page(request, status_of(error), sentence_of(error))

    def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 (registered for it alone)
        if error.status_code == UNAUTHORIZED and request.method == "GET":
            return _to_the_door(request, error)
        response = error_page(request, error.status_code)
        response.headers.update(error.headers or {})
        return response

    def invalid(request: Request, error: Exception) -> Response:
        # A wrong path parameter is an address that does not exist; a wrong field is a form that does not fit.
        assert isinstance(error, RequestValidationError)  # noqa: S101 (registered for it alone)
        in_path = any(problem["loc"][0] == "path" for problem in error.errors())
        return error_page(request, 404 if in_path else 422)

    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
