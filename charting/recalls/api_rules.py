"""API of the clinic's rules of recalls."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from charting import dated_rules
from charting.recalls import queries, rule_editing
from charting.recalls.models import RecallRule
from clinic.lib.cursors import CursorPages
from clinic.staff.http import Request
from clinic.staff.roles import Permission

router = Router(tags=["recalls"])


class RecallRuleText(Schema):
    """After which `diagnoses` (beginnings of ICD-10 codes) or `acts` (`category:surgery`, `effect:extraction`, `service:T01`) how much later:
    either `months` or `days`."""

    kind: str
    diagnoses: list[str] = Field(default_factory=list, max_length=50)
    acts: list[str] = Field(default_factory=list, max_length=100)
    younger_than: int | None = None
    months: int | None = None
    days: int | None = None
    purpose_ru: str = Field(max_length=200)
    purpose_fr: str = Field(max_length=200)
    purpose_en: str = Field(max_length=200)
    source: str = Field(max_length=300)


class RecallRuleIn(RecallRuleText):
    id: UUID | None = None
    code: str = Field(max_length=40)


class RecallRuleOut(RecallRuleText):
    id: UUID
    version: int
    code: str
    in_force_from: datetime
    in_force_to: datetime | None


@router.get("/recall-rules", response=list[RecallRuleOut], operation_id="list_recall_rules")
@paginate(CursorPages, ordering=("code", "-in_force_from", "id"))
def list_recall_rules(request: Request) -> QuerySet[RecallRule]:
    """All rules, also those that ended."""
    request.user.require(Permission.PATIENT_VIEW)
    return RecallRule.objects.all()


@router.post("/recall-rules", response={201: RecallRuleOut}, operation_id="write_recall_rule")
def write_recall_rule(request: Request, data: RecallRuleIn) -> Status[RecallRule]:
    return Status(201, rule_editing.write_rule(details=data.dict(exclude={"id"}), actor=request.user, at=timezone.now(), id=data.id))


@router.put("/recall-rules/{uuid:recall_rule_id}", response=RecallRuleOut, operation_id="change_recall_rule")
def change_recall_rule(request: Request, recall_rule_id: UUID, data: RecallRuleText) -> RecallRule:
    """The successor of a rule, which ends now; 409 `rule_ended` when it is not in force any more."""
    request.user.require(Permission.SETTINGS_WRITE)
    return rule_editing.write_rule(details=data.dict(), instead_of=queries.get_rule(recall_rule_id), actor=request.user, at=timezone.now())


@router.post("/recall-rules/{uuid:recall_rule_id}/end", response=RecallRuleOut, operation_id="end_recall_rule")
def end_recall_rule(request: Request, recall_rule_id: UUID) -> RecallRule:
    """From now on the rule proposes nothing; recalls that it led to stay."""
    request.user.require(Permission.SETTINGS_WRITE)
    return dated_rules.end_rule(rule=queries.get_rule(recall_rule_id), actor=request.user, at=timezone.now())
