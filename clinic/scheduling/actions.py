"""Writes of appointments: book, move, describe, change of state."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.history import creation
from clinic.lib.clock import branch_day, day_bounds
from clinic.lib.errors import Conflict, DomainError, InvalidInput, KeyTaken, NotAllowed, NotFound, StaleVersion, Text
from clinic.lib.ids import uuid7
from clinic.patients.models import Patient
from clinic.scheduling import queries, rules
from clinic.scheduling.events import moved, state_changed
from clinic.scheduling.models import Appointment, AppointmentState, AppointmentStateChange, AppointmentType, Chair
from clinic.scheduling.queries import Wanted
from clinic.staff import queries as staff
from clinic.staff.models import Branch, User
from clinic.staff.roles import Permission

BUSY = {f"scheduling_{resource}_busy" for resource in ("dentist", "assistant", "chair", "patient", "person")}


class SlotTaken(Conflict):
    """The dentist, the assistant, the chair or the patient is taken in that time; the message names the clash."""

    code = "slot_taken"
    default_message = _("This time has just been taken. Nothing was changed. Choose another time.")


class OutsideShift(DomainError):
    """The dentist does not work in that branch at that time."""

    code = "outside_shift"


class WrongStep(Conflict):
    """An appointment in this state cannot go to the wanted one."""

    code = "wrong_step"


@transaction.atomic
def book(
    *,
    actor: User,
    at: datetime,
    patient_id: UUID,
    dentist_id: UUID,
    chair_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
    id: UUID | None = None,
    type_id: UUID | None = None,
    assistant_id: UUID | None = None,
    note: str = "",
    outside_shift: bool = False,
    outside_shift_reason: str = "",
) -> Appointment:
    """Book an appointment; a second call with the same `id` returns the first booking.

    :raises SlotTaken, InvalidInput: when somebody or the chair is taken; when the times or the people cannot be.
    :raises OutsideShift, KeyTaken: when the dentist does not work then and `outside_shift` is not said; when `id` is of another booking.
    """
    actor.require(Permission.DIARY_WRITE)
    _check_reach(starts_at, at=at)
    starts_at, ends_at = starts_at.astimezone(UTC), ends_at.astimezone(UTC)
    wanted = Wanted(rules.Span(starts_at, ends_at), patient_id, dentist_id, assistant_id, chair_id)
    first = _booked_before(actor, id, wanted, type_id=type_id, note=note)
    if first is not None:
        return first
    hold(*wanted.resources)
    chair, key = queries.get_chair_for(actor, chair_id), id or uuid7()
    _check_request(wanted)
    _check_free(actor, wanted, chair, besides=key)
    appointment = Appointment(
        id=key,
        patient=_patient(patient_id),
        dentist_id=dentist_id,
        assistant_id=assistant_id,
        chair=chair,
        branch=chair.branch,
        type=_type(type_id),
        starts_at=starts_at,
        ends_at=ends_at,
        state_at=at,
        note=note.strip(),
        outside_shift_reason=_reason_outside_shift(actor, wanted, chair, excuse=outside_shift_reason if outside_shift else None),
        is_first=not Appointment.objects.standing().filter(patient=patient_id, starts_at__lt=starts_at).exists(),
    )
    _trace(_save(appointment, actor, force_insert=True), actor=actor, at=at)
    return appointment


@transaction.atomic
def move(
    *,
    actor: User,
    at: datetime,
    appointment_id: UUID,
    version: int,
    starts_at: datetime,
    ends_at: datetime,
    chair_id: UUID | None = None,
    dentist_id: UUID | None = None,
    outside_shift: bool = False,
    outside_shift_reason: str = "",
) -> Appointment:
    """Give an appointment another time, chair or dentist, or all three.

    :raises StaleVersion: when somebody has changed it since `version`.
    :raises SlotTaken, OutsideShift, InvalidInput: as for `book`.
    :raises WrongStep: when it is over or cancelled.
    :raises VisitStays: when dentist or branch would change of a visit that is signed, or in which treatment was done.
    """
    actor.require(Permission.DIARY_WRITE)
    appointment = _locked(actor, appointment_id, version)
    if not appointment.is_movable:
        raise WrongStep(_("An appointment that is done, cancelled or missed stays where it was. Book a new one."))
    kept = (appointment.dentist_id, appointment.branch_id, appointment.span)
    if starts_at != appointment.starts_at:
        _check_reach(starts_at, at=at)
    appointment.starts_at, appointment.ends_at = starts_at.astimezone(UTC), ends_at.astimezone(UTC)
    appointment.dentist_id = dentist_id or appointment.dentist_id
    appointment.chair = queries.get_chair_for(actor, chair_id) if chair_id else appointment.chair
    appointment.branch = appointment.chair.branch
    wanted = _wanted(appointment)
    hold(*wanted.resources)
    _check_request(wanted)
    if (appointment.dentist_id, appointment.branch_id, appointment.span) != kept:
        excuse = outside_shift_reason if outside_shift else None
        appointment.outside_shift_reason = _reason_outside_shift(actor, wanted, appointment.chair, excuse=excuse)
    _check_free(actor, wanted, appointment.chair, besides=appointment.pk)
    _save(appointment, actor, update_fields=["starts_at", "ends_at", "dentist", "chair", "branch", "outside_shift_reason"])
    if (appointment.dentist_id, appointment.branch_id) != kept[:2]:
        moved.send(Appointment, appointment=appointment, before=kept[:2], actor=actor, at=at)
    return appointment


def resize(*, actor: User, at: datetime, appointment_id: UUID, version: int, ends_at: datetime) -> Appointment:
    """Let an appointment end earlier or later; refused as `move` is."""
    starts_at = queries.get_appointment_for(actor, appointment_id).starts_at
    return move(actor=actor, at=at, appointment_id=appointment_id, version=version, starts_at=starts_at, ends_at=ends_at)


@transaction.atomic
def describe(
    *, actor: User, at: datetime, appointment_id: UUID, version: int, type_id: UUID | None, assistant_id: UUID | None, note: str
) -> Appointment:
    """Change what an appointment is for, who assists and the note.

    :raises StaleVersion: when somebody has changed it since `version`.
    :raises SlotTaken: when the assistant is taken.
    """
    actor.require(Permission.DIARY_WRITE)
    appointment = _locked(actor, appointment_id, version)
    appointment.type, appointment.assistant_id, appointment.note = _type(type_id, kept=appointment.type_id), assistant_id, note.strip()
    if appointment.is_standing:
        wanted = _wanted(appointment)
        hold(*wanted.resources)
        _check_request(wanted)
        _check_free(actor, wanted, appointment.chair, besides=appointment.pk)
    return _save(appointment, actor, update_fields=["type", "assistant", "note"])


def steps_of(user: User, branch: Branch | None = None) -> frozenset[str]:
    """The states a person may give in `branch`, else where they work: the desk all of them; who works at the chair receives the patient."""
    allowed = user.permissions_in(branch or user.works_in)
    if Permission.DIARY_WRITE in allowed:
        return frozenset(AppointmentState.values)
    return rules.RECEIVING if Permission.VISIT_WRITE in allowed else frozenset()


def require_steps(user: User) -> None:
    """:raises NotAllowed: when the person may give no state at all."""
    if not steps_of(user):
        raise NotAllowed


@transaction.atomic
def change_state(*, actor: User, at: datetime, appointment_id: UUID, version: int, state: str, reason: str = "") -> Appointment:
    """Take an appointment to its next state, or back by one step; both leave a trace. Repeating the last step changes nothing.

    :raises StaleVersion: when somebody has changed it since `version`.
    :raises WrongStep: when the table of states does not allow the step, or it is too early for it.
    :raises InvalidInput: when an appointment is cancelled without a reason.
    :raises SlotTaken, OutsideShift: when a cancelled appointment's time has been given away since.
    """
    require_steps(actor)
    appointment = _locked(actor, appointment_id, None, Permission.DIARY_VIEW)
    if state not in steps_of(actor, appointment.branch):
        raise NotAllowed
    if appointment.state == state:
        return appointment
    if appointment.version != version:
        raise StaleVersion
    trail = list(appointment.state_changes.order_by("at", "pk").values_list("state", flat=True))
    _check_step(appointment, trail, state, at=at, reason=reason.strip())
    if not appointment.is_standing and state not in rules.FREED:
        _check_still_free(actor, appointment)
    is_undo, before = rules.is_undo(trail, state), appointment.state
    appointment.state, appointment.state_at = state, at
    appointment.cancel_reason = reason.strip() if state == rules.CANCELLED else ""
    _save(appointment, actor, update_fields=["state", "state_at", "cancel_reason"])
    _trace(appointment, actor=actor, at=at, reason=reason.strip(), is_undo=is_undo)
    state_changed.send(Appointment, appointment=appointment, before=before, actor=actor, at=at)
    return appointment


def _booked_before(actor: User, key: UUID | None, wanted: Wanted, **sent: object) -> Appointment | None:
    """What a first request booked under this key, wherever it was moved since, to those who may see it.

    :raises KeyTaken: when it booked anything else, or where the person books nothing.
    """
    sent |= {name: getattr(wanted, name) for name in ("patient_id", "dentist_id", "assistant_id", "chair_id")}
    first = creation.find_sent(Appointment, key, starts_at=wanted.span.start, ends_at=wanted.span.end, **sent)
    if first is not None and first.branch not in actor.branches_where(Permission.DIARY_WRITE):
        raise KeyTaken
    return first


def hold(*resources: UUID) -> None:
    """Wait for everybody who is giving away the same people, chairs or patients."""
    creation.hold(*[f"diary:{resource}" for resource in resources])


def _locked(actor: User, appointment_id: UUID, version: int | None, permission: Permission = Permission.DIARY_WRITE) -> Appointment:
    appointment = Appointment.objects.select_for_update(of=("self",)).select_related(*queries.RELATED).filter(pk=appointment_id).first()
    if appointment is None or appointment.branch not in actor.branches_where(permission):
        raise NotFound
    if version is not None and appointment.version != version:
        raise StaleVersion
    return appointment


def _wanted(appointment: Appointment) -> Wanted:
    return Wanted(appointment.span, appointment.patient_id, appointment.dentist_id, appointment.assistant_id, appointment.chair_id)


def _check_reach(starts_at: datetime, *, at: datetime) -> None:
    if not rules.is_in_reach(starts_at, at=at):
        raise InvalidInput(fields={"starts_at": _("Choose a time from yesterday to three years ahead.")})


def _check_request(wanted: Wanted) -> None:
    if wanted.span.end <= wanted.span.start:
        raise InvalidInput(fields={"ends_at": _("An appointment ends after it starts.")})
    if wanted.span.end - wanted.span.start < rules.SHORTEST:
        raise InvalidInput(fields={"ends_at": _("An appointment takes 5 minutes at least.")})
    if wanted.span.end - wanted.span.start > rules.LONGEST:
        raise InvalidInput(fields={"ends_at": _("An appointment takes 12 hours at most.")})
    if wanted.dentist_id == wanted.assistant_id:
        raise InvalidInput(fields={"assistant_id": _("The assistant is somebody other than the dentist.")})
    if not staff.people_with_role(*queries.CARERS).filter(pk=wanted.dentist_id).exists():
        raise InvalidInput(fields={"dentist_id": _("Choose a dentist or a hygienist who works here.")})
    if wanted.assistant_id and not staff.people_with_role(*queries.HELPERS).filter(pk=wanted.assistant_id).exists():
        raise InvalidInput(fields={"assistant_id": _("Choose an assistant who works here.")})


def _reason_outside_shift(actor: User, wanted: Wanted, chair: Chair, *, excuse: str | None) -> str:
    """Nothing inside the dentist's shift; outside of it the reason, if it is given by someone who may."""
    working = queries.working_spans(wanted.dentist_id, chair.branch_id, wanted.span.start, wanted.span.end)
    if rules.is_covered(wanted.span, working):
        return ""
    if excuse is None:
        raise OutsideShift(_outside_words(wanted, chair, working), link=queries.diary_link(chair.branch, wanted.span.start))
    actor.require(Permission.DIARY_SETUP)
    if not excuse.strip():
        raise InvalidInput(fields={"outside_shift_reason": _("Say why this is booked outside working hours.")})
    return excuse.strip()


