"""How hard a text is to read: Flesch scores in three languages, long sentences, rare words. Pure.

The formulas are Flesch (1948) for English, Kandel & Moles (1958) for French and Douma (1960) for Dutch. Which score belongs to which
CEFR level is **our own provisional estimate**: no published study gives it for texts this short. The words of a language and how often
they are heard come from the package pyspellchecker (film subtitles: OpenSubtitles, Lison & Tiedemann 2016), read once a process.
"""

import gzip
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from question_banks.linting_texts import capitalised, plain, sentences, words

LEVELS = ("A1", "A2", "B1", "B2", "C1")
LANGUAGES = ("fr", "nl", "en")
"""Those that can be judged."""

ENOUGH_WORDS = 20
"""Below it a formula says more about one long word than about the text."""

LONGEST_SENTENCE = {"A1": 12, "A2": 16, "B1": 20, "B2": 26, "C1": 40}
"""Words in a sentence that a reader of this level still follows; our own estimate, near the usual advice for plain language."""

RAREST_WORD = {"A1": 4.0, "A2": 1.0, "B1": 0.5, "B2": 0.3, "C1": 0.0}
"""How often in a million words a word must be heard, for a reader of this level to know it; our own estimate."""

_KEPT = 0.3
_FORMULAS = {"fr": (207.0, 1.015, 73.6), "nl": (206.84, 0.93, 77.0), "en": (206.835, 1.015, 84.6)}
_LOWEST_SCORES = {"A1": 90.0, "A2": 78.0, "B1": 66.0, "B2": 52.0}
_SHORTEST_HARD_WORD = 4
_SHORTEST_SENTENCE = 4
_SHORTEST_PART = 3
_SHORTEST_LONG_WORD = 20
_LONGEST_COMPOUND = 40

_FRENCH_VOWELS = "aeiouyàâäéèêëîïôöùûüœæ"
_FRENCH_FIRST = _FRENCH_VOWELS + "h"
_BEHIND_APOSTROPHE = 5
_FRENCH_GROUP = re.compile(rf"é(?=[aouiy])|[{_FRENCH_VOWELS}]+?(?=[ïëü])|[{_FRENCH_VOWELS}]+")
_FRENCH_MUTE = re.compile(rf"[^{_FRENCH_VOWELS}]es?$")
_DUTCH_GROUP = re.compile(r"aai|ooi|oei|eeu|ieu|aa|ee|oo|uu|ie|oe|eu|ui|ij|ei|ou|au|[aeiouyäëïöüáàâéèêíîóôúû]")
_ENGLISH_GROUP = re.compile(r"[aeiouy]+")
_ENGLISH_MUTE = re.compile(r"[^aeiouyl]e$|[^aeiouytd]ed$")
_ENDINGS = {
    "fr": (("s", ""), ("x", ""), ("es", ""), ("e", ""), ("ez", "er"), ("ent", "er"), ("e", "er"), ("ez", "ir"), ("aux", "al"), ("", "s"), ("", "e")),
    "nl": (("s", ""), ("en", ""), ("e", ""), ("n", ""), ("t", ""), ("t", "en"), ("", "s"), ("", "en"), ("", "e"), ("", "n"), ("je", ""), ("tje", "")),
    "en": (("s", ""), ("es", ""), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("", "s")),
}  # fmt: skip
_LINKS = ("", "s", "e", "en", "n")

