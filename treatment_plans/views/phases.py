"""Phases of an open alternative: add, name, put in order, take out."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clinic.lib import panels
from clinic.lib.errors import InvalidInput
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission
from treatment_plans import actions, forms, queries
from treatment_plans.views.alternatives import back


@page(Permission.PLAN_WRITE)
def phase_new(request: Request, alternative_id: UUID) -> HttpResponse:
    queries.get_alternative_for(request.user, alternative_id, permission=Permission.PLAN_WRITE)

    def save(values: dict[str, Any]) -> None:
        actions.add_phase(alternative_id=alternative_id, actor=request.user, at=timezone.now(), **values)

    return panels.submit(request, forms.TitleForm(request.POST or None), save, context={"title": _("New phase"), "verb": _("Add")})


@page(Permission.PLAN_WRITE)
def phase_edit(request: Request, phase_id: UUID) -> HttpResponse:
    phase = queries.get_phase_for(request.user, phase_id, permission=Permission.PLAN_WRITE)

    def save(values: dict[str, Any]) -> None:
        actions.rename_phase(phase_id=phase_id, actor=request.user, at=timezone.now(), **values)

    form = forms.PhaseForm(request.POST or None, initial={"version": phase.version, "title": phase.title})
    return panels.submit(request, form, save, context={"title": phase.label, "verb": _("Rename")})


@page(Permission.PLAN_WRITE)
@require_POST
def phase_place(request: Request, phase_id: UUID) -> HttpResponse:
    """Put the phase at a place in the order."""
    phase = queries.get_phase_for(request.user, phase_id, permission=Permission.PLAN_WRITE)
    form = forms.PhasePlaceForm(request.POST)
    if not form.is_valid():
        raise InvalidInput(fields={name: str(errors[0]) for name, errors in form.errors.items()})
    actions.move_phase(phase_id=phase_id, position=form.cleaned_data["position"], actor=request.user, at=timezone.now())
    return panels.done(request, "plan", phase.alternative.plan_id) if request.htmx else back(phase.alternative)


@page(Permission.PLAN_WRITE)
@require_POST
def phase_remove(request: Request, phase_id: UUID) -> HttpResponse:
    """Take an empty phase out."""
    phase = queries.get_phase_for(request.user, phase_id, permission=Permission.PLAN_WRITE)
    version = forms.VersionForm(request.POST)
    if not version.is_valid():
        raise InvalidInput(fields={name: str(errors[0]) for name, errors in version.errors.items()})
    actions.remove_phase(phase_id=phase_id, version=version.cleaned_data["version"], actor=request.user, at=timezone.now())
    return back(phase.alternative)
