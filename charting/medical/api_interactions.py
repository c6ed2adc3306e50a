"""API of interactions: what speaks against an act on a patient, and the clinic's rules."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from ninja import Router, Status
from ninja.pagination import paginate

from charting import dated_rules
from charting.medical import interactions, queries, rule_editing, schemas
from charting.medical.interaction_models import InteractionRule
from charting.queries import get_procedure
from clinic.lib.cursors import CursorPages
from clinic.patients.queries import get_patient_for
from clinic.staff.http import Request
from clinic.staff.roles import Permission

router = Router(tags=["medical history"])


@router.get("/patients/{uuid:patient_id}/interactions", response=list[schemas.InteractionRuleOut], operation_id="list_interactions")
def list_interactions(request: Request, patient_id: UUID, act: str = "") -> list[InteractionRule]:
    """Rules that speak against an act (tags with commas between: `drug:nsaids,drug:adrenaline`); without one all that concern the patient."""
    patient = get_patient_for(request.user, patient_id, what="medical history", permission=Permission.CLINICAL_VIEW)
    tags = [tag.strip() for tag in act.split(",") if tag.strip()]
    return interactions.firing(patient, tags or None, timezone.now())


@router.get("/procedures/{uuid:procedure_id}/interactions", response=list[schemas.InteractionRuleOut], operation_id="list_procedure_interactions")
def list_procedure_interactions(request: Request, procedure_id: UUID) -> list[InteractionRule]:
    """Rules that speak against this procedure, to be read before it is done; a `stop` asks for `override_reason` then."""
    request.user.require(Permission.CLINICAL_VIEW)
    procedure = get_procedure(procedure_id)
    patient = get_patient_for(request.user, procedure.patient_id, what="medical history", permission=Permission.CLINICAL_VIEW)
    return interactions.firing(patient, interactions.act_of(procedure.service), timezone.now())


@router.get("/interaction-rules", response=list[schemas.InteractionRuleOut], operation_id="list_interaction_rules")
@paginate(CursorPages, ordering=("code", "-in_force_from", "id"))
def list_interaction_rules(request: Request) -> QuerySet[InteractionRule]:
    """All rules, also those that ended."""
    request.user.require(Permission.PATIENT_VIEW)
    return InteractionRule.objects.all()


@router.post("/interaction-rules", response={201: schemas.InteractionRuleOut}, operation_id="write_interaction_rule")
def write_interaction_rule(request: Request, data: schemas.InteractionRuleIn) -> Status[InteractionRule]:
    return Status(201, rule_editing.write_rule(details=data.dict(), actor=request.user, at=timezone.now()))


@router.put("/interaction-rules/{uuid:rule_id}", response=schemas.InteractionRuleOut, operation_id="change_interaction_rule")
def change_interaction_rule(request: Request, rule_id: UUID, data: schemas.InteractionRuleIn) -> InteractionRule:
    """The successor of a rule, which ends now; 409 `rule_ended` when it is not in force any more."""
    request.user.require(Permission.SETTINGS_WRITE)
    return rule_editing.write_rule(details=data.dict(), instead_of=queries.get_rule(rule_id), actor=request.user, at=timezone.now())


@router.post("/interaction-rules/{uuid:rule_id}/end", response=schemas.InteractionRuleOut, operation_id="end_interaction_rule")
def end_interaction_rule(request: Request, rule_id: UUID) -> InteractionRule:
    """From now on the rule does not fire."""
    request.user.require(Permission.SETTINGS_WRITE)
    return dated_rules.end_rule(rule=queries.get_rule(rule_id), actor=request.user, at=timezone.now())
