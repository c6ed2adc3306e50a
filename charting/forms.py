"""Forms of the visit's pages."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from charting.medical.vocabulary import ACTS
from charting.models import NoteOutline, NotePart, NoteRequirement, NoteSection, NoteTemplate
from charting.requirements import ANY, KINDS, names_of
from clinic.price_list.models import Service
from clinic.staff.models import User


def outline_acts() -> list[tuple[Any, Any]]:
    """Kinds of acts, what they draw, and every service on offer."""
    kinds = [(tag, label) for tag, label in ACTS.items() if not tag.startswith("drug:")]
    services = [(f"service:{row.code}", f"{row.code} {row}") for row in Service.objects.filter(is_active=True).order_by("code")]
    return [(_("Kinds of acts"), kinds), (_("Services"), services)]


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
    """Why something was entered in error; with the PIN of whoever says so, where the clinic asks for it at a signature."""

    reason = forms.CharField(label=_("What was wrong"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    pin = forms.CharField(max_length=8, required=False, widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))

    def __init__(self, *args: Any, signer: User | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        if signer is None:
            del self.fields["pin"]
        else:
            self.fields["pin"].label = _("PIN of %(name)s") % {"name": signer}


class DiagnosisForm(forms.Form):
    """A code given in a visit, to a finding, a tooth or the whole mouth."""

    code = forms.CharField(label=_("ICD-10 code"), max_length=20)
    tooth = forms.IntegerField(label=_("Tooth"), required=False)
    finding = forms.UUIDField(required=False)


class WordsField(forms.CharField):
    """Several words in a line, with commas or spaces between."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=300, **kwargs)

    def clean(self, value: Any) -> list[str]:
        return list(dict.fromkeys(word.upper() for word in re.split(r"[\s,;]+", super().clean(value).strip()) if word))

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value


class OutlineForm(forms.ModelForm):  # type: ignore[type-arg]
    """A template of a whole note."""

    codes = WordsField(label=_("Offered for the diagnoses"), help_text=_("Beginnings of ICD-10 codes, for example K02, K04.0"))
    acts = forms.MultipleChoiceField(label=_("Offered for the acts"), required=False, choices=outline_acts)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = NoteOutline
        fields = ("title", "language", "codes", "acts", *NoteSection.values, "position", "is_active")
        widgets = dict.fromkeys(NoteSection.values, forms.Textarea(attrs={"rows": 3}))


class MacroForm(forms.Form):
    """A short word and its text."""

    word = forms.CharField(label=_("Short word"), max_length=20, help_text=_("Type it in a note, then Tab or a space"))
    text = forms.CharField(label=_("Text"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    is_for_all = forms.BooleanField(label=_("For the whole clinic"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class RequirementForm(forms.Form):
    """What a note must say after an act."""

    act = forms.ChoiceField(label=_("After which act"))
    parts = forms.MultipleChoiceField(label=_("What the note must say"), choices=NotePart.choices, widget=forms.CheckboxSelectMultiple)
    is_active = forms.BooleanField(label=_("Asked for"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, row: NoteRequirement, data: Mapping[str, Any] | None = None) -> None:
        is_new = row._state.adding
        super().__init__(data, initial={"act": row.act, "parts": row.parts, "is_active": row.is_active, "version": None if is_new else row.version})
        kinds, services = outline_acts()
        standing = [] if is_new else [(row.act, names_of([row.act])[row.act])]
        offered = [*standing, (ANY, KINDS[ANY]), kinds, services]
        self.fields["act"].choices = offered  # type: ignore[attr-defined]
