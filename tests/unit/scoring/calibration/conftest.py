"""Reference data: LSAT6 as published, and small sets of our own, each with estimates by other engines."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scoring.calibration.data import ResponseData, from_matrix

FIXTURES = Path(__file__).parents[1] / "fixtures"


@pytest.fixture(scope="session")
def lsat6() -> dict[str, Any]:
    """Give the reference values of LSAT6."""
    values: dict[str, Any] = json.loads((FIXTURES / "lsat6_mml.json").read_text())
    return values


@pytest.fixture(scope="session")
def lsat6_data(lsat6: dict[str, Any]) -> ResponseData:
    """Give the responses of the 1,000 persons of LSAT6."""
    return from_matrix(np.repeat(np.array(lsat6["data"]["patterns"]), lsat6["data"]["freq"], axis=0))


@pytest.fixture(scope="session")
def small() -> dict[str, Any]:
    """Give the reference values of our own small sets."""
    values: dict[str, Any] = json.loads((FIXTURES / "small_mml.json").read_text())
    return values


@pytest.fixture(scope="session")
def matrix() -> Callable[[str], np.ndarray]:
    """Give `matrix(name)`: the scores of one of our small sets, -1 where missing."""
    values = json.loads((FIXTURES / "small_data.json").read_text())

    def scores(name: str) -> np.ndarray:
        return np.array([[-1 if sign == "." else int(sign) for sign in row] for row in values[name]["rows"]])

    return scores


@pytest.fixture(scope="session")
def small_groups() -> list[str]:
    """Give the group of each person of the set of two groups."""
    return list(json.loads((FIXTURES / "small_data.json").read_text())["dgroups"]["group"])
