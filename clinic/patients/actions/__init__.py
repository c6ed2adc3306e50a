"""Writes about patients: registration and edits, contacts and numbers, family, alerts, labels, consents."""

from clinic.patients.actions.alerts import AlertEnded, end_alert, record_alert
from clinic.patients.actions.consents import (
    ConsentInForce,
    ConsentWithdrawn,
    GuardianNeeded,
    publish_consent_text,
    sign_consent,
    withdraw_consent,
)
from clinic.patients.actions.details import (
    AlreadyThere,
    NumberOfAnother,
    add_contact,
    add_identifier,
    add_relation,
    end_contact,
    end_identifier,
    end_relation,
    save_label,
    save_source,
    set_labels,
)
from clinic.patients.actions.registration import LikelyDuplicates, Registration, change_patient, check_entry, one_after_another, person_of, register

__all__ = [
    "AlertEnded",
    "AlreadyThere",
    "ConsentInForce",
    "ConsentWithdrawn",
    "GuardianNeeded",
    "LikelyDuplicates",
    "NumberOfAnother",
    "Registration",
    "add_contact",
    "add_identifier",
    "add_relation",
    "change_patient",
    "check_entry",
    "end_alert",
    "end_contact",
    "end_identifier",
    "end_relation",
    "one_after_another",
    "person_of",
    "publish_consent_text",
    "record_alert",
    "register",
    "save_label",
    "save_source",
    "set_labels",
    "sign_consent",
    "withdraw_consent",
]
