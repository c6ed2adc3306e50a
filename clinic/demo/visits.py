"""Appointments and visits of the demo's story, step by step as the desk and the chair would enter them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from django.db import transaction

from charting import charted, requirements
from charting.actions import diagnoses, findings, notes, visits
from charting.actions.anaesthesia import Given, give_anaesthesia
from charting.anaesthetics import SOLUTIONS, act_of
from charting.medical import interactions
from charting.models import Visit
from charting.recalls import queries as recalls
from charting.recalls import rules as recall_rules
from charting.recalls.actions import Wish, set_recall
from clinic.demo.calendar import Calendar
from clinic.demo.people import Clinic
from clinic.patients.models import Patient
from clinic.scheduling import actions
from clinic.scheduling.models import Appointment
from clinic.staff.models import User

NOTES = {
    "ru": {
        "complaint": "Жалобы на кратковременную боль от сладкого и холодного.",
        "anamnesis": "Боль появилась около месяца назад, ранее зуб не лечен.",
        "objective": "Кариозная полость в пределах дентина, зондирование болезненно по эмалево-дентинной границе, перкуссия безболезненна.",
        "treatment": "Осмотр, консультация. Составлен план лечения.",
        "recommendations": "Гигиена полости рта дважды в день, явка по плану лечения.",
    },
    "fr": {
        "complaint": "Douleur brève au froid et au sucré.",
        "anamnesis": "Début il y a environ un mois, dent jamais soignée.",
        "objective": "Cavité carieuse dentinaire, sondage sensible, percussion indolore.",
        "treatment": "Examen, consultation. Plan de traitement établi.",
        "recommendations": "Brossage deux fois par jour, revenir selon le plan.",
    },
}
COMPLAINTS = (
    ("caries", (16, 26, 36, 46, 15, 25, 35, 45), ("O",), "medium", "K02.1"),
    ("caries", (17, 27, 37, 47), ("M", "O"), "deep", "K02.1"),
    ("pulpitis", (14, 24, 16, 26, 36, 46), (), "", "K04.0"),
    ("apical_periodontitis", (11, 21, 36, 46), (), "", "K04.5"),
    ("missing", (36, 46, 16, 26, 35), (), "", "K08.1"),
    ("impacted", (18, 28, 38, 48), (), "", "K01.0"),
    ("calculus", (31, 41, 32, 42), (), "", "K03.6"),
)


@dataclass
class Scene:
    """What every step of the story needs."""

    clinic: Clinic
    calendar: Calendar
    random: Random
    now: datetime

    def dentist_of(self, patient: Patient) -> User:
        """The patient's own dentist, as the demo's user."""
        return next(user for user in self.clinic.users.values() if user.pk == patient.responsible_dentist_id)

    @property
    def administrator(self) -> User:
        return self.clinic.users["admin"]


def book(scene: Scene, patient: Patient, username: str, near: datetime, *, kind: int = 0, hour: int | None = None) -> Appointment | None:
    """An hour of that person on the day or after it; with `hour`, that one or nothing."""
    zone = scene.clinic.working[username].branch.time_zone
    while True:
        if hour is None:
            starts_at: datetime | None = scene.calendar.take_near(username, near.date(), zone)
        else:
            starts_at = scene.calendar.take(username, near.date(), zone, hour=hour)
        if starts_at is None:
            return None
        try:
            return _book(scene, patient, username, starts_at, kind)
        except actions.SlotTaken:
            if hour is not None:
                return None


@transaction.atomic
def _book(scene: Scene, patient: Patient, username: str, starts_at: datetime, kind: int) -> Appointment:
    return actions.book(
        actor=scene.administrator,
        at=min(scene.now, starts_at - timedelta(days=5)),
        patient_id=patient.pk,
        dentist_id=scene.clinic.users[username].pk,
        chair_id=scene.clinic.working[username].pk,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=60),
        type_id=scene.clinic.types[kind].pk,
    )


@transaction.atomic
def seat(scene: Scene, appointment: Appointment) -> Visit:
    """The patient arrives and sits down."""
    arrived = advance(scene, appointment, "arrived", appointment.starts_at - timedelta(minutes=7))
    dentist = next(user for user in scene.clinic.users.values() if user.pk == appointment.dentist_id)
    return visits.open_visit_of_appointment(appointment=arrived, actor=dentist, at=appointment.starts_at)


def advance(scene: Scene, appointment: Appointment, state: str, at: datetime, *, reason: str = "") -> Appointment:
    """The desk moves an appointment on."""
    return actions.change_state(
        actor=scene.administrator, at=at, appointment_id=appointment.pk, version=appointment.version, state=state, reason=reason
    )


@transaction.atomic
def finish(scene: Scene, visit: Visit, *, is_signed: bool = True) -> None:
    """The note is written and signed, the patient leaves."""
    dentist = next(user for user in scene.clinic.users.values() if user.pk == visit.dentist_id)
    texts = NOTES["fr" if visit.branch_id == scene.clinic.branches[1].pk else "ru"]
    visit.refresh_from_db()
    written = notes.write_visit(visit=visit, version=visit.version, sections=texts, actor=dentist)
    ended = visit.opened_at + timedelta(minutes=50)
    closed = visits.close_visit(visit=written, actor=dentist, at=ended)
    if is_signed:
        _say_what_is_asked(closed, dentist, ended - timedelta(minutes=20))
        notes.sign_visit(visit=closed, version=closed.version, actor=dentist, at=ended)
        _say_when_to_come_again(closed, dentist, ended)
    appointment = Appointment.objects.get(visit=visit)
    advance(scene, appointment, "done", ended)


def _say_when_to_come_again(visit: Visit, dentist: User, at: datetime) -> None:
    """The dentist accepts the regular visit that the clinic's rules propose."""
    periodic = [proposal for proposal in recalls.proposals_for(visit, at) if proposal.rule.kind in recall_rules.PERIODIC]
    for proposal in periodic[:1]:
        set_recall(visit=visit, wish=Wish(rule=proposal.rule.pk), actor=dentist, at=at)


