"""What keeps an item from being shown or marked: the checks that import and publishing share. Pure.

Every finding is blocking; whether an item is a good one is for `linting`. The words stand in `faults`, the checks of keys in `keys`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from question_banks import interactions
from question_banks.content import ItemContent, Media, StimulusContent
from question_banks.elements import missing_elements
from question_banks.faults import fault
from question_banks.findings import Finding
from question_banks.interactions import Area, Interaction
from question_banks.keys import check_rule
from question_banks.rules import AreaRule
from question_banks.texts import ANCHOR, Texts

SLIDER_STEPS = 101
"""How many numbers a slider can have; more cannot be told apart by hand."""

# These are for colleagues; a candidate never lacks them.
_NOT_NEEDED = ("rationale", "can_do")


def check(content: ItemContent, languages: Sequence[str]) -> list[Finding]:
    """Return all that keeps an item from being shown and marked in these languages; none when it can be published."""
    found: list[Finding] = []
    if not content.interactions:
        found.append(fault("no_interaction", ""))
    elif not _asks(content):
        found.append(fault("asks_nothing", ""))
    names = [one.id for one in (*content.interactions, *content.media)]
    found += [fault("id_twice", name, id=name) for name in _repeated(names)]
    found += _check_languages(content, languages)
    found += _check_anchors("body", content.body, names, languages)
    for medium in content.media:
        found += _check_medium(medium, languages)
    for interaction in content.interactions:
        if kind := _CHECKS.get(type(interaction)):
            found += kind(interaction, content, languages)
        found += _check_options(interaction, content)
        found += check_rule(interaction, content.rules.get(interaction.id), languages)
        found += _check_scored_areas(interaction, content)
    return found


def check_stimulus(content: StimulusContent, languages: Sequence[str]) -> list[Finding]:
    """Return all that keeps shared material from being shown in these languages."""
    found: list[Finding] = []
    if not content.media and not any(text.strip() for text in content.body.values()):
        found.append(fault("asks_nothing", "body"))
    names = [one.id for one in content.media]
    found += [fault("id_twice", name, id=name) for name in _repeated(names)]
    found += _check_languages(content, languages)
    found += _check_anchors("body", content.body, names, languages)
    for medium in content.media:
        found += _check_medium(medium, languages)
    return found


def _asks(content: ItemContent) -> bool:
    texts = [content.body]
    for one in content.interactions:
        texts += [one.prompt, getattr(one, "passage", {})]
    return bool(content.media) or any(text.strip() for each in texts for text in each.values())


def _check_languages(content: ItemContent | StimulusContent, languages: Sequence[str]) -> Iterator[Finding]:
    for language in languages:
        for element in missing_elements(content, language):
            # Accepted texts are checked with the rule, which knows whether there must be any.
            if element.path in _NOT_NEEDED or element.path.endswith(".accept"):
                continue
            yield fault("language_incomplete", element.path, language=language, field=_field(element.path))


def _field(path: str) -> str:
    """Return the name of the list or text that a path ends in: `options` for `r1.options.a`."""
    parts = path.split(".")
    return parts[1] if len(parts) > 1 else parts[0]


def _check_anchors(
    at: str, texts: Texts, known: Iterable[str], languages: Sequence[str], needed: Iterable[str] = ()
) -> Iterator[Finding]:
    written = _anchors(texts, languages)
    for language, anchors in written.items():
        for name in sorted(set(anchors) - set(known)):
            yield fault("anchor_unknown", at, language=language, id=name)
        for name in _repeated(anchors):
            yield fault("anchor_twice", at, language=language, id=name)
    anchored = {name for anchors in written.values() for name in anchors}
    for language, lost in lost_anchors(texts, known, languages).items():
        yield fault(displaced(at), at, language=language, anchors=lost)
    if written:
        for name in (name for name in needed if name not in anchored):
            yield fault("gap_no_place", at, id=name)


def lost_anchors(texts: Texts, known: Iterable[str], languages: Sequence[str]) -> dict[str, str]:
    """Return by language, where a text lacks them, the anchors that the text of another of these languages has: `{{t1}} {{t2}}`."""
    written = _anchors(texts, languages)
    ids = set(known)
    wanted = list(dict.fromkeys(name for anchors in written.values() for name in anchors if name in ids))
    lost = {language: [name for name in wanted if name not in anchors] for language, anchors in written.items()}
    return {language: " ".join(f"{{{{{name}}}}}" for name in names) for language, names in lost.items() if names}


def displaced(at: str) -> str:
    """Return the code of what is said of a text at that path when anchors are lost in it."""
    return "words_displaced" if at.endswith(".passage") else "anchors_differ"


def _anchors(texts: Texts, languages: Sequence[str]) -> dict[str, list[str]]:
    return {language: ANCHOR.findall(texts[language]) for language in languages if texts.get(language, "").strip()}


def _check_medium(medium: Media, languages: Sequence[str]) -> Iterator[Finding]:
    for language in languages:
        if medium.file_in(language) is None:
            yield fault("medium_no_file", medium.id, language=language, id=medium.id)
    for kind in sorted({file.type for file in medium.files.values()}):
        if not _is_of_kind(kind, medium.kind):
            yield fault("medium_wrong_kind", medium.id, id=medium.id, type=kind)


def _is_of_kind(media_type: str, kind: str) -> bool:
    # A browser's recorder makes WebM and Ogg files whose type says nothing of whether there are pictures in them.
    return media_type.startswith(f"{kind}/") or (
        kind in ("audio", "video")
        and media_type in ("video/webm", "audio/webm", "application/ogg", "audio/mp4", "video/mp4")
    )


def _check_options(interaction: Interaction, content: ItemContent) -> Iterator[Finding]:
    for field in ("options", "rows"):
        records = getattr(interaction, field, None)
        if not isinstance(records, tuple):
            continue
        at = f"{interaction.id}.{field}"
        minimum = _minimum(interaction, field)
        if len(records) < minimum:
            yield fault("too_few_options", at, field=field, minimum=minimum)
        for name in _repeated(one.id for one in records):
            yield fault("option_twice", at, id=name)
        for one in records:
            if one.image:
                yield from _check_image(f"{at}.{one.id}", one.image, content)
            elif not any(text.strip() for text in one.text.values()):
                yield fault("row_empty" if field == "rows" else "option_empty", f"{at}.{one.id}", name=one.id)


def _minimum(interaction: Interaction, field: str) -> int:
    if isinstance(interaction, interactions.JudgementInteraction):
        return 3 if interaction.mode == "most_least" else 2
    few = field == "rows" or isinstance(interaction, interactions.HottextInteraction | interactions.GapMatchInteraction)
    return 1 if few else 2


def _check_image(at: str, image: str, content: ItemContent) -> Iterator[Finding]:
    medium = content.medium(image)
    if not image:
        yield fault("image_missing", at)
    elif medium is None or medium.kind != "image":
        yield fault("image_unknown", at, id=image)


def _check_area(at: str, area: Area, image: str, content: ItemContent) -> Iterator[Finding]:
    left, top, right, bottom = _bounds(area)
    if right <= left or bottom <= top:
        yield fault("area_empty", at)
        return
    medium = content.medium(image)
    for file in medium.files.values() if medium else ():
        if file.width and (right <= 0 or bottom <= 0 or left >= file.width or top >= file.height):
            yield fault("area_outside", at, width=file.width, height=file.height)
            return


def _bounds(area: Area) -> tuple[int, int, int, int]:
    numbers = area.coords
    if area.shape == "rect":
        return numbers[0], numbers[1], numbers[2], numbers[3]
    if area.shape == "poly":
        return min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2])
    x, y, across, down = numbers[0], numbers[1], numbers[2], numbers[-1]
    return x - across, y - down, x + across, y + down


def _check_scored_areas(interaction: Interaction, content: ItemContent) -> Iterator[Finding]:
    rule = content.rules.get(interaction.id)
    if isinstance(interaction, interactions.SelectPointInteraction) and isinstance(rule, AreaRule):
        for one in rule.areas:
            yield from _check_area(f"{interaction.id}.areas", one.area, interaction.image, content)


def _check_hotspot(
    interaction: interactions.HotspotInteraction, content: ItemContent, _languages: Sequence[str]
) -> Iterator[Finding]:
    at = f"{interaction.id}.areas"
    yield from _check_image(f"{interaction.id}.image", interaction.image, content)
    if len(interaction.areas) < 2:  # noqa: PLR2004 (a choice of one is none)
        yield fault("too_few_options", at, field="areas", minimum=2)
    for name in _repeated(one.id for one in interaction.areas):
        yield fault("option_twice", at, id=name)
    for one in interaction.areas:
        yield from _check_area(f"{at}.{one.id}", one.area, interaction.image, content)


def _check_select_point(
    interaction: interactions.SelectPointInteraction, content: ItemContent, _languages: Sequence[str]
) -> Iterator[Finding]:
    yield from _check_image(f"{interaction.id}.image", interaction.image, content)


def _check_hottext(
    interaction: interactions.HottextInteraction, _content: ItemContent, languages: Sequence[str]
) -> Iterator[Finding]:
    names = [one.id for one in interaction.options]
    yield from _check_passage(interaction, names, names, languages)


def _check_gap_match(
    interaction: interactions.GapMatchInteraction, content: ItemContent, languages: Sequence[str]
) -> Iterator[Finding]:
    at = f"{interaction.id}.gaps"
    names = [one.id for one in interaction.gaps]
    if not names:
        yield fault("too_few_options", at, field="gaps", minimum=1)
    for name in _repeated(names):
        yield fault("option_twice", at, id=name)
    if interaction.image or any(one.area for one in interaction.gaps):
        yield from _check_image(f"{interaction.id}.image", interaction.image, content)
    for one in interaction.gaps:
        if one.area:
            yield from _check_area(f"{at}.{one.id}", one.area, interaction.image, content)
    in_text = [one.id for one in interaction.gaps if one.area is None]
    if any(text.strip() for text in interaction.passage.values()):
        yield from _check_passage(interaction, names, in_text, languages)
    else:
        for name in in_text:
            yield fault("gap_no_place", f"{at}.{name}", id=name)


def _check_passage(
    interaction: Any, known: Sequence[str], needed: Sequence[str], languages: Sequence[str]
) -> Iterator[Finding]:
    at = f"{interaction.id}.passage"
    if not any(text.strip() for text in interaction.passage.values()):
        for language in languages:
            yield fault("language_incomplete", at, language=language, field="passage")
    yield from _check_anchors(at, interaction.passage, known, languages, needed)


def _check_slider(
    interaction: interactions.SliderInteraction, _content: ItemContent, _languages: Sequence[str]
) -> Iterator[Finding]:
    if interaction.low >= interaction.high:
        yield fault("slider_ends", f"{interaction.id}.high")
    elif (interaction.high - interaction.low) // interaction.step + 1 > SLIDER_STEPS:
        yield fault("slider_steps", f"{interaction.id}.step", limit=SLIDER_STEPS - 1)


def _check_extended_text(
    interaction: interactions.ExtendedTextInteraction, _content: ItemContent, _languages: Sequence[str]
) -> Iterator[Finding]:
    low, high = interaction.minimum_words, interaction.maximum_words
    if low is not None and high is not None and low > high:
        yield fault("words_bounds", f"{interaction.id}.minimum_words")


def _check_upload(
    interaction: interactions.UploadInteraction, _content: ItemContent, _languages: Sequence[str]
) -> Iterator[Finding]:
    if not interaction.accept:
        yield fault("accepts_nothing", f"{interaction.id}.accept")


def _check_c_test(
    interaction: interactions.CTestInteraction, _content: ItemContent, languages: Sequence[str]
) -> Iterator[Finding]:
    at = f"{interaction.id}.passage"
    if not interaction.gaps:
        yield fault("too_few_options", at, field="gaps", minimum=1)
    for name in _repeated(interaction.gaps):
        yield fault("option_twice", at, id=name)
    for language in languages:
        text = interaction.passage.get(language, "")
        if text.strip() and sorted(ANCHOR.findall(text)) != sorted(interaction.gaps):
            yield fault("gaps_differ", at, language=language)


def _repeated(names: Iterable[str]) -> list[str]:
    return sorted(name for name, count in Counter(names).items() if count > 1)


_CHECKS: dict[type[Any], Callable[[Any, ItemContent, Sequence[str]], Iterator[Finding]]] = {
    interactions.HotspotInteraction: _check_hotspot,
    interactions.SelectPointInteraction: _check_select_point,
    interactions.HottextInteraction: _check_hottext,
    interactions.GapMatchInteraction: _check_gap_match,
    interactions.SliderInteraction: _check_slider,
    interactions.ExtendedTextInteraction: _check_extended_text,
    interactions.UploadInteraction: _check_upload,
    interactions.CTestInteraction: _check_c_test,
}
