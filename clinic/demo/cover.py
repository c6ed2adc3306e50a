"""The demo clinic's insurers and who is insured with them."""

from datetime import date, datetime
from decimal import Decimal
from random import Random

from django.db import transaction

from clinic.demo.people import Clinic
from clinic.patients.models import Patient
from insurance import setup
from insurance.models import Programme
from insurance.rules import Cover

INSURERS = (
    ("СПАО «Север-Мед»", "ru_vmi", "ДМС «Стандарт»", 80, Decimal(60000)),
    ("АО «Полис Здоровья»", "ru_vmi", "ДМС «Терапия»", 50, Decimal(30000)),
    ("Assurance maladie", "fr_amo", "Régime général", 60, None),
    ("Mutuelle Azur", "fr_amc", "Confort dentaire", 30, Decimal(900)),
)
COVERED = ("diagnostics", "imaging", "anaesthesia", "hygiene", "therapy", "endodontics", "periodontics", "surgery", "paediatric")
INSURED = 0.35


@transaction.atomic
def insure(clinic: Clinic, patients: list[Patient], *, random: Random, at: datetime) -> int:
    """Insurers with their coverage, and policies for about a third of the patients; returns how many policies."""
    programmes = [_programme(clinic, *row[:4]) for row in INSURERS]
    policies = 0
    for patient in patients:
        if random.random() < INSURED:
            is_french = patient.branch_id == clinic.branches[1].pk
            chosen = (2, 3) if is_french else (patient.card_number % 2,)
            for priority, number in enumerate(chosen, start=1):
                _policy(clinic, patient, programmes[number], INSURERS[number][4], priority=priority, since=date(at.year, 1, 1))
                policies += 1
    return policies


def _programme(clinic: Clinic, name: str, kind: str, programme: str, percent: int) -> Programme:
    manager = clinic.users["manager"]
    insurer = setup.save_insurer(details=setup.InsurerDetails(name=name, kind=kind), actor=manager)
    saved = setup.save_programme(insurer_id=insurer.pk, name=programme, needs_letter=False, actor=manager)
    setup.set_coverage(programme_id=saved.pk, covers={category: Cover(percent=Decimal(percent)) for category in COVERED}, actor=manager)
    return saved


def _policy(clinic: Clinic, patient: Patient, programme: Programme, limit: Decimal | None, *, priority: int, since: date) -> None:
    details = setup.PolicyDetails(
        number=f"{patient.card_number}-{priority}", valid_from=since, currency=patient.branch.currency, annual_limit=limit, priority=priority
    )
    setup.save_policy(patient=patient, programme_id=programme.pk, details=details, actor=clinic.users["admin"])
