"""The newest events are found by an index however long the ledger is."""

from pathlib import Path

from django.db import migrations

NEWEST = Path(__file__).parent.parent / "sql" / "newest.sql"

FORWARD = f"SET LOCAL history.maintenance = 'newest';\nSET LOCAL ROLE history_owner;\n{NEWEST.read_text()}\nRESET ROLE;\nSET LOCAL history.maintenance = '';"


class Migration(migrations.Migration):
    dependencies = [("history", "0002_look")]
    operations = [migrations.RunSQL([FORWARD])]
