"""Old backups put back: whole by themselves, caught by their witness, and let go on only under a new life of the log that says so."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command

from clinic.history.sealing import epochs, keys, log, notes
from clinic.history.sealing.keeper import Keeper
from clinic.history.sealing.sequencer import Sequencer, Tampered
from clinic.history.sealing.witnesses.directory import Directory
from clinic.history.verification.verify import verify
from clinic.staff.models import LegalEntity
from tests.history.backups import dump, restored
from tests.history.doors import SUPERUSER, connect
from tests.history.sealing.conftest import key_file, seq, sequencer, write

__all__ = ["key_file", "seq", "sequencer", "write"]
pytestmark = pytest.mark.django_db(transaction=True)
Connection = psycopg.Connection[Any]
Write = Callable[[str], LegalEntity]


@pytest.fixture
def witness(tmp_path: Path) -> Directory:
    return Directory(f"file://{tmp_path}/witness")


def seal(connection: Connection, key_file: Path, witness: Directory) -> int:
    """Whatever waits, under the eyes of the witness, who keeps the outcome; returns the size."""
    note = witness.newest(log.name(connection))
    sequencer = Sequencer(connection, lambda vkey: keys.load(key_file, vkey), lambda: [note] if note else [])
    for sealed in sequencer.drain():
        witness.keep(sealed.note, sealed.checkpoint)
    return log.size(connection)


def findings(witness: Directory) -> dict[str, str]:
    return {finding.code: str(finding) for finding in verify(since=None, witnesses=[witness]).findings if finding.code != "waiting"}


def test_a_restored_dump_verifies_and_is_sealed_on(seq: Connection, key_file: Path, witness: Directory, write: Write, tmp_path: Path) -> None:
    keys.create(seq, key_file)
    LegalEntity.objects.bulk_create([LegalEntity(name=f"Клиника «{number}» \\ ' \t\u2028") for number in range(300)])
    size = seal(seq, key_file, witness)
    with restored(dump(tmp_path / "clinic.dump")):
        assert findings(witness) == {}
        with connect("history_seq") as connection:
            write("Later")
            assert seal(connection, key_file, witness) == size + 1
        assert findings(witness) == {}


def test_after_an_old_backup_nothing_is_signed_until_a_new_life_begins(  # noqa: PLR0917 - fixtures
    seq: Connection, key_file: Path, witness: Directory, write: Write, tmp_path: Path, settings: Any
) -> None:
    keys.create(seq, key_file)
    write("Before the backup")
    old = seal(seq, key_file, witness)
    file = dump(tmp_path / "clinic.dump")
    for number in range(3):
        write(f"Lost {number}")
        seen = seal(seq, key_file, witness)
    settings.HISTORY_KEY_PATH, settings.HISTORY_WITNESSES = key_file, [witness.name]
    with restored(file), connect("history_seq") as connection:
        write("After the restore")
        with pytest.raises(Tampered) as stopped:
            seal(connection, key_file, witness)
        assert stopped.value.kind == "rollback"
        assert "rollback" in findings(witness)
        call_command("history_epoch", "--reason", "the server burnt,\nthe backup of Friday was put back")
        statement = epochs.history(connection)[-1].statement
        assert f"holds {old}\nsize {old}\noutside {log.name(connection)}/1 {seen} " in statement
        size = seal(connection, key_file, witness)
        assert size == old + 2
        newest = witness.newest(log.name(connection))
        assert newest
        assert newest.startswith(f"{log.name(connection)}/2\n{size}\n")
        found = findings(witness)
        assert set(found) == {"epoch"}
        assert f"Witnesses had seen {seen} events" in found["epoch"]
        assert "the server burnt, the backup of Friday was put back" in found["epoch"]
        assert verify(since=None, witnesses=[witness]).is_clean


def test_an_old_backup_that_grew_past_its_witness_holds_as_far_as_both_agree(
    seq: Connection, key_file: Path, witness: Directory, write: Write, tmp_path: Path
) -> None:
    keys.create(seq, key_file)
    write("Before the backup")
    old = seal(seq, key_file, witness)
    file = dump(tmp_path / "clinic.dump")
    write("Lost")
    seal(seq, key_file, witness)
    with restored(file), connect("history_seq") as connection:
        for number in range(3):
            write(f"Another past {number}")
        with pytest.raises(Tampered) as stopped:
            seal(connection, key_file, witness)
        assert stopped.value.kind == "fork"
        blind = Directory(f"file://{tmp_path}/blind")
        seal(connection, key_file, blind)
        assert "fork" in findings(witness)
        life = epochs.open_new(connection, key_file, outside=witness.kept(log.name(connection)), reason="two pasts")
        assert life.size == old
        seal(connection, key_file, witness)
        assert set(findings(witness)) == {"epoch"}
        assert connection.execute("SELECT count(*) FROM history.incident WHERE kind = 'epoch'").fetchone() == (1,)


def test_the_keeper_hands_the_smaller_log_of_the_new_life_to_its_witness(seq: Connection, key_file: Path, write: Write, tmp_path: Path) -> None:
    """A witness that held a larger log of the life before must not be passed over until the new one has outgrown it."""
    from tests.history.sealing.test_keeper import ALL_SEALED, Eager, running, wait_for

    keys.create(seq, key_file)
    witness = Eager(f"file://{tmp_path}/witness")
    ahead = notes.Checkpoint(log.origin(seq), 10**6, bytes(32), notes.parse_time("2026-01-01T00:00:00+00:00"))
    witness.keep(notes.sign(ahead.text(), [keys.read(key_file)]), ahead)
    epochs.open_new(seq, key_file, outside=witness.kept(log.name(seq)), reason="a test")
    write("Клиника")
    with running(Keeper(lambda: connect("history_seq"), key_file, [witness])):
        wait_for(seq, ALL_SEALED)
        wait_for(seq, "EXISTS (SELECT FROM history.receipt WHERE error IS NULL)")
    newest = witness.newest(log.name(seq))
    assert newest
    assert newest.startswith(f"{log.origin(seq)}\n{log.size(seq)}\n")


def test_a_new_life_put_in_by_hand_is_named(seq: Connection, key_file: Path, witness: Directory, write: Write) -> None:
    keys.create(seq, key_file)
    seal(seq, key_file, witness)
    with connect(SUPERUSER) as attacker:
        attacker.execute("INSERT INTO history.epoch (epoch, size, statement) VALUES (2, 0, %s)", [f"{log.name(seq)} epoch\n2\nholds 0\n"])
    assert {"epoch_wrong", "epoch"} <= set(findings(witness))


def test_a_new_life_needs_the_key(seq: Connection, key_file: Path, settings: Any, tmp_path: Path) -> None:
    settings.HISTORY_KEY_PATH, settings.HISTORY_WITNESSES = key_file, ["tsa+http://127.0.0.1:1/"]
    with pytest.raises(CommandError, match="no key yet"):
        call_command("history_epoch", "--reason", "x")
    keys.create(seq, key_file)
    key_file.rename(tmp_path / "elsewhere")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("history_epoch", "--reason", "x")
    assert epochs.history(seq) == []
