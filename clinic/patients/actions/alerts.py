"""Medical alerts: recorded by anyone who registers patients, ended by those who read the record, or by whoever recorded them."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinic.history.creation import find_sent
from clinic.lib.errors import Conflict, InvalidInput, NotAllowed
from clinic.patients.actions.checks import ensure, locked
from clinic.patients.actions.registration import check_alert
from clinic.patients.messages import REFUSALS
from clinic.patients.models import Alert, Patient
from clinic.staff.models import User
from clinic.staff.roles import Permission


class AlertEnded(Conflict):
    """Somebody has ended this alert already."""

    code = "alert_ended"
    default_message = _("This alert has been ended already.")


class NotYourAlert(NotAllowed):
    """Whether an alert still holds is for those to say who treat the patient."""

    code = "not_your_alert"
    default_message = _("Another person recorded this alert. You may end your own; ask a dentist to end this one.")


@transaction.atomic
def record_alert(*, alert: Alert, actor: User, at: datetime) -> Alert:
    """Put a medical alert on every page of the patient; a second call with the same id returns the first result.

    :raises KeyTaken: when `id` is of another alert.
    """
    actor.require(Permission.PATIENT_WRITE)
    first = find_sent(Alert, alert.pk, **{name: getattr(alert, name) for name in ("patient_id", "kind", "severity", "text")})
    if first is not None:
        return first
    alert.recorded_at, alert.recorded_by = at, actor
    ensure(check_alert(alert))
    alert.save(force_insert=True)
    return alert


@transaction.atomic
def end_alert(*, alert_id: UUID, patient: Patient, reason: str, actor: User, at: datetime) -> Alert:
    """Take an alert off the patient's pages, saying why.

    :raises AlertEnded: when it is off already.
    :raises NotYourAlert: of somebody else's, without the right to read the record.
    """
    actor.require(Permission.PATIENT_WRITE)
    alert = locked(Alert, alert_id, patient)
    if alert.recorded_by_id != actor.pk and not actor.may(Permission.CLINICAL_VIEW):
        raise NotYourAlert
    if alert.ended_at:
        raise AlertEnded
    if not reason.strip():
        raise InvalidInput(fields={"reason": REFUSALS["required"]})
    alert.ended_at, alert.ended_by, alert.end_reason = at, actor, reason.strip()
    ensure(check_alert(alert))
    alert.save(update_fields=["ended_at", "ended_by", "end_reason"])
    return alert
