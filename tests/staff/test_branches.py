"""A person may have several roles in several branches; each counts where it was given."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from clinic.lib.errors import NotAllowed, NotFound
from clinic.scheduling import queries as diary
from clinic.staff.models import ApiToken, Branch, LegalEntity, RoleGrant, User
from clinic.staff.roles import Permission, Role
from tests.scheduling.factories import book, make_chair, working_day
from tests.staff.factories import log_in, make_branch, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def arbat() -> Branch:
    return make_branch("Arbat")


@pytest.fixture
def nice() -> Branch:
    return make_branch("Nice", time_zone="Europe/Paris", currency="EUR", language="fr")


@pytest.fixture
def ilyina(arbat: Branch, nice: Branch) -> User:
    """At the desk of Arbat, a dentist in Nice."""
    user = make_user(Role.ADMINISTRATOR, username="ilyina", branch=arbat)
    RoleGrant.objects.create(user=user, role=Role.DENTIST, branch=nice)
    return User.objects.get(pk=user.pk)


def test_a_role_counts_where_it_was_given(ilyina: User, arbat: Branch, nice: Branch) -> None:
    assert Permission.DIARY_SETUP in ilyina.permissions_in(arbat)
    assert Permission.DIARY_SETUP not in ilyina.permissions_in(nice)
    assert Permission.CHART_WRITE in ilyina.permissions_in(nice)
    assert ilyina.branches_where(Permission.CHART_WRITE) == [nice]
    ilyina.works_in = nice
    ilyina.require(Permission.CHART_WRITE)
    with pytest.raises(NotAllowed):
        ilyina.require(Permission.DIARY_SETUP)


def test_the_pages_follow_the_branch_worked_in(ilyina: User, arbat: Branch, nice: Branch) -> None:
    client = log_in(ilyina)
    assert client.get("/patients/import/").status_code == 200
    client.post("/branch/", {"branch": str(nice.pk), "next": "/"})
    assert client.get("/patients/import/").status_code == 403


def test_the_api_follows_the_branch_that_is_named(ilyina: User, arbat: Branch, nice: Branch) -> None:
    ApiToken.objects.create(user=ilyina, name="desk", token_hash=ApiToken.hash_of("ilyina"), expires_at=timezone.now() + timedelta(days=1))
    asked = {"Authorization": "Bearer ilyina"}
    body = {"branch_id": str(arbat.pk), "name": "Room 7"}
    answers = [Client().post("/api/v1/rooms", body, "application/json", headers={**asked, "X-Branch": str(branch.pk)}) for branch in (nice, arbat)]
    assert [answer.status_code for answer in answers] == [403, 201]


def test_a_branch_is_opened_in_a_company_that_one_manages_whole(arbat: Branch) -> None:
    company = LegalEntity.objects.create(name="Azur", country="FR")
    own = Branch.objects.create(name="Own", legal_entity=company, time_zone="Europe/Paris", currency="EUR")
    manager = log_in(make_user(Role.MANAGER, username="chief", branch=own))
    body = {"name": "New", "time_zone": "Europe/Paris", "currency": "EUR", "language": "fr"}
    companies = (arbat.legal_entity_id, company.pk)
    answers = [manager.post("/api/v1/branches", {**body, "legal_entity_id": str(key)}, "application/json") for key in companies]
    assert [answer.status_code for answer in answers] == [403, 201], [answer.content for answer in answers]


def test_the_diary_of_another_branch_is_written_by_those_who_book_there(arbat: Branch, nice: Branch) -> None:
    working_day()
    reader = make_user(Role.ADMINISTRATOR, username="reader", branch=arbat)
    RoleGrant.objects.create(user=reader, role=Role.LAWYER, branch=nice)
    reader = User.objects.get(pk=reader.pk)
    assert diary.get_branch_for(reader, nice.pk) == nice
    with pytest.raises(NotFound):
        book(actor=reader, chair_id=make_chair("Fauteuil", nice).pk)
    with pytest.raises(NotFound):
        diary.get_branch_for(reader, nice.pk, Permission.DIARY_SETUP)
    assert book(actor=reader, chair_id=make_chair("Chair 1", arbat).pk).branch == arbat


def test_a_person_whose_home_has_no_role_of_theirs_works_where_they_have_one(arbat: Branch, nice: Branch) -> None:
    user = make_user(Role.ACCOUNTANT, branch=arbat, username="guest")
    User.objects.filter(pk=user.pk).update(home_branch=nice)
    assert log_in(User.objects.get(pk=user.pk)).get("/till/").status_code == 200
