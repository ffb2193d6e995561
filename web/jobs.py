"""Who does the jobs that outlive a request: a child process of the server, started when there is work and none is alive.

The engine of calibrations, and what compiles it, are loaded in that process alone. A deployment that has workers of its own
(`paraat work --stay`) serves without one; its pages then only show how far the work is.
"""

import logging
import os
import subprocess
import sys
from threading import Lock

from fastapi import Request
from starlette.background import BackgroundTask

from web.settings import Settings

log = logging.getLogger(__name__)


class Worker:
    """The child process of one server, or none at the moment."""

    def __init__(self, settings: Settings) -> None:
        self._environment = environment_of(settings)
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = Lock()

    def wake(self) -> None:
        """Start a child unless one is alive. It works through what waits, and ends by itself, whatever becomes of us."""
        with self._lock:
            if self._child is not None and self._child.poll() is None:
                return
            command = [sys.executable, "-m", "web.cli", "work"]
            try:
                # A session of its own: who stops the server in a terminal does not lose the work that is half done.
                self._child = subprocess.Popen(  # noqa: S603 (our own program)
                    command,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    start_new_session=True,
                )
            except OSError:
                log.exception("no worker could be started")

    def wait(self) -> int | None:
        """Wait until the child has ended and return how; None when there was none."""
        return None if self._child is None else self._child.wait()


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the environment of a process with these settings, wherever ours came from."""
    given = {
        "PARAAT_DATABASE_URL": settings.database_url,
        "PARAAT_SECRET": settings.secret.get_secret_value(),
        "PARAAT_ADDRESS": settings.address,
        "PARAAT_MAIL": settings.mail,
        "PARAAT_MEDIA_STORE": settings.media_store,
        "PARAAT_DEMO": "1" if settings.demo else "",
        "PARAAT_LOG_LEVEL": settings.log_level,
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PARAAT_")}
    return kept | {name: value for name, value in given.items() if value}


def wake(request: Request) -> None:
    """Have somebody do what waits, where this server has a worker."""
    worker: Worker | None = getattr(request.app.state, "worker", None)
    if worker is not None:
        worker.wake()


def then_wake(request: Request) -> BackgroundTask:
    """Return what to do once a response has left: by then the job that it is about is durable."""
    return BackgroundTask(wake, request)
