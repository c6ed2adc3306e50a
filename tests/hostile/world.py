"""One clinic with a record of almost every kind, and what an address or a body calls its id."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.apps import apps
from django.utils import timezone

import charting.actions
import insurance.setup
import lab_orders.actions
from charting.models import Combination
from clinic.files import actions as files
from clinic.patients.importing import actions as importing
from clinic.patients.models import Patient
from clinic.scheduling.models import Appointment, AppointmentStateChange
from clinic.staff.models import User
from clinic.staff.roles import Role
from insurance.models import Policy
from lab_orders.models import LabOrder
from tests.charting.factories import make_code, make_service
from tests.charting.imaging.pictures import add, jpeg
from tests.charting.medical.factories import asked
from tests.query_rows import add_row
from tests.staff.factories import dr_orlova, make_branch, make_user
from tests.treatment_plans.factories import petrov

MODELS = {
    "user": "staff.User",
    "actor": "staff.User",
    "dentist": "staff.User",
    "assistant": "staff.User",
    "responsible_dentist": "staff.User",
    "performer": "staff.User",
    "home_branch": "staff.Branch",
    "entity": "staff.LegalEntity",
    "order": "lab_orders.LabOrder",
    "type": "scheduling.AppointmentType",
    "template": "charting.NoteTemplate",
    "paper": "charting.IssuedPaper",
    "letter": "insurance.GuaranteeLetter",
    "text": "patients.ConsentText",
    "grant": "staff.RoleGrant",
    "token": "staff.ApiToken",
    "import": "price_list.DictionaryImport",
    "run": "patients.ImportRun",
    "related_patient": "patients.Patient",
    "payer": "patients.Patient",
    "holder": "patients.Patient",
    "key": "patients.Patient",
    "stage": "lab_orders.LabStage",
    "file": "lab_orders.LabOrderFile",
    "copy_of": "treatment_plans.Alternative",
    "nomenclature_code": "price_list.DictionaryCode",
    "ccam_code": "price_list.DictionaryCode",
    "guardian": "patients.Relation",
    "procedures": "charting.Procedure",
    "items": "treatment_plans.Item",
    "label_ids": "patients.Label",
    "charges": "billing.Charge",
    "materials": "inventory.Material",
    "legal_entity": "staff.LegalEntity",
    "history": "charting.MedicalHistory",
    "doubt": "charting.AlertDoubt",
    "rule": "charting.InteractionRule",
    "canal": "charting.CanalRecord",
    "replaces": "charting.CanalRecord",
    "entry": "charting.CombinedEntry",
}
NEW = {"id"}
"""Ids that a client makes itself."""


def build() -> User:
    """The clinic, and a person with every right in it."""
    add_row(0)
    add(jpeg(), patient=petrov())
    for appointment in Appointment.objects.all():
        trail = {"patient": appointment.patient, "state": appointment.state, "at": appointment.state_at, "by": dr_orlova()}
        AppointmentStateChange.objects.create(appointment=appointment, **trail)
    person = make_user(*Role, username="omniscient")
    for said in ({"diabetes": "yes"}, {"smoking": "yes"}):
        asked(patient=petrov(), actor=person, **said)  # type: ignore[arg-type]  # answers only
    _papers(person)
    _gestures(person)
    return person


def _gestures(person: User) -> None:
    """An entry by one gesture, and a canal of its treatment."""
    make_code("K04.0")
    make_service("root_canal")
    at = timezone.now()
    combination = Combination.objects.get(kind="pulpitis")
    made = charting.actions.enter_combination(patient=petrov(), combination=combination, tooth=27, actor=person, at=at)
    charting.actions.record_canal(patient=petrov(), tooth=27, canal="MB1", length_mm=Decimal(21), procedure=made.procedure, actor=person, at=at)


def _papers(person: User) -> None:
    """A paper of the chart, a file of a laboratory order, a guarantee letter without its scan, an import that waits to be started."""
    stored = files.store(content=BytesIO(b"%PDF-1.7"), media_type="application/pdf")
    printed = charting.actions.Printed(b"%PDF-1.7", "0" * 64, timezone.now())
    charting.actions.keep_paper(patient=petrov(), kind="chart", language="en", printed=printed, actor=person, at=timezone.now())
    lab_orders.actions.attach_file(actor=person, order_id=LabOrder.objects.order_by("pk")[0].pk, file=stored, name="scan.pdf")
    letter = insurance.setup.LetterDetails(number="1", letter_date=date(2026, 11, 1))
    insurance.setup.add_letter(policy_id=Policy.objects.order_by("pk")[0].pk, details=letter, actor=person)
    importing.take_file(content=BytesIO("Фамилия;Имя\nОрлов;Пётр\n".encode()), name="list.csv", branch=make_branch(), actor=person)


def model_called(name: str) -> Any:
    """The model whose id is called `name` (`patient_id`, `lot`), or None."""
    bare = name.removesuffix("_id")
    if bare in MODELS or name in MODELS:
        return apps.get_model(MODELS.get(name) or MODELS[bare])
    wanted = bare.replace("_", "")
    return next((model for model in apps.get_models() if model._meta.model_name == wanted), None)


def id_called(name: str) -> str | None:
    """The id of the first record that `name` may mean."""
    model = model_called(name)
    is_chief = model is Patient and name != "related_patient_id"
    row = petrov() if is_chief else model.objects.order_by("pk").first() if model else None
    return str(row.pk) if row else None
