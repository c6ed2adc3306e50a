"""What all actions of plans share: errors, locks in one order, the move of a state, the price of a line."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinic.lib.errors import Conflict, InvalidInput, NotAllowed, NotFound
from clinic.price_list import queries as price_list
from clinic.staff.models import User
from treatment_plans import rules
from treatment_plans.models import Alternative, AlternativeState, AlternativeStep, Item, Plan

LONGEST_TITLE = 200
DISCOUNT_PROBLEMS = {
    "both": _("Give a percentage or an amount, not both."),
    "percent": _("Enter a percentage above 0, up to 100, with two decimals at most."),
    "amount": _("Enter an amount above 0, not above the line, with two decimals at most."),
    "reason": _("Say why the discount is given."),
}


class AlternativeDecided(Conflict):
    code = "alternative_decided"
    default_message = _("This alternative is decided: its lines and prices are frozen. Copy it to plan something else.")


class ItemExists(Conflict):
    code = "item_exists"
    default_message = _("This procedure is in the alternative already.")


class ItemClosed(Conflict):
    code = "item_closed"
    default_message = _("This line is done or cancelled and cannot change.")


class MixedCurrencies(Conflict):
    code = "mixed_currencies"
    default_message = _("The price list of this branch is in another currency than the plan.")


class DiscountNotAllowed(NotAllowed):
    code = "discount_not_allowed"
    default_message = _("This discount is above your limit. Ask a person with a higher limit to give it.")


def lock_plan(plan_id: UUID) -> Plan:
    """:raises NotFound: when there is no such plan."""
    plan = Plan.objects.select_for_update(of=("self",), no_key=True).select_related("branch").filter(pk=plan_id).first()
    if plan is None:
        raise NotFound
    return plan


def get_alternative(alternative_id: UUID) -> Alternative:
    """:raises NotFound: when there is no such alternative."""
    alternative = Alternative.objects.select_related("plan__branch").filter(pk=alternative_id).first()
    if alternative is None:
        raise NotFound
    return alternative


def lock_alternative(alternative_id: UUID) -> Alternative:
    """Lock order: plan, alternative, items."""
    alternative = (
        Alternative.objects.select_for_update(of=("self",), no_key=True)
        .select_related("plan__branch__legal_entity", "patient")
        .filter(pk=alternative_id)
        .first()
    )
    if alternative is None:
        raise NotFound
    return alternative


def lock_item(item_id: UUID) -> Item:
    """The line under its alternative, both locked in the order that all actions of plans keep."""
    alternative = Alternative.objects.select_for_update(of=("self",), no_key=True).select_related("plan__branch").filter(items=item_id).first()
    if alternative is None:
        raise NotFound
    rows = Item.objects.select_for_update(of=("self",), no_key=True).select_related("procedure__service", "performance", "patient")
    item = rows.get(pk=item_id)
    item.alternative = alternative
    return item


def lock_open(alternative_id: UUID) -> Alternative:
    """:raises AlternativeDecided: when its lines and prices are frozen."""
    alternative = lock_alternative(alternative_id)
    if not alternative.is_open:
        raise AlternativeDecided
    return alternative


def touch(alternative: Alternative, *, actor: User, at: datetime) -> None:
    """What was presented is no longer what stands: back to draft."""
    if alternative.state == AlternativeState.PRESENTED:
        reason = in_branch_language(alternative.plan, _("Changed after it was presented"))
        move(alternative, AlternativeState.DRAFT, actor=actor, at=at, reason=reason)


def in_branch_language(plan: Plan, text: Promise) -> str:
    """Words that the program itself writes into the record stand in the language of the branch, whoever acts."""
    with translation.override(plan.branch.language):
        return str(text)


def move(alternative: Alternative, state: AlternativeState, *, actor: User, at: datetime, reason: str = "") -> None:
    """Set the state and write down who, when and why."""
    alternative.state = state
    alternative.save(update_fields=["state"])
    alternative.refresh_from_db(fields=["version"])
    AlternativeStep.objects.create(
        alternative=alternative, patient_id=alternative.patient_id, state=state, moved_at=at, moved_by=actor, reason=reason
    )


def reprice(item: Item, plan: Plan, day: date) -> None:
    """Give the line the price of the day and its total.

    :raises MixedCurrencies: when the branch's currency is no longer the plan's.
    """
    price = price_list.price_on(service=item.procedure.service, branch=plan.branch, day=day)
    if price.price_list.currency != plan.currency:
        raise MixedCurrencies
    item.unit_price, item.currency, item.price_date = price.amount, plan.currency, day
    check_discount(item)
    item.total = line_total(item)


def clean_title(text: str, *, is_optional: bool = False) -> str:
    """A title without spaces around it; an optional one may be empty, its place in the order then names it."""
    title = text.strip()
    if not (title or is_optional) or len(title) > LONGEST_TITLE:
        raise InvalidInput(fields={"title": _("Enter a title of up to 200 letters.")})
    return title


def line_total(item: Item) -> Decimal:
    return rules.line_total(unit_price=item.unit_price, quantity=item.quantity, percent=item.discount_percent, amount=item.discount_amount)


def check_discount(item: Item) -> None:
    problem = rules.discount_problem(gross=item.gross, percent=item.discount_percent, amount=item.discount_amount, reason=item.discount_reason)
    if problem:
        field, name = problem
        raise InvalidInput(fields={field: DISCOUNT_PROBLEMS[name]})
