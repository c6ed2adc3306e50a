"""bin/run serves the clinic, survives the killing of anything it runs, and leaves nothing behind."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from clinic import local_postgres
from clinic.local_run import mark_of_files

SECONDS = 60


def processes() -> dict[int, str]:
    """Everything that works for the clinic in CLINIC_DATA: the marked services and the server's processes."""
    mark, cluster, found = f"CLINIC_RUN={os.environ['CLINIC_DATA']}".encode(), local_postgres.cluster_directory(), {}
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (mark in (entry / "environ").read_bytes().split(b"\0") or (entry / "cwd").readlink() == cluster):
                found[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
    return {pid: command for pid, command in found.items() if command}


def find(word: str) -> int | None:
    """The first process whose command line holds the word, by age; a part may start a moment after the clinic answers."""
    return min((pid for pid, command in processes().items() if word in command), default=None)


class Run:
    """One `bin/run` without its set-up."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        environment = {**os.environ, "PORT": str(self.port), "CLINIC_DEMO": "no", "DEBUG": "true"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "clinic.local_run"], cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        assert any(line.startswith("ready: ") for line in self.process.stdout), "it never became ready"

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def open(self, path: str) -> tuple[str, str]:
        """What the page says, and for how long it may be kept."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=SECONDS) as answer:
            return answer.read().decode(), answer.headers["Cache-Control"] or ""

    def interrupt(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=SECONDS)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, processes()
        time.sleep(0.1)


def kill(word: str) -> None:
    wait_for(lambda: find(word) is not None)
    victim = find(word)
    assert victim
    os.kill(victim, signal.SIGKILL)
    wait_for(lambda: victim not in processes() and find(word) is not None)


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = local_postgres.data_directory() / f"run-{os.getpid()}"
    monkeypatch.setenv("CLINIC_DATA", str(folder))
    yield folder
    local_postgres.stop()
    shutil.rmtree(folder)


@pytest.fixture
def start(data: Path) -> Iterator[Callable[[], Run]]:
    runs: list[Run] = []

    def start_one() -> Run:
        runs.append(Run())
        return runs[-1]

    yield start_one
    for run in runs:
        run.process.kill()
        run.process.wait(SECONDS)


def assert_files_may_be_kept(run: Run) -> None:
    """Their addresses name their content: a browser asks for none of them twice."""
    files = re.findall(r'"(/static/[^"]+\.(?:js|css))"', run.open("/login/")[0])
    assert files
    assert {file.split("/")[2] for file in files} == {mark_of_files()}
    assert all("immutable" in run.open(file)[1] for file in files)


def test_it_survives_being_killed_in_every_part(start: Callable[[], Run]) -> None:
    run = start()
    assert_files_may_be_kept(run)
    for part in ("granian", "procrastinate", "postgres"):
        kill(part)
        wait_for(run.is_ready)
    run.process.kill()
    run.process.communicate(timeout=SECONDS)
    again = start()
    assert again.is_ready()
    again.interrupt()
    assert processes() == {}


def test_reset_does_not_wipe_unasked(data: Path) -> None:
    data.mkdir(parents=True)
    (data / "files").mkdir()
    command = [sys.executable, "-m", "clinic.local_run", "--reset"]
    done = subprocess.run(command, cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Nothing was deleted" in done.stderr
    assert (data / "files").exists()


def test_reset_never_touches_a_database_of_somebody_else(data: Path) -> None:
    environment = {**os.environ, "DATABASE_URL": "postgresql://clinic_app@db.example/clinic"}
    command = [sys.executable, "-m", "clinic.local_run", "--reset", "--yes"]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "only the local database" in done.stderr


@pytest.mark.parametrize("port", ["http", "0", "70000"])
def test_a_port_that_is_none_is_named(port: str) -> None:
    command = [sys.executable, "-m", "clinic.local_run"]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env={**os.environ, "PORT": port}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip()) == (1, f"PORT must be a number from 1 to 65535, not '{port}'.")
