"""Whoever changes the past with all guards off is named by the next check: what, where, and since when."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from clinic.history.context import acting
from clinic.history.sealing import keys, log, notes
from clinic.history.sealing.sequencer import Sequencer
from clinic.history.sealing.tree import WIDTH
from clinic.history.sealing.witnesses import Witness
from clinic.history.sealing.witnesses.directory import Directory
from clinic.history.verification.findings import Report
from clinic.history.verification.verify import verify
from clinic.staff.models import LegalEntity
from tests.history.doors import OWNER, SUPERUSER, connect
from tests.history.sealing.conftest import key_file, seq, sequencer, write

__all__ = ["key_file", "seq", "sequencer", "write"]
pytestmark = pytest.mark.django_db(transaction=True)
Connection = psycopg.Connection[Any]
TYPED = "staff_historicallegalentity"


@pytest.fixture
def sealed(sequencer: Sequencer) -> list[LegalEntity]:
    """Three records, one of them changed, all sealed; no capture of the tests' own rows is left open."""
    with transaction.atomic():
        entities = [LegalEntity.objects.create(name=f"Клиника {number}") for number in range(3)]
        entities[0].phone = "+7 900 000-00-00"
        entities[0].save()
    sequencer.drain()
    return entities


@contextmanager
def everything_off() -> Iterator[Connection]:
    """A superuser who knows the house: event triggers and all row triggers off."""
    with connect(SUPERUSER) as attacker:
        attacker.execute("SET history.maintenance = 'attack'")
        attacker.execute("SELECT set_config('app.actor', 'system:attack', false)")
        for table in ("history.event", "history.leaf", "history.checkpoint", "history.tile", "staff_legalentity", TYPED):
            attacker.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        yield attacker
        for table in ("history.event", "history.leaf", "history.checkpoint", "history.tile", "staff_legalentity", TYPED):
            attacker.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
            for (trigger,) in attacker.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND starts_with(tgname, 'history_')", [table]
            ).fetchall():
                attacker.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")


def codes(witnesses: Sequence[Witness] = (), *, since: int | None = None) -> set[str]:
    report = verify(since=since, witnesses=witnesses)
    return {finding.code for finding in report.findings} - {"witness_none", "waiting", "tail_unsigned"}


def words(report: Report) -> str:
    return "\n".join(str(finding) for finding in report.findings)


def test_an_untouched_clinic_is_whole(sealed: list[LegalEntity]) -> None:
    report = verify(since=None, witnesses=())
    assert words(report) == "No witness outside keeps the checkpoints: whoever holds database and key could rewrite the past."
    assert report.is_clean
    assert verify(since=report.size, witnesses=()).last_clean is not None


