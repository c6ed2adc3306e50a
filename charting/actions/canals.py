"""Root canals: measured, filled, corrected by the next record, marked as entered in error."""

from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from charting import canals, notation, queries, rules, teeth, words
from charting.actions.meanwhile import hold_teeth, refuse_if_charted
from charting.actions.said import NotOpen, is_marked, required
from charting.actions.visits import visit_for
from charting.models import CanalQuality, CanalRecord, Obturation, Procedure, Visit
from charting.models.canals import LONGEST, MOST_TAPER, SHORTEST, SIZES
from clinic.history.creation import find_sent
from clinic.lib.errors import Conflict, InvalidInput
from clinic.lib.ids import uuid7
from clinic.patients.models import Patient
from clinic.staff.models import User
from clinic.staff.roles import Permission

TEXTS = {"reference": 80, "material": 80, "note": 300}


class CanalCorrectedMeanwhile(Conflict):
    """Somebody else wrote the next record of the canal."""

    code = "canal_corrected_meanwhile"
    default_message = _("Somebody has entered this canal meanwhile. Reload the chart, compare, and enter it again if it is still wrong.")


@transaction.atomic
def record_canal(
    *,
    patient: Patient,
    tooth: int,
    canal: str,
    length_mm: Decimal,
    actor: User,
    at: datetime,
    procedure: Procedure | None = None,
    visit: Visit | None = None,
    replaces: CanalRecord | None = None,
    id: UUID | None = None,
    seen_at: datetime | None = None,
    **details: Any,
) -> CanalRecord:
    """Note how a canal was measured, prepared and filled; `replaces` is the record that this one corrects or goes on with.

    :raises InvalidInput: when the tooth has no such canal, the length cannot be, or it belongs to neither act nor visit.
    :raises CanalCorrectedMeanwhile: when the record to be replaced is not the standing one any more, or the canal has one already.
    """
    actor.require(Permission.CHART_WRITE)
    sent = {
        "tooth": tooth,
        "canal": canal,
        "length_mm": length_mm,
        "procedure_id": procedure.pk if procedure else None,
        "replaces_id": replaces.pk if replaces else None,
        **_details(details),
    }
    _refuse_impossible(sent)
    hold_teeth(patient.pk)
    known = find_sent(CanalRecord, id, patient_id=patient.pk, **sent)
    if known is not None:
        return known
    refuse_if_charted(patient=patient, teeth=[tooth], seen_at=seen_at, actor=actor)
    held_act = Procedure.objects.select_for_update(no_key=True).get(pk=procedure.pk) if procedure else None
    _refuse_foreign(patient, tooth, held_act, replaces)
    if tooth in queries.teeth_at(patient, at).not_there:
        raise InvalidInput(fields={"tooth": _("Tooth %(tooth)s is not in the mouth on this day.") % {"tooth": notation.code(tooth)}})
    held = visit_for(patient, visit, actor, at)
    if held is None and procedure is None:
        raise InvalidInput(fields={"procedure": _("Open a visit first, or choose the root canal treatment that this canal belongs to.")})
    _refuse_second(patient, sent, replaces)
    recorded_at = max(at, replaces.recorded_at) if replaces else at
    return _create(id, patient, {**sent, "visit": held, "recorded_at": recorded_at, "recorded_by": actor})


def _create(key: UUID | None, patient: Patient, values: dict[str, Any]) -> CanalRecord:
    try:
        with transaction.atomic():
            return CanalRecord.objects.create(id=key or uuid7(), patient=patient, **values)
    except IntegrityError as error:
        if "charting_canal_replaced_once" not in str(error):
            raise
        raise CanalCorrectedMeanwhile from error


def _details(details: Mapping[str, Any]) -> dict[str, Any]:
    """Every field beside the length, trimmed."""
    texts = {name: str(details.get(name) or "").strip() for name in (*TEXTS, "method", "quality")}
    return {**texts, "file_size": details.get("file_size"), "taper": details.get("taper")}


