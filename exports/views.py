"""Pages of the patient's card, the registries and the reports."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.lib import pdf
from clinic.lib.errors import InvalidInput
from clinic.staff.guards import page
from clinic.staff.models import User
from clinic.staff.roles import Permission
from exports import actions
from exports.forms import CardForm
from exports.queries import Period


class Request(HttpRequest):
    """A request of a known person."""

    user: User


@page(Permission.RECORD_EXPORT)
@require_GET
def card(request: Request, patient_id: UUID) -> HttpResponse:
    """What the card will say: language and period are chosen here, the formula and the visits are shown."""
    form = CardForm(request.GET)
    values = form.cleaned_data if form.is_valid() else {}
    period = Period(values.get("first"), values.get("last"))
    material, written = actions.read_card(
        user=request.user, patient_id=patient_id, language=values.get("language", ""), period=period, at=timezone.now()
    )
    context = {
        "patient": material.patient,
        "tab": "documents",
        "form": CardForm({"language": written.language, **{name: request.GET.get(name, "") for name in ("first", "last")}}),
        "card": written,
        "facts": written.facts,
        "query": request.GET.urlencode() if form.is_valid() else "",
        "may_print": form.is_valid(),
    }
    return render(request, "exports/card.html", context, status=200 if form.is_valid() else 422)


@page(Permission.RECORD_EXPORT)
@require_GET
def card_pdf(request: Request, patient_id: UUID) -> HttpResponse:
    """The card as PDF."""
    form = CardForm(request.GET)
    if not form.is_valid():
        raise InvalidInput(fields={name: " ".join(map(str, errors)) for name, errors in form.errors.items()})
    period = Period(form.cleaned_data["first"], form.cleaned_data["last"])
    written, content = actions.print_card(
        user=request.user, patient_id=patient_id, language=form.cleaned_data["language"], period=period, at=timezone.now()
    )
    return pdf.response(content, name=f"card-{written.number}")
