"""Writes about legal entities and branches."""

import zoneinfo
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from clinic.history.creation import find_sent
from clinic.lib.errors import Conflict, InvalidInput, StaleVersion
from clinic.lib.ids import uuid7
from clinic.staff import reach
from clinic.staff.models import Branch, LegalEntity, User
from clinic.staff.roles import Permission

Place = TypeVar("Place", LegalEntity, Branch)


class BranchNameTaken(Conflict):
    """Two branches of one name would be confused in the diary."""

    code = "branch_name_taken"
    default_message = _("Another branch has this name already. Choose a different one.")


class BranchInUse(Conflict):
    """Money is booked in the branch."""

    code = "branch_in_use"
    default_message = _(
        "Money is booked in this branch, so its company and currency stay. Nothing was saved. Open a new branch for another company or currency."
    )


@transaction.atomic
def create_legal_entity(*, actor: User, at: datetime, details: Mapping[str, Any], id: UUID | None = None) -> LegalEntity:
    """A company that contracts with patients and receives money. :raises ForAllBranches:"""
    reach.require_everywhere(actor, Permission.SETTINGS_WRITE)
    return _create(LegalEntity(id=id or uuid7(), created_at=at), actor, details)


@transaction.atomic
def update_legal_entity(*, entity: LegalEntity, version: int, actor: User, details: Mapping[str, Any]) -> LegalEntity:
    """Change a company's details; documents already issued keep the old ones. :raises StaleVersion: :raises PlaceOutOfReach:"""
    reach.require_place(actor, *Branch.objects.filter(legal_entity=entity))
    return _update(entity, version, details)


@transaction.atomic
def create_branch(*, actor: User, at: datetime, details: Mapping[str, Any], id: UUID | None = None) -> Branch:
    """A place where patients are seen. :raises BranchNameTaken: :raises PlaceOutOfReach: :raises InvalidInput: for an unknown time zone."""
    reach.require_place(actor, *Branch.objects.filter(legal_entity=Branch(**details).legal_entity_id))
    return _create(Branch(id=id or uuid7(), created_at=at), actor, details)


@transaction.atomic
def update_branch(*, branch: Branch, version: int, actor: User, details: Mapping[str, Any]) -> Branch:
    """Change a branch.

    :raises BranchNameTaken: :raises BranchInUse: :raises StaleVersion: :raises PlaceOutOfReach: :raises InvalidInput: for an unknown time zone.
    """
    reach.require_place(actor, branch)
    return _update(branch, version, details)


def _create(place: Place, actor: User, details: Mapping[str, Any]) -> Place:
    actor.require(Permission.SETTINGS_WRITE)
    return find_sent(type(place), place.pk, **details) or _fill_and_save(place, details, force_insert=True)


def _update(place: Place, version: int, details: Mapping[str, Any]) -> Place:
    locked = type(place).objects.select_for_update().get(pk=place.pk)
    if locked.version != version:
        raise StaleVersion
    return _fill_and_save(locked, details, force_insert=False)


def _fill_and_save(place: Place, details: Mapping[str, Any], *, force_insert: bool) -> Place:
    if details.get("time_zone", "UTC") not in zoneinfo.available_timezones():
        raise InvalidInput(fields={"time_zone": _("There is no such time zone. Write it as Europe/Moscow or Europe/Paris.")})
    for name, value in details.items():
        setattr(place, name, value)
    try:
        place.clean_fields()
        with transaction.atomic():
            place.save(force_insert=force_insert)
    except ValidationError as error:
        raise InvalidInput(fields={name: " ".join(texts) for name, texts in error.message_dict.items()}) from error
    except IntegrityError as error:
        if "money is booked" in str(error):
            raise BranchInUse from error
        raise BranchNameTaken(fields={"name": BranchNameTaken.default_message}) from error
    return place
