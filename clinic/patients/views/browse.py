"""Finding patients: the search box of every page, the list with its filters, the list as a sheet."""

from typing import Any, cast
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from clinic.history.actions import record_list
from clinic.lib import searches
from clinic.patients import exporting, listing
from clinic.patients.forms import DENTISTS
from clinic.patients.listing import Filters, Listing
from clinic.patients.search import search_patients
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission

PAGE_SIZE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class PatientPages(Paginator):  # type: ignore[type-arg]
    """Says when there are more than were counted."""

    @property
    def count_in_words(self) -> str:
        return f"{self.count}+" if self.count == listing.MOST_COUNTED else str(self.count)


@page(Permission.PATIENT_VIEW)
def search(request: Request) -> HttpResponse:
    """Hits of the search box, as rows that the box walks with the arrows; the box asks by POST, so that no name stands in an address."""
    text = (request.POST.get("q") or request.GET.get("q", "")).strip()
    found = search_patients(user=request.user, text=text, today=timezone.localdate(), limit=10)
    context = {"found": found, "text": text, "may_write": request.user.may(Permission.PATIENT_REGISTER)}
    return render(request, "patients/_search.html", context)


@page(Permission.PATIENT_VIEW)
def patients(request: Request) -> HttpResponse:
    """All patients by name, narrowed by filters."""
    choices = listing.choices(request.user, DENTISTS)
    if request.method == "POST":
        return _keep_search(request, choices)
    found = _found(request, choices)
    shown = PatientPages(cast(Any, found), PAGE_SIZE).get_page(request.GET.get("page"))
    record_list("patients-list", (row.pk for row in shown.object_list))
    chosen = {"q": searches.typed(request), **{name: request.GET.get(name, "") for name in choices}}
    context = {
        "page": shown,
        "is_cut": found.is_cut,
        "choices": choices,
        "chosen": chosen,
        "is_filtered": any(chosen.values()),
        "query": request.GET.urlencode(),
        "may_write": request.user.may(Permission.PATIENT_REGISTER),
        "may_import": request.user.may(Permission.PATIENT_IMPORT),
        "may_export": request.user.may(Permission.LIST_EXPORT),
    }
    return render(request, "patients/list.html", context)


@page(Permission.PATIENT_VIEW, Permission.LIST_EXPORT)
def export(request: Request) -> HttpResponse:
    """The same list, all pages of it, as XLSX; the export is an event of history."""
    found = _found(request, listing.choices(request.user, DENTISTS))
    content = exporting.patients_sheet(found.whole(), is_cut=found.is_cut)
    headers = {"Content-Disposition": f'attachment; filename="patients-{timezone.localdate():%Y-%m-%d}.xlsx"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type=XLSX, headers=headers)


def _keep_search(request: Request, choices: dict[str, list[tuple[UUID, str]]]) -> HttpResponse:
    narrowed = {name: value for name in choices if (value := request.POST.get(name))} | searches.keep(request)
    return redirect(f"{reverse('patients')}?{urlencode(narrowed)}")


def _found(request: Request, choices: dict[str, list[tuple[UUID, str]]]) -> Listing:
    chosen = {name: _one(options, request.GET.get(name, "")) for name, options in choices.items()}
    return Listing(user=request.user, filters=Filters(text=searches.typed(request), **chosen), today=timezone.localdate())


def _one(options: list[tuple[UUID, str]], key: str) -> UUID | None:
    return next((option for option, _name in options if str(option) == key), None)
