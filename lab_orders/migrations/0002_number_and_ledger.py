"""Numbers of laboratory orders; changes of state are append-only."""

from django.db import migrations

from clinic.history.operations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("lab_orders", "0001_initial")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE lab_orders_number START 1001", "DROP SEQUENCE lab_orders_number"),
        AppendOnly("StateChange"),
    ]
