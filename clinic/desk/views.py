"""The desk: what each role sees first, and the switches of the shell."""

import re
from datetime import date
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from clinic.desk import desks
from clinic.desk.marks import marks_of
from clinic.desk.navigation import settings_groups
from clinic.history.actions import record_list
from clinic.lib.errors import InvalidInput, NotFound
from clinic.lib.numbers import whole
from clinic.lib.toasts import tell
from clinic.scheduling import actions as scheduling_actions
from clinic.scheduling import queries as scheduling
from clinic.staff.guards import page
from clinic.staff.http import Request, branch_of
from clinic.staff.models import Branch
from clinic.staff.roles import Permission

PATIENT_LINK = re.compile(r"/patients/([0-9a-f]{8}-[0-9a-f-]{27})/")


@page()
@require_safe
def home(request: Request) -> HttpResponse:
    """Today, as the person's role needs it."""
    mine = desks.desks_of(request.user)
    asked = request.GET.get("desk")
    desk = next((desk for desk in mine if desk.name == asked), None) or next(iter(mine), None)
    return _seen(render(request, "desk/home.html", {"desk": desk, "desks": mine, "now": _picture(request, desk)}))


@page()
@require_GET
def live(request: Request, name: str) -> HttpResponse:
    """The changing part of a desk, asked for every now and then."""
    desk = next((desk for desk in desks.desks_of(request.user) if desk.name == name), None)
    if desk is None:
        raise NotFound
    return _seen(render(request, f"desk/home/{desk.name}.html", {"desk": desk, "now": _picture(request, desk)}))


def _seen(page_shown: HttpResponse) -> HttpResponse:
    """Desks are made of many lists: whoever they name is whom they lead to."""
    record_list("desk", {UUID(found) for found in PATIENT_LINK.findall(page_shown.content.decode())})
    return page_shown


@page(Permission.DIARY_WRITE)
@require_POST
def confirm_call(request: Request, appointment_id: UUID) -> HttpResponse:
    """The patient has said on the phone that they will come."""
    user = request.user
    appointment = scheduling.get_appointment_for(user, appointment_id)
    scheduling_actions.change_state(actor=user, at=timezone.now(), appointment_id=appointment.pk, version=_version(request), state="confirmed")
    link = scheduling.diary_link(appointment.branch, appointment.starts_at, appointment.pk)
    tell(request, _("%(patient)s will come.") % {"patient": appointment.patient.get_full_name()}, open_url=link)
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect("/")
    desk = next(desk for desk in desks.DESKS if desk.name == "front")
    return render(request, "desk/home/front.html", {"desk": desk, "now": _picture(request, desk)})


@page(Permission.DIARY_VIEW)
@require_GET
def diary_marks(request: Request) -> JsonResponse:
    """What the diary must say on each card of a day: debt, danger, laboratory work not back, first visit, insurer."""
    user = request.user
    branch = _asked_branch(request)
    day = _asked_day(request)
    appointments = list(scheduling.day_appointments(branch, day).standing())
    marks = marks_of(appointments, user=user, day=day)
    rows = {str(key): [{"kind": mark.kind, "text": mark.text, "icon": mark.icon} for mark in found] for key, found in marks.items() if found}
    return JsonResponse({"branch": str(branch.pk), "day": day.isoformat(), "marks": rows})


@page()
@require_GET
def settings_page(request: Request) -> HttpResponse:
    """Everything that is set up once, as far as the person may."""
    return render(request, "desk/settings.html", {"groups": settings_groups(request.user)})


@page()
@require_POST
def choose_branch(request: Request) -> HttpResponse:
    """Work in another of one's branches from now on."""
    chosen = request.POST.get("branch", "")
    if any(str(branch.pk) == chosen for branch in request.branches):
        request.session["branch"] = chosen
    url = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(url if is_ours else "/")


def _picture(request: Request, desk: desks.Desk | None) -> object:
    """What the desk shows now; nothing for a person without a role or a clinic without a branch."""
    return desk.build(request.user, request.branch, timezone.now()) if desk and request.branch else None


def _version(request: Request) -> int:
    version = whole(request.POST.get("version", ""))
    if version is None:
        raise InvalidInput
    return version


def _asked_branch(request: Request) -> Branch:
    """The branch asked for, where the person sees the diary; else the one they work in."""
    asked = request.GET.get("branch")
    if not asked:
        return branch_of(request)
    branch = next((seen for seen in request.user.branches_where(Permission.DIARY_VIEW) if str(seen.pk) == asked), None)
    if branch is None:
        raise NotFound
    return branch


def _asked_day(request: Request) -> date:
    asked = request.GET.get("day", "")
    try:
        day = parse_date(asked) if asked else timezone.localdate()
    except ValueError:
        day = None
    if day is None:
        raise InvalidInput(fields={"day": _("There is no such day.")})
    return day
