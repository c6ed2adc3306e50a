"""A discount is asked for wherever it grows, and by the roles held where the person works."""

from decimal import Decimal

import pytest

from clinic.lib.errors import NotAllowed
from clinic.staff.models import RoleGrant, User
from clinic.staff.roles import Role
from tests.staff.factories import dr_orlova, make_branch, make_user
from tests.treatment_plans.factories import NOON, first_item, plan_with
from treatment_plans import actions
from treatment_plans.actions import common
from treatment_plans.models import Item

pytestmark = pytest.mark.django_db
D = Decimal


def line(price: str = "1000.00", quantity: int = 2) -> Item:
    item = first_item(plan_with("hygiene").alternatives.get())
    item.unit_price, item.quantity, item.total = D(price), quantity, D(price) * quantity
    item.save()
    return item


def change(item: Item, actor: User, *, quantity: int, percent: str | None = None, amount: str | None = None) -> Item:
    item.refresh_from_db()
    return actions.change_item(
        item_id=item.pk,
        version=item.version,
        quantity=quantity,
        discount_percent=D(percent) if percent else None,
        discount_amount=D(amount) if amount else None,
        discount_reason="loyal",
        actor=actor,
        at=NOON,
    )


def test_less_of_a_line_does_not_make_an_amount_a_larger_share() -> None:
    item = line()
    change(item, dr_orlova(), quantity=2, amount="200.00")
    with pytest.raises(common.DiscountNotAllowed):
        change(item, dr_orlova(), quantity=1, amount="200.00")
    assert change(item, dr_orlova(), quantity=1, amount="100.00").total == D("900.00")


def test_more_of_a_line_does_not_stretch_a_discount_that_somebody_else_gave() -> None:
    item, manager = line(), make_user(Role.MANAGER, username="chief")
    change(item, manager, quantity=1, percent="50")
    with pytest.raises((common.DiscountNotAllowed, NotAllowed)):
        change(item, dr_orlova(), quantity=9, percent="50")
    assert change(item, manager, quantity=2, percent="50").discount_by == manager
    assert change(item, dr_orlova(), quantity=1, percent="50").discount_by == manager


def test_a_limit_of_a_role_held_in_another_branch_sleeps() -> None:
    item = line()
    person = make_user(Role.DENTIST, username="two", branch=make_branch())
    RoleGrant.objects.create(user=person, role=Role.MANAGER, branch=make_branch("Nevsky"))
    person.works_in = make_branch()
    with pytest.raises(common.DiscountNotAllowed):
        change(item, person, quantity=2, percent="40")
    person.works_in = make_branch("Nevsky")
    assert change(item, person, quantity=2, percent="40").total == D("1200.00")
