"""Writes of what the diary stands on: rooms, chairs, appointment types and working shifts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from clinic.history.creation import find_sent
from clinic.history.models import Record
from clinic.lib.clock import branch_day
from clinic.lib.errors import Conflict, InvalidInput, NotFound, StaleVersion
from clinic.lib.ids import uuid7
from clinic.scheduling import queries, rules
from clinic.scheduling.actions import hold
from clinic.scheduling.models import Appointment, AppointmentType, Chair, Room, Shift
from clinic.staff import queries as staff
from clinic.staff.models import Branch, User
from clinic.staff.reach import require_everywhere
from clinic.staff.roles import Permission

Row = TypeVar("Row", bound=Record)
WEEK = timedelta(days=7)


class NameTaken(Conflict):
    """The branch has a room or chair of that name."""

    code = "name_taken"
    default_message = _("This branch already has one of that name. Choose another name.")


class ChairInUse(Conflict):
    """Patients are booked into the chair that is to be taken out of use."""

    code = "chair_in_use"


class ShiftClash(Conflict):
    """The person works elsewhere, or already here, in that time."""

    code = "shift_clash"


class ShiftInUse(Conflict):
    """Patients are booked into the time that the shift would give up."""

    code = "shift_in_use"


@dataclass(frozen=True)
class Copied:
    """What became of a week that was copied: shifts made, and shifts left out because the person works then already."""

    made: list[Shift]
    skipped: int


@transaction.atomic
def save_room(*, actor: User, branch_id: UUID, room_id: UUID | None, version: int | None, values: Mapping[str, Any], id: UUID | None = None) -> Room:
    """Add a room to the branch, or change one (`name`, `position`, `is_active`); adding again with the same `id` returns the first.

    :raises NameTaken: when the branch has a room of that name.
    """
    actor.require(Permission.DIARY_SETUP)
    branch = queries.get_branch_for(actor, branch_id, Permission.DIARY_SETUP)
    return find_sent(Room, id, branch_id=branch.pk, **values) or _save(
        _existing(Room, room_id, version, branch) or Room(id=id or uuid7(), branch=branch), values
    )


@transaction.atomic
def save_chair(
    *,
    actor: User,
    at: datetime,
    branch_id: UUID,
    chair_id: UUID | None,
    version: int | None,
    values: Mapping[str, Any],
    id: UUID | None = None,
) -> Chair:
    """Add a chair to the branch, or change one (`room_id`, `name`, `position`, `is_active`); adding again with the same `id` returns the first.

    :raises NameTaken: when the branch has a chair of that name.
    :raises ChairInUse: when patients are still booked into a chair taken out of use.
    """
    actor.require(Permission.DIARY_SETUP)
    branch = queries.get_branch_for(actor, branch_id, Permission.DIARY_SETUP)
    first = find_sent(Chair, id, branch_id=branch.pk, **values)
    if first is not None:
        return first
    chair = _existing(Chair, chair_id, version, branch) or Chair(id=id or uuid7(), branch=branch)
    if not Room.objects.filter(pk=values.get("room_id", chair.room_id), branch=branch).exists():
        raise InvalidInput(fields={"room_id": _("Choose a room of this branch.")})
    if chair.is_active and not values.get("is_active", True):
        hold(chair.pk)
        _check_chair_is_free(chair, at)
    return _save(chair, values)


@transaction.atomic
def save_type(*, actor: User, type_id: UUID | None, version: int | None, values: Mapping[str, Any], id: UUID | None = None) -> AppointmentType:
    """Add an appointment type, or change one; adding again with the same `id` returns the first."""
    require_everywhere(actor, Permission.DIARY_SETUP)
    return find_sent(AppointmentType, id, **values) or _save(
        _existing(AppointmentType, type_id, version) or AppointmentType(id=id or uuid7()), values
    )


@transaction.atomic
def add_shift(
    *,
    actor: User,
    at: datetime,
    user_id: UUID,
    branch_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
    chair_id: UUID | None = None,
    id: UUID | None = None,
) -> Shift:
    """Let a person work in the branch in that time; a second call with the same `id` returns the first shift.

    :raises ShiftClash: when the person works then already, here or elsewhere.
    """
    actor.require(Permission.DIARY_SETUP)
    branch = queries.get_branch_for(actor, branch_id, Permission.DIARY_SETUP)
    first = find_sent(Shift, id, user_id=user_id, branch_id=branch.pk, chair_id=chair_id, starts_at=starts_at, ends_at=ends_at)
    if first is not None:
        return first
    hold(user_id)
    shift = Shift(id=id or uuid7(), user=staff.get_user(user_id), branch=branch, chair=_chair_of(branch, chair_id))
    return _place(shift, starts_at, ends_at, force_insert=True)


@transaction.atomic
def change_shift(
    *, actor: User, at: datetime, shift_id: UUID, version: int, starts_at: datetime, ends_at: datetime, chair_id: UUID | None = None
) -> Shift:
    """Give a shift other hours or another usual chair.

    :raises ShiftClash: as for `add_shift`.
    :raises ShiftInUse: when patients are booked into hours it would give up.
    """
    shift = _locked_shift(actor, shift_id, version)
    given_up = shift.span
    shift.chair = _chair_of(shift.branch, chair_id)
    _place(shift, starts_at, ends_at)
    _check_nobody_waits(shift, given_up, at)
    return shift


@transaction.atomic
def cancel_shift(*, actor: User, at: datetime, shift_id: UUID, version: int) -> Shift:
    """Take a shift off; it stays in history.

    :raises ShiftInUse: when patients are booked into it.
    """
    shift = _locked_shift(actor, shift_id, version)
    shift.cancelled_at = at
    shift.save(update_fields=["cancelled_at"])
    shift.refresh_from_db(fields=["version"])
    _check_nobody_waits(shift, shift.span, at)
    return shift


@transaction.atomic
def copy_week(*, actor: User, at: datetime, branch_id: UUID, monday: date) -> Copied:
    """Repeat the branch's shifts of the week that starts on `monday` in the next week, at the same hours of the wall clock."""
    actor.require(Permission.DIARY_SETUP)
    if monday.weekday():
        raise InvalidInput(fields={"monday": _("This day is not a Monday.")})
    branch = queries.get_branch_for(actor, branch_id, Permission.DIARY_SETUP)
    week = list(queries.week_shifts(branch, monday))
    hold(*[shift.user_id for shift in week])
    copies = [_a_week_later(shift, ZoneInfo(branch.time_zone)) for shift in week]
    made = [copy for copy in copies if copy.user.is_active and _clash(copy) is None]
    return Copied([_place(copy, copy.starts_at, copy.ends_at, force_insert=True) for copy in made], len(copies) - len(made))


