"""The clinic's rules about consents that nobody has signed."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clinic.lib.toasts import tell
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission
from treatment_plans import actions, consents
from treatment_plans.models import Strictness


@page(Permission.SETTINGS_WRITE)
def consent_rules(request: Request) -> HttpResponse:
    """Every kind of consent, and what its absence means."""
    return render(request, "treatment_plans/consent_rules.html", {"rows": consents.rules_by_kind(), "choices": Strictness.choices})


@page(Permission.SETTINGS_WRITE)
@require_POST
def consent_rule_set(request: Request, kind: str) -> HttpResponse:
    actions.set_consent_rule(kind=kind, strictness=request.POST.get("strictness", ""), actor=request.user)
    tell(request, _("Saved."))
    return redirect("consent-rules")
