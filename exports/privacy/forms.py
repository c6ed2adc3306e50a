"""Forms of requests."""

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.lib.ids import uuid7
from exports.privacy.models import Kind, Outcome


class ReceiveForm(forms.Form):
    """What the patient asks."""

    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    kind = forms.ChoiceField(label=_("What is asked"), choices=Kind.choices)
    text = forms.CharField(label=_("In the patient's words"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class AnswerForm(forms.Form):
    """The decision and its ground."""

    outcome = forms.ChoiceField(label=_("Answer"), choices=Outcome.choices)
    ground = forms.CharField(label=_("Legal ground, or what was done"), max_length=5000, widget=forms.Textarea(attrs={"rows": 4}))


class RectificationForm(AnswerForm):
    """With the addendum that will stand beside the data; needed only when it is granted."""

    about = forms.CharField(label=_("What is rectified"), max_length=200, required=False)
    correction = forms.CharField(label=_("How it should read"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 4}))


class EraseForm(forms.Form):
    """The confirmation of an erasure."""

    card_number = forms.CharField(label=_("Card number of the patient, to confirm"), max_length=20)
