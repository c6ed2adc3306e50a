"""Attacks on what the log stands on: heads, closings, keys, names and times of typed history; and that a check never stops half-way."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection as django_connection
from django.db import transaction

from clinic.history.sealing import keys, log
from clinic.history.sealing.sequencer import Sequencer
from clinic.history.sealing.witnesses.directory import Directory
from clinic.history.verification.findings import Finding
from clinic.history.verification.key_line import check_keys
from clinic.history.verification.seals import check_checkpoints, check_seals
from clinic.history.verification.verify import verify
from clinic.staff.models import LegalEntity
from tests.history.doors import SUPERUSER, connect
from tests.history.sealing.conftest import key_file, seq, sequencer, write
from tests.patients.factories import make_patient

__all__ = ["key_file", "seq", "sequencer", "write"]
pytestmark = pytest.mark.django_db(transaction=True)
Connection = psycopg.Connection[Any]
TYPED = "staff_historicallegalentity"
INSIDE = ("leaf", "checkpoint", "tile", "closing", "key", "epoch", "receipt")


@contextmanager
def undone() -> Iterator[Connection]:
    """A superuser in a transaction of his own, with the triggers of the log off; everything he did is taken back."""
    with connect(SUPERUSER) as connection:
        connection.execute("BEGIN")
        connection.execute("SET LOCAL history.maintenance = 'attack'")
        connection.execute("SELECT set_config('app.actor', 'system:attack', true)")
        for table in (*(f"history.{name}" for name in INSIDE), "history.event"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        yield connection
        connection.execute("ROLLBACK")


def found(connection: Connection) -> list[Finding]:
    expected, wrong = check_checkpoints(connection, begin=0)
    return [*check_keys(connection), *wrong, *check_seals(connection, begin=0, expected=expected, progress=lambda _: None)]


def codes(connection: Connection) -> set[str]:
    return {finding.code for finding in found(connection)} - {"tail_unsigned"}


HEADS: dict[str, tuple[str, set[str]]] = {
    "a head that is no JSON": ("UPDATE history.leaf SET head = 'x' WHERE pos = 3", {"leaf_altered", "event_altered"}),
    "a head that is a list": ("UPDATE history.leaf SET head = '[]' WHERE pos = 3", {"leaf_altered", "event_altered"}),
    "a head with another patient, its hash made to fit": (
        "UPDATE history.leaf SET head = '{\"id\":1}', hash = sha256('x') WHERE pos = 3",
        {"leaf_altered", "event_altered", "root_wrong"},
    ),
    "a leaf's own time": ("UPDATE history.leaf SET event_at = event_at - interval '1 year' WHERE pos = 3", {"leaf_altered"}),
    "a leaf's patient": ("UPDATE history.leaf SET patient_id = NULL, pseq = NULL WHERE pos = %(own)s", {"leaf_altered"}),
    "a leaf's event": ("UPDATE history.leaf SET event_id = -5 WHERE pos = 3", {"leaf_altered", "event_missing"}),
    "the row of a closing": ("UPDATE history.closing SET map = sha256('x')", {"closing_wrong"}),
    "the day of a closing": ("UPDATE history.closing SET day = day - 1", {"closing_wrong"}),
    "a closing's row gone": ("DELETE FROM history.closing", {"closing_wrong"}),
    "a closing's row more": (
        "INSERT INTO history.closing (pos, day, patients, map) SELECT 0, day, patients, map FROM history.closing LIMIT 1",
        {"closing_wrong"},
    ),
    "a tile's bytes": ("UPDATE history.tile SET data = set_byte(data, 9, 255 - get_byte(data, 9)) WHERE level = 0", {"tile_wrong"}),
    "a tile's root": ("UPDATE history.tile SET root = sha256('x') WHERE level = 0", {"tile_wrong"}),
    "a tile gone": ("DELETE FROM history.tile WHERE level = 0 AND idx = 0", {"tile_wrong"}),
    "a note that is none": ("UPDATE history.checkpoint SET note = 'x'", {"signature_wrong"}),
    "a note of another size": ("UPDATE history.checkpoint SET size = size + 1", {"signature_wrong"}),
    "a key's row": ("UPDATE history.key SET vkey = 'x'", {"key_wrong"}),
    "a key's size": ("UPDATE history.key SET size = 5 WHERE id = 2", {"key_wrong"}),
    "a revocation loosened": ("UPDATE history.key SET size = 999999 WHERE kind = 'revoke'", {"key_wrong"}),
    "a revocation gone": ("DELETE FROM history.key WHERE kind = 'revoke'", {"key_wrong"}),
    "a statement that is none": ("UPDATE history.key SET statement = 'x' WHERE id = 2", {"key_wrong"}),
}


def test_every_change_of_the_log_s_own_tables_is_named(seq: Connection, sequencer: Sequencer, key_file: Path) -> None:
    with transaction.atomic():
        patient = make_patient()
        for number in range(260):
            LegalEntity.objects.create(name=f"Клиника {number}")
    sequencer.drain()
    stolen = keys.current(seq) or ""
    keys.rotate(seq, key_file)
    keys.revoke(seq, key_file, vkey=stolen, size=3, reason="stolen")
    sequencer.drain()
    own = seq.execute("SELECT min(pos) FROM history.leaf WHERE patient_id = %s", [patient.pk]).fetchone()
    assert own
    unseen = {}
    with undone() as attacker:
        assert codes(attacker) == set()
        for attack, (statement, expected) in HEADS.items():
            attacker.execute("SAVEPOINT before")
            attacker.execute(statement.encode(), {"own": own[0]} if "own" in statement else None)
            if not expected <= (seen := codes(attacker)):
                unseen[attack] = seen
            attacker.execute("ROLLBACK TO before")
    assert not unseen


def test_a_false_count_signed_with_the_real_key_is_named_for_ever(
    seq: Connection, sequencer: Sequencer, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has database and key may close a day with a false count, to take evidence over it; honest days after do not hide it."""
    with transaction.atomic():
        patient = make_patient()
        patient.source_detail = "the tooth was the wrong one"
        patient.save()
    sequencer.drain()
    honest = seq.execute("SELECT n FROM history.pseq WHERE patient_id = %s", [patient.pk]).fetchone()
    assert honest
    seq.execute("UPDATE history.pseq SET n = n - 1 WHERE patient_id = %s", [patient.pk])
    write("Клиника")
    monkeypatch.setattr(Sequencer, "_closing_is_due", lambda self, rows: True)
    sequencer.tick()
    seq.execute("UPDATE history.pseq SET n = n + 1 WHERE patient_id = %s", [patient.pk])
    write("Клиника")
    sequencer.tick()
    assert codes(seq) == {"closing_wrong"}


