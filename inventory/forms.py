"""Forms of the stock's pages; the rules themselves stand in actions."""

from django import forms
from django.utils.translation import gettext_lazy as _

from charting.anaesthetics import solution_choices
from clinic.lib.ids import uuid7
from clinic.lib.inputs import DateInput
from clinic.price_list.models import Service
from inventory.models import Material, OnShortage, Unit


class MaterialForm(forms.Form):
    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Name"), max_length=200)
    code = forms.CharField(label=_("Article"), max_length=40)
    unit = forms.ChoiceField(label=_("Unit"), choices=Unit.choices)
    reorder_at = forms.DecimalField(label=_("Order when less than"), initial=0, min_value=0, max_digits=9, decimal_places=3)
    anaesthetic = forms.ChoiceField(
        label=_("Anaesthetic"), required=False, choices=lambda: [("", "–"), *solution_choices()],
        help_text=_("What it holds; its lots are then offered when an anaesthesia is noted."),
    )  # fmt: skip
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)


class ReceiptForm(forms.Form):
    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    material = forms.ModelChoiceField(label=_("Material"), queryset=Material.objects.filter(is_active=True).order_by("name", "pk"))
    number = forms.CharField(label=_("Lot number"), max_length=60)
    quantity = forms.DecimalField(label=_("Quantity"), max_digits=9, decimal_places=3)
    expires_on = forms.DateField(label=_("Expires"), required=False, widget=DateInput)
    unit_cost = forms.DecimalField(
        label=_("Cost of a unit"), required=False, max_digits=12, decimal_places=4, help_text=_("Leave it empty when it is not known; 0 is a gift.")
    )
    barcode = forms.CharField(label=_("Barcode"), required=False, max_length=80)
    supplier = forms.CharField(label=_("Supplier"), required=False, max_length=200)
    document = forms.CharField(label=_("Delivery note"), required=False, max_length=100)


class DiscardForm(forms.Form):
    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    quantity = forms.DecimalField(label=_("Quantity"), max_digits=9, decimal_places=3)
    reason = forms.CharField(label=_("Reason"), max_length=300)


class CountForm(forms.Form):
    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    counted = forms.DecimalField(label=_("Counted"), max_digits=9, decimal_places=3)


class NormForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    service = forms.ModelChoiceField(label=_("Service"), queryset=Service.objects.filter(is_active=True).order_by("code"))
    material = forms.ModelChoiceField(label=_("Material"), queryset=Material.objects.filter(is_active=True).order_by("name", "pk"))
    quantity = forms.DecimalField(label=_("For one tooth or act"), max_digits=9, decimal_places=3)
    on_shortage = forms.ChoiceField(label=_("On shortage"), choices=OnShortage.choices, initial=OnShortage.DEBT)
