"""Performed procedures, charges and payments for tests; made by the same actions a user would call."""

from datetime import UTC, datetime
from decimal import Decimal

from charting import actions as charting
from charting.models import Performance
from clinic.billing import actions
from clinic.billing.models import Charge, Payment
from clinic.patients.models import Patient
from clinic.price_list.models import Category, Scope, Service
from clinic.staff.models import Branch, User
from clinic.staff.roles import Role
from tests.patients.factories import petrov
from tests.staff.factories import dr_orlova, make_user, registrar_belova

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def accountant() -> User:
    """Olga Ivanovna Schyotova, accountant; the same one on every call."""
    return User.objects.filter(username="schyotova").first() or make_user(Role.ACCOUNTANT, username="schyotova")


def make_service(category: str = Category.THERAPY) -> Service:
    fields = {"title_ru": "Пломба световая", "title_en": "Filling", "title_fr": "Composite", "category": category, "scope": Scope.MOUTH}
    return Service.objects.get_or_create(code=f"M-{category}", defaults=fields)[0]


def make_performance(
    patient: Patient | None = None, *, category: str = Category.THERAPY, at: datetime = NOW, branch: Branch | None = None
) -> Performance:
    person = patient or petrov()
    procedure = charting.add_procedure(patient=person, service=make_service(category), actor=dr_orlova(), at=at)
    return charting.perform_procedure(procedure=procedure, actor=dr_orlova(), at=at, branch=branch or person.branch)


def make_charge(
    amount: str = "4500.00",
    patient: Patient | None = None,
    *,
    category: str = Category.THERAPY,
    at: datetime = NOW,
    branch: Branch | None = None,
    currency: str | None = None,
) -> Charge:
    performance = make_performance(patient, category=category, at=at, branch=branch)
    return actions.post_charge(
        performance=performance,
        amount=Decimal(amount),
        currency=currency or performance.branch.currency,
        description="Filling, tooth 36",
        actor=dr_orlova(),
        at=at,
    )


def pay(amount: str, patient: Patient | None = None, *, allocate_to: actions.Split = "oldest", at: datetime = NOW) -> Payment:
    person = patient or petrov()
    return actions.take_payment(
        patient_id=person.pk, amount=Decimal(amount), method="cash", branch=person.branch, actor=registrar_belova(), at=at, allocate_to=allocate_to
    )


def undo(charge: Charge) -> Charge:
    return actions.reverse_charge(performance=charge.performance, actor=dr_orlova(), at=NOW, reason="Wrong tooth")
