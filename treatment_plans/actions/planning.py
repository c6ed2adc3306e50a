"""Writes of plans: alternatives, phases and lines while they are open, and the few changes that a decided one still takes."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

import charting.actions
from charting.charted import extractions_ahead
from charting.models import Procedure
from charting.rules import Place
from clinic.history.creation import check_first, find_sent
from clinic.lib.clock import branch_day
from clinic.lib.errors import InvalidInput, KeyTaken, NotFound, StaleVersion
from clinic.lib.ids import uuid7
from clinic.patients.models import Patient
from clinic.price_list.models import Service
from clinic.staff.models import Branch, User
from clinic.staff.roles import Permission
from treatment_plans import rules
from treatment_plans.actions import aside, common
from treatment_plans.models import Alternative, AlternativeState, AlternativeStep, DiscountLimit, Item, Phase, Plan

LARGEST_QUANTITY = 99


@transaction.atomic
def create_plan(
    *, patient: Patient, branch: Branch, title: str, dentist: User, actor: User, at: datetime, is_emergency: bool = False, id: UUID | None = None
) -> Plan:
    """Open a plan with its first, empty alternative; the same id returns the first result.

    :raises InvalidInput: when the title is empty or too long.
    """
    actor.require(Permission.PLAN_WRITE)
    sent = {"patient_id": patient.pk, "branch_id": branch.pk, "dentist_id": dentist.pk, "title": title, "is_emergency": is_emergency}
    first = find_sent(Plan, id, **sent)
    if first is not None:
        return first
    plan = Plan.objects.create(
        id=id or uuid7(),
        patient=patient,
        branch=branch,
        title=common.clean_title(title),
        dentist=dentist,
        currency=branch.currency,
        is_emergency=is_emergency,
        created_at=at,
    )
    _create_alternative(plan, title="", summary="", actor=actor, at=at)
    return plan


@transaction.atomic
def add_alternative(*, plan_id: UUID, title: str, summary: str = "", actor: User, at: datetime, id: UUID | None = None) -> Alternative:
    """Add an empty alternative with one phase."""
    actor.require(Permission.PLAN_WRITE)
    first = find_sent(Alternative, id, plan_id=plan_id, title=title, summary=summary)
    if first is not None:
        return first
    return _create_alternative(
        common.lock_plan(plan_id), title=common.clean_title(title, is_optional=True), summary=summary, actor=actor, at=at, id=id
    )


@transaction.atomic
def copy_alternative(*, alternative_id: UUID, title: str, actor: User, at: datetime, id: UUID | None = None) -> Alternative:
    """A new draft with the same phases, and the same lines except those done or cancelled; the procedures are shared, not doubled."""
    actor.require(Permission.PLAN_WRITE)
    source = common.get_alternative(alternative_id)
    first = find_sent(Alternative, id, plan_id=source.plan_id, title=title)
    if first is not None:
        return first
    plan = common.lock_plan(source.plan_id)
    copy = _create_alternative(
        plan, title=common.clean_title(title, is_optional=True), summary=source.summary, actor=actor, at=at, id=id, with_phase=False
    )
    phases: dict[UUID | None, Phase | None] = {None: None}
    for phase in source.phases.order_by("position"):
        phases[phase.pk] = Phase.objects.create(alternative=copy, patient_id=plan.patient_id, title=phase.title, position=phase.position)
    for item in source.items.filter(cancelled_at=None, performance=None).order_by("position", "pk"):
        item.pk, item.alternative, item.phase, item.version = uuid7(), copy, phases[item.phase_id], 1
        item.frozen_at, item.agreed_document, item.created_at = None, None, at
        item.save(force_insert=True)
    aside.revive(source, actor=actor, at=at, reason=common.in_branch_language(plan, _("Planned again in a copy")))
    return copy


@transaction.atomic
def rename_alternative(*, alternative_id: UUID, version: int, title: str, summary: str, actor: User) -> Alternative:
    """Change the title and the plain words of an open alternative."""
    actor.require(Permission.PLAN_WRITE)
    alternative = common.lock_open(alternative_id)
    if alternative.version != version:
        raise StaleVersion
    alternative.title, alternative.summary = common.clean_title(title, is_optional=True), summary.strip()
    alternative.save(update_fields=["title", "summary"])
    alternative.refresh_from_db(fields=["version"])
    return alternative


@transaction.atomic
def add_item(
    *,
    alternative_id: UUID,
    procedure: Procedure,
    actor: User,
    at: datetime,
    phase_id: UUID | None = None,
    visit_number: int = 1,
    quantity: int | None = None,
    id: UUID | None = None,
) -> Item:
    """Put a procedure into an alternative at the day's price; into an accepted one it goes frozen and waits for a signed addendum.

    Without a quantity it is one, for a service done on teeth one a tooth.

    :raises NoPrice: when the price list holds none.
    :raises ItemExists: when the alternative holds the procedure already.
    :raises KeyTaken: when `id` is of another line.
    :raises AlternativeDecided: when the alternative is rejected or ended.
    :raises charting.actions.AlreadyProposed: when it extracts a tooth that another line of the alternative extracts.
    """
    actor.require(Permission.PLAN_WRITE)
    wished = {"phase_id": phase_id, "visit_number": visit_number, "quantity": quantity}
    added = _added_before(id, alternative_id, procedure.service, procedure_id=procedure.pk, **wished)
    if added is not None:
        return added
    alternative = common.lock_alternative(alternative_id)
    if not (alternative.is_open or alternative.state == AlternativeState.ACCEPTED):
        raise common.AlternativeDecided
    if procedure.patient_id != alternative.patient_id:
        raise NotFound
    _refuse_second_extraction(alternative, procedure)
    day = branch_day(at, alternative.plan.branch.time_zone)
    item = Item(
        id=id or uuid7(),
        alternative=alternative,
        patient_id=alternative.patient_id,
        phase=_phase(alternative, phase_id),
        visit_number=_visit_number(visit_number),
        position=(alternative.items.aggregate(last=Max("position"))["last"] or 0) + 1,
        procedure=procedure,
        quantity=_quantity(procedure, quantity),
        frozen_at=None if alternative.is_open else at,
        created_at=at,
    )
    common.reprice(item, alternative.plan, day)
    _save_once(item)
    common.touch(alternative, actor=actor, at=at)
    return item


@transaction.atomic
def add_service(
    *,
    alternative_id: UUID,
    service: Service,
    places: Sequence[Place],
    actor: User,
    at: datetime,
    phase_id: UUID | None = None,
    visit_number: int = 1,
    quantity: int | None = None,
    id: UUID | None = None,
) -> Item:
    """Propose a new procedure on these teeth and put it into the alternative."""
    actor.require(Permission.PLAN_WRITE)
    added = _added_before(id, alternative_id, service, phase_id=phase_id, visit_number=visit_number, quantity=quantity)
    if added is not None:
        _check_places(added, places)
        return added
    alternative = common.lock_alternative(alternative_id)
    state = "planned" if alternative.state == AlternativeState.ACCEPTED else "proposed"
    procedure = charting.actions.add_procedure(
        patient=alternative.patient, service=service, places=places, state=state, again=True, actor=actor, at=at
    )
    return add_item(
        alternative_id=alternative_id,
        procedure=procedure,
        actor=actor,
        at=at,
        phase_id=phase_id,
        visit_number=visit_number,
        quantity=quantity,
        id=id,
    )


@transaction.atomic
def change_item(
    *,
    item_id: UUID,
    version: int,
    quantity: int,
    discount_percent: Decimal | None,
    discount_amount: Decimal | None,
    discount_reason: str,
    actor: User,
    at: datetime,
) -> Item:
    """Set the quantity and the discount of a line that is still open; what makes the discount more, the quantity too, asks for the right to it.

    :raises StaleVersion: when somebody changed the line since it was read.
    :raises DiscountNotAllowed: without the right, or above the limit of the person's roles.
    """
    actor.require(Permission.PLAN_WRITE)
    alternative, item = _lock_line(item_id)
    if not alternative.is_open:
        raise common.AlternativeDecided
    if item.version != version:
        raise StaleVersion
    before, given = (item.discount_percent, item.discount_amount, item.discount_reason), _given(item)
    item.quantity = _quantity(item.procedure, quantity)
    item.discount_percent, item.discount_amount = discount_percent or None, discount_amount or None
    item.discount_reason = discount_reason.strip()
    common.check_discount(item)
    item.total = common.line_total(item)
    is_more = any(now > then for now, then in zip(_given(item), given, strict=True))
    if is_more or (item.discount_percent, item.discount_amount, item.discount_reason) != before:
        _require_discount(actor, item)
        item.discount_by = actor if item.discount_percent or item.discount_amount else None
    item.save()
    item.refresh_from_db(fields=["version"])
    common.touch(alternative, actor=actor, at=at)
    return item


@transaction.atomic
def place_item(
    *,
    item_id: UUID,
    phase_id: UUID | None,
    visit_number: int,
    actor: User,
    at: datetime,
    before_id: UUID | None = None,
    alternative_id: UUID | None = None,
) -> Item:
    """Move a line to a phase and visit, before another line (None: to the end); between open alternatives too."""
    actor.require(Permission.PLAN_WRITE)
    alternative, item = _lock_line(item_id)
    target = common.lock_open(alternative_id) if alternative_id and alternative_id != alternative.pk else alternative
    if target is not alternative and not alternative.is_open:
        raise common.AlternativeDecided
    others = list(target.items.select_for_update(no_key=True).exclude(pk=item.pk).order_by("position", "pk"))
    index = next((number for number, other in enumerate(others) if other.pk == before_id), len(others))
    item.alternative, item.phase, item.visit_number = target, _phase(target, phase_id), _visit_number(visit_number)
    for position, line in enumerate([*others[:index], item, *others[index:]], start=1):
        if line is item or line.position != position:
            line.position = position
            _save_once(line)
    if target is not alternative:
        common.touch(alternative, actor=actor, at=at)
        common.touch(target, actor=actor, at=at)
    item.refresh_from_db(fields=["version"])
    return item


@transaction.atomic
def cancel_item(*, item_id: UUID, reason: str, actor: User, at: datetime) -> Item:
    """Take a line out of its alternative; from an accepted one only with a reason.

    :raises ItemClosed: when it is done. A done line is reversed first.
    """
    actor.require(Permission.PLAN_WRITE)
    alternative, item = _lock_line(item_id)
    if item.cancelled_at:
        return item
    if not alternative.is_open and not reason.strip():
        raise InvalidInput(fields={"reason": _("Say why it will not be done.")})
    item.cancelled_at, item.cancelled_by, item.cancel_reason = at, actor, reason.strip()
    item.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason"])
    item.refresh_from_db(fields=["version"])
    aside.unplan_procedure(item, actor, at)
    common.touch(alternative, actor=actor, at=at)
    return item


def _create_alternative(
    plan: Plan, *, title: str, summary: str, actor: User, at: datetime, id: UUID | None = None, with_phase: bool = True
) -> Alternative:
    position = (plan.alternatives.aggregate(last=Max("position"))["last"] or 0) + 1
    alternative = Alternative.objects.create(
        id=id or uuid7(), plan=plan, patient_id=plan.patient_id, title=title, summary=summary.strip(), position=position, created_at=at
    )
    AlternativeStep.objects.create(alternative=alternative, patient_id=plan.patient_id, state=AlternativeState.DRAFT, moved_at=at, moved_by=actor)
    if with_phase:
        Phase.objects.create(alternative=alternative, patient_id=plan.patient_id, position=1, created_at=at)
    return alternative


def _lock_line(item_id: UUID) -> tuple[Alternative, Item]:
    alternative_id = Item.objects.filter(pk=item_id).values_list("alternative_id", flat=True).first()
    if alternative_id is None:
        raise NotFound
    alternative = common.lock_alternative(alternative_id)
    item = Item.objects.select_for_update(of=("self",), no_key=True).select_related("procedure__service").get(pk=item_id)
    if item.performance_id or (item.cancelled_at and alternative.is_open):
        raise common.ItemClosed
    return alternative, item


def _added_before(key: UUID | None, alternative_id: UUID, service: Service, **wished: object) -> Item | None:
    """The line that a first call with this key made.

    :raises KeyTaken: when it made another line; what was left to the clinic (None) is not compared.
    """
    item = find_sent(Item, key, alternative_id=alternative_id, **{name: value for name, value in wished.items() if value is not None})
    if item is not None:
        check_first(item.procedure, service_id=service.pk)
    return item


def _refuse_second_extraction(alternative: Alternative, procedure: Procedure) -> None:
    """Other alternatives may have their own extraction of the tooth."""
    if procedure.service.chart_effect == "extraction":
        ahead = extractions_ahead(alternative.patient, [row.tooth for row in procedure.teeth.all()])
        lines = set(alternative.items.filter(cancelled_at=None).exclude(procedure=procedure).values_list("procedure_id", flat=True))
        charting.actions.refuse_second([row for row in ahead if row.pk in lines])


def _check_places(item: Item, places: Sequence[Place]) -> None:
    made = {(row.tooth, frozenset(row.surfaces), frozenset(row.roots), row.role) for row in item.procedure.teeth.all()}
    if made != {(place.tooth, place.surfaces, place.roots, place.role) for place in places}:
        raise KeyTaken


def _save_once(item: Item) -> None:
    try:
        with transaction.atomic():
            item.save()
    except IntegrityError as error:
        if "treatment_plans_item_once" in str(error):
            raise common.ItemExists from error
        raise


def _given(item: Item) -> tuple[Decimal, Decimal]:
    """What the line's discount takes off, in money and in percent."""
    return item.discount, rules.discount_in_percent(gross=item.gross, percent=item.discount_percent, amount=item.discount_amount)


