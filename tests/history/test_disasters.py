"""What goes wrong in years: witnesses that are down or full, clocks, the turn of the year, keys replaced and stolen. Writes go on."""

import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from clinic.history.sealing import keys, log, notes, publishing
from clinic.history.sealing.keeper import Keeper
from clinic.history.sealing.sequencer import Sequencer
from clinic.history.sealing.witnesses.authority import Authority
from clinic.history.sealing.witnesses.directory import Directory
from clinic.history.verification import alarms
from clinic.history.verification.verify import verify
from clinic.staff.models import LegalEntity
from tests.history.doors import SUPERUSER, connect
from tests.history.sealing.conftest import key_file, seq, sequencer, write
from tests.history.sealing.test_keeper import ALL_SEALED, Eager, running, wait_for
from tests.history.test_verification import everything_off
from tests.history.witnesses import tsa

__all__ = ["key_file", "seq", "sequencer", "write"]
pytestmark = pytest.mark.django_db(transaction=True)
Connection = psycopg.Connection[Any]
Write = Callable[[str], LegalEntity]
KEPT_ALL = "(SELECT max(size) FROM history.checkpoint) = (SELECT max(size) FROM history.receipt WHERE error IS NULL)"
EVENT_AT = (
    "INSERT INTO history.event (op, tbl, pk, actor, actor_name, actor_role, purpose, body, at)"
    " VALUES ('P', 'paper', NULL, 'system:test', 'test', 'system', 'test', '{}', %s) RETURNING id, tableoid::regclass::text"
)


@pytest.fixture
def witness(tmp_path: Path) -> Eager:
    return Eager(f"file://{tmp_path}/witness")


@pytest.fixture
def keeper(seq: Connection, key_file: Path, witness: Eager, monkeypatch: pytest.MonkeyPatch) -> Keeper:
    monkeypatch.setattr(publishing, "RETRY", 0.1)
    keys.create(seq, key_file)
    return Keeper(lambda: connect("history_seq"), key_file, [witness])


def codes(*witnesses: Any, since: int | None = None) -> set[str]:
    return {finding.code for finding in verify(since=since, witnesses=witnesses).findings} - {"waiting"}


def now_sealed(connection: Connection) -> tuple[str, notes.Checkpoint]:
    row = connection.execute("SELECT note FROM history.checkpoint ORDER BY size DESC LIMIT 1").fetchone()
    assert row
    return row[0], notes.parse_checkpoint(row[0].rpartition("\n\n")[0] + "\n")


def test_a_witness_is_away_for_three_days(seq: Connection, keeper: Keeper, witness: Eager, write: Write) -> None:
    witness.folder.write_text("the share is not mounted")
    with running(keeper):
        for number in range(3):
            write(f"Day {number}")
            wait_for(seq, ALL_SEALED)
        wait_for(seq, "EXISTS (SELECT FROM history.receipt WHERE error IS NOT NULL)")
        assert [alarm.kind for alarm in alarms.standing(timezone.now() + timedelta(days=3)) if alarm.kind == "witness_down"] == ["witness_down"]
        assert "witness_silent" not in codes(Directory(f"file://{witness.folder.parent}"))
        witness.folder.unlink()
        wait_for(seq, KEPT_ALL)
    assert codes(witness) == set()
    assert not [alarm for alarm in alarms.standing(timezone.now() + timedelta(days=3)) if alarm.kind == "witness_down"]


