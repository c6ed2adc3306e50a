"""What happened to the demo's patients: visits of the past months, today's diary, weeks ahead."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import cycle

from charting.models import Visit
from clinic.demo import perio, treatment, visits
from clinic.demo.visits import Scene
from clinic.patients.models import Patient
from clinic.scheduling.models import Appointment
from treatment_plans.models import Plan

TREATED_OF_TEN = 2
PLANNED_OF_TEN = 5


def tell(scene: Scene, patients: list[Patient], *, began: datetime) -> Iterator[None]:
    """Live through the months, patient by patient; yields after each."""
    for number, patient in enumerate(patients):
        first = began + (scene.now - timedelta(days=21) - began) * scene.random.random()
        is_child = bool(patient.birth_date and patient.birth_date > (scene.now - timedelta(days=18 * 365)).date())
        if is_child:
            _check_up(scene, patient, first)
        elif number % 10 < TREATED_OF_TEN:
            _treat(scene, patient, first, number)
        elif number % 10 < PLANNED_OF_TEN:
            _plan(scene, patient, first, number)
        else:
            _check_up(scene, patient, first)
        yield


def fill_diary(scene: Scene, patients: list[Patient]) -> int:
    """Today hour by hour, and a lighter booking of the days around it; returns the number of appointments."""
    booked = 0
    shuffled = scene.random.sample(patients, len(patients))
    visitors = {branch.pk: cycle([patient for patient in shuffled if patient.branch_id == branch.pk]) for branch in scene.clinic.branches}
    for offset in range(-2, 15):
        day = scene.now + timedelta(days=offset)
        for username, chair in scene.clinic.working.items():
            for hour in (9, 10, 11, 13, 14, 15, 16) if offset in (0, 1) else (9, 11, 14, 16):
                patient = next(visitors[chair.branch_id])
                appointment = visits.book(scene, patient, username, day, kind=(hour + offset) % 5, hour=hour)
                if appointment is not None:
                    booked += 1
                    _bring_up_to_date(scene, appointment, hour)
    return booked


def _bring_up_to_date(scene: Scene, appointment: Appointment, hour: int) -> None:
    if appointment.ends_at <= scene.now and hour == 11:
        visits.advance(scene, appointment, "no_show", appointment.starts_at + timedelta(minutes=20))
    elif appointment.ends_at <= scene.now:
        visit = visits.seat(scene, appointment)
        visits.finish(scene, visit, is_signed=hour != 16)
    elif appointment.starts_at <= scene.now:
        visits.seat(scene, appointment)
    elif appointment.starts_at <= scene.now + timedelta(minutes=45):
        visits.advance(scene, appointment, "arrived", scene.now - timedelta(minutes=6))
    elif hour == 15:
        visits.advance(scene, appointment, "cancelled", scene.now, reason="Пациент заболел")
    elif hour % 2:
        visits.advance(scene, appointment, "confirmed", scene.now)


def _username(scene: Scene, patient: Patient) -> str:
    return scene.dentist_of(patient).username


def _visit(scene: Scene, patient: Patient, near: datetime, *, kind: int) -> Visit:
    appointment = visits.book(scene, patient, _username(scene, patient), near, kind=kind)
    assert appointment is not None  # noqa: S101 - without a fixed hour a slot is always found
    return visits.seat(scene, appointment)


def _check_up(scene: Scene, patient: Patient, first: datetime) -> None:
    visit = _visit(scene, patient, first, kind=0)
    if patient.card_number % 2:
        visits.examine(scene, visit)
    visits.finish(scene, visit)


def _plan(scene: Scene, patient: Patient, first: datetime, number: int) -> None:
    visit = _visit(scene, patient, first, kind=0)
    seen = visits.examine(scene, visit)
    made = treatment.plan(scene, visit, seen, alternatives=1 + number % 2)
    visits.finish(scene, visit)
    if number % 10 > TREATED_OF_TEN:
        treatment.present(scene, made, visit.opened_at + timedelta(days=1))


def _treat(scene: Scene, patient: Patient, first: datetime, number: int) -> None:
    """From the first look to the last payment; some are still under way, owe, or wait for the laboratory."""
    visit = _visit(scene, patient, first, kind=0)
    seen = visits.examine(scene, visit)
    made = treatment.plan(scene, visit, seen, alternatives=2)
    chosen = treatment.present(scene, made, visit.opened_at + timedelta(minutes=40))[number // 10 % 2]
    treatment.agree(scene, made, chosen, visit.opened_at + timedelta(minutes=45))
    visits.finish(scene, visit)
    _wait_for_lab(scene, made, visit.opened_at, number)
    for healed, days in enumerate((0, 120)):
        examined_at = visit.opened_at + timedelta(days=days, minutes=20)
        if examined_at < scene.now:
            perio.examine(scene, patient, examined_at, healed=healed)
    for step in range(1 + number // 10 % 3):
        next_day = visit.opened_at + timedelta(days=9 * (step + 1))
        if next_day > scene.now - timedelta(days=4):
            break
        next_visit = _visit(scene, patient, next_day, kind=1)
        treatment.treat(scene, made, next_visit, limit=2 + number // 10 % 3)
        visits.finish(scene, next_visit)
        share = Decimal(1) if number // 10 % 4 else Decimal("0.6")
        treatment.pay(scene, patient, next_visit.opened_at + timedelta(minutes=55), share=share)


def _wait_for_lab(scene: Scene, made: Plan, at: datetime, number: int) -> None:
    state = ("returned", "in_work", "sent", "try_in")[number // 10 % 4]
    treatment.order_lab_work(scene, made, at, days=12, state=state)
