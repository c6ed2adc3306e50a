"""Every way to write a record leaves exactly its rows in the ledger and in typed history, and they agree."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.db.models.functions import Concat
from django.test import override_settings
from django.utils import timezone
from psycopg import IsolationLevel

from clinic.history.context import acting
from clinic.history.models import Event
from clinic.history.verification.copies import disagreements
from clinic.lib.ids import uuid7
from clinic.staff.models import LegalEntity
from tests.history.doors import APPLICATION, connect

pytestmark = pytest.mark.django_db
TABLE = "staff_legalentity"
COLUMNS = (
    "(id, version, created_at, name, country, tax_number, registration_number, licence, address, phone, director, bank_details)"
    " VALUES (%s, 1, now(), %s, 'RU', '', '', '', '', '', '', '')"
)


@pytest.fixture(autouse=True)
def _copies_agree() -> Any:
    yield
    assert disagreements(LegalEntity) == set()


@pytest.fixture
def entity() -> LegalEntity:
    return LegalEntity.objects.create(name="Клиника")


@pytest.fixture
def entities() -> list[LegalEntity]:
    return LegalEntity.objects.bulk_create([LegalEntity(name=f"Entity {number:03}") for number in range(100)])


class Added:
    """Counts the rows that the block added to the ledger and to typed history."""

    def __enter__(self) -> "Added":
        self.before = self._count()
        return self

    def __exit__(self, *args: object) -> None:
        after = self._count()
        self.rows = (after[0] - self.before[0], after[1] - self.before[1])

    @staticmethod
    def _count() -> tuple[int, int]:
        return Event.objects.filter(tbl=TABLE).count(), LegalEntity.history.count()


def sql(statement: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def test_create() -> None:
    with Added() as added:
        LegalEntity.objects.create(name="Клиника")
    assert added.rows == (1, 1)


def test_bulk_create() -> None:
    with Added() as added:
        LegalEntity.objects.bulk_create([LegalEntity(name=str(number)) for number in range(100)])
    assert added.rows == (100, 100)


def test_queryset_update(entities: list[LegalEntity]) -> None:
    with Added() as added:
        LegalEntity.objects.filter(name__startswith="Entity").update(phone="+79990000000")
    assert added.rows == (100, 100)


def test_bulk_update(entities: list[LegalEntity]) -> None:
    for row in entities[:50]:
        row.phone = "+33100000000"
    with Added() as added:
        LegalEntity.objects.bulk_update(entities[:50], ["phone"])
    assert added.rows == (50, 50)


def test_save_with_an_expression(entity: LegalEntity) -> None:
    entity.name = Concat(F("name"), F("country"))
    with Added() as added:
        entity.save()
    assert added.rows == (1, 1)
    assert LegalEntity.history.latest("history_id").name == "КлиникаRU"


def test_upsert(entity: LegalEntity) -> None:
    rows = [LegalEntity(id=entity.pk, name="Upserted"), LegalEntity(name="New")]
    with Added() as added:
        LegalEntity.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=["name"])
    assert added.rows == (2, 2)


def test_raw_insert() -> None:
    with Added() as added:
        sql(f"INSERT INTO {TABLE} {COLUMNS}", uuid7(), "Raw")
    assert added.rows == (1, 1)


def test_merge(entity: LegalEntity) -> None:
    with Added() as added:
        sql(
            f"MERGE INTO {TABLE} t USING (VALUES (%s::uuid, 'Merged'), (%s::uuid, 'Inserted')) s(id, name) ON t.id = s.id"
            f" WHEN MATCHED THEN UPDATE SET name = s.name WHEN NOT MATCHED THEN INSERT {COLUMNS.replace('%s', 's.id', 1).replace('%s', 's.name', 1)}",
            entity.pk,
            uuid7(),
        )
    assert added.rows == (2, 2)


def test_copy() -> None:
    with Added() as added, connection.cursor() as cursor:
        columns = COLUMNS.partition(" VALUES")[0]
        with cursor.copy(f"COPY {TABLE} {columns} FROM STDIN") as copy:
            for number in range(10):
                copy.write_row((uuid7(), 1, timezone.now(), f"Copied {number}", "RU", "", "", "", "", "", "", ""))
    assert added.rows == (10, 10)


def test_a_change_that_changes_nothing(entity: LegalEntity) -> None:
    with Added() as added:
        entity.save()
        LegalEntity.objects.update(name=F("name"))
    assert added.rows == (0, 0)
    assert LegalEntity.objects.get(pk=entity.pk).version == 1


def test_it_records_only_what_the_database_holds(entity: LegalEntity) -> None:
    entity.name, entity.phone = "New name", "never saved"
    entity.save(update_fields=["name"])
    event = Event.objects.filter(tbl=TABLE).latest("id")
    assert (event.changed, (event.body or {})["phone"]) == (["name"], "")
    assert LegalEntity.history.latest("history_id").phone == ""


def test_the_off_switches_of_simple_history_do_nothing(entity: LegalEntity) -> None:
    entity.skip_history_when_saving = True  # type: ignore[attr-defined]
    entity.name = "Skipped?"
    with Added() as added:
        entity.save()
        with override_settings(SIMPLE_HISTORY_ENABLED=False):
            LegalEntity.objects.create(name="Disabled?")
    assert added.rows == (2, 2)


def test_a_date_of_the_past_does_not_backdate(entity: LegalEntity) -> None:
    entity._history_date = timezone.now() - timedelta(days=365)  # type: ignore[attr-defined]
    entity.name = "Backdated?"
    entity.save()
    assert LegalEntity.history.latest("history_id").history_date > timezone.now() - timedelta(minutes=5)


def test_nobody_writes_nothing() -> None:
    with acting(None), pytest.raises(DatabaseError, match="without a named actor"), transaction.atomic():
        LegalEntity.objects.create(name="Nobody's")


def test_rows_are_kept_and_versions_counted_by_the_database(entity: LegalEntity) -> None:
    entity.name, entity.version = "Kept still", 77
    entity.save()
    entity.refresh_from_db()
    assert entity.version == 2
    with pytest.raises(DatabaseError, match="are kept"), transaction.atomic():
        entity.delete()
    with pytest.raises(DatabaseError, match="are kept"), transaction.atomic():
        LegalEntity.objects.all()._raw_delete("default")


def test_a_person_with_the_longest_name_can_write() -> None:
    from clinic.staff.actions import context_of
    from tests.staff.factories import make_user

    user = make_user(last_name="Ы" * 100, first_name="Щ" * 100, patronymic="Ж" * 100)
    with acting(context_of(user)):
        LegalEntity.objects.create(name=f"By a long name {uuid4()}")
    assert LegalEntity.history.latest("history_id").history_user_id == user.pk


def test_changed_names_what_differs_and_nothing_else(entity: LegalEntity) -> None:
    LegalEntity.objects.filter(pk=entity.pk).update(phone="+79990000000", director="Орлова", country=entity.country)
    assert Event.objects.filter(tbl=TABLE, op="U").latest("id").changed == ["director", "phone"]
    sql(f"UPDATE {TABLE} SET version = 900 WHERE id = %s", entity.pk)
    assert Event.objects.filter(tbl=TABLE, op="U").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_transaction_begins_as_its_connection_says() -> None:
    """A check of history reads one snapshot."""
    connection.ensure_connection()
    connection.connection.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('transaction_isolation'), current_setting('app.actor') <> ''")
            assert cursor.fetchone() == ("repeatable read", True)
    finally:
        connection.connection.isolation_level = None


@pytest.mark.django_db(transaction=True)
def test_a_transaction_begins_and_and_names_its_actor_in_one_message(tmp_path: Any) -> None:
    connection.ensure_connection()
    with (tmp_path / "trace").open("w+") as trace:
        connection.connection.pgconn.trace(trace.fileno())
        with transaction.atomic():
            LegalEntity.objects.create(name="Клиника О'Нил")
        connection.connection.pgconn.untrace()
        said = [line.split("\t")[3:] for line in (tmp_path / "trace").read_text().splitlines() if "\tF\t" in line and "Query" in line]
    assert len(said) == 3, said
    assert said[0][1].strip().startswith('"BEGIN; SELECT set_config')


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_handed_on_forgets_who_wrote() -> None:
    """As behind a pooler of transactions: the next one on the same connection has its own actor, or none."""
    with connect(APPLICATION) as handed_on:
        with handed_on.transaction():
            handed_on.execute("SELECT set_config('app.actor', 'system:first', true), set_config('app.actor_name', 'First', true)")
            handed_on.execute(f"INSERT INTO {TABLE} {COLUMNS}".encode(), [uuid7(), "By the first"])
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="without a named actor"), handed_on.transaction():
            handed_on.execute(f"INSERT INTO {TABLE} {COLUMNS}".encode(), [uuid7(), "By nobody"])
        with handed_on.transaction():
            handed_on.execute("SELECT set_config('app.actor', 'system:second', true)")
            handed_on.execute(f"INSERT INTO {TABLE} {COLUMNS}".encode(), [uuid7(), "By the second"])
    newest = Event.objects.filter(tbl=TABLE).order_by("-id")[:2]
    assert [(event.actor, event.actor_name) for event in newest] == [("system:second", "system:second"), ("system:first", "First")]
