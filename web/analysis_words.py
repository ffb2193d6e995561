"""Words for what answers say of items: verdicts, advice, reliability. For a trainer without statistics; the numbers stand beside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from assess.item_figures import Reliability
from assess.item_verdicts import CODES, Verdict
from storage.wording import N_
from web.i18n import gettext, number
from web.item_words import Word, language_name

SHORT = {
    "weak_do_better": N_("The weak do better than the able"),
    "able_take": N_("The able take a wrong option"),
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
    "harder_in": N_("Harder in {language} for people of the same ability: compare the texts."),
    "harder_in_option": N_("Harder in {language} for people of the same ability: look at option {option}."),
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
}
COLOURS = {3: "red", 2: "yellow", 1: "", 0: "green"}
URGENCIES = {3: N_("Look at it now"), 2: N_("Look at it"), 1: N_("Worth a look")}
SEVERITIES = {3: "blocking", 2: "warning", 1: "hint", 0: "hint"}


@dataclass(frozen=True, slots=True)
class VerdictWords:
    """A verdict as a page shows it."""

    code: str
    tag: Word | None
    """How urgent it is; None when there is nothing to do."""
    severity: str
    sentence: str
    advice: str


def verdict_words(verdict: Verdict) -> VerdictWords:
    """Return a verdict in the reader's language."""
    values = {
        "option": verdict.option,
        "language": language_name(verdict.language, inside=True) if verdict.language else "",
    }
    key: str = verdict.code
    if key == "able_take" and verdict.urgency == max(URGENCIES):
        key = "able_take_first"
    if key == "harder_in" and verdict.option:
        key = "harder_in_option"
    urgency = URGENCIES.get(verdict.urgency)
    return VerdictWords(
        verdict.code,
        Word(gettext(urgency), COLOURS[verdict.urgency]) if urgency else None,
        SEVERITIES[verdict.urgency],
        gettext(SENTENCES[key], **values),
        gettext(ADVICE.get(verdict.code, ""), **values),
    )


def finding_choices(present: Mapping[str, int]) -> list[tuple[str, str]]:
    """Return what the list can be filtered by: the kinds of verdicts that there are, with how many items have each."""
    return [(code, f"{gettext(SHORT[code])} ({number(present[code])})") for code in CODES if present.get(code)]


def reliability_words(reliability: Reliability) -> str:
    """Return in words what the reliability is good for."""
    value = reliability.value
    if value is None:
        return gettext(N_("Too few people have answered to say how reliable it is: 50 are needed."))
    for least, words in _RELIABILITIES:
        if value >= least:
            return gettext(words)
    return gettext(_UNRELIABLE)


_RELIABILITIES = (
    (0.9, N_("Good enough to decide about one person, together with what else you know of them.")),
    (0.8, N_("Good enough to say where one person stands, as long as the margin is shown.")),
    (
        0.7,
        N_("Good enough for a first impression of one person, and to compare groups. A decision wants more questions."),
    ),
)
_UNRELIABLE = N_("Not good enough to say much about one person: take more questions, or mend those below.")

difference_words: Mapping[str, Callable[[], str]] = {
    "A": lambda: gettext(N_("no difference that matters")),
    "B": lambda: gettext(N_("some difference")),
    "C": lambda: gettext(N_("a large difference")),
}
"""What an ETS class means."""
