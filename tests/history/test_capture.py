"""Every way to write a record leaves its rows in the ledger and in typed history."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from clinic.history.context import acting
from clinic.history.models import Event
from clinic.staff.models import LegalEntity

pytestmark = pytest.mark.django_db


def rows() -> tuple[int, int]:
    return Event.objects.filter(tbl="staff_legalentity").count(), LegalEntity.history.count()


def test_it_captures_create_update_bulk_and_raw() -> None:
    entity = LegalEntity.objects.create(name="Клиника")
    assert rows() == (1, 1)
    LegalEntity.objects.bulk_create([LegalEntity(name=f"Entity {letter}") for letter in "ABCDE"])
    assert rows() == (6, 6)
    LegalEntity.objects.filter(name__startswith="Entity").update(phone="+79990000000")
    assert rows() == (11, 11)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE staff_legalentity SET country = 'FR' WHERE id = %s", [entity.pk])
    assert rows() == (12, 12)
    entity.refresh_from_db()
    entity.name = F("name")
    entity.save()
    assert rows() == (12, 12)


def test_it_refuses_a_nameless_write() -> None:
    with acting(None), pytest.raises(DatabaseError, match="without a named actor"), transaction.atomic():
        LegalEntity.objects.create(name="Nobody's")


def test_it_keeps_rows_and_counts_versions() -> None:
    entity = LegalEntity.objects.create(name="Kept")
    entity.name = "Kept still"
    entity.save()
    entity.refresh_from_db()
    assert entity.version == 2
    with pytest.raises(DatabaseError, match="are kept"), transaction.atomic():
        entity.delete()
