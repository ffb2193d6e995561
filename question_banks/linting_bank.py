"""What is unfair about a bank as a whole, and shows in no single item. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from question_banks.content import ItemContent
from question_banks.elements import list_elements
from question_banks.findings import Finding
from question_banks.interactions import ChoiceInteraction
from question_banks.linting_options import keys_of
from question_banks.linting_texts import fold, plain, words
from question_banks.names import FirstName, first_names
from storage.wording import N_

ENOUGH_KEYS = 12
"""Fewer right options say nothing about where they stand."""

ENOUGH_NAMES = 10
LEAST_SHARE = 0.3
"""Of women or men among the people named."""

MOST_SHARE = 0.75
"""Of one origin among the names."""

NEARLY_THE_SAME = 0.8
"""Shared runs of three words, over all of both (Jaccard)."""

_RUN = 3
_FEWEST_WORDS = 8
_COMMON = 50
_NAMES_SHOWN = 8

# Chi-square, upper 1 %: degrees of freedom 1 to 9 (Pearson & Hartley 1966, table 8).
_CRITICAL = (6.635, 9.210, 11.345, 13.277, 15.086, 16.812, 18.475, 20.090, 21.666)

Found = tuple[str | None, Finding]


def check_bank(items: Sequence[tuple[str, ItemContent]], languages: Sequence[str]) -> Iterator[Found]:
    """Yield a finding and the code of its item; None is the bank itself."""
    yield from _positions(items)
    yield from _names(items, languages)
    yield from _repeats(items, languages)


def _positions(items: Sequence[tuple[str, ItemContent]]) -> Iterator[Found]:
    keyed: list[tuple[bool, int, int]] = []
    for _, content in items:
        for interaction in content.interactions:
            if not isinstance(interaction, ChoiceInteraction) or interaction.multiple:
                continue
            order = [option.id for option in interaction.options]
            right = [order.index(key) for key in keys_of(content, interaction) if key in order]
            if len(right) == 1:
                keyed.append((interaction.shuffle, right[0], len(order)))
    fixed = [(place, count) for shuffle, place, count in keyed if not shuffle]
    if _is_unbalanced(fixed):
        yield (
            None,
            Finding(
                "key_position_unbalanced",
                "warning",
                "",
                N_("Where options are not shuffled, the right one stands too often in the same place: {places}."),
                N_("Let the options be shuffled, or move the right ones."),
                {"places": _places(fixed)},
            ),
        )
        return
    every = [(place, count) for _, place, count in keyed]
    if _is_unbalanced(every):
        yield (
            None,
            Finding(
                "key_position_unbalanced",
                "hint",
                "",
                N_("As written, the right option stands too often in the same place: {places}."),
                N_("Candidates see shuffled options. On paper, and in some exports, they stand as you wrote them."),
                {"places": _places(every)},
            ),
        )


def _is_unbalanced(keyed: Sequence[tuple[int, int]]) -> bool:
    """Tell whether places and chance disagree: chi-square, where each option of an item is as likely the right one."""
    if len(keyed) < ENOUGH_KEYS:
        return False
    seen = Counter(place for place, _ in keyed)
    expected: dict[int, float] = defaultdict(float)
    for _, count in keyed:
        for place in range(count):
            expected[place] += 1 / count
    statistic = sum((seen[place] - mean) ** 2 / mean for place, mean in expected.items())
    freedom = min(len(expected) - 1, len(_CRITICAL))
    return freedom > 0 and statistic > _CRITICAL[freedom - 1]


def _places(keyed: Sequence[tuple[int, int]]) -> str:
    seen = Counter(place for place, _ in keyed)
    return ", ".join(f"{place + 1}: {seen[place]}" for place in range(max(count for _, count in keyed)))


def _names(items: Sequence[tuple[str, ItemContent]], languages: Sequence[str]) -> Iterator[Found]:
    people = [person for _, content in items for person in _people(content, languages)]
    if len(people) < ENOUGH_NAMES:
        return
    women = sum(person.gender == "f" for person in people)
    men = len(people) - women
    if min(women, men) < LEAST_SHARE * len(people):
        yield (
            None,
            Finding(
                "names_gender",
                "hint",
                "",
                N_("By their first names, {women} women and {men} men are named."),
                N_("Let women and men occur about as often, and in the same roles. Names are only a rough sign."),
                {"women": women, "men": men},
            ),
        )
    origin, count = Counter(person.origin for person in people).most_common(1)[0]
    if count > MOST_SHARE * len(people):
        names = dict.fromkeys(person.name for person in people if person.origin == origin)
        yield (
            None,
            Finding(
                "names_origin",
                "hint",
                "",
                N_("Of {total} people named, {count} have names from one part of the world: {names}."),
                N_("Name people as they are met in Brussels. Names are only a rough sign."),
                {"total": len(people), "count": count, "names": ", ".join(list(names)[:_NAMES_SHOWN])},
            ),
        )


def _people(content: ItemContent, languages: Sequence[str]) -> Iterator[FirstName]:
    """Yield each person named in an item once, whatever the language and how often."""
    texts = (plain(one.texts.get(code, "")) for one in list_elements(content) if one.shown for code in languages)
    yield from dict.fromkeys(person for text in texts for person in first_names(text))


def _repeats(items: Sequence[tuple[str, ItemContent]], languages: Sequence[str]) -> Iterator[Found]:
    """Yield items that ask nearly what one before them asks, in the first language of the bank that both have."""
    runs = {code: _runs(content, languages) for code, content in items}
    holders: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for code, found in runs.items():
        shared: Counter[str] = Counter()
        for run in found:
            # What very many items say ("what do you do?") makes no pair alike, and comparing them all would take long.
            if len(holders[run]) < _COMMON:
                shared.update(holders[run])
                holders[run].append(code)
        for other, count in shared.most_common(1):
            if count >= NEARLY_THE_SAME * len(found | runs[other]):
                yield (
                    code,
                    Finding(
                        "near_duplicate",
                        "warning",
                        "",
                        N_("It asks nearly the same as “{other}”."),
                        N_("Keep one of them, or see to it that no candidate gets both."),
                        {"other": other},
                    ),
                )


def _runs(content: ItemContent, languages: Sequence[str]) -> frozenset[tuple[str, ...]]:
    language = next((code for code in languages if content.body.get(code) or _prompts(content, code)), "")
    said = fold(f"{content.body.get(language, '')}\n{_prompts(content, language)}")
    # Numbers count: the same sum with other numbers is another question.
    told = [word for part in said.split() for word in (words(part) or [part])]
    if len(told) < _FEWEST_WORDS:
        return frozenset()
    return frozenset((language, *told[start : start + _RUN]) for start in range(len(told) - _RUN + 1))


def _prompts(content: ItemContent, language: str) -> str:
    return "\n".join(text for one in content.interactions if (text := one.prompt.get(language, "").strip()))
