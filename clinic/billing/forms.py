"""Forms of the money pages; the rules themselves stand in actions."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.billing import payers, queries
from clinic.billing.ledger import AMOUNT_WORDS
from clinic.billing.models import Method
from clinic.billing.rules import AmountProblem, amount_problem
from clinic.lib.ids import uuid7
from clinic.patients.models import Patient

ADVANCE = "advance"
OTHER = "other"
PLACES = 2
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
        is_doubtful = len(text.partition(".")[2]) > PLACES  # 1,250 may be meant as a thousand and more: never read it as 1.25
        problem = amount_problem(amount) or (AmountProblem.TOO_PRECISE if is_doubtful else None)
        if problem:
            raise forms.ValidationError(str(AMOUNT_WORDS[problem]))
        return amount


class PayerForm(forms.Form):
    """Who pays: the patient, a relative, or somebody typed; the usual payer is chosen already."""

    payer = forms.ChoiceField(label=_("Payer"), required=False, choices=[])
    payer_name = forms.CharField(label=_("Payer's full name"), required=False, max_length=payers.LONGEST_NAME)
    payer_tax_id = forms.CharField(
        label=_("Payer's tax number"), required=False, max_length=30, help_text=_("For the tax certificate, if they ask for one.")
    )

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = payers.choices(patient)
        self.fields["payer"].choices = [*((choice.key, choice.label) for choice in self.known), (OTHER, _("another person or company"))]  # type: ignore[attr-defined]
        self.fields["payer"].initial = next(choice.key for choice in self.known if choice.is_default)

    def clean(self) -> dict[str, Any]:
        """`payer` becomes what the actions take."""
        values = dict(super().clean() or {})
        name, tax_id = values.pop("payer_name", ""), values.pop("payer_tax_id", "")
        key = values.get("payer") or self.fields["payer"].initial
        if key == OTHER and not name:
            self.add_error("payer_name", _("Say who pays."))
        chosen = next((choice.payer for choice in self.known if choice.key == key), payers.Payer(None, name))
        return {**values, "payer": payers.Wanted(chosen.patient_id, chosen.name, tax_id)}


class PaymentForm(PayerForm):
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


class InvoiceForm(PayerForm):
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

    @property
    def total(self) -> Decimal:
        """The sum of the ticked charges."""
        return sum((item.charge.amount for item, is_ticked in self.rows if is_ticked), Decimal(0))


class CancelForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300)
