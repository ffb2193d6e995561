"""What an author's text says once its Markdown is taken away: words, sentences, numbers, names. Pure."""

import re
from functools import lru_cache

from question_banks.texts import ANCHOR

WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
QUOTED = re.compile(r"«[^»]*»|“[^”]*”|\"[^\"]*\"|‘[^’]*’(?!\w)")
"""What somebody else says, or what is written somewhere; an apostrophe in a word does not end it."""

VALUES = {
    "fr": "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize",
    "nl": "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien",
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen",
}
ORDINALS = {
    "fr": "premier deuxième troisième quatrième cinquième sixième septième huitième neuvième dixième",
    "nl": "eerste tweede derde vierde vijfde zesde zevende achtste negende tiende",
    "en": "first second third fourth fifth sixth seventh eighth ninth tenth",
}
FURTHER = {
    "fr": {
        "une": "1", "première": "1", "seconde": "2", "demi": "30", "demie": "30", "quart": "15", "midi": "12",
        "minuit": "0", "vingt": "20", "trente": "30", "quarante": "40", "cinquante": "50", "cent": "100",
        "mille": "1000", "moitié": "50",
    },
    "nl": {
        "één": "1", "kwart": "15", "kwartier": "15", "middag": "12", "middernacht": "0", "half": "30",
        "twintig": "20", "dertig": "30", "veertig": "40", "vijftig": "50", "honderd": "100", "duizend": "1000",
        "helft": "50",
    },
    "en": {
        "half": "30", "quarter": "15", "noon": "12", "midnight": "0", "twenty": "20", "thirty": "30", "forty": "40",
        "fifty": "50", "hundred": "100", "thousand": "1000",
    },
}  # fmt: skip
"""Words that stand for a number, so that `2 clients` and `twee klanten` do not differ."""

_MARKS_OF_A_LINE = re.compile(r"(?:> ?){0,9}(?:#{1,6} +|[-*+] +|\d{1,3}[.)] +)?")
_EXCERPT = 160
_DAMAGED = re.compile(r"(?<=\w)\[([^\[\]\n]{1,40})\]")
_EMPHASIS = re.compile(r"\*+|`+|(?<!\w)_+|_+(?!\w)|\\(?=[^\w\s])")
_SENTENCE_END = re.compile(r"(?<=[.!?…])(?:\s?[»”\"')\]])*\s+(?=[^\sa-zß-ÿœ»”])|\n+")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:M|Mr|Mme|Dr|p|ex|p\. ex|bv|nr|env|ca|max|min|etc|enz|u|st)\.$", re.IGNORECASE
)
_THOUSANDS = re.compile(r"(?<![\d.,])([1-9]\d{0,2})((?:[  .]\d{3})+)(?![\d])")
_THOUSANDS_IN_ENGLISH = re.compile(r"(?<![\d.,])([1-9]\d{0,2})((?:,\d{3})+)(?![\d])")
_DIGITS = re.compile(r"(?<!\d)(?P<after>(?<=\d[.,:])|(?<=\dh)|(?<=\du)|(?<=\d h )|(?<=\d u ))?(?P<run>\d+)")
_CAPITALISED = re.compile(r"(?P<before>[^\w\s]?\s*)(?P<word>[A-ZÀ-ÖØ-Þ][\w’'-]*)")


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Return the text without anchors and Markdown: one line a paragraph, list entry or table cell; a C-test's words whole."""
    # Line by line, with bounded patterns: a text of 20,000 dashes must not take longer than one of words.
    text = _DAMAGED.sub(r"\1", ANCHOR.sub(" ", text))
    written = (line.strip() for line in text.split("\n"))
    unmarked = (_MARKS_OF_A_LINE.sub("", line, count=1) for line in written if not _is_ruler(line))
    cells = (cell for line in unmarked for cell in _EMPHASIS.sub("", line).split("|"))
    return "\n".join(said for cell in cells if (said := " ".join(cell.split())))


@lru_cache(maxsize=4096)
def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a plain text; a line ends one. An abbreviation's full stop does not."""
    found: list[str] = []
    joins = False
    for part in _SENTENCE_END.split(text):
        stripped = part.strip()
        if not stripped:
            continue
        if joins:
            found[-1] = f"{found[-1]} {stripped}"
        else:
            found.append(stripped)
        joins = bool(_ABBREVIATION.search(stripped))
    return tuple(found)


def words(text: str) -> list[str]:
    """Return the words of a plain text, as they are written; what is joined by an apostrophe or a hyphen is one."""
    return WORD.findall(text)


def fold(text: str) -> str:
    """Return what makes two texts the same to a reader: no Markdown, case, edges or double spaces. Accents stay."""
    return " ".join(plain(text).casefold().split()).strip(" .,;:!?…«»“”\"'’")


def excerpt(text: str) -> str:
    """Return a text on one line, cut where it is too long to stand inside another sentence."""
    line = " ".join(text.split())
    return line if len(line) <= _EXCERPT else f"{line[:_EXCERPT].rstrip()}…"


def numbers(text: str, language: str) -> list[str]:
    """Return the runs of digits of a text, sorted, so that the ways to write a number do not matter.

    Signs between thousands are taken away, and zeros alone behind a sign: `1 250,00`, `1.250` and `1250` are all `1250`;
    `8 h 30`, `8.30 uur` and `8:30` are all `8` and `30`.
    """
    separated = _THOUSANDS_IN_ENGLISH if language == "en" else _THOUSANDS
    joined = separated.sub(lambda match: match[1] + re.sub(r"\D", "", match[2]), plain(text))
    runs: list[str] = []
    for match in _DIGITS.finditer(joined):
        run = match["run"]
        if match["after"] is None:
            runs.append(run.lstrip("0") or "0")
        elif run.strip("0"):
            runs.append(run.lstrip("0"))
    return sorted(runs)


def spelled_numbers(text: str, language: str) -> list[str]:
    """Return the digits that the number words of a text stand for."""
    values = _spelled(language)
    return [values[word] for word in WORD.findall(plain(text).casefold().replace("-", " ")) if word in values]


def capitalised(text: str) -> list[str]:
    """Return the words with a capital that do not begin a sentence, a quotation or a line, without acronyms."""
    found: list[str] = []
    for sentence in sentences(plain(text)):
        for match in _CAPITALISED.finditer(sentence):
            if match.start("word") == 0 or match["before"].strip() in {
                ":",
                "«",
                "“",
                "”",
                '"',
                "‘",
                "—",
                "–",
                "-",
                "(",
                "…",
                "•",
            }:
                continue
            word = match["word"].strip("’'-")
            if len(word) > 1 and not word.isupper():
                found.append(word)
    return found


@lru_cache(maxsize=8)
def _spelled(language: str) -> dict[str, str]:
    counted = {word: str(number) for number, word in enumerate(VALUES.get(language, "").split())}
    ordered = {word: str(number) for number, word in enumerate(ORDINALS.get(language, "").split(), start=1)}
    return {**counted, **ordered, **FURTHER.get(language, {})}


def _is_ruler(line: str) -> bool:
    """Tell whether a line only parts the head of a table, or two paragraphs."""
    return "---" in line and not line.strip("|:- ")
