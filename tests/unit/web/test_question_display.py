"""What the page of a question shows of each interaction, and that it shows nothing of the rule."""

import re
from collections.abc import Iterator

import pytest
from markupsafe import Markup

from question_banks.content import ItemContent, Media, StimulusContent
from question_banks.interactions import (
    ChoiceInteraction,
    CTestInteraction,
    NumericInteraction,
    SelectPointInteraction,
    SliderInteraction,
    TextEntryInteraction,
)
from question_banks.responses import field_names, read_response
from question_banks.rules import MatchRule, NumberRule, TextRule, UnscoredRule
from tests.interactions import BELL, KITCHEN, PICTURE, SAMPLES, STEPS, Sample, item, texts
from tests.pages import Page, checked_page
from web import i18n
from web.question_controls import (
    ChoiceControl,
    Control,
    CTestControl,
    FileControl,
    GapsControl,
    KeptFile,
    Mark,
    OrderControl,
    PointsControl,
    RowsControl,
    ScaleControl,
    Slot,
    SpotsControl,
    TextControl,
)
from web.question_display import QuestionDisplay, display_question
from web.question_media import MediaDisplay
from web.question_text import direction_of, kept_together, prose, said, sentence_in
from web.rendering import environment

PAGE = """<!doctype html><html lang="{{ language }}"><title>Question</title><h1>Question</h1>
{% from "sittings/controls.html" import parts %}<main><form method="post" action="/">{{ parts(question) }}</form></main></html>"""


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    token = i18n.current.set("en")
    yield
    i18n.current.reset(token)


def shown(content: ItemContent, stimulus: StimulusContent | None = None, **more: object) -> QuestionDisplay:
    given: dict[str, object] = {
        "language": "nl",
        "option_order": {},
        "fields": {},
        "problems": {},
        "media_url": lambda digest: f"/media/{digest}",
    }
    return display_question(content, stimulus, **(given | more))  # type: ignore[arg-type]


def drawn(question: QuestionDisplay) -> Page:
    return checked_page(environment().from_string(PAGE).render(question=question, language=i18n.current.get()))


def only(question: QuestionDisplay) -> Control:
    (control,) = question.all_controls
    return control


def names_on(page: Page) -> set[str]:
    return set(page.attributes("input, select, textarea", "name"))


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=list(SAMPLES))
def test_page_has_the_boxes_that_reading_the_response_knows(sample: Sample) -> None:
    interaction = sample.content.interactions[0]

    page = drawn(shown(sample.content))

    known = set(field_names(interaction))
    sent = names_on(page)
    assert sent
    assert sent - known == set()
    assert known - sent <= {"given.r1.kept"}


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=list(SAMPLES))
def test_page_is_filled_in_with_what_was_sent(sample: Sample) -> None:
    page = drawn(shown(sample.content, fields=sample.fields))

    assert sent_by(page) == {name: sorted(values) for name, values in sample.fields.items()}


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=list(SAMPLES))
def test_problem_stands_with_its_control_and_can_be_led_to(sample: Sample) -> None:
    question = shown(sample.content, problems={"r1": "This is wrong."})

    page = drawn(question)

    assert only(question).error == "This is wrong."
    assert [words for words in page.texts(".govuk-error-message") if "This is wrong." in words]
    assert page.tree.css("#given-r1")
    described = " ".join(page.attributes("[aria-describedby]", "aria-describedby")).split()
    assert [one for one in described if not page.tree.css(f"#{one}")] == []


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "judgement"])
def test_summary_of_errors_leads_to_the_first_box(name: str) -> None:
    page = drawn(shown(SAMPLES[name].content))

    first = page.tree.css_first("input:not([type=hidden]), select, textarea")

    assert first is not None
    assert first.attributes["id"] == "given-r1"


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=list(SAMPLES))
def test_nothing_of_the_rule_is_on_the_page(sample: Sample) -> None:
    content = sample.content
    secret = "zeldzaamwoord"
    other = content.model_copy(
        update={
            "rules": {"r1": TextRule(accept={"nl": (secret,), "fr": (secret,)})},
            "rationale": texts(secret, secret),
            "can_do": texts(secret, secret),
            "tags": (secret,),
        }
    )
    assert secret in other.model_dump_json()

    page = drawn(shown(content))

    # A page that is the same whatever the rule says cannot tell what the rule says.
    assert drawn(shown(other)).html == page.html
    assert secret not in page.html


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=list(SAMPLES))
def test_two_languages_of_an_item_have_the_same_boxes(sample: Sample) -> None:
    dutch, french = (drawn(shown(sample.content, language=language)) for language in ("nl", "fr"))

    assert names_on(dutch) == names_on(french)


