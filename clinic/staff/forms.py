"""Forms of the entrance, the account and the people pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.lib.errors import DomainError
from clinic.staff.models import Branch, LegalEntity, User
from clinic.staff.roles import Role


def _new_password() -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"autocomplete": "new-password"})


def _digits() -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"})


class DomainForm:
    """Shows what the domain refused under the fields it concerns."""

    def refuse_with(self, error: DomainError) -> None:
        """Put the texts of `error` where the person looks."""
        for name, text in error.fields.items():
            self.add_error(name if name in self.fields else None, str(text))  # type: ignore[attr-defined]
        if not error.fields:
            self.add_error(None, str(error.message))  # type: ignore[attr-defined]


class LoginForm(forms.Form):
    """Name, password, and whether others use this computer too."""

    username = forms.CharField(
        label=_("User name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True, "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=_("Password"), max_length=200, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}, render_value=False)
    )
    is_shared = forms.BooleanField(
        label=_("Others use this computer too"), required=False, help_text=_("It locks itself when nobody touches it, and opens again by PIN.")
    )

    def clean_username(self) -> str:
        return str(self.cleaned_data["username"]).strip().lower()

    def refuse(self) -> None:
        """Say that the pair is wrong, without telling which half."""
        self.add_error(None, _("The user name or the password is wrong. Check the keyboard layout and Caps Lock."))


class CodeForm(DomainForm, forms.Form):
    """Six digits of the telephone, or a backup code."""

    code = forms.CharField(
        label=_("Code"), max_length=20, widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True, "inputmode": "numeric"})
    )


class ReasonForm(DomainForm, forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class PasswordForm(DomainForm, forms.Form):
    """The old password once, the new one twice."""

    old = forms.CharField(label=_("Old password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))
    password = forms.CharField(
        label=_("New password"),
        strip=False,
        help_text=_("At least 10 characters."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    repeat = forms.CharField(label=_("New password again"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    def clean(self) -> None:
        if self.cleaned_data.get("password") != self.cleaned_data.get("repeat"):
            self.add_error("repeat", _("The two new passwords differ."))


class PinForm(DomainForm, forms.Form):
    """The password shows who asks; the PIN is typed twice."""

    password = forms.CharField(label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))
    pin = forms.CharField(
        label=_("New PIN"),
        max_length=8,
        help_text=_("4 to 8 digits, no rows or repeats."),
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    repeat = forms.CharField(
        label=_("New PIN again"), max_length=8, widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    )

    def clean(self) -> None:
        if self.cleaned_data.get("pin") != self.cleaned_data.get("repeat"):
            self.add_error("repeat", _("The two PINs differ."))


class PersonForm(DomainForm, forms.ModelForm):  # type: ignore[type-arg]
    """A person's details as the manager keeps them."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    rpps = forms.CharField(
        label=_("RPPS number (France)"),
        max_length=20,
        required=False,
        help_text=_("11 digits, printed on prescriptions in French."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )

    class Meta:
        model = User
        fields = ("last_name", "first_name", "patronymic", "username", "email", "speciality", "rpps", "home_branch", "language", "colour")
        widgets = {"colour": forms.TextInput(attrs={"type": "color"})}

    def _post_clean(self) -> None:
        """The action checks and saves; a ModelForm would change the instance."""


class RoleForm(DomainForm, forms.Form):
    """One role, in one branch or in all."""

    role = forms.ChoiceField(label=_("Role"), choices=[("", "–"), *Role.choices])
    branch = forms.ModelChoiceField(Branch.objects.order_by("name"), label=_("Branch"), required=False, empty_label=_("All branches"))


class TokenForm(DomainForm, forms.Form):
    """What a program's key is for and how long it lasts."""

    name = forms.CharField(label=_("What it is for"), max_length=100)
    days = forms.IntegerField(label=_("Valid for, days"), min_value=1, max_value=730, initial=365)


class LegalEntityForm(DomainForm, forms.ModelForm):  # type: ignore[type-arg]
    """A company's details as they appear in contracts."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = LegalEntity
        fields = ("name", "country", "tax_number", "registration_number", "licence", "address", "phone", "director", "bank_details")
        widgets = {"bank_details": forms.Textarea(attrs={"rows": 3})}

    def _post_clean(self) -> None:
        """The action checks and saves."""


class BranchForm(DomainForm, forms.ModelForm):  # type: ignore[type-arg]
    """A branch's details."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    language = forms.ChoiceField(label=_("Language of documents"), choices=[("ru", "Русский"), ("fr", "Français"), ("en", "English")])

    class Meta:
        model = Branch
        fields = ("name", "legal_entity", "address", "phone", "time_zone", "currency", "language")

    def _post_clean(self) -> None:
        """The action checks and saves."""
