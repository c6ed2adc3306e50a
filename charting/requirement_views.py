"""The settings page of what a note must say before it is signed."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from charting import actions, requirements
from charting.forms import RequirementForm
from charting.models import NotePart, NoteRequirement
from clinic.lib import panels
from clinic.lib.pages import page_of
from clinic.lib.toasts import tell
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission


@page(Permission.SETTINGS_WRITE, everywhere=Permission.SETTINGS_WRITE)
@require_GET
def note_requirements(request: Request) -> HttpResponse:
    """The rules, by act."""
    shown = page_of(request, requirements.listed(), 100)
    names = requirements.names_of([row.act for row in shown])
    rows = [(row, names[row.act], [NotePart(part).label for part in row.parts]) for row in shown]
    return render(request, "charting/note_requirements.html", {"page": shown, "rows": rows})


@page(Permission.SETTINGS_WRITE, everywhere=Permission.SETTINGS_WRITE)
@require_http_methods(["GET", "POST"])
def note_requirement(request: Request, requirement_id: UUID | None = None) -> HttpResponse:
    """A new rule, or another choice for one."""
    row = requirements.get_requirement(requirement_id) if requirement_id else NoteRequirement(parts=[])
    form = RequirementForm(row, request.POST or None)

    def save(values: dict[str, Any]) -> None:
        saved = actions.save_requirement(actor=request.user, requirement_id=requirement_id, version=values.pop("version"), details=values)
        tell(request, _("Notes are asked for it from now on: %(act)s.") % {"act": requirements.names_of([saved.act])[saved.act]})

    lead = _("A note is signed only when these parts are filled. Notes that are signed already stay as they are.")
    title = requirements.names_of([row.act])[row.act] if requirement_id else _("New requirement")
    return panels.submit(request, form, save, context={"title": title[:1].upper() + title[1:], "verb": _("Save"), "lead": lead})
