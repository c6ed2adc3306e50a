"""Forms of the insurance pages; the rules themselves stand in the actions."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinic.billing.forms import MoneyField
from clinic.lib import panels
from clinic.lib.ids import uuid7
from clinic.lib.inputs import DateInput
from clinic.lib.money import CURRENCIES
from clinic.price_list.models import Category
from insurance import rules
from insurance.models import CoverageRule, Insurer, InsurerKind, Programme


class InsurerForm(forms.Form):
    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Name"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=InsurerKind.choices)
    contract_number = forms.CharField(label=_("Contract number"), max_length=60, required=False)
    email = forms.EmailField(label=_("E-mail for registers"), required=False)
    phone = forms.CharField(label=_("Phone"), max_length=20, required=False)
    is_active = forms.BooleanField(label=_("Works with us"), required=False, initial=True)


class ProgrammeForm(forms.Form):
    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Name"), max_length=200)
    needs_letter = forms.BooleanField(label=_("Pays only with a guarantee letter"), required=False)
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)


class CoverageForm(forms.Form):
    """A row per category of services: percentage and limit per act."""

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.programme = programme
        standing: dict[str, CoverageRule] = {rule.category: rule for rule in programme.rules.all()}
        for value, label in Category.choices:
            rule = standing.get(value)
            percent = forms.DecimalField(label=label, max_digits=5, decimal_places=2, min_value=0, max_value=100, localize=True)
            percent.widget.attrs["class"] = "num"
            self.fields[f"percent_{value}"] = percent
            self.fields[f"limit_{value}"] = MoneyField(label=label, required=False)
            self.fields[f"version_{value}"] = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=rule.version if rule else None)
            self.initial[f"percent_{value}"] = rule.percent.normalize() if rule and rule.percent else 0
            self.initial[f"limit_{value}"] = rule.limit_per_act if rule else None

    def show_standing(self) -> None:
        """What stands now under each share that was typed otherwise; the next save answers it."""
        standing = {rule.category: rule for rule in CoverageRule.objects.filter(programme=self.programme)}
        panels.renew(self, {f"version_{name}": standing[name].version if name in standing else None for name in Category.values})
        typed = {name: (cover.percent, cover.limit_per_act) for name, cover in self.covers.items()}
        for name, rule in standing.items():
            if typed[name] != (rule.percent, rule.limit_per_act):
                limit = "" if rule.limit_per_act is None else f" / {rule.limit_per_act}"
                self.add_error(f"percent_{name}", _("Stands now: %(value)s") % {"value": f"{rule.percent.normalize():f}{limit}"})

    @property
    def rows(self) -> list[tuple[str, Any, Any, Any]]:
        """Category, its percentage field, its limit field and the version of its rule."""
        return [(str(label), self[f"percent_{value}"], self[f"limit_{value}"], self[f"version_{value}"]) for value, label in Category.choices]

    @property
    def covers(self) -> dict[str, rules.Cover]:
        """What was typed, by category."""
        values: dict[str, Any] = self.cleaned_data
        return {
            name: rules.Cover(values[f"percent_{name}"] or Decimal(0), values[f"limit_{name}"], values[f"version_{name}"]) for name in Category.values
        }


class PolicyForm(forms.Form):
    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    programme = forms.ModelChoiceField(
        label=_("Programme"),
        queryset=Programme.objects.filter(is_active=True, insurer__is_active=True).select_related("insurer").order_by("insurer__name", "name", "pk"),
    )
    number = forms.CharField(label=_("Policy number"), max_length=60)
    holder = forms.CharField(label=_("Policy holder (employer, parent)"), max_length=200, required=False)
    valid_from = forms.DateField(label=_("Valid from"), widget=DateInput)
    valid_to = forms.DateField(label=_("Valid until, inclusive"), widget=DateInput, required=False)
    annual_limit = MoneyField(label=_("Annual limit"), required=False, help_text=_("Leave empty when there is none."))
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, f"{code} {sign}") for code, sign in CURRENCIES.items()])
    priority = forms.IntegerField(label=_("Pays in turn"), min_value=1, max_value=9, initial=1, help_text=_("1 pays first, the next ones the rest."))


class LetterForm(forms.Form):
    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    number = forms.CharField(label=_("Letter number"), max_length=60)
    letter_date = forms.DateField(label=_("Date"), widget=DateInput)
    valid_until = forms.DateField(label=_("Valid until, inclusive"), widget=DateInput, required=False)
    limit_amount = MoneyField(label=_("Up to"), required=False)
    file = forms.FileField(label=_("Scan of the letter (PDF, JPEG, PNG)"), required=False)


class ClaimForm(forms.Form):
    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    insurer = forms.ModelChoiceField(label=_("Insurer"), queryset=Insurer.objects.order_by("name", "pk"))
    period_from = forms.DateField(label=pgettext_lazy("period", "From"), widget=DateInput)
    period_to = forms.DateField(label=_("Until, inclusive"), widget=DateInput)
