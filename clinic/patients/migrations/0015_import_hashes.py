"""Imports keep the hash of their file beside it, for the file may be destroyed."""

from django.db import migrations

FILL = "UPDATE patients_importrun r SET sha256 = f.sha256 FROM files_storedfile f WHERE f.id = r.file_id"


class Migration(migrations.Migration):
    dependencies = [("patients", "0014_emptied_imports")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