# Films are mostly made elsewhere: these are everyday words of work and street in Belgium that they seldom say.
_EVERYDAY = {
    "fr": "abord néerlandais cheffe cash cola essuie gsm mail stage stagiaire stagiaires tram mutuelle commune cpas tartine torchon week",
    "nl": "tram onthaal stage stagiair stagiaire stagiairs verwittigen verwittigt reservoir werkkledij gemeente cursist café voormiddag namiddag",
    "en": "internship trainee trainees tram",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How the sentences of a text read, from four words on. `score` (100 very easy, 0 very hard) and `level` are None below `ENOUGH_WORDS`."""

    words: int
    sentences: int
    syllables: int
    score: float | None
    level: str | None


def measure(text: str, language: str) -> Reading:
    """Return how a text, written in Markdown, reads in one of `LANGUAGES`."""
    # Cells of a table, units and other scraps are no sentences: they would decide the score of a short text.
    parts = [found for sentence in sentences(plain(text)) if len(found := words(sentence)) >= _SHORTEST_SENTENCE]
    found = [word for part in parts for word in part]
    spoken = sum(count_syllables(word, language) for word in found)
    if len(found) < ENOUGH_WORDS:
        return Reading(len(found), len(parts), spoken, None, None)
    score = flesch(len(found), len(parts), spoken, language)
    return Reading(len(found), len(parts), spoken, score, level_of(score))


def flesch(word_count: int, sentence_count: int, syllable_count: int, language: str) -> float:
    """Return the reading ease: Flesch (1948), Kandel & Moles (1958) or Douma (1960)."""
    base, by_sentence, by_word = _FORMULAS[language]
    return base - by_sentence * word_count / sentence_count - by_word * syllable_count / word_count


def level_of(score: float) -> str:
    """Return the lowest CEFR level whose readers a text of this score suits; provisional, our own estimate."""
    return next((level for level, lowest in _LOWEST_SCORES.items() if score >= lowest), LEVELS[-1])


def is_harder(level: str, than: str) -> bool:
    """Tell whether a CEFR level is above another; what is no CEFR level is neither."""
    return level in LEVELS and than in LEVELS and LEVELS.index(level) > LEVELS.index(than)


def count_syllables(word: str, language: str) -> int:
    """Return how many syllables a word has, by its vowels; at least one. A mute final e counts in French and English for none."""
    return sum(_syllables(part, language) for part in re.split(r"[’'-]", word.casefold()) if len(part) > 1) or 1


def hard_words(text: str, language: str, level: str) -> list[str]:
    """Return the words that a reader of this level may not know, in reading order, each once: rare ones, and very long ones.

    Names and acronyms are passed over. A Dutch compound is as rare as its rarest part.
    """
    source = plain(text)
    names = {word for name in capitalised(source) for word in _parts(name)}
    found: dict[str, None] = {}
    for written in words(source):
        if written.isupper():
            continue
        for part in _parts(written):
            word = part.casefold()
            if len(word) < _SHORTEST_HARD_WORD or part in names or word in found:
                continue
            often = frequency(word, language)
            is_rare = often < RAREST_WORD[level] and not (part[0].isupper() and often == 0)
            if is_rare or (len(word) >= _SHORTEST_LONG_WORD and level in LEVELS[:2]):
                found[word] = None
    return list(found)


@lru_cache(maxsize=8192)
def frequency(word: str, language: str) -> float:
    """Return how often a word is heard in a million words, in its own or a near form (plural, conjugated); 0 when hardly ever."""
    heard = _heard(language)
    word = word.replace("œ", "oe")
    # The list has no Dutch word that begins with aa (aan, aardappel, ...): they cannot be judged.
    if language == "nl" and word.startswith("aa"):
        return max(RAREST_WORD.values())
    often = max(heard.get(form, 0.0) for form in _forms(word, language))
    # It passes over what stands behind an apostrophe, as most French words with a first vowel do: l’eau, d’accord.
    if language == "fr" and word[0] in _FRENCH_FIRST:
        often *= _BEHIND_APOSTROPHE
    if language == "nl" and often < max(RAREST_WORD.values()) and len(word) <= _LONGEST_COMPOUND:
        often = max(often, _frequency_of_parts(word, heard))
    return often


def _frequency_of_parts(word: str, heard: dict[str, float]) -> float:
    best = 0.0
    for cut in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1):
        head, tail = word[:cut], word[cut:]
        last = max(heard.get(form, 0.0) for form in _forms(tail, "nl"))
        if last <= best:
            continue
        first = max(
            heard.get(head[: len(head) - len(link)], 0.0)
            for link in _LINKS
            if head.endswith(link) and len(head) - len(link) >= _SHORTEST_PART
        )
        best = max(best, min(first, last))
    return best


def _forms(word: str, language: str) -> Iterator[str]:
    yield word
    if language == "nl" and not word.isascii():
        yield "".join(sign for sign in unicodedata.normalize("NFD", word) if not unicodedata.combining(sign))
    for ending, instead in _ENDINGS.get(language, ()):
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_PART:
            stem = word[: len(word) - len(ending)] + instead
            yield stem
            if language == "nl" and not instead and len(stem) > _SHORTEST_PART and stem[-1] == stem[-2]:
                yield stem[:-1]


def _parts(written: str) -> list[str]:
    if written.casefold().startswith("aujourd"):
        return []
    return [part for part in re.split(r"[’'-]", written) if part]


def _syllables(word: str, language: str) -> int:
    if language == "fr":
        heard = re.sub(r"gu(?=[eéèêiy])", "g", word.replace("qu", "q"))
        return max(len(_FRENCH_GROUP.findall(heard)) - bool(_FRENCH_MUTE.search(heard)), 1)
    if language == "en":
        return max(len(_ENGLISH_GROUP.findall(word)) - bool(_ENGLISH_MUTE.search(word)), 1)
    return max(len(_DUTCH_GROUP.findall(word)), 1)


@cache
def _heard(language: str) -> dict[str, float]:
    """Return occurrences in a million of the words that are heard often enough to matter; the rest would only cost memory."""
    source = resources.files("spellchecker") / "resources" / f"{language}.json.gz"
    counts: dict[str, int] = json.loads(gzip.decompress(source.read_bytes()))
    million = sum(counts.values()) / 1_000_000
    heard = {word: count / million for word, count in counts.items() if count >= _KEPT * million}
    return heard | dict.fromkeys(_EVERYDAY[language].split(), max(RAREST_WORD.values()))
