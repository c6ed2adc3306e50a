"""Migrations of record tables: capture before, between and after; the trigger that watches DDL stands in nobody's way."""

from typing import Any

import pytest
from django.db import migrations, models
from django.db.migrations.state import ProjectState

from clinic.history import capture
from clinic.history.autodetector import CapturingAutodetector
from clinic.history.operations import AppendOnly, Capture, Freeze
from clinic.lib.ids import uuid7
from clinic.staff.models import Branch, LegalEntity
from tests.history.doors import django_as_owner

pytestmark = pytest.mark.django_db
APP = "house"


def columns() -> list[tuple[str, Any]]:
    return [
        ("version", models.PositiveIntegerField(default=1)),
        ("name", models.CharField(max_length=50)),
        ("note", models.CharField(max_length=50, null=True)),
    ]


def thing(**options: Any) -> list[Any]:
    """CreateModel of a record, of its typed history, and the capture of both."""
    typed = [
        ("id", models.UUIDField(db_index=True)),
        *columns(),
        ("event_id", models.BigIntegerField()),
        ("actor_name", models.CharField(max_length=200)),
        ("history_id", models.BigAutoField(primary_key=True)),
        ("history_date", models.DateTimeField()),
        ("history_change_reason", models.TextField(null=True)),
        ("history_type", models.CharField(max_length=1)),
        ("history_user_id", models.UUIDField(null=True)),
    ]
    return [
        migrations.CreateModel("Thing", [("id", models.UUIDField(primary_key=True, default=uuid7)), *columns()]),
        migrations.CreateModel("HistoricalThing", typed),
        Capture("Thing", **options),
    ]