def test_the_disk_of_a_witness_is_full(seq: Connection, keeper: Keeper, witness: Eager, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with running(keeper):
        for number in range(3):
            write(f"Клиника {number}")
            wait_for(seq, ALL_SEALED)
        wait_for(seq, "EXISTS (SELECT FROM history.incident WHERE kind = 'witness' AND detail LIKE '%No space left%')")
        assert [file for file in witness.folder.rglob("*") if file.is_file()] == []
        monkeypatch.undo()
        wait_for(seq, KEPT_ALL, 90)
    assert codes(witness) == set()


class Broken(Eager):
    """Its library has a fault of its own."""

    def keep(self, note: str, checkpoint: notes.Checkpoint) -> bytes:
        raise RuntimeError("unexpected answer")


def test_a_witness_with_a_fault_of_its_own_stops_nobody(seq: Connection, key_file: Path, witness: Eager, write: Write, tmp_path: Path) -> None:
    keys.create(seq, key_file)
    with running(Keeper(lambda: connect("history_seq"), key_file, [Broken(f"file://{tmp_path}/broken"), witness])):
        for number in range(2):
            write(f"Клиника {number}")
            wait_for(seq, ALL_SEALED)
        wait_for(seq, KEPT_ALL)
    assert seq.execute("SELECT detail FROM history.incident").fetchall() == [(f"file://{tmp_path}/broken: unexpected answer",)]


def test_the_second_sequencer_waits_and_takes_over(seq: Connection, keeper: Keeper, key_file: Path, witness: Eager, write: Write) -> None:
    second = Keeper(lambda: connect("history_seq"), key_file, [witness])
    with running(keeper):
        wait_for(seq, ALL_SEALED)
        with running(second):
            write("Under the first")
            wait_for(seq, ALL_SEALED)
            keeper.stopping.set()
            write("Under the second")
            wait_for(seq, ALL_SEALED)
    assert codes(witness) == set()


def test_a_clock_that_goes_back_changes_no_order_and_is_reported(seq: Connection, keeper: Keeper, witness: Eager, write: Write) -> None:
    with running(keeper):
        write("Before")
        wait_for(seq, ALL_SEALED)
        with connect(SUPERUSER) as clock:
            row = clock.execute(EVENT_AT, [timezone.now() - timedelta(hours=3)]).fetchone()
        assert row
        write("After")
        wait_for(seq, ALL_SEALED)
        wait_for(seq, f"EXISTS (SELECT FROM history.incident WHERE kind = 'clock' AND detail LIKE '%event {row[0]}')")
    ours = "SELECT e.id FROM history.leaf l JOIN history.event e ON e.id = l.event_id WHERE e.tbl LIKE '%%legalentity' OR e.id = %s ORDER BY l.pos"
    order = [event for (event,) in seq.execute(ours, [row[0]]).fetchall()]
    assert row[0] in order[1:-1]
    assert order == sorted(order)
    assert codes(witness) == set()


def test_the_turn_of_the_year(seq: Connection, sequencer: Sequencer, witness: Eager) -> None:
    with connect(SUPERUSER) as clock:
        rows = [clock.execute(EVENT_AT, [at]).fetchone() for at in ("2026-12-31 23:59:59.999999+00", "2027-01-01 00:00:00+00", "2050-01-01 00:00+00")]
        assert [row[1] for row in rows if row] == ["history.event_2026", "history.event_2027", "history.event_other"]
        sequencer.drain()
        for partition in ("event_2027", "event_other"):
            for statement in ("TRUNCATE history.{}", "DELETE FROM history.{}", "UPDATE history.{} SET actor = 'x'", "DROP TABLE history.{}"):
                with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.RaiseException)):
                    clock.execute(statement.format(partition))
    witness.keep(*now_sealed(seq))
    assert codes(witness) == set()


def test_what_a_replaced_key_signed_holds_and_what_it_signs_later_does_not(
    seq: Connection, sequencer: Sequencer, key_file: Path, witness: Eager, write: Write
) -> None:
    write("Under the first key")
    sequencer.drain()
    stolen = keys.read(key_file)
    witness.keep(*now_sealed(seq))
    keys.rotate(seq, key_file)
    write("Under the second key")
    sequencer.drain()
    witness.keep(*now_sealed(seq))
    assert codes(witness) == set()
    note, _ = now_sealed(seq)
    with everything_off() as attacker:
        forged = notes.sign(note.rpartition("\n\n")[0] + "\n", [stolen])
        attacker.execute("UPDATE history.checkpoint SET note = %s WHERE note = %s", [forged, note])
    assert codes(witness) == {"signature_wrong"}


