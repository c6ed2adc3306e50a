"""Forms of the periodontal exam's pages."""

from django import forms

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
