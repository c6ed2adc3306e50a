"""Notes after their time: locked when nobody signed, late entries marked, errors marked and never erased, all of it held by the database."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from charting import actions, note_content, queries, tasks
from charting.models import Performance, Visit, VisitAddendum
from clinic.lib.errors import InvalidInput, NotAllowed
from clinic.staff.roles import Role
from tests.charting.factories import NOW, make_procedure, make_visit, patient_petrov, place
from tests.staff.factories import dr_orlova, log_in, make_user

pytestmark = pytest.mark.django_db
NEXT_DAY = NOW + timedelta(hours=26)


def written(text: str = "Пломба на 16") -> Visit:
    visit = make_visit()
    return actions.write_visit(visit=visit, version=visit.version, sections={"treatment": text}, actor=dr_orlova())


def locked(text: str = "Пломба на 16") -> Visit:
    visit = written(text) if text else make_visit()
    assert actions.lock_unsigned_visits(at=NEXT_DAY) == 1
    visit.refresh_from_db()
    return visit


def signed() -> Visit:
    visit = written()
    return actions.sign_visit(visit=visit, version=visit.version, actor=dr_orlova(), at=NOW + timedelta(hours=1))


def refused(change: Callable[[], object], constraint: str) -> None:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        change()
    assert constraint in str(caught.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]


def test_a_note_is_locked_after_its_hours_and_not_before() -> None:
    visit = written()
    assert actions.lock_unsigned_visits(at=NOW + timedelta(hours=23)) == 0
    assert tasks.lock_unsigned_visits(int(NEXT_DAY.timestamp())) == 1
    visit.refresh_from_db()
    assert visit.locked_at == NEXT_DAY
    assert actions.lock_unsigned_visits(at=NEXT_DAY) == 0
    in_time = signed()
    actions.lock_unsigned_visits(at=NEXT_DAY)
    in_time.refresh_from_db()
    assert in_time.locked_at is None


def test_the_hours_are_a_setting(settings: object) -> None:
    settings.VISIT_LOCK_HOURS = 0  # type: ignore[attr-defined]
    written()
    assert actions.lock_unsigned_visits(at=NOW + timedelta(days=400)) == 0


def test_a_locked_note_is_not_written_any_more_by_nobody() -> None:
    visit = locked()
    with pytest.raises(actions.VisitLocked):
        actions.write_visit(visit=visit, version=visit.version, sections={"treatment": "Иначе"}, actor=dr_orlova())
    refused(lambda: Visit.objects.filter(pk=visit.pk).update(treatment="Иначе"), "charting_visit_frozen")
    refused(lambda: Visit.objects.filter(pk=visit.pk).update(locked_at=None), "charting_visit_frozen")
    assert queries.open_visit_of(patient_petrov(), dr_orlova()) is None


def test_a_late_signature_and_late_words_are_marked() -> None:
    visit = locked()
    addendum = actions.add_addendum(visit=visit, text="Ещё: анестезия", actor=dr_orlova(), at=NEXT_DAY)
    assert addendum.is_late
    late = actions.sign_visit(visit=visit, version=visit.version, actor=dr_orlova(), at=NEXT_DAY)
    assert (late.is_late, late.signed_at) == (True, NEXT_DAY)
    assert late.signed_content is not None
    assert late.signed_content["addenda"] == [addendum.content_hash]
    assert note_content.is_as_signed(late)
    page = log_in(dr_orlova()).get(reverse("visit", args=[visit.pk])).content.decode()
    assert page.count("late entry") == 2


def test_what_was_signed_in_time_is_not_late_and_its_later_addendum_is() -> None:
    visit = signed()
    assert not visit.is_late
    assert not actions.add_addendum(visit=visit, text="Сразу", actor=dr_orlova(), at=NOW + timedelta(hours=2)).is_late
    assert actions.add_addendum(visit=visit, text="Потом", actor=dr_orlova(), at=NEXT_DAY).is_late


def test_an_empty_locked_note_is_told_in_an_addendum_and_then_signed() -> None:
    visit = locked(text="")
    with pytest.raises(InvalidInput):
        actions.sign_visit(visit=visit, version=visit.version, actor=dr_orlova(), at=NEXT_DAY)
    actions.add_addendum(visit=visit, text="Осмотр", actor=dr_orlova(), at=NEXT_DAY)
    assert actions.sign_visit(visit=visit, version=visit.version, actor=dr_orlova(), at=NEXT_DAY).is_signed


def test_a_note_entered_in_error_stays_readable_and_keeps_its_mark() -> None:
    visit = signed()
    marked = actions.mark_visit_in_error(visit=visit, reason="Не тот пациент", actor=dr_orlova(), at=NEXT_DAY)
    again = actions.mark_visit_in_error(visit=visit, reason="Другое", actor=dr_orlova(), at=NEXT_DAY)
    assert (marked.in_error_at, again.error_reason) == (NEXT_DAY, "Не тот пациент")
    page = log_in(dr_orlova()).get(reverse("visit", args=[visit.pk])).content.decode()
    assert "<del>Пломба на 16</del>" in page
    assert "Не тот пациент" in page
    refused(lambda: Visit.objects.filter(pk=visit.pk).update(in_error_at=None, in_error_by=None, error_reason=""), "charting_visit_frozen")
    refused(lambda: Visit.objects.filter(pk=visit.pk).update(error_reason="Иное"), "charting_visit_frozen")
    refused(lambda: Visit.objects.filter(pk=visit.pk).update(treatment=""), "charting_visit_")


def test_an_addendum_entered_in_error_stays_too() -> None:
    visit = signed()
    addendum = actions.add_addendum(visit=visit, text="Зуб 17", actor=dr_orlova(), at=NOW + timedelta(hours=2))
    refused(lambda: VisitAddendum.objects.filter(pk=addendum.pk).update(text="Зуб 16"), "charting_visitaddendum_frozen")
    with pytest.raises(NotAllowed):
        actions.mark_addendum_in_error(visit=visit, addendum_id=addendum.pk, reason="Не тот зуб", actor=make_user(Role.HYGIENIST), at=NEXT_DAY)
    client = log_in(dr_orlova())
    url = reverse("visit-addendum-error", args=[visit.pk, addendum.pk])
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "Не тот зуб"}).status_code == 302
    page = client.get(reverse("visit", args=[visit.pk])).content.decode()
    assert "<del>Зуб 17</del>" in page
    refused(lambda: VisitAddendum.objects.filter(pk=addendum.pk).update(error_reason=""), "charting_visitaddendum_frozen")
    told = client.get(f"/api/v1/visits/{visit.pk}").json()["addenda"][0]
    assert (told["text"], told["error_reason"]) == ("Зуб 17", "Не тот зуб")


def test_only_the_dentist_of_the_visit_marks_it_and_only_when_it_is_fixed() -> None:
    visit = written()
    with pytest.raises(actions.NotSigned):
        actions.mark_visit_in_error(visit=visit, reason="x", actor=dr_orlova(), at=NOW)
    with pytest.raises(NotAllowed):
        actions.mark_visit_in_error(visit=visit, reason="x", actor=make_user(Role.DENTIST, username="other"), at=NOW)
    visit = actions.sign_visit(visit=visit, version=visit.version, actor=dr_orlova(), at=NOW)
    with pytest.raises(InvalidInput):
        actions.mark_visit_in_error(visit=visit, reason=" ", actor=dr_orlova(), at=NOW)


def test_the_signature_binds_the_canonical_content() -> None:
    visit = signed()
    client = log_in(dr_orlova())
    content = client.get(f"/api/v1/visits/{visit.pk}/signed-content").content

    assert hashlib.sha256(content).hexdigest() == visit.content_hash
    assert client.get(f"/api/v1/visits/{make_visit().pk}/signed-content").status_code == 409


def test_closing_a_visit_late_does_not_make_its_note_timely() -> None:
    visit = written()
    actions.close_visit(visit=visit, actor=dr_orlova(), at=NOW + timedelta(hours=60))
    visit.refresh_from_db()
    late = actions.sign_visit(visit=visit, version=visit.version, actor=dr_orlova(), at=NOW + timedelta(hours=61))
    assert late.is_late


def test_an_unsigned_note_is_locked_by_the_end_of_the_visit_not_by_its_closing() -> None:
    visit = written()
    actions.close_visit(visit=visit, actor=dr_orlova(), at=NOW + timedelta(hours=23))
    assert actions.lock_unsigned_visits(at=NOW + timedelta(hours=37)) == 1


def test_the_hours_count_from_the_last_act_or_the_end_of_the_appointment_and_never_from_more_than_half_a_day_later() -> None:
    visit = written()

    def ended() -> datetime:
        return Visit.objects.end_of(visit.pk)

    assert ended() == visit.opened_at
    act = make_procedure("filling", place(16, "O"))
    performed = actions.perform_procedure(procedure=act, actor=dr_orlova(), at=visit.opened_at + timedelta(hours=2), visit=visit)
    assert ended() == performed.performed_at
    Performance.objects.filter(pk=performed.pk).update(performed_at=visit.opened_at + timedelta(hours=30))
    assert ended() == visit.opened_at + timedelta(hours=12)
    Visit.objects.filter(pk=visit.pk).update(closed_at=visit.opened_at + timedelta(hours=1))
    assert ended() == visit.opened_at + timedelta(hours=1)
