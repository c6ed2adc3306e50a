"""The diary seats a patient, whoever clicks where: the visit of the appointment begins; when that is taken back, an empty visit goes too.

An appointment that goes to another dentist or branch takes its visit along.
"""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from charting.actions.visits import begin_visit, cancel_untouched, follow_appointment
from clinic.scheduling import rules
from clinic.scheduling.events import moved, state_changed
from clinic.scheduling.models import Appointment
from clinic.staff.models import User


@receiver(state_changed, sender=Appointment, dispatch_uid="charting.seating")
def follow_the_chair(*, appointment: Appointment, before: str, actor: User, at: datetime, **_signal: Any) -> None:
    """Runs in the transaction of the step, so there is no seated patient without a visit."""
    if appointment.state == rules.SEATED:
        begin_visit(appointment=appointment, at=at)
    elif before == rules.SEATED and appointment.state != rules.DONE:
        cancel_untouched(appointment=appointment, actor=actor, at=at)


@receiver(moved, sender=Appointment, dispatch_uid="charting.moving")
def follow_the_dentist(*, appointment: Appointment, **_signal: Any) -> None:
    """Runs in the transaction of the move, so that a visit that must stay keeps its appointment too."""
    follow_appointment(appointment=appointment)
