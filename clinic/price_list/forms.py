"""Forms of the catalogue's pages; the rules themselves stand in actions."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.lib.ids import uuid7
from clinic.lib.inputs import DateInput
from clinic.price_list.models import Category, ChartEffect, Dentition, DictionaryCode, DictionaryKind, Scope, Service


class CodeField(forms.CharField):
    """A dictionary code typed as text; becomes the code in force, or an error in words."""

    def __init__(self, kind: str, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(max_length=30, required=False, **kwargs)

    def clean(self, value: Any) -> DictionaryCode | None:
        text = super().clean(value).strip()
        if not text:
            return None
        code = DictionaryCode.objects.filter(kind=self.kind, code__iexact=text).order_by("-valid_from").first()
        if code is None:
            raise forms.ValidationError(_("There is no such code in the dictionary."))
        return code


class ServiceForm(forms.Form):
    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    code = forms.CharField(label=_("Code"), max_length=30)
    category = forms.ChoiceField(label=_("Category"), choices=Category.choices)
    title_ru = forms.CharField(label=_("Title in Russian"), max_length=300)
    title_fr = forms.CharField(label=_("Title in French"), max_length=300, required=False)
    title_en = forms.CharField(label=_("Title in English"), max_length=300, required=False)
    scope = forms.ChoiceField(label=_("Done on"), choices=Scope.choices)
    dentition = forms.ChoiceField(label=_("For which teeth"), choices=Dentition.choices, initial=Dentition.ANY)
    chart_effect = forms.ChoiceField(label=_("On the chart"), choices=ChartEffect.choices)
    nomenclature_code = CodeField("804n", label=_("804n code"))
    ccam_code = CodeField("ccam", label=_("CCAM code"))
    minutes = forms.IntegerField(label=_("Minutes"), initial=30)
    needs_lab = forms.BooleanField(label=_("Needs a laboratory"), required=False)
    is_expensive_treatment = forms.BooleanField(label=_("Expensive treatment (tax code 2)"), required=False)
    is_active = forms.BooleanField(label=_("Offered"), required=False, initial=True)

    def __init__(self, *args: Any, service: Service | None = None, **kwargs: Any) -> None:
        if service is not None:
            kwargs["initial"] = {name: getattr(service, name) for name in self.base_fields if name not in ("nomenclature_code", "ccam_code")}
            kwargs["initial"] |= {name: getattr(code, "code", "") for name, code in self._codes(service)}
        super().__init__(*args, **kwargs)

    @staticmethod
    def _codes(service: Service) -> list[tuple[str, DictionaryCode | None]]:
        return [("nomenclature_code", service.nomenclature_code), ("ccam_code", service.ccam_code)]


class PriceForm(forms.Form):
    """A price from a day on; `version` is that of the price which begins on the day that was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    amount = forms.DecimalField(label=_("Price"), max_digits=10, decimal_places=2)
    valid_from = forms.DateField(label=_("From"), widget=DateInput)


class ImportForm(forms.Form):
    kind = forms.ChoiceField(label=_("Dictionary"), choices=DictionaryKind.choices)
    file = forms.FileField(label=_("File"), help_text=_("The published CSV file, UTF-8 or windows-1251."))
    version = forms.CharField(label=_("Version"), max_length=40)
    valid_from = forms.DateField(label=_("In force from"), widget=DateInput)
    is_whole = forms.BooleanField(label=_("The file is the whole dictionary: codes missing from it are closed"), required=False, initial=True)
