"""Notes: written, signed and then frozen; later words are addenda, and what was wrong is marked and never erased."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from charting import note_content, queries, rules
from charting.actions.requirements import refuse_incomplete
from charting.actions.visits import VisitLocked, hold_unsigned
from charting.models import NoteSection, Visit, VisitAddendum
from clinic.history import actions as history
from clinic.history import context
from clinic.history.creation import find_sent
from clinic.history.models import EventKind
from clinic.lib.errors import Conflict, InvalidInput, NotAllowed, NotFound, StaleVersion
from clinic.lib.ids import uuid7
from clinic.staff.models import User
from clinic.staff.roles import Permission

LONGEST_SECTION = 20_000
CONFIRMED = "confirmed_by_pin"
"""The purpose in history of a mark whose author gave their PIN."""
Marked = TypeVar("Marked", Visit, VisitAddendum)


class NotSigned(Conflict):
    """Only a signed or locked note takes addenda."""

    code = "not_signed"
    default_message = _("This note is not signed yet: write into the note itself.")


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
    locked = hold_unsigned(visit)
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
def sign_visit(*, visit: Visit, version: int, actor: User, at: datetime, confirmed: str = "") -> Visit:
    """Sign the note and lock it: the database refuses every later change. The dentist signs their own visit.

    `confirmed` says how the signer has shown at the signature that it is they (`PIN`); it stands in the history of the signature.

    A note that is signed later than `VISIT_LOCK_HOURS` after the visit is marked as a late entry; it covers the addenda made before.

    :raises VisitSigned: when it is signed already.
    :raises StaleVersion: when the text is not the one that was read.
    :raises PartsMissing: when it lacks what the clinic's rules ask for after the acts of the visit.
    :raises NotAllowed: when it is somebody else's visit and the person may not sign for others.
    """
    actor.require(Permission.VISIT_SIGN)
    locked = hold_unsigned(visit)
    if not may_sign(locked, actor):
        raise NotAllowed(_("Only the dentist of this visit signs its note."))
    if locked.version != version:
        raise StaleVersion(link=f"/visits/{visit.pk}/")
    if not any(getattr(locked, name).strip() for name in NoteSection.values) and not (locked.locked_at and locked.addenda.exists()):
        raise InvalidInput(_("The note is empty. Write what was found and done, then sign."))
    refuse_incomplete(locked)
    was_late = locked.locked_at is not None or _is_late(locked, at)
    locked.closed_at = locked.closed_at or max(at, locked.opened_at)
    locked.signed_content = note_content.visit_content(locked)
    locked.content_hash = queries.hash_of(locked.signed_content)
    locked.signed_at, locked.signed_by, locked.is_late = at, actor, was_late
    locked.save(update_fields=["closed_at", "signed_content", "content_hash", "signed_at", "signed_by", "is_late"])
    told = {"sha256": locked.content_hash, **({"confirmed": confirmed} if confirmed else {})}
    history.record_signature(table=Visit._meta.db_table, key=locked.pk, patient_id=locked.patient_id, body=told)
    locked.refresh_from_db(fields=["version"])
    return locked


def may_sign(visit: Visit, user: User) -> bool:
    """Dentists sign their own visits; a chief, who also manages the clinic, those of others."""
    return user.may(Permission.VISIT_SIGN) and (visit.dentist_id == user.pk or user.may(Permission.VISIT_SIGN_OTHERS))


@transaction.atomic
def add_addendum(
    *, visit: Visit, text: str, actor: User, at: datetime, reason: str = "", confirmed: str = "", id: UUID | None = None
) -> VisitAddendum:
    """Add to a signed or locked note. The same `id` twice is one addendum.

    `confirmed` says how the writer has shown that it is they (`PIN`), as with a signature; it stands in the history of the addendum.

    :raises NotSigned: while the note itself can still be written.
    """
    actor.require(Permission.VISIT_SIGN)
    known = find_sent(VisitAddendum, id, visit_id=visit.pk, text=text, reason=reason)
    if known is not None:
        return known
    if not Visit.objects.select_for_update(no_key=True).get(pk=visit.pk).is_fixed:
        raise NotSigned
    if not text.strip() or len(text) > LONGEST_SECTION or len(reason) > 300:
        raise InvalidInput(_("Write the addendum first (at most 20,000 characters)."), fields={"text": _("Write what is added.")})
    content = {"visit": str(visit.pk), "visit_hash": visit.content_hash, "text": text.strip(), "reason": reason.strip(), "at": at.isoformat()}
    values = {"text": text.strip(), "reason": reason.strip(), "written_by": actor, "written_at": at, "is_late": _is_late(visit, at)}
    addendum = VisitAddendum.objects.create(id=id or uuid7(), patient=visit.patient, visit=visit, content_hash=queries.hash_of(content), **values)
    told = {"sha256": addendum.content_hash, **({"confirmed": confirmed} if confirmed else {})}
    history.note(EventKind.ADDENDUM, table=Visit._meta.db_table, key=visit.pk, patient_id=visit.patient_id, body=told)
    return addendum


@transaction.atomic
def lock_unsigned_visits(*, at: datetime) -> int:
    """Lock the notes that nobody signed within `VISIT_LOCK_HOURS` after the visit; returns how many."""
    if not settings.VISIT_LOCK_HOURS:
        return 0
    before = at - timedelta(hours=settings.VISIT_LOCK_HOURS)
    due = Visit.objects.standing().filter(signed_at=None, locked_at=None, opened_at__lt=before).ended_before(before)
    return Visit.objects.filter(pk__in=due.values("pk"), locked_at=None).update(locked_at=at)


@transaction.atomic
def mark_visit_in_error(*, visit: Visit, reason: str, actor: User, at: datetime, confirmed: str = "") -> Visit:
    """The whole note was entered in error (the wrong patient): it stays readable, struck through. Twice is once.

    `confirmed` says how the person has shown that it is they (`PIN`), as with a signature; it stands in the history of the mark.

    :raises NotSigned: while the note can still be corrected.
    :raises NotAllowed: when it is somebody else's visit and the person may not sign for others.
    """
    actor.require(Permission.VISIT_SIGN)
    locked = Visit.objects.select_for_update().get(pk=visit.pk)
    if not may_sign(locked, actor):
        raise NotAllowed(_("Only the dentist of this visit marks its note."))
    if not locked.is_fixed:
        raise NotSigned
    return _mark(locked, reason, actor, at, confirmed)


@transaction.atomic
def mark_addendum_in_error(*, visit: Visit, addendum_id: UUID, reason: str, actor: User, at: datetime, confirmed: str = "") -> VisitAddendum:
    """An addendum was entered in error: it stays readable, struck through. Twice is once. `confirmed` as with the note.

    :raises NotFound: when the visit has no such addendum.
    :raises NotAllowed: when somebody else wrote it and the person may not sign for others.
    """
    actor.require(Permission.VISIT_SIGN)
    locked = VisitAddendum.objects.select_for_update().filter(pk=addendum_id, visit=visit).first()
    if locked is None:
        raise NotFound
    if locked.written_by_id != actor.pk and not actor.may(Permission.VISIT_SIGN_OTHERS):
        raise NotAllowed(_("Only who wrote the addendum marks it."))
    return _mark(locked, reason, actor, at, confirmed)


def _mark(row: Marked, reason: str, actor: User, at: datetime, confirmed: str) -> Marked:
    if row.in_error_at is not None:
        return row
    if not reason.strip() or len(reason) > 300:
        raise InvalidInput(fields={"reason": _("Say in a few words what was wrong.")})
    row.in_error_at, row.in_error_by, row.error_reason = at, actor, reason.strip()
    current = context.current()
    with context.acting(replace(current, purpose=CONFIRMED) if current and confirmed else current):
        row.save(update_fields=["in_error_at", "in_error_by", "error_reason"])
    row.refresh_from_db(fields=["version"])
    return row


def _is_late(visit: Visit, at: datetime) -> bool:
    return rules.is_late(ended_at=Visit.objects.end_of(visit.pk), at=at, hours=settings.VISIT_LOCK_HOURS)