ATTACKS: dict[str, tuple[str, set[str]]] = {
    "body of an event": ('UPDATE history.event SET body = body || \'{"name": "Forged"}\' WHERE id = %(event)s', {"body_altered", "copies_differ"}),
    "actor of an event": ("UPDATE history.event SET actor_name = 'Somebody else' WHERE id = %(event)s", {"event_altered"}),
    "time of an event": ("UPDATE history.event SET at = at - interval '3 hours' WHERE id = %(event)s", {"event_altered"}),
    "body destroyed": ("UPDATE history.event SET body = NULL, salt = NULL WHERE id = %(event)s", {"body_destroyed", "copies_differ"}),
    "event deleted": ("DELETE FROM history.event WHERE id = %(event)s", {"event_missing", "copies_differ"}),
    "leaf deleted": ("DELETE FROM history.leaf WHERE event_id = %(event)s", {"leaf_missing"}),
    "leaf's head": ("UPDATE history.leaf SET head = replace(head, 'test', 'tset') WHERE event_id = %(event)s", {"leaf_altered", "event_altered"}),
    "signed root": ("UPDATE history.checkpoint SET root = sha256('x')", {"signature_wrong", "root_wrong"}),
    "live row edited": ("UPDATE staff_legalentity SET name = 'Forged' WHERE id = %(record)s", {"copies_differ"}),
    "live row deleted": ("DELETE FROM staff_legalentity WHERE id = %(record)s", {"copies_differ"}),
    "typed row edited": (f"UPDATE {TYPED} SET name = 'Forged' WHERE event_id = %(event)s", {"copies_differ"}),
    "typed row deleted": (f"DELETE FROM {TYPED} WHERE event_id = %(event)s", {"copies_differ"}),
    "past event put in": (
        "INSERT INTO history.event (id, op, tbl, pk, actor, actor_name, actor_role, purpose, body, at) OVERRIDING SYSTEM VALUE"
        " SELECT -1, 'U', tbl, pk, actor, actor_name, actor_role, purpose, body, at FROM history.event WHERE id = %(event)s",
        {"forged", "copies_differ"},
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_changed_past_is_named(sealed: list[LegalEntity], attack: str) -> None:
    statement, expected = ATTACKS[attack]
    with everything_off() as attacker:
        row = attacker.execute("SELECT id FROM history.event WHERE pk = %s ORDER BY id DESC LIMIT 1", [str(sealed[1].pk)]).fetchone()
        assert row
        attacker.execute(statement, {"event": row[0], "record": sealed[1].pk})
    found = codes()
    assert expected <= found
    assert not found & {"trigger_off", "guard_off"}


def test_the_sentence_says_what_where_and_when(sealed: list[LegalEntity]) -> None:
    with everything_off() as attacker:
        attacker.execute("UPDATE history.event SET actor_name = 'Somebody else' WHERE pk = %s", [str(sealed[1].pk)])
    text = words(verify(since=None, witnesses=()))
    assert f"(I staff_legalentity {sealed[1].pk}), sealed on 20" in text
    assert "actor_name 'test' → 'Somebody else'" in text


def test_a_tail_cut_off_is_seen_by_the_witness(sealed: list[LegalEntity], seq: Connection, sequencer: Sequencer, tmp_path: Path) -> None:
    witness = _witness_of_now(seq, tmp_path)
    with everything_off() as attacker:
        attacker.execute("ALTER TABLE history.closing DISABLE TRIGGER ALL")
        attacker.execute("DELETE FROM history.closing")
        attacker.execute("DELETE FROM history.checkpoint")
        attacker.execute("DELETE FROM history.leaf WHERE event_id >= (SELECT min(id) FROM history.event WHERE tbl = 'staff_legalentity')")
        attacker.execute("DELETE FROM history.event WHERE id >= (SELECT min(id) FROM history.event WHERE tbl = 'staff_legalentity')")
    assert "rollback" in codes([witness])


def test_a_past_rewritten_and_signed_anew_with_the_real_key_is_seen_by_the_witness(
    sealed: list[LegalEntity], seq: Connection, sequencer: Sequencer, tmp_path: Path, key_file: Path
) -> None:
    witness = _witness_of_now(seq, tmp_path)
    with everything_off() as attacker:
        for table in ("closing", "receipt"):
            attacker.execute(f"ALTER TABLE history.{table} DISABLE TRIGGER ALL")
        attacker.execute("TRUNCATE history.leaf, history.tile, history.checkpoint, history.closing, history.receipt, history.pseq")
        attacker.execute("UPDATE history.sequencer SET low = 0")
        attacker.execute("UPDATE history.event SET actor_name = 'Somebody else' WHERE tbl = 'staff_legalentity'")
        attacker.execute(f"UPDATE {TYPED} SET actor_name = 'Somebody else'")
    Sequencer(seq, lambda vkey: keys.load(key_file, vkey)).drain()
    assert "fork" not in codes()
    assert "fork" in codes([witness])


def test_a_foreign_key_is_noticed(sealed: list[LegalEntity], seq: Connection) -> None:
    thief = notes.KeySigner(log.name(seq), bytes(32))
    with everything_off() as attacker:
        row = attacker.execute("SELECT size, note FROM history.checkpoint ORDER BY size DESC LIMIT 1").fetchone()
        assert row
        note = notes.sign(row[1].rpartition("\n\n")[0] + "\n", [thief])
        attacker.execute("UPDATE history.checkpoint SET note = %s WHERE size = %s", [note, row[0]])
    assert codes() == {"signature_wrong"}


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("ALTER TABLE staff_legalentity DISABLE TRIGGER history_capture", "trigger_off"),
        ("DROP TRIGGER history_append_only ON history.leaf", "trigger_off"),
        ("DROP EVENT TRIGGER history_guard_ddl", "guard_off"),
        ("ALTER TABLE history.leaf OWNER TO clinic_owner", "owner_wrong"),
        ("CREATE OR REPLACE FUNCTION history.keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$", "function_altered"),
        (
            "CREATE OR REPLACE FUNCTION history.capture_staff_legalentity() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
            "function_altered",
        ),
    ],
)
def test_a_guard_left_open_is_named(sealed: list[LegalEntity], statement: str, code: str) -> None:
    with connect(SUPERUSER) as attacker:
        attacker.execute("SET history.maintenance = 'attack'")
        attacker.execute(statement)
    assert code in codes()


