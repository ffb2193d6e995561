"""The screen that writes an item: drawing, recording, right to left, two windows, nothing lost."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from question_banks.banks import BankForm, create_bank
from question_banks.models import ItemDraft
from storage.database import Database
from tests.browser.conftest import DESKTOP, PHONE, Site, check_page
from tests.browser.test_trainer_week import sign_in
from tests.conftest import START, World
from tests.media import picture

pytestmark = pytest.mark.browser

Visitor = Callable[..., Page]


@pytest.fixture
def database(filled: tuple[str, World]) -> Iterator[Database]:
    """Give the database of the site."""
    database = Database(filled[0])
    yield database
    database.close()


@pytest.fixture
def begin(site: Site, database: Database) -> Callable[..., None]:
    """Give `begin(page, kind, languages)`: sign in, make an item of that kind in a new bank, and open its form."""

    def make(page: Page, kind: str, languages: tuple[str, ...] = ("fr", "nl")) -> None:
        with database.transaction() as session:
            form = BankForm(title={"fr": "Essai"}, competence="retail", languages=languages)
            bank = create_bank(session, form, operator_id=site.world.operator_id, now=START)
        sign_in(page, site, site.world.trainer.email)
        page.goto(f"/banks/{bank.id}")
        page.locator("#new-type").select_option(kind)
        page.locator("#new-item button").click()
        expect(page.locator("#item-form")).to_be_visible()

    return make


def add_file(page: Page, name: str, data: bytes, words: str) -> None:
    page.locator("#add-media summary").click()
    page.locator("#file").set_input_files({"name": name, "mimeType": "image/png", "buffer": data})
    page.locator("#media-words").fill(words)
    page.get_by_role("button", name="Add the file").click()
    expect(page.locator("#media")).to_contain_text(name.rpartition(".")[0])


def test_area_is_drawn_on_the_picture(site: Site, visitor: Visitor, begin: Callable[..., None]) -> None:
    trainer = visitor(DESKTOP, language="en")
    begin(trainer, "hotspot")
    add_file(trainer, "plan.png", picture(size=(300, 200)), "Un plan")
    trainer.get_by_role("button", name="Add an area").click()
    numbers = trainer.locator("[id$=areas-a-coords]")
    numbers.focus()
    shown = trainer.locator("#preview .pr-figure__stage img")
    shown.scroll_into_view_if_needed()
    box = shown.bounding_box()
    assert box is not None

    trainer.mouse.move(box["x"] + box["width"] * 0.1, box["y"] + box["height"] * 0.1)
    trainer.mouse.down()
    trainer.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.6)
    trainer.mouse.up()

    expect(numbers).to_have_value(re.compile(r"^(29|30|31) (19|20|21) (149|150|151) (119|120|121)$"))
    expect(trainer.locator("#saved")).to_contain_text("Saved at")
    check_page(trainer)


def test_recording_is_made_on_the_spot(site: Site, visitor: Visitor, begin: Callable[..., None]) -> None:
    trainer = visitor(DESKTOP, language="en")
    begin(trainer, "choice")
    trainer.locator("#add-media summary").click()

    trainer.get_by_role("button", name="Record").click()
    expect(trainer.locator("#add-media")).to_contain_text("Recording.")
    expect(trainer.locator("#add-media .pr-recorder")).to_contain_text(re.compile("Seconds left: 59[0-8]"))
    trainer.get_by_role("button", name="Stop").click()
    expect(trainer.locator("#add-media")).to_contain_text("Your recording is ready.")
    trainer.locator("#media-words").fill("Bonjour")
    trainer.get_by_role("button", name="Add the file").click()

    expect(trainer.locator("#media")).to_contain_text("recording")
    expect(trainer.locator("#preview audio")).to_have_count(1)


def test_arabic_is_written_and_shown_from_right_to_left(
    site: Site, visitor: Visitor, begin: Callable[..., None]
) -> None:
    trainer = visitor(PHONE, language="en")
    begin(trainer, "choice", ("fr", "ar"))
    trainer.get_by_role("link", name="Arabic").first.click()

    trainer.locator("#i-r1-prompt").fill("ماذا تقول؟")
    trainer.locator("#save").click()

    expect(trainer.locator("#i-r1-prompt")).to_have_attribute("dir", "rtl")
    expect(trainer.locator("#preview legend [dir=rtl], #preview [dir=rtl]").first).to_contain_text("ماذا تقول؟")
    check_page(trainer)


def test_second_window_loses_nothing_and_overwrites_nothing(
    site: Site, visitor: Visitor, begin: Callable[..., None], database: Database
) -> None:
    first = visitor(DESKTOP, scripts=False, language="en")
    begin(first, "choice")
    second = first.context.new_page()
    second.goto(first.url)
    first.locator("#i-r1-prompt").fill("Le premier ?")
    first.locator("#save").click()

    second.locator("#i-r1-prompt").fill("Le second ?")
    second.locator("#save").click()

    expect(second.locator(".govuk-error-summary")).to_contain_text("Somebody else changed this question meanwhile.")
    expect(second.locator("#i-r1-prompt")).to_have_value("Le second ?")
    with database.reading() as session:
        kept = session.exec(select(ItemDraft).order_by(ItemDraft.updated_at.desc())).first()
        assert kept is not None
        assert kept.content.interactions[0].prompt == {"fr": "Le premier ?"}


def test_typing_on_while_a_save_runs_keeps_every_letter(
    site: Site, visitor: Visitor, begin: Callable[..., None], database: Database
) -> None:
    trainer = visitor(DESKTOP, language="en")
    begin(trainer, "choice")
    words = "Combien coûtent deux pains, trois tartes et un café ?"

    trainer.locator("#i-r1-prompt").press_sequentially(words, delay=70)

    expect(trainer.locator("#preview legend")).to_have_text(words)
    expect(trainer.locator(".govuk-error-summary")).to_have_count(0)
    with database.reading() as session:
        drafts = session.exec(select(ItemDraft)).all()
        assert words in [draft.content.interactions[0].prompt.get("fr") for draft in drafts]
