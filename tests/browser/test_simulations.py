"""A designer tries an assessment on simulated candidates: on a phone and a desktop, with and without JavaScript."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from assess import simulating
from tests.browser.conftest import DESKTOP, PHONE, Site, check_page
from web import simulation_pages

pytestmark = pytest.mark.browser

Visitor = Callable[..., Page]


def open_simulation(visitor: Visitor, site: Site, size: dict[str, int], *, scripts: bool = True) -> Page:
    """Sign in as a trainer and follow the button of the readiness check."""
    simulating._kept.clear()
    page = visitor(size, scripts=scripts, language="en")
    page.goto("/sign-in")
    page.locator("input[name=email]").fill(site.world.trainer.email)
    page.locator("input[name=password]").fill(site.world.password)
    page.locator("form[action$='/sign-in'] button").click()
    page.goto(f"/assessments/{site.world.assessment_id}")
    page.get_by_role("link", name="Try it on simulated candidates").click()
    return page


@pytest.mark.parametrize(
    ("size", "scripts"), [(PHONE, False), (PHONE, True), (DESKTOP, True)], ids=["phone-plain", "phone", "desktop"]
)
def test_blueprint_is_tried_and_its_questions_held_back(
    site: Site, visitor: Visitor, size: dict[str, int], scripts: bool
) -> None:
    page = open_simulation(visitor, site, size, scripts=scripts)

    check_page(page)
    page.locator("#candidates").select_option("200")
    page.locator("#who").select_option("weaker")
    page.locator("#controls button").click()
    expect(page.locator("#all-parts tbody tr")).to_have_count(7)
    page.locator("#all-parts a").first.click()
    expect(page.locator("h1")).to_have_text("1. Numeracy, on simulated candidates")
    page.locator("img").first.scroll_into_view_if_needed()
    check_page(page)
    page.locator("#spare").click()
    expect(page.locator("#verdict")).to_contain_text("It cannot be done")
    page.locator("#target").select_option("50")
    page.get_by_role("button", name="Look").click()
    check_page(page)
    page.locator("#save").click()
    expect(page.locator("#notice")).to_have_text("Saved.")
    expect(page.locator("#version")).to_contain_text("Version 2")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_much_work_goes_on_by_itself_or_by_a_link(
    site: Site, visitor: Visitor, scripts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulation_pages, "AT_ONCE", 1)
    page = open_simulation(visitor, site, DESKTOP, scripts=scripts)

    if not scripts:
        expect(page.locator("#progress")).to_contain_text("0 of 15 simulations are done.")
        for _ in range(15):
            page.locator("#results .govuk-button").click()

    expect(page.locator("#progress")).to_have_count(0)
    expect(page.locator("#all-parts tbody tr").first.locator("td").first).to_contain_text("%")


def test_mistake_is_named_beside_its_box(site: Site, visitor: Visitor) -> None:
    page = open_simulation(visitor, site, PHONE)

    page.locator("#who").select_option("own")
    page.locator("#controls summary").click()
    page.locator("#mean").fill("0")
    page.locator("#sd").fill("0")
    page.locator("#controls button").click()

    expect(page.locator("#sd-error")).to_contain_text("Give the spread as a number from 0,1 to 3.")
    check_page(page)
