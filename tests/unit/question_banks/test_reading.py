"""What each interaction takes from a form, and the sentence for what it does not."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_banks.content import ItemContent, MediaFile
from question_banks.interactions import (
    Area,
    AssociateInteraction,
    ChoiceInteraction,
    CTestInteraction,
    ExtendedTextInteraction,
    Gap,
    GapMatchInteraction,
    HotspotInteraction,
    HottextInteraction,
    Interaction,
    JudgementInteraction,
    MatchInteraction,
    NamedArea,
    NumericInteraction,
    Option,
    OrderInteraction,
    SelectPointInteraction,
    SliderInteraction,
    SpokenInteraction,
    TextEntryInteraction,
    UploadInteraction,
)
from question_banks.responses import Given, field_names, fields_of, read_response

OPTIONS = tuple(Option(id=one) for one in "abc")
ROWS = tuple(Option(id=one) for one in "xy")
GAPS = (Gap(id="g1"), Gap(id="g2"))
AREAS = tuple(NamedArea(id=one, area=Area(shape="circle", coords=(0, 0, 5))) for one in "ab")
EVERY: dict[str, Interaction] = {
    "choice": ChoiceInteraction(id="r1", options=OPTIONS),
    "choices": ChoiceInteraction(id="r1", options=OPTIONS, multiple=True),
    "hotspot": HotspotInteraction(id="r1", areas=AREAS),
    "hottext": HottextInteraction(id="r1", options=OPTIONS),
    "text": TextEntryInteraction(id="r1"),
    "number": NumericInteraction(id="r1"),
    "quantity": NumericInteraction(id="r1", takes_unit=True),
    "extended": ExtendedTextInteraction(id="r1", minimum_words=2, maximum_words=4),
    "upload": UploadInteraction(id="r1"),
    "spoken": SpokenInteraction(id="r1", seconds=30),
    "order": OrderInteraction(id="r1", options=OPTIONS),
    "match": MatchInteraction(id="r1", rows=ROWS, options=OPTIONS),
    "grid": MatchInteraction(id="r1", rows=ROWS, options=OPTIONS, multiple=True),
    "associate": AssociateInteraction(id="r1", options=OPTIONS, pairs=2),
    "gaps": GapMatchInteraction(id="r1", gaps=GAPS, options=OPTIONS),
    "reuse": GapMatchInteraction(id="r1", gaps=GAPS, options=OPTIONS, reuse=True),
    "points": SelectPointInteraction(id="r1", points=2),
    "slider": SliderInteraction(id="r1", low=-4, high=10, step=2),
    "ends": JudgementInteraction(id="r1", options=OPTIONS),
    "best": JudgementInteraction(id="r1", options=OPTIONS, mode="best"),
    "rank": JudgementInteraction(id="r1", options=OPTIONS, mode="rank"),
    "rate": JudgementInteraction(id="r1", options=OPTIONS, mode="rate", steps=4),
    "c_test": CTestInteraction(id="r1", gaps=("g1", "g2")),
}


def item(interaction: Interaction) -> ItemContent:
    return ItemContent(languages=("fr",), interactions=(interaction,))


def read(kind: str, parts: dict[str, Any]) -> tuple[Given, dict[str, str]]:
    """Return what is read of parts: `""` is the field itself; a text stands for a list of one."""
    fields = {
        f"given.r1.{part}".removesuffix("."): [value] if isinstance(value, str) else value
        for part, value in parts.items()
    }
    given, problems = read_response(item(EVERY[kind]), fields)
    return given, {key: str(problem) for key, problem in problems.items()}


@pytest.mark.parametrize(
    ("kind", "parts", "value"),
    [
        ("hotspot", {"": "a"}, ["a"]),
        ("hottext", {"": ["c", "a", "c"]}, ["a", "c"]),
        ("quantity", {"": " 1,5 kg "}, "1,5 kg"),
        ("extended", {"": "Un\r\nmot ! "}, "Un\nmot !"),
        ("order", {"a": "3", "b": "1", "c": "2"}, ["b", "c", "a"]),
        ("match", {"y": "a", "x": "b"}, [["x", "b"], ["y", "a"]]),
        ("match", {"y": "a", "x": ""}, [["y", "a"]]),
        ("match", {"x": "a", "y": "a"}, [["x", "a"], ["y", "a"]]),
        ("grid", {"y": ["c", "a"], "x": "b"}, [["x", "b"], ["y", "a"], ["y", "c"]]),
        ("associate", {"1.first": "c", "1.second": "b", "2.first": "a", "2.second": "c"}, [["a", "c"], ["b", "c"]]),
        ("associate", {"1.first": "", "1.second": "", "2.first": "b", "2.second": "a"}, [["a", "b"]]),
        ("gaps", {"g2": "a", "g1": "c"}, [["g1", "c"], ["g2", "a"]]),
        ("reuse", {"g2": "a", "g1": "a"}, [["g1", "a"], ["g2", "a"]]),
        ("points", {"": ["12 40", "007 1", "12 40"]}, ["12 40", "7 1"]),
        ("slider", {"": "-2"}, "-2"),
        ("slider", {"": "-2", "unknown": "yes"}, None),
        ("slider", {"unknown": "yes"}, None),
        ("best", {"most": "b"}, {"most": "b"}),
        ("rank", {"a": "2", "b": "1", "c": "3"}, {"a": "2", "b": "1", "c": "3"}),
        ("rate", {"a": "4", "b": "4", "c": "1"}, {"a": "4", "b": "4", "c": "1"}),
        ("c_test", {"g1": " anger ", "g2": ""}, {"g1": "anger"}),
    ],
)
def test_interaction_is_read(kind: str, parts: dict[str, Any], value: Any) -> None:
    assert read(kind, parts) == ({"r1": value}, {})


@pytest.mark.parametrize("kind", EVERY)
def test_empty_fields_give_nothing(kind: str) -> None:
    blank = {name: ["", "  "] for name in field_names(EVERY[kind])}

    assert read_response(item(EVERY[kind]), blank) == ({}, {})
    assert read_response(item(EVERY[kind]), {}) == ({}, {})


NO_SUCH = "This answer does not exist. Choose one of the answers that are shown."
RANKS = "Give each line its own number, from 1 to 3."
PLACE = "This place is not in the picture. Choose a place again."
STEPS = "Choose a number from -4 to 10 on the line."
ONE = "Give one answer here."


@pytest.mark.parametrize(
    ("kind", "parts", "sentence"),
    [
        ("hotspot", {"": "z"}, NO_SUCH),
        ("hotspot", {"": ["a", "b"]}, "Choose one answer."),
        ("hottext", {"": ["a", "z"]}, NO_SUCH),
        ("quantity", {"": "kg"}, "Write a number and its unit, for example 1,5 kg."),
        ("number", {"": "5 kg"}, "Write a number, for example 12 or 3,50."),
        ("text", {"": "a\x7fb"}, "Write letters and numbers only."),
        ("text", {"": "a\ud800b"}, "Write letters and numbers only."),
        ("extended", {"": "Non"}, "Your text is too short. Write at least 2 words. You have 1 now."),
        (
            "extended",
            {"": "un deux trois quatre cinq"},
            "Your text is too long. Write at most 4 words. You have 5 now.",
        ),
        ("extended", {"": "x" * 20_001}, "This is too long. Write at most 20000 letters."),
        ("order", {"a": "1", "b": "2"}, RANKS),
        ("order", {"a": "1", "b": "1", "c": "2"}, RANKS),
        ("order", {"a": "1", "b": "2", "c": "4"}, RANKS),
        ("order", {"a": "1", "b": "2", "c": "٣"}, RANKS),
        ("order", {"a": ["1", "2"], "b": "2", "c": "3"}, ONE),
        ("match", {"x": "z"}, NO_SUCH),
        ("match", {"x": ["a", "b"]}, "Choose one answer in each row."),
        ("associate", {"1.first": "a"}, "A pair needs two things. Choose the second one too."),
        ("associate", {"1.first": "a", "1.second": "a"}, "A pair needs two different things. Change one of them."),
        ("associate", {"1.first": "a", "1.second": "z"}, NO_SUCH),
        (
            "associate",
            {"1.first": "a", "1.second": "b", "2.first": "b", "2.second": "a"},
            "The same pair is there twice. Change one of them.",
        ),
        ("gaps", {"g1": "a", "g2": "a"}, "Use each word only once. Change one of them."),
        ("gaps", {"g1": ["a", "b"]}, ONE),
        ("gaps", {"g1": "z"}, NO_SUCH),
        ("points", {"": "12"}, PLACE),
        ("points", {"": "12,40"}, PLACE),
        ("points", {"": "-1 4"}, PLACE),
        ("points", {"": "1.5 4"}, PLACE),
        ("points", {"": "12 40 "}, PLACE),
        ("points", {"": "20001 4"}, PLACE),
        ("points", {"": "١ 4"}, PLACE),
        ("points", {"": "1 4\n"}, PLACE),
        ("points", {"": ["1 1", "2 2", "3 3"]}, "These are too many places. Choose at most 2."),
        ("slider", {"": "-3"}, STEPS),
        ("slider", {"": "12"}, STEPS),
        ("slider", {"": "NaN"}, STEPS),
        ("slider", {"": "9" * 30}, STEPS),
        ("slider", {"": "4", "unknown": "perhaps"}, NO_SUCH),
        ("slider", {"unknown": "perhaps"}, NO_SUCH),
        ("best", {"most": ["a", "b"]}, "Choose one answer."),
        ("best", {"most": "z"}, NO_SUCH),
        ("rank", {"a": "1", "b": "2", "c": "2"}, RANKS),
        ("rate", {"a": "1", "b": "2"}, "Choose an answer in each row."),
        ("rate", {"a": "1", "b": "2", "c": "5"}, NO_SUCH),
        ("c_test", {"g1": "x" * 201}, "This is too long. Write at most 200 letters."),
        ("c_test", {"g1": "a\x00"}, "Write letters and numbers only."),
    ],
)
def test_what_cannot_be_given_gets_a_sentence(kind: str, parts: dict[str, Any], sentence: str) -> None:
    assert read(kind, parts) == ({}, {"r1": sentence})


@pytest.mark.parametrize(
    ("kind", "part"), [("order", "z"), ("match", "z"), ("gaps", "g9"), ("associate", "3.first"), ("best", "least")]
)
def test_field_of_another_item_is_a_problem_of_the_whole(kind: str, part: str) -> None:
    assert read(kind, {part: "a"}) == (
        {},
        {"": "This answer does not belong to this question. Open the question again."},
    )


def file(type_: str, seconds: float = 0) -> MediaFile:
    return MediaFile(digest="b" * 64, type=type_, name="a.bin", size=12, seconds=seconds)


@pytest.mark.parametrize(
    ("kind", "type_"),
    [
        ("upload", "image/jpeg"),
        ("upload", "application/pdf"),
        ("upload", "text/plain"),
        ("upload", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("upload", "application/vnd.oasis.opendocument.text"),
        ("upload", "application/msword"),
        ("spoken", "audio/webm"),
    ],
)
def test_file_is_read_from_what_was_sent(kind: str, type_: str) -> None:
    content = item(EVERY[kind])

    given, problems = read_response(content, {"given.r1.kept": ["c" * 64]}, files={"r1": file(type_)})

    assert problems == {}
    assert given == {"r1": {"digest": "b" * 64, "type": type_, "name": "a.bin", "size": "12", "seconds": "0"}}
    assert fields_of(given, content) == {"given.r1.kept": ["b" * 64]}


@pytest.mark.parametrize(
    ("kind", "sent", "sentence"),
    [
        ("upload", file("audio/webm"), "We cannot use this type of file. Send another file."),
        ("upload", file("text/html"), "We cannot use this type of file. Send another file."),
        ("upload", file("application/x-msdownload"), "We cannot use this type of file. Send another file."),
        ("spoken", file("image/png"), "This file is not a recording. Send a recording of your voice."),
        ("spoken", file("audio/ogg", 36), "Your recording is too long. Speak for 30 seconds at most."),
    ],
)
def test_file_that_was_not_asked_gets_a_sentence(kind: str, sent: MediaFile, sentence: str) -> None:
    given, problems = read_response(item(EVERY[kind]), {}, files={"r1": sent})

    assert (given, {key: str(problem) for key, problem in problems.items()}) == ({}, {"r1": sentence})


def test_digest_that_nobody_vouches_for_is_no_file() -> None:
    fields = {"given.r1.kept": ["b" * 64], "given.r1": ["a.pdf"]}

    assert read_response(item(EVERY["upload"]), fields, files={"r2": file("image/png")}) == ({}, {})


HOSTILE = st.text(max_size=12) | st.sampled_from(
    ["a", "b", "1", "2", "3", "x" * 30_000, "NaN", "-0", "1e9", "12 40", "\x00", "../..", "yes", "g1", "\ud800", "９"]
)


@settings(deadline=None)
@given(st.sampled_from(sorted(EVERY)), st.data())
def test_any_form_is_read_or_refused_and_what_is_read_comes_back(kind: str, data: st.DataObject) -> None:
    content = item(EVERY[kind])
    names = st.sampled_from([*field_names(EVERY[kind]), "given.r1", "given.r1.zz", "given.r2", "given.", "other"])
    fields = data.draw(st.dictionaries(names, st.lists(HOSTILE, max_size=4), max_size=6))

    given, problems = read_response(content, fields)

    assert set(given) & set(problems) == set()
    assert read_response(content, fields_of(given, content)) == (given, {})
