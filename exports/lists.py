"""Lists that leave the house as workbooks; rows come from the database as they are written."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Prefetch
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.billing.models import Charge, Payment
from clinic.lib.clock import wall_clock
from clinic.lib.money import round_money
from clinic.patients.models import Contact, Patient
from clinic.scheduling.models import Appointment
from clinic.staff.roles import Permission as P
from exports.reports import Scope
from exports.tables import Table
from inventory.models import Lot
from lab_orders.models import LabOrder

CHUNK = 2000
R = TypeVar("R")


def _there(instant: datetime, row: Patient | Appointment | Charge | Payment) -> datetime:
    """What the wall clock of the row's branch showed."""
    return wall_clock(instant, row.branch.time_zone)


def patients(scope: Scope) -> Table:
    """Patients registered in the period."""
    contacts = Contact.objects.filter(ended_at=None).order_by("position", "pk")
    found = scope.of(Patient.objects.select_related("branch", "source"), "created_at").order_by("card_number")
    found = found.prefetch_related(Prefetch("contacts", contacts))
    headings = (
        _("Card"),
        _("Last name"),
        _("First name"),
        _("Patronymic"),
        _("Date of birth"),
        _("Contacts"),
        _("Branch"),
        _("Source"),
        _("Registered"),
    )
    seen: set[UUID] = set()
    rows = (
        (
            row.card_number,
            row.last_name,
            row.first_name,
            row.patronymic,
            row.birth_date,
            ", ".join(contact.value for contact in row.contacts.all()),
            row.branch.name,
            row.source.name if row.source else "",
            _there(row.created_at, row),
        )
        for row in _naming(seen, found.iterator(CHUNK), "pk")
    )
    return Table("patients", _("Patients"), headings, rows, patients=seen)


def appointments(scope: Scope) -> Table:
    """Appointments that begin in the period."""
    found = scope.of(Appointment.objects.select_related("patient", "dentist", "branch", "chair", "type"), "starts_at").order_by("starts_at", "pk")
    headings = (_("From"), _("To"), _("Card"), _("Patient"), _("Dentist"), _("Branch"), _("Chair"), _("Type"), _("State"), _("Note"))
    seen: set[UUID] = set()
    rows = (
        (
            _there(row.starts_at, row),
            _there(row.ends_at, row),
            row.patient.card_number,
            row.patient.get_full_name(),
            row.dentist.get_full_name(),
            row.branch.name,
            row.chair.name,
            str(row.type or ""),
            str(row.get_state_display()),
            row.note,
        )
        for row in _naming(seen, found.iterator(CHUNK), "patient_id")
    )
    return Table("appointments", _("Appointments"), headings, rows, patients=seen)


def charges(scope: Scope) -> Table:
    """Charges and their reversals posted in the period."""
    found = scope.of(Charge.objects.select_related("patient", "service", "branch", "performance__performer"), "posted_at").order_by("posted_at", "pk")
    headings = (
        _("Posted"),
        _("Card"),
        _("Patient"),
        _("Code"),
        _("Description"),
        _("Dentist"),
        _("Branch"),
        _("Amount"),
        _("Currency"),
        _("Reason of reversal"),
    )
    seen: set[UUID] = set()
    rows = (
        (
            _there(row.posted_at, row),
            row.patient.card_number,
            row.patient.get_full_name(),
            row.service.code,
            row.description,
            row.performance.performer.get_full_name(),
            row.branch.name,
            row.amount,
            row.currency,
            row.reason,
        )
        for row in _naming(seen, found.iterator(CHUNK), "patient_id")
    )
    return Table("charges", _("Charges"), headings, rows, patients=seen)


