"""GIFT, the text format of Moodle's question bank, to items, with a note for all that is changed or lost. Pure.

How the text is taken apart stands in `gift_grammar`; here, what each kind of question becomes.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from question_banks.content import ItemContent
from question_banks.formats.gift_grammar import (
    BREAK,
    Answer,
    AnswerBlock,
    GiftQuestion,
    GiftSource,
    Wording,
    list_sources,
    parse_question,
)
from question_banks.formats.gift_scoring import multiple_rule, percent, read_range, single_rule
from question_banks.formats.html_text import LINK_LOST, PICTURE_LOST, to_markdown
from question_banks.formats.markdown_text import GAP, escaped, escaped_inline, is_plain, plain, without_links
from question_banks.formats.pasted import (
    ANSWER_LIMIT,
    OPTION_LIMIT,
    Notes,
    PastedQuestion,
    UnreadableQuestionError,
    check_count,
    long_text,
    make_item,
    make_options,
    read_one,
    true_false,
)
from question_banks.interactions import (
    ChoiceInteraction,
    Interaction,
    MatchInteraction,
    NumericInteraction,
    Option,
    TextEntryInteraction,
)
from question_banks.rules import NumberRule, PairsRule, Rule, TextRule
from storage.wording import N_

GAP_LIMIT = 40
_BLANK = re.compile(r"_{3,}")
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9]{0,20}(?:\s[^<>]{0,500})?/?>")

Part = tuple[Interaction, Rule]


def read_gift(text: str, *, language: str) -> Iterator[PastedQuestion]:
    """Yield every question of a GIFT text as an item in that language, or with the reason why not. Never raises.

    A category becomes a tag of the questions that follow it.
    """
    category: GiftSource | None = None
    used = True
    for source in list_sources(text):
        if source.category:
            if category and not used:
                yield _without_questions(category)
            category, used = source, False
        else:
            yield _read(source, category, language, first=not used)
            used = True
    if category and not used:
        yield _without_questions(category)


def _without_questions(category: GiftSource) -> PastedQuestion:
    def refuse(_notes: Notes) -> tuple[ItemContent, str]:
        raise UnreadableQuestionError(N_("A category, and no question follows it."))

    return read_one(category.text, category.line, refuse)


def _read(source: GiftSource, category: GiftSource | None, language: str, *, first: bool) -> PastedQuestion:
    def build(notes: Notes) -> tuple[ItemContent, str]:
        if source.joined:
            notes.add(N_("A blank line inside the braces was passed over."))
        question = parse_question(source)
        tags = list(question.tags)
        if category:
            tags.append(category.category.rstrip("/").rpartition("/")[2].strip()[:60])
            if first:
                notes.add(N_("The category “{name}” became a tag."), line=category.line, name=category.category[:80])
        return _Builder(question, language, notes).build([tag for tag in tags if tag]), question.name

    return read_one(source.text, source.line, build)


class _Builder:
    """Makes one item of one question."""

    def __init__(self, question: GiftQuestion, language: str, notes: Notes) -> None:
        self._question, self._language, self._notes = question, language, notes
        self._said: list[str] = []

    def build(self, tags: Sequence[str]) -> ItemContent:
        question = self._question
        if not question.blocks:
            raise UnreadableQuestionError(N_("This text asks nothing: it has no answers in braces."))
        if len(question.blocks) > GAP_LIMIT:
            raise UnreadableQuestionError(N_("There are more than {limit} gaps."), limit=GAP_LIMIT)
        blocks = question.blocks
        for block in blocks:
            self._keep_feedback("", block.feedback)
        several = len(blocks) > 1
        parts = [self._part(block, f"r{number}") for number, block in enumerate(blocks, 1)]
        if several and not all(_fits_in_a_line(interaction) for interaction, _ in parts):
            raise UnreadableQuestionError(
                N_("Only short answers, numbers and choices of one option can be gaps in the same text.")
            )
        inline = not question.ends_with_answers and _fits_in_a_line(parts[0][0])
        text = self._text(GAP if inline else "_____")
        if not text.replace(GAP, "").strip() and question.name:
            text = escaped(question.name)
            self._notes.add(N_("The name is shown as the question, since there is no other text."))
        if not inline and isinstance(parts[0][0], TextEntryInteraction | NumericInteraction) and GAP not in text:
            text = _BLANK.sub(GAP, text) if len(_BLANK.findall(text)) == 1 else text
        if GAP in text:
            parts = [(_in_a_line(interaction), rule) for interaction, rule in parts]
        if self._said:
            self._notes.add(N_("Feedback was kept in the explanation for colleagues. Candidates do not see it."))
        return make_item(self._language, text, parts, rationale="\n\n".join(self._said), tags=tags)

    def _text(self, blank: str) -> str:
        question = self._question
        texts = question.texts[:1] if question.ends_with_answers else question.texts
        return self._markdown(Wording(blank.join(texts), question.markup))

    def _part(self, block: AnswerBlock, name: str) -> Part:
        check_count(block.answers, limit=OPTION_LIMIT if block.kind == "multichoice" else ANSWER_LIMIT)
        makers = {
            "essay": self._essay,
            "truefalse": self._true_false,
            "numerical": self._number,
            "multichoice": self._choice,
            "match": self._pairs,
            "shortanswer": self._short_answer,
        }
        interaction, rule = makers[block.kind](block)
        return interaction.model_copy(update={"id": name}), rule

    def _essay(self, _block: AnswerBlock) -> Part:
        return long_text(self._notes)

    def _true_false(self, block: AnswerBlock) -> Part:
        interaction, rule = true_false(self._language, right=block.right, notes=self._notes)
        # The first feedback is for who is wrong, the second for who is right.
        shown = [option.text[self._language] for option in interaction.options]
        wrong_first = reversed(shown) if block.right else shown
        for answer, words in zip(block.answers, wrong_first, strict=False):
            self._keep_feedback(escaped_inline(words), answer.feedback)
        return interaction, rule

    def _short_answer(self, block: AnswerBlock) -> Part:
        answers = [(self._plain(answer.words), answer) for answer in block.answers]
        best = max((answer.credit for words, answer in answers if words), default=Fraction(0))
        if best <= 0:
            raise UnreadableQuestionError(N_("No answer is right."), line=block.line)
        accepted = tuple(dict.fromkeys(words for words, answer in answers if words and answer.credit == best))
        for words, answer in answers:
            self._keep_feedback(escaped_inline(words), answer.feedback)
            if words and 0 < answer.credit < best:
                self._notes.add(
                    N_("“{answer}” earned {percent} %. Here an answer is right or wrong: it is not accepted."),
                    line=answer.line, answer=words[:80], percent=percent(answer.credit),
                )  # fmt: skip
        interaction = TextEntryInteraction(id="r1", width=min(max(10, *map(len, accepted), 2), 60))
        ignore = frozenset() if block.exact else frozenset({"case"})
        return interaction, TextRule(accept={self._language: accepted}, ignore=ignore)

    def _number(self, block: AnswerBlock) -> Part:
        kept: tuple[Decimal, Decimal] | None = None
        best = max((answer.credit for answer in block.answers), default=Fraction(0))
        for answer in block.answers:
            written = " ".join(answer.words.text.split())
            self._keep_feedback(escaped_inline(written), answer.feedback)
            if answer.credit <= 0 or written in {"", "*"}:
                continue
            number = read_range(written)
            if number is None:
                message = N_("“{answer}” is no number. Write 3.14, 3.14:0.01 or 3..4.")
                raise UnreadableQuestionError(message, line=answer.line, answer=written[:80])
            if kept is None and answer.credit == best:
                kept = number
            else:
                self._notes.add(
                    N_("“{answer}” ({percent} %) is not accepted: a number has one right value and a margin."),
                    line=answer.line, answer=written[:80], percent=percent(answer.credit),
                )  # fmt: skip
        if kept is None:
            raise UnreadableQuestionError(N_("No answer is right."), line=block.line)
        return NumericInteraction(id="r1"), NumberRule(key=kept[0], tolerance=kept[1])

    def _pairs(self, block: AnswerBlock) -> Part:
        rows = [(self._plain(answer.words), answer) for answer in block.answers]
        partners = [self._plain(Wording(answer.partner, "plain")) for answer in block.answers]
        if len(rows) < 2 or not all(partners) or not any(words for words, _ in rows):  # noqa: PLR2004 (a pair alone)
            raise UnreadableQuestionError(
                N_("Matching needs two pairs or more, each with both its sides."), line=block.line
            )
        ids = {words: f"c{number}" for number, words in enumerate(dict.fromkeys(partners), 1)}
        key: list[tuple[str, str]] = []
        options: list[Option] = []
        for (words, answer), partner in zip(rows, partners, strict=True):
            if "#" in partner:
                self._notes.add(N_("“#” divides nothing in a pair: it stays in the text."), line=answer.line)
            if words:
                options.append(Option(id=f"r{len(options) + 1}", text={self._language: words}))
                key.append((options[-1].id, ids[partner]))
        choices = tuple(Option(id=name, text={self._language: words}) for words, name in ids.items())
        return MatchInteraction(id="r1", rows=tuple(options), options=choices), PairsRule(key=frozenset(key))

    def _choice(self, block: AnswerBlock) -> Part:
        answers: list[Answer] = []
        texts: list[str] = []
        for answer in block.answers:
            words, feedback = self._plain(answer.words), answer.feedback
            if not words and feedback.text:
                # Moodle makes an empty option of `~#ff0000`; nobody can have meant that.
                words, feedback = f"#{self._plain(feedback)}", Wording()
                self._notes.add(N_("“#” at the start of an option was read as part of it."), line=answer.line)
            elif not words and answer.words.text:
                words = f"… ({len(texts) + 1})"
                self._notes.add(N_("An option without words is shown as “…”. Write what it says."), line=answer.line)
            if words:
                texts.append(words)
                answers.append(answer)
                self._keep_feedback(escaped_inline(words), feedback)
        options = make_options(self._language, texts)
        interaction = ChoiceInteraction(id="r1", options=options, multiple=not block.single)
        credit = [answer.credit for answer in answers]
        return interaction, single_rule(credit, self._notes) if block.single else multiple_rule(credit, self._notes)

    def _keep_feedback(self, about: str, feedback: Wording) -> None:
        said = self._markdown(feedback)
        if said:
            self._said.append(f"{about}: {said}" if about else said)

    def _markdown(self, wording: Wording) -> str:
        if wording.markup == "html":
            markdown, lost = to_markdown(wording.text.replace(BREAK, "\n"))
            for message, values in lost:
                self._notes.add(message, **values)
            return markdown
        if wording.markup == "markdown":
            markdown, pictures, linked = without_links(wording.text.replace(BREAK, "\n"))
            for name in pictures:
                self._notes.add(PICTURE_LOST, name=name[:80])
            if linked:
                self._notes.add(LINK_LOST)
            return markdown
        if _TAG.search(wording.text):
            self._notes.add(
                N_("HTML tags are shown as they are written. Write [html] before the text if they are meant as such.")
            )
        paragraphs = wording.text.split(BREAK * 2)
        return "\n\n".join("\\\n".join(map(escaped, one.split(BREAK))) for one in paragraphs)

    def _plain(self, wording: Wording) -> str:
        if wording.markup in {"moodle", "plain"}:
            if _TAG.search(wording.text):
                self._markdown(wording)
            return " ".join(wording.text.replace(BREAK, " ").split())
        markdown = self._markdown(wording)
        if not is_plain(markdown):
            self._notes.add(N_("The formatting of an answer was dropped, its words stay."))
        return plain(markdown)


def _fits_in_a_line(interaction: Interaction) -> bool:
    if isinstance(interaction, ChoiceInteraction):
        return not interaction.multiple
    return isinstance(interaction, TextEntryInteraction | NumericInteraction)


def _in_a_line(interaction: Interaction) -> Interaction:
    if isinstance(interaction, ChoiceInteraction):
        return interaction.model_copy(update={"look": "dropdown"})
    return interaction
