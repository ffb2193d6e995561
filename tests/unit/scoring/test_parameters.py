"""Item parameters in force, and scales from cut scores."""

import pytest

from question_banks.content import AuthorEstimate, ItemContent
from question_banks.framework import ScaleLevel
from question_banks.interactions import ChoiceInteraction, JudgementInteraction, Option
from question_banks.models import Competence
from question_banks.rules import JudgementRule, MatchRule, PerOptionRule, RatedRule, Rule, UnscoredRule
from scoring.irt import ItemParameters
from scoring.levels import LevelScale
from scoring.parameters import parameters_of, scale_of
from storage.tables import new_id

OPTIONS = tuple(Option(id=one, text={"fr": one}) for one in "abc")
RIGHT = MatchRule(key=frozenset("a"))


def content(rules: dict[str, Rule], *, judgement: bool = False) -> ItemContent:
    make = JudgementInteraction if judgement else ChoiceInteraction
    return ItemContent(
        languages=("fr",),
        body={"fr": "?"},
        interactions=tuple(make(id=one, options=OPTIONS) for one in rules),
        rules=rules,
        competence="numeracy",
        level="2",
        estimate=AuthorEstimate(b=0.4, a=1.2),
        seconds=30,
    )


def test_parameters_of_one_point_are_the_authors_own() -> None:
    assert parameters_of(content({"r1": RIGHT})) == ItemParameters(b=0.4, a=1.2)


@pytest.mark.parametrize(
    ("item", "steps"),
    [
        (content({"r1": JudgementRule(effectiveness={"a": 4, "b": 1, "c": 2})}, judgement=True), (-0.5, 0.5)),
        (content({"r1": RIGHT, "r2": RIGHT, "r3": RIGHT}), (-0.5, 0.0, 0.5)),
        (content({"r1": PerOptionRule(key=frozenset("ab"), points=2)}), (-0.5, 0.5)),
        (content({"r1": RIGHT, "r2": RIGHT, "r3": RatedRule()}), (-0.5, 0.5)),
        (content({"r1": UnscoredRule(), "r2": RatedRule()}), ()),
    ],
)
def test_parameters_of_several_points_have_even_steps(item: ItemContent, steps: tuple[float, ...]) -> None:
    assert parameters_of(item) == ItemParameters(b=0.4, a=1.2, steps=steps)


def test_scale_of_leaves_out_levels_without_cut_score() -> None:
    levels = [ScaleLevel(code=code, name={"fr": code}) for code in ("pre-A1", "A1", "A2", "B1", "C1")]
    competence = Competence(
        framework_id=new_id(),
        code="fr",
        position=0,
        pillar="language",
        scale="cefr",
        name={},
        cuts={"A1": -2.0, "A2": -0.8},
        levels={},
    )

    scale = scale_of(competence, {"cefr": levels})

    assert scale == LevelScale("pre-A1", (("A1", -2.0), ("A2", -0.8)))
