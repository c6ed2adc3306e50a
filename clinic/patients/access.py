"""Break the glass: whoever is not of the treating team says why before the record opens, and the lawyer reads it.

`BREAK_GLASS` says how strict the clinic is. `branches`: clinical people of other branches, to which the patient has never come, are asked.
`team`: also colleagues of the same branch who have nothing to do with the patient. `off`: nobody. A restricted record always asks.
"""

from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.history import context
from clinic.history.actions import record_view, record_view_once
from clinic.lib.errors import DomainError, InvalidInput
from clinic.lib.ids import uuid7
from clinic.patients.access_models import BrokenGlass, Rectification, Restriction, Why
from clinic.patients.models import Patient
from clinic.patients.ties import TIES
from clinic.staff.models import User
from clinic.staff.roles import Permission, Role

OPEN_FOR = timedelta(hours=12)
TREATING = {Role.DENTIST, Role.HYGIENIST, Role.ASSISTANT}
NOT_ASKED = {Role.ADMINISTRATOR, Role.MANAGER, Role.LAWYER}
PURPOSE = "break_glass"
reason_given: ContextVar[str] = ContextVar("access_reason", default="")


class ReasonRequired(DomainError):
    """The record opens after a reason was given."""

    code = "reason_required"
    status = 403
    default_message = _(
        "This patient is not treated by you. Say why you need the record: your reason is written in the patient's history and read by the lawyer."
    )

    def __init__(self, patient_id: UUID, why: Why) -> None:
        restricted = _("This record is restricted. Say why you need it: your reason is written in the patient's history and read by the lawyer.")
        super().__init__(restricted if why == Why.RESTRICTED else None, link=f"/patients/{patient_id}/open/")
        self.patient_id = patient_id


class AlreadyRestricted(DomainError):
    code = "already_restricted"
    default_message = _("This record is restricted already.")


class NotRestricted(DomainError):
    code = "not_restricted"
    default_message = _("This record is not restricted.")


def look(user: User, patient: Patient, *, what: str, restriction: Restriction | None, broken: BrokenGlass | None, is_part: bool) -> None:
    """Write the look down; of a person outside the treating team with the reason that was given.

    :raises ReasonRequired: when none was.
    """
    why = reason_needed(user, patient, is_restricted=restriction is not None)
    if why is None:
        (record_view_once if is_part else record_view)(patient_id=patient.pk, what=what)
        return
    if broken is None:
        if not reason_given.get().strip():
            raise ReasonRequired(patient.pk, why)
        broken = give_reason(user=user, patient_id=patient.pk, why=why, reason=reason_given.get(), at=timezone.now())
    current = context.current()
    with context.acting(replace(current, purpose=PURPOSE) if current else None):
        record_view(patient_id=patient.pk, what=what, detail={"reason": broken.reason, "because": broken.why})


def reason_needed(user: User, patient: Patient, *, is_restricted: bool) -> Why | None:
    """Why this person must give a reason; None when the record is theirs by their work."""
    if is_restricted and not user.may(Permission.HISTORY_SEARCH):
        return Why.RESTRICTED
    is_asked = settings.BREAK_GLASS != "off" and user.roles & TREATING and not user.roles & NOT_ASKED
    if not is_asked or patient.responsible_dentist_id == user.pk:
        return None
    branches = [branch.pk for branch in user.branches]
    if settings.BREAK_GLASS == "branches":
        return None if patient.branch_id in branches or _is_tied(user, patient, branches) else Why.OUTSIDE
    return None if _is_tied(user, patient, []) else Why.OUTSIDE


def _is_tied(user: User, patient: Patient, branches: list[UUID]) -> bool:
    """Whether something of the patient is by this person, or in one of the branches."""
    parts = [
        f"SELECT FROM {tie.table} WHERE patient_id = %(patient)s"
        f" AND ({' OR '.join(f'{column} = %(user)s' for column in tie.people)} OR {tie.branch} = ANY(%(branches)s))"
        for tie in TIES
    ]
    if not parts:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {' OR '.join(f'EXISTS ({part})' for part in parts)}",
            {"patient": patient.pk, "user": user.pk, "branches": branches},
        )
        return bool(cursor.fetchone()[0])


@transaction.atomic
def give_reason(*, user: User, patient_id: UUID, reason: str, at: datetime, why: Why | None = None) -> BrokenGlass:
    """Open the record to the person for `OPEN_FOR`; the reason stands in the patient's history.

    :raises InvalidInput: without a reason in words.
    """
    text = " ".join(reason.split())
    if len(text) < 5 or len(text) > 500:
        raise InvalidInput(fields={"reason": _("Say in words why you need this record (5 to 500 signs).")})
    is_restricted = Restriction.objects.filter(patient_id=patient_id, ended_at=None).exists()
    why = why or (Why.RESTRICTED if is_restricted else Why.OUTSIDE)
    return BrokenGlass.objects.create(id=uuid7(), patient_id=patient_id, user=user, why=why, reason=text, opened_at=at, until=at + OPEN_FOR)


def broken_glass(user: User) -> QuerySet[BrokenGlass]:
    """Everybody's reasons, the newest first, for the lawyer.

    :raises NotAllowed: without HISTORY_SEARCH.
    """
    user.require(Permission.HISTORY_SEARCH)
    return BrokenGlass.objects.select_related("patient", "user").order_by("-opened_at", "-pk")


@transaction.atomic
def restrict(*, patient_id: UUID, reason: str, actor: User, at: datetime) -> Restriction:
    """Restrict the record: from now on everybody but the legal desk gives a reason before it opens.

    :raises AlreadyRestricted: when it is.
    """
    actor.require(Permission.HISTORY_SEARCH)
    Patient.objects.select_for_update(no_key=True).get(pk=patient_id)
    if Restriction.objects.filter(patient_id=patient_id, ended_at=None).exists():
        raise AlreadyRestricted
    return Restriction.objects.create(patient_id=patient_id, reason=_said(reason), restricted_at=at, restricted_by=actor)


@transaction.atomic
def lift_restriction(*, patient_id: UUID, reason: str, actor: User, at: datetime) -> Restriction:
    """:raises NotRestricted: when there is none."""
    actor.require(Permission.HISTORY_SEARCH)
    found = Restriction.objects.select_for_update().filter(patient_id=patient_id, ended_at=None).first()
    if found is None:
        raise NotRestricted
    found.ended_at, found.ended_by, found.end_reason = at, actor, _said(reason)
    found.save(update_fields=["ended_at", "ended_by", "end_reason"])
    return found


@transaction.atomic
def rectify(*, patient_id: UUID, about: str, text: str, actor: User, at: datetime) -> Rectification:
    """Put an addendum beside what the patient wants put right; what was written before stays as it is.

    :raises InvalidInput: without words of what and how.
    """
    actor.require(Permission.HISTORY_SEARCH)
    wanted = {"about": (about.strip(), 200), "text": (text.strip(), 5000)}
    fields = {name: _("Say it in words.") for name, (value, most) in wanted.items() if not value or len(value) > most}
    if fields:
        raise InvalidInput(fields=fields)
    told = {name: value for name, (value, _most) in wanted.items()}
    return Rectification.objects.create(patient_id=patient_id, **told, written_at=at, written_by=actor)


def _said(reason: str) -> str:
    if not reason.strip() or len(reason) > 500:
        raise InvalidInput(fields={"reason": _("Say in a few words why.")})
    return reason.strip()
