"""GIFT: what each kind of question becomes, and what is said about what is changed or lost."""

from decimal import Decimal
from fractions import Fraction

import pytest

from question_banks.content import ItemContent
from question_banks.formats.gift import read_gift
from question_banks.formats.gift_scoring import read_range, whole_points
from question_banks.formats.pasted import PastedQuestion
from question_banks.interactions import (
    ChoiceInteraction,
    ExtendedTextInteraction,
    MatchInteraction,
    NumericInteraction,
    Option,
    TextEntryInteraction,
)
from question_banks.rules import MapRule, MatchRule, NumberRule, PairsRule, PerOptionRule, RatedRule, Rule, TextRule


def read_one(text: str, language: str = "fr") -> PastedQuestion:
    (question,) = read_gift(text, language=language)
    return question


def content_of(text: str) -> ItemContent:
    question = read_one(text)
    assert question.content is not None, question.refusal
    return question.content


def rule_of(text: str) -> Rule:
    return content_of(text).rules["r1"]


def notes_of(question: PastedQuestion) -> list[tuple[int, str]]:
    return [(note.line, note.message.format(**note.values)) for note in question.notes]


def refusal_of(text: str) -> tuple[int, str]:
    question = read_one(text)
    assert question.content is None
    assert question.refusal is not None
    return question.refusal.line, question.refusal.message.format(**question.refusal.values)


def options(*texts: str) -> tuple[Option, ...]:
    return tuple(Option(id=key, text={"fr": text}) for key, text in zip("abcdef", texts, strict=False))


def test_choice_is_read_with_key_name_and_source() -> None:
    text = "::Capitale::\nQuelle est la capitale ? {\n~Anvers\n=Bruxelles\n~Liège}"

    question = read_one(text)

    assert question == PastedQuestion(
        source=text,
        line=1,
        title="Capitale",
        content=ItemContent(
            languages=("fr",),
            interactions=(
                ChoiceInteraction(
                    id="r1",
                    prompt={"fr": "Quelle est la capitale ?"},
                    options=options("Anvers", "Bruxelles", "Liège"),
                ),
            ),
            rules={"r1": MatchRule(key=frozenset({"b"}))},
        ),
    )


@pytest.mark.parametrize("answers", ["{~a =b}", "{=b ~a}", "{ ~a ~=b }", "{~a\n~= b}", "{~a =%100%b}"])
def test_single_choice_has_the_option_with_the_equals_sign_as_key(answers: str) -> None:
    content = content_of(f"Q? {answers}")

    (interaction,) = content.interactions
    assert isinstance(interaction, ChoiceInteraction)
    right = content.rules["r1"].key  # type: ignore[union-attr]
    assert [one.text["fr"] for one in interaction.options if one.id in right] == ["b"]
    assert sorted(one.text["fr"] for one in interaction.options) == ["a", "b"]


def test_missing_word_becomes_a_list_inside_the_text() -> None:
    content = content_of("Grant est {~né =enterré ~vivant} ici.")

    assert content.body == {"fr": "Grant est {{r1}} ici."}
    assert content.interactions == (
        ChoiceInteraction(id="r1", options=options("né", "enterré", "vivant"), look="dropdown"),
    )


@pytest.mark.parametrize(
    ("answers", "rule", "note"),
    [
        (
            "~a ~%50%b =c",
            MapRule(values={"b": 1, "c": 2}, upper=2),
            "The weights 0 %, 50 %, 100 % became 0, 1, 2 points.",
        ),
        (
            "~%25%a ~%50%b =c",
            MapRule(values={"a": 1, "b": 2, "c": 4}, upper=4),
            "The weights 25 %, 50 %, 100 % became 1, 2, 4 points.",
        ),
        (
            "=a =b ~c",
            MapRule(values={"a": 1, "b": 1}, upper=1),
            "Several options are right, and one may be chosen: each of them earns the point.",
        ),
        (
            "=a ~%-25%b",
            MatchRule(key=frozenset({"a"})),
            "Negative weights count as 0: an answer to one option never costs points.",
        ),
    ],
)
def test_weights_of_a_single_choice_become_whole_points(answers: str, rule: Rule, note: str) -> None:
    question = read_one(f"Q? {{{answers}}}")

    assert question.content is not None
    assert question.content.rules == {"r1": rule}
    assert question.content.interactions[0].multiple is False  # type: ignore[union-attr]
    assert notes_of(question) == [(1, note)]


