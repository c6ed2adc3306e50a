"""The clinic's favourites under the number keys of the chart."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from charting.models import PaletteFavourite
from charting.palette import ON_MAP, SLOTS, favourites, palette
from clinic.lib.errors import InvalidInput
from clinic.staff.models import User
from clinic.staff.roles import Permission


@transaction.atomic
def set_favourite(*, slot: int, entry: str, actor: User) -> PaletteFavourite:
    """Keep an entry of the palette under a number key, for the whole clinic; what the key held moves to the entry's old key.

    The digits of the map of the mouth (11 to 19) are keys of their own and hold findings of the mucosa. An empty entry frees the key.

    :raises InvalidInput: when there is no such key or entry.
    """
    actor.require(Permission.CHART_WRITE)
    offered = {known.key for known in palette().entries if slot not in ON_MAP or known.scope == "mucosa"}
    if slot not in SLOTS or entry not in {"", *offered}:
        raise InvalidInput(_("There is no such key or entry of the palette."), fields={"entry": _("There is no such entry.")})
    before = favourites()
    for other, held in before.items():
        if entry and held == entry and other != slot and (other in ON_MAP) == (slot in ON_MAP):
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
