"""Imports run down the house only: web → assess → scoring → question_banks → storage."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOORS = ("storage", "question_banks", "scoring", "assess", "web")
WEB_ONLY = {"fastapi", "starlette", "jinja2", "uvicorn", "typer", "pydantic_settings"}
PURE = (
    "assess/blueprint.py",
    "assess/timing.py",
    "question_banks/content.py",
    "question_banks/differences.py",
    "question_banks/elements.py",
    "question_banks/faults.py",
    "question_banks/findings.py",
    "question_banks/framework.py",
    "question_banks/integrity.py",
    "question_banks/interactions.py",
    "question_banks/keys.py",
    "question_banks/linting.py",
    "question_banks/markdown.py",
    "question_banks/names.py",
    "question_banks/pictures.py",
    "question_banks/quantities.py",
    "question_banks/readability.py",
    "question_banks/reading.py",
    "question_banks/recordings.py",
    "question_banks/responses.py",
    "question_banks/rules.py",
    "question_banks/sniffing.py",
    "question_banks/texts.py",
    "question_banks/translation.py",
    "scoring/ability/derivatives.py",
    "scoring/ability/peaks.py",
    "scoring/ability/person_fit.py",
    "scoring/ability/plausible_values.py",
    "scoring/ability/quadrature.py",
    "scoring/ability/sum_scores.py",
    "scoring/adaptive/bank.py",
    "scoring/adaptive/batch.py",
    "scoring/adaptive/choice.py",
    "scoring/adaptive/content_priority.py",
    "scoring/adaptive/criteria.py",
    "scoring/adaptive/draws.py",
    "scoring/adaptive/exposure.py",
    "scoring/adaptive/form_assembly.py",
    "scoring/adaptive/merit_formulas.py",
    "scoring/adaptive/routing.py",
    "scoring/adaptive/rules.py",
    "scoring/adaptive/selection.py",
    "scoring/adaptive/sessions.py",
    "scoring/adaptive/simulated_answers.py",
    "scoring/adaptive/simulation.py",
    "scoring/adaptive/simulation_summary.py",
    "scoring/adaptive/steps.py",
    "scoring/adaptive/stopping.py",
    "scoring/adaptive/stored_states.py",
    "scoring/adaptive/unit_merits.py",
    "scoring/calibration/acceleration.py",
    "scoring/calibration/checks.py",
    "scoring/calibration/chunks.py",
    "scoring/calibration/clusters.py",
    "scoring/calibration/conditional.py",
    "scoring/calibration/connection.py",
    "scoring/calibration/data.py",
    "scoring/calibration/design.py",
    "scoring/calibration/em.py",
    "scoring/calibration/estep.py",
    "scoring/calibration/families.py",
    "scoring/calibration/fit.py",
    "scoring/calibration/kernels.py",
    "scoring/calibration/mapping.py",
    "scoring/calibration/model_fit.py",
    "scoring/calibration/mstep.py",
    "scoring/calibration/plan.py",
    "scoring/calibration/priors.py",
    "scoring/calibration/problems.py",
    "scoring/calibration/reading.py",
    "scoring/calibration/reporting.py",
    "scoring/calibration/results.py",
    "scoring/calibration/standard_errors.py",
    "scoring/can_do.py",
    "scoring/classical/drift.py",
    "scoring/classical/factor_solutions.py",
    "scoring/classical/items.py",
    "scoring/classical/omega.py",
    "scoring/classical/options.py",
    "scoring/classical/reliability.py",
    "scoring/classical/theta_reliability.py",
    "scoring/coverage.py",
    "scoring/dif/detection.py",
    "scoring/dif/distractors.py",
    "scoring/dif/likelihood_ratio.py",
    "scoring/dif/logistic.py",
    "scoring/dif/mantel_haenszel.py",
    "scoring/dif/matching.py",
    "scoring/dif/verdicts.py",
    "scoring/estimation.py",
    "scoring/explaining.py",
    "scoring/irt.py",
    "scoring/levels.py",
    "scoring/linking/anchor_equating.py",
    "scoring/linking/delta_method.py",
    "scoring/linking/drift.py",
    "scoring/linking/equating.py",
    "scoring/linking/percentiles.py",
    "scoring/linking/populations.py",
    "scoring/linking/presmoothing.py",
    "scoring/linking/scales.py",
    "scoring/marking.py",
    "scoring/marking_rules/areas.py",
    "scoring/marking_rules/judgement.py",
    "scoring/marking_rules/mapping.py",
    "scoring/marking_rules/marks.py",
    "scoring/marking_rules/numbers.py",
    "scoring/marking_rules/partial_credit.py",
    "scoring/marking_rules/texts.py",
    "scoring/raters/agreement.py",
    "scoring/raters/design.py",
    "scoring/raters/facets.py",
    "scoring/raters/intraclass.py",
    "scoring/standards/angoff.py",
    "scoring/standards/beta_binomial.py",
    "scoring/standards/bookmark.py",
    "scoring/standards/classification.py",
    "scoring/standards/contrasting_groups.py",
    "scoring/standards/judge_consistency.py",
)


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


@pytest.mark.parametrize("floor", FLOORS)
def test_floor_imports_no_floor_above(floor: str) -> None:
    above = set(FLOORS[FLOORS.index(floor) + 1 :])
    modules = sorted((ROOT / floor).rglob("*.py"))

    upward = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in modules
        for name in imports_of(path)
        if name.split(".")[0] in above
    ]

    assert modules
    assert upward == []


@pytest.mark.parametrize("floor", FLOORS[:-1])
def test_floor_below_web_knows_no_http_clock_or_environment(floor: str) -> None:
    modules = sorted((ROOT / floor).rglob("*.py"))

    strangers = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in modules
        for name in imports_of(path)
        if name.split(".")[0] in WEB_ONLY | {"os", "time"}
        # A file is durable once it is flushed to the disk, which only `os` can ask for.
        and (path.relative_to(ROOT).as_posix(), name) != ("storage/media.py", "os")
    ]
    clocks = [
        str(path.relative_to(ROOT)) for path in modules if ".now(" in path.read_text() or "utcnow" in path.read_text()
    ]
    commits = [str(path.relative_to(ROOT)) for path in modules if ".commit(" in path.read_text()]

    assert (strangers, clocks, commits) == ([], [], [])


@pytest.mark.parametrize("module", PURE)
def test_pure_module_imports_no_database(module: str) -> None:
    names = {name.split(".")[0] for name in imports_of(ROOT / module)}

    assert names & {"sqlmodel", "sqlalchemy"} == set()


def test_package_docstrings_say_what_lives_there() -> None:
    inits = [path for floor in FLOORS for path in (ROOT / floor).rglob("__init__.py")]

    trees = {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in inits}

    assert trees
    assert [name for name, tree in trees.items() if not ast.get_docstring(tree) or len(tree.body) != 1] == []
