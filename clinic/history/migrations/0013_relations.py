"""An erasure leaves in other patients' records who stands for them."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"
ERASURE = f"SET LOCAL history.maintenance = 'erase';\n{(SQL / 'relations_owner.sql').read_text()}\nSET LOCAL history.maintenance = '';"


class Migration(migrations.Migration):
    """Not reversible: what was erased does not come back."""

    dependencies = [("history", "0012_lanes")]
    operations = [migrations.RunSQL([ERASURE])]
