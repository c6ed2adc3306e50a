"""The desks: what each role sees first, in how many queries, and the act on them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from charting import actions as charting
from charting.models import Performance, Visit, VisitAddendum
from clinic.desk import desks, plot
from clinic.desk.marks import marks_of
from clinic.patients.models import Alert, AlertKind, AlertSeverity, Patient, Source
from clinic.price_list.models import Service
from clinic.scheduling import actions as scheduling
from clinic.scheduling.models import Appointment
from clinic.staff.models import RoleGrant, User
from clinic.staff.roles import Role
from lab_orders.models import Lab, LabOrder
from tests.billing.factories import make_charge, make_performance
from tests.patients.factories import make_patient, petrov
from tests.scheduling.factories import book, make_chair, make_shift, moscow
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user, registrar_belova

pytestmark = pytest.mark.django_db
NOON = moscow(12)
QUERIES = {"chair": 12, "front": 11, "money": 8, "manager": 11, "law": 10, "marketing": 6, "system": 9}


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOON)


def person(*roles: Role) -> User:
    make_branch()
    return make_user(*roles, username="-".join(roles))


def page_of(user: User, url: str = "/") -> str:
    return log_in(user).get(url).text


def work_out(patient: Patient) -> LabOrder:
    lab = Lab.objects.get_or_create(name="Dental Art")[0]
    number = 1 + LabOrder.objects.count()
    order = LabOrder.objects.create(
        number=number, patient=patient, branch=make_branch(), lab=lab, dentist=dr_orlova(), due_date=NOON.date() - timedelta(days=2)
    )
    order.state = "sent"
    order.save(update_fields=["state"])
    return order


def alert(patient: Patient) -> Alert:
    return Alert.objects.create(
        patient=patient, kind=AlertKind.ALLERGY, severity=AlertSeverity.CRITICAL, text="lidocaine", recorded_at=NOON, recorded_by=dr_orlova()
    )


def full_day(count: int = 1) -> list[Appointment]:
    """Dr Orlova's Monday from nine, with an alert, a debt and laboratory work out for each patient."""
    make_shift()
    found = []
    for hour in range(count):
        patient = make_patient(f"Patient {hour}")
        alert(patient)
        make_charge(patient=patient)
        work_out(patient)
        Visit.objects.create(patient=patient, branch=make_branch(), dentist=dr_orlova(), opened_at=NOON)
        found.append(book(moscow(9 + hour), patient_id=patient.pk))
    return found


def test_it_gives_each_role_its_own_desk() -> None:
    for role in Role:
        names = [desk.name for desk in desks.desks_of(person(role))]
        assert len(names) == 1, role


def test_it_lets_a_person_with_two_roles_choose_the_desk() -> None:
    user = person(Role.DENTIST, Role.MANAGER)
    assert "?desk=manager" in page_of(user)
    assert "Load today" in page_of(user, "/?desk=manager")
    assert "My day" in page_of(user, "/?desk=money")


def test_it_says_what_to_do_when_nothing_is_assigned() -> None:
    assert "Ask the system administrator" in page_of(make_user(username="nobody"))


def test_it_shows_the_dentist_the_next_patient_with_what_is_dangerous() -> None:
    first, second = full_day(2)
    scheduling.change_state(actor=registrar_belova(), at=moscow(9), appointment_id=first.pk, version=1, state="arrived")
    desk = desks.chair.build(dr_orlova(), make_branch(), moscow(9, 20))
    assert desk.current is not None
    assert desk.current.appointment == first
    assert desk.current.waiting_minutes == 20
    assert [mark.kind for mark in desk.current.marks][:3] == ["alert", "debt", "lab"]
    assert desk.slots[1].appointment == second
    assert [visit.patient for visit in desk.unsigned] == [first.patient, second.patient]
    assert len(desk.lab) == 2


