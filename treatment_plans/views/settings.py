"""Settings of plans and papers: discounts by role, texts of informed consents."""

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.lib import panels
from clinic.lib.errors import DomainError, NotFound, StaleVersion
from clinic.lib.toasts import tell
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission
from treatment_plans import actions, editions, forms, queries
from treatment_plans.models import CONSENTS, ConsentEdition


@page(Permission.PRICE_WRITE, everywhere=Permission.PRICE_WRITE)
def discount_limits(request: Request) -> HttpResponse:
    """How much each role may take off a line."""
    form = forms.LimitsForm(request.POST or None, limits=queries.discount_limits())
    if request.method == "POST" and form.is_valid():
        try:
            _save_limits(request, form)
        except StaleVersion:
            panels.add_errors(form, StaleVersion())
            form.show_standing()
        except DomainError as error:
            panels.add_errors(form, error)
        else:
            tell(request, _("Saved."))
            return redirect("discount-limits")
    return render(request, "treatment_plans/discount_limits.html", {"form": form}, status=422 if request.method == "POST" else 200)


@transaction.atomic
def _save_limits(request: Request, form: forms.LimitsForm) -> None:
    """All of them or none."""
    for role in form.roles:
        percent, version = form.cleaned_data[role], form.cleaned_data[f"version_{role}"]
        actions.set_discount_limit(role=role, percent=percent, version=version, actor=request.user, at=timezone.now())


@page(Permission.SETTINGS_WRITE, everywhere=Permission.SETTINGS_WRITE)
def consent_forms(request: Request) -> HttpResponse:
    """Every kind of informed consent in every language, and which text is printed."""
    newest = {(row.kind, row.language): row for row in ConsentEdition.objects.order_by("edition")}
    kinds = [(label, [(code, kind, newest.get((kind, code))) for code, _name in forms.LANGUAGES]) for kind, label in CONSENTS]
    return render(request, "treatment_plans/consent_forms.html", {"kinds": kinds, "languages": forms.LANGUAGES})


@page(Permission.SETTINGS_WRITE, everywhere=Permission.SETTINGS_WRITE)
def consent_form(request: Request, kind: str, language: str) -> HttpResponse:
    """The next edition of one consent, begun from the text that is printed now."""
    label, name = dict(CONSENTS).get(kind), dict(forms.LANGUAGES).get(language)
    if label is None or name is None:
        raise NotFound
    form = forms.ConsentForm(request.POST or None, initial={"body": editions.text_in_force(kind, language)})

    def save(values: dict[str, Any]) -> None:
        edition = actions.publish_consent(kind=kind, language=language, body=values["body"], actor=request.user, at=timezone.now())
        tell(request, _("Edition %(number)s is in force.") % {"number": edition.edition})

    published = ConsentEdition.objects.filter(kind=kind, language=language).select_related("published_by").order_by("-edition")
    context = {"title": f"{label}: {name}", "verb": _("Publish"), "editions": published}
    return panels.submit(request, form, save, template="treatment_plans/consent_form.html", context=context)