def test_right_fields_of_the_samples_are_read_without_a_problem() -> None:
    problems = {name: read_response(sample.content, sample.fields)[1] for name, sample in SAMPLES.items()}

    assert len(problems) >= 30
    assert {name: found for name, found in problems.items() if found} == {}


def test_options_stand_in_the_order_of_the_candidate() -> None:
    control = only(shown(SAMPLES["choice"].content, option_order={"r1": ["c", "a", "b"]}))

    assert isinstance(control, ChoiceControl)
    assert [option.id for option in control.options] == ["c", "a", "b"]


def test_picture_of_an_option_has_its_words_and_a_list_that_opens_says_them() -> None:
    page = drawn(shown(SAMPLES["choice-pictures"].content))
    control = only(shown(SAMPLES["choice-pictures"].content))

    assert isinstance(control, ChoiceControl)
    assert page.attributes("label img", "alt") == ["Een keuken met een oven"] * 2
    assert page.attributes("label img", "src") == [f"/media/{PICTURE.digest}"] * 2
    assert [option.name for option in control.options] == ["Een keuken met een oven", "In de tuin"]


def test_picture_without_an_address_says_its_words() -> None:
    page = drawn(shown(SAMPLES["hotspot"].content, media_url=None))

    assert page.tree.css("img") == []
    assert page.texts(".pr-picture--absent") == ["Een keuken met een oven"]


def test_unknown_option_order_and_fields_change_nothing() -> None:
    content = SAMPLES["choice"].content

    hostile = shown(content, option_order={"r1": ["zz"], "r9": ["a"]}, fields={"given.r1": ["<b>"], "given.r9": ["x"]})

    assert drawn(hostile).html == drawn(shown(content)).html


def test_texts_of_authors_and_candidates_are_escaped() -> None:
    evil = '"><script>alert(1)</script>'
    content = item(
        TextEntryInteraction(id="r1", prompt=texts(evil, evil)), TextRule(), body=texts(f"{evil} {{{{r1}}}}", evil)
    )

    html = drawn(shown(content, fields={"given.r1": [evil]}, problems={"r1": evil})).html

    assert "<script>alert" not in html
    assert html.count("&lt;script&gt;alert") >= 3


def test_number_with_its_unit_typed_gets_all_keys() -> None:
    with_unit, without = (
        only(shown(item(NumericInteraction(id="r1", takes_unit=takes), NumberRule()))) for takes in (True, False)
    )

    assert isinstance(with_unit, TextControl)
    assert isinstance(without, TextControl)
    assert (with_unit.keyboard, without.keyboard) == ("text", "decimal")
    assert (bool(with_unit.hint), bool(without.hint)) == (True, False)


def test_long_text_says_how_many_words_and_counts_those_that_were_sent() -> None:
    sample = SAMPLES["extended_text"]

    page = drawn(shown(sample.content, fields={"given.r1": ["één twee – drie\nvier"]}))

    assert page.text(".govuk-hint") == "Write 3 to 50 words."
    assert page.text("[data-count]") == "4 words"


