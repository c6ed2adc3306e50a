"""Reads of the mouth and of visits."""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from charting import canals, catalogue, replay, rules, typed_codes
from charting.models import (
    Anaesthesia,
    CanalRecord,
    ChartSign,
    Diagnosis,
    Finding,
    FindingChange,
    NoteOutline,
    NoteTemplate,
    Performance,
    Procedure,
    ProcedureChange,
    ProcedureTooth,
    TextMacro,
    Visit,
)
from charting.signs import Sign
from clinic.history.models import Record
from clinic.history.reading import Found, attach_children, children_of, read_together
from clinic.lib.clock import branch_day
from clinic.lib.errors import DomainError, NotFound
from clinic.patients.models import Patient
from clinic.price_list.models import DictionaryCode, DictionaryKind, Service
from clinic.scheduling.models import Appointment
from clinic.staff.models import User

VISIT_OF_WHOM = _("Name the appointment or the patient of the visit.")
APPOINTMENT_OF_ANOTHER = _("This appointment is of another patient. Leave the patient out, or choose an appointment of theirs.")


class ClosedCode(DomainError):
    """The dictionary does not hold the code on that day."""

    code = "closed_code"
    default_message = _("This diagnosis code is closed or unknown on that day. Choose a code that is in force.")


@dataclass(frozen=True)
class Chart:
    """A mouth at an instant with the records behind it, the names of those who made them, and the signs in which the clinic shows them today."""

    at: datetime
    mouth: replay.Mouth
    findings: list[Finding]
    procedures: list[Procedure]
    diagnoses: list[Diagnosis]
    people: dict[UUID | None, str]
    signs: dict[str, Sign]
    canals: list[CanalRecord]


def moments_of(chart: Chart) -> Iterator[datetime]:
    """Every instant, up to the chart's, at which something of it was noted or changed."""
    for finding in chart.findings:
        yield finding.noted_at
        yield from (change.changed_at for change in children_of(finding, "changes") if change.changed_at <= chart.at)
    for procedure in chart.procedures:
        yield procedure.recorded_at
        yield from (change.changed_at for change in children_of(procedure, "changes") if change.changed_at <= chart.at)
    yield from (diagnosis.made_at for diagnosis in chart.diagnoses)


OF_PATIENT = "t.patient_id = %(patient)s"
CHART: dict[type[Record], str] = {
    Finding: f"{OF_PATIENT} AND t.in_error_at IS NULL AND t.noted_at <= %(at)s ORDER BY t.noted_at, t.id",
    FindingChange: f"{OF_PATIENT} ORDER BY t.id",
    Procedure: f"{OF_PATIENT} AND t.recorded_at <= %(at)s ORDER BY t.recorded_at, t.id",
    ProcedureTooth: f"{OF_PATIENT} ORDER BY t.tooth",
    ProcedureChange: f"{OF_PATIENT} ORDER BY t.id",
    Diagnosis: f"{OF_PATIENT} AND t.in_error_at IS NULL AND t.made_at <= %(at)s ORDER BY t.made_at, t.id",
    Service: "t.id IN (SELECT service_id FROM charting_procedure WHERE patient_id = %(patient)s)",
    DictionaryCode: "t.id IN (SELECT code_id FROM charting_diagnosis WHERE patient_id = %(patient)s)",
    User: """t.id IN (SELECT noted_by_id FROM charting_finding WHERE patient_id = %(patient)s
      UNION ALL SELECT changed_by_id FROM charting_findingchange WHERE patient_id = %(patient)s
      UNION ALL SELECT recorded_by_id FROM charting_procedure WHERE patient_id = %(patient)s
      UNION ALL SELECT changed_by_id FROM charting_procedurechange WHERE patient_id = %(patient)s
      UNION ALL SELECT made_by_id FROM charting_diagnosis WHERE patient_id = %(patient)s)""",
    ChartSign: "true",
    CanalRecord: f"{OF_PATIENT} AND t.recorded_at <= %(at)s ORDER BY t.recorded_at, t.id",
}
MARKS_ABSENCE = "SELECT id FROM price_list_service WHERE chart_effect IN ('extraction', 'implant')"
ABSENCES: dict[type[Record], str] = {
    Finding: f"{OF_PATIENT} AND t.in_error_at IS NULL AND t.noted_at <= %(at)s AND t.kind = ANY(%(absences)s)",
    FindingChange: CHART[FindingChange],
    Procedure: f"{OF_PATIENT} AND t.recorded_at <= %(at)s AND t.service_id IN ({MARKS_ABSENCE})",
    ProcedureTooth: CHART[ProcedureTooth],
    ProcedureChange: CHART[ProcedureChange],
    Service: f"{CHART[Service]} AND t.id IN ({MARKS_ABSENCE})",
}


