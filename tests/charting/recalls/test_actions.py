"""Recalls: proposed by rule, decided once, moved, booked and cancelled with reasons; and what the database refuses by itself."""

from datetime import date, timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from charting import actions as charting
from charting.actions.visits import VisitCancelled
from charting.models import Recall, Visit
from charting.recalls import actions, queries
from clinic.history.context import Context, acting
from clinic.lib.errors import InvalidInput, KeyTaken, NotAllowed, StaleVersion
from clinic.lib.ids import uuid7
from clinic.scheduling import actions as diary
from clinic.scheduling.models import Appointment
from clinic.staff.roles import Role
from tests.charting.factories import NOW, make_procedure, make_visit, patient_petrov, perform, petrova, place
from tests.charting.recalls.factories import accepted, belova, diagnosed, proposed, rule, visit_with
from tests.scheduling.factories import make_chair, make_shift, moscow
from tests.staff.factories import dr_orlova, make_branch, make_user

pytestmark = pytest.mark.django_db
DUE = date(2027, 2, 22)


@pytest.fixture
def visit() -> Visit:
    """A visit with a chronic periodontitis."""
    return visit_with("K05.3")


def booking(**changes: Any) -> dict[str, Any]:
    """As the diary takes it: Monday at ten with Dr Orlova."""
    if not dr_orlova().shifts.exists():
        make_shift()
    asked = {"patient_id": patient_petrov().pk, "dentist_id": dr_orlova().pk, "chair_id": make_chair().pk}
    return {"id": uuid7(), **asked, "starts_at": moscow(10), "ends_at": moscow(11), **changes}


def booked(recall: Recall, **changes: Any) -> Recall:
    return actions.book_recall(recall_id=recall.pk, version=recall.version, booking=booking(**changes), actor=belova(), at=NOW)


def signed(visit: Visit) -> Visit:
    visit.refresh_from_db()
    written = charting.write_visit(visit=visit, version=visit.version, sections={"complaint": "Кровоточивость"}, actor=dr_orlova())
    return charting.sign_visit(visit=written, version=written.version, actor=dr_orlova(), at=NOW + timedelta(minutes=30))


# Proposals


def test_a_periodontitis_asks_for_supportive_care_in_three_months(visit: Visit) -> None:
    (proposal,) = queries.proposals_for(visit, NOW)
    assert (proposal.because, proposal.rule.interval, proposal.due_on, proposal.rule.purpose) == (
        "K05.3", "3 months", DUE, "supportive periodontal care",
    )  # fmt: skip
    with translation.override("ru"):
        assert (proposal.rule.interval, proposal.rule.purpose) == ("3 месяца", "поддерживающая пародонтологическая терапия")


def test_an_apical_lesion_asks_for_radiographs_and_an_extraction_for_a_look_at_the_wound(visit: Visit) -> None:
    diagnosed("K04.5", 36)
    perform(make_procedure("extraction", place(38)))
    found = proposed(visit)
    assert {code: str(one.due_on) for code, one in found.items()} == {
        "surgery_check": "2026-11-29", "periodontitis": "2027-02-22", "apical_6_months": "2027-05-22", "endodontic_12_months": "2027-11-22",
    }  # fmt: skip
    assert found["apical_6_months"].because == "K04.5 (36)"
    assert found["surgery_check"].because == "Service extraction"


def test_what_was_withdrawn_or_reversed_proposes_nothing(visit: Visit) -> None:
    recall = accepted(visit)
    assert not recall.has_lost_ground
    done = perform(make_procedure("extraction", place(38)))
    charting.reverse_performance(performance=done, actor=dr_orlova(), at=NOW, reason="не сделано")
    charting.withdraw_diagnosis(diagnosis=visit.diagnoses.get(), actor=dr_orlova(), at=NOW, reason="другой")
    assert queries.proposals_for(visit, NOW) == []
    assert (queries.recalls_in(visit)[0].has_lost_ground, queries.recalls_in(visit)[0].state) == (True, "due")
    assert queries.proposals_for(make_visit(), NOW) == []