def payments(scope: Scope) -> Table:
    """Payments and refunds of the period."""
    found = scope.of(Payment.objects.select_related("patient", "payer", "branch", "received_by"), "received_at").order_by("received_at", "pk")
    headings = (
        _("Received"),
        _("Card"),
        _("Patient"),
        _("Payer"),
        _("Payer's tax number"),
        _("Amount"),
        _("Currency"),
        _("Method"),
        _("Reference"),
        _("Branch"),
        _("Received by"),
        _("Reason of refund"),
    )
    seen: set[UUID] = set()
    rows = (
        (
            _there(row.received_at, row),
            row.patient.card_number,
            row.patient.get_full_name(),
            row.paid_by,
            row.payer_tax_id,
            row.amount,
            row.currency,
            str(row.get_method_display()),
            row.reference,
            row.branch.name,
            row.received_by.get_full_name(),
            row.reason,
        )
        for row in _naming(seen, found.iterator(CHUNK), "patient_id", "payer_id")
    )
    return Table("payments", _("Payments"), headings, rows, patients=seen)


def lab_orders(scope: Scope) -> Table:
    """Laboratory orders written in the period."""
    found = scope.of(LabOrder.objects.select_related("patient", "lab", "dentist", "branch"), "created_at").order_by("number")
    headings = (
        _("Number"),
        _("Card"),
        _("Patient"),
        _("Laboratory"),
        _("Dentist"),
        _("State"),
        _("Material"),
        _("Shade"),
        _("Due back"),
        _("Branch"),
    )
    seen: set[UUID] = set()
    rows = (
        (
            row.number,
            row.patient.card_number,
            row.patient.get_full_name(),
            row.lab.name,
            row.dentist.get_full_name(),
            str(row.get_state_display()),
            row.material,
            row.shade,
            row.due_date,
            row.branch.name,
        )
        for row in _naming(seen, found.iterator(CHUNK), "patient_id")
    )
    return Table("lab-orders", _("Laboratory orders"), headings, rows, patients=seen)


def stock(scope: Scope) -> Table:
    """Lots with something on hand today, whatever the period; what nobody said the cost of has no value here, and not a value of zero."""
    found = (
        Lot.objects.filter(on_hand__gt=0, branch__in=[branch.pk for branch in scope.branches])
        .select_related("material", "branch")
        .order_by("material__name", "expires_on", "pk")
    )
    headings = (
        _("Article"),
        _("Material"),
        _("Lot"),
        _("Expires"),
        _("On hand"),
        _("Unit"),
        _("Cost of a unit"),
        _("Value"),
        _("Supplier"),
        _("Branch"),
    )
    rows = (
        (
            row.material.code,
            row.material.name,
            row.number,
            row.expires_on,
            row.on_hand,
            str(row.material.get_unit_display()),
            row.unit_cost,
            None if row.unit_cost is None else round_money(row.on_hand * row.unit_cost),
            row.supplier,
            row.branch.name,
        )
        for row in found.iterator(CHUNK)
    )
    return Table("stock", _("Stock"), headings, rows)


def _naming(seen: set[UUID], rows: Iterable[R], *links: str) -> Iterator[R]:
    """The rows, each after the people whom it names are in `seen`."""
    for row in rows:
        seen.update(key for link in links if (key := getattr(row, link)))
        yield row


@dataclass(frozen=True)
class List:
    """A list by its address, what it is called, how it is read and who may take it (besides lists at all)."""

    slug: str
    title: str | Promise
    table: Callable[[Scope], Table]
    needs: tuple[P, ...]

    @property
    def url_name(self) -> str:
        return f"{self.slug}-xlsx"


LISTS = (
    List("patients", gettext_lazy("Patients"), patients, (P.PATIENT_VIEW,)),
    List("appointments", gettext_lazy("Appointments"), appointments, (P.DIARY_VIEW, P.PATIENT_VIEW)),
    List("charges", gettext_lazy("Charges"), charges, (P.MONEY_VIEW,)),
    List("payments", gettext_lazy("Payments"), payments, (P.MONEY_VIEW,)),
    List("lab-orders", gettext_lazy("Laboratory orders"), lab_orders, (P.LAB_VIEW,)),
    List("stock", gettext_lazy("Stock"), stock, (P.STOCK_VIEW,)),
)
