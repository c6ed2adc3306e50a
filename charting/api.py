"""API of the chart and of visits."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Router, Status
from ninja.pagination import paginate

from charting import actions, moments, note_schemas, queries, schemas
from charting.api_canals import router as canals_router
from charting.api_catalogue import router as catalogue_router
from charting.api_combinations import router as combinations_router
from charting.api_diagnoses import router as diagnoses_router
from charting.api_dropped import router as dropped_router
from charting.api_handout import router as handout_router
from charting.api_outlines import router as outlines_router
from charting.api_papers import router as papers_router
from charting.api_requirements import router as requirements_router
from charting.api_templates import router as templates_router
from charting.imaging.api import router as images_router
from charting.indices.api import router as indices_router
from charting.medical.api import router as medical_router
from charting.medical.api_interactions import router as interactions_router
from charting.models import Finding, Procedure, ProcedureState, Visit, VisitAddendum
from charting.palette import Palette, palette
from charting.perio.api import router as perio_router
from charting.prescribing.api import router as prescribing_router
from charting.recalls.api import router as recalls_router
from charting.recalls.api_rules import router as recall_rules_router
from clinic.history.schemas import sealed
from clinic.lib import openapi
from clinic.lib.cursors import CursorPages
from clinic.lib.errors import InvalidInput
from clinic.lib.schemas import OneOf
from clinic.patients import queries as patients
from clinic.patients.models import Patient
from clinic.scheduling import queries as scheduling
from clinic.staff import signing
from clinic.staff.models import Branch, User
from clinic.staff.roles import Permission

router = Router(tags=["chart"])
router.add_router("", diagnoses_router)
router.add_router("", canals_router)
router.add_router("", catalogue_router)
router.add_router("", combinations_router)
router.add_router("", dropped_router)
router.add_router("", handout_router)
router.add_router("", images_router)
router.add_router("", indices_router)
router.add_router("", medical_router)
router.add_router("", interactions_router)
router.add_router("", outlines_router)
router.add_router("", papers_router)
router.add_router("", perio_router)
router.add_router("", prescribing_router)
router.add_router("", recalls_router)
router.add_router("", recall_rules_router)
router.add_router("", requirements_router)
router.add_router("", templates_router)


class Request(HttpRequest):
    """A request of a known person working in a branch."""

    user: User
    branch: Branch


def _patient(request: Request, patient_id: UUID, what: str = "chart", *, is_part: bool = False) -> Patient:
    return patients.get_patient_for(request.user, patient_id, what=what, permission=Permission.CLINICAL_VIEW, is_part=is_part)


def _finding(request: Request, finding_id: UUID) -> Finding:
    finding = queries.get_finding(finding_id)
    finding.patient = _patient(request, finding.patient_id)
    return finding


def _procedure(request: Request, procedure_id: UUID) -> Procedure:
    procedure = queries.get_procedure(procedure_id)
    procedure.patient = _patient(request, procedure.patient_id)
    return procedure


def _visit(request: Request, visit_id: UUID) -> Visit:
    visit = queries.get_visit(visit_id)
    _patient(request, visit.patient_id, "visit")
    return visit


@router.get("/patients/{uuid:patient_id}/chart", response={200: schemas.ChartOut, 304: None}, operation_id="get_chart")
def get_chart(request: Request, patient_id: UUID, at: datetime | None = None) -> HttpResponse:
    """The mouth now, or as it was at an instant. The ETag lets screens poll cheaply: such looks are written down once in ten minutes."""
    held = request.headers.get("If-None-Match", "")
    patient = _patient(request, patient_id, is_part=bool(held))
    headers = {"ETag": queries.mark_of(patient)}
    if held == headers["ETag"]:
        return HttpResponse(status=304, headers=headers)
    chart = queries.chart_at(patient, queries.aware(at) if at else timezone.now())
    return JsonResponse(schemas.chart_out(chart, patient), headers=headers, json_dumps_params={"ensure_ascii": False})


@router.get("/patients/{uuid:patient_id}/findings", response=list[schemas.FindingOut], operation_id="list_findings")
@paginate(CursorPages, ordering=("-noted_at", "-id"))
def list_findings(request: Request, patient_id: UUID) -> QuerySet[Finding]:
    """All findings, also those resolved or entered in error."""
    return Finding.objects.filter(patient=_patient(request, patient_id))


@router.post("/patients/{uuid:patient_id}/findings", response={201: schemas.FindingOut}, operation_id="record_finding")
def record_finding(request: Request, patient_id: UUID, data: schemas.FindingIn) -> Status[Finding]:
    request.user.require(Permission.CHART_WRITE)
    patient = _patient(request, patient_id)
    at = moments.of_request(request, patient, data.entered_at)
    return Status(201, actions.record_finding(patient=patient, actor=request.user, at=at, **data.dict(exclude={"entered_at"})))


@router.post("/findings/{uuid:finding_id}/resolve", response=schemas.FindingOut, operation_id="resolve_finding")
def resolve_finding(request: Request, finding_id: UUID, data: schemas.EnteredIn | None = None) -> Finding:
    """The finding is settled; `id` is that of the change."""
    request.user.require(Permission.CHART_WRITE)
    finding, told = _finding(request, finding_id), data or schemas.EnteredIn()
    at = moments.of_request(request, finding.patient, told.entered_at)
    return actions.resolve_finding(finding=finding, actor=request.user, at=at, seen_at=told.seen_at, id=told.id)


@router.post("/findings/{uuid:finding_id}/reopen", response=schemas.FindingOut, operation_id="reopen_finding")
def reopen_finding(request: Request, finding_id: UUID, data: schemas.EnteredIn | None = None) -> Finding:
    """Take a resolution by hand back; `id` is that of the change."""
    request.user.require(Permission.CHART_WRITE)
    finding, told = _finding(request, finding_id), data or schemas.EnteredIn()
    return actions.reopen_finding(finding=finding, actor=request.user, at=moments.of_request(request, finding.patient, told.entered_at), id=told.id)


@router.post("/findings/{uuid:finding_id}/error", response=schemas.FindingOut, operation_id="mark_finding_in_error")
def mark_finding_in_error(request: Request, finding_id: UUID, data: schemas.EnteredReasonIn) -> Finding:
    request.user.require(Permission.CHART_WRITE)
    finding = _finding(request, finding_id)
    at = moments.of_request(request, finding.patient, data.entered_at)
    return actions.mark_in_error(finding=finding, actor=request.user, at=at, reason=data.reason, seen_at=data.seen_at)


@router.get("/patients/{uuid:patient_id}/procedures", response=list[schemas.ProcedureOut], operation_id="list_procedures")
@paginate(CursorPages, ordering=("-recorded_at", "-id"))
def list_procedures(request: Request, patient_id: UUID, state: Annotated[str, OneOf(ProcedureState.values)] = "") -> QuerySet[Procedure]:
    return queries.procedures_of(_patient(request, patient_id), state=state)


@router.post("/patients/{uuid:patient_id}/procedures", response={201: schemas.ProcedureOut}, operation_id="add_procedure")
def add_procedure(request: Request, patient_id: UUID, data: schemas.ProcedureIn) -> Status[Procedure]:
    """Propose a procedure, or record one that exists or was referred. It becomes done by completing its line of a plan."""
    request.user.require(Permission.CHART_WRITE)
    patient = _patient(request, patient_id)
    values = data.dict(exclude={"service", "teeth", "entered_at"})
    places = [place.to_place() for place in data.teeth]
    service, at = queries.get_service(data.service), moments.of_request(request, patient, data.entered_at)
    return Status(201, actions.add_procedure(patient=patient, service=service, places=places, actor=request.user, at=at, **values))


@router.get("/procedures/{uuid:procedure_id}", response=schemas.ProcedureOut, operation_id="get_procedure")
def get_procedure(request: Request, procedure_id: UUID) -> Procedure:
    request.user.require(Permission.CLINICAL_VIEW)
    return _procedure(request, procedure_id)


@router.patch("/procedures/{uuid:procedure_id}", response=schemas.ProcedureOut, operation_id="change_procedure")
def change_procedure(request: Request, procedure_id: UUID, data: schemas.StateIn) -> Procedure:
    """Move a procedure from state to state; `done` is reached by completing it."""
    request.user.require(Permission.CHART_WRITE)
    procedure = _procedure(request, procedure_id)
    at = moments.of_request(request, procedure.patient, data.entered_at)
    return actions.change_procedure_state(procedure=procedure, actor=request.user, at=at, **data.dict(exclude={"id", "entered_at"}))


@router.get("/chart-palette", response=schemas.PaletteOut, operation_id="get_chart_palette")
def get_palette(request: Request) -> Palette:
    """Everything that can be put on the chart, and what the number keys hold."""
    request.user.require(Permission.CLINICAL_VIEW)
    return palette()


@router.put("/chart-palette/{int:slot}", response=schemas.PaletteOut, operation_id="set_chart_favourite")
def set_favourite(request: Request, slot: int, data: schemas.FavouriteIn) -> Palette:
    request.user.require(Permission.CHART_WRITE)
    actions.set_favourite(slot=slot, entry=data.entry, actor=request.user)
    return palette()


@router.get("/patients/{uuid:patient_id}/visits", response=list[note_schemas.VisitOut], operation_id="list_visits")
@paginate(CursorPages, ordering=("-opened_at", "-id"))
def list_visits(request: Request, patient_id: UUID) -> QuerySet[Visit]:
    return Visit.objects.standing().filter(patient=_patient(request, patient_id, "visits"))


@router.post("/visits", response={201: note_schemas.VisitOut}, operation_id="open_visit")
def open_visit(request: Request, data: note_schemas.VisitIn) -> Status[Visit]:
    """Begin the visit of an appointment (its patient is seated) or, without one, the caller's own visit of a patient."""
    request.user.require(Permission.VISIT_WRITE)
    if data.appointment:
        appointment = scheduling.get_appointment_for(request.user, data.appointment)
        if data.patient not in (None, appointment.patient_id):
            raise InvalidInput(fields={"appointment": queries.APPOINTMENT_OF_ANOTHER})
        _patient(request, appointment.patient_id, "visit")
        return Status(201, actions.open_visit_of_appointment(appointment=appointment, actor=request.user, at=timezone.now(), id=data.id))
    if data.patient is None:
        raise InvalidInput(fields={"appointment": queries.VISIT_OF_WHOM})
    patient = _patient(request, data.patient, "visit")
    branch = request.branch or patient.branch
    return Status(201, actions.open_visit(patient=patient, dentist=request.user, branch=branch, actor=request.user, at=timezone.now(), id=data.id))


