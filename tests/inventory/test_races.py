"""A delivery and a reversal at one instant: nothing is lost between them."""

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from inventory import actions
from inventory.models import Lot, Shortage
from tests.beside import Second
from tests.inventory.factories import NOW, make_lot, make_material, make_performance, storekeeper
from tests.inventory.test_actions import norm
from tests.staff.factories import dr_orlova, make_branch

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("number", ["L1", "L2"])
def test_what_a_delivery_settles_while_the_act_is_reversed_comes_back(number: str) -> None:
    with transaction.atomic():
        material, dentist = make_material(), dr_orlova()
        make_lot(material, "1")
        norm(material, "3")
        performance = make_performance()
        actions.write_off(performance=performance, actor=dentist, at=NOW)
        keeper, branch = storekeeper(), make_branch()
    assert Shortage.objects.get().quantity == 2
    details: dict[str, Any] = {"number": number, "quantity": Decimal(10), "expires_on": date(2027, 6, 1)}
    receive = partial(actions.receive, actor=keeper, at=NOW, material_id=material.pk, branch=branch, **details)
    reverse = partial(actions.reverse_write_off, performance=performance, actor=dentist, at=NOW)
    result = Second(reverse).beside(receive)
    assert not isinstance(result, Exception), result
    assert sum(Lot.objects.values_list("on_hand", flat=True)) == 11
    assert Shortage.objects.get().cancelled_at == NOW
