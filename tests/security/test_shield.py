"""What every request passes: where it comes from, how large it is, its number, its language; and headers on all answers."""

import re
from collections.abc import Callable, Iterator
from itertools import repeat

import pytest
import structlog
from fastapi import FastAPI
from starlette.testclient import TestClient

from storage.database import Database
from tests.conftest import ADDRESS, SECRET
from tests.pages import Page, checked_page
from web.accounts import operators
from web.accounts.models import Operator
from web.app import create_app
from web.deps import ACCOUNT_COOKIE, Now, Transaction
from web.security import BODY_LIMIT, HEADERS, UPLOAD_LIMIT
from web.settings import Settings

FORM = {"email": "nobody@example.org", "password": "not the password"}
NUMBER = re.compile(r"[0-9a-f]{32}")


@pytest.fixture
def kind() -> str:
    """One database is enough: nothing here depends on it."""
    return "sqlite"


@pytest.fixture
def quiet_client(app: FastAPI) -> TestClient:
    """Give a browser that gets the page of a fault instead of the exception."""
    return TestClient(
        app, base_url=ADDRESS, follow_redirects=False, headers={"Accept-Language": "en"}, raise_server_exceptions=False
    )


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 422),
        ({"Sec-Fetch-Site": "same-origin"}, 422),
        ({"Sec-Fetch-Site": "none"}, 422),
        ({"Origin": ADDRESS}, 422),
        ({"Sec-Fetch-Site": "same-origin", "Origin": ADDRESS}, 422),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": ADDRESS}, 403),
        ({"Sec-Fetch-Site": "nonsense"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": f"{ADDRESS}.evil.example"}, 403),
        ({"Origin": f"{ADDRESS}:8080"}, 403),
    ],
)
def test_change_is_taken_from_our_own_pages_only(client: TestClient, headers: dict[str, str], status: int) -> None:
    response = client.post("/sign-in", data=FORM, headers=headers)

    assert response.status_code == status
    expected = {422: "Sign in", 403: "This page is not open to you"}[status]
    assert checked_page(response.text).text("h1") == expected


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_every_changing_method_is_held(client: TestClient, method: str) -> None:
    response = client.request(method, "/sign-out", headers={"Sec-Fetch-Site": "cross-site"})

    assert (response.status_code, response.headers.get("set-cookie")) == (403, None)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_link_on_another_site_may_lead_here(client: TestClient, site: str) -> None:
    response = client.get("/", headers={"Sec-Fetch-Site": site})

    assert response.status_code == 200


def chunks(size: int) -> Iterator[bytes]:
    yield b"email="
    yield from repeat(b"x" * 1000, size // 1000)


@pytest.mark.parametrize("size", [100_000, 1_000_000])
@pytest.mark.parametrize("chunked", [False, True])
def test_too_large_a_body_gets_a_page_that_says_so(client: TestClient, size: int, chunked: bool) -> None:
    content = chunks(size) if chunked else b"".join(chunks(size))

    response = client.post("/sign-in", content=content, headers={"Content-Type": "application/x-www-form-urlencoded"})

    page = checked_page(response.text)
    assert (response.status_code, page.text("h1")) == (413, "That is too much at once")
    assert "What you sent is too large. Nothing was saved of it." in page.text()


def test_body_just_below_the_limit_is_read(client: TestClient) -> None:
    content = b"email=" + b"x" * (BODY_LIMIT - 6)

    response = client.post("/sign-in", content=content, headers={"Content-Type": "application/x-www-form-urlencoded"})

    assert response.status_code == 422


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "99999999999999999999"])
def test_false_length_is_refused(client: TestClient, length: str) -> None:
    response = client.post("/sign-in", content=b"email=x", headers={"Content-Length": length})

    assert response.status_code == 413


