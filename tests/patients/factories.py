"""Patients that tests speak of by name."""

from datetime import date

from clinic.patients.models import Contact, ContactKind, Patient, Sex
from clinic.staff.models import Branch
from tests.staff.factories import make_branch


def make_patient(last_name: str = "Петров", first_name: str = "Иван", *, phone: str = "", branch: Branch | None = None, **fields: object) -> Patient:
    """A patient of the branch (Arbat unless said otherwise), with a phone when one is given."""
    patient = Patient.objects.create(
        **{"last_name": last_name, "first_name": first_name, "branch": branch or make_branch(), "birth_date": date(1985, 3, 14), **fields}
    )
    if phone:
        Contact.objects.create(patient=patient, kind=ContactKind.PHONE, value=phone)
    return patient


def petrov() -> Patient:
    """Ivan Sergeevich Petrov, born 14.03.1985; the same one on every call."""
    found = Patient.objects.filter(last_name="Петров", first_name="Иван", patronymic="Сергеевич").first()
    return found or make_patient(patronymic="Сергеевич", sex=Sex.MALE, phone="+79161234567")
