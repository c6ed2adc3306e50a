"""The clinic's rules of what a note must say; and the refusal to sign a note that does not say it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from charting import requirements
from charting.models import NotePart, NoteRequirement, Visit
from charting.requirements import Need
from clinic.history.creation import find_sent
from clinic.lib.errors import InvalidInput, NotFound, Text, check_version
from clinic.lib.ids import uuid7
from clinic.price_list.models import Service
from clinic.staff.models import User
from clinic.staff.reach import require_everywhere
from clinic.staff.roles import Permission

FIELDS = ("act", "parts", "is_active")
ACT_TAKEN = _("There is a rule for this act already. Change that one.")


class PartsMissing(InvalidInput):
    """The clinic's rules ask for parts of the note that are not filled; `fields` names each part."""

    code = "parts_missing"

    def __init__(self, needs: Sequence[Need], visit: Visit) -> None:
        self.needs = needs
        text = _("The note cannot be signed yet: something that it must say is missing. Nothing was signed. %(asks)s")
        if visit.locked_at is not None:
            text = _("This note is locked and lacks what it must say. Write that into an addendum, then sign. %(asks)s")
        asks = {need.part: need.ask for need in needs}
        super().__init__(text % {"asks": " ".join(asks.values())}, fields=asks, link=f"/visits/{visit.pk}/")


def refuse_incomplete(visit: Visit) -> None:
    """A locked note that lacks something is completed by an addendum.

    :raises PartsMissing: when the note lacks what the clinic's rules ask for.
    """
    missing = [need for need in requirements.needs_of(visit) if need.is_missing]
    if missing and not (visit.locked_at and visit.addenda.filter(in_error_at=None).exists()):
        raise PartsMissing(missing, visit)


@transaction.atomic
def save_requirement(
    *, actor: User, details: Mapping[str, Any], requirement_id: UUID | None = None, version: int | None = None, id: UUID | None = None
) -> NoteRequirement:
    """Write a new rule, or change one as it was read at `version`; a new one sent twice with its `id` is one.

    :raises InvalidInput: when the act or a part is not known, or the act has a rule already.
    :raises StaleVersion: when it is no longer the `version` that was read.
    """
    require_everywhere(actor, Permission.SETTINGS_WRITE)
    details = {**details, **({"parts": [part for part in NotePart.values if part in details["parts"]]} if _are_known(details) else {})}
    sent = find_sent(NoteRequirement, id, **{name: details[name] for name in FIELDS if name in details})
    if sent is not None:
        return sent
    held = NoteRequirement.objects.select_for_update()
    row = held.filter(pk=requirement_id).first() if requirement_id else NoteRequirement(id=id or uuid7(), parts=[])
    if row is None:
        raise NotFound
    if requirement_id:
        check_version(row, version)
    for name in FIELDS:
        setattr(row, name, details.get(name, getattr(row, name)))
    _refuse(row)
    try:
        with transaction.atomic():
            row.save(force_insert=requirement_id is None)
    except IntegrityError as error:
        if "charting_noterequirement_act" not in str(error):
            raise
        raise InvalidInput(fields={"act": ACT_TAKEN}) from error
    row.refresh_from_db(fields=["version"])
    return row


def _are_known(details: Mapping[str, Any]) -> bool:
    return "parts" in details and not set(details["parts"]) - set(NotePart.values)


def _refuse(row: NoteRequirement) -> None:
    fields: dict[str, Text] = {}
    code = row.act.removeprefix(requirements.SERVICE)
    if row.act not in requirements.KINDS and (code == row.act or not Service.objects.filter(code=code).exists()):
        fields["act"] = _("The clinic has no act “%(act)s”.") % {"act": row.act}
    if not row.parts or set(row.parts) - set(NotePart.values):
        fields["parts"] = _("Choose at least one part of the note.")
    if fields:
        raise InvalidInput(fields=fields)
