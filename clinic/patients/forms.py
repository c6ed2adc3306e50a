"""Forms of the patient's pages: they read what was typed; the actions judge it."""

from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from clinic.lib.inputs import DateInput
from clinic.patients.messages import REFUSALS
from clinic.patients.models import (
    Alert,
    AlertKind,
    AlertSeverity,
    Contact,
    ContactKind,
    Identifier,
    IdentifierKind,
    Label,
    Patient,
    Relation,
    RelationKind,
    Sex,
    Source,
)
from clinic.patients.rules import parse_date
from clinic.staff.models import Branch, User
from clinic.staff.queries import people_with_role
from clinic.staff.roles import Role

COUNTRIES = [
    ("", "—"), ("RU", _("Russia")), ("FR", _("France")), ("AM", _("Armenia")), ("AZ", _("Azerbaijan")), ("BE", _("Belgium")), ("BY", _("Belarus")),
    ("CH", _("Switzerland")), ("DE", _("Germany")), ("GB", _("United Kingdom")), ("GE", _("Georgia")), ("IL", _("Israel")), ("IT", _("Italy")),
    ("KG", _("Kyrgyzstan")), ("KZ", _("Kazakhstan")), ("LU", _("Luxembourg")), ("MC", _("Monaco")), ("TJ", _("Tajikistan")), ("TR", _("Turkey")),
    ("UA", _("Ukraine")), ("US", _("United States")), ("UZ", _("Uzbekistan")),
]  # fmt: skip
LANGUAGES = [("ru", "Русский"), ("fr", "Français"), ("en", "English")]
DENTISTS = (Role.DENTIST, Role.HYGIENIST)


class DayField(forms.CharField):
    """A date typed in any form of the three languages."""

    def __init__(self, **options: Any) -> None:
        attributes = {"inputmode": "numeric", "autocomplete": "off", "placeholder": _("dd.mm.yyyy")}
        super().__init__(widget=forms.TextInput(attrs=attributes), **options)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, date):
            return value
        return date_format(value, "d.m.Y" if get_language() == "ru" else "d/m/Y", use_l10n=False)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        day = parse_date(text, timezone.localdate())
        if day is None:
            raise forms.ValidationError(str(REFUSALS["date"]))
        return day


def words(label: Any, length: int, *, required: bool = False, **attributes: Any) -> forms.CharField:
    """A line of text that says when it is too long instead of cutting it."""
    return forms.CharField(label=label, max_length=length, required=required, widget=forms.TextInput(attrs={"maxlength": False, **attributes}))


