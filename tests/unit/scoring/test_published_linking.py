"""Linking and true-score equating against the programs of Kolen & Brennan, STUIRT and POLYEQUATE."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scoring.irt import ItemParameters
from scoring.linking.equating import true_score_equating
from scoring.linking.populations import Population
from scoring.linking.scales import METHODS, link_scales

PRINTED: dict[str, Any] = json.loads((Path(__file__).parent / "fixtures" / "equating_programs.json").read_text())


def form(dichotomous: list[Any], stepped: list[Any], D: float, model: Any = "gpcm") -> list[ItemParameters]:  # noqa: N803 - the metric's own letter
    items = [ItemParameters(b=b, a=D * a, c=c) for a, b, c in dichotomous]
    return items + [ItemParameters(b=b, a=D * a, steps=tuple(steps), model=model) for a, b, steps in stepped]


def population(case: dict[str, Any], weights: str) -> Population:
    if "uniform" in case:
        nodes = np.linspace(*case["uniform"][:2], case["uniform"][2])
        return Population(tuple(nodes.tolist()), (1 / nodes.size,) * nodes.size)
    return Population(tuple(case["points"]), tuple((np.array(case[weights]) / np.sum(case[weights])).tolist()))


@pytest.mark.parametrize("method", [method for method in METHODS if method != "mean-gmean"])
@pytest.mark.parametrize("name", sorted(PRINTED["linking"]))
def test_linking_matches_stuirt(name: str, method: str) -> None:
    case = PRINTED["linking"][name]
    source = form(case["x"], case["x_steps"], case["D"])
    target = form(case["y"], case["y_steps"], case["D"])

    # STUIRT adds the criterion on both scales, each over the abilities of its own group.
    link = link_scales(
        source,
        target,
        method=method,  # type: ignore[arg-type]
        population=population(case, "y_weights"),
        source_population=population(case, "x_weights"),
        symmetric=True,
    )

    got = (link.A, link.B)
    assert got == pytest.approx(case["results"][method], abs=2e-6)


@pytest.mark.parametrize("name", ["3pl", "gpcm", "grm", "pcm"])
def test_true_score_equating_matches_polyequate(name: str) -> None:
    printed = PRINTED["equating"]
    if name == "3pl":
        forms = [form(printed["kolen_brennan"][which], [], 1.7) for which in "xy"]
    else:
        stepped = printed["grm" if name == "grm" else "gpcm"]
        # Partial credit is generalised partial credit with every a 1, on the metric with 1.7.
        slopes = {which: [[1.0 if name == "pcm" else a, b, s] for a, b, s in stepped[which]] for which in "xy"}
        model = "grm" if name == "grm" else "gpcm"
        forms = [form(printed["mixed"][which], slopes[which], 1.7, model) for which in "xy"]

    found = true_score_equating(*forms)

    result = printed["results"][name]
    theta = [np.sign(one) * np.inf if abs(one) == 99 else one for one in result["theta"]]
    assert found.theta is not None
    assert found.equivalents.tolist() == pytest.approx(result["y"], abs=2e-6)
    assert found.theta.tolist() == pytest.approx(theta, abs=1e-6)
