"""Servers of their own, of any PostgreSQL that is installed, and the clinic's commands run against them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import psycopg

from clinic import local_postgres
from clinic.local_postgres import ROOT

OLDER = Path("/usr/lib/postgresql/15/bin")
OURS = local_postgres._binaries()
SETTINGS = ("listen_addresses=", "fsync=off", "shared_buffers=64MB", "timezone=UTC")


@dataclass
class Server:
    """A cluster in `place/name`, run by the programs in `binaries`; root hands it to an account without rights, as the local server does."""

    place: Path
    name: str
    binaries: Path

    @property
    def data(self) -> Path:
        return self.place / self.name

    def create(self) -> "Server":
        self.run("initdb", "-D", self.data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        return self

    def start(self) -> "Server":
        options = " ".join(f"-c {setting}" for setting in (*SETTINGS, f"unix_socket_directories={self._sockets()}"))
        self.run("pg_ctl", "start", "-D", self.data, "-w", "-s", "-l", self.place / f"{self.name}.log", "-o", options)
        return self

    def stop(self, mode: str = "fast") -> None:
        if (self.data / "postmaster.pid").exists():
            self.run("pg_ctl", "stop", "-D", self.data, "-w", "-s", "-m", mode)

    def url(self, role: str, database: str = "clinic") -> str:
        return f"postgresql://{role}:@/{database}?host={self._sockets()}"

    def run(self, program: str, *arguments: str | Path) -> None:
        account: dict[str, Any] = {}
        if os.geteuid() == 0:
            owner = self.place.stat()
            account = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
        command = [self.binaries / program, *arguments]
        log = self.place / f"{program}.log"
        with log.open("w") as output:
            done = subprocess.run(
                command, cwd=self.place, stdout=output, stderr=subprocess.STDOUT, env={"PATH": os.defpath, "LC_ALL": "C"}, check=False, **account
            )
        assert done.returncode == 0, log.read_text()

    def _sockets(self) -> Path:
        folder = self.place / f"{self.name}.s"
        if not folder.exists():
            folder.mkdir()
            shutil.chown(folder, self.place.stat().st_uid, self.place.stat().st_gid)
        return folder


@contextmanager
def a_place() -> Iterator[Path]:
    """A folder that the servers' account may enter; every server in it is stopped and all of it deleted afterwards."""
    place = Path(mkdtemp(prefix="pg-", dir="/tmp"))
    if os.geteuid() == 0:
        owner = local_postgres._system_user()
        os.chown(place, owner.pw_uid, owner.pw_gid)
    try:
        yield place
    finally:
        for pidfile in place.glob("*/postmaster.pid"):
            os.kill(int(pidfile.read_text().split()[0]), 3)
        shutil.rmtree(place, ignore_errors=True)


@dataclass
class Clinic:
    """The clinic's own commands against one server; key and witness stay when the server is replaced."""

    server: Server
    keep: Path

    def manage(self, *arguments: str, expect: int = 0) -> str:
        command, environment = [sys.executable, "manage.py", *arguments], {**os.environ, **self._environment()}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout + done.stderr

    def prepare(self) -> "Clinic":
        self.manage("init_database", "--admin-url", self.server.url("postgres", "postgres"))
        self.manage("migrate", "--verbosity", "0")
        self.manage("history_key", "create")
        return self

    def write(self, *names: str) -> None:
        with psycopg.connect(self.server.url("clinic_app")) as connection:
            connection.execute("SELECT set_config('app.actor', 'system:test', true)")
            for name in names:
                connection.execute(
                    "INSERT INTO staff_legalentity (id, version, created_at, name, country, tax_number, registration_number, licence, address,"
                    " phone, director, bank_details) VALUES (gen_random_uuid(), 1, now(), %s, 'RU', '', '', '', '', '', '', '')",
                    [name],
                )

    def seal(self) -> int:
        return int(self.manage("history_sequencer", "--once").split(" events sealed")[0].split()[-1])

    def _environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.server.url("clinic_app"),
            "DATABASE_OWNER_URL": self.server.url("clinic_owner"),
            "HISTORY_DATABASE_URL": self.server.url("history_seq"),
            "HISTORY_KEY_PATH": str(self.keep / "history.key"),
            "HISTORY_WITNESSES": f"file://{self.keep}/witness",
            "FILES_DIR": str(self.keep / "files"),
            "DEBUG": "true",
            "SECRET_KEY": "",
        }
