"""Forms of the plans' and documents' pages; the rules themselves stand in actions."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from charting import notation
from charting import queries as charts
from charting.rules import Place, roles_in, usual_roles
from clinic.lib import panels
from clinic.lib.ids import uuid7
from clinic.patients.models import Patient
from clinic.price_list.models import Service
from clinic.staff import queries as staff
from clinic.staff.models import User
from clinic.staff.roles import Role
from treatment_plans import queries
from treatment_plans.models import DiscountLimit, DocumentKind, SignerRole

NUMBERED = _("Without a title it is called by its number, in the language of whoever reads.")
LANGUAGES = [("ru", "Русский"), ("fr", "Français"), ("en", "English")]


class TeethField(forms.CharField):
    """Teeth as the reader types them: `36 OD, 37`."""

    def to_python(self, value: Any) -> Any:
        try:
            return notation.read_places(super().to_python(value) or "")
        except ValueError as error:
            values = {"part": error, "first": notation.code(36), "second": notation.code(37)}
            raise ValidationError(_("“%(part)s” is not a tooth. Write for example %(first)s OD, %(second)s.") % values) from error

    def validate(self, value: Any) -> None:
        """Which teeth a service needs is a rule of charting."""

    def run_validators(self, value: Any) -> None:
        """The text has been read already."""


def places_of(teeth: list[tuple[int, frozenset[str]]], service: Service, patient: Patient, at: datetime) -> list[Place]:
    """The teeth as charting places them, each with what it usually is in a bridge, a denture or braces."""
    effect = str(service.chart_effect)
    absent = charts.absent_teeth(patient, at) if len(roles_in(effect)) > 1 else frozenset()
    roles = usual_roles(effect, [tooth for tooth, _surfaces in teeth], absent)
    return [Place(tooth, surfaces, role=role) for (tooth, surfaces), role in zip(teeth, roles, strict=True)]


class PlanForm(forms.Form):
    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    title = forms.CharField(label=_("What for"), max_length=200)
    dentist = forms.ModelChoiceField(label=_("Dentist"), queryset=User.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dentist"].queryset = staff.people_with_role(Role.DENTIST, Role.HYGIENIST)  # type: ignore[attr-defined]


class TitleForm(forms.Form):
    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    title = forms.CharField(label=_("Title"), max_length=200, required=False, help_text=NUMBERED)


class AlternativeForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title"), max_length=200, required=False, help_text=NUMBERED)
    summary = forms.CharField(label=_("In plain words for the patient"), required=False, widget=forms.Textarea(attrs={"rows": 5}))


class VersionForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)


class PhaseForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title"), max_length=200, required=False, help_text=NUMBERED)


class PhasePlaceForm(forms.Form):
    position = forms.IntegerField(min_value=1)


class ItemAddForm(forms.Form):
    id = forms.UUIDField(widget=forms.HiddenInput)
    procedure = forms.UUIDField(required=False)
    service = forms.ModelChoiceField(queryset=Service.objects.filter(is_active=True), required=False)
    teeth = TeethField(label=_("Teeth"), required=False, max_length=200)
    phase = forms.UUIDField(required=False)


class ItemForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    quantity = forms.IntegerField(label=_("Quantity"), min_value=1, max_value=99)
    discount_percent = forms.DecimalField(label=_("Discount, %"), required=False, max_digits=5, decimal_places=2)
    discount_amount = forms.DecimalField(label=_("or an amount"), required=False, max_digits=12, decimal_places=2)
    discount_reason = forms.CharField(label=_("Reason of the discount"), required=False, max_length=200)


class PlaceForm(forms.Form):
    phase = forms.UUIDField(required=False)
    visit_number = forms.IntegerField(label=_("Visit"), min_value=1, max_value=99)
    before = forms.UUIDField(required=False)
    alternative = forms.UUIDField(required=False)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class OptionalReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class UnplannedForm(forms.Form):
    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    service = forms.ModelChoiceField(label=_("What is done"), queryset=Service.objects.filter(is_active=True).order_by("category", "code"))
    teeth = TeethField(label=_("Teeth"), required=False, max_length=200, help_text=_("For example 36 OD, 37. Leave empty for the whole mouth."))
    language = forms.ChoiceField(label=_("Language of the documents"), choices=LANGUAGES)


class DocumentForm(forms.Form):
    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    kind = forms.ChoiceField(label=_("Document"), choices=DocumentKind.choices)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    alternative = forms.ChoiceField(label=_("Plan"), required=False)

    def __init__(self, *args: Any, alternatives: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["alternative"].choices = [("", _("no plan")), *alternatives]  # type: ignore[attr-defined]


class SignForm(forms.Form):
    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)
    role = forms.ChoiceField(label=_("Signs as"), choices=SignerRole.choices, widget=forms.RadioSelect)
    signer_name = forms.CharField(label=_("Full name"), max_length=300)
    basis = forms.CharField(
        label=_("By what right"), max_length=300, required=False, help_text=_("For a representative: birth certificate, power of attorney.")
    )
    signature_strokes = forms.CharField(required=False, widget=forms.HiddenInput)
    signature_image = forms.CharField(required=False, widget=forms.HiddenInput)


class LimitsForm(forms.Form):
    """Percent by role."""

    def __init__(self, *args: Any, limits: list[DiscountLimit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for limit in limits:
            self.fields[limit.role] = forms.DecimalField(
                label=limit.get_role_display(), min_value=0, max_value=100, decimal_places=2, initial=limit.percent.normalize(), localize=True
            )
            self.fields[f"version_{limit.role}"] = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=limit.version)
        self.roles = [str(limit.role) for limit in limits]

    def show_standing(self) -> None:
        """What stands now under each limit that was typed otherwise; the next save answers it."""
        limits = queries.discount_limits()
        panels.renew(self, {f"version_{limit.role}": limit.version for limit in limits})
        for limit in limits:
            if self.cleaned_data.get(limit.role) != limit.percent:
                self.add_error(limit.role, _("Stands now: %(value)s") % {"value": f"{limit.percent.normalize():f}"})


class ConsentForm(forms.Form):
    """An edition of an informed consent."""

    body = forms.CharField(
        label=_("Text"),
        widget=forms.Textarea(attrs={"rows": 26}),
        max_length=20_000,
        help_text=_("A line that begins with “## ” is a heading, with “- ” an item of a list."),
    )


class OverrideForm(forms.Form):
    """Why an act is done although a rule of interactions speaks against it; a warning needs no reason."""

    override_reason = forms.CharField(
        label=_("Why it is done all the same"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, is_stopped: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_stopped:
            self.fields["override_reason"].required = True
        else:
            self.fields["override_reason"].widget = forms.HiddenInput()
