"""The settings page of the chart's catalogue."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from charting import actions, catalogue, combinations, signs
from charting.catalogue_forms import CombinationForm, SignForm
from charting.models import Combination
from clinic.lib import panels
from clinic.lib.toasts import tell
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission


@page(Permission.SETTINGS_WRITE, everywhere=Permission.SETTINGS_WRITE)
@require_GET
def chart_catalogue(request: Request) -> HttpResponse:
    """Every finding and every effect of an act: how it is drawn, typed and reported."""
    halves = {"findings": catalogue.rows(signs.FINDING), "effects": catalogue.rows(signs.EFFECT)}
    context = {**halves, "by_state": signs.BY_STATE, "combinations": combinations.listed()}
    return render(request, "charting/catalogue.html", context)


@page(Permission.SETTINGS_WRITE, everywhere=Permission.SETTINGS_WRITE)
@require_http_methods(["GET", "POST"])
def chart_sign(request: Request, subject: str) -> HttpResponse:
    """Choose one row."""
    sign = catalogue.get_sign(subject)
    form = SignForm(sign, get_language() or "en", request.POST or None)

    def save(values: dict[str, Any]) -> None:
        version = values.pop("version")
        actions.set_sign(subject=subject, details=values, version=version, actor=request.user)
        tell(request, _("“%(name)s” is charted so from now on.") % {"name": catalogue.SUBJECTS[subject]})

    lead = _("The chart shows it at once, in every record. A card of an earlier day keeps the letters of that day.")
    title = str(catalogue.SUBJECTS[subject])
    return panels.submit(request, form, save, context={"title": title[:1].upper() + title[1:], "verb": _("Save"), "lead": lead})


@page(Permission.SETTINGS_WRITE, everywhere=Permission.SETTINGS_WRITE)
@require_http_methods(["GET", "POST"])
def combination(request: Request, combination_id: UUID | None = None) -> HttpResponse:
    """A new combination, or another choice for one."""
    row = combinations.get_combination(combination_id) if combination_id else Combination()
    form = CombinationForm(row, request.POST or None)

    def save(values: dict[str, Any]) -> None:
        version = values.pop("version")
        saved = actions.save_combination(details=values, combination_id=combination_id, version=version, actor=request.user)
        tell(request, _("“%(name)s” can be put under a number key of the chart.") % {"name": saved})

    lead = _("One key records the finding, its diagnosis and the proposed act together, and takes them back together.")
    title = str(row) if combination_id else _("New combination")
    return panels.submit(request, form, save, context={"title": title, "verb": _("Save"), "lead": lead})
