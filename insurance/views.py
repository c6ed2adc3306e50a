"""Pages of insurers, their programmes, claim registers, and of a patient's insurance."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clinic.files import actions as files
from clinic.files.answers import attachment
from clinic.files.uploads import sniff
from clinic.lib import panels, sheets
from clinic.lib.clock import branch_day
from clinic.lib.numbers import whole
from clinic.lib.pages import page_of
from clinic.lib.toasts import tell
from clinic.patients import queries as patients
from clinic.patients.models import Patient
from clinic.staff import reach
from clinic.staff.guards import page
from clinic.staff.http import Request, branch_of
from clinic.staff.roles import Permission
from insurance import claims, queries, setup
from insurance.forms import ClaimForm, CoverageForm, InsurerForm, LetterForm, PolicyForm, ProgrammeForm
from insurance.models import Policy


def _rights(request: Request) -> dict[str, bool]:
    """Insurers and what they cover hold in all branches; the rest is of the branch one works in."""
    return {"may_write": request.user.may(Permission.INSURANCE_WRITE), "may_change": reach.holds_everywhere(request.user, Permission.INSURANCE_WRITE)}


@page(Permission.INSURANCE_VIEW)
def insurers(request: Request) -> HttpResponse:
    """Insurers with their programmes, and the registers sent to them."""
    text = request.GET.get("q", "").strip()
    shown = page_of(request, queries.insurers(text=text), 20)
    return render(request, "insurance/insurers.html", {"page": shown, "q": text, "claims": queries.latest_claims(request.user), **_rights(request)})


@page(Permission.INSURANCE_WRITE, everywhere=Permission.INSURANCE_WRITE)
def insurer_edit(request: Request, insurer_id: UUID | None = None) -> HttpResponse:
    found = queries.get_insurer(insurer_id) if insurer_id else None
    names = ("id", "version", "name", "kind", "contract_number", "email", "phone", "is_active")
    form = InsurerForm(request.POST or None, initial={name: getattr(found, name) for name in names} if found else None)

    def save(values: dict[str, Any]) -> None:
        key, version = insurer_id or values.pop("id"), values.pop("version")
        values.pop("id", None)
        setup.save_insurer(id=key, version=version, details=setup.InsurerDetails(**values), actor=request.user)
        tell(request, _("Saved."))

    title = _("Change the insurer") if found else _("New insurer")
    return panels.submit(request, form, save, context={"title": title, "verb": _("Save")})


@page(Permission.INSURANCE_WRITE, everywhere=Permission.INSURANCE_WRITE)
def programme_edit(request: Request, insurer_id: UUID | None = None, programme_id: UUID | None = None) -> HttpResponse:
    found = queries.get_programme(programme_id) if programme_id else None
    names = ("id", "version", "name", "needs_letter", "is_active")
    form = ProgrammeForm(request.POST or None, initial={name: getattr(found, name) for name in names} if found else None)
    owner = found.insurer if found else queries.get_insurer(insurer_id)

    def save(values: dict[str, Any]) -> None:
        key = programme_id or values["id"]
        rest = {name: values[name] for name in ("version", "name", "needs_letter", "is_active")}
        setup.save_programme(id=key, insurer_id=owner.pk, actor=request.user, **rest)
        tell(request, _("Saved."))

    title = _("Programme of %(insurer)s") % {"insurer": owner}
    return panels.submit(request, form, save, context={"title": title, "verb": _("Save")})


@page(Permission.INSURANCE_WRITE, everywhere=Permission.INSURANCE_WRITE)
def coverage(request: Request, programme_id: UUID) -> HttpResponse:
    """How much of each category the programme covers."""
    programme = queries.get_programme(programme_id)
    form = CoverageForm(request.POST or None, programme=programme)

    def save(_values: dict[str, Any]) -> None:
        setup.set_coverage(programme_id=programme_id, covers=form.covers, actor=request.user)
        tell(request, _("The coverage is saved. It holds for procedures done from now on."))

    context = {"title": _("Coverage: %(programme)s") % {"programme": programme}, "verb": _("Save coverage")}
    return panels.submit(request, form, save, template="insurance/coverage.html", context=context)


@page(Permission.INSURANCE_WRITE)
def claim_new(request: Request) -> HttpResponse:
    branch = branch_of(request)
    first = branch_day(timezone.now(), branch.time_zone).replace(day=1)
    initial = {
        "insurer": request.GET.get("insurer"),
        "period_from": (first - timedelta(days=1)).replace(day=1),
        "period_to": first - timedelta(days=1),
    }

    def save(values: dict[str, Any]) -> str:
        insurer = values.pop("insurer")
        claim = claims.make_claim(insurer_id=insurer.pk, branch=branch, actor=request.user, at=timezone.now(), **values)
        tell(request, _("Register %(number)s is drafted.") % {"number": claim.number})
        return reverse("claim", args=[claim.pk])

    lead = _("Lines done up to the end of the period that stand in no register yet are gathered, with late lines of earlier periods.")
    context = {"title": _("New claim register"), "verb": _("Make the register"), "lead": lead}
    return panels.submit(request, ClaimForm(request.POST or None, initial=initial), save, context=context)


@page(Permission.INSURANCE_VIEW)
def claim(request: Request, claim_id: UUID) -> HttpResponse:
    """One register with its lines."""
    found = queries.get_claim(request.user, claim_id)
    lines = list(claims.lines_of(found))
    queries.look_at_register(found, lines)
    context = {"claim": found, "lines": lines, "total": sum(line.amount for line in lines)}
    return render(request, "insurance/claim.html", {**context, **_rights(request)})


@page(Permission.INSURANCE_VIEW)
def claim_xlsx(request: Request, claim_id: UUID) -> HttpResponse:
    """The register as a workbook; once sent, the very file that was sent."""
    found = queries.get_claim(request.user, claim_id)
    return sheets.response(claims.take_register(found), name=f"register-{found.number}")


@page(Permission.INSURANCE_WRITE)
@require_POST
def claim_sent(request: Request, claim_id: UUID) -> HttpResponse:
    claims.mark_sent(claim_id=claim_id, version=_version(request), actor=request.user, at=timezone.now())
    tell(request, _("The register is marked as sent; its lines are frozen."))
    return panels.done(request, "claim", claim_id)


@page(Permission.INSURANCE_WRITE)
@require_POST
def claim_paid(request: Request, claim_id: UUID) -> HttpResponse:
    claims.mark_paid(claim_id=claim_id, version=_version(request), actor=request.user, at=timezone.now())
    tell(request, _("The register is marked as paid."))
    return panels.done(request, "claim", claim_id)


def _version(request: Request) -> int:
    return whole(request.POST.get("version", "")) or 0


def _patient(request: Request, patient_id: UUID, permission: Permission = Permission.INSURANCE_VIEW) -> Patient:
    return patients.get_patient_for(request.user, patient_id, what="insurance", permission=permission)


def _today(patient: Patient) -> date:
    return branch_day(timezone.now(), patient.branch.time_zone)


@page(Permission.INSURANCE_VIEW)
def patient_insurance(request: Request, patient_id: UUID) -> HttpResponse:
    """The patient's policies with what is left of them, guarantee letters and claimed procedures."""
    patient = _patient(request, patient_id)
    today = _today(patient)
    context = {
        "policies": queries.policy_cards(patient, today),
        "page": page_of(request, queries.claim_lines_of(patient)),
        "today": today,
    }
    return render(request, "insurance/patient_insurance.html", {"patient": patient, "tab": "patient-insurance", **context, **_rights(request)})