def test_file_that_is_kept_is_named_with_its_size() -> None:
    kept = {"digest": "c" * 64, "name": "work.pdf", "size": "1572864"}
    question = shown(SAMPLES["upload"].content, fields={"given.r1.kept": ["c" * 64]}, kept={"r1": kept})
    control = only(question)

    page = drawn(question)

    assert isinstance(control, FileControl)
    assert control.kept == KeptFile("c" * 64, "work.pdf", "1,5 MB")
    assert page.fields()["given.r1.kept"] == "c" * 64
    assert "work.pdf" in page.text("#given-r1-kept")
    assert (question.has_files, shown(SAMPLES["choice"].content).has_files) == (True, False)


def test_file_of_which_nothing_is_known_is_kept_without_a_name() -> None:
    control = only(shown(SAMPLES["spoken"].content, fields={"given.r1.kept": ["c" * 64]}))

    assert isinstance(control, FileControl)
    assert control.kept == KeptFile("c" * 64, "", "")
    assert control.accept == "audio/*"
    assert control.hint == "Speak for at most 90 seconds."


def test_order_shows_a_rank_for_each_line() -> None:
    control = only(shown(SAMPLES["order"].content, fields={"given.r1.b": ["1"]}))

    assert isinstance(control, OrderControl)
    assert dict(control.ranks) == {"a": "", "b": "1", "c": ""}


def test_row_that_takes_several_is_a_table_of_check_boxes() -> None:
    control = only(shown(SAMPLES["match-several"].content))
    page = drawn(shown(SAMPLES["match-several"].content))

    assert isinstance(control, RowsControl)
    assert control.kind == "table"
    assert page.attributes("tbody input", "type") == ["checkbox"] * 4


def test_boxes_of_a_table_are_named_by_row_and_column() -> None:
    page = drawn(shown(SAMPLES["match-table"].content))

    names = [
        " / ".join(page.text(f"#{one}") for one in labels.split())
        for labels in page.attributes("tbody input", "aria-labelledby")
    ]

    assert names[:3] == [
        "Ik kom graag op tijd op mijn werk. / Nee",
        "Ik kom graag op tijd op mijn werk. / Een beetje",
        "Ik kom graag op tijd op mijn werk. / Ja",
    ]


def test_ratings_have_ends_in_the_language_of_the_item() -> None:
    control = only(shown(SAMPLES["judgement-rate"].content))

    assert isinstance(control, RowsControl)
    assert [option.id for option in control.options] == ["1", "2", "3", "4"]
    assert 'lang="nl"' in control.options[0].words
    assert "2" in control.options[1].words


def test_gap_of_a_picture_has_its_number_in_the_middle() -> None:
    control = only(shown(SAMPLES["gap_match-picture"].content))

    assert isinstance(control, GapsControl)
    assert control.figure is not None
    assert [(spot.number, spot.x, spot.y) for spot in control.figure.spots] == [(1, "25%", "70%"), (2, "70%", "30%")]
    assert control.passage == ()
    assert [slot.key for slot in control.slots] == ["g1", "g2"]


def test_gap_that_the_passage_forgot_can_still_be_filled() -> None:
    sample = SAMPLES["gap_match"]
    passage = texts("Ik was de {{g1}}.", "Je lave la {{g1}}.")
    broken = sample.content.interactions[0].model_copy(update={"passage": passage})

    control = only(shown(sample.content.model_copy(update={"interactions": (broken,)})))

    assert isinstance(control, GapsControl)
    assert [part.key for part in control.passage if isinstance(part, Slot)] == ["g1"]
    assert [slot.key for slot in control.slots] == ["g2"]


def test_place_on_a_picture_whose_name_is_only_its_id_is_named_by_its_number() -> None:
    gaps, areas = (
        content.model_copy(
            update={
                "interactions": tuple(
                    one.model_copy(
                        update={
                            field: tuple(
                                p.model_copy(update={"name": {"nl": f"({p.id})"}}) for p in getattr(one, field)
                            )
                        }
                    )
                    for one in content.interactions
                )
            }
        )
        for content, field in ((SAMPLES["gap_match-picture"].content, "gaps"), (SAMPLES["hotspot"].content, "areas"))
    )

    labels = drawn(shown(gaps)).texts(".pr-row__words"), drawn(shown(areas)).texts(".govuk-radios__label")

    assert labels == (["Gap 1", "Gap 2"], ["Place 1", "Place 2", "Place 3"])


