"""Which visits still take records: two people at one visit, and writes past the actions."""

from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from charting import actions
from charting.actions.visits import VisitCancelled, VisitSigned, cancel_untouched
from charting.imaging.actions import change_image
from charting.imaging.models import Image
from charting.models import Diagnosis, Finding, Performance, Visit, VisitAddendum
from tests.beside import Second
from tests.charting.factories import NOW, make_code, make_finding, make_procedure, make_visit, patient_petrov, perform, place
from tests.charting.imaging.pictures import add, jpeg
from tests.scheduling.factories import book, moscow, working_day
from tests.scheduling.test_states import become
from tests.staff.factories import dr_orlova, registrar_belova

pytestmark = pytest.mark.django_db


def signed(visit: Visit) -> Visit:
    written = actions.write_visit(visit=visit, version=visit.version, sections={"complaint": "Боль"}, actor=dr_orlova())
    return actions.sign_visit(visit=visit, version=written.version, actor=dr_orlova(), at=NOW)


def cancelled() -> Visit:
    working_day()
    become(become(book(patient_id=patient_petrov().pk), "seated"), "booked")
    return Visit.objects.get(cancelled_at__isnull=False)


def put(row: Any, visit: Visit) -> str:
    """The rule that refuses to put the record into the visit."""
    try:
        with transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(visit=visit)
    except IntegrityError as error:
        return str(error.__cause__.diag.constraint_name)  # type: ignore[union-attr]  # psycopg's own
    return ""


def test_the_database_puts_nothing_into_a_signed_or_cancelled_visit() -> None:
    finding, act, image = make_finding(), make_procedure("filling", place(16, "O")), add(jpeg(), patient=patient_petrov())
    make_code()
    diagnosis = actions.record_diagnosis(patient=patient_petrov(), code="K02.1", tooth=16, actor=dr_orlova(), at=NOW)
    performance = perform(act)
    closed, gone = signed(make_visit()), cancelled()
    rows = [finding, diagnosis, performance, image]
    assert [put(row, gone) for row in rows] == ["charting_visit_cancelled"] * 4
    assert [put(row, closed) for row in rows] == ["charting_visit_fixed"] * 3 + [""]
    assert [type(row) for row in rows] == [Finding, Diagnosis, Performance, Image]


def test_the_database_takes_addenda_to_fixed_notes_only() -> None:
    values = {"patient": patient_petrov(), "text": "x", "written_by": dr_orlova(), "written_at": NOW, "content_hash": "0" * 64}
    for visit, rule in ((make_visit(), "charting_visit_not_fixed"), (cancelled(), "charting_visit_cancelled")):
        with pytest.raises(IntegrityError) as refusal, transaction.atomic():
            VisitAddendum.objects.create(visit=visit, **values)
        assert refusal.value.__cause__.diag.constraint_name == rule  # type: ignore[union-attr]  # psycopg's own


def test_the_database_cancels_no_visit_that_holds_records() -> None:
    visit = make_visit()
    make_finding()
    with pytest.raises(IntegrityError, match="holds records"), transaction.atomic():
        Visit.objects.filter(pk=visit.pk).update(cancelled_at=NOW, cancelled_by=dr_orlova())


def test_a_picture_is_filed_with_no_cancelled_visit() -> None:
    visit = cancelled()
    with pytest.raises(VisitCancelled):
        add(jpeg(), patient=patient_petrov(), visit=visit)
    image = add(jpeg(), patient=patient_petrov())
    with pytest.raises(VisitCancelled):
        change_image(image=image, version=image.version, actor=dr_orlova(), at=NOW, kind="", title="", teeth=[], visit=visit, taken_at=image.taken_at)


# Two at once


@transaction.atomic
def insert_finding(visit: Visit) -> Finding:
    values = {"kind": "caries", "tooth": 16, "noted_at": NOW, "noted_by": dr_orlova()}
    return Finding.objects.create(patient_id=visit.patient_id, visit=visit, **values)


def seated_visit() -> Visit:
    with transaction.atomic():
        working_day()
        become(book(), "seated")
    return Visit.objects.get()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_by_action", [True, False])
def test_a_finding_beside_a_seating_that_is_taken_back_is_refused(is_by_action: bool) -> None:  # noqa: FBT001 - pytest's parameter
    visit = seated_visit()
    take_back = partial(cancel_untouched, appointment=visit.appointment, actor=registrar_belova(), at=moscow(10, 5))  # type: ignore[arg-type]
    common: dict[str, Any] = {"patient": visit.patient, "actor": dr_orlova(), "at": moscow(10, 5)}
    note = partial(actions.record_finding, kind="caries", tooth=16, visit=visit, **common)
    result = Second(note if is_by_action else partial(insert_finding, visit)).beside(take_back)
    assert isinstance(result, VisitCancelled if is_by_action else IntegrityError)
    assert not Finding.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_seating_taken_back_beside_a_finding_leaves_the_visit() -> None:
    visit = seated_visit()
    take_back = partial(cancel_untouched, appointment=visit.appointment, actor=registrar_belova(), at=moscow(10, 5))  # type: ignore[arg-type]
    result = Second(take_back).beside(partial(insert_finding, visit))
    assert result is None
    assert Visit.objects.standing().get() == visit


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_by_action", [True, False])
def test_an_act_beside_the_signature_is_refused(is_by_action: bool) -> None:  # noqa: FBT001 - pytest's parameter
    with transaction.atomic():
        visit, act = make_visit(), make_procedure("filling", place(16, "O"))
    do = partial(actions.perform_procedure, procedure=act, actor=dr_orlova(), at=NOW, visit=visit)
    result = Second(do if is_by_action else partial(insert_finding, visit)).beside(partial(signed, visit))
    assert isinstance(result, VisitSigned if is_by_action else IntegrityError)
    assert not Performance.objects.exists()
    assert not Finding.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_charted_beside_the_signature_without_naming_the_visit_belongs_to_none() -> None:
    with transaction.atomic():
        visit = make_visit()
    result = Second(make_finding).beside(partial(signed, visit))
    assert isinstance(result, Finding)
    assert result.visit is None
