"""API of the legal desk."""

from typing import Literal
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from ninja import Query, Router, Status
from ninja.pagination import paginate

from clinic.lib.cursors import CursorPages
from clinic.lib.schemas import ReasonIn
from clinic.patients.queries import get_patient_for
from clinic.staff.http import Request
from clinic.staff.roles import Permission
from exports.legal import actions, asof, queries, words
from exports.legal.models import Case, CaseEvidence, CaseNote, Delivery, Hold
from exports.legal.schemas import (
    ArchiveIn,
    ArchiveOut,
    AsOfIn,
    AsOfOut,
    CaseChange,
    CaseIn,
    CaseNoteIn,
    CaseNoteOut,
    CaseOut,
    CasePatientIn,
    CaseRowOut,
    CloseIn,
    DeliveryIn,
    DeliveryOut,
    HoldIn,
    HoldOut,
    ReopenIn,
)

router = Router(tags=["legal"])


@router.get("/cases", response=list[CaseRowOut], operation_id="list_cases")
@paginate(CursorPages, ordering=("place",))
def list_cases(request: Request, state: Literal["open", "closed", "all"] = "open", text: str = "") -> QuerySet[Case]:
    """Cases (`state` open, closed or all), the most urgent first."""
    request.user.require(Permission.CASE_MANAGE)
    return queries.cases(state=state, text=text)


@router.post("/cases", response={201: CaseOut}, operation_id="open_case")
def open_case(request: Request, body: CaseIn) -> Status[CaseOut]:
    """Open a case about patients; with a reason it places the legal hold at once."""
    made = actions.open_case(actor=request.user, at=timezone.now(), **body.model_dump())
    return Status(201, _told(request, made.pk))


@router.get("/cases/{uuid:case_id}", response=CaseOut, operation_id="get_case")
def get_case(request: Request, case_id: UUID) -> CaseOut:
    """One case with its patients, holds, archives and notes."""
    return _told(request, case_id)


@router.put("/cases/{uuid:case_id}", response=CaseOut, operation_id="change_case")
def change_case(request: Request, case_id: UUID, body: CaseChange) -> CaseOut:
    """Change what the case is about and what is due when."""
    actions.change_case(case_id=case_id, actor=request.user, at=timezone.now(), **body.model_dump())
    return _told(request, case_id)


@router.post("/cases/{uuid:case_id}/patients", response=CaseOut, operation_id="add_case_patient")
def add_case_patient(request: Request, case_id: UUID, body: CasePatientIn) -> CaseOut:
    """Name one more patient in the case."""
    actions.add_patient(case_id=case_id, patient_id=body.patient, actor=request.user, at=timezone.now())
    return _told(request, case_id)


@router.delete("/cases/{uuid:case_id}/patients/{uuid:patient_id}", response=CaseOut, operation_id="remove_case_patient")
def remove_case_patient(request: Request, case_id: UUID, patient_id: UUID) -> CaseOut:
    """Take a patient off the case; 409 while a hold or an archive of the case belongs to the patient."""
    actions.remove_patient(case_id=case_id, patient_id=patient_id, actor=request.user, at=timezone.now())
    return _told(request, case_id)


@router.post("/cases/{uuid:case_id}/holds", response={201: HoldOut}, operation_id="place_hold")
def place_hold(request: Request, case_id: UUID, body: HoldIn) -> Status[HoldOut]:
    """Forbid to destroy anything of a patient of the case."""
    values = body.model_dump(exclude={"patient"})
    return Status(201, _hold(actions.place_hold(case_id=case_id, patient_id=body.patient, actor=request.user, at=timezone.now(), **values)))


@router.post("/holds/{uuid:hold_id}/lift", response=HoldOut, operation_id="lift_hold")
def lift_hold(request: Request, hold_id: UUID, body: ReasonIn) -> HoldOut:
    """End a hold."""
    return _hold(actions.lift_hold(hold_id=hold_id, reason=body.reason, actor=request.user, at=timezone.now()).hold)


@router.post("/cases/{uuid:case_id}/notes", response={201: CaseNoteOut}, operation_id="write_case_note")
def write_case_note(request: Request, case_id: UUID, body: CaseNoteIn) -> Status[CaseNoteOut]:
    """Add a note; it cannot be changed."""
    return Status(201, _note(actions.write_note(case_id=case_id, actor=request.user, at=timezone.now(), **body.model_dump())))


