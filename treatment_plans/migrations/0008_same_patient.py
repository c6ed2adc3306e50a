"""Records stay with their patient, and what they point at is of the same patient."""

from django.db import migrations

from clinic.history.referee import SamePatient


class Migration(migrations.Migration):
    dependencies = [("charting", "0009_referee"), ("treatment_plans", "0007_empty_phases_go")]

    operations = [
        SamePatient("Alternative", {"plan_id": "treatment_plans_plan"}),
        SamePatient("AlternativeStep", {"alternative_id": "treatment_plans_alternative"}),
        SamePatient("Document", {"alternative_id": "treatment_plans_alternative", "contract_id": "treatment_plans_document", "replaces_id": "treatment_plans_document"}),
        SamePatient("DocumentItem", {"document_id": "treatment_plans_document", "item_id": "treatment_plans_item"}),
        SamePatient("Item", {"alternative_id": "treatment_plans_alternative", "phase_id": "treatment_plans_phase", "procedure_id": "charting_procedure", "agreed_document_id": "treatment_plans_document", "performance_id": "charting_performance"}),
        SamePatient("Phase", {"alternative_id": "treatment_plans_alternative"}),
        SamePatient("Plan"),
        SamePatient("Signature", {"document_id": "treatment_plans_document"}),
    ]