def _existing(model: type[Row], key: UUID | None, version: int | None, branch: Branch | None = None) -> Row | None:
    if key is None:
        return None
    where = {"branch": branch} if branch else {}
    row = model._default_manager.select_for_update(of=("self",)).filter(pk=key, **where).first()
    if row is None:
        raise NotFound
    if row.version != version:
        raise StaleVersion
    return row


def _save(row: Row, values: Mapping[str, Any]) -> Row:
    for name, value in values.items():
        setattr(row, name, value)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "name_once" not in str(error):
            raise
        raise NameTaken(fields={"name": NameTaken.default_message}) from error
    row.refresh_from_db(fields=["version"])
    return row


def _check_chair_is_free(chair: Chair, at: datetime) -> None:
    booked = Appointment.objects.filter(chair=chair, state__in=rules.MOVABLE, ends_at__gt=at).order_by("starts_at").first()
    if booked is not None:
        link = queries.diary_link(chair.branch, booked.starts_at, booked.pk)
        raise ChairInUse(_("Patients are still booked into this chair. Move them to another chair first."), link=link)


def _chair_of(branch: Branch, chair_id: UUID | None) -> Chair | None:
    if chair_id is None:
        return None
    chair = Chair.objects.filter(pk=chair_id, branch=branch, is_active=True).first()
    if chair is None:
        raise InvalidInput(fields={"chair_id": _("Choose a chair of this branch.")})
    return chair


