"""A birth date is not moved behind what was seen of the patient, whoever writes it."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from charting.models import Finding, Visit
from clinic.patients.actions import change_patient
from clinic.patients.models import Patient
from clinic.staff.roles import Role
from tests.charting.factories import NOW, patient_petrov
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user

pytestmark = pytest.mark.django_db
SEEN = NOW - timedelta(days=400)
AFTER, ON = (SEEN + timedelta(days=30)).date(), SEEN.date()


def visit(at: datetime = SEEN) -> Visit:
    return Visit.objects.create(patient=patient_petrov(), dentist=dr_orlova(), branch=make_branch(), opened_at=at)


def finding() -> Finding:
    return Finding.objects.create(patient=patient_petrov(), tooth=16, kind="caries", noted_at=SEEN, noted_by=dr_orlova())


@pytest.mark.parametrize("make", [visit, finding])
def test_it_is_refused_at_its_field(make: object) -> None:
    make()  # type: ignore[operator]
    browser, patient = log_in(make_user(Role.ADMINISTRATOR)), patient_petrov()
    address = f"/api/v1/patients/{patient.pk}"
    refused = browser.patch(address, {"version": patient.version, "birth_date": str(AFTER)}, content_type="application/json")
    assert (refused.status_code, list(refused.json()["fields"])) == (422, ["birth_date"])
    assert "from before this day" in refused.json()["fields"]["birth_date"]
    taken = browser.patch(address, {"version": patient.version, "birth_date": str(ON)}, content_type="application/json")
    assert (taken.status_code, taken.json()["birth_date"]) == (200, str(ON))


def test_what_was_entered_in_error_or_cancelled_binds_nobody() -> None:
    seen, opened = finding(), visit()
    Finding.objects.filter(pk=seen.pk).update(in_error_at=timezone.now(), in_error_by=dr_orlova(), error_reason="Another patient")
    Visit.objects.filter(pk=opened.pk).update(cancelled_at=timezone.now(), cancelled_by=dr_orlova())
    actor, patient = make_user(Role.ADMINISTRATOR), patient_petrov()
    changed = change_patient(patient_id=patient.pk, version=patient.version, changes={"birth_date": AFTER}, actor=actor, at=timezone.now())
    assert changed.birth_date == AFTER


def test_the_database_refuses_it_to_everybody() -> None:
    visit()
    with pytest.raises(IntegrityError, match="was seen before"), transaction.atomic():
        Patient.objects.filter(pk=patient_petrov().pk).update(birth_date=AFTER)
    Patient.objects.filter(pk=patient_petrov().pk).update(birth_date=date(1990, 1, 1))
