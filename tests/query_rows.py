"""One more row of everything that a list page shows, for the query counts."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from charting.actions import Printed, keep_paper
from charting.models import NoteRequirement, NoteTemplate, Recall, RecallRule, Visit
from charting.perio.actions import Sent, begin_exam, close_exam, record_entries
from charting.perio.rules import Entry
from clinic.history.actions import record_view
from clinic.price_list.models import Category
from clinic.scheduling.models import Appointment
from clinic.staff.roles import Role
from insurance.models import Insurer
from inventory.models import Movement, Norm
from tests.billing.factories import make_charge, pay
from tests.exports.legal.factories import make_case
from tests.insurance.factories import make_policy, make_programme
from tests.inventory.factories import make_lot, make_material
from tests.lab_orders.test_actions import draft, make_crown, make_lab
from tests.patients.factories import make_patient
from tests.scheduling.factories import NOW, make_chair, make_shift, make_type, moscow
from tests.staff.factories import dr_orlova, make_branch, make_legal_entity, make_user
from tests.treatment_plans.factories import a_document, petrov, plan_with


def add_row(number: int) -> None:
    """The `number`-th patient, colleague, appointment, plan, charge, lot, order ... and the same for Petrov, whose tabs are opened."""
    _place(number)
    _work(number)
    _offer(number)
    _money(number)


def _place(number: int) -> None:
    make_legal_entity(f"Company {number}")
    make_branch(f"Branch {number}")
    colleague = make_user(Role.DENTIST, username=f"dentist{number}", branch=make_branch())
    make_shift(colleague, moscow(8), moscow(20))
    for patient in (petrov(), make_patient(f"Пациент{number}", phone=f"+79160000{number:03}")):
        Appointment.objects.create(
            patient=patient,
            dentist=colleague,
            chair=make_chair(f"Chair {number}"),
            branch=make_branch(),
            type=make_type(f"Type {number}"),
            starts_at=moscow(9) + timedelta(minutes=10 * (number if patient == petrov() else 40)),
            ends_at=moscow(9) + timedelta(minutes=10 * (number if patient == petrov() else 40) + 10),
            state_at=NOW,
        )


def _work(number: int) -> None:
    Visit.objects.create(patient=petrov(), dentist=dr_orlova(), branch=make_branch(), opened_at=NOW)
    plan = plan_with("filling")
    a_document(plan.alternatives.get(), number=number + 1)
    lab = make_lab(f"Lab {number}")
    draft(procedure_ids=[make_crown(1001).pk], details={"lab_id": lab.pk})
    NoteTemplate.objects.create(section="complaint", language="ru", title=f"Template {number}", body="Боль")
    NoteRequirement.objects.create(act=f"service:R{number}", parts=["objective"])
    _to_come_again(number)
    record_view(patient_id=petrov().pk, what="chart")
    make_case(petrov(), deadline_date=NOW.date())
    exam = begin_exam(patient=petrov(), actor=dr_orlova(), at=NOW)
    record_entries(exam=exam, entries=[Sent(Entry(tooth, "depth", "MV", 3)) for tooth in (11, 16)], actor=dr_orlova())
    close_exam(exam=exam, version=exam.version, actor=dr_orlova(), at=NOW)
    printed = Printed(f"%PDF-1.7 {number}".encode(), f"{number:064}", NOW)
    keep_paper(patient=petrov(), kind="chart", language="ru", printed=printed, actor=dr_orlova(), at=NOW)


def _to_come_again(number: int) -> None:
    interval: dict[str, Any] = {
        "kind": "checkup",
        "diagnoses": ["K02"],
        "months": 6,
        "purpose_ru": "x",
        "purpose_fr": "x",
        "purpose_en": "x",
        "source": "x",
    }
    rule = RecallRule.objects.create(code=f"rule{number}", in_force_from=NOW, **interval)
    told: dict[str, Any] = {"patient": petrov(), "branch": make_branch(), "visit": petrov().visits.order_by("pk")[0], "rule": rule, "kind": rule.kind}
    Recall.objects.create(**told, proposed_on=NOW.date(), due_on=NOW.date(), set_at=NOW, set_by=dr_orlova())


def _offer(number: int) -> None:
    material = make_material(f"Material {number}", f"MAT-{number}")
    make_lot(material, "10", number=f"L{number}")
    service = plan_with("filling").alternatives.get().items.get().procedure.service
    service.pk, service.code = None, f"S-{number}"
    service.id = type(service)._meta.pk.get_default()
    service.save(force_insert=True)
    Norm.objects.create(service=service, material=material, quantity=Decimal(1))
    Norm.objects.create(service=service, material=make_material(), quantity=Decimal(1))
    make_lot(make_material(), "10", number=f"A{number}", expires_on=date(2027, 1, 1) + timedelta(days=number))
    Insurer.objects.create(name=f"Insurer {number}", kind="ru_vmi")


def _money(number: int) -> None:
    debtor = make_patient(f"Должник{number}")
    for patient in (petrov(), debtor):
        charge = make_charge("100.00", patient, category=Category.THERAPY)
        lot = make_lot(make_material(), "10", number=f"U{number}")
        used = {"performance": charge.performance, "patient": patient, "moved_at": NOW, "moved_by": dr_orlova()}
        Movement.objects.create(lot=lot, kind="write_off", quantity=Decimal(-1), **used)
        pay("10.00", patient)
    make_policy(make_programme(f"Insurer of {number}"), patient=petrov(), priority=number + 1)
