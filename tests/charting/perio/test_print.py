"""The exam on paper: in the patient's language, or in the one that was asked for."""

import pytest
from django.urls import reverse

from clinic.history.models import Event
from clinic.patients.models import Patient
from tests.charting.factories import patient_petrov
from tests.charting.perio.factories import make_exam, measure
from tests.staff.factories import dr_orlova, log_in

pytestmark = pytest.mark.django_db


def test_the_paper_speaks_the_patients_language_or_the_one_asked_for() -> None:
    exam = make_exam()
    measure(exam, (16, "depth", "MV", 7))
    Patient.objects.filter(pk=patient_petrov().pk).update(language="fr")
    browser, address = log_in(dr_orlova()), reverse("perio-print", args=[exam.pk])
    for asked, language, words in (("", "fr", "Saignement"), ("ru", "ru", "Кровоточивость"), ("en", "en", "Bleeding"), ("de", "fr", "Saignement")):
        page = browser.get(address, {"language": asked}).content.decode()
        assert f'<html lang="{language}"' in page
        assert words in page
    told = [event.body["language"] for event in Event.objects.filter(op="P", tbl="perio").order_by("id") if event.body]
    assert told == ["fr", "ru", "en", "fr"]
