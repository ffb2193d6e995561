"""The page of each step of a sitting."""

from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse

from assess.progress import Step
from web.rendering import see_other

# A name that a step does not have is a fault, so there is no default.
PAGES = {
    "overview": ("sittings.show", ""),
    "section": ("sections.show", "number"),
    "question": ("questions.show", "position"),
    "pause": ("pauses.new", ""),
    "end": ("submissions.new", ""),
    "passport": ("passports.show", ""),
}


def go_to(request: Request, step: Step) -> RedirectResponse:
    """Answer with the page of the step that is due."""
    name, parameter = PAGES[step.name]
    where: dict[str, Any] = {parameter: step.number} if parameter else {}
    return see_other(request, name, **where)
