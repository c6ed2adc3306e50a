"""`bin/run`: the whole clinic on this machine. It starts PostgreSQL, web server and worker, keeps them up and takes them down.

Whatever was killed is found and cleared at the next start: processes by a mark in their environment, a demo clinic that was
cut short by a file beside the database.
"""

import argparse
import contextlib
import ctypes
import fcntl
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from clinic import local_postgres
from clinic.demo import team
from clinic.local_postgres import ROOT, PostgresFailure, data_directory

HOST = "127.0.0.1"
MARK = "CLINIC_RUN"
MOST_RESTARTS = 5
RESTART_WINDOW = 60.0
PR_SET_PDEATHSIG = 1
STOP = threading.Event()


class CannotRun(Exception):
    """The clinic cannot be started here; the message says why and what to do."""


@dataclass
class Service:
    """A child process that must be up: started again when it ends, given up when it keeps ending."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)

    def start(self) -> None:
        now = time.monotonic()
        self.starts = [start for start in self.starts if now - start < RESTART_WINDOW] + [now]
        if len(self.starts) > MOST_RESTARTS:
            raise CannotRun(f"The {self.name} ended {MOST_RESTARTS} times within a minute; its own words stand above.")
        marked = {**os.environ, MARK: str(data_directory())}
        self.process = subprocess.Popen(  # noqa: S603 - our own commands
            self.command,
            cwd=ROOT,
            env=marked,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509
        )

    def keep_up(self) -> None:
        if self.process and self.process.poll() is not None:
            say(f"The {self.name} ended ({self.process.returncode}); starting it again")
            clear_leftovers(self.process.pid)
            self.start()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()


def main() -> None:
    arguments = _arguments()
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    try:
        with _alone(), contextlib.suppress(KeyboardInterrupt):
            if arguments.reset:
                _reset(arguments.yes)
            _run(_port())
    except (CannotRun, PostgresFailure) as failure:
        sys.exit(str(failure))


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/run", description="Set up and serve the demo clinic on this machine.")
    parser.add_argument("--reset", action="store_true", help="delete the local database and files first")
    parser.add_argument("--yes", action="store_true", help="do not ask before deleting")
    return parser.parse_args()


def _run(port: int) -> None:
    clear_leftovers()
    _check_port(port)
    is_local = local_postgres.is_wanted()
    os.environ.setdefault("DEBUG", "true")
    os.environ.setdefault("STATIC_MARK", mark_of_files())
    web, worker = Service("web server", _web_command(port)), Service("background worker", _worker_command())
    services = [web, worker, *([Service("sequencer of history", _sequencer_command())] if is_local or _has_sequencer_role() else [])]
    try:
        if is_local:
            _start_postgres()
        _prepare_database(is_local=is_local)
        web.start()
        _wait_until_ready(port, web)
        _greet(port)
        for service in services[1:]:
            service.start()
        _watch(services, is_local=is_local)
    finally:
        say("\nStopping")
        for service in reversed(services):
            service.stop()
        clear_leftovers()
        if is_local and _own_postgres().exists():
            local_postgres.stop()
            _own_postgres().unlink()


def mark_of_files() -> str:
    """Another one when a file of the pages has changed, ours or a library's."""
    digest = hashlib.sha256((ROOT / "uv.lock").read_bytes())
    for folder in sorted([ROOT / "static", *ROOT.glob("*/static"), *ROOT.glob("*/*/static")]):
        for file in sorted(folder.rglob("*")):
            found = file.stat()
            digest.update(f"{file}:{found.st_size}:{found.st_mtime_ns};".encode())
    return digest.hexdigest()[:12]


def _port() -> int:
    wanted = os.environ.get("PORT") or "8000"
    if not (wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= 65535):
        raise CannotRun(f"PORT must be a number from 1 to 65535, not {wanted!r}.")
    return int(wanted)


def _web_command(port: int) -> list[str]:
    workers, threads = os.environ.get("WEB_WORKERS") or "1", os.environ.get("WEB_THREADS") or str(min(8, 2 * (os.cpu_count() or 1) + 1))
    command = ["granian", "clinic.wsgi:application", "--interface", "wsgi", "--host", HOST, "--port", str(port), "--log-level", "warning"]
    return [*command, "--workers", workers, "--blocking-threads", threads, "--no-ws", "--respawn-failed-workers"]


def _worker_command() -> list[str]:
    return [sys.executable, "manage.py", "procrastinate", "worker"]


def _sequencer_command() -> list[str]:
    return [sys.executable, "manage.py", "history_sequencer"]


def _has_sequencer_role() -> bool:
    if "HISTORY_DATABASE_URL" in os.environ or "HISTORY_DATABASE_URL_FILE" in os.environ:
        return True
    say("HISTORY_DATABASE_URL is not set: history is written but not sealed")
    return False


def _start_postgres() -> None:
    if local_postgres.ensure_running():
        _own_postgres().touch()


def _own_postgres() -> Path:
    """Stands while the server that runs was started by a `bin/run`, so that one which was killed is stopped by the next."""
    return data_directory() / "postgres.started-by-run"


