"""What one person did is found by an index, newest first, however seldom they act; it serves their looks too."""

from django.db import migrations


def _maintained(statements: str) -> str:
    return f"SET LOCAL history.maintenance = 'actors';\nSET LOCAL ROLE history_owner;\n{statements}\nRESET ROLE;\nSET LOCAL history.maintenance = '';"


FORWARD = _maintained("CREATE INDEX event_actor ON history.event (actor, at, id);\nDROP INDEX history.event_looks;")
BACKWARD = _maintained("CREATE INDEX event_looks ON history.event (actor, at) WHERE op = 'V';\nDROP INDEX history.event_actor;")


class Migration(migrations.Migration):
    dependencies = [("history", "0005_schema")]
    operations = [migrations.RunSQL([FORWARD], [BACKWARD])]
