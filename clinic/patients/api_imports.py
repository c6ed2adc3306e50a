"""API of imports of patients: the runs, and what becomes of the rows that they held back."""

from typing import Any, Literal
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.utils import timezone
from ninja import File, Router, Status, UploadedFile

from clinic.files import actions as files
from clinic.files.uploads import content_of
from clinic.lib import openapi, sheets
from clinic.lib.errors import InvalidInput, NotFound
from clinic.patients import schemas
from clinic.patients.importing import actions, decisions
from clinic.patients.importing.held import Held, beside_candidates, held_rows
from clinic.patients.importing.names import FIELD_NAMES
from clinic.patients.messages import REFUSALS
from clinic.patients.models import Decision, HeldRow, ImportRun
from clinic.patients.tasks import start_import
from clinic.staff.http import Request, branch_of
from clinic.staff.roles import Permission

router = Router(tags=["patients"])
MOST = 100
LATEST = 50
LARGEST_NUMBER = 2**31 - 1


@router.get("/patient-imports", response=list[schemas.PatientImportOut], operation_id="list_patient_imports")
def list_imports(request: Request) -> QuerySet[ImportRun]:
    """The latest imports with their figures."""
    request.user.require(Permission.PATIENT_IMPORT)
    waiting = Count("held_rows", filter=Q(held_rows__decision=Decision.OPEN))
    return ImportRun.objects.annotate(rows_held=waiting).order_by("-created_at")[:LATEST]


@router.post("/patient-imports", response={201: schemas.PatientImportWhole}, operation_id="upload_patient_import")
def upload(request: Request, file: File[UploadedFile]) -> Status[dict[str, Any]]:
    """Take an XLSX or CSV in for the branch and guess what its columns mean; nothing is imported yet."""
    request.user.require(Permission.PATIENT_IMPORT)
    run = actions.take_file(content=content_of(file), name=file.name or "", branch=branch_of(request), actor=request.user)
    return Status(201, _whole(run))


@router.get("/patient-imports/{run_id}", response=schemas.PatientImportWhole, operation_id="get_patient_import")
def get_import(request: Request, run_id: UUID) -> dict[str, Any]:
    """How far the import is and what came of it; ask again while `state` is `running`."""
    request.user.require(Permission.PATIENT_IMPORT)
    return _whole(_get(run_id))


@router.put("/patient-imports/{run_id}/mapping", response=schemas.PatientImportWhole, operation_id="map_patient_import")
def map_columns(request: Request, run_id: UUID, body: schemas.MappingIn) -> dict[str, Any]:
    """Say what the columns mean."""
    return _whole(actions.set_mapping(run_id=run_id, mapping=body.mapping, actor=request.user))


@router.post("/patient-imports/{run_id}/start", response=schemas.PatientImportWhole, operation_id="start_patient_import")
def start(request: Request, run_id: UUID, body: schemas.ImportStartIn) -> dict[str, Any]:
    """Start a dry run, or the import itself, in the background; started twice it is one. 409 `still_running` while the other of the two runs."""
    request.user.require(Permission.PATIENT_IMPORT)
    mapping = body.mapping if body.mapping is not None else _get(run_id).mapping
    return _whole(start_import(run_id=run_id, mapping=mapping, is_dry=body.mode == "dry", actor=request.user))


@router.get("/patient-imports/{run_id}/report", operation_id="get_patient_import_report", openapi_extra=openapi.XLSX)
def report(request: Request, run_id: UUID) -> HttpResponse:
    """The sheet of rows that stayed outside, each with its reason."""
    request.user.require(Permission.PATIENT_IMPORT)
    run = _get(run_id)
    if run.report is None:
        raise NotFound
    return sheets.response(files.read(run.report), name="import-errors")


def _get(run_id: UUID) -> ImportRun:
    run = ImportRun.objects.select_related("report").filter(pk=run_id).first()
    if run is None:
        raise NotFound
    return run


def _whole(run: ImportRun) -> dict[str, Any]:
    names = [name for name in schemas.PatientImportWhole.model_fields if hasattr(run, name)]
    waiting = HeldRow.objects.filter(run=run, decision=Decision.OPEN).count()
    fields = {name: str(words) for name, words in FIELD_NAMES.items()}
    return {**{name: getattr(run, name) for name in names}, "rows_held": waiting, "fields": fields, "has_report": run.report_id is not None}


@router.get("/patient-imports/{run_id}/held-rows", response=schemas.HeldRowPage, operation_id="list_held_rows")
def list_held_rows(request: Request, run_id: UUID, cursor: str = "", limit: int = 50, state: Literal["open", "all"] = "open") -> dict[str, Any]:
    """Rows that look like somebody registered, in the order of the sheet, with their candidates."""
    request.user.require(Permission.PATIENT_IMPORT)
    limit = min(max(limit, 1), MOST)
    found = held_rows(run_id).filter(decision=Decision.OPEN) if state == "open" else held_rows(run_id)
    rows = list(_after(found, cursor)[: limit + 1])
    last = rows[limit - 1] if len(rows) > limit else None
    return {"items": [_out(held) for held in beside_candidates(rows[:limit])], "next_cursor": f"{last.number}.{last.pk}" if last else None}


def _after(found: QuerySet[HeldRow], cursor: str) -> QuerySet[HeldRow]:
    if not cursor:
        return found
    number, _dot, key = cursor.partition(".")
    try:
        place = (int(number), UUID(key))
    except ValueError as error:
        raise InvalidInput(fields={"cursor": REFUSALS["text"]}) from error
    if not 0 <= place[0] <= LARGEST_NUMBER:
        raise InvalidInput(fields={"cursor": REFUSALS["text"]})
    return found.filter(Q(number__gt=place[0]) | Q(number=place[0], pk__gt=place[1]))


@router.post("/held-rows/{row_id}/decision", response=schemas.HeldRowOut, operation_id="decide_held_row")
def decide(request: Request, row_id: UUID, body: schemas.DecisionIn) -> dict[str, Any]:
    """Register the row as a new patient, add what it knows to a candidate (`patient_id`), or leave it out; 409 `already_decided` the second time."""
    wanted: dict[str, Any] = {"row_id": row_id, "actor": request.user, "at": timezone.now()}
    if body.decision == "new":
        row = decisions.accept_as_new(**wanted)
    elif body.decision == "discarded":
        row = decisions.discard(**wanted)
    elif body.patient_id is None:
        request.user.require(Permission.PATIENT_IMPORT)
        request.user.require(Permission.PATIENT_WRITE)
        raise InvalidInput(fields={"patient_id": REFUSALS["required"]})
    else:
        row = decisions.join_to(**wanted, patient_id=body.patient_id)
    return _out(beside_candidates([row])[0])


@router.post("/patient-imports/{run_id}/held-rows/accept", response=schemas.AcceptedOut, operation_id="accept_held_rows")
def accept_all(request: Request, run_id: UUID) -> decisions.Accepted:
    """Register the rows of the run that wait as new patients, at most 1,000 at once."""
    return decisions.accept_all(run_id=run_id, actor=request.user, at=timezone.now())


def _out(held: Held) -> dict[str, Any]:
    names = ("id", "run_id", "number", "values", "decision", "decided_at", "decided_by_id", "patient_id")
    return {**{name: getattr(held.row, name) for name in names}, "candidates": held.candidates}
