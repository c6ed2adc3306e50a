"""Registers begin as drafts and go only forward: sent, then paid."""

from django.db import migrations

from clinic.history.referee import Moves, Starts

MOVES = {"draft": ["sent"], "sent": ["paid"], "paid": []}


class Migration(migrations.Migration):
    dependencies = [("insurance", "0004_same_patient")]

    operations = [
        Starts("Claim", "NEW.state = 'draft'"),
        Moves("Claim", MOVES),
    ]