def _refuse_impossible(sent: Mapping[str, Any]) -> None:
    """:raises InvalidInput: with every field that cannot be."""
    fields: dict[str, Any] = {name: _("At most %(limit)s characters.") % {"limit": most} for name, most in TEXTS.items() if len(sent[name]) > most}
    known = teeth.TEETH.get(sent["tooth"])
    if known is None:
        fields["tooth"] = words.problem_text(rules.Problem("no_such_tooth", values={"tooth": sent["tooth"]}))
    elif sent["canal"] not in known.canals:
        fields["canal"] = _("Tooth %(tooth)s has no canal “%(canal)s”.") % {"tooth": notation.code(known.number), "canal": sent["canal"]}
    if not _is_length(sent["length_mm"]):
        fields["length_mm"] = _("A working length is 5 to 40 mm, by half millimetres.")
    fields |= _wrong_file(sent["file_size"], sent["taper"]) | _wrong_filling(sent)
    if fields:
        raise InvalidInput(" ".join(str(text) for text in fields.values()), fields=fields)


def _wrong_file(size: int | None, taper: int | None) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if size is not None and not SIZES[0] <= size <= SIZES[1]:
        fields["file_size"] = _("ISO sizes of files go from 6 to 140.")
    if taper is not None and (size is None or not 0 <= taper <= MOST_TAPER):
        fields["taper"] = _("A taper is 0 to 12 per cent, of the file beside it.")
    return fields


def _wrong_filling(sent: Mapping[str, Any]) -> dict[str, Any]:
    known = {"method": Obturation.values, "quality": CanalQuality.values}
    fields: dict[str, Any] = {name: _("Choose one of the list.") for name, values in known.items() if sent[name] not in ("", *values)}
    if not sent["method"] and (sent["quality"] or sent["material"]):
        fields["method"] = _("Say how the canal was filled, or leave material and quality out.")
    return fields


def _is_length(length: Decimal) -> bool:
    try:
        return SHORTEST <= length <= LONGEST and (length * 2) == (length * 2).to_integral_value(ROUND_FLOOR)
    except InvalidOperation:
        return False


def _refuse_foreign(patient: Patient, tooth: int, procedure: Procedure | None, replaces: CanalRecord | None) -> None:
    if procedure is not None and (
        procedure.patient_id != patient.pk or procedure.service.chart_effect != "root_canal" or not procedure.teeth.filter(tooth=tooth).exists()
    ):
        raise InvalidInput(fields={"procedure": _("This is no root canal treatment of this tooth.")})
    if replaces is not None and replaces.patient_id != patient.pk:
        raise InvalidInput(fields={"replaces": _("This record belongs to another patient.")})


def _refuse_second(patient: Patient, sent: Mapping[str, Any], replaces: CanalRecord | None) -> None:
    """A canal has one standing record in one treatment: whoever did not see it is told, whoever saw it replaces it."""
    stand = [row for row in canals.of_patient(patient, sent["tooth"]) if row.canal == sent["canal"]]
    if replaces is None and any(row.procedure_id == sent["procedure_id"] for row in stand):
        raise CanalCorrectedMeanwhile
    if replaces is not None and (replaces.tooth, replaces.canal) != (sent["tooth"], sent["canal"]):
        raise InvalidInput(fields={"replaces": _("A record is corrected by one of the same canal.")})
    if replaces is not None and replaces not in stand:
        raise CanalCorrectedMeanwhile


@transaction.atomic
def mark_canal_in_error(*, record: CanalRecord, actor: User, at: datetime, reason: str, seen_at: datetime | None = None) -> CanalRecord:
    """The record was never so: it leaves the chart and stays in history with the reason. The same mark twice is one.

    :raises NotOpen: when it was corrected before, or marked by another or for another reason.
    :raises ChartedMeanwhile: when somebody else charted its tooth since `seen_at`.
    """
    actor.require(Permission.CHART_WRITE)
    text = required(reason, "reason")
    locked = CanalRecord.objects.select_for_update().get(pk=record.pk)
    if is_marked(locked.in_error_at, by=locked.in_error_by_id == actor.pk and locked.error_reason == text):
        return locked
    if CanalRecord.objects.filter(replaces=locked, in_error_at=None).exists():
        raise NotOpen
    refuse_if_charted(patient=locked.patient, teeth=[locked.tooth], seen_at=seen_at, actor=actor)
    locked.in_error_at, locked.in_error_by, locked.error_reason = at, actor, text
    locked.save(update_fields=["in_error_at", "in_error_by", "error_reason"])
    locked.refresh_from_db(fields=["version"])
    return locked
