"""Pages of requests: all that wait, those of a patient, one with its answer, the erasure."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.files import actions as files
from clinic.history.actions import record_list, record_print
from clinic.lib import panels, pdf
from clinic.lib.clock import branch_day
from clinic.lib.errors import DomainError, NotFound
from clinic.lib.toasts import tell
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission
from exports.privacy import actions, queries, rules
from exports.privacy.forms import AnswerForm, EraseForm, ReceiveForm, RectificationForm
from exports.privacy.models import DataRequest, Kind, Outcome


@page(Permission.CASE_MANAGE)
@require_GET
def requests(request: Request) -> HttpResponse:
    """What waits for an answer, and what was erased."""
    waiting = _dated(queries.open_requests(request.user))
    record_list("data requests", (row.patient_id for row in waiting))
    context = {"waiting": waiting, "erasures": queries.erasures(request.user)[:50]}
    return render(request, "privacy/requests.html", context)


@page(Permission.CASE_MANAGE)
@require_http_methods(["GET", "POST"])
def patient_requests(request: Request, patient_id: UUID) -> HttpResponse:
    """The patient's requests, and a new one."""
    patient = queries.patient_for(request.user, patient_id)
    form = ReceiveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = actions.receive(patient_id=patient_id, actor=request.user, at=timezone.now(), **form.cleaned_data)
        return redirect("data-request", made.pk)
    rows = _dated(DataRequest.objects.filter(patient=patient).select_related("patient__branch"))
    context = {"patient": patient, "tab": "patient-history", "form": form, "rows": rows}
    return render(request, "privacy/patient.html", context, status=422 if form.errors else 200)


@page(Permission.CASE_MANAGE)
@require_http_methods(["GET", "POST"])
def data_request(request: Request, request_id: UUID) -> HttpResponse:
    """One request: what forbids it, its answer."""
    found = queries.request_for(request.user, request_id)
    form = _answer_form(found)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer(request_id=request_id, actor=request.user, at=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            panels.add_errors(form, error)
        else:
            tell(request, _("Answered. Print the answer and hand it over."))
            return redirect("data-request", request_id)
    return render(request, "privacy/request.html", _context(found, form, EraseForm()), status=422 if form.errors else 200)


@page(Permission.CASE_MANAGE)
@require_POST
def data_request_erase(request: Request, request_id: UUID) -> HttpResponse:
    """Destroy the record that the request is about."""
    found = queries.request_for(request.user, request_id)
    form = EraseForm(request.POST)
    if form.is_valid():
        try:
            actions.erase(request_id=request_id, actor=request.user, at=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            panels.add_errors(form, error)
        else:
            tell(request, _("Erased. The report stands below; proofs of the history stay whole."))
            return redirect("data-requests")
    return render(request, "privacy/request.html", _context(found, _answer_form(found)(), form), status=422)


@page(Permission.CASE_MANAGE)
@require_GET
def data_request_pdf(request: Request, request_id: UUID) -> HttpResponse:
    """The answer on paper."""
    found = queries.request_for(request.user, request_id)
    if found.pdf is None:
        raise NotFound
    record_print(what="data request", patient_id=found.patient_id, body={"request": str(found.pk), "sha256": found.pdf.sha256})
    return pdf.response(files.read(found.pdf), name=f"answer-{found.received_at:%Y%m%d}")


def _dated(rows: Iterable[DataRequest]) -> list[DataRequest]:
    """The requests, each with the day that it is at the patient's branch: by that one it is late or not."""
    found, now = list(rows), timezone.now()
    for row in found:
        row.today = branch_day(now, row.patient.branch.time_zone)  # type: ignore[attr-defined]
    return found


def _answer_form(found: DataRequest) -> type[AnswerForm]:
    return RectificationForm if found.kind == Kind.RECTIFICATION else AnswerForm


def _context(found: DataRequest, form: AnswerForm, erase_form: EraseForm) -> dict[str, Any]:
    if found.kind == Kind.ERASURE:
        form.fields["outcome"].choices = [(Outcome.REFUSED.value, Outcome.REFUSED.label)]  # type: ignore[attr-defined]
    obstacles = queries.obstacles(found.patient, timezone.now()) if found.kind == Kind.ERASURE and found.is_open else []
    return {
        "patient": found.patient,
        "tab": "patient-history",
        "found": _dated([found])[0],
        "rule": rules.deadline(queries.country_of(found.patient), found.kind, branch_day(found.received_at, found.patient.branch.time_zone)),
        "form": form,
        "erase_form": erase_form,
        "obstacles": obstacles,
        "may_erase": found.kind == Kind.ERASURE and found.is_open and not obstacles,
    }
