"""Records stay with their patient, and what they point at is of the same patient."""

from django.db import migrations

from clinic.history.referee import SamePatient


class Migration(migrations.Migration):
    dependencies = [("charting", "0009_referee"), ("inventory", "0004_receipts")]

    operations = [
        SamePatient("Movement", {"performance_id": "charting_performance", "reverses_id": "inventory_movement"}),
        SamePatient("Shortage", {"performance_id": "charting_performance"}),
    ]
