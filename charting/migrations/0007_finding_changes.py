"""Every resolving and reopening of a finding is a row of its own, so the chart of a past day stays what it was.

The rows of findings that stand are told from their typed history, which has every version of each; findings that were loaded
without history get the resolution that they show. A deferred rule keeps live rows and their changes in step.
"""

import clinic.history.operations
import clinic.lib.ids
import django.db.models.deletion
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.db import migrations, models

# A UUIDv7 of the instant `told_at`, so that the rows sort as they were told.
KEY = """(encode(substring(int8send(floor(extract(epoch FROM told_at) * 1000)::bigint) FROM 3), 'hex')
  || '7' || lpad(to_hex((extract(microseconds FROM told_at)::bigint % 1000 * 4096 / 1000)::int), 3, '0')
  || '8' || substring(md5(gen_random_uuid()::text) FROM 1 FOR 15))::uuid"""
FILL = f"""
WITH versions AS (
  SELECT id, patient_id, noted_by_id, resolved_at, resolved_by_id, history_date, history_user_id,
         lag(resolved_at) OVER w AS was_at, lag(resolved_through_id) OVER w AS was_through
  FROM charting_historicalfinding WHERE history_type <> '-' WINDOW w AS (PARTITION BY id ORDER BY event_id)
), told AS (
  SELECT v.id, v.patient_id, v.history_date AS told_at,
         CASE WHEN v.resolved_at IS NULL THEN 'open' ELSE 'resolved' END AS state,
         coalesce(v.resolved_at, p.reversed_at, v.history_date) AS changed_at,
         coalesce(v.resolved_by_id, p.reversed_by_id, u.id, v.noted_by_id) AS changed_by
  FROM versions v LEFT JOIN charting_performance p ON p.id = v.was_through LEFT JOIN staff_user u ON u.id = v.history_user_id
  WHERE v.resolved_at IS DISTINCT FROM v.was_at
  UNION ALL
  SELECT f.id, f.patient_id, f.resolved_at, 'resolved', f.resolved_at, f.resolved_by_id FROM charting_finding f
  WHERE f.resolved_at IS NOT NULL AND NOT EXISTS (SELECT FROM charting_historicalfinding h WHERE h.id = f.id)
)
INSERT INTO charting_findingchange (id, version, created_at, finding_id, patient_id, state, changed_at, changed_by_id)
SELECT {KEY}, 1, clock_timestamp(), id, patient_id, state, changed_at, changed_by FROM told ORDER BY told_at
"""  # noqa: S608 - both texts stand in this file

IN_STEP = """
CREATE FUNCTION charting_finding_in_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE about uuid; live text; told text;
BEGIN
  IF TG_TABLE_NAME = 'charting_finding' THEN about := NEW.id; ELSE about := NEW.finding_id; END IF;
  SELECT CASE WHEN resolved_at IS NULL THEN 'open' ELSE 'resolved' END INTO live FROM charting_finding WHERE id = about;
  SELECT state INTO told FROM charting_findingchange WHERE finding_id = about ORDER BY id DESC LIMIT 1;
  IF live IS DISTINCT FROM coalesce(told, 'open') THEN
    RAISE EXCEPTION 'finding % is %, its last change says %', about, live, coalesce(told, 'open')
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'charting_finding_in_step';
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION charting_procedure_in_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE about uuid; live text; told text;
BEGIN
  IF TG_TABLE_NAME = 'charting_procedure' THEN about := NEW.id; ELSE about := NEW.procedure_id; END IF;
  SELECT state INTO live FROM charting_procedure WHERE id = about;
  SELECT state INTO told FROM charting_procedurechange WHERE procedure_id = about ORDER BY id DESC LIMIT 1;
  IF live IS DISTINCT FROM told THEN
    RAISE EXCEPTION 'procedure % is %, its last change says %', about, live, coalesce(told, 'nothing')
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'charting_procedure_in_step';
  END IF;
  RETURN NULL;
END $$;
"""
STEPS = {
    "charting_finding": "charting_finding_in_step AFTER UPDATE OF resolved_at",
    "charting_findingchange": "charting_finding_in_step AFTER INSERT",
    "charting_procedure": "charting_procedure_in_step AFTER UPDATE OF state",
    "charting_procedurechange": "charting_procedure_in_step AFTER INSERT",
}
TRIGGERS = "".join(
    f"CREATE CONSTRAINT TRIGGER {when} ON {table} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {when.split()[0]}();\n"
    f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {when.split()[0]};\n"
    for table, when in STEPS.items()
)
DROP = "".join(f"DROP TRIGGER {when.split()[0]} ON {table};\n" for table, when in STEPS.items())
DROP += "DROP FUNCTION charting_finding_in_step(), charting_procedure_in_step();"


class Migration(migrations.Migration):

    dependencies = [
        ('charting', '0006_images'),
        ('history', '0001_ledger'),
        ('patients', '0006_held_rows'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalFindingChange',
            fields=[
                ('event_id', models.BigIntegerField()),
                ('actor_name', models.CharField(max_length=200)),
                ('id', models.UUIDField(db_index=True, default=clinic.lib.ids.uuid7, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('state', models.CharField(choices=[('open', 'open'), ('resolved', 'resolved')], max_length=10, verbose_name='state')),
                ('changed_at', models.DateTimeField(verbose_name='changed')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('changed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
                ('finding', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='charting.finding', verbose_name='finding')),
                ('patient', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.patient', verbose_name='patient')),
            ],
            options={
                'verbose_name': 'historical change of a finding',
                'verbose_name_plural': 'historical change of a findings',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='FindingChange',
            fields=[
                ('id', models.UUIDField(default=clinic.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('state', models.CharField(choices=[('open', 'open'), ('resolved', 'resolved')], max_length=10, verbose_name='state')),
                ('changed_at', models.DateTimeField(verbose_name='changed')),
                ('changed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
                ('finding', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='charting.finding', verbose_name='finding')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient', verbose_name='patient')),
            ],
            options={
                'verbose_name': 'change of a finding',
                'indexes': [models.Index(fields=['patient'], name='charting_found_change_patient')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['open', 'resolved'])), name='charting_finding_change_state_known')],
            },
        ),
        clinic.history.operations.Capture(
            name='FindingChange',
        ),
        clinic.history.operations.Capture("ProcedureTooth"),
        clinic.history.operations.AppendOnly("FindingChange"),
        clinic.history.operations.Freeze("ProcedureTooth", when="true"),
        clinic.history.operations.Freeze("Procedure", when="true", except_columns=("state", "note")),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(IN_STEP + TRIGGERS, DROP),
    ]
