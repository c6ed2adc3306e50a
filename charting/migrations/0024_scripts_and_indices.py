"""How a person measures; primary teeth in a periodontal exam; indices and screenings, frozen from the first moment."""

import clinic.history.operations
import clinic.lib.ids
import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from clinic.history.referee import SamePatient, Starts

SCORES = """
CREATE FUNCTION charting_index_scores() RETURNS trigger LANGUAGE plpgsql AS $rule$
DECLARE place text; score text;
BEGIN
  IF jsonb_typeof(NEW.scores) <> 'object' OR NEW.scores = '{}' OR NEW.kind = 'bpe' AND (SELECT count(*) FROM jsonb_object_keys(NEW.scores)) <> 6 THEN
    RAISE EXCEPTION 'index %: the scores of % are not whole', NEW.id, NEW.kind USING ERRCODE = 'check_violation', CONSTRAINT = 'charting_index_scores';
  END IF;
  FOR place, score IN SELECT * FROM jsonb_each_text(NEW.scores) LOOP
    IF NOT coalesce(CASE NEW.kind
      WHEN 'bpe' THEN place = ANY ('{17-14,13-23,24-27,47-44,43-33,34-37}') AND score ~ '^([0-4][*]?|X)$'
      WHEN 'ohis' THEN place ~ '^[1-4][1678] (debris|calculus)$' AND score ~ '^[0-3]$'
      WHEN 'pma' THEN place ~ '^([1-4][1-8]|[5-8][1-5])$' AND score ~ '^[0-3]$'
      WHEN 'api' THEN place ~ '^([1-4][1-8]|[5-8][1-5])-([1-4][1-8]|[5-8][1-5])$' AND score ~ '^[01]$'
    END, false) THEN
      RAISE EXCEPTION 'index %: % has no score % at %', NEW.id, NEW.kind, score, place USING ERRCODE = 'check_violation', CONSTRAINT = 'charting_index_scores';
    END IF;
  END LOOP;
  RETURN NEW;
END $rule$;
CREATE TRIGGER charting_index_scores BEFORE INSERT ON charting_oralindex FOR EACH ROW EXECUTE FUNCTION charting_index_scores();
ALTER TABLE charting_oralindex ENABLE ALWAYS TRIGGER charting_index_scores;
"""
UNDO_SCORES = "DROP TRIGGER charting_index_scores ON charting_oralindex; DROP FUNCTION charting_index_scores();"

PRIMARY = """
CREATE FUNCTION charting_perio_primary() RETURNS trigger LANGUAGE plpgsql AS $rule$
BEGIN
  IF NEW.tooth > 50 AND NOT EXISTS (SELECT FROM charting_perioexam e WHERE e.id = NEW.exam_id AND NEW.tooth = ANY (e.primary_teeth)) THEN
    RAISE EXCEPTION 'perio exam %: primary tooth % is not in the mouth', NEW.exam_id, NEW.tooth
      USING ERRCODE = 'check_violation', CONSTRAINT = 'charting_perio_tooth_present';
  END IF;
  RETURN NEW;
END $rule$;
CREATE TRIGGER charting_perio_primary BEFORE INSERT OR UPDATE ON charting_periotooth FOR EACH ROW EXECUTE FUNCTION charting_perio_primary();
ALTER TABLE charting_periotooth ENABLE ALWAYS TRIGGER charting_perio_primary;
CREATE FUNCTION charting_perio_primary_stay() RETURNS trigger LANGUAGE plpgsql AS $rule$
BEGIN
  IF EXISTS (SELECT FROM charting_periotooth t WHERE t.exam_id = NEW.id AND t.tooth > 50 AND NOT coalesce(t.tooth = ANY (NEW.primary_teeth), false)) THEN
    RAISE EXCEPTION 'perio exam %: a measured primary tooth stays', NEW.id USING ERRCODE = 'check_violation', CONSTRAINT = 'charting_perio_primary_stay';
  END IF;
  RETURN NEW;
END $rule$;
CREATE TRIGGER charting_perio_primary_stay BEFORE UPDATE OF primary_teeth ON charting_perioexam FOR EACH ROW EXECUTE FUNCTION charting_perio_primary_stay();
ALTER TABLE charting_perioexam ENABLE ALWAYS TRIGGER charting_perio_primary_stay;
"""
UNDO_PRIMARY = """
DROP TRIGGER charting_perio_primary ON charting_periotooth; DROP FUNCTION charting_perio_primary();
DROP TRIGGER charting_perio_primary_stay ON charting_perioexam; DROP FUNCTION charting_perio_primary_stay();
"""

