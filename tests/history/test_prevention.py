"""What nobody can do to history: neither the application, nor the owner of the tables, nor a superuser."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.utils import timezone
from simple_history.utils import update_change_reason

from clinic.staff.models import LegalEntity
from tests.history.doors import APPLICATION, OWNER, SUPERUSER, entering

pytestmark = pytest.mark.django_db
INSERT = (
    "INSERT INTO staff_legalentity (id, version, created_at, name, country, tax_number, registration_number, licence, address, phone, director,"
    " bank_details) VALUES (gen_random_uuid(), 1, now(), 'Attacked', 'RU', '', '', '', '', '', '', '')"
)
LEDGER, TYPED, LIVE = "history.event", "staff_historicallegalentity", "staff_legalentity"
REWRITES = [
    f"UPDATE {LEDGER} SET actor = 'somebody else'",
    f"UPDATE {LEDGER} SET body = NULL",
    f"DELETE FROM {LEDGER}",
    f"TRUNCATE {LEDGER}",
    "TRUNCATE history.event_2026",
    f"UPDATE {TYPED} SET name = 'Other'",
    f"DELETE FROM {TYPED}",
    f"TRUNCATE {TYPED}",
    f"DELETE FROM {LIVE}",
    f"TRUNCATE {LIVE} CASCADE",
]
RESTRUCTURES = [
    "DROP TABLE history.event_2026",
    "ALTER TABLE history.event DETACH PARTITION history.event_2026",
    f"DROP TABLE {TYPED}",
    f"DROP TABLE {LIVE} CASCADE",
    f"DROP TRIGGER history_capture ON {LIVE}",
    "DROP TRIGGER history_append_only ON history.event",
    f"ALTER TABLE {LIVE} DISABLE TRIGGER history_capture",
    f"ALTER TABLE {LIVE} DISABLE TRIGGER USER",
    f"ALTER TABLE {LIVE} ENABLE REPLICA TRIGGER history_capture",
    f"ALTER TABLE {TYPED} DISABLE TRIGGER ALL",
    "ALTER TABLE history.event DISABLE TRIGGER ALL",
    f"ALTER TRIGGER history_capture ON {LIVE} RENAME TO harmless",
    f"ALTER FUNCTION history.capture_{LIVE}() RENAME TO harmless",
    f"CREATE OR REPLACE FUNCTION history.capture_{LIVE}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
    f"ALTER FUNCTION history.capture_{LIVE}() SECURITY INVOKER",
    "DROP FUNCTION history.append CASCADE",
    "DROP SCHEMA history CASCADE",
    f"CREATE RULE swallow AS ON UPDATE TO {LIVE} DO INSTEAD NOTHING",
    "CREATE RULE swallow AS ON INSERT TO history.event DO INSTEAD NOTHING",
    "GRANT INSERT ON history.event TO clinic_app",
    "GRANT UPDATE ON ALL TABLES IN SCHEMA history TO clinic_app",
    f"GRANT DELETE ON {TYPED} TO clinic_app",
    "GRANT EXECUTE ON FUNCTION history.append TO clinic_app",
    "ALTER TABLE history.event ADD COLUMN extra text",
]


def refused(connection: psycopg.Connection[Any], statement: str) -> str:
    """The refusal of `statement`; the test fails when it goes through."""
    with pytest.raises(psycopg.Error) as error:
        connection.execute(statement)
    return str(error.value)


@pytest.mark.parametrize("role", [APPLICATION, OWNER, SUPERUSER])
@pytest.mark.parametrize("statement", REWRITES)
def test_rewriting_is_refused(role: str, statement: str) -> None:
    with entering(role) as connection:
        connection.execute(INSERT)
        assert "refused" in (text := refused(connection, statement)) or "permission denied" in text or "are kept" in text


@pytest.mark.parametrize("role", [APPLICATION, OWNER, SUPERUSER])
@pytest.mark.parametrize("statement", RESTRUCTURES)
def test_restructuring_is_refused(role: str, statement: str) -> None:
    if role == APPLICATION and statement.startswith("GRANT"):
        pytest.skip("PostgreSQL only warns that the application has nothing to grant")
    with entering(role) as connection:
        text = refused(connection, statement)
    assert any(words in text for words in ("refused", "permission denied", "must be owner", "must stay enabled", "would let"))


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO history.event (op, tbl, actor, actor_name, actor_role, purpose) VALUES ('U', 'x', 'y', 'y', '', '')",
        "SELECT history.append('U', 'staff_user', 'x', NULL, NULL, NULL)",
        "SELECT history.note('U', 'staff_user', 'x', NULL, NULL)",
        "SELECT history.note_as('D', 'staff_user', 'x', NULL, NULL, 'y', 'y', '', '', '', '', '', '')",
        f"INSERT INTO {TYPED} SELECT * FROM {TYPED}",
        "SET session_replication_role = replica",
        f"ALTER TABLE {LIVE} DISABLE TRIGGER ALL",
        f"TRUNCATE {LIVE}",
        "SET ROLE history_owner",
        "SET ROLE clinic_owner",
        "SET history.maintenance = 'x'; DROP TABLE history.event_2026",
        "SET app.actor = ''; " + INSERT,
    ],
)
def test_the_application_forges_nothing(statement: str) -> None:
    with entering(APPLICATION) as connection:
        refused(connection, statement)


def test_a_superuser_in_replica_role_is_still_recorded() -> None:
    with entering(SUPERUSER) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(INSERT)
        count = connection.execute(f"SELECT count(*) FROM history.event WHERE actor = 'system:attack' AND tbl = '{LIVE}'").fetchone()
        assert count == (1,)
        assert "refused" in refused(connection, "DELETE FROM history.event")


def test_maintenance_of_the_owner_leaves_a_trace() -> None:
    with entering(OWNER) as connection:
        connection.execute("SET LOCAL history.maintenance = 'secretly'")
        connection.execute(f"ALTER TABLE {LIVE} DISABLE TRIGGER history_capture")
        connection.execute(f"DROP TRIGGER history_keep ON {LIVE}")
        events = connection.execute("SELECT body->>'sql' FROM history.event WHERE op = 'X' AND actor = 'system:attack' ORDER BY id").fetchall()
    assert ["DISABLE TRIGGER" in events[0][0], "DROP TRIGGER history_keep" in events[1][0]] == [True, True]


def test_an_evil_search_path_gains_nothing() -> None:
    with entering(OWNER) as connection:
        connection.execute("CREATE SCHEMA evil")
        connection.execute("CREATE FUNCTION evil.current_query() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'evil runs'; END $$")
        connection.execute("SET search_path = evil, pg_catalog, public")
        connection.execute(f"ALTER TABLE public.{LIVE} ADD COLUMN harmless text")


@pytest.mark.parametrize("rewrite", ["save", "delete", "reason", "clean"])
def test_the_rewriting_methods_of_simple_history_are_denied(rewrite: str) -> None:
    entity = LegalEntity.objects.create(name="Original")
    version: Any = entity.history.get()
    version.name = "Rewritten"
    deeds = {
        "save": version.save,
        "delete": version.delete,
        "reason": lambda: update_change_reason(entity, "nicer"),
        "clean": lambda: LegalEntity.history.filter(history_date__lt=timezone.now() + timedelta(days=1)).delete(),
    }
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        deeds[rewrite]()


def test_clean_old_history_is_denied() -> None:
    LegalEntity.objects.create(name="Original")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        call_command("clean_old_history", "staff.LegalEntity", days=-1)
