"""Legal entities and branches."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from clinic.lib.errors import DomainError, NotFound
from clinic.staff import places
from clinic.staff.forms import BranchForm, LegalEntityForm
from clinic.staff.guards import page
from clinic.staff.models import Branch, LegalEntity
from clinic.staff.roles import Permission

SETUP = page(Permission.SETTINGS_WRITE)


@SETUP
@require_GET
def all_places(request: HttpRequest) -> HttpResponse:
    """The companies and their branches."""
    entities = LegalEntity.objects.order_by("name", "pk").prefetch_related("branch_set")
    return render(request, "staff/places.html", {"entities": entities})


@SETUP
@require_http_methods(["GET", "HEAD", "POST"])
def legal_entity(request: HttpRequest, entity_id: UUID | None = None) -> HttpResponse:
    """A company's details; without an id a new one."""
    entity = _get(LegalEntity, entity_id)
    form = LegalEntityForm(request.POST or None, instance=entity, initial={"version": entity.version if entity else 0})
    if request.method == "POST" and form.is_valid():
        version, details = _split(form)
        try:
            if entity is None:
                places.create_legal_entity(actor=request.user, at=timezone.now(), details=details)  # type: ignore[arg-type]
            else:
                places.update_legal_entity(entity=entity, version=version, actor=request.user, details=details)  # type: ignore[arg-type]
        except DomainError as error:
            form.refuse_with(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("places")
    return render(request, "staff/place_form.html", {"form": form, "place": entity, "kind": "entity"}, status=422 if form.errors else 200)


@SETUP
@require_http_methods(["GET", "HEAD", "POST"])
def branch(request: HttpRequest, branch_id: UUID | None = None) -> HttpResponse:
    """A branch's details; without an id a new one."""
    place = _get(Branch, branch_id)
    form = BranchForm(request.POST or None, instance=place, initial={"version": place.version if place else 0})
    if request.method == "POST" and form.is_valid():
        version, details = _split(form)
        try:
            if place is None:
                places.create_branch(actor=request.user, at=timezone.now(), details=details)  # type: ignore[arg-type]
            else:
                places.update_branch(branch=place, version=version, actor=request.user, details=details)  # type: ignore[arg-type]
        except DomainError as error:
            form.refuse_with(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("places")
    return render(request, "staff/place_form.html", {"form": form, "place": place, "kind": "branch"}, status=422 if form.errors else 200)


def _get(model: Any, pk: UUID | None) -> Any:
    found = model.objects.filter(pk=pk).first() if pk else None
    if pk and found is None:
        raise NotFound
    return found


def _split(form: Any) -> tuple[int, dict[str, Any]]:
    details = dict(form.cleaned_data)
    return details.pop("version") or 0, details
