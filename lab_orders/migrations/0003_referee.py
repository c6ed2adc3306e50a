"""Orders stay with their patient, are for procedures of that patient, and move only as the rules allow."""

from django.db import migrations

from clinic.history.referee import Moves, SamePatient

MOVES = {
    "draft": ["cancelled", "sent"],
    "sent": ["cancelled", "in_work", "returned"],
    "in_work": ["cancelled", "returned", "try_in"],
    "try_in": ["in_work", "remake", "returned"],
    "returned": ["fitted", "in_work", "remake"],
    "fitted": ["remake"],
    "remake": ["cancelled", "in_work", "returned"],
    "cancelled": [],
}


class Migration(migrations.Migration):
    dependencies = [("charting", "0009_referee"), ("lab_orders", "0002_number_and_ledger")]

    operations = [
        SamePatient("LabOrder"),
        SamePatient("LabOrderFile", {"order_id": "lab_orders_laborder"}),
        SamePatient("LabOrderItem", {"order_id": "lab_orders_laborder", "procedure_id": "charting_procedure"}),
        SamePatient("LabStage", {"order_id": "lab_orders_laborder"}),
        SamePatient("StateChange", {"order_id": "lab_orders_laborder"}),
        Moves("LabOrder", MOVES),
    ]
