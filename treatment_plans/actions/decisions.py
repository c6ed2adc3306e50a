"""Presenting an alternative and deciding about it: accepted, rejected, ended early."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from charting import queries as charting
from clinic.history import actions as history
from clinic.lib.clock import branch_day
from clinic.lib.errors import Conflict, InvalidInput
from clinic.staff.models import User
from clinic.staff.roles import Permission
from treatment_plans.actions import aside, common
from treatment_plans.models import Alternative, AlternativeState, Item, Plan


class NothingToPresent(Conflict):
    code = "nothing_to_present"
    default_message = _("This alternative has no lines. Add procedures first.")


class NotPresented(Conflict):
    code = "not_presented"
    default_message = _("This alternative was not presented, or has changed since. Present it to the patient first.")


class AnotherAccepted(Conflict):
    code = "another_accepted"
    default_message = _("Another alternative of this plan is accepted already. Nothing was changed.")


@transaction.atomic
def present(*, alternative_id: UUID, actor: User, at: datetime) -> Alternative:
    """Price the lines by the list of the day and mark the alternative as presented to the patient.

    :raises NothingToPresent: when it has no lines.
    :raises NoPrice: when a service has no price on the day.
    """
    actor.require(Permission.PLAN_DECIDE)
    alternative = common.lock_open(alternative_id)
    items = _live(alternative)
    if not items:
        raise NothingToPresent
    day = branch_day(at, alternative.plan.branch.time_zone)
    for item in items:
        if item.price_date != day:
            common.reprice(item, alternative.plan, day)
            item.save()
    if alternative.state != AlternativeState.PRESENTED:
        common.move(alternative, AlternativeState.PRESENTED, actor=actor, at=at)
    return alternative


@transaction.atomic
def accept(*, alternative_id: UUID, actor: User, at: datetime) -> Alternative:
    """The patient chose this alternative: its siblings are rejected, and the prices of them all are frozen. Twice is once.

    What only the rejected ones held is cancelled on the chart.

    :raises AnotherAccepted: when a sibling was chosen before.
    :raises NotPresented: when it was not presented as it stands now.
    """
    actor.require(Permission.PLAN_DECIDE)
    plan, alternatives = _lock_alternatives(alternative_id)
    chosen = next(row for row in alternatives if row.pk == alternative_id)
    if chosen.state == AlternativeState.ACCEPTED:
        return chosen
    if any(row.state == AlternativeState.ACCEPTED for row in alternatives):
        raise AnotherAccepted(link=plan.get_absolute_url())
    if chosen.state != AlternativeState.PRESENTED:
        raise NotPresented
    siblings = [row for row in alternatives if row.is_open and row is not chosen]
    _freeze([chosen, *siblings], at)
    reason = common.in_branch_language(plan, _("Another alternative was accepted"))
    for sibling in siblings:
        common.move(sibling, AlternativeState.REJECTED, actor=actor, at=at, reason=reason)
    _accept_once(chosen, actor, at)
    for item in _live(chosen):
        aside.plan_procedure(item, actor, at)
    aside.set_aside(siblings, actor=actor, at=at, reason=reason)
    history.record_signature(table=Alternative._meta.db_table, key=chosen.pk, patient_id=chosen.patient_id, body=_agreed(chosen))
    return chosen


@transaction.atomic
def reject(*, alternative_id: UUID, reason: str, actor: User, at: datetime) -> Alternative:
    """The patient does not want this alternative; its lines stay as they were presented."""
    actor.require(Permission.PLAN_DECIDE)
    alternative = common.lock_alternative(alternative_id)
    if alternative.state == AlternativeState.REJECTED:
        return alternative
    if not alternative.is_open:
        raise common.AlternativeDecided
    _freeze([alternative], at)
    text = _reason(reason)
    common.move(alternative, AlternativeState.REJECTED, actor=actor, at=at, reason=text)
    aside.set_aside([alternative], actor=actor, at=at, reason=text)
    return alternative


@transaction.atomic
def end_early(*, alternative_id: UUID, reason: str, actor: User, at: datetime) -> Alternative:
    """Stop an accepted alternative: lines not done are cancelled, done ones stay, another alternative may then be accepted.

    What was cancelled on the chart because this one was chosen is proposed again.
    """
    actor.require(Permission.PLAN_WRITE)
    alternative = common.lock_alternative(alternative_id)
    if alternative.state == AlternativeState.CANCELLED:
        return alternative
    if alternative.state != AlternativeState.ACCEPTED:
        raise common.AlternativeDecided(_("Only an accepted alternative can be ended early."))
    text = _reason(reason)
    for item in _live(alternative):
        if not item.performance_id:
            item.cancelled_at, item.cancelled_by, item.cancel_reason = at, actor, text
            item.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason"])
            aside.unplan_procedure(item, actor, at)
    common.move(alternative, AlternativeState.CANCELLED, actor=actor, at=at, reason=text)
    aside.bring_back(alternative, actor=actor, at=at, reason=text)
    return alternative


def _agreed(alternative: Alternative) -> dict[str, object]:
    """What the acceptance binds: the hash of the lines and prices as they are frozen, how many they are and what they cost."""
    items = _live(alternative)
    content = {
        "alternative": str(alternative.pk),
        "patient": str(alternative.patient_id),
        "currency": alternative.plan.currency,
        "lines": [[str(item.pk), item.procedure.service.code, item.quantity, str(item.unit_price), str(item.total)] for item in items],
    }
    return {"sha256": charting.hash_of(content), "lines": len(items), "total": str(sum(item.total for item in items))}


def _lock_alternatives(alternative_id: UUID) -> tuple[Plan, list[Alternative]]:
    plan = common.lock_plan(common.get_alternative(alternative_id).plan_id)
    rows = Alternative.objects.select_for_update(no_key=True).filter(plan=plan).order_by("pk")
    return plan, list(rows)


def _freeze(alternatives: Iterable[Alternative], at: datetime) -> None:
    Item.objects.filter(alternative__in=list(alternatives), frozen_at=None).update(frozen_at=at)


def _accept_once(chosen: Alternative, actor: User, at: datetime) -> None:
    try:
        with transaction.atomic():
            common.move(chosen, AlternativeState.ACCEPTED, actor=actor, at=at)
    except IntegrityError as error:
        if "treatment_plans_one_accepted" in str(error):
            raise AnotherAccepted from error
        raise


def _live(alternative: Alternative) -> list[Item]:
    rows = Item.objects.select_for_update(of=("self",), no_key=True).filter(alternative=alternative, cancelled_at=None)
    return list(rows.select_related("procedure__service").order_by("position", "pk"))


def _reason(text: str) -> str:
    if not text.strip():
        raise InvalidInput(fields={"reason": _("Say in a few words why.")})
    return text.strip()[:300]
