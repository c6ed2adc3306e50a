"""Accounts, roles and tokens: who may change whom, and what is refused."""

import json
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from clinic.history.models import Event
from clinic.lib.errors import Conflict, InvalidInput, NotAllowed, StaleVersion
from clinic.staff import actions, pins, reach
from clinic.staff.models import ApiToken, User
from clinic.staff.roles import Permission, Role
from tests.staff.factories import dr_orlova, make_branch, make_user

pytestmark = pytest.mark.django_db
NAMES = {"last_name": "Ivanov", "first_name": "Pyotr"}


@pytest.fixture
def manager() -> User:
    return make_user(Role.MANAGER)


def test_it_creates_a_person_with_a_temporary_password(manager: User) -> None:
    made = actions.create_user(actor=manager, at=timezone.now(), username="ivanov", details=NAMES)
    assert made.owner.check_password(made.value)
    assert made.owner.must_change_password


def test_it_returns_the_first_person_when_the_request_is_repeated(manager: User) -> None:
    key = uuid4()
    made = actions.create_user(actor=manager, at=timezone.now(), username="ivanov", details=NAMES, id=key)
    again = actions.create_user(actor=manager, at=timezone.now(), username="ivanov", details=NAMES, id=key)
    assert made.owner == again.owner
    assert again.value == ""


def test_it_refuses_a_taken_name_in_any_case(manager: User) -> None:
    actions.create_user(actor=manager, at=timezone.now(), username="ivanov", details=NAMES)
    with pytest.raises(actions.UsernameTaken):
        actions.create_user(actor=manager, at=timezone.now(), username="IVANOV", details=NAMES)


def test_it_refuses_a_dentist(manager: User) -> None:
    with pytest.raises(NotAllowed):
        actions.create_user(actor=dr_orlova(), at=timezone.now(), username="ivanov", details=NAMES)


def test_it_names_the_field_that_is_too_long(manager: User) -> None:
    with pytest.raises(InvalidInput) as error:
        actions.create_user(actor=manager, at=timezone.now(), username="ivanov", details={**NAMES, "last_name": "Ы" * 400})
    assert set(error.value.fields) == {"last_name"}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("1234", "11 digits"),
        ("899700000099", "11 digits"),
        ("8997000000x", "11 digits"),
        ("٨٩٩٧٠٠٠٠٠٠٩", "11 digits"),
        ("89970000019", "does not fit"),
        ("00000000000", "does not fit"),
    ],
)
def test_a_wrong_rpps_number_is_refused_in_words(manager: User, typed: str, words: str) -> None:
    user = dr_orlova()
    with pytest.raises(InvalidInput) as error:
        actions.update_user(user=user, version=1, actor=manager, details={"rpps": typed})
    assert words in str(error.value.fields["rpps"])


def test_an_rpps_number_is_kept_without_spaces_and_belongs_to_one_person(manager: User) -> None:
    user = actions.update_user(user=dr_orlova(), version=1, actor=manager, details={"rpps": " 8997 0000 009 "})
    assert User.objects.get(pk=user.pk).rpps == "89970000009"
    key = uuid4()
    with pytest.raises(InvalidInput) as error:
        actions.create_user(actor=manager, at=timezone.now(), username="ivanov", details={**NAMES, "rpps": "89970000009"})
    assert "somebody else" in str(error.value.fields["rpps"])
    for _again in range(2):
        made = actions.create_user(actor=manager, at=timezone.now(), username="ivanov", details={**NAMES, "rpps": "1000 0000 009"}, id=key)
        assert made.owner.rpps == "10000000009"
    assert Event.objects.get(tbl="staff_user", pk_text=str(user.pk), op="U").changed == ["rpps"]


def test_the_database_takes_only_digits_as_rpps() -> None:
    user = dr_orlova()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=user.pk).update(rpps="123")


def test_it_refuses_a_stale_edit(manager: User) -> None:
    user = dr_orlova()
    actions.update_user(user=user, version=1, actor=manager, details={"speciality": "Surgeon"})
    with pytest.raises(StaleVersion):
        actions.update_user(user=user, version=1, actor=manager, details={"speciality": "Therapist"})


def test_it_keeps_passwords_and_pins_out_of_history(manager: User) -> None:
    user = dr_orlova()
    actions.set_password(user=user, password="brush-twice-a-day", actor=user)
    pins.set_pin(user=user, pin="4071", actor=user)
    events = list(Event.objects.filter(tbl="staff_user", pk_text=str(user.pk)).order_by("id"))
    assert ["password"] in [event.changed for event in events]
    assert all(not {"password", "pin"} & set(event.body or {}) for event in events)
    assert set(user.history.values_list("password", flat=True)) == {""}


def test_nobody_gives_themselves_a_role(manager: User) -> None:
    with pytest.raises(actions.OwnRoles):
        actions.grant_role(user=manager, role=Role.DENTIST, branch=None, actor=manager, at=timezone.now())


