"""Words in square brackets become gaps or words to choose: the short way to write a passage."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from question_banks import interactions as i
from question_banks import rules as r
from question_banks.texts import ANCHOR, Texts
from storage.wording import N_
from web.editing.reader import FormReader

ROWS_LIMIT = 30
_BRACKETS = re.compile(r"\[([^\[\]\n]{1,80})\]")


def is_too_much(form: FormReader, *counts: int) -> bool:
    """Tell whether brackets made more of something than a question can have, and say so."""
    if max(counts) <= ROWS_LIMIT or not form.has("passage") or not _BRACKETS.search(form.raw("passage")):
        return False
    form.complain("passage", N_("Mark at most {limit} words with square brackets."), limit=ROWS_LIMIT)
    return True


def in_brackets(text: str, take: Callable[[str], str]) -> str:
    """Return a passage with anchors in the place of `[words]`; `take` gives the id for a word.

    No more of them are replaced than a question can have, and one more by which that is seen.
    """
    return _BRACKETS.sub(lambda match: f"{{{{{take(match[1].strip())}}}}}", text, count=ROWS_LIMIT + 1)


def _alike(words: str, shown: Sequence[i.Option], language: str) -> list[str]:
    """Return the options that say these words, whatever their capitals and spaces."""
    folded = _folded(words)
    return [one.id for one in shown if folded and _folded(one.text.get(language, "")) == folded]


def _folded(words: str) -> str:
    return " ".join(words.casefold().split())


def with_bracketed_gaps(
    one: i.GapMatchInteraction, key: frozenset[r.Pair], language: str
) -> tuple[i.GapMatchInteraction, frozenset[r.Pair]]:
    """Make a gap of each `[word]` in the passage, and of the word the option that belongs there.

    A word that is an option already stays that one; where another language has a gap for it that this one lacks, it is that gap.
    """
    text = one.passage.get(language, "")
    gaps, shown, pairs, placed = list(one.gaps), list(one.options), set(key), set(ANCHOR.findall(text))

    def take(words: str) -> str:
        alike = _alike(words, shown, language)
        gap = next((gap for gap, option in sorted(pairs) if option in alike and gap not in placed), "")
        if not gap:
            gap, option = next_id("g", gaps), next(iter(alike), "") or next_id("w", shown)
            gaps.append(i.Gap(id=gap))
            pairs.add((gap, option))
            if not alike:
                shown.append(i.Option(id=option, text={language: words}))
        placed.add(gap)
        return gap

    passage = {**one.passage, language: in_brackets(text, take)} if text else one.passage
    changes: dict[str, Any] = {"passage": passage, "gaps": tuple(gaps), "options": tuple(shown)}
    if len({option for _, option in pairs}) < len(pairs) and len(pairs) > len(key):
        # The author has put one word into two gaps.
        changes["reuse"] = True
    return one.model_copy(update=changes), frozenset(pairs)


def with_bracketed_words(
    passage: Texts, known: tuple[i.Option, ...], language: str
) -> tuple[Texts, tuple[i.Option, ...]]:
    """Make an option of each `[word]` in the passage; one that the passage lacks and that says the same is that word."""
    text = passage.get(language, "")
    shown, placed = list(known), set(ANCHOR.findall(text))

    def take(words: str) -> str:
        token = next((one for one in _alike(words, shown, language) if one not in placed), "")
        if not token:
            token = next_id("t", shown)
            shown.append(i.Option(id=token, text={language: words}))
        placed.add(token)
        return token

    return ({**passage, language: in_brackets(text, take)} if text else passage), tuple(shown)


def next_id(letter: str, taken: Sequence[object]) -> str:
    """Return the next free id of that letter: `a`, `b`, ... for options (letter empty), else `g1`, `g2`, ..."""
    used = {getattr(one, "id", "") for one in taken}
    candidates = [chr(code) for code in range(ord("a"), ord("z") + 1)] if not letter else []
    candidates += [f"{letter or 'o'}{number}" for number in range(1, len(used) + 30)]
    return next(one for one in candidates if one not in used)
