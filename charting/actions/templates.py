"""Ready texts for the sections of a note."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from charting.models import NoteTemplate
from clinic.history.creation import find_sent
from clinic.lib.errors import InvalidInput, NotFound, check_version
from clinic.lib.ids import uuid7
from clinic.staff.models import User
from clinic.staff.roles import Permission

FIELDS = ("section", "language", "title", "body", "position", "is_active")
TITLE_TAKEN = _("This section has a template with this title already.")


@transaction.atomic
def save_template(
    *, actor: User, details: Mapping[str, Any], template_id: UUID | None = None, version: int | None = None, id: UUID | None = None
) -> NoteTemplate:
    """Write a new template, or change one as it was read at `version`; a new one sent twice with its `id` is one.

    :raises InvalidInput: when a field cannot be, or the title is taken in its section.
    :raises StaleVersion: when it is no longer the `version` that was read.
    :raises KeyTaken: when `id` is of another template.
    """
    actor.require(Permission.VISIT_WRITE)
    sent = find_sent(NoteTemplate, id, **{name: details[name] for name in FIELDS if name in details})
    if sent is not None:
        return sent
    template = NoteTemplate.objects.select_for_update().filter(pk=template_id).first() if template_id else NoteTemplate(id=id or uuid7())
    if template is None:
        raise NotFound
    if template_id:
        check_version(template, version)
    for name in FIELDS:
        setattr(template, name, details.get(name, getattr(template, name)))
    try:
        template.full_clean(validate_constraints=False)
        with transaction.atomic():
            template.save(force_insert=template_id is None)
    except ValidationError as error:
        raise InvalidInput(fields={name: " ".join(texts) for name, texts in error.message_dict.items()}) from error
    except IntegrityError as error:
        if "charting_template_title_once" not in str(error):
            raise
        raise InvalidInput(TITLE_TAKEN, fields={"title": TITLE_TAKEN}) from error
    template.refresh_from_db(fields=["version"])
    return template
