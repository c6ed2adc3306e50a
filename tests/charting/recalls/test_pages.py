"""Recalls in the note, on the desk's list, on the overview, on paper and over the API."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from charting import handout
from charting.models import Recall, Visit
from charting.queries import chart_at
from charting.recalls import queries
from clinic.history.models import Event
from clinic.lib.ids import uuid7
from clinic.scheduling import actions as diary
from clinic.scheduling.models import Appointment
from clinic.staff.roles import Role
from tests.charting.factories import NOW, patient_petrov
from tests.charting.recalls.factories import accepted, belova, diagnosed, rule, visit_with
from tests.scheduling.factories import make_chair, make_shift
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def visit() -> Visit:
    return visit_with("K05.3")


def desk() -> Client:
    return log_in(belova())


def recall_due(days: int, purpose: str = "осмотр", *, visit: Visit) -> Recall:
    """A recall so many days from today, written long ago."""
    values = {"patient": visit.patient, "branch": visit.branch, "visit": visit, "kind": "radiograph", "purpose": purpose}
    day = timezone.localdate() + timedelta(days=days)
    return Recall.objects.create(**values, due_on=day, set_at=NOW - timedelta(days=300), set_by=dr_orlova())


# The note


def test_the_note_proposes_with_the_rule_that_led_to_it_and_one_click_accepts(visit: Visit) -> None:
    dentist, page = log_in(dr_orlova()), reverse("visit", args=[visit.pk])
    text = dentist.get(page).text
    for words in ("K05.3 → 3 months", "Supportive periodontal care", "EFP S3 guideline", "by 22"):
        assert words in text, words
    address = reverse("recall-accept", args=[visit.pk, rule("periodontitis").pk])
    key = {"id": str(uuid7())}
    assert [dentist.post(address, key).status_code for _click in range(2)] == [302, 302]
    assert (Recall.objects.get().due_on, str(Recall.objects.get().pk)) == (date(2027, 2, 22), key["id"])
    again = dentist.get(page).text
    assert address not in again
    assert "to be booked" in again
    assert "22" in dentist.get(reverse("visit-print", args=[visit.pk])).text.split("Next visit")[1]


def test_another_day_own_words_and_not_needed_are_panels(visit: Visit) -> None:
    dentist, key = log_in(dr_orlova()), rule("periodontitis").pk
    change = reverse("recall-change", args=[visit.pk, key])
    assert 'value="2027-02-22"' in dentist.get(change).text
    past = dentist.post(change, {"id": str(uuid7()), "due_on": "2020-01-01", "reason": "раньше"})
    assert (past.status_code, "раньше" in past.text) == (422, True)
    decline = reverse("recall-decline", args=[visit.pk, key])
    assert dentist.post(decline, {"id": str(uuid7())}).status_code == 422
    assert dentist.post(decline, {"id": str(uuid7()), "reason": "у другого врача"}).status_code == 302
    text = dentist.get(reverse("visit", args=[visit.pk])).text
    assert "у другого врача" in text
    assert decline not in text
    assert dentist.post(change, {"id": str(uuid7()), "due_on": "2027-01-15", "reason": "глубокий карман"}).status_code == 302
    new = reverse("recall-new", args=[visit.pk])
    assert dentist.post(new, {"id": str(uuid7()), "due_on": "2027-05-01", "kind": "checkup", "purpose": ""}).status_code == 422
    assert dentist.post(new, {"id": str(uuid7()), "due_on": "2027-05-01", "kind": "checkup", "purpose": "осмотр"}).status_code == 302
    assert sorted(row.state for row in Recall.objects.all()) == ["declined", "due", "due"]


def test_who_gives_no_diagnosis_reads_only(visit: Visit) -> None:
    assistant = log_in(make_user(Role.ASSISTANT, branch=make_branch()))
    text = assistant.get(reverse("visit", args=[visit.pk])).text
    address = reverse("recall-accept", args=[visit.pk, rule("periodontitis").pk])
    assert "K05.3 → 3 months" in text
    assert address not in text
    assert assistant.post(address).status_code == 403


# The desk


def test_the_list_has_states_months_dentists_search_and_no_codes_for_the_desk(visit: Visit) -> None:
    recall_due(-40, "давно пора", visit=visit)
    recall_due(200, "потом", visit=visit)
    accepted(visit)

    def shown(**asked: str) -> list[str]:
        return [row.words for row in desk().get(reverse("recalls"), asked).context["page"]]

    assert shown() == shown(state="overdue") == ["давно пора"]
    assert len(shown(state="due")) == 3
    assert shown(month="2027-02") == ["supportive periodontal care"]
    assert shown(month="nonsense", state="nonsense") == shown(month="9999-12") == ["давно пора"]
    assert [shown(dentist=str(key)) for key in (dr_orlova().pk, uuid7())] == [["давно пора"], []]
    assert (shown(branch=str(make_branch().pk)), shown(branch=str(uuid7()))) == (["давно пора"], [])
    text = desk().get(reverse("recalls"), {"state": "due"}).text
    assert "overdue" in text
    assert "K05.3" not in text
    assert "K05.3" in log_in(dr_orlova()).get(reverse("recalls"), {"state": "due"}).text


def test_a_search_keeps_the_name_out_of_the_address(visit: Visit) -> None:
    recall_due(-1, visit=visit)
    browser = desk()
    for typed, count in (("Петров", 1), ("Сидоров", 0)):
        sent = browser.post(f"{reverse('recalls')}?state=due", {"q": typed})
        assert sent.status_code == 302
        assert typed not in sent["Location"]
        assert "state=due" in sent["Location"]
        page = browser.get(sent["Location"])
        assert len(page.context["page"]) == count
    assert "No recall matches" in page.text


def test_the_list_is_a_workbook_whose_taking_is_written_down(visit: Visit) -> None:
    recall_due(-1, "=осмотр", visit=visit)
    answer = desk().get(reverse("recalls-xlsx"))
    rows = list(load_workbook(BytesIO(answer.content)).active.values)  # type: ignore[union-attr]
    assert (len(rows), rows[1][1], rows[1][4]) == (2, patient_petrov().card_number, "=осмотр")
    (taken,) = Event.objects.filter(op="P", tbl="recalls")
    assert str(patient_petrov().pk) in str(taken.body)
    assert log_in(dr_orlova()).get(reverse("recalls-xlsx")).status_code == 403


def test_an_appointment_elsewhere_is_told_by_the_clock_of_its_branch(visit: Visit) -> None:
    there, start = (
        make_branch("Nice", time_zone="Europe/Paris"),
        (timezone.now() + timedelta(days=9)).replace(hour=7, minute=30, second=0, microsecond=0),
    )
    booking: dict[str, Any] = {"patient_id": visit.patient_id, "dentist_id": dr_orlova().pk, "chair_id": make_chair("Fauteuil", there).pk}
    make_shift(dr_orlova(), start, start + timedelta(hours=2), there)
    chief = make_user(Role.ADMINISTRATOR, username="both")
    appointment = diary.book(**booking, starts_at=start, ends_at=start + timedelta(hours=1), actor=chief, at=timezone.now())
    shown = start.astimezone(ZoneInfo("Europe/Paris"))
    recall, browser = recall_due(5, visit=visit), log_in(chief)
    assert f"{shown:%H:%M}: tie" in browser.get(reverse("recalls"), {"state": "due"}).text
    Recall.objects.filter(pk=recall.pk).update(appointment=appointment, booked_at=timezone.now(), booked_by=chief)
    rows = list(load_workbook(BytesIO(browser.get(reverse("recalls-xlsx"), {"state": "booked"}).content)).active.values)  # type: ignore[union-attr]
    assert rows[1][8] == shown.replace(tzinfo=None)


def test_one_click_opens_the_booking_with_all_that_is_known_and_ties_it(visit: Visit) -> None:
    recall = recall_due(20, visit=visit)
    start = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=22)
    make_shift(dr_orlova(), start, start + timedelta(hours=8))
    make_chair()
    browser, address = desk(), reverse("recall-book", args=[recall.pk])
    page = browser.get(address)
    initial = page.context["form"].initial
    assert (initial["patient_id"], initial["dentist_id"], initial["day"]) == (patient_petrov().pk, dr_orlova().pk, start.date())
    assert "Петров" in page.text
    form = page.context["form"]
    sent = {name: form[name].value() or "" for name in form.fields} | {"version": "1"}
    assert (sent["chair_id"], sent["note"]) == (make_chair().pk, "осмотр")
    assert browser.post(address, {**sent, "time": "23:00"}).status_code == 422
    assert browser.post(address, {**sent, "version": "x"}).status_code == 422
    done = browser.post(address, sent)
    assert done.status_code == 302, done.context["form"].errors
    recall.refresh_from_db()
    assert (recall.state, recall.appointment) == ("booked", Appointment.objects.get())
    assert browser.get(address).status_code == 409
    assert "Booked" in browser.get(reverse("recalls"), {"state": "booked"}).text


def test_an_appointment_that_stands_is_tied_by_one_click(visit: Visit) -> None:
    recall = recall_due(-1, visit=visit)
    start = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    make_shift(dr_orlova(), start, start + timedelta(hours=2))
    place: dict[str, Any] = {"patient_id": patient_petrov().pk, "dentist_id": dr_orlova().pk, "chair_id": make_chair().pk}
    found = diary.book(actor=belova(), at=timezone.now(), **place, starts_at=start, ends_at=start + timedelta(hours=1))
    browser = desk()
    assert str(found.pk) in browser.get(reverse("recalls")).text
    far = recall_due(100, visit=visit)
    assert str(found.pk) not in browser.get(reverse("recalls"), {"state": "due", "month": far.due_on.strftime("%Y-%m")}).text
    link = reverse("recall-link", args=[recall.pk])
    assert browser.post(link, {"version": "x", "appointment": str(found.pk)}).status_code == 422
    assert browser.post(link, {"version": "1", "appointment": str(found.pk)}).status_code == 302
    recall.refresh_from_db()
    assert recall.appointment == found


def test_move_and_cancel_are_panels_that_ask_why(visit: Visit) -> None:
    recall, browser = recall_due(-1, visit=visit), desk()
    move, cancel = reverse("recall-move", args=[recall.pk]), reverse("recall-cancel", args=[recall.pk])
    later = (timezone.localdate() + timedelta(days=60)).isoformat()
    assert browser.post(move, {"version": "1", "due_on": later}).status_code == 422
    assert browser.post(move, {"version": "1", "due_on": later, "reason": "в отпуске"}).status_code == 302
    stale = browser.post(cancel, {"version": "1", "reason": "уехал"})
    assert (stale.status_code, "Someone has changed" in stale.text) == (422, True)
    assert browser.post(cancel, {"version": "2", "reason": "уехал"}).status_code == 302
    assert "уехал" in browser.get(reverse("recalls"), {"state": "gone"}).text


def test_the_overview_and_the_front_desk_say_so(visit: Visit) -> None:
    overview = reverse("patient", args=[patient_petrov().pk])
    assert "To come again" not in desk().get(overview).text
    recall = recall_due(-1, "контроль раны", visit=visit)
    text = desk().get(overview).text
    assert "Контроль раны" in text
    assert reverse("recall-book", args=[recall.pk]) in text
    assert "Recalls: 1" in desk().get("/").text


def test_the_paper_for_the_patient_says_so_in_their_language(visit: Visit) -> None:
    accepted(visit)
    dentist, address = log_in(dr_orlova()), reverse("handout", args=[patient_petrov().pk])
    told = {language: dentist.get(address, {"language": language}).text for language in ("ru", "fr", "en")}
    for language, words in (
        ("ru", "Поддерживающая пародонтологическая терапия: до 22.02.2027"),
        ("fr", "Maintenance parodontale: avant le 22/02/2027"),
    ):
        assert words in told[language]
    assert "When to come again" in told["en"]
    lines = dentist.get(f"/api/v1/patients/{patient_petrov().pk}/handout?language=en").json()["come_again"]
    assert [line["text"] for line in lines] == ["Supportive periodontal care"]
    assert "22.02.2027" in str(handout.facts(chart_at(patient_petrov(), timezone.now()), "ru", queries.ahead_of(patient_petrov())))


# API


def test_the_api_proposes_decides_and_refuses(visit: Visit) -> None:
    dentist, path = log_in(dr_orlova()), f"/api/v1/visits/{visit.pk}"
    (told,) = dentist.get(f"{path}/recall-proposals").json()
    assert (told["because"], told["interval"], told["due_on"], told["recall"]) == ("K05.3", "3 months", "2027-02-22", None)
    sent = {"id": str(uuid7()), "rule": told["rule"]}
    made = dentist.post(f"{path}/recalls", sent, JSON)
    assert (made.status_code, dentist.post(f"{path}/recalls", sent, JSON).json()) == (201, made.json())
    assert (made.json()["state"], made.json()["purpose"]) == ("due", "supportive periodontal care")
    refused = dentist.post(f"{path}/recalls", {"rule": told["rule"]}, JSON)
    assert (refused.status_code, refused.json()["code"]) == (409, "already_decided")
    assert dentist.post(f"{path}/recalls", {"rule": str(uuid7())}, JSON).json()["code"] == "not_proposed"
    assert dentist.post(f"{path}/recalls", {}, JSON).json()["fields"].keys() == {"purpose", "kind", "due_on"}
    assert desk().post(f"{path}/recalls", sent, JSON).status_code == 403
    declined = dentist.post(f"{path}/recall-refusals", {"rule": told["rule"], "reason": "нет"}, JSON)
    assert declined.json()["code"] == "already_decided"
    diagnosed("K04.5")
    by_rule = {row["purpose"]: row["rule"] for row in dentist.get(f"{path}/recall-proposals").json()}
    radiograph = by_rule["control radiograph of the root tip at 6 months"]
    assert dentist.post(f"{path}/recall-refusals", {"rule": radiograph, "reason": "снимок был"}, JSON).json()["state"] == "declined"


def test_the_api_of_the_desk(visit: Visit) -> None:
    recall, browser = recall_due(-1, visit=visit), desk()
    (row,) = browser.get("/api/v1/recalls").json()["results"]
    assert (row["id"], row["dentist"], row["state"]) == (str(recall.pk), str(dr_orlova().pk), "due")
    assert [browser.get(f"/api/v1/recalls?{wrong}").status_code for wrong in ("state=magic", "month=9999-12-01")] == [422, 422]
    assert browser.get(f"/api/v1/recalls?branch={uuid7()}").json()["fields"].keys() == {"branch"}
    assert browser.get("/api/v1/recalls?q=Сидоров").json()["results"] == []
    assert browser.get(f"/api/v1/patients/{patient_petrov().pk}/recalls").json()["results"] == [row]
    path = f"/api/v1/recalls/{recall.pk}"
    later = (timezone.localdate() + timedelta(days=60)).isoformat()
    assert browser.post(f"{path}/move", {"version": 9, "due_on": later, "reason": "x"}, JSON).json()["code"] == "stale"
    moved = browser.post(f"{path}/move", {"version": 1, "due_on": later, "reason": "в отпуске"}, JSON).json()
    assert (moved["due_on"], moved["version"]) == (later, 2)
    start = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    make_shift(dr_orlova(), start, start + timedelta(hours=2))
    asked = {"patient_id": str(patient_petrov().pk), "dentist_id": str(dr_orlova().pk), "chair_id": str(make_chair().pk), "id": str(uuid7())}
    asked |= {"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=1)).isoformat(), "version": 2}  # type: ignore[dict-item]
    tied = browser.post(f"{path}/appointment", asked, JSON)
    assert (tied.json()["state"], tied.json()["appointment"]) == ("booked", asked["id"])
    assert browser.post(f"{path}/appointment", asked, JSON).json() == tied.json()
    assert browser.post(f"{path}/cancel", {"version": 3, "reason": "x"}, JSON).json()["code"] == "recall_closed"
    assert browser.post(f"{path}/link", {"version": 3, "appointment": asked["id"]}, JSON).json()["state"] == "booked"
    assert browser.get(f"/api/v1/recalls/{uuid7()}").status_code == 404
    assert browser.get("/api/v1/recalls/workbook?state=booked").status_code == 200
    assert log_in(make_user(Role.ACCOUNTANT)).get("/api/v1/recalls").status_code == 403
    other = recall_due(5, visit=visit)
    gone = browser.post(f"/api/v1/recalls/{other.pk}/cancel", {"version": 1, "reason": "уехал"}, JSON)
    assert (gone.json()["state"], gone.json()["cancel_reason"]) == ("cancelled", "уехал")
