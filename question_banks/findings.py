"""What checking finds in an item: what is wrong, where, and what to do about it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["blocking", "warning", "hint"]
"""`blocking`: the item could not be shown or marked, and is not published. `warning`: likely a mistake. `hint`: worth a look."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend or to look at. `message` and `advice` are translatable and take `values`."""

    code: str
    """Short and stable, as in `no_key`: filters and tests name findings by it."""
    severity: Severity
    element: str
    """The path of the element it is about, as `elements` names them (`r1.options.a`, `body`); a path may also end at a rule's or
    interaction's own field (`r1.key`). Empty: the item as a whole."""
    message: str
    advice: str
    values: dict[str, Any] = field(default_factory=dict)
    language: str = ""
    """The language it is about; empty: all."""


def is_blocked(findings: Iterable[Finding]) -> bool:
    """Tell whether one of the findings keeps the item from being published."""
    return any(finding.severity == "blocking" for finding in findings)
