"""Pages of the patient's card, the registries and the reports."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from charting.papers import papers_of
from clinic.lib import pdf, sheets
from clinic.lib.errors import NotFound
from clinic.staff.guards import page
from clinic.staff.models import User
from clinic.staff.roles import Permission
from exports import actions, lists, reports, tables
from exports.forms import LANGUAGES, CardForm, ReportForm, refuse, scope_of
from exports.queries import Period

MONTHS_SHOWN = 6


class Request(HttpRequest):
    """A request of a known person."""

    user: User


@page(Permission.RECORD_EXPORT, Permission.CLINICAL_VIEW)
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


@page(Permission.RECORD_EXPORT, Permission.CLINICAL_VIEW)
@require_GET
def card_pdf(request: Request, patient_id: UUID) -> HttpResponse:
    """The card as PDF."""
    form = CardForm(request.GET)
    refuse(form)
    period = Period(form.cleaned_data["first"], form.cleaned_data["last"])
    written, content = actions.print_card(
        user=request.user, patient_id=patient_id, language=form.cleaned_data["language"], period=period, at=timezone.now()
    )
    return pdf.response(content, name=f"card-{written.number}")


@page(Permission.RECORD_EXPORT, Permission.CLINICAL_VIEW)
@require_http_methods(["GET", "POST"])
def visit_card(request: Request, visit_id: UUID) -> HttpResponse:
    """The card of one visit as it will be printed; sent, it is issued and leads to its file."""
    asked = request.POST if request.method == "POST" else request.GET
    whose: dict[str, Any] = {"user": request.user, "visit_id": visit_id, "language": asked.get("language", ""), "at": timezone.now()}
    if request.method == "POST":
        return redirect("paper-file", paper_id=actions.issue_visit_card(**whose).pk)
    material, visit, written = actions.read_visit_card(**whose)
    context = {
        "patient": material.patient,
        "tab": "visits",
        "visit": visit,
        "card": written,
        "facts": written.facts,
        "languages": LANGUAGES,
        "papers": papers_of(material.patient, visit=visit),
    }
    return render(request, "exports/visit_card.html", context)


@page(Permission.REPORT_VIEW)
@require_GET
def report_page(request: Request) -> HttpResponse:
    """All reports of a period, each also as a workbook."""
    asked = _with_usual_period(request)
    form = ReportForm(asked, branches=request.user.branches_where(Permission.REPORT_VIEW))
    found = reports.all_reports(form.scope) if form.is_valid() else []
    context = {"form": form, "tables": [(table, *tables.on_page(table)) for table in found], "query": asked.urlencode()}
    return render(request, "exports/reports.html", context, status=200 if form.is_valid() else 422)


@page(Permission.REPORT_VIEW)
@require_GET
def report_xlsx(request: Request, slug: str) -> HttpResponse:
    """One report as a workbook."""
    report = reports.REPORTS.get(slug)
    if report is None:
        raise NotFound
    table = report(scope_of(request.GET, request.user.branches_where(Permission.REPORT_VIEW)))
    content = table.workbook()
    actions.note_taken(table.slug, request.GET.dict(), table.patients)
    return sheets.response(content, name=table.slug)


@page(Permission.LIST_EXPORT)
@require_GET
def registries(request: Request) -> HttpResponse:
    """What can be taken out of the system, and where."""
    asked = _with_usual_period(request)
    form = ReportForm(asked, branches=request.user.branches_where(Permission.LIST_EXPORT))
    context = {
        "form": form,
        "lists": [found for found in lists.LISTS if all(map(request.user.may, found.needs))],
        "query": asked.urlencode(),
        "is_valid": form.is_valid(),
        "may_export_cards": all(map(request.user.may, (Permission.RECORD_EXPORT, Permission.CLINICAL_VIEW, Permission.PATIENT_VIEW))),
        "may_see_claims": request.user.may(Permission.INSURANCE_VIEW),
        "may_see_debts": request.user.may(Permission.MONEY_VIEW),
    }
    return render(request, "exports/registries.html", context, status=200 if form.is_valid() else 422)


def list_xlsx(found: lists.List) -> Callable[..., HttpResponseBase]:
    """The view of one list: for those who take lists and see what the list is about."""

    @page(Permission.LIST_EXPORT, *found.needs)
    @require_GET
    def view(request: Request) -> HttpResponse:
        scope = scope_of(request.GET, request.user.branches_where(Permission.LIST_EXPORT, *found.needs))
        table = found.table(scope)
        content = table.workbook()
        actions.note_taken(found.slug, request.GET.dict(), table.patients)
        return sheets.response(content, name=found.slug)

    return view


def _with_usual_period(request: Request) -> QueryDict:
    """What was asked for, or the current month with the five before it."""
    values = request.GET.copy()
    if not {"first", "last"} & set(values):
        today = timezone.localdate()
        values["first"] = (today.replace(day=1) - timedelta(days=31 * (MONTHS_SHOWN - 1) - 15)).replace(day=1).isoformat()
        values["last"] = today.isoformat()
    return values