@router.post("/cases/{uuid:case_id}/archives", response={201: ArchiveOut}, operation_id="make_case_archive")
def make_case_archive(request: Request, case_id: UUID, body: ArchiveIn) -> Status[ArchiveOut]:
    """Ask for evidence for the case; take it by `take_evidence` when it is sealed."""
    values = body.model_dump(exclude={"patient"})
    return Status(201, _archive(actions.make_archive(case_id=case_id, patient_id=body.patient, actor=request.user, at=timezone.now(), **values)))


@router.post("/archives/{uuid:archive_id}/deliveries", response={201: DeliveryOut}, operation_id="record_delivery")
def record_delivery(request: Request, archive_id: UUID, body: DeliveryIn) -> Status[Delivery]:
    """Write down who received the archive, when and how."""
    return Status(201, actions.record_delivery(archive_id=archive_id, actor=request.user, at=timezone.now(), **body.model_dump()))


@router.post("/cases/{uuid:case_id}/close", response=CaseOut, operation_id="close_case")
def close_case(request: Request, case_id: UUID, body: CloseIn) -> CaseOut:
    """Close the case with its outcome."""
    actions.close_case(case_id=case_id, actor=request.user, at=timezone.now(), **body.model_dump())
    return _told(request, case_id)


@router.post("/cases/{uuid:case_id}/reopen", response=CaseOut, operation_id="reopen_case")
def reopen_case(request: Request, case_id: UUID, body: ReopenIn) -> CaseOut:
    """Go on with a closed case."""
    actions.reopen_case(case_id=case_id, version=body.version, actor=request.user, at=timezone.now())
    return _told(request, case_id)


@router.get("/patients/{uuid:patient_id}/as-of", response=AsOfOut, operation_id="record_as_of")
def record_as_of(request: Request, patient_id: UUID, asked: Query[AsOfIn]) -> dict[str, object]:
    """The whole record as of a moment, or the differences between two; 422 `nothing_proven` when no checkpoint stands there."""
    get_patient_for(request.user, patient_id, what="as of", permission=Permission.HISTORY_VIEW)
    at = asked.at or timezone.now()
    first, second = sorted((at, asked.then)) if asked.then else (at, None)
    moments = [asof.moment_of(at=first, is_proven=asked.proven, size=asked.size)]
    moments += [asof.moment_of(at=second, is_proven=asked.proven or asked.size is not None)] if second else []
    shots = [asof.with_prices(asof.snapshot(patient_id, moment)) for moment in moments]
    return {"moments": moments, "sections": words.sections(*shots, only_differences=asked.only_differences and len(shots) > 1)}


def _told(request: Request, case_id: UUID) -> CaseOut:
    found = queries.get_case_for(request.user, case_id)
    return CaseOut(
        **CaseRowOut.from_orm(found).model_dump(),
        patients=[person.patient_id for person in found.people.all()],
        holds=[_hold(hold) for hold in found.holds.all()],
        archives=[_archive(archive) for archive in found.archives.all()],
        notes=[_note(note) for note in found.notes.all()],
    )


def _hold(hold: Hold) -> HoldOut:
    lift = getattr(hold, "lift", None)
    return HoldOut(
        id=hold.pk,
        case=hold.case_id,
        patient=hold.patient_id,
        reason=hold.reason,
        since=hold.since,
        until=hold.until,
        placed_at=hold.placed_at,
        lifted_at=lift.lifted_at if lift else None,
        lift_reason=lift.reason if lift else "",
    )


def _archive(archive: CaseEvidence) -> ArchiveOut:
    deliveries = [DeliveryOut.from_orm(given) for given in archive.deliveries.all()]
    return ArchiveOut(id=archive.pk, patient=archive.patient_id, evidence=archive.evidence_id, added_at=archive.added_at, deliveries=deliveries)


def _note(note: CaseNote) -> CaseNoteOut:
    return CaseNoteOut(id=note.pk, text=note.text, written_at=note.written_at, written_by=note.written_by_id)