def test_a_key_that_nobody_signed_for_is_told(seq: Connection, sequencer: Sequencer, write: Any, tmp_path: Path) -> None:
    """Whoever holds the database may say that the key was lost, and sign with another: every check tells it."""
    write("Клиника")
    sequencer.drain()
    keys.create(seq, tmp_path / "another.key", instead_of_lost=True)
    assert {finding.code for finding in check_keys(seq)} == {"key_anew"}
    assert "compare the papers" in "".join(map(str, check_keys(seq)))
    with connect(SUPERUSER) as attacker:
        attacker.execute("SELECT set_config('app.actor', 'system:attack', false)")
        attacker.execute("INSERT INTO history.key SELECT 3, kind, vkey, size, statement FROM history.key WHERE id = 2")
    assert "key_wrong" in {finding.code for finding in check_keys(seq)}


TYPED_EDITS = {
    "its time": "history_date = history_date - interval '3 days'",
    "its person": "actor_name = 'Somebody else'",
    "its person's id": "history_user_id = gen_random_uuid()",
    "its reason": "history_change_reason = 'marketing'",
}


def test_who_when_and_why_of_typed_history_are_compared_too(seq: Connection, sequencer: Sequencer, write: Any) -> None:
    entity = write("Клиника")
    sequencer.drain()
    with connect(SUPERUSER) as attacker:
        attacker.execute("SET history.maintenance = 'attack'")
        attacker.execute("SELECT set_config('app.actor', 'system:attack', false)")
        attacker.execute(f"ALTER TABLE {TYPED} DISABLE TRIGGER ALL")
        before = attacker.execute(f"SELECT history_date, actor_name, history_user_id, history_change_reason FROM {TYPED} WHERE id = %s", [entity.pk])
        values = before.fetchone()
        for what, change in TYPED_EDITS.items():
            attacker.execute(f"UPDATE {TYPED} SET {change} WHERE id = %s".encode(), [entity.pk])
            assert "copies_differ" in {finding.code for finding in verify(since=None, witnesses=()).findings}, what
            attacker.execute(
                f"UPDATE {TYPED} SET history_date = %s, actor_name = %s, history_user_id = %s, history_change_reason = %s WHERE id = %s".encode(),
                [*(values or ()), entity.pk],
            )
    assert "copies_differ" not in {finding.code for finding in verify(since=None, witnesses=()).findings}


def test_what_is_sealed_during_a_check_is_no_alarm(seq: Connection, sequencer: Sequencer, tmp_path: Path, write: Any) -> None:
    """The clinic works on while history is checked, and its witness is ahead of what the check has read."""
    with transaction.atomic():
        patient = make_patient()
    sequencer.drain()
    witness = Directory(f"file://{tmp_path}/witness")
    stop = threading.Event()

    def work() -> None:
        with connect("clinic_app") as clinic:
            while not stop.is_set():
                clinic.execute("SELECT history.note_as('V', 'chart', NULL, %s, NULL, 'a', 'a', 'a', '', 'care', '', '', '')", [patient.pk])
                for sealed in sequencer.drain():
                    witness.keep(sealed.note, sealed.checkpoint)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        for _ in range(3):
            report = verify(since=None, witnesses=[witness], progress=lambda *_: time.sleep(0.02))
            assert [str(finding) for finding in report.findings] == []
    finally:
        stop.set()
        thread.join()
    assert log.size(seq) > report.size


def test_a_check_that_meets_nonsense_ends_with_a_finding_and_reads_the_rest(seq: Connection, sequencer: Sequencer, write: Any) -> None:
    entity = write("Клиника")
    sequencer.drain()
    with connect(SUPERUSER) as attacker:
        attacker.execute("SET history.maintenance = 'attack'")
        attacker.execute("SELECT set_config('app.actor', 'system:attack', false)")
        for table in ("history.event", "history.tile", "history.receipt", "history.epoch", "staff_legalentity"):
            attacker.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL".encode())
        attacker.execute("UPDATE history.event SET body = '[\"nonsense\"]' WHERE op IN ('X', 'C')")
        attacker.execute("INSERT INTO history.epoch (epoch, size, statement) VALUES (2, 0, '')")
        attacker.execute("INSERT INTO history.receipt (witness, size, receipt) SELECT 'tsa+nonsense', size, 'x' FROM history.checkpoint LIMIT 1")
        attacker.execute("UPDATE staff_legalentity SET name = 'Forged' WHERE id = %s", [entity.pk])
    seen = {finding.code for finding in verify(since=None, witnesses=()).findings}
    assert {"body_altered", "closing_wrong", "epoch_wrong", "stamp_wrong", "unreadable", "trigger_off", "copies_differ"} <= seen
    assert not django_connection.in_atomic_block
