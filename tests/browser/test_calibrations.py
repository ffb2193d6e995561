"""A trainer asks for a calibration and an admin decides: on a phone without JavaScript, on a desktop with it."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from storage.database import Database
from tests.browser.conftest import DESKTOP, PHONE, Site, check_page
from tests.calibrating import answered
from tests.conftest import START
from web.accounts.models import Account
from web.worker import work

pytestmark = pytest.mark.browser

Visitor = Callable[..., Page]


def signed_in(visitor: Visitor, site: Site, account: Account, size: dict[str, int], *, scripts: bool) -> Page:
    page = visitor(size, scripts=scripts, language="en")
    page.goto("/sign-in")
    page.locator("input[name=email]").fill(account.email)
    page.locator("input[name=password]").fill(site.world.password)
    page.locator("form[action$='/sign-in'] button").click()
    return page


@pytest.mark.parametrize(
    ("size", "scripts"), [(PHONE, False), (PHONE, True), (DESKTOP, True)], ids=["phone-plain", "phone", "desktop"]
)
def test_calibration_is_asked_for_reviewed_and_put_in_force(
    site: Site, visitor: Visitor, database: Database, size: dict[str, int], scripts: bool
) -> None:
    with database.transaction() as session:
        answered(session, site.world, people=50)
        answered(session, site.world, people=4, seed=2, outcomes=True)
    site.clock.forward(hours=9)
    page = signed_in(visitor, site, site.world.admin, size, scripts=scripts)
    page.goto("/banks")
    page.get_by_role("link", name="Numeracy", exact=True).click()
    page.get_by_role("link", name="Calibrations", exact=True).click()
    expect(page.locator("#in-force")).to_contain_text("None is in force")
    check_page(page)
    page.get_by_role("link", name="New calibration").click()
    check_page(page)

    page.locator("#minimum").fill("few")
    page.get_by_role("button", name="Calibrate").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Write a whole number")
    check_page(page)
    page.locator("#minimum").fill("40")
    page.locator("label[for=by_language]").click()
    page.get_by_role("button", name="Calibrate").click()
    expect(page.locator("#progress")).to_contain_text("waits")
    check_page(page)
    assert work(database, now=lambda: START + timedelta(hours=9)) == 1
    if not scripts:
        page.get_by_role("link", name="Look again").click()
    page.get_by_role("link", name="See what was found").click()

    expect(page.locator("#ending")).to_contain_text("The estimation settled")
    expect(page.locator("#items tbody tr")).to_have_count(17)
    for picture in page.locator("main img").all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("one => one.naturalWidth") > 0
    check_page(page)
    page.get_by_role("link", name="Decide about it").click()
    check_page(page)
    page.get_by_role("radio", name="Put it in force").check()
    page.locator("#reason").fill("Enough answers.")
    page.get_by_role("button", name="Decide").click()
    expect(page.locator("#standing")).to_contain_text("in force")
    page.get_by_role("link", name="Compute outcomes so far again").click()
    expect(page.locator("#preview")).to_contain_text("Of 4 outcomes so far")
    check_page(page)
    page.locator("#reason").fill("We know the questions better now.")
    page.get_by_role("button", name="Compute them again").click()
    expect(page).to_have_url(re.compile(r"/jobs/"))
    check_page(page)
