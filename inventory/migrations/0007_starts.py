"""A shortage begins with nothing of it settled."""

from django.db import migrations

from clinic.history.referee import Starts


class Migration(migrations.Migration):
    dependencies = [("inventory", "0006_erased_movements")]

    operations = [Starts("Shortage", "NEW.settled = 0 AND NEW.cancelled_at IS NULL")]
