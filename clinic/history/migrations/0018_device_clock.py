"""What a device's clock said of an entry stands in the ledger beside what was made of it."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"
STATEMENTS = f"SET LOCAL history.maintenance = 'device clock';\nSET LOCAL ROLE history_owner;\n{(SQL / 'device.sql').read_text()}\nRESET ROLE;\nSET LOCAL history.maintenance = '';"


class Migration(migrations.Migration):
    """Not reversible: such events stand in the ledger for ever."""

    dependencies = [("history", "0017_undecided")]
    operations = [migrations.RunSQL([STATEMENTS])]
