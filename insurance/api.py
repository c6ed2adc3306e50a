"""API of insurers, policies, estimates and claim registers."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.utils import timezone
from ninja import File, Router, Status, UploadedFile
from ninja.pagination import paginate

from clinic.billing.ledger import require_amount
from clinic.files import actions as files
from clinic.files.answers import attachment
from clinic.files.uploads import content_of, sniff
from clinic.lib import openapi, sheets
from clinic.lib.clock import branch_day
from clinic.lib.cursors import CursorPages
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.staff.http import Request, branch_of
from clinic.staff.roles import Permission
from insurance import claims, queries, rules, setup
from insurance.models import Claim, ClaimLine, CoverageRule, GuaranteeLetter, Insurer, Policy, Programme
from insurance.schemas import (
    ClaimIn,
    ClaimLineOut,
    ClaimOut,
    ClaimVersion,
    CoverageIn,
    CoverOut,
    EstimateIn,
    EstimateOut,
    InsurerIn,
    InsurerOut,
    LetterIn,
    LetterWhole,
    PolicyIn,
    PolicyOut,
    ProgrammeIn,
    ProgrammeOut,
)

router = Router(tags=["insurance"])


class RegisterPages(CursorPages):
    """Lines of a register; the history is told on each page whose they are."""

    def paginate_queryset(self, queryset: QuerySet[ClaimLine], pagination: Any, request: Any, **params: Any) -> Any:
        page = super().paginate_queryset(queryset, pagination=pagination, request=request, **params)
        queries.look_at_register(queries.get_claim(request.user, params["claim_id"]), page["results"])
        return page


def _patient(request: Request, patient_id: UUID, permission: Permission = Permission.INSURANCE_VIEW) -> Patient:
    return get_patient_for(request.user, patient_id, what="insurance", permission=permission)


@router.get("/insurers", response=list[InsurerOut], operation_id="list_insurers")
@paginate(CursorPages, ordering=("name", "id"))
def list_insurers(request: Request) -> QuerySet[Insurer]:
    request.user.require(Permission.INSURANCE_VIEW)
    return Insurer.objects.prefetch_related(Prefetch("programmes", Programme.objects.prefetch_related("rules").order_by("name", "pk")))


@router.put("/insurers", response=InsurerOut, operation_id="save_insurer")
def save_insurer(request: Request, data: InsurerIn) -> Insurer:
    """Enter an insurer, or change it: then `id` and `version` are needed."""
    values = data.dict()
    key, version = values.pop("id"), values.pop("version")
    return setup.save_insurer(id=key, version=version, details=setup.InsurerDetails(**values), actor=request.user)


@router.put("/programmes", response=ProgrammeOut, operation_id="save_programme")
def save_programme(request: Request, data: ProgrammeIn) -> Programme:
    values = data.dict()
    return setup.save_programme(insurer_id=values.pop("insurer"), actor=request.user, **values)


@router.put("/programmes/{uuid:programme_id}/coverage", response=list[CoverOut], operation_id="set_coverage")
def set_coverage(request: Request, programme_id: UUID, data: CoverageIn) -> list[CoverageRule]:
    """Set percentage and limit per act by category of services; categories left out stay."""
    covers = {category: rules.Cover(cover.percent, cover.limit_per_act, cover.version) for category, cover in data.covers.items()}
    return setup.set_coverage(programme_id=programme_id, covers=covers, actor=request.user)


@router.get("/policies", response=list[PolicyOut], operation_id="list_policies")
def list_policies(request: Request, patient: UUID) -> QuerySet[Policy]:
    return Policy.objects.filter(patient=_patient(request, patient)).order_by("priority", "pk")


@router.put("/policies", response=PolicyOut, operation_id="save_policy")
def save_policy(request: Request, data: PolicyIn) -> Policy:
    """Enter a policy, or change it: then `id` and `version` are needed."""
    values = data.dict()
    patient = _patient(request, values.pop("patient"), Permission.INSURANCE_WRITE)
    key, version, programme = values.pop("id"), values.pop("version"), values.pop("programme")
    details = setup.PolicyDetails(**values)
    return setup.save_policy(id=key, version=version, patient=patient, programme_id=programme, details=details, actor=request.user)


@router.post("/policies/{uuid:policy_id}/letters", response={201: LetterWhole}, operation_id="add_guarantee_letter")
def add_guarantee_letter(request: Request, policy_id: UUID, data: LetterIn) -> Status[GuaranteeLetter]:
    request.user.require(Permission.INSURANCE_WRITE)
    _patient(request, queries.get_policy(policy_id).patient_id, Permission.INSURANCE_WRITE)
    values = data.dict()
    return Status(201, setup.add_letter(id=values.pop("id"), policy_id=policy_id, details=setup.LetterDetails(**values), actor=request.user))


@router.get("/policies/{uuid:policy_id}/letters", response=list[LetterWhole], operation_id="list_guarantee_letters")
def list_guarantee_letters(request: Request, policy_id: UUID) -> QuerySet[GuaranteeLetter]:
    """The insurer's promises under a policy, the newest first."""
    request.user.require(Permission.INSURANCE_VIEW)
    policy = queries.get_policy(policy_id)
    _patient(request, policy.patient_id)
    return GuaranteeLetter.objects.filter(policy=policy).order_by("-letter_date", "-pk")


