"""What people do, as a browser does it; the words on buttons are those of the English catalogue unless said otherwise."""

from playwright.sync_api import Locator, Page


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
    """Give some answer to every part of the question that is shown; do not send it yet."""
    form = response_form(page)
    for name in _names(form, "input[type=radio]"):
        # Most and least of a judgement must differ.
        which = 1 if name.endswith(".least") else 0
        form.locator(f"input[type=radio][name='{name}']").nth(which).check(force=True)
    for name in _names(form, "input[type=checkbox]"):
        form.locator(f"input[type=checkbox][name='{name}']").first.check(force=True)
    for field in form.locator("input[type=text]").all():
        field.fill("12")
    for field in form.locator("select").all():
        field.select_option(index=1)


def send(page: Page) -> None:
    """Press Next."""
    response_form(page).locator("button:not([name=skip])").click()


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


def _names(form: Locator, selector: str) -> list[str]:
    names: list[str] = form.locator(selector).evaluate_all("nodes => [...new Set(nodes.map(node => node.name))]")
    return names
