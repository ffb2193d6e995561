"""What is said of items and of the trust that levels deserve, in plain words."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from assess.item_figures import BankAnalysis, Reliability
from assess.item_verdicts import CODES, Verdict
from assess.level_precision import BorderPrecision, LevelPrecision
from scoring.classical.reliability import alpha
from web import i18n
from web.analysis_figures import of_hundred
from web.analysis_trust import reliability_words, trust_of
from web.analysis_words import GROUPS, SHORT, difference_sentence, verdict_words

TURNS = Verdict("turns", 2, language="nl", other="fr", values={"turns_at": 0.34, "weaker": 0.63})


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    token = i18n.current.set("en")
    yield
    i18n.current.reset(token)


def analysis(right: float | None, uncalibrated: int = 0) -> BankAnalysis:
    borders = (BorderPrecision("2", -1.0, 0.9, 0.5, 0.75), BorderPrecision("3", 0.2, 0.84, 0.5, 0.75))
    levels = None if right is None else LevelPrecision(600, right, 0.99, 0.6, borders)
    return BankAnalysis(
        600, 600, 0, Reliability(None, 0.72), 0.0, 1.0, (), (), (), levels=levels, uncalibrated=uncalibrated
    )


def test_difference_that_turns_is_said_of_weaker_and_stronger_people() -> None:
    assert verdict_words(TURNS).sentence == (
        "For weaker people it is harder in Dutch than in French, for stronger people it is easier: compare the texts. "
        "It turns at an ability that 63 of 100 people do not reach (theta 0,3)."
    )
    assert difference_sentence(TURNS, {"nl": "Night", "fr": "Day"}, GROUPS).startswith(
        "Among weaker people it is harder for “Night” than for “Day”, among stronger people it is easier: "
    )


@pytest.mark.parametrize(
    ("most_for", "option", "expected"),
    [
        (None, "", "Harder in Dutch for people of the same ability: compare the texts."),
        (None, "c", "Harder in Dutch for people of the same ability: look at option c."),
        (
            "weaker",
            "",
            "Harder in Dutch for people of the same ability: compare the texts. The difference is largest among weaker people.",
        ),
        (
            "stronger",
            "c",
            "Harder in Dutch for people of the same ability: look at option c. The difference is largest among stronger people.",
        ),
    ],
)
def test_harder_in_one_language_says_where_to_look_and_among_whom(
    most_for: str | None, option: str, expected: str
) -> None:
    verdict = replace(Verdict("harder_in", 3, option=option, language="nl"), most_for=most_for)  # type: ignore[arg-type]

    assert verdict_words(verdict).sentence == expected


def test_every_verdict_has_words() -> None:
    plain = [code for code in CODES if code not in ("turns", "harder_in")]

    assert tuple(SHORT) == CODES
    assert [code for code in plain if not verdict_words(Verdict(code, 1, option="b")).sentence] == []
    assert verdict_words(Verdict("able_take", 3, option="b")).sentence == (
        "The ablest take option b, not the key: check the key."
    )


@pytest.mark.parametrize(
    ("right", "tag", "use"),
    [
        (0.851, "sure", "Good enough to say where one person stands."),
        (0.797, "sure", "Good enough to say where one person stands."),
        (0.68, "moderately sure", "Good enough for a first impression of one person."),
        (0.593, "unsure", "Too unsure to decide anything about one person:"),
    ],
)
def test_trust_goes_by_the_share_of_right_levels_as_it_is_written(right: float, tag: str, use: str) -> None:
    found = trust_of(analysis(right))

    assert found.tag is not None
    assert (found.tag.text, len(found.sentences)) == (tag, 3)
    assert found.sentences[0] == (
        f"The level is right for about {of_hundred(right)} of 100 people, and right or one level off for 99."
    )
    assert found.sentences[1].startswith(use)
    assert found.sentences[2] == (
        "It is least sure where level 3 begins: 16 of 100 people land on the wrong side of it."
    )
    assert [(one.level, one.theta, one.right, one.error, one.reliability) for one in found.borders] == [
        ("2", "-1,0", "90 %", "0,50", "0,75"),
        ("3", "0,2", "84 %", "0,50", "0,75"),
    ]


def test_without_levels_only_the_order_of_people_is_judged() -> None:
    found = trust_of(analysis(None))

    assert (found.tag, found.borders, found.basis) == (None, (), "")
    assert found.sentences == (
        "Another test like this one would put people in roughly the same order: enough to compare groups of people.",
        "How sure a level is cannot be said here: no levels are set for what these questions measure.",
    )


@pytest.mark.parametrize(
    ("marginal", "start"),
    [
        (0.9, "Another test like this one would put people in nearly"),
        (0.8, "Another test like this one would put most people"),
        (0.7, "Another test like this one would put people in roughly"),
        (0.69, "Another test like this one would put many people in another order."),
        (None, "Too few people have answered to say how reliable it is"),
    ],
)
def test_reliability_is_said_as_the_order_of_people(marginal: float | None, start: str) -> None:
    assert reliability_words(Reliability(None, marginal)).startswith(start)


def test_alpha_goes_before_marginal_reliability() -> None:
    same = alpha([[0, 0, 0], [1, 1, 1]] * 30)

    assert reliability_words(Reliability(same, 0.1)) == (
        "Another test like this one would put people in nearly the same order."
    )