@router.get("/visits/{uuid:visit_id}", response=note_schemas.VisitDetail, operation_id="get_visit")
def get_visit(request: Request, visit_id: UUID) -> Visit:
    request.user.require(Permission.CLINICAL_VIEW)
    return _visit(request, visit_id)


@router.patch("/visits/{uuid:visit_id}", response=note_schemas.VisitDetail, operation_id="write_visit")
def write_visit(request: Request, visit_id: UUID, data: note_schemas.VisitWrite) -> Visit:
    """Save the sections that are sent."""
    request.user.require(Permission.VISIT_WRITE)
    return actions.write_visit(visit=_visit(request, visit_id), version=data.version, sections=data.sections(), actor=request.user)


@router.post("/visits/{uuid:visit_id}/close", response=note_schemas.VisitDetail, operation_id="close_visit")
def close_visit(request: Request, visit_id: UUID) -> Visit:
    request.user.require(Permission.VISIT_WRITE)
    return actions.close_visit(visit=_visit(request, visit_id), actor=request.user, at=timezone.now())


@router.post("/visits/{uuid:visit_id}/sign", response=note_schemas.SignedVisitOut, operation_id="sign_visit")
def sign_visit(request: Request, visit_id: UUID, data: note_schemas.SignIn) -> Visit:
    """Sign and lock the note as it was read at `version`; `seal` is its receipt, waited for up to 1.5 s.

    Where the clinic asks for it (`SIGN_WITH_PIN`) `pin` is the signer's: 422 `pin_required`, `wrong_pin`, 429 `pin_locked`."""
    request.user.require(Permission.VISIT_SIGN)
    visit, now = _visit(request, visit_id), timezone.now()
    confirmed = signing.confirmed_by(request, request.user, data.pin, at=now)
    return sealed(actions.sign_visit(visit=visit, version=data.version, actor=request.user, at=now, confirmed=confirmed))


