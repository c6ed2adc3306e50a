"""Diagnoses of a visit and recalls, for tests."""

from datetime import datetime
from typing import Any

from charting import actions as charting
from charting.models import Diagnosis, Recall, RecallRule, Visit
from charting.recalls import actions, queries
from charting.recalls.queries import Proposal
from clinic.staff.models import User
from clinic.staff.roles import Role
from tests.charting.factories import NOW, make_code, make_visit, patient_petrov
from tests.staff.factories import dr_orlova, make_branch, make_user


def rule(code: str) -> RecallRule:
    """A shipped rule in force."""
    return RecallRule.objects.get(code=code, in_force_to=None)


def diagnosed(code: str = "K05.3", tooth: int | None = None, *, at: datetime = NOW) -> Diagnosis:
    """Petrov's visit has this diagnosis."""
    make_visit()
    make_code(code, "Хронический пародонтит")
    return charting.record_diagnosis(patient=patient_petrov(), code=code, tooth=tooth, actor=dr_orlova(), at=at)


def visit_with(*codes: str) -> Visit:
    """Petrov's visit with these diagnoses."""
    visit = make_visit()
    for code in codes:
        diagnosed(code)
    visit.refresh_from_db()
    return visit


def proposed(visit: Visit, at: datetime = NOW) -> dict[str, Proposal]:
    """What is proposed after the visit, by the code of the rule."""
    return {proposal.rule.code: proposal for proposal in queries.proposals_for(visit, at)}


def accepted(visit: Visit, code: str = "periodontitis", **values: Any) -> Recall:
    """Dr Orlova accepts what the rule proposes."""
    told: dict[str, Any] = {"actor": dr_orlova(), "at": NOW, **values}
    wish = told.pop("wish", None) or actions.Wish(rule=rule(code).pk)
    return actions.set_recall(visit=visit, wish=wish, **told)


def belova() -> User:
    """The front desk; the same one on every call."""
    return User.objects.filter(username="desk").first() or make_user(Role.ADMINISTRATOR, username="desk", branch=make_branch())


def manager() -> User:
    return User.objects.filter(username="chief").first() or make_user(Role.MANAGER, username="chief")