def test_only_the_import_takes_a_large_body(client: TestClient) -> None:
    large = {"files": ("a.yaml", b"x" * (BODY_LIMIT * 2))}

    statuses = [
        client.post(path, files=large).status_code
        for path in ("/banks/imports", "/banks/imports/", "/banks", "/x/banks/imports", "/sign-in")
    ]
    too_large = client.post("/banks/imports", files={"files": ("a.yaml", b"x" * (UPLOAD_LIMIT + 1))}).status_code

    assert (statuses, too_large) == ([401, 413, 413, 413, 413], 413)


@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 200), ("/sign-in", 200), ("/nothing", 404), ("/accounts", 303), ("/accounts/not-an-id", 303)],
)
def test_every_page_bears_the_headers(client: TestClient, path: str, status: int) -> None:
    response = client.get(path)

    assert response.status_code == status
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert (response.headers["cache-control"], "Cookie" in response.headers["vary"]) == ("no-store", True)
    assert "server" not in response.headers


def test_static_file_bears_the_headers_and_may_be_kept(client: TestClient) -> None:
    found = re.search(r'href="(/static/build/[^"]+\.css)"', client.get("/").text)
    assert found

    response = client.get(found[1])

    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert NUMBER.fullmatch(response.headers["x-request-id"])


@pytest.mark.parametrize(
    "path", ["/static/nothing.css", "/static/../settings.py", "/static/%2e%2e/settings.py", "/static/"]
)
def test_static_file_that_is_not_there_is_a_page_with_the_headers(client: TestClient, path: str) -> None:
    response = client.get(path)

    assert response.status_code == 404
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS


def test_policy_allows_nothing_inline() -> None:
    directives = {part.split()[0]: part.split()[1:] for part in HEADERS["Content-Security-Policy"].split(";")}

    assert {value for values in directives.values() for value in values} <= {"'none'", "'self'", "data:"}
    assert (directives["default-src"], directives["frame-ancestors"], directives["base-uri"]) == (["'none'"],) * 3
    assert [name for name, values in directives.items() if "data:" in values] == ["img-src"]


def test_request_number_stands_in_header_and_page_and_is_new_each_time(client: TestClient) -> None:
    responses = [client.get("/nothing"), client.get("/nothing", headers={"X-Request-ID": "f" * 32})]

    numbers = [response.headers["x-request-id"] for response in responses]
    assert [checked_page(response.text).text(".pr-reference") for response in responses] == numbers
    assert len(set(numbers)) == 2
    assert all(NUMBER.fullmatch(number) for number in numbers)
    assert "f" * 32 not in numbers


def spoil(app: FastAPI) -> None:
    """Add a page that fails as no page should, holding what must not be told."""

    @app.api_route("/faults/{token}", methods=["GET", "POST"])
    def fault(token: str) -> None:
        message = "unforeseen"
        raise RuntimeError(message)


def test_unforeseen_fault_gets_a_page_with_the_number_that_the_log_bears(
    app: FastAPI, quiet_client: TestClient
) -> None:
    spoil(app)

    with structlog.testing.capture_logs(processors=[structlog.processors.format_exc_info]) as lines:
        response = quiet_client.get("/faults/hush-token")

    page = checked_page(response.text)
    assert (response.status_code, page.text("h1")) == (500, "Something went wrong on our side")
    assert page.text(".pr-reference") == response.headers["x-request-id"] == lines[0]["request_id"]
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert "unforeseen" not in response.text
    assert [(line["event"], line["log_level"], line["kind"]) for line in lines] == [("fault", "error", "RuntimeError")]
    assert "RuntimeError: unforeseen" in lines[0]["exception"]


def test_unforeseen_fault_tells_the_log_no_secret(app: FastAPI, quiet_client: TestClient) -> None:
    spoil(app)
    quiet_client.cookies.set(ACCOUNT_COOKIE, "hush-cookie")

    with structlog.testing.capture_logs(processors=[structlog.processors.format_exc_info]) as lines:
        response = quiet_client.post(
            "/faults/hush-token?code=hush-query", data={"code": "hush-field"}, headers={"Authorization": "hush-header"}
        )

    assert (response.status_code, len(lines)) == (500, 1)
    assert "hush" not in str(lines).replace("/faults/{token}", "")
    assert lines[0]["route"] == "/faults/{token}"


