"""Finding patients: the search box of every page, the list with its filters, the list as a sheet."""

from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from clinic.history.actions import record_list
from clinic.lib import searches
from clinic.patients import exporting, queries, rules
from clinic.patients.forms import DENTISTS
from clinic.patients.models import Patient
from clinic.patients.search import search_patients
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.models import User
from clinic.staff.queries import branches_of
from clinic.staff.roles import Permission

PAGE_SIZE = 50
NOBODY = UUID(int=0)
MOST_COUNTED = 10_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class PatientPages(Paginator):  # type: ignore[type-arg]
    """Counts no further than `MOST_COUNTED`, so that the list of a large clinic opens as fast as a small one's."""

    @cached_property
    def count(self) -> int:
        found = cast("QuerySet[Patient]", self.object_list)
        return found.order_by().values("pk")[:MOST_COUNTED].count()

    @property
    def count_in_words(self) -> str:
        return f"{self.count}+" if self.count == MOST_COUNTED else str(self.count)


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
    choices = _choices(request.user)
    if request.method == "POST":
        return _keep_search(request, choices)
    found = _found(request, choices)
    shown = PatientPages(found, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = queries.whole_rows(found, cast("QuerySet[Patient]", shown.object_list))
    record_list("patients-list", (row.pk for row in rows))
    chosen = {"q": searches.typed(request), **{name: request.GET.get(name, "") for name in choices}}
    context = {
        "page": shown,
        "rows": _in_words(rows),
        "choices": choices,
        "chosen": chosen,
        "is_filtered": any(chosen.values()),
        "query": request.GET.urlencode(),
        "may_write": request.user.may(Permission.PATIENT_REGISTER),
        "may_import": request.user.may(Permission.PATIENT_IMPORT),
        "may_export": request.user.may(Permission.LIST_EXPORT),
    }
    return render(request, "patients/list.html", context)


def _in_words(patients: Iterable[Patient]) -> list[dict[str, Any]]:
    """What the list says of each: address and words are looked up once, a template would do so for each row."""
    address, card = reverse("patient", args=[NOBODY]), _("card %(number)s")
    return [
        {
            "url": address.replace(str(NOBODY), str(patient.pk)),
            "name": str(patient),
            "card": card % {"number": patient.card_number},
            "born": date_format(patient.birth_date, "SHORT_DATE_FORMAT") if patient.birth_date else "",
            "phone": rules.format_phone(phone) if (phone := vars(patient)["phone"]) else "",
            "dentist": str(patient.responsible_dentist or ""),
            "branch": str(patient.branch),
            "labels": [row.label for row in vars(patient)["shown_labels"]],
        }
        for patient in patients
    ]


@page(Permission.PATIENT_VIEW, Permission.LIST_EXPORT)
def export(request: Request) -> HttpResponse:
    """The same list, all pages of it, as XLSX; the export is an event of history."""
    content = exporting.patients_sheet(_found(request, _choices(request.user)))
    headers = {"Content-Disposition": f'attachment; filename="patients-{timezone.localdate():%Y-%m-%d}.xlsx"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type=XLSX, headers=headers)


def _keep_search(request: Request, choices: dict[str, list[Any]]) -> HttpResponse:
    narrowed = {name: value for name in choices if (value := request.POST.get(name))} | searches.keep(request)
    return redirect(f"{reverse('patients')}?{urlencode(narrowed)}")


def _choices(user: User) -> dict[str, list[Any]]:
    dentists, labels, sources = queries.choices_of_filters(DENTISTS)
    return {"branch": branches_of(user), "dentist": dentists, "label": labels, "source": sources}


def _found(request: Request, choices: dict[str, list[Any]]) -> QuerySet[Patient]:
    chosen = {name: _one(options, request.GET.get(name, "")) for name, options in choices.items()}
    filters = queries.Filters(text=searches.typed(request), **chosen)
    return queries.list_patients(user=request.user, filters=filters, today=timezone.localdate())


def _one(options: list[Any], key: str) -> Any:
    try:
        wanted = UUID(key)
    except ValueError:
        return None
    return next((option for option in options if option.pk == wanted), None)
