"""Visits: opened when the patient is seated, taken along by their appointment, closed; what is entered meanwhile belongs to them."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import ForeignObjectRel
from django.utils.translation import gettext_lazy as _

from charting import queries
from charting.models import NoteSection, Visit
from clinic.history.creation import find_sent
from clinic.history.models import Record
from clinic.lib.clock import branch_day
from clinic.lib.errors import Conflict, InvalidInput, Text
from clinic.lib.ids import uuid7
from clinic.patients.models import Patient
from clinic.scheduling import actions as scheduling
from clinic.scheduling.models import Appointment, AppointmentState
from clinic.staff.models import Branch, User
from clinic.staff.roles import Permission


class VisitSigned(Conflict):
    """A signed note does not change."""

    code = "visit_signed"

    def __init__(self, visit: Visit) -> None:
        super().__init__(_("This note is signed and locked. What has to be added goes into an addendum."), link=f"/visits/{visit.pk}/")


class VisitCancelled(Conflict):
    """Nothing is written into a visit whose seating was taken back."""

    code = "visit_cancelled"

    def __init__(self, visit: Visit) -> None:
        message = _("The seating was taken back, so this empty visit is cancelled. Seat the patient again to go on with it.")
        super().__init__(message, link=f"/visits/{visit.pk}/")


class VisitLocked(Conflict):
    """A note that nobody signed in time is locked; it is still signed, late, and added to."""

    code = "visit_locked"

    def __init__(self, visit: Visit) -> None:
        text = _(
            "This note was not signed in time and is locked. Sign it as it stands; what is missing goes into an addendum, marked as a late entry."
        )
        super().__init__(text, link=f"/visits/{visit.pk}/")


class VisitStays(Conflict):
    """The visit belongs to its dentist and branch, and so does its appointment."""

    code = "visit_stays"

    def __init__(self, visit: Visit, text: Text) -> None:
        super().__init__(text % {"dentist": visit.dentist.get_short_name()}, link=f"/visits/{visit.pk}/")


@transaction.atomic
def open_visit(*, patient: Patient, dentist: User, branch: Branch, actor: User, at: datetime, id: UUID | None = None) -> Visit:
    """Begin a visit. The same `id` twice is one visit; a visit that this dentist has open with the patient is continued."""
    actor.require(Permission.VISIT_WRITE)
    known = find_sent(Visit, id, patient_id=patient.pk, dentist_id=dentist.pk, branch_id=branch.pk)
    Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    standing = known or queries.open_visit_of(patient, dentist)
    return standing or Visit.objects.create(id=id or uuid7(), patient=patient, branch=branch, dentist=dentist, opened_at=at)


@transaction.atomic
def open_visit_of_appointment(*, appointment: Appointment, actor: User, at: datetime, id: UUID | None = None) -> Visit:
    """The patient sits down: the appointment becomes seated and its visit begins. Done twice, the visit is the first one.

    :raises WrongStep: when the appointment cannot be seated now, for example because it was cancelled.
    """
    actor.require(Permission.VISIT_WRITE)
    known = find_sent(Visit, id, appointment_id=appointment.pk)
    standing = known or queries.visit_of_appointment(appointment)
    if standing is not None:
        return standing
    locked = Appointment.objects.select_for_update().get(pk=appointment.pk)
    visit = begin_visit(appointment=locked, at=at, id=id)
    if locked.state != AppointmentState.SEATED:
        scheduling.change_state(actor=actor, at=at, appointment_id=locked.pk, version=locked.version, state=AppointmentState.SEATED)
    return visit


@transaction.atomic
def begin_visit(*, appointment: Appointment, at: datetime, id: UUID | None = None) -> Visit:
    """The visit of an appointment whose patient sits down: the one it has, cancelled or not, else the one that its dentist
    began with the patient on that day without an appointment, else a new one."""
    Patient.objects.select_for_update(no_key=True).get(pk=appointment.patient_id)
    visit = Visit.objects.select_for_update().filter(appointment=appointment).first()
    if visit is None:
        visit = _begun_without_appointment(appointment, at)
    if visit is None:
        key, people = id or uuid7(), {"patient_id": appointment.patient_id, "dentist_id": appointment.dentist_id}
        return Visit.objects.create(id=key, branch_id=appointment.branch_id, appointment=appointment, opened_at=at, **people)
    if visit.cancelled_at is not None:
        visit.opened_at, visit.cancelled_at, visit.cancelled_by = at, None, None
        visit.dentist_id, visit.branch_id = appointment.dentist_id, appointment.branch_id
    visit.appointment = appointment
    visit.save(update_fields=["appointment", "opened_at", "dentist", "branch", "cancelled_at", "cancelled_by"])
    visit.refresh_from_db(fields=["version"])
    return visit


def _begun_without_appointment(appointment: Appointment, at: datetime) -> Visit | None:
    zone = appointment.branch.time_zone
    visit = queries.open_visit_of(appointment.patient, appointment.dentist)
    is_it = visit and visit.appointment_id is None and visit.branch_id == appointment.branch_id
    return visit if visit and is_it and branch_day(visit.opened_at, zone) == branch_day(at, zone) else None


@transaction.atomic
def cancel_untouched(*, appointment: Appointment, actor: User, at: datetime) -> Visit | None:
    """The patient was not seated after all: a visit in which nothing was written or done is cancelled; any other stays as it is."""
    visit = Visit.objects.standing().select_for_update().filter(appointment=appointment, signed_at=None, closed_at=None).first()
    if visit is None or any(getattr(visit, name) for name in NoteSection.values) or _is_referred_to(visit):
        return None
    visit.cancelled_at, visit.cancelled_by = at, actor
    visit.save(update_fields=["cancelled_at", "cancelled_by"])
    return visit


@transaction.atomic
def follow_appointment(*, appointment: Appointment) -> Visit | None:
    """The appointment went to another dentist or branch: its visit goes along while it is a draft, with what is written in it.

    :raises VisitStays: when the note is signed or locked, or when something was done in the visit.
    """
    visit = Visit.objects.standing().select_for_update(of=("self",)).select_related("dentist").filter(appointment=appointment).first()
    if visit is None or (visit.dentist_id, visit.branch_id) == (appointment.dentist_id, appointment.branch_id):
        return visit
    if visit.is_fixed:
        raise VisitStays(visit, _("The note of this visit is signed or locked, so its appointment stays with %(dentist)s. Book a new appointment."))
    if queries.performances_in(visit):
        text = _("Something was done in this visit, so its appointment stays with %(dentist)s. Book a new appointment, or reverse what was not done.")
        raise VisitStays(visit, text)
    visit.dentist_id, visit.branch_id = appointment.dentist_id, appointment.branch_id
    visit.save(update_fields=["dentist", "branch"])
    return visit


def _is_referred_to(visit: Visit) -> bool:
    """Whether any record, of whichever room, was made in the visit."""
    links = [link for link in Visit._meta.get_fields(include_hidden=True) if isinstance(link, ForeignObjectRel)]
    records = [link for link in links if issubclass(link.related_model, Record)]
    return any(link.related_model._base_manager.filter(**{link.field.name: visit}).exists() for link in records)


@transaction.atomic
def close_visit(*, visit: Visit, actor: User, at: datetime) -> Visit:
    """The patient has left the chair; the note may still be written and signed."""
    actor.require(Permission.VISIT_WRITE)
    locked = hold_unsigned(visit)
    if locked.closed_at is None:
        locked.closed_at = max(at, locked.opened_at)
        locked.save(update_fields=["closed_at"])
        locked.refresh_from_db(fields=["version"])
    return locked


def visit_for(patient: Patient, visit: Visit | None, actor: User, at: datetime) -> Visit | None:
    """The visit that an entry made at this instant belongs to: the one given, else the actor's own visit of this patient that was open then.

    It is held until the transaction ends, so that nobody signs or cancels it meanwhile; the database refuses such an entry too.

    :raises VisitSigned: when the visit given is signed: its content is fixed.
    """
    if visit is None:
        mine = queries.visit_open_at(patient, actor, at)
        return Visit.objects.standing().select_for_update(no_key=True).filter(pk=mine.pk, signed_at=None, locked_at=None).first() if mine else None
    if visit.patient_id != patient.pk:
        raise InvalidInput(_("This visit belongs to another patient."), fields={"visit": _("This visit belongs to another patient.")})
    locked = Visit.objects.select_for_update(no_key=True).get(pk=visit.pk)
    _refuse_ended(locked)
    if locked.is_fixed:
        raise VisitLocked(locked)
    return locked


def standing_visit(visit: Visit) -> Visit:
    """The visit, held until the transaction ends, for a record that a signed note does not cover.

    :raises VisitCancelled: when its seating was taken back.
    """
    locked = Visit.objects.select_for_update(no_key=True).get(pk=visit.pk)
    if locked.cancelled_at is not None:
        raise VisitCancelled(locked)
    return locked


def _refuse_ended(visit: Visit) -> None:
    if visit.is_signed:
        raise VisitSigned(visit)
    if visit.cancelled_at is not None:
        raise VisitCancelled(visit)


def hold_unsigned(visit: Visit) -> Visit:
    """The visit, locked for a change.

    :raises VisitSigned: :raises VisitCancelled:
    """
    locked = Visit.objects.select_for_update().get(pk=visit.pk)
    _refuse_ended(locked)
    return locked
