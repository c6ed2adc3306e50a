"""The clinic's favourites under the number keys of the chart."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from charting.models import PaletteFavourite
from charting.palette import favourites, palette
from clinic.lib.errors import InvalidInput
from clinic.staff.models import User
from clinic.staff.roles import Permission


@transaction.atomic
def set_favourite(*, slot: int, entry: str, actor: User) -> PaletteFavourite:
    """Keep an entry of the palette under a number key, for the whole clinic; what the key held moves to the entry's old key.

    An empty entry frees the key.

    :raises InvalidInput: when there is no such key or entry.
    """
    actor.require(Permission.CHART_WRITE)
    if not 1 <= slot <= 9 or entry not in {"", *(known.key for known in palette().entries)}:
        raise InvalidInput(_("There is no such key or entry of the palette."), fields={"entry": _("There is no such entry.")})
    before = favourites()
    for other, held in before.items():
        if entry and held == entry and other != slot:
            _put(other, before.get(slot, ""))
    return _put(slot, entry)


def _put(slot: int, entry: str) -> PaletteFavourite:
    row = PaletteFavourite.objects.select_for_update().filter(slot=slot).first()
    if row is None:
        try:
            with transaction.atomic():
                return PaletteFavourite.objects.create(slot=slot, entry=entry)
        except IntegrityError:
            row = PaletteFavourite.objects.select_for_update().get(slot=slot)
    row.entry = entry
    row.save(update_fields=["entry"])
    return row
