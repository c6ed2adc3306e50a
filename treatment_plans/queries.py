"""Reads of plans, lines and documents, through the person who asks."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import F, OuterRef, Prefetch, Q, QuerySet, Subquery

from charting.models import Procedure
from clinic.lib.clock import branch_day
from clinic.lib.errors import NotFound
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.price_list.models import Price, Service
from clinic.staff.models import User
from clinic.staff.roles import ROLE_PERMISSIONS, Permission
from treatment_plans import rules
from treatment_plans.models import Alternative, AlternativeState, DiscountLimit, Document, Item, Phase, Plan, Signature


@dataclass(frozen=True)
class PlanRow:
    """A plan in a list: its alternatives with their sums, and how far the work has come."""

    plan: Plan
    alternatives: list[tuple[Alternative, rules.Sum]]
    done: int
    lines: int


def plan_rows(patient: Patient) -> list[PlanRow]:
    """A patient's plans, newest first; a constant number of queries."""
    plans = list(Plan.objects.filter(patient=patient).select_related("dentist").order_by("-created_at", "-pk"))
    alternatives = list(Alternative.objects.filter(plan__in=plans).order_by("position", "pk"))
    items = list(Item.objects.filter(alternative__in=alternatives, cancelled_at=None))
    rows = []
    for plan in plans:
        own = [alternative for alternative in alternatives if alternative.plan_id == plan.pk]
        sums = [(alternative, totals(item for item in items if item.alternative_id == alternative.pk).whole) for alternative in own]
        accepted = {alternative.pk for alternative in own if alternative.state == "accepted"}
        lines = [item for item in items if item.alternative_id in accepted]
        rows.append(PlanRow(plan, sums, sum(1 for item in lines if item.performance_id), len(lines)))
    return rows


def latest_plans(patients: Collection[UUID]) -> list[Plan]:
    """The newest plan of each of these patients, by its key alone."""
    return list(Plan.objects.filter(patient__in=patients).order_by("patient", "-created_at", "-pk").distinct("patient").only("pk", "patient_id"))


def get_plan_for(user: User, plan_id: UUID, *, what: str = "plan", permission: Permission = Permission.PLAN_VIEW) -> Plan:
    """The plan, if the person may see this patient's plans; the look is recorded.

    :raises NotFound: when there is no such plan or its patient is not theirs.
    """
    plan = Plan.objects.select_related("branch__legal_entity", "dentist").filter(pk=plan_id).first()
    if plan is None:
        user.require(permission)
        raise NotFound
    plan.patient = get_patient_for(user, plan.patient_id, what=what, permission=permission)
    return plan


def get_alternative_for(user: User, alternative_id: UUID, *, permission: Permission = Permission.PLAN_VIEW) -> Alternative:
    """The alternative of a plan that the person may see."""
    alternative = Alternative.objects.filter(pk=alternative_id).first()
    if alternative is None:
        user.require(permission)
        raise NotFound
    alternative.plan = get_plan_for(user, alternative.plan_id, permission=permission)
    return alternative


def get_phase_for(user: User, phase_id: UUID, *, permission: Permission = Permission.PLAN_VIEW) -> Phase:
    """The phase of a plan that the person may see."""
    phase = Phase.objects.filter(pk=phase_id).first()
    if phase is None:
        user.require(permission)
        raise NotFound
    phase.alternative = get_alternative_for(user, phase.alternative_id, permission=permission)
    return phase


def get_item_for(user: User, item_id: UUID, *, permission: Permission = Permission.PLAN_VIEW) -> Item:
    """The line of a plan that the person may see."""
    item = Item.objects.select_related("procedure__service", "alternative", "performance").filter(pk=item_id).first()
    if item is None:
        user.require(permission)
        raise NotFound
    item.alternative.plan = get_plan_for(user, item.alternative.plan_id, permission=permission)
    return item


def agreed_item_of(procedure: Procedure) -> Item | None:
    """The line of an accepted plan that this procedure is done by: the one that is done, else the one that is agreed."""
    found = Item.objects.filter(procedure=procedure, cancelled_at=None, alternative__state=AlternativeState.ACCEPTED)
    return found.order_by(F("performance").desc(nulls_last=True), F("agreed_document").desc(nulls_last=True), "pk").first()


def alternatives_of(plan: Plan) -> Sequence[Alternative]:
    """The plan's alternatives with phases, lines, procedures and teeth, in order; a constant number of queries."""
    lines = (
        Item.objects.select_related("procedure__service", "phase", "performance__performer", "agreed_document", "discount_by")
        .prefetch_related("procedure__teeth")
        .order_by("position", "pk")
    )
    rows = plan.alternatives.order_by("position", "pk").prefetch_related(
        Prefetch("items", queryset=lines, to_attr="all_items"), "phases", "steps__moved_by", "documents"
    )
    for alternative in rows:
        alternative.plan = plan
        for item in alternative.all_items:
            item.alternative = alternative
    return list(rows)


