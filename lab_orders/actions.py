"""Writes of laboratory orders."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from charting.models import Procedure
from clinic.files.models import StoredFile
from clinic.history.creation import find_put, find_sent
from clinic.lib.clock import branch_day
from clinic.lib.errors import Conflict, InvalidInput, KeyTaken, NotFound, StaleVersion, Text, check_version
from clinic.lib.ids import uuid7
from clinic.staff.models import Branch, User
from clinic.staff.reach import require_everywhere
from clinic.staff.roles import Permission
from lab_orders import queries, rules
from lab_orders.models import Lab, LabOrder, LabOrderFile, LabOrderItem, LabStage, OrderState, StateChange


class WrongState(Conflict):
    """The order cannot go there from where it is."""

    code = "wrong_state"


@dataclass(frozen=True)
class OrderDetails:
    """What the laboratory is asked for; a new order without `due_date` gets the laboratory's usual days."""

    lab_id: UUID
    due_date: date | None = None
    shade: str = ""
    material: str = ""
    instructions: str = ""


@transaction.atomic
def save_lab(
    *, actor: User, lab_id: UUID | None, version: int | None = None, name: str, contact: str, phone: str, email: str, usual_days: int, is_active: bool
) -> Lab:
    """Add a laboratory (`lab_id` new or None) or change the one whose `version` was read.

    :raises StaleVersion: when it changed since it was read, or stands already and no version was read.
    :raises InvalidInput: empty name, a name another laboratory has, days outside 1..90.
    """
    actor.require(Permission.LAB_WRITE)
    sent = {"name": name, "contact": contact, "phone": phone, "email": email, "usual_days": usual_days, "is_active": is_active}
    first = find_put(Lab, lab_id, **sent) if version is None else None
    if first is not None:
        return first
    lab = Lab.objects.select_for_update().filter(pk=lab_id).first() if lab_id else None
    if lab is None and version is not None:
        raise NotFound
    if lab is not None:
        require_everywhere(actor, Permission.LAB_WRITE)
        check_version(lab, version)
    fields = {}
    if not name.strip() or len(name) > 200:
        fields["name"] = _("Enter a name of at most 200 characters.")
    elif Lab.objects.filter(name=name.strip()).exclude(pk=lab.pk if lab else uuid7()).exists():
        fields["name"] = _("There is a laboratory with this name already.")
    if not 1 <= usual_days <= 90:
        fields["usual_days"] = _("Enter 1 to 90 days.")
    if fields:
        raise InvalidInput(fields=fields)
    lab = lab or Lab(id=lab_id or uuid7())
    lab.name, lab.contact, lab.phone, lab.email = name.strip(), contact.strip(), phone.strip(), email.strip()
    lab.usual_days, lab.is_active = usual_days, is_active
    lab.save()
    lab.refresh_from_db(fields=["version"])
    return lab


@transaction.atomic
def draft_order(
    *,
    actor: User,
    at: datetime,
    procedure_ids: Sequence[UUID],
    branch: Branch,
    details: OrderDetails,
    stages: Sequence[str] = (),
    id: UUID | None = None,
) -> LabOrder:
    """Start an order for one or more procedures of one patient; the same id returns the first result.

    :raises InvalidInput: no procedure, procedures of several patients, work that is not ahead or ordered already, a due date that cannot be.
    """
    actor.require(Permission.LAB_WRITE)
    known = _ordered_before(id, procedure_ids, branch, details, stages)
    if known is not None:
        return known
    procedures = sorted(queries.hold_procedures(procedure_ids), key=lambda procedure: (procedure.recorded_at, procedure.pk))
    today = branch_day(at, branch.time_zone)
    due = details.due_date or _usual_due(details.lab_id, today)
    details = replace(details, due_date=due)
    _check_order(procedures, len(set(procedure_ids)), details, today, stages)
    order = LabOrder.objects.create(
        id=id or uuid7(), number=_next_number(), patient_id=procedures[0].patient_id, branch=branch, dentist=actor, **_columns(details)
    )
    LabOrderItem.objects.bulk_create(
        LabOrderItem(order=order, patient_id=order.patient_id, procedure=procedure, teeth=sorted(tooth.tooth for tooth in procedure.teeth.all()))
        for procedure in procedures
    )
    titles = [title.strip() for title in stages if title.strip()]
    LabStage.objects.bulk_create(
        LabStage(order=order, patient_id=order.patient_id, position=position, title=title, due_date=stage_due)
        for position, (title, stage_due) in enumerate(zip(titles, rules.stage_dates(today, due, len(titles) or 1), strict=False), start=1)
    )
    _note_state(order, actor=actor, at=at, reason="")
    return order


