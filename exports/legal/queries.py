"""Reads of cases and holds."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from django.db.models import BigIntegerField, CharField, Count, Expression, F, Func, Prefetch, Q, QuerySet, Value, When
from django.db.models import Case as Choice
from django.db.models.functions import Cast, Coalesce, Concat, Extract, LPad

from clinic.history.actions import record_view
from clinic.lib.errors import NotFound
from clinic.staff.models import User
from clinic.staff.roles import Permission
from exports.legal.models import Case, CaseEvidence, CasePatient, Hold

DIGITS = 9


def standing(at: datetime) -> Q:
    """The holds that stand at an instant; `history.held` in the database says the same of now."""
    return Q(lift=None, since__lte=at) & (Q(until=None) | Q(until__gt=at))


def stands(hold: Hold, at: datetime) -> bool:
    """Whether a hold that was read with its lifting stands."""
    return not hasattr(hold, "lift") and hold.since <= at and (hold.until is None or hold.until > at)


def holds_on(patient_id: UUID, at: datetime) -> list[Hold]:
    """The holds that forbid to destroy anything of the patient, with their cases, the oldest first."""
    found = Hold.objects.filter(standing(at), patient_id=patient_id).select_related("case", "placed_by")
    return list(found.order_by("since", "pk"))


def held_among(patient_ids: Sequence[UUID], at: datetime) -> set[UUID]:
    """Which of these patients are under a hold."""
    return set(Hold.objects.filter(standing(at), patient_id__in=patient_ids).values_list("patient_id", flat=True))


def get_case_for(user: User, case_id: UUID) -> Case:
    """The case with all that belongs to it; that its patients' names were shown is recorded.

    :raises NotAllowed: :raises NotFound:
    """
    user.require(Permission.CASE_MANAGE)
    people = Prefetch("people", CasePatient.objects.select_related("patient", "added_by").order_by("patient__last_name", "patient__first_name", "pk"))
    holds = Prefetch("holds", Hold.objects.select_related("patient", "placed_by", "lift__lifted_by").order_by("-placed_at", "pk"))
    archives = CaseEvidence.objects.select_related("patient", "evidence__asked_by", "evidence__pdf", "added_by").order_by("-added_at", "pk")
    found = (
        Case.objects.select_related("opened_by", "closed_by")
        .prefetch_related(people, holds, Prefetch("archives", archives.prefetch_related("deliveries__handed_by")), "notes__written_by")
        .filter(pk=case_id)
        .first()
    )
    if found is None:
        raise NotFound
    for person in found.people.all():
        record_view(patient_id=person.patient_id, what="case", detail={"case": found.number})
    return found


def cases(*, state: str = "open", text: str = "") -> QuerySet[Case]:
    """Cases of a state (`open`, `closed` or all), the most urgent first; `text` is looked for in number, title, claimant and patients."""
    found = Case.objects.annotate(patients=Count("people", distinct=True), place=_place())
    if state in ("open", "closed"):
        found = found.filter(closed_at__isnull=state == "open")
    for word in text.split():
        found = found.filter(_mentions(word))
    return found.order_by("place")


def _place() -> Concat:
    """The order as one text, so that a page begins anywhere in it: open before closed, the latest closed, the nearest deadline, the latest number."""
    closed = Cast(Extract("closed_at", "epoch", tzinfo=UTC), BigIntegerField())
    return Concat(
        Choice(When(closed_at=None, then=Value("0")), default=Concat(Value("1"), _downwards(closed))),
        Coalesce(Func(F("deadline_date"), Value("YYYYMMDD"), function="to_char", output_field=CharField()), Value("99999999")),
        _downwards(F("number")),
        output_field=CharField(),
    )


def _downwards(number: Expression | F) -> LPad:
    """The number as text of one width that sorts the larger first."""
    return LPad(Cast(Value(9_999_999_999, output_field=BigIntegerField()) - number, CharField()), 10, Value("0"))


def _mentions(word: str) -> Q:
    person = Q(patient__last_name__icontains=word) | Q(patient__first_name__icontains=word)
    mentioned = Q(title__icontains=word) | Q(claimant__icontains=word)
    if word.isascii() and word.isdigit() and len(word) <= DIGITS:
        mentioned |= Q(number=int(word))
        person |= Q(patient__card_number=int(word))
    return mentioned | Q(pk__in=CasePatient.objects.filter(person).values("case_id"))


def due(until: date, limit: int) -> list[Case]:
    """Open cases with a deadline until that day, overdue ones first."""
    return list(cases().filter(deadline_date__lte=until)[:limit])
