"""The plan tab, one plan with its alternatives, the patient's view, the unplanned act."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from clinic.lib import panels
from clinic.lib.clock import branch_day
from clinic.lib.toasts import tell
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.staff.guards import page
from clinic.staff.http import Request, branch_of
from clinic.staff.roles import Permission
from treatment_plans import actions, consents, forms, queries, sheet
from treatment_plans.models import Plan


@page(Permission.PLAN_VIEW)
def plans(request: Request, patient_id: UUID) -> HttpResponse:
    """The patient's plans, newest first."""
    patient = get_patient_for(request.user, patient_id, what="plans", permission=Permission.PLAN_VIEW)
    return render(request, "treatment_plans/plans.html", {"patient": patient, "tab": "plans", "rows": queries.plan_rows(patient)})


@page(Permission.PLAN_WRITE)
def plan_new(request: Request, patient_id: UUID) -> HttpResponse:
    patient = get_patient_for(request.user, patient_id, what="plans", permission=Permission.PLAN_WRITE)
    form = forms.PlanForm(request.POST or None, initial={"dentist": request.user.pk})
    if request.method == "POST" and form.is_valid():
        plan = actions.create_plan(patient=patient, branch=branch_of(request), actor=request.user, at=timezone.now(), **form.cleaned_data)
        return panels.go(request, plan.get_absolute_url())
    return _panel(request, form, patient, _("New treatment plan"), _("Open plan"))


@page(Permission.PLAN_WRITE)
def unplanned(request: Request, patient_id: UUID) -> HttpResponse:
    """One act now: plan, contract and consents are made in one step and shown for signing."""
    patient = get_patient_for(request.user, patient_id, what="plans", permission=Permission.PLAN_WRITE)
    form = forms.UnplannedForm(request.POST or None, initial={"language": patient.language})

    def save(values: dict[str, Any]) -> None:
        places = forms.places_of(values.pop("teeth"), values["service"], patient, timezone.now())
        result = actions.start_unplanned(patient=patient, branch=branch_of(request), places=places, actor=request.user, at=timezone.now(), **values)
        request.session["unplanned"] = str(result.contract.pk)
        tell(request, _("Planned and contracted. The patient signs, then mark it done."))

    answer = panels.submit(
        request,
        form,
        save,
        context={
            "patient": patient,
            "title": _("Unplanned act"),
            "verb": _("Prepare the documents"),
            "lead": _("For an act that no plan holds: one line is planned and accepted, its contract and consents are issued for signing."),
        },
    )
    return HttpResponseClientRedirect(f"/documents/{request.session.pop('unplanned')}/") if "unplanned" in request.session else answer


@page(Permission.PLAN_VIEW)
def plan(request: Request, plan_id: UUID) -> HttpResponse:
    """One plan: the chosen alternative with its lines, the others beside it."""
    found = queries.get_plan_for(request.user, plan_id)
    return render(request, "treatment_plans/plan.html", plan_context(request, found))


def plan_context(request: Request, found: Plan) -> dict[str, Any]:
    """What the plan's page shows."""
    day = branch_day(timezone.now(), found.branch.time_zone)
    sheets = sheet.sheets(found.patient, queries.alternatives_of(found), day)
    chosen = _chosen(sheets, request.GET.get("alternative", ""))
    documents = list(queries.documents_of(found.patient))
    due = [row.item for row in chosen.rows if row.item.performance_id is None]
    is_accepted = chosen.alternative.state == "accepted"
    lacking = consents.missing(chosen.alternative, due, documents, born=found.patient.birth_date, day=day) if is_accepted else []
    return {
        "patient": found.patient,
        "tab": "plans",
        "plan": found,
        "sheets": sheets,
        "chosen": chosen,
        "alternative": chosen.alternative,
        "contract": _contract(documents, chosen),
        "consents": lacking,
        "to_issue": any(consent.document is None for consent in lacking),
        "proposals": queries.proposals(chosen.alternative) if chosen.alternative.is_open or is_accepted else [],
        "has_insurance": any(row.explanation for row in chosen.rows),
        "may_write": request.user.may(Permission.PLAN_WRITE),
        "may_decide": request.user.may(Permission.PLAN_DECIDE),
        "may_complete": request.user.may(Permission.PROCEDURE_COMPLETE),
        "may_reverse": request.user.may(Permission.PROCEDURE_REVERSE),
        "may_issue": request.user.may(Permission.DOCUMENT_ISSUE),
    }


@page(Permission.PLAN_VIEW)
def present(request: Request, plan_id: UUID) -> HttpResponse:
    """The patient's view: alternatives side by side, large and in plain words."""
    found = queries.get_plan_for(request.user, plan_id, what="presentation")
    day = branch_day(timezone.now(), found.branch.time_zone)
    sheets = [one for one in sheet.sheets(found.patient, queries.alternatives_of(found), day) if one.rows and one.alternative.state != "cancelled"]
    context = {"plan": found, "patient": found.patient, "sheets": sheets, "may_decide": request.user.may(Permission.PLAN_DECIDE), "day": day}
    return render(request, "treatment_plans/present.html", context)


@page(Permission.PLAN_DECIDE)
@require_POST
def present_all(request: Request, plan_id: UUID) -> HttpResponse:
    """Price every open alternative by today's list and show them to the patient."""
    found = queries.get_plan_for(request.user, plan_id, permission=Permission.PLAN_DECIDE)
    for alternative in queries.presentable(found):
        actions.present(alternative_id=alternative.pk, actor=request.user, at=timezone.now())
    return redirect("plan-presentation", found.pk)


def _chosen(sheets: list[sheet.Sheet], wanted: str) -> sheet.Sheet:
    """The alternative asked for, else the accepted one, else the first that is still open."""
    order = {"accepted": 0, "presented": 1, "draft": 1}
    asked = next((one for one in sheets if str(one.alternative.pk) == wanted), None)
    return asked or min(sheets, key=lambda one: order.get(one.alternative.state, 2))


def _contract(documents: list[Any], chosen: sheet.Sheet) -> Any:
    """The newest contract, annex or addendum of the alternative that still waits for its signature, else the signed contract."""
    own = [row for row in documents if row.alternative_id == chosen.alternative.pk and not row.is_consent]
    waiting = [row for row in own if not consents.is_signed(row) and getattr(row, "replaced_by", None) is None]
    return next(iter(waiting or own), None)


def _panel(request: Request, form: Any, patient: Patient, title: str, verb: str) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/panel_form.html", {"patient": patient, "form": form, "title": title, "verb": verb}, status=status)
