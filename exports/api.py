"""API of what leaves the house."""

from datetime import date
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema

from clinic.lib import pdf
from clinic.staff.models import User
from exports import actions
from exports.queries import Period

router = Router(tags=["exports"])


class Request(HttpRequest):
    """A request of a known person."""

    user: User


class CardQuery(Schema):
    """`language` is `ru`, `fr` or `en`, else the patient's own; visits from `first` to `last`, both included."""

    language: str = ""
    first: date | None = None
    last: date | None = None


@router.get("/patients/{uuid:patient_id}/card", operation_id="get_patient_card")
def get_patient_card(request: Request, patient_id: UUID, query: Query[CardQuery]) -> HttpResponse:
    """The patient's card after form 043/у as PDF; that it was taken stands in the patient's history."""
    period = Period(query.first, query.last)
    card, content = actions.print_card(user=request.user, patient_id=patient_id, language=query.language, period=period, at=timezone.now())
    return pdf.response(content, name=f"card-{card.number}")