def _ordered_before(key: UUID | None, procedure_ids: Sequence[UUID], branch: Branch, details: OrderDetails, stages: Sequence[str]) -> LabOrder | None:
    """:raises KeyTaken: when a first request ordered anything else; a day or stages left to the clinic are not compared."""
    sent = {name: value for name, value in _columns(details).items() if name != "due_date" or value is not None}
    first = find_sent(LabOrder, key, branch_id=branch.pk, **sent)
    if first is None:
        return None
    made = list(LabStage.history.filter(order_id=first.pk, history_type="+").order_by("history_id").values_list("title", flat=True))
    titles = [title.strip() for title in stages if title.strip()]
    if made[: len(titles)] != titles or set(first.items.values_list("procedure_id", flat=True)) != set(procedure_ids):
        raise KeyTaken
    return first


@transaction.atomic
def change_order(*, actor: User, at: datetime, order_id: UUID, version: int, details: OrderDetails) -> LabOrder:
    """Change what is asked; each change of a sent order is in its history.

    :raises StaleVersion: when somebody changed the order since it was read.
    :raises WrongState: once the work is fitted or cancelled.
    """
    actor.require(Permission.LAB_WRITE)
    order = _lock(order_id, version)
    if order.state in rules.CLOSED:
        raise WrongState(_("The order is closed and cannot be changed."))
    _check_details(details)
    if details.due_date != order.due_date:
        _check_due(details.due_date, branch_day(at, order.branch.time_zone))
    for name, value in _columns(details).items():
        setattr(order, name, value)
    order.save()
    order.refresh_from_db()
    return order


@transaction.atomic
def move_order(*, actor: User, at: datetime, order_id: UUID, version: int, state: str, reason: str = "", due_date: date | None = None) -> LabOrder:
    """Bring the order to its next state, with who and when; a remake or a cancellation needs its reason.

    :raises WrongState: when the order cannot go there.
    """
    actor.require(Permission.LAB_WRITE)
    order = _lock(order_id, version)
    if state not in OrderState.values or not rules.may_move(order.state, state):
        raise WrongState(_("The order is %(state)s and cannot go there.") % {"state": order.get_state_display()})
    if state in rules.NEEDS_REASON and not reason.strip():
        raise InvalidInput(fields={"reason": _("Say why.")})
    if state == OrderState.SENT and queries.has_work_called_off(order):
        raise WrongState(_("Work of this order was called off since it was drafted. Cancel the order and order what is left."))
    if due_date is not None:
        _check_due(due_date, branch_day(at, order.branch.time_zone))
        order.due_date = due_date
    order.state = state
    order.save()
    _note_state(order, actor=actor, at=at, reason=reason.strip()[:300])
    order.refresh_from_db()
    return order


