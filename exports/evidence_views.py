"""Pages of evidence: what was asked for, the form, the archive."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from clinic.history.sealing import keys
from clinic.lib import archives, toasts
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.staff.guards import page
from clinic.staff.models import User
from clinic.staff.roles import Permission
from exports import evidence
from exports.forms import EvidenceForm
from exports.models import Evidence


class Request(HttpRequest):
    """A request of a known person."""

    user: User


@page(Permission.EVIDENCE_TAKE)
@require_http_methods(["GET", "POST"])
def evidence_page(request: Request, patient_id: UUID) -> HttpResponse:
    """What was taken for courts before, and the request for new evidence."""
    patient = get_patient_for(request.user, patient_id, what="evidence", permission=Permission.EVIDENCE_TAKE)
    form = EvidenceForm(request.POST or None, initial={"language": patient.language})
    if request.method == "POST" and form.is_valid():
        since, until = period_of(patient, form.cleaned_data)
        values = {"reason": form.cleaned_data["reason"], "language": form.cleaned_data["language"], "since": since, "until": until}
        evidence.ask(user=request.user, patient_id=patient_id, at=timezone.now(), id=form.cleaned_data["id"], **values)
        toasts.tell(request, _("The evidence is being sealed."))
        return redirect("patient-evidence", patient_id)
    rows = [(row, evidence.is_sealed(row)) for row in Evidence.objects.filter(patient=patient).select_related("asked_by", "pdf")]
    context = {"patient": patient, "tab": "patient-history", "form": form, "rows": rows, "vkey": keys.current(evidence.connection())}
    context["is_pending"] = any(not is_sealed for _row, is_sealed in rows)
    return render(request, "exports/evidence.html", context, status=422 if form.errors else 200)


@page(Permission.EVIDENCE_TAKE)
@require_GET
def evidence_zip(request: Request, patient_id: UUID, evidence_id: UUID) -> HttpResponseBase:
    """The archive."""
    archive = evidence.take(evidence.get(user=request.user, patient_id=patient_id, evidence_id=evidence_id), wait=5)
    return archives.response(archive.file, name=archive.name, sha256=archive.sha256)


def period_of(patient: Patient, values: dict[str, Any]) -> tuple[datetime | None, datetime | None]:
    """Days of the branch, both included, as instants."""
    zone, first, last = ZoneInfo(patient.branch.time_zone), values.get("first"), values.get("last")
    since = datetime.combine(first, time.min, zone) if first else None
    until = datetime.combine(last + timedelta(days=1), time.min, zone) if last else None
    return since, until
