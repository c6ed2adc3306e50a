"""Cases: opened, changed, closed; holds that the database keeps; notes; archives and who received them."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from clinic.history.models import Event
from clinic.lib.errors import Conflict, InvalidInput, KeyTaken, NotAllowed, NotFound, StaleVersion
from clinic.lib.ids import uuid7
from clinic.patients.models import Patient
from clinic.staff.roles import Role
from exports.legal import actions, queries
from exports.legal.models import CaseNote, CasePatient, Hold
from exports.models import Evidence
from tests.exports.legal.factories import lawyer, make_case
from tests.patients.factories import make_patient, petrov
from tests.staff.factories import dr_orlova, make_user
from tests.template import admin

NOW = timezone.now
pytestmark = pytest.mark.django_db


def held(patient: Patient) -> bool:
    """What the database says."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT history.held(%s)", [patient.pk])
        return bool(cursor.fetchone()[0])


def test_a_case_names_its_patients_and_holds_their_records() -> None:
    brother = make_patient("Петров", "Олег")
    case = make_case(petrov(), brother, petrov())
    assert (case.number, case.is_open) == (1, True)
    assert make_case(brother, hold="").number == 2
    assert {person.patient_id for person in case.people.all()} == {petrov().pk, brother.pk}
    assert [hold.reason for hold in queries.holds_on(brother.pk, NOW())] == ["Claim 2-1234/2026"]
    assert held(brother)
    assert queries.held_among([brother.pk, make_patient("Сидоров").pk], NOW()) == {brother.pk}


def test_opened_twice_by_one_key_it_is_one_case() -> None:
    key = uuid7()
    assert make_case(id=key) == make_case(id=key)
    with pytest.raises(KeyTaken):
        make_case(id=key, title="Another")


@pytest.mark.parametrize(("values", "field"), [({"title": "  "}, "title"), ({"patients": []}, "patients")])
def test_a_case_needs_a_title_and_a_patient(values: dict[str, Any], field: str) -> None:
    sent = {"title": "Claim", "patients": [petrov().pk], **values}
    with pytest.raises(InvalidInput) as refused:
        actions.open_case(actor=lawyer(), at=NOW(), **sent)
    assert field in refused.value.fields


def test_only_those_who_manage_cases_open_them() -> None:
    with pytest.raises(NotAllowed):
        actions.open_case(actor=dr_orlova(), title="Claim", patients=[petrov().pk], at=NOW())
    assert actions.open_case(actor=make_user(Role.MANAGER), title="Claim", patients=[petrov().pk], at=NOW()).number == 1


def test_a_case_of_an_unknown_patient_is_not_opened() -> None:
    with pytest.raises(NotFound):
        actions.open_case(actor=lawyer(), title="Claim", patients=[uuid7()], at=NOW())


def test_a_hold_ends_by_its_date_or_by_being_lifted() -> None:
    case = make_case(hold="")
    values: dict[str, Any] = {"case_id": case.pk, "patient_id": petrov().pk, "actor": lawyer()}
    yesterday = NOW() - timedelta(days=1)
    actions.place_hold(reason="Inquiry", until=yesterday + timedelta(hours=1), at=yesterday, **values)
    assert not held(petrov())
    hold = actions.place_hold(reason="Claim", at=NOW(), **values)
    assert held(petrov())
    lift = actions.lift_hold(hold_id=hold.pk, reason="Withdrawn", actor=lawyer(), at=NOW())
    assert actions.lift_hold(hold_id=hold.pk, reason="Again", actor=lawyer(), at=NOW()) == lift
    assert not held(petrov())
    assert queries.holds_on(petrov().pk, NOW()) == []


def test_a_hold_is_refused_when_it_would_hold_nothing() -> None:
    case = make_case(hold="")
    values: dict[str, Any] = {"case_id": case.pk, "actor": lawyer(), "at": NOW()}
    with pytest.raises(InvalidInput):
        actions.place_hold(patient_id=petrov().pk, reason=" ", **values)
    with pytest.raises(InvalidInput):
        actions.place_hold(patient_id=petrov().pk, reason="Claim", until=NOW() - timedelta(days=1), **values)
    with pytest.raises(NotFound):
        actions.place_hold(patient_id=make_patient("Сидоров").pk, reason="Claim", **values)


def test_what_a_hold_says_never_changes() -> None:
    make_case()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Hold.objects.update(until=NOW() + timedelta(days=1))


def test_a_case_changes_only_by_the_version_that_was_read() -> None:
    case = make_case()
    values: dict[str, Any] = {"case_id": case.pk, "title": "Crown 26", "claimant": "", "actor": lawyer(), "at": NOW()}
    values |= {"deadline_date": None, "deadline_for": ""}
    assert actions.change_case(version=case.version, **values).title == "Crown 26"
    with pytest.raises(StaleVersion):
        actions.change_case(version=case.version, **values)


