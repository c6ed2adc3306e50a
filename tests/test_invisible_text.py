"""Text that shows nothing is no text: a program is told so, a page reads an empty field."""

import pytest
from django.http import QueryDict

from clinic.lib.incoming import is_invisible, without_invisible
from clinic.patients.models import Patient
from tests.patients.factories import petrov
from tests.staff.factories import log_in, make_branch, registrar_belova

UNSEEN = ["\u200b", " \u200b ", "\u2060\ufeff", "\u3164", "\u2800\u200d", "\u0301", "\u00ad", "\u202e"]


@pytest.mark.parametrize("text", UNSEEN)
def test_what_leaves_no_mark_is_invisible(text: str) -> None:
    assert is_invisible(text)


@pytest.mark.parametrize("text", ["", "  ", "\n", "Ив\u200bан", "é", "e\u0301", "👩\u200d⚕️", "—", "0", "می\u200cخواهم"])
def test_what_a_person_sees_or_leaves_empty_is_not(text: str) -> None:
    assert not is_invisible(text)


def test_a_form_keeps_all_that_is_seen() -> None:
    form = QueryDict("a=1&a=%E2%80%8B&b=%E2%80%8B&c=+x+")
    assert without_invisible(form).urlencode() == "a=1&a=&b=&c=+x+"
    seen = QueryDict("a=1&b=")
    assert without_invisible(seen) is seen


@pytest.mark.django_db
@pytest.mark.parametrize("text", UNSEEN)
def test_no_name_and_no_reason_is_made_of_it(text: str) -> None:
    desk, patient = log_in(registrar_belova(make_branch())), petrov()
    answer = desk.post("/patients/new/", {"last_name": text, "first_name": text, "birth_date": "1980-02-03", "sex": "female"})
    assert answer.status_code == 422
    sent = desk.patch(f"/api/v1/patients/{patient.pk}", {"version": patient.version, "last_name": text}, content_type="application/json")
    assert sent.status_code == 422
    assert sent.json()["fields"]["last_name"].startswith("This text consists of characters that cannot be seen")
    assert list(Patient.objects.values_list("last_name", flat=True)) == [patient.last_name]
