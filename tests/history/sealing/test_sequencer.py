"""Sealing on the real database: nothing is skipped, nothing is half-written, nothing contradicts what a witness has seen."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from clinic.history.sealing import keys, leaves, log, merkle, notes
from clinic.history.sealing.sequencer import Sequencer, Tampered
from clinic.history.sealing.tree import StoredTree
from clinic.staff.models import LegalEntity
from tests.history.doors import APPLICATION, SUPERUSER, connect

pytestmark = pytest.mark.django_db(transaction=True)
Connection = psycopg.Connection[Any]
Write = Callable[[str], LegalEntity]
UNSEALED = "SELECT count(*) FROM history.event e WHERE NOT EXISTS (SELECT FROM history.leaf WHERE event_id = e.id)"
INSERT = (
    "INSERT INTO staff_legalentity (id, version, created_at, name, country, tax_number, registration_number, licence, address, phone, director,"
    " bank_details) VALUES (gen_random_uuid(), 1, now(), 'Late', 'RU', '', '', '', '', '', '', '')"
)


def count(connection: Connection, statement: str) -> int:
    row = connection.execute(statement).fetchone()
    assert row is not None
    return int(row[0])


def named(connection: Connection) -> Connection:
    connection.execute("SELECT set_config('app.actor', 'system:test', true)")
    return connection


def test_committed_rows_become_leaves_under_a_signed_root(seq: Connection, sequencer: Sequencer, write: Write) -> None:
    for number in range(3):
        write(f"Клиника {number}")
    sealed = sequencer.tick()
    assert sealed is not None
    assert count(seq, UNSEALED) == 0
    vkey = keys.current(seq)
    assert vkey is not None
    checkpoint = notes.open_checkpoint(sealed.note, vkey)
    hashes = [bytes(row[0]) for row in seq.execute("SELECT hash FROM history.leaf ORDER BY pos").fetchall()]
    assert (checkpoint.size, checkpoint.root) == (len(hashes), merkle.root_of(hashes))
    assert checkpoint.origin == log.origin(seq)
    assert sequencer.tick() is None


def test_a_leaf_can_be_computed_again_from_its_parts(seq: Connection, sequencer: Sequencer, write: Write) -> None:
    write("Клиника")
    sequencer.drain()
    rows = seq.execute(
        "SELECT l.head, l.commit, l.pseq, l.hash, e.salt, e.body::text FROM history.leaf l JOIN history.event e ON e.id = l.event_id"
    ).fetchall()
    assert rows
    for head, commit, pseq, digest, salt, body in rows:
        assert leaves.commitment(salt, body) == commit
        assert leaves.leaf_of(head, commit, pseq) == digest


def test_tiles_hold_the_same_tree_as_the_leaves(seq: Connection, sequencer: Sequencer) -> None:
    LegalEntity.objects.bulk_create([LegalEntity(name=f"Entity {number}") for number in range(700)])
    sequencer.drain()
    LegalEntity.objects.bulk_create([LegalEntity(name=f"More {number}") for number in range(400)])
    sequencer.drain()
    size = log.size(seq)
    hashes = [bytes(row[0]) for row in seq.execute("SELECT hash FROM history.leaf ORDER BY pos").fetchall()]
    assert count(seq, "SELECT count(*) FROM history.tile") == size // 256
    for part in (1, 255, 256, 257, 512, 700, size):
        assert StoredTree(seq, part).root() == merkle.root_of(hashes[:part])
    tree = StoredTree(seq, size)
    for index in (0, 255, 256, 600, size - 1):
        path = merkle.inclusion_proof(index, size, tree.node)
        assert merkle.root_from_inclusion(hashes[index], index, size, path) == tree.root()


def test_a_small_batch_takes_several_ticks(seq: Connection, key_file: Path) -> None:
    keys.create(seq, key_file)
    Sequencer(seq, lambda vkey: keys.load(key_file, vkey)).drain()
    sequencer = Sequencer(seq, lambda vkey: keys.load(key_file, vkey), batch=10)
    LegalEntity.objects.bulk_create([LegalEntity(name=f"Entity {number}") for number in range(25)])
    assert len(sequencer.drain()) == 3
    assert count(seq, UNSEALED) == 0


def test_a_late_commit_is_not_lost(seq: Connection, sequencer: Sequencer, write: Write) -> None:
    """The late one holds a lower id; the mark must not pass it, however often the log ticks meanwhile."""
    with connect(APPLICATION) as late, late.transaction():
        named(late).execute(INSERT)
        for number in range(5):
            write(f"Early {number}")
            sequencer.tick()
        assert count(seq, "SELECT low FROM history.sequencer") < count(seq, "SELECT max(id) FROM history.event")
    sequencer.tick()
    assert count(seq, UNSEALED) == 0
    deadline = time.monotonic() + 60
    while count(seq, "SELECT low FROM history.sequencer") < count(seq, "SELECT max(id) FROM history.event"):
        assert time.monotonic() < deadline, "the mark waits for the oldest transaction of the whole server, not for ever"
        sequencer.tick()
        time.sleep(0.02)


def test_a_late_commit_alone_in_the_cluster_is_not_lost(seq: Connection, sequencer: Sequencer, write: Write) -> None:
    """Nothing else runs or ends meanwhile: a mark taken from a snapshot's xmax would pass the open transaction here."""
    write("Before")
    sequencer.drain()
    with connect(APPLICATION) as late, late.transaction():
        named(late).execute(INSERT)
        for _ in range(4):
            sequencer.tick()
    sequencer.tick()
    assert count(seq, UNSEALED) == 0