@router.post("/visits/{uuid:visit_id}/addenda", response={201: note_schemas.SealedAddendumOut}, operation_id="add_addendum")
def add_addendum(request: Request, visit_id: UUID, data: note_schemas.AddendumIn) -> Status[VisitAddendum]:
    """Add to a signed note; `seal` is the receipt, waited for up to 1.5 s. The writer's `pin` is asked for as with a signature."""
    request.user.require(Permission.VISIT_SIGN)
    visit, now = _visit(request, visit_id), timezone.now()
    confirmed = signing.confirmed_by(request, request.user, data.pin, at=now)
    addendum = actions.add_addendum(visit=visit, actor=request.user, at=now, confirmed=confirmed, **data.dict(exclude={"pin"}))
    return Status(201, sealed(addendum, table=Visit._meta.db_table, key=visit_id))


@router.get(
    "/visits/{uuid:visit_id}/signed-content",
    operation_id="get_signed_content",
    openapi_extra={**openapi.file_of("application/json"), **openapi.MAY_CONFLICT},
)
def get_signed_content(request: Request, visit_id: UUID) -> HttpResponse:
    """The bytes that the signature's hash was made of (canonical JSON), for a qualified signature on them; 409 `not_signed` before."""
    request.user.require(Permission.CLINICAL_VIEW)
    visit = _visit(request, visit_id)
    if not visit.is_signed:
        raise actions.NotSigned
    return HttpResponse(queries.canonical(visit.signed_content or {}), content_type="application/json")