def _outside_words(wanted: Wanted, chair: Chair, working: list[rules.Span]) -> Text:
    zone = chair.branch.time_zone
    day = branch_day(wanted.span.start, zone)
    spans = rules.merged(queries.working_spans(wanted.dentist_id, chair.branch_id, *day_bounds(day, zone)) + working)
    values = {
        "person": User.objects.get(pk=wanted.dentist_id).get_short_name(),
        "time": queries.span_in_words(wanted.span, zone, seen_on=day),
        "branch": chair.branch.name,
        "hours": ", ".join(queries.span_in_words(span, zone, seen_on=day) for span in spans),
    }
    if not spans:
        return _("%(person)s does not work at %(branch)s on that day. Choose another day or another dentist.") % values
    return _("%(time)s is outside the working hours of %(person)s at %(branch)s: %(hours)s. Choose a time within them.") % values


def _check_free(actor: User, wanted: Wanted, chair: Chair, *, besides: UUID) -> None:
    clash = queries.find_clash(wanted, besides=besides)
    if clash is not None:
        raise _slot_taken(actor, wanted, clash)


def _check_still_free(actor: User, appointment: Appointment) -> None:
    wanted = _wanted(appointment)
    hold(*wanted.resources)
    if not appointment.outside_shift_reason:
        _reason_outside_shift(actor, wanted, appointment.chair, excuse=None)
    _check_free(actor, wanted, appointment.chair, besides=appointment.pk)