def _say_what_is_asked(visit: Visit, dentist: User, at: datetime) -> None:
    """The diagnosis that was treated, and the anaesthesia, where the clinic's rules ask for them."""
    lacking = {need.part for need in requirements.needs_of(visit) if need.is_missing}
    if "diagnosis" in lacking:
        for known in charted.diagnoses_before(visit)[:1]:
            diagnoses.record_diagnosis(patient=visit.patient, code=known.code.code, actor=dentist, at=at, finding=known.finding, visit=visit)
    if "anaesthesia" in lacking:
        teeth = tuple(charted.teeth_in(visit))
        given = Given(kind="infiltration", cartridges=Decimal(1), teeth=teeth).of(SOLUTIONS["articaine_200"])
        act = act_of(given.kind, given.vasoconstrictor)
        is_stopped = any(rule.is_stop for rule in interactions.firing(visit.patient, act, at))
        give_anaesthesia(visit=visit, given=Given(kind="none", teeth=teeth) if is_stopped else given, actor=dentist, at=at)


@transaction.atomic
def examine(scene: Scene, visit: Visit) -> list[tuple[str, int]]:
    """Findings with diagnoses at a first visit: kind and tooth of each."""
    dentist = next(user for user in scene.clinic.users.values() if user.pk == visit.dentist_id)
    seen: list[tuple[str, int]] = []
    for kind, teeth, surfaces, severity, code in scene.random.sample(COMPLAINTS, scene.random.randint(1, 4)):
        tooth = scene.random.choice([tooth for tooth in teeth if tooth not in {known for _kind, known in seen}])
        finding = findings.record_finding(
            patient=visit.patient, kind=kind, actor=dentist, at=visit.opened_at, tooth=tooth, surfaces=surfaces, severity=severity, visit=visit
        )
        diagnoses.record_diagnosis(patient=visit.patient, code=code, actor=dentist, at=visit.opened_at, finding=finding, visit=visit)
        seen.append((kind, tooth))
    return seen