def test_table_of_a_text_can_be_scrolled_by_keyboard_and_has_a_name() -> None:
    html = prose("Dit:\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nEn <table> niet.", "nl")

    assert html.count("<table") == html.count("</table></div>") == 1
    assert html.startswith(
        '<p>Dit:</p>\n<div class="pr-scroll" tabindex="0" role="group" lang="en"'
        ' aria-label="Table; it can be scrolled sideways"><table lang="nl" dir="ltr">'
    )


@pytest.mark.parametrize(
    ("after", "kept", "rest"),
    [(". Daarna", ".", " Daarna"), (" ? Oui", " ?", " Oui"), (").", ").", ""), ("\u202f!", "\u202f!", "")],
)
def test_sign_that_ends_a_sentence_stays_with_its_box(after: str, kept: str, rest: str) -> None:
    gap = Slot("g1", 1, "Gap 1", "")

    passage = kept_together((Markup("Ik was "), gap, Markup(after)))  # noqa: S704 (words of this test)

    assert passage == ("Ik was ", '<span class="pr-keep">', gap, f"{kept}</span>{rest}")


def test_words_after_a_box_may_stand_on_the_next_line() -> None:
    passage = (Slot("g1", 1, "Gap 1", ""), Markup(" en dan. "), Slot("g2", 2, "Gap 2", ""))

    assert kept_together(passage) == passage


def test_column_of_a_long_word_makes_long_cards() -> None:
    dutch, ratings = (drawn(shown(SAMPLES[name].content)) for name in ("match-several", "judgement-rate"))

    assert (len(dutch.tree.css(".pr-grid--long")), len(ratings.tree.css(".pr-grid--long"))) == (1, 0)


def test_number_of_an_area_stands_at_its_corner() -> None:
    control = only(shown(SAMPLES["hotspot"].content))

    assert isinstance(control, SpotsControl)
    # The rectangle's corner, the circle's outline at 45 degrees, the highest corner of the triangle.
    assert [(spot.number, spot.x, spot.y) for spot in control.figure.spots] == [
        (1, "10%", "50%"),
        (2, "60.38%", "17.17%"),
        (3, "65%", "63.33%"),
    ]


def test_cells_of_a_grid_are_named_by_column_and_row_and_mean_their_centre() -> None:
    control = only(shown(SAMPLES["select_point-several"].content))

    assert isinstance(control, PointsControl)
    assert [(cell.name, cell.value) for cell in control.cells][:5] == [
        ("A1", "100 100"),
        ("B1", "300 100"),
        ("C1", "500 100"),
        ("D1", "700 100"),
        ("A2", "100 300"),
    ]
    assert (len(control.cells), len(control.marks)) == (12, 2)


def test_point_that_is_no_centre_is_an_option_of_its_own() -> None:
    question = shown(SAMPLES["select_point-several"].content, fields={"given.r1": ["101 99", "700 500"]})
    control = only(question)

    page = drawn(question)

    assert isinstance(control, PointsControl)
    assert control.marks == (
        Mark("101 99", "A1, exact place", "12.62%", "16.5%"),
        Mark("700 500", "", "87.5%", "83.33%"),
    )
    assert page.attributes("option[selected]", "value") == ["101 99", "700 500"]


@pytest.mark.parametrize(
    "typed", ["", "5", "a b", "1 2 3", "800 1", "1 600", "-1 5", "99999 99999", "9" * 5000 + " 1", "١ ٢"]
)
def test_point_outside_the_picture_is_no_point(typed: str) -> None:
    control = only(shown(item(SelectPointInteraction(id="r1", image="m1"), UnscoredRule(), media=(KITCHEN,)),
                         fields={"given.r1": [typed]}))  # fmt: skip

    assert isinstance(control, PointsControl)
    assert control.marks == (Mark(""),)


