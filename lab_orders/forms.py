"""Forms of the laboratory pages; the rules themselves stand in actions."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from charting.models import Procedure
from clinic.lib.ids import uuid7
from clinic.lib.inputs import DateInput
from clinic.patients.models import Patient
from lab_orders import queries
from lab_orders.models import Lab


class ProcedureChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic for the checker only
    def label_from_instance(self, obj: Procedure) -> str:
        teeth = ", ".join(str(tooth.tooth) for tooth in obj.teeth.all())
        return f"{obj.service} {teeth}".strip()


class DetailsForm(forms.Form):
    lab = forms.ModelChoiceField(label=_("Laboratory"), queryset=Lab.objects.filter(is_active=True).order_by("name", "pk"))
    due_date = forms.DateField(label=_("Due back"), widget=DateInput)
    shade = forms.CharField(label=_("Shade"), required=False, max_length=40)
    material = forms.CharField(label=_("Material"), required=False, max_length=120)
    instructions = forms.CharField(label=_("Instructions"), required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=4000)


class OrderForm(DetailsForm):
    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    procedures = ProcedureChoice(label=_("Work"), queryset=Procedure.objects.none(), widget=forms.CheckboxSelectMultiple)
    stages = forms.CharField(
        label=_("Stages, one a line"), required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("For example: frame, try-in, finish.")
    )
    field_order = ("id", "procedures", "lab", "due_date", "shade", "material", "stages", "instructions")

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_date"].required = False
        self.fields["due_date"].help_text = _("Left empty: the usual days of the laboratory from today.")
        self.fields["procedures"].queryset = queries.procedures_to_order(patient)  # type: ignore[attr-defined]


class ChangeForm(DetailsForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class MoveForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    state = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300)
    due_date = forms.DateField(label=_("New due date"), required=False, widget=DateInput)


class LabForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Name"), max_length=200)
    contact = forms.CharField(label=_("Contact person"), required=False, max_length=200)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=30)
    email = forms.EmailField(label=_("E-mail"), required=False)
    usual_days = forms.IntegerField(label=_("Usual days of work"), initial=7)
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)


class FileForm(forms.Form):
    file = forms.FileField(label=_("File"), help_text=_("PDF, JPEG, PNG, STL or DICOM."))
