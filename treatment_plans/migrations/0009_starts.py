"""Alternatives begin as drafts; lines begin neither agreed nor done nor cancelled."""

from django.db import migrations

from clinic.history.referee import Starts


class Migration(migrations.Migration):
    dependencies = [("treatment_plans", "0008_same_patient")]

    operations = [
        Starts("Alternative", "NEW.state = 'draft'"),
        Starts("Item", "NEW.agreed_document_id IS NULL AND NEW.performance_id IS NULL AND NEW.cancelled_at IS NULL"),
    ]
