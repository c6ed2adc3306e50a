"""The clinic's rules about consents that nobody has signed."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clinic.lib.errors import StaleVersion
from clinic.lib.numbers import whole
from clinic.lib.toasts import tell
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission
from treatment_plans import actions, consents
from treatment_plans.models import Strictness


@page(Permission.SETTINGS_WRITE, everywhere=Permission.SETTINGS_WRITE)
def consent_rules(request: Request) -> HttpResponse:
    """Every kind of consent, and what its absence means."""
    return _page(request)


def _page(request: Request, *, problem: str = "") -> HttpResponse:
    context = {"rows": consents.rules_by_kind(), "choices": Strictness.choices, "problem": problem}
    return render(request, "treatment_plans/consent_rules.html", context, status=409 if problem else 200)


@page(Permission.SETTINGS_WRITE, everywhere=Permission.SETTINGS_WRITE)
@require_POST
def consent_rule_set(request: Request, kind: str) -> HttpResponse:
    version, strictness = request.POST.get("version", ""), request.POST.get("strictness", "")
    try:
        read = whole(version) or 0
        actions.set_consent_rule(kind=kind, strictness=strictness, version=read, actor=request.user)
    except StaleVersion:
        problem = _("Someone has changed this rule since you opened the page. It is shown as it stands now; choose again if need be.")
        return _page(request, problem=problem)
    tell(request, _("Saved."))
    return redirect("consent-rules")
