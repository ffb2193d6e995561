"""Routing: cuts where information curves cross, the module that follows, the prior that is carried on."""

from collections.abc import Callable
from math import sqrt

import numpy as np
import pytest

from scoring.adaptive.routing import Module, Panel, Stage, carried_prior, information_cuts, next_module, points_cuts
from scoring.irt import ItemParameters, expected_scores, information_table

ROUTER = Stage((Module("router", (0, 1)),))
SECOND = Stage((Module("easy", (2, 3)), Module("middle", (3, 4)), Module("hard", (5, 6))), (-0.5, 0.5))
PANEL = Panel((ROUTER, SECOND))


@pytest.mark.parametrize(
    ("theta", "name"),
    [(-3.0, "easy"), (-0.51, "easy"), (-0.5, "middle"), (0.49, "middle"), (0.5, "hard"), (9.0, "hard")],
)
def test_next_module_lies_where_theta_does(theta: float, name: str) -> None:
    assert next_module(PANEL, ["router"], theta) == next(one for one in SECOND.modules if one.name == name)


def test_next_module_begins_with_the_router_and_ends() -> None:
    assert next_module(PANEL, [], 3.0) == ROUTER.modules[0]
    assert next_module(PANEL, ["router", "hard"], 3.0) is None


def test_next_module_keeps_to_the_routes() -> None:
    routes = frozenset({("easy", "low"), ("middle", "low"), ("middle", "high"), ("hard", "high")})
    third = Stage((Module("low", (7,)), Module("high", (8,))), (0.0,), routes)
    panel = Panel((ROUTER, SECOND, third))

    found = [
        next_module(panel, ["router", name], theta) for name, theta in (("easy", 2.0), ("middle", 2.0), ("hard", -2.0))
    ]

    assert [module.name for module in found if module] == ["low", "high", "high"]


@pytest.mark.parametrize(
    ("path", "value"),
    [(["easy"], 0.0), (["router", "router"], 0.0), (["router", "easy", "hard"], 0.0), ([], float("nan"))],
)
def test_next_module_refuses_what_cannot_be(path: list[str], value: float) -> None:
    with pytest.raises(ValueError, match=r"path|finite"):
        next_module(PANEL, path, value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Module("", (1,)),
        lambda: Module("a", ()),
        lambda: Module("a", (1, 1)),
        lambda: Module("a", (-1,)),
        lambda: Stage(()),
        lambda: Stage((Module("a", (1,)),), (0.0,)),
        lambda: Stage(SECOND.modules, (0.5, 0.5)),
        lambda: Stage(SECOND.modules, (0.5, float("inf"))),
        lambda: Panel(()),
        lambda: Panel((ROUTER, ROUTER)),
        lambda: Panel((ROUTER, Stage((Module("b", (1, 9)),)))),
        lambda: Panel((ROUTER, Stage((Module("b", (9,)),), (), frozenset()))),
        lambda: Panel((ROUTER,), "level"),  # type: ignore[arg-type]
    ],
)
def test_panel_refuses_what_cannot_be(make: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        make()


def test_information_cuts_are_where_the_curves_cross() -> None:
    modules = [
        [ItemParameters(b=b, a=a) for b in (b0 - 0.3, b0, b0 + 0.3)] for b0, a in ((-1.2, 1.0), (0.1, 1.3), (1.4, 0.9))
    ]

    cuts = information_cuts(modules)

    for cut, low, high in zip(cuts, modules, modules[1:], strict=False):
        told = [float(information_table(module, [cut]).sum()) for module in (low, high)]
        assert told[0] == pytest.approx(told[1], abs=2e-3)
    assert cuts[0] < cuts[1]


def test_information_cut_of_mirrored_modules_is_the_middle() -> None:
    assert information_cuts([[ItemParameters(b=-1.0)], [ItemParameters(b=1.0)]]) == pytest.approx((0.0,))
    assert information_cuts([[ItemParameters(b=-1.0)]]) == ()


def test_information_cuts_refuse_modules_in_no_order() -> None:
    with pytest.raises(ValueError, match="easy to hard"):
        information_cuts([[ItemParameters(b=1.0)], [ItemParameters(b=-1.0)]])
    with pytest.raises(ValueError, match="easy to hard"):
        information_cuts(
            [[ItemParameters(b=-1.0, a=3.0)], [ItemParameters(b=1.0, a=0.2)]] * 1 + [[ItemParameters(b=0.9)]]
        )


def test_points_cuts_follow_the_test_characteristic_curve() -> None:
    items = [ItemParameters(b=b) for b in (-1.0, 0.0, 1.0)]
    thetas = (-1.0, 1.0)

    expected = expected_scores(items, list(thetas)).sum(axis=0)

    assert expected == pytest.approx([0.8881, 2.1119], abs=1e-4)
    assert points_cuts(items, thetas) == (0.5, 2.5)
    assert points_cuts(items, ()) == ()
    assert points_cuts([ItemParameters(b=0.0)] * 2, (0.0,)) == (0.5,)
    with pytest.raises(ValueError, match="fall together"):
        points_cuts(items, (0.1, 0.2))


def test_carried_prior_regresses() -> None:
    assert carried_prior(1.2, 0.5) == (1.2, 0.5)
    assert carried_prior(1.2, 0.5, correlation=0.0) == (0.0, 1.0)
    assert carried_prior(1.0, 0.4, correlation=0.8) == (0.8, pytest.approx(sqrt(0.1024 + 0.36)))
    for theta, error, correlation in ((np.nan, 0.5, 1.0), (0.0, 0.0, 1.0), (0.0, 0.5, 1.1)):
        with pytest.raises(ValueError, match="No prior"):
            carried_prior(theta, error, correlation=correlation)