def chart_at(patient: Patient, at: datetime) -> Chart:
    """The chart of the patient as the mouth was at the instant: one query, however long the record."""
    found = read_together(CHART, {"patient": patient.pk, "at": at})
    mouth, diagnoses, codes = _mouth(found, at), found.of(Diagnosis), found.by_key(DictionaryCode)
    for diagnosis in diagnoses:
        diagnosis.code = codes[diagnosis.code_id]
    people: dict[UUID | None, str] = {person.pk: person.get_short_name() for person in found.of(User)}
    signs, measured = catalogue.over_shipped(found.of(ChartSign)), canals.standing(found.of(CanalRecord))
    return Chart(at, mouth, found.of(Finding), found.of(Procedure), diagnoses, people, signs, measured)


MARK = """
SELECT (SELECT concat(count(*), '.', sum(version)) FROM charting_finding WHERE patient_id = %(patient)s),
       (SELECT concat(count(*), '.', sum(version)) FROM charting_procedure WHERE patient_id = %(patient)s),
       (SELECT concat(count(*), '.', sum(version)) FROM charting_diagnosis WHERE patient_id = %(patient)s),
       (SELECT concat(count(*), '.', sum(version)) FROM charting_canalrecord WHERE patient_id = %(patient)s),
       (SELECT concat(count(*), '.', sum(version)) FROM charting_chartsign)
"""


def mark_of(patient: Patient) -> str:
    """Says whether the chart is still the same: one statement over the patient's rows and the clinic's signs; each change counts a version up."""
    with connection.cursor() as cursor:
        cursor.execute(MARK, {"patient": patient.pk})
        return f'"{"-".join(cursor.fetchone())}.{get_language()}"'


def _mouth(found: Found, at: datetime) -> replay.Mouth:
    """The mouth from its records, each of which is given its parts."""
    findings, procedures, services = found.of(Finding), found.of(Procedure), found.by_key(Service)
    for procedure in procedures:
        procedure.service = services[procedure.service_id]
    attach_children(findings, "changes", found.of(FindingChange), "finding_id")
    attach_children(procedures, "teeth", found.of(ProcedureTooth), "procedure_id")
    attach_children(procedures, "changes", found.of(ProcedureChange), "procedure_id")
    return replay.mouth_at(map(finding_fact, findings), map(procedure_fact, procedures), at)


def finding_fact(finding: Finding) -> replay.FindingFact:
    return replay.FindingFact(
        id=str(finding.pk),
        kind=finding.kind,
        severity=finding.severity,
        tooth=finding.tooth,
        surfaces=frozenset(finding.surfaces),
        roots=frozenset(finding.roots),
        noted_at=finding.noted_at,
        changes=tuple((change.changed_at, change.state) for change in children_of(finding, "changes")),
        direction=finding.direction,
        amount=finding.amount,
        site=finding.site,
    )


def procedure_fact(procedure: Procedure) -> replay.ProcedureFact:
    return replay.ProcedureFact(
        id=str(procedure.pk),
        effect=procedure.service.chart_effect,
        places=tuple(tooth_place(tooth) for tooth in children_of(procedure, "teeth")),
        changes=tuple((change.changed_at, change.state) for change in children_of(procedure, "changes")),
    )


def tooth_place(tooth: ProcedureTooth) -> rules.Place:
    return rules.Place(tooth.tooth, frozenset(tooth.surfaces), frozenset(tooth.roots), tooth.role)


def teeth_at(patient: Patient, at: datetime) -> replay.Mouth:
    """Which teeth are absent, or implants, at the instant; of the marks only those that tell it."""
    return _mouth(read_together(ABSENCES, {"patient": patient.pk, "at": at, "absences": sorted(rules.PRESENCES)}), at)


def absent_teeth(patient: Patient, at: datetime) -> frozenset[int]:
    """Teeth that are not in the mouth at the instant."""
    return teeth_at(patient, at).absent


def code_on(code: str, day: date) -> DictionaryCode:
    """The ICD-10 code as it stands on a day.

    :raises ClosedCode: when it is closed on that day, or was never there.
    """
    meant = typed_codes.readings(code)
    found = {row.code.upper(): row for row in codes_on(day).filter(reduce(or_, (Q(code__iexact=reading) for reading in meant)))}
    row = next((found[reading.upper()] for reading in meant if reading.upper() in found), None)
    if row is None:
        raise ClosedCode
    return row


