"""An edit gives the version that the next edit needs."""

from collections.abc import Callable

import pytest

from charting import actions as charting
from clinic.history.models import Record
from clinic.lib.errors import StaleVersion
from clinic.patients import actions as patients
from clinic.patients.models import Label, Source
from clinic.scheduling import setup_actions as diary
from clinic.staff import actions as staff
from clinic.staff.roles import Role
from tests.charting.factories import NOW, make_finding
from tests.scheduling.factories import make_shift
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user
from tests.treatment_plans import factories as plans
from treatment_plans import actions as planning

pytestmark = pytest.mark.django_db


def resolved() -> Record:
    return charting.resolve_finding(finding=make_finding(), actor=dr_orlova(), at=NOW)


def reopened() -> Record:
    return charting.reopen_finding(finding=charting.resolve_finding(finding=make_finding(), actor=dr_orlova(), at=NOW), actor=dr_orlova(), at=NOW)


def withdrawn() -> Record:
    return charting.mark_in_error(finding=make_finding(), actor=dr_orlova(), at=NOW, reason="mistake")


def moved() -> Record:
    return charting.change_procedure_state(procedure=plans.procedure(), state="planned", actor=dr_orlova(), at=NOW)


def presented() -> Record:
    return planning.present(alternative_id=plans.plan_with("filling").alternatives.get().pk, actor=dr_orlova(), at=plans.NOON)


def cancelled() -> Record:
    item = plans.first_item(plans.plan_with("filling").alternatives.get())
    return planning.cancel_item(item_id=item.pk, reason="no", actor=dr_orlova(), at=plans.NOON)


def placed() -> Record:
    item = plans.first_item(plans.plan_with("filling").alternatives.get())
    return planning.place_item(item_id=item.pk, phase_id=item.phase_id, visit_number=2, actor=dr_orlova(), at=plans.NOON)


def called_off() -> Record:
    shift = make_shift()
    return diary.cancel_shift(actor=make_user(Role.MANAGER), at=NOW, shift_id=shift.pk, version=shift.version)


def closed() -> Record:
    return staff.deactivate_user(user=dr_orlova(), actor=make_user(Role.MANAGER), at=NOW)


def updated() -> Record:
    orlova = dr_orlova()
    return staff.update_user(user=orlova, version=orlova.version, actor=make_user(Role.MANAGER), details={"speciality": "Surgeon"})


EDITS = [resolved, reopened, withdrawn, moved, presented, cancelled, placed, called_off, closed, updated]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_an_edit_gives_the_version_that_stands(edit: Callable[[], Record]) -> None:
    make_branch()
    record = edit()
    assert record.version > 1
    assert record.version == type(record).objects.get(pk=record.pk).version  # type: ignore[attr-defined]


@pytest.mark.parametrize("model", [Label, Source])
def test_labels_and_sources_are_changed_by_their_version(model: type[Label] | type[Source]) -> None:
    browser, path = log_in(make_user(Role.MANAGER, branch=make_branch())), f"/api/v1/{model.__name__.lower()}s"
    made = browser.put(path, {"name": "VIP"}, content_type="application/json").json()
    body = {**{name: value for name, value in made.items() if name != "version"}, "name": "Gold"}
    for version in ({}, {"version": 2}):
        refused = browser.put(path, {**body, **version}, content_type="application/json")
        assert (refused.status_code, refused.json()["code"]) == (409, "stale")
    changed = browser.put(path, {**body, "version": 1}, content_type="application/json")
    assert (changed.status_code, changed.json()["version"]) == (200, 2)


def test_a_new_label_has_no_version() -> None:
    manager = make_user(Role.MANAGER)
    made = patients.save_label(label=Label(name="VIP"), actor=manager, at=NOW)
    made.name = "Gold"
    with pytest.raises(StaleVersion):
        patients.save_label(label=made, actor=manager, at=NOW)