def test_scale_of_few_steps_has_radio_buttons_and_of_many_a_box() -> None:
    few, many = (only(shown(item(SliderInteraction(id="r1", low=0, high=high), UnscoredRule()))) for high in (10, 11))

    assert isinstance(few, ScaleControl)
    assert isinstance(many, ScaleControl)
    assert (few.kind, len(few.steps)) == ("scale", 11)
    assert (many.kind, len(many.steps)) == ("amount", 12)


def test_scale_sends_nothing_that_nobody_chose() -> None:
    pages = [drawn(shown(SAMPLES[name].content)) for name in ("slider", "slider-long")]

    assert [sent_by(page) for page in pages] == [{}, {}]
    assert [page.tree.css("input[type=range]") for page in pages] == [[], []]


def test_damaged_word_keeps_its_beginning_beside_its_box() -> None:
    control = only(shown(SAMPLES["c_test"].content, language="fr"))
    page = drawn(shown(SAMPLES["c_test"].content, language="fr"))

    assert isinstance(control, CTestControl)
    assert [part.stub for part in control.passage if isinstance(part, Slot)] == ["boul", "mat", "pa"]
    assert page.texts(".pr-stub label") == ["Word 1: boul …", "Word 2: mat …", "Word 3: pa …"]
    assert page.text(".pr-passage").startswith("Le boul")
    # Boxes as long as the missing ends would give them away.
    assert len({re.sub(r'(id|name)="[^"]*"', "", node.html or "") for node in page.tree.css(".pr-stub input")}) == 1


def test_c_test_without_text_before_a_gap_has_an_empty_stub() -> None:
    content = item(
        CTestInteraction(id="r1", passage=texts("{{g1}} is **be{{g2}}**", "{{g1}}"), gaps=("g1", "g2")), UnscoredRule()
    )

    control = only(shown(content))

    assert isinstance(control, CTestControl)
    assert [part.stub for part in control.passage if isinstance(part, Slot)] == ["", "be"]


def test_block_that_the_body_anchors_stands_between_its_paragraphs() -> None:
    content = item(ChoiceInteraction(id="r1", options=STEPS, multiple=True), MatchRule(),
                   body=texts("Eerst dit. {{r1}} Dan dat.", "D’abord. {{r1}} Puis."))  # fmt: skip

    question = shown(content)

    first, control, last = question.body
    assert (first, last) == (Markup("<p>Eerst dit.</p>\n"), Markup("\n<p>Dan dat.</p>\n"))
    assert isinstance(control, ChoiceControl)
    assert question.controls == ()
    assert drawn(question).tree.css("p fieldset") == []


def test_anchor_that_stands_twice_is_shown_once() -> None:
    content = item(TextEntryInteraction(id="r1"), TextRule(), body=texts("{{r1}} en {{r1}}", "{{r1}}"))

    assert names_on(drawn(shown(content))) == {"given.r1"}


def test_interaction_whose_anchor_a_language_forgot_is_still_asked() -> None:
    content = item(TextEntryInteraction(id="r1"), TextRule(), body=texts("Geen plaats.", "Ici : {{r1}}"))

    question = shown(content)

    assert [control.id for control in question.controls] == ["given-r1"]


def test_medium_stands_where_it_is_anchored_else_before_the_body() -> None:
    anchored = Media(id="m3", kind="image", files={"any": PICTURE}, alt=texts("Plan", "Plan"))
    content = item(
        TextEntryInteraction(id="r1"),
        TextRule(),
        body=texts("Kijk: {{m3}}", "Voyez : {{m3}}"),
        media=(KITCHEN, anchored),
    )

    question = shown(content)

    assert [one.id for one in question.media] == ["m1"]
    assert [part.id for part in question.body if isinstance(part, MediaDisplay)] == ["m3"]


def test_picture_of_an_interaction_stands_with_it_alone() -> None:
    question = shown(SAMPLES["hotspot"].content)

    assert question.media == ()
    assert len(drawn(question).tree.css("img")) == 1


