"""What answers say, as a trainer reads it: on a phone and on a desk, with and without scripts."""

from collections.abc import Callable
from random import Random

import pytest
from playwright.sync_api import Page, expect

from storage.database import Database
from tests.browser.acts import begin, enter_code
from tests.browser.conftest import DESKTOP, Site, check_page, picture
from tests.conftest import START, World
from web.demo_responses import Faults, add_demo_responses

pytestmark = pytest.mark.browser

Visitor = Callable[..., Page]
NARROW = {"width": 320, "height": 640}


@pytest.fixture
def planted(filled: tuple[str, World]) -> Faults:
    """Fill the bank of retail with made-up answers, before the site is served."""
    database = Database(filled[0])
    with database.transaction() as session:
        faults = add_demo_responses(
            session,
            operator_id=filled[1].operator_id,
            bank_code="retail",
            sittings=1000,
            rng=Random(1),
            now=START,
        )
    database.close()
    return faults


def sign_in(page: Page, site: Site, email: str) -> None:
    page.goto("/sign-in")
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill(site.world.password)
    page.locator("form[action$='/sign-in'] button").click()


def analysis_of_retail(page: Page) -> None:
    page.goto("/banks")
    address = page.get_by_role("link", name="Working in a shop", exact=True).get_attribute("href")
    page.goto(f"{address}/analysis")


@pytest.mark.parametrize(
    ("size", "scripts"), [(NARROW, False), (NARROW, True), (DESKTOP, True)], ids=["phone-plain", "phone", "desktop"]
)
def test_a_fault_is_read_from_the_bank_to_the_option(
    planted: Faults, site: Site, visitor: Visitor, size: dict[str, int], scripts: bool
) -> None:
    page = visitor(size, scripts=scripts, language="en")
    sign_in(page, site, site.world.trainer.email)

    analysis_of_retail(page)
    expect(page.locator("#counts")).to_contain_text("1.000 sittings handed in")
    check_page(page)
    picture(page, f"analysis-{size['width']}")
    expect(page.locator("#to-do li").first).to_contain_text("The ablest take option b, not the key: check the key.")
    page.locator("#all summary").click()
    page.locator("#filter-finding").select_option("weak_do_better")
    page.locator("#filters button").click()
    expect(page.locator("#items tbody tr")).to_have_count(1)
    page.locator("#items").get_by_role("link", name=planted.wrong_key, exact=True).click()
    expect(page.locator("#verdicts")).to_contain_text("The ablest take option b, not the key: check the key.")
    expect(page.locator("#options-1 tbody tr").nth(1)).to_contain_text("the ablest take it")
    check_page(page)
    picture(page, f"item-analysis-{size['width']}")
    page.locator("#do a").first.click()
    assert page.url.endswith("/edit")


@pytest.mark.parametrize("size", [NARROW, DESKTOP], ids=["phone", "desktop"])
def test_fairness_and_the_report_are_read(planted: Faults, site: Site, visitor: Visitor, size: dict[str, int]) -> None:
    page = visitor(size, language="en")
    sign_in(page, site, site.world.trainer.email)

    analysis_of_retail(page)
    page.get_by_role("link", name="Is it fair? Languages and groups compared").click()
    expect(page.locator("#language-1-flagged")).to_contain_text(planted.harder_in_dutch[0])
    page.locator("#languages summary").click()
    expect(page.locator("#language-1 tbody tr")).to_have_count(17)
    check_page(page)
    page.go_back()
    page.get_by_role("link", name="Report to print").click()
    expect(page.locator("#items tbody tr")).to_have_count(17)
    check_page(page)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_an_admin_asks_and_a_candidate_may_stay_silent(site: Site, visitor: Visitor, scripts: bool) -> None:
    admin = visitor(NARROW, scripts=scripts, language="en")
    sign_in(admin, site, site.world.admin.email)
    admin.goto("/backgrounds")
    check_page(admin)
    admin.get_by_role("link", name="New question").click()
    admin.get_by_role("button", name="Ask it from now on").click()
    expect(admin.locator(".govuk-error-summary")).to_contain_text("in every language")
    check_page(admin)
    for name in ("words", "option.1", "option.2"):
        for language in ("fr", "nl", "en"):
            admin.locator(f"[id='{name}.{language}']").fill(f"{name} {language}")
    admin.locator("#ground").fill("Decree of 2004.")
    admin.get_by_role("button", name="Ask it from now on").click()
    expect(admin.locator("#questions")).to_contain_text("Decree of 2004.")
    check_page(admin)

    person = visitor(NARROW, scripts=scripts, language="fr")
    enter_code(person, site.world.codes[0])
    begin(person, language="fr", called="Amina")
    expect(person.locator("main fieldset")).to_have_count(1)
    expect(person.locator("main input[type=radio]:checked")).to_have_attribute("value", "")
    check_page(person)
    person.locator("main form button").click()

    assert person.url.endswith("/sitting/overview")
