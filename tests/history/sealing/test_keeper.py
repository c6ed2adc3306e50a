"""The keeper's process: it seals, hands out, survives a dead witness, and signs nothing when it must not."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command

from clinic.history.sealing import keys, log, notes
from clinic.history.sealing.keeper import AnotherKeeper, Keeper
from clinic.history.sealing.witnesses import Witness, WitnessFailure, from_settings
from clinic.history.sealing.witnesses.directory import Directory
from clinic.staff.models import LegalEntity
from tests.history.doors import connect

pytestmark = pytest.mark.django_db(transaction=True)
Connection = psycopg.Connection[Any]


class Dead:
    """A witness that is down: every word with it fails."""

    name = "dead"
    every = timedelta(0)

    def keep(self, note: str, checkpoint: notes.Checkpoint) -> bytes:
        raise WitnessFailure("no route to it")

    def newest(self, log: str) -> str | None:
        raise WitnessFailure("no route to it")

    def kept(self, log: str) -> Iterator[str]:
        raise WitnessFailure("no route to it")


class Eager(Directory):
    every = timedelta(0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "witness"


@pytest.fixture
def make_keeper(seq: Connection, key_file: Path) -> Callable[..., Keeper]:
    keys.create(seq, key_file)
    return lambda *witnesses: Keeper(lambda: connect("history_seq"), key_file, witnesses)


@contextmanager
def running(keeper: Keeper) -> Iterator[None]:
    thread = threading.Thread(target=keeper.run)
    thread.start()
    try:
        yield
    finally:
        keeper.stopping.set()
        thread.join(30)
        assert not thread.is_alive()


def wait_for(connection: Connection, condition: str, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        row = connection.execute(f"SELECT {condition}").fetchone()
        if row and row[0]:
            return
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {condition}")


ALL_SEALED = "NOT EXISTS (SELECT FROM history.event e WHERE NOT EXISTS (SELECT FROM history.leaf WHERE event_id = e.id))"


def test_it_seals_what_is_written_and_hands_it_to_its_witness(
    seq: Connection, make_keeper: Callable[..., Keeper], folder: Path, write: Callable[[str], LegalEntity]
) -> None:
    witness = Eager(f"file://{folder}")
    with running(make_keeper(witness)):
        wait_for(seq, ALL_SEALED)
        write("Клиника")
        wait_for(seq, ALL_SEALED)
        wait_for(seq, "(SELECT max(size) FROM history.checkpoint) = (SELECT max(size) FROM history.receipt WHERE error IS NULL)")
    note = witness.newest(log.name(seq))
    vkey = keys.current(seq)
    assert note
    assert vkey
    assert notes.open_checkpoint(note, vkey).size == log.size(seq)


def test_a_dead_witness_does_not_stop_sealing_and_is_reported_once(
    seq: Connection, make_keeper: Callable[..., Keeper], write: Callable[[str], LegalEntity]
) -> None:
    with running(make_keeper(Dead())):
        for number in range(3):
            write(f"Клиника {number}")
            wait_for(seq, ALL_SEALED)
        wait_for(seq, "EXISTS (SELECT FROM history.incident WHERE kind = 'witness')")
    rows = seq.execute("SELECT detail FROM history.incident").fetchall()
    assert rows == [("dead: no route to it",)]


def test_a_log_that_went_back_is_not_signed_and_is_reported(
    seq: Connection, make_keeper: Callable[..., Keeper], folder: Path, key_file: Path, write: Callable[[str], LegalEntity]
) -> None:
    witness = Eager(f"file://{folder}")
    checkpoint = notes.Checkpoint(log.origin(seq), 10**6, bytes(32), notes.parse_time("2026-01-01T00:00:00+00:00"))
    witness.keep(notes.sign(checkpoint.text(), [keys.read(key_file)]), checkpoint)
    write("Клиника")
    with running(make_keeper(witness)):
        wait_for(seq, "EXISTS (SELECT FROM history.incident WHERE kind = 'rollback')")
    assert log.size(seq) == 0
    assert seq.execute("SELECT count(*) FROM history.checkpoint").fetchone() == (0,)


def test_only_one_keeper_at_a_time(make_keeper: Callable[..., Keeper]) -> None:
    with connect("history_seq") as other:
        other.execute("SELECT pg_advisory_lock(%s)", [log.LOCK + 1])
        with pytest.raises(AnotherKeeper):
            make_keeper().run_once()


def test_the_commands(seq: Connection, key_file: Path, settings: Any, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    settings.HISTORY_KEY_PATH = key_file
    settings.HISTORY_WITNESSES = [f"file://{folder}"]
    with pytest.raises(CommandError, match="no key yet") as refused:
        call_command("history_sequencer", "--once")
    assert refused.value.returncode == 2
    call_command("history_key", "create")
    call_command("history_key", "create", "--if-none")
    call_command("history_sequencer", "--once")
    assert Directory(f"file://{folder}").newest(log.name(seq)), "the witness has seen it"
    call_command("history_key", "rotate")
    call_command("history_key", "export")
    call_command("history_key", "revoke", "--key", keys.history(seq)[0].vkey, "--above", "5", "--reason", "stolen")
    output = capsys.readouterr().out.split()
    assert output[0] == output[1] == keys.history(seq)[0].vkey
    assert output[-2] == keys.current(seq)
    call_command("history_key", "export", "--history", "-o", str(folder.with_suffix(".txt")))
    assert folder.with_suffix(".txt").read_text().count("\n\u2014 ") == 4


def test_witnesses_come_from_the_settings(folder: Path) -> None:
    witnesses: list[Witness] = from_settings([f"file://{folder}/a%20b"])
    assert isinstance(witnesses[0], Directory)
    assert witnesses[0].folder == folder / "a b"
    with pytest.raises(ValueError, match="no kind of witness"):
        from_settings(["pigeon:home"])