def test_decorative_picture_says_nothing() -> None:
    silent = KITCHEN.model_copy(update={"decorative": True})

    page = drawn(shown(item(TextEntryInteraction(id="r1"), TextRule(), media=(silent,))))

    assert page.attributes("img", "alt") == [""]


def limited(**more: object) -> QuestionDisplay:
    stimulus = StimulusContent(
        languages=("nl",), title=texts("Bel", "Cloche"), body=texts("{{m2}}", "{{m2}}"), media=(BELL,)
    )
    return shown(SAMPLES["text_entry"].content, stimulus, **more)


@pytest.mark.parametrize(
    ("more", "buttons", "players"),
    [
        ({}, [], [f"/media/{BELL.files['any'].digest}"]),
        ({"plays": {}}, ["stimulus.m2:1"], []),
        ({"plays": {"stimulus.m2": 1}}, ["stimulus.m2:2"], []),
        ({"plays": {"stimulus.m2": 0}}, [], []),
        ({"plays": {"stimulus.m2": 1}, "plays_running": {"stimulus.m2": "/p"}}, ["stimulus.m2:2"], ["/p"]),
        ({"plays": {"stimulus.m2": 0}, "plays_running": {"stimulus.m2": "/p"}}, [], ["/p"]),
    ],
    ids=["preview", "fresh", "once", "spent", "running", "last"],
)
def test_recording_with_a_limit_is_asked_for(more: dict[str, object], buttons: list[str], players: list[str]) -> None:
    question = limited(**more)

    page = drawn(question)

    assert page.attributes("button[name=play]", "value") == buttons
    assert page.attributes("audio", "src") == players
    assert page.attributes("audio", "aria-label") == ["Een bel"] * len(players)
    assert question.has_plays == ("plays" in more)


def test_transcript_is_shown_only_where_it_may_be() -> None:
    hidden = BELL.model_copy(update={"shows_transcript": False})
    pages = [drawn(shown(item(TextEntryInteraction(id="r1"), TextRule(), media=(one,)))) for one in (BELL, hidden)]

    assert [page.text("details .pr-prose") for page in pages] == ["Ding!", ""]


def test_language_from_right_to_left_is_written_so() -> None:
    content = item(ChoiceInteraction(id="r1", prompt={"ar": "أين؟"}, options=STEPS), MatchRule(), body={"ar": "مرحبا"})

    page = drawn(shown(content, language="ar"))

    assert page.attributes(".pr-prose", "dir") == ["rtl"]
    assert page.attributes("legend span", "dir") == ["rtl"]
    assert [direction_of(one) for one in ("ar", "he", "fa", "ur", "fr", "qqq", "..")] == ["rtl"] * 4 + ["ltr"] * 3


def test_words_are_marked_where_the_page_is_in_another_language() -> None:
    assert said("Dag", "nl") == Markup('<span lang="nl" dir="ltr">Dag</span>')
    assert said("<Hi>", "en") == "<Hi>"
    assert said("", "nl") == ""


def test_sentence_is_in_the_language_of_the_item_else_of_the_page() -> None:
    assert sentence_in("ar", "Choose") == "Choose"
    assert sentence_in("en", "Choose") == "Choose"
    assert sentence_in("nl", "Choose") == Markup('<span lang="nl" dir="ltr">Kies</span>')


def sent_by(page: Page) -> dict[str, list[str]]:
    """Return what the form would send as it stands: every chosen or typed value that is not empty, by name, sorted."""
    sent: dict[str, list[str]] = {}
    for node in page.tree.css("main input, main textarea, main option[selected]"):
        kind = node.attributes.get("type")
        if kind in ("radio", "checkbox") and "checked" not in node.attributes:
            continue
        holder = node.parent if node.tag == "option" else node
        assert holder is not None
        value = (node.text().strip() if node.tag == "textarea" else node.attributes.get("value")) or ""
        if value:
            sent.setdefault(str(holder.attributes["name"]), []).append(value)
    return {name: sorted(values) for name, values in sent.items()}
