"""A trainer's week: ten questions pasted in French, mended, translated, reviewed by a colleague, published, used in an assessment."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import acts
from tests.browser.conftest import DESKTOP, PHONE, Site, check_page, picture

pytestmark = pytest.mark.browser

Visitor = Callable[..., Page]

TEN = """\
1. Un client paie 20 € pour 13,50 €. Combien rendez-vous ?
= 6,50

2. Que dites-vous à un client le matin ?
- [x] Bonjour !
- [ ] Bonne nuit !
- [ ] Au revoir !

3. Quels produits vont au frigo ?
- [x] le lait
- [x] le poisson
- [ ] le riz

4. Le pain se vend à la ____.
= boulangerie

5. La caisse est fermée. Que faites-vous ?
- [x] Je demande à un collègue
- [ ] Je pars
- [ ] Je crie

6. Combien coûtent 3 kg de pommes à 2 € le kilo ?
= 6

7. Racontez votre dernier jour de travail.
____

8. Le magasin ouvre à 9 h. Il est 8 h 40. Dans combien de minutes ouvre-t-il ?
= 20

9. Qui signe le bon de livraison ?
- [x] la personne qui reçoit
- [ ] le client
- [ ] personne

10. Vous voyez de l'eau par terre. Que faites-vous d'abord ?
- [x] Je mets un panneau
- [ ] Je continue
- [ ] J'attends la fin de la journée
"""
DUTCH = {
    "r1.prompt": "Wat zegt u ’s morgens tegen een klant?",
    "r1.options.a": "Goedemorgen!",
    "r1.options.b": "Slaapwel!",
    "r1.options.c": "Tot ziens!",
}


def sign_in(page: Page, site: Site, email: str) -> None:
    page.goto("/sign-in")
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill(site.world.password)
    page.locator("form[action$='/sign-in'] button").click()
    expect(page).not_to_have_url(re.compile("/sign-in$"))


def make_bank(trainer: Page) -> None:
    trainer.goto("/banks")
    trainer.get_by_role("link", name="New bank").click()
    check_page(trainer)
    trainer.locator("#title_fr").first.fill("Au magasin")
    trainer.locator("#title_nl").first.fill("In de winkel")
    trainer.locator("select[name=competence]").select_option("retail")
    for language in ("fr", "nl"):
        trainer.locator(f"input[name=language][value={language}]").check(force=True)
    trainer.get_by_role("button", name="Make the bank").click()
    expect(trainer.locator("h1")).to_have_text("Au magasin")


def paste_ten(trainer: Page) -> None:
    trainer.get_by_role("link", name=re.compile("Paste")).first.click()
    trainer.locator("textarea[name=text]").fill(TEN)
    trainer.locator("select[name=level]").select_option("2")
    check_page(trainer)
    trainer.locator("form#paste button").click()
    expect(trainer.locator("input[name=accept]")).to_have_count(10)
    check_page(trainer)
    picture(trainer, "trainer-paste")
    trainer.get_by_role("button", name="Add the ticked questions").click()
    expect(trainer.locator("#items tbody tr")).to_have_count(10)
    check_page(trainer)
    picture(trainer, "trainer-bank")


def open_greeting(trainer: Page) -> str:
    """Find the second question by a word of it, open its form, and return the address of the item."""
    trainer.locator("#filter-q").fill("matin")
    trainer.locator("#filter-q").press("Enter")
    expect(trainer.locator("#items tbody tr")).to_have_count(1)
    trainer.locator("#items tbody th a").first.click()
    trainer.get_by_role("link", name="Write", exact=True).click()
    expect(trainer.locator("#item-form")).to_be_visible()
    return trainer.url.partition("?")[0].removesuffix("/edit")


def mend_two_findings(trainer: Page, *, scripts: bool) -> None:
    """Write two mistakes, be told, and mend them."""
    save = trainer.locator("#save")
    trainer.locator("#i-r1-options-a-text").fill("Bonjour madame, bonjour monsieur, comment allez-vous aujourd’hui ?")
    trainer.locator("#i-r1-options-c-text").fill("Toutes les réponses ci-dessus")
    if scripts:
        expect(trainer.locator("#saved")).to_contain_text("Saved at")
        expect(trainer.locator("#findings")).to_contain_text("longest")
    else:
        save.click()
    findings = trainer.locator("#findings")
    expect(findings.locator(".pr-finding--warning, .pr-finding")).not_to_have_count(0)
    expect(findings).to_contain_text("longest")
    expect(findings).to_contain_text("ci-dessus”")
    check_page(trainer)
    picture(trainer, "trainer-write")
    trainer.locator("#i-r1-options-a-text").fill("Bonjour !")
    trainer.locator("#i-r1-options-c-text").fill("Au revoir !")
    save.click()
    expect(findings).not_to_contain_text("longest")
    expect(findings).not_to_contain_text("ci-dessus”")


def try_the_answer(trainer: Page) -> None:
    trainer.locator("#trial-form input[value=a]").check(force=True)
    trainer.get_by_role("button", name="Try this answer").click()
    expect(trainer.locator("#trial")).to_contain_text("Points: 1 of 1")


def translate(trainer: Page) -> None:
    trainer.get_by_role("link", name="Translate", exact=True).first.click()
    for path, words in DUTCH.items():
        trainer.locator(f"[name='t.{path}']").fill(words)
    check_page(trainer)
    picture(trainer, "trainer-translate")
    trainer.locator("#save").click()
    expect(trainer.locator("#translation_state")).to_contain_text("4 of 4 done")


def send(trainer: Page, note: str) -> None:
    trainer.get_by_role("link", name="Review", exact=True).first.click()
    trainer.locator("#note").fill(note)
    check_page(trainer)
    trainer.get_by_role("button", name="Send for review").click()
    expect(trainer.locator("h2", has_text="With its reviewers")).to_be_visible()


def publish(trainer: Page, item: str) -> None:
    trainer.goto(item)
    trainer.get_by_role("link", name="Publish").click()
    check_page(trainer)
    picture(trainer, "trainer-publish")
    trainer.get_by_role("button", name="Publish").click()
    expect(trainer.locator(".pr-item-head__tags")).to_contain_text("Live")


def compose(trainer: Page) -> None:
    trainer.goto("/assessments")
    trainer.get_by_role("link", name="Compose an assessment").click()
    trainer.locator("[name='title.fr']").fill("Accueil au magasin")
    trainer.locator("[name='title.nl']").fill("Onthaal in de winkel")
    for language in ("fr", "nl"):
        trainer.locator(f"input[name=languages][value={language}]").check(force=True)
    if trainer.locator("[id^=part-1]").count() == 0:
        trainer.locator("#add").click()
    choices = trainer.locator("[name='sections.1.bank']")
    wanted = choices.locator("option", has_text="Au magasin").first.get_attribute("value")
    choices.select_option(wanted)
    trainer.locator("input[name='sections.1.mode'][value=fixed]").check(force=True)
    trainer.locator("[name='sections.1.items']").fill("1")
    trainer.locator("[name='sections.1.minimum']").fill("1")
    trainer.locator("[name='sections.1.minutes']").fill("2")
    check_page(trainer)
    trainer.get_by_role("button", name="Save the assessment").click()
    expect(trainer.locator("h1")).to_have_text("Accueil au magasin")


def invite(trainer: Page) -> str:
    form = trainer.locator("form[action$='/groups']")
    form.locator("input[name=name]").fill("Friday group")
    form.locator("input[name=count]").fill("1")
    form.locator("input[name=place]").fill("Anderlecht")
    form.locator("button").click()
    expect(trainer).to_have_url(re.compile(r"/groups/[0-9a-f-]{36}"))
    cell = trainer.locator(".pr-live .pr-code, .pr-live td").filter(
        has_text=re.compile(r"^\s*[0-9A-Z]{4}-[0-9A-Z]{4}\s*$")
    )
    return str(cell.first.inner_text()).strip()


@pytest.mark.parametrize(("size", "scripts"), [(DESKTOP, True), (PHONE, False)], ids=["desktop-scripts", "phone-plain"])
def test_trainers_week_from_ten_pasted_questions_to_an_assessment(
    site: Site, visitor: Visitor, size: dict[str, int], scripts: bool
) -> None:
    trainer = visitor(size, scripts=scripts, language="en")
    sign_in(trainer, site, site.world.trainer.email)
    make_bank(trainer)
    paste_ten(trainer)
    item = open_greeting(trainer)
    mend_two_findings(trainer, scripts=scripts)
    try_the_answer(trainer)
    translate(trainer)
    send(trainer, "Is “Bonne nuit” too easy?")

    colleague = visitor(size, scripts=scripts, language="en")
    sign_in(colleague, site, site.world.admin.email)
    colleague.goto("/banks")
    colleague.get_by_role("link", name=re.compile("review", re.IGNORECASE)).first.click()
    colleague.locator("main th a").first.click()
    check_page(colleague)
    picture(colleague, "trainer-review")
    colleague.locator("#verdict-text").fill("Write “Bonne soirée”: it tempts more.")
    colleague.locator("#verdict-element").select_option("r1.options.b")
    colleague.get_by_role("button", name="Ask for changes").click()
    expect(colleague.locator("#remarks")).to_contain_text("it tempts more")

    trainer.goto(f"{item}/edit")
    trainer.locator("#i-r1-options-b-text").fill("Bonne soirée !")
    trainer.locator("#save").click()
    expect(trainer.locator("#trial-form")).to_contain_text("Bonne soirée !")
    trainer.goto(f"{item}/translation?source=fr&target=nl")
    expect(trainer.locator(".govuk-tag", has_text="Changed since translated")).to_have_count(1)
    trainer.locator("[name='t.r1.options.b']").fill("Goedenavond!")
    trainer.locator("#save").click()
    expect(trainer.locator(".govuk-tag", has_text="Changed since translated")).to_have_count(0)
    send(trainer, "Done.")

    colleague.goto(f"{item}/review")
    colleague.get_by_role("button", name="Approve").click()
    expect(colleague.locator("h2", has_text="Approved")).to_be_visible()

    publish(trainer, item)
    compose(trainer)
    code = invite(trainer)

    candidate = visitor(PHONE, scripts=scripts, language="nl")
    acts.enter_code(candidate, code)
    acts.begin(candidate, language="nl", called="Samira")
    candidate.goto("/sitting/sections/1")
    candidate.locator("form[action$='/sitting/sections/1'] button").click()
    expect(candidate.locator("main")).to_contain_text("Goedenavond!")
    candidate.get_by_text("Goedemorgen!").click()
    acts.send(candidate)
    expect(candidate.locator("main")).not_to_contain_text("Goedenavond!")
