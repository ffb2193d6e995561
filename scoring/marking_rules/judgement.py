"""What a person would do in a situation, against what experts hold effective. Pure.

Distances to the experts' mean and the choice of best and worst are the two ways that Weng, Yang, Lievens & McDaniel (2018) compare.
Ratings are written as fractions, so that what is exactly on a step is not lost to the rounding of floats.
"""

from fractions import Fraction
from itertools import combinations
from math import isfinite

from question_banks.interactions import Interaction, JudgementInteraction
from question_banks.responses import Value
from question_banks.rules import JudgementRule
from scoring.marking_rules.marks import UNFINISHED, Mark, share
from storage.wording import N_

Effectiveness = dict[str, Fraction]


def mark_judgement(rule: JudgementRule, value: Value, interaction: Interaction | None) -> Mark:
    """Return the points of a judgement, by the mode of its interaction.

    Where the experts tell no two options apart there is no key, save for ratings, which have a distance all the same.
    """
    experts = {option: Fraction(str(mean)) for option, mean in rule.effectiveness.items() if isfinite(mean)}
    given = value if isinstance(value, dict) else {}
    mode = interaction.mode if isinstance(interaction, JudgementInteraction) else "most_least"
    if not experts or (mode != "rate" and len(set(experts.values())) == 1):
        return UNFINISHED
    if mode == "rate":
        steps = interaction.steps if isinstance(interaction, JudgementInteraction) else 1
        return _mark_ratings(rule.points, experts, given, steps)
    if mode == "rank":
        return _mark_ranks(rule.points, experts, given)
    if mode == "best":
        return _mark_best(rule.points, experts, given.get("most", ""))
    return _mark_ends(rule.points, experts, given)


def _mark_ends(points: int, experts: Effectiveness, given: dict[str, str]) -> Mark:
    best = experts.get(given.get("most", "")) == max(experts.values())
    worst = experts.get(given.get("least", "")) == min(experts.values())
    message = {
        (True, True): N_("The best and the worst are right."),
        (True, False): N_("The best is right, the worst is not."),
        (False, True): N_("The worst is right, the best is not."),
        (False, False): N_("Neither the best nor the worst is right."),
    }[best, worst]
    return Mark(share(points, best + worst, 2), message)


def _mark_best(points: int, experts: Effectiveness, chosen: str) -> Mark:
    """Give equal steps down from the best to the worst, one a group of options that the experts tell apart."""
    ladder = sorted(set(experts.values()))
    if chosen not in experts:
        return Mark(0, N_("This is not one of the options that the experts rated."))
    place = ladder.index(experts[chosen])
    values = {"place": len(ladder) - place, "places": len(ladder), "points": points, "steps": place}
    message = N_(
        "Place by the experts: {place} of {places}. Points: {points} × {steps} / ({places} − 1), rounded down."
    )
    return Mark(share(points, place, len(ladder) - 1), message, values)


def _mark_ranks(points: int, experts: Effectiveness, given: dict[str, str]) -> Mark:
    """Give the share of pairs in the experts' order: concordant pairs, Kendall (1938), ties of the experts left out."""
    told_apart = [
        (better, worse) if experts[better] > experts[worse] else (worse, better)
        for better, worse in combinations(sorted(experts), 2)
        if experts[better] != experts[worse]
    ]
    last = len(given) + 1
    places = {option: _number(rank, last) for option, rank in given.items()}
    kept = sum(places.get(better, last) < places.get(worse, last) for better, worse in told_apart)
    message = N_("Pairs in the experts’ order: {kept} of {pairs}. Points: {points} × {kept} / {pairs}, rounded down.")
    values = {"kept": kept, "pairs": len(told_apart), "points": points}
    return Mark(share(points, kept, len(told_apart)), message, values)


def _mark_ratings(points: int, experts: Effectiveness, given: dict[str, str], steps: int) -> Mark:
    """Give points x (1 - D / W): D is the distance to the experts' means over all options, W the largest that it can be.

    Both are taken beyond the nearest step to the mean, so that the best that can be said of a mean of 2.4, a 2, is at no distance.
    """
    distance = worst = Fraction(0)
    for option, mean in experts.items():
        away = [abs(step - mean) for step in range(1, steps + 1)]
        nearest, farthest = min(away), max(away)
        rating = _number(given.get(option, ""), 0)
        distance += (away[rating - 1] if 1 <= rating <= steps else farthest) - nearest
        worst += farthest - nearest
    if worst == 0:
        return UNFINISHED
    message = N_(
        "Distance to the experts: {distance} of {worst}. Points: {points} × (1 − {distance} / {worst}), rounded down."
    )
    values = {"distance": f"{float(distance):g}", "worst": f"{float(worst):g}", "points": points}
    near = 1 - distance / worst
    return Mark(share(points, near.numerator, near.denominator), message, values)


def _number(written: str, otherwise: int) -> int:
    return int(written) if written.isascii() and written.isdecimal() else otherwise
