"""Visits: opened when the patient is seated, written, signed and then frozen; later words are addenda."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from charting import queries
from charting.actions.once import create_once, find_sent
from charting.models import NoteSection, Visit, VisitAddendum
from clinic.history import actions as history
from clinic.history.creation import check_first
from clinic.history.models import EventKind
from clinic.lib.errors import Conflict, InvalidInput, NotAllowed, StaleVersion
from clinic.lib.ids import uuid7
from clinic.patients.models import Patient
from clinic.scheduling import actions as scheduling
from clinic.scheduling.models import Appointment, AppointmentState
from clinic.staff.models import Branch, User
from clinic.staff.roles import Permission

LONGEST_SECTION = 20_000


class VisitSigned(Conflict):
    """A signed note does not change."""

    code = "visit_signed"

    def __init__(self, visit: Visit) -> None:
        super().__init__(_("This note is signed and locked. What has to be added goes into an addendum."), link=f"/visits/{visit.pk}/")


class NotSigned(Conflict):
    """Only a signed note takes addenda."""

    code = "not_signed"
    default_message = _("This note is not signed yet: write into the note itself.")


@transaction.atomic
def open_visit(*, patient: Patient, dentist: User, branch: Branch, actor: User, at: datetime, id: UUID | None = None) -> Visit:
    """Begin a visit. The same `id` twice is one visit; a visit that this dentist has open with the patient is continued."""
    actor.require(Permission.VISIT_WRITE)
    Patient.objects.select_for_update().get(pk=patient.pk)
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
    standing = Visit.objects.filter(appointment=appointment).first()
    if standing is not None:
        return standing
    if appointment.state != AppointmentState.SEATED:
        scheduling.change_state(actor=actor, at=at, appointment_id=appointment.pk, version=appointment.version, state=AppointmentState.SEATED)
    try:
        with transaction.atomic():
            return Visit.objects.create(
                id=id or uuid7(),
                patient_id=appointment.patient_id,
                branch_id=appointment.branch_id,
                dentist_id=appointment.dentist_id,
                appointment=appointment,
                opened_at=at,
            )
    except IntegrityError as error:
        if "appointment_id" not in str(error):
            raise
        return Visit.objects.get(appointment=appointment)


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
    if not any(getattr(locked, name).strip() for name in NoteSection.values):
        raise InvalidInput(_("The note is empty. Write what was found and done, then sign."))
    locked.closed_at = locked.closed_at or max(at, locked.opened_at)
    locked.signed_content = queries.visit_content(locked)
    locked.content_hash = queries.hash_of(locked.signed_content)
    locked.signed_at, locked.signed_by = at, actor
    locked.save(update_fields=["closed_at", "signed_content", "content_hash", "signed_at", "signed_by"])
    history.record_signature(table=Visit._meta.db_table, key=locked.pk, patient_id=locked.patient_id, body={"sha256": locked.content_hash})
    locked.refresh_from_db(fields=["version"])
    return locked


def may_sign(visit: Visit, user: User) -> bool:
    """Dentists sign their own visits; a chief, who also manages the clinic, those of others."""
    return user.may(Permission.VISIT_SIGN) and (visit.dentist_id == user.pk or user.may(Permission.VISIT_SIGN_OTHERS))


@transaction.atomic
def add_addendum(*, visit: Visit, text: str, actor: User, at: datetime, reason: str = "", id: UUID | None = None) -> VisitAddendum:
    """Add to a signed note. The same `id` twice is one addendum.

    :raises NotSigned: while the note itself can still be written.
    """
    actor.require(Permission.VISIT_SIGN)
    known = find_sent(VisitAddendum, id, visit.patient, visit_id=visit.pk, text=text, reason=reason)
    if known is not None:
        return known
    if not visit.is_signed:
        raise NotSigned
    if not text.strip() or len(text) > LONGEST_SECTION or len(reason) > 300:
        raise InvalidInput(_("Write the addendum first (at most 20,000 characters)."), fields={"text": _("Write what is added.")})
    content = {"visit": str(visit.pk), "visit_hash": visit.content_hash, "text": text.strip(), "reason": reason.strip(), "at": at.isoformat()}
    values = {"text": text.strip(), "reason": reason.strip(), "written_by": actor, "written_at": at}
    addendum, is_new = create_once(VisitAddendum, id, patient=visit.patient, visit=visit, content_hash=queries.hash_of(content), **values)
    if not is_new:
        return addendum
    history.note(EventKind.ADDENDUM, table=Visit._meta.db_table, key=visit.pk, patient_id=visit.patient_id, body={"sha256": addendum.content_hash})
    return addendum


def visit_for(patient: Patient, visit: Visit | None, actor: User) -> Visit | None:
    """The visit that an entry made now belongs to: the one given, else the actor's own open visit of this patient.

    :raises VisitSigned: when the visit given is signed: its content is fixed.
    """
    if visit is None:
        return queries.open_visit_of(patient, actor)
    if visit.patient_id != patient.pk:
        raise InvalidInput(_("This visit belongs to another patient."), fields={"visit": _("This visit belongs to another patient.")})
    if visit.is_signed:
        raise VisitSigned(visit)
    return visit


def _lock_unsigned(visit: Visit) -> Visit:
    locked = Visit.objects.select_for_update().get(pk=visit.pk)
    if locked.is_signed:
        raise VisitSigned(locked)
    return locked
