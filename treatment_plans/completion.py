"""What follows when an act of a plan is done: the one function that knows the chain."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

import charting.actions
import clinic.billing.actions
import insurance.actions
import inventory.actions
import lab_orders.queries
from charting.models import Performance, Visit
from clinic.billing.models import Charge
from clinic.lib.clock import branch_day
from clinic.lib.errors import Conflict, NotFound
from clinic.staff.models import User
from clinic.staff.roles import Permission
from insurance.models import ClaimLine
from inventory.models import Movement, Shortage
from lab_orders.models import LabOrder
from treatment_plans import consents, papers, queries, rules
from treatment_plans.actions.common import ItemClosed, lock_item
from treatment_plans.consents import Missing
from treatment_plans.models import AlternativeState, Item


class AlreadyCompleted(Conflict):
    code = "already_completed"
    default_message = _("This line is done already. The first result stands, nothing was done twice.")


class NotAgreed(Conflict):
    code = "not_agreed"
    default_message = _("The patient has not signed for this line. Issue the contract or an addendum and have it signed, then mark it done.")


IN_NO_PLAN = _("This procedure is in no signed plan yet. Put it into a plan, have it accepted and signed, then complete it.")


class ConsentMissing(Conflict):
    code = "consent_missing"
    default_message = _("A consent is not signed.")


class NotAccepted(Conflict):
    code = "not_accepted"
    default_message = _("This alternative is not accepted. Only lines of the accepted alternative can be done.")


@dataclass(frozen=True)
class Completion:
    """What a completed line brought about."""

    item: Item
    performance: Performance
    movements: tuple[Movement, ...]
    shortages: tuple[Shortage, ...]
    charge: Charge
    claim_line: ClaimLine | None
    unsigned_consents: tuple[Missing, ...] = ()

    @property
    def taken(self) -> list[tuple[Movement, Decimal]]:
        """The movements with what left the lot as a positive quantity."""
        return [(movement, -movement.quantity) for movement in self.movements]

    @cached_property
    def work_not_back(self) -> list[LabOrder]:
        """Laboratory orders that say that the work done here is not in the clinic."""
        return lab_orders.queries.not_back_of(self.item.procedure_id)


@transaction.atomic
def complete_item(
    *, item_id: UUID, actor: User, at: datetime, visit_id: UUID | None = None, override_reason: str = "",
    precautions: Collection[UUID] = (), done_at: datetime | None = None, id: UUID | None = None,
) -> Completion:  # fmt: skip
    """Carry out a line: chart, stock, charge at the agreed price, insurance; all of it or nothing.

    `done_at` is when it was done at the chair, if that was told later: the chart bears that time, stock and money bear `at`.
    The same `id` (of the performance) twice is one completion.

    :raises AlreadyCompleted: when it is done; the link leads to the first result.
    :raises NotAgreed: when no signed contract or addendum covers it.
    :raises ConsentMissing: when a consent is not signed that the clinic's rules insist on; the link leads to signing it.
    :raises charting.medical.interactions.InteractionStop: when a rule stops it for this patient and no `override_reason` is given.
    :raises charting.medical.interactions.PrecautionsUnread: when a rule warns of it and is not among `precautions`, those read before the act.
    :raises charting.actions.OtherLegalEntity: when the visit is in a branch of another legal entity than the plan's.
    :raises inventory.actions.OutOfStock: when a material is short whose norm blocks.
    """
    actor.require(Permission.PROCEDURE_COMPLETE)
    item = lock_item(item_id)
    known = completion_of(item) if id is not None and item.performance_id == id else None
    if known is not None:
        return known
    _refuse(item)
    unsigned = unsigned_consents(item, done_at or at)
    _refuse_unsigned(item, unsigned)
    visit = _visit(visit_id, item)
    branch = item.alternative.plan.branch
    performance = charting.actions.perform_procedure(
        procedure=item.procedure, actor=actor, at=done_at or at, visit=visit, branch=branch, override_reason=override_reason,
        precautions=precautions, id=id,
    )  # fmt: skip
    stock = inventory.actions.write_off(performance=performance, quantity=item.quantity, actor=actor, at=at)
    charge = clinic.billing.actions.post_charge(
        performance=performance, amount=item.total, currency=item.currency, description=describe(item), actor=actor, at=at
    )
    with translation.override(branch.language):
        claim_line = insurance.actions.add_claim_line(performance=performance, charge=charge, actor=actor, at=at)
    item.performance = performance
    item.save(update_fields=["performance"])
    return Completion(item, performance, stock.movements, stock.shortages, charge, claim_line, tuple(unsigned))


def completion_of(item: Item) -> Completion | None:
    """What the standing completion of a line brought about; none when it is not done."""
    performance = item.performance
    if performance is None:
        return None
    return Completion(
        item=item,
        performance=performance,
        movements=tuple(Movement.objects.filter(performance=performance, reverses=None).select_related("lot__material").order_by("pk")),
        shortages=tuple(Shortage.objects.filter(performance=performance, cancelled_at=None).select_related("material").order_by("pk")),
        charge=Charge.objects.get(performance=performance, reverses=None),
        claim_line=ClaimLine.objects.filter(performance=performance, reverses=None).order_by("posted_at", "pk").first(),
        unsigned_consents=tuple(unsigned_consents(item, performance.performed_at)),
    )


def unsigned_consents(item: Item, at: datetime) -> list[Missing]:
    """The consents that this line calls for and nobody has signed."""
    day = branch_day(at, item.alternative.plan.branch.time_zone)
    documents = queries.documents_of(item.patient).filter(kind__startswith="consent_")
    return consents.missing(item.alternative, [item], list(documents), born=item.patient.birth_date, day=day)


def describe(item: Item) -> str:
    """The line in words, as the charge shows it."""
    teeth = papers.teeth_of(item)
    title = item.procedure.service.title_in(item.patient.language)
    return f"{title} ({teeth})" if teeth else title


def _refuse(item: Item) -> None:
    problem = rules.completion_problem(
        is_done=item.performance_id is not None,
        is_cancelled=item.cancelled_at is not None,
        is_accepted=item.alternative.state == AlternativeState.ACCEPTED,
        is_agreed=item.agreed_document_id is not None,
    )
    if problem == "done":
        raise AlreadyCompleted(link=reverse("item-result", args=[item.pk]))
    if problem == "cancelled":
        raise ItemClosed
    if problem == "not_accepted":
        raise NotAccepted(link=reverse("plan", args=[item.alternative.plan_id]))
    if problem == "not_agreed":
        raise NotAgreed(link=reverse("documents", args=[item.patient_id]))


def _refuse_unsigned(item: Item, unsigned: Sequence[Missing]) -> None:
    blocking = [consent for consent in unsigned if consent.is_blocking]
    if blocking:
        titles = ", ".join(f"“{consent.title}”" for consent in blocking)
        message = _("Not signed: %(titles)s. The patient signs first, then mark the line done. Nothing was changed.") % {"titles": titles}
        raise ConsentMissing(message, link=sign_url(blocking[0], item))


def sign_url(consent: Missing, item: Item) -> str:
    """Where the consent is signed: the issued document, else the form that issues it."""
    if consent.document:
        return reverse("document", args=[consent.document.pk])
    return f"{reverse('document-new', args=[item.patient_id])}?alternative={item.alternative_id}&kind={consent.kind}"


def _visit(visit_id: UUID | None, item: Item) -> Visit | None:
    if visit_id is None:
        return None
    visit = Visit.objects.filter(pk=visit_id, patient=item.patient_id).first()
    if visit is None:
        raise NotFound
    return visit
