"""Panels as a judge sees them: an item as candidates see it, what was said of it, and what the panel said the round before."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assess.frozen import FrozenItem, get_item, get_stimulus
from question_banks.cards import headline
from question_banks.competences import list_competences
from question_banks.content import ItemContent, Media, StimulusContent
from question_banks.texts import Texts, in_language
from scoring.models import Panel, PanelRound
from scoring.panels.judging import Standing
from storage.wording import N_
from web import i18n
from web.i18n import gettext, number
from web.item_preview import Version, version_in
from web.panel_forms import angoff_options, shown_percentage
from web.panel_pages import points_of
from web.rendering import text

CHANCES = {50: N_("half of the times"), 67: N_("two times in three")}


@dataclass(frozen=True, slots=True)
class Place:
    """One page of what is judged: its number, the first words of the item, what was said of it by level."""

    number: int
    words: str
    said: tuple[tuple[str, str], ...]
    is_done: bool
    marks: tuple[str, ...]
    """The levels whose mark lies on it."""
    score: int
    maximum: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of one item at one level: the box's options and value, and what is told before the second round."""

    level: str
    can: str
    value: str
    options: tuple[tuple[str, str], ...]
    told: str


@dataclass(frozen=True, slots=True)
class LevelFeedback:
    """One level as the panel set it in the round before, beside the judge's own: anonymous."""

    level: str
    own: str
    mean: str
    median: str
    cuts: tuple[tuple[str, bool], ...]
    """Each judge's cut, lowest first; True for what is this judge's own."""


def shown_item(session: Session, panel: Panel, place: int, *, media_url: Callable[[str], str]) -> Version:
    """Return the item of a page, from 1, as candidates see it in the language of the reader, or else in its own."""
    item = get_item(session, panel.item_version_ids[place - 1])
    stimulus = get_stimulus(session, item.stimulus_id) if item.stimulus_id else None
    return version_in(item.content, stimulus, language_of(item.content), media_url=media_url)


def language_of(content: ItemContent) -> str:
    """Return the reader's language where the item has it, else its first."""
    here = i18n.current.get()
    return here if here in content.languages else next(iter(content.languages), here)


def shows_medium(session: Session, panel: Panel, digest: str) -> bool:
    """Tell whether an item that this panel judges, or its shared text, has these bytes."""
    return any(
        file.digest == digest
        for version_id in set(panel.item_version_ids)
        for medium in _media(session, get_item(session, version_id))
        for file in medium.files.values()
    )


def list_places(session: Session, panel: Panel, standing: Standing) -> list[Place]:
    """Return the pages of a panel that judges items, in their order."""
    places = []
    for at, version_id in enumerate(panel.item_version_ids, 1):
        content = get_item(session, version_id).content
        said = tuple((level, shown_percentage(standing.said.get((level, version_id)))) for level in panel.levels)
        about = panel.parameters[at - 1]
        places.append(
            Place(
                number=at,
                words=in_language(headline(content), language_of(content)),
                said=said,
                is_done=panel.method == "bookmark" or all(value for _, value in said),
                marks=tuple(level for level in panel.levels if standing.said.get((level, None)) == at - 1),
                score=int(about.get("score", 0)),
                maximum=len(about["steps"]) or 1,
            )
        )
    return places


def marks_after_last(panel: Panel, standing: Standing) -> dict[str, bool]:
    """Tell of each level whether its mark lies after the last page."""
    return {level: standing.said.get((level, None)) == len(panel.item_version_ids) for level in panel.levels}


def asked_of(session: Session, panel: Panel, at: PanelRound, standing: Standing, place: int) -> list[Asked]:
    """Return what is asked of the item of a page at each level."""
    version_id = panel.item_version_ids[place - 1]
    can = can_do(session, panel)
    asked = []
    for level in panel.levels:
        value = shown_percentage(standing.said.get((level, version_id)))
        options = tuple(angoff_options(value, gettext(N_("Choose"))))
        asked.append(Asked(level, can.get(level, ""), value, options, _told(at.feedback, version_id, level)))
    return asked


