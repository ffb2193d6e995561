"""What every request passes: its number, its language, its size, where it comes from; and headers on every answer.

One ASGI layer instead of several: it runs on the busiest path there is.
"""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request, cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from storage.tables import new_id
from web import i18n
from web.deps import ACCOUNT_COOKIE, CANDIDATE_COOKIE

log = structlog.get_logger()

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
HEADERS_TO_RECORD = {
    "Content-Security-Policy": POLICY.replace("media-src 'self'", "media-src 'self' blob:"),
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
}
"""What a page has instead where one may say something aloud, and hear it before it is sent: a question, and writing one."""
BODY_LIMIT = 64 * 1024
UPLOAD_LIMIT = 5 * 1024 * 1024
DRAIN_LIMIT = 16 * 1024 * 1024
HTTP_FAULT = 500
HTTP_TOO_LARGE = 413
UPLOADS = re.compile(r"^/banks/imports$")
PASTES = re.compile(r"^/banks/[0-9a-f-]{36}/pasted?$")
PASTE_LIMIT = 1024 * 1024
"""Pasted text as a form sends it: up to three signs a byte, and the boxes of each question beside it."""
MEDIA = re.compile(r"^/(?:items|testlets)/[0-9a-f-]{36}/media$")
MEDIA_LIMIT = 21 * 1024 * 1024
"""A picture, recording or film of an item, which may have 20 MB, and the words beside it."""
WRITING = re.compile(r"^/(?:items|testlets)/[0-9a-f-]{36}/(?:draft|translation|trial)$")
WRITING_LIMIT = 512 * 1024
"""The whole form of an item, in one language."""
ANSWERS = "/sitting/responses"
ANSWER_LIMIT = 12 * 1024 * 1024
"""A file that a candidate sends as an answer, and all that was typed beside it."""
LANGUAGE_COOKIE = "paraat_language"


class Shield:
    """The layer around the app."""

    def __init__(self, app: ASGIApp, *, refuse: Callable[[Request, int], Response], https: bool) -> None:
        self.app = app
        self.refuse = refuse
        self.https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; refuse a cross-site change and an oversized body before the app sees them."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        scope["request_id"] = new_id().hex
        language, chosen = _language(scope, headers)
        i18n.current.set(language)
        limit = _limit(scope["path"], headers)

        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._finish(MutableHeaders(scope=message), scope, chosen)
            await send(message)

        refused = _cross_site(scope, headers) or _too_large(headers, limit)
        if refused:
            await _drain(receive)
            await self.refuse(Request(scope), refused)(scope, receive, answer)
            return
        try:
            await self.app(scope, _limited(receive, limit), answer)
        except Exception as error:
            # The one place for what nobody foresaw: the person gets a page with the number that the log also bears.
            log.exception(
                "fault",
                request_id=scope["request_id"],
                route=getattr(scope.get("route"), "path", ""),
                kind=type(error).__name__,
            )
            if not started:
                await self.refuse(Request(scope), HTTP_FAULT)(scope, receive, answer)
            raise

    def _finish(self, headers: MutableHeaders, scope: Scope, chosen: str) -> None:
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        if self.https:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        headers["X-Request-ID"] = scope["request_id"]
        if not scope["path"].startswith("/static/"):
            headers.setdefault("Cache-Control", "no-store")
            headers.add_vary_header("Cookie")
        if chosen:
            secure = "; Secure" if self.https else ""
            headers.append(
                "Set-Cookie", f"{LANGUAGE_COOKIE}={chosen}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly{secure}"
            )


def _cross_site(scope: Scope, headers: Headers) -> int:
    """Return 403 for a change that another site's page asked for.

    Browsers say where a request comes from (Sec-Fetch-Site, else Origin); what says neither is no browser and
    carries nobody's cookies unasked. Together with SameSite cookies this replaces tokens in forms.
    """
    if scope["method"] in ("GET", "HEAD", "OPTIONS"):
        return 0
    site = headers.get("sec-fetch-site")
    if site is not None:
        return 0 if site in ("same-origin", "none") else 403
    origin = headers.get("origin")
    return 0 if origin is None or urlsplit(origin).netloc == headers.get("host") else 403


def _limit(path: str, headers: Headers) -> int:
    """Return how many bytes a request may have: files are let in only where they belong."""
    if UPLOADS.match(path):
        return UPLOAD_LIMIT
    if PASTES.match(path):
        return PASTE_LIMIT
    if WRITING.match(path):
        return WRITING_LIMIT
    if MEDIA.match(path):
        # As below: a large file is heard out only from who may have something to add.
        return MEDIA_LIMIT if ACCOUNT_COOKIE in cookie_parser(headers.get("cookie", "")) else BODY_LIMIT
    if path == ANSWERS and headers.get("content-type", "").startswith("multipart/form-data"):
        # Whether the cookie is a good one is for the page to say; who has none has no answer to send.
        return ANSWER_LIMIT if CANDIDATE_COOKIE in cookie_parser(headers.get("cookie", "")) else BODY_LIMIT
    return BODY_LIMIT


def _too_large(headers: Headers, limit: int) -> int:
    length = headers.get("content-length") or "0"
    return HTTP_TOO_LARGE if not length.isdecimal() or int(length) > limit else 0


async def _drain(receive: Receive) -> None:
    # A browser that is still sending shows "connection reset" instead of our sentence, so hear it out, within reason.
    heard = 0
    while heard < DRAIN_LIMIT:
        message = await receive()
        heard += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            return


def _language(scope: Scope, headers: Headers) -> tuple[str, str]:
    """Return the language of the request, and the one it newly chose (to keep in a cookie) or nothing."""
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("lang", [""])[-1]
    if asked in i18n.LANGUAGES:
        return asked, asked
    kept = cookie_parser(headers.get("cookie", "")).get(LANGUAGE_COOKIE, "")
    if kept in i18n.LANGUAGES:
        return kept, ""
    return i18n.preferred(headers.get("accept-language", "")), ""


def _limited(receive: Receive, limit: int) -> Receive:
    """Count a body that did not say its length."""
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise HTTPException(HTTP_TOO_LARGE)
        return message

    return counted
