"""Reads of laboratory orders."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Case, Count, Prefetch, Q, QuerySet, Value, When

from charting.models import Procedure, ProcedureState
from clinic.lib.errors import NotFound
from clinic.patients import queries as patients
from clinic.patients.models import Patient
from clinic.staff.models import Branch, User
from clinic.staff.roles import Permission
from lab_orders import rules
from lab_orders.models import Lab, LabOrder, LabOrderFile, LabOrderItem, LabStage, StateChange

UNFINISHED = (ProcedureState.PROPOSED, ProcedureState.PLANNED, ProcedureState.IN_PROGRESS)
CALLED_OFF = (ProcedureState.CANCELLED, ProcedureState.REFERRED)
OUT = Q(state__in=sorted(rules.OUT))


def orders(branch: Branch | None = None, *, state: str = "", text: str = "") -> QuerySet[LabOrder]:
    """Orders with patient, laboratory and items; those still out first, by due date."""
    found = LabOrder.objects.select_related("patient", "lab", "dentist").prefetch_related(
        Prefetch("items", LabOrderItem.objects.select_related("procedure__service").order_by("pk"))
    )
    if branch is not None:
        found = found.filter(branch=branch)
    if state:
        found = found.filter(state=state)
    if text:
        found = found.filter(Q(patient__last_name__icontains=text) | Q(lab__name__icontains=text) | Q(number__startswith=text))
    return found.order_by(Case(When(OUT, then=Value(0)), When(state="draft", then=Value(1)), default=Value(2)), "due_date", "number")


def overdue_on(today: date) -> Q:
    """Work that should have come back before today."""
    return OUT & Q(due_date__lt=today)


def overdue_by_lab(branch: Branch, today: date) -> list[Lab]:
    """Whom to call: the laboratories that keep work longer than agreed, the most first; `late` counts the orders."""
    late = Count("orders", filter=Q(orders__branch=branch, orders__state__in=sorted(rules.OUT), orders__due_date__lt=today))
    return list(Lab.objects.annotate(late=late).filter(late__gt=0).order_by("-late", "name", "pk"))


def labs(*, text: str = "") -> QuerySet[Lab]:
    """Laboratories, those in use first; narrowed by a part of the name, the contact person or the phone."""
    found = Lab.objects.filter(Q(name__icontains=text) | Q(contact__icontains=text) | Q(phone__contains=text)) if text else Lab.objects.all()
    return found.order_by("-is_active", "name", "pk")


def orders_of_patient(patient: Patient) -> QuerySet[LabOrder]:
    """The patient's orders, newest first."""
    return orders().filter(patient=patient).order_by("-number")


def get_order_for(user: User, order_id: UUID) -> LabOrder:
    """An order through the person; the look at the patient is recorded.

    :raises NotFound: when there is no such order.
    """
    user.require(Permission.LAB_VIEW)
    order = (
        orders()
        .select_related("branch__legal_entity")
        .prefetch_related(Prefetch("stages", LabStage.objects.order_by("position", "pk")), "files__file")
        .prefetch_related(Prefetch("changes", StateChange.objects.select_related("changed_by").order_by("changed_at", "created_at", "pk")))
        .filter(pk=order_id)
        .first()
    )
    if order is None:
        raise NotFound
    order.patient = patients.get_patient_for(user, order.patient_id, what="lab order", permission=Permission.LAB_VIEW)
    return order


def require_order(user: User, order_id: UUID) -> None:
    """Before an order is changed: the person may work with orders and reaches this patient; the look is recorded.

    :raises NotFound: when there is no such order.
    :raises clinic.patients.access.ReasonRequired: when the person must first say why.
    """
    user.require(Permission.LAB_WRITE)
    patient_id = LabOrder.objects.filter(pk=order_id).values_list("patient_id", flat=True).first()
    if patient_id is None:
        raise NotFound
    patients.get_patient_for(user, patient_id, what="lab order", permission=Permission.LAB_WRITE)


