"""What people do, as a browser does it; the words on buttons are those of the English catalogue unless said otherwise."""

from collections.abc import Mapping, Sequence

from playwright.sync_api import FilePayload, Locator, Page

from tests.media import picture, wav

# A page of a question has fewer boxes than this; who presses Tab as often has been everywhere.
TABS = 150


def enter_code(page: Page, code: str) -> None:
    """Type a candidate code on the start page."""
    page.goto("/")
    page.locator("input[name=code]").fill(code)
    page.locator("form[action$='/admissions'] button").click()


def begin(page: Page, *, language: str, called: str) -> None:
    """Choose the language, say a name, agree, and come to the overview."""
    page.locator(f"input[name=language][value={language}]").check(force=True)
    page.locator("main form button").first.click()
    page.locator("input[name=called]").fill(called)
    page.locator("input[name=consent]").check(force=True)
    page.locator("main form button").first.click()


def answer(page: Page) -> None:
    """Give some answer to every part of the question that is shown, of whatever kind; do not send it yet."""
    form = response_form(page)
    for name in _names(form, "input[type=radio]"):
        # Most and least of a judgement must differ.
        which = 1 if name.endswith(".least") else 0
        form.locator(f"input[type=radio][name='{name}']").nth(which).check(force=True)
    for name in _names(form, "input[type=checkbox]:not([data-unknown])"):
        form.locator(f"input[type=checkbox][name='{name}']").first.check(force=True)
    for field in form.locator("input[type=text]").all():
        field.fill("12")
    for control in form.locator("[data-control=long]").all():
        control.locator("textarea").fill("woord " * max(1, int(control.get_attribute("data-least") or 1)))
    for field in form.locator("input[type=number]").all():
        field.fill(field.get_attribute("min") or "1")
    for field in form.locator("input[type=file]").all():
        field.set_input_files(_file_for(field))
    _choose_in_lists(form)


def answer_by_keyboard(page: Page, fields: Mapping[str, Sequence[str]]) -> None:
    """Give these values to the boxes of those names with keys alone; a file is put in once its box has the focus."""
    form = response_form(page)
    names = _names(form, "input, select, textarea")
    for name in sorted(fields, key=names.index):
        boxes = form.locator(f"[name='{name}']:not([type=hidden])")
        kind = str(boxes.first.evaluate("box => box.type"))
        for place, value in enumerate(fields[name]):
            if kind in ("radio", "checkbox"):
                _tick(page, form.locator(f"[name='{name}'][value='{value}']"), kind)
            elif kind == "select-one":
                _open_and_choose(page, boxes.nth(place), value)
            else:
                _tab_to(page, boxes.first)
                page.keyboard.type(value)


def send(page: Page) -> None:
    """Press Next."""
    next_button(page).click()


def send_by_keyboard(page: Page) -> None:
    """Press Next with keys alone."""
    _tab_to(page, next_button(page))
    page.keyboard.press("Enter")


def next_button(page: Page) -> Locator:
    """Return the button that sends the answer."""
    return response_form(page).locator("button[type=submit]:not([name]):not([data-default])")


def is_question(page: Page) -> bool:
    """Tell whether a question is shown."""
    return response_form(page).count() == 1


def response_form(page: Page) -> Locator:
    """Return the form of the question."""
    return page.locator("form[action$='/sitting/responses']")


def hand_in(page: Page) -> None:
    """Stop wherever they are and hand in what there is."""
    page.goto("/sitting/end")
    page.locator("form[action$='/sitting/submission'] button").click()


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until that element of the question has the focus."""
    _tab_to(page, page.locator(selector))


def _choose_in_lists(form: Locator) -> None:
    # Ranks, pairs and words to place must differ inside one interaction: each list takes one further down than the one before.
    taken: dict[str, int] = {}
    for field in form.locator("select").all():
        interaction = str(field.get_attribute("name")).split(".")[1]
        taken[interaction] = taken.get(interaction, 0) + 1
        last = field.locator("option").count() - 1
        field.select_option(index=1 + (taken[interaction] - 1) % last)


def _file_for(field: Locator) -> FilePayload:
    if "image" in (field.get_attribute("accept") or ""):
        return FilePayload(name="work.png", mimeType="image/png", buffer=picture())
    return FilePayload(name="voice.wav", mimeType="audio/wav", buffer=wav())


def _tab_to(page: Page, wanted: Locator) -> None:
    for _ in range(TABS):
        if wanted.evaluate("box => box === document.activeElement"):
            return
        page.keyboard.press("Tab")
    message = f"no way to {wanted} with the Tab key"
    raise AssertionError(message)


def _tick(page: Page, box: Locator, kind: str) -> None:
    if kind == "checkbox":
        _tab_to(page, box)
        page.keyboard.press("Space")
        return
    # Tab comes to a group of radio buttons once, and arrows lead through it.
    name = box.get_attribute("name")
    for _ in range(TABS):
        if page.evaluate("name => document.activeElement.name === name", name):
            break
        page.keyboard.press("Tab")
    for _ in range(TABS):
        if box.evaluate("box => box === document.activeElement"):
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    assert box.is_checked()


def _open_and_choose(page: Page, box: Locator, value: str) -> None:
    _tab_to(page, box)
    for _ in range(box.locator("option").count()):
        if box.input_value() == value:
            return
        page.keyboard.press("ArrowDown")
    assert box.input_value() == value


def _names(form: Locator, selector: str) -> list[str]:
    names: list[str] = form.locator(selector).evaluate_all("nodes => [...new Set(nodes.map(node => node.name))]")
    return names
