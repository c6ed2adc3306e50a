"""The pages of cases and their API, as a lawyer walks through them."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from clinic.history.models import Event
from clinic.lib.ids import uuid7
from exports.legal import actions
from exports.legal.models import Case, Delivery, Hold
from tests.exports.legal.factories import lawyer, make_case
from tests.patients.factories import make_patient, petrov
from tests.staff.factories import dr_orlova, log_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    return log_in(lawyer())


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_case_is_opened_from_the_patient_with_its_hold(desk: Client) -> None:
    url = f"{reverse('case-new')}?patient={petrov().pk}"
    form = desk.get(url).context["form"]
    assert form["cards"].value() == petrov().card_number
    values = {"id": str(form["id"].value()), "cards": str(petrov().card_number), "title": "Crown 16 fell out", "holds": "on"}
    answers = [desk.post(url, values) for _ in range(2)]
    (case,) = Case.objects.all()
    assert [answer["Location"] for answer in answers] == [reverse("case", args=[case.pk])] * 2
    assert Hold.objects.get().reason == "Crown 16 fell out"
    page = text_of(desk, reverse("case", args=[case.pk]))
    assert "nothing may be destroyed" in page
    assert "Crown 16 fell out" in text_of(desk, reverse("cases"))


def test_the_list_of_cases_is_read_to_the_end_by_the_cursor_in_the_order_of_the_page(desk: Client) -> None:
    today, now = timezone.localdate(), timezone.now()
    days = [None, today, None, today, today - timedelta(days=9)]
    made = [make_case(hold="", title=f"Case {number}", deadline_date=day) for number, day in enumerate(days)]
    for minute, case in enumerate(made[2:4]):
        at = now + timedelta(minutes=minute)
        actions.close_case(case_id=case.pk, version=case.version, outcome="Won", lifts_holds=True, actor=lawyer(), at=at)
    url, read = "/api/v1/cases?state=all&page_size=2", []
    while url:
        page = desk.get(url).json()
        read += [row["title"] for row in page["results"]]
        url = page["next"]
    assert read == [f"Case {number}" for number in (4, 1, 0, 3, 2)]
    shown = text_of(desk, f"{reverse('cases')}?state=all")
    assert sorted(read, key=shown.index) == read


def test_a_card_number_of_nobody_is_refused_in_words(desk: Client) -> None:
    answer = desk.post(reverse("case-new"), {"id": str(uuid7()), "cards": "999999 x", "title": "Claim"})
    assert answer.status_code == 422
    assert "999999, x" in answer.content.decode()


def test_the_case_grows_by_notes_patients_and_holds_and_ends(desk: Client) -> None:
    case, sister = make_case(hold=""), make_patient("Сидорова")
    assert "no hold stands" in text_of(desk, reverse("case", args=[case.pk]))
    desk.post(reverse("case-note", args=[case.pk]), {"id": str(uuid7()), "text": "Called the claimant"})
    desk.post(reverse("case-patient", args=[case.pk]), {"cards": str(sister.card_number)})
    held = {"id": str(uuid7()), "patient": str(sister.pk), "reason": "Claim", "until": (timezone.localdate() + timedelta(days=9)).isoformat()}
    desk.post(reverse("case-hold", args=[case.pk]), held)
    hold = Hold.objects.get()
    page = text_of(desk, reverse("case", args=[case.pk]))
    assert "Called the claimant" in page
    assert "Сидорова" in page
    desk.post(reverse("hold-lift", args=[hold.pk]), {"reason": "Settled with her"})
    assert "Settled with her" in text_of(desk, reverse("case", args=[case.pk]))
    desk.post(reverse("case-close", args=[case.pk]), {"version": case.version, "outcome": "Settled", "lifts_holds": "on"})
    assert "Settled" in text_of(desk, reverse("case", args=[case.pk]))
    assert "Crown 16" in text_of(desk, f"{reverse('cases')}?state=closed&q=crown")
    desk.post(reverse("case-reopen", args=[case.pk]))
    case.refresh_from_db()
    assert case.is_open


def test_a_deadline_that_passed_is_told_on_the_list_the_case_and_the_desk(desk: Client) -> None:
    yesterday = timezone.localdate() - timedelta(days=2)
    case = make_case(deadline_date=yesterday, deadline_for="Answer the claim")
    assert "overdue" in text_of(desk, reverse("cases"))
    assert "The deadline has passed" in text_of(desk, reverse("case", args=[case.pk]))
    page = text_of(desk, reverse("home"))
    assert "Answer the claim" in page
    assert "overdue" in page


def test_the_sheet_is_printed_and_that_is_written_down(desk: Client) -> None:
    case = make_case()
    actions.write_note(case_id=case.pk, text="Called the claimant", actor=lawyer(), at=timezone.now())
    answer: Any = desk.get(reverse("case-sheet", args=[case.pk]))
    assert answer["Content-Type"] == "application/pdf"
    pages = "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    assert "Called the claimant" in pages
    assert Event.objects.filter(op="P", tbl="case sheet", body__case=case.number).count() == 1


def test_an_archive_and_its_recipient(desk: Client) -> None:
    case = make_case()
    url = reverse("case-archive", args=[case.pk])
    desk.post(url, {"id": str(uuid7()), "patient": str(petrov().pk), "reason": "Claim", "language": "ru"})
    assert "sealing pending" in text_of(desk, reverse("case", args=[case.pk]))
    archive = case.archives.get()
    given = {"id": str(uuid7()), "recipient": "Expert Orlov", "way": "post", "handed_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M")}
    desk.post(reverse("case-delivery", args=[archive.pk]), given)
    assert Delivery.objects.get().recipient == "Expert Orlov"
    assert "Expert Orlov" in text_of(desk, reverse("case", args=[case.pk]))


def test_others_do_not_see_cases() -> None:
    case = make_case()
    assert log_in(dr_orlova()).get(reverse("case", args=[case.pk])).status_code == 403


def test_the_api_does_what_the_pages_do(desk: Client) -> None:
    def post(path: str, **body: object) -> Any:
        return desk.post(f"/api/v1{path}", body, content_type="application/json")

    made = post("/cases", id=str(uuid7()), title="Claim", patients=[str(petrov().pk)], hold_reason="Claim 7").json()
    case = made["id"]
    assert [hold["reason"] for hold in made["holds"]] == ["Claim 7"]
    whole = {"version": 1, "title": "Claim 7", "claimant": "", "deadline_date": None, "deadline_for": ""}
    assert desk.put(f"/api/v1/cases/{case}", whole, content_type="application/json").json()["title"] == "Claim 7"
    sister = make_patient("Сидорова")
    assert len(post(f"/cases/{case}/patients", patient=str(sister.pk)).json()["patients"]) == 2
    assert desk.delete(f"/api/v1/cases/{case}/patients/{sister.pk}").json()["patients"] == [str(petrov().pk)]
    hold = post(f"/cases/{case}/holds", patient=str(petrov().pk), reason="Another").json()
    assert post(f"/holds/{hold['id']}/lift", reason="Withdrawn").json()["lift_reason"] == "Withdrawn"
    assert post(f"/cases/{case}/notes", text="Called").status_code == 201
    archive = post(f"/cases/{case}/archives", patient=str(petrov().pk), reason="Claim").json()
    given = post(f"/archives/{archive['id']}/deliveries", recipient="Court", way="portal", handed_at=timezone.now().isoformat())
    assert given.status_code == 201
    assert post(f"/cases/{case}/close", version=1, outcome="Won").status_code == 409
    assert post(f"/cases/{case}/close", version=2, outcome="Won").json()["outcome"] == "Won"
    assert [row["id"] for row in desk.get("/api/v1/cases?state=closed").json()["results"]] == [case]
    assert post(f"/cases/{case}/reopen", version=3).json()["closed_at"] is None
    told = desk.get(f"/api/v1/cases/{case}").json()
    assert [given["recipient"] for given in told["archives"][0]["deliveries"]] == ["Court"]
