"""A panel in a browser: three judges, two rounds, adoption; on a phone without scripts, on a desktop, by keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Site, check_page

pytestmark = pytest.mark.browser

QUESTIONS = 5


def sign_in(page: Page, email: str, site: Site) -> None:
    page.goto("/sign-in")
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill(site.world.password)
    page.locator("main form button").click()


def make_panel(visitor: Callable[..., Page], site: Site) -> tuple[Page, str]:
    """Make a panel on a desktop; return the trainer's browser and the address of the panel."""
    coordinator = visitor(DESKTOP, language="en")
    sign_in(coordinator, "trainer@example.org", site)
    coordinator.goto("/panels")
    check_page(coordinator)
    coordinator.goto("/panels/new")
    check_page(coordinator)
    coordinator.locator("select[name=competence]").select_option("numeracy")
    coordinator.locator("#first-step button").click()
    check_page(coordinator)
    for level in ("2", "3"):
        coordinator.locator(f"input[name=levels][value='{level}']").check(force=True)
    coordinator.locator("input[name=count]").fill(str(QUESTIONS))
    coordinator.locator("#panel-form button").click()
    return coordinator, coordinator.url.partition("?")[0]


def invite(page: Page, panel: str, name: str) -> str:
    """Invite a judge; return the link."""
    page.goto(panel)
    page.locator("#invitation input[name=name]").fill(name)
    page.locator("#invitation select").select_option("en")
    page.locator("#invitation button").click()
    return page.locator("#link").inner_text()


def enter(judge: Page, link: str) -> None:
    judge.goto(link)
    judge.locator("main form button").click()
    expect(judge.locator("#places tbody tr")).to_have_count(QUESTIONS)


def estimate_all(judge: Page, percentage: int) -> None:
    """Go through the questions with the buttons alone."""
    judge.locator(".pr-actions a").first.click()
    for place in range(1, QUESTIONS + 1):
        expect(judge.locator("h1")).to_have_text(f"Question {place} of {QUESTIONS}")
        judge.locator("#estimate select").nth(0).select_option(str(percentage))
        judge.locator("#estimate select").nth(1).select_option(str(percentage + 30))
        judge.locator("#estimate button").click()


def hand_in(judge: Page) -> None:
    judge.locator("#submission button").click()
    expect(judge.locator("#state")).to_contain_text("You have handed in this round.")


def adopt(visitor: Callable[..., Page], site: Site, panel: str) -> None:
    """Look at the result on both screens, and adopt it; without a reason first."""
    for size in (DESKTOP, PHONE):
        admin = visitor(size, language="en")
        sign_in(admin, "admin@example.org", site)
        admin.goto(f"{panel}/result")
        check_page(admin)
        admin.goto(f"{panel}/adoption")
        check_page(admin)
        admin.goto(panel)
        check_page(admin)
    admin.goto(f"{panel}/adoption")
    admin.locator("#adoption button").click()
    expect(admin.locator(".govuk-error-summary")).to_be_visible()
    check_page(admin)
    admin.locator("#adoption textarea").fill("Three judges met twice.")
    admin.locator("#adoption button").click()
    expect(admin.locator("#changes")).to_contain_text("Three judges met twice.")


def test_panel_of_three_judges_sets_two_levels_in_two_rounds(visitor: Callable[..., Page], site: Site) -> None:
    coordinator, panel = make_panel(visitor, site)
    people = [
        visitor(PHONE, scripts=False, language="en"),
        visitor(PHONE, language="en"),
        visitor(DESKTOP, language="en"),
    ]
    links = [invite(coordinator, panel, name) for name in ("Ann", "Bea", "Cem")]
    check_page(coordinator)
    for judge, link, percentage in zip(people, links, (20, 35, 45), strict=True):
        enter(judge, link)
        check_page(judge)
        judge.locator(".pr-actions a").first.click()
        check_page(judge)
        judge.locator(".govuk-back-link").click()
        estimate_all(judge, percentage)
        hand_in(judge)
    coordinator.goto(panel)
    coordinator.locator("#close-round button").click()
    expect(coordinator.locator("#cuts-1 tbody tr")).to_have_count(2)
    check_page(coordinator)
    coordinator.goto(panel)
    coordinator.locator("#open-round textarea").fill("Ann had a harder day in mind.")
    coordinator.locator("#open-round button").click()
    check_page(coordinator)

    people[0].reload()
    expect(people[0].locator("#feedback")).to_contain_text("Ann had a harder day in mind.")
    check_page(people[0])
    estimate_all(people[0], 30)
    hand_in(people[0])
    for judge in people[1:]:
        judge.reload()
        check_page(judge)
        judge.locator("#places a").first.click()
        check_page(judge)
        judge.locator(".govuk-back-link").click()
        judge.locator("#submission button").focus()
        judge.keyboard.press("Enter")
        expect(judge.locator("#state")).to_be_visible()
    coordinator.goto(panel)
    coordinator.locator("#close-round button").click()
    coordinator.goto(panel)
    coordinator.locator("#close-panel button").click()
    expect(coordinator.locator("#changes-2 tbody tr")).to_have_count(2)

    adopt(visitor, site, panel)


def test_bookmark_is_put_on_a_phone_without_scripts(visitor: Callable[..., Page], site: Site) -> None:
    coordinator = visitor(PHONE, scripts=False, language="en")
    sign_in(coordinator, "trainer@example.org", site)
    coordinator.goto("/panels/new?competence=numeracy&method=bookmark")
    check_page(coordinator)
    coordinator.locator("input[name=levels][value='3']").check(force=True)
    coordinator.locator("input[name=count]").fill("6")
    coordinator.locator("#panel-form button").click()
    check_page(coordinator)
    link = invite(coordinator, coordinator.url.partition("?")[0], "Ann")
    check_page(coordinator)
    judge = visitor(PHONE, scripts=False, language="en")
    judge.goto(link)
    judge.locator("main form button").click()
    check_page(judge)
    judge.locator("#places a").nth(2).click()
    check_page(judge)

    judge.locator("#mark button").click()

    expect(judge.locator("#marks select")).to_have_value("3")
    check_page(judge)
    hand_in(judge)
