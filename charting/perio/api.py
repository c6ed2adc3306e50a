"""API of periodontal exams."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Status
from ninja.pagination import paginate

from charting import handout
from charting.api_papers import PaperOut
from charting.models import IssuedPaper
from charting.note_schemas import VersionIn
from charting.perio import actions, papers, queries, schemas
from charting.perio.models import PerioExam, PerioScript
from clinic.lib.cursors import CursorPages
from clinic.lib.errors import InvalidInput
from clinic.lib.schemas import ReasonIn
from clinic.patients.queries import get_patient_for
from clinic.staff.http import Request
from clinic.staff.roles import Permission

router = Router(tags=["perio"])


@router.get("/patients/{uuid:patient_id}/perio-exams", response=list[schemas.PerioExamShort], operation_id="list_perio_exams")
@paginate(CursorPages, ordering=("-examined_at", "-id"))
def list_perio_exams(request: Request, patient_id: UUID) -> QuerySet[PerioExam]:
    """The patient's exams, the latest first; also those entered in error."""
    return PerioExam.objects.filter(patient=get_patient_for(request.user, patient_id, what="perio", permission=Permission.CLINICAL_VIEW))


@router.post("/patients/{uuid:patient_id}/perio-exams", response={201: schemas.PerioExamOut}, operation_id="begin_perio_exam")
def begin_perio_exam(request: Request, patient_id: UUID, data: schemas.PerioExamIn) -> Status[PerioExam]:
    """Begin an exam, or go on with the patient's draft: there is one draft at a time."""
    request.user.require(Permission.CHART_WRITE)
    patient = get_patient_for(request.user, patient_id, what="perio", permission=Permission.CLINICAL_VIEW)
    return Status(201, actions.begin_exam(patient=patient, actor=request.user, at=timezone.now(), id=data.id))


@router.get("/patients/{uuid:patient_id}/perio-comparison", response=schemas.PerioComparisonOut, operation_id="compare_perio_exams")
def compare_perio_exams(request: Request, patient_id: UUID, asked: Query[schemas.PerioComparisonIn]) -> dict[str, Any]:
    """Up to six exams (the latest closed ones unless named) site by site with the change since the exam before. 422 for more than six."""
    patient = get_patient_for(request.user, patient_id, what="perio", permission=Permission.CLINICAL_VIEW)
    if len(set(asked.exam)) > queries.MOST_COMPARED:
        raise InvalidInput(fields={"exam": _("Compare up to six exams.")})
    return schemas.comparison_out(queries.chosen_exams(patient, [str(key) for key in asked.exam]), asked.measure)


@router.get("/perio-exams/{uuid:exam_id}", response={200: schemas.PerioExamOut, 304: None}, operation_id="get_perio_exam")
def get_perio_exam(request: Request, exam_id: UUID, response: HttpResponse) -> PerioExam | HttpResponse:
    """The exam with every measurement, its figures, and the stage and grade that it speaks for. The ETag lets screens poll cheaply."""
    held = request.headers.get("If-None-Match", "")
    exam = queries.get_exam_for(request.user, exam_id, is_part=bool(held))
    response["ETag"] = queries.mark_of(exam)
    return HttpResponse(status=304, headers={"ETag": held}) if held == response["ETag"] else exam


@router.post("/perio-exams/{uuid:exam_id}/entries", response=schemas.PerioRecordedOut, operation_id="record_perio_entries")
def record_perio_entries(request: Request, exam_id: UUID, data: schemas.PerioEntriesIn) -> dict[str, Any]:
    """Measure. Sent again, an entry is the same value; all are refused when one cannot be. 409 `exam_closed` once closed."""
    request.user.require(Permission.CHART_WRITE)
    exam = queries.get_exam_for(request.user, exam_id)
    clashes = actions.record_entries(exam=exam, entries=[entry.to_sent() for entry in data.entries], actor=request.user)
    return {"exam": queries.reread(exam), "clashes": [schemas.clash_out(clash) for clash in clashes]}


@router.patch("/perio-exams/{uuid:exam_id}", response=schemas.PerioExamOut, operation_id="describe_perio_exam")
def describe_perio_exam(request: Request, exam_id: UUID, data: schemas.PerioParticularsIn) -> PerioExam:
    """Say what is known besides the measurements, and what the dentist decides."""
    request.user.require(Permission.CHART_WRITE)
    exam = queries.get_exam_for(request.user, exam_id)
    actions.describe_exam(exam=exam, version=data.version, actor=request.user, particulars=data.said())
    return queries.reread(exam)


@router.post("/perio-exams/{uuid:exam_id}/close", response=schemas.PerioExamOut, operation_id="close_perio_exam")
def close_perio_exam(request: Request, exam_id: UUID, data: VersionIn) -> PerioExam:
    """Close the exam as it was read at `version`: from now on nobody can change it."""
    request.user.require(Permission.CHART_WRITE)
    exam = queries.get_exam_for(request.user, exam_id)
    actions.close_exam(exam=exam, version=data.version, actor=request.user, at=timezone.now())
    return queries.reread(exam)


@router.post("/perio-exams/{uuid:exam_id}/error", response=schemas.PerioExamOut, operation_id="mark_perio_exam_in_error")
def mark_perio_exam_in_error(request: Request, exam_id: UUID, data: ReasonIn) -> PerioExam:
    """Take a wrong exam out of sight; it stays in the record with the reason."""
    request.user.require(Permission.CHART_WRITE)
    exam = queries.get_exam_for(request.user, exam_id)
    actions.mark_exam_in_error(exam=exam, actor=request.user, at=timezone.now(), reason=data.reason)
    return queries.reread(exam)


@router.post("/perio-exams/{uuid:exam_id}/papers", response={201: PaperOut}, operation_id="issue_perio_paper")
def issue_perio_paper(request: Request, exam_id: UUID, data: schemas.PerioPaperIn) -> Status[IssuedPaper]:
    """Issue the exam as a paper with its drawing; kept as the file that `get_paper_file` gives. A draft says that it is one."""
    exam = queries.get_exam_for(request.user, exam_id)
    language = data.language or handout.language_of("", exam.patient.language)
    return Status(201, papers.issue_exam(exam=exam, language=language, actor=request.user, at=timezone.now(), id=data.id))


@router.get("/perio-script", response=schemas.PerioScriptOut, operation_id="get_perio_script")
def get_perio_script(request: Request) -> PerioScript:
    """How the person of the request measures: path, what is asked at each site, the runs of the own path."""
    request.user.require(Permission.CHART_WRITE)
    return queries.script_of(request.user)


@router.put("/perio-script", response=schemas.PerioScriptOut, operation_id="set_perio_script")
def set_perio_script(request: Request, data: schemas.PerioScriptIn) -> PerioScript:
    """Keep how the person of the request measures, on every screen."""
    return actions.set_script(path=data.path, measures=data.measures, runs=data.runs, actor=request.user)
