"""Alternatives of a plan: add, copy, describe, decide; finding what to add."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clinic.history.evidence import receipts
from clinic.lib import panels
from clinic.lib.toasts import tell
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission
from treatment_plans import actions, forms, queries
from treatment_plans.models import Alternative


def _get(request: Request, alternative_id: UUID, permission: Permission = Permission.PLAN_WRITE) -> Alternative:
    return queries.get_alternative_for(request.user, alternative_id, permission=permission)


def address(alternative: Alternative) -> str:
    """The plan's page at this alternative."""
    return f"{alternative.plan.get_absolute_url()}?alternative={alternative.pk}"


def back(alternative: Alternative) -> HttpResponse:
    return redirect(address(alternative))


@page(Permission.PLAN_WRITE)
def alternative_new(request: Request, plan_id: UUID) -> HttpResponse:
    queries.get_plan_for(request.user, plan_id, permission=Permission.PLAN_WRITE)

    def save(values: dict[str, Any]) -> str:
        return address(actions.add_alternative(plan_id=plan_id, actor=request.user, at=timezone.now(), **values))

    return panels.submit(request, forms.TitleForm(request.POST or None), save, context={"title": _("New alternative"), "verb": _("Add")})


@page(Permission.PLAN_WRITE)
def alternative_copy(request: Request, alternative_id: UUID) -> HttpResponse:
    source = _get(request, alternative_id)

    def save(values: dict[str, Any]) -> str:
        made = actions.copy_alternative(alternative_id=alternative_id, actor=request.user, at=timezone.now(), **values)
        tell(request, _("Copied. The lines share their procedures with the original."))
        return address(made)

    form = forms.TitleForm(request.POST or None, initial={"title": _("%(title)s, copy") % {"title": source.label}})
    return panels.submit(request, form, save, context={"title": _("Copy the alternative"), "verb": _("Copy")})


@page(Permission.PLAN_WRITE)
def alternative_edit(request: Request, alternative_id: UUID) -> HttpResponse:
    found = _get(request, alternative_id)

    def save(values: dict[str, Any]) -> None:
        actions.rename_alternative(alternative_id=alternative_id, actor=request.user, **values)

    form = forms.AlternativeForm(request.POST or None, initial={"version": found.version, "title": found.title, "summary": found.summary})
    return panels.submit(request, form, save, context={"title": _("Alternative"), "verb": _("Save")})


@page(Permission.PLAN_DECIDE)
@require_POST
def alternative_accept(request: Request, alternative_id: UUID) -> HttpResponse:
    found = _get(request, alternative_id, Permission.PLAN_DECIDE)
    actions.accept(alternative_id=alternative_id, actor=request.user, at=timezone.now())
    seal = receipts.await_seal(Alternative._meta.db_table, found.pk)
    accepted = _("Accepted: prices are frozen, the other alternatives are rejected. Next: the contract.")
    tell(request, f"{accepted} {seal or ''}", open_url=reverse("signatures-of", args=[found.patient_id, found.pk]))
    return back(found)


@page(Permission.PLAN_DECIDE)
def alternative_reject(request: Request, alternative_id: UUID) -> HttpResponse:
    _get(request, alternative_id, Permission.PLAN_DECIDE)

    def save(values: dict[str, Any]) -> None:
        actions.reject(alternative_id=alternative_id, actor=request.user, at=timezone.now(), **values)

    return panels.submit(request, forms.ReasonForm(request.POST or None), save, context={"title": _("Reject the alternative"), "verb": _("Reject")})


@page(Permission.PLAN_WRITE)
def alternative_end(request: Request, alternative_id: UUID) -> HttpResponse:
    _get(request, alternative_id)

    def save(values: dict[str, Any]) -> None:
        actions.end_early(alternative_id=alternative_id, actor=request.user, at=timezone.now(), **values)

    context = {"title": _("End the treatment early"), "verb": _("End"), "lead": _("Lines not done are cancelled; what is done stays.")}
    return panels.submit(request, forms.ReasonForm(request.POST or None), save, context=context)


@page(Permission.PLAN_WRITE)
def service_search(request: Request, alternative_id: UUID) -> HttpResponse:
    """Services that fit what was typed, with the day's price; a part of the plan's page."""
    found = _get(request, alternative_id)
    text = request.GET.get("q", "").strip()
    context = {"alternative": found, "services": queries.find_services(found.plan, text, timezone.now()), "q": text}
    return render(request, "treatment_plans/_services.html", context)