@pytest.mark.parametrize(
    ("answers", "rule", "notes"),
    [
        (
            "~%50%a ~%-50%b ~%50%c ~%-50%d",
            PerOptionRule(key=frozenset({"a", "c"}), points=2),
            [
                "The weights 50 %, -50 %, 50 %, -50 % became 1, -1, 1, -1 points.",
                "The points are right choices less wrong ones, never below 0.",
            ],
        ),
        (
            "~%33.333%a ~%33.333%b ~%33.333%c ~%-100%d",
            MapRule(values={"a": 1, "b": 1, "c": 1, "d": -3}, upper=3),
            ["The weights 33.333 %, 33.333 %, 33.333 %, -100 % became 1, 1, 1, -3 points."],
        ),
        (
            "~%50%a ~b ~%50%c",
            MapRule(values={"a": 1, "c": 1}, upper=2),
            [
                "The weights 50 %, 0 %, 50 % became 1, 0, 1 points.",
                "A wrong choice costs nothing: who chooses everything earns all points.",
            ],
        ),
        (
            "~%33%a ~%33%b ~%34%c ~%-100%d",
            MapRule(values={"a": 1, "b": 1, "c": 1, "d": -3}, upper=3),
            ["The weights 33 %, 33 %, 34 %, -100 % became 1, 1, 1, -3 points, rounded."],
        ),
        ("~a ~b", MatchRule(), ["No option is marked as right. Mark one before you publish the item."]),
        # The sign `=` before `~` says nothing more than the weight does.
        (
            "=~%50%a =~%50%b ~%-50%c",
            PerOptionRule(key=frozenset({"a", "b"}), points=2),
            [
                "The weights 50 %, 50 %, -50 % became 1, 1, -1 points.",
                "The points are right choices less wrong ones, never below 0.",
            ],
        ),
    ],
)
def test_weights_without_equals_sign_make_a_multiple_choice(answers: str, rule: Rule, notes: list[str]) -> None:
    question = read_one(f"Q? {{{answers}}}")

    assert question.content is not None
    assert question.content.rules == {"r1": rule}
    assert question.content.interactions[0].multiple is True  # type: ignore[union-attr]
    assert [note for _, note in notes_of(question)] == notes


def test_true_false_speaks_the_language() -> None:
    question = read_one("Le soleil est une étoile.{T#Si !#Oui.}")

    assert question.content == ItemContent(
        languages=("fr",),
        interactions=(
            ChoiceInteraction(
                id="r1",
                prompt={"fr": "Le soleil est une étoile."},
                options=(Option(id="true", text={"fr": "Vrai"}), Option(id="false", text={"fr": "Faux"})),
                shuffle=False,
            ),
        ),
        rules={"r1": MatchRule(key=frozenset({"true"}))},
        rationale={"fr": "Faux: Si !\n\nVrai: Oui."},
    )


def test_true_false_in_a_language_without_words_says_so() -> None:
    question = read_one("Q.{F}", language="uk")

    assert notes_of(question) == [(1, "The options “True” and “False” are in English. Translate them.")]


@pytest.mark.parametrize("written", ["t", "True", "VRAI"])
def test_other_words_than_true_and_false_are_short_answers(written: str) -> None:
    assert rule_of(f"Q? {{{written}}}") == TextRule(accept={"fr": (written,)}, ignore=frozenset({"case"}))