def test_a_child_comes_sooner() -> None:
    patient = patient_petrov()
    patient.birth_date = date(2018, 1, 1)
    patient.save(update_fields=["birth_date"])
    assert list(proposed(visit_with("K02.1"))) == ["caries_child"]


# Decisions


def test_accepted_it_is_a_record_with_its_rule_and_reason(visit: Visit) -> None:
    recall = accepted(visit)
    assert (recall.patient, recall.branch, recall.visit, recall.rule) == (patient_petrov(), make_branch(), visit, rule("periodontitis"))
    assert (recall.due_on, recall.proposed_on, recall.diagnosis, recall.set_by, recall.state) == (DUE, DUE, visit.diagnoses.get(), dr_orlova(), "due")
    assert recall.words == "supportive periodontal care"
    assert not queries.proposals_for(visit, NOW)[0].is_offered
    with pytest.raises(actions.AlreadyDecided) as refused:
        accepted(visit)
    assert "supportive periodontal care" in str(refused.value.message)


def test_the_dentist_may_choose_another_day_and_words(visit: Visit) -> None:
    wish = actions.Wish(rule=rule("periodontitis").pk, due_on=date(2027, 1, 15), purpose="контроль 36", reason="глубокий карман")
    recall = accepted(visit, wish=wish)
    assert (recall.due_on, recall.proposed_on, recall.words, recall.reason) == (date(2027, 1, 15), DUE, "контроль 36", "глубокий карман")


def test_one_without_a_rule_says_all_of_it(visit: Visit) -> None:
    own = actions.Wish(kind="checkup", purpose="осмотр", due_on=DUE)
    assert accepted(visit, wish=own).words == "осмотр"
    for wrong, field in (
        ({"purpose": " "}, "purpose"),
        ({"kind": "magic"}, "kind"),
        ({"due_on": None}, "due_on"),
        ({"purpose": "x" * 201}, "purpose"),
    ):
        with pytest.raises(InvalidInput) as refused:
            accepted(visit, wish=actions.Wish(**{**vars(own), **wrong}))
        assert list(refused.value.fields) == [field]


@pytest.mark.parametrize("day", [date(2026, 11, 22), date(2020, 1, 1), date(2040, 1, 1)])
def test_the_day_is_to_come(visit: Visit, day: date) -> None:
    with pytest.raises(InvalidInput) as refused:
        accepted(visit, wish=actions.Wish(rule=rule("periodontitis").pk, due_on=day))
    assert list(refused.value.fields) == ["due_on"]


def test_what_nothing_led_to_is_not_proposed(visit: Visit) -> None:
    for stranger in (rule("caries").pk, uuid7()):
        with pytest.raises(actions.NotProposed):
            accepted(visit, wish=actions.Wish(rule=stranger))


def test_declined_with_a_reason_it_can_be_accepted_after_all(visit: Visit) -> None:
    told: dict[str, Any] = {"visit": visit, "rule_id": rule("periodontitis").pk, "actor": dr_orlova(), "at": NOW}
    with pytest.raises(InvalidInput):
        actions.decline_recall(**told, reason=" ")
    declined = actions.decline_recall(**told, reason="наблюдается у другого врача", id=uuid7())
    assert declined.state == "declined"
    assert actions.decline_recall(**told, reason="наблюдается у другого врача", id=declined.pk) == declined
    with pytest.raises(actions.AlreadyDecided):
        actions.decline_recall(**told, reason="ещё раз")
    assert accepted(visit).state == "due"


def test_the_same_key_is_one_recall_and_never_hides_another(visit: Visit) -> None:
    key = uuid7()
    assert accepted(visit, id=key) == accepted(visit, id=key)
    with pytest.raises(KeyTaken):
        accepted(visit, id=key, wish=actions.Wish(kind="checkup", purpose="осмотр", due_on=DUE))
    assert Recall.objects.count() == 1


