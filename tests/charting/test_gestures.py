"""One gesture: finding, diagnosis and proposed act come together or not at all, and go together."""

from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from charting import actions, combinations, queries
from charting.models import Combination, CombinedEntry, Diagnosis, Finding, Procedure
from charting.palette import palette
from clinic.history.models import Event
from clinic.lib.errors import InvalidInput, KeyTaken, NotAllowed, StaleVersion
from clinic.lib.ids import uuid7
from clinic.price_list.models import Service
from clinic.staff.roles import Role
from tests.beside import Second
from tests.charting.factories import NOW, make_code, make_finding, make_service, patient_petrov, perform, petrova
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user

pytestmark = pytest.mark.django_db
JSON = "application/json"


def deep_caries() -> Combination:
    """The shipped one, with its code and a service for it."""
    make_code("K02.1")
    make_service("filling")
    return Combination.objects.get(kind="caries", severity="deep")


def enter(combination: Combination | None = None, tooth: int = 16, surfaces: str = "MO", **values: Any) -> CombinedEntry:
    defaults = {"patient": patient_petrov(), "actor": dr_orlova(), "at": NOW}
    return actions.enter_combination(combination=combination or deep_caries(), tooth=tooth, surfaces=list(surfaces), **{**defaults, **values})


def nothing_is_recorded() -> bool:
    return not any(model.objects.exists() for model in (Finding, Diagnosis, Procedure, CombinedEntry))


def test_eight_are_shipped_in_three_languages_and_only_those_with_a_service_are_offered() -> None:
    shipped = list(combinations.listed())
    assert len(shipped) == 8
    assert all(row.title_ru and row.title_fr and row.title_en for row in shipped)
    assert [entry for entry in palette().entries if entry.type == "combination"] == []
    make_service("filling")
    assert {entry.effect for entry in palette().entries if entry.type == "combination"} == {"filling"}


def test_one_gesture_records_all_three_each_with_its_history() -> None:
    made = enter()
    assert (made.finding.kind, made.finding.severity, made.finding.surfaces) == ("caries", "deep", ["M", "O"])
    assert (made.diagnosis.code.code, made.diagnosis.finding_id) == ("K02.1", made.finding_id)
    assert (made.procedure.state, made.procedure.service.chart_effect) == ("proposed", "filling")
    assert [(row.tooth, row.surfaces) for row in made.procedure.teeth.all()] == [(16, ["M", "O"])]
    tables = set(Event.objects.filter(op="I", patient_id=made.patient_id).values_list("tbl", flat=True))
    assert {"charting_finding", "charting_diagnosis", "charting_procedure", "charting_combinedentry"} <= tables
    layers = {mark.layer for mark in queries.chart_at(made.patient, NOW).mouth.on(16)}
    assert layers == {"condition", "planned"}


def test_it_is_one_entry_however_often_it_is_sent() -> None:
    key, combination = uuid7(), deep_caries()
    first = enter(combination, id=key)
    assert enter(combination, id=key) == first
    assert (Finding.objects.count(), Diagnosis.objects.count(), Procedure.objects.count()) == (1, 1, 1)
    with pytest.raises(KeyTaken):
        enter(combination, tooth=17, id=key)
    with pytest.raises(KeyTaken):
        enter(combination, patient=petrova(), id=key)


@pytest.mark.parametrize(("tooth", "surfaces"), [(19, "O"), (11, "O"), (16, "")])
def test_what_cannot_be_records_nothing(tooth: int, surfaces: str) -> None:
    with pytest.raises(InvalidInput):
        enter(tooth=tooth, surfaces=surfaces)
    assert nothing_is_recorded()


def test_a_closed_code_records_nothing() -> None:
    combination = deep_caries()
    Combination.objects.filter(pk=combination.pk).update(diagnosis="K99.9")
    with pytest.raises(actions.ClosedCode):
        enter(combinations.get_combination(combination.pk))
    assert nothing_is_recorded()


def test_without_a_service_for_the_tooth_nothing_is_recorded() -> None:
    combination = deep_caries()
    Service.objects.update(is_active=False)
    with pytest.raises(actions.NotOffered):
        enter(combination)
    Service.objects.update(is_active=True, dentition="primary")
    with pytest.raises(InvalidInput, match="primary teeth"):
        enter(combination)
    assert nothing_is_recorded()


