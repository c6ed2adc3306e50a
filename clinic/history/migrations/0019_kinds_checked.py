"""The kinds of all events are read through apart from the step before, which would have kept everybody waiting meanwhile."""

from django.db import migrations

STATEMENTS = """
SET LOCAL history.maintenance = 'kinds checked';
SET LOCAL ROLE history_owner;
ALTER TABLE history.event VALIDATE CONSTRAINT event_op_check;
RESET ROLE;
SET LOCAL history.maintenance = '';
"""


class Migration(migrations.Migration):
    dependencies = [("history", "0018_device_clock")]
    operations = [migrations.RunSQL([STATEMENTS], migrations.RunSQL.noop)]
