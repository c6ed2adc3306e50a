"""The desk's list of recalls: whom to call; each is booked in the diary's own panel, which ties the two."""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from charting.recalls import actions, queries, sheet, words
from charting.recalls.models import Recall
from charting.recalls.rules import is_month
from clinic.history.actions import record_list
from clinic.lib import panels, searches, sheets
from clinic.lib.clock import branch_day, day_bounds
from clinic.lib.errors import InvalidInput
from clinic.lib.ids import uuid7
from clinic.lib.numbers import whole
from clinic.lib.pages import page_of
from clinic.lib.toasts import tell
from clinic.patients.search import is_cut, matching_ids
from clinic.scheduling import actions as diary
from clinic.scheduling import queries as scheduling
from clinic.scheduling.forms import BookForm
from clinic.staff.guards import page
from clinic.staff.http import Request, branch_of
from clinic.staff.models import User
from clinic.staff.roles import Permission

PAGE_SIZE = 50
AHEAD = timedelta(days=62)
KEPT = ("state", "month", "dentist", "branch")


@page(Permission.DIARY_VIEW, Permission.PATIENT_VIEW)
@require_http_methods(["GET", "POST"])
def recalls(request: Request) -> HttpResponse:
    """Whom to call, the longest due first."""
    if request.method == "POST":
        kept = {name: value for name in KEPT if (value := request.GET.get(name, ""))}
        return redirect(f"{reverse('recalls')}?{urlencode(searches.keep(request) | kept)}")
    filters = _filters(request)
    shown = page_of(request, queries.listed(filters), PAGE_SIZE)
    record_list("recalls", (row.patient_id for row in shown))
    asked = {name: request.GET.get(name, "") for name in KEPT}
    context = {
        "page": shown,
        "today": filters.today,
        "states": words.CHOICES.items(),
        "asked": asked,
        "state": filters.state,
        "q": searches.typed(request),
        "is_cut": filters.patients is not None and is_cut(filters.patients),
        "dentists": scheduling.carers(branch_of(request)),
        "branches": request.user.branches_where(Permission.DIARY_VIEW),
        "address": f"{reverse('recalls')}?{urlencode({name: value for name, value in asked.items() if value})}",
        "query": request.GET.urlencode(),
        "may_take": request.user.may(Permission.LIST_EXPORT),
        "reads_records": request.user.may(Permission.CLINICAL_VIEW),
    }
    return render(request, "charting/recalls/list.html", context)


@page(Permission.DIARY_VIEW, Permission.PATIENT_VIEW, Permission.LIST_EXPORT)
@require_GET
def recalls_xlsx(request: Request) -> HttpResponse:
    """The same list as a workbook."""
    return sheets.response(sheet.take(queries.listed(_filters(request, Permission.LIST_EXPORT))), name="recalls")


def _filters(request: Request, *more: Permission) -> queries.Filters:
    """What the address asks for; what it cannot mean is left out."""
    asked, text = request.GET, searches.typed(request)
    today = branch_day(timezone.now(), branch_of(request).time_zone)
    branches = request.user.branches_where(Permission.DIARY_VIEW, *more)
    state = asked.get("state", "")
    return queries.Filters(
        branches=[branch for branch in branches if asked.get("branch", "") in ("", str(branch.pk))],
        today=today,
        state=state if state in queries.STATES else "now",
        month=_month(asked.get("month", "")),
        dentist=_key(asked.get("dentist", "")),
        patients=matching_ids(text, today) if text else None,
    )


def _month(text: str) -> date | None:
    try:
        found = parse_date(f"{text}-01")
    except ValueError:
        return None
    return found if found is not None and is_month(found) else None


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@page(Permission.DIARY_WRITE, Permission.PATIENT_VIEW)
@require_http_methods(["GET", "POST"])
def recall_book(request: Request, recall_id: UUID) -> HttpResponse:
    """The diary's booking panel with the patient, their dentist and the first free time from the due day filled in."""
    recall = queries.get_recall_for(request.user, recall_id, permission=Permission.DIARY_WRITE)
    if request.method == "GET" and not recall.is_open:
        raise actions.RecallClosed(recall)
    initial = _first_free(recall, timezone.now()) if request.method == "GET" else None
    form = BookForm(request.POST or None, branch=recall.branch, initial=initial)
    values = {"what": recall.words, "day": date_format(recall.due_on, "SHORT_DATE_FORMAT")}
    context: dict[str, Any] = {
        "title": _("Book an appointment"),
        "lead": _("%(what)s, due %(day)s") % values,
        "version": recall.version,
        "lengths": "{}",
        "branch": recall.branch,
        "patient": recall.patient,
    }

    def save(_values: dict[str, Any]) -> None:
        version = whole(request.POST.get("version", ""))
        if version is None:
            raise InvalidInput
        try:
            booking = form.booking()
            booked = actions.book_recall(recall_id=recall_id, version=version, booking=booking, actor=request.user, at=timezone.now())
        except diary.OutsideShift:
            context["offers_reason"] = request.user.may(Permission.DIARY_SETUP)
            raise
        _told(request, booked)

    return panels.submit(request, form, save, template="scheduling/appointment_new.html", context=context)


def _told(request: Request, recall: Recall) -> None:
    appointment = recall.appointment
    if appointment is None:
        return
    zone = appointment.branch.time_zone
    values = {"patient": recall.patient, "when": date_format(timezone.localtime(appointment.starts_at, ZoneInfo(zone)), "SHORT_DATETIME_FORMAT")}
    link = scheduling.diary_link(appointment.branch, appointment.starts_at, appointment.pk)
    tell(request, _("%(patient)s is booked: %(when)s.") % values, open_url=link)


def _first_free(recall: Recall, at: datetime) -> dict[str, Any]:
    """Where the diary has room for half an hour with the same dentist, from the due day (or now) on."""
    branch, dentist = recall.branch, recall.visit.dentist
    start = max(day_bounds(recall.due_on, branch.time_zone)[0], at)
    initial: dict[str, Any] = {"key": uuid7(), "patient_id": recall.patient_id, "day": branch_day(start, branch.time_zone), "note": recall.words}
    if not _works_there(dentist, recall):
        return initial
    initial["dentist_id"] = dentist.pk
    grid = start.replace(minute=0, second=0, microsecond=0)
    free = [
        span for span in scheduling.free_slots(dentist_id=dentist.pk, branch=branch, minutes=30, start=grid, end=grid + AHEAD) if span.start >= start
    ]
    if free:
        local = timezone.localtime(free[0].start, ZoneInfo(branch.time_zone))
        initial |= {"day": local.date(), "time": local.time(), "fold": local.fold}
        initial |= scheduling.likely_place(branch, free[0].start, dentist_id=str(dentist.pk), chair_id=None)
    return initial


def _works_there(dentist: User, recall: Recall) -> bool:
    return dentist in scheduling.carers(recall.branch)


@page(Permission.DIARY_WRITE, Permission.PATIENT_VIEW)
@require_POST
def recall_link(request: Request, recall_id: UUID) -> HttpResponse:
    """The patient has an appointment already: the recall is about that one."""
    recall = queries.get_recall_for(request.user, recall_id, permission=Permission.DIARY_WRITE)
    appointment, version = _key(request.POST.get("appointment", "")), whole(request.POST.get("version", ""))
    if appointment is None or version is None:
        raise InvalidInput
    tied = actions.link_recall(recall_id=recall.pk, version=version, appointment_id=appointment, actor=request.user, at=timezone.now())
    _told(request, tied)
    return panels.done(request, "recalls")