def test_only_a_manager_makes_a_manager(manager: User) -> None:
    nina = make_user(Role.SYSTEM_ADMINISTRATOR)
    with pytest.raises(actions.OnlyManagers):
        actions.grant_role(user=dr_orlova(), role=Role.MANAGER, branch=None, actor=nina, at=timezone.now())
    actions.grant_role(user=nina, role=Role.MANAGER, branch=None, actor=manager, at=timezone.now())
    actions.end_role(grant=manager.role_grants.get(), actor=User.objects.get(pk=nina.pk), at=timezone.now())
    assert User.objects.get(pk=manager.pk).roles == set()


def test_who_manages_people_in_one_branch_gives_and_ends_roles_in_that_one_alone(manager: User) -> None:
    here, there = make_branch("Here"), make_branch("There")
    nina = make_user(Role.SYSTEM_ADMINISTRATOR, branch=here)
    given = actions.grant_role(user=dr_orlova(), role=Role.HYGIENIST, branch=here, actor=nina, at=timezone.now())
    for branch in (there, None):
        with pytest.raises(reach.OutOfReach):
            actions.grant_role(user=dr_orlova(), role=Role.HYGIENIST, branch=branch, actor=nina, at=timezone.now())
        foreign = actions.grant_role(user=dr_orlova(), role=Role.ACCOUNTANT, branch=branch, actor=manager, at=timezone.now())
        with pytest.raises(reach.OutOfReach):
            actions.end_role(grant=foreign, actor=nina, at=timezone.now())
    assert actions.end_role(grant=given, actor=nina, at=timezone.now()).ended_at
    boss_here = make_user(Role.MANAGER, username="boss-here", branch=here)
    with pytest.raises(reach.OutOfReach):
        actions.grant_role(user=nina, role=Role.MANAGER, branch=None, actor=boss_here, at=timezone.now())


def test_a_role_given_twice_is_one(manager: User) -> None:
    user = dr_orlova()
    first = actions.grant_role(user=user, role=Role.HYGIENIST, branch=None, actor=manager, at=timezone.now())
    assert first == actions.grant_role(user=user, role=Role.HYGIENIST, branch=None, actor=manager, at=timezone.now())
    ended = actions.end_role(grant=first, actor=manager, at=timezone.now())
    assert ended.ended_at == actions.end_role(grant=first, actor=manager, at=timezone.now()).ended_at
    assert not User.objects.get(pk=user.pk).may(Permission.STAFF_WRITE)


def test_a_person_who_left_loses_rights_and_tokens(manager: User) -> None:
    user = dr_orlova()
    token = actions.create_api_token(user=user, name="X-ray sensor", actor=manager, at=timezone.now())
    actions.deactivate_user(user=user, actor=manager, at=timezone.now())
    assert ApiToken.objects.get(token_hash=ApiToken.hash_of(token.value)).revoked_at
    assert User.objects.get(pk=user.pk).permissions == frozenset()


def test_the_first_manager_is_made_once() -> None:
    made = actions.create_first_user(username="first", last_name="One", first_name="Number", password="brush-twice-a-day", at=timezone.now())
    assert made.owner.may(Permission.STAFF_WRITE)
    with pytest.raises(Conflict):
        actions.create_first_user(username="second", last_name="Two", first_name="Number", password="brush-twice-a-day", at=timezone.now())


def test_a_new_clinic_gets_its_first_manager_by_a_command() -> None:
    out = StringIO()
    names = ("--last-name", "Смит", "--first-name", "Анна", "--language", "fr")
    call_command("create_first_user", "Boss", *names, "--json", stdout=out)
    account = json.loads(out.getvalue())
    boss = User.objects.get(username="boss")
    assert (boss.must_change_password, boss.language, boss.check_password(account["password"])) == (True, "fr", True)
    browser = Client()
    browser.post("/login/", account)
    assert browser.get("/settings/").headers["Location"].startswith("/account/password/")
    browser.post("/account/password/", {"old": account["password"], "password": "brush-twice-a-day", "repeat": "brush-twice-a-day"})
    pages = ("/", "/settings/", "/people/", "/patients/", "/diary/", "/till/", "/prices/", "/reports/")
    assert all(browser.get(address).status_code < 500 for address in pages)
    with pytest.raises(CommandError, match="people already"):
        call_command("create_first_user", "other", *names)


def test_whoever_runs_the_server_lets_the_only_manager_in_again(manager: User) -> None:
    out = StringIO()
    call_command("reset_password", manager.username.upper(), "--json", stdout=out)
    account = json.loads(out.getvalue())
    again = User.objects.get(pk=manager.pk)
    assert (again.must_change_password, again.check_password(account["password"])) == (True, True)
    assert Event.objects.filter(tbl="login_freed", pk_text=str(manager.pk)).exists()
    with pytest.raises(CommandError, match="no such person"):
        call_command("reset_password", "nobody")
