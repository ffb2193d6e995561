"""The refusals of panels."""

from scoring.errors import ScoringError


class PanelNotFoundError(ScoringError, LookupError):
    """No such panel, or it is another operator's."""


class JudgeNotFoundError(ScoringError, LookupError):
    """No such judge, or the link was taken back: both answer alike."""


class InvalidPanelError(ScoringError, ValueError):
    """A panel, an invitation or an adoption that cannot be; `values["field"]` names what it is about."""


class InvalidJudgementError(ScoringError, ValueError):
    """Something that a judge cannot say of what is judged; `values["field"]` names what it is about."""


class PanelStateError(ScoringError):
    """What was asked for does not fit how far the panel is."""
