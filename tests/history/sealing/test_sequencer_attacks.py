"""The sequencer when it is killed at any statement, held up by its witnesses, robbed of a right or a tile, or asked for evidence in a crowd."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from clinic.history.actions import record_print
from clinic.history.evidence.bundle import is_framed
from clinic.history.sealing import keeper as keeping
from clinic.history.sealing import keys, log, notes, publishing
from clinic.history.sealing.keeper import Keeper
from clinic.history.sealing.sequencer import Sequencer, Tampered
from clinic.staff.models import LegalEntity
from tests.history.doors import SUPERUSER, connect
from tests.history.sealing.test_keeper import ALL_SEALED, Dead, running, wait_for
from tests.patients.factories import make_patient

pytestmark = pytest.mark.django_db(transaction=True)
Connection = psycopg.Connection[Any]


class Killed(BaseException):
    """The process is gone."""


class Fragile:
    """A connection whose process is killed at its n-th statement."""

    def __init__(self, inner: Connection, last: int) -> None:
        self._inner, self._left = inner, last

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise Killed

    def execute(self, *arguments: Any, **options: Any) -> Any:
        self._count()
        return self._inner.execute(*arguments, **options)

    def cursor(self, *arguments: Any, **options: Any) -> Any:
        self._count()
        return self._inner.cursor(*arguments, **options)


STATE = """
SELECT (SELECT count(*) FROM history.leaf), (SELECT count(*) FROM history.checkpoint), (SELECT count(*) FROM history.tile),
  (SELECT count(*) FROM history.closing), (SELECT sum(n) FROM history.pseq), (SELECT low FROM history.sequencer), (SELECT count(*) FROM history.event)
