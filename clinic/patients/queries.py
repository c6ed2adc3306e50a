"""The only way to a patient's record."""

from uuid import UUID

from clinic.history.actions import record_view
from clinic.lib.errors import NotFound
from clinic.patients.models import Alert, AlertSeverity, Patient
from clinic.staff.models import User
from clinic.staff.roles import Permission

SEVERITIES = [AlertSeverity.CRITICAL.value, AlertSeverity.WARNING.value, AlertSeverity.INFO.value]


def get_patient_for(user: User, patient_id: UUID, *, what: str, permission: Permission = Permission.PATIENT_VIEW) -> Patient:
    """The patient, if the person may see this part of the record; the look itself is recorded.

    :raises NotAllowed: when no role of the person grants `permission`.
    :raises NotFound: when there is no such patient.
    """
    user.require(permission)
    patient = Patient.objects.select_related("branch", "responsible_dentist").filter(pk=patient_id).first()
    if patient is None:
        raise NotFound
    record_view(patient_id=patient.pk, what=what)
    return patient


def active_alerts(patient: Patient) -> list[Alert]:
    """Medical alerts in force, the gravest first; who lacks CLINICAL_VIEW is shown only that there are some."""
    return sorted(patient.alerts.filter(ended_at=None), key=lambda alert: (SEVERITIES.index(alert.severity), alert.recorded_at))
