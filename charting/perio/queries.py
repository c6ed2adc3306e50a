"""Reads of periodontal exams."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils.translation import get_language

from charting import queries as charting
from charting import teeth
from charting.perio import figures, rules, staging
from charting.perio.models import PerioExam, PerioScript, PerioTooth
from clinic.lib.errors import NotFound
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.patients.rules import age_on
from clinic.staff.models import User
from clinic.staff.roles import Permission

MOST_COMPARED, MOST_OFFERED = 6, 30


def exams_of(patient: Patient) -> QuerySet[PerioExam]:
    """The patient's exams with what was measured, the latest first; without those entered in error."""
    rows = PerioExam.objects.filter(patient=patient, in_error_at=None).select_related("examined_by", "closed_by")
    return with_teeth(rows).order_by("-examined_at", "-pk")


def chosen_exams(patient: Patient, keys: Sequence[str]) -> list[PerioExam]:
    """The exams of these keys, or without keys the latest closed ones, the earliest first; a key of no exam of the patient is passed over."""
    known = {key for text in keys if (key := _key(text))}
    rows = exams_of(patient).filter(pk__in=known)[:MOST_OFFERED] if known else exams_of(patient).filter(closed_at__isnull=False)[:MOST_COMPARED]
    return list(reversed(rows))


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def with_teeth(exams: QuerySet[PerioExam]) -> QuerySet[PerioExam]:
    return exams.prefetch_related(Prefetch("teeth", PerioTooth.objects.order_by("tooth")))


def get_exam_for(user: User, exam_id: UUID, *, what: str = "perio", is_part: bool = False) -> PerioExam:
    """The exam with its patient and teeth; the look is recorded, of a screen that asks again and again (`is_part`) once in ten minutes.

    :raises NotAllowed: when the person may not see clinical records.
    :raises NotFound: when there is no such exam.
    """
    user.require(Permission.CLINICAL_VIEW)
    exam = with_teeth(PerioExam.objects.select_related("examined_by", "closed_by", "in_error_by")).filter(pk=exam_id).first()
    if exam is None:
        raise NotFound
    exam.patient = get_patient_for(user, exam.patient_id, what=what, permission=Permission.CLINICAL_VIEW, is_part=is_part)
    return exam


def reread(exam: PerioExam) -> PerioExam:
    """The exam as it stands now."""
    found = with_teeth(PerioExam.objects.select_related("examined_by", "closed_by", "in_error_by")).get(pk=exam.pk)
    found.patient = exam.patient
    return found


def mark_of(exam: PerioExam) -> str:
    """Says whether the exam and all that is measured in it are still the same: every change counts a version up."""
    return f'"{exam.version}.{sum(row.version for row in exam.teeth.all())}.{get_language()}"'


def draft_of(patient: Patient) -> PerioExam | None:
    return PerioExam.objects.filter(patient=patient, closed_at=None, in_error_at=None).first()


def latest_exams(patients: Collection[UUID]) -> list[PerioExam]:
    """The newest exam of each of these patients, by its key alone."""
    found = PerioExam.objects.filter(patient__in=patients, in_error_at=None).order_by("patient", "-examined_at", "-pk").distinct("patient")
    return list(found.only("pk", "patient_id"))


def earlier_than(exam: PerioExam, *, most: int = MOST_COMPARED - 1) -> list[PerioExam]:
    """Closed exams of the patient before this one, the latest first."""
    return list(exams_of(exam.patient).filter(closed_at__isnull=False, examined_at__lt=exam.examined_at).exclude(pk=exam.pk)[:most])


def teeth_on(patient: Patient, at: datetime) -> rules.Dentition:
    """The teeth in the mouth at the instant, as the chart and the patient's age tell."""
    mouth = charting.chart_at(patient, at).mouth
    gone = {number for number, state in mouth.presence.items() if state in ("missing", "unerupted", "impacted", "retained_root")}
    age = age_on(patient.birth_date, charting.branch_day_of(patient, at))
    marked = {mark.tooth for mark in mouth.marks if mark.tooth} | mouth.implants
    absent, primary = rules.standing(gone, marked, teeth.dentition_at_age(age))
    return rules.Dentition(frozenset(absent), mouth.implants.intersection(teeth.PERMANENT), frozenset(primary))


def dentition_of(exam: PerioExam) -> rules.Dentition:
    """The teeth in the mouth on the day of the exam, as it keeps them."""
    return rules.Dentition(frozenset(exam.absent), frozenset(exam.implants), frozenset(exam.primary))


def script_of(user: User) -> PerioScript:
    """How the person measures; the usual way as long as they chose nothing."""
    return PerioScript.objects.filter(user=user).first() or PerioScript(user=user)


def measured(exam: PerioExam) -> list[figures.ToothReading]:
    """What was measured, as plain values, in the order of the teeth's numbers."""
    return [reading(row, is_implant=row.tooth in exam.implants) for row in exam.teeth.all()]


def reading(row: PerioTooth, *, is_implant: bool) -> figures.ToothReading:
    return figures.ToothReading(
        tooth=row.tooth,
        depths=dict(zip(rules.SITES, row.depths, strict=True)),
        margins=dict(zip(rules.SITES, row.margins, strict=True)),
        flags={flag: frozenset(getattr(row, flag)) for flag in rules.FLAGS},
        mobility=row.mobility,
        furcations={entrance: getattr(row, f"furcation_{entrance.lower()}") for entrance in rules.entrances(row.tooth)},
        is_implant=is_implant,
    )


def proposal_for(exam: PerioExam) -> staging.Proposal:
    """Stage, grade and extent that the exam speaks for, with the patient's age on its day and exams of about five years before."""
    patient, day = exam.patient, charting.branch_day_of(exam.patient, exam.examined_at)
    past = [staging.Earlier(charting.branch_day_of(patient, row.examined_at), measured(row)) for row in earlier_than(exam)]
    risks = staging.Risks(
        present=len(teeth.PERMANENT) - len({*exam.absent, *exam.implants}) + len(exam.primary),
        age=age_on(patient.birth_date, day),
        bone_loss_percent=exam.bone_loss_percent,
        teeth_lost=exam.teeth_lost,
        cigarettes_a_day=exam.cigarettes_a_day,
        hba1c=exam.hba1c,
    )
    return staging.propose(measured(exam), risks, day=day, earlier=past)
