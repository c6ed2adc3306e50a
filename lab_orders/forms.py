"""Forms of the laboratory pages; the rules themselves stand in actions."""

from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from charting import notation
from charting.models import Procedure
from clinic.lib import panels
from clinic.lib.ids import uuid7
from clinic.lib.inputs import DateInput
from clinic.patients.models import Patient
from lab_orders import actions, queries
from lab_orders.models import Lab, LabStage


class ProcedureChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic for the checker only
    def label_from_instance(self, obj: Procedure) -> str:
        teeth = notation.shown_all(tooth.tooth for tooth in obj.teeth.all())
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


class TakeBackForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason"), max_length=300)


class StagesForm(forms.Form):
    """A row for each stage and one for a new stage; rows come in the order of their numbers. What others added meanwhile follows."""

    def __init__(self, *args: Any, stages: list[LabStage], due: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stages = [stage for stage in stages if not self.is_bound or f"version_{stage.pk}" in self.data]
        for stage in self.stages:
            self._add_row(str(stage.pk), stage.position, stage.title, stage.due_date, is_fixed=stage.done_at is not None)
            self.fields[f"version_{stage.pk}"] = forms.IntegerField(widget=forms.HiddenInput, initial=stage.version)
            self.fields[f"remove_{stage.pk}"] = forms.BooleanField(label=_("Remove"), required=False, disabled=stage.done_at is not None)
        self._add_row("new", len(stages) + 1, "", due)
        self.fields["title_new"].required = self.fields["due_new"].required = False

    def _add_row(self, key: str, position: int, title: str, due: date, *, is_fixed: bool = False) -> None:
        number = forms.IntegerField(label=pgettext_lazy("stage", "No."), min_value=1, max_value=99, initial=position)
        number.widget.attrs["class"] = "num"
        self.fields[f"position_{key}"] = number
        self.fields[f"title_{key}"] = forms.CharField(label=_("Stage"), max_length=120, initial=title, disabled=is_fixed)
        self.fields[f"due_{key}"] = forms.DateField(label=_("Due"), widget=DateInput, initial=due, disabled=is_fixed)

    def clean(self) -> dict[str, Any]:
        values = dict(super().clean() or {})
        if values.get("title_new") and not values.get("due_new"):
            self.add_error("due_new", _("Say when the stage is due."))
        known = {f"version_{stage.pk}" for stage in self.stages}
        for name in self.data:
            if name.startswith("version_") and name not in known:
                title = self.data.get(name.replace("version_", "title_"), "")
                raise forms.ValidationError(_("The stage “%(title)s” was removed meanwhile. Add it again if it is needed.") % {"title": title})
        return values

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """Number, title, day, box to remove and version of each stage; of the new one only the first three."""
        kinds = ("position", "title", "due", "remove", "version")
        return [tuple(self[f"{kind}_{stage.pk}"] for kind in kinds) for stage in self.stages]

    @property
    def new_row(self) -> tuple[Any, ...]:
        return tuple(self[f"{kind}_new"] for kind in ("position", "title", "due"))

    @property
    def wishes(self) -> list[actions.StageWish]:
        """What was typed, in its order."""
        values = self.cleaned_data
        found = [(values[f"position_{stage.pk}"], self._wish(stage)) for stage in self.stages]
        if values["title_new"]:
            found.append((values["position_new"], actions.StageWish(values["title_new"], values["due_new"])))
        return [wish for _position, wish in sorted(found, key=lambda pair: pair[0])]

    def _wish(self, stage: LabStage) -> actions.StageWish:
        title, due, version, is_removed = (self.cleaned_data[f"{kind}_{stage.pk}"] for kind in ("title", "due", "version", "remove"))
        return actions.StageWish(title, due, id=stage.pk, version=version, is_removed=is_removed)

    def show_standing(self) -> None:
        """What stands now under each stage that was typed otherwise; the next save answers it."""
        panels.renew(self, {f"version_{stage.pk}": stage.version for stage in self.stages})
        for stage in self.stages:
            if (self.cleaned_data[f"title_{stage.pk}"], self.cleaned_data[f"due_{stage.pk}"]) != (stage.title, stage.due_date):
                self.add_error(f"title_{stage.pk}", _("Stands now: %(value)s") % {"value": f"{stage.title}, {date_format(stage.due_date)}"})


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
