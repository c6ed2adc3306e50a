"""Answers to the questionnaire in force."""

from datetime import datetime
from typing import Any

from charting.medical import actions, queries
from charting.medical.models import MedicalHistory
from charting.medical.rules import NO, Answer
from clinic.patients.models import Patient
from clinic.staff.models import User
from tests.charting.factories import NOW, patient_petrov
from tests.staff.factories import dr_orlova


def answers(**said: str) -> dict[str, Answer]:
    """No to everything but `said`: `answers(diabetes="yes", heart="yes: angina")`."""
    whole = {row.code: Answer(NO) for row in queries.questions_of(queries.current_questionnaire()) if row.kind == "yes_no"}
    for code, text in said.items():
        value, _, detail = text.partition(": ")
        whole[code] = Answer(value, detail)
    return whole


def body(**said: str) -> dict[str, Any]:
    """The same for the API."""
    return {code: {"value": answer.value, "detail": answer.detail} for code, answer in answers(**said).items()}


def asked(*, patient: Patient | None = None, actor: User | None = None, at: datetime = NOW, **said: str) -> MedicalHistory:
    """A history that the dentist took from the patient's words."""
    values: dict[str, Any] = {"answers": answers(**said), "questionnaire": queries.current_questionnaire()}
    return actions.record_history(patient=patient or patient_petrov(), actor=actor or dr_orlova(), at=at, **values)
