"""Writes of the mouth and of visits: the only writer of charting's tables."""

from charting.actions.anaesthesia import Given, give_anaesthesia, mark_anaesthesia_in_error
from charting.actions.canals import CanalCorrectedMeanwhile, mark_canal_in_error, record_canal
from charting.actions.catalogue import set_sign
from charting.actions.diagnoses import rank_diagnosis, record_diagnosis, withdraw_diagnosis
from charting.actions.dropped import drop_entry
from charting.actions.findings import mark_in_error, record_finding, reopen_finding, resolve_finding
from charting.actions.gestures import CarriedOutSince, MayNotDiagnose, NotOffered, enter_combination, save_combination, undo_combination
from charting.actions.meanwhile import ChartedMeanwhile
from charting.actions.notes import (
    NotSigned,
    add_addendum,
    lock_unsigned_visits,
    mark_addendum_in_error,
    mark_visit_in_error,
    may_sign,
    sign_visit,
    write_visit,
)
from charting.actions.outlines import remove_macro, save_macro, save_outline
from charting.actions.palette import set_favourite
from charting.actions.papers import Printed, issue_paper, keep_paper, print_paper
from charting.actions.procedures import (
    AlreadyPerformed,
    AlreadyProposed,
    AlreadyReversed,
    NotPerformable,
    OtherLegalEntity,
    ToothGone,
    WrongTransition,
    add_procedure,
    change_procedure_state,
    perform_procedure,
    refuse_second,
    reverse_performance,
)
from charting.actions.requirements import PartsMissing, save_requirement
from charting.actions.templates import save_template
from charting.actions.visits import VisitLocked, VisitSigned, close_visit, open_visit, open_visit_of_appointment
from charting.queries import ClosedCode

__all__ = [
    "AlreadyPerformed",
    "AlreadyProposed",
    "AlreadyReversed",
    "CanalCorrectedMeanwhile",
    "CarriedOutSince",
    "ChartedMeanwhile",
    "ClosedCode",
    "Given",
    "MayNotDiagnose",
    "NotOffered",
    "NotPerformable",
    "NotSigned",
    "OtherLegalEntity",
    "PartsMissing",
    "Printed",
    "ToothGone",
    "VisitLocked",
    "VisitSigned",
    "WrongTransition",
    "add_addendum",
    "add_procedure",
    "change_procedure_state",
    "close_visit",
    "drop_entry",
    "enter_combination",
    "give_anaesthesia",
    "issue_paper",
    "keep_paper",
    "lock_unsigned_visits",
    "mark_addendum_in_error",
    "mark_anaesthesia_in_error",
    "mark_canal_in_error",
    "mark_in_error",
    "mark_visit_in_error",
    "may_sign",
    "open_visit",
    "open_visit_of_appointment",
    "perform_procedure",
    "print_paper",
    "rank_diagnosis",
    "record_canal",
    "record_diagnosis",
    "record_finding",
    "refuse_second",
    "remove_macro",
    "reopen_finding",
    "resolve_finding",
    "reverse_performance",
    "save_combination",
    "save_macro",
    "save_outline",
    "save_requirement",
    "save_template",
    "set_favourite",
    "set_sign",
    "sign_visit",
    "undo_combination",
    "withdraw_diagnosis",
    "write_visit",
]
