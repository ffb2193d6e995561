"""Words for what answers say of items: verdicts and advice. For a trainer without statistics; the numbers stand beside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from assess.item_verdicts import CODES, Verdict
from storage.wording import N_
from web.analysis_figures import figure, of_hundred
from web.i18n import gettext, number
from web.item_words import Word, language_name

SHORT = {
    "weak_do_better": N_("The weak do better than the able"),
    "able_take": N_("The able take a wrong option"),
    "turns": N_("Harder for the weaker of one group"),
    "harder_in": N_("Harder for one group"),
    "harder": N_("Harder than before"),
    "easier": N_("Easier than before"),
    "uneven": N_("Now easier, now harder"),
    "too_easy": N_("Too easy for everyone"),
    "too_hard": N_("Too hard for nearly everyone"),
    "tells_little": N_("Hardly tells the able from the weak"),
    "often_open": N_("Often left open"),
    "not_reached": N_("Often not reached"),
    "nobody_takes": N_("An option that nobody takes"),
    "slow": N_("Much slower than planned"),
    "fast": N_("Much faster than planned"),
    "fine": N_("Nothing stands out"),
    "too_few": N_("Too few answers"),
    "unmarked": N_("Not marked by itself"),
}
"""Names of the kinds of verdicts, as filters have them."""

SENTENCES = {
    "weak_do_better": N_("The weak do better than the able: check the key."),
    "able_take": N_("The able take option {option} more than the weak: is it right, too?"),
    "able_take_first": N_("The ablest take option {option}, not the key: check the key."),
    "harder": N_("Harder than before for people of the same ability."),
    "easier": N_("Easier than before for people of the same ability: it may have become known."),
    "uneven": N_("Now easier, now harder for people of the same ability."),
    "too_easy": N_("Too easy for everyone."),
    "too_hard": N_("Too hard for nearly everyone."),
    "tells_little": N_("It hardly tells the able from the weak."),
    "often_open": N_("Often left open."),
    "not_reached": N_("Often not reached before the time is over."),
    "nobody_takes": N_("Nobody takes option {option}."),
    "slow": N_("Much slower than planned."),
    "fast": N_("Much faster than planned: people may guess."),
    "fine": N_("Nothing stands out."),
    "too_few": N_("Too few answers to say anything."),
    "unmarked": N_("Marking gives no points by itself: what people got cannot be counted here."),
}

ADVICE = {
    "weak_do_better": N_(
        "Look at the key first: is another option right, or two? If the key is right, ask two colleagues to solve the question without it."
    ),
    "able_take": N_(
        "Read option {option} as somebody who knows a lot would. If it can be defended, change it, or accept it."
    ),
    "turns": N_(
        "Lay the two languages side by side. Look for a word that only strong readers know, or a hint that only they can use, in one of them."
    ),
    "harder_in": N_(
        "Lay the two languages side by side. Look for a word that is rarer, a longer sentence or an option that sounds right in one of them."
    ),
    "harder": N_(
        "Ask what changed: the price, the rule, the tool that it is about? Bring it up to date, or retire it."
    ),
    "easier": N_("It may be known by now. Write a new one of the same kind, and retire this one."),
    "uneven": N_("Look at the stretches of time below: who sat the test then, and what was different?"),
    "too_easy": N_(
        "It tells nothing about anybody. Keep it only as a friendly first question, or make its wrong options more likely."
    ),
    "too_hard": N_("Check that it can be solved from what is given, and that its words are not the hard part."),
    "tells_little": N_(
        "Look for two readings, a trick, or a wrong option that is half right. Often one word is enough."
    ),
    "often_open": N_("Open it on a phone: is it clear what to do? Are the words easy enough?"),
    "not_reached": N_("Give the section more time, or fewer questions."),
    "nobody_takes": N_("It does no work. Put in its place a mistake that people really make."),
    "slow": N_("Give it more time in “Seconds”, or make the text shorter."),
    "fast": N_("See whether it can be solved without reading it."),
    "fine": N_("There is nothing to do."),
}
COLOURS = {3: "red", 2: "yellow", 1: "", 0: "green"}
URGENCIES = {3: N_("Look at it now"), 2: N_("Look at it"), 1: N_("Worth a look")}
SEVERITIES = {3: "blocking", 2: "warning", 1: "hint", 0: "hint"}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How to say that an item is harder for `{group}`: with the `{option}` to look at; and where it turns, than for `{other}`."""

    harder: str
    option: str
    turns: str


