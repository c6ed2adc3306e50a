"""The patient's header: what is dangerous stands there in words, for those who may read it."""

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import reverse

from clinic.desk.templatetags.desk import age, initials
from clinic.patients.models import Alert, AlertKind, AlertSeverity, Patient
from clinic.staff.models import User
from clinic.staff.roles import Role
from tests.patients.factories import make_patient
from tests.staff.factories import log_in, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def header_of(patient: Patient, user: User) -> str:
    request = RequestFactory().get("/")
    request.user = user
    context = Context({"request": request, "patient": patient, "page_actions": ""})
    return Template("{% load desk %}{% patient_header patient 'chart' %}").render(context)


def with_alert(patient: Patient, text: str = "lidocaine") -> None:
    Alert.objects.create(
        patient=patient,
        kind=AlertKind.ALLERGY,
        severity=AlertSeverity.CRITICAL,
        text=text,
        recorded_at=NOW,
        recorded_by=make_user(Role.DENTIST, username="recorder"),
    )


def test_it_shows_alerts_in_words_to_the_dentist() -> None:
    patient = make_patient()
    with_alert(patient)
    text = header_of(patient, make_user(Role.DENTIST))
    assert "Allergy: lidocaine" in text
    assert "chip-alert" in text


def test_it_tells_the_desk_that_there_is_an_alert_but_not_which() -> None:
    patient = make_patient()
    with_alert(patient)
    text = header_of(patient, make_user(Role.ADMINISTRATOR))
    assert "lidocaine" not in text
    assert "chip-alert" in text


def test_it_escapes_what_people_typed() -> None:
    patient = make_patient(last_name="<script>alert(1)</script>")
    with_alert(patient, text="<img src=x>")
    text = header_of(patient, make_user(Role.DENTIST))
    assert "<script>" not in text
    assert "<img" not in text


FORMS = "patient-edit patient-contact-new patient-consent-new plan-new unplanned document-new lab-order-new invoice-new policy-new"


@pytest.mark.parametrize("form", FORMS.split())
def test_a_form_of_the_patient_opened_by_itself_warns_too(form: str) -> None:
    patient, person = make_patient(), make_user(*Role)
    with_alert(patient)
    address = reverse(form, args=[patient.pk])
    assert "Allergy: lidocaine" in log_in(person).get(address).content.decode()
    beside = log_in(person).get(address, headers={"HX-Request": "true"}).content.decode()
    assert "Allergy: lidocaine" not in beside


def test_it_says_the_age_in_months_for_a_baby() -> None:
    today = date.today()  # noqa: DTZ011 - the tag itself asks the branch's calendar
    assert age(date(today.year - 30, 1, 1)) == "30 years"
    assert age(today) == "0 months"
    assert age(None) == ""


def test_it_takes_initials_of_two_words() -> None:
    assert initials("иванова Анна Петровна") == "ИА"
    assert initials("") == ""
