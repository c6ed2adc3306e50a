"""Break the glass: whoever is not of the treating team says why before the record opens, and the lawyer reads it.

`BREAK_GLASS` says how strict the clinic is. `team`: whoever reads clinical records is asked, unless the patient is or was booked with them,
treated or planned for by them, or is their own; an assistant is also of the team of whom the branch sees that day. `branches`: only who
works in branches to which the patient has never come. `off`: nobody. Administrators, managers and lawyers of the patient's branches are not
asked in any of them. A restricted record asks everybody but the legal desk of the patient's branches.
"""

from collections.abc import Collection, Sequence
from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.history import context
from clinic.history.actions import record_view, record_view_once
from clinic.lib.errors import DomainError, InvalidInput
from clinic.lib.ids import uuid7
from clinic.lib.incoming import is_invisible
from clinic.patients.access_models import BrokenGlass, Rectification, Restriction, Why
from clinic.patients.models import Patient
from clinic.patients.ties import TIES
from clinic.staff.models import Branch, RoleGrant, User
from clinic.staff.roles import Permission, Role, permissions_of

OPEN_FOR = timedelta(hours=12)
HALF_A_DAY = timedelta(hours=12)
HELPING = {Role.ASSISTANT}
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
    return reasons_needed(user, [patient], {patient.pk} if is_restricted else set()).get(patient.pk)


def reasons_needed(user: User, patients: Sequence[Patient], restricted: Collection[UUID]) -> dict[UUID, Why]:
    """For which of the patients this person must give a reason, and why; `restricted` are those whose record is.

    A role counts only when it reaches a branch to which the patient has come. Whoever reads no clinical records where they work now is not asked.
    """
    held = [patient for patient in patients if patient.pk in restricted]
    legal = _came_to(held, user.branches_where(Permission.HISTORY_SEARCH)) if held else set()
    needed = {patient.pk: Why.RESTRICTED for patient in held if patient.pk not in legal}
    if settings.BREAK_GLASS == "off" or not user.may(Permission.CLINICAL_VIEW):
        return needed
    others = [patient for patient in patients if patient.pk not in needed and patient.responsible_dentist_id != user.pk]
    is_strict = settings.BREAK_GLASS == "team"
    excusing = NOT_ASKED if is_strict else NOT_ASKED | TREATING
    branches = [branch for branch in user.branches if user.roles_reaching(branch) & excusing]
    team = _came_to(others, branches, treated_by=user)
    outside = [patient for patient in others if patient.pk not in team]
    helped = _helped_today(user, outside) if is_strict and outside else set()
    return needed | {patient.pk: Why.OUTSIDE for patient in outside if patient.pk not in helped}


def open_to(user: User, patients: Sequence[Patient]) -> list[Patient]:
    """Those of the patients whose record opens to this person without a reason."""
    restricted = set(Restriction.objects.filter(patient__in=patients, ended_at=None).values_list("patient_id", flat=True))
    needed = reasons_needed(user, patients, restricted)
    return [patient for patient in patients if patient.pk not in needed]


def closed_to(user: User, keys: Collection[UUID]) -> set[UUID]:
    """Those of the patients whose record asks this person for a reason that they have not given; nobody's for a legal desk of all branches."""
    if not keys or reads_everywhere(user):
        return set()
    given = BrokenGlass.objects.filter(user=user, patient__in=keys, until__gt=timezone.now()).values_list("patient_id", flat=True)
    asked = list(Patient.objects.filter(pk__in=keys).exclude(pk__in=given))
    opened = {patient.pk for patient in open_to(user, asked)}
    return {patient.pk for patient in asked} - opened


def reads_everywhere(user: User) -> bool:
    """Whether the person is of the legal desk of all branches, whom no record asks for a reason."""
    return Permission.HISTORY_SEARCH in permissions_of(user.roles_reaching(None))


def _came_to(patients: Sequence[Patient], branches: list[Branch], *, treated_by: User | None = None) -> set[UUID]:
    """The patients who belong to one of the branches, or of whom something took place there, or is by this person."""
    keys = [branch.pk for branch in branches]
    here = {patient.pk for patient in patients if patient.branch_id in keys}
    others = [patient.pk for patient in patients if patient.pk not in here]
    by_person = " OR ".join(
        f"EXISTS (SELECT FROM {tie.table} WHERE patient_id = p.id"
        f" AND ({' OR '.join(f'{column} = %(user)s' for column in tie.people)} OR {tie.branch} = ANY(%(branches)s)))"
        for tie in TIES
    )
    if not others or not by_person or not (keys or treated_by):
        return here
    return here | _those(others, by_person, {"user": treated_by.pk if treated_by else None, "branches": keys})


def _helped_today(user: User, patients: Sequence[Patient]) -> set[UUID]:
    """The patients booked within half a day in a branch where the person assists: a helper is named in few appointments."""
    branches = [branch.pk for branch in user.branches if user.roles_reaching(branch) & HELPING]
    near = " OR ".join(
        f"EXISTS (SELECT FROM {tie.table} WHERE patient_id = p.id"
        f" AND {tie.branch} = ANY(%(branches)s) AND {tie.starts} BETWEEN %(from)s AND %(until)s)"
        for tie in TIES
        if tie.starts
    )
    if not (branches and near):
        return set()
    now = timezone.now()
    return _those([patient.pk for patient in patients], near, {"branches": branches, "from": now - HALF_A_DAY, "until": now + HALF_A_DAY})


def _those(keys: list[UUID], condition: str, values: dict[str, Any]) -> set[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT p.id FROM unnest(%(patients)s) p (id) WHERE {condition}", {"patients": keys, **values})  # noqa: S608 - our own words
        return {key for (key,) in cursor.fetchall()}


@transaction.atomic
def give_reason(*, user: User, patient_id: UUID, reason: str, at: datetime, why: Why | None = None) -> BrokenGlass:
    """Open the record to the person for `OPEN_FOR`; the reason stands in the patient's history.

    :raises InvalidInput: without a reason in words.
    """
    text = " ".join(reason.split())
    if len(text) < 5 or len(text) > 500 or is_invisible(text):
        raise InvalidInput(fields={"reason": _("Say in words why you need this record (5 to 500 signs).")})
    is_restricted = Restriction.objects.filter(patient_id=patient_id, ended_at=None).exists()
    why = why or (Why.RESTRICTED if is_restricted else Why.OUTSIDE)
    return BrokenGlass.objects.create(id=uuid7(), patient_id=patient_id, user=user, why=why, reason=text, opened_at=at, until=at + OPEN_FOR)


def broken_glass(user: User) -> QuerySet[BrokenGlass]:
    """Reasons, the newest first, for the lawyer: everybody's, or those about patients or by people of the lawyer's own branches.

    :raises NotAllowed: without HISTORY_SEARCH.
    """
    user.require(Permission.HISTORY_SEARCH)
    found = BrokenGlass.objects.select_related("patient", "user").order_by("-opened_at", "-pk")
    if reads_everywhere(user):
        return found
    own = user.branches_where(Permission.HISTORY_SEARCH)
    return found.filter(Q(patient__branch__in=own) | Q(user__in=RoleGrant.objects.filter(branch__in=own).values("user")))


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
