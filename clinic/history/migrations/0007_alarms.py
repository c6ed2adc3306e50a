"""Alarms about history, told once a day."""

from pathlib import Path

from django.db import migrations

ALARMS = Path(__file__).parent.parent / "sql" / "alarms.sql"

FORWARD = f"SET LOCAL history.maintenance = 'alarms';\nSET LOCAL ROLE history_owner;\n{ALARMS.read_text()}\nRESET ROLE;\nSET LOCAL history.maintenance = '';"


class Migration(migrations.Migration):
    """Not reversible: what people were told is part of history."""

    dependencies = [("history", "0006_actors")]
    operations = [migrations.RunSQL([FORWARD])]
