"""Stock, and a performance that consumes it, for tests."""

from datetime import UTC, date, datetime
from decimal import Decimal

from charting import actions as charting
from charting.models import Performance
from clinic.patients.models import Patient
from clinic.price_list.models import Category, Scope, Service
from clinic.staff.models import Branch, User
from clinic.staff.roles import Role
from inventory import actions
from inventory.models import Lot, Material
from tests.staff.factories import dr_orlova, make_branch, make_user

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def storekeeper() -> User:
    """An assistant, who keeps the stock."""
    return User.objects.filter(username="lebedev").first() or make_user(Role.ASSISTANT, username="lebedev")


def make_material(name: str = "Articaine", code: str = "ART-4") -> Material:
    return Material.objects.filter(code=code).first() or actions.create_material(actor=storekeeper(), name=name, code=code, unit="carp")


def make_lot(
    material: Material, quantity: str, *, number: str = "L1", expires_on: date | None = date(2027, 6, 1), unit_cost: Decimal | None = None
) -> Lot:
    receipt = actions.receive(
        actor=storekeeper(),
        at=NOW,
        material_id=material.pk,
        branch=make_branch(),
        number=number,
        quantity=Decimal(quantity),
        expires_on=expires_on,
        unit_cost=unit_cost,
    )
    return receipt.lot


def make_service(code: str = "T-1") -> Service:
    return Service.objects.get_or_create(code=code, defaults={"title_ru": "Пломба", "category": Category.THERAPY, "scope": Scope.MOUTH})[0]


def make_patient(card_number: int = 1) -> Patient:
    names = {"last_name": "Петров", "first_name": "Иван", "branch": make_branch()}
    return Patient.objects.get_or_create(card_number=card_number, defaults=names)[0]


def make_performance(service: Service | None = None, branch: Branch | None = None) -> Performance:
    patient = make_patient()
    procedure = charting.add_procedure(patient=patient, service=service or make_service(), actor=dr_orlova(), at=NOW)
    return charting.perform_procedure(procedure=procedure, actor=dr_orlova(), at=NOW, branch=branch or make_branch())
