"""Visits, findings, diagnoses and procedures: what was seen and done in the mouth."""

from charting.imaging.models import Image, ImageDisplay, ImageLine
from charting.indices.models import IndexKind, OralIndex
from charting.medical.interaction_models import InteractionOverride, InteractionRule, InteractionWarning
from charting.medical.models import AlertDoubt, MedicalHistory, Question, Questionnaire, RaisedAlert
from charting.models.anaesthesia import Anaesthesia
from charting.models.canals import CanalQuality, CanalRecord, Obturation
from charting.models.catalogue import ChartSign, Colour, Hatch, Letter
from charting.models.diagnoses import Diagnosis, DiagnosisRank, DiagnosisRanking
from charting.models.dropped import DroppedEntry
from charting.models.findings import Finding, FindingChange, FindingKind, FindingState
from charting.models.gestures import Combination, CombinedEntry
from charting.models.outlines import NoteOutline, TextMacro
from charting.models.papers import IssuedPaper, PaperKind, TeethShown
from charting.models.procedures import PaletteFavourite, Performance, Procedure, ProcedureChange, ProcedureState, ProcedureTooth, ToothRole
from charting.models.requirements import NotePart, NoteRequirement
from charting.models.visits import NoteSection, NoteTemplate, Visit, VisitAddendum, VisitQuerySet
from charting.perio.models import PerioExam, PerioScript, PerioTooth
from charting.prescribing.models import ClinicalPaper, ClinicalSeries, PrescribedDrug, UsualDrug
from charting.recalls.models import Recall, RecallKind, RecallRule

__all__ = [
    "AlertDoubt",
    "Anaesthesia",
    "CanalQuality",
    "CanalRecord",
    "ChartSign",
    "ClinicalPaper",
    "ClinicalSeries",
    "Colour",
    "Combination",
    "CombinedEntry",
    "Diagnosis",
    "DiagnosisRank",
    "DiagnosisRanking",
    "DroppedEntry",
    "Finding",
    "FindingChange",
    "FindingKind",
    "FindingState",
    "Hatch",
    "Image",
    "ImageDisplay",
    "ImageLine",
    "IndexKind",
    "InteractionOverride",
    "InteractionRule",
    "InteractionWarning",
    "IssuedPaper",
    "Letter",
    "MedicalHistory",
    "NoteOutline",
    "NotePart",
    "NoteRequirement",
    "NoteSection",
    "NoteTemplate",
    "Obturation",
    "OralIndex",
    "PaletteFavourite",
    "PaperKind",
    "Performance",
    "PerioExam",
    "PerioScript",
    "PerioTooth",
    "PrescribedDrug",
    "Procedure",
    "ProcedureChange",
    "ProcedureState",
    "ProcedureTooth",
    "Question",
    "Questionnaire",
    "RaisedAlert",
    "Recall",
    "RecallKind",
    "RecallRule",
    "TeethShown",
    "TextMacro",
    "ToothRole",
    "UsualDrug",
    "Visit",
    "VisitAddendum",
    "VisitQuerySet",
]
