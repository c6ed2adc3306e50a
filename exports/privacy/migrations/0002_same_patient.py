"""A request and the evidence that answers it are of one patient."""

from django.db import migrations

from clinic.history.referee import SamePatient


class Migration(migrations.Migration):
    dependencies = [("charting", "0009_referee"), ("privacy", "0001_requests")]

    operations = [SamePatient("DataRequest", {"evidence_id": "exports_evidence"})]
