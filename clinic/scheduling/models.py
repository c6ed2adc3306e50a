"""Rooms, chairs, working shifts and appointments; the database keeps every person, chair and patient from being in two places at once."""

from datetime import datetime, timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from clinic.history.models import Record
from clinic.patients.models import Patient
from clinic.scheduling import rules
from clinic.staff.models import Branch, User


class TimeRange(Func):
    """`starts_at` up to, not including, `ends_at` as a PostgreSQL range."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


def _during() -> tuple[TimeRange, str]:
    return TimeRange("starts_at", "ends_at", Value("[)")), RangeOperators.OVERLAPS


class Room(Record):
    """A treatment room of a branch."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="rooms", verbose_name=_("branch"))
    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("room")
        constraints = [
            models.UniqueConstraint(fields=["branch", "name"], name="scheduling_room_name_once"),
            models.UniqueConstraint(fields=["id", "branch"], name="scheduling_room_of_branch"),
        ]

    def __str__(self) -> str:
        return self.name


class Chair(Record):
    """A dental chair: a column of the diary."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="chairs", verbose_name=_("branch"))
    room = models.ForeignKey(Room, models.PROTECT, related_name="chairs", verbose_name=_("room"))
    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("chair")
        constraints = [
            models.UniqueConstraint(fields=["branch", "name"], name="scheduling_chair_name_once"),
            models.UniqueConstraint(fields=["id", "branch"], name="scheduling_chair_of_branch"),
        ]

    def __str__(self) -> str:
        return self.name


class Shift(Record):
    """Time during which a person works in a branch; ended by `cancelled_at`, never deleted."""

    user = models.ForeignKey(User, models.PROTECT, related_name="shifts", verbose_name=_("person"))
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="shifts", verbose_name=_("branch"))
    chair = models.ForeignKey(Chair, models.PROTECT, null=True, blank=True, related_name="shifts", verbose_name=_("usual chair"))
    starts_at = models.DateTimeField(pgettext_lazy("time", "from"))
    ends_at = models.DateTimeField(_("until"))
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)

    class Meta:
        verbose_name = _("shift")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="scheduling_shift_ends_after_start"),
            models.CheckConstraint(condition=Q(starts_at__gte=rules.FIRST, starts_at__lt=rules.LAST), name="scheduling_shift_in_this_century"),
            models.CheckConstraint(condition=Q(ends_at__lte=F("starts_at") + timedelta(hours=24)), name="scheduling_shift_within_a_day"),
            ExclusionConstraint(
                name="scheduling_shift_once",
                expressions=[("user", RangeOperators.EQUAL), _during()],
                condition=Q(cancelled_at=None),
            ),
        ]
        indexes = [models.Index(fields=["branch", "starts_at"], name="scheduling_shift_day")]

    @property
    def span(self) -> rules.Span:
        return rules.Span(self.starts_at, self.ends_at)


class AppointmentType(Record):
    """What an appointment is for, how long it usually takes and how it is coloured."""

    name_ru = models.CharField(_("name in Russian"), max_length=80)
    name_fr = models.CharField(_("name in French"), max_length=80, blank=True)
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=30)
    colour = models.CharField(_("colour"), max_length=7, default="#5b7db1")
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("appointment type")
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=5, minutes__lte=720), name="scheduling_type_length"),
            models.CheckConstraint(condition=Q(colour__regex="^#[0-9a-f]{6}$"), name="scheduling_type_colour"),
        ]

    def __str__(self) -> str:
        return self.name_in(get_language() or "en")

    def name_in(self, language: str) -> str:
        """The name in a language, else the Russian one, which is always there."""
        return getattr(self, f"name_{language[:2]}", "") or self.name_ru


class AppointmentState(models.TextChoices):
    """States by the names that `rules` decides on."""

    BOOKED = "booked", pgettext_lazy("appointment", "booked")
    CONFIRMED = "confirmed", pgettext_lazy("appointment", "confirmed")
    ARRIVED = "arrived", pgettext_lazy("appointment", "arrived")
    SEATED = "seated", pgettext_lazy("appointment", "in the chair")
    DONE = "done", pgettext_lazy("appointment", "done")
    CANCELLED = "cancelled", pgettext_lazy("appointment", "cancelled")
    NO_SHOW = "no_show", pgettext_lazy("appointment", "did not come")


_STANDS = ~Q(state__in=sorted(rules.FREED))


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def standing(self) -> "AppointmentQuerySet":
        """Those that take time: neither cancelled nor missed."""
        return self.exclude(state__in=rules.FREED)

    def during(self, start: datetime, end: datetime) -> "AppointmentQuerySet":
        """Those that overlap the stretch of time; the lower bound of `starts_at` keeps the index from walking years back."""
        return self.filter(starts_at__gt=start - rules.LONGEST, starts_at__lt=end, ends_at__gt=start)


class Appointment(Record):
    """A promise of time: a patient with a dentist in a chair."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="appointments", verbose_name=_("patient"))
    dentist = models.ForeignKey(User, models.PROTECT, related_name="appointments", verbose_name=_("dentist"))
    assistant = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="assisted_appointments", verbose_name=_("assistant"))
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="appointments", verbose_name=_("branch"))
    chair = models.ForeignKey(Chair, models.PROTECT, related_name="appointments", verbose_name=_("chair"))
    type = models.ForeignKey(AppointmentType, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("type"))
    starts_at = models.DateTimeField(pgettext_lazy("time", "from"))
    ends_at = models.DateTimeField(_("until"))
    state = models.CharField(_("state"), max_length=10, choices=AppointmentState.choices, default=AppointmentState.BOOKED)
    state_at = models.DateTimeField(_("in this state since"))
    note = models.CharField(_("note"), max_length=500, blank=True)
    cancel_reason = models.CharField(_("reason of cancelling"), max_length=300, blank=True)
    outside_shift_reason = models.CharField(_("why outside working hours"), max_length=300, blank=True)
    is_first = models.BooleanField(_("first visit"), default=False)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=AppointmentState.values), name="scheduling_appointment_state_known"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="scheduling_appointment_ends_after_start"),
            models.CheckConstraint(condition=Q(starts_at__gte=rules.FIRST, starts_at__lt=rules.LAST), name="scheduling_appointment_in_this_century"),
            models.CheckConstraint(condition=Q(ends_at__lte=F("starts_at") + rules.LONGEST), name="scheduling_appointment_not_too_long"),
            models.CheckConstraint(condition=~Q(state="cancelled") | ~Q(cancel_reason=""), name="scheduling_appointment_cancel_reason"),
            models.CheckConstraint(condition=Q(assistant=None) | ~Q(assistant=F("dentist")), name="scheduling_appointment_two_people"),
            *[
                ExclusionConstraint(name=f"scheduling_{resource}_busy", expressions=[(resource, RangeOperators.EQUAL), _during()], condition=_STANDS)
                for resource in ("dentist", "assistant", "chair", "patient")
            ],
        ]
        indexes = [
            models.Index(fields=["branch", "starts_at"], name="scheduling_appointment_day"),
            models.Index(fields=["patient", "starts_at"], name="scheduling_appointment_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.patient} {date_format(timezone.localtime(self.starts_at), 'SHORT_DATETIME_FORMAT')}"

    @property
    def span(self) -> rules.Span:
        return rules.Span(self.starts_at, self.ends_at)

    @property
    def is_standing(self) -> bool:
        return self.state not in rules.FREED

    @property
    def is_movable(self) -> bool:
        return self.state in rules.MOVABLE


class AppointmentStateChange(Record):
    """Who put an appointment into a state, and when; `is_undo` marks the taking back of a wrong click."""

    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="state_changes", verbose_name=_("appointment"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    state = models.CharField(_("state"), max_length=10, choices=AppointmentState.choices)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    is_undo = models.BooleanField(_("taken back"), default=False)

    class Meta:
        verbose_name = _("change of an appointment's state")
        constraints = [models.CheckConstraint(condition=Q(state__in=AppointmentState.values), name="scheduling_state_change_known")]


class AppointmentPerson(models.Model):
    """Who is taken when, as dentist or as assistant: kept by trigger from `Appointment`, so that one constraint holds across both roles.

    Derived rows, no record: history has the appointment itself, and the application may only read them.
    """

    appointment = models.ForeignKey(Appointment, models.CASCADE, related_name="people")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            ExclusionConstraint(name="scheduling_person_busy", expressions=[("user", RangeOperators.EQUAL), _during()]),
        ]
