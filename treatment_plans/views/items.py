"""Lines of a plan: add, price, move, cancel; done and taken back."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from charting.medical import interactions
from charting.medical.interaction_models import InteractionRule
from charting.models import Procedure
from clinic.lib import panels
from clinic.lib.errors import InvalidInput, NotFound
from clinic.lib.ids import uuid7
from clinic.lib.toasts import tell
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission
from treatment_plans import actions, completion, forms, papers, queries, reversal
from treatment_plans.models import Item
from treatment_plans.views.alternatives import back


@page(Permission.PLAN_WRITE)
@require_POST
def item_add(request: Request, alternative_id: UUID) -> HttpResponse:
    """Add a proposed procedure of the chart, or a service with the teeth typed beside it."""
    alternative = queries.get_alternative_for(request.user, alternative_id, permission=Permission.PLAN_WRITE)
    form = forms.ItemAddForm({"id": str(uuid7()), **request.POST.dict()})
    if not form.is_valid():
        raise InvalidInput(" ".join(str(error) for errors in form.errors.values() for error in errors))
    values = form.cleaned_data
    place = {"phase_id": values["phase"], "id": values["id"], "alternative_id": alternative_id, "actor": request.user, "at": timezone.now()}
    if values["procedure"]:
        procedure = Procedure.objects.select_related("service").filter(pk=values["procedure"], patient=alternative.patient_id).first()
        if procedure is None:
            raise NotFound
        actions.add_item(procedure=procedure, **place)
    elif values["service"]:
        places = forms.places_of(values["teeth"], values["service"], alternative.patient, timezone.now())
        actions.add_service(service=values["service"], places=places, **place)
    else:
        raise InvalidInput(_("Choose a procedure or a service to add."))
    return panels.done(request, "plan", alternative.plan_id) if request.htmx else back(alternative)


@page(Permission.PLAN_WRITE)
def item_edit(request: Request, item_id: UUID) -> HttpResponse:
    item = queries.get_item_for(request.user, item_id, permission=Permission.PLAN_WRITE)
    names = ("version", "quantity", "discount_percent", "discount_amount", "discount_reason")

    def save(values: dict[str, Any]) -> None:
        actions.change_item(item_id=item_id, actor=request.user, at=timezone.now(), **values)

    form = forms.ItemForm(request.POST or None, initial={name: getattr(item, name) for name in names})
    return panels.submit(request, form, save, context={"title": str(item.procedure.service), "verb": _("Save")})


@page(Permission.PLAN_WRITE)
@require_POST
def item_place(request: Request, item_id: UUID) -> HttpResponse:
    """Move a line to a phase, visit, place or alternative."""
    item = queries.get_item_for(request.user, item_id, permission=Permission.PLAN_WRITE)
    form = forms.PlaceForm(request.POST)
    if not form.is_valid():
        raise InvalidInput(fields={name: str(errors[0]) for name, errors in form.errors.items()})
    values = form.cleaned_data
    actions.place_item(
        item_id=item_id,
        phase_id=values["phase"],
        visit_number=values["visit_number"],
        before_id=values["before"],
        alternative_id=values["alternative"],
        actor=request.user,
        at=timezone.now(),
    )
    return panels.done(request, "plan", item.alternative.plan_id) if request.htmx else back(item.alternative)


@page(Permission.PLAN_WRITE)
def item_cancel(request: Request, item_id: UUID) -> HttpResponse:
    item = queries.get_item_for(request.user, item_id, permission=Permission.PLAN_WRITE)

    def save(values: dict[str, Any]) -> None:
        actions.cancel_item(item_id=item_id, actor=request.user, at=timezone.now(), **values)

    form_class = forms.OptionalReasonForm if item.alternative.is_open else forms.ReasonForm
    context = {"title": _("Take out: %(service)s") % {"service": item.procedure.service}, "verb": _("Take out"), "verb_class": "btn-danger"}
    return panels.submit(request, form_class(request.POST or None), save, context=context)


@page(Permission.PROCEDURE_COMPLETE)
@require_POST
def item_complete(request: Request, item_id: UUID) -> HttpResponse:
    """Done: the chain runs, and the screen shows what happened."""
    item = queries.get_item_for(request.user, item_id, permission=Permission.PROCEDURE_COMPLETE)
    if item.performance_id is None and _precautions(item):
        return _open(request, reverse("item-override", args=[item_id]))
    completion.complete_item(item_id=item_id, actor=request.user, at=timezone.now())
    return _show_result(request, item_id)


def _precautions(item: Item) -> list[InteractionRule]:
    return interactions.firing(item.alternative.plan.patient, interactions.act_of(item.procedure.service), timezone.now())


@page(Permission.PROCEDURE_COMPLETE)
def item_override(request: Request, item_id: UUID) -> HttpResponse:
    """What speaks against the act on this patient, read before it; a stop is overridden by a reason."""
    item = queries.get_item_for(request.user, item_id, permission=Permission.PROCEDURE_COMPLETE)
    found = _precautions(item)
    interactions.show(found, item.alternative.plan.patient)
    form = forms.OverrideForm(request.POST or None, is_stopped=any(rule.is_stop for rule in found))
    read = [UUID(key) for key in request.POST.getlist("read") if key in {str(rule.pk) for rule in found}]

    def save(values: dict[str, Any]) -> str:
        completion.complete_item(item_id=item_id, actor=request.user, at=timezone.now(), precautions=read, **values)
        return reverse("item-result", args=[item_id])

    context = {"title": _("Before: %(service)s") % {"service": item.procedure.service}, "verb": _("Done all the same"), "precautions": found}
    return panels.submit(request, form, save, template="treatment_plans/override.html", context=context)


@page(Permission.PROCEDURE_REVERSE)
def item_reverse(request: Request, item_id: UUID) -> HttpResponse:
    item = queries.get_item_for(request.user, item_id, permission=Permission.PROCEDURE_REVERSE)

    def save(values: dict[str, Any]) -> None:
        reversal.reverse_item(item_id=item_id, actor=request.user, at=timezone.now(), **values)
        tell(request, _("Taken back: chart, stock, charge and claim have opposite entries."))

    context = {
        "title": _("Take back: %(service)s") % {"service": item.procedure.service},
        "verb": _("Take back"),
        "verb_class": "btn-danger",
        "lead": _("Nothing is deleted: the stock returns to its lots, the charge and the claim get opposite entries, the line is planned again."),
    }
    return panels.submit(request, forms.ReasonForm(request.POST or None), save, context=context)


@page(Permission.PLAN_VIEW)
def item_result(request: Request, item_id: UUID) -> HttpResponse:
    """What the completed line brought about."""
    item = queries.get_item_for(request.user, item_id)
    context = {
        "patient": item.alternative.plan.patient,
        "item": item,
        "teeth": papers.teeth_shown(item),
        "result": completion.completion_of(item),
        "may_reverse": request.user.may(Permission.PROCEDURE_REVERSE),
        "may_issue": request.user.may(Permission.DOCUMENT_ISSUE),
        "may_see_lab": request.user.may(Permission.LAB_VIEW),
    }
    return render(request, "treatment_plans/result.html", context)


def _show_result(request: Request, item_id: UUID) -> HttpResponse:
    answer = _open(request, reverse("item-result", args=[item_id]))
    return trigger_client_event(answer, "plan-changed", {}) if request.htmx else answer


def _open(request: Request, url: str) -> HttpResponse:
    """A page in the side panel, or as the next page without htmx."""
    return trigger_client_event(HttpResponse(status=204), "panel-open", {"url": url}) if request.htmx else redirect(url)
