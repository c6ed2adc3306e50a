"""Appointments stay with their patient, and move only as the diary allows: by its table, or back by one step."""

from django.db import migrations

from clinic.history.referee import Moves, SamePatient

MOVES = {
    "booked": ["arrived", "cancelled", "confirmed", "no_show", "seated"],
    "confirmed": ["arrived", "cancelled", "no_show", "seated"],
    "arrived": ["cancelled", "no_show", "seated"],
    "seated": ["cancelled", "done"],
    "done": [],
    "cancelled": ["booked"],
    "no_show": ["arrived", "booked"],
}
STATE_BEFORE = """NEW.state = (
    SELECT c.state FROM scheduling_appointmentstatechange c WHERE c.appointment_id = NEW.id ORDER BY c.at DESC, c.id DESC OFFSET 1 LIMIT 1)"""


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0002_times_in_reach")]

    operations = [
        SamePatient("Appointment"),
        SamePatient("AppointmentStateChange", {"appointment_id": "scheduling_appointment"}),
        Moves("Appointment", MOVES, or_when=STATE_BEFORE),
    ]
