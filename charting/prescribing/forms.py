"""Forms of prescriptions, referrals and usual prescriptions."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from charting import charted
from charting.imaging.forms import TeethField
from charting.models import Visit
from charting.models.outlines import LANGUAGES
from charting.prescribing import rules
from charting.prescribing.actions import DRUG_FIELDS, LONGEST_QUESTION, USUAL_FIELDS, Asked, Drug
from charting.prescribing.models import PRESCRIBED_CLASSES, Examination, Urgency, UsualDrug
from charting.queries import diagnoses_in

CLASSES = [("", _("by the name")), *PRESCRIBED_CLASSES]
LABELS = {
    "inn": _("International name (INN)"),
    "form": pgettext_lazy("drug", "Form"),
    "strength": _("Strength"),
    "quantity": pgettext_lazy("drug", "Amount"),
    "signa": _("How to take it"),
    "drug_class": _("Class"),
}
LENGTHS = {"inn": 120, "form": 80, "strength": 60, "quantity": 60, "signa": 300}


class PrescriptionForm(forms.Form):
    """Up to three drugs; a row without a name is not there."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    language = forms.ChoiceField(label=_("Language of the paper"), choices=LANGUAGES)

    def __init__(self, *args: Any, has_stops: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(rules.MOST_DRUGS):
            for name, length in LENGTHS.items():
                self.fields[f"{name}{number}"] = forms.CharField(label=LABELS[name], max_length=length, required=False)
            self.fields[f"drug_class{number}"] = forms.ChoiceField(label=LABELS["drug_class"], choices=CLASSES, required=False)
        if has_stops:
            text = _("Asked for only when a rule above stops one of the drugs.")
            self.fields["override_reason"] = forms.CharField(label=_("Why all the same"), max_length=300, required=False, help_text=text)

    @property
    def rows(self) -> list[dict[str, forms.BoundField]]:
        """The fields of each drug."""
        return [{name: self[f"{name}{number}"] for name in (*LENGTHS, "drug_class")} for number in range(rules.MOST_DRUGS)]

    def filled(self) -> list[int]:
        """Numbers of the rows in which something is said."""
        return [number for number in range(rules.MOST_DRUGS) if any(self.cleaned_data.get(f"{name}{number}") for name in LENGTHS)]

    def drugs(self) -> list[Drug]:
        """What is prescribed."""
        return [Drug(**{name: self.cleaned_data.get(f"{name}{number}", "") for name in DRUG_FIELDS}) for number in self.filled()]


class ReferralForm(forms.Form):
    """To whom, for what, why and how soon."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    examination = forms.ChoiceField(label=_("What is asked for"), choices=Examination.choices)
    addressee = forms.CharField(label=_("To whom"), max_length=200, required=False, help_text=_("A speciality, a clinic or a name"))
    urgency = forms.ChoiceField(label=_("Urgency"), choices=Urgency.choices, widget=forms.RadioSelect)
    teeth = TeethField(label=_("Teeth"))
    diagnosis = forms.CharField(label=_("ICD-10 code"), max_length=20, required=False)
    question = forms.CharField(label=_("Question"), max_length=LONGEST_QUESTION, widget=forms.Textarea(attrs={"rows": 4}))
    language = forms.ChoiceField(label=_("Language of the paper"), choices=LANGUAGES)

    def asked(self) -> Asked:
        """What is asked."""
        values = {name: self.cleaned_data[name] for name in ("examination", "addressee", "urgency", "diagnosis", "question")}
        return Asked(**values, teeth=tuple(self.cleaned_data["teeth"]))


def referral_of(visit: Visit | None) -> dict[str, Any]:
    """What a referral from this visit begins with: its teeth and its main diagnosis."""
    if visit is None:
        return {}
    diagnoses = diagnoses_in(visit)
    return {"teeth": charted.teeth_in(visit), "diagnosis": diagnoses[0].code.code if diagnoses else ""}


class UsualDrugForm(forms.ModelForm):  # type: ignore[type-arg]
    """A drug that one click fills in."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = UsualDrug
        fields = USUAL_FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["drug_class"].choices = CLASSES  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        """The action judges the whole; the form keeps to its own fields."""
