"""What the database itself holds true about patients."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from clinic.patients.models import Alert, AlertKind, Contact, ContactKind, Patient
from tests.patients.factories import make_patient, petrov
from tests.staff.factories import dr_orlova

pytestmark = pytest.mark.django_db


def words_of(patient: Patient) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM patients_search WHERE patient_id = %s", [patient.pk])
        return str(cursor.fetchone()[0])


def test_it_numbers_cards_by_itself_and_never_twice() -> None:
    first, second = make_patient(), make_patient()
    assert second.card_number > first.card_number > 10000


def test_it_keeps_search_words_after_bulk_and_raw_writes() -> None:
    patient = petrov()
    assert words_of(patient).startswith(" petrov ivan sergeevich ")
    assert "petrov" in words_of(patient)
    assert "79161234567" in words_of(patient)
    Patient.objects.filter(pk=patient.pk).update(last_name="Щербаков")
    assert "щербаков" not in words_of(patient)
    assert " shcherbakov " in words_of(patient)
    Contact.objects.bulk_create([Contact(patient=patient, kind=ContactKind.PHONE, value="+33612345678")])
    assert "33612345678" in words_of(patient)
    Contact.objects.filter(patient=patient).update(ended_at=timezone.now())
    assert "79161234567" not in words_of(patient)


def test_it_freezes_an_ended_alert() -> None:
    now = timezone.now()
    alert = Alert.objects.create(patient=petrov(), kind=AlertKind.ALLERGY, text="Лидокаин", recorded_at=now, recorded_by=dr_orlova())
    Alert.objects.filter(pk=alert.pk).update(ended_at=now, ended_by=dr_orlova(), end_reason="Проба отрицательная")
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Alert.objects.filter(pk=alert.pk).update(text="")