LANGUAGES = Vocabulary(
    N_("Harder in {group} for people of the same ability: compare the texts."),
    N_("Harder in {group} for people of the same ability: look at option {option}."),
    N_(
        "For weaker people it is harder in {group} than in {other}, for stronger people it is easier: compare the texts."
    ),
)
GROUPS = Vocabulary(
    N_("Harder for “{group}” at the same ability: what does the question ask that is not the subject?"),
    N_("Harder for “{group}” at the same ability: look at option {option}."),
    N_(
        "Among weaker people it is harder for “{group}” than for “{other}”, among stronger people it is easier: what does the question ask that is not the subject?"
    ),
)
_TURN = N_("It turns at an ability that {share} of 100 people do not reach (theta {theta}).")
_MOST = {
    "weaker": N_("The difference is largest among weaker people."),
    "stronger": N_("The difference is largest among stronger people."),
}


@dataclass(frozen=True, slots=True)
class VerdictWords:
    """A verdict as a page shows it."""

    code: str
    tag: Word | None
    """How urgent it is; None when there is nothing to do."""
    severity: str
    sentence: str
    advice: str
    names_option: bool = False


def verdict_words(verdict: Verdict) -> VerdictWords:
    """Return a verdict in the reader's language."""
    urgency = URGENCIES.get(verdict.urgency)
    return VerdictWords(
        verdict.code,
        Word(gettext(urgency), COLOURS[verdict.urgency]) if urgency else None,
        SEVERITIES[verdict.urgency],
        _sentence(verdict),
        gettext(ADVICE.get(verdict.code, ""), option=verdict.option),
        bool(verdict.option),
    )


def finding_choices(present: Mapping[str, int]) -> list[tuple[str, str]]:
    """Return what the list can be filtered by: the kinds of verdicts that there are, with how many items have each."""
    return [(code, f"{gettext(SHORT[code])} ({number(present[code])})") for code in CODES if present.get(code)]


def difference_sentence(verdict: Verdict, names: Mapping[str, str], vocabulary: Vocabulary) -> str:
    """Return for whom an item is harder, of a verdict `harder_in` or `turns`; `names` are the groups' names."""
    group, other = (names.get(one, one) for one in (verdict.language, verdict.other))
    if verdict.code == "turns":
        turn = gettext(_TURN, share=of_hundred(verdict.values["weaker"]), theta=figure(verdict.values["turns_at"], 1))
        return f"{gettext(vocabulary.turns, group=group, other=other)} {turn}"
    sentence = gettext(vocabulary.option if verdict.option else vocabulary.harder, group=group, option=verdict.option)
    return f"{sentence} {gettext(_MOST[verdict.most_for])}" if verdict.most_for else sentence


def _sentence(verdict: Verdict) -> str:
    if verdict.language:
        codes = [one for one in (verdict.language, verdict.other) if one]
        return difference_sentence(verdict, {one: language_name(one, inside=True) for one in codes}, LANGUAGES)
    is_first = verdict.code == "able_take" and verdict.urgency == max(URGENCIES)
    key = f"{verdict.code}_first" if is_first else verdict.code
    return gettext(SENTENCES[key], option=verdict.option)


difference_words: Mapping[str, Callable[[], str]] = {
    "A": lambda: gettext(N_("no difference that matters")),
    "B": lambda: gettext(N_("some difference")),
    "C": lambda: gettext(N_("a large difference")),
}
"""What an ETS class means."""