def codes_on(day: date) -> QuerySet[DictionaryCode]:
    return DictionaryCode.objects.filter(Q(valid_to=None) | Q(valid_to__gt=day), kind=DictionaryKind.ICD10, valid_from__lte=day)


DENTAL_CHAPTER = ("K00", "K15")


def search_codes(text: str, day: date, limit: int = 20) -> list[DictionaryCode]:
    """ICD-10 codes by the start of the code or words of the title; those of the mouth (K00-K14) first."""
    found = codes_on(day)
    for word in text.split()[:6]:
        found = found.filter(reduce(or_, (Q(code__istartswith=reading) for reading in typed_codes.readings(word)), Q(title__icontains=word)))
    oral = found.filter(code__gte=DENTAL_CHAPTER[0], code__lt=DENTAL_CHAPTER[1]).order_by("code", "pk")[:limit]
    first = list(oral)
    others = found.exclude(code__gte=DENTAL_CHAPTER[0], code__lt=DENTAL_CHAPTER[1]).order_by("code", "pk")[: limit - len(first)]
    return first + list(others)


def oral_codes(day: date) -> list[DictionaryCode]:
    """Every ICD-10 code of the mouth that is in force on the day."""
    return list(codes_on(day).filter(code__gte=DENTAL_CHAPTER[0], code__lt=DENTAL_CHAPTER[1]).order_by("code", "pk"))


def dmft(patient: Patient, at: datetime) -> tuple[replay.CariesIndex, replay.CariesIndex]:
    """The caries index of the permanent and of the primary teeth."""
    mouth = chart_at(patient, at).mouth
    return replay.caries_index(mouth), replay.caries_index(mouth, primary=True)


def get_visit(visit_id: UUID) -> Visit:
    """:raises NotFound: when there is no such visit; who may see it is asked of its patient."""
    visit = Visit.objects.select_related("patient", "branch", "dentist", "signed_by").filter(pk=visit_id).first()
    if visit is None:
        raise NotFound
    return visit


def unsigned_visits(user: User) -> QuerySet[Visit]:
    """The person's own notes that still await a signature, oldest first."""
    return Visit.objects.standing().filter(dentist=user, signed_at=None).select_related("patient", "branch").order_by("opened_at", "pk")


def visits_of(patient: Patient) -> QuerySet[Visit]:
    """All visits of the patient, latest first."""
    return Visit.objects.standing().filter(patient=patient).select_related("dentist", "signed_by", "branch").order_by("-opened_at", "-pk")


def latest_visits(patients: Collection[UUID], *, most: int) -> list[Visit]:
    """The newest visits of each of these patients, by their keys alone."""
    place = Window(RowNumber(), partition_by=F("patient"), order_by=[F("opened_at").desc(), F("pk").desc()])
    return list(Visit.objects.filter(patient__in=patients, cancelled_at=None).annotate(place=place).filter(place__lte=most).only("pk", "patient_id"))


def open_visit_of(patient: Patient, dentist: User) -> Visit | None:
    """The dentist's unsigned visit of this patient that is still open: what is charted now belongs to it."""
    mine = Visit.objects.standing().filter(patient=patient, dentist=dentist, signed_at=None, closed_at=None, locked_at=None)
    return mine.order_by("-opened_at", "-pk").first()


def visit_open_at(patient: Patient, dentist: User, at: datetime) -> Visit | None:
    """The dentist's unsigned visit of this patient that was open at the instant."""
    mine = Visit.objects.standing().filter(patient=patient, dentist=dentist, signed_at=None, locked_at=None, opened_at__lte=at)
    return mine.filter(Q(closed_at=None) | Q(closed_at__gt=at)).order_by("-opened_at", "-pk").first()


def visit_of_appointment(appointment: Appointment) -> Visit | None:
    """The visit that the patient of the appointment was seated for."""
    return Visit.objects.standing().filter(appointment=appointment).first()


def performances_in(visit: Visit) -> list[Performance]:
    """What was done in the visit and not reversed."""
    return list(
        Performance.objects.filter(visit=visit, reversed_at=None)
        .select_related("procedure__service", "performer")
        .prefetch_related("procedure__teeth")
        .order_by("performed_at", "pk")
    )


def diagnoses_in(visit: Visit) -> list[Diagnosis]:
    """The diagnoses of the visit, the main one first."""
    found = Diagnosis.objects.filter(visit=visit, in_error_at=None).select_related("code", "finding")
    return sorted(found.prefetch_related("rankings__ranked_by").order_by("made_at", "pk"), key=ranked)


