"""What a simulation says, in sentences: a verdict on a section, how its bank is used, what holding questions back costs."""

from collections.abc import Mapping, Sequence
from math import ceil, isnan, sqrt

from assess.simulated_results import Figures
from assess.simulated_sections import Part
from assess.simulating import Sparing, Variant
from storage.wording import N_
from web.i18n import gettext, ngettext, number
from web.item_words import Word

GOOD, FAIR = 0.8, 0.6
"""From which share of right levels on a part is sure, and fairly sure."""
HEAVY, HEAVIEST = 0.3, 0.5
"""From which share of candidates on an item is used much, and very much."""
NOTABLE = 0.05
LITTLE = 0.1
"""Of a question: a mean length that differs by less is the same."""
NONE = "–"


def tag_of(figures: Figures) -> Word:
    """Return in a word how sure the level is."""
    if figures.right is None:
        return Word(gettext(N_("no levels")))
    # By the share as it is written: two parts that both say 60 of 100 must not bear two words.
    right = round(figures.right, 2)
    if right >= GOOD:
        return Word(gettext(N_("sure")), "green")
    return Word(gettext(N_("moderately sure")), "yellow") if right >= FAIR else Word(gettext(N_("unsure")), "red")


def overall_of(rights: Sequence[tuple[str, float]]) -> str:
    """Return in a sentence what all parts come to, by the name of each and its share of right levels; the weakest first."""
    if len(rights) < 2:  # noqa: PLR2004 (of one part its own verdict says all)
        return ""
    name, least = min(rights, key=lambda one: one[1])
    if round(least, 2) >= GOOD:
        return gettext(
            N_("Every part gives the right level to {right} of 100 candidates or more."), right=of_hundred(least)
        )
    message = N_("Begin with “{name}”: it gives the right level to {right} of 100 candidates, the fewest of all parts.")
    return gettext(message, name=name, right=of_hundred(least))


def verdict_of(part: Part, tried: Mapping[str, tuple[Variant, Figures]]) -> tuple[str, ...]:
    """Return what a section is worth, what a change would do and what to do, of what was tried so far by kind."""
    now = tried["as_is"][1]
    return (*_first(now), *_trade_offs(now, tried), *_advice(part, now))


def basis_of(part: Part) -> str:
    """Return what the difficulties rest on."""
    whole = sum(part.counting)
    if part.provisional == 0:
        return gettext(N_("The difficulties come from a calibration with real answers."))
    if part.provisional >= whole:
        return gettext(N_("It supposes that the difficulties are right. They are still the authors’ estimates."))
    message = N_(
        "It supposes that the difficulties are right. For {some} of {all} items they are the authors’ estimates."
    )
    return gettext(message, some=part.provisional, all=whole)


def chance_of(candidates: int) -> str:
    """Return how far the shares of so many simulated candidates may be off by chance: twice the standard error of a half."""
    message = N_(
        "With {candidates} simulated candidates the shares of all of them may be {points} points of 100 off by chance."
    )
    return gettext(message, candidates=number(candidates), points=number(ceil(100 / sqrt(candidates))))


def way_of(part: Part) -> str:
    """Return how a section chooses its questions, in words."""
    section = part.section
    if section.mode == "adaptive":
        return gettext(N_("adaptive, {least} to {most} questions"), least=section.minimum, most=section.items)
    if section.mode == "two_stage":
        message = N_("two stages, {router} questions for everybody, then {rest} that fit")
        return gettext(message, router=section.router or 1, rest=section.items - (section.router or 1))
    return gettext(N_("fixed, {most} questions"), most=section.items)


def use_sentences(part: Part, figures: Figures) -> list[str]:
    """Return how evenly the bank is used, in sentences."""
    used = used_shares(part, figures)
    heavy, heaviest = (sum(share > limit for share in used) for limit in (HEAVY, HEAVIEST))
    found = [
        ngettext(
            "{count} of {all} items is met by more than 30 of 100 candidates.",
            "{count} of {all} items are met by more than 30 of 100 candidates.",
            heavy,
            all=len(used),
        ),
        ngettext(
            "{count} item is met by more than half of all candidates.",
            "{count} items are met by more than half of all candidates.",
            heaviest,
        ),
    ]
    if not isnan(figures.overlap):
        shared = gettext(
            N_("Two candidates have {share} of their questions in common, on average."), share=percent(figures.overlap)
        )
        found.append(shared)
    if part.section.mode == "two_stage":
        found.append(gettext(N_("Everybody gets the same first questions: they will become known.")))
    return found


def used_shares(part: Part, figures: Figures) -> list[float]:
    """Return the share of candidates that meets each item that is no pilot, the most used first."""
    pairs = zip(figures.exposure, part.counting, strict=True)
    return sorted((share for share, counts in pairs if counts), reverse=True)


