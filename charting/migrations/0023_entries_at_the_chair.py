"""What was let go at the chair and which warnings were read before an act are kept; a rule's words are looked for in an alert's labels too."""

import clinic.history.operations
import clinic.lib.ids
import django.db.models.deletion
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from clinic.history.operations import AppendOnly
from clinic.history.referee import SamePatient

INTERACTIONS = """
CREATE OR REPLACE FUNCTION charting_interactions(who uuid, act text[], moment timestamptz) RETURNS SETOF uuid LANGUAGE sql STABLE AS $rule$
  SELECT r.id FROM charting_interactionrule r
  WHERE r.in_force_from <= moment AND (r.in_force_to IS NULL OR r.in_force_to > moment) AND (act IS NULL OR r.acts::text[] && act)
    AND (EXISTS (SELECT FROM charting_risks(who) risk WHERE risk = ANY (r.risks))
      OR EXISTS (SELECT FROM patients_alert a, unnest(r.words) word
                 WHERE a.patient_id = who AND a.ended_at IS NULL AND position(lower(word) IN lower(concat_ws(' ', a.text, a.label_ru, a.label_fr, a.label_en))) > 0)
      OR EXISTS (SELECT FROM patients_patient p WHERE p.id = who AND p.birth_date > (moment::date - make_interval(years => r.younger_than))))
$rule$;
"""
BEFORE = """
CREATE OR REPLACE FUNCTION charting_interactions(who uuid, act text[], moment timestamptz) RETURNS SETOF uuid LANGUAGE sql STABLE AS $rule$
  SELECT r.id FROM charting_interactionrule r
  WHERE r.in_force_from <= moment AND (r.in_force_to IS NULL OR r.in_force_to > moment) AND (act IS NULL OR r.acts::text[] && act)
    AND (EXISTS (SELECT FROM charting_risks(who) risk WHERE risk = ANY (r.risks))
      OR EXISTS (SELECT FROM patients_alert a, unnest(r.words) word
                 WHERE a.patient_id = who AND a.ended_at IS NULL AND position(lower(word) IN lower(a.text)) > 0)
      OR EXISTS (SELECT FROM patients_patient p WHERE p.id = who AND p.birth_date > (moment::date - make_interval(years => r.younger_than))))
$rule$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('charting', '0022_ranks_and_anaesthesia'),
        ('history', '0001_ledger'),
        ('patients', '0012_alert_labels'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalDroppedEntry',
            fields=[
                ('event_id', models.BigIntegerField()),
                ('actor_name', models.CharField(max_length=200)),
                ('id', models.UUIDField(db_index=True, default=clinic.lib.ids.uuid7, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('what', models.CharField(max_length=300, verbose_name='what was entered')),
                ('address', models.CharField(max_length=200, verbose_name='where it was sent')),
                ('content', models.JSONField(default=dict, verbose_name='content of the entry')),
                ('why', models.CharField(max_length=1000, verbose_name='why it was not recorded')),
                ('entered_at', models.DateTimeField(blank=True, null=True, verbose_name='entered on the device')),
                ('dropped_at', models.DateTimeField(verbose_name='let go')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('dropped_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='let go by')),
                ('patient', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.patient', verbose_name='patient')),
            ],
            options={
                'verbose_name': 'historical entry that was let go',
                'verbose_name_plural': 'historical entry that was let gos',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalInteractionWarning',
            fields=[
                ('event_id', models.BigIntegerField()),
                ('actor_name', models.CharField(max_length=200)),
                ('id', models.UUIDField(db_index=True, default=clinic.lib.ids.uuid7, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('read_at', models.DateTimeField(verbose_name='read')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('patient', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.patient', verbose_name='patient')),
                ('performance', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='charting.performance', verbose_name='performance')),
                ('read_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='read by')),
                ('rule', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='charting.interactionrule', verbose_name='rule of interactions')),
            ],
            options={
                'verbose_name': 'historical warning of an interaction that was read',
                'verbose_name_plural': 'historical warning of an interaction that was reads',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='DroppedEntry',
            fields=[
                ('id', models.UUIDField(default=clinic.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('what', models.CharField(max_length=300, verbose_name='what was entered')),
                ('address', models.CharField(max_length=200, verbose_name='where it was sent')),
                ('content', models.JSONField(default=dict, verbose_name='content of the entry')),
                ('why', models.CharField(max_length=1000, verbose_name='why it was not recorded')),
                ('entered_at', models.DateTimeField(blank=True, null=True, verbose_name='entered on the device')),
                ('dropped_at', models.DateTimeField(verbose_name='let go')),
                ('dropped_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='let go by')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient', verbose_name='patient')),
            ],
            options={
                'verbose_name': 'entry that was let go',
                'indexes': [models.Index(fields=['patient', '-dropped_at'], name='charting_dropped_patient')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('what', ''), _negated=True), models.Q(('why', ''), _negated=True)), name='charting_dropped_explained')],
            },
        ),
        migrations.CreateModel(
            name='InteractionWarning',
            fields=[
                ('id', models.UUIDField(default=clinic.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('read_at', models.DateTimeField(verbose_name='read')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient', verbose_name='patient')),
                ('performance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='warnings', to='charting.performance', verbose_name='performance')),
                ('read_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='read by')),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='warnings', to='charting.interactionrule', verbose_name='rule of interactions')),
            ],
            options={
                'verbose_name': 'warning of an interaction that was read',
                'indexes': [models.Index(fields=['patient'], name='charting_warning_patient')],
                'constraints': [models.UniqueConstraint(fields=('rule', 'performance'), name='charting_warning_once')],
            },
        ),
        clinic.history.operations.Capture(
            name='DroppedEntry',
        ),
        clinic.history.operations.Capture(
            name='InteractionWarning',
        ),
        AppendOnly(name="DroppedEntry"),
        AppendOnly(name="InteractionWarning"),
        SamePatient("DroppedEntry"),
        SamePatient("InteractionWarning", {"performance_id": "charting_performance"}),
        migrations.RunSQL(INTERACTIONS, BEFORE),
    ]
