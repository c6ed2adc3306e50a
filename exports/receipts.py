"""Receipts of signatures for people: found through the person who asks, shown, printed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import segno
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from charting.models import Visit
from clinic.history import wording
from clinic.history.actions import record_print
from clinic.history.evidence import receipts
from clinic.history.evidence.bundle import NotSealed
from clinic.history.evidence.receipts import Receipt, Signing
from clinic.lib import pdf
from clinic.lib.clock import branch_day
from clinic.lib.errors import NotFound
from clinic.patients.models import Consent, Patient
from clinic.patients.queries import get_patient_for
from clinic.staff.models import User
from clinic.staff.roles import Permission
from exports.evidence import SealPending
from treatment_plans.models import Alternative, Document

Named = tuple[UUID, str]


@dataclass(frozen=True)
class Paper:
    """A receipt of one of the patient's signatures; `receipt` is None while its seal is to come, `title` says which record was signed."""

    patient: Patient
    signing: Signing
    receipt: Receipt | None
    title: str = ""

    @property
    def what(self) -> str:
        """What was signed, in words."""
        return wording.table_label(self.signing.table)


def get(*, user: User, event_id: int, seconds: float = receipts.WAIT) -> Paper:
    """The receipt of the signature with this number, waited for a moment when it is not sealed yet.

    :raises NotAllowed, NotFound: when the person may not see the patient's documents, or there is no such signature.
    """
    user.require(Permission.DOCUMENT_VIEW)
    signing = receipts.signing(event_id)
    if signing is None or signing.patient_id is None:
        raise NotFound
    patient = get_patient_for(user, signing.patient_id, what="receipt", permission=Permission.DOCUMENT_VIEW)
    title = _titles([signing]).get(signing.key or "", "")
    try:
        return Paper(patient, signing, receipts.make(signing, seconds=seconds), title)
    except NotSealed:
        return Paper(patient, signing, None, title)


class Papers:
    """Receipts of a patient's signatures without their proofs, the newest first; read and named a slice at a time."""

    def __init__(self, patient: Patient, signings: receipts.Signings) -> None:
        self.patient = patient
        self._signings = signings

    def count(self) -> int:
        return self._signings.count()

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, wanted: slice) -> list[Paper]:
        found = self._signings[wanted]
        titles = _titles(found)
        return [Paper(self.patient, signing, None, titles.get(signing.key or "", "")) for signing in found]


def of_patient(*, user: User, patient_id: UUID, key: UUID | None = None, before: int | None = None) -> Papers:
    """The patient's signatures, those of one record, or those before an event.

    :raises NotAllowed, NotFound: when the person may not see the patient's documents, or the record is not theirs or not signed.
    """
    patient = get_patient_for(user, patient_id, what="receipts", permission=Permission.DOCUMENT_VIEW)
    found = Papers(patient, receipts.Signings(patient_id, key=key, before=before))
    if key and not found:
        raise NotFound
    return found


def _titles(signings: Sequence[Signing]) -> dict[str, str]:
    """Which document, plan, visit or consent each signature is under, in the reader's language, by its key."""
    keys: dict[str, list[str]] = {}
    for signing in signings:
        keys.setdefault(signing.table, []).append(signing.key or "")
    named: dict[str, Callable[[list[str]], Iterable[Named]]] = {
        Document._meta.db_table: lambda found: ((row.pk, str(row)) for row in Document.objects.filter(pk__in=found)),
        Alternative._meta.db_table: lambda found: (
            (row.pk, f"{row.plan}, {row.label}") for row in Alternative.objects.filter(pk__in=found).select_related("plan")
        ),
        Visit._meta.db_table: lambda found: (
            (row.pk, _visit_title(row)) for row in Visit.objects.filter(pk__in=found).select_related("dentist", "branch")
        ),
        Consent._meta.db_table: lambda found: ((row.pk, row.text.title) for row in Consent.objects.filter(pk__in=found).select_related("text")),
    }
    return {str(key): title for table, found in keys.items() if table in named for key, title in named[table](found)}


def _visit_title(visit: Visit) -> str:
    day = branch_day(visit.opened_at, visit.branch.time_zone)
    return _("Visit of %(day)s, %(dentist)s") % {"day": date_format(day, "SHORT_DATE_FORMAT"), "dentist": visit.dentist}


def render(paper: Paper, *, language: str) -> bytes:
    """One page to take home; that it was printed stands in the patient's history.

    :raises SealPending: while there is nothing to prove yet.
    """
    if paper.receipt is None:
        raise SealPending
    record_print(what="receipt", patient_id=paper.patient.pk, body={"event": paper.signing.id, "size": paper.receipt.checkpoint.size})
    qr = segno.make(paper.receipt.text(), error="l").svg_data_uri(scale=4, border=4)
    return pdf.render("exports/pdf/receipt.html", {"paper": paper, "qr": qr}, language=language)
