"""Records stay with their patient, and what they point at is of the same patient."""

from django.db import migrations

from clinic.history.referee import SamePatient


class Migration(migrations.Migration):
    dependencies = [("billing", "0005_same_patient"), ("charting", "0009_referee"), ("insurance", "0003_policy_owner")]

    operations = [
        SamePatient("ClaimLine", {"policy_id": "insurance_policy", "letter_id": "insurance_guaranteeletter", "performance_id": "charting_performance", "charge_id": "billing_charge", "share_id": "billing_insurershare", "reverses_id": "insurance_claimline"}),
        SamePatient("GuaranteeLetter", {"policy_id": "insurance_policy"}),
        SamePatient("Policy"),
    ]