"""


def test_killed_at_any_statement_it_leaves_nothing_and_the_next_tick_seals_all(seq: Connection, sequencer: Sequencer, key_file: Path) -> None:
    with transaction.atomic():
        make_patient()
        for number in range(300):
            LegalEntity.objects.create(name=f"Клиника {number}")
    before = seq.execute(STATE).fetchone()
    for last in range(1, 200):
        fragile: Any = Fragile(seq, last)
        try:
            done = Sequencer(fragile, lambda vkey: keys.load(key_file, vkey)).tick()
        except Killed:
            assert seq.execute(STATE).fetchone() == before, f"killed at statement {last}"
            continue
        break
    assert last > 12
    assert done
    assert done.checkpoint.size == log.size(seq)
    sizes = seq.execute("SELECT count(*), count(DISTINCT event_id), max(pos) + 1 FROM history.leaf").fetchone()
    assert sizes
    assert len(set(sizes)) == 1


class Tomorrow(Sequencer):
    """The sequencer of the next day."""

    def _now(self) -> datetime:
        return super()._now() + timedelta(days=1)


def test_each_day_with_events_has_one_closing(seq: Connection, key_file: Path, write: Callable[[str], Any]) -> None:
    """So that the end of a patient's events cannot be cut: whoever cuts it has to cut the day's count too."""
    keys.create(seq, key_file)
    today, tomorrow = (kind(seq, lambda vkey: keys.load(key_file, vkey)) for kind in (Sequencer, Tomorrow))
    days = []
    for sequencer, name in ((today, "one"), (today, "two"), (tomorrow, "three"), (tomorrow, "four"), (tomorrow, "")):
        if name:
            write(name)
        sequencer.drain()
        days.append(len(seq.execute("SELECT day FROM history.closing").fetchall()))
    assert days == [1, 1, 2, 2, 2]
    counted = [day for (day,) in seq.execute("SELECT day FROM history.closing ORDER BY pos").fetchall()]
    assert counted[1] - counted[0] == timedelta(days=1)


def test_evidence_asked_for_in_a_crowd_is_closed_too(seq: Connection, sequencer: Sequencer, key_file: Path, write: Callable[[str], Any]) -> None:
    """The request may be the last of a full batch, with nothing after it."""
    with transaction.atomic():
        patient = make_patient()
    sequencer.drain()
    for number in range(4):
        write(f"Клиника {number}")
    request = record_print(what="evidence", patient_id=patient.pk, body={"files": []})
    crowded = Sequencer(seq, lambda vkey: keys.load(key_file, vkey), batch=5)
    crowded.drain()
    assert is_framed(seq, request)
    count = seq.execute("SELECT count(*) FROM history.closing").fetchone()
    for _ in range(3):
        crowded.drain()
    assert seq.execute("SELECT count(*) FROM history.closing").fetchone() == count


class Slow(Dead):
    """A witness whose every answer takes longer than anybody waits for a signature; the first one apart."""

    name = "slow"
    every = timedelta(0)

    def __init__(self) -> None:
        self.asked = 0
        self.stopping = threading.Event()

    def newest(self, log: str) -> str | None:
        self.asked += 1
        if self.asked > 1:
            self.stopping.wait(30)
        return None

    def keep(self, note: str, checkpoint: notes.Checkpoint) -> bytes:
        return b"kept"


@contextmanager
def quiet(witness: Slow) -> Iterator[None]:
    try:
        yield
    finally:
        witness.stopping.set()


def test_a_slow_witness_holds_nothing_up(
    seq: Connection, sequencer: Sequencer, key_file: Path, write: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "REREAD", 0.2)
    witness = Slow()
    with running(Keeper(lambda: connect("history_seq"), key_file, [witness])), quiet(witness):
        wait_for(seq, ALL_SEALED)
        deadline = time.monotonic() + 20
        while witness.asked < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert witness.asked >= 2
        for number in range(3):
            write(f"Клиника {number}")
            wait_for(seq, ALL_SEALED, seconds=8)


def test_a_right_taken_away_is_told_and_given_back_it_seals_on(
    seq: Connection, sequencer: Sequencer, key_file: Path, write: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "PAUSE", 0.2)
    with connect(SUPERUSER) as attacker, running(Keeper(lambda: connect("history_seq"), key_file, [])):
        wait_for(seq, ALL_SEALED)
        attacker.execute("REVOKE INSERT ON history.leaf FROM history_seq")
        write("Клиника")
        wait_for(seq, "EXISTS (SELECT FROM history.incident WHERE kind = 'stopped' AND detail LIKE 'InsufficientPrivilege%')")
        attacker.execute("GRANT INSERT ON history.leaf TO history_seq")
        wait_for(seq, ALL_SEALED)


def test_a_log_with_a_hole_is_not_signed(seq: Connection, sequencer: Sequencer, key_file: Path, write: Callable[[str], Any]) -> None:
    with transaction.atomic():
        for number in range(300):
            LegalEntity.objects.create(name=f"Клиника {number}")
    sequencer.drain()
    with connect(SUPERUSER) as attacker:
        attacker.execute("SET history.maintenance = 'attack'")
        attacker.execute("SELECT set_config('app.actor', 'system:attack', false)")
        attacker.execute("ALTER TABLE history.tile DISABLE TRIGGER ALL")
        attacker.execute("ALTER TABLE history.leaf DISABLE TRIGGER ALL")
        write("Клиника")
        for statement in ("DELETE FROM history.tile", "DELETE FROM history.leaf WHERE pos = (SELECT max(pos) - 1 FROM history.leaf)"):
            attacker.execute("BEGIN")
            attacker.execute(statement.encode())
            with pytest.raises(Tampered, match=r"level . of the log has") as stopped:
                Sequencer(attacker, lambda vkey: keys.load(key_file, vkey)).tick()
            attacker.execute("ROLLBACK")
            assert stopped.value.kind == "damaged"


def test_half_a_key_left_by_a_rotation_that_died_stops_nothing(seq: Connection, sequencer: Sequencer, key_file: Path) -> None:
    beside = key_file.with_name(f"{key_file.name}.next")
    for content, mode in (("", 0o600), ("PRIVATE+KEY+half", 0o600), ("", 0o644)):
        beside.write_text(content)
        beside.chmod(mode)
        assert keys.load(key_file, keys.current(seq) or "").vkey == keys.current(seq)
    keys.rotate(seq, key_file)
    assert keys.load(key_file, keys.current(seq) or "").vkey == keys.current(seq)
    assert not beside.exists()


def test_an_export_overwrites_nothing(seq: Connection, sequencer: Sequencer, key_file: Path, settings: Any) -> None:
    """Least of all the private key."""
    settings.HISTORY_KEY_PATH = key_file
    before = key_file.read_bytes()
    with pytest.raises(CommandError, match="nothing was written"):
        call_command("history_key", "export", "-o", str(key_file))
    assert key_file.read_bytes() == before
