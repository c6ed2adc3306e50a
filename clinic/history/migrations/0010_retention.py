"""The rules of retention stand in the database, added to and never changed, and an erasure is lawful by them or does not happen."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"
RULES = f"SET LOCAL history.maintenance = 'retention';\nSET LOCAL ROLE history_owner;\n{(SQL / 'retention.sql').read_text()}\nRESET ROLE;"
ERASURE = f"{(SQL / 'retention_owner.sql').read_text()}\nSET LOCAL history.maintenance = '';"


class Migration(migrations.Migration):
    """Not reversible: the guard over the rules stays."""

    dependencies = [("history", "0009_erase")]
    operations = [migrations.RunSQL([RULES]), migrations.RunSQL([ERASURE])]
