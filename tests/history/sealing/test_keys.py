"""The key file is guarded, its history is signed, and a rotation that is cut short is finished."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from clinic.history.sealing import keys, notes
from clinic.history.sealing.sequencer import Sequencer
from clinic.history.verification.verify import verify
from tests.history.doors import connect

pytestmark = pytest.mark.django_db(transaction=True)
Connection = psycopg.Connection[Any]


def test_a_key_is_made_once_and_readable_by_its_owner_only(seq: Connection, key_file: Path) -> None:
    vkey = keys.create(seq, key_file)
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert keys.load(key_file, vkey).vkey == vkey == keys.current(seq)
    assert "PRIVATE" not in keys.history(seq)[0].statement
    with pytest.raises(keys.KeyFailure, match="has a key already"):
        keys.create(seq, key_file)


def linked_to_one_that_others_read(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.with_name("elsewhere").chmod(0o644)
    path.symlink_to(path.with_name("elsewhere"))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.chmod(0o644), "can be read by others"),
        (lambda path: path.chmod(0o640), "can be read by others"),
        (lambda path: path.chmod(0o604), "can be read by others"),
        (lambda path: path.chmod(0o620), "can be read by others"),
        (lambda path: path.chmod(0o601), "can be read by others"),
        (linked_to_one_that_others_read, "can be read by others"),
        (lambda path: (path.unlink(), path.mkdir(mode=0o700)), "cannot be read"),
        (lambda path: path.write_bytes(b"\xff\xfe"), "no signing key"),
        (lambda path: path.write_text(""), "no signing key"),
        (lambda path: path.write_text("nonsense"), "no signing key"),
        (lambda path: path.unlink(), "cannot be read"),
    ],
)
def test_a_key_that_cannot_be_trusted_is_not_used(seq: Connection, key_file: Path, spoil: Any, words: str) -> None:
    vkey = keys.create(seq, key_file)
    spoil(key_file)
    with pytest.raises(keys.KeyFailure, match=words):
        keys.load(key_file, vkey)


def test_a_rotation_is_signed_by_both_keys(seq: Connection, key_file: Path) -> None:
    old = keys.create(seq, key_file)
    new = keys.rotate(seq, key_file)
    assert new == keys.current(seq) != old
    statement = keys.history(seq)[-1].statement
    assert f"old {old}\nnew {new}\n" in notes.open_note(statement, [old, new])
    assert keys.load(key_file, new).vkey == new
    row = seq.execute("SELECT body ->> 'statement' FROM history.event WHERE op = 'C' AND tbl = 'history.key' ORDER BY id DESC LIMIT 1").fetchone()
    assert row == (statement,)


def test_a_rotation_cut_short_after_its_commit_is_finished(seq: Connection, key_file: Path) -> None:
    keys.create(seq, key_file)
    before = key_file.read_text()
    new = keys.rotate(seq, key_file)
    key_file.rename(key_file.with_name("history.key.next"))
    key_file.write_text(before)
    key_file.chmod(0o600)
    assert keys.load(key_file, new).vkey == new


def test_checkpoints_change_to_the_new_key(seq: Connection, key_file: Path, sequencer: Sequencer) -> None:
    first = sequencer.drain()[-1]
    old = keys.current(seq)
    new = keys.rotate(seq, key_file)
    second = sequencer.drain()[-1]
    assert old
    assert notes.open_checkpoint(first.note, old).size < notes.open_checkpoint(second.note, new).size
    with pytest.raises(notes.BadNote):
        notes.open_checkpoint(first.note, new)


def test_only_a_replaced_key_is_revoked(seq: Connection, key_file: Path) -> None:
    old = keys.create(seq, key_file)
    with pytest.raises(keys.KeyFailure, match="rotate first"):
        keys.revoke(seq, key_file, vkey=old, size=5, reason="stolen")
    new = keys.rotate(seq, key_file)
    keys.revoke(seq, key_file, vkey=old, size=5, reason="laptop\nstolen")
    entry = keys.history(seq)[-1]
    assert (entry.kind, entry.vkey, entry.size) == ("revoke", old, 5)
    assert "above 5\nreason laptop stolen\n" in notes.open_note(entry.statement, [new])


def test_a_second_revocation_takes_nothing_back(seq: Connection, key_file: Path) -> None:
    """Whoever holds the newer key cannot raise the size up to which a stolen one vouches; `verify.py` reads the two statements alike."""
    old = keys.create(seq, key_file)
    stolen = keys.load(key_file, old)
    keys.rotate(seq, key_file)
    for size in (5, 9):
        keys.revoke(seq, key_file, vkey=old, size=size, reason="stolen")
    checkpoints = [notes.Checkpoint("clinic-history/x/1", size, bytes(32), datetime.now(UTC)).text() for size in (5, 6)]
    seen = [keys.opened(keys.history(seq), notes.sign(text, [stolen])) for text in checkpoints]
    assert [one and one.size for one in seen] == [5, None]


def test_a_lost_key_is_followed_by_a_new_line_of_trust(seq: Connection, key_file: Path) -> None:
    keys.create(seq, key_file)
    key_file.unlink()
    vkey = keys.create(seq, key_file, instead_of_lost=True)
    assert keys.current(seq) == vkey


def test_a_damaged_verifier_key_is_noticed(seq: Connection, key_file: Path) -> None:
    vkey = keys.create(seq, key_file)
    name, digest, encoded = vkey.split("+", 2)
    for damaged in (f"{name}+{digest}+{encoded[:-4]}AAA=", f"{name}x+{digest}+{encoded}", "nonsense", ""):
        with pytest.raises(notes.BadNote):
            notes.parse_vkey(damaged)


def test_rotations_while_the_sequencer_runs_and_people_write_stop_nobody(
    seq: Connection, sequencer: Sequencer, key_file: Path, write: Callable[[str], Any]
) -> None:
    """Each checkpoint is signed by the key of its size, and the log is whole at the end."""
    failures: list[str] = []
    stopping = threading.Event()

    def seal() -> None:
        with connect("history_seq") as own:
            keeper = Sequencer(own, lambda vkey: keys.load(key_file, vkey))
            while not stopping.is_set():
                try:
                    keeper.drain()
                except Exception as failure:
                    failures.append(repr(failure))

    sealing = threading.Thread(target=seal)
    sealing.start()
    for number in range(12):
        write(f"Клиника {number}")
        keys.rotate(seq, key_file)
    stopping.set()
    sealing.join()
    sequencer.drain()
    assert failures == []
    entries = keys.history(seq)
    assert len({entry.vkey for entry in entries}) == 13
    for size, note in seq.execute("SELECT size, note FROM history.checkpoint ORDER BY size").fetchall():
        assert notes.open_checkpoint(note, keys.at_size(entries, size)).size == size
    assert [str(finding) for finding in verify(since=None, witnesses=()).findings if not finding.is_warning] == []


def test_two_who_finish_a_rotation_at_once_both_find_it_done(seq: Connection, key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys.create(seq, key_file)
    before = key_file.read_text()
    new = keys.rotate(seq, key_file)
    key_file.rename(key_file.with_name("history.key.next"))
    key_file.write_text(before)
    key_file.chmod(0o600)
    holds = keys._holds

    def slowly(path: Path, vkey: str) -> bool:
        found = holds(path, vkey)
        if path.name.endswith(".next"):
            path.replace(key_file)  # somebody else was quicker
        return found

    monkeypatch.setattr(keys, "_holds", slowly)
    assert keys.load(key_file, new).vkey == new