def sparing_sentences(part: Part, sparing: Sparing) -> list[str]:
    """Return what keeping questions below the limit costs, or why it cannot be done."""
    whole, limit = sum(part.counting), of_hundred(sparing.target)
    if not sparing.shares and sparing.least >= sparing.target:
        message = N_(
            "It cannot be done: {items} items share {questions} questions a candidate, so that each is met by {least} of 100 on "
            "average. With {needed} items it begins to be possible."
        )
        needed = ceil(sparing.before.counted / sparing.target) + 1
        values = {"items": whole, "questions": number(sparing.before.counted, 1), "needed": needed}
        return [gettext(message, least=of_hundred(sparing.least), **values)]
    if not sparing.shares:
        return [gettext(N_("Nothing has to be done: no question is met by more than {limit} of 100."), limit=limit)]
    found = []
    if sparing.before.right is not None and sparing.after.right is not None:
        message = N_("The level is then right for {after} of 100 candidates instead of {before}.")
        if of_hundred(sparing.after.right) == of_hundred(sparing.before.right):
            message = N_("The level stays right for {after} of 100 candidates.")
        found.append(gettext(message, after=of_hundred(sparing.after.right), before=of_hundred(sparing.before.right)))
    if not sparing.kept:
        message = N_("The limit is not quite kept: the most used question is still met by {most} of 100.")
        found.append(gettext(message, most=of_hundred(max(sparing.after.exposure))))
    return found


def percent(share: float | None) -> str:
    """Write a share as a percentage; a dash for a share of nobody."""
    return NONE if share is None or isnan(share) else f"{of_hundred(share)} %"


def of_hundred(share: float) -> str:
    """Write a share as so many of a hundred; 100 is everybody, and not nearly everybody."""
    return number(min(100 * share, 99) if share < 1 else 100)


def _first(now: Figures) -> list[str]:
    if now.right is None or now.near is None:
        message = N_("No level begins on the scale of this competence yet. The standard error is {error} on average.")
        return [gettext(message, error=number(now.standard_error, 2))]
    message = N_("With this bank the level is right for {right} of 100 candidates, and right or one off for {near}.")
    return [gettext(message, right=of_hundred(now.right), near=of_hundred(now.near))]


def _trade_offs(now: Figures, tried: Mapping[str, tuple[Variant, Figures]]) -> list[str]:
    found = []
    if "longer" in tried:
        variant, longer = tried["longer"]
        values = {"more": variant.section.items, "items": tried["as_is"][0].section.items}
        if longer.right is not None:
            message = N_("With {more} questions instead of {items}: {right}.")
            found.append(gettext(message, right=of_hundred(longer.right), **values))
        else:
            message = N_("With {more} questions instead of {items} it is {error}.")
            found.append(gettext(message, error=number(longer.standard_error, 2), **values))
    whole = tried["to_the_end"][1] if "to_the_end" in tried else None
    if whole is not None and whole.asked.mean - now.asked.mean < LITTLE:
        found.append(
            gettext(N_("It hardly ever stops early: what it waits for is out of reach with so many questions."))
        )
    elif whole is not None and whole.right is not None:
        message = N_("Without stopping early: {right}, with {questions} questions on average instead of {now}.")
        means = {"questions": number(whole.asked.mean, 1), "now": number(now.asked.mean, 1)}
        found.append(gettext(message, right=of_hundred(whole.right), **means))
    return found


def _advice(part: Part, now: Figures) -> list[str]:
    found = []
    if now.untested >= 0.5 / now.candidates:
        message = N_("{share} of the candidates get too few questions for a level. Lower the minimum, or add items.")
        found.append(gettext(message, share=percent(now.untested)))
    if now.asked.most < part.section.items:
        message = N_("The bank is too small: it gives {most} of {items} questions.")
        found.append(gettext(message, most=now.asked.most, items=part.section.items))
    if now.over_time is not None and now.over_time >= NOTABLE:
        message = N_("{share} would run out of time. Give more time, or ask fewer questions.")
        found.append(gettext(message, share=percent(now.over_time)))
    common = [one for one in now.levels if one.share >= NOTABLE]
    if now.right is not None and now.right < GOOD and common:
        worst = min(common, key=lambda one: one.right)
        message = N_(
            "Level {level} is missed most: of those who truly have it, {right} of 100 get it. Items about as difficult as "
            "the ends of that level help most."
        )
        found.append(gettext(message, level=worst.level, right=of_hundred(worst.right)))
    unmet = sum(share < 1 for share in now.quotas)
    if unmet:
        message = N_("Not every candidate gets what the quotas ask for. Look at the quotas below, or add such items.")
        found.append(gettext(message))
    return found