class House:
    """A scratch application that is migrated step by step as the owner."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.state = ProjectState()

    def migrate(self, *operations: Any) -> None:
        for operation in operations:
            before, self.state = self.state, self.state.clone()
            operation.state_forwards(APP, self.state)
            with self.connection.schema_editor(atomic=False) as editor:
                operation.database_forwards(APP, editor, before, self.state)

    def reverse(self, operation: Any, before: ProjectState) -> None:
        with self.connection.schema_editor(atomic=False) as editor:
            operation.database_backwards(APP, editor, self.state, before)

    def execute(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def add(self, name: str) -> None:
        self.execute("INSERT INTO house_thing (id, version, name) VALUES (%s, 1, %s)", uuid7(), name)

    def refuses(self, statement: str, *parameters: object) -> str:
        self.execute("SAVEPOINT attempt")
        with pytest.raises(Exception) as error:
            self.execute(statement, *parameters)
        self.execute("ROLLBACK TO attempt")
        return str(error.value)


@pytest.fixture
def house() -> Any:
    with django_as_owner() as connection:
        yield House(connection)


def test_adding_a_column_to_a_filled_table(house: House) -> None:
    house.migrate(*thing())
    house.add("before")
    field = models.CharField(max_length=10, default="blue")
    house.migrate(migrations.AddField("Thing", "colour", field), migrations.AddField("HistoricalThing", "colour", field.clone()), Capture("Thing"))
    house.execute("UPDATE house_thing SET name = 'after'")
    assert house.execute("SELECT name, colour FROM house_historicalthing ORDER BY history_id") == [("before", "blue"), ("after", "blue")]
    bodies = house.execute("SELECT body ? 'colour' FROM history.event WHERE tbl = 'house_thing' ORDER BY id")
    assert bodies == [(False,), (True,)]


def test_a_column_that_must_be_filled_first(house: House) -> None:
    house.migrate(*thing())
    house.add("before")
    house.migrate(
        migrations.AddField("Thing", "place", models.IntegerField(default=3)),
        migrations.AddField("HistoricalThing", "place", models.IntegerField(default=3)),
        Capture("Thing"),
        migrations.AlterField("Thing", "note", models.CharField(max_length=50, default="none")),
        Capture("Thing"),
    )
    assert house.execute("SELECT note FROM house_thing") == [("none",)]
    assert house.execute("SELECT op FROM history.event WHERE tbl = 'house_thing' ORDER BY id") == [("I",), ("U",)]


def test_removing_a_column_keeps_its_values_in_the_ledger(house: House) -> None:
    house.migrate(*thing())
    house.add("kept in the ledger")
    house.migrate(migrations.RemoveField("Thing", "name"), migrations.RemoveField("HistoricalThing", "name"), Capture("Thing"))
    house.execute("UPDATE house_thing SET note = 'still captured'")
    assert house.execute("SELECT body->>'name' FROM history.event WHERE tbl = 'house_thing' ORDER BY id") == [("kept in the ledger",), (None,)]


def test_every_alter_of_a_record_table_is_an_event(house: House) -> None:
    house.migrate(*thing())
    house.migrate(migrations.AddField("Thing", "colour", models.CharField(max_length=10, default="")), Capture("Thing"))
    found = house.execute("SELECT count(*) FROM history.event WHERE op = 'X' AND body->>'sql' LIKE '%%ADD COLUMN \"colour\"%%'")
    assert found[0][0] >= 1


def test_a_deletable_record_is_deleted_with_a_trace_also_by_cascade(house: House) -> None:
    house.migrate(*thing(deletable=True))
    house.execute("CREATE TABLE house_parent (id int PRIMARY KEY); INSERT INTO house_parent VALUES (1)")
    house.execute("ALTER TABLE house_thing ADD COLUMN parent int REFERENCES house_parent ON DELETE CASCADE")
    house.execute("INSERT INTO house_thing (id, version, name, parent) SELECT gen_random_uuid(), 1, 'x', 1 FROM generate_series(1, 5)")
    house.add("alone")
    house.execute("DELETE FROM house_parent")
    house.execute("DELETE FROM house_thing")
    assert house.execute("SELECT op, count(*) FROM history.event WHERE tbl = 'house_thing' GROUP BY op ORDER BY op") == [("D", 6), ("I", 6)]
    assert house.execute("SELECT count(*) FROM house_historicalthing WHERE history_type = '-'") == [(6,)]


def test_frozen_rows_and_ledgers_refuse_changes(house: House) -> None:
    house.migrate(*thing(deletable=True), Freeze("Thing", when="OLD.note = 'signed'", except_columns=("version",)))
    house.execute("INSERT INTO house_thing (id, version, name, note) VALUES (gen_random_uuid(), 1, 'visit', 'draft')")
    house.execute("UPDATE house_thing SET name = 'visit, corrected', note = 'signed'")
    assert "frozen" in house.refuses("UPDATE house_thing SET name = 'rewritten'")
    assert "frozen" in house.refuses("DELETE FROM house_thing")
    house.migrate(AppendOnly("Thing"))
    house.add("posted")
    assert "append-only" in house.refuses("UPDATE house_thing SET name = 'less' WHERE name = 'posted'")
    thawed = "CREATE OR REPLACE FUNCTION house_thing_frozen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
    assert "refused" in house.refuses(thawed)
    assert "refused" in house.refuses("ALTER TRIGGER history_frozen ON house_thing RENAME TO thawed")


def test_a_capture_can_be_taken_back_with_its_table(house: House) -> None:
    house.migrate(*thing()[:2])
    before = house.state
    house.migrate(Capture("Thing"))
    house.reverse(Capture("Thing"), before)
    house.execute("DROP TABLE house_thing")


def test_makemigrations_ends_with_the_capture() -> None:
    from django.apps import apps

    now = ProjectState.from_apps(apps)
    before = now.clone()
    for name in ("legalentity", "historicallegalentity"):
        before.remove_field("staff", name, "licence")
    found = CapturingAutodetector(before, now).changes(graph=_graph())["staff"]
    kinds = [type(operation).__name__ for operation in found[0].operations]
    assert kinds == ["AddField", "AddField", "Capture"]
    assert found[0].operations[-1].describe() == "Capture every change of LegalEntity in history"


def _graph() -> Any:
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    return MigrationLoader(connection).graph


def test_migrate_installs_a_capture_that_an_older_program_wrote_anew() -> None:
    with django_as_owner() as owner, owner.cursor() as cursor:
        cursor.execute("SELECT set_config('app.actor', 'migration:test', true), set_config('history.maintenance', 'test', true)")
        cursor.execute("SET LOCAL ROLE history_owner")
        definition = "SELECT pg_get_functiondef('history.capture_staff_legalentity'::regproc)"
        cursor.execute(definition)
        whole = cursor.fetchone()[0]
        cursor.execute(whole.replace("to_jsonb(r)", "to_jsonb(r) - 'phone'"))
        cursor.execute("RESET ROLE")
        capture.renew(cursor, [Branch, LegalEntity])
        cursor.execute(definition)
        assert cursor.fetchone()[0] == whole
        cursor.execute("SELECT count(*) FROM history.event WHERE op = 'X' AND tbl = 'public.staff_branch' AND xid = pg_current_xact_id()")
        assert cursor.fetchone() == (0,)