class PatientForm(forms.Form):
    """Who the patient is, where they live, how they came."""

    last_name = words(_("Last name"), 150, required=True, autocomplete="off")
    first_name = words(_("First name"), 150, required=True, autocomplete="off")
    patronymic = words(_("Patronymic"), 150, autocomplete="off")
    birth_name = words(_("Birth name"), 150, autocomplete="off")
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, initial=Sex.UNKNOWN)
    birth_date = DayField(label=_("Date of birth"), required=False)
    address = words(_("Street and house"), 300, autocomplete="off")
    city = words(_("Town"), 100, autocomplete="off")
    postal_code = words(_("Postal code"), 12, autocomplete="off")
    country = forms.ChoiceField(label=_("Country"), choices=COUNTRIES, required=False)
    language = forms.ChoiceField(label=_("Language of documents"), choices=LANGUAGES)
    branch = forms.ModelChoiceField(label=_("Branch"), queryset=Branch.objects.none(), empty_label=None)
    responsible_dentist = forms.ModelChoiceField(label=_("Responsible dentist"), queryset=User.objects.none(), required=False)
    source = forms.ModelChoiceField(label=_("How they heard of us"), queryset=Source.objects.none(), required=False)
    source_detail = words(_("Who or where exactly"), 200)
    external_number = words(_("Number in the former system"), 60)

    def __init__(self, *args: Any, branches: list[Branch], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["branch"].queryset = Branch.objects.filter(pk__in=[branch.pk for branch in branches]).order_by("name")  # type: ignore[attr-defined]
        self.fields["responsible_dentist"].queryset = people_with_role(*DENTISTS)  # type: ignore[attr-defined]
        self.fields["source"].queryset = Source.objects.filter(is_active=True).order_by("name")  # type: ignore[attr-defined]

    def changes(self) -> dict[str, Any]:
        """The fields as `change_patient` takes them."""
        data = dict(self.cleaned_data)
        for name in ("branch", "responsible_dentist", "source"):
            chosen = data.pop(name, None)
            data[f"{name}_id"] = chosen.pk if chosen else None
        return {name: data[name] for name in data if name in self.base_fields or name.endswith("_id")}


def initial_of(patient: Patient) -> dict[str, Any]:
    """The form's starting values for a patient already registered."""
    return {name: getattr(patient, name) for name in PatientForm.base_fields}


class RowForm(forms.Form):
    """A row of the registration screen; what its lists show by themselves (`passive`) does not make it filled in."""

    passive: ClassVar[tuple[str, ...]] = ("kind",)

    def has_changed(self) -> bool:
        return any(self.data.get(self.add_prefix(name), "").strip() for name in self.fields if name not in self.passive)


class Rows(forms.BaseFormSet):  # type: ignore[type-arg]
    """Rows that may all stay empty."""

    def _construct_form(self, i: int, **options: Any) -> Any:
        form = super()._construct_form(i, **options)  # type: ignore[misc]  # Django's own hook, absent from the stubs
        form.empty_permitted = True
        return form


class ContactForm(RowForm):
    kind = forms.ChoiceField(label=pgettext_lazy("of a contact", "Kind"), choices=ContactKind.choices)
    value = words(_("Phone or e-mail"), 254, required=True, autocomplete="off")
    note = words(_("Whose or when"), 100)

    def record(self) -> Contact:
        return Contact(**self.cleaned_data)


class IdentifierForm(RowForm):
    kind = forms.ChoiceField(label=pgettext_lazy("of a document", "Kind"), choices=IdentifierKind.choices)
    number = words(_("Number"), 60, required=True, autocomplete="off")
    issuer = words(_("Issued by"), 200)
    issued_date = forms.DateField(label=_("Date of issue"), required=False, widget=DateInput())
    valid_until = forms.DateField(label=_("Valid until"), required=False, widget=DateInput())

    def record(self) -> Identifier:
        return Identifier(**self.cleaned_data)


class AddedIdentifierForm(IdentifierForm):
    """One more number of a registered patient; whether it is shared is asked when another patient has it."""

    is_shared = forms.BooleanField(label=_("It is this patient's number too"), required=False, widget=forms.HiddenInput())

    def ask_whether_shared(self) -> None:
        self.fields["is_shared"].widget = forms.CheckboxInput()

    def record(self) -> Identifier:
        return Identifier(**{name: value for name, value in self.cleaned_data.items() if name != "is_shared"})


class RelationForm(RowForm):
    kind = forms.ChoiceField(label=_("Who it is"), choices=RelationKind.choices)
    name = words(_("Full name"), 300, autocomplete="off")
    related_card = forms.IntegerField(label=_("or card number of a patient"), required=False, min_value=1)
    phone = words(_("Phone"), 40, autocomplete="off")
    document = words(_("Document that proves it"), 200)
    is_guardian = forms.BooleanField(label=_("Signs for the patient"), required=False)
    is_payer = forms.BooleanField(label=_("Pays for the patient"), required=False)

    def clean_related_card(self) -> Patient | None:
        number = self.cleaned_data["related_card"]
        found = Patient.objects.filter(card_number=number).first() if number else None
        if number and found is None:
            raise forms.ValidationError(_("There is no patient with this card number."))
        return found

    def record(self) -> Relation:
        data = dict(self.cleaned_data)
        return Relation(related_patient=data.pop("related_card"), **data)


class AlertForm(RowForm):
    passive = ("severity",)

    kind = forms.ChoiceField(label=pgettext_lazy("of an alert", "Kind"), choices=[("", "—"), *AlertKind.choices])
    severity = forms.ChoiceField(label=_("Severity"), choices=AlertSeverity.choices, initial=AlertSeverity.WARNING)
    text = words(_("Details"), 300)

    def record(self) -> Alert:
        return Alert(**self.cleaned_data)


class ReasonForm(forms.Form):
    """Why something ends."""

    reason = words(_("Reason"), 300, required=True)


class LabelsForm(forms.Form):
    labels = forms.ModelMultipleChoiceField(label=_("Labels"), queryset=Label.objects.none(), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["labels"].queryset = Label.objects.filter(is_active=True).order_by("name")  # type: ignore[attr-defined]


class SourceForm(forms.Form):
    """A source of patients; `version` is the one that was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    name = words(_("Name"), 100, required=True)
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)


class LabelForm(SourceForm):
    """A label of patients."""

    name = words(_("Name"), 60, required=True)
    colour = forms.RegexField(label=_("Colour"), regex="^#[0-9a-f]{6}$", widget=forms.TextInput(attrs={"type": "color"}))
    field_order = ("version", "name", "colour", "is_active")


class ConsentTextForm(forms.Form):
    """An edition of the consent to data processing."""

    title = words(_("Title"), 200, required=True)
    body = forms.CharField(label=_("Text"), widget=forms.Textarea(attrs={"rows": 24}), max_length=20_000)


class RegistrationForm(LabelsForm, PatientForm):
    """The patient's own part of the registration screen."""


def rows(form: type[forms.Form], prefix: str, *, extra: int, most: int = 20) -> Callable[..., "forms.BaseFormSet[Any]"]:
    """A formset of one block of the registration screen."""
    made = forms.formset_factory(form, formset=Rows, extra=extra, max_num=most, absolute_max=most)
    return lambda data=None, initial=None: made(data, prefix=prefix, initial=initial)


BLOCKS = {
    "contacts": rows(ContactForm, "contacts", extra=0),
    "identifiers": rows(IdentifierForm, "identifiers", extra=1),
    "relations": rows(RelationForm, "relations", extra=1),
    "alerts": rows(AlertForm, "alerts", extra=1),
}
STARTING_CONTACTS = [{"kind": ContactKind.PHONE}, {"kind": ContactKind.EMAIL}]
