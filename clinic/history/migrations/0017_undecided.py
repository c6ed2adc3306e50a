"""The database itself refuses an erasure while a row held back by an import may be the patient."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"
STATEMENTS = f"SET LOCAL history.maintenance = 'undecided';\n{(SQL / 'undecided_owner.sql').read_text()}\nSET LOCAL history.maintenance = '';"


class Migration(migrations.Migration):
    """Not reversible: the function before it lets such a record be erased."""

    dependencies = [("history", "0016_held_rows")]
    operations = [migrations.RunSQL([STATEMENTS])]
