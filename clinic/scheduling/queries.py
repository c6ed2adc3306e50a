"""Reads of the diary."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import get_language

from clinic.history.actions import note, record_list
from clinic.history.models import EventKind, Record
from clinic.history.reading import attach, read_together
from clinic.lib.clock import branch_day, clock_words, day_bounds
from clinic.lib.errors import NotFound
from clinic.patients.models import Alert, Patient
from clinic.patients.queries import get_patient_for
from clinic.scheduling import rules
from clinic.scheduling.models import Appointment, AppointmentQuerySet, AppointmentType, Chair, Room, Shift, TimeRange
from clinic.staff import queries as staff
from clinic.staff.models import Branch, User
from clinic.staff.roles import Permission, Role

NEXT = """
SELECT to_jsonb(a), to_jsonb(b), to_jsonb(d)
FROM scheduling_appointment a JOIN staff_branch b ON b.id = a.branch_id JOIN staff_user d ON d.id = a.dentist_id
WHERE a.patient_id = %s AND a.state = ANY(%s) AND a.ends_at > %s ORDER BY a.starts_at, a.id LIMIT 1
"""
DAY = """
SELECT a.*, EXISTS (SELECT FROM patients_alert m WHERE m.patient_id = a.patient_id AND m.ended_at IS NULL) AS has_alerts
FROM scheduling_appointment a
WHERE a.branch_id = %(branch)s AND a.starts_at > %(earliest)s AND a.starts_at < %(end)s AND a.ends_at > %(start)s ORDER BY a.starts_at, a.id
"""
ON_SHIFT = """t.branch_id = %(branch)s AND t.cancelled_at IS NULL AND t.starts_at < %(end)s AND t.ends_at > %(start)s AND t.user_id IN (
  SELECT g.user_id FROM staff_rolegrant g JOIN staff_user u ON u.id = g.user_id
  WHERE u.is_active AND g.ended_at IS NULL AND g.role = ANY(%(roles)s))"""
FRAME: dict[type[Record], str] = {
    Shift: f"{ON_SHIFT} ORDER BY t.starts_at, (SELECT u.last_name FROM staff_user u WHERE u.id = t.user_id), t.id",  # noqa: S608 - our own words
    User: f"t.id IN (SELECT t.user_id FROM scheduling_shift t WHERE {ON_SHIFT})",  # noqa: S608 - our own words
    Chair: "t.branch_id = %(branch)s AND t.is_active ORDER BY t.position, t.name, t.id",
}
RELATED = ("patient", "dentist", "assistant", "chair", "branch", "type")
CARERS = (Role.DENTIST, Role.HYGIENIST)
HELPERS = (Role.ASSISTANT, Role.HYGIENIST, Role.DENTIST)


@dataclass(frozen=True)
class Column:
    """A column of the day view: a chair or a person, with who works there or where, and when."""

    id: str
    name: str
    note: str


@dataclass(frozen=True)
class TrailLine:
    """One line of what happened to an appointment; `state` is empty for a move."""

    at: datetime
    who: str
    words: str
    state: str = ""
    label: str = ""
    is_undo: bool = False


@dataclass(frozen=True)
class Wanted:
    """The people, the chair and the time that an appointment asks for."""

    span: rules.Span
    patient_id: UUID
    dentist_id: UUID
    assistant_id: UUID | None
    chair_id: UUID

    @property
    def people(self) -> list[UUID]:
        return [person for person in (self.dentist_id, self.assistant_id) if person]

    @property
    def resources(self) -> list[UUID]:
        return [*self.people, self.chair_id, self.patient_id]


def get_appointment_for(user: User, appointment_id: UUID) -> Appointment:
    """The appointment, if the person sees the diary of its branch.

    :raises NotAllowed: when the person may not see the diary.
    :raises NotFound: when there is no such appointment in the person's branches.
    """
    user.require(Permission.DIARY_VIEW)
    appointment = Appointment.objects.select_related(*RELATED).filter(pk=appointment_id).first()
    if appointment is None or appointment.branch not in user.branches_where(Permission.DIARY_VIEW):
        raise NotFound
    return appointment


def require_appointment(user: User, appointment_id: UUID) -> Appointment:
    """The appointment, for whoever is about to change it; the look stands in the patient's history once in ten minutes.

    :raises NotAllowed: :raises NotFound: :raises clinic.patients.access.ReasonRequired:
    """
    appointment = get_appointment_for(user, appointment_id)
    get_patient_for(user, appointment.patient_id, what="appointment", is_part=True)
    return appointment


def get_branch_for(user: User, branch_id: UUID, permission: Permission = Permission.DIARY_VIEW) -> Branch:
    """:raises NotFound: when the person has no role with `permission` in that branch."""
    branch = next((branch for branch in user.branches_where(permission) if branch.pk == branch_id), None)
    if branch is None:
        raise NotFound
    return branch


def get_chair_for(user: User, chair_id: UUID) -> Chair:
    """:raises NotFound: when there is no such chair in use in the branches where the person books."""
    chair = Chair.objects.select_related("branch").filter(pk=chair_id, is_active=True).first()
    if chair is None or chair.branch not in user.branches_where(Permission.DIARY_WRITE):
        raise NotFound
    return chair


def find_clash(wanted: Wanted, *, besides: UUID) -> Appointment | None:
    """The first standing appointment that holds one of the wanted people, the chair or the patient in that time."""
    return (
        Appointment.objects.standing()
        .alias(during=TimeRange("starts_at", "ends_at", Value("[)")))
        .filter(
            Q(chair=wanted.chair_id) | Q(patient=wanted.patient_id) | Q(dentist__in=wanted.people) | Q(assistant__in=wanted.people),
            during__overlap=(wanted.span.start, wanted.span.end),
        )
        .exclude(pk=besides)
        .select_related(*RELATED)
        .order_by("starts_at", "pk")
        .first()
    )


def working_spans(user_id: UUID, branch_id: UUID, start: datetime, end: datetime) -> list[rules.Span]:
    """The person's shifts in the branch that touch the time."""
    shifts = Shift.objects.filter(user=user_id, branch=branch_id, cancelled_at=None, starts_at__lte=end, ends_at__gte=start)
    return [shift.span for shift in shifts]


