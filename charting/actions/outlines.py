"""Templates of whole notes and short words: written by those who write notes, checked before they are kept."""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from charting import placeholders
from charting.medical.vocabulary import ACTS
from charting.models import NoteOutline, NoteSection, TextMacro
from clinic.history.creation import find_sent
from clinic.lib.errors import InvalidInput, NotFound, Text, check_version
from clinic.lib.ids import uuid7
from clinic.price_list.models import Service
from clinic.staff.models import User
from clinic.staff.roles import Permission

FIELDS = ("title", "language", "codes", "acts", *NoteSection.values, "position", "is_active")
TITLE_TAKEN = _("There is a template with this title in this language already.")
WORD_TAKEN = _("This short word stands for another text already. Change that one, or choose another word.")
Row = TypeVar("Row", NoteOutline, TextMacro)


@transaction.atomic
def save_outline(
    *, actor: User, details: Mapping[str, Any], outline_id: UUID | None = None, version: int | None = None, id: UUID | None = None
) -> NoteOutline:
    """Write a new template of a note, or change one as it was read at `version`; a new one sent twice with its `id` is one.

    :raises InvalidInput: when it says nothing, names an unknown placeholder, code or act, or its title is taken.
    :raises StaleVersion: when it is no longer the `version` that was read.
    """
    actor.require(Permission.VISIT_WRITE)
    sent = find_sent(NoteOutline, id, **{name: details[name] for name in FIELDS if name in details})
    if sent is not None:
        return sent
    outline = NoteOutline.objects.select_for_update().filter(pk=outline_id).first() if outline_id else NoteOutline(id=id or uuid7())
    if outline is None:
        raise NotFound
    if outline_id:
        check_version(outline, version)
    for name in FIELDS:
        setattr(outline, name, details.get(name, getattr(outline, name)))
    _refuse(outline)
    return _keep(outline, is_new=outline_id is None, rule="charting_outline_title_once", taken={"title": TITLE_TAKEN})


def _refuse(outline: NoteOutline) -> None:
    fields: dict[str, Text] = {}
    for name, text in outline.sections.items():
        unknown = placeholders.strangers(text)
        if unknown:
            known = ", ".join(f"{{{place}}}" for place in placeholders.NAMES)
            fields[name] = _("%(unknown)s is no placeholder. There are %(known)s.") % {"unknown": " ".join(unknown), "known": known}
    if not outline.sections:
        fields["treatment"] = _("Write the text of at least one section.")
    services = set(Service.objects.values_list("code", flat=True))
    strangers = [tag for tag in outline.acts if tag not in ACTS and tag.removeprefix("service:") not in services]
    if strangers:
        fields["acts"] = _("The clinic has no act “%(act)s”.") % {"act": strangers[0]}
    if any(not code[:1].isalpha() or len(code) > 10 for code in outline.codes):
        fields["codes"] = _("Write beginnings of ICD-10 codes, for example K02, K04.0.")
    if fields:
        raise InvalidInput(fields=fields)


def _keep(row: Row, *, is_new: bool, rule: str, taken: Mapping[str, Text]) -> Row:
    try:
        row.full_clean(validate_constraints=False)
        with transaction.atomic():
            row.save(force_insert=is_new)
    except ValidationError as error:
        raise InvalidInput(fields={name: " ".join(texts) for name, texts in error.message_dict.items()}) from error
    except IntegrityError as error:
        if rule not in str(error):
            raise
        raise InvalidInput(fields=taken) from error
    row.refresh_from_db(fields=["version"])
    return row


@transaction.atomic
def save_macro(
    *, actor: User, word: str, text: str, is_for_all: bool = False, macro_id: UUID | None = None, version: int | None = None, id: UUID | None = None
) -> TextMacro:
    """A short word for a text: one's own, or of the whole clinic; a new one sent twice with its `id` is one.

    :raises InvalidInput: when it is no single word, says nothing, or is taken.
    :raises NotFound: when it is somebody else's.
    :raises StaleVersion: when it is no longer the `version` that was read.
    """
    actor.require(Permission.VISIT_WRITE)
    owner_id, word = None if is_for_all else actor.pk, word.strip()
    sent = find_sent(TextMacro, id, word=word, text=text, owner_id=owner_id)
    if sent is not None:
        return sent
    macro = hold_macro(macro_id, actor) if macro_id else TextMacro(id=id or uuid7())
    if macro_id:
        check_version(macro, version)
    if not 2 <= len(word) <= 20 or len(word.split()) != 1:
        raise InvalidInput(fields={"word": _("One word of 2 to 20 signs, without spaces.")})
    if not text.strip():
        raise InvalidInput(fields={"text": _("Write the text that the word stands for.")})
    macro.word, macro.text, macro.owner_id = word, text, owner_id
    return _keep(macro, is_new=macro_id is None, rule="charting_macro_word_once", taken={"word": WORD_TAKEN})


def hold_macro(macro_id: UUID, actor: User) -> TextMacro:
    """A short word of the person or of the clinic, locked.

    :raises NotFound: when it is somebody else's.
    """
    macro = TextMacro.objects.select_for_update().filter(pk=macro_id).first()
    if macro is None or macro.owner_id not in (None, actor.pk):
        raise NotFound
    return macro


@transaction.atomic
def remove_macro(*, actor: User, macro_id: UUID, version: int) -> None:
    """Take a short word away; history keeps it.

    :raises NotFound: when it is somebody else's.
    :raises StaleVersion: when it is no longer the `version` that was read.
    """
    actor.require(Permission.VISIT_WRITE)
    macro = hold_macro(macro_id, actor)
    check_version(macro, version)
    macro.delete()