class Migration(migrations.Migration):

    dependencies = [
        ('charting', '0023_entries_at_the_chair'),
        ('history', '0001_ledger'),
        ('patients', '0011_french_j'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalOralIndex',
            fields=[
                ('event_id', models.BigIntegerField()),
                ('actor_name', models.CharField(max_length=200)),
                ('id', models.UUIDField(db_index=True, default=clinic.lib.ids.uuid7, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('kind', models.CharField(choices=[('bpe', 'Periodontal screening (BPE, PSR)'), ('ohis', 'Oral hygiene, simplified (OHI-S)'), ('pma', 'Gingivitis (PMA)'), ('api', 'Plaque between teeth (API)')], max_length=6, verbose_name='index')),
                ('scores', models.JSONField(verbose_name='scores')),
                ('taken_at', models.DateTimeField(verbose_name='scored')),
                ('in_error_at', models.DateTimeField(blank=True, null=True, verbose_name='marked as entered in error')),
                ('error_reason', models.CharField(blank=True, max_length=300, verbose_name='what was wrong')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical index of the mouth',
                'verbose_name_plural': 'historical index of the mouths',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalPerioScript',
            fields=[
                ('event_id', models.BigIntegerField()),
                ('actor_name', models.CharField(max_length=200)),
                ('id', models.UUIDField(db_index=True, default=clinic.lib.ids.uuid7, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('path', models.CharField(choices=[('zigzag', 'vestibular there, lingual back'), ('arches', "every pass from the patient's right"), ('quadrants', 'quadrant by quadrant'), ('teeth', 'tooth by tooth'), ('custom', 'in my own order')], default='zigzag', max_length=10, verbose_name='path')),
                ('measures', models.CharField(choices=[('depth', 'depth'), ('both', 'depth and margin'), ('margin', 'margin'), ('flags', 'signs only')], default='depth', max_length=10, verbose_name='measured at each site')),
                ('runs', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=3), blank=True, default=list, size=None, verbose_name='runs of the own path')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical script of measuring',
                'verbose_name_plural': 'historical script of measurings',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='OralIndex',
            fields=[
                ('id', models.UUIDField(default=clinic.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('kind', models.CharField(choices=[('bpe', 'Periodontal screening (BPE, PSR)'), ('ohis', 'Oral hygiene, simplified (OHI-S)'), ('pma', 'Gingivitis (PMA)'), ('api', 'Plaque between teeth (API)')], max_length=6, verbose_name='index')),
                ('scores', models.JSONField(verbose_name='scores')),
                ('taken_at', models.DateTimeField(verbose_name='scored')),
                ('in_error_at', models.DateTimeField(blank=True, null=True, verbose_name='marked as entered in error')),
                ('error_reason', models.CharField(blank=True, max_length=300, verbose_name='what was wrong')),
            ],
            options={
                'verbose_name': 'index of the mouth',
            },
        ),
        migrations.CreateModel(
            name='PerioScript',
            fields=[
                ('id', models.UUIDField(default=clinic.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('path', models.CharField(choices=[('zigzag', 'vestibular there, lingual back'), ('arches', "every pass from the patient's right"), ('quadrants', 'quadrant by quadrant'), ('teeth', 'tooth by tooth'), ('custom', 'in my own order')], default='zigzag', max_length=10, verbose_name='path')),
                ('measures', models.CharField(choices=[('depth', 'depth'), ('both', 'depth and margin'), ('margin', 'margin'), ('flags', 'signs only')], default='depth', max_length=10, verbose_name='measured at each site')),
                ('runs', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=3), blank=True, default=list, size=None, verbose_name='runs of the own path')),
            ],
            options={
                'verbose_name': 'script of measuring',
            },
        ),
        migrations.AddField(
            model_name='historicalperioexam',
            name='primary_teeth',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, null=True, size=None, verbose_name='primary teeth'),
        ),
        migrations.AddField(
            model_name='perioexam',
            name='primary_teeth',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, null=True, size=None, verbose_name='primary teeth'),
        ),
        migrations.AddConstraint(
            model_name='perioexam',
            constraint=models.CheckConstraint(condition=models.Q(('primary_teeth__contained_by', [51, 52, 53, 54, 55, 61, 62, 63, 64, 65, 71, 72, 73, 74, 75, 81, 82, 83, 84, 85])), name='charting_perio_primary_exist'),
        ),
        migrations.AddField(
            model_name='historicaloralindex',
            name='in_error_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='marked by'),
        ),
        migrations.AddField(
            model_name='historicaloralindex',
            name='patient',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.patient', verbose_name='patient'),
        ),
        migrations.AddField(
            model_name='historicaloralindex',
            name='taken_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='scored by'),
        ),
        migrations.AddField(
            model_name='historicalperioscript',
            name='user',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user'),
        ),
        migrations.AddField(
            model_name='oralindex',
            name='in_error_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='marked by'),
        ),
        migrations.AddField(
            model_name='oralindex',
            name='patient',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='oral_indices', to='patients.patient', verbose_name='patient'),
        ),
        migrations.AddField(
            model_name='oralindex',
            name='taken_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='scored by'),
        ),
        migrations.AddField(
            model_name='perioscript',
            name='user',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='perio_script', to=settings.AUTH_USER_MODEL, verbose_name='user'),
        ),
        migrations.AddIndex(
            model_name='oralindex',
            index=models.Index(condition=models.Q(('in_error_at', None)), fields=['patient', '-taken_at'], name='charting_index_patient'),
        ),
        migrations.AddConstraint(
            model_name='oralindex',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['bpe', 'ohis', 'pma', 'api'])), name='charting_index_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='oralindex',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('in_error_at__isnull', True), ('in_error_by__isnull', True)), models.Q(('in_error_at__isnull', False), ('in_error_by__isnull', False)), _connector='OR'), models.Q(('in_error_at', None), models.Q(('error_reason', ''), _negated=True), _connector='XOR')), name='charting_index_error_explained'),
        ),
        migrations.AddConstraint(
            model_name='perioscript',
            constraint=models.CheckConstraint(condition=models.Q(('path__in', ['zigzag', 'arches', 'quadrants', 'teeth', 'custom'])), name='charting_script_path_known'),
        ),
        migrations.AddConstraint(
            model_name='perioscript',
            constraint=models.CheckConstraint(condition=models.Q(('measures__in', ['depth', 'both', 'margin', 'flags'])), name='charting_script_measures_known'),
        ),
        migrations.AddConstraint(
            model_name='perioscript',
            constraint=models.CheckConstraint(condition=models.Q(('runs__contained_by', ['UV<', 'UV>', 'UL<', 'UL>', 'LV<', 'LV>', 'LL<', 'LL>', '1V<', '1V>', '1L<', '1L>', '2V<', '2V>', '2L<', '2L>', '3V<', '3V>', '3L<', '3L>', '4V<', '4V>', '4L<', '4L>'])), name='charting_script_runs_known'),
        ),
        migrations.AddConstraint(
            model_name='perioscript',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('path', 'custom'), _negated=True), ('runs__len__gte', 1), _connector='OR'), name='charting_script_own_path_has_runs'),
        ),
        clinic.history.operations.Capture(
            name='OralIndex',
        ),
        clinic.history.operations.Capture(
            name='PerioScript',
        ),
        clinic.history.operations.Capture(
            name='PerioExam',
        ),
        clinic.history.operations.Freeze(name='OralIndex', when='OLD.in_error_at IS NULL', except_columns=('in_error_at', 'in_error_by_id', 'error_reason')),
        clinic.history.operations.Freeze(name='OralIndex', when='OLD.in_error_at IS NOT NULL', label='in_error'),
        Starts('OralIndex', 'NEW.in_error_at IS NULL'),
        SamePatient('OralIndex', {}),
        migrations.RunSQL(SCORES, UNDO_SCORES),
        migrations.RunSQL(PRIMARY, UNDO_PRIMARY),
    ]