def test_a_newer_periodic_decision_takes_the_place_of_an_older_one(visit: Visit) -> None:
    older, radiograph = accepted(visit), accepted(visit, wish=actions.Wish(kind="radiograph", purpose="снимок", due_on=DUE))
    charting.close_visit(visit=visit, actor=dr_orlova(), at=NOW + timedelta(minutes=5))
    later = NOW + timedelta(days=30)
    next_visit = charting.open_visit(patient=patient_petrov(), dentist=dr_orlova(), branch=make_branch(), actor=dr_orlova(), at=later)
    charting.record_diagnosis(patient=patient_petrov(), code="K05.3", actor=dr_orlova(), at=later, visit=next_visit)
    newer = accepted(next_visit, at=later)
    older.refresh_from_db()
    radiograph.refresh_from_db()
    assert (older.state, older.replaced_by, radiograph.state, newer.state) == ("replaced", newer, "due", "due")
    assert queries.open_recalls_of(patient_petrov()) == [radiograph, newer]


def test_a_recall_of_a_note_in_error_calls_nobody(visit: Visit) -> None:
    recall = accepted(visit)
    signed(visit)
    visit.refresh_from_db()
    charting.mark_visit_in_error(visit=visit, reason="не тот пациент", actor=dr_orlova(), at=NOW)
    assert queries.recalls_of(patient_petrov()).get().state == "withdrawn"
    assert not Recall.objects.open().exists()
    with pytest.raises(actions.RecallClosed):
        actions.move_recall(recall_id=recall.pk, version=recall.version, due_on=DUE, reason="просьба", actor=belova(), at=NOW)


def test_nothing_of_it_holds_up_the_signature(visit: Visit) -> None:
    assert accepted(signed(visit)).state == "due"


def test_a_cancelled_visit_takes_none(visit: Visit) -> None:
    empty = charting.open_visit(patient=petrova(), dentist=dr_orlova(), branch=make_branch(), actor=dr_orlova(), at=NOW)
    Visit.objects.filter(pk=empty.pk).update(cancelled_at=NOW, cancelled_by=dr_orlova(), closed_at=NOW)
    with pytest.raises(VisitCancelled):
        accepted(empty, wish=actions.Wish(kind="checkup", purpose="осмотр", due_on=DUE))


# The desk


def test_moved_with_a_reason_by_the_version_that_was_read(visit: Visit) -> None:
    recall = accepted(visit)
    moved = actions.move_recall(recall_id=recall.pk, version=recall.version, due_on=date(2027, 3, 1), reason="в отпуске", actor=belova(), at=NOW)
    assert (moved.due_on, moved.reason, moved.moved_by, moved.proposed_on) == (date(2027, 3, 1), "в отпуске", belova(), DUE)
    with pytest.raises(StaleVersion):
        actions.move_recall(recall_id=recall.pk, version=recall.version, due_on=DUE, reason="назад", actor=belova(), at=NOW)
    assert [str(row.due_on) for row in Recall.history.filter(id=recall.pk).order_by("version")] == ["2027-02-22", "2027-03-01"]
    told: dict[str, Any] = {"recall_id": recall.pk, "version": moved.version, "due_on": DUE, "reason": "x", "actor": belova(), "at": NOW}
    for wrong in ({"reason": " "}, {"due_on": date(2026, 11, 1)}):
        with pytest.raises(InvalidInput):
            actions.move_recall(**{**told, **wrong})


def test_cancelled_with_a_reason_it_is_closed(visit: Visit) -> None:
    recall = accepted(visit)
    gone = actions.cancel_recall(recall_id=recall.pk, version=recall.version, reason="уехал", actor=belova(), at=NOW + timedelta(days=1))
    assert (gone.state, gone.cancel_reason, gone.cancelled_by) == ("cancelled", "уехал", belova())
    with pytest.raises(actions.RecallClosed):
        actions.cancel_recall(recall_id=recall.pk, version=gone.version, reason="ещё раз", actor=belova(), at=NOW)
    with pytest.raises(actions.RecallClosed):
        booked(gone)
    assert not Appointment.objects.exists()


