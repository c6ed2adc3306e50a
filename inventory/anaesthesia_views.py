"""The panel of an anaesthesia in the note of a visit."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from charting import charted
from charting import queries as charting
from charting.forms import ErrorForm
from charting.medical import interactions
from clinic.lib import panels
from clinic.patients.queries import get_patient_for
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission
from inventory import anaesthesia, queries
from inventory.anaesthesia_forms import AnaesthesiaForm

ACTS = ("category:anaesthesia", "drug:local_anaesthetic", "drug:adrenaline")


@page(Permission.PROCEDURE_COMPLETE)
@require_http_methods(["GET", "POST"])
def visit_anaesthesia(request: Request, visit_id: UUID) -> HttpResponse:
    """Note an anaesthesia; what speaks against it on this patient stands above the form."""
    visit = charting.get_visit(visit_id)
    visit.patient = get_patient_for(request.user, visit.patient_id, what="visit", permission=Permission.CLINICAL_VIEW)
    now = timezone.now()
    precautions = interactions.firing(visit.patient, ACTS, now)
    has_stops = any(rule.is_stop for rule in precautions)
    lots = list(queries.anaesthetic_lots(visit.branch, now))
    form = AnaesthesiaForm(request.POST or None, lots=lots, has_stops=has_stops, initial={"teeth": charted.teeth_in(visit)})

    def save(values: dict[str, Any]) -> str:
        given, lot_id = form.given()
        reason = values.get("override_reason", "")
        anaesthesia.give(visit=visit, given=given, lot_id=lot_id, actor=request.user, at=now, override_reason=reason, id=values["id"])
        return reverse("visit", args=[visit_id])

    context = {"title": _("Anaesthesia"), "verb": _("Note it"), "precautions": precautions}
    return panels.submit(request, form, save, template="inventory/anaesthesia.html", context=context)


@page(Permission.PROCEDURE_COMPLETE)
@require_http_methods(["GET", "POST"])
def anaesthesia_error(request: Request, anaesthesia_id: UUID) -> HttpResponse:
    """It was not given: mark it, and return what it took to its lot."""
    found = charting.get_anaesthesia(anaesthesia_id)
    get_patient_for(request.user, found.patient_id, what="visit", permission=Permission.CLINICAL_VIEW)

    def save(values: dict[str, Any]) -> str:
        anaesthesia.mark_in_error(anaesthesia=found, actor=request.user, at=timezone.now(), **values)
        return reverse("visit", args=[found.visit_id])

    lead = _("What is marked stays readable, struck through, with your name and this reason. What it took returns to its lot.")
    return panels.submit(request, ErrorForm(request.POST or None), save, context={"title": _("Entered in error"), "verb": _("Mark"), "lead": lead})
