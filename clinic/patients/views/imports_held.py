"""Rows that an import held back, side by side with those whom they look like; a person decides about each."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from clinic.lib.errors import InvalidInput
from clinic.lib.pages import page_of
from clinic.lib.toasts import tell
from clinic.patients.importing import decisions
from clinic.patients.importing.held import beside_candidates, held_rows
from clinic.patients.messages import REFUSALS
from clinic.patients.models import Decision, HeldRow
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission

PAGE_SIZE = 20


def held_context(request: Request, run_id: UUID) -> dict[str, Any]:
    """What `_import_held.html` shows: the rows of the run that wait, a page at a time."""
    waiting = held_rows(run_id).filter(decision=Decision.OPEN)
    shown = page_of(request, waiting, PAGE_SIZE)
    may_decide = request.user.may(Permission.PATIENT_WRITE)
    return {"page": shown, "held": beside_candidates(list(shown)), "run_id": run_id, "may_decide": may_decide}


@page(Permission.PATIENT_IMPORT)
def held(request: Request, run_id: UUID) -> HttpResponse:
    """The rows that wait, alone."""
    return render(request, "patients/_import_held.html", held_context(request, run_id))


@page(Permission.PATIENT_IMPORT, Permission.PATIENT_WRITE)
@require_POST
def decide(request: Request, row_id: UUID) -> HttpResponse:
    """A new patient, one of the candidates, or nothing."""
    wanted: dict[str, Any] = {"row_id": row_id, "actor": request.user, "at": timezone.now()}
    match request.POST.get("decision"):
        case Decision.NEW:
            row = decisions.accept_as_new(**wanted)
        case Decision.SAME:
            row = decisions.join_to(**wanted, patient_id=_key(request.POST.get("patient", "")))
        case Decision.DISCARDED:
            row = decisions.discard(**wanted)
        case _:
            raise InvalidInput(fields={"decision": REFUSALS["required"]})
    return _answer(request, row)


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInput(fields={"patient": REFUSALS["required"]}) from error


def _answer(request: Request, row: HeldRow) -> HttpResponse:
    if request.htmx:
        return render(request, "patients/_import_decided.html", {"row": row})
    return redirect("patients-import-run", row.run_id)


@page(Permission.PATIENT_IMPORT, Permission.PATIENT_WRITE)
@require_POST
def accept_all(request: Request, run_id: UUID) -> HttpResponse:
    """All rows that wait are new patients; a great many are taken in turns."""
    done = decisions.accept_all(run_id=run_id, actor=request.user, at=timezone.now())
    text = ngettext("%(count)s row became a new patient.", "%(count)s rows became new patients.", done.accepted) % {"count": done.accepted}
    if done.left:
        text += " " + _("%(left)s still wait: accept again.") % {"left": done.left}
    tell(request, text)
    return redirect("patients-import-run", run_id)
