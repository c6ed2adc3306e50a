"""Requests of data subjects: received with a deadline, answered once on paper, an erasure refused with every ground that forbids it."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from charting import actions as charting
from clinic.files.actions import read, store
from clinic.history.models import Event
from clinic.lib.clock import branch_day
from clinic.lib.errors import InvalidInput, NotAllowed
from clinic.patients import access
from clinic.patients.access_models import Rectification, Restriction
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.staff.models import User
from clinic.staff.roles import Role
from exports.legal import actions as legal
from exports.privacy import actions, queries
from exports.privacy.models import DataRequest
from tests.patients.factories import make_patient
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def lawyer() -> User:
    return make_user(Role.LAWYER, username="lawyer")


@pytest.fixture
def patient() -> Patient:
    return make_patient()


def ask(patient: Patient, lawyer: User, kind: str) -> DataRequest:
    return actions.receive(patient_id=patient.pk, kind=kind, text="Прошу", actor=lawyer, at=timezone.now())


def answer(request: DataRequest, lawyer: User, outcome: str = "granted", ground: str = "152-ФЗ, ст. 14") -> DataRequest:
    return actions.answer(request_id=request.pk, outcome=outcome, ground=ground, actor=lawyer, at=timezone.now())


def words_of(request: DataRequest) -> str:
    assert request.pdf is not None
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(read(request.pdf))).pages)


def test_a_request_is_received_on_the_page_and_waits_until_its_day(patient: Patient, lawyer: User) -> None:
    client = log_in(lawyer)
    url = reverse("patient-requests", args=[patient.pk])
    form = client.get(url).context["form"]
    sent = {"id": str(form["id"].value()), "kind": "access", "text": "Прошу копию"}
    assert [client.post(url, sent).status_code for _ in range(2)] == [302, 302]
    (made,) = DataRequest.objects.all()
    assert made.due_date == branch_day(made.received_at, patient.branch.time_zone) + timedelta(days=30)
    assert "Прошу копию" in client.get(reverse("data-request", args=[made.pk])).content.decode()
    assert str(made.pk) in client.get(reverse("data-requests")).content.decode()


@pytest.mark.parametrize(
    ("branch", "received", "kind", "due"),
    [
        (("FR", "Asia/Vladivostok"), datetime(2025, 1, 30, 13, 59, tzinfo=UTC), "erasure", date(2025, 2, 28)),
        (("FR", "Asia/Vladivostok"), datetime(2025, 1, 31, 14, 0, tzinfo=UTC), "erasure", date(2025, 3, 1)),
        (("FR", "Europe/Paris"), datetime(2025, 1, 31, 22, 59, tzinfo=UTC), "erasure", date(2025, 2, 28)),
        (("FR", "Europe/Paris"), datetime(2025, 1, 31, 23, 0, tzinfo=UTC), "access", date(2025, 2, 9)),
        (("RU", "Asia/Kamchatka"), datetime(2024, 1, 30, 12, 0, tzinfo=UTC), "access", date(2024, 3, 1)),
        (("RU", "Europe/Kaliningrad"), datetime(2024, 1, 30, 12, 0, tzinfo=UTC), "access", date(2024, 2, 29)),
    ],
)
def test_the_deadline_counts_from_the_day_at_the_patients_branch(
    patient: Patient, branch: tuple[str, str], received: datetime, kind: str, due: date
) -> None:
    lawyer = make_user(Role.LAWYER, username="lawyer")
    patient.branch.legal_entity.country, patient.branch.time_zone = branch
    patient.branch.legal_entity.save()
    patient.branch.save()
    made = actions.receive(patient_id=patient.pk, kind=kind, actor=lawyer, at=received)
    assert made.due_date == due


def test_a_request_is_late_by_the_clock_of_the_patients_branch_and_says_by_which_law(patient: Patient, lawyer: User) -> None:
    """Nearly a day lies between the two islands; whoever reads sits between them."""
    request = ask(patient, lawyer, "access")
    late = []
    for zone in ("Pacific/Kiritimati", "Pacific/Niue"):
        patient.branch.time_zone = zone
        patient.branch.save()
        request.due_date = branch_day(timezone.now(), "Pacific/Kiritimati") - timedelta(days=1)
        request.save(update_fields=["due_date"])
        pages = [log_in(lawyer).get(url).content.decode() for url in (reverse("data-requests"), reverse("patient-requests", args=[patient.pk]))]
        late.append({"overdue" in page for page in pages})
        assert "№ 152-ФЗ, ст. 21" in log_in(lawyer).get(reverse("data-request", args=[request.pk])).content.decode()
    assert late == [{True}, {False}]


def test_the_paper_bears_the_days_of_the_patients_branch(patient: Patient, lawyer: User) -> None:
    patient.branch.time_zone = "Asia/Kamchatka"
    patient.branch.save()
    request = actions.receive(patient_id=patient.pk, kind="access", actor=lawyer, at=datetime(2026, 1, 31, 20, 0, tzinfo=UTC))
    words = words_of(answer(request, lawyer, outcome="refused", ground="152-ФЗ"))
    assert "01.02.2026" in words
    assert "03.03.2026" in words
    assert "31.01.2026" not in words


def test_a_granted_copy_is_evidence_and_is_answered_once(patient: Patient, lawyer: User) -> None:
    request = ask(patient, lawyer, "access")
    with pytest.raises(InvalidInput):
        answer(request, lawyer, ground=" ")
    answered = answer(request, lawyer)
    assert answered.evidence is not None
    assert "152-ФЗ, ст. 14" in words_of(answered)
    with pytest.raises(actions.AlreadyAnswered):
        answer(request, lawyer)
    with pytest.raises(IntegrityError), transaction.atomic():
        DataRequest.objects.update(ground="иное")


def test_who_looked_is_told_on_paper(patient: Patient, lawyer: User) -> None:
    get_patient_for(dr_orlova(), patient.pk, what="chart")
    said = words_of(answer(ask(patient, lawyer, "looks"), lawyer)).lower()
    assert "зубная карта" in said
    assert "(программа)" in said
    assert "(system)" not in said


def test_a_long_list_of_looks_says_how_many_there_were(patient: Patient, lawyer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for what in ("chart", "visits", "images"):
        get_patient_for(dr_orlova(), patient.pk, what=what)
    monkeypatch.setattr(queries, "MOST_LOOKS", 2)
    said = " ".join(words_of(answer(ask(patient, lawyer, "looks"), lawyer)).split())
    looks = Event.objects.filter(patient_id=patient.pk, op__in="VP").count()
    assert f"Последние просмотры: 2 из {looks}" in said
    assert "Кто видел имя в списке" in said


def test_a_granted_restriction_begins(patient: Patient, lawyer: User) -> None:
    answer(ask(patient, lawyer, "restriction"), lawyer)
    assert Restriction.objects.filter(patient=patient, ended_at=None).exists()


def test_a_granted_rectification_stands_beside_the_record(patient: Patient, lawyer: User) -> None:
    request = ask(patient, lawyer, "rectification")
    client, url = log_in(lawyer), reverse("data-request", args=[request.pk])
    page = client.post(url, {"outcome": "granted", "ground": "ст. 14"})
    assert page.status_code == 422
    assert {"about", "correction"} == page.context["form"].errors.keys()
    sent = {"outcome": "granted", "ground": "ст. 14", "about": "Аллергия на латекс", "correction": "Аллергии нет: проба от 12.03.2026"}
    assert client.post(url, sent).status_code == 302
    assert "проба от 12.03.2026" in words_of(DataRequest.objects.select_related("pdf").get(pk=request.pk))
    for seen_by in (lawyer, dr_orlova()):
        assert "Аллергии нет: проба от 12.03.2026" in log_in(seen_by).get(reverse("patient", args=[patient.pk])).content.decode()
    told = client.get(reverse("patient-history", args=[patient.pk])).content.decode()
    assert "Аллергии нет: проба от 12.03.2026" in told
    assert (
        "проба от 12.03.2026"
        not in log_in(make_user(Role.ADMINISTRATOR, username="desk")).get(reverse("patient", args=[patient.pk])).content.decode()
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Rectification.objects.update(text="иное")
    written = Rectification.objects.get()
    assert client.get(f"/api/v1/patients/{patient.pk}/data-requests").json()[0]["rectification"] == str(written.pk)
    assert "проба от 12.03.2026" in client.get(url).content.decode()
    (told,) = log_in(dr_orlova()).get(f"/api/v1/patients/{patient.pk}/rectifications").json()
    assert (told["id"], told["about"], told["request"]) == (str(written.pk), "Аллергия на латекс", str(request.pk))
    assert told["written_by_name"] == lawyer.get_full_name()


def test_a_rectification_answers_a_request_of_its_own_patient(patient: Patient, lawyer: User) -> None:
    other = access.rectify(patient_id=make_patient("Другой").pk, about="Рост", text="180", actor=lawyer, at=timezone.now())
    request = ask(patient, lawyer, "rectification")
    with pytest.raises(IntegrityError, match="another patient"), transaction.atomic():
        DataRequest.objects.filter(pk=request.pk).update(
            rectification=other,
            outcome="granted",
            ground="ст. 14",
            answered_at=timezone.now(),
            answered_by=lawyer,
            pdf=store(content=b"%PDF-1.7", media_type="application/pdf"),
        )


def test_a_refused_rectification_leaves_nothing(patient: Patient, lawyer: User) -> None:
    answer(ask(patient, lawyer, "rectification"), lawyer, outcome="refused", ground="Запись верна")
    assert not Rectification.objects.exists()


def test_whoever_opens_a_restricted_record_is_told_of_it(patient: Patient, lawyer: User) -> None:
    answer(ask(patient, lawyer, "restriction"), lawyer)
    client, url = log_in(dr_orlova()), reverse("patient", args=[patient.pk])
    assert client.get(url).status_code == 403
    access.give_reason(user=dr_orlova(), patient_id=patient.pk, reason="Острая боль, приём сейчас", at=timezone.now())
    assert "Restricted since" in client.get(url).content.decode()


def test_an_erasure_names_every_ground_that_forbids_it(patient: Patient, lawyer: User) -> None:
    charting.open_visit(patient=patient, dentist=dr_orlova(), branch=make_branch(), actor=dr_orlova(), at=timezone.now())
    legal.open_case(actor=lawyer, title="Иск", patients=[patient.pk], hold_reason="Суд", at=timezone.now())
    request = ask(patient, lawyer, "erasure")
    assert {found.code for found in queries.obstacles(patient, timezone.now())} == {"hold", "medical"}
    client = log_in(lawyer)
    page = client.get(reverse("data-request", args=[request.pk])).content.decode()
    assert "The law forbids this erasure today" in page
    with pytest.raises(actions.ErasureForbidden, match="Суд"):
        actions.erase(request_id=request.pk, card_number=str(patient.card_number), actor=lawyer, at=timezone.now())
    with pytest.raises(InvalidInput):
        answer(request, lawyer, outcome="granted")
    refused = answer(request, lawyer, outcome="refused", ground="Срок хранения")
    assert "043/у" in words_of(refused)
    told = client.get(f"/api/v1/patients/{patient.pk}/erasure-obstacles").json()
    assert {row["code"] for row in told} == {"hold", "medical"}


def test_an_erasure_wants_the_card_number(patient: Patient, lawyer: User) -> None:
    request = ask(patient, lawyer, "erasure")
    with pytest.raises(InvalidInput):
        actions.erase(request_id=request.pk, card_number="1", actor=lawyer, at=timezone.now())


def test_only_the_legal_desk_answers(patient: Patient) -> None:
    with pytest.raises(NotAllowed):
        ask(patient, dr_orlova(), "access")
