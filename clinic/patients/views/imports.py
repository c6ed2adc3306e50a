"""Import of patients in steps: upload, say what the columns mean, dry run, run in the background, sheet of what stayed outside."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from clinic.files import actions as files
from clinic.lib.errors import DomainError, NotFound
from clinic.patients.importing import actions
from clinic.patients.importing.names import FIELD_NAMES
from clinic.patients.models import ImportRun, ImportState
from clinic.patients.tasks import start_import
from clinic.patients.views.imports_held import held_context
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LATEST = 20


@page(Permission.PATIENT_IMPORT)
def upload(request: Request) -> HttpResponse:
    """Take a file in; the earlier imports stand below."""
    if request.method != "POST":
        return _show_upload(request)
    sent = request.FILES.get("file")
    if sent is None or sent.file is None or request.branch is None:
        return _show_upload(request, is_missing=True)
    try:
        run = actions.take_file(content=sent.file, name=sent.name or "", branch=request.branch, actor=request.user)
    except DomainError as error:
        return _show_upload(request, error=error.message)
    return redirect("patients-import-run", run.pk)


def _show_upload(request: Request, **refusal: Any) -> HttpResponse:
    runs = _runs().order_by("-created_at")[:LATEST]
    return render(request, "patients/import.html", {"runs": runs, **refusal}, status=422 if refusal else 200)


@page(Permission.PATIENT_IMPORT)
def run(request: Request, run_id: UUID) -> HttpResponse:
    """One import: what its columns mean, how far it is, what came of it."""
    return _show_run(request, _get(run_id))


@page(Permission.PATIENT_IMPORT)
@require_POST
def start(request: Request, run_id: UUID) -> HttpResponse:
    """Start a dry run or the run itself with the chosen meaning of the columns."""
    found = _get(run_id)
    mapping = {column: name for index, column in enumerate(found.columns) if (name := request.POST.get(f"column-{index}", ""))}
    try:
        is_dry = request.POST.get("mode") != "import"
        start_import(run_id=found.pk, mapping=mapping or found.mapping, is_dry=is_dry, actor=request.user)
    except DomainError as error:
        found.mapping = mapping
        return _show_run(request, found, error=error.message)
    return redirect("patients-import-run", found.pk)


def _show_run(request: Request, found: ImportRun, **refusal: Any) -> HttpResponse:
    rows = [(index, column, found.mapping.get(column, "")) for index, column in enumerate(found.columns)]
    held = held_context(request, found.pk)
    context = {"run": found, "rows": rows, "fields": FIELD_NAMES.items(), "today": timezone.localdate(), **held, **refusal}
    return render(request, "patients/import_run.html", context, status=422 if refusal else 200)


@page(Permission.PATIENT_IMPORT)
def progress(request: Request, run_id: UUID) -> HttpResponse:
    """The figures of the run, asked for again until it is finished."""
    found = _get(run_id)
    response = render(request, "patients/_import_progress.html", {"run": found})
    if found.state != ImportState.RUNNING:
        response["HX-Refresh"] = "true"
    return response


@page(Permission.PATIENT_IMPORT)
def report(request: Request, run_id: UUID) -> HttpResponse:
    """The sheet of rows that stayed outside, each with its reason."""
    found = _get(run_id)
    if found.report is None:
        raise NotFound
    headers = {"Content-Disposition": 'attachment; filename="import-errors.xlsx"', "Cache-Control": "no-store"}
    return HttpResponse(files.read(found.report), content_type=XLSX, headers=headers)


def _runs() -> QuerySet[ImportRun]:
    return ImportRun.objects.select_related("file", "report", "branch", "started_by")


def _get(run_id: UUID) -> ImportRun:
    found = _runs().filter(pk=run_id).first()
    if found is None:
        raise NotFound
    return found
