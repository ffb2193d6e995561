"""Banks as trainers use them: search, choose, change, undo, paste; by keyboard, on a phone, without JavaScript."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Site, check_page

pytestmark = pytest.mark.browser

Visitor = Callable[..., Page]
TEXT = "1. Quand ouvre le magasin ?\na) À 8 h\n*b) À 9 h\n\n2. Sans réponse\n\n3. Combien font 3 × 12 ?\n= 36\n"


def open_bank(visitor: Visitor, site: Site, size: dict[str, int], *, scripts: bool = True) -> Page:
    """Sign in as a trainer and open the bank of numeracy."""
    page = visitor(size, scripts=scripts, language="en")
    page.goto("/sign-in")
    page.locator("input[name=email]").fill(site.world.trainer.email)
    page.locator("input[name=password]").fill(site.world.password)
    page.locator("form[action$='/sign-in'] button").click()
    page.goto("/banks")
    page.get_by_role("link", name="Numeracy", exact=True).click()
    expect(page.locator("#found")).to_have_text("17 items found")
    return page


@pytest.mark.parametrize(
    ("size", "scripts"), [(PHONE, False), (PHONE, True), (DESKTOP, True)], ids=["phone-plain", "phone", "desktop"]
)
def test_items_are_found_changed_and_put_back(
    site: Site, visitor: Visitor, size: dict[str, int], scripts: bool
) -> None:
    page = open_bank(visitor, site, size, scripts=scripts)

    page.locator("#filter-level").select_option("2")
    if not scripts:
        page.locator("#filters button").click()
    expect(page.locator("#found")).to_have_text("8 items found")
    expect(page).to_have_url(re.compile(r"level=2"))
    for place in (0, 1):
        page.locator(".pr-list .pr-pick__box[name=items]").nth(place).check()
    if scripts:
        expect(page.locator("#picked")).to_have_text("2 chosen")
        check_page(page)
    page.locator("#bulk-tag").fill("morning")
    page.locator("button[value=add_tag]").click()
    expect(page.locator("#edited")).to_contain_text("2 items were changed.")
    expect(page.locator(".pr-label", has_text="morning")).to_have_count(2)
    expect(page.locator("#found")).to_have_text("8 items found")
    page.locator("#edited button").click()
    expect(page.locator("#notice")).to_have_text("Undone. Everything stands as it did before.")
    expect(page.locator(".pr-label", has_text="morning")).to_have_count(0)


def test_search_updates_the_list_as_one_types_and_the_address_keeps_it(site: Site, visitor: Visitor) -> None:
    page = open_bank(visitor, site, DESKTOP)

    page.evaluate("window.stayed = true")
    page.locator("#filter-q").press_sequentially("café")

    expect(page.locator(".pr-list__code")).to_have_text(["num-price-list", "num-unit-price"])
    expect(page).to_have_url(re.compile(r"\?q=caf%C3%A9$"))
    assert page.evaluate("window.stayed && document.activeElement.id") == "filter-q"
    page.reload()
    expect(page.locator("#filter-q")).to_have_value("café")
    expect(page.locator(".pr-list__code")).to_have_count(2)
    page.locator(".pr-chip").click()
    expect(page.locator("#found")).to_have_text("17 items found")


def test_all_rows_of_a_page_are_chosen_at_once(site: Site, visitor: Visitor) -> None:
    page = open_bank(visitor, site, DESKTOP)

    page.locator("#pick-all").check()
    expect(page.locator("#picked")).to_have_text("17 chosen")
    page.locator(".pr-pick__box[name=items]").first.uncheck()

    expect(page.locator("#picked")).to_have_text("16 chosen")
    assert page.locator("#pick-all").evaluate("box => box.indeterminate")


def test_list_is_walked_by_keys_unless_one_types_or_turned_them_off(site: Site, visitor: Visitor) -> None:
    page = open_bank(visitor, site, DESKTOP)
    focused = "document.activeElement.id || document.activeElement.textContent.trim()"

    seen = []
    for key in ("j", "j", "j", "k", "x", "/"):
        page.keyboard.press(key)
        seen.append(page.evaluate(focused))
    page.keyboard.type("jx/n?")
    typed = page.locator("#filter-q").input_value()
    page.locator("#found").click()
    page.keyboard.press("n")
    on_new = page.evaluate(focused)
    page.locator("#found").click()
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_have_attribute("open", "")
    check_page(page)
    page.locator("label[for=shortcuts-on]").click()
    page.reload()
    page.keyboard.press("j")

    codes = ["num-cash-count", "num-price-list", "num-change-from-twenty", "num-price-list", "num-price-list"]
    assert seen == [*codes, "filter-q"]
    assert (typed, on_new, page.evaluate("document.activeElement.tagName")) == ("jx/n?", "new-type", "BODY")


def test_key_opens_the_item_to_edit(site: Site, visitor: Visitor) -> None:
    page = open_bank(visitor, site, DESKTOP)

    page.keyboard.press("j")
    page.keyboard.press("e")

    expect(page).to_have_url(re.compile(r"/items/[0-9a-f-]{36}/edit"))


def test_refused_edit_says_why_and_keeps_the_choice(site: Site, visitor: Visitor) -> None:
    page = open_bank(visitor, site, PHONE)

    page.locator(".pr-pick__box[name=items]").nth(2).check()
    page.locator("#bulk button[value=archive]").click()

    expect(page.locator(".govuk-error-summary")).to_contain_text("is in use. Retire it first")
    expect(page.locator(".pr-pick__box[name=items]").nth(2)).to_be_checked()
    check_page(page)


@pytest.mark.parametrize(("size", "scripts"), [(PHONE, False), (DESKTOP, True)], ids=["phone-plain", "desktop"])
def test_row_has_a_menu_without_script(site: Site, visitor: Visitor, size: dict[str, int], scripts: bool) -> None:
    page = open_bank(visitor, site, size, scripts=scripts)

    page.locator(".pr-menu summary").first.click()
    if scripts:
        check_page(page)
    page.locator(".pr-menu[open] button[name=retire]").click()

    expect(page.locator("#edited")).to_contain_text("1 item was changed.")
    expect(page.locator(".pr-list tbody tr").first.locator(".govuk-tag")).to_have_text("Retired")


@pytest.mark.parametrize(("size", "scripts"), [(PHONE, False), (DESKTOP, True)], ids=["phone-plain", "desktop"])
def test_pasted_questions_become_drafts_and_go_again(
    site: Site, visitor: Visitor, size: dict[str, int], scripts: bool
) -> None:
    page = open_bank(visitor, site, size, scripts=scripts)

    page.get_by_role("link", name="Paste questions").click()
    if scripts:
        check_page(page)
    page.locator("#text").fill(TEXT)
    page.locator("#level").select_option("2")
    page.get_by_role("button", name="Check").click()
    expect(page.locator("#counts")).to_contain_text("2 questions can be added. 1 could not be read.")
    if scripts:
        check_page(page)
    page.locator("label[for=accept-1]").click()
    page.locator("#level-3").select_option("4")
    page.get_by_role("button", name="Add the ticked questions").click()
    expect(page.locator("#edited")).to_contain_text("1 draft was added.")
    expect(page.locator("#found")).to_have_text("18 items found")
    page.locator("#edited button").click()
    expect(page.locator("#found")).to_have_text("17 items found")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_banks_are_listed_made_and_edited(site: Site, visitor: Visitor, size: dict[str, int]) -> None:
    page = open_bank(visitor, site, size)

    page.goto("/banks")
    check_page(page)
    page.get_by_role("link", name="New bank").click()
    page.get_by_role("button", name="Make the bank").click()
    expect(page.locator(".govuk-error-summary li")).to_have_text(["Give the bank a name.", "Choose a competence."])
    check_page(page)
    page.locator("#title_nl").fill("Keuken")
    page.locator("#competence").select_option("horeca")
    page.locator("#other").select_option("pl")
    page.get_by_role("button", name="Make the bank").click()
    expect(page.locator("h1")).to_have_text("Keuken")
    check_page(page)
    page.get_by_role("link", name="Edit the bank").click()
    expect(page.get_by_label("Polish", exact=True)).to_be_checked()
    check_page(page)