def test_short_answer_keeps_full_credit_alone_and_names_the_rest() -> None:
    question = read_one("Q? {\n=Nazareth#Oui\n=%75%Nazereth\n=%0%*#Non\n=nazareth}")

    assert question.content is not None
    assert question.content.rules["r1"] == TextRule(accept={"fr": ("Nazareth", "nazareth")}, ignore=frozenset({"case"}))
    assert question.content.rationale == {"fr": "Nazareth: Oui\n\n\\*: Non"}
    assert notes_of(question) == [
        (3, "“Nazereth” earned 75 %. Here an answer is right or wrong: it is not accepted."),
        (1, "Feedback was kept in the explanation for colleagues. Candidates do not see it."),
    ]


@pytest.mark.parametrize("text", ["_____ est grand. {=Paris}", "{=Paris} est grand."])
def test_blank_in_the_text_is_the_place_of_the_answer(text: str) -> None:
    content = content_of(text)

    assert content.body == {"fr": "{{r1}} est grand."}
    assert content.interactions == (TextEntryInteraction(id="r1", width=10),)


@pytest.mark.parametrize(
    ("answers", "key", "tolerance"),
    [
        ("#3", "3", "0"),
        ("#-3.5:0.5", "-3.5", "0.5"),
        ("#3,14:0,01", "3.14", "0.01"),
        ("#1..5", "3", "2"),
        ("#-3.142..-3.141", "-3.1415", "0.0005"),
        ("# =1822:0#ok", "1822", "0"),
        ("#=1e3", "1000", "0"),
        ("#3:2~#faux", "3", "2"),
        ("#=%0%5:0 =%100%9:0", "9", "0"),
    ],
)
def test_number_is_read_with_its_margin(answers: str, key: str, tolerance: str) -> None:
    content = content_of(f"Combien ? {{{answers}}}")

    assert content.interactions == (NumericInteraction(id="r1", prompt={"fr": "Combien ?"}),)
    assert content.rules == {"r1": NumberRule(key=Decimal(key), tolerance=Decimal(tolerance))}


def test_second_number_is_named_with_its_line() -> None:
    question = read_one("Quand ? {#\n=1822:0\n=%50%1822:2}")

    assert rule_of(question.source) == NumberRule(key=Decimal(1822))
    assert notes_of(question) == [(3, "“1822:2” (50 %) is not accepted: a number has one right value and a margin.")]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("4..2", (Decimal(3), Decimal(1))),
        ("1:", (Decimal(1), Decimal(0))),
        ("", None),
        ("x", None),
        ("NaN", None),
        ("1..", None),
        ("1:x", None),
        ("9" * 40, None),
    ],
)
def test_read_range_takes_numbers_alone(written: str, read: tuple[Decimal, Decimal] | None) -> None:
    assert read_range(written) == read


def test_matching_has_a_row_a_pair_and_extra_options() -> None:
    content = content_of("Reliez. {=Canada -> Ottawa =Italie->Rome =France->Rome = -> Paris}")

    assert content.interactions == (
        MatchInteraction(
            id="r1",
            prompt={"fr": "Reliez."},
            rows=tuple(
                Option(id=f"r{n}", text={"fr": text}) for n, text in enumerate(("Canada", "Italie", "France"), 1)
            ),
            options=tuple(
                Option(id=f"c{n}", text={"fr": text}) for n, text in enumerate(("Ottawa", "Rome", "Paris"), 1)
            ),
        ),
    )
    assert content.rules == {"r1": PairsRule(key=frozenset({("r1", "c1"), ("r2", "c2"), ("r3", "c2")}))}


def test_empty_braces_make_an_essay() -> None:
    question = read_one("Décrivez. {####Un corrigé}")

    assert question.content is not None
    assert question.content.interactions == (ExtendedTextInteraction(id="r1", prompt={"fr": "Décrivez."}),)
    assert question.content.rules == {"r1": RatedRule()}
    assert question.content.rationale == {"fr": "Un corrigé"}
    assert notes_of(question)[0] == (
        1,
        "A person rates this answer. Write the criteria before you publish the item.",
    )