def _require_discount(actor: User, item: Item) -> None:
    _money, wanted = _given(item)
    if wanted:
        actor.require(Permission.PLAN_DISCOUNT)
        limits = DiscountLimit.objects.filter(role__in=actor.roles_here).values_list("percent", flat=True)
        if wanted > max(limits, default=Decimal(0)):
            raise common.DiscountNotAllowed


def _phase(alternative: Alternative, phase_id: UUID | None) -> Phase | None:
    if phase_id is None:
        return alternative.phases.order_by("position").first()
    phase = alternative.phases.filter(pk=phase_id).first()
    if phase is None:
        raise InvalidInput(fields={"phase": _("Choose a phase of this alternative.")})
    return phase


def _quantity(procedure: Procedure, wished: int | None) -> int:
    teeth = procedure.teeth.count()
    quantity = procedure.service.units(teeth=teeth) if wished is None else wished
    if not 1 <= quantity <= LARGEST_QUANTITY:
        raise InvalidInput(fields={"quantity": _("Enter a quantity from 1 to 99.")})
    if not procedure.service.allows(teeth=teeth, quantity=quantity):
        raise InvalidInput(fields={"quantity": _("This is done once on a tooth: at most %(teeth)s for the teeth of this line.") % {"teeth": teeth}})
    return quantity


def _visit_number(number: int) -> int:
    if not 1 <= number <= LARGEST_QUANTITY:
        raise InvalidInput(fields={"visit_number": _("Enter a visit from 1 to 99.")})
    return number
