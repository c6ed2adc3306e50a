"""Visits: opened when the patient is seated, written, signed and then frozen; later words are addenda."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import ForeignObjectRel
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from charting import queries, rules
from charting.actions.once import create_once, find_sent
from charting.models import NoteSection, Visit, VisitAddendum
from clinic.history import actions as history
from clinic.history.creation import check_first
from clinic.history.models import EventKind, Record
from clinic.lib.clock import branch_day
from clinic.lib.errors import Conflict, InvalidInput, NotAllowed, NotFound, StaleVersion, Text
from clinic.lib.ids import uuid7
from clinic.patients.models import Patient
from clinic.scheduling import actions as scheduling
from clinic.scheduling.models import Appointment, AppointmentState
from clinic.staff.models import Branch, User
from clinic.staff.roles import Permission

LONGEST_SECTION = 20_000
Marked = TypeVar("Marked", Visit, VisitAddendum)


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


class NotSigned(Conflict):
    """Only a signed or locked note takes addenda."""

    code = "not_signed"
    default_message = _("This note is not signed yet: write into the note itself.")


@transaction.atomic
def open_visit(*, patient: Patient, dentist: User, branch: Branch, actor: User, at: datetime, id: UUID | None = None) -> Visit:
    """Begin a visit. The same `id` twice is one visit; a visit that this dentist has open with the patient is continued."""
    actor.require(Permission.VISIT_WRITE)
    Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    standing = find_sent(Visit, id, patient, dentist_id=dentist.pk, branch_id=branch.pk) or queries.open_visit_of(patient, dentist)
    return standing or create_once(Visit, id, patient=patient, branch=branch, dentist=dentist, opened_at=at)[0]


@transaction.atomic
def open_visit_of_appointment(*, appointment: Appointment, actor: User, at: datetime, id: UUID | None = None) -> Visit:
    """The patient sits down: the appointment becomes seated and its visit begins. Done twice, the visit is the first one.

    :raises WrongStep: when the appointment cannot be seated now, for example because it was cancelled.
    """
    actor.require(Permission.VISIT_WRITE)
    if id and (taken := Visit.objects.filter(pk=id).first()):
        check_first(taken, appointment_id=appointment.pk)
    standing = queries.visit_of_appointment(appointment)
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
def write_visit(*, visit: Visit, version: int, sections: Mapping[str, str], actor: User) -> Visit:
    """Save the note's sections as they are typed.

    :raises VisitSigned: when the note is signed.
    :raises StaleVersion: when somebody else has written since `version`.
    """
    actor.require(Permission.VISIT_WRITE)
    unknown = set(sections) - set(NoteSection.values)
    long = {name: _("At most %(limit)s characters.") % {"limit": LONGEST_SECTION} for name, text in sections.items() if len(text) > LONGEST_SECTION}
    if unknown or long:
        raise InvalidInput(fields=long | {name: _("The note has no such section.") for name in sorted(unknown)})
    locked = _lock_unsigned(visit)
    if locked.is_fixed:
        raise VisitLocked(locked)
    if locked.version != version:
        raise StaleVersion(link=f"/visits/{visit.pk}/")
    for name, text in sections.items():
        setattr(locked, name, text.replace("\r\n", "\n"))
    locked.save(update_fields=list(sections))
    locked.refresh_from_db(fields=["version"])
    return locked


@transaction.atomic
def close_visit(*, visit: Visit, actor: User, at: datetime) -> Visit:
    """The patient has left the chair; the note may still be written and signed."""
    actor.require(Permission.VISIT_WRITE)
    locked = _lock_unsigned(visit)
    if locked.closed_at is None:
        locked.closed_at = max(at, locked.opened_at)
        locked.save(update_fields=["closed_at"])
        locked.refresh_from_db(fields=["version"])
    return locked


@transaction.atomic
def sign_visit(*, visit: Visit, version: int, actor: User, at: datetime) -> Visit:
    """Sign the note and lock it: the database refuses every later change. The dentist signs their own visit.

    A note that is signed later than `VISIT_LOCK_HOURS` after the visit is marked as a late entry; it covers the addenda made before.

    :raises VisitSigned: when it is signed already.
    :raises StaleVersion: when the text is not the one that was read.
    :raises NotAllowed: when it is somebody else's visit and the person may not sign for others.
    """
    actor.require(Permission.VISIT_SIGN)
    locked = _lock_unsigned(visit)
    if not may_sign(locked, actor):
        raise NotAllowed(_("Only the dentist of this visit signs its note."))
    if locked.version != version:
        raise StaleVersion(link=f"/visits/{visit.pk}/")
    if not any(getattr(locked, name).strip() for name in NoteSection.values) and not (locked.locked_at and locked.addenda.exists()):
        raise InvalidInput(_("The note is empty. Write what was found and done, then sign."))
    was_late = locked.locked_at is not None or _is_late(locked, at)
    locked.closed_at = locked.closed_at or max(at, locked.opened_at)
    locked.signed_content = queries.visit_content(locked)
    locked.content_hash = queries.hash_of(locked.signed_content)
    locked.signed_at, locked.signed_by, locked.is_late = at, actor, was_late
    locked.save(update_fields=["closed_at", "signed_content", "content_hash", "signed_at", "signed_by", "is_late"])
    history.record_signature(table=Visit._meta.db_table, key=locked.pk, patient_id=locked.patient_id, body={"sha256": locked.content_hash})
    locked.refresh_from_db(fields=["version"])
    return locked


def may_sign(visit: Visit, user: User) -> bool:
    """Dentists sign their own visits; a chief, who also manages the clinic, those of others."""
    return user.may(Permission.VISIT_SIGN) and (visit.dentist_id == user.pk or user.may(Permission.VISIT_SIGN_OTHERS))


@transaction.atomic
def add_addendum(*, visit: Visit, text: str, actor: User, at: datetime, reason: str = "", id: UUID | None = None) -> VisitAddendum:
    """Add to a signed or locked note. The same `id` twice is one addendum.

    :raises NotSigned: while the note itself can still be written.
    """
    actor.require(Permission.VISIT_SIGN)
    known = find_sent(VisitAddendum, id, visit.patient, visit_id=visit.pk, text=text, reason=reason)
    if known is not None:
        return known
    if not Visit.objects.select_for_update(no_key=True).get(pk=visit.pk).is_fixed:
        raise NotSigned
    if not text.strip() or len(text) > LONGEST_SECTION or len(reason) > 300:
        raise InvalidInput(_("Write the addendum first (at most 20,000 characters)."), fields={"text": _("Write what is added.")})
    content = {"visit": str(visit.pk), "visit_hash": visit.content_hash, "text": text.strip(), "reason": reason.strip(), "at": at.isoformat()}
    values = {"text": text.strip(), "reason": reason.strip(), "written_by": actor, "written_at": at, "is_late": _is_late(visit, at)}
    addendum, is_new = create_once(VisitAddendum, id, patient=visit.patient, visit=visit, content_hash=queries.hash_of(content), **values)
    if not is_new:
        return addendum
    history.note(EventKind.ADDENDUM, table=Visit._meta.db_table, key=visit.pk, patient_id=visit.patient_id, body={"sha256": addendum.content_hash})
    return addendum


def visit_for(patient: Patient, visit: Visit | None, actor: User) -> Visit | None:
    """The visit that an entry made now belongs to: the one given, else the actor's own open visit of this patient.

    It is held until the transaction ends, so that nobody signs or cancels it meanwhile; the database refuses such an entry too.

    :raises VisitSigned: when the visit given is signed: its content is fixed.
    """
    if visit is None:
        mine = queries.open_visit_of(patient, actor)
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


@transaction.atomic
def lock_unsigned_visits(*, at: datetime) -> int:
    """Lock the notes that nobody signed within `VISIT_LOCK_HOURS` after the visit; returns how many."""
    if not settings.VISIT_LOCK_HOURS:
        return 0
    ended = Coalesce("closed_at", "opened_at")
    due = (
        Visit.objects.standing()
        .filter(signed_at=None, locked_at=None)
        .annotate(ended=ended)
        .filter(ended__lt=at - timedelta(hours=settings.VISIT_LOCK_HOURS))
    )
    return due.update(locked_at=at)


@transaction.atomic
def mark_visit_in_error(*, visit: Visit, reason: str, actor: User, at: datetime) -> Visit:
    """The whole note was entered in error (the wrong patient): it stays readable, struck through. Twice is once.

    :raises NotSigned: while the note can still be corrected.
    :raises NotAllowed: when it is somebody else's visit and the person may not sign for others.
    """
    actor.require(Permission.VISIT_SIGN)
    locked = Visit.objects.select_for_update().get(pk=visit.pk)
    if not may_sign(locked, actor):
        raise NotAllowed(_("Only the dentist of this visit marks its note."))
    if not locked.is_fixed:
        raise NotSigned
    return _mark(locked, reason, actor, at)


@transaction.atomic
def mark_addendum_in_error(*, visit: Visit, addendum_id: UUID, reason: str, actor: User, at: datetime) -> VisitAddendum:
    """An addendum was entered in error: it stays readable, struck through. Twice is once.

    :raises NotFound: when the visit has no such addendum.
    :raises NotAllowed: when somebody else wrote it and the person may not sign for others.
    """
    actor.require(Permission.VISIT_SIGN)
    locked = VisitAddendum.objects.select_for_update().filter(pk=addendum_id, visit=visit).first()
    if locked is None:
        raise NotFound
    if locked.written_by_id != actor.pk and not actor.may(Permission.VISIT_SIGN_OTHERS):
        raise NotAllowed(_("Only who wrote the addendum marks it."))
    return _mark(locked, reason, actor, at)


def _mark(row: Marked, reason: str, actor: User, at: datetime) -> Marked:
    if row.in_error_at is not None:
        return row
    if not reason.strip() or len(reason) > 300:
        raise InvalidInput(fields={"reason": _("Say in a few words what was wrong.")})
    row.in_error_at, row.in_error_by, row.error_reason = at, actor, reason.strip()
    row.save(update_fields=["in_error_at", "in_error_by", "error_reason"])
    row.refresh_from_db(fields=["version"])
    return row


def _is_late(visit: Visit, at: datetime) -> bool:
    return rules.is_late(ended_at=visit.ended_at, at=at, hours=settings.VISIT_LOCK_HOURS)


def _lock_unsigned(visit: Visit) -> Visit:
    locked = Visit.objects.select_for_update().get(pk=visit.pk)
    _refuse_ended(locked)
    return locked
