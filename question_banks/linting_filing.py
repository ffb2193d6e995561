"""Whether an item is filed under what exists: tags, competence, level, difficulty. Pure."""

from collections.abc import Collection, Iterator, Mapping

from question_banks.content import ItemContent
from question_banks.findings import Finding
from storage.wording import N_

MARGIN = 1.5
"""Logits that an expected difficulty may lie outside its level before it is odd."""

Competences = Collection[str] | Mapping[str, Collection[str]]
"""Codes, or codes with the levels of each."""


def check_filing(
    content: ItemContent,
    known_tags: Collection[str] | None,
    known_competences: Competences | None,
    cuts: Mapping[str, float] | None,
) -> Iterator[Finding]:
    """Yield what is not known; what is None is not checked. `cuts`: the theta where each level of the competence begins."""
    for tag in content.tags:
        if known_tags is not None and tag not in known_tags:
            yield Finding(
                "unknown_tag",
                "hint",
                "tags",
                N_("The tag “{tag}” is used nowhere else."),
                N_("Look whether a tag that exists says the same."),
                {"tag": tag},
            )
    if known_competences is not None and content.competence not in known_competences:
        yield Finding(
            "unknown_competence",
            "warning",
            "competence",
            N_("The framework has no competence “{competence}”."),
            N_("Choose one of the framework."),
            {"competence": content.competence},
        )
    elif isinstance(known_competences, Mapping) and content.level not in known_competences[content.competence]:
        yield Finding(
            "unknown_level",
            "warning",
            "level",
            N_("The competence has no level “{level}”."),
            N_("Choose one of its levels."),
            {"level": content.level},
        )
    if not content.level and _has_levels(content.competence, known_competences):
        yield Finding(
            "no_level",
            "warning",
            "level",
            N_("There is no level yet."),
            N_("Choose the level at which it tells most."),
        )
    if cuts is not None:
        yield from _difficulty(content, cuts)


def _has_levels(competence: str, known: Competences | None) -> bool:
    return isinstance(known, Mapping) and any(known.get(competence, ()))


def _difficulty(content: ItemContent, cuts: Mapping[str, float]) -> Iterator[Finding]:
    begins = sorted(cuts.items(), key=lambda cut: cut[1])
    codes = [code for code, _ in begins]
    place = codes.index(content.level) if content.level in codes else -1
    low = begins[place][1] if place >= 0 else float("-inf")
    high = begins[place + 1][1] if place + 1 < len(begins) else float("inf")
    if not low - MARGIN <= content.estimate.b <= high + MARGIN:
        yield Finding(
            "level_off_difficulty",
            "hint",
            "level",
            N_("Level {level} and difficulty {b} hardly go together."),
            N_("Look at both: an item should be about as difficult as the level that it tells apart."),
            {"level": content.level, "b": content.estimate.b},
        )
