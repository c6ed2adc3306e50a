"""What decisions about alternatives do to the chart: chosen acts are planned, acts nobody chose are cancelled, and both ways lead back."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

import charting.actions
from charting.models import Procedure, ProcedureChange
from clinic.staff.models import User
from treatment_plans.models import Alternative, AlternativeState, AlternativeStep, Item

STANDING = (AlternativeState.DRAFT, AlternativeState.PRESENTED, AlternativeState.ACCEPTED)


def plan_procedure(item: Item, actor: User, at: datetime) -> None:
    """What the patient chose is planned."""
    if item.procedure.state == "proposed":
        charting.actions.change_procedure_state(procedure=item.procedure, state="planned", actor=actor, at=at)


def unplan_procedure(item: Item, actor: User, at: datetime) -> None:
    """What nobody has agreed to do any more is a proposal again."""
    elsewhere = Item.objects.filter(procedure=item.procedure_id, alternative__state=AlternativeState.ACCEPTED, cancelled_at=None)
    if item.procedure.state == "planned" and not elsewhere.exclude(pk=item.pk).exists():
        charting.actions.change_procedure_state(procedure=item.procedure, state="proposed", actor=actor, at=at)


def set_aside(rejected: Iterable[Alternative], *, actor: User, at: datetime, reason: str) -> None:
    """Cancel on the chart what the rejected alternatives held and no open or accepted one holds."""
    held = Item.objects.filter(alternative__state__in=STANDING, cancelled_at=None).values("procedure")
    lines = Item.objects.filter(alternative__in=list(rejected), cancelled_at=None).exclude(procedure__in=held).values("procedure")
    for procedure in Procedure.objects.filter(pk__in=lines, state__in=("proposed", "planned")).order_by("pk"):
        charting.actions.change_procedure_state(procedure=procedure, state="cancelled", actor=actor, at=at, reason=reason)


def bring_back(ended: Alternative, *, actor: User, at: datetime, reason: str) -> None:
    """The mirror of accepting: what was set aside because this alternative was chosen is proposed again."""
    steps = AlternativeStep.objects.filter(alternative__plan=ended.plan_id)
    accepted = steps.filter(alternative=ended, state=AlternativeState.ACCEPTED).order_by("-moved_at", "-pk").first()
    if accepted is not None:
        rejected = steps.filter(state=AlternativeState.REJECTED, moved_at=accepted.moved_at).values("alternative")
        _propose_again(_set_aside_in(Alternative.objects.filter(pk__in=rejected), accepted.moved_at), actor=actor, at=at, reason=reason)


def revive(source: Alternative, *, actor: User, at: datetime, reason: str) -> None:
    """A rejected alternative is planned anew: what its rejection cancelled is proposed again."""
    step = source.steps.filter(state=AlternativeState.REJECTED).order_by("-moved_at", "-pk").first()
    if step is not None:
        _propose_again(_set_aside_in(Alternative.objects.filter(pk=source.pk), step.moved_at), actor=actor, at=at, reason=reason)


def _set_aside_in(alternatives: QuerySet[Alternative], moment: datetime) -> QuerySet[Procedure]:
    """Procedures of these alternatives whose last change is the cancelling of that moment; later changes by hand stand."""
    last = ProcedureChange.objects.filter(procedure=OuterRef("pk")).order_by("-changed_at", "-pk").values("changed_at")[:1]
    lines = Item.objects.filter(alternative__in=alternatives, cancelled_at=None).values("procedure")
    return Procedure.objects.filter(pk__in=lines, state="cancelled").annotate(moved=Subquery(last)).filter(moved=moment).order_by("pk")


def _propose_again(procedures: QuerySet[Procedure], *, actor: User, at: datetime, reason: str) -> None:
    for procedure in procedures:
        charting.actions.change_procedure_state(procedure=procedure, state="proposed", actor=actor, at=at, reason=reason)
