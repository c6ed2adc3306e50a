"""A new column of lists may have a value for the rows before it."""

from pathlib import Path

from django.db import migrations

SCHEMA = Path(__file__).parent.parent / "sql" / "schema.sql"
STATEMENTS = f"SET LOCAL history.maintenance = 'schema';\nSET LOCAL ROLE history_owner;\n{SCHEMA.read_text()}\nRESET ROLE;\nSET LOCAL history.maintenance = '';"


class Migration(migrations.Migration):
    """Not reversible: the function before it fails on such columns."""

    dependencies = [("history", "0013_relations")]
    operations = [migrations.RunSQL([STATEMENTS])]
