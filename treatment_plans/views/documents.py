"""The documents tab: issue, read, sign, download."""

from typing import Any
from uuid import UUID

from csp.constants import SELF
from csp.decorators import csp_replace
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from charting import papers as charting
from charting.prescribing import queries as prescribing
from clinic.history.evidence import receipts
from clinic.lib import panels
from clinic.lib.clock import branch_day
from clinic.lib.errors import DomainError
from clinic.lib.pages import page_of
from clinic.lib.toasts import tell
from clinic.patients import signature
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.staff.guards import page
from clinic.staff.http import Request, branch_of
from clinic.staff.models import User
from clinic.staff.roles import Permission
from treatment_plans import actions, consents, download, forms, papers, queries, rules
from treatment_plans.models import Document

NEWEST_PAPERS = 5
MOST_PAPERS = 200


@page(Permission.DOCUMENT_VIEW)
def documents(request: Request, patient_id: UUID) -> HttpResponse:
    """The patient's documents: what waits for a signature first."""
    patient = get_patient_for(request.user, patient_id, what="documents", permission=Permission.DOCUMENT_VIEW)
    rows = list(queries.documents_of(patient))
    waiting = [row for row in rows if not consents.is_signed(row) and getattr(row, "replaced_by", None) is None]
    context = {
        "patient": patient,
        "tab": "documents",
        "waiting": waiting,
        "page": page_of(request, [row for row in rows if row not in waiting]),
        "chart_papers": charting.papers_of(patient)[:NEWEST_PAPERS] if request.user.may(Permission.CLINICAL_VIEW) else None,
        "clinical_papers": list(prescribing.papers_of(patient)[:MOST_PAPERS]) if request.user.may(Permission.CLINICAL_VIEW) else [],
        "may_prescribe": request.user.may(Permission.PRESCRIBE),
        "may_refer": request.user.may(Permission.DIAGNOSE) and request.user.may(Permission.CLINICAL_VIEW),
        "may_issue": request.user.may(Permission.DOCUMENT_ISSUE),
        "may_export": request.user.may(Permission.RECORD_EXPORT) and request.user.may(Permission.CLINICAL_VIEW),
    }
    return render(request, "treatment_plans/documents.html", context)


@page(Permission.DOCUMENT_ISSUE)
def document_new(request: Request, patient_id: UUID) -> HttpResponse:
    """Choose a document and issue it; `kind` and `alternative` may be given in the address."""
    patient = get_patient_for(request.user, patient_id, what="documents", permission=Permission.DOCUMENT_ISSUE)
    initial = {"language": patient.language, "kind": request.GET.get("kind"), "alternative": request.GET.get("alternative")}
    form = forms.DocumentForm(request.POST or None, initial=initial, alternatives=queries.alternative_choices(patient))
    if request.method == "POST" and form.is_valid():
        try:
            issued = _issue(request, patient, form.cleaned_data)
        except DomainError as error:
            panels.add_errors(form, error)
        else:
            return HttpResponseClientRedirect(issued) if request.htmx else redirect(issued)
    status = 422 if request.method == "POST" else 200
    return render(
        request, "desk/panel_form.html", {"patient": patient, "form": form, "title": _("Issue a document"), "verb": _("Issue")}, status=status
    )


@page(Permission.DOCUMENT_ISSUE)
@require_POST
def alternative_papers(request: Request, alternative_id: UUID) -> HttpResponse:
    """Issue all papers that the alternative still lacks, and show the first one for its signature."""
    found = queries.get_alternative_for(request.user, alternative_id)
    patient = found.plan.patient
    issued = actions.issue_papers(alternative_id=alternative_id, language=patient.language, actor=request.user, at=timezone.now())
    return redirect("document", issued[0].pk) if issued else redirect("documents", patient.pk)