def test_several_gaps_become_one_item() -> None:
    question = read_one("Paris est en {1:MC:=France~Belgique}, a {#2:0.5} millions de gens et la {:SAC:=Seine}.")

    assert question.content is not None
    assert question.content.body == {"fr": "Paris est en {{r1}}, a {{r2}} millions de gens et la {{r3}}."}
    assert question.content.interactions == (
        ChoiceInteraction(id="r1", options=options("France", "Belgique"), look="dropdown"),
        NumericInteraction(id="r2"),
        TextEntryInteraction(id="r3", width=10),
    )
    assert question.content.rules == {
        "r1": MatchRule(key=frozenset({"a"})),
        "r2": NumberRule(key=Decimal(2), tolerance=Decimal("0.5")),
        "r3": TextRule(accept={"fr": ("Seine",)}),
    }


def test_escaped_signs_are_text() -> None:
    content = content_of(r"a \{b\} \= c\: \~ \# \\ {~\= 2 + 2 =\~\#}")

    (interaction,) = content.interactions
    assert interaction.prompt == {"fr": r"a {b} = c: ~ # \ ".strip()}
    assert interaction.options == options("= 2 + 2", "~#")  # type: ignore[union-attr]


def test_written_line_break_makes_a_paragraph_or_a_line() -> None:
    content = content_of(r"Lisez.\n\n1 pomme\n2 poires\n\nCombien ? {#3}")

    assert content.body == {"fr": "Lisez.\n\n1 pomme\\\n2 poires"}
    assert content.interactions[0].prompt == {"fr": "Combien ?"}


def test_signs_of_markdown_in_plain_text_stay_signs() -> None:
    content = content_of(r"\# pas un titre : *a* et {=x} \{\{r1\}\} `b`")

    assert content.body == {"fr": r"\# pas un titre : \*a\* et {{r1}} {\{r1}} \`b\`"}


def test_html_becomes_markdown_and_what_is_lost_is_named() -> None:
    question = read_one(
        '[html]<p>Lisez <b>ceci</b> :</p><img src\\="a/plan.png"><p>Où ? <a href\\="https\\://x.be">ici</a></p>'
        "{=<b>là</b>#<script>x</script>oui ~<img src\\=y.png> ~non}"
    )

    assert question.content is not None
    assert question.content.body == {"fr": "Lisez **ceci** :"}
    (interaction,) = question.content.interactions
    assert interaction.prompt == {"fr": "Où ? ici"}
    assert interaction.options == options("là", "… (2)", "non")  # type: ignore[union-attr]
    assert question.content.rationale == {"fr": "là: oui"}
    assert [note for _, note in notes_of(question)] == [
        "The formatting of an answer was dropped, its words stay.",
        "The picture “y.png” could not be taken along. Add it to the item.",
        "An option without words is shown as “…”. Write what it says.",
        "The picture “plan.png” could not be taken along. Add it to the item.",
        "Links were dropped, their words stay.",
        "Feedback was kept in the explanation for colleagues. Candidates do not see it.",
    ]


def test_tags_in_text_that_is_no_html_stay_and_are_named() -> None:
    question = read_one("Que fait <b>x</b> ? {=gras ~rien}")

    assert question.content is not None
    assert question.content.interactions[0].prompt == {"fr": "Que fait <b>x</b> ?"}
    assert notes_of(question) == [
        (1, "HTML tags are shown as they are written. Write [html] before the text if they are meant as such.")
    ]


def test_number_sign_at_the_start_of_an_option_is_part_of_it() -> None:
    question = read_one("Rouge ? {=#ff0000 ~#00ff00}")

    assert question.content is not None
    assert question.content.interactions[0].options == options("#ff0000", "#00ff00")  # type: ignore[union-attr]
    assert notes_of(question) == [(1, "“#” at the start of an option was read as part of it.")]


