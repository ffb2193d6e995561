"""Sittings of made-up candidates, with planted faults: something to look at for the pages that analyse questions.

For tests and for the demonstration. They go through the real tables, but nobody is told anything: no passport is made, and the
codes of these places open nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import exp
from random import Random
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from assess.assessments import list_assessments
from assess.erasure import VOID
from assess.frozen import freeze
from assess.models import Group
from question_banks.content import ItemContent
from question_banks.interactions import ChoiceInteraction
from question_banks.library import list_units
from question_banks.models import Item, ItemVersion
from question_banks.responses import Given
from question_banks.rules import MatchRule
from scoring.marking import mark_response, maximum_points
from scoring.parameters import parameters_of
from storage.tables import metadata, new_id
from web.demo_answers import demo_answer

LANGUAGES = ("fr", "nl")
SKIPPED_SHARE = 0.02
AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Faults:
    """The codes of the items that something was made wrong with; empty where the bank has too few items for it."""

    wrong_key: str = ""
    unused_option: tuple[str, str] = ("", "")
    """The item, and the option that nobody takes."""
    harder_in_dutch: tuple[str, str] = ("", "")
    """The item, one logit harder in Dutch, and the option that draws its readers."""
    drifting: str = ""
    """The item that grows easier: by two logits from the first to the last sitting."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """An item, and what a candidate may give back to it: marked once."""

    version_id: UUID
    stimulus_id: UUID | None
    code: str
    content: ItemContent
    right: Given
    wrong: tuple[Given, ...]
    weights: Mapping[str, tuple[float, ...]]
    """How likely each wrong answer is, by language."""
    shift: Mapping[str, float]
    """How much harder it is than its author thinks, by language."""
    drift: float
    marks: dict[tuple[str, int], tuple[int, int]]


def add_demo_responses(
    session: Session,
    *,
    operator_id: UUID,
    bank_code: str,
    sittings: int,
    rng: Random,
    now: datetime,
    days: int = 300,
    items: int | None = None,
    faults: bool = True,
) -> Faults:
    """Add sittings of an assessment that draws from the bank, spread over the `days` before `now`; return what was planted.

    Abilities are standard normal, half of the candidates read French and half Dutch, and answers follow the authors' difficulties.
    Each candidate gets all live items of the bank, or `items` of them at random. Raises LookupError when the operator has no
    assessment with a section on this bank.
    """
    offer, section = _offer(session, operator_id, bank_code)
    asked, planted = _plan(session, operator_id, bank_code, faults=faults)
    group = Group(
        operator_id=operator_id,
        assessment_id=offer.assessment.id,
        name="Demo: made-up answers",
        place="–",
        supervised=True,
        created_at=now - timedelta(days=days + 1),
        closes_at=now,
    )
    session.add(group)
    session.flush()
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    for number in range(sittings):
        started = now - timedelta(days=days * (1 - number / sittings), hours=2)
        at = number / max(sittings - 1, 1)
        _sit(rows, asked, items, group.id, number + 1, offer, section, started, at, rng)
        if len(rows["response"]) >= AT_ONCE:
            _write(session, rows)
    _write(session, rows)
    return planted


TABLES = ("invitation", "sitting", "section_run", "served_item", "response")


def _write(session: Session, rows: dict[str, list[dict[str, Any]]]) -> None:
    for name in TABLES:
        if rows[name]:
            session.connection().execute(metadata.tables[name].insert(), rows[name])
            rows[name] = []


def _offer(session: Session, operator_id: UUID, bank_code: str) -> tuple[Any, int]:
    for offer in list_assessments(session, operator_id=operator_id):
        for place, section in enumerate(offer.content.sections):
            if section.bank == bank_code:
                return offer, place
    message = f"no assessment draws from {bank_code}"
    raise LookupError(message)


def _plan(session: Session, operator_id: UUID, bank_code: str, *, faults: bool) -> tuple[list[_Asked], Faults]:
    versions = [
        version
        for unit in list_units(session, operator_id=operator_id, bank_code=bank_code)
        for version in unit.versions
        if maximum_points(version.content) > 0 and demo_answer(version.content, solved=True)
    ]
    codes = dict(_codes(session, [version.item_id for version in versions]))
    # Those around the middle tell most: a fault in an item that nobody solves would not show.
    choices = sorted(
        (version for version in versions if _single_choice(version.content)),
        key=lambda version: abs(version.content.estimate.b),
    )
    faulty = {version.id: place for place, version in enumerate(choices[: len(FAULTS)])} if faults else {}
    planted = Faults()
    asked = []
    for version in versions:
        freeze(version)
        code = codes[version.item_id]
        one = _honest(version, code)
        if version.id in faulty:
            one, found = FAULTS[faulty[version.id]](one)
            planted = replace(planted, **found)
        asked.append(one)
    return asked, planted


def _honest(version: ItemVersion, code: str) -> _Asked:
    wrong = _wrong(version.content)
    return _Asked(
        version.id,
        version.stimulus_id,
        code,
        version.content,
        demo_answer(version.content, solved=True),
        wrong,
        weights={language: (1.0,) * len(wrong) for language in LANGUAGES},
        shift=dict.fromkeys(LANGUAGES, 0.0),
        drift=0.0,
        marks={},
    )


def _with_wrong_key(one: _Asked) -> tuple[_Asked, dict[str, Any]]:
    """Who knows takes the first wrong option: the key stands at the wrong place."""
    return replace(one, right=one.wrong[0], wrong=(one.right, *one.wrong[1:])), {"wrong_key": one.code}


def _with_unused_option(one: _Asked) -> tuple[_Asked, dict[str, Any]]:
    weights = dict.fromkeys(LANGUAGES, (*(1.0,) * (len(one.wrong) - 1), 0.0))
    return replace(one, weights=weights), {"unused_option": (one.code, _option(one.wrong[-1]))}


def _harder_in_dutch(one: _Asked) -> tuple[_Asked, dict[str, Any]]:
    weights = {**one.weights, "nl": (*(1.0,) * (len(one.wrong) - 1), 6.0)}
    found = {"harder_in_dutch": (one.code, _option(one.wrong[-1]))}
    return replace(one, weights=weights, shift={**one.shift, "nl": 1.0}), found


def _drifting(one: _Asked) -> tuple[_Asked, dict[str, Any]]:
    return replace(one, drift=-2.0), {"drifting": one.code}


FAULTS = (_with_wrong_key, _with_unused_option, _harder_in_dutch, _drifting)


def _codes(session: Session, item_ids: Sequence[UUID]) -> Iterator[tuple[UUID, str]]:
    rows = session.exec(select(Item.id, Item.code).where(col(Item.id).in_(item_ids)))
    return iter(rows.all())


def _single_choice(content: ItemContent) -> bool:
    one = content.interactions[0]
    return (
        len(content.interactions) == 1
        and isinstance(one, ChoiceInteraction)
        and not one.multiple
        and len(one.options) > 2  # noqa: PLR2004 (a key and two distractors)
        and isinstance(content.rules[one.id], MatchRule)
    )


def _wrong(content: ItemContent) -> tuple[Given, ...]:
    if not _single_choice(content):
        return (demo_answer(content, solved=False),)
    one, rule = content.interactions[0], content.rules[content.interactions[0].id]
    assert isinstance(one, ChoiceInteraction)  # noqa: S101 (it was asked for)
    assert isinstance(rule, MatchRule)  # noqa: S101 (it was asked for)
    return tuple({one.id: [option.id]} for option in one.options if option.id not in rule.key)


def _option(given: Given) -> str:
    value = next(iter(given.values()), None)
    return str(value[0]) if isinstance(value, list) and value else ""


def _sit(
    rows: dict[str, list[dict[str, Any]]],
    asked: Sequence[_Asked],
    items: int | None,
    group_id: UUID,
    number: int,
    offer: Any,
    section: int,
    started: datetime,
    at: float,
    rng: Random,
) -> None:
    """Write one candidate's sitting; `at` is when it was among all of them, from 0 to 1."""
    invitation_id, sitting_id, candidate_id = new_id(), new_id(), new_id()
    language, theta = LANGUAGES[number % 2], rng.gauss(0.0, 1.0)
    rows["invitation"].append(
        {
            "id": invitation_id,
            "group_id": group_id,
            "number": number,
            "code_digest": f"{VOID}{invitation_id.hex}",
            "candidate_id": candidate_id,
            "extra_time": 1.0,
        }
    )
    clock = started
    order = rng.sample(asked, len(asked) if items is None else min(items, len(asked)))
    for position, one in enumerate(order, 1):
        served_id, served_at = new_id(), clock
        clock += timedelta(seconds=round(one.content.seconds * exp(rng.gauss(-0.3, 0.4))) + 1)
        skipped = rng.random() < SKIPPED_SHARE
        given, points, maximum, shown = _answer(one, theta, language, at, rng, skipped=skipped)
        rows["served_item"].append(
            {
                "id": served_id,
                "sitting_id": sitting_id,
                "section": section,
                "position": position,
                "item_version_id": one.version_id,
                "stimulus_id": one.stimulus_id,
                "option_order": {},
                "is_seed": False,
                "served_at": served_at,
            }
        )
        rows["response"].append(
            {
                "id": new_id(),
                "served_item_id": served_id,
                "sitting_id": sitting_id,
                "client_key": f"demo-{position}",
                "given": given,
                "skipped": skipped,
                "language": shown,
                "points": points,
                "maximum": maximum,
                "recorded_at": clock,
            }
        )
    rows["sitting"].append(
        {
            "id": sitting_id,
            "invitation_id": invitation_id,
            "candidate_id": candidate_id,
            "operator_id": offer.assessment.operator_id,
            "blueprint_id": offer.blueprint.id,
            "language": language,
            "seed": number,
            "status": "submitted",
            "created_at": started,
            "last_seen_at": clock,
            "submitted_at": clock,
        }
    )
    rows["section_run"] += [
        {
            "id": new_id(),
            "sitting_id": sitting_id,
            "position": place,
            "status": "done" if place == section else "skipped",
            "started_at": started if place == section else None,
            "deadline_at": None,
            "seconds_left": None,
            "ended_at": clock,
            "ended_because": "length" if place == section else "submission",
            "calibration_id": None,
            "state": None,
        }
        for place in range(len(offer.content.sections))
    ]


def _answer(
    one: _Asked, theta: float, language: str, at: float, rng: Random, *, skipped: bool
) -> tuple[Given, int, int, str]:
    shown = language if language in one.content.languages else one.content.languages[0]
    parameters = parameters_of(one.content)
    b = parameters.b + one.shift.get(shown, 0.0) + one.drift * at
    solved = rng.random() < 1 / (1 + exp(-parameters.a * (theta - b)))
    weights = one.weights.get(shown, (1.0,) * len(one.wrong))
    place = -1 if solved else rng.choices(range(len(one.wrong)), weights)[0]
    given: Given = {} if skipped else one.right if solved else one.wrong[place]
    if skipped:
        place = -2
    if (shown, place) not in one.marks:
        score = mark_response(one.content, given, language=shown)
        one.marks[shown, place] = (score.points, score.maximum)
    points, maximum = one.marks[shown, place]
    return given, points, maximum, shown
