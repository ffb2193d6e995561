"""What the languages of an item do not say alike: numbers, names, pictures and recordings. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from question_banks.content import ItemContent, Media, StimulusContent
from question_banks.elements import Element
from question_banks.faults import fault
from question_banks.findings import Finding
from question_banks.integrity import displaced, lost_anchors
from question_banks.interactions import (
    CTestInteraction,
    GapMatchInteraction,
    HotspotInteraction,
    HottextInteraction,
    SelectPointInteraction,
)
from question_banks.linting_texts import QUOTED, capitalised, excerpt, numbers, plain, spelled_numbers
from question_banks.texts import ANY, Texts
from storage.wording import N_

TWO_NAMES = """
    bruxelles=brussel anvers=antwerpen gand=gent bruges=brugge liège=luik namur=namen mons=bergen tournai=doornik
    louvain=leuven malines=mechelen courtrai=kortrijk ostende=oostende alost=aalst hal=halle vilvorde=vilvoorde
    ixelles=elsene schaerbeek=schaarbeek uccle=ukkel etterbeek=etterbeek forest=vorst molenbeek=molenbeek
    saint-gilles=sint-gillis auderghem=oudergem evere=evere woluwe=woluwe laeken=laken jette=jette saint-josse=sint-joost
    watermael=watermaal boitsfort=bosvoorde berchem-sainte-agathe=sint-agatha-berchem koekelberg=koekelberg
    midi=zuid nord=noord gare=station flandre=vlaanderen wallonie=wallonië belgique=belgië france=frankrijk
    allemagne=duitsland pays-bas=nederland maroc=marokko turquie=turkije europe=europa meuse=maas escaut=schelde
    région=gewest région=regio commune=gemeente ville=stad état=staat
    nivelles=nijvel wavre=waver tirlemont=tienen saint-nicolas=sint-niklaas marché=markt noël=kerstmis pâques=pasen
