"""What the page of a visit says of the next one."""

from collections.abc import Sequence

from django.utils import timezone

from charting.models import Diagnosis, Performance, Visit
from charting.recalls import actions, queries
from clinic.staff.models import User


def context_of(visit: Visit, user: User, diagnoses: Sequence[Diagnosis], performances: Sequence[Performance]) -> dict[str, object]:
    """Proposals that nobody accepted, what stands, and what this person may do."""
    recalls = queries.recalls_in(visit)
    found = queries.proposals_for(visit, timezone.now(), queries.Seen(diagnoses, performances, recalls))
    proposals = [proposal for proposal in found if proposal.is_offered]
    shown = {proposal.decided.pk for proposal in proposals if proposal.decided}
    is_open = visit.cancelled_at is None and visit.in_error_at is None
    return {
        "recalls": [recall for recall in recalls if recall.pk not in shown],
        "proposals": proposals,
        "may_recall": is_open and actions.may_decide(visit, user),
    }
