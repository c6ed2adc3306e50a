"""Findings, diagnoses and procedures: recorded once, refused in words, settled and reversed."""

from datetime import date, timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from charting import actions, queries
from charting.actions.said import NotOpen
from charting.models import Finding, Performance, Procedure
from clinic.history.context import Context, acting
from clinic.history.models import Event
from clinic.lib.errors import DomainError, InvalidInput, NotAllowed
from clinic.lib.ids import uuid7
from clinic.price_list.models import Service
from clinic.staff.roles import Role
from tests.charting.factories import NOW, make_code, make_finding, make_procedure, make_service, patient_petrov, perform, place
from tests.staff.factories import dr_orlova, make_user

pytestmark = pytest.mark.django_db


def test_a_finding_is_recorded_once_however_often_it_is_sent() -> None:
    key, patient = uuid7(), patient_petrov()
    sent = [
        actions.record_finding(patient=patient, kind="caries", tooth=16, surfaces=["D", "O", "M"], actor=dr_orlova(), at=NOW, id=key) for _ in "ab"
    ]
    assert sent[0] == sent[1]
    assert sent[0].surfaces == ["M", "O", "D"]
    assert Event.objects.filter(tbl="charting_finding", patient_id=patient.pk).count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"tooth": 19}, "tooth"),
        ({"tooth": 11, "surfaces": ["O"]}, "surfaces"),
        ({"tooth": 16, "surfaces": ["I"]}, "surfaces"),
        ({"tooth": 16, "severity": "enormous"}, "severity"),
        ({"tooth": None}, "tooth"),
        ({"kind": "plaque", "tooth": None, "surfaces": ["O"]}, "tooth"),
        ({"kind": "plaque", "tooth": None, "roots": ["MR"]}, "tooth"),
        ({"tooth": 16, "note": "x" * 501}, "note"),
        ({"tooth": 16, "kind": "<script>alert(1)</script>"}, "kind"),
    ],
)
def test_an_impossible_finding_is_refused_in_words(values: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        actions.record_finding(**{"patient": patient_petrov(), "kind": "caries", "actor": dr_orlova(), "at": NOW, **values})
    assert field in refused.value.fields
    assert not Finding.objects.exists()


def test_a_missing_tooth_takes_no_caries() -> None:
    make_finding("missing", 46, days_ago=3)
    with pytest.raises(InvalidInput, match="46"):
        make_finding("caries", 46, "O")


def test_an_implant_takes_no_caries_and_a_planned_root_filling_is_not_done_in_it() -> None:
    planned = make_procedure("root_canal", place(36), days_ago=9)
    perform(make_procedure("extraction", place(36), days_ago=8), days_ago=8)
    perform(make_procedure("implant", place(36), days_ago=7), days_ago=7)
    with pytest.raises(InvalidInput, match="implant"):
        make_finding("caries", 36, "O")
    with pytest.raises(actions.ToothGone, match="implant"):
        perform(planned)
    assert make_procedure("crown", place(36)).state == "proposed"


def test_only_those_who_chart_may_chart() -> None:
    for role in (Role.ADMINISTRATOR, Role.LAWYER, Role.MANAGER, Role.ACCOUNTANT):
        with pytest.raises(NotAllowed):
            actions.record_finding(patient=patient_petrov(), kind="caries", tooth=16, actor=make_user(role), at=NOW)


def test_a_finding_is_settled_reopened_and_withdrawn() -> None:
    finding = make_finding(days_ago=5)
    actions.resolve_finding(finding=finding, actor=dr_orlova(), at=NOW)
    assert not queries.chart_at(patient_petrov(), NOW).mouth.marks
    assert queries.chart_at(patient_petrov(), NOW - timedelta(days=1)).mouth.marks
    with pytest.raises(NotOpen):
        actions.resolve_finding(finding=finding, actor=dr_orlova(), at=NOW)
    actions.reopen_finding(finding=finding, actor=dr_orlova(), at=NOW)
    actions.mark_in_error(finding=finding, actor=dr_orlova(), at=NOW, reason="wrong tooth")
    assert not queries.chart_at(patient_petrov(), NOW - timedelta(days=1)).mouth.marks
    with pytest.raises(NotOpen):
        actions.mark_in_error(finding=finding, actor=dr_orlova(), at=NOW, reason="again")


def test_an_error_needs_its_reason() -> None:
    with pytest.raises(InvalidInput):
        actions.mark_in_error(finding=make_finding(), actor=dr_orlova(), at=NOW, reason="  ")


@pytest.mark.parametrize("change", ["tooth = 17", "kind = 'plaque'", "surfaces = '{D}'", "noted_at = now()"])
def test_the_database_keeps_what_was_found(change: str) -> None:
    finding = make_finding("caries", 16, "O")
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE charting_finding SET {change} WHERE id = %s", [finding.pk])


@pytest.mark.parametrize(("tooth", "surfaces"), [(19, []), (11, ["O"]), (16, ["I"]), (16, ["X"])])
def test_the_database_knows_teeth_and_surfaces(tooth: int, surfaces: list[str]) -> None:
    values: dict[str, Any] = {"patient": patient_petrov(), "kind": "caries", "noted_at": NOW, "noted_by": dr_orlova()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Finding.objects.create(tooth=tooth, surfaces=surfaces, **values)


def test_a_diagnosis_takes_only_a_code_in_force() -> None:
    make_code("K02.1")
    make_code("K02.8", closed_on=date(2026, 1, 1))
    finding = make_finding("caries", 16, "O")
    diagnosis = actions.record_diagnosis(patient=patient_petrov(), code="k02.1", finding=finding, actor=dr_orlova(), at=NOW)
    assert (diagnosis.tooth, diagnosis.code.code) == (16, "K02.1")
    for wrong in ("K02.8", "K99", "'; DROP TABLE charting_finding; --"):
        with pytest.raises(queries.ClosedCode):
            actions.record_diagnosis(patient=patient_petrov(), code=wrong, actor=dr_orlova(), at=NOW)
    actions.withdraw_diagnosis(diagnosis=diagnosis, actor=dr_orlova(), at=NOW, reason="typing error")
    assert not queries.chart_at(patient_petrov(), NOW).diagnoses


def test_a_procedure_is_proposed_once_and_moved_only_along_its_ways() -> None:
    key = uuid7()
    values: dict[str, Any] = {
        "patient": patient_petrov(),
        "service": make_service(),
        "places": [place(16, "MO")],
        "actor": dr_orlova(),
        "at": NOW,
        "id": key,
    }
    procedure = actions.add_procedure(**values)
    assert actions.add_procedure(**values) == procedure
    assert [change.state for change in procedure.changes.all()] == ["proposed"]
    actions.change_procedure_state(procedure=procedure, state="planned", actor=dr_orlova(), at=NOW)
    for wrong in ("done", "existing_here"):
        with pytest.raises(actions.WrongTransition):
            actions.change_procedure_state(procedure=procedure, state=wrong, actor=dr_orlova(), at=NOW)
    actions.change_procedure_state(procedure=procedure, state="cancelled", actor=dr_orlova(), at=NOW, reason="patient declined")
    with pytest.raises(actions.NotPerformable):
        perform(procedure)


def test_a_procedure_does_not_start_as_done() -> None:
    with pytest.raises(InvalidInput):
        make_procedure("filling", place(16, "O"), state="done")


def test_performing_settles_what_it_treats_and_reversal_opens_it_again() -> None:
    treated, other = make_finding("caries", 16, "O", days_ago=2), make_finding("caries", 16, "D", days_ago=2)
    procedure = make_procedure("filling", place(16, "MO"), days_ago=1)
    performance = perform(procedure)
    treated.refresh_from_db()
    other.refresh_from_db()
    assert (treated.is_open, treated.resolved_through, other.is_open) == (False, performance, True)
    assert [mark.layer for mark in queries.chart_at(patient_petrov(), NOW).mouth.marks] == ["condition", "done"]
    later = NOW + timedelta(hours=1)
    actions.reverse_performance(performance=performance, actor=dr_orlova(), at=later, reason="wrong patient")
    treated.refresh_from_db()
    procedure.refresh_from_db()
    assert (treated.is_open, procedure.state) == (True, "proposed")
    assert [mark.layer for mark in queries.chart_at(patient_petrov(), NOW).mouth.marks] == ["condition", "done"]
    assert [mark.layer for mark in queries.chart_at(patient_petrov(), later).mouth.marks] == ["condition", "condition", "planned"]
    with pytest.raises(actions.AlreadyReversed):
        actions.reverse_performance(performance=performance, actor=dr_orlova(), at=later, reason="again")


def test_what_was_planned_is_not_done_on_a_tooth_that_was_pulled_since() -> None:
    filling, crown = make_procedure("filling", place(16, "O"), days_ago=3), make_procedure("crown", place(15), days_ago=3)
    again, implant = make_procedure("extraction", place(16), days_ago=3), make_procedure("implant", place(16), days_ago=3)
    pulled = perform(make_procedure("extraction", place(16), days_ago=3), days_ago=2)
    for procedure in (filling, again):
        with pytest.raises(actions.ToothGone, match="Tooth 16 is not in the mouth") as refused:
            perform(procedure)
        assert (refused.value.code, refused.value.link) == ("tooth_gone", f"/patients/{procedure.patient_id}/chart/")
        assert (procedure.performances.count(), Procedure.objects.get(pk=procedure.pk).state) == (0, "proposed")
    assert perform(crown).procedure == crown
    actions.reverse_performance(performance=pulled, actor=dr_orlova(), at=NOW, reason="wrong tooth")
    assert perform(filling).procedure == filling
    perform(again)
    assert perform(implant).procedure == implant


def test_a_second_performance_is_answered_with_the_first() -> None:
    procedure = make_procedure("crown", place(11))
    first = perform(procedure)
    with pytest.raises(actions.AlreadyPerformed) as refused:
        perform(procedure)
    assert refused.value.performance == first


def test_the_history_of_a_procedure_cannot_be_rewritten() -> None:
    procedure = make_procedure("crown", place(11))
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        procedure.changes.update(changed_at=NOW - timedelta(days=400))


@pytest.mark.django_db(transaction=True)
def test_of_many_clicks_on_done_one_counts() -> None:
    with transaction.atomic():
        procedure, dentist = make_procedure("crown", place(11)), dr_orlova()
    refusals: list[str] = []

    def click() -> None:
        try:
            with acting(Context(actor="system:test", actor_name="test", purpose="test")):
                actions.perform_procedure(procedure=Procedure.objects.get(pk=procedure.pk), actor=dentist, at=NOW)
        except DomainError as error:
            refusals.append(error.code)
        finally:
            connection.close()

    threads = [Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refusals == ["already_performed"] * 7
    assert Performance.objects.filter(procedure=procedure, reversed_at=None).count() == 1


def test_opening_a_chart_takes_one_query_however_long_it_is(django_assert_num_queries: Any) -> None:
    for tooth in (11, 12, 16, 17, 36):
        make_finding("caries", tooth, "M", days_ago=3)
        perform(make_procedure("filling", place(tooth, "MV"), days_ago=2), days_ago=1)
    assert Service.objects.count() == 1
    patient = patient_petrov()
    with django_assert_num_queries(1):
        chart = queries.chart_at(patient, NOW)
        assert len(chart.mouth.marks) == 5
