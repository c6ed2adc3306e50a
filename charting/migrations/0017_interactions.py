"""Rules of interactions as dated data; the database asks them when an act is done, and refuses what a rule stops and nobody has explained."""

import clinic.history.operations
import clinic.lib.ids
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from clinic.history.operations import AppendOnly, Freeze
from clinic.history.referee import SamePatient, Starts

RULES = """
CREATE FUNCTION charting_risks(who uuid) RETURNS SETOF text LANGUAGE sql STABLE AS $rule$
  WITH latest AS (
    SELECT h.answers FROM charting_medicalhistory h WHERE h.patient_id = who AND h.in_error_at IS NULL ORDER BY h.signed_at DESC, h.id DESC LIMIT 1
  ), raised AS (
    SELECT r.code, bool_or(a.ended_at IS NULL) AS stands FROM charting_raisedalert r JOIN patients_alert a ON a.id = r.alert_id
    WHERE r.patient_id = who GROUP BY r.code
  )
  SELECT 'alert:' || a.kind FROM patients_alert a WHERE a.patient_id = who AND a.ended_at IS NULL
  UNION SELECT 'answer:' || r.code FROM raised r WHERE r.stands
  UNION SELECT 'answer:' || said.key FROM latest, jsonb_each(latest.answers) said
    WHERE said.value ->> 'value' = 'yes' AND NOT EXISTS (SELECT FROM raised r WHERE r.code = said.key AND NOT r.stands)
$rule$;
COMMENT ON FUNCTION charting_risks(uuid) IS 'Alerts in force and answers that hold; an answer whose alert somebody ended holds no more';
CREATE FUNCTION charting_interactions(who uuid, act text[], moment timestamptz) RETURNS SETOF uuid LANGUAGE sql STABLE AS $rule$
  SELECT r.id FROM charting_interactionrule r
  WHERE r.in_force_from <= moment AND (r.in_force_to IS NULL OR r.in_force_to > moment) AND (act IS NULL OR r.acts::text[] && act)
    AND (EXISTS (SELECT FROM charting_risks(who) risk WHERE risk = ANY (r.risks))
      OR EXISTS (SELECT FROM patients_alert a, unnest(r.words) word
                 WHERE a.patient_id = who AND a.ended_at IS NULL AND position(lower(word) IN lower(a.text)) > 0)
      OR EXISTS (SELECT FROM patients_patient p WHERE p.id = who AND p.birth_date > (moment::date - make_interval(years => r.younger_than))))
$rule$;
COMMENT ON FUNCTION charting_interactions(uuid, text[], timestamptz) IS 'Rules that speak against an act on a patient; all that concern the patient without an act';
CREATE FUNCTION charting_performance_safe() RETURNS trigger LANGUAGE plpgsql AS $rule$
DECLARE stopped text;
BEGIN
  SELECT r.code INTO stopped
  FROM charting_procedure p JOIN price_list_service s ON s.id = p.service_id,
    charting_interactions(NEW.patient_id, ARRAY['category:' || s.category, 'effect:' || s.chart_effect], NEW.performed_at) AS fired
    JOIN charting_interactionrule r ON r.id = fired
  WHERE p.id = NEW.procedure_id AND r.level = 'stop'
    AND NOT EXISTS (SELECT FROM charting_interactionoverride o WHERE o.rule_id = r.id AND o.performance_id = NEW.id)
  LIMIT 1;
  IF stopped IS NOT NULL THEN
    RAISE EXCEPTION 'performance %: the rule % stops it and nobody said why it is done', NEW.id, stopped
      USING ERRCODE = 'check_violation', CONSTRAINT = 'charting_performance_safe';
  END IF;
  RETURN NULL;
END $rule$;
CREATE CONSTRAINT TRIGGER charting_performance_safe AFTER INSERT ON charting_performance DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION charting_performance_safe();
ALTER TABLE charting_performance ENABLE ALWAYS TRIGGER charting_performance_safe;
"""
UNDO = """
DROP TRIGGER charting_performance_safe ON charting_performance;
DROP FUNCTION charting_performance_safe(), charting_interactions(uuid, text[], timestamptz), charting_risks(uuid);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('charting', '0016_image_lines'),
        ('history', '0001_ledger'),
        ('patients', '0009_rectification'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalInteractionRule',
            fields=[
                ('event_id', models.BigIntegerField()),
                ('actor_name', models.CharField(max_length=200)),
                ('id', models.UUIDField(db_index=True, default=clinic.lib.ids.uuid7, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('code', models.CharField(max_length=40, validators=[django.core.validators.RegexValidator('^[a-z][a-z0-9_]*$')], verbose_name='code')),
                ('level', models.CharField(choices=[('warn', 'warn'), ('stop', 'stop until a reason is given')], max_length=4, verbose_name='level')),
                ('risks', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None, verbose_name='risks')),
                ('words', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None, verbose_name='words of an alert')),
                ('younger_than', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='patients younger than, years')),
                ('acts', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), size=None, verbose_name='acts')),
                ('text_ru', models.CharField(max_length=400, verbose_name='sentence in Russian')),
                ('text_fr', models.CharField(max_length=400, verbose_name='sentence in French')),
                ('text_en', models.CharField(max_length=400, verbose_name='sentence in English')),
                ('source', models.CharField(max_length=300, verbose_name='source')),
                ('in_force_from', models.DateTimeField(verbose_name='in force from')),
                ('in_force_to', models.DateTimeField(blank=True, null=True, verbose_name='in force until')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('written_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written by')),
            ],
            options={
                'verbose_name': 'historical rule of interactions',
                'verbose_name_plural': 'historical rule of interactionss',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='InteractionRule',
            fields=[
                ('id', models.UUIDField(default=clinic.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('code', models.CharField(max_length=40, validators=[django.core.validators.RegexValidator('^[a-z][a-z0-9_]*$')], verbose_name='code')),
                ('level', models.CharField(choices=[('warn', 'warn'), ('stop', 'stop until a reason is given')], max_length=4, verbose_name='level')),
                ('risks', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None, verbose_name='risks')),
                ('words', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None, verbose_name='words of an alert')),
                ('younger_than', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='patients younger than, years')),
                ('acts', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), size=None, verbose_name='acts')),
                ('text_ru', models.CharField(max_length=400, verbose_name='sentence in Russian')),
                ('text_fr', models.CharField(max_length=400, verbose_name='sentence in French')),
                ('text_en', models.CharField(max_length=400, verbose_name='sentence in English')),
                ('source', models.CharField(max_length=300, verbose_name='source')),
                ('in_force_from', models.DateTimeField(verbose_name='in force from')),
                ('in_force_to', models.DateTimeField(blank=True, null=True, verbose_name='in force until')),
                ('written_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written by')),
            ],
            options={
                'verbose_name': 'rule of interactions',
            },
        ),
        migrations.CreateModel(
            name='InteractionOverride',
            fields=[
                ('id', models.UUIDField(default=clinic.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('made_at', models.DateTimeField(verbose_name='decided')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient', verbose_name='patient')),
                ('performance', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='overrides', to='charting.performance', verbose_name='performance')),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overrides', to='charting.interactionrule', verbose_name='rule of interactions')),
            ],
            options={
                'verbose_name': 'override of an interaction',
            },
        ),
        migrations.CreateModel(
            name='HistoricalInteractionOverride',
            fields=[
                ('event_id', models.BigIntegerField()),
                ('actor_name', models.CharField(max_length=200)),
                ('id', models.UUIDField(db_index=True, default=clinic.lib.ids.uuid7, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('made_at', models.DateTimeField(verbose_name='decided')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('made_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('patient', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.patient', verbose_name='patient')),
                ('performance', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='charting.performance', verbose_name='performance')),
                ('rule', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='charting.interactionrule', verbose_name='rule of interactions')),
            ],
            options={
                'verbose_name': 'historical override of an interaction',
                'verbose_name_plural': 'historical override of an interactions',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddConstraint(
            model_name='interactionrule',
            constraint=models.UniqueConstraint(condition=models.Q(('in_force_to', None)), fields=('code',), name='charting_interaction_code_once'),
        ),
        migrations.AddConstraint(
            model_name='interactionrule',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^[a-z][a-z0-9_]*$')), name='charting_interaction_code_form'),
        ),
        migrations.AddConstraint(
            model_name='interactionrule',
            constraint=models.CheckConstraint(condition=models.Q(('level__in', ['warn', 'stop'])), name='charting_interaction_level_known'),
        ),
        migrations.AddConstraint(
            model_name='interactionrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('source', ''), _negated=True), models.Q(('text_en', ''), _negated=True)), name='charting_interaction_sourced'),
        ),
        migrations.AddConstraint(
            model_name='interactionrule',
            constraint=models.CheckConstraint(condition=models.Q(('acts', []), _negated=True), name='charting_interaction_has_acts'),
        ),
        migrations.AddConstraint(
            model_name='interactionrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('risks', []), _negated=True), models.Q(('words', []), _negated=True), ('younger_than__isnull', False), _connector='OR'), name='charting_interaction_has_risks'),
        ),
        migrations.AddConstraint(
            model_name='interactionrule',
            constraint=models.CheckConstraint(condition=models.Q(('in_force_to', None), ('in_force_to__gte', models.F('in_force_from')), _connector='OR'), name='charting_interaction_ends_after'),
        ),
        migrations.AddIndex(
            model_name='interactionoverride',
            index=models.Index(fields=['patient'], name='charting_override_patient'),
        ),
        migrations.AddConstraint(
            model_name='interactionoverride',
            constraint=models.UniqueConstraint(fields=('rule', 'performance'), name='charting_override_once'),
        ),
        migrations.AddConstraint(
            model_name='interactionoverride',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='charting_override_explained'),
        ),
        migrations.AddConstraint(
            model_name='interactionoverride',
            constraint=models.CheckConstraint(condition=models.Q(('performance__isnull', False)), name='charting_override_of_an_act'),
        ),
        clinic.history.operations.Capture(
            name='InteractionRule',
        ),
        clinic.history.operations.Capture(
            name='InteractionOverride',
        ),
        Freeze(name="InteractionRule", when="true", except_columns=("in_force_to",)),
        Freeze(name="InteractionRule", when="OLD.in_force_to IS NOT NULL", label="ended"),
        AppendOnly(name="InteractionOverride"),
        SamePatient("InteractionOverride", {"performance_id": "charting_performance"}),
        Starts("InteractionRule", "NEW.in_force_to IS NULL"),
        migrations.RunSQL(RULES, UNDO),
    ]