def appointments_between(branch: Branch, start: datetime, end: datetime) -> AppointmentQuerySet:
    """Every appointment of the branch that overlaps the time, cancelled ones too, in order."""
    return Appointment.objects.filter(branch=branch).during(start, end).select_related(*RELATED).order_by("starts_at", "pk")


def diary_tag(user: User, branch: Branch, start: datetime, end: datetime) -> str:
    """An ETag of everything the diary shows of that time, at the cost of one small read."""
    user.require(Permission.DIARY_VIEW)
    user.require(Permission.PATIENT_VIEW)
    rows = Appointment.objects.filter(branch=branch).during(start, end).order_by("pk").values_list("pk", "version", "patient__version")
    return _tag(rows)


def diary_tag_of(rows: Iterable[Appointment]) -> str:
    """The same ETag of a diary that has been read."""
    return _tag(sorted((row.pk, row.version, row.patient.version) for row in rows))


def _tag(rows: Iterable[tuple[UUID, int, int]]) -> str:
    digest = hashlib.sha256(repr((get_language(), list(rows))).encode())
    return f'"{digest.hexdigest()[:32]}"'


def look_at_diary(user: User, branch: Branch, start: datetime, end: datetime, *, is_first_look: bool = True) -> list[Appointment]:
    """The appointments of that time for a person; who was seen is written down: at every first look, of a refresh whom the last ten minutes lack."""
    user.require(Permission.DIARY_VIEW)
    user.require(Permission.PATIENT_VIEW)
    rows = list(Appointment.objects.raw(DAY, {"branch": branch.pk, "earliest": start - rules.LONGEST, "start": start, "end": end}))
    attach(rows, *RELATED)
    if is_first_look:
        seen = {"branch": branch.pk, "from": start, "to": end, "patients": sorted({str(row.patient_id) for row in rows})}
        note(EventKind.VIEW, table="diary", key=None, patient_id=None, body=seen)
    else:
        record_list("diary", (row.patient_id for row in rows))
    return rows


def look_at_appointment(user: User, appointment_id: UUID) -> Appointment:
    """One appointment for a person; the look is the patient's history.

    :raises NotFound: when it is not in the person's branches.
    """
    appointment = get_appointment_for(user, appointment_id)
    get_patient_for(user, appointment.patient_id, what="appointment")
    return with_alerts(Appointment.objects.filter(pk=appointment.pk)).select_related(*RELATED).get()


def with_alerts(appointments: AppointmentQuerySet) -> AppointmentQuerySet:
    """Say of each appointment whether its patient has medical alerts in force."""
    return appointments.annotate(has_alerts=Exists(Alert.objects.filter(patient=OuterRef("patient"), ended_at=None)))


def has_alerts(appointment: Appointment) -> bool:
    """Whether the patient of one appointment has medical alerts in force."""
    return Alert.objects.filter(patient=appointment.patient_id, ended_at=None).exists()


def types_offered() -> QuerySet[AppointmentType]:
    return AppointmentType.objects.filter(is_active=True).order_by("position", "name_ru", "pk")


def all_types() -> QuerySet[AppointmentType]:
    """Those offered first, then those that are not offered any more."""
    return AppointmentType.objects.order_by("-is_active", "position", "name_ru", "pk")


