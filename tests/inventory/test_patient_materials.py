"""What was used for a patient: page and API, for those who read the record and for those who keep the stock."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from clinic.history.models import Event
from clinic.staff.roles import Role
from inventory import actions
from inventory.models import Movement, OnShortage
from tests.inventory.factories import NOW, make_lot, make_material, make_performance, make_service, storekeeper
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def used() -> Movement:
    """Two units of a lot, used for a filling."""
    material = make_material()
    make_lot(material, "10", number="LOT-77", expires_on=date(2027, 5, 1))
    actions.set_norm(actor=storekeeper(), service=make_service(), material_id=material.pk, quantity=Decimal(2), on_shortage=OnShortage.DEBT)
    return actions.write_off(performance=make_performance(), actor=dr_orlova(), at=NOW).movements[0]


@pytest.mark.parametrize("role", [Role.DENTIST, Role.LAWYER, Role.ADMINISTRATOR, Role.ACCOUNTANT])
def test_the_page_names_material_lot_expiry_and_act(used: Movement, role: Role) -> None:
    reader = log_in(make_user(role, branch=make_branch()))
    page = reverse("patient-materials", args=[used.patient_id])
    text = reader.get(page).content.decode()
    for words in (used.lot.material.name, "LOT-77", "2027", str(make_service())):
        assert words in text
    assert "LOT-77" in reader.get(page, {"q": "lot-7"}).content.decode()
    assert "Nothing was found." in reader.get(page, {"q": "LOT-78"}).content.decode()
    assert Event.objects.filter(op="V", tbl="materials", patient_id=used.patient_id).count() == 3


def test_a_program_reads_the_same(used: Movement) -> None:
    lawyer = log_in(make_user(Role.LAWYER, branch=make_branch()))
    (row,) = lawyer.get(f"/api/v1/patients/{used.patient_id}/materials").json()["results"]
    assert (row["lot_number"], row["expires_on"], Decimal(row["quantity"])) == ("LOT-77", "2027-05-01", Decimal(-2))
    assert row["material_name"] == used.lot.material.name
    assert row["service_name"] == str(make_service())
    assert lawyer.get(f"/api/v1/patients/{used.patient_id}/materials?q=other").json()["results"] == []
    assert log_in(make_user(Role.TELESECRETARY)).get(f"/api/v1/patients/{used.patient_id}/materials").status_code == 403


def test_the_page_is_reached_from_where_people_are(used: Movement) -> None:
    link = reverse("patient-materials", args=[used.patient_id])
    assert link in log_in(dr_orlova(make_branch())).get(reverse("visits", args=[used.patient_id])).content.decode()
    assert link in log_in(make_user(Role.ADMINISTRATOR, branch=make_branch())).get(reverse("patient", args=[used.patient_id])).content.decode()