def _prepare_database(*, is_local: bool) -> None:
    """Migrations and, into an empty database, the demo clinic."""
    unfinished = data_directory() / "demo.unfinished"
    if is_local and unfinished.exists():
        say("The demo clinic was cut short; building it anew")
        local_postgres.drop_database()
        local_postgres.ensure_running()
        _forget_seals()
        unfinished.unlink()
    if not is_local or local_postgres.migrated_to() != _migrations_hash():
        say("Migrating the database")
        _manage("migrate", "--verbosity", "0")
        if is_local:
            local_postgres.remember_migrated(_migrations_hash())
    if _has_demo() and _is_empty():
        say("Building the demo clinic (some minutes, once)")
        unfinished.touch()
        _manage("demo", "--patients", "120")
        unfinished.unlink()
    if is_local and not (data_directory() / "keys" / "history.key").exists():
        say("Making the key that seals history; its public half, for the clinic's lawyer to keep on paper:")
        _manage("history_key", "create")


def _forget_seals() -> None:
    """Key and witness belong to the database that is gone."""
    for name in ("keys", "witness"):
        shutil.rmtree(data_directory() / name, ignore_errors=True)


def _has_demo() -> bool:
    return os.environ.get("CLINIC_DEMO", "yes") != "no"


def _is_empty() -> bool:
    """Has nobody worked in this database yet?"""
    url = os.environ.get("DATABASE_URL") or local_postgres.url_for("clinic_app")
    if "DATABASE_URL_FILE" in os.environ:
        url = Path(os.environ["DATABASE_URL_FILE"]).read_text().strip()
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT EXISTS (SELECT FROM staff_user)").fetchone()
    return not (row and row[0])


def _migrations_hash() -> str:
    """Changes whenever a migration, the SQL of history or a package does."""
    digest = hashlib.sha256((ROOT / "uv.lock").read_bytes())
    files = {file for pattern in ("*/migrations/*.py", "*/*/migrations/*.py", "clinic/history/**/*.sql") for file in ROOT.glob(pattern)}
    for file in sorted(files):
        digest.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return digest.hexdigest()


def _manage(*arguments: str) -> None:
    done = subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, check=False, preexec_fn=_die_with_parent)  # noqa: S603
    if done.returncode:
        raise CannotRun(f"manage.py {arguments[0]} failed; its own words stand above.")


def _wait_until_ready(port: int, web: Service) -> None:
    deadline = time.monotonic() + 60
    while not _answers(port):
        web.keep_up()
        if time.monotonic() > deadline:
            raise CannotRun("The web server did not become ready within a minute.")
        time.sleep(0.05)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _greet(port: int) -> None:
    say(f"ready: http://{HOST}:{port}")
    say(f"API documentation: http://{HOST}:{port}/api/v1/docs")
    if _has_demo():
        say(team.greeting())
    elif _is_empty():
        say("Nobody can log in yet: python manage.py create_first_user NAME --last-name … --first-name …")
    say("Ctrl-C stops everything.")


def _watch(services: list[Service], *, is_local: bool) -> None:
    while not STOP.wait(0.5):
        if is_local and not local_postgres.is_alive():
            say("PostgreSQL ended; starting it again")
            _start_postgres()
        for service in services:
            service.keep_up()


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise CannotRun(f"Port {port} is taken by another program; choose one, for example: PORT={port + 1} bin/run") from None


@contextmanager
def _alone() -> Iterator[None]:
    """One `bin/run` per data folder; the lock dies with its process."""
    data_directory().mkdir(parents=True, exist_ok=True)
    with (data_directory() / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRun(f"Another bin/run serves {data_directory()}; stop it first, or set CLINIC_DATA and PORT.") from None
        yield


def clear_leftovers(group: int | None = None) -> None:
    """Kill what a killed `bin/run` (or the service of this process group) left behind, known by the mark in its environment."""
    mark = f"{MARK}={data_directory()}".encode()
    for pid in _marked(mark):
        with contextlib.suppress(ProcessLookupError):
            if pid != os.getpid() and (group is None or os.getpgid(pid) == group):
                os.kill(pid, signal.SIGKILL)


def _marked(mark: bytes) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and mark in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found


def _reset(is_confirmed: bool) -> None:  # noqa: FBT001 - the command's own flag
    data = data_directory()
    if not local_postgres.is_wanted():
        raise CannotRun("DATABASE_URL is set: bin/run --reset deletes only the local database. Unset it first.")
    if not is_confirmed and not _is_agreed(f"This deletes the local clinic in {data}: its database and all its files. Type yes: "):
        raise CannotRun("Nothing was deleted.")
    clear_leftovers()
    local_postgres.stop()
    for name in ("postgres", "files"):
        shutil.rmtree(data / name, ignore_errors=True)
    _forget_seals()
    for name in ("postgres.url", "demo.unfinished", "postgres.started-by-run"):
        (data / name).unlink(missing_ok=True)
    say(f"Deleted the local clinic in {data}")


def _is_agreed(question: str) -> bool:
    return sys.stdin.isatty() and input(question).strip().lower() == "yes"


def _die_with_parent() -> None:
    """In the child: a `bin/run` that is killed takes its services with it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _interrupt(*_: Any) -> None:
    """Python drops an exception that a signal raises in the middle of a fork, so the wish is kept as well."""
    STOP.set()
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
