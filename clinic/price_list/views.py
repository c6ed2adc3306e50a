"""Pages of the catalogue: services, prices, dictionaries."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.lib import panels
from clinic.lib.clock import branch_day
from clinic.lib.pages import page_of
from clinic.lib.toasts import tell
from clinic.price_list import actions, queries
from clinic.price_list.dictionaries import actions as dictionaries
from clinic.price_list.forms import ImportForm, PriceForm, ServiceForm
from clinic.price_list.models import Category, DictionaryImport, DictionaryKind, Price
from clinic.staff import reach
from clinic.staff.guards import page
from clinic.staff.http import Request, branch_of
from clinic.staff.roles import Permission


@page(Permission.PRICE_VIEW)
def prices(request: Request) -> HttpResponse:
    """The catalogue with today's prices of the branch."""
    branch = branch_of(request)
    text, category, everything = request.GET.get("q", "").strip(), request.GET.get("category", ""), "all" in request.GET
    found = queries.services(branch, _today(request), text=text, category=category, only_offered=not everything)
    context = {"page": page_of(request, found, 150), "q": text, "category": category, "everything": everything}
    price_list = queries.default_price_list(branch)
    return render(
        request, "price_list/prices.html", {**context, "categories": Category.choices, "price_list": price_list, "branch": branch, **_rights(request)}
    )


@page(Permission.PRICE_VIEW)
def service(request: Request, service_id: UUID) -> HttpResponse:
    """One service and the history of its prices."""
    found = queries.get_service(service_id)
    history = Price.objects.filter(service=found).select_related("price_list").order_by("price_list__name", "-valid_from", "pk")
    return render(request, "price_list/service.html", {"service": found, "prices": history, "today": _today(request), **_rights(request)})


@page(Permission.PRICE_WRITE, everywhere=Permission.PRICE_WRITE)
def service_new(request: Request) -> HttpResponse:
    def save(values: dict[str, Any]) -> None:
        values.pop("version")
        created = actions.create_service(actor=request.user, day=_today(request), id=values.pop("id"), details=_details(values))
        tell(request, _("%(code)s is in the catalogue; set its price.") % {"code": created.code}, open_url=f"/prices/{created.pk}/")

    return panels.submit(request, ServiceForm(request.POST or None), save, context={"title": _("New service"), "verb": _("Add")})


@page(Permission.PRICE_WRITE, everywhere=Permission.PRICE_WRITE)
def service_edit(request: Request, service_id: UUID) -> HttpResponse:
    found = queries.get_service(service_id)

    def save(values: dict[str, Any]) -> None:
        values.pop("id")
        version = values.pop("version") or 0
        actions.change_service(actor=request.user, day=_today(request), service_id=service_id, version=version, details=_details(values))
        tell(request, _("Saved."))

    form = ServiceForm(request.POST or None, service=found)
    return panels.submit(request, form, save, context={"title": str(found), "verb": _("Save")})


@page(Permission.PRICE_WRITE)
def price_new(request: Request, service_id: UUID) -> HttpResponse:
    """Set the price of a service in the branch's price list from a day on."""
    found = queries.get_service(service_id)
    price_list = queries.default_price_list(branch_of(request))
    if price_list is None:
        raise queries.NoPrice(_("This branch's legal entity has no price list yet. Create one first."))

    def save(values: dict[str, Any]) -> None:
        actions.set_price(actor=request.user, price_list=price_list, service=found, **values)
        tell(request, _("The price is set."))

    today = _today(request)
    begun = Price.objects.filter(price_list=price_list, service=found, valid_from=today).first()
    form = PriceForm(request.POST or None, initial={"valid_from": today, "version": begun.version if begun else None})
    title = _("Price of %(service)s, %(currency)s") % {"service": found, "currency": price_list.currency}
    return panels.submit(request, form, save, context={"title": title, "verb": _("Set the price"), "lead": price_list.name})


@page(Permission.PRICE_VIEW)
def dictionaries_page(request: Request) -> HttpResponse:
    """Imports and a search over the codes in force."""
    kind = request.GET.get("kind", DictionaryKind.ICD10)
    text = request.GET.get("q", "").strip()
    day = _asked_day(request) or _today(request)
    found = page_of(request, queries.codes(kind, day, text=text))
    imports = DictionaryImport.objects.select_related("imported_by").order_by("-created_at", "pk")[:20]
    context = {"page": found, "kind": kind, "q": text, "day": day, "kinds": DictionaryKind.choices, "imports": imports, **_rights(request)}
    return render(request, "price_list/dictionaries.html", context)


@page(Permission.PRICE_VIEW)
def dictionary_import(request: Request, import_id: UUID) -> HttpResponse:
    """What one import changed."""
    found = get_object_or_404(DictionaryImport.objects.select_related("imported_by"), pk=import_id)
    return render(request, "price_list/import.html", {"import": found})


@page(Permission.DICTIONARY_IMPORT, everywhere=Permission.DICTIONARY_IMPORT)
def dictionary_new(request: Request) -> HttpResponse:
    def save(values: dict[str, Any]) -> None:
        upload = values.pop("file")
        done = dictionaries.import_dictionary(actor=request.user, content=upload.read(), **values)
        counts = {"added": done.added, "changed": done.changed, "closed": done.closed}
        tell(request, _("Imported: %(added)s added, %(changed)s changed, %(closed)s closed.") % counts, open_url=f"/dictionaries/{done.pk}/")

    form = ImportForm(request.POST or None, request.FILES or None, initial={"valid_from": _today(request)})
    return panels.submit(request, form, save, context={"title": _("Import a dictionary"), "verb": _("Import")})


def _today(request: Request) -> date:
    return branch_day(timezone.now(), branch_of(request).time_zone)


def _rights(request: Request) -> dict[str, bool]:
    """What holds in all branches is changed by whoever holds the right in all of them; a price is of one company."""
    return {
        "may_write": request.user.may(Permission.PRICE_WRITE),
        "may_change": reach.holds_everywhere(request.user, Permission.PRICE_WRITE),
        "may_import": reach.holds_everywhere(request.user, Permission.DICTIONARY_IMPORT),
    }


def _asked_day(request: Request) -> date | None:
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None


def _details(values: dict[str, Any]) -> actions.ServiceDetails:
    codes: dict[str, Any] = {f"{name}_id": getattr(values.pop(name), "pk", None) for name in ("nomenclature_code", "ccam_code")}
    return actions.ServiceDetails(**values, **codes)
