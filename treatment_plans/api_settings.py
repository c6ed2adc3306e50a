"""API of discount limits and of the texts of informed consents."""

from django.utils import timezone
from ninja import Router, Status

from clinic.staff.http import Request
from clinic.staff.roles import Permission
from treatment_plans import actions, queries
from treatment_plans import schemas as s
from treatment_plans.models import ConsentEdition, DiscountLimit

router = Router(tags=["treatment plans"])


@router.get("/discount-limits", response=list[s.DiscountLimitOut], operation_id="list_discount_limits")
def list_discount_limits(request: Request) -> list[DiscountLimit]:
    """The most that each role may take off a line, in percent."""
    request.user.require(Permission.PLAN_VIEW)
    return queries.discount_limits()


@router.put("/discount-limits/{role}", response=s.DiscountLimitOut, operation_id="set_discount_limit")
def set_discount_limit(request: Request, role: str, body: s.DiscountLimitIn) -> DiscountLimit:
    return actions.set_discount_limit(role=role, percent=body.percent, version=body.version, actor=request.user, at=timezone.now())


@router.get("/consent-forms", response=list[s.ConsentFormOut], operation_id="list_consent_forms")
def list_consent_forms(request: Request) -> list[ConsentEdition]:
    """The clinic's own editions in force; a kind that is not named is printed after the sample."""
    request.user.require(Permission.DOCUMENT_VIEW)
    return list(ConsentEdition.objects.order_by("kind", "language", "-edition").distinct("kind", "language"))


@router.post("/consent-forms", response={201: s.ConsentFormOut}, operation_id="publish_consent_form")
def publish_consent_form(request: Request, body: s.ConsentFormIn) -> Status[ConsentEdition]:
    """The next edition of one kind in one language."""
    return Status(201, actions.publish_consent(**body.dict(), actor=request.user, at=timezone.now()))
