"""The shape of a competence framework: scales, competences, what a level means in words. Pure."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from question_banks.texts import Texts
from storage.tables import Frozen

Pillar = Literal["basic", "technical", "social", "language"]


class ScaleLevel(Frozen):
    """One step of a scale: its code and its name."""

    code: str
    name: Texts


class LevelTexts(Frozen):
    """What a person at a level can do (an infinitive), and what to practise to reach the next."""

    can: Texts
    practise: Texts


class CompetenceDocument(Frozen):
    """One competence as the framework file gives it."""

    code: str
    pillar: Pillar
    scale: str
    name: Texts
    cuts: dict[str, float] = {}
    levels: dict[str, LevelTexts] = {}


class FrameworkDocument(Frozen):
    """The framework file."""

    framework: str
    title: Texts
    scales: dict[str, tuple[ScaleLevel, ...]]
    competences: Sequence[CompetenceDocument] = Field(min_length=1)
