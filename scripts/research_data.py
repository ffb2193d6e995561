"""Simulate the example data of the research guide: `python -m scripts.research_data` writes `docs/research/data/`.

Nobody answered anything: persons, items and raters are made up, so that the guide can tell what it should find.
"""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from scoring.irt import ItemParameters, category_probabilities

FOLDER = Path(__file__).parent.parent / "docs" / "research" / "data"
SEED = 20_261_126

# Twelve items of one point and three of three points; q06 is HARDER logits harder for who answers in Dutch.
HARDER = 0.8
SIMPLE = {f"q{number:02d}": (a, b) for number, (a, b) in enumerate(
    zip((1.1, 0.8, 1.5, 1.0, 1.3, 1.2, 0.7, 1.6, 1.0, 1.4, 0.9, 1.2),
        (-1.9, -1.4, -1.0, -0.7, -0.4, -0.1, 0.1, 0.4, 0.7, 1.0, 1.4, 1.8), strict=True), 1)}  # fmt: skip
STEPPED = {
    "w01": (1.0, -0.5, (-0.9, 0.1, 0.8)),
    "w02": (0.8, 0.2, (-1.0, 0.0, 1.0)),
    "w03": (1.3, 0.7, (-0.7, 0.0, 0.7)),
}
ITEMS = {label: ItemParameters(b=b, a=a) for label, (a, b) in SIMPLE.items()} | {
    label: ItemParameters(b=b, a=a, steps=steps) for label, (a, b, steps) in STEPPED.items()
}

# Form B has six items of form A and six of its own; its candidates are abler, and its calibration knows nothing of A.
ANCHORS = ("q02", "q04", "q05", "q08", "q10", "q12")
NEW = {f"n{number:02d}": ItemParameters(b=b, a=a) for number, (a, b) in enumerate(
    zip((1.0, 1.4, 0.9, 1.2, 1.1, 1.3), (-1.2, -0.6, 0.0, 0.5, 1.1, 1.6), strict=True), 1)}  # fmt: skip
MEAN_B, SD_B = 0.5, 1.2

SEVERITIES = (-0.7, -0.1, 0.2, 0.6)
CRITERIA = (-0.3, 0.0, 0.3)
RATING_STEPS = (-1.5, 0.0, 1.5)


def answer(item: ItemParameters, theta: float, rng: np.random.Generator) -> int:
    """Return a score drawn by the model."""
    return int((rng.random() > category_probabilities(theta, item)[0].cumsum()[:-1]).sum())


def simulate_responses(rng: np.random.Generator) -> Iterable[Sequence[object]]:
    """Yield (id, item, resp, cov_group) of 1,000 persons, 600 in French; one response in a hundred is missing."""
    for person in range(1_000):
        group = "fr" if person < 600 else "nl"  # noqa: PLR2004 - said above
        theta = rng.normal(0.0 if group == "fr" else -0.2, 1.0)
        for label, item in ITEMS.items():
            harder = HARDER if (group, label) == ("nl", "q06") else 0.0
            score = answer(item, theta - harder, rng)
            yield f"p{person:04d}", label, "NA" if rng.random() < 0.01 else score, group  # noqa: PLR2004 - said above


def simulate_form_b(rng: np.random.Generator) -> Iterable[Sequence[object]]:
    """Yield (id, item, resp) of 800 other persons on form B."""
    form = {label: ITEMS[label] for label in ANCHORS} | NEW
    for person in range(800):
        theta = rng.normal(MEAN_B, SD_B)
        for label, item in form.items():
            yield f"b{person:04d}", label, answer(item, theta, rng)


def simulate_choices(rng: np.random.Generator) -> Iterable[Sequence[object]]:
    """Yield (id, theta, option) of 500 persons on an item with key B; D draws nobody and C draws the able."""
    pulls = {"A": (-0.9, 0.0), "B": (0.7, 0.6), "C": (0.3, -0.6), "D": (-0.2, -3.4)}
    slopes, starts = np.array(list(pulls.values())).T
    for person in range(500):
        theta = rng.normal()
        shares = np.exp(slopes * theta + starts)
        option = "ABCD"[int((rng.random() > (shares / shares.sum()).cumsum()[:-1]).sum())]
        yield f"c{person:04d}", f"{theta:.3f}", option


def simulate_ratings(rng: np.random.Generator) -> Iterable[Sequence[object]]:
    """Yield (person, criterion, rater, score) of 80 texts, three criteria, two of four raters each, scores 0 to 3."""
    for person in range(80):
        theta = rng.normal(0.3, 1.2)
        for rater in (person % 4, (person + 1 + person // 4 % 3) % 4):
            for criterion, difficulty in enumerate(CRITERIA):
                item = ItemParameters(b=difficulty + SEVERITIES[rater], steps=RATING_STEPS)
                yield person, criterion, rater, answer(item, theta, rng)


def main() -> None:
    """Write the four files."""
    made = {
        "responses.csv": (("id", "item", "resp", "cov_group"), simulate_responses),
        "form_b.csv": (("id", "item", "resp"), simulate_form_b),
        "choices.csv": (("id", "theta", "option"), simulate_choices),
        "ratings.csv": (("person", "criterion", "rater", "score"), simulate_ratings),
    }
    for stream, (name, (header, simulate)) in enumerate(made.items()):
        with (FOLDER / name).open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(simulate(np.random.default_rng([SEED, stream])))


if __name__ == "__main__":
    main()
