"""An erasure holds up only writes of its own patient's lane; loosened guards are named until somebody has looked into them."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"
TEXT = "\n".join((SQL / name).read_text() for name in ("lanes.sql", "acknowledge.sql"))
STATEMENTS = f"SET LOCAL history.maintenance = 'lanes';\nSET LOCAL ROLE history_owner;\n{TEXT}\nRESET ROLE;\nSET LOCAL history.maintenance = '';"


class Migration(migrations.Migration):
    dependencies = [("history", "0011_guards")]
    operations = [migrations.RunSQL([STATEMENTS])]