@transaction.atomic
def take_back(*, actor: User, at: datetime, order_id: UUID, version: int, reason: str) -> LabOrder:
    """Put the order back to where it was before its last step, which was set by mistake; the step and its correction both stay to be seen.

    :raises InvalidInput: without a reason.
    :raises WrongState: when there is no step to take back, or the work was ordered again since it was cancelled.
    """
    actor.require(Permission.LAB_WRITE)
    order = _lock(order_id, version)
    if not reason.strip():
        raise InvalidInput(fields={"reason": _("Say why.")})
    before = rules.state_before(queries.changes_of(order))
    if before is None:
        raise WrongState(_("This order has no step that could be taken back."))
    if order.state == OrderState.CANCELLED and queries.is_ordered_again(order):
        raise WrongState(_("The work was ordered again since. Cancel that order first."))
    order.state = OrderState(before)
    order.save(update_fields=["state"])
    _note_state(order, actor=actor, at=at, reason=reason.strip()[:300], is_correction=True)
    order.refresh_from_db()
    return order


@dataclass(frozen=True)
class StageWish:
    """A stage as it should be: a standing one by `id` and the `version` that was read, or a new one."""

    title: str
    due_date: date
    id: UUID | None = None
    version: int | None = None
    is_removed: bool = False


@transaction.atomic
def set_stages(*, actor: User, at: datetime, order_id: UUID, stages: Sequence[StageWish]) -> list[LabStage]:
    """Bring the stages of an open order into this order, with these titles and days; new ones are added, those not named follow as they were.

    A removed stage stays in history. A stage that is done is neither changed nor removed.

    :raises WrongState: once the work is fitted or cancelled.
    :raises StaleVersion: when somebody changed or removed a stage since it was read.
    :raises InvalidInput: by stage, when a title or a day cannot be, or a done stage would change.
    """
    actor.require(Permission.LAB_WRITE)
    order = LabOrder.objects.select_for_update(of=("self",)).filter(pk=order_id).first()
    if order is None:
        raise NotFound
    if order.state in rules.CLOSED:
        raise WrongState(_("The order is closed and cannot be changed."))
    standing = {stage.pk: stage for stage in LabStage.objects.select_for_update().filter(order=order).order_by("position")}
    _check_wishes(standing, stages)
    wished = [wish for wish in stages if not wish.is_removed]
    named = {wish.id for wish in stages}
    rows = [_wished(order, standing, wish) for wish in wished] + [stage for stage in standing.values() if stage.pk not in named]
    for wish in stages:
        if wish.is_removed and wish.id in standing:
            standing[wish.id].delete()
    for position, stage in enumerate(rows, start=1):
        if stage.position != position or stage.pk not in standing or stage.pk in named:
            stage.position = position
            stage.save()
    return list(order.stages.order_by("position"))


def _wished(order: LabOrder, standing: dict[UUID, LabStage], wish: StageWish) -> LabStage:
    stage = standing[wish.id] if wish.id else LabStage(order=order, patient_id=order.patient_id, position=0)
    stage.title, stage.due_date = wish.title.strip(), wish.due_date
    return stage


def _check_wishes(standing: dict[UUID, LabStage], wishes: Sequence[StageWish]) -> None:
    fields: dict[str, Text] = {}
    keys = [wish.id for wish in wishes if wish.id]
    if len(wishes) > 20 or len(keys) != len(set(keys)):
        fields["stages"] = _("At most 20 stages of 120 characters.")
    for number, wish in enumerate(wishes):
        stage = standing.get(wish.id) if wish.id else None
        if wish.id and (stage is None or stage.version != wish.version):
            raise StaleVersion(standing=stage)
        if not 1 <= len(wish.title.strip()) <= 120:
            fields[f"stages.{number}.title"] = _("Enter the stage in 1 to 120 characters.")
        is_changed = stage is not None and (wish.is_removed or (stage.title, stage.due_date) != (wish.title.strip(), wish.due_date))
        if stage is not None and stage.done_at and is_changed:
            fields[f"stages.{number}.title"] = _("This stage is done: it is neither changed nor removed.")
    if fields:
        raise InvalidInput(fields=fields)


@transaction.atomic
def finish_stage(*, actor: User, at: datetime, stage_id: UUID) -> LabStage:
    """Mark a stage done; doing it again changes nothing."""
    actor.require(Permission.LAB_WRITE)
    stage = LabStage.objects.select_for_update().filter(pk=stage_id).first()
    if stage is None:
        raise NotFound
    if stage.done_at is None:
        stage.done_at = at
        stage.save(update_fields=["done_at"])
    return stage


