"""API of the anaesthesia of visits."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from django.utils import timezone
from ninja import Field, Router, Schema, Status

from charting import queries as charting
from charting.actions import Given
from charting.anaesthetics import SOLUTIONS
from charting.models import Anaesthesia, Visit
from clinic.lib.schemas import ReasonIn
from clinic.patients.queries import get_patient_for
from clinic.staff.http import Request
from clinic.staff.roles import Permission
from inventory import anaesthesia

router = Router(tags=["visits"])


class AnaestheticOut(Schema):
    """A solution on offer; `dilution` is the n of one part of vasoconstrictor in n."""

    key: str
    drug: str
    concentration: Decimal
    vasoconstrictor: str
    dilution: int | None
    cartridge_ml: Decimal | None
    label: str


class AnaesthesiaIn(Schema):
    """Of the kind `none` only teeth and place. With `lot_id` of the stock the drug, the lot and its expiry are those of the lot.

    A dose that is not said follows from the cartridges of the lot. `override_reason` answers 409 `interaction_stop`.
    """

    id: UUID | None = None
    kind: Literal["infiltration", "nerve_block", "intraligamentary", "topical", "none"]
    lot_id: UUID | None = None
    drug: Literal["", "articaine", "lidocaine", "mepivacaine", "prilocaine", "bupivacaine", "benzocaine"] = ""
    concentration: Decimal | None = Field(None, description="in per cent")
    vasoconstrictor: Literal["", "adrenaline", "felypressin"] = ""
    dilution: int | None = Field(None, ge=1, le=10_000_000)
    dose_ml: Decimal | None = None
    cartridges: Decimal | None = None
    lot: str = ""
    expires_on: date | None = None
    teeth: list[int] = Field(default_factory=list, max_length=52)
    place: str = ""
    override_reason: str = ""


class AnaesthesiaOut(Schema):
    id: UUID
    version: int
    visit: UUID = Field(alias="visit_id")
    kind: str
    drug: str
    concentration: Decimal | None
    vasoconstrictor: str
    dilution: int | None
    dose_ml: Decimal | None
    cartridges: Decimal | None
    lot: str
    expires_on: date | None
    teeth: list[int]
    place: str
    given_at: datetime
    given_by: UUID = Field(alias="given_by_id")
    in_error_at: datetime | None
    error_reason: str


def _visit(request: Request, visit_id: UUID) -> Visit:
    visit = charting.get_visit(visit_id)
    visit.patient = get_patient_for(request.user, visit.patient_id, what="visit", permission=Permission.CLINICAL_VIEW)
    return visit


@router.get("/anaesthetics", response=list[AnaestheticOut], operation_id="list_anaesthetics")
def list_anaesthetics(request: Request) -> list[dict[str, object]]:
    """The solutions that materials of the stock may hold."""
    request.user.require(Permission.STOCK_VIEW)
    return [{"key": key, **vars(solution), "label": solution.label} for key, solution in SOLUTIONS.items()]


@router.get("/visits/{uuid:visit_id}/anaesthesia", response=list[AnaesthesiaOut], operation_id="list_anaesthesia")
def list_anaesthesia(request: Request, visit_id: UUID) -> list[Anaesthesia]:
    """Every anaesthesia of the visit, also those entered in error."""
    request.user.require(Permission.CLINICAL_VIEW)
    return charting.anaesthesia_in(_visit(request, visit_id))


@router.post("/visits/{uuid:visit_id}/anaesthesia", response={201: AnaesthesiaOut}, operation_id="give_anaesthesia")
def give_anaesthesia(request: Request, visit_id: UUID, data: AnaesthesiaIn) -> Status[Anaesthesia]:
    """Note an anaesthesia; what was given leaves the lot. 409 `interaction_stop` when a rule stops it for this patient."""
    request.user.require(Permission.PROCEDURE_COMPLETE)
    values = data.dict(exclude={"id", "lot_id", "override_reason", "teeth"})
    given = Given(**values, teeth=tuple(data.teeth))
    return Status(201, anaesthesia.give(
        visit=_visit(request, visit_id), given=given, lot_id=data.lot_id, actor=request.user, at=timezone.now(),
        override_reason=data.override_reason, id=data.id,
    ))  # fmt: skip


@router.post("/anaesthesia/{uuid:anaesthesia_id}/error", response=AnaesthesiaOut, operation_id="mark_anaesthesia_in_error")
def mark_anaesthesia_in_error(request: Request, anaesthesia_id: UUID, data: ReasonIn) -> Anaesthesia:
    """It was not given: it stays readable, marked, and what it took returns to its lot."""
    request.user.require(Permission.PROCEDURE_COMPLETE)
    found = charting.get_anaesthesia(anaesthesia_id)
    get_patient_for(request.user, found.patient_id, what="visit", permission=Permission.CLINICAL_VIEW)
    return anaesthesia.mark_in_error(anaesthesia=found, actor=request.user, at=timezone.now(), reason=data.reason)
