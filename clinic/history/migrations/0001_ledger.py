"""The ledger table, its partitions, its guards and its functions."""

from pathlib import Path

from django.db import migrations, models

LEDGER = Path(__file__).parent.parent / "sql" / "ledger.sql"

FORWARD = f"SET LOCAL history.maintenance = 'ledger';\nSET LOCAL ROLE history_owner;\n{LEDGER.read_text()}\nRESET ROLE;\nSET LOCAL history.maintenance = '';"


class Migration(migrations.Migration):
    """Not reversible: history is never dropped by a migration."""

    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [
        migrations.RunSQL([FORWARD]),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
            ],
            options={"db_table": 'history"."event', "managed": False},
        ),
    ]