@router.post("/letters/{uuid:letter_id}/file", response={201: LetterWhole}, operation_id="attach_letter_scan")
def attach_letter_scan(request: Request, letter_id: UUID, file: File[UploadedFile]) -> Status[GuaranteeLetter]:
    """Put the scan (PDF, JPEG, PNG) to a letter that has none."""
    request.user.require(Permission.INSURANCE_WRITE)
    _patient(request, queries.patient_of_letter(letter_id), Permission.INSURANCE_WRITE)
    content = content_of(file)
    stored = files.store(content=content, media_type=sniff(content))
    return Status(201, setup.attach_scan(letter_id=letter_id, file=stored, actor=request.user))


@router.get("/letters/{uuid:letter_id}/file", operation_id="get_letter_scan", openapi_extra=openapi.UPLOADED)
def get_letter_scan(request: Request, letter_id: UUID) -> HttpResponse:
    request.user.require(Permission.INSURANCE_VIEW)
    letter, file = queries.get_letter(letter_id)
    _patient(request, letter.patient_id)
    return attachment(file)


@router.post("/patients/{uuid:patient_id}/estimate", response=EstimateOut, operation_id="estimate_cover")
def estimate_cover(request: Request, patient_id: UUID, data: EstimateIn) -> queries.Estimate:
    """What the patient's policies would pay for the lines, done one after the other, and why."""
    patient = _patient(request, patient_id)
    for line in data.lines:
        require_amount(line.amount, allow_zero=True)
    lines = [rules.EstimateLine(line.key, line.category, line.amount, line.currency) for line in data.lines]
    return queries.estimate(patient=patient, lines=lines, day=data.day or branch_day(timezone.now(), patient.branch.time_zone))


@router.get("/patients/{uuid:patient_id}/claim-lines", response=list[ClaimLineOut], operation_id="list_patient_claim_lines")
@paginate(CursorPages, ordering=("-posted_at", "-id"))
def list_patient_claim_lines(request: Request, patient_id: UUID) -> QuerySet[ClaimLine]:
    return ClaimLine.objects.filter(patient=_patient(request, patient_id))


@router.get("/claims", response=list[ClaimOut], operation_id="list_claims")
@paginate(CursorPages, ordering=("-created_at", "-id"))
def list_claims(request: Request) -> QuerySet[Claim]:
    request.user.require(Permission.INSURANCE_VIEW)
    return queries.claims_for(request.user)


@router.post("/claims", response={201: ClaimOut}, operation_id="make_claim")
def make_claim(request: Request, data: ClaimIn) -> Status[Claim]:
    """Gather what an insurer owes up to the period's end into a draft register."""
    values = data.dict()
    return Status(
        201, claims.make_claim(insurer_id=values.pop("insurer"), branch=branch_of(request), actor=request.user, at=timezone.now(), **values)
    )


@router.get("/claims/{uuid:claim_id}/lines", response=list[ClaimLineOut], operation_id="list_claim_lines")
@paginate(RegisterPages, ordering=("posted_at", "id"))
def list_claim_lines(request: Request, claim_id: UUID) -> QuerySet[ClaimLine]:
    """The register's lines in the order in which they were posted; whose they are is written down page by page."""
    request.user.require(Permission.INSURANCE_VIEW)
    return claims.lines_of(queries.get_claim(request.user, claim_id))


@router.get("/claims/{uuid:claim_id}/file", operation_id="get_claim_file", openapi_extra=openapi.XLSX)
def get_claim_file(request: Request, claim_id: UUID) -> HttpResponse:
    """The register as XLSX; once sent, the very file that was sent."""
    request.user.require(Permission.INSURANCE_VIEW)
    claim = queries.get_claim(request.user, claim_id)
    return sheets.response(claims.take_register(claim), name=f"register-{claim.number}")


@router.post("/claims/{uuid:claim_id}/sent", response=ClaimOut, operation_id="mark_claim_sent")
def mark_claim_sent(request: Request, claim_id: UUID, data: ClaimVersion) -> Claim:
    return claims.mark_sent(claim_id=claim_id, version=data.version, actor=request.user, at=timezone.now())


@router.post("/claims/{uuid:claim_id}/paid", response=ClaimOut, operation_id="mark_claim_paid")
def mark_claim_paid(request: Request, claim_id: UUID, data: ClaimVersion) -> Claim:
    return claims.mark_paid(claim_id=claim_id, version=data.version, actor=request.user, at=timezone.now())
