"""API of the stock: materials, lots, receipts, counts, norms and movements."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from ninja import Router, Status
from ninja.pagination import paginate

from clinic.lib.clock import branch_day
from clinic.lib.cursors import CursorPages
from clinic.lib.errors import NotFound
from clinic.price_list.models import Service
from clinic.staff.http import Request, branch_of
from clinic.staff.roles import Permission
from inventory import actions, queries
from inventory.api_anaesthesia import router as anaesthesia_router
from inventory.models import Lot, Material, Movement, Norm
from inventory.schemas import (
    CountIn,
    DiscardIn,
    LotOut,
    MaterialBalance,
    MaterialChange,
    MaterialIn,
    MaterialOut,
    MovementOut,
    NormIn,
    NormOut,
    ReceiptIn,
    UsedOut,
)

router = Router(tags=["stock"])
router.add_router("", anaesthesia_router)


@router.get("/materials", response=list[MaterialBalance], operation_id="list_materials")
@paginate(CursorPages, ordering=("name", "id"))
def list_materials(request: Request, q: str = "") -> QuerySet[Material]:
    request.user.require(Permission.STOCK_VIEW)
    branch = branch_of(request)
    return queries.balances(branch, branch_day(timezone.now(), branch.time_zone), text=q)


@router.post("/materials", response={201: MaterialOut}, operation_id="create_material")
def create_material(request: Request, data: MaterialIn) -> Status[Material]:
    return Status(201, actions.create_material(actor=request.user, **data.dict()))


@router.put("/materials/{uuid:material_id}", response=MaterialOut, operation_id="change_material")
def change_material(request: Request, material_id: UUID, data: MaterialChange) -> Material:
    return actions.change_material(actor=request.user, material_id=material_id, **data.dict())


@router.get("/materials/{uuid:material_id}/lots", response=list[LotOut], operation_id="list_lots")
@paginate(CursorPages, ordering=("-created_at", "-id"))
def list_lots(request: Request, material_id: UUID) -> QuerySet[Lot]:
    """Lots of the material in the branch, the latest first."""
    request.user.require(Permission.STOCK_VIEW)
    return queries.lots_of(queries.get_material(material_id), branch_of(request))


@router.get("/lots", response=list[LotOut], operation_id="find_lots")
@paginate(CursorPages, ordering=("-created_at", "-id"))
def find_lots(request: Request, barcode: str) -> QuerySet[Lot]:
    """Lots of the branch with this barcode."""
    request.user.require(Permission.STOCK_VIEW)
    return queries.lots_called(barcode).filter(branch=branch_of(request))


@router.post("/receipts", response={201: MovementOut}, operation_id="receive_material")
def receive_material(request: Request, data: ReceiptIn) -> Status[Movement]:
    values = data.dict()
    return Status(
        201, actions.receive(actor=request.user, at=timezone.now(), branch=branch_of(request), material_id=values.pop("material"), **values)
    )


@router.post("/lots/{uuid:lot_id}/discards", response={201: MovementOut}, operation_id="discard_material")
def discard_material(request: Request, lot_id: UUID, data: DiscardIn) -> Status[Movement]:
    return Status(201, actions.discard(actor=request.user, at=timezone.now(), lot_id=lot_id, **data.dict()))


@router.post("/lots/{uuid:lot_id}/counts", response={201: MovementOut, 204: None}, operation_id="count_lot")
def count_lot(request: Request, lot_id: UUID, data: CountIn) -> Status[Movement | None]:
    """Book what was counted; 204 when the books agree."""
    difference = actions.count(actor=request.user, at=timezone.now(), lot_id=lot_id, **data.dict())
    return Status(201, difference) if difference else Status(204, None)


@router.get("/materials/{uuid:material_id}/movements", response=list[MovementOut], operation_id="list_movements")
@paginate(CursorPages, ordering=("-moved_at", "-id"))
def list_movements(request: Request, material_id: UUID) -> QuerySet[Movement]:
    request.user.require(Permission.STOCK_VIEW)
    return queries.movements_of(queries.get_material(material_id), branch_of(request))


@router.get("/patients/{uuid:patient_id}/materials", response=list[UsedOut], operation_id="list_patient_materials")
@paginate(CursorPages, ordering=("-moved_at", "-id"))
def list_patient_materials(request: Request, patient_id: UUID, q: str = "") -> QuerySet[Movement]:
    """What was used for a patient, returns too; `q` is a part of the material's name, its article or the lot's number."""
    return queries.movements_of_patient(queries.look_at_materials(request.user, patient_id), text=q)


@router.get("/norms", response=list[NormOut], operation_id="list_norms")
@paginate(CursorPages, ordering=("id",))
def list_norms(request: Request, service: UUID | None = None) -> QuerySet[Norm]:
    """What services take, in the order in which it was set."""
    request.user.require(Permission.STOCK_VIEW)
    return queries.norms().filter(service=service) if service else queries.norms()


@router.put("/norms", response=NormOut, operation_id="set_norm")
def set_norm(request: Request, data: NormIn) -> Norm:
    request.user.require(Permission.STOCK_WRITE)
    service = Service.objects.filter(pk=data.service).first()
    if service is None:
        raise NotFound
    values = data.dict(exclude={"service", "material"})
    return actions.set_norm(actor=request.user, service=service, material_id=data.material, **values)


@router.delete("/norms/{uuid:norm_id}", response={204: None}, operation_id="remove_norm")
def remove_norm(request: Request, norm_id: UUID, version: int) -> Status[None]:
    """Take the norm of that `version` away."""
    actions.remove_norm(actor=request.user, norm_id=norm_id, version=version)
    return Status(204, None)
