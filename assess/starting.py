"""Where a section that chooses as it goes begins: everybody's prior, or what an earlier section told. Use cases."""

from sqlmodel import Session

from assess.blueprint import Section
from assess.delivery import Start
from assess.frozen import get_item
from assess.models import SectionRun
from assess.pools import usable_parameters
from assess.progress import Asked, Progress, Run, list_asked
from question_banks.competences import list_competences, list_scales
from scoring.adaptive.routing import carried_prior
from scoring.estimation import AbilityEstimate, estimate_ability
from scoring.parameters import parameters_in_force, scale_of

SEED_STEP = 64
"""More than a test has sections: each section of each sitting has draws of its own."""

FARTHEST_START = 3.0
"""Nobody begins farther from the middle than this: a router's error is too large to be so sure."""


def starting_point(session: Session, progress: Progress, run: Run) -> Start:
    """Return where the section of this run begins: its draws, its prior, and where levels begin now."""
    section = progress.section
    mean, sd = _prior(session, progress, section)
    cuts = _cuts(session, progress, section) if section.certainty is not None else ()
    return Start(seed=progress.sitting.seed * SEED_STEP + run.position, mean=mean, sd=sd, cuts=cuts)


def _prior(session: Session, progress: Progress, section: Section) -> tuple[float, float]:
    source = progress.blueprint.source_of(section)
    if source is None:
        return 0.0, 1.0
    router = progress.blueprint.sections[source]
    told = _told(session, progress, source, minimum=router.minimum)
    if told is None:
        return 0.0, 1.0
    correlation = 1.0 if router.competence == section.competence else section.carried
    mean, sd = carried_prior(told.theta, told.standard_error, correlation=correlation)
    return max(-FARTHEST_START, min(FARTHEST_START, mean)), sd


def _told(session: Session, progress: Progress, place: int, *, minimum: int) -> AbilityEstimate | None:
    """Return the ability that a section told, or None when it had too few answers to say."""
    given = [one for one in list_asked(session, progress.sitting.id) if one.served.section == place and _counts(one)]
    answered = sum(not one.response.skipped for one in given if one.response)
    if answered < minimum:
        return None
    run = next(run for run in progress.runs if run.position == place)
    assert isinstance(run, SectionRun)  # noqa: S101 (a section starts for who has locked the sitting, and has its rows)
    known = parameters_in_force(session, run.calibration_id)
    return estimate_ability(
        [
            (usable_parameters(known, get_item(session, one.served.item_version_id)).parameters, one.response.points)
            for one in given
            if one.response
        ]
    )


def _counts(one: Asked) -> bool:
    return one.response is not None and one.response.maximum > 0 and not one.served.is_seed


def _cuts(session: Session, progress: Progress, section: Section) -> tuple[float, ...]:
    found = list_competences(session, operator_id=progress.sitting.operator_id).get(section.competence)
    if found is None:
        return ()
    scale = scale_of(found, list_scales(session))
    return tuple(theta for _, theta in scale.cuts)
