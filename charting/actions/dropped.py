"""Letting go of an entry that the clinic refused or somebody else disputed: it leaves a trace."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from charting.models import DroppedEntry
from clinic.history.creation import find_sent
from clinic.lib.errors import InvalidInput
from clinic.lib.ids import uuid7
from clinic.patients.models import Patient
from clinic.staff.models import User
from clinic.staff.roles import Permission

LONGEST_CONTENT = 24_000
"""As much as a section of a note takes, with the marks of its lines."""


@transaction.atomic
def drop_entry(
    *, patient: Patient, what: str, address: str, content: Mapping[str, Any], why: str, actor: User, at: datetime,
    entered_at: datetime | None = None, id: UUID | None = None,
) -> DroppedEntry:  # fmt: skip
    """Keep that an entry was made at the chair, not recorded, and let go by its writer. The same `id` twice is one.

    :raises InvalidInput: when it does not say what it was and why it was not recorded, or is longer than an entry can be.
    """
    actor.require(Permission.CLINICAL_VIEW)
    words, reason = " ".join(what.split())[:300], " ".join(why.split())[:1000]
    values = {"what": words, "why": reason, "address": address[:200], "content": dict(content), "entered_at": entered_at}
    known = find_sent(DroppedEntry, id, patient_id=patient.pk, **values)
    if known is not None:
        return known
    if not words or not reason:
        raise InvalidInput(fields={name: _("Say in a few words why.") for name, text in (("what", words), ("why", reason)) if not text})
    if len(json.dumps(content, ensure_ascii=False)) > LONGEST_CONTENT:
        raise InvalidInput(fields={"content": _("At most %(limit)s characters.") % {"limit": LONGEST_CONTENT}})
    return DroppedEntry.objects.create(id=id or uuid7(), patient=patient, **values, dropped_at=at, dropped_by=actor)
