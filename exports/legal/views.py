"""Pages of cases."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.history.actions import record_print
from clinic.lib import panels, pdf
from clinic.lib.pages import page_of
from clinic.lib.toasts import tell
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission
from exports import evidence
from exports.evidence_views import period_of
from exports.legal import actions, queries
from exports.legal.forms import ArchiveForm, CardForm, CaseForm, CloseForm, DeliveryForm, HoldForm, LiftForm, NewCaseForm, NoteForm, end_of
from exports.legal.models import Case


@page(Permission.CASE_MANAGE)
@require_GET
def cases(request: Request) -> HttpResponse:
    """Open cases by deadline, or the closed ones."""
    state = request.GET.get("state", "open")
    text = request.GET.get("q", "").strip()
    found = page_of(request, queries.cases(state=state, text=text))
    return render(request, "legal/cases.html", {"page": found, "state": state, "q": text, "today": timezone.localdate()})


@page(Permission.CASE_MANAGE)
@require_http_methods(["GET", "POST"])
def case_new(request: Request) -> HttpResponse:
    """Open a case; `?patient=` names its first patient."""

    def save(values: dict[str, Any]) -> str:
        reason = values["hold_reason"] if values["holds"] else ""
        made = actions.open_case(
            actor=request.user,
            title=values["title"],
            claimant=values["claimant"],
            patients=values["cards"],
            deadline_date=values["deadline_date"],
            deadline_for=values["deadline_for"],
            hold_reason=reason,
            hold_until=end_of(values["hold_until"]),
            at=timezone.now(),
            id=values["id"],
        )
        return reverse("case", args=[made.pk])

    key = _key(request.GET.get("patient"))
    named = get_patient_for(request.user, key, what="case") if key else None
    form = NewCaseForm(request.POST or None, initial={"cards": named.card_number} if named else None)
    return panels.submit(request, form, save, context={"title": _("New case"), "verb": _("Open the case")})


@page(Permission.CASE_MANAGE)
@require_GET
def case(request: Request, case_id: UUID) -> HttpResponse:
    """All of one case."""
    return render(request, "legal/case.html", _shown(request, case_id))


@page(Permission.CASE_MANAGE)
@require_GET
def case_sheet(request: Request, case_id: UUID) -> HttpResponse:
    """The case's sheet as PDF."""
    shown = _shown(request, case_id)
    found: Case = shown["case"]
    record_print(what="case sheet", patient_id=None, body={"case": found.number})
    content = pdf.render("legal/pdf/case.html", {**shown, "user": request.user, "now": timezone.now()}, language=get_language() or "en")
    return pdf.response(content, name=f"case-{found.number}")


@page(Permission.CASE_MANAGE)
@require_http_methods(["GET", "POST"])
def case_edit(request: Request, case_id: UUID) -> HttpResponse:
    found = queries.get_case_for(request.user, case_id)
    initial = {name: getattr(found, name) for name in ("version", "title", "claimant", "deadline_date", "deadline_for")}

    def save(values: dict[str, Any]) -> None:
        actions.change_case(case_id=case_id, actor=request.user, at=timezone.now(), **{name: values[name] for name in initial})
        tell(request, _("Saved."))

    return panels.submit(request, CaseForm(request.POST or None, initial=initial), save, context={"title": str(found), "verb": _("Save")})


@page(Permission.CASE_MANAGE)
@require_http_methods(["GET", "POST"])
def case_patient(request: Request, case_id: UUID) -> HttpResponse:
    """One more patient in the case."""
    queries.get_case_for(request.user, case_id)

    def save(values: dict[str, Any]) -> None:
        for patient_id in values["cards"]:
            actions.add_patient(case_id=case_id, patient_id=patient_id, actor=request.user, at=timezone.now())
        tell(request, _("The patient is in the case. Place a hold on the record if it must not be destroyed."))

    return panels.submit(request, CardForm(request.POST or None), save, context={"title": _("Add a patient"), "verb": _("Add")})


@page(Permission.CASE_MANAGE)
@require_POST
def case_patient_removal(request: Request, case_id: UUID, patient_id: UUID) -> HttpResponse:
    actions.remove_patient(case_id=case_id, patient_id=patient_id, actor=request.user, at=timezone.now())
    return panels.done(request, "case", case_id)


@page(Permission.CASE_MANAGE)
@require_http_methods(["GET", "POST"])
def case_note(request: Request, case_id: UUID) -> HttpResponse:
    queries.get_case_for(request.user, case_id)

    def save(values: dict[str, Any]) -> None:
        actions.write_note(case_id=case_id, actor=request.user, at=timezone.now(), **values)
        tell(request, _("The note is written."))

    return panels.submit(request, NoteForm(request.POST or None), save, context={"title": _("New note"), "verb": _("Write the note")})


