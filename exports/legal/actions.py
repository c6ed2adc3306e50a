"""Writes of the legal desk: cases, their patients and holds, notes, archives and to whom they went."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from clinic.history.creation import find_sent
from clinic.history.models import Event
from clinic.lib.errors import Conflict, InvalidInput, KeyTaken, NotFound, StaleVersion
from clinic.lib.ids import uuid7
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.staff.models import User
from clinic.staff.roles import Permission
from exports import evidence as archives
from exports.legal.models import Case, CaseEvidence, CaseNote, CasePatient, Delivery, Hold, HoldLift
from exports.models import Evidence

NUMBERS = "SELECT pg_advisory_xact_lock(hashtext('legal_case.number'))"


class CaseClosed(Conflict):
    """The case has its outcome."""

    code = "case_closed"
    default_message = _("This case is closed. Reopen it first if it goes on.")


class PatientInUse(Conflict):
    """Something of the case hangs on the patient."""

    code = "patient_in_use"
    default_message = _("A hold or an archive of this case belongs to this patient, so the patient stays in it.")


@transaction.atomic
def open_case(
    *,
    actor: User,
    title: str,
    patients: Sequence[UUID],
    claimant: str = "",
    deadline_date: date | None = None,
    deadline_for: str = "",
    hold_reason: str = "",
    hold_until: datetime | None = None,
    at: datetime,
    id: UUID | None = None,
) -> Case:
    """Open a case about these patients; with a `hold_reason` nothing of theirs may be destroyed from now on.

    :raises NotAllowed, NotFound: when the person may not, or there is no such patient.
    :raises InvalidInput: without a title or without a patient.
    """
    actor.require(Permission.CASE_MANAGE)
    sent: dict[str, Any] = {
        "title": title.strip(),
        "claimant": claimant.strip(),
        "deadline_date": deadline_date,
        "deadline_for": deadline_for.strip(),
    }
    made = find_sent(Case, id, opened_by_id=actor.pk, **sent)
    if made is not None:
        return _same_case(made, patients)
    _refuse_empty(title=title)
    if not patients:
        raise InvalidInput(fields={"patients": _("Name at least one patient.")})
    case = Case.objects.create(id=id or uuid7(), number=_next_number(), opened_at=at, opened_by=actor, **sent)
    for patient_id in dict.fromkeys(patients):
        _add_patient(case, patient_id, actor, at)
        if hold_reason.strip():
            _hold(case, patient_id, reason=hold_reason, since=at, until=hold_until, actor=actor, at=at)
    return case


def _same_case(made: Case, patients: Sequence[UUID]) -> Case:
    """:raises KeyTaken: when it was opened about others."""
    named = CasePatient.history.filter(case_id=made.pk, added_at=made.opened_at, history_type="+")
    if set(named.values_list("patient_id", flat=True)) != set(patients):
        raise KeyTaken
    return made


@transaction.atomic
def change_case(
    *, case_id: UUID, version: int, title: str, claimant: str, deadline_date: date | None, deadline_for: str, actor: User, at: datetime
) -> Case:
    """Change what the case is about, who claims and what is due when.

    :raises CaseClosed, StaleVersion: when it has its outcome, or somebody changed it since.
    """
    case = _open_case(case_id, actor, version)
    _refuse_empty(title=title)
    case.title, case.claimant = title.strip(), claimant.strip()
    case.deadline_date, case.deadline_for = deadline_date, deadline_for.strip()
    case.save(update_fields=["title", "claimant", "deadline_date", "deadline_for"])
    return case


@transaction.atomic
def add_patient(*, case_id: UUID, patient_id: UUID, actor: User, at: datetime) -> CasePatient:
    """Name one more patient in the case; a patient who is in it already stays as added."""
    return _add_patient(_open_case(case_id, actor), patient_id, actor, at)


@transaction.atomic
def remove_patient(*, case_id: UUID, patient_id: UUID, actor: User, at: datetime) -> None:
    """Take a patient off the case who was named by mistake.

    :raises PatientInUse: when a hold or an archive of the case belongs to the patient.
    """
    case = _open_case(case_id, actor)
    link = CasePatient.objects.filter(case=case, patient_id=patient_id).first()
    if link is None:
        raise NotFound
    if case.holds.filter(patient_id=patient_id).exists() or case.archives.filter(patient_id=patient_id).exists() or case.people.count() == 1:
        raise PatientInUse
    link.delete()


@transaction.atomic
def place_hold(
    *,
    case_id: UUID,
    patient_id: UUID,
    reason: str,
    since: datetime | None = None,
    until: datetime | None = None,
    actor: User,
    at: datetime,
    id: UUID | None = None,
) -> Hold:
    """Forbid to destroy anything of the patient, from `since` (now) until `until` (until it is lifted).

    :raises InvalidInput: without a reason, or with a period that ends before it begins or has ended.
    """
    actor.require(Permission.CASE_MANAGE)
    sent = {"reason": reason, "until": until, **({"since": since} if since else {})}
    made = find_sent(Hold, id, case_id=case_id, patient_id=patient_id, **sent)
    if made is not None:
        return made
    case = _open_case(case_id, actor)
    if not case.people.filter(patient_id=patient_id).exists():
        raise NotFound
    return _hold(case, patient_id, reason=reason, since=since or at, until=until, actor=actor, at=at, id=id)


@transaction.atomic
def lift_hold(*, hold_id: UUID, reason: str, actor: User, at: datetime) -> HoldLift:
    """End a hold with the reason why; one that was lifted before keeps its first lifting."""
    actor.require(Permission.CASE_MANAGE)
    hold = Hold.objects.select_for_update(no_key=True).filter(pk=hold_id).first()
    if hold is None:
        raise NotFound
    _refuse_empty(reason=reason)
    return _lift(hold, reason, actor, at)


@transaction.atomic
def write_note(*, case_id: UUID, text: str, actor: User, at: datetime, id: UUID | None = None) -> CaseNote:
    """Add a note; also to a closed case."""
    actor.require(Permission.CASE_MANAGE)
    made = find_sent(CaseNote, id, case_id=case_id, text=text)
    if made is not None:
        return made
    case = _case(case_id, actor)
    _refuse_empty(text=text)
    return CaseNote.objects.create(id=id or uuid7(), case=case, text=text.strip(), written_at=at, written_by=actor)


@transaction.atomic
def make_archive(
    *,
    case_id: UUID,
    patient_id: UUID,
    reason: str,
    language: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    actor: User,
    at: datetime,
    id: UUID | None = None,
) -> CaseEvidence:
    """Ask for evidence of a patient of the case; see `exports.evidence.ask`."""
    actor.require(Permission.CASE_MANAGE)
    find_sent(Evidence, id, patient_id=patient_id)  # the key comes before the case
    case = _open_case(case_id, actor)
    if not case.people.filter(patient_id=patient_id).exists():
        raise NotFound
    asked = archives.ask(user=actor, patient_id=patient_id, reason=reason, language=language, since=since, until=until, at=at, id=id)
    return _link(case, asked, actor, at)


@transaction.atomic
def add_archive(*, case_id: UUID, evidence_id: UUID, actor: User, at: datetime) -> CaseEvidence:
    """Put evidence of a patient of the case that was asked for before into the case."""
    case = _open_case(case_id, actor)
    found = Evidence.objects.filter(pk=evidence_id, patient_id__in=case.people.values("patient_id")).first()
    if found is None:
        raise NotFound
    return _link(case, found, actor, at)


@transaction.atomic
def record_delivery(
    *, archive_id: UUID, recipient: str, way: str, handed_at: datetime, remark: str = "", actor: User, at: datetime, id: UUID | None = None
) -> Delivery:
    """Write down who received the archive, when and how; the hash is that of the archive as it was taken last.

    :raises InvalidInput: without a recipient, or for a moment that is still to come.
    """
    actor.require(Permission.CASE_MANAGE)
    sent: dict[str, Any] = {"recipient": recipient.strip(), "way": way, "handed_at": handed_at, "remark": remark.strip()}
    made = find_sent(Delivery, id, archive_id=archive_id, **sent)
    if made is not None:
        return made
    archive = CaseEvidence.objects.select_related("evidence").filter(pk=archive_id).first()
    if archive is None:
        raise NotFound
    _refuse_empty(recipient=recipient)
    if handed_at > at:
        raise InvalidInput(fields={"handed_at": _("This moment is still to come.")})
    return Delivery.objects.create(
        id=id or uuid7(),
        archive=archive,
        patient_id=archive.patient_id,
        handed_by=actor,
        sha256=_hash_taken(archive.evidence),
        **sent,
    )


@transaction.atomic
def close_case(*, case_id: UUID, version: int, outcome: str, lifts_holds: bool, actor: User, at: datetime) -> Case:
    """Close the case with its outcome and lift its holds, or let them stand until their own end."""
    case = _open_case(case_id, actor, version)
    _refuse_empty(outcome=outcome)
    case.closed_at, case.closed_by, case.outcome = at, actor, outcome.strip()
    case.save(update_fields=["closed_at", "closed_by", "outcome"])
    for hold in case.holds.filter(lift=None) if lifts_holds else ():
        _lift(hold, outcome, actor, at)
    return case


@transaction.atomic
def reopen_case(*, case_id: UUID, version: int, actor: User, at: datetime) -> Case:
    """Go on with a closed case; its outcome so far stays in its history, lifted holds stay lifted."""
    case = _case(case_id, actor, version)
    case.closed_at, case.closed_by, case.outcome = None, None, ""
    case.save(update_fields=["closed_at", "closed_by", "outcome"])
    return case


def _case(case_id: UUID, actor: User, version: int | None = None) -> Case:
    actor.require(Permission.CASE_MANAGE)
    case = Case.objects.select_for_update(no_key=True).filter(pk=case_id).first()
    if case is None:
        raise NotFound
    if version is not None and version != case.version:
        raise StaleVersion
    return case


def _open_case(case_id: UUID, actor: User, version: int | None = None) -> Case:
    case = _case(case_id, actor, version)
    if not case.is_open:
        raise CaseClosed
    return case


def _refuse_empty(**texts: str) -> None:
    empty = {name: _("Fill this in.") for name, text in texts.items() if not text.strip()}
    if empty:
        raise InvalidInput(fields=empty)


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS)
    return (Case.objects.aggregate(last=Max("number"))["last"] or 0) + 1


def _add_patient(case: Case, patient_id: UUID, actor: User, at: datetime) -> CasePatient:
    patient = get_patient_for(actor, patient_id, what="case", permission=Permission.CASE_MANAGE)
    link, _is_new = CasePatient.objects.get_or_create(case=case, patient=patient, defaults={"added_at": at, "added_by": actor})
    return link


def _hold(
    case: Case, patient_id: UUID, *, reason: str, since: datetime, until: datetime | None, actor: User, at: datetime, id: UUID | None = None
) -> Hold:
    """The patient's row is locked, so that a hold and an erasure never pass each other.

    :raises NotFound: when an erasure was quicker.
    """
    _refuse_empty(reason=reason)
    if until and (until <= since or until <= at):
        raise InvalidInput(fields={"until": _("The hold would end before it begins.")})
    patient = Patient.objects.select_for_update(no_key=True).filter(pk=patient_id).first()
    if patient is None:
        raise NotFound
    return Hold.objects.create(
        id=id or uuid7(), case=case, patient=patient, reason=reason.strip(), since=since, until=until, placed_at=at, placed_by=actor
    )


def _lift(hold: Hold, reason: str, actor: User, at: datetime) -> HoldLift:
    values = {"patient_id": hold.patient_id, "reason": reason.strip()[:2000], "lifted_at": at, "lifted_by": actor}
    lift, _is_new = HoldLift.objects.get_or_create(hold=hold, defaults=values)
    return lift


def _link(case: Case, asked: Evidence, actor: User, at: datetime) -> CaseEvidence:
    values = {"patient_id": asked.patient_id, "added_at": at, "added_by": actor}
    link, _is_new = CaseEvidence.objects.get_or_create(case=case, evidence=asked, defaults=values)
    return link


def _hash_taken(asked: Evidence) -> str:
    taken = Event.objects.filter(patient_id=asked.patient_id, tbl="evidence taken", body__id=str(asked.pk)).order_by("-at", "-id").first()
    return str((taken.body or {}).get("sha256", "")) if taken else ""
