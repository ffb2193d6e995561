"""The shape of a competence framework: scales, competences, what a level means in words; and what cannot stand. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from question_banks.alignments import FrameworkCode, Relation
from question_banks.texts import Texts
from storage.tables import Frozen
from storage.wording import N_

Pillar = Literal["basic", "technical", "social", "language"]
PILLARS: tuple[Pillar, ...] = get_args(Pillar)

BOTH = ("fr", "nl")
"""Every word of a competence is there in both: a passport is read in either, whatever the test was taken in."""

NAME_LENGTH = 100
SENTENCE_LENGTH = 300
REASON_LENGTH = 1000
THETA_RANGE = 6.0


class ScaleLevel(Frozen):
    """One step of a scale: its code and its name."""

    code: str
    name: Texts


class LevelTexts(Frozen):
    """What a person at a level can do (an infinitive), and what to practise to reach the next."""

    can: Texts
    practise: Texts


class AlignmentDocument(Frozen):
    """A link to another framework as the framework file gives it; `target` is a web address or the code of a known target."""

    framework: FrameworkCode
    relation: Relation
    target: str
    name: str = ""
    level: str = ""


class CompetenceContent(Frozen):
    """What a competence says: its pillar and scale, its words, and where its levels begin on theta."""

    pillar: str
    scale: str
    name: Texts
    cuts: dict[str, float] = {}
    levels: dict[str, LevelTexts] = {}


class CompetenceDocument(CompetenceContent):
    """One competence as the framework file gives it."""

    code: str
    pillar: Pillar
    alignments: tuple[AlignmentDocument, ...] = ()

    @property
    def content(self) -> CompetenceContent:
        """What it says, without what it is called in files and without its links."""
        return CompetenceContent.model_validate(self.model_dump(include=set(CompetenceContent.model_fields)))


class FrameworkDocument(Frozen):
    """The framework file."""

    framework: str
    title: Texts
    scales: dict[str, tuple[ScaleLevel, ...]]
    competences: Annotated[Sequence[CompetenceDocument], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something of a competence that cannot stand: `about` is `name.fr`, `cuts.2`, `levels.2.can.fr`, `reason`, ..."""

    about: str
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)


def find_faults(content: CompetenceContent, scales: Mapping[str, Sequence[ScaleLevel]]) -> list[Fault]:
    """Return what keeps a competence from being used, in the order of its form."""
    faults = []
    if content.pillar not in PILLARS:
        faults.append(Fault("pillar", N_("Choose what kind of competence it is.")))
    unnamed = N_("Give it a name in French and in Dutch.")
    faults += [Fault(f"name.{language}", unnamed) for language in BOTH if not content.name.get(language)]
    for language, name in content.name.items():
        if len(name) > NAME_LENGTH:
            faults.append(
                Fault(f"name.{language}", N_("Make this shorter: {limit} signs at most."), {"limit": NAME_LENGTH})
            )
    if content.scale not in scales:
        return [*faults, Fault("scale", N_("Choose a scale."))]
    levels = [level.code for level in scales[content.scale]]
    return faults + _wrong_cuts(content.cuts, levels) + _wrong_sentences(content.levels, levels)


def find_reason_fault(before: Mapping[str, float], after: Mapping[str, float], reason: str) -> list[Fault]:
    """Return what is wrong with the reason for other cut scores: there must be one, and where nothing changes none is asked."""
    if len(reason) > REASON_LENGTH:
        return [Fault("reason", N_("Make this shorter: {limit} signs at most."), {"limit": REASON_LENGTH})]
    if dict(before) == dict(after) or reason.strip():
        return []
    message = N_("Say why the levels begin there. The reason is kept, with your name and the day.")
    return [Fault("reason", message)]


def _wrong_cuts(cuts: Mapping[str, float], levels: Sequence[str]) -> list[Fault]:
    higher = levels[1:]
    faults = [
        Fault(f"cuts.{level}", N_("This level has no beginning that could be set."))
        for level in cuts
        if level not in higher
    ]
    for level, theta in cuts.items():
        # Written so that what is no number at all (NaN) is refused, too.
        if not -THETA_RANGE <= theta <= THETA_RANGE:
            faults.append(Fault(f"cuts.{level}", N_("Give a number from -6 to 6.")))
    for level, after in pairwise(higher):
        if after in cuts and level not in cuts:
            message = N_("Give level {level} a beginning too, or take the one of level {after} away.")
            faults.append(Fault(f"cuts.{level}", message, {"level": level, "after": after}))
        elif after in cuts and not cuts[level] < cuts[after]:
            message = N_("Level {after} must begin higher than level {level}.")
            faults.append(Fault(f"cuts.{after}", message, {"level": level, "after": after}))
    return faults


def _wrong_sentences(texts: Mapping[str, LevelTexts], levels: Sequence[str]) -> list[Fault]:
    faults = []
    for level, of_level in texts.items():
        if level not in levels:
            faults.append(Fault("scale", N_("The scale has no level {level}."), {"level": level}))
            continue
        for kind, sentence in (("can", of_level.can), ("practise", of_level.practise)):
            about = f"levels.{level}.{kind}"
            if any(sentence.values()):
                message = N_("This sentence is there in one language. Write it in French and in Dutch.")
                faults += [Fault(f"{about}.{language}", message) for language in BOTH if not sentence.get(language)]
            for language, text in sentence.items():
                if len(text) > SENTENCE_LENGTH:
                    message = N_("Make this shorter: {limit} signs at most.")
                    faults.append(Fault(f"{about}.{language}", message, {"limit": SENTENCE_LENGTH}))
    return faults
