"""Plans, contracts, laboratory work, completed procedures and payments of the demo's story."""

from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO

from django.db import transaction
from PIL import Image, ImageDraw

from charting.medical import interactions
from charting.models import Visit
from charting.rules import Place
from clinic.billing import actions as billing
from clinic.billing import queries as money
from clinic.demo.visits import Scene
from clinic.lib.clock import branch_day
from clinic.patients.models import Patient
from clinic.patients.signature import Signature
from clinic.price_list.models import Service
from clinic.staff.models import User
from inventory.actions import OutOfStock
from lab_orders import actions as lab
from lab_orders.models import Lab, LabOrder
from treatment_plans import completion, papers
from treatment_plans.actions import decisions, documents, planning
from treatment_plans.models import Alternative, ConsentRule, Item, Plan, Strictness

REMEDIES: dict[str, tuple[tuple[str, ...], ...]] = {
    "caries": (("A02", "T02"), ("A02", "T08")),
    "pulpitis": (("A03", "E11", "T03"), ("A03", "E11", "O06", "O02")),
    "apical_periodontitis": (("A03", "E12", "T03"), ("S01",)),
    "missing": (("A03", "M01"), ("O07",)),
    "impacted": (("A03", "S03"), ("A03", "S03")),
    "calculus": (("H01",), ("H01", "H03")),
}
REASONS = {"ru": "Согласовано с лечащим врачом пациента", "fr": "Vu avec le médecin traitant"}
METHODS = ("card", "cash", "transfer")


@transaction.atomic
def plan(scene: Scene, visit: Visit, seen: list[tuple[str, int]], *, alternatives: int) -> Plan:
    """A plan for what was seen, in one alternative or two, a phase for each problem."""
    dentist, patient, at = scene.dentist_of(visit.patient), visit.patient, visit.opened_at + timedelta(minutes=30)
    is_french = visit.branch_id == scene.clinic.branches[1].pk
    made = planning.create_plan(
        patient=patient, branch=visit.branch, title="Plan de traitement" if is_french else "План лечения", dentist=dentist, actor=dentist, at=at
    )
    services = {service.code: service for service in Service.objects.filter(is_active=True)}
    for number in range(alternatives):
        names = ("Option essentielle", "Option complète") if is_french else ("Основной", "Расширенный")
        alternative = _alternative(made, number, names[number], dentist, at)
        for position, (kind, tooth) in enumerate(seen, start=1):
            for code in REMEDIES[kind][number]:
                planning.add_service(
                    alternative_id=alternative.pk,
                    service=services[code],
                    places=_places(services[code], tooth),
                    actor=dentist,
                    at=at,
                    visit_number=position,
                )
    return made


def _alternative(made: Plan, number: int, title: str, dentist: User, at: datetime) -> Alternative:
    """A plan is born with its first alternative; the others are added."""
    if number:
        return planning.add_alternative(plan_id=made.pk, title=title, actor=dentist, at=at)
    first = Alternative.objects.get(plan=made)
    return planning.rename_alternative(alternative_id=first.pk, version=first.version, title=title, summary="", actor=dentist)


def _places(service: Service, tooth: int) -> list[Place]:
    if service.scope == "mouth":
        return []
    biting_face = "O" if tooth % 10 > 3 else "I"
    return [Place(tooth=tooth, surfaces=frozenset({biting_face}) if service.scope == "surfaces" else frozenset())]


@transaction.atomic
def present(scene: Scene, made: Plan, at: datetime) -> list[Alternative]:
    """The alternatives are laid before the patient."""
    dentist = scene.dentist_of(made.patient)
    found = list(Alternative.objects.filter(plan=made).order_by("position", "pk"))
    return [decisions.present(alternative_id=alternative.pk, actor=dentist, at=at) for alternative in found]


