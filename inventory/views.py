"""Pages of the stock."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clinic.lib import panels
from clinic.lib.clock import branch_day
from clinic.lib.numbers import whole
from clinic.lib.pages import page_of
from clinic.lib.toasts import tell
from clinic.staff.guards import page
from clinic.staff.http import Request, branch_of
from clinic.staff.roles import Permission
from inventory import actions, queries
from inventory.forms import CountForm, DiscardForm, MaterialForm, NormForm, ReceiptForm


@page(Permission.STOCK_VIEW)
def stock(request: Request) -> HttpResponse:
    """Balances of the branch, with what expires and what is owed."""
    branch = branch_of(request)
    text = request.GET.get("q", "").strip()
    today = branch_day(timezone.now(), branch.time_zone)
    materials = page_of(request, queries.balances(branch, today, text=text))
    context = {
        "page": materials,
        "q": text,
        "today": today,
        "expiring": queries.expiring(branch, today)[:20],
        "shortages": queries.open_shortages(branch)[:20],
    }
    return render(request, "inventory/stock.html", context)


@page(Permission.STOCK_VIEW)
def material(request: Request, material_id: UUID) -> HttpResponse:
    """One material: its lots and movements in the branch."""
    found = queries.get_material(material_id)
    branch = branch_of(request)
    movements = page_of(request, queries.movements_of(found, branch))
    today = branch_day(timezone.now(), branch.time_zone)
    return render(request, "inventory/material.html", {"material": found, "lots": queries.lots_of(found, branch), "page": movements, "today": today})


@page()
def patient_materials(request: Request, patient_id: UUID) -> HttpResponse:
    """What was used for a patient: material, lot, expiry, quantity, and for which act."""
    patient = queries.look_at_materials(request.user, patient_id)
    text = request.GET.get("q", "").strip()
    movements = page_of(request, queries.movements_of_patient(patient, text=text))
    context = {"patient": patient, "tab": _tab(request), "page": movements, "q": text, "may_open_stock": request.user.may(Permission.STOCK_VIEW)}
    return render(request, "inventory/patient_materials.html", context)


def _tab(request: Request) -> str:
    """Under which tab of the patient the materials stand: the visits, for those who have that tab."""
    return "visits" if request.user.may(Permission.CLINICAL_VIEW) else "patient"


MATERIAL = ("id", "name", "code", "unit", "reorder_at", "anaesthetic")


@page(Permission.STOCK_WRITE)
def material_new(request: Request) -> HttpResponse:
    def save(values: dict[str, Any]) -> None:
        created = actions.create_material(actor=request.user, **{name: values[name] for name in MATERIAL})
        tell(request, _("%(name)s is in the catalogue.") % {"name": created.name})

    return panels.submit(request, MaterialForm(request.POST or None), save, context={"title": _("New material"), "verb": _("Add")})


@page(Permission.STOCK_WRITE, everywhere=Permission.STOCK_WRITE)
def material_edit(request: Request, material_id: UUID) -> HttpResponse:
    found = queries.get_material(material_id)
    initial = {name: getattr(found, name) for name in ("version", "name", "code", "unit", "reorder_at", "anaesthetic", "is_active")}

    def save(values: dict[str, Any]) -> None:
        actions.change_material(actor=request.user, material_id=material_id, **{name: values[name] for name in initial})
        tell(request, _("Saved."))

    return panels.submit(request, MaterialForm(request.POST or None, initial=initial), save, context={"title": found.name, "verb": _("Save")})


@page(Permission.STOCK_WRITE)
def receipt_new(request: Request) -> HttpResponse:
    def save(values: dict[str, Any]) -> None:
        received = values.pop("material")
        actions.receive(actor=request.user, at=timezone.now(), branch=branch_of(request), material_id=received.pk, **values)
        tell(request, _("%(name)s received.") % {"name": received.name})

    form = ReceiptForm(request.POST or None, initial={"material": request.GET.get("material")})
    return panels.submit(request, form, save, context={"title": _("Receive a delivery"), "verb": _("Receive")})


@page(Permission.STOCK_WRITE)
def lot_discard(request: Request, lot_id: UUID) -> HttpResponse:
    def save(values: dict[str, Any]) -> None:
        actions.discard(actor=request.user, at=timezone.now(), lot_id=lot_id, **values)
        tell(request, _("Discarded."))

    return panels.submit(request, DiscardForm(request.POST or None), save, context={"title": _("Discard from the lot"), "verb": _("Discard")})


@page(Permission.STOCK_WRITE)
def lot_count(request: Request, lot_id: UUID) -> HttpResponse:
    def save(values: dict[str, Any]) -> None:
        difference = actions.count(actor=request.user, at=timezone.now(), lot_id=lot_id, **values)
        tell(request, _("The difference is booked.") if difference else _("The books agree with the count."))

    return panels.submit(request, CountForm(request.POST or None), save, context={"title": _("Count the lot"), "verb": _("Book the count")})


@page(Permission.STOCK_VIEW, everywhere=Permission.STOCK_WRITE)
def norms(request: Request) -> HttpResponse:
    """What each service takes."""
    text = request.GET.get("q", "").strip()
    shown = page_of(request, queries.norms(text=text), 100)
    return render(request, "inventory/norms.html", {"page": shown, "q": text})


@page(Permission.STOCK_WRITE, everywhere=Permission.STOCK_WRITE)
def norm_edit(request: Request, norm_id: UUID | None = None) -> HttpResponse:
    """A norm for a service and a material, or a change of one."""

    def save(values: dict[str, Any]) -> None:
        actions.set_norm(
            actor=request.user,
            service=values["service"],
            material_id=values["material"].pk,
            quantity=values["quantity"],
            on_shortage=values["on_shortage"],
            version=values["version"],
        )
        tell(request, _("The norm is set."))

    found = queries.get_norm(norm_id) if norm_id else None
    names = ("service", "material", "quantity", "on_shortage", "version")
    form = NormForm(request.POST or None, initial={name: getattr(found, name) for name in names} if found else None)
    return panels.submit(request, form, save, context={"title": _("Consumption norm"), "verb": _("Set the norm")})


@require_POST
@page(Permission.STOCK_WRITE, everywhere=Permission.STOCK_WRITE)
def norm_remove(request: Request, norm_id: UUID) -> HttpResponse:
    version = request.POST.get("version", "")
    actions.remove_norm(actor=request.user, norm_id=norm_id, version=whole(version) or 0)
    tell(request, _("The norm is removed; history keeps it."))
    return panels.done(request, "norms")
