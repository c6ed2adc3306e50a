"""Forms of the exports' pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.lib.inputs import DateInput

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