def test_category_and_labels_become_tags() -> None:
    text = "$CATEGORY: $course$/top/Pain\n\n// [id:3] [tag:facile]\nA?{T}\n\nB?{F}\n"

    first, second = read_gift(text, language="fr")

    assert first.content is not None
    assert second.content is not None
    assert (first.line, first.content.tags, second.line, second.content.tags) == (3, ("facile", "Pain"), 6, ("Pain",))
    assert notes_of(first) == [(1, "The category “$course$/top/Pain” became a tag.")]
    assert notes_of(second) == []


def test_blank_line_in_braces_is_passed_over() -> None:
    text = "A? {\n=x\n\n~y\n}\n\nB? {T}"

    first, second = read_gift(text, language="fr")

    assert (first.source, second.source) == ("A? {\n=x\n\n~y\n}", "B? {T}")
    assert notes_of(first) == [(1, "A blank line inside the braces was passed over.")]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("Rien à répondre.", 1, "This text asks nothing: it has no answers in braces."),
        ("A?\n{=x\n~y", 2, "The braces do not pair. Write a backslash before each brace that is part of the text."),
        ("A? {={x} ~y}", 1, "The braces do not pair. Write a backslash before each brace that is part of the text."),
        ("A?\n} {=x}", 2, "The braces do not pair. Write a backslash before each brace that is part of the text."),
        ("A? {~x}", 1, "A choice needs two options or more."),
        ("A? {#\n=x}", 2, "“x” is no number. Write 3.14, 3.14:0.01 or 3..4."),
        ("A? {=%0%x}", 1, "No answer is right."),
        ("A? {#=%0%1}", 1, "No answer is right."),
        ("A? {=a->b\n=c}", 2, "A pair has no “->”."),
        ("A? {=a->b}", 1, "Matching needs two pairs or more, each with both its sides."),
        ("A? {=a->b =c->}", 1, "Matching needs two pairs or more, each with both its sides."),
        ("{T}", 1, "The question has no text."),
        ("A {} b {=c}", 1, "Only short answers, numbers and choices of one option can be gaps in the same text."),
        ("A? {" + "~x" * 41 + "}", 1, "There are more than 40 options or answers."),
        ("A {=x}" * 41, 1, "There are more than 40 gaps."),
        ("A? {T}" + "x" * 20_000, 1, "The question is longer than 20000 signs."),
        ("$CATEGORY: x", 1, "A category, and no question follows it."),
    ],
)
def test_question_that_cannot_be_read_says_why_and_where(text: str, line: int, message: str) -> None:
    assert refusal_of(text) == (line, message)


def test_name_is_the_question_when_there_is_no_other_text() -> None:
    question = read_one("::2 + 2 ?::{#4}")

    assert question.content is not None
    assert question.content.interactions[0].prompt == {"fr": "2 + 2 ?"}
    assert notes_of(question) == [(1, "The name is shown as the question, since there is no other text.")]


@pytest.mark.parametrize(
    ("credits_", "points", "exact"),
    [
        ([1], (1,), True),
        ([Fraction(1, 3), Fraction(2, 3)], (1, 2), True),
        ([Fraction("0.333"), 1], (1, 3), True),
        ([Fraction("0.9"), Fraction("0.1")], (9, 1), True),
        ([Fraction("0.837"), 1], (5, 6), False),
        ([Fraction("0.525"), Fraction("0.475"), Fraction("-0.07")], (6, 5, -1), False),
        ([Fraction("0.01"), Fraction(0), Fraction("-0.01")], (1, 0, -1), False),
    ],
)
def test_whole_points_keeps_proportions(credits_: list[Fraction], points: tuple[int, ...], exact: bool) -> None:
    assert whole_points([Fraction(one) for one in credits_]) == (points, exact)


@pytest.mark.parametrize("text", ["", " \n\n", "// a comment alone\n\n"])
def test_text_without_questions_gives_none(text: str) -> None:
    assert list(read_gift(text, language="fr")) == []