def test_the_first_service_that_fits_the_tooth_is_proposed() -> None:
    combination = deep_caries()
    Service.objects.update(dentition="permanent")
    child = Service.objects.create(code="zz", title_ru="Пломба", category="paediatric", chart_effect="filling", scope="surfaces", dentition="primary")
    assert enter(combination, tooth=55, surfaces="O").procedure.service == child
    chosen = actions.save_combination(
        details={"service_id": child.pk}, combination_id=combination.pk, version=combination.version, actor=make_user(Role.MANAGER)
    )
    with pytest.raises(InvalidInput):
        enter(chosen, tooth=16, surfaces="O")


def test_who_may_not_diagnose_is_told_and_nothing_happens() -> None:
    with pytest.raises(actions.MayNotDiagnose):
        enter(actor=make_user(Role.ASSISTANT))
    with pytest.raises(NotAllowed):
        enter(actor=make_user(Role.MANAGER))
    assert nothing_is_recorded()
    finding = make_finding()
    with pytest.raises(NotAllowed):
        actions.record_diagnosis(patient=finding.patient, code="K02.1", finding=finding, actor=make_user(Role.ASSISTANT), at=NOW)


def test_it_is_taken_back_as_three_visible_corrections() -> None:
    made = enter()
    undone = actions.undo_combination(entry=made, actor=dr_orlova(), at=NOW, reason="не тот зуб")
    made.refresh_from_db()
    assert (made.finding.error_reason, made.diagnosis.error_reason, made.procedure.state) == ("не тот зуб", "не тот зуб", "cancelled")
    assert (undone.undone_by, undone.undo_reason) == (dr_orlova(), "не тот зуб")
    assert made.procedure.changes.order_by("pk").last().reason == "не тот зуб"  # type: ignore[union-attr]  # there is one
    assert queries.chart_at(made.patient, NOW).mouth.on(16) == []
    with pytest.raises(Exception, match="settled or withdrawn"):
        actions.undo_combination(entry=made, actor=dr_orlova(), at=NOW, reason="ещё раз")


def test_an_act_that_was_carried_out_keeps_the_whole() -> None:
    made = enter()
    perform(made.procedure)
    made.refresh_from_db()
    with pytest.raises(actions.CarriedOutSince):
        actions.undo_combination(entry=made, actor=dr_orlova(), at=NOW, reason="не тот зуб")
    made.refresh_from_db()
    assert (made.undone_at, made.finding.in_error_at, made.diagnosis.in_error_at) == (None, None, None)


def test_what_was_corrected_by_itself_stays_as_it_is() -> None:
    made = enter()
    actions.withdraw_diagnosis(diagnosis=made.diagnosis, actor=dr_orlova(), at=NOW, reason="другой код")
    made = combinations.get_entry(made.pk)
    actions.undo_combination(entry=made, actor=dr_orlova(), at=NOW, reason="не тот зуб")
    assert combinations.get_entry(made.pk).diagnosis.error_reason == "другой код"