def ranked(diagnosis: Diagnosis) -> int:
    """The place of a diagnosis among those of its visit."""
    return ["main", "complication", "secondary", ""].index(diagnosis.rank)


def anaesthesia_in(visit: Visit) -> list[Anaesthesia]:
    """Every anaesthesia of the visit, also those entered in error, in the order in which they were given."""
    return list(Anaesthesia.objects.filter(visit=visit).select_related("given_by", "in_error_by").order_by("given_at", "pk"))


def get_anaesthesia(anaesthesia_id: UUID) -> Anaesthesia:
    """:raises NotFound: when there is no such anaesthesia; who may see it is asked of its patient."""
    found = Anaesthesia.objects.filter(pk=anaesthesia_id).first()
    if found is None:
        raise NotFound
    return found


def branch_day_of(patient: Patient, at: datetime) -> date:
    return branch_day(at, patient.branch.time_zone)


def aware(at: datetime) -> datetime:
    """An instant given without a zone is read in the branch's zone."""
    return at if at.tzinfo else timezone.make_aware(at)


def procedures_of(patient: Patient, *, state: str = "") -> QuerySet[Procedure]:
    """Procedures of the patient, all or those in one state."""
    rows = Procedure.objects.filter(patient=patient).select_related("service").prefetch_related("teeth")
    return rows.filter(state=state) if state else rows


def get_finding(finding_id: UUID) -> Finding:
    """:raises NotFound: when there is no such finding; who may see it is asked of its patient."""
    finding = Finding.objects.filter(pk=finding_id).first()
    if finding is None:
        raise NotFound
    return finding


def get_diagnosis(diagnosis_id: UUID) -> Diagnosis:
    """:raises NotFound: when there is no such diagnosis; who may see it is asked of its patient."""
    diagnosis = Diagnosis.objects.filter(pk=diagnosis_id).select_related("code").first()
    if diagnosis is None:
        raise NotFound
    return diagnosis


def get_procedure(procedure_id: UUID) -> Procedure:
    """:raises NotFound: when there is no such procedure; who may see it is asked of its patient."""
    procedure = Procedure.objects.filter(pk=procedure_id).select_related("service", "patient").first()
    if procedure is None:
        raise NotFound
    return procedure


def get_service(service_id: UUID) -> Service:
    """:raises NotFound: when the clinic offers no such service."""
    service = Service.objects.filter(pk=service_id, is_active=True).first()
    if service is None:
        raise NotFound
    return service


def templates_for(language: str) -> QuerySet[NoteTemplate]:
    """Ready texts on offer in a language, in the order of the list."""
    return NoteTemplate.objects.filter(language=language, is_active=True).order_by("section", "position", "title", "pk")


def hash_of(content: Mapping[str, object]) -> str:
    """SHA-256 of the content in its canonical form."""
    return hashlib.sha256(canonical(content)).hexdigest()


def canonical(content: Mapping[str, object]) -> bytes:
    """Canonical JSON (sorted keys, no spaces, UTF-8): what a signature binds, and what a qualified one (PAdES, GOST) is put on later."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def note_templates(*, language: str = "", section: str = "", text: str = "") -> QuerySet[NoteTemplate]:
    """Ready texts by section and place; narrowed by a part of the title or the text."""
    exact = {name: value for name, value in (("language", language), ("section", section)) if value}
    found = NoteTemplate.objects.filter(**exact)
    if text:
        found = found.filter(Q(title__icontains=text) | Q(body__icontains=text))
    return found.order_by("section", "position", "title", "pk")


def note_outlines(*, language: str = "", text: str = "") -> QuerySet[NoteOutline]:
    """Templates of whole notes in the order of the list; narrowed by a part of the title or of the treatment."""
    found = NoteOutline.objects.filter(language=language) if language else NoteOutline.objects.all()
    if text:
        found = found.filter(Q(title__icontains=text) | Q(treatment__icontains=text))
    return found.order_by("language", "position", "title", "pk")


def macros_for(user: User, *, text: str = "") -> QuerySet[TextMacro]:
    """The person's own short words and those of the clinic, by word; narrowed by a part of the word or the text."""
    found = TextMacro.objects.filter(Q(owner=user) | Q(owner=None))
    if text:
        found = found.filter(Q(word__icontains=text) | Q(text__icontains=text))
    return found.order_by("word", "pk")


def get_macro_for(user: User, macro_id: UUID) -> TextMacro:
    """:raises NotFound: when there is no such short word, or it is somebody else's."""
    found = macros_for(user).filter(pk=macro_id).first()
    if found is None:
        raise NotFound
    return found
