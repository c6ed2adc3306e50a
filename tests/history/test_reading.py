"""Records read together are the records that the ORM reads, in one query."""

from datetime import date
from decimal import Decimal

import pytest
from django.forms.models import model_to_dict
from pytest_django.fixtures import DjangoAssertNumQueries

from clinic.history.reading import attach, read_together
from clinic.patients.models import Patient
from clinic.staff.backend import PersonBackend
from clinic.staff.models import Branch, RoleGrant, User
from clinic.staff.roles import Role
from inventory.models import Lot
from tests.inventory.factories import make_lot, make_material
from tests.patients.factories import petrov
from tests.staff.factories import make_branch, make_user

pytestmark = pytest.mark.django_db


def test_it_reads_every_kind_of_value_as_the_orm_does(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    patient = petrov()
    with django_assert_num_queries(1):
        found = read_together({Patient: "t.id = %(patient)s", Branch: "true ORDER BY t.name DESC"}, {"patient": patient.pk})
    [read] = found.of(Patient)
    stored = Patient.objects.get(pk=patient.pk)
    assert vars(read).keys() >= vars(stored).keys() - {"_state"}
    assert model_to_dict(read) == model_to_dict(stored)
    assert (read.pk, read.created_at, read.birth_date) == (stored.pk, stored.created_at, stored.birth_date)
    assert found.of(Branch) == list(Branch.objects.order_by("-name"))


def test_amounts_keep_every_digit() -> None:
    lot = make_lot(make_material(), "10.005", expires_on=date(2027, 6, 1), unit_cost=Decimal("12.3456"))
    [read] = read_together({Lot: "t.id = %(lot)s"}, {"lot": lot.pk}).of(Lot)
    stored = Lot.objects.get(pk=lot.pk)
    assert isinstance(read.unit_cost, Decimal)
    assert model_to_dict(read) == model_to_dict(stored)


def test_it_attaches_the_same_record_once(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    user = make_user(Role.DENTIST, username="attached")
    grants = list(RoleGrant.objects.filter(user=user)) * 2
    with django_assert_num_queries(1):
        attach(grants, "user", "branch")
    with django_assert_num_queries(0):
        assert {grant.user for grant in grants} == {user}
        assert [grant.branch for grant in grants] == [None, None]
    attach([], "user")
    assert isinstance(grants[0].user, User)


def test_a_session_finds_its_person_with_roles_of_today_and_their_branches(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    here, _elsewhere = make_branch("Arbat"), make_branch("Lyon")
    user = make_user(Role.ASSISTANT, username="helper", branch=here)
    with django_assert_num_queries(1):
        person = PersonBackend().get_user(user.pk)
        assert person is not None
        assert person.roles == {Role.ASSISTANT}
        assert [branch.legal_entity.name for branch in person.branches] == [here.legal_entity.name]
    make_user(Role.MANAGER, username="everywhere")
    everywhere = PersonBackend().get_user(User.objects.get(username="everywhere").pk)
    assert everywhere is not None
    assert everywhere.branches == list(Branch.objects.order_by("name"))
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert PersonBackend().get_user(user.pk) is None
