"""Diagnoses: recorded, ranked within their visit, or marked as entered in error."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from charting import queries, rules, words
from charting.actions.meanwhile import refuse_if_charted
from charting.actions.said import NotOpen, is_marked, required, short
from charting.actions.visits import visit_for
from charting.models import Diagnosis, DiagnosisRank, DiagnosisRanking, Finding, Visit
from clinic.history.creation import find_sent
from clinic.lib.errors import InvalidInput, KeyTaken
from clinic.lib.ids import uuid7
from clinic.patients.models import Patient
from clinic.staff.models import User
from clinic.staff.roles import Permission


@transaction.atomic
def record_diagnosis(
    *, patient: Patient, code: str, actor: User, at: datetime, finding: Finding | None = None, tooth: int | None = None,
    visit: Visit | None = None, note: str = "", rank: str = "", id: UUID | None = None, seen_at: datetime | None = None,
) -> Diagnosis:  # fmt: skip
    """Give an ICD-10 code to a finding, a tooth or the mouth. The same `id` twice is one diagnosis.

    In a visit it has a `rank`: the one given, else the first diagnosis is the main one and the others are secondary.
    A new main diagnosis makes the one before secondary.

    :raises ClosedCode: when the code is not in force on the branch's day.
    :raises InvalidInput: when it cannot be, for example a rank outside a visit.
    :raises ChartedMeanwhile: when somebody else charted the tooth since `seen_at`, the instant of the chart that the sender saw.
    :raises NotOpen: when the finding was entered in error.
    """
    actor.require(Permission.DIAGNOSE)
    number = finding.tooth if finding is not None else tooth
    sent = {"finding_id": finding.pk if finding else None, "tooth": number, "note": note}
    sent |= ({"rank": rank} if rank else {}) | ({"visit_id": visit.pk} if visit else {})
    known = find_sent(Diagnosis, id, patient_id=patient.pk, **sent)
    if known is not None:
        return _same_code(known, code)
    if finding is not None and finding.patient_id != patient.pk:
        raise InvalidInput(fields={"finding": _("This finding belongs to another patient.")})
    if finding is not None and finding.in_error_at is not None:
        raise NotOpen
    refuse_if_charted(patient=patient, teeth=[] if number is None else [number], seen_at=seen_at, actor=actor)
    words.refuse(rules.place_problems(rules.Place(number)) if number is not None else [])
    visit = visit_for(patient, visit, actor, at)
    rank = _rank_in(visit, rank)
    if visit and rank == DiagnosisRank.MAIN:
        _make_secondary(visit, actor, at)
    diagnosis = Diagnosis.objects.create(
        id=id or uuid7(),
        patient=patient,
        visit=visit,
        finding=finding,
        tooth=number,
        code=queries.code_on(code, queries.branch_day_of(patient, at)),
        rank=rank,
        note=short(note, "note", 500),
        made_at=at,
        made_by=actor,
    )
    if rank:
        _note_rank(diagnosis, actor, at)
    return diagnosis


def _same_code(known: Diagnosis, code: str) -> Diagnosis:
    """:raises KeyTaken: when the first request gave another code."""
    if known.code.code.lower() != code.strip().lower():
        raise KeyTaken
    return known


def _rank_in(visit: Visit | None, rank: str) -> str:
    if rank not in ("", *DiagnosisRank.values):
        raise InvalidInput(fields={"rank": _("Choose main, secondary or complication.")})
    if visit is None:
        if rank:
            raise InvalidInput(fields={"rank": _("A diagnosis has a rank within a visit only. Begin the visit first.")})
        return ""
    return rank or (DiagnosisRank.SECONDARY if _standing_main(visit) else DiagnosisRank.MAIN)


def _standing_main(visit: Visit) -> Diagnosis | None:
    return Diagnosis.objects.select_for_update(of=("self",)).filter(visit=visit, rank=DiagnosisRank.MAIN, in_error_at=None).first()


def _make_secondary(visit: Visit, actor: User, at: datetime) -> None:
    main = _standing_main(visit)
    if main is not None:
        _set_rank(main, DiagnosisRank.SECONDARY, actor, at)


def _set_rank(diagnosis: Diagnosis, rank: str, actor: User, at: datetime) -> None:
    diagnosis.rank = rank
    diagnosis.save(update_fields=["rank"])
    _note_rank(diagnosis, actor, at)


def _note_rank(diagnosis: Diagnosis, actor: User, at: datetime) -> None:
    DiagnosisRanking.objects.create(diagnosis=diagnosis, patient_id=diagnosis.patient_id, rank=diagnosis.rank, ranked_at=at, ranked_by=actor)


@transaction.atomic
def rank_diagnosis(*, diagnosis: Diagnosis, rank: str, actor: User, at: datetime) -> Diagnosis:
    """Say what a diagnosis is to its visit; a new main one makes the one before secondary. To the rank it has: nothing changes.

    :raises InvalidInput: when there is no such rank, or the diagnosis belongs to no visit.
    :raises VisitSigned: when the note is signed: its ranks are what was signed.
    :raises NotOpen: when the diagnosis was entered in error.
    """
    actor.require(Permission.DIAGNOSE)
    if not rank:
        raise InvalidInput(fields={"rank": _("Choose main, secondary or complication.")})
    visit = visit_for(diagnosis.patient, diagnosis.visit, actor, at) if diagnosis.visit else None
    _rank_in(visit, rank)
    locked = Diagnosis.objects.select_for_update(of=("self",)).select_related("code").get(pk=diagnosis.pk)
    if locked.in_error_at is not None:
        raise NotOpen
    if visit and locked.rank != rank:
        if rank == DiagnosisRank.MAIN:
            _make_secondary(visit, actor, at)
        _set_rank(locked, rank, actor, at)
        locked.refresh_from_db(fields=["version"])
    return locked


@transaction.atomic
def withdraw_diagnosis(*, diagnosis: Diagnosis, actor: User, at: datetime, reason: str) -> Diagnosis:
    """The diagnosis was entered in error; it stays in history with the reason. The same mark twice is one.

    :raises NotOpen: when it was withdrawn before by another or for another reason.
    """
    actor.require(Permission.DIAGNOSE)
    text = required(reason, "reason")
    locked = Diagnosis.objects.select_for_update().get(pk=diagnosis.pk)
    if is_marked(locked.in_error_at, by=locked.in_error_by_id == actor.pk and locked.error_reason == text):
        return locked
    locked.in_error_at, locked.in_error_by, locked.error_reason = at, actor, text
    locked.save(update_fields=["in_error_at", "in_error_by", "error_reason"])
    return locked
