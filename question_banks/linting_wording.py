"""What is hard or careless in the wording of one language: negations, address, signs. Pure."""

import re
from collections.abc import Iterator, Sequence

from question_banks.content import ItemContent
from question_banks.elements import Element
from question_banks.findings import Finding
from question_banks.interactions import (
    ChoiceInteraction,
    ExtendedTextInteraction,
    JudgementInteraction,
    SpokenInteraction,
    UploadInteraction,
)
from question_banks.linting_texts import QUOTED, excerpt, plain, sentences
from question_banks.texts import ANCHOR
from storage.wording import N_

NEGATIONS = {
    "fr": r"\bne\b(?! (?:\w+[ -])?\w+ que\b)|\bn[’'](?=\w)|\bsauf\b|\bexcepté\b|\bhormis\b|\bà l[’']exception\b",
    "nl": r"\bniet\b|\bgeen\b|\bnooit\b|\bbehalve\b|\buitgezonderd\b",
    "en": r"\bnot\b|n[’']t\b|\bnever\b|\bexcept\b",
}
"""What turns a question around. French `ne ... que` does not."""

ADDRESS = {
    "fr": (
        r"\b(?:tu|toi|tes)\b|\bt[’'](?=\w)|(?<=\w)-tu\b",
        r"\b(?:vous|votre|vos)\b",
        "tu",
        "vous",
    ),
    "nl": (r"\b(?:je|jij|jou|jouw)\b", r"\b(?:u|uw)\b", "je", "u"),
}

_QUIET = re.compile(r"\*\*|__|<")
_SIGNS = (
    (re.compile(r"\S {2,}\S"), N_("There are two spaces in a row.")),
    (re.compile(r"\?\?|,,|!!|;;|(?<!\.)\.\.(?!\.)|[,;]\.|\.,"), N_("A sign is written twice, or two signs follow each other.")),
    (re.compile(r"\w [,.](?:\s|$)"), N_("There is a space before a comma or a full stop.")),
)  # fmt: skip
_FRENCH_SIGNS = re.compile(r"[\w)][;?!»](?:\s|$)|\w:(?:\s|$)|«\w")
_OTHER_SIGNS = re.compile(r"\w [;?!:](?:\s|$)")
_CONTEXT = 12
_ANSWERED_FREELY = (ExtendedTextInteraction, SpokenInteraction, UploadInteraction)


def check_wording(content: ItemContent, elements: Sequence[Element], languages: Sequence[str]) -> Iterator[Finding]:
    """Yield what stands in the wording of each language."""
    for language in languages:
        yield from _negations(content, language)
        yield from _address(content, language)
        for element in elements:
            yield from _signs(element, language)


def asked(content: ItemContent, language: str) -> Iterator[tuple[str, str]]:
    """Yield the path and the sentence of each question: the prompts, or without any the body. In Markdown, for its emphasis."""
    prompts = [(f"{one.id}.prompt", one.prompt.get(language, "")) for one in content.interactions]
    for path, text in prompts if any(text for _, text in prompts) else [("body", content.body.get(language, ""))]:
        parts = [part for part in sentences(text) if part.strip()]
        questions = [part for part in parts if part.rstrip(' *_»”"').endswith("?")]
        interaction = content.interaction(path.partition(".")[0])
        # "Do not show your face." tells how to answer; "Tick what is not allowed." asks.
        instructs = isinstance(interaction, _ANSWERED_FREELY)
        for question in questions or ([] if instructs else parts[-1:]):
            yield path, question


def _negations(content: ItemContent, language: str) -> Iterator[Finding]:
    pattern = re.compile(NEGATIONS.get(language, "(?!)"), re.IGNORECASE)
    for path, question in asked(content, language):
        spoken = QUOTED.sub(" ", question)
        found = pattern.findall(plain(spoken))
        if not found:
            continue
        negative = _negative_options(content, path, language, pattern)
        if len(found) > 1 or negative:
            yield Finding(
                "double_negative",
                "warning",
                path,
                N_("Two negations must be thought together: “{text}”."),
                N_("Ask for what is right, and let the options say what one does."),
                {"text": excerpt(plain(f"{question} {negative}"))},
                language,
            )
        elif not (_QUIET.search(question) or any(word.isupper() and len(word) > 1 for word in found)):
            yield Finding(
                "negative_wording",
                "hint",
                path,
                N_("The question is negative: “{text}”."),
                N_("Ask for what is right. If it must be negative, write the negation in bold: **not**."),
                {"text": excerpt(plain(question))},
                language,
            )


def _negative_options(content: ItemContent, path: str, language: str, pattern: re.Pattern[str]) -> str:
    interaction = content.interaction(path.partition(".")[0])
    if isinstance(interaction, ChoiceInteraction | JudgementInteraction):
        for option in interaction.options:
            text = QUOTED.sub(" ", option.text.get(language, ""))
            if pattern.search(text):
                return text
    return ""


def _address(content: ItemContent, language: str) -> Iterator[Finding]:
    if language not in ADDRESS:
        return
    near, polite, near_word, polite_word = ADDRESS[language]
    texts = [("body", _own_words(content.body.get(language, "")))]
    texts += [(f"{one.id}.prompt", _own_words(one.prompt.get(language, ""))) for one in content.interactions]
    familiar = [path for path, text in texts if re.search(near, text, re.IGNORECASE)]
    formal = [path for path, text in texts if re.search(polite, text, re.IGNORECASE)]
    if familiar and formal:
        yield Finding(
            "mixed_address",
            "hint",
            familiar[0],
            N_("The candidate is addressed in two ways: “{near}” and “{polite}”."),
            N_("Choose one of them for the whole item."),
            {"near": near_word, "polite": polite_word},
            language,
        )


def _own_words(text: str) -> str:
    """Return what the author says to the candidate: no quotations, no dialogue, nothing behind a line that announces a message."""
    kept: list[str] = []
    for line in text.splitlines():
        if line.lstrip().startswith((">", "—", "–", "- ", "|")):
            continue
        kept.append(QUOTED.sub(" ", line))
        if line.rstrip(" *_").endswith(":"):
            break
    return "\n".join(kept)


def _signs(element: Element, language: str) -> Iterator[Finding]:
    text = "\n".join(line for line in element.texts.get(language, "").splitlines() if "|" not in line)
    text = ANCHOR.sub("x", text)
    checks = [*_SIGNS]
    if language == "fr":
        checks.append((_FRENCH_SIGNS, N_("In French a space stands before : ; ? ! and » and after «.")))
    else:
        checks.append((_OTHER_SIGNS, N_("There is a space before a sign.")))
    for pattern, message in checks:
        match = pattern.search(text)
        if match:
            around = text[max(match.start() - _CONTEXT, 0) : match.end() + _CONTEXT]
            yield Finding(
                "punctuation",
                "hint",
                element.path,
                message,
                N_("Look at “{text}”."),
                {"text": around.replace("\n", " ").strip()},
                language,
            )
            return