def _slot_taken(actor: User, wanted: Wanted, clash: Appointment) -> SlotTaken:
    zone = clash.branch.time_zone
    may_see = actor.may(Permission.PATIENT_VIEW) and clash.branch in actor.branches_where(Permission.DIARY_VIEW)
    values = {
        "patient": clash.patient.get_full_name() if may_see else _("another patient"),
        "dentist": clash.dentist.get_short_name(),
        "assistant": clash.assistant.get_short_name() if clash.assistant else "",
        "chair": clash.chair.name,
        "time": queries.span_in_words(clash.span, zone, seen_on=branch_day(wanted.span.start, zone)),
    }
    link = queries.diary_link(clash.branch, clash.starts_at, clash.pk) if may_see else None
    return SlotTaken(_clash_words(wanted, clash) % values, link=link)


def _clash_words(wanted: Wanted, clash: Appointment) -> Text:
    if clash.patient_id == wanted.patient_id:
        return _("%(patient)s already has an appointment then: %(time)s, %(dentist)s, %(chair)s. Nothing was changed.")
    if clash.dentist_id in wanted.people:
        return _("%(dentist)s is busy then: %(time)s, %(patient)s, %(chair)s. Nothing was changed. Choose another time.")
    if clash.assistant_id in wanted.people:
        return _("%(assistant)s is assisting then: %(time)s, %(patient)s, %(chair)s. Nothing was changed. Choose another time.")
    return _("%(chair)s is taken then: %(time)s, %(patient)s, %(dentist)s. Nothing was changed. Choose another time or chair.")


