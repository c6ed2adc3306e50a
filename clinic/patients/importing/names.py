"""The fields of an import in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FIELD_NAMES: dict[str, Promise] = {
    "full_name": _("Full name in one cell"),
    "last_name": _("Last name"),
    "first_name": _("First name"),
    "patronymic": _("Patronymic"),
    "birth_name": _("Birth name"),
    "sex": _("Sex"),
    "birth_date": _("Date of birth"),
    "phone": _("Phone"),
    "phone2": _("Another phone"),
    "email": _("E-mail"),
    "address": _("Street and house"),
    "city": _("Town"),
    "postal_code": _("Postal code"),
    "snils": _("SNILS"),
    "oms": _("OMS policy"),
    "ru_passport": _("Russian passport"),
    "nir": _("French social security number (NIR)"),
    "foreign_passport": _("Foreign passport"),
    "insurance_card": _("Number of the private insurance policy or card"),
    "guardian": _("Guardian: full name"),
    "guardian_phone": _("Guardian: phone"),
    "payer": _("Payer: full name"),
    "payer_phone": _("Payer: phone"),
    "allergies": _("Allergies"),
    "medical_alert": _("Other medical alert"),
    "source_detail": _("How they heard of us"),
    "external_number": _("Number in the former system"),
}
