"""Nothing of a patient under a legal hold is destroyed."""

from pathlib import Path

from django.db import migrations

HOLDS = Path(__file__).parent.parent / "sql" / "holds.sql"

FORWARD = f"SET LOCAL history.maintenance = 'holds';\nSET LOCAL ROLE history_owner;\n{HOLDS.read_text()}\nRESET ROLE;\nSET LOCAL history.maintenance = '';"


class Migration(migrations.Migration):
    """Not reversible: the guard over what is held stays."""

    dependencies = [("history", "0007_alarms")]
    operations = [migrations.RunSQL([FORWARD])]
