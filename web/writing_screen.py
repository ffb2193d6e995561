"""The screen that writes an item, drawn: its form, what a candidate would see, what checking found, an answer that was tried."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from question_banks.authoring import WorkingItem, open_stimulus
from question_banks.cards import find_problems
from question_banks.competences import list_competences, list_scales
from question_banks.elements import restore
from question_banks.interactions import CTestInteraction, Option
from question_banks.responses import PREFIX, Fields
from question_banks.reviews import list_comments
from question_banks.rules import CTestRule, MapRule
from question_banks.surroundings import look_around
from question_banks.texts import in_language
from scoring.explaining import Explanation
from storage.wording import N_
from web import i18n
from web.editing.kinds import KINDS
from web.editing.placeholders import with_placeholders
from web.forms import first
from web.i18n import gettext
from web.item_pages import item_context
from web.item_preview import key_of
from web.item_words import element_words, finding_words, language_name, type_description, type_words
from web.question_display import display_question
from web.question_text import direction_of
from web.rendering import FormError, page, text, url_of
from web.security import HEADERS_TO_RECORD

View = Literal["phone", "desktop"]
LEVELS_OTHERWISE = ("1", "2", "3", "4")
LABEL_LIMIT = 40


@dataclass(frozen=True, slots=True)
class Screen:
    """How the screen is set: the language that is written, the one that is previewed, and the width of the preview."""

    language: str
    shown: str
    view: View


@dataclass(frozen=True, slots=True)
class At:
    """What every field of the form needs to know: the language that is written, the source beside it, and what is wrong."""

    language: str
    source: str
    names: dict[str, str]
    directions: dict[str, str]
    problems: dict[str, str]
    typed: dict[str, str]
    media_choices: list[tuple[str, str]]

    def words(self, option: Option) -> str:
        """Return the beginning of an option's words."""
        return shortened(in_language(option.text, self.language), LABEL_LIMIT)

    def labels(self, options: Sequence[Option]) -> list[tuple[str, str]]:
        """Return options to choose one of."""
        return [(one.id, f"{one.id}. {self.words(one)}") for one in options]

    def worth(self, rule: MapRule, option_id: str) -> int:
        """Return what an option is worth."""
        return rule.values.get(option_id, 0)

    def c_test(self, interaction: CTestInteraction, rule: CTestRule) -> str:
        """Return the passage of a C-test as its author wrote it."""
        return restore(interaction.passage.get(self.language, ""), rule.accept.get(self.language, {}))


def shortened(words: str, limit: int) -> str:
    """Return words, cut where they pass the limit."""
    return words if len(words) <= limit else words[: limit - 1] + "…"


@dataclass(frozen=True, slots=True)
class Trial:
    """An answer that was tried: points, and why."""

    points: int
    maximum: int
    reasons: tuple[tuple[Explanation, str], ...]
    """What marking says of each interaction, and that in words."""


def set_screen(working: WorkingItem, language: str, shown: str, view: str) -> Screen:
    """Return the screen as it was asked for, in languages that the bank has."""
    languages = working.bank.languages
    written = language if language in languages else languages[0]
    return Screen(written, shown if shown in languages else written, "desktop" if view == "desktop" else "phone")


def show_screen(
    request: Request,
    session: Session,
    working: WorkingItem,
    screen: Screen,
    *,
    now: datetime,
    errors: Sequence[FormError] = (),
    problems: Mapping[str, str] | None = None,
    typed: Fields | None = None,
    trial: Trial | None = None,
    answer: Fields | None = None,
    answer_problems: Mapping[str, str] | None = None,
    saved: bool = False,
    status: int = 0,
    revision: str = "",
) -> Response:
    """Draw the screen: as the working copy stands, with what was typed and refused, or with an answer and its marking."""
    content = working.draft.content
    around = look_around(session, operator_id=working.bank.operator_id, testlet_id=working.item.testlet_id)
    findings = find_problems(content, working.bank, around)
    stimulus = open_stimulus(session, working.testlet, now=now).content if working.testlet else None
    competences = list_competences(session, operator_id=working.bank.operator_id)
    typed_answer = {name: values for name, values in (answer or {}).items() if name.startswith(PREFIX)}
    question = display_question(
        with_placeholders(content, screen.shown),
        stimulus,
        language=screen.shown,
        option_order={},
        fields=typed_answer,
        problems=answer_problems or {},
        media_url=lambda digest: url_of(request, "media.show", digest=digest),
    )
    response = page(
        request,
        "items/edit.html",
        fragment="items/_preview.html",
        status=status or (422 if errors else 200),
        **item_context(request, session, working),
        draft=working.draft,
        revision=revision or working.draft.revision,
        content=content,
        screen=screen,
        at=_at(working, screen, problems or {}, typed or {}),
        names={code: language_name(code) for code in working.bank.languages},
        passport_languages=[
            (code, language_name(code), direction_of(code))
            for code in i18n.LANGUAGES
            if code not in working.bank.languages
        ],
        kinds=[(kind, f"{type_words(kind)} – {type_description(kind)}") for kind in KINDS],
        type_words=type_words,
        inline={kind for kind, one in KINDS.items() if one.inline},
        images=[one for one in content.media if one.kind == "image"],
        competences=[
            (code, text(one.name))
            for code, one in competences.items()
            if not one.archived_at or code == content.competence
        ],
        levels=[(code, code) for code in level_codes_of(session, working, content.competence)],
        findings=[finding_words(one, content) for one in findings],
        question=question,
        key=key_of(content, screen.shown),
        remarks=[
            (element_words(one.element, content) if one.element else gettext("The whole"), one.text)
            for one in list_comments(session, working.item.id)
            if one.resolved_at is None
        ],
        trial=trial,
        tried_in_vain=answer is not None and trial is None and not answer_problems,
        errors=list(errors),
        problems=dict(problems or {}),
        saved_at=i18n.clock(working.draft.updated_at) if saved or working.draft.revision else "",
        tags=", ".join(working.tags),
    )
    response.headers.update(HEADERS_TO_RECORD)
    return response


def _at(working: WorkingItem, screen: Screen, problems: Mapping[str, str], typed: Fields) -> At:
    languages = working.bank.languages
    further = [(one.id, one.id) for one in working.draft.content.media]
    return At(
        language=screen.language,
        source=languages[0],
        names={code: language_name(code) for code in languages},
        directions={code: direction_of(code) for code in languages},
        problems=dict(problems),
        typed={name: first(typed, name) for name in problems},
        media_choices=[("", gettext(N_("Nothing: a further one"))), *further],
    )


def level_codes_of(session: Session, working: WorkingItem, competence: str) -> tuple[str, ...]:
    """Return the levels of a competence, by default the one of the item."""
    found = list_competences(session, operator_id=working.bank.operator_id).get(
        competence or working.draft.content.competence
    )
    scale = list_scales(session).get(found.scale, []) if found else []
    return tuple(level.code for level in scale) or LEVELS_OTHERWISE
