"""An assessment with every finer rule, composed by keyboard alone and found again: desktop and phone, with and without scripts."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import col, select

from question_banks.models import Bank, Item
from storage.database import Database
from tests.browser import acts
from tests.browser.conftest import DESKTOP, Site, check_page
from tests.browser.test_trainer_week import sign_in
from tests.conftest import World

pytestmark = pytest.mark.browser

Visitor = Callable[..., Page]

SMALL_PHONE = {"width": 360, "height": 740}

FIRST = {
    "bank": "numeracy",
    "mode": "two_stage",
    "items": "10",
    "minimum": "5",
    "minutes": "12",
    "limit": "15",
    "router": "3",
    "spread": "1",
    "seeds": "1",
}
SECOND = {
    "bank": "retail",
    "mode": "adaptive",
    "items": "8",
    "minimum": "3",
    "minutes": "9",
    "limit": "7.5",
    "precision": "0.4",
    "certainty": "0.9",
    "information": "0.05",
    "starts_from": "numeracy",
    "carried": "0.85",
    "spread": "8",
    "seeds": "2",
}
QUOTAS = [
    {"kind": "level 2", "minimum": "2", "maximum": "4"},
    {"kind": "level 3", "minimum": "", "maximum": "3"},
]
"""The fields of a part in the order of the page, without those of its quotas."""


@pytest.fixture
def codes(filled: tuple[str, World]) -> Iterator[list[str]]:
    """Give the codes of the live items of a bank."""
    database = Database(filled[0])
    with database.reading() as session:
        asked = select(Item.code).join(Bank).where(Bank.code == "retail", Item.status == "live")
        found = list(session.exec(asked.order_by(col(Item.position))))
    yield found
    database.close()


def named(page: Page, name: str) -> Locator:
    return page.locator(f"[name='{name}']")


def focused(page: Page) -> str:
    """Return the id of what has the focus."""
    return str(page.evaluate("document.activeElement.id"))


def is_marked(page: Page) -> bool:
    """Tell whether one sees what has the focus: an outline or a shadow around it, or around what stands for it."""
    return bool(
        page.evaluate(
            """() => {
                const at = document.activeElement;
                const marks = [getComputedStyle(at), getComputedStyle(at, "::before")];
                if (at.labels?.[0]) marks.push(getComputedStyle(at.labels[0], "::before"));
                return marks.some((one) => one.boxShadow !== "none" || (one.outlineStyle !== "none" && one.outlineWidth !== "0px"));
            }"""
        )
    )


def press(page: Page, selector: str) -> None:
    """Come to a button, a link or a fold with Tab, and press Enter."""
    acts.tab_to(page, selector)
    assert is_marked(page), f"nobody sees the focus on {selector}"
    page.keyboard.press("Enter")


def fill(page: Page, name: str, value: str) -> None:
    """Come to a field with Tab, and type or choose with the keys."""
    selector = f"[name='{name}']"
    field = named(page, name)
    if field.first.get_attribute("type") == "radio":
        # Tab comes to a group once, at what is chosen; arrows lead through it.
        acts.tab_to(page, f"{selector}:checked")
        for _ in range(field.count()):
            if page.evaluate("document.activeElement.value") == value:
                break
            page.keyboard.press("ArrowDown")
        expect(page.locator(f"{selector}:checked")).to_have_value(value)
        return
    acts.tab_to(page, selector)
    assert is_marked(page), f"nobody sees the focus on {name}"
    if field.evaluate("box => box.tagName") == "SELECT":
        for _ in range(2 * field.locator("option").count()):
            if field.input_value() == value:
                break
            place = field.evaluate("(box, value) => [...box.options].findIndex((one) => one.value === value)", value)
            page.keyboard.press("ArrowDown" if place > field.evaluate("box => box.selectedIndex") else "ArrowUp")
    else:
        page.keyboard.press("Control+a")
        page.keyboard.type(value) if value else page.keyboard.press("Delete")
    expect(field).to_have_value(value)


def write_part(page: Page, number: int, part: dict[str, str]) -> None:
    """Write one part from top to bottom: Tab never goes back."""
    name = f"sections.{number}"
    outside = ("bank", "mode", "items", "minimum", "minutes")
    for about in outside:
        fill(page, f"{name}.{about}", part[about])
    press(page, f"#finer-{number} > summary")
    for about, value in part.items():
        if about not in outside:
            fill(page, f"{name}.{about}", value)


def write_quotas(page: Page) -> None:
    """Write the quotas of the second part; the kinds are known once the page has heard of the bank."""
    for row, quota in enumerate(QUOTAS, 1):
        press(page, "button[value='row.2']")
        expect(named(page, f"sections.2.quotas.{row}.kind").locator("option[value='level 2']")).to_be_attached()
        assert focused(page) == f"sections.2.quotas.{row}.kind"
        for about, value in quota.items():
            fill(page, f"sections.2.quotas.{row}.{about}", value)


def shown_part(page: Page, number: int) -> dict[str, Any]:
    """Return the values of a part, by field."""
    fields = page.locator(f"#part-{number} [name^='sections.{number}.']")
    found: list[list[str]] = fields.evaluate_all(
        "boxes => boxes.filter((one) => one.type !== 'radio' || one.checked).map((one) => [one.name, one.value])"
    )
    return {name.removeprefix(f"sections.{number}."): value for name, value in found}


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
@pytest.mark.parametrize("size", [DESKTOP, SMALL_PHONE], ids=["desktop", "phone"])
def test_assessment_with_every_finer_rule_is_composed_by_keyboard_and_found_again(
    site: Site, visitor: Visitor, codes: list[str], size: dict[str, int], scripts: bool
) -> None:
    trainer = visitor(size, scripts=scripts, language="en")
    sign_in(trainer, site, site.world.trainer.email)
    trainer.goto("/assessments")
    press(trainer, "a[href$='/assessments/new']")
    expect(trainer.locator("#composer")).to_be_visible()
    enemies = f"{codes[0]} {codes[1]}"

    fill(trainer, "title.fr", "Essai")
    fill(trainer, "title.nl", "Proef")
    press(trainer, "#descriptions > summary")
    fill(trainer, "description.fr", "Tout y est.")
    write_part(trainer, 1, FIRST)
    press(trainer, "#add")
    expect(trainer.locator("#part-2")).to_be_visible()
    assert focused(trainer) == "part-2"
    write_part(trainer, 2, SECOND | {"enemies": enemies})
    write_quotas(trainer)
    check_page(trainer)
    press(trainer, "button[value=save]")
    expect(trainer.locator("h1")).to_have_text("Essai")

    press(trainer, "a[href$='/edit']")
    expect(trainer.locator("#versions")).to_be_visible()
    check_page(trainer)
    for number, words in ((1, "first stage of 3"), (2, "2 quotas")):
        expect(trainer.locator(f"#finer-{number}")).to_contain_text(words)
        expect(trainer.locator(f"#finer-{number}")).not_to_have_attribute("open", "")
    quotas = {f"quotas.{row}.{about}": value for row, one in enumerate(QUOTAS, 1) for about, value in one.items()}
    found = [shown_part(trainer, number) for number in (1, 2)]
    assert {name: found[0][name] for name in FIRST} == FIRST
    wanted = SECOND | quotas | {"enemies": enemies}
    assert {name: found[1][name] for name in wanted} == wanted
    assert named(trainer, "description.fr").input_value() == "Tout y est."


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_refused_finer_rule_is_found_by_keyboard(site: Site, visitor: Visitor, scripts: bool) -> None:
    trainer = visitor(SMALL_PHONE, scripts=scripts, language="en")
    sign_in(trainer, site, site.world.trainer.email)
    trainer.goto("/assessments/new")

    fill(trainer, "title.fr", "Essai")
    fill(trainer, "title.nl", "Proef")
    fill(trainer, "sections.1.bank", "retail")
    press(trainer, "#finer-1 > summary")
    fill(trainer, "sections.1.seeds", "99")
    press(trainer, "button[value=save]")
    expect(trainer.locator(".govuk-error-summary")).to_be_visible()
    check_page(trainer)
    press(trainer, ".govuk-error-summary a")

    expect(trainer).to_have_title(re.compile("^Error: "))
    expect(named(trainer, "sections.1.seeds")).to_be_focused()
    fill(trainer, "sections.1.seeds", "1")
    press(trainer, "button[value=save]")
    expect(trainer.locator("h1")).to_have_text("Essai")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_enter_in_a_field_saves_nothing_and_leads_to_the_sum(site: Site, visitor: Visitor, scripts: bool) -> None:
    trainer = visitor(DESKTOP, scripts=scripts, language="en")
    sign_in(trainer, site, site.world.trainer.email)
    trainer.goto("/assessments/new")
    fill(trainer, "sections.1.items", "11")

    trainer.keyboard.press("Enter")

    expect(trainer.locator("#total")).to_contain_text("at most 11 items")
    assert focused(trainer) == "in-all"
    expect(named(trainer, "sections.1.items")).to_have_value("11")
