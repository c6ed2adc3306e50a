"""One gesture: finding, diagnosis and proposed act together or not at all; taken back together as visible corrections."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from charting import catalogue, combinations, queries, rules, teeth, words
from charting.actions.diagnoses import record_diagnosis, withdraw_diagnosis
from charting.actions.findings import mark_in_error, record_finding
from charting.actions.meanwhile import refuse_if_charted
from charting.actions.procedures import add_procedure, change_procedure_state
from charting.actions.said import is_marked, required
from charting.models import Combination, CombinedEntry
from clinic.history.creation import check_first, find_sent
from clinic.lib.errors import Conflict, InvalidInput, NotAllowed, NotFound, check_version
from clinic.lib.ids import uuid7
from clinic.patients.models import Patient
from clinic.staff.models import User
from clinic.staff.reach import require_everywhere
from clinic.staff.roles import Permission

FIELDS = ("title_ru", "title_fr", "title_en", "kind", "severity", "diagnosis", "effect", "service_id", "position", "is_offered")


class MayNotDiagnose(NotAllowed):
    """The gesture makes a diagnosis, and the person may make none."""

    code = "may_not_diagnose"
    default_message = _("This gesture makes a diagnosis, and your role makes none. Nothing was recorded: enter the finding alone.")


class NotOffered(Conflict):
    """The combination, or the act it proposes, is no longer offered."""

    code = "not_offered"
    default_message = _("The clinic no longer offers this combination, or no service for it on this tooth. Nothing was recorded.")


class CarriedOutSince(Conflict):
    """The act was moved on to where it cannot be taken back by the gesture."""

    code = "carried_out_since"
    default_message = _("The proposed act has been carried out since. Take it back first; nothing was changed.")


@transaction.atomic
def enter_combination(
    *,
    patient: Patient,
    combination: Combination,
    tooth: int,
    actor: User,
    at: datetime,
    surfaces: Collection[str] = (),
    roots: Collection[str] = (),
    note: str = "",
    again: bool = False,
    id: UUID | None = None,
    seen_at: datetime | None = None,
) -> CombinedEntry:
    """Record the finding, its diagnosis and the proposed act. The same `id` twice is one entry.

    :raises MayNotDiagnose: when the actor may chart but not diagnose.
    :raises NotOffered: when the clinic has no service for it.
    :raises ChartedMeanwhile: when somebody else charted the tooth since `seen_at`.
    :raises ClosedCode: when the ICD-10 code is not in force.
    :raises AlreadyProposed: when the tooth is to be extracted already, and a second extraction is not said to be meant (`again`).
    """
    _require(actor)
    key = id or uuid7()
    known = find_sent(CombinedEntry, key, patient_id=patient.pk, combination_id=combination.pk)
    if known is not None:
        check_first(known.finding, tooth=tooth, surfaces=list(teeth.ordered_surfaces(set(surfaces))), roots=sorted(set(roots)), note=note)
        return known
    if not combination.is_offered:
        raise NotOffered
    place = rules.Place(tooth, frozenset(surfaces), frozenset(roots))
    words.refuse(rules.place_problems(place))
    service, act_place = combinations.act_on(combination, place)
    if service is None:
        raise NotOffered
    common: dict[str, Any] = {"patient": patient, "actor": actor, "at": at}
    seen: dict[str, Any] = {"kind": combination.kind, "severity": combination.severity, "surfaces": surfaces, "roots": roots, "note": note}
    finding = record_finding(**seen, tooth=tooth, again=True, id=key, seen_at=seen_at, **common)
    diagnosis = record_diagnosis(code=combination.diagnosis, finding=finding, **common)
    procedure = add_procedure(service=service, places=[act_place], again=again, **common)
    parts = {"finding": finding, "diagnosis": diagnosis, "procedure": procedure}
    return CombinedEntry.objects.create(id=key, patient=patient, combination=combination, made_at=at, made_by=actor, **parts)


@transaction.atomic
def undo_combination(*, entry: CombinedEntry, actor: User, at: datetime, reason: str, seen_at: datetime | None = None) -> CombinedEntry:
    """Take all three back as corrections that stay visible; what was corrected by itself meanwhile stays as it is. Twice is once.

    :raises NotOpen: when the gesture was taken back before by another or for another reason.
    :raises ChartedMeanwhile: when somebody else charted its tooth since `seen_at`.
    :raises CarriedOutSince: when the act can no longer be cancelled.
    """
    _require(actor)
    text = required(reason, "reason")
    locked = CombinedEntry.objects.select_for_update().get(pk=entry.pk)
    if is_marked(locked.undone_at, by=locked.undone_by_id == actor.pk and locked.undo_reason == text):
        return locked
    refuse_if_charted(patient=locked.patient, teeth=[locked.finding.tooth] if locked.finding.tooth else [], seen_at=seen_at, actor=actor)
    procedure = locked.procedure
    if procedure.state != "cancelled":
        if not rules.may_change(procedure.state, "cancelled"):
            raise CarriedOutSince
        change_procedure_state(procedure=procedure, state="cancelled", actor=actor, at=at, reason=text)
    if locked.diagnosis.in_error_at is None:
        withdraw_diagnosis(diagnosis=locked.diagnosis, actor=actor, at=at, reason=text)
    if locked.finding.in_error_at is None:
        mark_in_error(finding=locked.finding, actor=actor, at=at, reason=text)
    locked.undone_at, locked.undone_by, locked.undo_reason = at, actor, text
    locked.save(update_fields=["undone_at", "undone_by", "undo_reason"])
    locked.refresh_from_db()
    return locked


def _require(actor: User) -> None:
    actor.require(Permission.CHART_WRITE)
    if not actor.may(Permission.DIAGNOSE):
        raise MayNotDiagnose


@transaction.atomic
def save_combination(
    *, details: Mapping[str, Any], actor: User, combination_id: UUID | None = None, version: int | None = None, id: UUID | None = None
) -> Combination:
    """Write a new combination, or change one as it was read at `version`; a new one sent twice with its `id` is one.

    :raises InvalidInput: when the finding, degree, code or act cannot be.
    :raises StaleVersion: when somebody changed it since.
    """
    require_everywhere(actor, Permission.SETTINGS_WRITE)
    details = {**details, **({"diagnosis": details["diagnosis"].strip().upper()} if "diagnosis" in details else {})}
    sent = find_sent(Combination, id, **{name: details[name] for name in FIELDS if name in details})
    if sent is not None:
        return sent
    row = Combination.objects.select_for_update().filter(pk=combination_id).first() if combination_id else Combination(id=id or uuid7())
    if row is None:
        raise NotFound
    if combination_id:
        check_version(row, version)
    for name in FIELDS:
        setattr(row, name, details.get(name, getattr(row, name)))
    _refuse_impossible(row)
    row.save(force_insert=combination_id is None)
    row.refresh_from_db(fields=["version"])
    return row


def _refuse_impossible(row: Combination) -> None:
    errors: dict[str, Any] = {}
    try:
        row.clean_fields()
    except ValidationError as error:
        errors = {name: " ".join(texts) for name, texts in error.message_dict.items()}
    if f"finding:{row.kind}" not in catalogue.SUBJECTS:
        errors["kind"] = words.PROBLEMS["no_such_finding"] % {"kind": row.kind}
    elif row.severity and row.severity not in rules.SEVERITIES.get(row.kind, ()):
        errors["severity"] = words.PROBLEMS["no_such_severity"] % {"severity": row.severity}
    if f"effect:{row.effect}" not in catalogue.SUBJECTS:
        errors["effect"] = _("Choose one of the list.")
    elif "service" not in errors and row.service and row.service.chart_effect != row.effect:
        errors["service_id"] = _("This service draws something else on the chart.")
    if not queries.codes_on(timezone.localdate()).filter(code=row.diagnosis).exists():
        errors.setdefault("diagnosis", _("The ICD-10 dictionary has no such code in force."))
    if errors:
        raise InvalidInput(fields=errors)