def test_the_database_keeps_the_parts_of_a_gesture() -> None:
    made = enter()
    for change in ({"finding": make_finding(tooth=17)}, {"undo_reason": "x"}, {"patient": petrova()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CombinedEntry.objects.filter(pk=made.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        CombinedEntry.objects.filter(pk=made.pk).update(made_by=make_user(Role.DENTIST, username="other"))


@pytest.mark.parametrize(
    ("details", "field"),
    [
        ({"kind": "nonsense"}, "kind"),
        ({"severity": "huge"}, "severity"),
        ({"effect": "none"}, "effect"),
        ({"diagnosis": "K99.9"}, "diagnosis"),
        ({"title_fr": ""}, "title_fr"),
        ({"service_id": UUID(int=7)}, "service"),
    ],
)
def test_a_combination_that_cannot_be_is_refused(details: dict[str, Any], field: str) -> None:
    row = deep_caries()
    with pytest.raises(InvalidInput) as refusal:
        actions.save_combination(details=details, combination_id=row.pk, version=row.version, actor=make_user(Role.MANAGER))
    assert set(refusal.value.fields) == {field}


def test_a_service_of_another_effect_is_refused() -> None:
    row, crown = deep_caries(), make_service("crown")
    with pytest.raises(InvalidInput) as refusal:
        actions.save_combination(details={"service_id": crown.pk}, combination_id=row.pk, version=row.version, actor=make_user(Role.MANAGER))
    assert set(refusal.value.fields) == {"service_id"}


def test_pages_and_api_of_the_settings() -> None:
    row = deep_caries()
    manager = log_in(make_user(Role.MANAGER, branch=make_branch()))
    assert row.title_en in manager.get(reverse("chart-catalogue")).text
    texts = {"title_ru": "Сложный кариес", "title_fr": "Carie", "title_en": "Caries", "kind": "caries", "diagnosis": "k02.1", "effect": "filling"}
    assert manager.post(reverse("combination-new"), {**texts, "position": 9, "is_offered": "on"}).status_code == 302
    assert manager.post(reverse("combination-new"), {**texts, "position": 9, "diagnosis": "x"}).status_code == 422
    made = Combination.objects.get(title_en="Caries")
    assert made.diagnosis == "K02.1"
    key = str(uuid7())
    for _ in "ab":
        answer = manager.post("/api/v1/combinations", {**texts, "id": key}, content_type=JSON)
        assert (answer.status_code, answer.json()["id"]) == (201, key)
    whole = {**texts, "severity": "", "position": 1, "service": None, "version": 1, "is_offered": False}
    changed = manager.put(f"/api/v1/combinations/{key}", whole, content_type=JSON)
    assert changed.json()["is_offered"] is False
    assert manager.put(f"/api/v1/combinations/{key}", whole, content_type=JSON).json()["code"] == "stale"
    assert len(manager.get("/api/v1/combinations").json()["results"]) == 10
    with pytest.raises(StaleVersion):
        actions.save_combination(details=texts, combination_id=made.pk, version=7, actor=make_user(Role.MANAGER))


def test_the_api_enters_and_takes_back() -> None:
    combination, patient = deep_caries(), patient_petrov()
    dentist: Client = log_in(dr_orlova(make_branch()))
    body = {"id": str(uuid7()), "combination": str(combination.pk), "tooth": 16, "surfaces": ["O"]}
    path = f"/api/v1/patients/{patient.pk}/combined-entries"
    made = [dentist.post(path, body, content_type=JSON) for _ in "ab"]
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].json()["finding"] == body["id"] == made[1].json()["id"]
    undone = dentist.post(f"/api/v1/combined-entries/{body['id']}/undo", {"reason": "undone right after entry"}, content_type=JSON)
    assert undone.json()["undo_reason"] == "undone right after entry"
    assert dentist.post(f"/api/v1/combined-entries/{body['id']}/undo", {"reason": "x"}, content_type=JSON).status_code == 409
    assistant = log_in(make_user(Role.ASSISTANT, branch=make_branch()))
    assert assistant.post(path, body, content_type=JSON).status_code == 403


def test_somebody_elses_entry_is_asked_about_first() -> None:
    combination = deep_caries()
    make_finding("fracture", 16)
    colleague = make_user(Role.DENTIST, username="colleague")
    with pytest.raises(actions.ChartedMeanwhile):
        enter(combination, actor=colleague, seen_at=NOW.replace(hour=1))
    assert not CombinedEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_instant_are_one() -> None:
    combination, key = deep_caries(), uuid7()
    patient_petrov(), dr_orlova()
    second = Second(lambda: enter(combination, id=key))
    assert second.beside(lambda: enter(combination, id=key)) == CombinedEntry.objects.get()
    assert (Finding.objects.count(), Diagnosis.objects.count(), Procedure.objects.count()) == (1, 1, 1)


def test_a_gesture_made_while_the_clinic_was_out_of_reach_keeps_its_time() -> None:
    combination, patient = deep_caries(), patient_petrov()
    dentist, then = log_in(dr_orlova(make_branch())), patient.created_at
    body = {"id": str(uuid7()), "combination": str(combination.pk), "tooth": 16, "surfaces": ["O"], "entered_at": then.isoformat()}
    assert dentist.post(f"/api/v1/patients/{patient.pk}/combined-entries", body, content_type=JSON).status_code == 201
    made = CombinedEntry.objects.get()
    assert {made.made_at, made.finding.noted_at, made.diagnosis.made_at, made.procedure.recorded_at} == {then}
    back = {"reason": "undone right after entry", "entered_at": then.isoformat()}
    undone = [dentist.post(f"/api/v1/combined-entries/{made.pk}/undo", back, content_type=JSON).status_code for _ in "ab"]
    assert (undone, CombinedEntry.objects.get().undone_at) == ([200, 200], then)
