"""The columns that audited tables have had."""

from pathlib import Path

from django.db import migrations

SCHEMA = Path(__file__).parent.parent / "sql" / "schema.sql"

FORWARD = f"SET LOCAL history.maintenance = 'schema';\nSET LOCAL ROLE history_owner;\n{SCHEMA.read_text()}\nRESET ROLE;\nSET LOCAL history.maintenance = '';"


class Migration(migrations.Migration):
    """Not reversible: what tables looked like is part of history."""

    dependencies = [("history", "0004_sealing")]
    operations = [migrations.RunSQL([FORWARD])]
