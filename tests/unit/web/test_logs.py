"""Logs: one JSON object a line, also for what libraries say and for faults with a traceback."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PROGRAM = """
import logging, structlog
from web.logs import configure_logs
configure_logs("info")
log = structlog.get_logger()
log.debug("hidden")
log.info("shown", request_id="0192")
logging.getLogger("a.library").info("hidden")
try:
    raise RuntimeError("wrong")
except RuntimeError:
    log.exception("fault", request_id="0193")
"""


def test_each_line_is_an_object_with_hour_level_and_number() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603

    lines = [json.loads(line) for line in (done.stdout + done.stderr).splitlines()]

    assert [(line["level"], line["event"], line["request_id"]) for line in lines] == [
        ("info", "shown", "0192"),
        ("error", "fault", "0193"),
    ]
    assert all(line["timestamp"].endswith("Z") for line in lines)
    assert "RuntimeError: wrong" in lines[1]["exception"]
