"""Looks of those who only gave a reason for them are marked as looks from outside the treating team."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("legal", "0003_marks"), ("history", "0019_kinds_checked")]

    operations = [migrations.RunSQL((SQL / "outside.sql").read_text(), migrations.RunSQL.noop)]
