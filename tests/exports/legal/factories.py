"""Cases for tests."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from clinic.patients.models import Patient
from clinic.staff.models import User
from clinic.staff.roles import Role
from exports.legal import actions
from exports.legal.models import Case
from tests.patients.factories import petrov
from tests.staff.factories import make_user


def lawyer() -> User:
    """Lawyer Sokolova."""
    return User.objects.filter(username="sokolova").first() or make_user(Role.LAWYER, username="sokolova", first_name="Anna", last_name="Sokolova")


def make_case(*patients: Patient, hold: str = "Claim 2-1234/2026", at: datetime | None = None, **values: Any) -> Case:
    """A case about Petrov, or about these patients, with a hold."""
    keys = [patient.pk for patient in patients or (petrov(),)]
    values = {"title": "Crown 16 fell out", "claimant": "Ivan Petrov", **values}
    return actions.open_case(actor=lawyer(), patients=keys, hold_reason=hold, at=at or timezone.now(), **values)
