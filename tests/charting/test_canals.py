"""Root canals: by name, with working length, file and obturation; corrected by the next record, never rewritten."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from charting import actions, canals, queries, teeth
from charting.actions.said import NotOpen
from charting.actions.visits import VisitLocked, VisitSigned
from charting.models import CanalRecord, Procedure, Visit
from clinic.lib.errors import InvalidInput, KeyTaken, NotAllowed
from clinic.lib.ids import uuid7
from clinic.staff.roles import Role
from tests.charting.factories import NOW, make_finding, make_procedure, make_visit, patient_petrov, perform, petrova, place
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user

pytestmark = pytest.mark.django_db
JSON = "application/json"
FILLED: dict[str, Any] = {
    "reference": "MB cusp",
    "file_size": 25,
    "taper": 6,
    "method": "lateral",
    "material": "AH Plus",
    "quality": "adequate",
}


def treatment(tooth: int = 16) -> Procedure:
    return make_procedure("root_canal", place(tooth))


def measure(canal: str = "MB1", length: str = "21.5", tooth: int = 16, **values: Any) -> CanalRecord:
    given = {"patient": patient_petrov(), "actor": dr_orlova(), "at": NOW}
    if not {"procedure", "visit"} & set(values):
        given["procedure"] = Procedure.objects.first() or treatment(tooth)
    return actions.record_canal(tooth=tooth, canal=canal, length_mm=Decimal(length), **{**given, **values})


def refused(**values: Any) -> set[str]:
    with pytest.raises(InvalidInput) as refusal:
        measure(**values)
    return set(refusal.value.fields)


def test_a_canal_is_measured_and_filled_and_told_in_words() -> None:
    record = measure(**FILLED)
    said = canals.line(record)
    assert (said.tooth, said.name) == (16, "first mesiobuccal canal")
    assert said.text == "21.5 mm from MB cusp, file 25/.06; cold lateral condensation, AH Plus, adequate"
    assert [row.pk for row in queries.chart_at(patient_petrov(), NOW).canals] == [record.pk]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"canal": "DC"}, "canal"),
        ({"canal": "B", "tooth": 11}, "canal"),
        ({"tooth": 19}, "tooth"),
        ({"length": "4.5"}, "length_mm"),
        ({"length": "40.5"}, "length_mm"),
        ({"length": "21.3"}, "length_mm"),
        ({"length": "NaN"}, "length_mm"),
        ({"length": "-21"}, "length_mm"),
        ({"file_size": 5}, "file_size"),
        ({"file_size": 141}, "file_size"),
        ({"taper": 6}, "taper"),
        ({"file_size": 25, "taper": 13}, "taper"),
        ({"quality": "short"}, "method"),
        ({"material": "AH Plus"}, "method"),
        ({"method": "magic"}, "method"),
        ({"method": "lateral", "quality": "superb"}, "quality"),
        ({"reference": "x" * 81}, "reference"),
    ],
)
def test_what_cannot_be_is_refused_under_its_field(values: dict[str, Any], field: str) -> None:
    treatment()
    assert field in refused(**values)
    assert not CanalRecord.objects.exists()


def bare(**values: Any) -> CanalRecord:
    given = {"patient": patient_petrov(), "procedure": Procedure.objects.first() or treatment(), "tooth": 16, "canal": "P1"}
    return CanalRecord(**{**given, "length_mm": Decimal(20), "recorded_at": NOW, "recorded_by": dr_orlova(), **values})


@pytest.mark.parametrize(
    "values",
    [
        {"canal": "DC"},
        {"tooth": 26, "canal": "C"},
        {"length_mm": Decimal("20.3")},
        {"length_mm": Decimal("4.5")},
        {"length_mm": Decimal("40.5")},
        {"file_size": 200},
        {"taper": 4},
        {"quality": "short"},
        {"method": "magic"},
        {"procedure": None},
        {"error_reason": "x"},
    ],
)
def test_the_database_refuses_the_same(values: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        CanalRecord.objects.bulk_create([bare(**values)])


def test_the_database_keeps_a_canal_with_the_tooth_and_patient_of_its_treatment() -> None:
    treatment(36)
    for values in ({"tooth": 16}, {"tooth": 36, "canal": "DC", "patient": petrova()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CanalRecord.objects.bulk_create([bare(**values)])


@given(length=st.decimals(min_value=0, max_value=60, places=1))
def test_every_length_is_judged_alike_by_rule_and_words(length: Decimal) -> None:
    fits = Decimal(5) <= length <= Decimal(40) and length % Decimal("0.5") == 0
    assert actions.canals._is_length(length) is fits


@pytest.mark.parametrize("tooth", teeth.ALL)
def test_every_canal_of_every_tooth_can_be_recorded(tooth: int) -> None:
    act = treatment(tooth)
    for canal in teeth.TEETH[tooth].canals:
        assert measure(canal, "18", tooth, procedure=act).pk
    assert [row.canal for row in canals.of_patient(patient_petrov(), tooth)] == list(teeth.TEETH[tooth].canals)


def test_it_belongs_to_a_treatment_of_the_tooth_or_to_a_visit() -> None:
    assert refused(procedure=None) == {"procedure"}
    other = make_procedure("filling", place(16, "O"))
    assert refused(procedure=other) == {"procedure"}
    assert refused(tooth=17, procedure=treatment(16)) == {"procedure"}
    visit = make_visit()
    assert measure(visit=visit).visit == visit
    assert measure("P1", procedure=treatment(16)).visit == visit  # the dentist's own open visit


def test_a_missing_tooth_has_no_canals() -> None:
    act = treatment()
    make_finding("missing", 16)
    assert refused(procedure=act) == {"tooth"}


def test_a_correction_is_the_next_record_and_the_first_one_stays() -> None:
    first = measure(**FILLED)
    with pytest.raises(actions.CanalCorrectedMeanwhile):
        measure("MB1", "22")
    second = measure("MB1", "22", replaces=first, at=NOW + timedelta(minutes=1))
    with pytest.raises(actions.CanalCorrectedMeanwhile):
        measure("MB1", "23", replaces=first)
    assert canals.of_patient(patient_petrov()) == [second]
    assert queries.chart_at(patient_petrov(), NOW).canals == [first]
    with pytest.raises(InvalidInput):
        measure("P1", "23", replaces=second)
    with pytest.raises(IntegrityError), transaction.atomic():
        CanalRecord.objects.filter(pk=first.pk).update(length_mm=23)
    with pytest.raises(IntegrityError), transaction.atomic():
        CanalRecord.objects.bulk_create([bare(canal="MB1", replaces=first)])


def test_what_was_entered_in_error_leaves_and_the_one_before_stands_again() -> None:
    first = measure()
    second = measure("MB1", "22", replaces=first, at=NOW + timedelta(minutes=1))
    for record, actor in ((first, dr_orlova()), (second, make_user(Role.MANAGER))):
        with pytest.raises((NotOpen, NotAllowed)):
            actions.mark_canal_in_error(record=record, actor=actor, at=NOW, reason="описка")
    with pytest.raises(InvalidInput):
        actions.mark_canal_in_error(record=second, actor=dr_orlova(), at=NOW, reason=" ")
    assert actions.mark_canal_in_error(record=second, actor=dr_orlova(), at=NOW, reason="описка").error_reason == "описка"
    assert canals.of_patient(patient_petrov()) == [first]
    assert measure("MB1", "22.5", replaces=first).replaces == first


def test_it_is_one_record_however_often_it_is_sent() -> None:
    key = uuid7()
    assert measure(id=key) == measure(id=key)
    with pytest.raises(KeyTaken):
        measure(id=key, length="22")
    assert CanalRecord.objects.count() == 1


def test_the_note_tells_and_signs_the_canals_of_its_visit() -> None:
    visit = make_visit()
    record = measure(**FILLED)
    dentist = log_in(dr_orlova())
    assert "AH Plus" in dentist.get(reverse("visit", args=[visit.pk])).text
    printed = dentist.get(reverse("visit-print", args=[visit.pk])).text
    assert '<th scope="row">16</th><td>MB1, first mesiobuccal canal</td><td>21.5 mm</td><td>MB cusp</td>' in printed
    written = actions.write_visit(visit=visit, version=visit.version, sections={"complaint": "Боль"}, actor=dr_orlova())
    signed = actions.sign_visit(visit=visit, version=written.version, actor=dr_orlova(), at=NOW)
    assert signed.signed_content["canals"][0]["id"] == str(record.pk)  # type: ignore[index]  # signed just now
    with pytest.raises((VisitSigned, VisitLocked)):
        measure("P1", visit=Visit.objects.get())
    with pytest.raises(IntegrityError), transaction.atomic():
        CanalRecord.objects.bulk_create([bare(canal="P1", visit=visit)])
    for address in (f"/patients/{patient_petrov().pk}/card/card.pdf?language=fr", f"/visits/{visit.pk}/card/"):
        made = dentist.get(address) if "pdf" in address else dentist.get(dentist.post(address, {"language": "fr"})["Location"])
        told = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(made.content)).pages).split())
        for words in ("Longueur de travail", "Repère", "MB1", "21,5 mm", "MB cusp", "AH Plus"):
            assert words in told, words


def test_a_visit_with_canals_is_not_cancelled_as_empty() -> None:
    visit = make_visit()
    measure(visit=visit)
    with pytest.raises(IntegrityError), transaction.atomic():
        Visit.objects.filter(pk=visit.pk).update(cancelled_at=NOW, cancelled_by=dr_orlova())


def test_a_second_treatment_years_later_has_records_of_its_own() -> None:
    first = treatment()
    old = measure(procedure=first)
    perform(first)
    again = treatment()
    new = measure(procedure=again, length="20")
    assert set(canals.of_patient(patient_petrov())) == {old, new}


def test_the_api_records_lists_and_marks() -> None:
    dentist, act, patient = log_in(dr_orlova(make_branch())), treatment(), patient_petrov()
    path = f"/api/v1/patients/{patient.pk}/canals"
    body = {"id": str(uuid7()), "procedure": str(act.pk), "tooth": 16, "canal": "MB1", "length_mm": "21.5", **FILLED}
    made = [dentist.post(path, body, content_type=JSON) for _ in "ab"]
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].json()["told"].startswith("16 first mesiobuccal canal: 21.5 mm")
    assert [row["id"] for row in dentist.get(path, {"tooth": 16}).json()] == [body["id"]]
    assert dentist.get(path, {"tooth": 17}).json() == []
    again = dentist.post(path, {**body, "id": str(uuid7())}, content_type=JSON)
    assert (again.status_code, again.json()["code"]) == (409, "canal_corrected_meanwhile")
    for wrong in ({"length_mm": "NaN"}, {"length_mm": 1e9}, {"length_mm": "21.55"}, {"file_size": -1}, {"taper": 2**31}, {"canal": "x" * 500}):
        answer = dentist.post(path, {**body, "id": str(uuid7()), **wrong}, content_type=JSON)
        assert answer.status_code == 422, (wrong, answer.content)
    chart = dentist.get(f"/api/v1/patients/{patient.pk}/chart").json()
    assert [(row["canal"], row["length_mm"]) for row in chart["canals"]] == [("MB1", "21.5")]
    gone = dentist.post(f"/api/v1/canals/{body['id']}/error", {"reason": "описка"}, content_type=JSON)
    assert gone.json()["error_reason"] == "описка"
    assert dentist.get(path).json() == []


def test_a_canal_measured_while_the_clinic_was_out_of_reach_keeps_its_time() -> None:
    dentist, act, patient = log_in(dr_orlova(make_branch())), treatment(), patient_petrov()
    path, then = f"/api/v1/patients/{patient.pk}/canals", patient.created_at
    body = {"id": str(uuid7()), "procedure": str(act.pk), "tooth": 16, "canal": "MB1", "length_mm": "21.5", "entered_at": then.isoformat()}
    assert dentist.post(path, body, content_type=JSON).status_code == 201
    assert CanalRecord.objects.get().recorded_at == then
    early = dentist.post(path, {**body, "id": str(uuid7()), "canal": "P1", "entered_at": NOW.replace(year=2020).isoformat()}, content_type=JSON)
    assert (early.status_code, early.json()["code"]) == (422, "not_then")
    marks = [dentist.post(f"/api/v1/canals/{body['id']}/error", {"reason": "slip", "entered_at": then.isoformat()}, content_type=JSON) for _ in "ab"]
    assert [answer.status_code for answer in marks] == [200, 200]
    assert CanalRecord.objects.get().in_error_at == then
