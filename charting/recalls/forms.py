"""Forms of recalls and of the clinic's rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from charting.forms import WordsField, outline_acts
from charting.recalls import rules
from charting.recalls.models import RecallKind, RecallRule
from clinic.lib.inputs import DateInput


class KeyForm(forms.Form):
    """The key of what is about to be made, so that a second click makes nothing new."""

    id = forms.UUIDField(widget=forms.HiddenInput)


class RecallForm(KeyForm):
    """When the patient comes again and what for; a proposal is filled in, its own words are left to the rule."""

    due_on = forms.DateField(label=pgettext_lazy("recall", "Due"), widget=DateInput())
    kind = forms.ChoiceField(label=_("Kind"), choices=RecallKind.choices)
    purpose = forms.CharField(label=_("What for"), max_length=200)
    reason = forms.CharField(label=_("Why this day"), max_length=300, required=False)

    def __init__(self, *args: Any, rule: RecallRule | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if rule is not None:
            del self.fields["kind"]
            self.fields["purpose"].required = False
            self.fields["purpose"].widget.attrs["placeholder"] = rule.purpose
            self.fields["purpose"].help_text = _("Left empty, the words of the rule stand.")


class DeclineForm(KeyForm):
    """Why no visit is needed."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class MoveForm(forms.Form):
    """Another day, and why."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    due_on = forms.DateField(label=pgettext_lazy("recall", "Due"), widget=DateInput())
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class CancelForm(forms.Form):
    """Why the patient is not called any more."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class RuleForm(forms.Form):
    """A rule of recalls."""

    code = forms.CharField(label=_("Code"), max_length=40, help_text=_("Small Latin letters, digits and _"))
    kind = forms.ChoiceField(label=_("Kind"), choices=RecallKind.choices)
    diagnoses = WordsField(label=_("After the diagnoses"), help_text=_("Beginnings of ICD-10 codes, for example K05.3, K02"))
    acts = forms.MultipleChoiceField(label=_("After the acts"), required=False, choices=outline_acts, widget=forms.SelectMultiple(attrs={"size": 8}))
    months = forms.IntegerField(label=_("Months"), required=False, min_value=1, max_value=rules.LONGEST_MONTHS)
    days = forms.IntegerField(label=_("or days"), required=False, min_value=1, max_value=rules.LONGEST_DAYS)
    younger_than = forms.IntegerField(label=_("Patients younger than, years"), required=False, min_value=1, max_value=120)
    purpose_ru = forms.CharField(label=_("Purpose in Russian"), max_length=200)
    purpose_fr = forms.CharField(label=_("Purpose in French"), max_length=200)
    purpose_en = forms.CharField(label=_("Purpose in English"), max_length=200)
    source = forms.CharField(
        label=pgettext_lazy("rule", "Source"), max_length=300, help_text=_("A guideline with its year, or that it is the clinic's own default.")
    )
