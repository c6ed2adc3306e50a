"""The local PostgreSQL comes up by itself, whatever was killed and whoever asks at the same time."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from clinic import local_postgres

ASK = "import psycopg; from clinic import local_postgres as l; l.ensure_running(); print(psycopg.connect(l.url_for('clinic_app')).info.backend_pid)"


@pytest.fixture
def data(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = local_postgres.data_directory() / f"another-{os.getpid()}"
    monkeypatch.setenv("CLINIC_DATA", str(folder))
    yield folder
    local_postgres.stop()
    shutil.rmtree(folder)


def postmaster() -> int:
    return int((local_postgres.cluster_directory() / "postmaster.pid").read_text().split("\n")[0])


def ask() -> int:
    done = subprocess.run([sys.executable, "-c", ASK], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_four_commands_at_once_start_one_server_and_all_are_served(data: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        backends = list(threads.map(lambda _: ask(), range(4)))
    assert len(set(backends)) == 4
    assert local_postgres.ensure_running() is False


def test_it_recovers_from_a_kill(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POSTGRES_SETTINGS", raising=False)
    local_postgres.ensure_running()
    with psycopg.connect(local_postgres.url_for("clinic_owner"), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    killed = postmaster()
    os.kill(killed, signal.SIGKILL)
    assert local_postgres.ensure_running() is True
    assert postmaster() != killed
    with psycopg.connect(local_postgres.url_for("clinic_owner")) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_process_id_that_belongs_to_somebody_else_by_now_is_no_server(data: Path) -> None:
    local_postgres.ensure_running()
    lines = (local_postgres.cluster_directory() / "postmaster.pid").read_text().split("\n")
    local_postgres.stop()
    stale = "\n".join([str(os.getpid()), *lines[1:]])
    (local_postgres.cluster_directory() / "postmaster.pid").write_text(stale)
    (local_postgres.cluster_directory() / ".s.PGSQL.5432.lock").write_text(stale)
    assert not local_postgres.is_alive()
    assert local_postgres.ensure_running() is True


def test_an_initdb_that_was_cut_short_is_done_again(data: Path) -> None:
    (data / "postgres.building" / "base").mkdir(parents=True)
    assert local_postgres.ensure_running() is True
    assert not (data / "postgres.building").exists()


def test_a_path_too_long_for_a_socket_still_works(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLINIC_DATA", str(data / ("long" * 20)))
    assert local_postgres.ensure_running() is True
    socket_folder = Path(local_postgres.saved_admin_url().partition("host=")[2])
    assert str(socket_folder).startswith("/tmp/clinic-")  # noqa: S108
    local_postgres.stop()
    socket_folder.rmdir()


def test_the_clinic_is_no_superuser_on_its_own_server() -> None:
    local_postgres.ensure_running()
    with psycopg.connect(local_postgres.url_for("clinic_app")) as connection:
        assert connection.info.parameter_status("is_superuser") == "off"


def test_the_server_logs_no_row_and_no_statement(data: Path) -> None:
    local_postgres.ensure_running()
    with psycopg.connect(local_postgres.url_for("clinic_owner"), autocommit=True) as connection:
        connection.execute("CREATE TABLE people (name text CHECK (name <> 'Ivanov'))")
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("INSERT INTO people VALUES ('Ivanov')")
    told = (local_postgres.cluster_directory() / "log").read_text()
    assert "people_name_check" in told
    assert "Ivanov" not in told
