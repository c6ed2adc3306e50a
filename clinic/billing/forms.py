"""Forms of the money pages; the rules themselves stand in actions."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.billing import queries
from clinic.billing.ledger import AMOUNT_WORDS
from clinic.billing.models import Method
from clinic.billing.rules import AmountProblem, amount_problem
from clinic.lib.ids import uuid7

ADVANCE = "advance"
LANGUAGES = [("ru", "Русский"), ("fr", "Français"), ("en", "English")]


class MoneyField(forms.Field):
    """Money as people type it: spaces between thousands, comma or point before the kopecks."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "num"})

    def to_python(self, value: Any) -> Any:
        text = "".join(str(value if value is not None else "").split()).replace(",", ".")
        if not text:
            return None
        try:
            amount = Decimal(text[:40])
        except InvalidOperation:
            raise forms.ValidationError(str(AMOUNT_WORDS[AmountProblem.NOT_A_NUMBER])) from None
        problem = amount_problem(amount)
        if problem:
            raise forms.ValidationError(str(AMOUNT_WORDS[problem]))
        return amount


class PaymentForm(forms.Form):
    """Open charges to tick, what is paid and how; an advance of the patient counts as a way to pay."""

    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    charges = forms.TypedMultipleChoiceField(label=_("Open charges"), required=False, choices=[], widget=forms.CheckboxSelectMultiple)
    amount = MoneyField(label=_("Amount"))
    method = forms.ChoiceField(label=_("Method"), choices=Method.choices, widget=forms.RadioSelect, initial=Method.CARD)
    reference = forms.CharField(label=_("Receipt or transfer number"), required=False, max_length=100)

    def __init__(self, *args: Any, due: list[queries.OpenCharge], has_advance: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.due = due
        self.fields["charges"].choices = [(str(item.charge.pk), item.charge.description) for item in due]  # type: ignore[attr-defined]
        if has_advance:
            self.fields["method"].choices = [*Method.choices, (ADVANCE, _("from the advance"))]  # type: ignore[attr-defined]
        self.ticked = set(self.data.getlist("charges")) if self.is_bound else {str(item.charge.pk) for item in due}  # type: ignore[attr-defined]

    @property
    def rows(self) -> list[tuple[queries.OpenCharge, bool]]:
        """The open charges and whether each is ticked."""
        return [(item, str(item.charge.pk) in self.ticked) for item in self.due]

    @property
    def chosen(self) -> list[queries.OpenCharge]:
        return [item for item, is_ticked in self.rows if is_ticked]


class RefundForm(forms.Form):
    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    amount = MoneyField(label=_("Amount"))
    method = forms.ChoiceField(label=_("Method"), choices=Method.choices)
    reason = forms.CharField(label=_("Reason"), max_length=300)


class InvoiceForm(forms.Form):
    """Charges that stand on no invoice yet, and the language of the paper."""

    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    charges = forms.TypedMultipleChoiceField(label=_("Charges"), choices=[], widget=forms.CheckboxSelectMultiple)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)

    def __init__(self, *args: Any, charges: list[queries.OpenCharge], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = [(item, True) for item in charges]
        self.fields["charges"].choices = [(str(item.charge.pk), item.charge.description) for item in charges]  # type: ignore[attr-defined]
        if self.is_bound:
            ticked = set(self.data.getlist("charges"))  # type: ignore[attr-defined]
            self.rows = [(item, str(item.charge.pk) in ticked) for item in charges]


class CancelForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300)