@transaction.atomic
def agree(scene: Scene, made: Plan, alternative: Alternative, at: datetime) -> None:
    """The patient chooses, signs the contract and the consents without which nothing may be done."""
    dentist, patient = scene.dentist_of(made.patient), made.patient
    decisions.accept(alternative_id=alternative.pk, actor=dentist, at=at)
    items = list(alternative.items.filter(cancelled_at=None).select_related("procedure__service"))
    needed = set(papers.consents_for(items, is_minor=False)) & set(
        ConsentRule.objects.filter(strictness=Strictness.BLOCK).values_list("kind", flat=True)
    )
    for kind in ["contract", *sorted(needed)]:
        document = documents.issue_document(
            kind=kind,
            patient=patient,
            branch=made.branch,
            language=made.branch.language,
            actor=scene.administrator,
            at=at,
            alternative_id=alternative.pk,
        )
        documents.sign_document(
            document_id=document.pk,
            sha256=document.file.sha256,
            role="patient",
            signer_name=patient.get_full_name(),
            basis="",
            drawn=drawn_signature(patient.card_number),
            address=None,
            actor=scene.administrator,
            at=at + timedelta(minutes=5),
        )


def drawn_signature(number: int) -> Signature:
    """A pen stroke that differs from person to person."""
    points = [{"x": 20.0 + 6 * step, "y": 60.0 + ((step * (number % 7 + 3)) % 37) - 18, "time": 1000.0 + 15 * step} for step in range(28)]
    image = Image.new("RGBA", (240, 120), (255, 255, 255, 0))
    ImageDraw.Draw(image).line([(point["x"], point["y"]) for point in points], fill=(20, 30, 90, 255), width=3)
    content = BytesIO()
    image.save(content, "PNG")
    return Signature(strokes=[points], image=content.getvalue())


def treat(scene: Scene, made: Plan, visit: Visit, *, limit: int) -> int:
    """Carry out up to `limit` open lines at a visit, in their order; a line that lacks material waits."""
    dentist = scene.dentist_of(made.patient)
    items = Item.objects.filter(alternative__plan=made, alternative__state="accepted", cancelled_at=None)
    done = 0
    for item in items.select_related("procedure").order_by("visit_number", "position", "pk"):
        if done < limit and item.procedure.state not in ("done", "cancelled"):
            try:
                completion.complete_item(
                    item_id=item.pk,
                    actor=dentist,
                    at=visit.opened_at + timedelta(minutes=40),
                    visit_id=visit.pk,
                    override_reason=REASONS[visit.branch.language],
                    precautions=[rule.pk for rule in interactions.firing(made.patient, None, visit.opened_at)],
                )
            except OutOfStock:
                continue
            done += 1
    return done


@transaction.atomic
def order_lab_work(scene: Scene, made: Plan, at: datetime, *, days: int, state: str) -> LabOrder | None:
    """Order what the plan needs from the laboratory, due in `days`, and bring the order to `state`."""
    dentist = scene.dentist_of(made.patient)
    items = Item.objects.filter(alternative__plan=made, alternative__state="accepted", procedure__service__needs_lab=True, cancelled_at=None)
    procedures = [item.procedure_id for item in items if item.procedure.state not in ("done", "cancelled")]
    if not procedures:
        return None
    labs = list(Lab.objects.order_by("name", "pk"))
    details = lab.OrderDetails(
        lab_id=labs[made.patient.card_number % len(labs)].pk,
        due_date=branch_day(at + timedelta(days=days), made.branch.time_zone),
        shade=("A2", "A3", "B1", "A3,5")[made.patient.card_number % 4],
        material="ZrO₂",
    )
    stages = ("armature", "essayage", "finition") if made.branch.language == "fr" else ("каркас", "примерка", "сдача")
    order = lab.draft_order(actor=dentist, at=at, procedure_ids=procedures, branch=made.branch, details=details, stages=stages)
    for step in ("sent", "in_work", "try_in", "returned"):
        if order.state == state:
            break
        order = lab.move_order(actor=dentist, at=at + timedelta(days=1), order_id=order.pk, version=order.version, state=step)
    return order


@transaction.atomic
def pay(scene: Scene, patient: Patient, at: datetime, *, share: Decimal = Decimal(1)) -> None:
    """Pay that share of what is owed at the desk."""
    owed = money.balance(patient)
    amount = (owed * share).quantize(Decimal("0.01"))
    if amount > 0:
        billing.take_payment(
            patient_id=patient.pk,
            amount=amount,
            method=METHODS[patient.card_number % 3],
            branch=patient.branch,
            actor=scene.administrator,
            at=at,
        )
