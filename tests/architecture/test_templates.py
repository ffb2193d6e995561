"""Templates: strict, reachable, nothing inline, every visible word in three languages."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from jinja2 import StrictUndefined, nodes

import assess
import question_banks
import scoring
import storage
import web
from scripts import catalogues
from storage.wording import Refusal
from web.i18n import LANGUAGES
from web.notices import NOTICES
from web.rendering import environment

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "web" / "templates"
TEMPLATES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.html"))
PYTHON = sorted(path for floor in catalogues.FLOORS for path in (ROOT / floor).rglob("*.py"))

# The name, and signs that are the same in every language.
SAME_EVERYWHERE = {"Paraat", "nbsp", "times", "amp", "mdash", "ndash", "middot", "rarr", "larr"}
# The same word in that language, or a name.
MAY_STAY_ENGLISH = {
    "fr": {
        "Code",
        "Question",
        "Questions",
        "Menu",
        "Pause",
        "pause",
        "Message",
        "Date",
        "Type",
        "Tags",
        "Version",
        "Notifications",
    },
    "nl": {
        "Code",
        "Start",
        "Menu",
        "Tags",
        "Type",
        "Item",
        "Items",
        "item",
        "items",
        "Test",
        "Week",
        "Trainer",
        "Links",
        "Open",
        "open",
    },
}
READ_ALOUD = re.compile(r"""\s(?:alt|title|placeholder|aria-label|data-label|label|content)\s*=\s*("[^"]*"|'[^']*')""")
TAG = re.compile(r"""<(?:[^<>"']|"[^"]*"|'[^']*')*>""")
ATTRIBUTE = re.compile(r"""\s[\w:-]+=(?:"[^"]*"|'[^']*')""")
# Blocks of base.html that stand inside a tag.
MACHINE_BLOCK = re.compile(r"{%-? block (?:body_class|main_class|robots) -?%}.*?{%-? endblock -?%}")
MACHINE_META = re.compile(r"<meta [^>]*>")
INLINE = re.compile(r"<style\b|<script\b(?![^>]*\bsrc=)|\sstyle\s*=|\son[a-z]+\s*=|javascript:", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]{2,}")
SENTENCE = re.compile(r"[A-Z][\w’'-]*(?: [\w’'“”(),-]+)+[.?!:]?|[A-Z][a-z]+[.?!:]?")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w*\}")


def markup_of(source: str) -> str:
    """Return the HTML of a template: no expressions, no comments, nothing that is translated."""
    source = MACHINE_BLOCK.sub(" ", source)
    outside, depth, begins = [], 0, False
    for _, kind, value in environment().lex(source):
        if kind == "block_begin":
            begins = True
        elif kind == "name" and begins:
            begins = False
            depth += {"trans": 1, "endtrans": -1}.get(value, 0)
        elif kind in ("data", "raw_data") and depth == 0:
            outside.append(value)
        elif kind in ("variable_begin", "block_end"):
            outside.append(" ")
    return re.sub(r"<!--.*?-->|<!doctype[^>]*>", " ", "".join(outside), flags=re.DOTALL)


def visible_words(source: str) -> list[str]:
    """Return the words that a reader would see or hear and that no translation covers."""
    html = MACHINE_META.sub(" ", markup_of(source))
    heard = " ".join(READ_ALOUD.findall(html))
    seen = ATTRIBUTE.sub(" ", TAG.sub(" ", html))
    return [word for word in WORD.findall(f"{heard} {seen}") if word not in SAME_EVERYWHERE]


def untranslated_constants(tree: nodes.Template) -> Iterator[str]:
    """Yield sentences that are written as strings in expressions, outside `_()`."""
    covered = {
        id(constant)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in ("_", "gettext", "ngettext")
        for constant in call.find_all(nodes.Const)
    }
    for constant in tree.find_all(nodes.Const):
        if isinstance(constant.value, str) and id(constant) not in covered and SENTENCE.fullmatch(constant.value):
            yield constant.value


def names_in(tree: nodes.Template) -> set[str]:
    """Return the templates that a template extends, includes or imports."""
    joined: list[nodes.Extends | nodes.Include | nodes.Import | nodes.FromImport] = [
        *tree.find_all(nodes.Extends),
        *tree.find_all(nodes.Include),
        *tree.find_all(nodes.Import),
        *tree.find_all(nodes.FromImport),
    ]
    templates = [node.template for node in joined]
    return {
        str(constant.value)
        for template in templates
        for constant in ([template] if isinstance(template, nodes.Const) else template.find_all(nodes.Const))
    }


def source_of(name: str) -> str:
    return (FOLDER / name).read_text()


def test_environment_refuses_what_a_page_forgot_to_pass() -> None:
    assert environment().undefined is StrictUndefined
    assert len(TEMPLATES) >= 30


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_compiles(name: str) -> None:
    assert environment().get_template(name).name == name


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_holds_no_style_or_script(name: str) -> None:
    assert INLINE.findall(markup_of(source_of(name))) == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_has_every_visible_word_translated(name: str) -> None:
    words = visible_words(source_of(name))
    constants = list(untranslated_constants(environment().parse(source_of(name))))

    assert (words, constants) == ([], [])


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ("<p>{% trans %}Hello{% endtrans %}</p>", []),
        ("<p>{% if x %}{% trans n=1 %}One{% pluralize %}{{ n }} many{% endtrans %}{% endif %} more</p>", ["more"]),
        ('<img alt="A cat">', ["cat"]),
        ('<a class="govuk-link" href="/x">{{ _("Go") }}</a> Paraat – 3 &nbsp;', []),
        ("{# a comment #}<!-- another -->", []),
    ],
)
def test_visible_words_are_found(source: str, words: list[str]) -> None:
    assert visible_words(source) == words


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('<p style="color: red">', [" style="]),
        ("<script>alert()</script>", ["<script"]),
        ('<a href="javascript:x">', ["javascript:"]),
        ('<button onclick="x">', [" onclick="]),
        ('<script src="/static/x.js"></script>{% set one = 1 %}', []),
    ],
)
def test_inline_style_and_script_are_found(source: str, found: list[str]) -> None:
    assert INLINE.findall(markup_of(source)) == found


