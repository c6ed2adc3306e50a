"""Registers of claim lines: made for a period, sent as a workbook, marked paid."""

from collections.abc import Iterable
from datetime import date, datetime
from io import BytesIO
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from openpyxl import Workbook
from openpyxl.styles import Font

from charting import notation
from clinic.files import actions as files
from clinic.history.actions import record_taken
from clinic.history.creation import find_sent
from clinic.lib import sheets
from clinic.lib.errors import Conflict, DomainError, InvalidInput, NotFound, StaleVersion
from clinic.lib.ids import uuid7
from clinic.lib.money import ZERO
from clinic.staff.models import Branch, User
from clinic.staff.roles import Permission
from insurance import queries
from insurance.models import Claim, ClaimEntry, ClaimLine, ClaimState, Insurer

WIDTHS = (6, 34, 12, 18, 16, 12, 14, 44, 10, 14, 14)


class NothingToClaim(DomainError):
    code = "nothing_to_claim"
    default_message = gettext_lazy("There is nothing to claim from this insurer in the period: every line stands in a register already.")


class WrongState(Conflict):
    code = "claim_state"
    default_message = gettext_lazy("The register is not in the state for this. Reload the page to see where it stands.")


def unclaimed(insurer: Insurer, branch: Branch, until: date) -> QuerySet[ClaimLine]:
    """Lines of the insurer that stand in no register; a line reversed before it was ever sent is left out together with its reversal."""
    return ClaimLine.objects.filter(
        Q(reversal=None) | Q(reversal__entry__isnull=False),
        Q(reverses=None) | Q(reverses__entry__isnull=False),
        policy__programme__insurer=insurer,
        policy__currency=branch.currency,
        charge__legal_entity=branch.legal_entity_id,
        performed_date__lte=until,
        entry=None,
    ).order_by("performed_date", "pk")


@transaction.atomic
def make_claim(*, id: UUID | None = None, insurer_id: UUID, branch: Branch, period_from: date, period_to: date, actor: User, at: datetime) -> Claim:
    """Gather what the insurer owes up to the period's end into a numbered draft register; late lines of earlier periods come along.

    A second call with the same `id` gives the first register.

    :raises NothingToClaim: when no line waits.
    """
    actor.require(Permission.INSURANCE_WRITE)
    if period_to < period_from:
        raise InvalidInput(fields={"period_to": gettext_lazy("The period ends before it begins.")})
    sent = {"insurer_id": insurer_id, "legal_entity_id": branch.legal_entity_id, "currency": branch.currency}
    first = find_sent(Claim, id, period_from=period_from, period_to=period_to, **sent)
    if first is not None:
        return first
    insurer = Insurer.objects.select_for_update(no_key=True).filter(pk=insurer_id).first()
    if insurer is None:
        raise NotFound
    lines = list(unclaimed(insurer, branch, period_to))
    if not lines:
        raise NothingToClaim
    claim = Claim.objects.create(
        id=id or uuid7(),
        insurer=insurer,
        legal_entity_id=branch.legal_entity_id,
        number=(insurer.claims.aggregate(last=Max("number"))["last"] or 0) + 1,
        currency=branch.currency,
        period_from=period_from,
        period_to=period_to,
        made_by=actor,
    )
    ClaimEntry.objects.bulk_create(ClaimEntry(claim=claim, line=line) for line in lines)
    return claim


@transaction.atomic
def mark_sent(*, claim_id: UUID, version: int, actor: User, at: datetime) -> Claim:
    """Freeze the register and keep the workbook as it was sent.

    :raises WrongState: unless it is a draft.
    """
    claim = _lock(claim_id, version, actor, ClaimState.DRAFT)
    claim.file = files.store(content=register_xlsx(claim), media_type=sheets.MEDIA_TYPE)
    claim.state, claim.sent_at, claim.sent_by = ClaimState.SENT, at, actor
    claim.save(update_fields=["file", "state", "sent_at", "sent_by"])
    claim.refresh_from_db(fields=["version"])
    return claim


@transaction.atomic
def mark_paid(*, claim_id: UUID, version: int, actor: User, at: datetime) -> Claim:
    """Note that the insurer has paid the register.

    :raises WrongState: unless it has been sent.
    """
    claim = _lock(claim_id, version, actor, ClaimState.SENT)
    claim.state, claim.paid_at, claim.paid_by = ClaimState.PAID, at, actor
    claim.save(update_fields=["state", "paid_at", "paid_by"])
    claim.refresh_from_db(fields=["version"])
    return claim


def _lock(claim_id: UUID, version: int, actor: User, state: ClaimState) -> Claim:
    actor.require(Permission.INSURANCE_WRITE)
    claim = queries.claims_for(actor, Permission.INSURANCE_WRITE).select_for_update(no_key=True).filter(pk=claim_id).first()
    if claim is None:
        raise NotFound
    if claim.state != state:
        raise WrongState
    if claim.version != version:
        raise StaleVersion
    return claim


def lines_of(claim: Claim) -> QuerySet[ClaimLine]:
    """The register's lines in the order of the patients' names."""
    return (
        ClaimLine.objects.filter(entry__claim=claim)
        .select_related("patient", "policy", "letter", "charge__service", "performance")
        .prefetch_related("performance__procedure__teeth")
        .order_by("patient__last_name", "patient__first_name", "performed_date", "pk")
    )


def take_register(claim: Claim) -> bytes:
    """The register as it goes out of the house, once sent the very file that was sent; whose procedures it holds stands in history."""
    named = {"claim": str(claim.pk), "number": claim.number}
    record_taken(what="insurance_claim", patient_ids=(line.patient_id for line in lines_of(claim)), body=named)
    return files.read(claim.file) if claim.file else register_xlsx(claim)


def register_xlsx(claim: Claim) -> bytes:
    """The register as a workbook: a line per procedure, and the sum."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = pgettext("claim", "Register")
    sheet.append([sheets.plain(_("Register %(number)s, %(insurer)s") % {"number": claim.number, "insurer": claim.insurer.name})])
    period = f"{claim.period_from:%d.%m.%Y} – {claim.period_to:%d.%m.%Y}"
    sheet.append([sheets.plain(f"{claim.legal_entity.name}, {period}, {claim.currency}")])
    sheet.append(_headings())
    lines = list(lines_of(claim))
    for number, line in enumerate(lines, start=1):
        sheet.append([number, *_cells(line)])
    sheet.append([""] * 9 + [_("Total"), sum((line.amount for line in lines), ZERO)])
    for row in (1, 3, sheet.max_row):
        for cell in sheet[row]:
            cell.font = Font(bold=True)
    for column, width in zip("ABCDEFGHIJK", WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "A4"
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _headings() -> list[str]:
    policy = [_("Policy"), _("Letter"), _("Date")]
    return ["№", _("Patient"), _("Born"), *policy, _("Code"), _("Service"), _("Teeth"), _("Charged"), _("Insurer pays")]


def _cells(line: ClaimLine) -> Iterable[object]:
    teeth = ", ".join(notation.fdi(row.tooth) for row in line.performance.procedure.teeth.all())
    who = [
        sheets.plain(line.patient.get_full_name()),
        line.patient.birth_date,
        sheets.plain(line.policy.number),
        sheets.plain(line.letter.number if line.letter else ""),
    ]
    what = [line.performed_date, sheets.plain(line.charge.service.code), sheets.plain(line.charge.description), teeth]
    charged = line.charge.amount if line.amount > 0 else -line.charge.amount
    return [*who, *what, charged, line.amount]
