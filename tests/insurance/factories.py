"""Policies and claimed procedures for tests."""

from datetime import date
from decimal import Decimal

from clinic.billing.models import Charge
from clinic.patients.models import Patient
from clinic.price_list.models import Category
from insurance import actions
from insurance.models import ClaimLine, CoverageRule, Insurer, InsurerKind, Policy, Programme
from tests.billing.factories import NOW, make_charge
from tests.patients.factories import petrov
from tests.staff.factories import dr_orlova


def make_programme(insurer: str = "СОГАЗ", percent: str = "80", *, limit_per_act: str | None = None, needs_letter: bool = False) -> Programme:
    owner = Insurer.objects.get_or_create(name=insurer, defaults={"kind": InsurerKind.RU_VMI})[0]
    programme, is_new = Programme.objects.get_or_create(insurer=owner, name="Стоматология", defaults={"needs_letter": needs_letter})
    if is_new:
        limit = Decimal(limit_per_act) if limit_per_act else None
        CoverageRule.objects.create(programme=programme, category=Category.THERAPY, percent=Decimal(percent), limit_per_act=limit)
    return programme


def make_policy(
    programme: Programme | None = None,
    *,
    patient: Patient | None = None,
    annual_limit: str | None = None,
    priority: int = 1,
    currency: str = "RUB",
    valid_to: date | None = None,
) -> Policy:
    return Policy.objects.create(
        patient=patient or petrov(),
        programme=programme or make_programme(),
        number="SG-001",
        valid_from=date(2026, 1, 15),
        valid_to=valid_to,
        annual_limit=Decimal(annual_limit) if annual_limit else None,
        currency=currency,
        priority=priority,
    )


def claim(charge: Charge) -> ClaimLine | None:
    return actions.add_claim_line(performance=charge.performance, charge=charge, actor=dr_orlova(), at=NOW)


def claimed(amount: str = "4500.00", patient: Patient | None = None) -> ClaimLine | None:
    return claim(make_charge(amount, patient))
