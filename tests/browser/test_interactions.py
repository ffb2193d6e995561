"""Every way of answering: by keyboard alone and without JavaScript, and what the script adds with it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect
from sqlmodel import Session, select

from assess.assessments import import_assessment
from assess.blueprint import BlueprintContent, Section
from assess.models import Group, Response
from question_banks.content import ItemContent
from question_banks.freezing import freeze_item
from question_banks.media import store_media
from question_banks.models import Bank, Item
from storage.database import Database
from storage.media import MediaStore
from tests.browser import acts
from tests.browser.conftest import DESKTOP, PHONE, Site, check_page, too_wide
from tests.conftest import START, World
from tests.interactions import (
    BELL,
    PICTURE,
    PICTURE_BYTES,
    SAMPLES,
    SOUND,
    SOUND_BYTES,
    Sample,
)
from tests.media import picture, wav

pytestmark = pytest.mark.browser

Visitor = Callable[..., Page]
FILES = {
    "upload": FilePayload(name="work.png", mimeType="image/png", buffer=picture()),
    "spoken": FilePayload(name="voice.wav", mimeType="audio/wav", buffer=wav()),
}


@pytest.fixture
def database(filled: tuple[str, World]) -> Iterator[Database]:
    """Give the database of the site."""
    database = Database(filled[0])
    yield database
    database.close()


def offer(database: Database, filled: tuple[str, World], content: ItemContent) -> None:
    """Put an item into a bank of its own, and make the group of the world sit a test of that item alone."""
    world = filled[1]
    with database.transaction() as session:
        store = MediaStore(Path(filled[0].removeprefix("sqlite:///")).parent / "media")
        for file, data in ((PICTURE, PICTURE_BYTES), (SOUND, SOUND_BYTES)):
            kept = store_media(
                session, store, operator_id=world.operator_id, name=file.name, data=data, author_id=None, now=START
            )
            assert kept.digest == file.digest
        bank = Bank(
            operator_id=world.operator_id, code="answers", title={"nl": "Antwoorden"}, competence="numeracy",
            languages=["nl", "fr"], licence="CC0", created_at=START,
        )  # fmt: skip
        session.add(bank)
        session.flush()
        item = Item(bank_id=bank.id, code="one", position=1)
        session.add(item)
        session.flush()
        freeze_item(session, item, content, stimulus=None, now=START)
        section = Section(competence="numeracy", bank="answers", mode="fixed", items=1, minimum=1)
        blueprint = BlueprintContent(assessment="answers", title={"nl": "Antwoorden"}, sections=(section,))
        assessment = import_assessment(session, blueprint, operator_id=world.operator_id, now=START)
        group = session.get(Group, world.group_id)
        assert group is not None
        group.assessment_id = assessment.id
        session.add(group)


def open_question(page: Page, site: Site) -> None:
    """Enter with a code and come to the question."""
    acts.enter_code(page, site.world.codes[0])
    acts.begin(page, language="nl", called="Bo")
    page.goto("/sitting/sections/1")
    page.locator("form[action$='/sitting/sections/1'] button").click()
    expect(acts.response_form(page)).to_be_visible()


def kept(session: Session) -> Response:
    """Return the answer that was kept."""
    return session.exec(select(Response)).one()


@pytest.fixture
def ask(database: Database, filled: tuple[str, World], site: Site, visitor: Visitor) -> Callable[..., Page]:
    """Give `ask(content, size, scripts)`: a candidate who sees that item."""

    def show(content: ItemContent, size: dict[str, int] = PHONE, *, scripts: bool) -> Page:
        offer(database, filled, content)
        candidate = visitor(size, scripts=scripts, language="nl")
        open_question(candidate, site)
        if scripts:
            # A font that comes late moves what a mouse is about to take.
            candidate.evaluate("document.fonts.ready.then(() => true)")
        return candidate

    return show


@pytest.fixture
def points(database: Database) -> Callable[[], tuple[int | None, int | None]]:
    """Give `points()`: what the kept answer earned, and the most that it could have."""

    def read() -> tuple[int | None, int | None]:
        with database.transaction() as session:
            response = kept(session)
            return response.points, response.maximum

    return read


@pytest.mark.parametrize(("name", "sample"), SAMPLES.items(), ids=list(SAMPLES))
def test_interaction_is_answered_by_keyboard_alone_without_scripts(
    ask: Callable[..., Page], database: Database, name: str, sample: Sample
) -> None:
    candidate = ask(sample.content, scripts=False)
    wide = too_wide(candidate)

    if name in FILES:
        acts.tab_to(candidate, "#given-r1")
        candidate.locator("#given-r1").set_input_files(FILES[name])
    acts.answer_by_keyboard(candidate, sample.fields)
    acts.send_by_keyboard(candidate)
    expect(acts.response_form(candidate)).to_have_count(0)

    with database.transaction() as session:
        response = kept(session)
        given = response.given["r1"]
        most = response.maximum
        assert response.points == most
    is_marked = name not in ("extended_text", "upload", "spoken", "slider-unknown")
    assert (most > 0, given is None, wide) == (is_marked, name == "slider-unknown", 0)


@pytest.mark.parametrize(("name", "sample"), SAMPLES.items(), ids=list(SAMPLES))
def test_interaction_passes_axe_refused_and_filled_in_with_and_without_its_script(
    ask: Callable[..., Page], name: str, sample: Sample
) -> None:
    candidate = ask(sample.content, DESKTOP, scripts=True)
    # Axe is itself a script: as who has none sees the page, it is looked at with ours kept out.
    candidate.route("**/question.*.js", lambda route: route.abort())
    candidate.reload()
    check_page(candidate)
    candidate.unroute_all()
    candidate.reload()
    candidate.set_viewport_size(PHONE)
    acts.send(candidate)
    expect(candidate.locator(".govuk-error-summary")).to_be_visible()
    check_page(candidate)

    acts.answer(candidate)
    acts.send(candidate)
    expect(acts.response_form(candidate)).to_have_count(0)
    candidate.goto("/sitting/questions/1")
    acts.send(candidate)

    expect(acts.response_form(candidate)).to_have_count(0)


def test_wide_table_of_a_text_scrolls_by_keyboard_and_its_page_does_not(ask: Callable[..., Page]) -> None:
    words = "| veiligheidsschoenen | vrachtwagenchauffeur | noodverlichting |\n|---|---|---|\n| a | b | c |"
    candidate = ask(SAMPLES["choice"].content.model_copy(update={"body": {"nl": words, "fr": words}}), scripts=True)

    frame = candidate.locator(".pr-scroll")
    acts.tab_to(candidate, ".pr-scroll")
    start = frame.locator("td").first.bounding_box()
    for _ in range(12):
        candidate.keyboard.press("ArrowRight")
    expect(frame.locator("th").last).to_be_in_viewport()
    moved = frame.locator("td").first.bounding_box()

    assert start is not None
    assert moved is not None
    assert moved["x"] < start["x"]
    check_page(candidate)


def test_lines_are_put_in_order_with_buttons(ask: Callable[..., Page], points: Callable[[], Any]) -> None:
    candidate = ask(SAMPLES["order"].content, scripts=True)

    for words in ("Trek je schort aan", "Was je handen"):
        up = candidate.locator(".pr-order__row").filter(has_text=words).locator(".pr-tool--up")
        for _ in range(3):
            if up.is_enabled():
                up.click()
    acts.send(candidate)
    expect(acts.response_form(candidate)).to_have_count(0)

    assert points() == (2, 2)


def test_lines_are_dragged_into_order_and_the_new_place_is_said(
    ask: Callable[..., Page], points: Callable[[], Any]
) -> None:
    candidate = ask(SAMPLES["order"].content, DESKTOP, scripts=True)

    for place, words in enumerate(["Was je handen", "Trek je schort aan", "Begin te koken"]):
        grip = candidate.locator(".pr-order__row").filter(has_text=words).locator(".pr-order__grip")
        drag(candidate, grip.bounding_box(), candidate.locator(".pr-order__row").nth(place).bounding_box())
        expect(candidate.locator(".pr-order__row").nth(place)).to_contain_text(words)
    expect(candidate.locator(".pr-order__row select").first).to_have_value("1")
    said = candidate.locator("[data-control=order] [role=status]").inner_text()
    if candidate.locator(".pr-order__row select").first.input_value() == "":
        candidate.locator(".pr-order + button").click()
    acts.send(candidate)
    expect(acts.response_form(candidate)).to_have_count(0)

    assert points() == (2, 2)
    assert said


def test_words_are_dragged_into_gaps(ask: Callable[..., Page], points: Callable[[], Any]) -> None:
    candidate = ask(SAMPLES["gap_match"].content, scripts=True)

    for word, gap in (("w1", "g1"), ("w2", "g2")):
        box = candidate.locator(f"[name='given.r1.{gap}']")
        drag(candidate, candidate.locator(f"[data-word={word}]").bounding_box(), box.bounding_box())
        expect(box).to_have_value(word)
    acts.send(candidate)
    expect(acts.response_form(candidate)).to_have_count(0)

    assert points() == (2, 2)


def test_words_are_dragged_onto_a_picture(ask: Callable[..., Page], points: Callable[[], Any]) -> None:
    candidate = ask(SAMPLES["gap_match-picture"].content, scripts=True)

    for word, gap in (("w1", "g1"), ("w2", "g2")):
        area = candidate.locator(f"[data-area={gap}]")
        drag(candidate, candidate.locator(f"[data-word={word}]").bounding_box(), area.bounding_box())
        expect(candidate.locator(f"[name='given.r1.{gap}']")).to_have_value(word)
    acts.send(candidate)
    expect(acts.response_form(candidate)).to_have_count(0)

    assert points() == (2, 2)


def test_area_of_a_picture_is_clicked(ask: Callable[..., Page], points: Callable[[], Any]) -> None:
    candidate = ask(SAMPLES["hotspot"].content, scripts=True)

    candidate.locator("[data-area=h2]").click()
    expect(candidate.locator(".pr-area--chosen")).to_have_attribute("data-area", "h2")
    acts.send(candidate)
    expect(acts.response_form(candidate)).to_have_count(0)

    assert points() == (1, 1)


def test_point_of_a_picture_is_clicked_and_stands_there_again(
    ask: Callable[..., Page], points: Callable[[], Any]
) -> None:
    candidate = ask(SAMPLES["select_point"].content, scripts=True)
    stage = candidate.locator(".pr-figure__stage")
    size = stage.bounding_box()
    assert size is not None

    stage.click(position={"x": size["width"] * 130 / 800, "y": size["height"] * 170 / 600})
    expect(candidate.locator("[data-mark]")).to_have_attribute("visibility", "visible")
    chosen = candidate.locator("select").input_value()
    acts.send(candidate)
    expect(acts.response_form(candidate)).to_have_count(0)
    candidate.goto("/sitting/questions/1")

    assert points() == (1, 1)
    assert candidate.locator("select").input_value() == chosen
    assert candidate.locator("select option:checked").inner_text().startswith("B2")


def test_slider_sends_nothing_before_it_is_moved(ask: Callable[..., Page], points: Callable[[], Any]) -> None:
    candidate = ask(SAMPLES["slider-long"].content, scripts=True)
    acts.send(candidate)
    expect(candidate.locator(".govuk-error-summary")).to_be_visible()

    slider = candidate.locator(".pr-range")
    slider.focus()
    for _ in range(60):
        if candidate.locator("[name='given.r1']").input_value() == "180":
            break
        candidate.keyboard.press("ArrowRight")
    acts.send(candidate)
    expect(acts.response_form(candidate)).to_have_count(0)

    assert points() == (1, 1)


def test_voice_is_recorded_and_sent(ask: Callable[..., Page], database: Database) -> None:
    candidate = ask(SAMPLES["spoken"].content, scripts=True)
    button = candidate.locator(".pr-recorder button")

    button.click()
    expect(candidate.locator(".pr-recorder--on")).to_be_visible()
    candidate.wait_for_timeout(1200)
    button.click()
    expect(candidate.locator(".pr-recorder audio")).to_be_visible()
    check_page(candidate)
    acts.send(candidate)
    expect(acts.response_form(candidate)).to_have_count(0)

    with database.transaction() as session:
        given = kept(session).given["r1"]
    assert isinstance(given, dict)
    assert given["type"] == "audio/webm"
    candidate.goto("/sitting/questions/1")
    expect(candidate.locator(".pr-kept")).to_be_visible()


def test_next_ends_a_recording_that_runs_and_sends_it(ask: Callable[..., Page], database: Database) -> None:
    candidate = ask(SAMPLES["spoken"].content, scripts=True)

    candidate.locator(".pr-recorder button").click()
    expect(candidate.locator(".pr-recorder--on")).to_be_visible()
    candidate.wait_for_timeout(600)
    acts.send(candidate)
    expect(acts.response_form(candidate)).to_have_count(0)

    with database.transaction() as session:
        assert isinstance(kept(session).given["r1"], dict)


@pytest.mark.parametrize("scripts", [False, True], ids=["plain", "scripts"])
def test_enter_sends_the_answer_and_spends_no_play(ask: Callable[..., Page], database: Database, scripts: bool) -> None:
    sample = SAMPLES["text_entry"]
    candidate = ask(sample.content.model_copy(update={"media": (BELL,)}), scripts=scripts)

    candidate.locator("[name='given.r1']").fill("ov")
    candidate.locator("button[name=play]").first.click()
    expect(candidate.locator("audio")).to_be_visible()
    assert candidate.locator("[name='given.r1']").input_value() == "ov"
    candidate.locator("[name='given.r1']").fill("oven")
    candidate.keyboard.press("Enter")
    expect(acts.response_form(candidate)).to_have_count(0)

    with database.transaction() as session:
        assert kept(session).given == {"r1": "oven"}


def drag(page: Page, start: Any, end: Any) -> None:
    """Drag with the mouse from the middle of one box to that of the other, in steps as a hand does."""
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=8)
    page.mouse.up()
