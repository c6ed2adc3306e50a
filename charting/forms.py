"""Forms of the visit's pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from charting.models import NoteTemplate


class TemplateForm(forms.ModelForm):  # type: ignore[type-arg]
    """A ready text for the note."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = NoteTemplate
        fields = ("section", "language", "title", "body", "position", "is_active")
        widgets = {"body": forms.Textarea(attrs={"rows": 8})}


class AddendumForm(forms.Form):
    """Words added to a signed note."""

    text = forms.CharField(label=_("What is added"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 4}))
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)


class ErrorForm(forms.Form):
    """Why something was entered in error."""

    reason = forms.CharField(label=_("What was wrong"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class DiagnosisForm(forms.Form):
    """A code given in a visit, to a finding, a tooth or the whole mouth."""

    code = forms.CharField(label=_("ICD-10 code"), max_length=20)
    tooth = forms.IntegerField(label=_("Tooth"), required=False)
    finding = forms.UUIDField(required=False)
