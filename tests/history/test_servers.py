"""History survives its server: another PostgreSQL major, a standby that takes over with all of the log, one that lacks the end of it."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.history.servers import OLDER, OURS, Clinic, Server, a_place

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not (OURS / "pg_basebackup").exists(), reason="the tests run against a server that is not local"),
]
needs_older = pytest.mark.skipif(not (OLDER / "pg_upgrade").exists(), reason="PostgreSQL 15 is not installed beside the clinic's own")


@pytest.fixture
def place() -> Iterator[Path]:
    with a_place() as folder:
        yield folder


@pytest.fixture
def keep(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def old(place: Path, keep: Path) -> Clinic:
    """A clinic on PostgreSQL 15 with five sealed events."""
    clinic = Clinic(Server(place, "old", OLDER).create().start(), keep).prepare()
    clinic.write("Первая", "Вторая", "Third", "Quatrième", "Пятая")
    assert clinic.seal() >= 5
    return clinic


@needs_older
def test_an_upgrade_in_place_from_15_keeps_every_leaf(old: Clinic, place: Path, keep: Path) -> None:
    old.server.stop()
    server = Server(place, "new", OURS)
    server.run("initdb", "-D", server.data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-data-checksums")
    server.run("pg_upgrade", "-b", OLDER, "-B", OURS, "-d", old.server.data, "-D", server.data, "-U", "postgres", "-s", place)
    lives_on(Clinic(server.start(), keep))


@needs_older
def test_a_dump_of_15_restored_into_18_keeps_every_leaf(old: Clinic, place: Path, keep: Path) -> None:
    server = Server(place, "new", OURS).create().start()
    file = keep / "clinic.dump"
    subprocess.run([OURS / "pg_dump", "--format=custom", f"--file={file}", old.server.url("postgres")], check=True)
    old.server.stop()
    clinic = Clinic(server, keep)
    clinic.manage("init_database", "--admin-url", server.url("postgres", "postgres"))
    restore = ["--clean", "--if-exists", "--create", "--exit-on-error"]  # as docs/deploy.md says
    subprocess.run([OURS / "pg_restore", *restore, f"--dbname={server.url('postgres', 'postgres')}", str(file)], check=True)
    lives_on(clinic)


@pytest.fixture
def primary(place: Path, keep: Path) -> Clinic:
    clinic = Clinic(Server(place, "primary", OURS).create().start(), keep).prepare()
    clinic.write("Before the standby")
    clinic.seal()
    return clinic


@pytest.fixture
def standby(primary: Clinic, place: Path) -> Server:
    """A copy that follows its primary."""
    server = Server(place, "standby", OURS)
    server.run("pg_basebackup", "-D", server.data, "-R", "-X", "stream", "-d", primary.server.url("postgres", "postgres"))
    return server.start()


def test_a_standby_that_has_it_all_takes_over(primary: Clinic, standby: Server, keep: Path) -> None:
    primary.write("While it follows")
    primary.seal()
    primary.server.stop()  # a fast stop sends all of the log first
    standby.run("pg_ctl", "promote", "-D", standby.data, "-w", "-s")
    lives_on(Clinic(standby, keep))


def test_a_standby_that_lacks_the_end_is_not_signed_until_a_new_life_begins(primary: Clinic, standby: Server, keep: Path) -> None:
    standby.stop()
    primary.write("Never sent", "Nor this")
    assert primary.seal() == 2
    primary.server.stop("immediate")
    standby.start()
    standby.run("pg_ctl", "promote", "-D", standby.data, "-w", "-s")
    survivor = Clinic(standby, keep)
    survivor.write("Written after the loss")
    assert "a witness has seen" in survivor.manage("history_sequencer", "--once", expect=2)
    survivor.manage("history_epoch", "--reason", "the primary was lost with its last event")
    survivor.seal()
    assert "the primary was lost with its last event" in survivor.manage("history_verify", "--full")


def lives_on(clinic: Clinic) -> None:
    """All of it verifies against the witness, new events are sealed after the old, and all of it verifies again."""
    clinic.manage("history_verify", "--full")
    clinic.write("Afterwards")
    assert clinic.seal() >= 1
    clinic.manage("history_verify", "--full")