def can_do(session: Session, panel: Panel) -> dict[str, str]:
    """Return what a person at each level can do, in the reader's language."""
    competence = list_competences(session, operator_id=panel.operator_id).get(panel.competence)
    if competence is None:
        return {}
    empty: Texts = {}
    return {code: text(words.can) if words.can else text(empty) for code, words in competence.levels.items()}


def right_words(feedback: Mapping[str, Any], version_id: UUID) -> str:
    """Say how well candidates did on an item; nothing before the second round, or while there are few answers."""
    share, count = feedback.get("right", {}).get(str(version_id), (None, 0))
    if share is None:
        return ""
    return gettext(
        N_("Candidates got {share} % of its points ({count} answers)."), share=number(100 * share), count=number(count)
    )


def chance_words(panel: Panel) -> str:
    """Say the response probability of a booklet in words."""
    known = CHANCES.get(round(100 * panel.response_probability))
    return (
        gettext(known) if known else gettext(N_("{share} times in 100"), share=number(100 * panel.response_probability))
    )


def level_feedback(panel: Panel, at: PanelRound, standing: Standing | None) -> list[LevelFeedback]:
    """Return what the panel said in the round before; `standing` is the judge's own in that round, None for who was not in it."""
    found = []
    for level, told in at.feedback.get("levels", {}).items():
        own = _own(panel, level, standing) if standing and standing.is_final else None
        cuts = [float(one) for one in told["cuts"]]
        nearest = min(cuts, key=lambda cut: abs(cut - own)) if own is not None else None
        mine = cuts.index(nearest) if nearest is not None and abs(nearest - (own or 0)) < 1e-6 else -1  # noqa: PLR2004 (the same number, stored)
        found.append(
            LevelFeedback(
                level=level,
                own="–" if own is None else _shown(panel, own),
                mean=_shown(panel, told["mean"]),
                median=_shown(panel, told["median"]),
                cuts=tuple((_shown(panel, cut), place == mine) for place, cut in enumerate(cuts)),
            )
        )
    return found


def unit_words(panel: Panel) -> str:
    """Say in what the cuts of the feedback are counted."""
    if panel.method == "contrasting":
        return gettext(N_("Share of people judged at the level or above"))
    if panel.method == "bookmark":
        return gettext(N_("Questions before the mark, of {count}"), count=points_of(panel))
    return gettext(N_("Points of {count} that a person just at the level gets"), count=points_of(panel))


def _told(feedback: Mapping[str, Any], version_id: UUID, level: str) -> str:
    ranges = feedback.get("items", {}).get(str(version_id), {}).get(level)
    if ranges is None:
        return ""
    low, middle, high = (number(100 * value) for value in ranges)
    return gettext(N_("The panel said {low} to {high}, in the middle {middle}."), low=low, high=high, middle=middle)


def _own(panel: Panel, level: str, standing: Standing) -> float | None:
    if panel.method == "bookmark":
        return standing.said.get((level, None))
    said = {about: value for (one, about), value in standing.said.items() if one == level}
    if panel.method == "contrasting":
        known = [value for value in said.values() if value >= 0]
        return sum(known) / len(known) if known else 0.0
    maxima = [len(one["steps"]) or 1 for one in panel.parameters]
    return sum(most * said[one] for one, most in zip(panel.item_version_ids, maxima, strict=True))


def _shown(panel: Panel, value: float) -> str:
    return gettext(N_("{share} %"), share=number(100 * value)) if panel.method == "contrasting" else number(value, 1)


def _media(session: Session, item: FrozenItem) -> Iterator[Media]:
    yield from item.content.media
    if item.stimulus_id:
        stimulus: StimulusContent = get_stimulus(session, item.stimulus_id)
        yield from stimulus.media
