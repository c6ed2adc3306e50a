"""Whoever manages people in one branch leaves the accounts of other branches alone, by every road."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from clinic.lib.errors import DomainError
from clinic.scheduling.setup_actions import save_type
from clinic.staff import actions, pins, places, reach, second_factor
from clinic.staff.models import Branch, LegalEntity, RoleGrant, User
from clinic.staff.roles import Permission, Role
from tests.access_table import OPERATIONS
from tests.hostile import world
from tests.hostile.requests import operations
from tests.staff.factories import log_in, make_branch, make_user

pytestmark = pytest.mark.django_db


def _revoke(user: User, actor: User) -> object:
    token = actions.create_api_token(user=user, name="desk", actor=make_user(Role.MANAGER), at=timezone.now()).row
    assert token is not None
    return actions.revoke_api_token(token=token, actor=actor, at=timezone.now())


ROADS: dict[str, Callable[[User, User], object]] = {
    "rename": lambda user, actor: actions.update_user(user=user, version=user.version, actor=actor, details={"last_name": "Other"}),
    "close": lambda user, actor: actions.deactivate_user(user=user, actor=actor, at=timezone.now()),
    "open": lambda user, actor: actions.activate_user(user=user, actor=actor),
    "password": lambda user, actor: actions.reset_password(user=user, actor=actor),
    "pin": lambda user, actor: pins.set_pin(user=user, pin="", actor=actor),
    "second factor": lambda user, actor: second_factor.disable(user=user, actor=actor, reason="telephone lost"),
    "token": lambda user, actor: actions.create_api_token(user=user, name="desk", actor=actor, at=timezone.now()),
    "token's end": _revoke,
}


REFUSED = reach.OutOfReach.code
MANAGERS_ONLY = reach.ManagersOnly.code


@pytest.fixture
def branches() -> dict[str | None, Branch | None]:
    return {"Arbat": make_branch("Arbat"), "Nice": make_branch("Nice", currency="EUR"), None: None}


@pytest.fixture
def arbat(branches: dict[str | None, Branch]) -> Branch:
    return branches["Arbat"]


@pytest.fixture
def nice(branches: dict[str | None, Branch]) -> Branch:
    return branches["Nice"]


def refusal(act: Callable[[], object]) -> str | None:
    try:
        act()
    except DomainError as error:
        return error.code
    return None


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize(
    ("works_in", "manages", "refused"),
    [
        (["Arbat"], "Arbat", None),
        (["Nice"], "Arbat", REFUSED),
        (["Arbat", "Nice"], "Arbat", REFUSED),
        ([None], "Arbat", REFUSED),
        (["Nice"], None, None),
        ([None], None, None),
        ([], "Arbat", None),
    ],
)
def test_an_account_is_touched_only_from_all_its_branches(
    branches: dict[str | None, Branch | None], road: str, works_in: list[str | None], manages: str | None, refused: str | None
) -> None:
    actor = make_user(Role.SYSTEM_ADMINISTRATOR, branch=branches[manages], username="seteva")
    actor.works_in = branches["Arbat"]
    user = make_user(username="subject")
    for name in works_in:
        RoleGrant.objects.create(user=user, role=Role.DENTIST, branch=branches[name])
    assert refusal(lambda: ROADS[road](user, actor)) == refused


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize(
    ("acts_as", "manager_of", "refused"),
    [
        ((Role.SYSTEM_ADMINISTRATOR, None), None, MANAGERS_ONLY),
        ((Role.SYSTEM_ADMINISTRATOR, None), "Arbat", MANAGERS_ONLY),
        ((Role.MANAGER, None), "Arbat", None),
        ((Role.MANAGER, "Arbat"), "Arbat", None),
        ((Role.MANAGER, "Arbat"), None, REFUSED),
    ],
)
def test_the_account_of_a_manager_is_a_managers_matter(
    branches: dict[str | None, Branch | None], road: str, acts_as: tuple[Role, str | None], manager_of: str | None, refused: str | None
) -> None:
    make_user(Role.MANAGER, username="another")
    role, where = acts_as
    actor = make_user(role, branch=branches[where], username="actor")
    actor.works_in = branches["Arbat"]
    user = make_user(username="subject")
    RoleGrant.objects.create(user=user, role=Role.MANAGER, branch=branches[manager_of])
    assert refusal(lambda: ROADS[road](user, actor)) == refused


def test_a_system_administrator_does_not_end_the_role_of_a_manager() -> None:
    make_user(Role.MANAGER, username="another")
    grant = make_user(Role.MANAGER, username="subject").role_grants.get()
    with pytest.raises(actions.OnlyManagers):
        actions.end_role(grant=grant, actor=make_user(Role.SYSTEM_ADMINISTRATOR, username="seteva"), at=timezone.now())


@pytest.mark.parametrize(("home", "reached"), [("Arbat", 1), ("Nice", 0), (None, 1)])
def test_who_has_no_role_belongs_to_the_home_branch(branches: dict[str | None, Branch | None], home: str | None, reached: int) -> None:
    actor = make_user(Role.SYSTEM_ADMINISTRATOR, branch=branches["Arbat"])
    assert reach.reaches_person(actor, make_user(username="new", branch=branches[home])) == reached


def test_an_ended_role_no_longer_counts(arbat: Branch, nice: Branch) -> None:
    actor, user = make_user(Role.MANAGER, branch=arbat), make_user(Role.DENTIST, username="moved", branch=arbat)
    RoleGrant.objects.create(user=user, role=Role.DENTIST, branch=nice, ended_at=timezone.now())
    assert reach.reaches_person(actor, user)


def test_the_page_offers_what_one_may_do(arbat: Branch, nice: Branch) -> None:
    browser = log_in(make_user(Role.MANAGER, branch=arbat))
    for branch, is_offered in ((arbat, True), (nice, False)):
        user = make_user(Role.DENTIST, username=branch.name.lower(), branch=branch)
        page = browser.get(f"/people/{user.pk}/").content.decode()
        assert (f"/people/{user.pk}/password/" in page) is is_offered
        assert f"/people/{user.pk}/roles/" in page
        answer: Any = browser.post(f"/people/{user.pk}/password/")
        assert answer.status_code == (200 if is_offered else 403)


@pytest.mark.parametrize(("of", "refused"), [("Arbat", None), ("Nice", REFUSED)])
def test_a_branch_is_changed_by_those_who_hold_its_settings(arbat: Branch, nice: Branch, of: str, refused: str | None) -> None:
    actor, branch = make_user(Role.MANAGER, branch=arbat), {"Arbat": arbat, "Nice": nice}[of]
    actor.works_in = arbat
    code = refusal(lambda: places.update_branch(branch=branch, version=branch.version, actor=actor, details={"phone": "+7 495 000-00-00"}))
    assert code == refused


@pytest.mark.parametrize(("manages", "refused"), [("Arbat", REFUSED), (None, None)])
def test_a_company_is_changed_from_all_its_branches(arbat: Branch, nice: Branch, manages: str | None, refused: str | None) -> None:
    actor, entity = make_user(Role.MANAGER, branch=arbat if manages else None), LegalEntity.objects.get(pk=nice.legal_entity_id)
    actor.works_in = arbat
    code = refusal(lambda: places.update_legal_entity(entity=entity, version=entity.version, actor=actor, details={"director": "Glavin"}))
    assert code == refused


EVERYWHERE = {Permission.SETTINGS_WRITE, Permission.PRICE_WRITE, Permission.DICTIONARY_IMPORT}
SHARED = {"change_material", "set_norm", "remove_norm", "save_lab", "save_insurer", "save_programme", "set_coverage"}
"""What stands in all branches and is kept by those who work with it."""
OF_PLACES = {"update_legal_entity", "update_branch", "create_branch", "set_price"}
"""What belongs to a company or a branch and is decided there."""


def test_what_holds_in_all_branches_is_not_decided_in_one() -> None:
    world.build()
    far = Branch.objects.create(name="Far", legal_entity=LegalEntity.objects.earliest("pk"))
    person = make_user(Role.MANAGER, Role.ADMINISTRATOR, Role.ACCOUNTANT, branch=far, username="far")
    client, passed, refused = log_in(person), [], 0
    for operation in operations():
        if (
            operation.method == "GET"
            or operation.name in OF_PLACES
            or not (operation.name in SHARED or EVERYWHERE.intersection(OPERATIONS[operation.name]))
        ):
            continue
        standing = transaction.savepoint()
        answer = operation.ask(client)
        transaction.savepoint_rollback(standing)
        refused += b"out_of_reach" in answer.content
        assert operation.name not in SHARED or b"out_of_reach" in answer.content, (operation.name, answer.content)
        if answer.status_code < 400:
            passed.append(operation.name)
    assert not passed
    assert refused >= 12


def test_a_company_without_branches_and_the_types_of_appointments_are_of_all_branches(arbat: Branch, nice: Branch) -> None:
    half, empty = make_user(Role.MANAGER, branch=arbat, username="half"), LegalEntity.objects.create(name="Empty")
    for act in (
        lambda: places.update_legal_entity(entity=empty, version=empty.version, actor=half, details={"name": "Mine"}),
        lambda: places.create_branch(actor=half, at=timezone.now(), details={"name": "Third", "legal_entity": empty}),
        lambda: save_type(actor=half, type_id=None, version=None, values={"name_ru": "Осмотр"}),
    ):
        with pytest.raises(reach.ForAllBranches):
            act()
    whole = make_user(Role.MANAGER, branch=None, username="whole")
    assert places.update_legal_entity(entity=empty, version=empty.version, actor=whole, details={"name": "Ours"}).name == "Ours"


def test_a_manager_of_the_only_branch_decides_for_the_clinic() -> None:
    person = make_user(Role.MANAGER, branch=make_branch("Arbat"), username="boss")
    reach.require_everywhere(person, Permission.SETTINGS_WRITE)
    make_branch("Nice", currency="EUR")
    with pytest.raises(reach.ForAllBranches):
        reach.require_everywhere(person, Permission.SETTINGS_WRITE)
