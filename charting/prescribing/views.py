"""Pages of prescriptions and referrals, and of the clinic's usual prescriptions."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from charting.forms import ErrorForm
from charting.medical import interactions
from charting.models import Visit
from charting.prescribing import actions, download, forms, queries
from charting.prescribing.models import PRESCRIBED_CLASSES, ClinicalKind, ClinicalPaper, UsualDrug
from charting.queries import get_visit
from clinic.lib import panels
from clinic.lib.errors import DomainError, NotFound
from clinic.lib.ids import uuid7
from clinic.lib.pages import page_of
from clinic.lib.toasts import tell
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.staff.guards import page
from clinic.staff.http import Request, branch_of
from clinic.staff.roles import Permission

ACTS = [f"drug:{name}" for name, _label in PRESCRIBED_CLASSES]


def _setting(request: Request, patient: Patient, language: str, visit: Visit | None) -> actions.Setting:
    return actions.Setting(patient, visit.branch if visit else branch_of(request), language, request.user, timezone.now(), visit)


def _visit(request: Request, patient: Patient) -> Visit | None:
    """The visit that the address names."""
    key = request.GET.get("visit", "")
    if not key:
        return None
    try:
        found = get_visit(UUID(key))
    except ValueError as error:
        raise NotFound from error
    if found.patient_id != patient.pk:
        raise NotFound
    return found


@page(Permission.PRESCRIBE)
@require_http_methods(["GET", "POST"])
def prescription_new(request: Request, patient_id: UUID) -> HttpResponse:
    """Prescribe up to three drugs; what speaks against any drug on this patient stands above the form."""
    patient = get_patient_for(request.user, patient_id, what="prescription", permission=Permission.CLINICAL_VIEW)
    visit = _visit(request, patient)
    precautions = interactions.firing(patient, ACTS, timezone.now())
    language = patient.language if patient.language in actions.LANGUAGES else "en"
    has_stops = any(rule.is_stop for rule in precautions)
    form = forms.PrescriptionForm(request.POST or None, initial={"id": uuid7(), "language": language}, has_stops=has_stops)
    if request.method == "POST" and form.is_valid():
        try:
            issued = actions.prescribe(
                setting=_setting(request, patient, form.cleaned_data["language"], visit),
                drugs=form.drugs(),
                override_reason=form.cleaned_data.get("override_reason", ""),
                precautions=[rule.pk for rule in precautions if str(rule.pk) in request.POST.getlist("read")],
                id=form.cleaned_data["id"],
            )
        except DomainError as error:
            _show(form, error)
            interactions.show(precautions, patient)
        else:
            return _issued(request, issued)
    else:
        interactions.show(precautions, patient)
    usual = [
        {name: getattr(row, name) for name in ("title", "language", *actions.DRUG_FIELDS)} for row in queries.usual_drugs().filter(is_active=True)
    ]
    context = {
        "patient": patient,
        "tab": "documents",
        "form": form,
        "precautions": precautions,
        "usual": usual,
        "visit": visit,
    }
    return render(request, "charting/prescribing/prescription_new.html", context, status=422 if form.errors else 200)


def _show(form: forms.PrescriptionForm, error: DomainError) -> None:
    """`drugs.0.form` of the action is `form0` of the filled rows; the rest stands above."""
    filled = form.filled()
    for path, text in error.fields.items():
        parts = path.split(".")
        name = f"{parts[2]}{filled[int(parts[1])]}" if len(parts) == 3 else path
        form.add_error(name if name in form.fields else None, str(text))
    if not error.fields or "override_reason" in error.fields:
        form.add_error(None, str(error.message))


def _issued(request: Request, issued: ClinicalPaper) -> HttpResponse:
    tell(request, _("Issued: %(paper)s.") % {"paper": issued})
    return panels.go(request, reverse("clinical-paper", args=[issued.pk]))


@page(Permission.DIAGNOSE)
@require_http_methods(["GET", "POST"])
def referral_new(request: Request, patient_id: UUID) -> HttpResponse:
    """Refer the patient; the teeth and the main diagnosis of the visit are filled in."""
    patient = get_patient_for(request.user, patient_id, what="referral", permission=Permission.CLINICAL_VIEW)
    visit = _visit(request, patient)
    language = patient.language if patient.language in actions.LANGUAGES else "en"
    initial = {"id": uuid7(), "language": language, "urgency": "routine", **forms.referral_of(visit)}
    form = forms.ReferralForm(request.POST or None, initial=initial)

    def save(values: dict[str, Any]) -> str:
        issued = actions.refer(setting=_setting(request, patient, values["language"], visit), asked=form.asked(), id=values["id"])
        tell(request, _("Issued: %(paper)s.") % {"paper": issued})
        return reverse("clinical-paper", args=[issued.pk])

    return panels.submit(request, form, save, context={"title": _("Referral"), "verb": _("Issue"), "patient": patient})


@page(Permission.CLINICAL_VIEW)
@require_GET
def clinical_paper(request: Request, paper_id: UUID) -> HttpResponse:
    """One prescription or referral: what it says, its paper, and the mark of error."""
    paper = queries.get_paper(paper_id)
    patient = get_patient_for(request.user, paper.patient_id, what=paper.kind, permission=Permission.CLINICAL_VIEW)
    needed = Permission.PRESCRIBE if paper.kind == ClinicalKind.PRESCRIPTION else Permission.DIAGNOSE
    may_mark = paper.in_error_at is None and request.user.may(needed)
    overrides = paper.overrides.select_related("rule", "made_by").order_by("made_at", "pk")
    context = {"patient": patient, "tab": "documents", "paper": paper, "may_mark": may_mark, "overrides": overrides}
    return render(request, "charting/prescribing/paper.html", context)


@page(Permission.CLINICAL_VIEW)
@require_GET
def clinical_paper_file(request: Request, paper_id: UUID) -> HttpResponse:
    """The PDF as it was issued."""
    paper = queries.get_paper(paper_id)
    get_patient_for(request.user, paper.patient_id, what=paper.kind, permission=Permission.CLINICAL_VIEW)
    return download.response(paper, inline="save" not in request.GET)


@page(Permission.CLINICAL_VIEW, Permission.DIAGNOSE)
@require_http_methods(["GET", "POST"])
def clinical_paper_error(request: Request, paper_id: UUID) -> HttpResponse:
    """It was issued in error."""
    paper = queries.get_paper(paper_id)
    get_patient_for(request.user, paper.patient_id, what=paper.kind, permission=Permission.CLINICAL_VIEW)

    def save(values: dict[str, Any]) -> str:
        actions.mark_paper_in_error(paper=paper, actor=request.user, at=timezone.now(), **values)
        return reverse("clinical-paper", args=[paper.pk])

    lead = _("The paper stays readable, marked, with your name and this reason. Ask for the printed one back. The mark cannot be taken back.")
    return panels.submit(request, ErrorForm(request.POST or None), save, context={"title": _("Entered in error"), "verb": _("Mark"), "lead": lead})


@page(Permission.PRESCRIBE)
@require_GET
def usual_drugs(request: Request) -> HttpResponse:
    """The clinic's usual prescriptions in one language."""
    language, text = request.GET.get("language", get_language() or "en"), request.GET.get("q", "").strip()
    shown = page_of(request, queries.usual_drugs(language=language, text=text), 100)
    context = {"page": shown, "language": language, "q": text, "kept": [("language", language)]}
    return render(request, "charting/prescribing/usual_drugs.html", context)


@page(Permission.PRESCRIBE)
@require_http_methods(["GET", "POST"])
def usual_drug(request: Request, drug_id: UUID | None = None) -> HttpResponse:
    """Write a usual prescription, or change one."""
    row = UsualDrug.objects.filter(pk=drug_id).first() if drug_id else UsualDrug(language=get_language() or "en")
    if row is None:
        raise NotFound
    form = forms.UsualDrugForm(request.POST or None, instance=row, initial={"version": None if drug_id is None else row.version})

    def save(values: dict[str, Any]) -> None:
        saved = actions.save_usual_drug(actor=request.user, drug_id=drug_id, version=values.pop("version"), details=values)
        tell(request, _("“%(title)s” is saved.") % {"title": saved.title})

    return panels.submit(request, form, save, context={"title": row.title or _("New usual prescription"), "verb": _("Save")})