def test_an_act_of_the_whole_mouth_to_be_done_names_no_tooth() -> None:
    (today,) = full_day(1)
    values = {"title_ru": "Чистка", "category": "hygiene", "scope": "mouth"}
    service = Service.objects.get_or_create(code="H77", defaults=values)[0]
    charting.add_procedure(patient=today.patient, service=service, state="planned", actor=dr_orlova(), at=moscow(9))
    desk = desks.chair.build(dr_orlova(), make_branch(), moscow(9, 20))
    assert [] in [vars(row)["numbers"] for row in desk.to_do]


def test_it_shows_the_whole_branch_to_an_assistant_named_nowhere() -> None:
    full_day(1)
    assert len(desks.chair.build(person(Role.ASSISTANT), make_branch(), NOON).slots) == 1
    assert not desks.chair.build(person(Role.DENTIST), make_branch(), NOON).slots


def test_it_tells_the_desk_who_waits_who_owes_and_whom_to_call() -> None:
    (today,) = full_day(1)
    make_shift(start=moscow(9, day=24), end=moscow(18, day=24))
    tomorrow = book(moscow(10, day=24), patient_id=petrov().pk)
    work_out(petrov())
    desk = desks.front.build(registrar_belova(), make_branch(), NOON)
    assert desk.coming[0].appointment == today
    assert desk.coming[0].is_late
    assert desk.owing[0][0].appointment == today
    assert [call.pk for call in desk.calls] == [tomorrow.pk]
    assert desk.calls[0].phone == "+79161234567"  # type: ignore[attr-defined]
    assert desk.lab[0].appointment == tomorrow
    text = page_of(registrar_belova())
    assert "medical alert: ask the dentist" in text
    assert "lidocaine" not in text


@pytest.mark.parametrize(("due", "is_told"), [(-10, True), (0, True), (2, True), (3, False)])
def test_a_laboratory_order_that_was_never_sent_is_told_of_before_its_fitting(due: int, *, is_told: bool) -> None:
    make_shift()
    make_shift(start=moscow(9, day=24), end=moscow(18, day=24))
    patient = make_patient("Коронкин")
    draft = work_out(patient)
    LabOrder.objects.filter(pk=draft.pk).update(state="draft", due_date=NOON.date() + timedelta(days=due))
    today, tomorrow = book(moscow(9), patient_id=patient.pk), book(moscow(10, day=24), patient_id=patient.pk)
    told = [mark.text for mark in marks_of([today], user=registrar_belova(), day=NOON.date())[today.pk] if mark.kind == "lab"]
    assert bool(told) is is_told
    assert all("order never sent" in text for text in told)
    ahead = desks.front.build(registrar_belova(), make_branch(), NOON).lab
    assert [slot.appointment for slot in ahead] == [tomorrow]


def test_it_hides_money_from_who_may_not_see_it() -> None:
    (appointment,) = full_day(1)
    kinds = {mark.kind for mark in marks_of([appointment], user=person(Role.TELESECRETARY), day=NOON.date())[appointment.pk]}
    assert kinds == {"alert", "new"}


def test_it_confirms_a_visit_from_the_list_of_calls() -> None:
    make_shift(start=moscow(9, day=24), end=moscow(18, day=24))
    appointment = book(moscow(10, day=24))
    client = log_in(registrar_belova())
    response = client.post(f"/calls/{appointment.pk}/", {"version": "1"}, headers={"HX-Request": "true"})
    appointment.refresh_from_db()
    assert response.status_code == 200
    assert appointment.state == "confirmed"
    assert "will come" in response.text
    assert "Everybody of the next days has confirmed" in response.text


def test_it_refuses_a_confirmation_without_a_version_and_without_the_right() -> None:
    make_shift(start=moscow(9, day=24), end=moscow(18, day=24))
    appointment = book(moscow(10, day=24))
    assert log_in(registrar_belova()).post(f"/calls/{appointment.pk}/").status_code == 422
    assert log_in(person(Role.LAWYER)).post(f"/calls/{appointment.pk}/", {"version": "1"}).status_code == 403


