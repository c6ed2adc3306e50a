"""What stands above every page of a patient."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from charting import queries as charting
from charting.models import Visit
from clinic.billing import queries as billing
from clinic.patients.access_models import Rectification, Restriction
from clinic.patients.models import Alert, Patient
from clinic.scheduling import queries as scheduling
from clinic.scheduling import rules
from clinic.scheduling.models import Appointment
from clinic.staff.models import User
from clinic.staff.roles import Permission


@dataclass(frozen=True)
class Balance:
    """What the patient owes in one currency; negative when the clinic owes."""

    amount: Decimal
    currency: str

    @property
    def advance(self) -> Decimal:
        return -self.amount


class PatientHeader:
    """The patient in one glance, as far as this person may see."""

    def __init__(self, user: User, patient: Patient) -> None:
        self._user = user
        self._patient = patient

    @property
    def alerts(self) -> list[Alert]:
        """Alerts in words, for those who treat and for whoever recorded them."""
        return self._patient.alerts_for(self._user)

    @property
    def has_hidden_alerts(self) -> bool:
        """Whether there are alerts that this person may know of but not read."""
        return len(self._patient.active_alerts) > len(self.alerts)

    @property
    def restriction(self) -> Restriction | None:
        """The restriction in force: whoever opens the record is told of it."""
        return self._patient.restriction

    @property
    def rectifications(self) -> list[Rectification]:
        """What the patient had put right, for those who read the record."""
        is_read = self._user.may(Permission.CLINICAL_VIEW) or self._user.may(Permission.HISTORY_SEARCH)
        return self._patient.rectified if is_read else []

    @property
    def shows_money(self) -> bool:
        return self._user.may(Permission.MONEY_VIEW)

    @cached_property
    def balances(self) -> list[Balance]:
        """The accounts that are not even, by currency."""
        accounts = billing.accounts_on_page(self._patient)
        return [Balance(amount, currency) for currency, amount in sorted(accounts.items()) if amount]

    @property
    def shows_diary(self) -> bool:
        return self._user.may(Permission.DIARY_VIEW)

    @cached_property
    def next_appointment(self) -> Appointment | None:
        return scheduling.next_appointment(self._patient)

    @property
    def is_next_elsewhere(self) -> bool:
        """Whether the next appointment is in another branch than the one where this person works now; its time is that branch's."""
        here = self._user.works_in
        return self.next_appointment is not None and here is not None and self.next_appointment.branch_id != here.pk

    @cached_property
    def visit(self) -> Visit | None:
        """The visit that the patient sits in the chair for, to those who may read it."""
        appointment = self.next_appointment
        is_read = self._user.may(Permission.CLINICAL_VIEW) and appointment is not None and appointment.state == rules.SEATED
        return charting.visit_of_appointment(appointment) if appointment and is_read else None

    @property
    def diary_url(self) -> str:
        """Where the next appointment stands in the diary."""
        appointment = self.next_appointment
        return scheduling.diary_link(appointment.branch, appointment.starts_at, appointment.pk) if appointment else ""
