"""Writes of periodontal exams: begun, measured, closed; marked as entered in error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from charting import teeth
from charting.actions.visits import visit_for
from charting.perio import paths, queries, rules, words
from charting.perio.models import PerioExam, PerioScript, PerioTooth, ScriptMeasures, ScriptPath
from clinic.history.creation import find_sent
from clinic.lib.errors import Conflict, InvalidInput, Text, check_version
from clinic.lib.ids import uuid7
from clinic.patients.models import Patient
from clinic.staff.models import User
from clinic.staff.roles import Permission

MOST_ENTRIES = 500
LONGEST_REASON = 300
PARTICULARS = ("bone_loss_percent", "teeth_lost", "cigarettes_a_day", "hba1c", "stage", "grade", "extent", "note")


class ExamClosed(Conflict):
    """A closed exam does not change."""

    code = "exam_closed"
    default_message = _("This exam is closed and does not change. Begin a new exam to measure again.")


class NothingMeasured(Conflict):
    """An exam without one measurement cannot be closed."""

    code = "nothing_measured"
    default_message = _("Nothing has been measured yet: there is nothing to close.")


@dataclass(frozen=True)
class Sent:
    """An entry as a screen sends it; `seen` is the value that stood there, in a tuple of one, or () when the screen does not say."""

    entry: rules.Entry
    seen: tuple[rules.Value] | tuple[()] = ()


@dataclass(frozen=True)
class Clash:
    """Somebody measured the same place meanwhile: nothing was changed there; the person chooses."""

    entry: rules.Entry
    stands: rules.Value


@transaction.atomic
def begin_exam(*, patient: Patient, actor: User, at: datetime, id: UUID | None = None) -> PerioExam:
    """Begin an exam, or go on with the patient's draft: its absent teeth and implants then follow the chart anew.

    :raises KeyTaken: when the key belongs to another patient's exam.
    """
    actor.require(Permission.CHART_WRITE)
    known = find_sent(PerioExam, id, patient_id=patient.pk)
    if known is not None:
        return known
    found = queries.teeth_on(patient, at)
    try:
        with transaction.atomic():
            return PerioExam.objects.create(
                id=id or uuid7(),
                patient=patient,
                visit=visit_for(patient, None, actor, at),
                examined_at=at,
                examined_by=actor,
                absent=sorted(found.absent),
                implants=sorted(found.implants),
                primary_teeth=sorted(found.primary),
            )
    except IntegrityError:
        draft = PerioExam.objects.select_for_update().filter(patient=patient, closed_at=None, in_error_at=None).first()
        if draft is None:
            raise
    return _follow_chart(draft, found)


def _follow_chart(draft: PerioExam, found: rules.Dentition) -> PerioExam:
    """Teeth that were measured stay in the exam, whatever the chart says of them since."""
    taken = set(draft.teeth.values_list("tooth", flat=True))
    places = {number for number in taken if number in teeth.PERMANENT}
    absent, implants = sorted(found.absent - taken), sorted(found.implants)
    primary = sorted({number for number in found.primary if teeth.TEETH[number].successor not in places} | taken.intersection(teeth.PRIMARY))
    if (draft.absent, draft.implants, draft.primary_teeth) != (absent, implants, primary):
        draft.absent, draft.implants, draft.primary_teeth = absent, implants, primary
        draft.save(update_fields=["absent", "implants", "primary_teeth"])
        draft.refresh_from_db(fields=["version"])
    return draft


@transaction.atomic
def record_entries(*, exam: PerioExam, entries: Sequence[Sent], actor: User) -> list[Clash]:
    """Measure; the same entry twice is the same value. All are refused when one is impossible.

    Returns the entries where another value stands than the screen had seen: those were left as they stand.

    :raises ExamClosed: when the exam is closed or marked as entered in error.
    :raises InvalidInput: when a measurement cannot be, in words under `entries.N`.
    """
    actor.require(Permission.CHART_WRITE)
    draft = _draft(exam)
    _check(draft, entries)
    rows = {row.tooth: row for row in PerioTooth.objects.select_for_update().filter(exam=draft, tooth__in={sent.entry.tooth for sent in entries})}
    clashes, changed = [], set()
    for sent in entries:
        entry = sent.entry
        row = rows.setdefault(entry.tooth, _empty(draft, entry.tooth))
        stands = value_at(row, entry.measure, entry.place)
        if stands == entry.value:
            continue
        if sent.seen and sent.seen[0] != stands:
            clashes.append(Clash(entry, stands))
            continue
        _put(row, entry)
        changed.add(entry.tooth)
    for number in sorted(changed):
        rows[number].save()
    return clashes


def _check(exam: PerioExam, entries: Sequence[Sent]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise InvalidInput(_("Send at most %(count)s measurements at once.") % {"count": MOST_ENTRIES})
    dentition = queries.dentition_of(exam)
    found = {place: rules.problem_of(sent.entry, dentition) for place, sent in enumerate(entries)}
    fields = {f"entries.{place}": words.problem_text(problem) for place, problem in found.items() if problem}
    if fields:
        raise InvalidInput(" ".join(dict.fromkeys(fields.values())), fields=fields)


def _empty(exam: PerioExam, tooth: int) -> PerioTooth:
    nothing = [None] * len(rules.SITES)
    return PerioTooth(exam=exam, patient_id=exam.patient_id, tooth=tooth, depths=list(nothing), margins=list(nothing))


def value_at(row: PerioTooth, measure: str, place: str) -> rules.Value:
    """What stands at a place of a tooth."""
    if measure in ("depth", "margin"):
        numbers: list[int | None] = getattr(row, f"{measure}s")
        return numbers[rules.SITES.index(place)]
    if measure in rules.FLAGS:
        return place in getattr(row, measure)
    value: rules.Value = getattr(row, _column(measure, place))
    return value


def _column(measure: str, place: str) -> str:
    return f"{measure}_{place.lower()}" if place else measure


def _put(row: PerioTooth, entry: rules.Entry) -> None:
    if entry.measure in ("depth", "margin"):
        getattr(row, f"{entry.measure}s")[rules.SITES.index(entry.place)] = entry.value
    elif entry.measure in rules.FLAGS:
        marked = {*getattr(row, entry.measure), entry.place} if entry.value else {*getattr(row, entry.measure)} - {entry.place}
        setattr(row, entry.measure, [site for site in rules.SITES if site in marked])
    else:
        setattr(row, _column(entry.measure, entry.place), entry.value)


@transaction.atomic
def describe_exam(*, exam: PerioExam, version: int, actor: User, particulars: Mapping[str, Any]) -> PerioExam:
    """Say what is known besides the measurements, and what the dentist decides: `PARTICULARS`.

    :raises ExamClosed: when the exam is closed.
    :raises StaleVersion: when somebody changed it since `version`.
    """
    actor.require(Permission.CHART_WRITE)
    draft = _draft(exam)
    check_version(draft, version)
    for name in PARTICULARS:
        if name in particulars:
            setattr(draft, name, particulars[name])
    try:
        draft.clean_fields(exclude=["patient", "visit", "examined_by", "absent", "implants", "primary_teeth"])
        draft.validate_constraints(exclude=["patient"])
    except ValidationError as error:
        raise InvalidInput(fields={name: " ".join(texts) for name, texts in error.message_dict.items()}) from error
    draft.save(update_fields=list(PARTICULARS))
    draft.refresh_from_db(fields=["version"])
    return draft


@transaction.atomic
def close_exam(*, exam: PerioExam, version: int, actor: User, at: datetime) -> PerioExam:
    """Close the exam: from now on the database lets nobody change it. A repeated request answers with the closed exam.

    :raises NothingMeasured: when there is no measurement.
    :raises StaleVersion: when somebody changed its particulars since `version`.
    """
    actor.require(Permission.CHART_WRITE)
    row = PerioExam.objects.select_for_update().get(pk=exam.pk)
    if row.closed_at is not None and row.closed_by_id == actor.pk and row.in_error_at is None:
        return row
    draft = _draft(exam)
    check_version(draft, version)
    if not draft.teeth.exists():
        raise NothingMeasured
    draft.closed_at, draft.closed_by = at, actor
    draft.save(update_fields=["closed_at", "closed_by"])
    draft.refresh_from_db(fields=["version"])
    return draft


@transaction.atomic
def mark_exam_in_error(*, exam: PerioExam, actor: User, at: datetime, reason: str) -> PerioExam:
    """The exam was entered in error (another patient, a trial): it leaves every list and stays in history with the reason.

    :raises ExamClosed: when it is marked already.
    """
    actor.require(Permission.CHART_WRITE)
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise InvalidInput(fields={"reason": _("Say in up to 300 characters what was wrong.")})
    row = PerioExam.objects.select_for_update().get(pk=exam.pk)
    if row.in_error_at is not None:
        raise ExamClosed
    row.in_error_at, row.in_error_by, row.error_reason = at, actor, reason.strip()
    row.save(update_fields=["in_error_at", "in_error_by", "error_reason"])
    row.refresh_from_db(fields=["version"])
    return row


def _draft(exam: PerioExam) -> PerioExam:
    row = PerioExam.objects.select_for_update().get(pk=exam.pk)
    if not row.is_draft:
        raise ExamClosed
    return row


@transaction.atomic
def set_script(*, path: str, measures: str, runs: Sequence[str], actor: User) -> PerioScript:
    """Keep how the person measures: the next exam on any screen begins so.

    :raises InvalidInput: when there is no such path, measure or run, a run passes what another has passed, or an own path has no run.
    """
    actor.require(Permission.CHART_WRITE)
    fields: dict[str, Text] = {}
    if path not in ScriptPath.values or (path == ScriptPath.CUSTOM and not runs):
        fields["path"] = _("Choose one of the paths; your own path needs at least one run.")
    if measures not in ScriptMeasures.values:
        fields["measures"] = _("Choose depth, depth and margin, margin, or signs only.")
    problem, run = paths.problem_of(runs)
    if problem:
        fields["runs"] = words.RUN_PROBLEMS[problem] % {"run": run[:20]}
    if fields:
        raise InvalidInput(fields=fields)
    values = {"path": path, "measures": measures, "runs": list(runs)}
    try:
        with transaction.atomic():
            row, _is_new = PerioScript.objects.select_for_update().get_or_create(user=actor, defaults=values)
    except IntegrityError:
        row = PerioScript.objects.select_for_update().get(user=actor)
    if {name: getattr(row, name) for name in values} != values:
        row.path, row.measures, row.runs = path, measures, list(runs)
        row.save(update_fields=list(values))
    return row
