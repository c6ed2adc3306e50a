"""Forms of the periodontal exam's pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from charting.perio.actions import PARTICULARS
from charting.perio.models import PerioExam


class ParticularsForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is known besides the measurements, and what the dentist decides."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = PerioExam
        fields = PARTICULARS
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}


class CloseForm(forms.Form):
    """Close the exam as it was read."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class ErrorForm(forms.Form):
    """Why the exam was entered in error."""

    reason = forms.CharField(label=_("What was wrong"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
