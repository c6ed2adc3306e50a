"""API of plans: alternatives, lines, decisions, the chain; and of the documents that agree them."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import Router, Status
from ninja.pagination import paginate

from charting import moments
from charting import queries as charting
from charting.medical.interactions import InteractionStop, PrecautionsUnread
from charting.models import Procedure
from charting.rules import Place
from clinic.history.schemas import sealed
from clinic.lib import openapi
from clinic.lib.clock import branch_day
from clinic.lib.cursors import CursorPages
from clinic.lib.errors import InvalidInput, NotFound
from clinic.lib.schemas import ReasonIn
from clinic.patients import queries as patients
from clinic.patients import signature
from clinic.price_list.models import Service
from clinic.staff import queries as staff
from clinic.staff.http import Request, branch_of
from clinic.staff.roles import Permission
from treatment_plans import actions, completion, consents, download, queries, reversal
from treatment_plans import schemas as s
from treatment_plans.api_settings import router as settings_router
from treatment_plans.models import Alternative, ConsentRule, Document, Item, Phase, Plan, Signature
from treatment_plans.sheet import Sheet, sheets

router = Router(tags=["treatment plans"])
router.add_router("", settings_router)


@router.get("/plans", response=list[s.PlanOut], operation_id="list_plans")
@paginate(CursorPages, ordering=("-created_at", "-id"))
def list_plans(request: Request, patient: UUID) -> QuerySet[Plan]:
    found = patients.get_patient_for(request.user, patient, what="plans", permission=Permission.PLAN_VIEW)
    return Plan.objects.filter(patient=found)


@router.post("/plans", response={201: s.PlanWhole}, operation_id="create_plan")
def create_plan(request: Request, data: s.PlanIn) -> Status[dict[str, Any]]:
    patient = patients.get_patient_for(request.user, data.patient, what="plans", permission=Permission.PLAN_WRITE)
    dentist = staff.get_user(data.dentist) if data.dentist else request.user
    plan = actions.create_plan(
        patient=patient, branch=branch_of(request), title=data.title, dentist=dentist, actor=request.user, at=timezone.now(), id=data.id
    )
    return Status(201, _whole(plan))


@router.get("/plans/{uuid:plan_id}", response=s.PlanWhole, operation_id="get_plan")
def get_plan(request: Request, plan_id: UUID) -> dict[str, Any]:
    return _whole(queries.get_plan_for(request.user, plan_id))


@router.post("/plans/{uuid:plan_id}/alternatives", response={201: s.AlternativeOut}, operation_id="add_alternative")
def add_alternative(request: Request, plan_id: UUID, data: s.AlternativeIn) -> Status[Alternative]:
    """An empty alternative, or a copy of another one."""
    queries.get_plan_for(request.user, plan_id, permission=Permission.PLAN_WRITE)
    if data.copy_of:
        source = queries.get_alternative_for(request.user, data.copy_of, permission=Permission.PLAN_WRITE)
        if source.plan_id != plan_id:
            raise NotFound
        return Status(201, actions.copy_alternative(alternative_id=source.pk, title=data.title, actor=request.user, at=timezone.now(), id=data.id))
    return Status(
        201, actions.add_alternative(plan_id=plan_id, title=data.title, summary=data.summary, actor=request.user, at=timezone.now(), id=data.id)
    )


@router.put("/alternatives/{uuid:alternative_id}", response=s.AlternativeOut, operation_id="rename_alternative")
def rename_alternative(request: Request, alternative_id: UUID, data: s.AlternativeChange) -> Alternative:
    """Another title and summary; 409 `stale` when somebody changed it since `version` was read."""
    queries.get_alternative_for(request.user, alternative_id, permission=Permission.PLAN_WRITE)
    return actions.rename_alternative(alternative_id=alternative_id, actor=request.user, **data.dict())


@router.post("/alternatives/{uuid:alternative_id}/end", response=s.AlternativeOut, operation_id="end_alternative")
def end_alternative(request: Request, alternative_id: UUID, data: ReasonIn) -> Alternative:
    """End the agreed treatment early: lines not done are cancelled, what is done stays."""
    queries.get_alternative_for(request.user, alternative_id, permission=Permission.PLAN_WRITE)
    return actions.end_early(alternative_id=alternative_id, reason=data.reason, actor=request.user, at=timezone.now())


@router.post("/alternatives/{uuid:alternative_id}/items", response={201: s.ItemOut}, operation_id="add_item")
def add_item(request: Request, alternative_id: UUID, data: s.ItemIn) -> Status[Item]:
    alternative = queries.get_alternative_for(request.user, alternative_id, permission=Permission.PLAN_WRITE)
    common: dict[str, Any] = {
        "alternative_id": alternative_id,
        "phase_id": data.phase,
        "visit_number": data.visit_number,
        "quantity": data.quantity,
        "id": data.id,
    }
    if data.procedure:
        procedure = Procedure.objects.select_related("service").filter(pk=data.procedure, patient=alternative.patient_id).first()
        if procedure is None:
            raise NotFound
        return Status(201, actions.add_item(procedure=procedure, actor=request.user, at=timezone.now(), **common))
    return Status(
        201, actions.add_service(service=_service(data.service), places=_places(data.teeth), actor=request.user, at=timezone.now(), **common)
    )


@router.post("/alternatives/{uuid:alternative_id}/phases", response={201: s.PhaseOut}, operation_id="add_phase")
def add_phase(request: Request, alternative_id: UUID, data: s.PhaseIn) -> Status[Phase]:
    """A phase after the last one; without a title its number names it."""
    queries.get_alternative_for(request.user, alternative_id, permission=Permission.PLAN_WRITE)
    return Status(201, actions.add_phase(alternative_id=alternative_id, title=data.title, actor=request.user, at=timezone.now(), id=data.id))


@router.put("/phases/{uuid:phase_id}", response=s.PhaseOut, operation_id="rename_phase")
def rename_phase(request: Request, phase_id: UUID, data: s.PhaseChange) -> Phase:
    queries.get_phase_for(request.user, phase_id, permission=Permission.PLAN_WRITE)
    return actions.rename_phase(phase_id=phase_id, version=data.version, title=data.title, actor=request.user, at=timezone.now())


@router.post("/phases/{uuid:phase_id}/place", response=s.PhaseOut, operation_id="place_phase")
def place_phase(request: Request, phase_id: UUID, data: s.PhasePlace) -> Phase:
    """Puts the phase at a place in the order, counted from one."""
    queries.get_phase_for(request.user, phase_id, permission=Permission.PLAN_WRITE)
    return actions.move_phase(phase_id=phase_id, position=data.position, actor=request.user, at=timezone.now())


@router.delete("/phases/{uuid:phase_id}", response={204: None}, operation_id="remove_phase")
def remove_phase(request: Request, phase_id: UUID, version: int) -> Status[None]:
    """Takes an empty phase out of an open alternative; the history keeps it."""
    queries.get_phase_for(request.user, phase_id, permission=Permission.PLAN_WRITE)
    actions.remove_phase(phase_id=phase_id, version=version, actor=request.user, at=timezone.now())
    return Status(204, None)


@router.post("/items/{uuid:item_id}/place", response=s.ItemOut, operation_id="place_item")
def place_item(request: Request, item_id: UUID, data: s.ItemPlace) -> Item:
    """Moves a line to a phase and visit, before another line or to the end; between open alternatives too."""
    queries.get_item_for(request.user, item_id, permission=Permission.PLAN_WRITE)
    return actions.place_item(
        item_id=item_id,
        phase_id=data.phase,
        visit_number=data.visit_number,
        before_id=data.before,
        alternative_id=data.alternative,
        actor=request.user,
        at=timezone.now(),
    )


@router.post("/alternatives/{uuid:alternative_id}/present", response=s.AlternativeOut, operation_id="present_alternative")
def present(request: Request, alternative_id: UUID) -> Alternative:
    queries.get_alternative_for(request.user, alternative_id, permission=Permission.PLAN_DECIDE)
    return actions.present(alternative_id=alternative_id, actor=request.user, at=timezone.now())


@router.post("/alternatives/{uuid:alternative_id}/accept", response=s.AcceptedAlternativeOut, operation_id="accept_alternative")
def accept(request: Request, alternative_id: UUID) -> Alternative:
    """Rejects the other alternatives and freezes all prices; `seal` is the receipt, waited for up to 1.5 s."""
    queries.get_alternative_for(request.user, alternative_id, permission=Permission.PLAN_DECIDE)
    return sealed(actions.accept(alternative_id=alternative_id, actor=request.user, at=timezone.now()))


@router.post("/alternatives/{uuid:alternative_id}/reject", response=s.AlternativeOut, operation_id="reject_alternative")
def reject(request: Request, alternative_id: UUID, data: s.OptionalReasonIn) -> Alternative:
    queries.get_alternative_for(request.user, alternative_id, permission=Permission.PLAN_DECIDE)
    return actions.reject(alternative_id=alternative_id, reason=data.reason, actor=request.user, at=timezone.now())


@router.get("/items/{uuid:item_id}", response=s.ItemOut, operation_id="get_item")
def get_item(request: Request, item_id: UUID) -> Item:
    return queries.get_item_for(request.user, item_id)


@router.put("/items/{uuid:item_id}", response=s.ItemOut, operation_id="change_item")
def change_item(request: Request, item_id: UUID, data: s.ItemChange) -> Item:
    queries.get_item_for(request.user, item_id, permission=Permission.PLAN_WRITE)
    return actions.change_item(item_id=item_id, actor=request.user, at=timezone.now(), **data.dict())


@router.delete("/items/{uuid:item_id}", response=s.ItemOut, operation_id="cancel_item")
def cancel_item(request: Request, item_id: UUID, reason: str = "") -> Item:
    """Cancels the line; it stays in the record."""
    queries.get_item_for(request.user, item_id, permission=Permission.PLAN_WRITE)
    return actions.cancel_item(item_id=item_id, reason=reason, actor=request.user, at=timezone.now())


@router.post("/items/{uuid:item_id}/complete", response=s.CompletionOut, operation_id="complete_item")
def complete_item(request: Request, item_id: UUID, data: s.CompleteIn) -> dict[str, Any]:
    """Chart, stock, charge and claim in one transaction; a second call is refused with a link to the first result."""
    item = queries.get_item_for(request.user, item_id, permission=Permission.PROCEDURE_COMPLETE)
    return _completed(request, item, data)


@router.post("/procedures/{uuid:procedure_id}/complete", response=s.CompletionOut, operation_id="complete_procedure")
def complete_procedure(request: Request, procedure_id: UUID, data: s.CompleteIn) -> dict[str, Any]:
    """The procedure is done at the chair: its line in an agreed plan is completed; 409 `not_agreed` when no signed plan holds it."""
    request.user.require(Permission.PROCEDURE_COMPLETE)
    procedure = charting.get_procedure(procedure_id)
    patients.get_patient_for(request.user, procedure.patient_id, what="chart", permission=Permission.PROCEDURE_COMPLETE)
    item = queries.agreed_item_of(procedure)
    if item is None:
        raise completion.NotAgreed(completion.IN_NO_PLAN, link=f"{reverse('plans', args=[procedure.patient_id])}?procedure={procedure_id}")
    return _completed(request, queries.get_item_for(request.user, item.pk, permission=Permission.PROCEDURE_COMPLETE), data)


def _completed(request: Request, item: Item, data: s.CompleteIn) -> dict[str, Any]:
    done_at = moments.of_request(request, item.alternative.plan.patient, data.entered_at)
    try:
        result = completion.complete_item(
            item_id=item.pk,
            actor=request.user,
            at=timezone.now(),
            done_at=done_at,
            **data.dict(exclude={"visit", "entered_at", "seen_at"}),
            visit_id=data.visit,
        )
    except (InteractionStop, PrecautionsUnread) as error:
        error.link = reverse("item-override", args=[item.pk])
        raise
    return {
        "item": item.pk,
        "performance": result.performance.pk,
        "charge": result.charge.pk,
        "charged": result.charge.amount,
        "currency": result.charge.currency,
        "movements": [row.pk for row in result.movements],
        "shortages": [row.pk for row in result.shortages],
        "claim_line": result.claim_line.pk if result.claim_line else None,
        "unsigned_consents": [consent.kind for consent in result.unsigned_consents],
        "work_not_back": [order.pk for order in result.work_not_back],
    }


@router.post("/items/{uuid:item_id}/reverse", response=s.ReversalOut, operation_id="reverse_item")
def reverse_item(request: Request, item_id: UUID, data: s.ReversalIn) -> dict[str, Any]:
    queries.get_item_for(request.user, item_id, permission=Permission.PROCEDURE_REVERSE)
    result = reversal.reverse_item(item_id=item_id, reason=data.reason, actor=request.user, at=timezone.now())
    return {
        "item": item_id,
        "performance": result.performance.pk,
        "charge": result.charge.pk,
        "movements": [row.pk for row in result.movements],
        "claim_lines": [row.pk for row in result.claim_lines],
    }


@router.post("/unplanned-acts", response={201: s.UnplannedOut}, operation_id="start_unplanned_act")
def start_unplanned(request: Request, data: s.UnplannedIn) -> Status[dict[str, Any]]:
    """A one-line plan, accepted, with its contract and consents ready to sign."""
    patient = patients.get_patient_for(request.user, data.patient, what="plans", permission=Permission.PLAN_WRITE)
    result = actions.start_unplanned(
        patient=patient,
        branch=branch_of(request),
        service=_service(data.service),
        places=_places(data.teeth),
        language=data.language or patient.language,
        actor=request.user,
        at=timezone.now(),
        id=data.id,
    )
    consents = [document.pk for document in result.consents]
    return Status(201, {"plan": result.plan.pk, "item": result.item.pk, "contract": result.contract.pk, "consents": consents})


@router.get("/documents", response=list[s.DocumentOut], operation_id="list_documents")
@paginate(CursorPages, ordering=("-issued_at", "-id"))
def list_documents(request: Request, patient: UUID) -> QuerySet[Document]:
    found = patients.get_patient_for(request.user, patient, what="documents", permission=Permission.DOCUMENT_VIEW)
    return queries.documents_of(found)


@router.post("/documents", response={201: s.DocumentOut}, operation_id="issue_document")
def issue_document(request: Request, data: s.DocumentIn) -> Status[Document]:
    patient = patients.get_patient_for(request.user, data.patient, what="documents", permission=Permission.DOCUMENT_ISSUE)
    document = actions.issue_document(
        kind=data.kind,
        patient=patient,
        branch=branch_of(request),
        language=data.language or patient.language,
        alternative_id=data.alternative,
        actor=request.user,
        at=timezone.now(),
        id=data.id,
    )
    return Status(201, document)


@router.post("/alternatives/{uuid:alternative_id}/papers", response={201: list[s.DocumentOut]}, operation_id="issue_papers")
def issue_papers(request: Request, alternative_id: UUID, data: s.PapersIn) -> Status[list[Document]]:
    """Issues the contract or addendum and every consent that the alternative still lacks."""
    request.user.require(Permission.DOCUMENT_ISSUE)
    found = queries.get_alternative_for(request.user, alternative_id)
    language = data.language or found.plan.patient.language
    return Status(201, actions.issue_papers(alternative_id=alternative_id, language=language, actor=request.user, at=timezone.now()))


@router.post("/documents/{uuid:document_id}/sign", response={201: s.SealedSignatureOut}, operation_id="sign_document")
def sign_document(request: Request, document_id: UUID, data: s.SignatureIn) -> Status[Signature]:
    """Strokes as signature_pad gives them, the picture as a PNG data URL; `seal` is the receipt, waited for up to 1.5 s."""
    queries.get_document_for(request.user, document_id, permission=Permission.DOCUMENT_ISSUE)
    drawn = signature.read(strokes=data.strokes, image=data.image)
    values = data.dict(exclude={"strokes", "image"})
    address = request.META.get("REMOTE_ADDR") or None
    signature_made = actions.sign_document(document_id=document_id, drawn=drawn, address=address, actor=request.user, at=timezone.now(), **values)
    return Status(201, sealed(signature_made, table=Document._meta.db_table, key=document_id))


@router.get("/documents/{uuid:document_id}/file", operation_id="get_document_file", openapi_extra=openapi.PDF)
def get_document_file(request: Request, document_id: UUID, signed: bool = True) -> HttpResponse:  # noqa: FBT001, FBT002 - a query parameter
    """The PDF: signed when somebody signed (unless `signed=false`), else as issued."""
    return download.response(queries.get_document_for(request.user, document_id), signed=signed)


@router.get("/consent-rules", response=list[s.ConsentRuleOut], operation_id="list_consent_rules")
def list_consent_rules(request: Request) -> list[ConsentRule]:
    """What a missing consent of each kind means when a line is marked done."""
    request.user.require(Permission.DOCUMENT_VIEW)
    return [rule for rule, _title in consents.rules_by_kind()]


@router.put("/consent-rules/{kind}", response=s.ConsentRuleOut, operation_id="set_consent_rule")
def set_consent_rule(request: Request, kind: str, data: s.ConsentRuleIn) -> ConsentRule:
    return actions.set_consent_rule(kind=kind, strictness=data.strictness, version=data.version, actor=request.user)


def _whole(plan: Plan) -> dict[str, Any]:
    day = branch_day(timezone.now(), plan.branch.time_zone)
    found = sheets(plan.patient, queries.alternatives_of(plan), day)
    fields = {name: getattr(plan, name) for name in ("id", "version", "patient_id", "title", "dentist_id", "currency", "is_emergency", "created_at")}
    return {**fields, "alternatives": [_alternative(sheet) for sheet in found]}


def _alternative(sheet: Sheet) -> dict[str, Any]:
    fields = {name: getattr(sheet.alternative, name) for name in ("id", "plan_id", "version", "title", "label", "summary", "position", "state")}
    return {
        **fields,
        "phases": list(sheet.alternative.phases.all()),
        "items": [row.item for row in sheet.rows],
        "sum": sheet.totals.whole,
        "insured": sheet.insured,
        "patient_pays": sheet.patient_pays,
    }


def _service(service_id: UUID | None) -> Service:
    service = Service.objects.filter(pk=service_id, is_active=True).first() if service_id else None
    if service is None:
        raise InvalidInput(fields={"service": _("Name a procedure of the chart, or a service that the clinic offers.")})
    return service


def _places(teeth: list[s.ToothIn]) -> list[Place]:
    return [Place(tooth.tooth, frozenset(tooth.surfaces), frozenset(tooth.roots), tooth.role) for tooth in teeth]