def test_it_tells_the_lawyer_what_was_reversed_and_added() -> None:
    performance = make_performance()
    Performance.objects.filter(pk=performance.pk).update(reversed_at=NOON, reversed_by=dr_orlova(), reversal_reason="wrong tooth")
    visit = Visit.objects.create(patient=petrov(), branch=make_branch(), dentist=dr_orlova(), opened_at=NOON)
    Visit.objects.filter(pk=visit.pk).update(locked_at=NOON)
    VisitAddendum.objects.create(visit=visit, patient=petrov(), text="More", written_by=dr_orlova(), written_at=NOON, content_hash="0" * 64)
    user = person(Role.LAWYER)
    text = page_of(user)
    assert "wrong tooth" in text
    assert "Added to signed notes" in text


def test_it_counts_new_patients_by_source_without_names() -> None:
    source = Source.objects.create(name="Recommendation")
    Patient.objects.filter(pk=make_patient("Secret", source=source).pk).update(created_at=NOON - timedelta(days=3))
    text = page_of(person(Role.MARKETER))
    assert "Recommendation" in text
    assert "Secret" not in text


def test_it_refreshes_only_ones_own_desk() -> None:
    client = log_in(dr_orlova())
    assert "My day" in client.get("/today/chair/").text
    assert client.get("/today/system/").status_code == 404


def queries_of(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("desk", desks.DESKS, ids=lambda desk: desk.name)
def test_it_asks_the_database_as_often_for_a_full_day_as_for_a_thin_one(desk: desks.Desk) -> None:
    user = dr_orlova() if desk.name == "chair" else person(next(iter(sorted(desk.roles))))
    full_day(1)
    client = log_in(user)
    client.get("/")
    thin = queries_of(client, "/")
    for state in ("arrived", "seated", "done"):
        Appointment.objects.all().update(state=state)
    for hour in range(4):
        book(moscow(12 + hour), patient_id=make_patient(f"More {hour}").pk, chair_id=make_chair().pk)
        work_out(make_patient(f"Work {hour}"))
    assert queries_of(client, "/") <= thin + 1
    assert thin <= QUERIES[desk.name]


def test_it_marks_the_cards_of_a_day_of_the_diary() -> None:
    (appointment,) = full_day(1)
    client = log_in(registrar_belova())
    body = client.get("/diary/marks/?day=2026-11-23").json()
    assert {mark["kind"] for mark in body["marks"][str(appointment.pk)]} >= {"alert", "debt", "lab"}
    assert client.get("/diary/marks/?day=2026-11-24").json()["marks"] == {}
    assert client.get("/diary/marks/?day=2026-02-31").status_code == 422
    assert client.get("/diary/marks/?branch=nonsense").status_code == 404
    half = make_user(Role.ADMINISTRATOR, username="half", branch=make_branch("Nevsky"))
    RoleGrant.objects.create(user=half, role=Role.MARKETER, branch=make_branch())
    here, there = make_branch("Nevsky").pk, make_branch().pk
    browser = log_in(half)
    assert [browser.get(f"/diary/marks/?day=2026-11-23&branch={key}").status_code for key in (here, there)] == [200, 404]


def test_it_shows_in_the_settings_only_what_the_person_may_set_up() -> None:
    assert "People, roles and access" in page_of(person(Role.SYSTEM_ADMINISTRATOR), "/settings/")
    assert "People, roles and access" not in page_of(person(Role.ACCOUNTANT), "/settings/")


def test_a_plot_scales_to_its_greatest_value() -> None:
    drawn = plot.columns([0, 5, 10], ["a", "b", "c"], ["", "", ""], height=100)
    assert [column.height for column in drawn.columns] == [0, 50, 100]
    assert drawn.columns[-1].is_last
