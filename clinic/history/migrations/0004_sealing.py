"""Leaves, tiles, checkpoints, keys and receipts of the sealed log."""

from pathlib import Path

from django.db import migrations

SEALING = Path(__file__).parent.parent / "sql" / "sealing.sql"

FORWARD = f"SET LOCAL history.maintenance = 'sealing';\nSET LOCAL ROLE history_owner;\n{SEALING.read_text()}\nRESET ROLE;\nSET LOCAL history.maintenance = '';"


class Migration(migrations.Migration):
    """Not reversible: a seal is never broken by a migration."""

    dependencies = [("history", "0003_newest")]
    operations = [migrations.RunSQL([FORWARD])]
