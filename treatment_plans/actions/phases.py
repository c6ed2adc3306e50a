"""Phases of an open alternative: added, named, put in order, taken out when empty."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from clinic.history.creation import find_sent
from clinic.lib.errors import Conflict, InvalidInput, NotFound, StaleVersion
from clinic.lib.ids import uuid7
from clinic.staff.models import User
from clinic.staff.roles import Permission
from treatment_plans.actions import common
from treatment_plans.models import Alternative, Phase


class PhaseNeeded(Conflict):
    code = "phase_needed"
    default_message = _("Only an empty phase can be taken out, and one phase stays. Move its lines to another phase first.")


@transaction.atomic
def add_phase(*, alternative_id: UUID, title: str, actor: User, at: datetime, id: UUID | None = None) -> Phase:
    """Add a phase after the last one; without a title its number names it."""
    actor.require(Permission.PLAN_WRITE)
    first = find_sent(Phase, id, alternative_id=alternative_id, title=title)
    if first is not None:
        return first
    alternative = common.lock_open(alternative_id)
    position = (alternative.phases.aggregate(last=Max("position"))["last"] or 0) + 1
    return Phase.objects.create(
        id=id or uuid7(),
        alternative=alternative,
        patient_id=alternative.patient_id,
        title=common.clean_title(title, is_optional=True),
        position=position,
        created_at=at,
    )


@transaction.atomic
def rename_phase(*, phase_id: UUID, version: int, title: str, actor: User, at: datetime) -> Phase:
    """Name a phase of an open alternative anew.

    :raises StaleVersion: when somebody changed it since it was read.
    :raises AlternativeDecided: when the alternative is decided.
    """
    actor.require(Permission.PLAN_WRITE)
    alternative, phase = _lock(phase_id)
    if phase.version != version:
        raise StaleVersion
    phase.title = common.clean_title(title, is_optional=True)
    phase.save(update_fields=["title"])
    phase.refresh_from_db(fields=["version"])
    common.touch(alternative, actor=actor, at=at)
    return phase


@transaction.atomic
def move_phase(*, phase_id: UUID, position: int, actor: User, at: datetime) -> Phase:
    """Put a phase at a place in the order, counted from one; the others close up. Where it stands already: nothing changes.

    :raises InvalidInput: when there is no such place.
    :raises AlternativeDecided: when the alternative is decided.
    """
    actor.require(Permission.PLAN_WRITE)
    alternative, phase = _lock(phase_id)
    others = list(alternative.phases.select_for_update(no_key=True).exclude(pk=phase.pk).order_by("position"))
    if not 1 <= position <= len(others) + 1:
        raise InvalidInput(fields={"position": _("Choose a place among the phases.")})
    if position != phase.position:
        _number([*others[: position - 1], phase, *others[position - 1 :]])
        common.touch(alternative, actor=actor, at=at)
    phase.refresh_from_db(fields=["version"])
    return phase


@transaction.atomic
def remove_phase(*, phase_id: UUID, version: int, actor: User, at: datetime) -> None:
    """Take an empty phase out of an open alternative; lines that were taken out before stay in the alternative. The history keeps it.

    :raises StaleVersion: when somebody changed it since it was read.
    :raises PhaseNeeded: when lines stand in it, or when it is the only one.
    :raises AlternativeDecided: when the alternative is decided.
    """
    actor.require(Permission.PLAN_WRITE)
    alternative, phase = _lock(phase_id)
    if phase.version != version:
        raise StaleVersion
    others = list(alternative.phases.select_for_update(no_key=True).exclude(pk=phase.pk).order_by("position"))
    if not others or phase.items.filter(cancelled_at=None).exists():
        raise PhaseNeeded
    for item in phase.items.select_for_update(no_key=True).order_by("pk"):
        item.phase = None
        item.save(update_fields=["phase"])
    phase.delete()
    _number(others)
    common.touch(alternative, actor=actor, at=at)


def _number(phases: Sequence[Phase]) -> None:
    """Positions from one, in this order."""
    for place, row in enumerate(phases, start=1):
        if row.position != place:
            row.position = place
            row.save(update_fields=["position"])


def _lock(phase_id: UUID) -> tuple[Alternative, Phase]:
    found = Phase.objects.filter(pk=phase_id).values_list("alternative_id", flat=True).first()
    if found is None:
        raise NotFound
    alternative = common.lock_open(found)
    return alternative, Phase.objects.select_for_update(no_key=True).get(pk=phase_id)
