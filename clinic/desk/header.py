"""What stands above every page of a patient."""

from functools import cached_property

from clinic.patients import queries as patients
from clinic.patients.models import Alert, Patient
from clinic.staff.models import User
from clinic.staff.roles import Permission


class PatientHeader:
    """The patient in one glance, as far as this person may see."""

    def __init__(self, user: User, patient: Patient) -> None:
        self._user = user
        self._patient = patient

    @cached_property
    def all_alerts(self) -> list[Alert]:
        return patients.active_alerts(self._patient)

    @property
    def alerts(self) -> list[Alert]:
        """Alerts in words, for those who treat."""
        return self.all_alerts if self._user.may(Permission.CLINICAL_VIEW) else []

    @property
    def has_hidden_alerts(self) -> bool:
        """Whether there are alerts that this person may know of but not read."""
        return bool(self.all_alerts) and not self.alerts
