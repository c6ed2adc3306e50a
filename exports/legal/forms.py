"""Forms of the legal desk; the rules themselves stand in actions."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.lib.ids import uuid7
from clinic.lib.inputs import DateInput
from clinic.lib.numbers import whole
from clinic.patients.models import Patient
from exports.forms import LANGUAGES, PeriodForm
from exports.legal.models import Way

MOMENT = "%Y-%m-%dT%H:%M"


class MomentInput(forms.DateTimeInput):
    """The browser's own field of day and time."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format=MOMENT)


class CardNumbers(forms.CharField):
    """Patients by their card numbers, with commas or spaces between."""

    def clean(self, value: Any) -> list[UUID]:
        words = str(super().clean(value)).replace(",", " ").replace(";", " ").split()
        numbers = [number for word in words if (number := whole(word)) is not None]
        found = dict(Patient.objects.filter(card_number__in=numbers).values_list("card_number", "pk"))
        missing = [word for word in words if whole(word) not in found]
        if missing:
            raise forms.ValidationError(_("No patient has this card number: %(numbers)s."), params={"numbers": ", ".join(missing)})
        return [found[number] for number in numbers]


class CaseForm(forms.Form):
    """What the case is about."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=_("What it is about"), max_length=300, help_text=_("As you will look for it: the crown on 16 fell out."))
    claimant = forms.CharField(
        label=_("Claimant"), max_length=300, required=False, help_text=_("Who complains or asks, with the number of their letter.")
    )
    deadline_date = forms.DateField(label=_("Deadline"), required=False, widget=DateInput)
    deadline_for = forms.CharField(label=_("What is due"), max_length=300, required=False)


class NewCaseForm(CaseForm):
    """A case that begins, with its patients and the hold."""

    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    cards = CardNumbers(label=_("Card numbers of the patients"), max_length=300)
    holds = forms.BooleanField(label=_("Forbid to destroy anything of these patients (legal hold)"), required=False, initial=True)
    hold_reason = forms.CharField(
        label=_("Reason of the hold"),
        max_length=2000,
        required=False,
        help_text=_("It is seen in the patient's history: name the claim, not your opinion."),
    )
    hold_until = forms.DateField(label=_("Hold until, inclusive"), required=False, widget=DateInput, help_text=_("Empty: until somebody lifts it."))
    field_order = ["cards", "title", "claimant", "deadline_date", "deadline_for", "holds", "hold_reason", "hold_until"]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("holds") and not values.get("hold_reason"):
            values["hold_reason"] = values.get("title", "")
        return values


class CardForm(forms.Form):
    """One more patient."""

    cards = CardNumbers(label=_("Card numbers of the patients"), max_length=300)


class HoldForm(forms.Form):
    """A hold on one patient of the case."""

    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    patient = forms.ChoiceField(label=_("Patient"))
    reason = forms.CharField(
        label=_("Reason of the hold"), max_length=2000, help_text=_("It is seen in the patient's history: name the claim, not your opinion.")
    )
    until = forms.DateField(label=_("Hold until, inclusive"), required=False, widget=DateInput, help_text=_("Empty: until somebody lifts it."))


class LiftForm(forms.Form):
    reason = forms.CharField(label=_("Why the hold is no longer needed"), max_length=2000)


class NoteForm(forms.Form):
    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    text = forms.CharField(label=_("Note"), max_length=10000, widget=forms.Textarea(attrs={"rows": 3}))


class ArchiveForm(PeriodForm):
    """Evidence of one patient of the case."""

    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    patient = forms.ChoiceField(label=_("Patient"))
    reason = forms.CharField(label=_("What the evidence is for"), max_length=2000, help_text=_("The claim, the court, the case number."))
    language = forms.ChoiceField(label=_("Language of the pages"), choices=LANGUAGES)
    field_order = ["id", "patient", "reason", "language", "first", "last"]


class DeliveryForm(forms.Form):
    """Who received an archive."""

    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    recipient = forms.CharField(label=_("Received by"), max_length=300, help_text=_("Name and function: court expert, counsel of the patient."))
    way = forms.ChoiceField(label=_("How it was handed over"), choices=Way.choices)
    handed_at = forms.DateTimeField(label=_("When it was handed over"), widget=MomentInput)
    remark = forms.CharField(label=_("Remark"), max_length=500, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["handed_at"].initial = timezone.localtime


class CloseForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    outcome = forms.CharField(label=_("Outcome"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))
    lifts_holds = forms.BooleanField(label=_("Lift the holds of this case"), required=False, initial=True)


def end_of(day: Any) -> datetime | None:
    """The first instant after a day, where the person works."""
    return datetime.combine(day + timedelta(days=1), time.min, timezone.get_current_timezone()) if day else None
