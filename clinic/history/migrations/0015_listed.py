"""Looks at lists are found by the patients whose names stood in them."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"
STATEMENTS = f"SET LOCAL history.maintenance = 'listed';\nSET LOCAL ROLE history_owner;\n{(SQL / 'listed.sql').read_text()}\nRESET ROLE;\nSET LOCAL history.maintenance = '';"


class Migration(migrations.Migration):
    dependencies = [("history", "0014_new_lists")]
    operations = [migrations.RunSQL([STATEMENTS])]
