"""Logs: one JSON object a line, with the request id that an error page shows; never a code, a name, an answer or a token."""

import logging
from typing import Literal

import structlog


def configure_logs(level: Literal["debug", "info", "warning", "error"]) -> None:
    """Set up logging for the whole process."""
    threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=max(threshold, logging.WARNING), format="%(levelname)s %(name)s %(message)s")
