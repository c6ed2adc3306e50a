"""What is wrong with a value, in the user's words; the keys are the codes of `rules.Refused`."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REFUSALS: dict[str, Promise] = {
    "phone": _("This is not a phone number. Write it with the country code, for example +7 916 123-45-67 or +33 6 12 34 56 78."),
    "email": _("This is not an e-mail address. It looks like name@example.com."),
    "snils": _("A SNILS has 11 digits."),
    "snils_check": _("This SNILS has a wrong control number: one of its digits was mistyped."),
    "oms": _("An OMS policy has 16 digits."),
    "oms_check": _("This policy number has a wrong check digit: one of its digits was mistyped."),
    "ru_passport": _("A Russian passport has 4 digits of the series and 6 of the number."),
    "nir": _("A NIR has 13 characters (2A or 2B for Corsica) and a key of 2 digits."),
    "nir_key": _("The key of this NIR does not match its number: one of the digits was mistyped."),
    "foreign_passport": _("A passport number has 5 to 15 Latin letters and digits."),
    "insurance_card": _("A card number has 4 to 40 Latin letters and digits."),
    "erased": _("The record of this person was erased: an import does not bring it back."),
    "born_future": _("This date of birth is in the future."),
    "born_late": _(
        "Visits, findings or pictures are from before this day. Check it, correct a picture's day, or mark as entered in error what is not theirs."
    ),
    "born_long_ago": _("Nobody is that old. Check the year of birth."),
    "date": _("This is not a date. Write it as 14.03.1985, 14/03/1985 or 14 Mar 1985."),
    "text": _("This text holds characters that cannot be kept."),
    "digits_lost": _("The sheet keeps no more than 15 digits of a number, so the last ones are lost. Make the column text and enter it anew."),
    "zeros_lost": _("It came from a number cell: zeros in front may be lost. Check it."),
    "formula": _("The cell holds a formula, and the file does not hold its result. Open the file in a sheet program, save it there and try again."),
    "required": _("Fill this in."),
    "too_long": _("This is too long."),
    "sex": _("Write male or female."),
}
CUT = _("More than 10,000 patients match what was typed, and only 10,000 of them were looked through. Type more of the name, or a phone.")
MINOR_GUARDIAN = _("This person is under 18 and cannot sign for the patient.")