def require_stage(user: User, stage_id: UUID) -> None:
    """As `require_order`, for a stage of the order."""
    user.require(Permission.LAB_WRITE)
    stage = LabStage.objects.filter(pk=stage_id).first()
    if stage is None:
        raise NotFound
    require_order(user, stage.order_id)


def require_procedures(user: User, procedure_ids: Iterable[UUID]) -> None:
    """Before procedures are ordered: the person reaches the patients whose they are."""
    user.require(Permission.LAB_WRITE)
    for patient_id in Procedure.objects.filter(pk__in=procedure_ids).values_list("patient_id", flat=True).distinct():
        patients.get_patient_for(user, patient_id, what="lab order", permission=Permission.LAB_WRITE)


def changes_of(order: LabOrder) -> list[tuple[str, bool]]:
    """The states the order was set to, oldest first, and whether each takes a step back."""
    return list(order.changes.order_by("changed_at", "created_at", "pk").values_list("state", "is_correction"))


def is_ordered_again(order: LabOrder) -> bool:
    """Does work of this order stand in another one that is not cancelled?"""
    procedures = order.items.values("procedure")
    return LabOrderItem.objects.filter(procedure__in=procedures).exclude(order=order).exclude(order__state="cancelled").exists()


def not_back_of(procedure_id: UUID) -> list[LabOrder]:
    """Orders with the work of this procedure that is with the laboratory still, or was never sent."""
    found = LabOrder.objects.filter(OUT | Q(state="draft"), items__procedure=procedure_id).select_related("lab")
    return list(found.order_by("number"))


def hold_procedures(procedure_ids: Iterable[UUID]) -> list[Procedure]:
    """The procedures with teeth and service, kept from changing until the transaction ends."""
    found = Procedure.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=procedure_ids)
    return list(found.select_related("service").prefetch_related("teeth").order_by("pk"))


def standing_order_of(procedures: Iterable[Procedure]) -> LabOrderItem | None:
    """Where one of the procedures stands in an order that is not cancelled."""
    items = LabOrderItem.objects.filter(procedure__in=[procedure.pk for procedure in procedures]).exclude(order__state="cancelled")
    return items.select_related("order", "procedure__service").order_by("order__number").first()


def has_work_called_off(order: LabOrder) -> bool:
    """Whether a procedure of the order was cancelled or referred elsewhere."""
    return order.items.filter(procedure__state__in=CALLED_OFF).exists()


def work_not_back(patient_ids: Iterable[UUID]) -> dict[UUID, list[LabOrder]]:
    """Orders whose work is still out, then those never sent, by patient: the diary warns about them."""
    by_patient: dict[UUID, list[LabOrder]] = defaultdict(list)
    found = LabOrder.objects.filter(OUT | Q(state="draft"), patient__in=patient_ids).select_related("lab")
    for order in found.order_by(Case(When(OUT, then=Value(0)), default=Value(1)), "due_date", "number"):
        by_patient[order.patient_id].append(order)
    return dict(by_patient)


def procedures_to_order(patient: Patient) -> QuerySet[Procedure]:
    """Procedures that need a laboratory, are not finished and stand in no open order."""
    open_items = LabOrderItem.objects.exclude(order__state="cancelled").values("procedure")
    return (
        Procedure.objects.filter(patient=patient, service__needs_lab=True, state__in=UNFINISHED)
        .exclude(pk__in=open_items)
        .select_related("service")
        .prefetch_related("teeth")
        .order_by("recorded_at", "pk")
    )


def get_file_for(user: User, order_id: UUID, file_id: UUID) -> LabOrderFile:
    """An attached file through its order; the look is recorded.

    :raises NotFound: when the order has no such file.
    """
    order = get_order_for(user, order_id)
    attached = LabOrderFile.objects.select_related("file").filter(order=order, pk=file_id).first()
    if attached is None:
        raise NotFound
    return attached
