"""A look at a record is written down in one round trip."""

from pathlib import Path

from django.db import migrations

LOOK = Path(__file__).parent.parent / "sql" / "look.sql"

FORWARD = f"SET LOCAL history.maintenance = 'look';\nSET LOCAL ROLE history_owner;\n{LOOK.read_text()}\nRESET ROLE;\nSET LOCAL history.maintenance = '';"


class Migration(migrations.Migration):
    dependencies = [("history", "0001_ledger")]
    operations = [migrations.RunSQL([FORWARD])]
