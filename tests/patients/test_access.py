"""Breaking the glass: who is asked for a reason, by page and program, what is written down, who reads it."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from charting import actions as charting
from clinic import settings as written
from clinic.history.models import Event
from clinic.lib.errors import InvalidInput, NotAllowed
from clinic.patients import access
from clinic.patients.access_models import BrokenGlass, Restriction
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.scheduling.models import Appointment
from clinic.staff.models import Branch, RoleGrant, User
from clinic.staff.roles import Role
from tests.patients.factories import make_patient
from tests.scheduling.factories import make_chair
from tests.staff.factories import log_in, make_branch, make_user

pytestmark = pytest.mark.django_db
REASON = "Позвонил врач скорой, нужен список аллергий"


@pytest.fixture
def far() -> Branch:
    return Branch.objects.create(name="Дальний", legal_entity=make_branch().legal_entity, time_zone="Europe/Moscow", currency="RUB")


@pytest.fixture
def stranger(far: Branch) -> User:
    """A dentist of another branch."""
    return make_user(Role.DENTIST, branch=far, username="far")


@pytest.fixture
def patient() -> Patient:
    return make_patient()


def page_of(patient: Patient) -> str:
    return reverse("chart", args=[patient.pk])


def test_a_dentist_of_another_branch_is_asked_and_then_let_in(stranger: User, patient: Patient) -> None:
    client = log_in(stranger)
    answer = client.get(page_of(patient))
    assert answer.status_code == 403
    assert patient.last_name not in answer.content.decode()
    assert not Event.objects.filter(op="V", patient_id=patient.pk).exists()
    address = reverse("patient-open", args=[patient.pk])
    assert client.post(address, {"reason": "x", "next": page_of(patient)}).status_code == 422
    opened: Any = client.post(address, {"reason": REASON, "next": page_of(patient)})
    assert opened.headers["Location"] == page_of(patient)
    assert client.get(page_of(patient)).status_code == 200
    look = Event.objects.filter(op="V", patient_id=patient.pk).latest("id")
    assert look.purpose == "break_glass"
    assert look.body == {"reason": REASON, "because": "outside"}


def test_a_program_says_why_in_a_header(stranger: User, patient: Patient) -> None:
    client = log_in(stranger)
    refused = client.get(f"/api/v1/patients/{patient.pk}")
    assert (refused.status_code, refused.json()["code"]) == (403, "reason_required")
    assert refused.json()["link"] == f"/patients/{patient.pk}/open/"
    assert client.get(f"/api/v1/patients/{patient.pk}", headers={"X-Access-Reason": quote(REASON)}).status_code == 200
    assert BrokenGlass.objects.get().reason == REASON
    assert client.get(f"/api/v1/patients/{patient.pk}").status_code == 200


def test_the_reason_holds_for_hours_for_one_person_and_one_patient(stranger: User, far: Branch, patient: Patient) -> None:
    then = timezone.now() - access.OPEN_FOR - timedelta(minutes=1)
    access.give_reason(user=stranger, patient_id=patient.pk, reason=REASON, at=then)
    with pytest.raises(access.ReasonRequired):
        get_patient_for(stranger, patient.pk, what="chart")
    access.give_reason(user=stranger, patient_id=patient.pk, reason=REASON, at=timezone.now())
    get_patient_for(stranger, patient.pk, what="chart")
    with pytest.raises(access.ReasonRequired):
        get_patient_for(stranger, make_patient("Другая").pk, what="chart")
    with pytest.raises(access.ReasonRequired):
        get_patient_for(make_user(Role.HYGIENIST, branch=far, username="far2"), patient.pk, what="chart")


HERE, FAR, BOTH = "here", "far", None


@pytest.mark.parametrize(
    ("mode", "person", "asked"),
    [
        ("branches", ([(Role.ADMINISTRATOR, FAR)], FAR), None),
        ("branches", ([(Role.ACCOUNTANT, FAR)], FAR), None),
        ("branches", ([(Role.LAWYER, FAR)], FAR), "outside"),
        ("branches", ([(Role.MANAGER, FAR)], FAR), "outside"),
        ("branches", ([(Role.LAWYER, HERE)], HERE), None),
        ("branches", ([(Role.LAWYER, BOTH)], FAR), None),
        ("branches", ([(Role.DENTIST, BOTH)], FAR), None),
        ("branches", ([(Role.DENTIST, FAR), (Role.LAWYER, FAR)], FAR), "outside"),
        ("branches", ([(Role.DENTIST, FAR), (Role.ADMINISTRATOR, FAR)], FAR), "outside"),
        ("branches", ([(Role.DENTIST, FAR), (Role.MARKETER, HERE)], FAR), "outside"),
        ("branches", ([(Role.DENTIST, FAR), (Role.LAWYER, HERE)], FAR), None),
        ("branches", ([(Role.DENTIST, FAR), (Role.ADMINISTRATOR, HERE)], FAR), None),
        ("branches", ([(Role.DENTIST, FAR), (Role.TELESECRETARY, HERE)], HERE), None),
        ("team", ([(Role.DENTIST, HERE)], HERE), "outside"),
        ("team", ([(Role.DENTIST, HERE), (Role.LAWYER, FAR)], HERE), "outside"),
        ("team", ([(Role.DENTIST, HERE), (Role.LAWYER, HERE)], HERE), None),
        ("team", ([(Role.DENTIST, HERE), (Role.MANAGER, BOTH)], HERE), None),
        ("off", ([(Role.LAWYER, FAR)], FAR), None),
        ("restricted", ([(Role.LAWYER, FAR)], FAR), "restricted"),
        ("restricted", ([(Role.DENTIST, HERE), (Role.LAWYER, FAR)], FAR), "restricted"),
        ("restricted", ([(Role.LAWYER, HERE)], HERE), None),
        ("restricted", ([(Role.DENTIST, FAR), (Role.LAWYER, BOTH)], FAR), None),
    ],
)
@pytest.mark.usefixtures("far")
def test_a_role_counts_where_the_patient_has_come(
    settings: Any, patient: Patient, mode: str, person: tuple[list[tuple[Role, str | None]], str], asked: str | None
) -> None:
    roles, works = person
    settings.BREAK_GLASS = "off" if mode == "restricted" else mode
    branches: dict[str | None, Branch | None] = {HERE: patient.branch, FAR: Branch.objects.get(name="Дальний"), BOTH: None}
    made = make_user(username="several")
    for role, branch in roles:
        RoleGrant.objects.create(user=made, role=role, branch=branches[branch])
    user = User.objects.get(pk=made.pk)
    user.works_in = branches[works]
    assert access.reason_needed(user, patient, is_restricted=mode == "restricted") == asked


def test_a_lawyer_of_a_branch_to_which_the_patient_came_is_not_asked(stranger: User, far: Branch, patient: Patient) -> None:
    lawyer = make_user(Role.LAWYER, branch=far, username="lawyer")
    with pytest.raises(access.ReasonRequired):
        get_patient_for(lawyer, patient.pk, what="chart")
    charting.open_visit(patient=patient, dentist=stranger, branch=far, actor=stranger, at=timezone.now())
    get_patient_for(lawyer, patient.pk, what="chart")


def test_whoever_has_treated_the_patient_is_not_asked(stranger: User, far: Branch, patient: Patient) -> None:
    charting.open_visit(patient=patient, dentist=stranger, branch=far, actor=stranger, at=timezone.now())
    get_patient_for(stranger, patient.pk, what="chart")
    get_patient_for(make_user(Role.ASSISTANT, branch=far, username="far2"), patient.pk, what="chart")


def test_colleagues_of_the_branch_are_asked_only_in_a_strict_clinic(settings: Any, patient: Patient) -> None:
    colleague = make_user(Role.DENTIST, branch=patient.branch, username="colleague")
    get_patient_for(colleague, patient.pk, what="chart")
    settings.BREAK_GLASS = "team"
    with pytest.raises(access.ReasonRequired):
        get_patient_for(colleague, patient.pk, what="chart")
    patient.responsible_dentist = colleague
    patient.save()
    get_patient_for(colleague, patient.pk, what="chart")


def test_a_clinic_may_ask_nobody(settings: Any, stranger: User, patient: Patient) -> None:
    settings.BREAK_GLASS = "off"
    get_patient_for(stranger, patient.pk, what="chart")


def test_a_restricted_record_asks_everybody_but_the_legal_desk(settings: Any, patient: Patient) -> None:
    settings.BREAK_GLASS = "off"
    lawyer = make_user(Role.LAWYER, username="lawyer")
    desk = make_user(Role.ADMINISTRATOR, branch=patient.branch, username="desk")
    with pytest.raises(NotAllowed):
        access.restrict(patient_id=patient.pk, reason="Запрос пациента", actor=desk, at=timezone.now())
    access.restrict(patient_id=patient.pk, reason="Запрос пациента", actor=lawyer, at=timezone.now())
    with pytest.raises(access.AlreadyRestricted):
        access.restrict(patient_id=patient.pk, reason="Ещё раз", actor=lawyer, at=timezone.now())
    with pytest.raises(access.ReasonRequired):
        get_patient_for(desk, patient.pk, what="overview")
    get_patient_for(lawyer, patient.pk, what="overview")
    assert access.give_reason(user=desk, patient_id=patient.pk, reason=REASON, at=timezone.now()).why == "restricted"
    get_patient_for(desk, patient.pk, what="overview")
    access.lift_restriction(patient_id=patient.pk, reason="Отозвано", actor=lawyer, at=timezone.now())
    with pytest.raises(access.NotRestricted):
        access.lift_restriction(patient_id=patient.pk, reason="Отозвано", actor=lawyer, at=timezone.now())


def test_the_database_keeps_reasons_and_restrictions(stranger: User, patient: Patient) -> None:
    access.give_reason(user=stranger, patient_id=patient.pk, reason=REASON, at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        BrokenGlass.objects.update(reason="Иное")
    access.restrict(patient_id=patient.pk, reason="Запрос", actor=make_user(Role.LAWYER), at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Restriction.objects.update(reason="Иное")
    with pytest.raises(InvalidInput):
        access.lift_restriction(patient_id=patient.pk, reason=" ", actor=make_user(Role.LAWYER, username="l2"), at=timezone.now())


def test_the_lawyer_reads_the_reasons(stranger: User, patient: Patient) -> None:
    access.give_reason(user=stranger, patient_id=patient.pk, reason=REASON, at=timezone.now())
    client = log_in(make_user(Role.LAWYER, username="lawyer"))
    assert REASON in client.get(reverse("broken-glass")).content.decode()
    (told,) = client.get("/api/v1/broken-glass").json()["results"]
    assert (told["reason"], told["why"], told["user"]) == (REASON, "outside", str(stranger.pk))


@pytest.fixture
def strict(settings: Any) -> None:
    settings.BREAK_GLASS = "team"


def test_the_team_is_the_default_of_the_program() -> None:
    assert written.BREAK_GLASS == "team"


@pytest.mark.usefixtures("strict")
def test_whoever_is_booked_with_the_patient_is_of_the_team(patient: Patient) -> None:
    colleague = make_user(Role.DENTIST, branch=patient.branch, username="colleague")
    with pytest.raises(access.ReasonRequired):
        get_patient_for(colleague, patient.pk, what="chart")
    booked(patient, colleague, timezone.now() + timedelta(days=30))
    get_patient_for(colleague, patient.pk, what="chart")


@pytest.mark.parametrize(("hours", "is_asked"), [(-30, True), (-6, False), (6, False), (30, True)])
@pytest.mark.usefixtures("strict")
def test_an_assistant_is_of_the_team_of_whom_the_branch_sees_that_day(patient: Patient, hours: int, *, is_asked: bool) -> None:
    booked(patient, make_user(Role.DENTIST, branch=patient.branch, username="treats"), timezone.now() + timedelta(hours=hours))
    helper = make_user(Role.ASSISTANT, branch=patient.branch, username="helper")
    elsewhere = make_user(Role.ASSISTANT, branch=make_branch("Другой"), username="elsewhere")
    dentist = make_user(Role.DENTIST, branch=patient.branch, username="colleague")
    asked = [access.reason_needed(person, patient, is_restricted=False) is not None for person in (helper, elsewhere, dentist)]
    assert asked == [is_asked, True, True]


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.MANAGER, Role.LAWYER])
@pytest.mark.usefixtures("strict")
def test_the_desk_books_and_answers_without_a_reason(patient: Patient, role: Role) -> None:
    assert access.reason_needed(make_user(role, branch=patient.branch, username="desk"), patient, is_restricted=False) is None


def booked(patient: Patient, dentist: User, start: datetime) -> None:
    place = {"branch": patient.branch, "chair": make_chair("Кресло", patient.branch), "dentist": dentist, "state_at": timezone.now()}
    Appointment.objects.create(patient=patient, starts_at=start, ends_at=start + timedelta(minutes=30), **place)


def test_a_reason_that_nobody_can_see_is_no_reason(stranger: User, patient: Patient) -> None:
    headers = {"X-Access-Reason": quote("\u200b" * 9)}
    refused = log_in(stranger).get(f"/api/v1/patients/{patient.pk}", headers=headers)
    assert refused.status_code in (403, 422)
    assert not BrokenGlass.objects.exists()


def test_a_lawyer_reads_the_reasons_of_their_own_branches(far: Branch, patient: Patient) -> None:
    third = Branch.objects.create(name="Третий", legal_entity=far.legal_entity, time_zone="Europe/Moscow", currency="RUB")
    distant = make_user(Role.DENTIST, branch=third, username="third")
    access.give_reason(user=distant, patient_id=patient.pk, reason=REASON, at=timezone.now())
    of_branch = {branch: make_user(Role.LAWYER, branch=branch, username=f"lawyer-{branch.name}") for branch in (patient.branch, far, third)}
    assert [access.broken_glass(of_branch[branch]).count() for branch in (patient.branch, far, third)] == [1, 0, 1]