def _locked_shift(actor: User, shift_id: UUID, version: int) -> Shift:
    actor.require(Permission.DIARY_SETUP)
    shift = Shift.objects.select_for_update(of=("self",)).select_related("branch", "user").filter(pk=shift_id, cancelled_at=None).first()
    if shift is None or shift.branch not in actor.branches_where(Permission.DIARY_SETUP):
        raise NotFound
    if shift.version != version:
        raise StaleVersion
    hold(shift.user_id)
    return shift


def _place(shift: Shift, starts_at: datetime, ends_at: datetime, **options: Any) -> Shift:
    if not rules.FIRST <= starts_at < rules.LAST:
        raise InvalidInput(fields={"starts_at": _("Choose a day between 2000 and 2099.")})
    shift.starts_at, shift.ends_at = starts_at.astimezone(UTC), ends_at.astimezone(UTC)
    if not timedelta(0) < shift.ends_at - shift.starts_at <= timedelta(hours=24):
        raise InvalidInput(fields={"ends_at": _("A shift ends after it starts, within 24 hours.")})
    clash = _clash(shift)
    if clash is not None:
        raise ShiftClash(_clash_words(shift, clash))
    shift.save(**options)
    shift.refresh_from_db(fields=["version"])
    return shift


def _clash(shift: Shift) -> Shift | None:
    others = Shift.objects.filter(user=shift.user_id, cancelled_at=None, starts_at__lt=shift.ends_at, ends_at__gt=shift.starts_at)
    return others.exclude(pk=shift.pk).select_related("branch").order_by("starts_at").first()


def _clash_words(shift: Shift, clash: Shift) -> Any:
    zone = clash.branch.time_zone
    values = {
        "person": shift.user.get_short_name(),
        "branch": clash.branch.name,
        "time": queries.span_in_words(clash.span, zone, seen_on=branch_day(shift.starts_at, zone)),
    }
    return _("%(person)s already works then: %(time)s, %(branch)s. Nothing was saved.") % values


def _check_nobody_waits(shift: Shift, given_up: rules.Span, at: datetime) -> None:
    """The appointments of the hours given up must still lie within the person's shifts."""
    working = queries.working_spans(shift.user_id, shift.branch_id, given_up.start - rules.LONGEST, given_up.end + rules.LONGEST)
    booked = Appointment.objects.filter(
        dentist=shift.user_id, branch=shift.branch_id, state__in=rules.AHEAD, ends_at__gt=at, outside_shift_reason=""
    ).during(given_up.start, given_up.end)
    left = [appointment for appointment in booked.order_by("starts_at") if not rules.is_covered(appointment.span, working)]
    if left:
        values = {"person": shift.user.get_short_name(), "count": len(left)}
        text = _("Patients are booked with %(person)s in the hours given up (%(count)s). Move or cancel these appointments first.") % values
        raise ShiftInUse(text, link=queries.diary_link(shift.branch, left[0].starts_at, left[0].pk))


def _a_week_later(shift: Shift, zone: ZoneInfo) -> Shift:
    start, end = (instant.astimezone(zone).replace(tzinfo=None, fold=0) + WEEK for instant in (shift.starts_at, shift.ends_at))
    start_at, end_at = start.replace(tzinfo=zone).astimezone(UTC), end.replace(tzinfo=zone).astimezone(UTC)
    return Shift(user=shift.user, branch_id=shift.branch_id, chair_id=shift.chair_id, starts_at=start_at, ends_at=end_at)
