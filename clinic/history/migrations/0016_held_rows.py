"""An erasure reaches rows that an import held back before anybody knew whose they are."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"
GUARDS = f"SET LOCAL history.maintenance = 'held rows';\nSET LOCAL ROLE history_owner;\n{(SQL / 'held_rows.sql').read_text()}\nRESET ROLE;"
ERASURE = f"{(SQL / 'held_rows_owner.sql').read_text()}\nSET LOCAL history.maintenance = '';"


class Migration(migrations.Migration):
    """Not reversible: what was erased does not come back."""

    dependencies = [("history", "0015_listed")]
    operations = [migrations.RunSQL([GUARDS]), migrations.RunSQL([ERASURE])]
