"""What a reader of pasted text gives for each question, and how it words an item in one language. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from question_banks.content import ItemContent
from question_banks.errors import InvalidContentError
from question_banks.formats.exchange import Problem
from question_banks.formats.markdown_text import GAP, disarmed, split_question
from question_banks.interactions import ChoiceInteraction, ExtendedTextInteraction, Interaction, Option
from question_banks.rules import MatchRule, RatedRule, Rule
from storage.wording import N_

QUESTION_LIMIT = 20_000
"""The most signs that one question may have: longer ones are no questions, and cost time."""
OPTION_LIMIT = 40
ANSWER_LIMIT = 100
TITLE_LIMIT = 200
NO_TEXT = N_("The question has no text.")
NO_KEY = N_("No option is marked as right. Mark one before you publish the item.")

_TRUE_FALSE = {
    "ar": ("صحيح", "خطأ"),
    "de": ("Richtig", "Falsch"),
    "en": ("True", "False"),
    "es": ("Verdadero", "Falso"),
    "fr": ("Vrai", "Faux"),
    "it": ("Vero", "Falso"),
    "nl": ("Juist", "Fout"),
    "pt": ("Verdadeiro", "Falso"),
    "tr": ("Doğru", "Yanlış"),
}


@dataclass(frozen=True, slots=True)
class PastedQuestion:
    """One question as it was pasted, and what became of it: a content, or a refusal that says why there is none."""

    source: str
    """The lines as they were pasted."""
    line: int
    """The first of these lines, from 1."""
    content: ItemContent | None = None
    """In one language; competence and level are empty. It may lack its key, as a draft does: then a note says so."""
    notes: tuple[Problem, ...] = ()
    """What was changed or lost, each with its line."""
    refusal: Problem | None = None
    title: str = ""
    """The name that the text gives to the question; empty when it gives none."""


class UnreadableQuestionError(InvalidContentError):
    """A question that no item can be made of. `line` is where, None for its first line."""

    def __init__(self, message: str, *, line: int | None = None, **values: Any) -> None:
        super().__init__(message, **values)
        self.line = line


class Notes:
    """Collects what was changed or lost in one question; the same is said once."""

    def __init__(self, line: int) -> None:
        self._line = line
        self.found: list[Problem] = []

    def add(self, message: str, *, line: int | None = None, **values: Any) -> None:
        """Keep a note; without `line` it is about the question as a whole."""
        note = Problem("", line or self._line, "", message, values)
        if not any((one.message, one.values) == (message, values) for one in self.found):
            self.found.append(note)


def read_one(source: str, line: int, build: Callable[[Notes], tuple[ItemContent, str]]) -> PastedQuestion:
    """Return what `build` makes of a question (its content and its title), or its refusal."""
    notes = Notes(line)
    try:
        _check_length(source)
        content, title = build(notes)
    except UnreadableQuestionError as refusal:
        problem = Problem("", refusal.line or line, "", refusal.message, refusal.values)
        return PastedQuestion(source, line, notes=tuple(notes.found), refusal=problem)
    return PastedQuestion(source, line, content, tuple(notes.found), title=title[:TITLE_LIMIT])


def _check_length(source: str) -> None:
    if len(source) > QUESTION_LIMIT:
        raise UnreadableQuestionError(N_("The question is longer than {limit} signs."), limit=QUESTION_LIMIT)


def make_item(
    language: str,
    text: str,
    parts: Sequence[tuple[Interaction, Rule]],
    *,
    rationale: str = "",
    tags: Sequence[str] = (),
) -> ItemContent:
    """Return an item of Markdown `text`, in which each `GAP` is the place of the next interaction.

    Without gaps the last paragraph becomes the prompt of the first interaction if it is plain words; what stands before it is the
    body. Raises UnreadableQuestionError when nothing is asked.
    """
    interactions = [interaction for interaction, _ in parts]
    body = disarmed(text).strip()
    if not body.replace(GAP, ""):
        raise UnreadableQuestionError(NO_TEXT)
    if GAP in body:
        for interaction in interactions:
            body = body.replace(GAP, f"{{{{{interaction.id}}}}}", 1)
    else:
        body, prompt = split_question(body)
        if prompt:
            interactions[0] = interactions[0].model_copy(update={"prompt": {language: prompt}})
    return ItemContent(
        languages=(language,),
        body={language: body} if body else {},
        interactions=tuple(interactions),
        rules={interaction.id: rule for interaction, rule in parts},
        tags=tuple(dict.fromkeys(tags)),
        rationale={language: rationale} if rationale else {},
    )


def option_id(number: int) -> str:
    """Return the id of the option at a place, from 0: a to z, then o27 and so on."""
    return "abcdefghijklmnopqrstuvwxyz"[number] if number < 26 else f"o{number + 1}"  # noqa: PLR2004 (the alphabet)


def make_options(language: str, texts: Sequence[str]) -> tuple[Option, ...]:
    """Return options in their order. Raises UnreadableQuestionError for fewer than two."""
    if len(texts) < 2:  # noqa: PLR2004 (a choice)
        raise UnreadableQuestionError(N_("A choice needs two options or more."))
    return tuple(Option(id=option_id(number), text={language: text}) for number, text in enumerate(texts))


def check_count(answers: Sequence[object], *, limit: int = OPTION_LIMIT) -> None:
    """Raise UnreadableQuestionError when one question has more answers than a person would write."""
    if len(answers) > limit:
        raise UnreadableQuestionError(N_("There are more than {limit} options or answers."), limit=limit)


def choice(
    language: str, texts: Sequence[str], right: Sequence[int], notes: Notes
) -> tuple[ChoiceInteraction, MatchRule]:
    """Return a choice with its key, by place from 0; with several right options all of them must be chosen."""
    options = make_options(language, texts)
    if not right:
        notes.add(NO_KEY)
    if len(right) > 1:
        notes.add(N_("Several options are right: who chooses all of them, and no other, earns the point."))
    interaction = ChoiceInteraction(id="r1", options=options, multiple=len(right) > 1)
    return interaction, MatchRule(key=frozenset(option_id(number) for number in right))


def true_false(language: str, *, right: bool, notes: Notes, name: str = "r1") -> tuple[ChoiceInteraction, MatchRule]:
    """Return a choice between true and false, in the words of the language."""
    if language not in _TRUE_FALSE:
        notes.add(N_("The options “True” and “False” are in English. Translate them."))
    words = _TRUE_FALSE.get(language, _TRUE_FALSE["en"])
    options = tuple(Option(id=key, text={language: word}) for key, word in zip(("true", "false"), words, strict=True))
    interaction = ChoiceInteraction(id=name, options=options, shuffle=False)
    return interaction, MatchRule(key=frozenset({"true" if right else "false"}))


def long_text(notes: Notes) -> tuple[ExtendedTextInteraction, RatedRule]:
    """Return room for a text that a person rates; the criteria are still to be written."""
    notes.add(N_("A person rates this answer. Write the criteria before you publish the item."))
    return ExtendedTextInteraction(id="r1"), RatedRule()