def test_a_new_column_is_no_difference_but_a_forged_value_in_it_is(sealed: list[LegalEntity]) -> None:
    """The migration notes what older rows read in the column; whatever else stands there was put there."""
    with connect(OWNER) as owner:
        owner.execute("SELECT set_config('app.actor', 'system:migration', false)")
        owner.execute("SET history.maintenance = 'migration'")
        owner.execute("ALTER TABLE staff_legalentity ADD COLUMN rating integer NOT NULL DEFAULT 5")
        owner.execute("SELECT history.note_schema()")
    assert "copies_differ" not in codes()
    with everything_off() as attacker:
        attacker.execute("UPDATE staff_legalentity SET rating = 9 WHERE id = %s", [sealed[2].pk])
    report = verify(since=None, witnesses=())
    assert str(sealed[2].pk) in words(report)
    assert str(sealed[1].pk) not in words(report)


LISTED = ("text[] NOT NULL DEFAULT '{\"a, b\",c}'", "'{c}'")
MARKED = ("text NOT NULL DEFAULT 'a \"b\", {c}'", "'c'")


@pytest.mark.parametrize(("kind", "forged"), [("smallint[] NOT NULL DEFAULT '{}'", "'{7}'"), LISTED, MARKED])
def test_a_new_column_of_lists_or_of_marks_is_read_as_it_is(sealed: list[LegalEntity], kind: str, forged: str) -> None:
    with connect(OWNER) as owner:
        owner.execute("SELECT set_config('app.actor', 'system:migration', false)")
        owner.execute("SET history.maintenance = 'migration'")
        owner.execute(f"ALTER TABLE staff_legalentity ADD COLUMN marks {kind}")
        owner.execute("SELECT history.note_schema()")
    assert "copies_differ" not in codes()
    with everything_off() as attacker:
        attacker.execute(f"UPDATE staff_legalentity SET marks = {forged} WHERE id = %s", [sealed[2].pk])
    assert str(sealed[2].pk) in words(verify(since=None, witnesses=()))


def test_a_renamed_and_a_removed_column_are_no_difference(sealed: list[LegalEntity]) -> None:
    with connect(OWNER) as owner:
        owner.execute("SELECT set_config('app.actor', 'system:migration', false)")
        owner.execute("SET history.maintenance = 'migration'")
        owner.execute("ALTER TABLE staff_legalentity RENAME COLUMN phone TO telephone")
        owner.execute("ALTER TABLE staff_legalentity DROP COLUMN director")
        owner.execute("SELECT history.note_schema()")
    assert "copies_differ" not in codes()


def test_only_the_new_part_is_read_since_the_last_whole_check(
    sealed: list[LegalEntity], write: Callable[[str], LegalEntity], sequencer: Sequencer
) -> None:
    size = verify(since=None, witnesses=()).size
    write("Later")
    sequencer.drain()
    with everything_off() as attacker:
        attacker.execute("UPDATE history.event SET actor_name = 'Somebody else' WHERE id = (SELECT max(event_id) FROM history.leaf WHERE pos < 3)")
    assert codes(since=size) == set()
    assert codes() == {"event_altered"}


def test_no_part_of_the_log_is_skipped_unread(
    sealed: list[LegalEntity], write: Callable[[str], LegalEntity], sequencer: Sequencer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever asks to begin at the end must not make the next check begin there."""
    size = verify(since=None, witnesses=()).size
    for number in range(WIDTH):
        write(f"Later {number}")
    sequencer.drain()
    with everything_off() as attacker:
        forged = "UPDATE history.event SET actor_name = 'Somebody else' WHERE id = (SELECT event_id FROM history.leaf WHERE pos = %s)"
        attacker.execute(forged, [size])
    with acting(None), pytest.raises(SystemExit):
        call_command("history_verify", "--since", "1000000000")
    assert "HISTORY WAS ALTERED" in capsys.readouterr().out
    with acting(None), pytest.raises(CommandError, match="0 or more"):
        call_command("history_verify", "--since", "-1")


def test_the_command_tells_and_exits(sealed: list[LegalEntity], settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings.HISTORY_WITNESSES = [f"file://{tmp_path}/witness"]
    call_command("history_verify", "--full")
    assert "History is whole" in capsys.readouterr().out
    with everything_off() as attacker:
        attacker.execute("UPDATE staff_legalentity SET name = 'Forged' WHERE id = %s", [sealed[0].pk])
    with acting(None), pytest.raises(SystemExit) as left:
        call_command("history_verify")
    assert left.value.code == 1
    assert "HISTORY WAS ALTERED since 20" in capsys.readouterr().out


def _witness_of_now(seq: Connection, folder: Path) -> Directory:
    witness = Directory(f"file://{folder}/witness")
    row = seq.execute("SELECT note FROM history.checkpoint ORDER BY size DESC LIMIT 1").fetchone()
    assert row
    witness.keep(row[0], notes.parse_checkpoint(row[0].rpartition("\n\n")[0] + "\n"))
    return witness
