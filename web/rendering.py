"""Pages from templates. The only reader of HX-Request."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.datastructures import URL
from starlette.responses import HTMLResponse, RedirectResponse, Response

from question_banks.texts import Texts, in_language
from web import i18n
from web.notices import NOTICES

HERE = Path(__file__).parent
BUILT = HERE / "static" / "build"
# A picture is a document of its own. Its one style is ours: the colours for the dark.
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the navigation."""

    text: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """The same page in another language."""

    code: str
    name: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class FormError:
    """One thing to mend in a form: the field it is about, and a sentence."""

    field: str
    text: str

    @property
    def href(self) -> str:
        """Where the error summary leads."""
        return f"#{self.field}"


def page(request: Request, template: str, *, fragment: str = "", status: int = 200, **context: Any) -> HTMLResponse:
    """Render a page; to an htmx request that asked for `fragment`, the fragment alone."""
    only_part = bool(fragment) and request.headers.get("HX-Request") == "true"
    context = {
        "request": request,
        "url": partial(url_of, request),
        "language_links": _language_links(request),
        "navigation": _navigation(request),
        "direction": i18n.locale(i18n.current.get()).text_direction,
        "language": i18n.current.get(),
        "notice": i18n.gettext(NOTICES.get(request.query_params.get("notice", ""), "")),
    } | context
    body = environment().get_template(fragment if only_part else template).render(context)
    response = HTMLResponse(body, status_code=status)
    if fragment:
        response.headers["Vary"] = "HX-Request"
    return response


def see_other(request: Request, name: str, *, notice: str = "", **parameters: Any) -> RedirectResponse:
    """Answer a change with the page to look at next, for browser and htmx alike; `notice` is a key of `NOTICES`."""
    query = f"?notice={notice}" if notice else ""
    return RedirectResponse(url_of(request, name, **parameters) + query, status_code=303)


def picture_response(drawn: str) -> Response:
    """Answer with a drawn picture (SVG), under a policy of its own."""
    return Response(drawn, media_type="image/svg+xml", headers={"Content-Security-Policy": PICTURE_POLICY})


@cache
def environment() -> Environment:
    """Return the one template environment."""
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(["html", "xml"], default=True),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(asset=asset, FormError=FormError)
    env.filters.update(
        day=i18n.day,
        hour=i18n.hour,
        clock=i18n.clock,
        number=i18n.number,
        text=text,
        markdown=_markdown,
        tojson=_tojson,
    )
    return env


def asset(name: str) -> str:
    """Return the address of a built asset; its name changes with its content, so that it may be kept for ever."""
    return f"/static/build/{_manifest()[name]}"


def text(texts: Texts, language: str = "") -> str:
    """Return a text of content in the language of the page, or in another when there is none."""
    return in_language(texts, language or i18n.current.get())


def _markdown(source: str) -> Markup:
    from question_banks.markdown import to_html  # noqa: PLC0415 (kept out of the start of pages that show no item)

    return Markup(to_html(source))  # noqa: S704 (cleaned by an allow-list)


def _tojson(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _gettext(message: str) -> str:
    return i18n.gettext(message)


def _ngettext(singular: str, plural: str, count: int) -> str:
    return str(i18n.translations(i18n.current.get()).ungettext(singular, plural, count))


@cache
def _manifest() -> dict[str, str]:
    manifest: dict[str, str] = json.loads((BUILT / "manifest.json").read_text())
    return manifest


def url_of(request: Request, name: str, **parameters: Any) -> str:
    """Return the path of a named route."""
    return str(request.app.state.path_of(name, **parameters))


def remember_paths(app: FastAPI) -> None:
    """Have the app remember the addresses of its routes, for `url_of`."""
    # Starlette tries every route in turn, which on a page of twenty links would cost more than the rest of it. The memory is the
    # app's own: one of the module's would keep each app, with all that it holds.
    app.state.path_of = lru_cache(maxsize=4096)(app.url_path_for)


def _language_links(request: Request) -> Iterable[LanguageLink]:
    here = URL(scope={**request.scope, "query_string": request.scope.get("query_string", b"")})
    if request.method != "GET":
        # A refused form is shown at the address of its POST, which cannot be opened: switch on the page before it.
        here = URL(request.scope.get("shown_at") or request.headers.get("referer") or "/")
    relative = URL(here.path + (f"?{here.query}" if here.query else ""))
    return [
        LanguageLink(code, name, str(relative.include_query_params(lang=code)), code == i18n.current.get())
        for code, name in i18n.LANGUAGES.items()
    ]


def _navigation(request: Request) -> Iterable[Link]:
    """Return the links of who is signed in; the page dependency left them on the request."""
    links = {url_of(request, name): words for words, name in getattr(request.state, "navigation", ())}
    here = max((url for url in links if request.url.path.startswith(url)), key=len, default="")
    return [Link(i18n.gettext(words), url, url == here) for url, words in links.items()]
