"""Writes of the mouth and of visits: the only writer of charting's tables."""

from charting.actions.anaesthesia import Given, give_anaesthesia, mark_anaesthesia_in_error
from charting.actions.diagnoses import rank_diagnosis, record_diagnosis, withdraw_diagnosis
from charting.actions.dropped import drop_entry
from charting.actions.findings import mark_in_error, record_finding, reopen_finding, resolve_finding
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
from charting.actions.outlines import remove_macro, save_macro, save_outline, ship_outlines
from charting.actions.palette import set_favourite
from charting.actions.procedures import (
    AlreadyPerformed,
    AlreadyReversed,
    NotPerformable,
    OtherLegalEntity,
    ToothGone,
    WrongTransition,
    add_procedure,
    change_procedure_state,
    perform_procedure,
    reverse_performance,
)
from charting.actions.templates import save_template, ship_templates
from charting.actions.visits import VisitLocked, VisitSigned, close_visit, open_visit, open_visit_of_appointment
from charting.queries import ClosedCode

__all__ = [
    "AlreadyPerformed",
    "AlreadyReversed",
    "ChartedMeanwhile",
    "ClosedCode",
    "Given",
    "NotPerformable",
    "NotSigned",
    "OtherLegalEntity",
    "ToothGone",
    "VisitLocked",
    "VisitSigned",
    "WrongTransition",
    "add_addendum",
    "add_procedure",
    "change_procedure_state",
    "close_visit",
    "drop_entry",
    "give_anaesthesia",
    "lock_unsigned_visits",
    "mark_addendum_in_error",
    "mark_anaesthesia_in_error",
    "mark_in_error",
    "mark_visit_in_error",
    "may_sign",
    "open_visit",
    "open_visit_of_appointment",
    "perform_procedure",
    "rank_diagnosis",
    "record_diagnosis",
    "record_finding",
    "remove_macro",
    "reopen_finding",
    "resolve_finding",
    "reverse_performance",
    "save_macro",
    "save_outline",
    "save_template",
    "set_favourite",
    "ship_outlines",
    "ship_templates",
    "sign_visit",
    "withdraw_diagnosis",
    "write_visit",
]