def test_a_stolen_key_is_revoked_and_what_the_thief_planted_is_not_ours(
    seq: Connection, sequencer: Sequencer, key_file: Path, witness: Eager, write: Write
) -> None:
    write("Before the theft")
    sequencer.drain()
    stolen, size = keys.read(key_file), log.size(seq)
    witness.keep(*now_sealed(seq))
    keys.rotate(seq, key_file)
    planted = notes.Checkpoint(log.origin(seq), 10**6, bytes(32), timezone.now())
    witness.keep(notes.sign(planted.text(), [stolen]), planted)
    assert "rollback" in codes(witness)
    keys.revoke(seq, key_file, vkey=stolen.vkey, size=size, reason="the laptop was stolen")
    assert codes(witness) == {"foreign"}
    write("Life goes on")
    newest = witness.newest(log.name(seq))
    assert newest
    assert Sequencer(seq, lambda vkey: keys.load(key_file, vkey), lambda: [newest]).drain()
    assert codes() == {"witness_none"}


def test_a_forger_who_feeds_the_witness_too_is_betrayed_by_its_older_notes(
    seq: Connection, sequencer: Sequencer, key_file: Path, witness: Eager, write: Write
) -> None:
    write("The truth")
    sequencer.drain()
    witness.keep(*now_sealed(seq))
    with everything_off() as attacker:
        for table in ("closing", "receipt"):
            attacker.execute(f"ALTER TABLE history.{table} DISABLE TRIGGER ALL")
        attacker.execute("TRUNCATE history.leaf, history.tile, history.checkpoint, history.closing, history.receipt, history.pseq")
        attacker.execute("UPDATE history.sequencer SET low = 0")
        attacker.execute("UPDATE history.event SET actor_name = 'Somebody else' WHERE tbl = 'staff_legalentity'")
        attacker.execute("UPDATE staff_historicallegalentity SET actor_name = 'Somebody else'")
        for table in ("closing", "receipt"):
            attacker.execute(f"ALTER TABLE history.{table} ENABLE ALWAYS TRIGGER history_append_only")
            attacker.execute(f"ALTER TABLE history.{table} ENABLE ALWAYS TRIGGER history_no_truncate")
    write("One more, so that the size is another")
    Sequencer(seq, lambda vkey: keys.load(key_file, vkey)).drain()
    witness.keep(*now_sealed(seq))
    assert codes(witness) == {"fork", "closing_wrong"}


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not on this machine: no time-stamp authority to ask")
def test_a_time_stamp_betrays_a_checkpoint_that_was_signed_anew(
    seq: Connection, sequencer: Sequencer, key_file: Path, write: Write, tmp_path: Path
) -> None:
    write("The truth")
    sequencer.drain()
    note, made = now_sealed(seq)
    authority = tsa.Authority(tmp_path / "tsa")
    with tsa.serving(authority) as url:
        stamping = Authority(f"{url}#ca={authority.folder}/root.pem")
        receipt = [stamping.name, made.size, stamping.keep(note, made)]
    seq.execute("INSERT INTO history.receipt (witness, size, receipt) VALUES (%s, %s, %s)", receipt)
    assert codes(stamping) == set()
    later = notes.Checkpoint(made.origin, made.size, made.root, made.at + timedelta(days=1))
    with everything_off() as attacker:
        attacker.execute("UPDATE history.checkpoint SET note = %s", [notes.sign(later.text(), [keys.read(key_file)])])
    assert codes(stamping) == {"stamp_wrong"}
    assert codes() == {"stamp_wrong", "witness_none"}
    (authority.folder / "root.pem").unlink()
    assert codes(stamping) == {"stamp_wrong"}
