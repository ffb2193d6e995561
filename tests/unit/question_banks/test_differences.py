"""Differences: what a change of an item means for its statistics."""

import pytest

from question_banks.content import ItemContent
from question_banks.differences import compare_items, keeps_statistics
from question_banks.interactions import Area, ExtendedTextInteraction, SelectPointInteraction
from question_banks.rules import AreaRule, Criterion, RatedRule, ScoredArea

ESSAY = ItemContent(
    languages=("fr",),
    interactions=(ExtendedTextInteraction(id="r1"),),
    rules={"r1": RatedRule(criteria=(Criterion(id="c1", text={"fr": "Clair"}, points=2),))},
)


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ((Criterion(id="c1", text={"fr": "Complet"}, points=2),), ("r1.criteria.c1", "key", "Clair", "Complet")),
        ((Criterion(id="c1", text={"fr": "Clair"}, points=3),), ("r1.criteria", "key", "c1 = 2", "c1 = 3")),
    ],
)
def test_change_of_what_a_rater_looks_at_is_a_change_of_the_key(
    criteria: tuple[Criterion, ...], expected: tuple[str, ...]
) -> None:
    changed = ESSAY.model_copy(update={"rules": {"r1": RatedRule(criteria=criteria)}})

    differences = compare_items(ESSAY, changed)

    assert [(one.path, one.aspect, one.old, one.new) for one in differences] == [expected]
    assert not keeps_statistics(differences)


def test_worth_of_an_area_is_compared() -> None:
    area = Area(shape="rect", coords=(0, 0, 9, 9))
    contents = [
        ItemContent(
            languages=("fr",),
            interactions=(SelectPointInteraction(id="r1"),),
            rules={"r1": AreaRule(areas=(ScoredArea(area=area, points=points),))},
        )
        for points in (1, 2)
    ]

    differences = compare_items(*contents)

    assert [(one.path, one.aspect, one.old, one.new) for one in differences] == [
        ("r1.areas", "key", "(rect (0, 0, 9, 9)) = 1", "(rect (0, 0, 9, 9)) = 2")
    ]
