"""Recalls decided by the dentist; moved, booked and cancelled by the desk. Nothing here holds up the signature of a note."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from charting.actions.said import required, short
from charting.actions.visits import standing_visit
from charting.models import Visit
from charting.recalls import queries, rules
from charting.recalls.models import Recall, RecallKind
from charting.recalls.queries import Proposal
from clinic.history.creation import find_sent
from clinic.lib.clock import branch_day
from clinic.lib.errors import Conflict, InvalidInput, NotAllowed, NotFound, Text, check_version
from clinic.lib.ids import uuid7
from clinic.patients.models import Patient
from clinic.scheduling import actions as diary
from clinic.scheduling import queries as scheduling
from clinic.staff.models import User
from clinic.staff.roles import Permission

PAST = _("Choose a day after today, in ten years at the latest.")


class NotProposed(Conflict):
    """The rule does not propose anything after this visit: it ended, or what it goes by was taken back."""

    code = "not_proposed"
    default_message = _("The clinic's rules do not propose this after the visit any more. Nothing was recorded. Open the note again.")


class AlreadyDecided(Conflict):
    """Somebody has accepted or declined this proposal."""

    code = "already_decided"

    def __init__(self, recall: Recall) -> None:
        text = _("%(who)s has already decided this: %(words)s, %(day)s. Nothing was recorded.")
        values = {"who": recall.set_by.get_short_name(), "words": recall.words, "day": date_format(recall.due_on, "SHORT_DATE_FORMAT")}
        super().__init__(text % values, link=f"/visits/{recall.visit_id}/")


class RecallClosed(Conflict):
    """Only a recall that waits to be booked is moved, booked or cancelled."""

    code = "recall_closed"

    def __init__(self, recall: Recall) -> None:
        text = _("This recall is booked already. Nothing was changed. Move or cancel the appointment in the diary.")
        if recall.state not in ("booked", "done"):
            text = _("This recall does not hold any more. Nothing was changed. Open the list again.")
        super().__init__(text, link=f"/patients/{recall.patient_id}/")


@dataclass(frozen=True)
class Wish:
    """What is decided: a proposal of a `rule` as it stands, with another day or other words; without a rule all of it is said."""

    rule: UUID | None = None
    due_on: date | None = None
    purpose: str = ""
    kind: str = ""
    reason: str = ""


@transaction.atomic
def set_recall(*, visit: Visit, wish: Wish, actor: User, at: datetime, id: UUID | None = None) -> Recall:
    """Decide that the patient of the visit comes again; the same `id` returns the first one. An older recall of a periodic kind gives way.

    :raises NotAllowed: when the actor makes no diagnoses in the branch of the visit.
    :raises NotProposed: when the rule does not follow from the visit.
    :raises AlreadyDecided: when the proposal was accepted before.
    :raises InvalidInput: when the day is not to come, or nothing says what for.
    :raises KeyTaken: when something else bears the `id`.
    """
    _require(visit, actor)
    said = {"visit_id": visit.pk, "rule_id": wish.rule, "purpose": wish.purpose, "reason": wish.reason, "cancelled_at": None}
    sent = find_sent(Recall, id, **said, **({} if wish.rule else {"kind": wish.kind}), **({"due_on": wish.due_on} if wish.due_on else {}))
    if sent is not None:
        return sent
    _lock(visit.patient_id)
    visit = standing_visit(visit)
    values = _decided(visit, wish, at)
    if not rules.is_in_reach(values["due_on"], today=branch_day(at, visit.branch.time_zone)):
        raise InvalidInput(fields={"due_on": PAST})
    recall = _create(visit, id, {**values, "set_at": at, "set_by": actor})
    _replace_older(recall, actor, at)
    return recall


def may_decide(visit: Visit, user: User) -> bool:
    """Whether the person decides about recalls after the visit: in its branch, and where they work now."""
    return user.may(Permission.DIAGNOSE) and Permission.DIAGNOSE in user.permissions_in(visit.branch)


def _require(visit: Visit, actor: User) -> None:
    """:raises NotAllowed:"""
    if not may_decide(visit, actor):
        raise NotAllowed


def _lock(patient_id: UUID) -> None:
    """Decisions about one patient come one after another."""
    Patient.objects.select_for_update(no_key=True).get(pk=patient_id)


def _decided(visit: Visit, wish: Wish, at: datetime) -> dict[str, Any]:
    purpose, reason = short(wish.purpose, "purpose", 200), short(wish.reason, "reason", 300)
    if wish.rule is None:
        fields: dict[str, Text] = {} if purpose else {"purpose": _("Say what the patient comes for.")}
        fields |= {} if wish.kind in RecallKind.values else {"kind": _("Choose one of the list.")}
        fields |= {} if wish.due_on else {"due_on": PAST}
        if fields:
            raise InvalidInput(fields=fields)
        return {"kind": wish.kind, "purpose": purpose, "due_on": wish.due_on, "reason": reason}
    proposal = _proposed(visit, wish.rule, at)
    if proposal.decided is not None and proposal.decided.cancelled_at is None:
        raise AlreadyDecided(proposal.decided)
    return {**_by_rule(proposal), "purpose": purpose, "due_on": wish.due_on or proposal.due_on, "reason": reason}


def _proposed(visit: Visit, rule_id: UUID, at: datetime) -> Proposal:
    found = next((proposal for proposal in queries.proposals_for(visit, at) if proposal.rule.pk == rule_id), None)
    if found is None:
        raise NotProposed
    return found


def _by_rule(proposal: Proposal) -> dict[str, Any]:
    return {
        "rule": proposal.rule,
        "kind": proposal.rule.kind,
        "proposed_on": proposal.due_on,
        "diagnosis": next(iter(proposal.diagnoses), None),
        "performance": next(iter(proposal.performances), None),
    }


def _create(visit: Visit, key: UUID | None, values: Mapping[str, Any]) -> Recall:
    try:
        with transaction.atomic():
            return Recall.objects.create(id=key or uuid7(), patient=visit.patient, branch=visit.branch, visit=visit, **values)
    except IntegrityError as error:
        standing = Recall.objects.filter(visit=visit, rule=values.get("rule"), cancelled_at=None).first()
        if "charting_recall_of_rule_once" not in str(error) or standing is None:
            raise
        raise AlreadyDecided(standing) from error


def _replace_older(recall: Recall, actor: User, at: datetime) -> None:
    """Of a periodic kind a patient has one next visit: what an earlier visit asked for and nobody booked gives way to the new decision."""
    if recall.kind not in rules.PERIODIC or recall.cancelled_at is not None:
        return
    older = Recall.objects.open().filter(patient=recall.patient, kind=recall.kind).exclude(visit=recall.visit).order_by("pk")
    for row in older.select_for_update(of=("self",)):
        row.cancelled_at, row.cancelled_by, row.replaced_by = at, actor, recall
        row.save(update_fields=["cancelled_at", "cancelled_by", "replaced_by"])


@transaction.atomic
def decline_recall(*, visit: Visit, rule_id: UUID, reason: str, actor: User, at: datetime, id: UUID | None = None) -> Recall:
    """Say why what a rule proposes is not needed; the same `id` returns the first one.

    :raises NotAllowed: when the actor makes no diagnoses in the branch of the visit.
    :raises NotProposed: when the rule does not follow from the visit.
    :raises AlreadyDecided: when the proposal was accepted or declined before.
    """
    _require(visit, actor)
    text = required(reason, "reason")
    sent = find_sent(Recall, id, visit_id=visit.pk, rule_id=rule_id, cancel_reason=text)
    if sent is not None:
        return sent
    _lock(visit.patient_id)
    visit = standing_visit(visit)
    proposal = _proposed(visit, rule_id, at)
    if proposal.decided is not None:
        raise AlreadyDecided(proposal.decided)
    ended = {"cancelled_at": at, "cancelled_by": actor, "cancel_reason": text}
    return _create(visit, id, {**_by_rule(proposal), "due_on": proposal.due_on, "set_at": at, "set_by": actor, **ended})


@transaction.atomic
def move_recall(*, recall_id: UUID, version: int, due_on: date, reason: str, actor: User, at: datetime) -> Recall:
    """Give a recall another day, and say why.

    :raises RecallClosed: when it is booked or does not hold any more.
    :raises StaleVersion: when somebody changed it since `version` was read.
    """
    actor.require(Permission.DIARY_WRITE)
    text = required(reason, "reason")
    recall = _open(recall_id, version, actor)
    if not rules.is_in_reach(due_on, today=branch_day(at, recall.branch.time_zone)):
        raise InvalidInput(fields={"due_on": PAST})
    recall.due_on, recall.reason, recall.moved_at, recall.moved_by = due_on, text, at, actor
    return _saved(recall, "due_on", "reason", "moved_at", "moved_by")


@transaction.atomic
def cancel_recall(*, recall_id: UUID, version: int, reason: str, actor: User, at: datetime) -> Recall:
    """The patient is not called any more, and why.

    :raises RecallClosed: when it is booked or does not hold any more.
    :raises StaleVersion: when somebody changed it since `version` was read.
    """
    actor.require(Permission.DIARY_WRITE)
    text = required(reason, "reason")
    recall = _open(recall_id, version, actor)
    recall.cancelled_at, recall.cancelled_by, recall.cancel_reason = at, actor, text
    return _saved(recall, "cancelled_at", "cancelled_by", "cancel_reason")


@transaction.atomic
def book_recall(*, recall_id: UUID, version: int, booking: Mapping[str, Any], actor: User, at: datetime) -> Recall:
    """Book an appointment (`booking`, as the diary takes it) and tie the recall to it, both or neither; the same booking `id` is booked once.

    :raises RecallClosed: when it is booked otherwise or does not hold any more.
    :raises clinic.scheduling.actions.SlotTaken, clinic.scheduling.actions.OutsideShift: as for any booking.
    """
    actor.require(Permission.DIARY_WRITE)
    standing = _locked(recall_id, actor)
    if standing.patient_id != booking["patient_id"]:
        raise InvalidInput(fields={"patient_id": _("This recall is for another patient.")})
    if booking.get("id") and standing.appointment_id == booking["id"]:
        return standing
    recall = _open(recall_id, version, actor)
    booked = diary.book(actor=actor, at=at, **booking)
    return _tied(recall, booked.pk, actor, at)


@transaction.atomic
def link_recall(*, recall_id: UUID, version: int, appointment_id: UUID, actor: User, at: datetime) -> Recall:
    """Tie the recall to an appointment that the patient has already. Twice is once.

    :raises RecallClosed: when it is booked otherwise or does not hold any more.
    :raises InvalidInput: when the appointment is another patient's, does not stand, or is not after the visit.
    """
    actor.require(Permission.DIARY_WRITE)
    appointment = scheduling.get_appointment_for(actor, appointment_id)
    standing = _locked(recall_id, actor)
    if standing.appointment_id == appointment.pk and not standing.is_open:
        return standing
    recall = _open(recall_id, version, actor)
    if appointment.patient_id != recall.patient_id:
        raise InvalidInput(fields={"appointment_id": _("This recall is for another patient.")})
    if not appointment.is_standing or appointment.starts_at <= recall.set_at:
        raise InvalidInput(fields={"appointment_id": _("Choose an appointment that stands and comes after the visit.")})
    return _tied(recall, appointment.pk, actor, at)


def _tied(recall: Recall, appointment_id: UUID, actor: User, at: datetime) -> Recall:
    recall.appointment_id, recall.booked_at, recall.booked_by = appointment_id, at, actor
    return _saved(recall, "appointment", "booked_at", "booked_by")


def _locked(recall_id: UUID, actor: User) -> Recall:
    """:raises NotFound: when there is none, or the actor writes the diary of another branch only."""
    rows = Recall.objects.select_for_update(of=("self",)).select_related("branch", "visit", "rule", "appointment", "patient", "set_by")
    found = rows.filter(pk=recall_id).first()
    if found is None or Permission.DIARY_WRITE not in actor.permissions_in(found.branch):
        raise NotFound
    return found


def _open(recall_id: UUID, version: int, actor: User) -> Recall:
    recall = _locked(recall_id, actor)
    if not recall.is_open:
        raise RecallClosed(recall)
    check_version(recall, version)
    return recall


def _saved(recall: Recall, *fields: str) -> Recall:
    recall.save(update_fields=fields)
    return queries.recalls_of(recall.patient).get(pk=recall.pk)