def test_fault_in_the_middle_of_a_change_leaves_nothing(
    app: FastAPI, quiet_client: TestClient, database: Database
) -> None:
    @app.post("/faults")
    def fault(session: Transaction, now: Now) -> None:
        session.add(Operator(code="half", name="Half written", created_at=now))
        session.flush()
        message = "unforeseen"
        raise RuntimeError(message)

    response = quiet_client.post("/faults")

    with database.reading() as session:
        assert operators.find_operator(session, "half") is None
    assert (response.status_code, checked_page(response.text).text("h1")) == (500, "Something went wrong on our side")


@pytest.mark.parametrize(
    ("path", "cookie", "accepted", "language"),
    [
        ("/", "", "", "fr"),
        ("/", "", "nl-BE,nl;q=0.9", "nl"),
        ("/", "", "de", "fr"),
        ("/", "nl", "en", "nl"),
        ("/", "xx", "en", "en"),
        ("/?lang=en", "nl", "fr", "en"),
        ("/?lang=xx", "nl", "fr", "nl"),
        ("/?lang=", "nl", "fr", "nl"),
        ("/?lang=nl&lang=en", "", "fr", "en"),
    ],
)
def test_language_is_asked_for_then_kept_then_preferred(
    client: TestClient, path: str, cookie: str, accepted: str, language: str
) -> None:
    if cookie:
        client.cookies.set("paraat_language", cookie)

    response = client.get(path, headers={"Accept-Language": accepted})

    assert Page(response.text, checked_page(response.text).tree).attributes("html", "lang") == [language]


def test_chosen_language_is_kept_for_later_pages_and_for_errors(client: TestClient) -> None:
    chosen = client.get("/?lang=nl")

    later = [client.get("/"), client.get("/nothing"), client.post("/sign-in", data=FORM)]

    assert chosen.headers["set-cookie"] == "paraat_language=nl; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly"
    assert [response.headers.get("set-cookie") for response in later] == [None] * 3
    assert [checked_page(response.text).attributes("html", "lang") for response in later] == [["nl"]] * 3


def test_language_links_lead_to_the_same_page(page: Callable[..., Page]) -> None:
    links = page("/sign-in?next=%2Faccounts").attributes(".pr-languages a", "href")

    assert links == ["/sign-in?next=%2Faccounts&lang=fr", "/sign-in?next=%2Faccounts&lang=nl"]


def test_cookies_are_secure_and_transport_is_strict_over_https(filled: tuple[str, object]) -> None:
    app = create_app(Settings(database_url=filled[0], secret=SECRET, address="https://paraat.example.org"))
    client = TestClient(app, base_url="https://paraat.example.org")

    response = client.get("/?lang=nl")
    plain = client.get("/")

    app.state.database.close()
    assert "; Secure" in response.headers["set-cookie"]
    assert plain.headers["strict-transport-security"] == "max-age=31536000"


def test_plain_http_promises_no_strict_transport(client: TestClient) -> None:
    assert "strict-transport-security" not in client.get("/").headers


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_method_that_a_page_does_not_have_gets_a_page(client: TestClient, method: str) -> None:
    response = client.request(method, "/sign-in")

    assert (response.status_code, checked_page(response.text).text("h1")) == (405, "That is not possible here")


@pytest.mark.parametrize(
    "path",
    [
        "/%00",
        "/accounts/%00",
        "/p/%00",
        "/sign-in/once/%00",
        "/%ff%fe",
        "/" + "x" * 5000,
        "//evil.example/x",
        "/?lang=%ff",
    ],
)
def test_odd_address_is_no_fault(client: TestClient, path: str) -> None:
    response = client.get(path)

    assert response.status_code in (200, 303, 404)
    assert response.status_code == 303 or checked_page(response.text)