"""
"""Places and days with a French and a Dutch name, of which a translation rightly takes the other."""

BRACKETS = re.compile(r"\[[^\[\]\n]{1,80}\]")
"""What an author writes around a word that becomes a gap; a translator who writes them makes none."""

NOT_NAMES = {
    "fr": "monsieur madame mademoiselle mme mlle mr dr place rue avenue boulevard gare marché bonjour oui non",
    "nl": (
        "meneer mevrouw mijnheer mevr dhr dr frans franse nederlands nederlandse nederlandstalig franstalig engels engelse "
        "duits belgisch belgische brussels brusselse vlaams vlaamse waals marokkaans turks arabisch spaans pools "
        "station markt plein straat laan zuid noord u uw ja nee"
    ),
    "en": (
        "mr mrs ms dr i french dutch english german belgian monday tuesday wednesday thursday friday saturday sunday january "
        "february march april may june july august september october november december street station"
    ),
}


def check_languages(
    content: ItemContent | StimulusContent, elements: Sequence[Element], languages: Sequence[str]
) -> Iterator[Finding]:
    """Yield what two languages do not say alike, and what one of them lacks for who cannot see or hear."""
    yield from _anchors(content, elements, languages)
    apart = _written_apart(content)
    for element in elements:
        texts = {language: text for language in languages if (text := element.texts.get(language, "").strip())}
        if element.path not in apart and not element.path.endswith(".accept"):
            yield from _numbers(element.path, texts)
            yield from _names(element.path, texts)
    needed = _pictures_to_answer_on(content)
    for medium in content.media:
        yield from _words_for_media(medium, languages, needed=medium.id in needed)
        yield from _one_for_all(medium, languages)


def _anchors(
    content: ItemContent | StimulusContent, elements: Sequence[Element], languages: Sequence[str]
) -> Iterator[Finding]:
    """Yield the anchors lost in a language that is not complete yet, of which `integrity` does not speak before it is."""
    waiting = {
        language
        for language in languages
        if any(element.needed and not element.texts.get(language, "").strip() for element in elements)
    }
    for path, texts, known in _anchored_texts(content):
        for language, lost in lost_anchors(texts, known, languages).items():
            if language in waiting:
                yield replace(fault(displaced(path), path, language=language, anchors=lost), severity="warning")
        for language in languages:
            if path != "body" and BRACKETS.search(texts.get(language, "")):
                yield Finding(
                    "brackets_left",
                    "warning",
                    path,
                    N_("Candidates see the square brackets in this text."),
                    N_("Write double braces as in the other language, for example {anchor}, or take the brackets out."),
                    {"anchor": "{{" + next(iter(known), "t1") + "}}"},
                    language,
                )


def _anchored_texts(content: ItemContent | StimulusContent) -> Iterator[tuple[str, Texts, list[str]]]:
    """Yield path, texts and known anchors of each text in which things stand at their place."""
    media = [one.id for one in content.media]
    if isinstance(content, StimulusContent):
        yield "body", content.body, media
        return
    yield "body", content.body, [*media, *(one.id for one in content.interactions)]
    for one in content.interactions:
        if isinstance(one, GapMatchInteraction | HottextInteraction):
            places = one.gaps if isinstance(one, GapMatchInteraction) else one.options
            yield f"{one.id}.passage", one.passage, [place.id for place in places]


def _numbers(path: str, texts: dict[str, str]) -> Iterator[Finding]:
    for (first, text), (second, other) in combinations(texts.items(), 2):
        here, there = Counter(numbers(text, first)), Counter(numbers(other, second))
        missing_there = (here - there) - Counter(spelled_numbers(other, second))
        missing_here = (there - here) - Counter(spelled_numbers(text, first))
        if missing_there or missing_here:
            yield Finding(
                "numbers_differ",
                "warning",
                path,
                N_(
                    "The numbers are not the same: {first} only in {first_language}, {second} only in {second_language}."
                ),
                N_("Compare the two texts. One of them may make another answer right."),
                {
                    "first": excerpt(", ".join(sorted(missing_there.elements()))) or "–",
                    "second": excerpt(", ".join(sorted(missing_here.elements()))) or "–",
                    "first_language": first,
                    "second_language": second,
                },
            )


def _names(path: str, texts: dict[str, str]) -> Iterator[Finding]:
    for (first, text), (second, other) in combinations(texts.items(), 2):
        here = _only_in(text, first, other)
        there = _only_in(other, second, text)
        # One name alone may have become a pronoun; two different ones are a slip.
        if here and there:
            yield Finding(
                "names_differ",
                "warning",
                path,
                N_("The names are not the same: {first} in {first_language}, {second} in {second_language}."),
                N_("Use the same names in each language."),
                {
                    "first": excerpt(", ".join(here)),
                    "second": excerpt(", ".join(there)),
                    "first_language": first,
                    "second_language": second,
                },
            )


def _only_in(text: str, language: str, other: str) -> list[str]:
    folded = plain(other).casefold()
    known = NOT_NAMES.get(language, "").split()
    found = dict.fromkeys(capitalised(text))
    return [
        name
        for name in found
        if (word := name.casefold()) not in folded
        and word not in known
        and not any(twin in folded for twin in _twins(word))
    ]


def _twins(word: str) -> list[str]:
    pairs = [pair.split("=") for pair in TWO_NAMES.split()]
    return [right if word == left else left for left, right in pairs if word in (left, right)]


def _written_apart(content: ItemContent | StimulusContent) -> set[str]:
    """Return the passages that are not translations of each other: a C-test is written anew in each language."""
    if isinstance(content, StimulusContent):
        return set()
    return {f"{one.id}.passage" for one in content.interactions if isinstance(one, CTestInteraction)}


def _pictures_to_answer_on(content: ItemContent | StimulusContent) -> set[str]:
    if isinstance(content, StimulusContent):
        return set()
    kinds = HotspotInteraction | SelectPointInteraction | GapMatchInteraction
    return {one.image for one in content.interactions if isinstance(one, kinds) and one.image}


def _words_for_media(medium: Media, languages: Sequence[str], *, needed: bool) -> Iterator[Finding]:
    for language in languages:
        if medium.kind == "image" and (needed or not medium.decorative) and not medium.alt.get(language, "").strip():
            yield Finding(
                "missing_alt",
                "warning",
                f"{medium.id}.alt",
                N_("The picture has no words for who cannot see it."),
                N_("Say in a sentence what it shows and the question needs, or mark it as decoration."),
                {},
                language,
            )
        if medium.kind != "image" and not medium.transcript.get(language, "").strip():
            yield Finding(
                "missing_transcript",
                "warning",
                f"{medium.id}.transcript",
                N_("The recording has no transcript for who cannot hear it."),
                N_("Write down what is said, word for word, and the sounds that matter."),
                {},
                language,
            )


def _one_for_all(medium: Media, languages: Sequence[str]) -> Iterator[Finding]:
    """Yield what hints at words in a file that is one for all languages. Pixels and sound are not looked at, only what is said of them."""
    if len(languages) < 2 or ANY not in medium.files or any(language in medium.files for language in languages):  # noqa: PLR2004 (two languages)
        return
    quoting = [language for language in languages if QUOTED.search(medium.alt.get(language, ""))]
    if medium.kind == "image" and quoting:
        yield Finding(
            "words_in_picture",
            "hint",
            f"{medium.id}.alt",
            N_(
                "The words in the picture are not translated: the alternative text quotes some, and the picture is the same for each language."
            ),
            N_("Add a picture for each language, or one without words."),
            {},
        )
    transcripts = {text for language in languages if (text := medium.transcript.get(language, "").strip())}
    if medium.kind != "image" and len(transcripts) > 1:
        yield Finding(
            "recording_not_translated",
            "warning",
            f"{medium.id}.transcript",
            N_("The transcripts differ, but there is one recording for all languages."),
            N_(
                "Add a recording for each language. If the language itself is asked, give each the transcript of what is heard."
            ),
            {},
        )
