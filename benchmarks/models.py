"""The same clinical note three times: without history, with stock simple-history, as a record of ours. `benchmarks.writers` makes the tables."""

from django.db import models
from django.utils import timezone
from simple_history.models import HistoricalRecords

from clinic.history.models import Record
from clinic.lib.ids import uuid7


class Columns(models.Model):
    """Eleven columns that a note of a visit has; key, version and time of creation come with the kinds below."""

    patient_id = models.UUIDField(default=uuid7, db_index=True)
    noted_by_id = models.UUIDField(default=uuid7)
    noted_at = models.DateTimeField(default=timezone.now)
    tooth = models.SmallIntegerField(default=16)
    kind = models.CharField(max_length=20, default="caries")
    state = models.CharField(max_length=20, default="done")
    complaint = models.TextField(default="Боль при накусывании")
    treatment = models.TextField()
    recommendations = models.TextField(default="Осмотр через полгода")
    amount = models.DecimalField(max_digits=12, decimal_places=2, default=4500)
    is_late = models.BooleanField(default=False)

    class Meta:
        abstract = True


class Plain(Columns):
    """What a record of ours has besides."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True


class NoteWithout(Plain):
    """Nothing is kept of its past."""


class NoteStock(Plain):
    """The library's own signals write its history."""

    history = HistoricalRecords(use_base_model_db=True)


class NoteOurs(Columns, Record):
    """Triggers write its history: the ledger and the typed table."""