def test_booked_and_tied_in_one_act_and_due_again_when_the_appointment_falls(visit: Visit) -> None:
    recall = accepted(visit)
    tied = booked(recall)
    assert (tied.state, tied.appointment, tied.booked_by) == ("booked", Appointment.objects.get(), belova())
    again = actions.book_recall(recall_id=recall.pk, version=recall.version, booking=booking(id=tied.appointment_id), actor=belova(), at=NOW)
    assert again == tied
    with pytest.raises(actions.RecallClosed, match="booked already"):
        booked(tied, starts_at=moscow(12), ends_at=moscow(13))
    appointment = Appointment.objects.get()
    diary.change_state(actor=belova(), at=NOW, appointment_id=appointment.pk, version=appointment.version, state="cancelled", reason="болен")
    due = queries.recalls_of(patient_petrov()).get()
    assert due.state == "due"
    assert booked(due, starts_at=moscow(12), ends_at=moscow(13)).state == "booked"


def test_a_booking_that_is_refused_leaves_the_recall_open(visit: Visit) -> None:
    recall = accepted(visit)
    with pytest.raises(diary.OutsideShift):
        booked(recall, starts_at=moscow(22), ends_at=moscow(23))
    with pytest.raises(InvalidInput) as refused:
        booked(recall, patient_id=petrova().pk)
    assert list(refused.value.fields) == ["patient_id"]
    recall.refresh_from_db()
    assert (recall.appointment, Appointment.objects.count()) == (None, 0)


def test_tied_to_an_appointment_that_the_patient_has_already(visit: Visit) -> None:
    recall = accepted(visit)
    appointment = diary.book(actor=belova(), at=NOW, **booking())
    told: dict[str, Any] = {"recall_id": recall.pk, "version": recall.version, "actor": belova(), "at": NOW}
    other = diary.book(actor=belova(), at=NOW, **booking(patient_id=petrova().pk, starts_at=moscow(12), ends_at=moscow(13)))
    with pytest.raises(InvalidInput):
        actions.link_recall(**told, appointment_id=other.pk)
    tied = actions.link_recall(**told, appointment_id=appointment.pk)
    assert (tied.state, tied.appointment) == ("booked", appointment)
    assert actions.link_recall(**told, appointment_id=appointment.pk) == tied


def test_each_act_asks_for_its_right(visit: Visit) -> None:
    assistant, accountant = make_user(Role.ASSISTANT), make_user(Role.ACCOUNTANT)
    with pytest.raises(NotAllowed):
        accepted(visit, actor=assistant)
    with pytest.raises(NotAllowed):
        actions.decline_recall(visit=visit, rule_id=rule("periodontitis").pk, reason="нет", actor=belova(), at=NOW)
    recall = accepted(visit)
    for act, more in ((actions.move_recall, {"due_on": DUE, "reason": "x"}), (actions.cancel_recall, {"reason": "x"})):
        with pytest.raises(NotAllowed):
            act(recall_id=recall.pk, version=recall.version, actor=accountant, at=NOW, **more)
    with pytest.raises(NotAllowed):
        actions.book_recall(recall_id=recall.pk, version=recall.version, booking=booking(), actor=accountant, at=NOW)


# The database