@pytest.mark.parametrize(
    ("source", "constants"),
    [
        ('{{ button("Send it now") }}{{ tag("Closed") }}', ["Send it now", "Closed"]),
        ('{{ button(_("Send it now"), kind="warning", href=url("start.index")) }}', []),
        ('{{ _("Admin") if x == "admin" else _("Trainer") }}', []),
    ],
)
def test_untranslated_constants_are_found(source: str, constants: list[str]) -> None:
    assert list(untranslated_constants(environment().parse(source))) == constants


def test_every_template_is_reachable() -> None:
    python = "\n".join(path.read_text() for path in PYTHON)
    trees = {name: environment().parse(source_of(name)) for name in TEMPLATES}

    reached, waiting = set(), [name for name in TEMPLATES if f'"{name}"' in python]
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting += names_in(trees[name]) - reached

    assert reached
    assert sorted(set(TEMPLATES) - reached) == []
    assert sorted(reached - set(TEMPLATES)) == []


def test_every_fragment_has_one_root_that_bears_its_name() -> None:
    # The frame's own parts are no fragments: nothing asks for them alone.
    python = "\n".join(path.read_text() for path in PYTHON)
    fragments = [name for name in TEMPLATES if Path(name).name.startswith("_") and f'fragment="{name}"' in python]

    ids = {
        name: re.findall(r'<(?:div|section|ul|ol|table|form|p)\b[^>]*\bid="([^"]+)"', source_of(name))[:1]
        for name in fragments
    }

    assert fragments
    assert ids == {name: [Path(name).stem.removeprefix("_")] for name in fragments}


def test_every_notice_that_a_page_names_has_a_sentence() -> None:
    named = {key for path in PYTHON for key in re.findall(r'notice="([\w-]+)"', path.read_text())}

    assert named
    assert named - NOTICES.keys() == set()


def subclasses(kind: type[Exception]) -> Iterator[type[Exception]]:
    for below in kind.__subclasses__():
        yield below
        yield from subclasses(below)


def test_every_refusal_is_marked_for_translation() -> None:
    for floor in (storage, question_banks, scoring, assess, web):
        for module in pkgutil.walk_packages(floor.__path__, f"{floor.__name__}."):
            importlib.import_module(module.name)
    refusals = {kind.__name__ for kind in subclasses(Refusal)}

    bare = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in PYTHON
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in refusals
        and call.args
        and isinstance(call.args[0], ast.Constant | ast.JoinedStr)
    ]

    assert len(refusals) >= 10
    assert bare == []


@pytest.fixture(scope="module")
def sentences() -> list[Message]:
    return [message for message in catalogues.extract() if message.id]


def forms(text: object) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, list | tuple) else (str(text),)


def test_catalogues_are_of_the_languages_of_the_pages() -> None:
    assert {*catalogues.LANGUAGES, "en"} == LANGUAGES.keys()


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_catalogue_has_exactly_the_sentences_of_the_code(language: str, sentences: list[Message]) -> None:
    wanted = {(message.id, message.context) for message in sentences}

    kept = {(message.id, message.context) for message in catalogues.read(language) if message.id}

    assert len(wanted) >= 400
    assert (sorted(map(str, wanted - kept)), sorted(map(str, kept - wanted))) == ([], []), "run scripts/catalogues.py"


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_catalogue_has_every_sentence_translated(language: str, sentences: list[Message]) -> None:
    kept = {(message.id, message.context): message for message in catalogues.read(language)}

    missing = [
        message.id
        for message in sentences
        if (found := kept.get((message.id, message.context))) is None or not catalogues.is_translated(found)
    ]

    assert missing == []


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_translation_has_the_values_of_its_sentence(language: str) -> None:
    translated = [one for one in catalogues.read(language) if one.id and any(forms(one.string))]

    wrong = [
        (message.id, form)
        for message in translated
        for form in forms(message.string)
        # "One day" may say its number in words, so a form has the values of the singular or of the plural.
        if sorted(set(PLACEHOLDER.findall(form)))
        not in [sorted(set(PLACEHOLDER.findall(source))) for source in forms(message.id)]
        and form
    ]

    assert wrong == []


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_translation_is_no_copy_of_the_english_sentence(language: str) -> None:
    copied = [
        message.id
        for message in catalogues.read(language)
        if message.id
        and forms(message.id) == forms(message.string)[: len(forms(message.id))]
        and WORD.search(PLACEHOLDER.sub("", forms(message.id)[0]))
        and not set(WORD.findall(PLACEHOLDER.sub("", " ".join(forms(message.id))))) <= MAY_STAY_ENGLISH[language]
        and len(WORD.findall(PLACEHOLDER.sub("", forms(message.id)[0]))) > 2
    ]

    assert copied == []
