"""Write an item: the screen, saving as one types, its parts, pictures, and an answer to try."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlmodel import select
from starlette.testclient import TestClient

from question_banks.banks import BankForm, create_bank
from question_banks.content import ItemContent
from question_banks.models import Bank, ItemDraft
from storage.database import Database
from tests.conftest import START
from tests.pages import Page, checked_page
from web.editing.kinds import KINDS


def picture() -> bytes:
    """Return a small PNG."""
    written = BytesIO()
    Image.new("RGB", (120, 80), "white").save(written, "PNG")
    return written.getvalue()


@pytest.fixture
def bank_id(database: Database, world: Any) -> str:
    """Give the id of a bilingual bank."""
    with database.reading() as session:
        bank = session.exec(select(Bank).where(Bank.operator_id == world.operator_id, Bank.code == "retail")).one()
        return str(bank.id)


def begin(client: TestClient, bank_id: str, kind: str) -> str:
    """Make an item and return the address of its screen."""
    made = client.post(f"/banks/{bank_id}/items", data={"type": kind})
    assert made.status_code == 303, made.text
    return str(made.headers["location"])


def fields_of(page: Page) -> dict[str, list[str]]:
    """Return what the form of the screen would send, without a button."""
    fields: dict[str, list[str]] = {}
    for node in page.tree.css("#item-form input, #item-form select, #item-form textarea, input[form=item-form]"):
        name = node.attributes.get("name")
        kind = node.attributes.get("type")
        if not name or (kind in ("checkbox", "radio") and "checked" not in node.attributes):
            continue
        if node.tag == "select":
            chosen = node.css_first("option[selected]") or node.css_first("option")
            value = (chosen.attributes.get("value") or "") if chosen else ""
        elif node.tag == "textarea":
            value = (node.text() or "").removeprefix("\n")
        else:
            value = node.attributes.get("value") or ""
        fields.setdefault(name, []).append(value)
    return fields


def save(client: TestClient, page: Callable[..., Page], path: str, act: str = "save", **changes: Any) -> Page:
    """Change fields of the form (`__` stands for a point), press a button, and return the screen that follows."""
    path = path.partition("#")[0]
    fields = fields_of(page(path)) | {
        name.replace("__", "."): value if isinstance(value, list) else [value] for name, value in changes.items()
    }
    answer = client.post(f"{path.partition('?')[0].removesuffix('/edit')}/draft", data={**fields, "act": act})
    assert answer.status_code == 303, answer.text
    return page(answer.headers["location"].partition("#")[0])


def content_of(database: Database, path: str) -> ItemContent:
    with database.reading() as session:
        drafts = session.exec(select(ItemDraft)).all()
        return next(one.content for one in drafts if str(one.item_id) in path)


@pytest.mark.parametrize("type_", sorted(KINDS))
def test_screen_of_each_kind_is_saved_unchanged(
    client: TestClient,
    world: Any,
    sign_in: Any,
    page: Callable[..., Page],
    bank_id: str,
    database: Database,
    type_: str,
) -> None:
    sign_in(client, world.trainer)
    path = begin(client, bank_id, type_)
    before = content_of(database, path)

    shown = save(client, page, path)

    assert content_of(database, path) == before
    assert shown.texts("h1")


def one_of(content: ItemContent) -> tuple[Any, Any]:
    return content.interactions[0], content.rules[content.interactions[0].id]


def words_of(options: Any) -> list[str]:
    return [option.text.get("fr", "") for option in options]


@pytest.fixture
def desk(client: TestClient, world: Any, sign_in: Any, bank_id: str) -> str:
    """Sign the trainer in and give the id of the bank."""
    sign_in(client, world.trainer)
    return bank_id


def test_choice_is_written(client: TestClient, desk: str, page: Callable[..., Page], database: Database) -> None:
    path = begin(client, desk, "choice")

    save(
        client,
        page,
        path,
        body="Au magasin.\r\nLe matin.",
        i__r1__prompt="Quoi ?",
        i__r1__options__a__text="du pain",
        i__r1__options__b__text="du lait",
        i__r1__options__c__text="un clou",
        i__r1__multiple="yes",
        i__r1__key=["a", "b", "zzz"],
        i__r1__scoring="hits",
        i__r1__points="2",
        level="2",
        seconds="45",
        difficulty="-0,5",
        tags="Caisse, pain",
    )

    content = content_of(database, path)
    choice, rule = one_of(content)
    assert (content.body, content.level, content.seconds, content.estimate.b) == (
        {"fr": "Au magasin.\nLe matin."},
        "2",
        45,
        -0.5,
    )
    assert (choice.prompt, words_of(choice.options), choice.multiple, choice.shuffle) == (
        {"fr": "Quoi ?"},
        ["du pain", "du lait", "un clou"],
        True,
        True,
    )
    assert (rule.rule, rule.count, rule.points, sorted(rule.key)) == ("per_option", "hits", 2, ["a", "b"])
    assert page(path).tree.css_first("#tags").attributes["value"] == "caisse, pain"


def test_options_are_added_moved_and_taken_away(
    client: TestClient, desk: str, page: Callable[..., Page], database: Database
) -> None:
    path = begin(client, desk, "choice")
    save(client, page, path, act="add:r1:options", i__r1__options__a__text="A", i__r1__key="c")
    save(client, page, path, act="up:r1:options:d", i__r1__options__d__text="D")
    save(client, page, path, act="remove:r1:options:c")

    choice, rule = one_of(content_of(database, path))

    assert ([option.id for option in choice.options], rule.key) == (["a", "b", "d"], frozenset())


def test_other_language_keeps_its_words_when_one_is_written(
    client: TestClient, desk: str, page: Callable[..., Page], database: Database
) -> None:
    path = begin(client, desk, "text_entry")
    save(client, page, path, i__r1__prompt="Où ?", i__r1__accept="la boulangerie\nboulangerie")

    save(client, page, f"{path}?language=nl", i__r1__prompt="Waar?", i__r1__accept="bakkerij")

    entry, rule = one_of(content_of(database, path))
    assert entry.prompt == {"fr": "Où ?", "nl": "Waar?"}
    assert rule.accept == {"fr": ("la boulangerie", "boulangerie"), "nl": ("bakkerij",)}


def test_number_is_written_with_units(
    client: TestClient, desk: str, page: Callable[..., Page], database: Database
) -> None:
    path = begin(client, desk, "numeric")
    save(client, page, path, i__r1__key="1,5", i__r1__takes_unit="yes", i__r1__tolerance="0,1")

    save(client, page, path, i__r1__units="kg = 1\ng = 0,001")

    number, rule = one_of(content_of(database, path))
    assert (number.takes_unit, str(rule.key), str(rule.tolerance)) == (True, "1.5", "0.1")
    assert {unit: str(factor) for unit, factor in rule.units.items()} == {"kg": "1", "g": "0.001"}


def test_order_takes_its_key_from_the_way_it_is_written(
    client: TestClient, desk: str, page: Callable[..., Page], database: Database
) -> None:
    path = begin(client, desk, "order")
    save(client, page, path, i__r1__options__a__text="un", i__r1__options__b__text="deux", i__r1__count="absolute")

    save(client, page, path, act="down:r1:options:a")

    order, rule = one_of(content_of(database, path))
    assert ([option.id for option in order.options], rule.key, rule.count) == (
        ["b", "a", "c"],
        ("b", "a", "c"),
        "absolute",
    )


def test_match_and_grid_are_written(
    client: TestClient, desk: str, page: Callable[..., Page], database: Database
) -> None:
    path = begin(client, desk, "match")
    save(client, page, path, i__r1__rows__r1__key="a", i__r1__rows__r2__key="b", i__r1__look="table")
    _, pairs = one_of(content_of(database, path))

    save(client, page, path, i__r1__scoring="unscored")

    match, rule = one_of(content_of(database, path))
    assert (match.look, sorted(pairs.key), rule.rule) == ("table", [("r1", "a"), ("r2", "b")], "unscored")


def test_pairs_are_written_from_either_side(
    client: TestClient, desk: str, page: Callable[..., Page], database: Database
) -> None:
    path = begin(client, desk, "associate")

    save(
        client,
        page,
        path,
        i__r1__options__b__partner="a",
        i__r1__options__c__partner="d",
        i__r1__options__d__partner="c",
    )

    pairs, rule = one_of(content_of(database, path))
    assert (pairs.pairs, sorted(rule.key), rule.unordered) == (2, [("a", "b"), ("c", "d")], True)


def test_brackets_make_gaps_with_their_words(
    client: TestClient, desk: str, page: Callable[..., Page], database: Database
) -> None:
    path = begin(client, desk, "gap_match")
    save(client, page, path, i__r1__passage="Je coupe le [pain] avec un [couteau].")

    save(client, page, path, act="add:r1:options")

    gaps, rule = one_of(content_of(database, path))
    assert gaps.passage == {"fr": "Je coupe le {{g1}} avec un {{g2}}."}
    assert (words_of(gaps.options)[:2], [gap.id for gap in gaps.gaps], len(gaps.options)) == (
        ["pain", "couteau"],
        ["g1", "g2"],
        3,
    )
    assert sorted(rule.key) == sorted(zip(["g1", "g2"], [option.id for option in gaps.options], strict=False))


def test_lost_gap_goes_with_its_anchor(
    client: TestClient, desk: str, page: Callable[..., Page], database: Database
) -> None:
    path = begin(client, desk, "gap_match")
    save(client, page, path, i__r1__passage="Un [pain] et un [lait].")

    save(client, page, path, i__r1__passage="Un {{g1}}.")

    gaps, _ = one_of(content_of(database, path))
    assert [gap.id for gap in gaps.gaps] == ["g1"]


def test_words_of_a_text_are_marked_with_brackets(
    client: TestClient, desk: str, page: Callable[..., Page], database: Database
) -> None:
    path = begin(client, desk, "hottext")
    save(client, page, path, i__r1__passage="Les [pain] sont [frais].")

    save(client, page, path, i__r1__key="t1")

    hottext, rule = one_of(content_of(database, path))
    assert (hottext.passage["fr"], words_of(hottext.options), sorted(rule.key)) == (
        "Les {{t1}} sont {{t2}}.",
        ["pain", "frais"],
        ["t1"],
    )


def test_c_test_is_written_with_its_endings(
    client: TestClient, desk: str, page: Callable[..., Page], database: Database
) -> None:
    path = begin(client, desk, "c_test")

    shown = save(client, page, path, i__r1__passage="Le boul[anger] fait du pa[in].", i__r1__also="in = ins, yn")

    c_test, rule = one_of(content_of(database, path))
    assert (c_test.passage["fr"], c_test.gaps) == ("Le boul{{g1}} fait du pa{{g2}}.", ("g1", "g2"))
    assert rule.accept == {"fr": {"g1": ("anger",), "g2": ("in", "ins", "yn")}}
    assert fields_of(shown)["i.r1.passage"] == ["Le boul[anger] fait du pa[in]."]


def test_judgement_scale_and_written_text_are_written(
    client: TestClient, desk: str, page: Callable[..., Page], database: Database
) -> None:
    situation, scale, essay = (begin(client, desk, kind) for kind in ("judgement", "slider", "extended_text"))

    save(client, page, situation, i__r1__mode="rate", i__r1__options__a__effectiveness="3,5", i__r1__points="4")
    save(client, page, scale, i__r1__low="1", i__r1__high="5", i__r1__low_label="jamais", i__r1__scoring="number")
    save(client, page, essay, act="add:r1:criteria", i__r1__minimum_words="20", i__r1__criteria__c1__text="Clair")

    judgement, worth = one_of(content_of(database, situation))
    slider, number = one_of(content_of(database, scale))
    text, rated = one_of(content_of(database, essay))
    assert (judgement.mode, worth.effectiveness, worth.points) == ("rate", {"a": 3.5}, 4)
    assert (slider.low, slider.high, slider.low_label, number.rule) == (1, 5, {"fr": "jamais"}, "number")
    assert (text.minimum_words, [one.text for one in rated.criteria]) == (20, [{"fr": "Clair"}, {}])


def test_what_cannot_be_read_is_said_and_the_rest_is_kept(
    client: TestClient, desk: str, page: Callable[..., Page], database: Database
) -> None:
    path = begin(client, desk, "numeric")
    fields = fields_of(page(path)) | {
        "i.r1.key": ["beaucoup"],
        "difficulty": ["99"],
        "seconds": ["-3"],
        "i.r1.prompt": ["Combien ?"],
        "tags": ["<b>"],
    }

    answer = client.post(f"{path.removesuffix('/edit')}/draft", data={**fields, "act": "save"})

    shown = checked_page(answer.text)
    number, rule = one_of(content_of(database, path))
    assert (answer.status_code, number.prompt, rule.key) == (422, {"fr": "Combien ?"}, None)
    assert sorted(shown.attributes(".govuk-error-summary a", "href")) == [
        "#difficulty",
        "#i-r1-key",
        "#seconds",
        "#tags",
    ]
    assert shown.tree.css_first("#i-r1-key").attributes["value"] == "beaucoup"


def test_older_page_overwrites_nothing_and_keeps_what_was_typed(
    client: TestClient, desk: str, page: Callable[..., Page], database: Database
) -> None:
    path = begin(client, desk, "choice")
    old = fields_of(page(path))
    save(client, page, path, i__r1__prompt="Le premier ?")

    answer = client.post(
        f"{path.removesuffix('/edit')}/draft", data={**old, "i.r1.prompt": ["Le second ?"], "act": "save"}
    )

    assert (answer.status_code, one_of(content_of(database, path))[0].prompt) == (409, {"fr": "Le premier ?"})
    assert fields_of(checked_page(answer.text))["i.r1.prompt"] == ["Le second ?"]


def test_saving_as_one_types_answers_with_the_preview_alone(
    client: TestClient, desk: str, page: Callable[..., Page]
) -> None:
    path = begin(client, desk, "choice")
    fields = fields_of(page(path)) | {"i.r1.prompt": ["Combien ?"]}

    answer = client.post(f"{path.removesuffix('/edit')}/draft", data=fields, headers={"HX-Request": "true"})

    assert (answer.status_code, answer.text.strip().startswith('<div class="pr-editor__preview" id="preview">')) == (
        200,
        True,
    )
    assert ("Combien ?" in answer.text, "<form method" in answer.text, 'id="item-form"' in answer.text) == (
        True,
        False,
        False,
    )


def test_answer_is_tried_and_explained_and_nothing_is_kept(
    client: TestClient, desk: str, page: Callable[..., Page], database: Database
) -> None:
    path = begin(client, desk, "choice")
    save(
        client,
        page,
        path,
        i__r1__prompt="Quoi ?",
        i__r1__options__a__text="du pain",
        i__r1__options__b__text="du lait",
        i__r1__key="a",
    )
    save(client, page, path, act="remove:r1:options:c")
    trial = f"{path.removesuffix('/edit')}/trial"

    right = checked_page(client.post(trial, data={"given.r1": "a"}).text)
    wrong = checked_page(client.post(trial, data={"given.r1": "b"}).text)

    assert [one.text("#trial strong") for one in (right, wrong)] == ["Points: 1 of 1", "Points: 0 of 1"]


def test_item_that_cannot_be_marked_says_so_when_it_is_tried(
    client: TestClient, desk: str, page: Callable[..., Page]
) -> None:
    path = begin(client, desk, "choice")

    tried = client.post(f"{path.removesuffix('/edit')}/trial", data={"given.r1": "a"})

    assert checked_page(tried.text).text("#trial").startswith("It cannot be marked yet.")


def test_picture_is_added_with_its_words_and_used(
    client: TestClient, desk: str, page: Callable[..., Page], database: Database
) -> None:
    path = begin(client, desk, "hotspot")

    answer = client.post(
        f"{path.removesuffix('/edit')}/media",
        data={"language": "fr", "words": "Une porte"},
        files={"file": ("porte.png", picture())},
    )

    content = content_of(database, path)
    (medium,) = content.media
    assert (answer.status_code, medium.kind, medium.alt, one_of(content)[0].image) == (
        303,
        "image",
        {"fr": "Une porte"},
        "m1",
    )
    shown = page(answer.headers["location"].partition("#")[0])
    assert client.get(shown.attributes("#preview img", "src")[0]).status_code == 200


def test_areas_are_drawn_in_numbers(
    client: TestClient, desk: str, page: Callable[..., Page], database: Database
) -> None:
    hotspot, point = begin(client, desk, "hotspot"), begin(client, desk, "select_point")
    for path in (hotspot, point):
        client.post(f"{path.removesuffix('/edit')}/media", files={"file": ("porte.png", picture())})
        save(client, page, path, act="add:r1:areas")

    save(client, page, hotspot, i__r1__areas__a__coords="1 2, 30 40", i__r1__areas__a__name="À gauche", i__r1__key="a")
    save(
        client,
        page,
        point,
        i__r1__areas__0__shape="circle",
        i__r1__areas__0__coords="5 6 7",
        i__r1__areas__0__points="2",
    )

    (area,), rule = one_of(content_of(database, hotspot))[0].areas, one_of(content_of(database, hotspot))[1]
    (scored,) = one_of(content_of(database, point))[1].areas
    assert (area.area.coords, area.name, sorted(rule.key)) == ((1, 2, 30, 40), {"fr": "À gauche"}, ["a"])
    assert (scored.area.shape, scored.area.coords, scored.points) == ("circle", (5, 6, 7), 2)


@pytest.mark.parametrize("sent", [{}, {"file": ("x.png", b"<svg onload=alert(1)>")}])
def test_file_that_is_no_picture_is_refused(
    client: TestClient, desk: str, sent: dict[str, Any], page: Callable[..., Page]
) -> None:
    path = begin(client, desk, "choice")

    answer = client.post(f"{path.removesuffix('/edit')}/media", data={"words": "x"}, files=sent or {"other": b""})

    assert (answer.status_code, checked_page(answer.text).attributes(".govuk-error-summary a", "href")) == (
        422,
        ["#file"],
    )


def test_unknown_kind_and_unknown_parts_change_nothing(
    client: TestClient, desk: str, page: Callable[..., Page], database: Database
) -> None:
    path = begin(client, desk, "choice")
    before = content_of(database, path)

    refused = client.post(f"/banks/{desk}/items", data={"type": "riddle"})
    for act in ("remove:zzz", "up:r1:options:zzz", "add:r1:secrets", "new", ":::", "remove-media:m9"):
        save(client, page, path, act=act, new_type="riddle")

    assert (refused.status_code, content_of(database, path)) == (422, before)


def test_further_question_is_added_and_taken_away(
    client: TestClient, desk: str, page: Callable[..., Page], database: Database
) -> None:
    path = begin(client, desk, "choice")
    save(client, page, path, act="new", new_type="numeric", body="Il reste {{r2}} pains.")
    two = content_of(database, path)

    save(client, page, path, act="remove:r2")

    one = content_of(database, path)
    assert [[part.type for part in content.interactions] for content in (two, one)] == [
        ["choice", "numeric"],
        ["choice"],
    ]
    assert (one.body, sorted(one.rules)) == ({"fr": "Il reste  pains."}, ["r1"])


@pytest.mark.parametrize("factor", ["NaN", "Infinity", "-0,5", "0", "0,0", "1e9", "beaucoup", ""])
def test_unit_without_a_number_above_nothing_is_refused(
    client: TestClient, desk: str, page: Callable[..., Page], database: Database, factor: str
) -> None:
    path = begin(client, desk, "numeric")
    save(client, page, path, i__r1__takes_unit="yes")
    save(client, page, path, i__r1__units="g = 0,001")
    fields = fields_of(page(path)) | {"i.r1.units": [f"kg = 1\ng = {factor}"]}

    answer = client.post(f"{path.removesuffix('/edit')}/draft", data={**fields, "act": "save"})

    shown = checked_page(answer.text)
    assert (answer.status_code, shown.attributes(".govuk-error-summary a", "href")) == (422, ["#i-r1-units"])
    assert {unit: str(worth) for unit, worth in one_of(content_of(database, path))[1].units.items()} == {"g": "0.001"}
    assert fields_of(shown)["i.r1.units"] == [f"kg = 1\ng = {factor}"]


@pytest.mark.parametrize("type_", ["gap_match", "hottext"])
def test_more_bracketed_words_than_a_question_can_have_are_refused(
    client: TestClient, desk: str, page: Callable[..., Page], database: Database, type_: str
) -> None:
    path = begin(client, desk, type_)
    save(client, page, path, i__r1__passage="Un [pain].")
    before = content_of(database, path)
    typed = " ".join(f"[w{number}]" for number in range(800))
    fields = fields_of(page(path)) | {"i.r1.passage": [typed]}

    answer = client.post(f"{path.removesuffix('/edit')}/draft", data={**fields, "act": "save"})

    shown = checked_page(answer.text)
    assert (answer.status_code, shown.attributes(".govuk-error-summary a", "href")) == (422, ["#i-r1-passage"])
    assert content_of(database, path).interactions[0].passage == before.interactions[0].passage
    assert fields_of(shown)["i.r1.passage"] == [typed]


def test_bracketed_word_that_is_an_option_stays_that_option(
    client: TestClient, desk: str, page: Callable[..., Page], database: Database
) -> None:
    path = begin(client, desk, "gap_match")
    save(client, page, path, i__r1__passage="Du [pain] et du [lait].")

    save(client, page, path, i__r1__passage="Du {{g1}} et du {{g2}}, puis du [ Pain].")

    gaps, rule = one_of(content_of(database, path))
    assert (gaps.passage["fr"], words_of(gaps.options), gaps.reuse) == (
        "Du {{g1}} et du {{g2}}, puis du {{g3}}.",
        ["pain", "lait"],
        True,
    )
    assert sorted(rule.key) == [("g1", "w1"), ("g2", "w2"), ("g3", "w1")]


def test_brackets_in_a_translation_take_the_gaps_and_words_that_there_are(
    client: TestClient, desk: str, page: Callable[..., Page], database: Database
) -> None:
    gap_match, hottext = (begin(client, desk, kind) for kind in ("gap_match", "hottext"))
    for path in (gap_match, hottext):
        save(client, page, path, i__r1__passage="Du [pain] et du [lait].")
    in_dutch = {"gap_match": ("w1", "w2"), "hottext": ("t1", "t2")}

    for path, (bread, milk) in zip((gap_match, hottext), in_dutch.values(), strict=True):
        save(
            client,
            page,
            f"{path}?language=nl",
            **{f"i__r1__options__{bread}__text": "brood", f"i__r1__options__{milk}__text": "melk"},
            i__r1__passage="Wat [melk] en [brood].",
        )

    gaps, words = (one_of(content_of(database, path))[0] for path in (gap_match, hottext))
    assert (gaps.passage["nl"], [gap.id for gap in gaps.gaps]) == ("Wat {{g2}} en {{g1}}.", ["g1", "g2"])
    assert (words.passage["nl"], [option.id for option in words.options]) == ("Wat {{t2}} en {{t1}}.", ["t1", "t2"])


def test_anchors_typed_by_hand_make_as_many_gaps_as_a_question_can_have(
    client: TestClient, desk: str, page: Callable[..., Page], database: Database
) -> None:
    path = begin(client, desk, "gap_match")
    typed = " ".join(f"{{{{g{number}}}}}" for number in range(100)) + " {{" + "x" * 40 + "}}"

    save(client, page, path, i__r1__passage=typed)

    assert len(one_of(content_of(database, path))[0].gaps) == 30


@pytest.mark.parametrize("coords", ["0 0 20001 9", "-1 0 9 9", "0 0 9 1e3", "0 0 " + "9" * 5000 + " 9"])
def test_area_far_from_any_picture_is_refused(
    client: TestClient, desk: str, page: Callable[..., Page], database: Database, coords: str
) -> None:
    path = begin(client, desk, "hotspot")
    save(client, page, path, act="add:r1:areas")
    fields = fields_of(page(path)) | {"i.r1.areas.a.coords": [coords]}

    answer = client.post(f"{path.removesuffix('/edit')}/draft", data={**fields, "act": "save"})

    (area,) = one_of(content_of(database, path))[0].areas
    assert (answer.status_code, area.area.coords) == (422, (0, 0, 100, 100))


@pytest.mark.parametrize("type_", ["hotspot", "select_point"])
def test_new_area_lies_beside_the_last_one(
    client: TestClient, desk: str, page: Callable[..., Page], database: Database, type_: str
) -> None:
    path = begin(client, desk, type_)
    save(client, page, path, act="add:r1:areas")

    save(client, page, path, act="add:r1:areas")

    interaction, rule = one_of(content_of(database, path))
    areas = interaction.areas if type_ == "hotspot" else rule.areas
    assert [one.area.coords for one in areas] == [(0, 0, 100, 100), (30, 30, 130, 130)]


def test_hints_say_how_to_draw_an_area_and_how_experts_rate(
    client: TestClient, desk: str, page: Callable[..., Page]
) -> None:
    hotspot, situation, gaps = (begin(client, desk, kind) for kind in ("hotspot", "judgement", "gap_match"))
    save(client, page, hotspot, act="add:r1:areas")

    hints = [page(path.partition("#")[0]) for path in (hotspot, situation, gaps)]

    assert hints[0].text("#i-r1-areas-a-coords-hint").endswith("pull over the picture in the preview.")
    assert hints[1].text("#i-r1-options-a-effectiveness-hint") == "From 1, very bad, to 4, very good"
    assert hints[2].text("#i-r1-options legend") == "Further words that fit nowhere (may stay empty)"


@pytest.fixture
def french_bank_id(database: Database, world: Any) -> str:
    """Give the id of a bank of one language."""
    with database.transaction() as session:
        form = BankForm(title={"fr": "Au magasin"}, competence="retail", languages=("fr",))
        return str(create_bank(session, form, operator_id=world.operator_id, now=START).id)


def test_can_do_is_written_in_each_language_of_passports(
    client: TestClient, world: Any, sign_in: Any, french_bank_id: str, page: Callable[..., Page], database: Database
) -> None:
    sign_in(client, world.trainer)
    path = begin(client, french_bank_id, "choice")
    before = page(path)

    french = save(client, page, path, can_do="rendre la monnaie")
    both = save(client, page, path, can_do__nl="geld teruggeven", can_do__en="give change")
    content = content_of(database, path)
    less = save(client, page, path, can_do__en=" ")

    assert before.attributes("#can_do-elsewhere textarea", "name") == ["can_do.nl", "can_do.en"]
    assert before.text("#can_do-elsewhere .pr-under") == "Not written yet. You can do without."
    assert content.can_do == {"fr": "rendre la monnaie", "nl": "geld teruggeven", "en": "give change"}
    sentence = "The “can do” sentence is not written in this language."
    assert [sentence in one.text("#preview") for one in (before, french, both, less)] == [False, True, False, False]
    assert less.text("#can_do-elsewhere .pr-under") == "Written in: Dutch"
    assert content_of(database, path).can_do == {"fr": "rendre la monnaie", "nl": "geld teruggeven"}


def test_can_do_that_is_too_long_is_said_where_it_was_typed(
    client: TestClient, world: Any, sign_in: Any, french_bank_id: str, page: Callable[..., Page]
) -> None:
    sign_in(client, world.trainer)
    path = begin(client, french_bank_id, "choice").partition("#")[0]
    fields = fields_of(page(path)) | {"can_do.nl": ["x" * 20_001], "act": ["save"]}

    answer = client.post(f"{path.partition('?')[0].removesuffix('/edit')}/draft", data=fields)

    shown = checked_page(answer.text)
    assert (answer.status_code, shown.attributes(".govuk-error-summary a", "href")) == (422, ["#can_do-nl"])
    assert len(shown.attributes("#can_do-elsewhere[open]", "id")) == 1
    assert fields_of(shown)["can_do.nl"] == ["x" * 20_001]


def test_bank_of_two_languages_asks_for_the_third_alone(
    client: TestClient, desk: str, page: Callable[..., Page]
) -> None:
    shown = page(begin(client, desk, "choice"))

    assert shown.attributes("#can_do-elsewhere textarea", "name") == ["can_do.en"]