def test_a_recall_keeps_what_was_decided(visit: Visit) -> None:
    recall = accepted(visit)
    frozen: list[dict[str, Any]] = [{"kind": "checkup"}, {"purpose": "x"}, {"proposed_on": date(2028, 1, 1)}, {"rule": None}]
    for change in [*frozen, {"set_at": NOW - timedelta(days=1)}]:
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            Recall.objects.filter(pk=recall.pk).update(**change)
    actions.cancel_recall(recall_id=recall.pk, version=recall.version, reason="уехал", actor=belova(), at=NOW)
    for undone in ({"cancelled_at": None, "cancelled_by": None, "cancel_reason": ""}, {"due_on": date(2028, 1, 1)}):
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            Recall.objects.filter(pk=recall.pk).update(**undone)
    with pytest.raises(IntegrityError), transaction.atomic():
        recall.delete()


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"kind": "magic"}, "charting_recall_kind_known"),
        ({"purpose": ""}, "charting_recall_says_what_for"),
        ({"proposed_on": DUE}, "charting_recall_proposed_by_rule"),
        ({"due_on": date(1999, 1, 1)}, "charting_recall_in_this_century"),
        ({"cancelled_at": NOW}, "charting_recall_cancel_explained"),
        ({"moved_at": NOW}, "does not begin like this"),
    ],
)
def test_the_database_refuses_what_cannot_be(visit: Visit, wrong: dict[str, Any], constraint: str) -> None:
    values = {"patient": patient_petrov(), "branch": make_branch(), "visit": visit, "kind": "checkup", "purpose": "осмотр", "due_on": DUE}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Recall.objects.create(**{**values, "set_at": NOW, "set_by": dr_orlova(), **wrong})


def test_all_that_a_recall_points_at_is_of_one_patient(visit: Visit) -> None:
    values = {"branch": make_branch(), "kind": "checkup", "purpose": "осмотр", "due_on": DUE, "set_at": NOW, "set_by": dr_orlova()}
    with pytest.raises(IntegrityError, match="another patient"), transaction.atomic():
        Recall.objects.create(patient=petrova(), visit=visit, **values)
    recall = accepted(visit)
    other = diary.book(actor=belova(), at=NOW, **booking(patient_id=petrova().pk))
    with pytest.raises(IntegrityError, match="another patient"), transaction.atomic():
        Recall.objects.filter(pk=recall.pk).update(appointment=other, booked_at=NOW, booked_by=belova())


def test_a_rule_is_accepted_once_after_a_visit_whoever_writes(visit: Visit) -> None:
    recall = accepted(visit)
    values = {name: getattr(recall, name) for name in ("patient", "branch", "visit", "rule", "kind", "proposed_on", "due_on", "set_at", "set_by")}
    with pytest.raises(IntegrityError, match="charting_recall_of_rule_once"), transaction.atomic():
        Recall.objects.create(**values)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_one_key", [True, False])
def test_twins_at_once_are_one_recall(is_one_key: bool) -> None:  # noqa: FBT001 - a parameter of the test
    with transaction.atomic():
        visit, dentist, key = visit_with("K05.3"), dr_orlova(), uuid7()
        wish = actions.Wish(rule=rule("periodontitis").pk)
    made: list[object] = []

    def send() -> None:
        try:
            with acting(Context(actor="system:test", actor_name="test", purpose="test")):
                made.append(actions.set_recall(visit=visit, wish=wish, actor=dentist, at=NOW, id=key if is_one_key else uuid7()).pk)
        except actions.AlreadyDecided:
            made.append("decided")
        except Exception as error:
            made.append(error)
        finally:
            connection.close()

    threads = [Thread(target=send) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Recall.objects.count() == 1
    (recall,) = Recall.objects.all()
    assert sorted(map(str, made)) == sorted(map(str, [key] * 5 if is_one_key else [recall.pk, *["decided"] * 4]))


@pytest.mark.django_db(transaction=True)
def test_two_desks_book_one_recall_once() -> None:
    with transaction.atomic():
        recall, desk = accepted(visit_with("K05.3")), belova()
        bookings = [booking(starts_at=moscow(hour), ends_at=moscow(hour + 1)) for hour in (10, 12, 14)]
    made: list[object] = []

    def send(asked: dict[str, Any]) -> None:
        try:
            with acting(Context(actor="system:test", actor_name="test", purpose="test")):
                made.append(actions.book_recall(recall_id=recall.pk, version=recall.version, booking=asked, actor=desk, at=NOW).state)
        except actions.RecallClosed:
            made.append("closed")
        except Exception as error:
            made.append(error)
        finally:
            connection.close()

    threads = [Thread(target=send, args=(asked,)) for asked in bookings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, made)) == ["booked", "closed", "closed"]
    assert Appointment.objects.count() == 1
