"""Erasure of one patient after retention: everything is destroyed but the proofs."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"
GUARDS = f"SET LOCAL history.maintenance = 'erase';\nSET LOCAL ROLE history_owner;\n{(SQL / 'erase.sql').read_text()}\nRESET ROLE;"
ERASURE = f"{(SQL / 'erase_owner.sql').read_text()}\nSET LOCAL history.maintenance = '';"


class Migration(migrations.Migration):
    """Not reversible: what was erased does not come back."""

    dependencies = [("history", "0008_holds")]
    operations = [migrations.RunSQL([GUARDS]), migrations.RunSQL([ERASURE])]
