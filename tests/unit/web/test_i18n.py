"""Languages: which one a request wants, and how dates and numbers are written in it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from web import i18n

MOMENT = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)


@pytest.fixture(params=["fr", "nl", "en"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    token = i18n.current.set(request.param)
    yield request.param
    i18n.current.reset(token)


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("nl", "nl"),
        ("nl-BE,nl;q=0.9,en;q=0.8", "nl"),
        ("en-GB", "en"),
        ("FR", "fr"),
        ("de,nl;q=0.5,en;q=0.7", "en"),
        ("en;q=0.1, nl;q=0.9", "nl"),
        ("de", "fr"),
        ("*", "fr"),
        ("", "fr"),
        (";;;q=,=", "fr"),
        ("nl;q=abc", "fr"),
        ("x" * 100_000, "fr"),
    ],
)
def test_preferred_language_is_the_best_that_we_speak(accepted: str, expected: str) -> None:
    assert i18n.preferred(accepted) == expected


def test_day_is_the_day_in_brussels(language: str) -> None:
    # 22:30 in Greenwich is 23:30 in Brussels in winter; an hour later it is the next day there.
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)

    written = [i18n.day(MOMENT), i18n.day(late), i18n.day(date(2026, 11, 23))]

    days = {"fr": "novembre 2026", "nl": "november 2026", "en": "November 2026"}
    assert written == [f"{number} {days[language]}" for number in (23, 24, 23)]


def test_hour_and_clock_are_brussels_time(language: str) -> None:
    month = {"fr": "novembre", "nl": "november", "en": "November"}[language]

    written = [i18n.clock(MOMENT), i18n.hour(MOMENT)]

    assert written == ["23:30", f"23 {month} 2026 23:30"]


def test_number_has_the_separators_that_belgium_uses(language: str) -> None:
    spaced = i18n.number(1234.5, 1).replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")

    assert spaced == {"fr": "1 234,5", "nl": "1.234,5", "en": "1.234,5"}[language]


def test_gettext_fills_in_values_and_leaves_the_empty_sentence_empty(language: str) -> None:
    # Without the guard gettext gives the header of the catalogue for "".
    assert i18n.gettext("") == ""
    assert i18n.gettext("zz {name} zz", name="{Zoé} %s") == "zz {Zoé} %s zz"
    assert i18n.gettext("zz {braces} stay without values") == "zz {braces} stay without values"


def test_ngettext_counts(language: str) -> None:
    assert [i18n.ngettext("{count} zz", "{count} zzs", count) for count in (1, 2)] == ["1 zz", "2 zzs"]


def test_language_without_catalogue_speaks_english() -> None:
    token = i18n.current.set("en")

    sentence = i18n.gettext("Sign in to see this page.")

    i18n.current.reset(token)
    assert sentence == "Sign in to see this page."


def test_french_punctuation_stays_on_the_line_of_its_word() -> None:
    token = i18n.current.set("fr")

    said = [
        i18n.gettext("Is it fair? Languages and groups compared"),
        i18n.gettext("Harder for “{group}” at the same ability: look at option {option}.", group="A", option="b"),
    ]
    i18n.current.reset(token)

    assert [one.replace("\N{NO-BREAK SPACE}", "~") for one in said] == [
        "Est-ce équitable~? Comparaison des langues et des groupes",
        "Plus difficile pour «~A~» à aptitude égale~: regardez l’option b.",
    ]