def test_a_tick_that_dies_leaves_nothing(seq: Connection, key_file: Path, write: Write) -> None:
    keys.create(seq, key_file)

    class Dead(Exception):
        pass

    def die(vkey: str) -> notes.Signer:
        raise Dead

    write("Клиника")
    with pytest.raises(Dead):
        Sequencer(seq, die).tick()
    assert log.size(seq) == 0
    assert count(seq, "SELECT count(*) FROM history.pseq") == 0
    assert Sequencer(seq, lambda vkey: keys.load(key_file, vkey)).tick() is not None
    assert count(seq, UNSEALED) == 0


def test_two_sequencers_at_once_seal_each_row_once(seq: Connection, key_file: Path, write: Write) -> None:
    keys.create(seq, key_file)
    LegalEntity.objects.bulk_create([LegalEntity(name=f"Entity {number}") for number in range(300)])
    failures: list[BaseException] = []

    def run() -> None:
        try:
            with connect("history_seq") as own:
                Sequencer(own, lambda vkey: keys.load(key_file, vkey), batch=20).drain()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert count(seq, UNSEALED) == 0
    assert count(seq, "SELECT count(*) FROM history.leaf") == count(seq, "SELECT max(pos) + 1 FROM history.leaf")


def test_a_witness_that_has_seen_more_stops_the_log(seq: Connection, key_file: Path, sequencer: Sequencer, write: Write) -> None:
    write("Клиника")
    sequencer.drain()
    checkpoint = notes.Checkpoint(log.origin(seq), 10**6, bytes(32), datetime.now(UTC))
    ahead = notes.sign(checkpoint.text(), [keys.read(key_file)])
    write("Another")
    with pytest.raises(Tampered) as stopped:
        Sequencer(seq, lambda vkey: keys.load(key_file, vkey), lambda: [ahead]).tick()
    assert stopped.value.kind == "rollback"
    assert count(seq, UNSEALED) == 1


def test_a_witness_that_has_seen_something_else_stops_the_log(seq: Connection, key_file: Path, sequencer: Sequencer, write: Write) -> None:
    """A superuser edits the past, seals it anew and has the real key; the witness's checkpoint is the one thing not in reach."""
    write("Клиника")
    sealed = sequencer.drain()[-1]
    with connect(SUPERUSER) as superuser:
        for table in ("leaf", "tile", "checkpoint", "closing", "receipt"):
            superuser.execute("SET history.maintenance = 'attack'")
            superuser.execute(f"ALTER TABLE history.{table} DISABLE TRIGGER ALL")
        superuser.execute("TRUNCATE history.leaf, history.tile, history.checkpoint, history.closing, history.receipt, history.pseq")
        superuser.execute("UPDATE history.sequencer SET low = 0")
        superuser.execute("ALTER TABLE history.event DISABLE TRIGGER ALL")
        superuser.execute("UPDATE history.event SET actor_name = 'Somebody else' WHERE tbl = 'staff_legalentity'")
    attacked = Sequencer(seq, lambda vkey: keys.load(key_file, vkey), lambda: [sealed.note])
    with pytest.raises(Tampered) as stopped:
        attacked.drain()
    assert stopped.value.kind == "fork"


def test_the_application_cannot_touch_the_log(sequencer: Sequencer, write: Write) -> None:
    write("Клиника")
    sequencer.drain()
    with connect(APPLICATION) as application:
        for statement in (
            "INSERT INTO history.incident (kind, detail) VALUES ('a', 'b')",
            "UPDATE history.leaf SET head = ''",
            "DELETE FROM history.checkpoint",
            "TRUNCATE history.tile",
            "UPDATE history.pseq SET n = 1",
            "UPDATE history.sequencer SET low = 0",
            "SELECT history.declare('x', '{}')",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute(statement)


def test_the_sequencer_itself_cannot_take_back(seq: Connection, sequencer: Sequencer, write: Write) -> None:
    write("Клиника")
    sequencer.drain()
    for table, column in (("leaf", "head"), ("tile", "root"), ("checkpoint", "note"), ("closing", "map"), ("key", "statement")):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            seq.execute(f"DELETE FROM history.{table}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            seq.execute(f"UPDATE history.{table} SET {column} = {column}")
