"""A mouth that cannot be: who enters at the same instant, later than it was, or by moving an act, does not make one."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone

from charting import actions, queries
from charting.models import Finding, Performance
from clinic.lib.errors import InvalidInput, KeyTaken
from clinic.lib.ids import uuid7
from tests.billing.test_concurrency import at_once, done
from tests.charting.factories import NOW, make_finding, make_procedure, make_service, patient_petrov, perform, place
from tests.staff.factories import dr_orlova, make_user

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


def marks(tooth: int) -> set[tuple[str, str]]:
    return {(mark.layer, mark.what) for mark in queries.chart_at(patient_petrov(), NOW + 2 * HOUR).mouth.on(tooth)}


@pytest.mark.django_db(transaction=True)
def test_of_two_extractions_of_one_tooth_at_once_one_is_carried_out() -> None:
    with transaction.atomic():
        dentist, acts = dr_orlova(), [make_procedure("extraction", place(16)) for _ in range(4)]
    results = at_once([partial(actions.perform_procedure, procedure=act, actor=dentist, at=NOW) for act in acts])
    assert len(done(results)) == 1
    assert {type(result) for result in results if isinstance(result, Exception)} == {actions.ToothGone}
    assert Performance.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_tooth_is_not_noted_missing_and_filled_at_once() -> None:
    with transaction.atomic():
        dentist, patient, filling = dr_orlova(), patient_petrov(), make_service()
    note = partial(actions.record_finding, patient=patient, kind="missing", severity="extracted", tooth=16, actor=dentist, at=NOW)
    fill = partial(
        actions.add_procedure, patient=patient, service=filling, places=[place(16, "O")], state="existing_here", actor=dentist, at=NOW + HOUR
    )
    for _try in range(5):
        at_once([note, fill, note, fill])
        assert marks(16) == {("condition", "missing")}
        with transaction.atomic():
            for finding in Finding.objects.filter(in_error_at=None):
                actions.mark_in_error(finding=finding, actor=dentist, at=NOW, reason="once more")
            for procedure in patient.procedures.exclude(state="cancelled"):
                actions.change_procedure_state(procedure=procedure, state="cancelled", actor=dentist, at=NOW + HOUR)


@pytest.mark.django_db(transaction=True)
def test_of_two_people_at_one_tooth_in_the_same_instant_the_second_is_asked() -> None:
    with transaction.atomic():
        patient, people = patient_petrov(), [dr_orlova(), make_user(*dr_orlova().roles, username="sokolova")]
    seen = timezone.now() - timedelta(minutes=1)
    note = partial(actions.record_finding, patient=patient, kind="fracture", tooth=16, at=NOW, seen_at=seen)
    results = at_once([partial(note, actor=person) for person in people])
    assert [type(result) for result in results if isinstance(result, Exception)] == [actions.ChartedMeanwhile]


@pytest.mark.django_db(transaction=True)
def test_a_key_sent_at_once_with_two_contents_hides_neither() -> None:
    with transaction.atomic():
        dentist, patient, filling = dr_orlova(), patient_petrov(), make_service()
    note = partial(actions.record_finding, patient=patient, kind="fracture", actor=dentist, at=NOW, id=uuid7())
    results = at_once([partial(note, tooth=tooth) for tooth in (16, 17, 16, 17)])
    assert len(done(results)) == 2
    assert {type(result) for result in results if isinstance(result, Exception)} == {KeyTaken}
    add = partial(actions.add_procedure, patient=patient, service=filling, actor=dentist, at=NOW, id=uuid7())
    results = at_once([partial(add, places=[place(tooth, "O")]) for tooth in (16, 17, 16, 17)])
    assert len(done(results)) == 2
    assert {type(result) for result in results if isinstance(result, Exception)} == {KeyTaken}


def test_a_referred_filling_is_not_found_on_a_tooth_that_is_gone() -> None:
    filling = make_procedure("filling", place(16, "O"), state="referred", days_ago=2)
    make_finding("missing", severity="extracted", days_ago=1)
    with pytest.raises(actions.ToothGone, match=r"Tooth 16 is not in the mouth on this day\."):
        actions.change_procedure_state(procedure=filling, state="existing_elsewhere", actor=dr_orlova(), at=NOW)
    actions.change_procedure_state(procedure=filling, state="cancelled", actor=dr_orlova(), at=NOW)


def test_a_loss_that_arrives_late_takes_with_it_what_was_charted_meanwhile() -> None:
    make_finding("caries", surfaces="O")
    lost = actions.record_finding(patient=patient_petrov(), kind="missing", severity="trauma", tooth=16, actor=dr_orlova(), at=NOW - HOUR)
    assert NOW < lost.noted_at < NOW + HOUR
    assert marks(16) == {("condition", "missing")}


def test_an_extraction_that_arrives_late_takes_with_it_what_was_charted_meanwhile() -> None:
    extraction = make_procedure("extraction", place(16), days_ago=1)
    make_procedure("filling", place(16, "O"), state="existing_here")
    performance = actions.perform_procedure(procedure=extraction, actor=dr_orlova(), at=NOW - HOUR)
    assert NOW < performance.performed_at < NOW + HOUR
    assert marks(16) == {("done", "extraction")}


def test_what_was_planned_meanwhile_says_nothing_against_a_filling_that_arrives_late() -> None:
    filling = make_procedure("filling", place(16, "O"), days_ago=1)
    make_finding("fracture", surfaces="M")
    assert perform(filling, days_ago=0).performed_at == NOW


def test_a_reason_is_told_once_however_many_places_it_is_about() -> None:
    with pytest.raises(InvalidInput) as refused:
        make_procedure("implant", place(55), place(55))
    assert refused.value.fields["teeth"] == "Tooth 55 is named twice. Tooth 55 is a primary tooth, and this service is for permanent teeth."
