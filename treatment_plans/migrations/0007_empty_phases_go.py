from django.db import migrations

from clinic.history.operations import Capture, Freeze

DECIDED = (
    "EXISTS (SELECT 1 FROM treatment_plans_alternative a WHERE a.id = OLD.alternative_id AND a.state NOT IN ('draft', 'presented'))"
)


class Migration(migrations.Migration):
    """An empty phase may be deleted, into the history; once its alternative is decided, a phase stands as it was."""

    dependencies = [("history", "0001_ledger"), ("treatment_plans", "0006_consent_editions")]

    operations = [Capture("Phase", deletable=True), Freeze("Phase", when=DECIDED)]
