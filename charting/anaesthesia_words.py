"""An anaesthesia in words, as the note, the print and a template's placeholder tell it."""

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from charting import notation
from charting.models import Anaesthesia


def told(row: Anaesthesia) -> str:
    """`infiltration (16), articaine 4 %, adrenaline 1:100 000, 1.7 ml, 1 cartridge, lot 4711`."""
    where = ", ".join(part for part in (notation.shown_all(row.teeth), row.place) if part)
    kind = str(row.get_kind_display())
    parts = [f"{kind} ({where})" if where else kind, row.solution, *_amounts(row)]
    if row.lot:
        parts.append(_("lot %(number)s") % {"number": row.lot})
    if row.expires_on and row.expires_on < timezone.localdate(row.given_at):
        parts.append(_("expired on %(day)s") % {"day": date_format(row.expires_on, "SHORT_DATE_FORMAT")})
    return ", ".join(part for part in parts if part)


def _amounts(row: Anaesthesia) -> list[str]:
    found = []
    if row.dose_ml is not None:
        found.append(_("%(dose)s ml") % {"dose": number_format(row.dose_ml.normalize(), use_l10n=True)})
    if row.cartridges is not None:
        number = row.cartridges.normalize()
        words = ngettext("%(number)s cartridge", "%(number)s cartridges", int(number) if number == int(number) else 2)
        found.append(words % {"number": number_format(number, use_l10n=True)})
    return found
