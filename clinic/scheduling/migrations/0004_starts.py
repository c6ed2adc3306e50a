"""Appointments begin as booked, shifts as standing."""

from django.db import migrations

from clinic.history.referee import Starts


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0003_referee")]

    operations = [
        Starts("Appointment", "NEW.state = 'booked'"),
        Starts("Shift", "NEW.cancelled_at IS NULL"),
    ]