@transaction.atomic
def attach_file(*, actor: User, order_id: UUID, file: StoredFile, name: str) -> LabOrderFile:
    """Attach a stored file; the same file twice is one attachment."""
    actor.require(Permission.LAB_WRITE)
    order = LabOrder.objects.filter(pk=order_id).first()
    if order is None:
        raise NotFound
    attached, _is_new = LabOrderFile.objects.get_or_create(order=order, file=file, defaults={"name": name[:200], "patient_id": order.patient_id})
    return attached


def _lock(order_id: UUID, version: int) -> LabOrder:
    order = LabOrder.objects.select_for_update(of=("self",)).select_related("branch").filter(pk=order_id).first()
    if order is None:
        raise NotFound
    if order.version != version:
        raise StaleVersion
    return order


def _note_state(order: LabOrder, *, actor: User, at: datetime, reason: str, is_correction: bool = False) -> None:
    values = {"changed_at": at, "changed_by": actor, "reason": reason, "is_correction": is_correction}
    StateChange.objects.create(order=order, patient_id=order.patient_id, state=order.state, **values)


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('lab_orders_number')")
        return int(cursor.fetchone()[0])


def _columns(details: OrderDetails) -> dict[str, object]:
    return {
        "lab_id": details.lab_id,
        "due_date": details.due_date,
        "shade": details.shade.strip(),
        "material": details.material.strip(),
        "instructions": details.instructions.strip(),
    }


def _check_order(procedures: Sequence[Procedure], asked: int, details: OrderDetails, today: date, stages: Sequence[str]) -> None:
    if not procedures or len(procedures) != asked:
        raise InvalidInput(fields={"procedures": _("Choose at least one procedure of this patient.")})
    if len({procedure.patient_id for procedure in procedures}) > 1:
        raise InvalidInput(fields={"procedures": _("One order is for one patient.")})
    _check_ahead(procedures)
    if len(stages) > 20 or any(len(stage) > 120 for stage in stages):
        raise InvalidInput(fields={"stages": _("At most 20 stages of 120 characters.")})
    _check_details(details)
    _check_due(details.due_date, today)


def _check_ahead(procedures: Sequence[Procedure]) -> None:
    for procedure in procedures:
        if procedure.state not in queries.UNFINISHED:
            told = {"work": str(procedure.service), "state": procedure.get_state_display()}
            raise InvalidInput(fields={"procedures": _("%(work)s is not ahead any more: %(state)s.") % told})
    standing = queries.standing_order_of(procedures)
    if standing is not None:
        told = {"work": str(standing.procedure.service), "number": str(standing.order.number)}
        raise InvalidInput(fields={"procedures": _("%(work)s stands in order %(number)s already. Cancel that order to order it anew.") % told})


def _check_details(details: OrderDetails) -> None:
    fields = {}
    if not Lab.objects.filter(pk=details.lab_id, is_active=True).exists():
        fields["lab"] = _("Choose a laboratory.")
    if len(details.shade) > 40:
        fields["shade"] = _("At most 40 characters.")
    if len(details.material) > 120:
        fields["material"] = _("At most 120 characters.")
    if fields:
        raise InvalidInput(fields=fields)
    if details.due_date is None:
        raise InvalidInput(fields={"due_date": _("Say when the work is due.")})


def _usual_due(lab_id: UUID, today: date) -> date:
    days = Lab.objects.filter(pk=lab_id).values_list("usual_days", flat=True).first()
    return today + timedelta(days=days or 0)


def _check_due(due: date | None, today: date) -> None:
    if due is None:
        return
    if due < today:
        raise InvalidInput(fields={"due_date": _("The day the work is due cannot be in the past.")})
    if due > today + rules.LONGEST:
        raise InvalidInput(fields={"due_date": _("The day the work is due cannot be more than two years ahead.")})
