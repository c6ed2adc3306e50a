"""Pages of recalls in the note: a proposal is accepted, changed or declined; a recall is moved or cancelled."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from charting.models import Visit
from charting.queries import get_visit
from charting.recalls import actions, forms, queries
from charting.recalls.models import Recall
from charting.recalls.queries import Proposal
from clinic.lib import panels
from clinic.lib.ids import uuid7
from clinic.lib.toasts import tell
from clinic.patients.queries import get_patient_for
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission


def _get_visit(request: Request, visit_id: UUID) -> Visit:
    visit = get_visit(visit_id)
    visit.patient = get_patient_for(request.user, visit.patient_id, what="visit", permission=Permission.CLINICAL_VIEW)
    return visit


def _proposal(visit: Visit, recall_rule_id: UUID) -> Proposal:
    found = next((one for one in queries.proposals_for(visit, timezone.now()) if one.rule.pk == recall_rule_id), None)
    if found is None:
        raise actions.NotProposed
    return found


def _told(request: Request, recall: Recall) -> None:
    values = {"what": recall.words, "day": date_format(recall.due_on, "SHORT_DATE_FORMAT")}
    tell(request, _("Recall set: %(what)s, %(day)s.") % values)


@page(Permission.DIAGNOSE, Permission.CLINICAL_VIEW)
@require_POST
def recall_accept(request: Request, visit_id: UUID, recall_rule_id: UUID) -> HttpResponse:
    """Take a proposal as it stands: one click."""
    visit = _get_visit(request, visit_id)
    form = forms.KeyForm(request.POST)
    key = form.cleaned_data["id"] if form.is_valid() else None
    _told(request, actions.set_recall(visit=visit, wish=actions.Wish(rule=recall_rule_id), actor=request.user, at=timezone.now(), id=key))
    return redirect("visit", visit_id=visit.pk)


@page(Permission.DIAGNOSE, Permission.CLINICAL_VIEW)
@require_http_methods(["GET", "POST"])
def recall_new(request: Request, visit_id: UUID, recall_rule_id: UUID | None = None) -> HttpResponse:
    """Another day or other words than the rule proposes, or a recall without a rule."""
    visit = _get_visit(request, visit_id)
    proposal = _proposal(visit, recall_rule_id) if recall_rule_id else None
    initial = {"id": uuid7(), "due_on": proposal.due_on if proposal else None}
    form = forms.RecallForm(request.POST or None, initial=initial, rule=proposal.rule if proposal else None)

    def save(values: dict[str, Any]) -> None:
        key = values.pop("id")
        wish = actions.Wish(rule=recall_rule_id, **values)
        _told(request, actions.set_recall(visit=visit, wish=wish, actor=request.user, at=timezone.now(), id=key))

    lead = ""
    if proposal is not None:
        values = {"because": proposal.because, "interval": proposal.rule.interval, "source": proposal.rule.source_words}
        lead = _("%(because)s: %(interval)s by the clinic's rule. Source: %(source)s") % values
    return panels.submit(request, form, save, context={"title": _("Next visit"), "verb": _("Set the recall"), "lead": lead})


@page(Permission.DIAGNOSE, Permission.CLINICAL_VIEW)
@require_http_methods(["GET", "POST"])
def recall_decline(request: Request, visit_id: UUID, recall_rule_id: UUID) -> HttpResponse:
    """No such visit is needed, and why."""
    visit = _get_visit(request, visit_id)
    proposal = _proposal(visit, recall_rule_id)
    form = forms.DeclineForm(request.POST or None, initial={"id": uuid7()})

    def save(values: dict[str, Any]) -> None:
        at = timezone.now()
        actions.decline_recall(visit=visit, rule_id=recall_rule_id, reason=values["reason"], actor=request.user, at=at, id=values["id"])

    context = {"title": _("No visit needed"), "verb": _("Keep the decision"), "lead": proposal.rule.purpose}
    return panels.submit(request, form, save, context=context)


@page(Permission.DIARY_WRITE, Permission.PATIENT_VIEW)
@require_http_methods(["GET", "POST"])
def recall_move(request: Request, recall_id: UUID) -> HttpResponse:
    """Another day, and why."""
    recall = queries.get_recall_for(request.user, recall_id, permission=Permission.DIARY_WRITE)
    form = forms.MoveForm(request.POST or None, initial={"version": recall.version, "due_on": recall.due_on})

    def save(values: dict[str, Any]) -> None:
        actions.move_recall(recall_id=recall_id, actor=request.user, at=timezone.now(), **values)

    return panels.submit(request, form, save, context={"title": _("Another day"), "verb": _("Move"), "lead": _lead(recall)})


@page(Permission.DIARY_WRITE, Permission.PATIENT_VIEW)
@require_http_methods(["GET", "POST"])
def recall_cancel(request: Request, recall_id: UUID) -> HttpResponse:
    """The patient is not called any more, and why."""
    recall = queries.get_recall_for(request.user, recall_id, permission=Permission.DIARY_WRITE)
    form = forms.CancelForm(request.POST or None, initial={"version": recall.version})

    def save(values: dict[str, Any]) -> None:
        actions.cancel_recall(recall_id=recall_id, actor=request.user, at=timezone.now(), **values)

    context = {"title": _("Cancel the recall"), "verb": _("Cancel the recall"), "verb_class": "btn-danger", "lead": _lead(recall)}
    return panels.submit(request, form, save, context=context)


def _lead(recall: Recall) -> str:
    return f"{recall.patient}: {recall.words}, {date_format(recall.due_on, 'SHORT_DATE_FORMAT')}"