def presentable(plan: Plan) -> QuerySet[Alternative]:
    """Open alternatives that have lines."""
    rows = plan.alternatives.filter(state__in=("draft", "presented"), items__cancelled_at=None, items__isnull=False)
    return rows.distinct().order_by("position", "pk")


def proposals(alternative: Alternative) -> list[Procedure]:
    """Proposed and planned procedures of the chart that neither this alternative nor an accepted one holds."""
    held = Item.objects.filter(Q(alternative=alternative) | Q(alternative__state="accepted"), cancelled_at=None).values("procedure")
    rows = Procedure.objects.filter(patient=alternative.patient_id, state__in=("proposed", "planned")).exclude(pk__in=held)
    return list(rows.select_related("service").prefetch_related("teeth").order_by("recorded_at", "pk"))


def find_services(plan: Plan, text: str, at: datetime, limit: int = 12) -> list[tuple[Service, Decimal | None]]:
    """Services by code or by words of their title in any language, with the plan's price of the day."""
    rows = Service.objects.filter(is_active=True)
    for word in text.split():
        rows = rows.filter(Q(code__icontains=word) | Q(title_ru__icontains=word) | Q(title_fr__icontains=word) | Q(title_en__icontains=word))
    day = branch_day(at, plan.branch.time_zone)
    prices = Price.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=day),
        service=OuterRef("pk"),
        valid_from__lte=day,
        price_list__legal_entity=plan.branch.legal_entity_id,
        price_list__currency=plan.currency,
        price_list__is_default=True,
    )
    found = rows.annotate(amount=Subquery(prices.values("amount")[:1])).order_by("category", "code")
    return [(service, service.amount) for service in found[:limit]]


def alternative_choices(patient: Patient) -> list[tuple[str, str]]:
    """Alternatives of the patient's plans, accepted ones first, as a form offers them."""
    rows = Alternative.objects.filter(patient=patient).exclude(state__in=("rejected", "cancelled")).select_related("plan")
    return [(str(row.pk), f"{row.plan.title}: {row.label} ({row.get_state_display()})") for row in rows.order_by("state", "-created_at", "pk")]


def totals(items: Iterable[Item]) -> rules.Totals:
    """Sums of the live lines as a whole, per phase and per visit."""
    return rules.totals(rules.Line(item.phase_id, item.visit_number, item.gross, item.total) for item in items if item.cancelled_at is None)


def documents_of(patient: Patient) -> QuerySet[Document]:
    """A patient's documents, newest first, with signatures and what replaced them."""
    rows = Document.objects.filter(patient=patient).select_related("file", "alternative__plan", "issued_by", "replaced_by", "contract")
    signatures = Signature.objects.order_by("signed_at", "pk").select_related("file")
    return rows.prefetch_related(Prefetch("signatures", queryset=signatures)).order_by("-issued_at", "-pk")


def next_to_sign(document: Document) -> Document | None:
    """Another document of the same plan that the patient's side has not signed; agreements before consents."""
    rows = Document.objects.filter(alternative=document.alternative_id, replaced_by=None).exclude(pk=document.pk)
    waiting = rows.exclude(signatures__role__in=("patient", "representative")) if document.alternative_id else rows.none()
    return waiting.order_by("-series", "issued_at", "pk").first()


def get_document_for(user: User, document_id: UUID, *, permission: Permission = Permission.DOCUMENT_VIEW) -> Document:
    """The document of a patient that the person may see; the look is recorded.

    :raises NotFound: when there is no such document.
    """
    document = (
        Document.objects.select_related("file", "alternative__plan", "branch", "legal_entity", "contract", "replaced_by")
        .filter(pk=document_id)
        .first()
    )
    if document is None:
        user.require(permission)
        raise NotFound
    document.patient = get_patient_for(user, document.patient_id, what="document", permission=permission)
    return document


def discounting_roles() -> list[str]:
    """The roles that may give discounts at all."""
    return [str(role) for role, granted in ROLE_PERMISSIONS.items() if Permission.PLAN_DISCOUNT in granted]


def discount_limits() -> list[DiscountLimit]:
    """A limit for every role that gives discounts; one that was never set is 0."""
    known = {limit.role: limit for limit in DiscountLimit.objects.all()}
    return [known.get(role) or DiscountLimit(role=role, percent=Decimal(0), version=0) for role in discounting_roles()]