def day_appointments(branch: Branch, day: date) -> AppointmentQuerySet:
    """Appointments that take place on the branch day, cancelled ones too, in order."""
    return appointments_between(branch, *day_bounds(day, branch.time_zone))


def dentist_day(user: User, day: date, branch: Branch) -> AppointmentQuerySet:
    """The standing appointments of one dentist, or of an assistant, on the branch day."""
    return day_appointments(branch, day).standing().filter(Q(dentist=user) | Q(assistant=user))


def day_at_chair(user: User, day: date, branch: Branch, chair: Chair | None) -> AppointmentQuerySet:
    """The standing appointments of the branch day that are the person's own or take place at the chair."""
    return day_appointments(branch, day).standing().filter(Q(dentist=user) | Q(assistant=user) | Q(chair=chair))


def next_appointment(patient: Patient, at: datetime | None = None) -> Appointment | None:
    """The appointment that the patient is in or will have next, with its branch and dentist."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [patient.pk, list(rules.MOVABLE), at or timezone.now()])
        row = cursor.fetchone()
    if row is None:
        return None
    found, branch, dentist = (json.loads(text) for text in row)
    appointment = Appointment.from_row(found)
    appointment.branch, appointment.dentist = Branch.from_row(branch), User.from_row(dentist)
    return appointment


def patient_appointments(patient: Patient) -> AppointmentQuerySet:
    """All appointments of a patient, newest first."""
    return patient.appointments.select_related(*RELATED).order_by("-starts_at", "pk")


def rooms_of(branch: Branch, *, with_unused: bool = False) -> QuerySet[Room]:
    """The rooms in use, in order; `with_unused` adds the others."""
    rooms = Room.objects.filter(branch=branch).order_by("position", "name", "pk")
    return rooms if with_unused else rooms.filter(is_active=True)


def chairs_of(branch: Branch, *, with_unused: bool = False) -> QuerySet[Chair]:
    """The chairs in use, in the order of the diary's columns; `with_unused` adds the others."""
    chairs = Chair.objects.filter(branch=branch).select_related("room").order_by("position", "name", "pk")
    return chairs if with_unused else chairs.filter(is_active=True)


def shifts_between(branch: Branch, start: datetime, end: datetime) -> QuerySet[Shift]:
    """Shifts of the branch that overlap the time."""
    return (
        Shift.objects.filter(branch=branch, cancelled_at=None, starts_at__lt=end, ends_at__gt=start)
        .select_related("user", "chair", "branch")
        .order_by("starts_at", "user__last_name", "pk")
    )


def shifts_of_carers(branch: Branch, start: datetime, end: datetime) -> QuerySet[Shift]:
    """The shifts of those who treat."""
    return shifts_between(branch, start, end).filter(user__in=staff.people_with_role(*CARERS).values("pk").order_by())


def frame_of_day(branch: Branch, start: datetime, end: datetime) -> tuple[list[Shift], list[Chair]]:
    """What the day is drawn on, read at once: the shifts of those who treat, and the chairs in use."""
    found = read_together(FRAME, {"branch": branch.pk, "start": start, "end": end, "roles": list(CARERS)})
    people = found.by_key(User)
    for shift in found.of(Shift):
        shift.user, shift.branch = people[shift.user_id], branch
    return found.of(Shift), found.of(Chair)


def day_shifts(branch: Branch, day: date) -> QuerySet[Shift]:
    return shifts_between(branch, *day_bounds(day, branch.time_zone))


def chair_columns(in_use: list[Chair], shifts: list[Shift], appointments: list[Appointment]) -> list[Column]:
    """The chairs in use, and those out of use in which somebody is still booked; beneath, who usually works there."""
    known = {chair.pk for chair in in_use}
    chairs = in_use + list({row.chair_id: row.chair for row in appointments if row.chair_id not in known}.values())
    notes = {chair.pk: [shift_in_words(shift) for shift in shifts if shift.chair_id == chair.pk] for chair in chairs}
    return [Column(str(chair.pk), str(chair), ", ".join(notes[chair.pk])) for chair in chairs]


def dentist_columns(branch: Branch, shifts: list[Shift], appointments: list[Appointment]) -> list[Column]:
    """The dentists and hygienists who work or are booked on the day; beneath, their hours."""
    people = {shift.user_id: shift.user for shift in shifts} | {row.dentist_id: row.dentist for row in appointments}
    hours = {key: [hours_in_words(shift.span, branch.time_zone) for shift in shifts if shift.user_id == key] for key in people}
    ordered = sorted(people.values(), key=lambda person: (person.last_name, person.first_name, person.pk))
    return [Column(str(person.pk), str(person), ", ".join(hours[person.pk])) for person in ordered]


def shift_in_words(shift: Shift) -> str:
    """`Orlova A.P. 09:00–15:00`."""
    return f"{shift.user} {hours_in_words(shift.span, shift.branch.time_zone)}"