def test_a_closed_case_takes_notes_only_and_can_be_reopened() -> None:
    case = make_case()
    closed = actions.close_case(case_id=case.pk, version=case.version, outcome="Settled", lifts_holds=True, actor=lawyer(), at=NOW())
    assert not closed.is_open
    assert not held(petrov())
    with pytest.raises(actions.CaseClosed):
        actions.add_patient(case_id=case.pk, patient_id=petrov().pk, actor=lawyer(), at=NOW())
    key = uuid7()
    notes = [actions.write_note(case_id=case.pk, text="Paid on 3 May", actor=lawyer(), at=NOW(), id=key) for _ in range(2)]
    assert notes[0] == notes[1]
    closed.refresh_from_db()
    assert actions.reopen_case(case_id=case.pk, version=closed.version, actor=lawyer(), at=NOW()).is_open
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        CaseNote.objects.update(text="Never paid")


def test_closing_may_let_the_holds_stand() -> None:
    case = make_case()
    actions.close_case(case_id=case.pk, version=case.version, outcome="Lost, appeal possible", lifts_holds=False, actor=lawyer(), at=NOW())
    assert held(petrov())


def test_a_patient_named_by_mistake_is_taken_off() -> None:
    stranger = make_patient("Сидоров")
    case = make_case()
    actions.add_patient(case_id=case.pk, patient_id=stranger.pk, actor=lawyer(), at=NOW())
    actions.remove_patient(case_id=case.pk, patient_id=stranger.pk, actor=lawyer(), at=NOW())
    assert [person.patient for person in CasePatient.objects.all()] == [petrov()]
    with pytest.raises(Conflict):
        actions.remove_patient(case_id=case.pk, patient_id=petrov().pk, actor=lawyer(), at=NOW())


def test_an_archive_is_made_for_the_case_and_its_way_is_written_down() -> None:
    case = make_case()
    made = actions.make_archive(case_id=case.pk, patient_id=petrov().pk, reason="Claim 2-1234", actor=lawyer(), at=NOW())
    again = actions.add_archive(case_id=case.pk, evidence_id=made.evidence_id, actor=lawyer(), at=NOW())
    assert again == made
    values: dict[str, Any] = {"archive_id": made.pk, "way": "in_person", "actor": lawyer(), "at": NOW()}
    given = actions.record_delivery(recipient="Expert Orlov", handed_at=NOW() - timedelta(hours=1), **values)
    assert (given.patient, given.sha256) == (petrov(), "")
    with pytest.raises(InvalidInput):
        actions.record_delivery(recipient="Expert Orlov", handed_at=NOW() + timedelta(hours=1), **values)
    with pytest.raises(NotFound):
        actions.add_archive(case_id=make_case(make_patient("Сидоров")).pk, evidence_id=made.evidence_id, actor=lawyer(), at=NOW())
    assert Evidence.objects.count() == 1


def test_cases_are_found_by_number_title_claimant_and_patient_the_most_urgent_first() -> None:
    today = NOW().date()
    late = make_case(title="Implant lost", deadline_date=today + timedelta(days=30), hold="")
    urgent = make_case(make_patient("Сидорова"), title="Root perforated", deadline_date=today - timedelta(days=1), hold="")
    without = make_case(title="Inquiry", claimant="Ministry", hold="")
    closed = make_case(title="Old", hold="")
    actions.close_case(case_id=closed.pk, version=closed.version, outcome="Won", lifts_holds=True, actor=lawyer(), at=NOW())
    assert list(queries.cases()) == [urgent, late, without]
    assert list(queries.cases(state="closed")) == [closed]
    assert list(queries.cases(text="ministry")) == [without]
    assert list(queries.cases(text="сидоров")) == [urgent]
    assert list(queries.cases(state="", text=str(closed.number))) == [closed]
    assert queries.due(today, 10) == [urgent]


def test_a_look_at_a_case_is_a_look_at_its_patients() -> None:
    case = make_case()
    queries.get_case_for(lawyer(), case.pk)
    assert Event.objects.filter(op="V", tbl="case", patient_id=petrov().pk, body__case=case.number).exists()
    with pytest.raises(NotAllowed):
        queries.get_case_for(dr_orlova(), case.pk)


@pytest.mark.django_db(transaction=True)
def test_the_database_destroys_nothing_that_is_held() -> None:
    """Whoever it is, even a superuser who took the other guards off."""
    with transaction.atomic():
        case = make_case()
        other = make_patient("Сидоров")
    assert erase(other) > 0
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="under a legal hold"):
        erase(petrov())
    with transaction.atomic():
        actions.close_case(case_id=case.pk, version=case.version, outcome="Settled", lifts_holds=True, actor=lawyer(), at=NOW())
    assert erase(petrov()) > 0


def erase(patient: Patient) -> int:
    """What an erasure does to the ledger, with the guard against every change off."""
    with admin(connection.settings_dict["NAME"]) as superuser, superuser.transaction():
        superuser.execute("SET LOCAL history.maintenance = 'test'")
        superuser.execute("ALTER TABLE history.event DISABLE TRIGGER history_append_only")
        return superuser.execute("UPDATE history.event SET body = NULL, salt = NULL WHERE patient_id = %s", [patient.pk]).rowcount