@page(Permission.CASE_MANAGE)
@require_http_methods(["GET", "POST"])
def case_hold(request: Request, case_id: UUID) -> HttpResponse:
    found = queries.get_case_for(request.user, case_id)

    def save(values: dict[str, Any]) -> None:
        sent = {"reason": values["reason"], "until": end_of(values["until"]), "id": values["id"]}
        actions.place_hold(case_id=case_id, patient_id=UUID(values["patient"]), actor=request.user, at=timezone.now(), **sent)
        tell(request, _("Nothing of this patient can be destroyed now."))

    form = HoldForm(request.POST or None, initial={"reason": found.title})
    _offer_patients(form, found)
    return panels.submit(request, form, save, context={"title": _("Legal hold"), "verb": _("Place the hold")})


@page(Permission.CASE_MANAGE)
@require_http_methods(["GET", "POST"])
def hold_lift(request: Request, hold_id: UUID) -> HttpResponse:
    def save(values: dict[str, Any]) -> None:
        actions.lift_hold(hold_id=hold_id, reason=values["reason"], actor=request.user, at=timezone.now())
        tell(request, _("The hold is lifted."))

    return panels.submit(request, LiftForm(request.POST or None), save, context={"title": _("Lift the hold"), "verb": _("Lift the hold")})


@page(Permission.CASE_MANAGE, Permission.EVIDENCE_TAKE)
@require_http_methods(["GET", "POST"])
def case_archive(request: Request, case_id: UUID) -> HttpResponse:
    """Evidence made for the case."""
    found = queries.get_case_for(request.user, case_id)

    def save(values: dict[str, Any]) -> None:
        patient = next(person.patient for person in found.people.all() if str(person.patient_id) == values["patient"])
        since, until = period_of(Patient.objects.select_related("branch").get(pk=patient.pk), values)
        sent = {name: values[name] for name in ("id", "reason", "language")}
        actions.make_archive(case_id=case_id, patient_id=patient.pk, since=since, until=until, actor=request.user, at=timezone.now(), **sent)
        tell(request, _("The evidence is being sealed."))

    people = list(found.people.all())
    initial = {"reason": f"{found.title}. {found.claimant}".strip(". "), "language": people[0].patient.language if people else ""}
    form = ArchiveForm(request.POST or None, initial=initial)
    _offer_patients(form, found)
    return panels.submit(request, form, save, context={"title": _("Take evidence"), "verb": _("Prepare the archive")})


@page(Permission.CASE_MANAGE)
@require_http_methods(["GET", "POST"])
def case_delivery(request: Request, archive_id: UUID) -> HttpResponse:
    def save(values: dict[str, Any]) -> None:
        actions.record_delivery(archive_id=archive_id, actor=request.user, at=timezone.now(), **values)
        tell(request, _("It is written down who received the archive."))

    return panels.submit(request, DeliveryForm(request.POST or None), save, context={"title": _("Handed over"), "verb": _("Write down")})


@page(Permission.CASE_MANAGE)
@require_http_methods(["GET", "POST"])
def case_close(request: Request, case_id: UUID) -> HttpResponse:
    found = queries.get_case_for(request.user, case_id)

    def save(values: dict[str, Any]) -> None:
        actions.close_case(case_id=case_id, actor=request.user, at=timezone.now(), **values)
        tell(request, _("The case is closed."))

    form = CloseForm(request.POST or None, initial={"version": found.version})
    return panels.submit(request, form, save, context={"title": _("Close the case"), "verb": _("Close the case")})


@page(Permission.CASE_MANAGE)
@require_POST
def case_reopen(request: Request, case_id: UUID) -> HttpResponse:
    found = queries.get_case_for(request.user, case_id)
    actions.reopen_case(case_id=case_id, version=found.version, actor=request.user, at=timezone.now())
    tell(request, _("The case is open again. Holds that were lifted stay lifted."))
    return panels.done(request, "case", case_id)


def _shown(request: Request, case_id: UUID) -> dict[str, Any]:
    found = queries.get_case_for(request.user, case_id)
    at = timezone.now()
    held = queries.held_among([person.patient_id for person in found.people.all()], at)
    archives = [(archive, evidence.is_sealed(archive.evidence)) for archive in found.archives.all()]
    return {
        "case": found,
        "people": [(person, person.patient_id in held) for person in found.people.all()],
        "holds": [(hold, queries.stands(hold, at)) for hold in found.holds.all()],
        "archives": archives,
        "is_pending": any(not is_sealed for _archive, is_sealed in archives),
        "notes": sorted(found.notes.all(), key=lambda note: note.written_at, reverse=True),
        "days_left": _days_left(found),
        "may_take": request.user.may(Permission.EVIDENCE_TAKE),
    }


def _days_left(found: Case) -> int | None:
    day: date | None = found.deadline_date
    return (day - timezone.localdate()).days if day and found.is_open else None


def _offer_patients(form: forms.Form, found: Case) -> None:
    field: Any = form.fields["patient"]
    field.choices = [(str(person.patient_id), f"{person.patient} · {person.patient.card_number}") for person in found.people.all()]


def _key(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
