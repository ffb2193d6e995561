"""Write the page of the Python interface from docstrings: `python -m scripts.research_api`, from the root of the project."""

import inspect
import re
from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

PAGE = Path(__file__).parent.parent / "docs" / "research" / "api.md"

CHAPTERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Models", ("irt", "linking.populations")),
    ("Responses and calibration", ("calibration.data", "calibration.reading", "calibration.checks", "calibration.problems",
                                   "calibration.plan", "calibration.em", "calibration.results", "calibration.covariances",
                                   "calibration.conditional", "calibration.mapping", "calibration.clusters")),
    ("Fit", ("calibration.fit", "calibration.model_fit", "ability.person_fit")),
    ("Ability", ("estimation", "ability.peaks", "ability.sum_scores", "ability.plausible_values", "levels")),
    ("Classical statistics", ("classical.items", "classical.options", "classical.reliability", "classical.omega", "classical.theta_reliability")),
    ("Fairness and drift", ("dif.detection", "dif.mantel_haenszel", "dif.logistic", "dif.likelihood_ratio",
                            "dif.distractors", "dif.matching", "dif.verdicts", "classical.drift")),
    ("Linking and equating", ("linking.scales", "linking.drift", "linking.delta_method", "linking.equating", "linking.anchor_equating", "linking.percentiles",
                              "linking.presmoothing")),
    ("Standards and classification", ("standards.angoff", "standards.judge_consistency", "standards.bookmark", "standards.contrasting_groups", "standards.classification",
                                      "standards.beta_binomial", "can_do")),
    ("Raters", ("raters.agreement", "raters.intraclass", "raters.facets", "raters.design")),
    ("Adaptive tests", ("adaptive.selection", "adaptive.criteria", "adaptive.stopping", "adaptive.sessions", "adaptive.bank", "adaptive.rules", "adaptive.routing",
                        "adaptive.form_assembly", "adaptive.exposure", "adaptive.simulation", "adaptive.simulation_summary")),
)  # fmt: skip
HEAD = """\
# The Python interface to measurement

Made by `python -m scripts.research_api` from the docstrings; a test holds it to the code. One line a function: how it is
called, what it promises, where its formula comes from. Shapes, errors and options stand in the docstring:
`help(scoring.linking.equating.true_score_equating)`. Matrices of scores have persons as rows and items as columns, -1 is missing.
Everything is on the plain logistic metric (D = 1). How the functions go together: [guide](guide.md); conventions and what
was tested: [validity](validity.md).
"""

# What other modules need, and a researcher does not.
INNER = frozenset(
    [
        "sigmoid",
        "discriminations",
        "rows_with_asymptotes",
        "graded_rows",
        "graded_logits",
        "logistic_table",
        "lay_asymptotes",
        "write_graded",
        "Collector",
        "named_numbers",
        "named_derivatives",
        "number_of",
        "count_responses",
        "check_counted",
        "Evaluation",
        "Ending",
        "Fit",
        "Mapper",
        "symmetric_functions",
        "score_likelihoods",
        "Peak",
        "estimate_peaks",
        "read_scores",
        "read_ratings",
        "score_at",
        "whole_numbers",
        "with_item",
        "anchor_totals",
        "read_groups",
        "checked_frequencies",
        "checked_cuts",
        "summarise_table",
        "check_prior",
        "check_coverage",
        "without_extremes",
        "information_of_units",
        "pick",
        "criteria_apart",
    ]
)
# What a researcher makes by hand: these are shown with their fields.
MADE_BY_HAND = frozenset(
    [
        "ItemParameters",
        "Population",
        "CalibrationPlan",
        "Priors",
        "Normal",
        "LogNormal",
        "LogitNormal",
        "Beta",
        "LevelScale",
        "Integration",
        "Knowledge",
        "StoppingRule",
        "ClassificationRule",
        "AdaptiveRules",
        "Quota",
        "Module",
        "Stage",
        "Panel",
        "FormRules",
        "ParameterCovariance",
    ]
)

# A name with a year is a source: "Lord (1980)", "Kolen & Brennan (2014)", "van der Linden & Veldkamp 2004".
NAME = r"(?:van der |de la |du )?[A-Z][a-z][\w'’-]+"
SOURCE = re.compile(rf"{NAME}(?:(?:, {NAME})* (?:&|and) {NAME})?(?:,? \(?)(?:19|20)\d\d[a-z]?")
LONGEST_DEFAULT = 24


def public_members(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Yield the classes and functions that a module makes, in the order of its source."""
    for name, member in vars(module).items():
        made_here = getattr(member, "__module__", None) == module.__name__
        if (
            not name.startswith("_")
            and name not in INNER
            and made_here
            and (inspect.isclass(member) or inspect.isfunction(member))
        ):
            yield name, member


def first_sentence(text: str | None) -> str:
    """Return the first sentence of a docstring, on one line."""
    paragraph = " ".join((text or "").split("\n\n")[0].split())
    return re.split(r"(?<=[.]) (?=[A-Z\"`])|: (?=- )", paragraph)[0].rstrip(":.") + "."


def sources(text: str | None) -> str:
    """Return the sources that a docstring names, each once, as "Name (year)"."""
    found = [
        re.sub(r"(?:['’]s?)?,? \(?(\d{4}[a-z]?)$", r" (\1)", one)
        for one in SOURCE.findall(" ".join((text or "").split()))
    ]
    return "; ".join(dict.fromkeys(found))


def signature(name: str, function: Any) -> str:
    """Return how a function is called: names and defaults, without types."""
    parameters = inspect.signature(function).parameters.values()
    parts, named_only = [], False
    for one in parameters:
        if one.kind is one.KEYWORD_ONLY and not named_only:
            named_only = True
            parts.append("*")
        parts.append(one.name if one.default is one.empty else f"{one.name}={_default(one.default)}")
    return f"{name}({', '.join(parts)})"


def _default(value: Any) -> str:
    shown = "…" if isinstance(value, np.ndarray | Enum) else repr(value).replace("'", '"')
    return shown if len(shown) <= LONGEST_DEFAULT and "<" not in shown else "…"


def write_module(module: ModuleType) -> str:
    """Return the part of the page about one module."""
    source = sources(module.__doc__)
    promise = first_sentence(module.__doc__) + (f" *{source}*" if source else "")
    lines = [f"### `{module.__name__}`", "", promise, ""]
    for name, member in public_members(module):
        source = sources(member.__doc__)
        called = signature(name, member) if inspect.isfunction(member) or name in MADE_BY_HAND else name
        shown = f"`{called}`" if inspect.isfunction(member) else f"**`{called}`**"
        lines.append(f"- {shown} {first_sentence(member.__doc__)}" + (f" *{source}*" if source else ""))
    return "\n".join(lines) + "\n"


def write_page() -> str:
    """Return the whole page."""
    parts = [HEAD]
    for title, modules in CHAPTERS:
        parts.append(f"## {title}\n")
        parts.extend(write_module(import_module(f"scoring.{module}")) for module in modules)
    return "\n".join(parts)


def main() -> None:
    """Write the page."""
    PAGE.write_text(write_page())


if __name__ == "__main__":
    main()
