"""From a trainer who invites to a company that reads and a candidate who takes it back, as people walk it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import acts
from tests.browser.conftest import DESKTOP, PHONE, Site, check_page, picture

pytestmark = pytest.mark.browser

Visitor = Callable[..., Page]


def invite(trainer: Page, site: Site) -> str:
    """Sign in as a trainer, make a group of three, and return a code off its page."""
    trainer.goto("/sign-in")
    trainer.locator("input[name=email]").fill(site.world.trainer.email)
    trainer.locator("input[name=password]").fill(site.world.password)
    trainer.locator("form[action$='/sign-in'] button").click()
    trainer.goto(f"/assessments/{site.world.assessment_id}")
    picture(trainer, "trainer-assessment")
    form = trainer.locator("form[action$='/groups']")
    form.locator("input[name=name]").fill("Tuesday group")
    form.locator("input[name=count]").fill("3")
    form.locator("input[name=place]").fill("Anderlecht")
    form.locator("button").click()
    expect(trainer).to_have_url(re.compile(r"/groups/[0-9a-f-]{36}"))
    return str(
        trainer.locator(".pr-live .pr-code, .pr-live td")
        .filter(has_text=re.compile(r"^\s*[0-9A-Z]{4}-[0-9A-Z]{4}\s*$"))
        .first.inner_text()
    ).strip()


def sit_one_part(candidate: Page, *, check: bool = False) -> int:
    """Start the first part, answer until it ends, and return how many questions it had."""
    candidate.goto("/sitting/sections/1")
    candidate.locator("form[action$='/sitting/sections/1'] button").click()
    count = 0
    while acts.is_question(candidate):
        heading = candidate.locator("h1").inner_text()
        if check:
            check_page(candidate)
        if count == 0:
            picture(candidate, "candidate-question")
        acts.answer(candidate)
        acts.send(candidate)
        expect(candidate.locator("h1")).not_to_have_text(heading)
        count += 1
        assert count <= 10
    return count


def share(candidate: Page) -> None:
    """Choose every row and the name, look at the preview, and make the share."""
    candidate.goto("/passport/shares/new?choose=all")
    candidate.locator("input[name=with_name]").check(force=True)
    candidate.locator("input[name=audience]").fill("Bakkerij Janssens")
    candidate.locator("input[name=purpose]").first.check(force=True)
    candidate.locator("input[name=consent]").check(force=True)
    candidate.locator("form[action$='/passport/shares/preview'] button").click()
    candidate.locator("form[action$='/passport/shares'] button").first.click()
    expect(candidate).to_have_url(re.compile(r"/passport/shares/[0-9a-f-]{36}"))


@pytest.mark.parametrize(
    ("size", "scripts", "language"),
    [(PHONE, False, "nl"), (DESKTOP, True, "fr")],
    ids=["phone-nl-plain", "desktop-fr-scripts"],
)
def test_whole_way_from_invitation_to_revocation(
    site: Site, visitor: Visitor, size: dict[str, int], scripts: bool, language: str
) -> None:
    trainer = visitor(DESKTOP, scripts=scripts, language="en")
    code = invite(trainer, site)

    candidate = visitor(size, scripts=scripts, language=language)
    candidate.goto("/")
    picture(candidate, "candidate-code")
    acts.enter_code(candidate, code)
    acts.begin(candidate, language=language, called="Bo")
    assert sit_one_part(candidate) >= 4

    trainer.reload()
    expect(trainer.locator("#room")).to_contain_text("Bo")
    picture(trainer, "trainer-room")

    acts.hand_in(candidate)
    expect(candidate).to_have_url(re.compile(r"/passport$"))
    picture(candidate, "candidate-result")
    share(candidate)
    picture(candidate, "candidate-share")
    share_page = candidate.url
    link = re.search(r"http://127\.0\.0\.1:\d+/p/[0-9a-f-]{36}#k=[\w-]+", candidate.content())
    assert link is not None
    typed = re.search(r"\b(?:[0-9A-HJKMNP-TV-Z]{4,5}[ -]?){4,5}\b", candidate.locator("main").inner_text())
    assert typed is not None

    company = visitor(size, scripts=scripts, language="fr")
    company.goto(link[0])
    company.locator("input[name=who]").fill("An Janssens")
    company.locator("input[name=purpose]").first.check(force=True)
    if not scripts:
        company.locator("input[name=code]").fill(typed[0])
    picture(company, "company-open")
    company.locator("main form button").click()
    expect(company).to_have_url(re.compile(r"/passport"))
    expect(company.locator("main")).to_contain_text("Bo")
    expect(company.locator("main")).to_contain_text("Bakkerij Janssens")
    picture(company, "company-passport")

    candidate.goto(share_page)
    expect(candidate.locator("main")).to_contain_text("An Janssens")
    candidate.locator("form[action$='/revocation'] button").click()
    company.reload()
    expect(company.locator("main")).not_to_contain_text("Bakkerij Janssens")
    expect(company.locator("main")).not_to_contain_text("Bo")


def test_every_page_of_the_way_passes_axe_and_fits_a_small_screen(site: Site, visitor: Visitor) -> None:
    candidate = visitor(PHONE, language="nl")
    candidate.goto("/")
    check_page(candidate)
    candidate.goto("/admissions")
    check_page(candidate)
    acts.enter_code(candidate, "AAAA-AAAA")
    check_page(candidate)
    acts.enter_code(candidate, site.world.codes[0])
    check_page(candidate)
    candidate.locator("input[name=language][value=nl]").check(force=True)
    candidate.locator("main form button").first.click()
    check_page(candidate)
    candidate.locator("main form button").first.click()
    check_page(candidate)  # refused: no name, no consent
    candidate.locator("input[name=called]").fill("Bo")
    candidate.locator("input[name=consent]").check(force=True)
    candidate.locator("main form button").first.click()
    check_page(candidate)
    candidate.goto("/sitting/sections/1")
    check_page(candidate)
    sit_one_part(candidate, check=True)
    check_page(candidate)
    for path in ("/sitting/sections/2/end", "/sitting/pause", "/sitting/end"):
        candidate.goto(path)
        check_page(candidate)
    acts.hand_in(candidate)
    check_page(candidate)
    for path in ("/passport/declaration", "/passport/shares/new?choose=all", "/passport/shares", "/nowhere"):
        candidate.goto(path)
        check_page(candidate)
    share(candidate)
    check_page(candidate)
    link = re.search(r"http://127\.0\.0\.1:\d+/p/[0-9a-f-]{36}#k=[\w-]+", candidate.content())
    assert link is not None

    company = visitor(PHONE, language="fr")
    company.goto(link[0])
    check_page(company)
    company.locator("input[name=who]").fill("An Janssens")
    company.locator("input[name=purpose]").first.check(force=True)
    company.locator("main form button").click()
    check_page(company)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_every_staff_page_passes_axe_and_fits_the_screen(site: Site, visitor: Visitor, size: dict[str, int]) -> None:
    trainer = visitor(size, language="en")
    trainer.goto("/sign-in")
    check_page(trainer)
    trainer.locator("input[name=email]").fill(site.world.admin.email)
    trainer.locator("input[name=password]").fill(site.world.password)
    trainer.locator("form[action$='/sign-in'] button").click()
    for path in ("/assessments", f"/assessments/{site.world.assessment_id}", f"/groups/{site.world.group_id}"):
        trainer.goto(path)
        check_page(trainer)
    trainer.goto(f"/groups/{site.world.group_id}/sheet")
    check_page(trainer)
    picture(trainer, "trainer-sheet")
    trainer.goto("/banks")
    check_page(trainer)
    picture(trainer, "trainer-banks")
    trainer.locator("main a[href*='/banks/']:not([href$='/imports'])").first.click()
    check_page(trainer)
    trainer.locator("main a[href*='/items/']").first.click()
    check_page(trainer)
    for path in ("/banks/imports", "/accounts", "/accounts/me"):
        trainer.goto(path)
        check_page(trainer)


def test_sitting_goes_on_at_the_same_question_on_another_device(site: Site, visitor: Visitor) -> None:
    first = visitor(PHONE, language="nl")
    acts.enter_code(first, site.world.codes[0])
    acts.begin(first, language="nl", called="Bo")
    first.goto("/sitting/sections/1")
    first.locator("form[action$='/sitting/sections/1'] button").click()
    heading = first.locator("h1").inner_text()
    acts.answer(first)
    acts.send(first)
    expect(first.locator("h1")).not_to_have_text(heading)
    words = first.locator("#question form").inner_text()

    second = visitor(DESKTOP, scripts=False, language="nl")
    acts.enter_code(second, site.world.codes[0])

    assert second.locator("#question form").inner_text().split() == words.split()


def test_question_is_answered_by_keyboard_alone(site: Site, visitor: Visitor) -> None:
    candidate = visitor(PHONE, language="nl")
    acts.enter_code(candidate, site.world.codes[0])
    acts.begin(candidate, language="nl", called="Bo")
    candidate.goto("/sitting/sections/1")
    candidate.locator("form[action$='/sitting/sections/1'] button").focus()
    candidate.keyboard.press("Enter")
    expect(acts.response_form(candidate)).to_be_visible()
    heading = candidate.locator("h1").inner_text()

    candidate.locator("h1").focus()
    for _ in range(20):
        candidate.keyboard.press("Tab")
        kind = candidate.evaluate("document.activeElement.type ?? ''")
        if kind == "text":
            candidate.keyboard.type("12")
        elif kind in ("radio", "checkbox"):
            candidate.keyboard.press("Space")
        elif kind == "submit":
            candidate.keyboard.press("Enter")
            break

    expect(candidate.locator("h1")).not_to_have_text(heading)
    focused = candidate.evaluate("document.activeElement.id")
    assert focused == candidate.locator("h1").get_attribute("id")