@page(Permission.INSURANCE_WRITE)
def policy_new(request: Request, patient_id: UUID) -> HttpResponse:
    patient = _patient(request, patient_id, Permission.INSURANCE_WRITE)
    return _policy_form(request, patient, None)


@page(Permission.INSURANCE_WRITE)
def policy_edit(request: Request, policy_id: UUID) -> HttpResponse:
    policy = queries.get_policy(policy_id)
    _patient(request, policy.patient_id, Permission.INSURANCE_WRITE)
    return _policy_form(request, policy.patient, policy)


def _policy_form(request: Request, patient: Patient, policy: Policy | None) -> HttpResponse:
    names = ("id", "version", "number", "holder", "valid_from", "valid_to", "annual_limit", "currency", "priority")
    initial: dict[str, Any] = {"currency": patient.branch.currency, "valid_from": _today(patient)}
    if policy:
        initial = {"programme": policy.programme_id, **{name: getattr(policy, name) for name in names}}

    def save(values: dict[str, Any]) -> None:
        key, version, programme = policy.pk if policy else values["id"], values["version"], values["programme"]
        details = setup.PolicyDetails(**{name: values[name] for name in names if name not in ("id", "version")})
        setup.save_policy(id=key, version=version, patient=patient, programme_id=programme.pk, details=details, actor=request.user)
        tell(request, _("The policy is saved."))

    title = _("Change the policy") if policy else _("New policy of %(patient)s") % {"patient": patient}
    context = {"patient": patient, "title": title, "verb": _("Save policy")}
    return panels.submit(request, PolicyForm(request.POST or None, initial=initial), save, context=context)


@page(Permission.INSURANCE_WRITE)
def letter_new(request: Request, policy_id: UUID) -> HttpResponse:
    policy = queries.get_policy(policy_id)
    patient = _patient(request, policy.patient_id, Permission.INSURANCE_WRITE)

    def save(values: dict[str, Any]) -> None:
        upload, key = values.pop("file"), values.pop("id")
        stored = files.store(content=upload, media_type=sniff(upload)) if upload else None
        setup.add_letter(id=key, policy_id=policy_id, details=setup.LetterDetails(**values), file=stored, actor=request.user)
        tell(request, _("The guarantee letter is saved."))

    form = LetterForm(request.POST or None, request.FILES or None, initial={"letter_date": _today(patient)})
    title = _("Guarantee letter, policy %(number)s") % {"number": policy.number}
    return panels.submit(request, form, save, context={"patient": patient, "title": title, "verb": _("Save letter")})


@page(Permission.INSURANCE_VIEW)
def letter_file(request: Request, letter_id: UUID) -> HttpResponse:
    """The scan of a guarantee letter."""
    letter, file = queries.get_letter(letter_id)
    _patient(request, letter.patient_id)
    return attachment(file)
