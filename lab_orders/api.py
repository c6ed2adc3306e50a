"""API of laboratory orders."""

from typing import Annotated
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from ninja import File, Router, Status, UploadedFile
from ninja.pagination import paginate

from clinic.files import actions as files
from clinic.files.answers import attachment
from clinic.files.uploads import content_of, sniff
from clinic.lib import openapi
from clinic.lib.clock import branch_day
from clinic.lib.cursors import CursorPages
from clinic.lib.schemas import OneOf
from clinic.patients import queries as patients
from clinic.patients.worklists import Worklist
from clinic.staff.http import Request, branch_of
from clinic.staff.roles import Permission
from lab_orders import actions, queries, slip
from lab_orders.models import Lab, LabOrder, LabOrderFile, LabStage, OrderState
from lab_orders.schemas import (
    LabFileOut,
    LabIn,
    LabOut,
    MoveIn,
    OrderChange,
    OrderIn,
    OrderOut,
    OrderWhole,
    StageOut,
    StagesIn,
    TakeBackIn,
)

router = Router(tags=["laboratory orders"])


@router.get("/labs", response=list[LabOut], operation_id="list_labs")
@paginate(CursorPages, ordering=("name", "id"))
def list_labs(request: Request) -> QuerySet[Lab]:
    request.user.require(Permission.LAB_VIEW)
    return Lab.objects.all()


@router.put("/labs/{uuid:lab_id}", response=LabOut, operation_id="save_lab")
def save_lab(request: Request, lab_id: UUID, data: LabIn) -> Lab:
    return actions.save_lab(actor=request.user, lab_id=lab_id, **data.dict())


@router.get("/lab-orders", response=list[OrderOut], operation_id="list_lab_orders")
@paginate(Worklist, ordering=("-number",), what="lab orders")
def list_lab_orders(request: Request, state: Annotated[str, OneOf(OrderState.values)] = "", overdue: bool = False) -> QuerySet[LabOrder]:  # noqa: FBT001, FBT002 - a query parameter
    request.user.require(Permission.LAB_VIEW)
    found = queries.orders(branch_of(request), state=state)
    return found.filter(queries.overdue_on(branch_day(timezone.now(), branch_of(request).time_zone))) if overdue else found


@router.get("/patients/{uuid:patient_id}/lab-orders", response=list[OrderOut], operation_id="list_patient_lab_orders")
@paginate(CursorPages, ordering=("-number",))
def list_patient_lab_orders(request: Request, patient_id: UUID) -> QuerySet[LabOrder]:
    patient = patients.get_patient_for(request.user, patient_id, what="lab orders", permission=Permission.LAB_VIEW)
    return queries.orders_of_patient(patient)


@router.post("/lab-orders", response={201: OrderOut}, operation_id="draft_lab_order")
def draft_lab_order(request: Request, data: OrderIn) -> Status[LabOrder]:
    queries.require_procedures(request.user, data.procedures)
    order = actions.draft_order(
        actor=request.user,
        at=timezone.now(),
        procedure_ids=data.procedures,
        branch=branch_of(request),
        details=_details(data),
        stages=data.stages,
        id=data.id,
    )
    return Status(201, order)


@router.get("/lab-orders/{uuid:order_id}", response=OrderWhole, operation_id="get_lab_order")
def get_lab_order(request: Request, order_id: UUID) -> LabOrder:
    return queries.get_order_for(request.user, order_id)


@router.put("/lab-orders/{uuid:order_id}", response=OrderOut, operation_id="change_lab_order")
def change_lab_order(request: Request, order_id: UUID, data: OrderChange) -> LabOrder:
    queries.require_order(request.user, order_id)
    return actions.change_order(actor=request.user, at=timezone.now(), order_id=order_id, version=data.version, details=_details(data))


@router.post("/lab-orders/{uuid:order_id}/state", response=OrderOut, operation_id="move_lab_order")
def move_lab_order(request: Request, order_id: UUID, data: MoveIn) -> LabOrder:
    queries.require_order(request.user, order_id)
    return actions.move_order(actor=request.user, at=timezone.now(), order_id=order_id, **data.dict())


@router.post("/lab-orders/{uuid:order_id}/take-back", response=OrderOut, operation_id="take_lab_order_back")
def take_lab_order_back(request: Request, order_id: UUID, data: TakeBackIn) -> LabOrder:
    """Put the order back to where it was before its last step, set by mistake; both stay in its changes."""
    queries.require_order(request.user, order_id)
    return actions.take_back(actor=request.user, at=timezone.now(), order_id=order_id, **data.dict())


@router.put("/lab-orders/{uuid:order_id}/stages", response=list[StageOut], operation_id="set_lab_stages")
def set_lab_stages(request: Request, order_id: UUID, data: StagesIn) -> list[LabStage]:
    """Change, order, add and remove the stages of an open order; those not named follow as they were."""
    queries.require_order(request.user, order_id)
    wishes = [actions.StageWish(**stage.dict()) for stage in data.stages]
    return actions.set_stages(actor=request.user, at=timezone.now(), order_id=order_id, stages=wishes)


@router.post("/lab-stages/{uuid:stage_id}/done", response=StageOut, operation_id="finish_lab_stage")
def finish_lab_stage(request: Request, stage_id: UUID) -> LabStage:
    queries.require_stage(request.user, stage_id)
    return actions.finish_stage(actor=request.user, at=timezone.now(), stage_id=stage_id)


@router.get("/lab-orders/{uuid:order_id}/slip", operation_id="get_lab_slip", openapi_extra=openapi.PDF)
def get_lab_slip(request: Request, order_id: UUID) -> HttpResponse:
    """The slip that travels with the work, as PDF."""
    order = queries.get_order_for(request.user, order_id)
    return slip.response(order, link=request.build_absolute_uri(f"/lab/{order.pk}/"))


@router.get("/lab-orders/{uuid:order_id}/files", response=list[LabFileOut], operation_id="list_lab_order_files")
def list_lab_order_files(request: Request, order_id: UUID) -> QuerySet[LabOrderFile]:
    """The scans, photos and prescriptions of an order."""
    order = queries.get_order_for(request.user, order_id)
    return LabOrderFile.objects.filter(order=order).select_related("file").order_by("created_at", "pk")


@router.post("/lab-orders/{uuid:order_id}/files", response={201: LabFileOut}, operation_id="attach_lab_order_file")
def attach_lab_order_file(request: Request, order_id: UUID, file: File[UploadedFile]) -> Status[LabOrderFile]:
    """Attach a PDF, JPEG, PNG, DICOM or STL file; the same file twice is one attachment."""
    request.user.require(Permission.LAB_WRITE)
    order = queries.get_order_for(request.user, order_id)
    content = content_of(file)
    stored = files.store(content=content, media_type=sniff(content))
    return Status(201, actions.attach_file(actor=request.user, order_id=order.pk, file=stored, name=file.name or ""))


@router.get("/lab-orders/{uuid:order_id}/files/{uuid:file_id}", operation_id="get_lab_order_file", openapi_extra=openapi.UPLOADED)
def get_lab_order_file(request: Request, order_id: UUID, file_id: UUID) -> HttpResponse:
    """The file as it was attached."""
    return attachment(queries.get_file_for(request.user, order_id, file_id).file)


def _details(data: OrderIn | OrderChange) -> actions.OrderDetails:
    return actions.OrderDetails(lab_id=data.lab, due_date=data.due_date, shade=data.shade, material=data.material, instructions=data.instructions)