@router.post("/visits/{uuid:visit_id}/error", response=note_schemas.VisitDetail, operation_id="mark_visit_in_error")
def mark_visit_in_error(request: Request, visit_id: UUID, data: note_schemas.MarkIn) -> Visit:
    """The signed or locked note was entered in error: it stays readable, marked. The `pin` is asked for as with a signature."""
    request.user.require(Permission.VISIT_SIGN)
    visit, now = _visit(request, visit_id), timezone.now()
    confirmed = signing.confirmed_by(request, request.user, data.pin, at=now)
    return actions.mark_visit_in_error(visit=visit, actor=request.user, at=now, reason=data.reason, confirmed=confirmed)


@router.post("/visits/{uuid:visit_id}/addenda/{uuid:addendum_id}/error", response=note_schemas.AddendumOut, operation_id="mark_addendum_in_error")
def mark_addendum_in_error(request: Request, visit_id: UUID, addendum_id: UUID, data: note_schemas.MarkIn) -> VisitAddendum:
    """An addendum was entered in error: it stays readable, marked. The `pin` is asked for as with a signature."""
    request.user.require(Permission.VISIT_SIGN)
    visit, now = _visit(request, visit_id), timezone.now()
    said = {"reason": data.reason, "confirmed": signing.confirmed_by(request, request.user, data.pin, at=now)}
    return actions.mark_addendum_in_error(visit=visit, addendum_id=addendum_id, actor=request.user, at=now, **said)
