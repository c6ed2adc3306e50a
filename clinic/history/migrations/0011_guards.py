"""What history stands on is written down after every migration, so that a check sees what was changed since."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"
GUARDS = f"SET LOCAL history.maintenance = 'guards';\nSET LOCAL ROLE history_owner;\n{(SQL / 'guards.sql').read_text()}\nRESET ROLE;\nSET LOCAL history.maintenance = '';"


class Migration(migrations.Migration):
    dependencies = [("history", "0010_retention")]
    operations = [migrations.RunSQL([GUARDS])]
