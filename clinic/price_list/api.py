"""API of the catalogue: services, prices, dictionaries."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from ninja import File, Form, Router, Status, UploadedFile
from ninja.pagination import paginate

from clinic.lib.clock import branch_day
from clinic.lib.cursors import CursorPages
from clinic.lib.schemas import OneOf
from clinic.price_list import actions, queries
from clinic.price_list.dictionaries import actions as dictionaries
from clinic.price_list.models import Category, DictionaryCode, DictionaryImport, DictionaryKind, Price, Service
from clinic.price_list.schemas import CodeOut, ImportIn, ImportOut, NewService, PriceIn, PriceOut, ServiceChange, ServiceOut
from clinic.staff.http import Request, branch_of
from clinic.staff.roles import Permission

router = Router(tags=["catalogue"])


@router.get("/services", response=list[ServiceOut], operation_id="list_services")
@paginate(CursorPages, ordering=("code",))
def list_services(request: Request, q: str = "", category: Annotated[str, OneOf(Category.values)] = "", day: date | None = None) -> QuerySet[Service]:
    request.user.require(Permission.PRICE_VIEW)
    return queries.services(branch_of(request), day or _today(request), text=q, category=category)


@router.post("/services", response={201: ServiceOut}, operation_id="create_service")
def create_service(request: Request, data: NewService) -> Status[Service]:
    values = data.dict()
    return Status(201, actions.create_service(actor=request.user, day=_today(request), id=values.pop("id"), details=_details(values)))


@router.put("/services/{uuid:service_id}", response=ServiceOut, operation_id="change_service")
def change_service(request: Request, service_id: UUID, data: ServiceChange) -> Service:
    values = data.dict()
    version = values.pop("version")
    return actions.change_service(actor=request.user, day=_today(request), service_id=service_id, version=version, details=_details(values))


@router.get("/services/{uuid:service_id}/prices", response=list[PriceOut], operation_id="list_prices")
def list_prices(request: Request, service_id: UUID) -> QuerySet[Price]:
    request.user.require(Permission.PRICE_VIEW)
    return Price.objects.filter(service=queries.get_service(service_id)).select_related("price_list").order_by("-valid_from", "pk")


@router.post("/prices", response=PriceOut, operation_id="set_price")
def set_price(request: Request, data: PriceIn) -> Price:
    """Set a price in the branch's default price list from a day on; 409 `stale` when that very day has another price than the `version` read."""
    request.user.require(Permission.PRICE_WRITE)
    price_list = queries.default_price_list(branch_of(request))
    if price_list is None:
        raise queries.NoPrice
    service = queries.get_service(data.service)
    values = data.dict(exclude={"service"})
    return actions.set_price(actor=request.user, price_list=price_list, service=service, **values)


@router.get("/dictionaries", response=list[ImportOut], operation_id="list_dictionaries")
def list_dictionaries(request: Request) -> QuerySet[DictionaryImport]:
    """Imports of dictionaries, newest first."""
    request.user.require(Permission.PRICE_VIEW)
    return DictionaryImport.objects.order_by("-created_at", "pk")


@router.get("/dictionaries/{kind}/codes", response=list[CodeOut], operation_id="list_codes")
@paginate(CursorPages, ordering=("code", "id"))
def list_codes(request: Request, kind: DictionaryKind, q: str = "", parent: str = "", day: date | None = None) -> QuerySet[DictionaryCode]:
    """Codes in force on a day (today when not said)."""
    request.user.require(Permission.PRICE_VIEW)
    return queries.codes(kind, day or _today(request), text=q, parent=parent)


@router.post("/dictionaries", response={201: ImportOut}, operation_id="import_dictionary")
def import_dictionary(request: Request, data: Form[ImportIn], file: File[UploadedFile]) -> Status[DictionaryImport]:
    """Import a published dictionary's file."""
    request.user.require(Permission.DICTIONARY_IMPORT)
    return Status(201, dictionaries.import_dictionary(actor=request.user, content=file.read(), **data.dict()))


def _today(request: Request) -> date:
    return branch_day(timezone.now(), branch_of(request).time_zone)


def _details(values: dict[str, Any]) -> actions.ServiceDetails:
    codes = {f"{name}_id": values.pop(name) for name in ("nomenclature_code", "ccam_code")}
    return actions.ServiceDetails(**values, **codes)
