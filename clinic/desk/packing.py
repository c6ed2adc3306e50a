"""What a device at the chair brings along while the clinic can be reached: the day's patients of its person and of its chair."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from charting import queries as charting
from charting.perio import queries as perio
from clinic.history import queries as history
from clinic.lib.clock import branch_day
from clinic.patients import access
from clinic.scheduling import queries as scheduling
from clinic.scheduling.models import Appointment, Chair
from clinic.staff.http import Request
from clinic.staff.models import User
from clinic.staff.roles import Permission
from treatment_plans import queries as treatment_plans

CHAIR = "chair"
MOST_PATIENTS = 30
NOTES = 2
ALWAYS = ("home", "chair-day")
WORDS = ("/api/v1/chart-palette", "/api/v1/diagnosis-codes/oral")


@dataclass(frozen=True)
class Packed:
    """One patient of the pack: when the record changed last, and the pages and answers to bring, the chart first."""

    patient: UUID
    changed_at: datetime
    addresses: Sequence[str]


def chair_here(request: Request) -> Chair | None:
    """The chair at which this device stands, if it is one of the branch where the person works now and sees the diary."""
    try:
        key = UUID(request.COOKIES.get(CHAIR, ""))
    except ValueError:
        return None
    return next((chair for chair in chairs_here(request) if chair.pk == key), None)


def chairs_here(request: Request) -> list[Chair]:
    """The chairs at which this device may stand."""
    if request.branch is None or not request.user.may(Permission.DIARY_VIEW):
        return []
    return list(scheduling.chairs_of(request.branch))


def day_here(request: Request, chair: Chair | None) -> list[Appointment]:
    """Today's standing appointments of the person and of the chair, in order."""
    if request.branch is None:
        return []
    today = branch_day(timezone.now(), request.branch.time_zone)
    return list(scheduling.day_at_chair(request.user, today, request.branch, chair))


def pack_of(user: User, appointments: Iterable[Appointment]) -> list[Packed]:
    """The patients of these appointments whose record opens to the person without a reason; each look is recorded when its address is read."""
    patients = list({appointment.patient_id: appointment.patient for appointment in appointments}.values())
    keys = [patient.pk for patient in access.open_to(user, patients)][:MOST_PATIENTS]
    changed = history.last_changes(keys)
    addresses = _addresses(user, keys)
    return [Packed(key, changed[key], addresses[key]) for key in keys]


def _addresses(user: User, patients: Sequence[UUID]) -> Mapping[UUID, list[str]]:
    found = {key: [reverse("chart", args=[key]), f"/api/v1/patients/{key}/chart", *_pages(user, key)] for key in patients}
    for visit in charting.latest_visits(patients, most=NOTES):
        found[visit.patient_id].append(reverse("visit", args=[visit.pk]))
    for exam in perio.latest_exams(patients):
        found[exam.patient_id] += [reverse("perio-exam", args=[exam.pk]), f"/api/v1/perio-exams/{exam.pk}"]
    for plan in treatment_plans.latest_plans(patients) if user.may(Permission.PLAN_VIEW) else ():
        found[plan.patient_id].append(reverse("plan", args=[plan.pk]))
    return found


def _pages(user: User, patient: UUID) -> list[str]:
    names = ["visits", "patient-health"]
    names += ["patient"] if user.may(Permission.PATIENT_VIEW) else []
    names += ["plans"] if user.may(Permission.PLAN_VIEW) else []
    return [reverse(name, args=[patient]) for name in names]


def tag_of(pack: Mapping[str, object]) -> str:
    """The same for the same pack."""
    return f'"{hashlib.sha256(json.dumps(pack, sort_keys=True).encode()).hexdigest()[:32]}"'
