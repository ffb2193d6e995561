"""A real server on loopback and a real Chromium, phone and desktop, with and without JavaScript."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakSet

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import chromium
from tests.conftest import SECRET, START, Clock, World
from web.app import create_app
from web.deps import get_now
from web.settings import Settings

PHONE = {"width": 320, "height": 640}
DESKTOP = {"width": 1280, "height": 900}
IMAGES = Path(__file__).parents[2] / "docs" / "guides" / "images"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A microphone that beeps and needs no permission.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]

PLAIN: WeakSet[BrowserContext] = WeakSet()
"""Browsers without scripts."""

expect.set_options(timeout=10_000)


@pytest.fixture
def kind() -> str:
    """One database is enough here: what a page does with the other is tested below the browser."""
    return "sqlite"


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Use the Chromium that there is."""
    return {"executable_path": chromium.find(), "args": FLAGS}


@dataclass(frozen=True)
class Site:
    """A running Paraat and what is in it."""

    address: str
    world: World
    clock: Clock


@pytest.fixture
def site(filled: tuple[str, World]) -> Iterator[Site]:
    """Serve the real app on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    clock = Clock(START)
    app = create_app(Settings(database_url=filled[0], secret=SECRET, address=address))
    app.dependency_overrides[get_now] = lambda: clock.now
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    give_up = time.monotonic() + 20
    while not server.started:
        assert thread.is_alive()
        assert time.monotonic() < give_up, "the server did not start"
        time.sleep(0.01)
    yield Site(address, filled[1], clock)
    server.should_exit = True
    thread.join(timeout=20)


@pytest.fixture
def visitor(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Give `visitor(size, scripts=True, language="nl")`: a new person with a browser of their own.

    Every page that logs an error or asks a stranger's address for something fails the test.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def make(size: dict[str, int] = PHONE, *, scripts: bool = True, language: str = "nl") -> Page:
        context = browser.new_context(
            viewport=size,  # type: ignore[arg-type]
            java_script_enabled=scripts,
            locale=f"{language}-BE",
            base_url=site.address,
            reduced_motion="reduce",
        )
        contexts.append(context)
        if not scripts:
            PLAIN.add(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None,
        )
        page.on(
            "request",
            lambda request: (
                complaints.append(request.url) if not request.url.startswith((site.address, "data:", "blob:")) else None
            ),
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


def check_page(page: Page) -> None:
    """Hold a page to what every page owes: axe finds nothing, nothing is wider than the screen.

    axe is a script itself: where scripts are off its timers hardly run, and only the width is measured.
    """
    page.wait_for_load_state()
    if page.context not in PLAIN:
        results = Axe().run(page, options={"resultTypes": ["violations"]})
        assert results.violations_count == 0, results.generate_report()
    wide = too_wide(page)
    assert wide <= 0, f"{page.url} is {wide} px too wide"


def too_wide(page: Page) -> int:
    """Return by how many pixels a page is wider than the screen: what can be scrolled to, and what its body cuts off."""
    return int(
        page.evaluate(
            """Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)
               - document.documentElement.clientWidth"""
        )
    )


def picture(page: Page, name: str) -> None:
    """Write a picture for the guides, when asked: PARAAT_PICTURES=1 make test."""
    if os.environ.get("PARAAT_PICTURES"):
        IMAGES.mkdir(parents=True, exist_ok=True)
        # Hiding the caret would inject a style, which our content security policy rightly refuses.
        page.screenshot(path=IMAGES / f"{name}.png", full_page=False, caret="initial")
