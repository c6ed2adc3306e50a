"""A recall belongs to the branch of its visit: who works elsewhere neither moves nor books it (docs/decisions/0008)."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from charting import actions as charting
from charting.models import Recall, Visit
from charting.recalls import actions
from clinic.lib.errors import NotAllowed, NotFound
from clinic.lib.ids import uuid7
from clinic.scheduling import actions as diary
from clinic.staff.models import RoleGrant, User
from clinic.staff.roles import Role
from tests.charting.factories import make_code, patient_petrov
from tests.charting.recalls.factories import rule
from tests.charting.recalls.test_pages import recall_due
from tests.scheduling.factories import make_chair, make_shift
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def visit() -> Visit:
    """Petrov's visit to Dr Orlova in Nice, with a chronic periodontitis."""
    nice, now = make_branch("Nice", time_zone="Europe/Paris"), timezone.now() - timedelta(hours=1)
    found = charting.open_visit(patient=patient_petrov(), dentist=dr_orlova(), branch=nice, actor=dr_orlova(), at=now)
    make_code("K05.3")
    charting.record_diagnosis(patient=patient_petrov(), code="K05.3", visit=found, actor=dr_orlova(), at=now)
    return found


def person(here: Role, there: Role) -> User:
    """Somebody with one role in Arbat, where they work, and another in Nice."""
    user = make_user(here, username="ilyina", branch=make_branch())
    RoleGrant.objects.create(user=user, role=there, branch=make_branch("Nice"))
    return User.objects.get(pk=user.pk)


def desk_of_arbat() -> User:
    """Who books in Arbat and only looks at the diary of Nice."""
    return person(Role.ADMINISTRATOR, Role.LAWYER)


def appointment() -> dict[str, Any]:
    """An hour in a chair of Arbat."""
    start = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    make_shift(dr_orlova(), start, start + timedelta(hours=2))
    people = {"patient_id": patient_petrov().pk, "dentist_id": dr_orlova().pk, "chair_id": make_chair().pk}
    return {**people, "id": uuid7(), "starts_at": start, "ends_at": start + timedelta(hours=1)}


def test_the_desk_of_another_branch_sees_a_recall_and_does_not_touch_it(visit: Visit) -> None:
    recall, browser = recall_due(5, visit=visit), log_in(desk_of_arbat())
    page = browser.get(reverse("recalls"), {"state": "due"}).text
    assert recall.words.capitalize() in page
    assert reverse("recall-book", args=[recall.pk]) not in page
    assert reverse("recall-book", args=[recall.pk]) not in browser.get(reverse("patient", args=[recall.patient_id])).text
    assert browser.get(f"/api/v1/recalls/{recall.pk}").status_code == 200
    day, booking = (timezone.localdate() + timedelta(days=60)).isoformat(), appointment()
    for act, sent in (
        ("move", {"due_on": day, "reason": "x"}),
        ("cancel", {"reason": "x"}),
        ("appointment", booking),
        ("link", {"appointment": str(uuid7())}),
    ):
        assert browser.post(f"/api/v1/recalls/{recall.pk}/{act}", {**sent, "version": recall.version}, JSON).status_code == 404, act
    for name in ("recall-move", "recall-cancel", "recall-book", "recall-link"):
        answer = browser.post(reverse(name, args=[recall.pk]), {"version": recall.version, "due_on": day, "reason": "x", "appointment": str(uuid7())})
        assert answer.status_code == 404, name
    assert Recall.objects.get().version == recall.version


def test_every_act_of_the_desk_is_held_to_the_branch(visit: Visit) -> None:
    recall, actor, now = recall_due(5, visit=visit), desk_of_arbat(), timezone.now()
    actor.works_in = make_branch()
    sent = appointment()
    booked = diary.book(actor=make_user(Role.ADMINISTRATOR, username="both"), at=now, **sent)
    asked: dict[str, Any] = {"recall_id": recall.pk, "version": recall.version, "actor": actor, "at": now}
    for act, said in (
        (actions.move_recall, {"due_on": recall.due_on + timedelta(days=1), "reason": "x"}),
        (actions.cancel_recall, {"reason": "x"}),
        (actions.book_recall, {"booking": {**sent, "id": uuid7()}}),
        (actions.link_recall, {"appointment_id": booked.pk}),
    ):
        with pytest.raises(NotFound):
            act(**asked, **said)


def test_who_books_in_its_branch_books_it(visit: Visit) -> None:
    recall, browser = recall_due(5, visit=visit), log_in(person(Role.ADMINISTRATOR, Role.ADMINISTRATOR))
    assert reverse("recall-book", args=[recall.pk]) in browser.get(reverse("recalls"), {"state": "due"}).text
    tied = browser.post(f"/api/v1/recalls/{recall.pk}/appointment", {**appointment(), "version": recall.version}, JSON)
    assert (tied.status_code, tied.json()["state"]) == (200, "booked")


def test_a_dentist_of_another_branch_does_not_decide_about_the_next_visit(visit: Visit) -> None:
    actor = person(Role.DENTIST, Role.LAWYER)
    browser, path, key = log_in(actor), f"/api/v1/visits/{visit.pk}", str(rule("periodontitis").pk)
    page = browser.get(reverse("visit", args=[visit.pk])).text
    assert "K05.3 → 3 months" in page
    assert reverse("recall-accept", args=[visit.pk, key]) not in page
    for name, sent in (("recalls", {"rule": key}), ("recall-refusals", {"rule": key, "reason": "x"})):
        assert browser.post(f"{path}/{name}", sent, JSON).status_code == 403, name
    assert browser.post(reverse("recall-accept", args=[visit.pk, key])).status_code == 403
    with pytest.raises(NotAllowed):
        actions.set_recall(visit=visit, wish=actions.Wish(rule=rule("periodontitis").pk), actor=actor, at=timezone.now())
    assert not Recall.objects.exists()
