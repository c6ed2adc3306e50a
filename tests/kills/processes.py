"""Real processes on the tests' database, to be killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from django.conf import settings

from clinic import local_postgres

PATIENCE = 45


def environment(**more: str) -> dict[str, str]:
    """What a process needs to work on the database of this test."""
    name = settings.DATABASES["default"]["NAME"]
    urls = {"DATABASE_URL": local_postgres.url_for("clinic_app", name), "HISTORY_DATABASE_URL": local_postgres.url_for("history_seq", name)}
    return {**os.environ, **urls, "DEBUG": "true", "FILES_DIR": str(settings.MEDIA_ROOT), "HISTORY_WITNESSES": "", "BREAK_GLASS": "branches", **more}


def start(*command: str, **more: str) -> subprocess.Popen[bytes]:
    """A process of our own in a session of its own."""
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env=environment(**more),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def manage(*command: str) -> subprocess.Popen[bytes]:
    return start("manage.py", *command)


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9 of the process and what it started."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def until(is_so: Callable[[], bool], words: str) -> None:
    """Wait for it; :raises AssertionError: when it does not come."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, f"never: {words}"
        time.sleep(0.05)
