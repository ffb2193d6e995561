"""Elements: every text of an item at a path, and other texts put there."""

from question_banks.content import ItemContent, Media
from question_banks.elements import (
    damage,
    list_elements,
    missing_elements,
    replace_texts,
    restore,
    without_language,
)
from question_banks.interactions import (
    ChoiceInteraction,
    CTestInteraction,
    Interaction,
    MatchInteraction,
    Option,
    TextEntryInteraction,
)
from question_banks.rules import Criterion, CTestRule, MatchRule, PairsRule, RatedRule, TextRule


def item(*interactions: Interaction, **rest: object) -> ItemContent:
    return ItemContent(languages=("fr", "nl"), interactions=interactions, **rest)  # type: ignore[arg-type]


CHOICE = ChoiceInteraction(
    id="r1", prompt={"fr": "Combien ?"}, options=(Option(id="a", text={"fr": "un", "nl": "een"}), Option(id="b"))
)


def test_elements_are_named_by_stable_paths_in_reading_order() -> None:
    match = MatchInteraction(
        id="r2", rows=(Option(id="x", text={"fr": "X"}),), options=(Option(id="y", text={"nl": "Y"}),)
    )
    content = item(
        CHOICE,
        match,
        body={"fr": "Corps"},
        media=(Media(id="m1", kind="image", alt={"fr": "Une porte"}),),
        rules={
            "r1": MatchRule(key=frozenset({"a"})),
            "r2": PairsRule(),
            "r3": RatedRule(criteria=(Criterion(id="c1", text={"fr": "Clarté"}),)),
            "r4": TextRule(accept={"fr": ("pain", "le pain")}),
        },
        rationale={"nl": "Omdat"},
    )

    found = {element.path: element.texts for element in list_elements(content)}

    assert list(found) == [
        "body",
        "m1.alt",
        "r1.prompt",
        "r1.options.a",
        "r2.rows.x",
        "r2.options.y",
        "r3.criteria.c1",
        "rationale",
        "r4.accept",
    ]
    assert (found["r1.options.a"], found["r4.accept"]) == ({"fr": "un", "nl": "een"}, {"fr": "pain\nle pain"})


def test_texts_are_replaced_at_their_path_and_the_other_language_stays() -> None:
    content = item(CHOICE, TextEntryInteraction(id="r2"), rules={"r2": TextRule(accept={"fr": ("pain",)})})

    changed = replace_texts(
        content, {"r1.options.a": {"nl": "één"}, "r2.accept": {"nl": " brood \n\n het brood"}, "r9.prompt": {"fr": "?"}}
    )

    texts = {element.path: element.texts for element in list_elements(changed)}
    assert texts["r1.options.a"] == {"fr": "un", "nl": "één"}
    assert changed.rules["r2"] == TextRule(accept={"fr": ("pain",), "nl": ("brood", "het brood")})
    assert replace_texts(content, {}) is content


def test_missing_elements_are_those_with_a_text_in_another_language() -> None:
    content = item(CHOICE, body={"fr": "", "nl": " "})

    assert [element.path for element in missing_elements(content, "nl")] == ["r1.prompt"]


def test_one_language_is_left_when_the_others_are_taken_out() -> None:
    content = item(
        CHOICE,
        TextEntryInteraction(id="r2"),
        rules={"r2": TextRule(accept={"fr": ("pain",), "nl": ("brood",)})},
    )

    kept = without_language(content, ("nl",))

    assert (kept.languages, kept.rules["r2"]) == (("nl",), TextRule(accept={"nl": ("brood",)}))
    assert {language for element in list_elements(kept) for language in element.texts} == {"nl"}


def test_passage_of_a_c_test_is_written_with_its_endings_in_brackets() -> None:
    damaged, endings = damage("Le boul[anger] fait du pa[in].")

    assert (damaged, endings) == ("Le boul{{g1}} fait du pa{{g2}}.", ("anger", "in"))
    assert restore(damaged, {"g1": ("anger",), "g2": ("in", "ins")}) == "Le boul[anger] fait du pa[in]."


def test_rewritten_passage_of_a_c_test_keeps_further_spellings_of_its_endings() -> None:
    content = item(
        CTestInteraction(id="r1", passage={"fr": "Le pa{{g1}}."}, gaps=("g1",)),
        rules={"r1": CTestRule(accept={"fr": {"g1": ("in", "ins")}})},
    )

    changed = replace_texts(content, {"r1.passage": {"fr": "Du b[on] pa[in]."}})

    assert changed.interactions[0] == CTestInteraction(
        id="r1", passage={"fr": "Du b{{g1}} pa{{g2}}."}, gaps=("g1", "g2")
    )
    assert changed.rules["r1"] == CTestRule(accept={"fr": {"g1": ("on",), "g2": ("in", "ins")}})
    assert list_elements(changed)[0].texts == {"fr": "Du b[on] pa[in]."}


def test_criteria_are_read_by_raters_alone() -> None:
    criteria = RatedRule(criteria=(Criterion(id="c1", text={"fr": "Clarté"}),))
    content = item(CHOICE, rules={"r1": criteria})

    hidden = [element.path for element in list_elements(content) if not element.shown]

    assert hidden == ["r1.criteria.c1"]
    assert "r1.criteria.c1" not in [element.path for element in missing_elements(content, "nl")]
