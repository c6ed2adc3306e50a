"""Forms of the exports' pages."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.lib.errors import InvalidInput
from clinic.lib.ids import uuid7
from clinic.lib.inputs import DateInput
from clinic.staff.models import Branch
from exports.queries import Period
from exports.reports import Scope

LANGUAGES = [("ru", "Русский"), ("fr", "Français"), ("en", "English")]


class PeriodForm(forms.Form):
    """Days from the first to the last, both included."""

    first = forms.DateField(label=_("From"), required=False, widget=DateInput)
    last = forms.DateField(label=_("Until, inclusive"), required=False, widget=DateInput)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("first") and values.get("last") and values["first"] > values["last"]:
            self.add_error("last", _("The period ends before it begins. Change one of the days."))
        return values


class CardForm(PeriodForm):
    """In which language and of which visits a card is printed."""

    language = forms.ChoiceField(label=_("Language of the card"), choices=LANGUAGES, required=False)
    field_order = ["language", "first", "last"]


class ReportForm(PeriodForm):
    """Of which days, and of which of the branches where the person has the rights, reports are made."""

    branch = forms.ModelChoiceField(label=_("Branch"), queryset=Branch.objects.none(), required=False, empty_label=_("all branches"))

    def __init__(self, *args: Any, branches: Sequence[Branch], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.branches = branches
        self.fields["branch"].queryset = Branch.objects.filter(pk__in=[branch.pk for branch in branches]).order_by("name")  # type: ignore[attr-defined]

    @property
    def scope(self) -> Scope:
        """What a valid form asks for."""
        values = self.cleaned_data
        branch = values["branch"]
        return Scope(Period(values["first"], values["last"]), [branch] if branch else self.branches)


def scope_of(asked: Mapping[str, Any], branches: Sequence[Branch]) -> Scope:
    """:raises InvalidInput: for days that cannot be, or a branch that is none of `branches`."""
    form = ReportForm(asked, branches=branches)
    refuse(form)
    return form.scope


def refuse(form: forms.Form) -> None:
    """:raises InvalidInput: with what the form says of its fields."""
    if not form.is_valid():
        raise InvalidInput(fields={name: " ".join(map(str, errors)) for name, errors in form.errors.items()})


class EvidenceForm(PeriodForm):
    """What evidence is for, of which period, and in which language its pages are."""

    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    reason = forms.CharField(
        label=_("What the evidence is for"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The claim, the court, the case number."),
    )
    language = forms.ChoiceField(label=_("Language of the pages"), choices=LANGUAGES)
    field_order = ["id", "reason", "language", "first", "last"]
