"""Pages that set the diary up: shifts of the week, rooms and chairs, appointment types."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from clinic.history.models import Record
from clinic.lib import panels, toasts
from clinic.lib.clock import branch_day
from clinic.lib.errors import NotFound
from clinic.lib.ids import uuid7
from clinic.lib.numbers import whole
from clinic.scheduling import queries, setup_actions
from clinic.scheduling.forms import ChairForm, RoomForm, ShiftForm, TypeForm
from clinic.scheduling.models import AppointmentType, Chair, Room, Shift
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.models import Branch
from clinic.staff.roles import Permission


def _branch(request: Request) -> Branch:
    if request.branch is None:
        raise NotFound(_("You work in no branch yet. Ask the manager for a role in one."))
    return request.branch


def _monday(request: Request, branch: Branch) -> date:
    try:
        asked = parse_date(request.GET.get("week", request.POST.get("week", "")))
    except ValueError:
        asked = None
    day = asked or branch_day(timezone.now(), branch.time_zone)
    return day - timedelta(days=day.weekday())


@page(Permission.DIARY_VIEW)
def shifts(request: Request) -> HttpResponse:
    """Who works when: people by days of one week."""
    branch = _branch(request)
    monday = _monday(request, branch)
    days = [monday + timedelta(days=count) for count in range(7)]
    week = list(queries.week_shifts(branch, monday))
    people = {shift.user_id: shift.user for shift in week} | {person.pk: person for person in queries.carers(branch, *queries.HELPERS)}
    rows = [
        (person, [(day, [shift for shift in week if shift.user_id == key and branch_day(shift.starts_at, branch.time_zone) == day]) for day in days])
        for key, person in sorted(people.items(), key=lambda item: (item[1].last_name, item[1].first_name))
    ]
    context = {
        "branch": branch,
        "monday": monday,
        "days": days,
        "rows": rows,
        "today": branch_day(timezone.now(), branch.time_zone),
        "before": monday - timedelta(days=7),
        "after": monday + timedelta(days=7),
        "may_set_up": request.user.may(Permission.DIARY_SETUP),
    }
    return render(request, "scheduling/shifts.html", context)


@page(Permission.DIARY_SETUP)
def shift_new(request: Request) -> HttpResponse:
    branch = _branch(request)
    initial = {"day": request.GET.get("day"), "user_id": request.GET.get("user"), "starts": "09:00", "ends": "18:00"}
    form = ShiftForm(request.POST or None, branch=branch, initial=initial)
    key = uuid7()

    def save(_values: dict[str, Any]) -> None:
        setup_actions.add_shift(actor=request.user, at=timezone.now(), id=key, branch_id=branch.pk, **form.hours())

    return panels.submit(request, form, save, context={"title": _("New shift"), "verb": _("Add shift")})


@page(Permission.DIARY_SETUP)
def shift(request: Request, shift_id: UUID) -> HttpResponse:
    row = Shift.objects.select_related("user", "branch").filter(pk=shift_id, cancelled_at=None, branch=_branch(request)).first()
    if row is None:
        raise NotFound
    start, end = (instant.astimezone(ZoneInfo(row.branch.time_zone)) for instant in (row.starts_at, row.ends_at))
    initial = {"day": start.date(), "starts": start.time(), "ends": end.time(), "chair_id": row.chair_id}
    form = ShiftForm(request.POST or None, branch=row.branch, shift=row, initial=initial)

    def save(_values: dict[str, Any]) -> None:
        setup_actions.change_shift(actor=request.user, at=timezone.now(), shift_id=row.pk, **form.hours())

    context = {"title": str(row.user), "verb": _("Save"), "shift": row}
    return panels.submit(request, form, save, template="scheduling/shift.html", context=context)


@require_POST
@page(Permission.DIARY_SETUP)
def shift_cancel(request: Request, shift_id: UUID) -> HttpResponse:
    version = whole(request.POST.get("version", "")) or 0
    setup_actions.cancel_shift(actor=request.user, at=timezone.now(), shift_id=shift_id, version=version)
    toasts.tell(request, _("The shift is taken off."))
    return panels.done(request, "shifts")


@require_POST
@page(Permission.DIARY_SETUP)
def shifts_copy(request: Request) -> HttpResponse:
    """Repeat the week in the next one, and go there."""
    branch = _branch(request)
    monday = _monday(request, branch)
    copied = setup_actions.copy_week(actor=request.user, at=timezone.now(), branch_id=branch.pk, monday=monday)
    made = len(copied.made)
    text = ngettext("%(count)s shift copied to this week.", "%(count)s shifts copied to this week.", made) % {"count": made}
    if copied.skipped:
        text += " " + _("Left out, because the person works then already: %(count)s.") % {"count": copied.skipped}
    toasts.tell(request, text)
    response = redirect("shifts")
    response["Location"] += f"?week={monday + timedelta(days=7)}"
    return response


@page(Permission.DIARY_SETUP)
def chairs(request: Request) -> HttpResponse:
    branch = _branch(request)
    rooms = queries.rooms_of(branch, with_unused=True).prefetch_related("chairs")
    return render(request, "scheduling/chairs.html", {"branch": branch, "rooms": rooms})


@page(Permission.DIARY_SETUP)
def chair_edit(request: Request, chair_id: UUID | None = None) -> HttpResponse:
    branch = _branch(request)
    chair = Chair.objects.filter(pk=chair_id, branch=branch).first() if chair_id else Chair(branch=branch)
    if chair is None:
        raise NotFound
    form = ChairForm(request.POST or None, branch=branch, initial=_shown(chair, ChairForm))

    def save(values: dict[str, Any]) -> None:
        setup_actions.save_chair(actor=request.user, at=timezone.now(), branch_id=branch.pk, chair_id=chair_id, **_split(values))

    return panels.submit(request, form, save, context={"title": str(chair) if chair_id else _("New chair"), "verb": _("Save")})


@page(Permission.DIARY_SETUP)
def room_edit(request: Request, room_id: UUID | None = None) -> HttpResponse:
    branch = _branch(request)
    room = Room.objects.filter(pk=room_id, branch=branch).first() if room_id else Room(branch=branch)
    if room is None:
        raise NotFound
    form = RoomForm(request.POST or None, initial=_shown(room, RoomForm))

    def save(values: dict[str, Any]) -> None:
        setup_actions.save_room(actor=request.user, branch_id=branch.pk, room_id=room_id, **_split(values))

    return panels.submit(request, form, save, context={"title": str(room) if room_id else _("New room"), "verb": _("Save")})


@page(Permission.DIARY_SETUP, everywhere=Permission.DIARY_SETUP)
def appointment_types(request: Request) -> HttpResponse:
    return render(request, "scheduling/appointment_types.html", {"types": queries.all_types()})


@page(Permission.DIARY_SETUP, everywhere=Permission.DIARY_SETUP)
def appointment_type(request: Request, type_id: UUID | None = None) -> HttpResponse:
    row = AppointmentType.objects.filter(pk=type_id).first() if type_id else AppointmentType()
    if row is None:
        raise NotFound
    form = TypeForm(request.POST or None, initial=_shown(row, TypeForm))

    def save(values: dict[str, Any]) -> None:
        setup_actions.save_type(actor=request.user, type_id=type_id, **_split(values))

    return panels.submit(request, form, save, context={"title": str(row) if type_id else _("New type"), "verb": _("Save")})


def _shown(row: Record, form: type[Form]) -> dict[str, Any]:
    """The row's values under the form's names."""
    return {name: getattr(row, name) for name in (*form.base_fields, "room_id") if hasattr(row, name)}


def _split(values: dict[str, Any]) -> dict[str, Any]:
    """The version that was shown, apart from the values to save."""
    return {"version": values["version"], "values": {name: value for name, value in values.items() if name != "version"}}
