"""The form of one row of the chart's catalogue."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from charting import catalogue, signs, words
from charting.models import Colour, Combination, FindingKind, Hatch, Letter
from charting.rules import SEVERITIES
from charting.signs import Sign
from clinic.price_list.models import ChartEffect, Service


class TeethField(forms.CharField):
    """Teeth by FDI as ranges: `14-18, 24`."""

    def to_python(self, value: Any) -> Any:
        try:
            return catalogue.read_ranges(str(value or ""))
        except ValueError as error:
            text = _("“%(part)s” names no teeth of one row. Write 14-18, 24-28.") % {"part": error}
            raise forms.ValidationError(text) from error

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else catalogue.ranges(value or ())


class SignForm(forms.Form):
    """How the chart shows, types and reports one finding or act; fields that leave no choice are not there."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    colour = forms.ChoiceField(label=_("Colour"), required=False, choices=[("", _("of its layer")), *Colour.choices])
    hatch = forms.ChoiceField(label=_("Hatch"), required=False, choices=[("", _("of its layer")), *Hatch.choices])
    symbol = forms.ChoiceField(
        label=_("Symbol beside the number"),
        required=False,
        choices=[("", pgettext_lazy("symbol", "none")), *((symbol, symbol) for symbol in signs.SYMBOLS)],
    )
    typed = forms.CharField(label=_("Typed code"), required=False, max_length=8)
    letter = forms.ChoiceField(label=_("Letter of form 043/у"), required=False)
    diagnosis = forms.CharField(label=_("ICD-10 code"), required=False, max_length=10)
    teeth = TeethField(label=_("Only on these teeth"), required=False, help_text=_("By FDI: 14-18, 24-28. Empty: on all teeth that the rules allow."))
    surfaces = forms.MultipleChoiceField(
        label=_("Only on these surfaces"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("None: on all that the rules allow.")
    )
    is_offered = forms.BooleanField(label=_("Offered in the chart"), required=False)

    def __init__(self, sign: Sign, language: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={**vars(sign), "surfaces": sorted(sign.surfaces)})
        surfaces = signs.allowed_surfaces(sign.subject)
        self._offer("letter", [("", pgettext_lazy("letter", "none")), *((code, Letter(code).label) for code in signs.LEGAL_LETTERS[sign.half])])
        self._offer("surfaces", [(code, f"{code} – {words.SURFACE_NAMES[code]}") for code in surfaces])
        shipped = signs.shipped(sign.subject)
        self.fields["typed"].help_text = _("Empty: “%(code)s”, as shipped in your language.") % {"code": shipped.typed_in(language) or "–"}
        self.fields["diagnosis"].help_text = _("Offered first for a new diagnosis. Empty: %(code)s, as shipped.") % {
            "code": shipped.diagnosis_for() or "–"
        }
        fixed = {"letter": sign.subject in signs.BY_STATE, "surfaces": not surfaces}
        fixed |= dict.fromkeys(("hatch", "diagnosis"), sign.half == signs.EFFECT)
        for name in (name for name, is_fixed in fixed.items() if is_fixed):
            del self.fields[name]

    def _offer(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


class CombinationForm(forms.Form):
    """A finding, its diagnosis and the act that one gesture records."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title_ru = forms.CharField(label=_("Title in Russian"), max_length=120)
    title_fr = forms.CharField(label=_("Title in French"), max_length=120)
    title_en = forms.CharField(label=_("Title in English"), max_length=120)
    kind = forms.ChoiceField(label=_("Finding"), choices=FindingKind.choices)
    severity = forms.ChoiceField(label=pgettext_lazy("finding", "Severity"), required=False)
    diagnosis = forms.CharField(label=_("ICD-10 code"), max_length=10)
    effect = forms.ChoiceField(label=_("Proposed act"), choices=[choice for choice in ChartEffect.choices if choice[0] != ChartEffect.NONE])
    service_id = forms.ChoiceField(
        label=_("Service"), required=False, help_text=_("None: the first service with this act that can be placed on the tooth.")
    )
    position = forms.IntegerField(label=_("Place in the list"), min_value=0, max_value=32_767, initial=0)
    is_offered = forms.BooleanField(label=_("Offered in the chart"), required=False)

    def __init__(self, row: Combination, data: Mapping[str, Any] | None = None) -> None:
        initial = {name: getattr(row, name) for name in (*self.base_fields,) if name != "version"}
        super().__init__(data, initial={**initial, "version": None if row._state.adding else row.version})
        degrees = [
            (str(FindingKind(kind).label), [(degree, words.severity_name(kind, degree)) for degree in known]) for kind, known in SEVERITIES.items()
        ]
        self.fields["severity"].choices = [("", "–"), *degrees]  # type: ignore[attr-defined]
        drawing = Service.objects.filter(is_active=True).exclude(chart_effect=ChartEffect.NONE).order_by("code")
        self.fields["service_id"].choices = [("", "–"), *((str(row.pk), f"{row.code} {row}") for row in drawing)]  # type: ignore[attr-defined]

    def clean_service_id(self) -> UUID | None:
        """The service, or none."""
        chosen = self.cleaned_data["service_id"]
        return UUID(chosen) if chosen else None
