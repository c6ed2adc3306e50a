"""Pages of the diary: the day, one appointment, a new one, the printed sheet, a patient's list."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clinic.lib.clock import branch_day, day_bounds
from clinic.lib.errors import DomainError, NotFound
from clinic.lib.ids import uuid7
from clinic.lib.numbers import whole
from clinic.lib.pages import page_of
from clinic.lib.panels import add_errors
from clinic.lib.templatetags.house import STATE_ICONS, icon
from clinic.patients.access import ReasonRequired
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.scheduling import actions, queries, rules
from clinic.scheduling.day import day_data
from clinic.scheduling.forms import BookForm, DetailsForm, WhenForm, details_of, when_of
from clinic.scheduling.models import Appointment, AppointmentState
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.models import Branch
from clinic.staff.roles import Permission

MARK_ICONS = {"alert": "triangle-alert", "debt": "wallet", "lab": "flask-conical", "insurance": "shield-check", "new": "user-plus"}
STEPS = (rules.CONFIRMED, rules.ARRIVED, rules.SEATED, rules.DONE, rules.NO_SHOW, rules.BOOKED)


def _branch(request: Request) -> Branch:
    """The branch asked for, else the one worked in."""
    asked = request.GET.get("branch")
    if asked:
        try:
            return queries.get_branch_for(request.user, UUID(asked))
        except ValueError as error:
            raise NotFound from error
    if request.branch is None:
        raise NotFound(_("You work in no branch yet. Ask the manager for a role in one."))
    return request.branch


def _day(request: Request, branch: Branch) -> date:
    try:
        asked = parse_date(request.GET.get("day", ""))
    except ValueError:
        asked = None
    return asked or branch_day(timezone.now(), branch.time_zone)


@page(Permission.DIARY_VIEW, Permission.PATIENT_VIEW)
def diary(request: Request) -> HttpResponse:
    """One day of a branch by chairs or by dentists."""
    branch = _branch(request)
    day, today = _day(request, branch), branch_day(timezone.now(), branch.time_zone)
    view = "dentists" if request.GET.get("view") == "dentists" else "chairs"
    data = day_data(request.user, branch, day, view=view)
    here = {"branch": str(branch.pk), "view": view}
    context = {
        "branch": branch,
        "day": day,
        "view": view,
        "data": data,
        "is_today": day == today,
        "icons": _icons(),
        "may_write": request.user.may(Permission.DIARY_WRITE),
        "may_set_up": request.user.may(Permission.DIARY_SETUP),
        "links": {name: _link(here, other) for name, other in _days(day, today).items()},
        "other_view": _link({**here, "view": "chairs" if view == "dentists" else "dentists"}, day),
    }
    return render(request, "scheduling/diary.html", context)


@lru_cache(maxsize=1)
def _icons() -> SafeString:
    """The icons that the script puts on cards; the same on every day."""
    names = {state: STATE_ICONS[state] for state in AppointmentState.values} | MARK_ICONS
    return format_html_join("", '<template id="icon-{}">{}</template>', ((state, icon(name)) for state, name in names.items()))


def _days(day: date, today: date) -> dict[str, date]:
    return {"before": day - timedelta(days=1), "after": day + timedelta(days=1), "today": today}


def _link(query: dict[str, str], day: date) -> str:
    return f"?{urlencode({**query, 'day': day.isoformat()})}"


@page(Permission.DIARY_VIEW, Permission.PATIENT_VIEW)
def day_sheet(request: Request) -> HttpResponse:
    """The day as a table to print, by chair or by dentist."""
    branch = _branch(request)
    day = _day(request, branch)
    rows = [row for row in queries.look_at_diary(request.user, branch, *day_bounds(day, branch.time_zone)) if row.is_standing]
    is_by_dentist = request.GET.get("view") == "dentists"
    groups: dict[str, list[Appointment]] = {}
    for row in sorted(rows, key=lambda row: str(row.dentist if is_by_dentist else row.chair)):
        groups.setdefault(str(row.dentist if is_by_dentist else row.chair), []).append(row)
    return render(request, "scheduling/day_sheet.html", {"branch": branch, "day": day, "groups": groups, "is_by_dentist": is_by_dentist})


@page(Permission.DIARY_WRITE)
def appointment_new(request: Request) -> HttpResponse:
    """Book: the place comes from the grid or is typed."""
    branch = _branch(request)
    form = BookForm(request.POST or None, branch=branch, initial=_asked_place(request, branch))
    offers_reason, reason_link = False, None
    if request.method == "POST" and form.is_valid():
        try:
            get_patient_for(request.user, form.cleaned_data["patient_id"], what="appointment", permission=Permission.DIARY_WRITE, is_part=True)
            booked = actions.book(actor=request.user, at=timezone.now(), **form.booking())
        except DomainError as error:
            offers_reason = isinstance(error, actions.OutsideShift) and request.user.may(Permission.DIARY_SETUP)
            reason_link = error.link if isinstance(error, ReasonRequired) else None
            add_errors(form, error)
        else:
            if not request.htmx:
                return redirect(queries.diary_link(branch, booked.starts_at, booked.pk))
            return HttpResponse(status=204, headers={"HX-Trigger": "panel-close, diary-changed"})
    lengths = json.dumps({str(kind.pk): kind.minutes for kind in form.types})
    context = {
        "form": form,
        "lengths": lengths,
        "branch": branch,
        "patient": _chosen_patient(request, form),
        "offers_reason": offers_reason,
        "reason_link": reason_link,
        "search_url": _url("patient-search"),
    }
    return render(request, "scheduling/appointment_new.html", context, status=422 if request.method == "POST" else 200)


def _asked_place(request: Request, branch: Branch) -> dict[str, Any]:
    asked = request.GET
    initial: dict[str, Any] = {"key": uuid7(), "day": _day(request, branch)}
    initial |= {name: asked[name] for name in ("dentist_id", "chair_id", "patient_id", "minutes") if asked.get(name)}
    try:
        start = parse_datetime(asked.get("start", "").replace(" ", "+"))
    except ValueError:
        start = None
    if start is not None and start.tzinfo is not None:
        local = timezone.localtime(start, zone_of(branch))
        initial |= {"day": local.date(), "time": local.time(), "fold": local.fold}
        initial |= queries.likely_place(branch, start, dentist_id=initial.get("dentist_id"), chair_id=initial.get("chair_id"))
    return initial


def _chosen_patient(request: Request, form: BookForm) -> Patient | None:
    """Whose name the form shows: a look at them, like any other; without the right to that the form names nobody."""
    try:
        return get_patient_for(request.user, UUID(str(form["patient_id"].value())), what="appointment", permission=Permission.DIARY_WRITE)
    except (ValueError, DomainError):
        return None


@page(Permission.DIARY_VIEW, Permission.PATIENT_VIEW)
def appointment(request: Request, appointment_id: UUID) -> HttpResponse:
    """The panel of one appointment."""
    return _panel(request, queries.look_at_appointment(request.user, appointment_id))


@require_POST
@page(Permission.DIARY_VIEW)
def appointment_state(request: Request, appointment_id: UUID) -> HttpResponse:
    """A step to another state, or back."""
    actions.require_steps(request.user)
    state, reason = request.POST.get("state", ""), request.POST.get("reason", "")
    return _act(
        request,
        appointment_id,
        lambda version: actions.change_state(
            actor=request.user, at=timezone.now(), appointment_id=appointment_id, version=version, state=state, reason=reason
        ),
    )


@require_POST
@page(Permission.DIARY_WRITE)
def appointment_move(request: Request, appointment_id: UUID) -> HttpResponse:
    """A move by form."""
    current = queries.get_appointment_for(request.user, appointment_id)
    form = WhenForm(request.POST, branch=current.branch)
    if not form.is_valid():
        return _panel(request, queries.look_at_appointment(request.user, appointment_id), when=form, status=422)
    return _act(
        request,
        appointment_id,
        lambda version: actions.move(actor=request.user, at=timezone.now(), appointment_id=appointment_id, version=version, **form.place()),
        when=form,
    )


@require_POST
@page(Permission.DIARY_WRITE)
def appointment_details(request: Request, appointment_id: UUID) -> HttpResponse:
    """Another type, assistant or note."""
    current = queries.get_appointment_for(request.user, appointment_id)
    form = DetailsForm(request.POST, branch=current.branch)
    if not form.is_valid():
        return _panel(request, queries.look_at_appointment(request.user, appointment_id), details=form, status=422)
    return _act(
        request,
        appointment_id,
        lambda version: actions.describe(actor=request.user, at=timezone.now(), appointment_id=appointment_id, version=version, **form.cleaned_data),
        details=form,
    )


def _act(request: Request, appointment_id: UUID, act: Callable[[int], Appointment], **forms: Any) -> HttpResponse:
    """Do it and show the panel anew; when refused, show why with what was typed."""
    version = whole(request.POST.get("version", ""))
    if version is None:
        return HttpResponseBadRequest("version")
    queries.require_appointment(request.user, appointment_id)
    try:
        act(version)
    except DomainError as error:
        if isinstance(error, NotFound):
            raise
        return _panel(request, queries.look_at_appointment(request.user, appointment_id), error=error, status=422, **forms)
    if not request.htmx:
        return redirect("appointment", appointment_id)
    response = _panel(request, queries.look_at_appointment(request.user, appointment_id))
    response["HX-Trigger"] = "diary-changed"
    return response


def _panel(request: Request, appointment: Appointment, *, error: DomainError | None = None, status: int = 200, **forms: Any) -> HttpResponse:
    branch = appointment.branch
    trail = queries.appointment_trail(appointment)
    states = [line.state for line in reversed(trail) if line.state]
    allowed = [state for state in STEPS if state in actions.steps_of(request.user, branch)]
    context = {
        "appointment": appointment,
        "zone": branch.time_zone,
        "hours": queries.hours_in_words(appointment.span, branch.time_zone),
        "error": error,
        "offers_reason": isinstance(error, actions.OutsideShift) and request.user.may(Permission.DIARY_SETUP),
        "steps": [(state, AppointmentState(state).label, STATE_ICONS[state]) for state in allowed if rules.may_become(states, state)],
        "back": states[-2] if len(states) > 1 else "",
        "may_cancel": rules.CANCELLED in rules.TRANSITIONS[appointment.state],
        "may_write": request.user.may(Permission.DIARY_WRITE),
        "when": forms.get("when") or WhenForm(initial=when_of(appointment), branch=branch),
        "details": forms.get("details") or DetailsForm(initial=details_of(appointment), branch=branch),
        "trail": trail,
        "visit_url": _url("visit-open", appointment.pk) if request.user.may(Permission.VISIT_WRITE) else "",
        "patient_url": _url("patient", appointment.patient_id),
    }
    return render(request, "scheduling/appointment.html", context, status=status)


@page(Permission.DIARY_VIEW, Permission.PATIENT_VIEW)
def patient_appointments(request: Request, patient_id: UUID) -> HttpResponse:
    """All appointments of a patient."""
    patient = get_patient_for(request.user, patient_id, what="appointments")
    context = {
        "patient": patient,
        "tab": "patient",
        "page": page_of(request, queries.patient_appointments(patient)),
        "now": timezone.now(),
    }
    return render(request, "scheduling/patient_appointments.html", context)


def zone_of(branch: Branch) -> Any:
    """The branch's time zone."""
    return day_bounds(date(2000, 1, 1), branch.time_zone)[0].tzinfo


def _url(name: str, *args: object) -> str:
    """The address of a page of an app above, when there is one."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