def _check_step(appointment: Appointment, trail: list[str], state: str, *, at: datetime, reason: str) -> None:
    values = {"now": appointment.get_state_display(), "state": dict(AppointmentState.choices).get(state, state)}
    if not rules.may_become(trail, state):
        raise WrongStep(_("The appointment is “%(now)s” and cannot become “%(state)s” from there.") % values)
    if rules.is_too_early(state, starts_at=appointment.starts_at, at=at):
        raise WrongStep(_("It is too early to mark this appointment “%(state)s”. Move it first if the patient is here.") % values)
    if state == rules.CANCELLED and not reason:
        raise InvalidInput(fields={"reason": _("Say why the appointment is cancelled.")})


def _patient(patient_id: UUID) -> Patient:
    patient = Patient.objects.filter(pk=patient_id).first()
    if patient is None:
        raise InvalidInput(fields={"patient_id": _("Choose a patient.")})
    return patient


def _type(type_id: UUID | None, *, kept: UUID | None = None) -> AppointmentType | None:
    """A type that is offered, or the one the appointment has already."""
    if type_id is None:
        return None
    kind = AppointmentType.objects.filter(Q(is_active=True) | Q(pk=kept), pk=type_id).first()
    if kind is None:
        raise InvalidInput(fields={"type_id": _("Choose a type of the list.")})
    return kind


def _save(appointment: Appointment, actor: User, **options: Any) -> Appointment:
    """Save; when somebody took the time past our locks (a raw write), say so instead of failing."""
    try:
        with transaction.atomic():
            appointment.save(**options)
    except IntegrityError as error:
        if _constraint(error) not in BUSY:
            raise
        wanted = _wanted(appointment)
        clash = queries.find_clash(wanted, besides=appointment.pk)
        raise (_slot_taken(actor, wanted, clash) if clash else SlotTaken()) from error
    appointment.refresh_from_db(fields=["version"])
    return appointment


def _constraint(error: IntegrityError) -> str | None:
    diagnostics = getattr(error.__cause__, "diag", None)
    return diagnostics.constraint_name if diagnostics else None


def _trace(appointment: Appointment, *, actor: User, at: datetime, reason: str = "", is_undo: bool = False) -> None:
    AppointmentStateChange.objects.create(
        appointment=appointment, patient_id=appointment.patient_id, state=appointment.state, at=at, by=actor, reason=reason, is_undo=is_undo
    )
