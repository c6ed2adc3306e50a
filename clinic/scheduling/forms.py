"""Forms of the diary's panels and of the pages that set it up."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinic.lib.clock import is_repeated, is_skipped
from clinic.lib.inputs import DateInput
from clinic.scheduling import queries
from clinic.scheduling.models import Appointment, Room, Shift
from clinic.staff.models import Branch
from clinic.staff.roles import Role

WORKERS = (Role.DENTIST, Role.HYGIENIST, Role.ASSISTANT)


class TimeInput(forms.TimeInput):
    """The browser's own time field, in steps of five minutes."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(attrs={"step": 300}, format="%H:%M")


def _choice(label: Any, rows: Any, *, required: bool = True) -> forms.TypedChoiceField:
    choices = [("", "–" if not required else ""), *[(str(row.pk), str(row)) for row in rows]]
    return forms.TypedChoiceField(label=label, choices=choices, coerce=UUID, empty_value=None, required=required)


class WhenForm(forms.Form):
    """A place in the diary of a branch: day, time and length on its wall clock, dentist and chair."""

    day = forms.DateField(label=_("Day"), widget=DateInput())
    time = forms.TimeField(label=_("Time"), widget=TimeInput())
    minutes = forms.IntegerField(label=_("Length"), min_value=5, max_value=720, initial=30, widget=forms.NumberInput(attrs={"step": 5}))
    fold = forms.TypedChoiceField(
        label=_("Which of the two"),
        choices=[("", "–"), ("0", _("before the clocks go back")), ("1", _("after the clocks went back"))],
        coerce=int,
        empty_value=None,
        required=False,
    )
    outside_shift_reason = forms.CharField(label=_("Why outside working hours"), max_length=300, required=False)

    def __init__(self, *args: Any, branch: Branch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.branch = branch
        self.fields["dentist_id"] = _choice(_("Dentist"), queries.carers(branch))
        self.fields["chair_id"] = _choice(_("Chair"), queries.chairs_of(branch))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "day" in values and "time" in values and is_skipped(values["day"], values["time"], self.branch.time_zone):
            self.add_error("time", _("This time does not exist on that day: the clocks go forward over it."))
        if self._is_repeated(values.get("day"), values.get("time")) and values.get("fold") is None:
            self.add_error("fold", _("The clocks go back that night and show this time twice. Choose which of the two is meant."))
        return values

    @property
    def asks_which(self) -> bool:
        """Whether the clocks show the time in the form twice."""
        given = self.cleaned_data if self.is_bound and self.errors is not None else self.initial
        return self._is_repeated(given.get("day"), given.get("time"))

    def _is_repeated(self, day: Any, wall_clock: Any) -> bool:
        return isinstance(day, date) and isinstance(wall_clock, time) and is_repeated(day, wall_clock, self.branch.time_zone)

    def place(self) -> dict[str, Any]:
        """The values as the actions take them."""
        values = self.cleaned_data
        local = datetime.combine(values["day"], values["time"].replace(fold=values["fold"] or 0), ZoneInfo(self.branch.time_zone))
        start = local.astimezone(UTC)  # a repeated hour equals no instant of another zone
        reason = values["outside_shift_reason"].strip()
        names = ("dentist_id", "chair_id")
        end = start + timedelta(minutes=values["minutes"])
        chosen = {name: values[name] for name in names}
        return {**chosen, "starts_at": start, "ends_at": end, "outside_shift": bool(reason), "outside_shift_reason": reason}


class DetailsForm(forms.Form):
    """What the appointment is for, who assists, the note."""

    note = forms.CharField(label=_("Note"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, branch: Branch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type_id"] = _choice(_("Type"), queries.types_offered(), required=False)
        self.fields["assistant_id"] = _choice(_("Assistant"), queries.carers(branch, *queries.HELPERS), required=False)
        self.order_fields(["type_id", "assistant_id", "note"])


class BookForm(WhenForm):
    """A new appointment; `key` makes a repeated request the same booking."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    patient_id = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": _("Choose a patient."), "invalid": _("Choose a patient.")})
    note = forms.CharField(label=_("Note"), max_length=500, required=False)

    def __init__(self, *args: Any, branch: Branch, **kwargs: Any) -> None:
        super().__init__(*args, branch=branch, **kwargs)
        self.types = list(queries.types_offered())
        self.fields["type_id"] = _choice(_("Type"), self.types, required=False)
        self.fields["assistant_id"] = _choice(_("Assistant"), queries.carers(branch, *queries.HELPERS), required=False)
        self.order_fields(["key", "patient_id", "type_id", "minutes", "day", "time", "fold", "dentist_id", "chair_id", "assistant_id", "note"])

    def booking(self) -> dict[str, Any]:
        """The values as `actions.book` takes them."""
        values = self.cleaned_data
        return {**self.place(), "id": values["key"], **{name: values[name] for name in ("patient_id", "type_id", "assistant_id", "note")}}


def when_of(appointment: Appointment) -> dict[str, Any]:
    """The place of an appointment as `WhenForm` shows it."""
    start = appointment.starts_at.astimezone(ZoneInfo(appointment.branch.time_zone))
    minutes = (appointment.ends_at - appointment.starts_at) // timedelta(minutes=1)
    place = {"dentist_id": appointment.dentist_id, "chair_id": appointment.chair_id}
    return {**place, "day": start.date(), "time": start.time(), "fold": start.fold, "minutes": minutes}


def details_of(appointment: Appointment) -> dict[str, Any]:
    return {"type_id": appointment.type_id, "assistant_id": appointment.assistant_id, "note": appointment.note}


class ShiftForm(forms.Form):
    """Working hours of a person on the branch's wall clock; an end before the start is on the next day."""

    day = forms.DateField(label=_("Day"), widget=DateInput())
    starts = forms.TimeField(label=pgettext_lazy("time", "From"), widget=TimeInput())
    ends = forms.TimeField(label=pgettext_lazy("time", "Until"), widget=TimeInput())

    def __init__(self, *args: Any, branch: Branch, shift: Shift | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.branch = branch
        if shift is None:
            self.fields["user_id"] = _choice(pgettext_lazy("staff", "Person"), queries.carers(branch, *WORKERS))
        else:
            self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput, initial=shift.version)
        self.fields["chair_id"] = _choice(_("Usual chair"), queries.chairs_of(branch), required=False)
        self.order_fields(["user_id", "day", "starts", "ends", "chair_id"])

    def hours(self) -> dict[str, Any]:
        """The values as the shift actions take them."""
        values, zone = self.cleaned_data, ZoneInfo(self.branch.time_zone)
        last_day = values["day"] + timedelta(days=int(values["ends"] <= values["starts"]))
        start, end = datetime.combine(values["day"], values["starts"], zone), datetime.combine(last_day, values["ends"], zone)
        chosen: dict[str, Any] = {name: values[name] for name in ("user_id", "chair_id", "version") if name in values}
        return {**chosen, "starts_at": start, "ends_at": end}


class VersionedForm(forms.Form):
    """A form of a record that may exist already; `version` is the one that was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class RoomForm(VersionedForm):
    name = forms.CharField(label=_("Name"), max_length=60)
    position = forms.IntegerField(label=_("Place in the list"), min_value=0, max_value=999, initial=0)
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)


class ChairForm(RoomForm):
    def __init__(self, *args: Any, branch: Branch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rooms = Room.objects.filter(branch=branch, is_active=True).order_by("position", "name")
        self.fields["room_id"] = _choice(_("Room"), rooms)
        self.order_fields(["version", "name", "room_id"])


class TypeForm(VersionedForm):
    name_ru = forms.CharField(label=_("Name in Russian"), max_length=80)
    name_fr = forms.CharField(label=_("Name in French"), max_length=80, required=False)
    name_en = forms.CharField(label=_("Name in English"), max_length=80, required=False)
    minutes = forms.IntegerField(label=_("Usual length, minutes"), min_value=5, max_value=720, initial=30)
    colour = forms.RegexField(label=_("Colour"), regex="^#[0-9a-f]{6}$", initial="#5b7db1", widget=forms.TextInput(attrs={"type": "color"}))
    position = forms.IntegerField(label=_("Place in the list"), min_value=0, max_value=999, initial=0)
    is_active = forms.BooleanField(label=_("Offered when booking"), required=False, initial=True)