def appointment_trail(appointment: Appointment) -> list[TrailLine]:
    """Everything that happened to an appointment, newest first: states from their trace, moves from its history."""
    states = [
        TrailLine(row.at, row.by.get_short_name(), row.reason, row.state, row.get_state_display(), row.is_undo)
        for row in appointment.state_changes.select_related("by")
    ]
    rows = list(appointment.history.select_related("chair", "dentist").order_by("history_id"))
    moves = [_move_in_words(row, appointment.branch.time_zone) for before, row in pairwise(rows) if _place_of(before) != _place_of(row)]
    return sorted([*states, *moves], key=lambda line: line.at, reverse=True)


def _place_of(row: Any) -> tuple[object, ...]:
    return row.starts_at, row.ends_at, row.chair_id, row.dentist_id


def _move_in_words(row: Any, zone: str) -> TrailLine:
    words = f"{span_in_words(rules.Span(row.starts_at, row.ends_at), zone)}, {row.dentist}, {row.chair}"
    return TrailLine(row.history_date, row.actor_name, words)


def week_shifts(branch: Branch, monday: date) -> QuerySet[Shift]:
    """Shifts that start in the branch's week."""
    start, end = (day_bounds(monday + timedelta(days=days), branch.time_zone)[0] for days in (0, 7))
    return shifts_between(branch, start, end).filter(starts_at__gte=start)


def carers(branch: Branch, *roles: Role) -> list[User]:
    """Dentists and hygienists (or people of the roles asked for) who may work in the branch."""
    people = staff.people_with_role(*(roles or CARERS)).filter(Q(role_grants__branch=None) | Q(role_grants__branch=branch))
    return list(people)


def likely_place(branch: Branch, start: datetime, *, dentist_id: str | None, chair_id: str | None) -> dict[str, UUID]:
    """The other half of a place that is half chosen: who works at that chair then, or in which free chair that dentist works."""
    working = list(shifts_between(branch, start, start + rules.STEP))
    if chair_id and not dentist_id:
        here = [shift for shift in working if str(shift.chair_id) == chair_id] or [shift for shift in working if shift.chair_id is None]
        return {"dentist_id": here[0].user_id} if here else {}
    if dentist_id and not chair_id:
        own = next((shift.chair_id for shift in working if str(shift.user_id) == dentist_id and shift.chair_id), None)
        taken = appointments_between(branch, start, start + rules.STEP).standing().values_list("chair", flat=True)
        free = own or chairs_of(branch).exclude(pk__in=taken).values_list("pk", flat=True).first()
        return {"chair_id": free} if free else {}
    return {}


def free_slots(*, dentist_id: UUID, branch: Branch, minutes: int, start: datetime, end: datetime, limit: int = 20) -> list[rules.Span]:
    """The first stretches of `minutes` inside the dentist's shifts in which neither the dentist nor every chair is taken."""
    length, start, end = timedelta(minutes=minutes), start.astimezone(UTC), end.astimezone(UTC)
    chairs = list(chairs_of(branch).values_list("pk", flat=True))
    working = [rules.Span(max(span.start, start), min(span.end, end)) for span in working_spans(dentist_id, branch.pk, start, end)]
    busy = _busy(start, end, Q(dentist=dentist_id) | Q(assistant=dentist_id))
    gaps = rules.without([span for span in working if span.start < span.end], busy)
    by_chair = [rules.without(gaps, _busy(start, end, Q(chair=chair))) for chair in chairs]
    found = {slot for gaps_of_chair in by_chair for slot in rules.slots(gaps_of_chair, length, grid=start)}
    return sorted(found)[:limit]


def _busy(start: datetime, end: datetime, who: Q) -> list[rules.Span]:
    rows = Appointment.objects.standing().filter(who).during(start, end).values_list("starts_at", "ends_at")
    return [rules.Span(*row) for row in rows]


def hours_in_words(span: rules.Span, zone: str) -> str:
    """`10:00–11:00` on the branch's clock."""
    return "–".join(clock_words(instant, zone) for instant in (span.start, span.end))


def span_in_words(span: rules.Span, zone: str, *, seen_on: date | None = None) -> str:
    """The hours, with the date unless it is `seen_on`."""
    words = hours_in_words(span, zone)
    day = branch_day(span.start, zone)
    return words if day == seen_on else f"{date_format(day, 'DATE_FORMAT')}, {words}"


def diary_link(branch: Branch, instant: datetime, appointment_id: UUID | None = None) -> str:
    """Where the diary shows that moment, with the appointment open."""
    asked = {"branch": str(branch.pk), "day": branch_day(instant, branch.time_zone).isoformat()}
    if appointment_id:
        asked["appointment"] = str(appointment_id)
    return f"{reverse('diary')}?{urlencode(asked)}"
