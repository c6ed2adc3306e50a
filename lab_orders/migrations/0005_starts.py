"""Orders begin as drafts."""

from django.db import migrations

from clinic.history.referee import Starts


class Migration(migrations.Migration):
    dependencies = [("lab_orders", "0004_corrections")]

    operations = [Starts("LabOrder", "NEW.state = 'draft'")]