@page(Permission.DOCUMENT_VIEW)
def document(request: Request, document_id: UUID) -> HttpResponse:
    """One document: its text, its signatures, and the place to sign."""
    found = queries.get_document_for(request.user, document_id)
    form = forms.SignForm(initial={"sha256": found.file.sha256, **_next_signer(found, request.user)})
    return render(request, "treatment_plans/document.html", _context(request, found, form))


@page(Permission.DOCUMENT_ISSUE)
def document_sign(request: Request, document_id: UUID) -> HttpResponse:
    found = queries.get_document_for(request.user, document_id, permission=Permission.DOCUMENT_ISSUE)
    form = forms.SignForm(request.POST or None)
    extra: dict[str, Any] = {}
    if form.is_valid():
        values = form.cleaned_data
        try:
            drawn = signature.read(strokes=values.pop("signature_strokes"), image=values.pop("signature_image"))
            actions.sign_document(
                document_id=document_id,
                drawn=drawn,
                address=request.META.get("REMOTE_ADDR") or None,
                actor=request.user,
                at=timezone.now(),
                **values,
            )
        except (signature.SignatureMissing, signature.SignatureUnreadable) as error:
            extra["signature_error"] = str(error.message)
        except DomainError as error:
            panels.add_errors(form, error)
        else:
            seal = receipts.await_seal(Document._meta.db_table, found.pk)
            signed = _("Signed: %(document)s.") % {"document": found.full_number}
            tell(request, f"{signed} {seal or ''}", open_url=reverse("signatures-of", args=[found.patient_id, found.pk]))
            return redirect("document", document_id)
    return render(request, "treatment_plans/document.html", {**_context(request, found, form), **extra}, status=422)


@page(Permission.DOCUMENT_VIEW)
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": [SELF]})  # type: ignore[arg-type]  # it passes all arguments on
def document_file(request: Request, document_id: UUID) -> HttpResponse:
    """The PDF; `?save` saves it, `?issued` gives it as it was before signing."""
    found = queries.get_document_for(request.user, document_id)
    return download.response(found, signed="issued" not in request.GET, inline="save" not in request.GET)


def _issue(request: Request, patient: Patient, values: dict[str, Any]) -> str:
    alternative = values.pop("alternative")
    issued = actions.issue_document(
        patient=patient,
        branch=branch_of(request),
        alternative_id=UUID(alternative) if alternative else None,
        actor=request.user,
        at=timezone.now(),
        **values,
    )
    return f"/documents/{issued.pk}/"


def _next_signer(found: Document, user: User) -> dict[str, str]:
    """Who most likely signs now: the guardian of a minor or the patient, and when they have signed, the clinic."""
    if found.signatures.exclude(role="clinic").exists():
        return {"role": "clinic", "signer_name": user.get_full_name(), "basis": ""}
    age = rules.age_on(found.patient.birth_date, branch_day(timezone.now(), found.branch.time_zone))
    guardian = next(iter(papers.guardians_of(found.patient)), None)
    if guardian and rules.signer_problem(role="patient", is_consent=found.is_consent, age=age, basis=""):
        basis = guardian.document or str(guardian.get_kind_display())
        return {"role": "representative", "signer_name": guardian.display_name, "basis": basis}
    return {"role": "patient", "signer_name": found.patient.get_full_name(), "basis": ""}


def _context(request: Request, found: Document, form: forms.SignForm) -> dict[str, Any]:
    signatures = list(found.signatures.select_related("witness").order_by("signed_at", "pk"))
    return {
        "patient": found.patient,
        "tab": "documents",
        "document": found,
        "lines": list(found.lines.select_related("item").order_by("pk")),
        "signatures": signatures,
        "replaced_by": getattr(found, "replaced_by", None),
        "next_document": queries.next_to_sign(found) if any(row.role != "clinic" for row in signatures) else None,
        "form": form,
        "is_complete": {row.role for row in signatures} >= {"clinic"} and len(signatures) > 1,
        "may_sign": request.user.may(Permission.DOCUMENT_ISSUE),
        "signature_strokes": form.data.get("signature_strokes", ""),
        "signature_image": form.data.get("signature_image", ""),
    }
