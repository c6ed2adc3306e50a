"""The clinic's signs of the chart, entries by one gesture, root canals; what the database holds of them by itself."""

import clinic.history.operations
import clinic.lib.ids
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.math
import django.db.models.functions.text
import django.utils.timezone
import simple_history.models
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from clinic.history.operations import Freeze
from clinic.history.referee import SamePatient, Starts

CANALS = """
CREATE FUNCTION charting_canal_of_treatment() RETURNS trigger LANGUAGE plpgsql AS $rule$
BEGIN
  IF NEW.procedure_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM charting_proceduretooth t JOIN charting_procedure p ON p.id = t.procedure_id JOIN price_list_service s ON s.id = p.service_id
    WHERE t.procedure_id = NEW.procedure_id AND t.tooth = NEW.tooth AND s.chart_effect = 'root_canal') THEN
    RAISE EXCEPTION 'canal %: procedure % is no root canal treatment of tooth %', NEW.id, NEW.procedure_id, NEW.tooth
      USING ERRCODE = 'check_violation', CONSTRAINT = 'charting_canal_of_treatment';
  END IF;
  IF NEW.replaces_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM charting_canalrecord r WHERE r.id = NEW.replaces_id AND (r.tooth, r.canal) = (NEW.tooth, NEW.canal)) THEN
    RAISE EXCEPTION 'canal %: a record is corrected by one of the same canal', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'charting_canal_corrects_itself';
  END IF;
  RETURN NEW;
END $rule$;
CREATE TRIGGER charting_canal_of_treatment BEFORE INSERT ON charting_canalrecord FOR EACH ROW EXECUTE FUNCTION charting_canal_of_treatment();
ALTER TABLE charting_canalrecord ENABLE ALWAYS TRIGGER charting_canal_of_treatment;
CREATE TRIGGER charting_visit_takes BEFORE INSERT OR UPDATE OF visit_id ON charting_canalrecord FOR EACH ROW WHEN (NEW.visit_id IS NOT NULL)
  EXECUTE FUNCTION charting_visit_takes('open');
ALTER TABLE charting_canalrecord ENABLE ALWAYS TRIGGER charting_visit_takes;
CREATE FUNCTION charting_visit_without_canals() RETURNS trigger LANGUAGE plpgsql AS $rule$
BEGIN
  IF EXISTS (SELECT FROM charting_canalrecord r WHERE r.visit_id = NEW.id) THEN
    RAISE EXCEPTION 'visit % holds records and cannot be cancelled', NEW.id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'charting_visit_untouched';
  END IF;
  RETURN NEW;
END $rule$;
CREATE TRIGGER charting_visit_without_canals BEFORE UPDATE OF cancelled_at ON charting_visit FOR EACH ROW
  WHEN (OLD.cancelled_at IS NULL AND NEW.cancelled_at IS NOT NULL) EXECUTE FUNCTION charting_visit_without_canals();
ALTER TABLE charting_visit ENABLE ALWAYS TRIGGER charting_visit_without_canals;
"""
UNDO = """
DROP TRIGGER charting_visit_without_canals ON charting_visit;
DROP TRIGGER charting_visit_takes ON charting_canalrecord;
DROP TRIGGER charting_canal_of_treatment ON charting_canalrecord;
DROP FUNCTION charting_visit_without_canals(), charting_canal_of_treatment();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('charting', '0025_note_outlines'),
        ('history', '0001_ledger'),
        ('patients', '0011_french_j'),
        ('price_list', '0003_dentition'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalChartSign',
            fields=[
                ('event_id', models.BigIntegerField()),
                ('actor_name', models.CharField(max_length=200)),
                ('id', models.UUIDField(db_index=True, default=clinic.lib.ids.uuid7, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('subject', models.CharField(db_index=True, max_length=40, verbose_name='finding or act')),
                ('colour', models.CharField(blank=True, choices=[('vermilion', 'vermilion'), ('amber', 'amber'), ('green', 'green'), ('blue', 'blue'), ('purple', 'purple'), ('black', 'black')], max_length=10, verbose_name='colour')),
                ('hatch', models.CharField(blank=True, choices=[('cross', 'cross-hatched'), ('dots', 'dotted'), ('lines', 'horizontal lines'), ('bars', 'vertical lines'), ('solid', 'filled')], max_length=10, verbose_name='hatch')),
                ('symbol', models.CharField(blank=True, choices=[('●', '●'), ('▲', '▲'), ('■', '■'), ('◆', '◆'), ('★', '★'), ('○', '○'), ('△', '△'), ('□', '□'), ('◇', '◇')], max_length=1, verbose_name='symbol beside the number')),
                ('typed', models.CharField(blank=True, max_length=8, verbose_name='typed code')),
                ('letter', models.CharField(blank=True, choices=[('caries', 'caries'), ('pulpitis', 'pulpitis'), ('periodontitis', 'apical periodontitis'), ('periodontal', 'periodontal disease'), ('filled', 'filled'), ('crown', 'crown'), ('artificial', 'artificial tooth')], max_length=16, verbose_name='letter of form 043/у')),
                ('diagnosis', models.CharField(blank=True, max_length=10, verbose_name='ICD-10 code')),
                ('teeth', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=None, verbose_name='only on these teeth')),
                ('surfaces', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), blank=True, default=list, size=None, verbose_name='only on these surfaces')),
                ('is_offered', models.BooleanField(default=True, verbose_name='offered')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': "historical row of the chart's catalogue",
                'verbose_name_plural': "historical row of the chart's catalogues",
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='CanalRecord',
            fields=[
                ('id', models.UUIDField(default=clinic.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('tooth', models.PositiveSmallIntegerField(verbose_name='tooth')),
                ('canal', models.CharField(max_length=4, verbose_name='canal')),
                ('length_mm', models.DecimalField(decimal_places=1, max_digits=4, verbose_name='working length, mm')),
                ('reference', models.CharField(blank=True, max_length=80, verbose_name='reference point')),
                ('file_size', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='master file, ISO size')),
                ('taper', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='taper, %')),
                ('method', models.CharField(blank=True, choices=[('lateral', 'cold lateral condensation'), ('vertical', 'warm vertical condensation'), ('single_cone', 'single cone'), ('carrier', 'carrier'), ('injection', 'injected gutta-percha'), ('paste', 'paste'), ('plug', 'apical plug')], max_length=12, verbose_name='obturation')),
                ('material', models.CharField(blank=True, max_length=80, verbose_name='filling material')),
                ('quality', models.CharField(blank=True, choices=[('adequate', 'adequate'), ('short', 'short'), ('over', 'beyond the apex'), ('void', 'with voids')], max_length=10, verbose_name='quality of the obturation')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded')),
                ('in_error_at', models.DateTimeField(blank=True, null=True, verbose_name='marked as entered in error')),
                ('error_reason', models.CharField(blank=True, max_length=300, verbose_name='what was wrong')),
                ('in_error_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='marked by')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='canals', to='patients.patient', verbose_name='patient')),
                ('procedure', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='canals', to='charting.procedure', verbose_name='procedure')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('replaces', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='successors', to='charting.canalrecord', verbose_name='takes the place of')),
                ('visit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='canals', to='charting.visit', verbose_name='visit')),
            ],
            options={
                'verbose_name': 'record of a root canal',
            },
        ),
        migrations.CreateModel(
            name='ChartSign',
            fields=[
                ('id', models.UUIDField(default=clinic.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('subject', models.CharField(max_length=40, unique=True, verbose_name='finding or act')),
                ('colour', models.CharField(blank=True, choices=[('vermilion', 'vermilion'), ('amber', 'amber'), ('green', 'green'), ('blue', 'blue'), ('purple', 'purple'), ('black', 'black')], max_length=10, verbose_name='colour')),
                ('hatch', models.CharField(blank=True, choices=[('cross', 'cross-hatched'), ('dots', 'dotted'), ('lines', 'horizontal lines'), ('bars', 'vertical lines'), ('solid', 'filled')], max_length=10, verbose_name='hatch')),
                ('symbol', models.CharField(blank=True, choices=[('●', '●'), ('▲', '▲'), ('■', '■'), ('◆', '◆'), ('★', '★'), ('○', '○'), ('△', '△'), ('□', '□'), ('◇', '◇')], max_length=1, verbose_name='symbol beside the number')),
                ('typed', models.CharField(blank=True, max_length=8, verbose_name='typed code')),
                ('letter', models.CharField(blank=True, choices=[('caries', 'caries'), ('pulpitis', 'pulpitis'), ('periodontitis', 'apical periodontitis'), ('periodontal', 'periodontal disease'), ('filled', 'filled'), ('crown', 'crown'), ('artificial', 'artificial tooth')], max_length=16, verbose_name='letter of form 043/у')),
                ('diagnosis', models.CharField(blank=True, max_length=10, verbose_name='ICD-10 code')),
                ('teeth', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=None, verbose_name='only on these teeth')),
                ('surfaces', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), blank=True, default=list, size=None, verbose_name='only on these surfaces')),
                ('is_offered', models.BooleanField(default=True, verbose_name='offered')),
            ],
            options={
                'verbose_name': "row of the chart's catalogue",
                'constraints': [models.CheckConstraint(condition=models.Q(('subject__regex', '^(finding|effect):[a-z_]+$')), name='charting_sign_subject_form'), models.CheckConstraint(condition=models.Q(('colour__in', ['', 'vermilion', 'amber', 'green', 'blue', 'purple', 'black'])), name='charting_sign_colour_known'), models.CheckConstraint(condition=models.Q(('hatch', ''), models.Q(('hatch__in', ['cross', 'dots', 'lines', 'bars', 'solid']), ('subject__startswith', 'finding:')), _connector='OR'), name='charting_sign_hatch_of_finding'), models.CheckConstraint(condition=models.Q(('symbol__in', ['', '●', '▲', '■', '◆', '★', '○', '△', '□', '◇'])), name='charting_sign_symbol_known'), models.CheckConstraint(condition=models.Q(('letter', ''), models.Q(('letter__in', ('caries', 'pulpitis', 'periodontitis', 'periodontal')), ('subject__startswith', 'finding:')), models.Q(('letter__in', ('filled', 'crown', 'artificial')), ('subject__startswith', 'effect:')), _connector='OR'), name='charting_sign_letter_legal'), models.CheckConstraint(condition=models.Q(('typed', ''), ('typed__regex', '^[[:alpha:]]{1,8}$'), _connector='OR'), name='charting_sign_typed_letters'), models.CheckConstraint(condition=models.Q(('diagnosis', ''), ('subject__startswith', 'finding:'), _connector='OR'), name='charting_sign_diagnosis_of_finding'), models.CheckConstraint(condition=models.Q(('teeth__contained_by', [11, 12, 13, 14, 15, 16, 17, 18, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33, 34, 35, 36, 37, 38, 41, 42, 43, 44, 45, 46, 47, 48, 51, 52, 53, 54, 55, 61, 62, 63, 64, 65, 71, 72, 73, 74, 75, 81, 82, 83, 84, 85])), name='charting_sign_teeth_exist'), models.CheckConstraint(condition=models.Q(('surfaces__contained_by', ['M', 'D', 'O', 'I', 'V', 'L', 'V5', 'L5', 'RM', 'RD', 'RV', 'RL'])), name='charting_sign_surfaces_exist'), models.UniqueConstraint(django.db.models.functions.text.Lower('typed'), condition=models.Q(('typed', ''), _negated=True), name='charting_sign_typed_once')],
            },
        ),
        migrations.CreateModel(
            name='Combination',
            fields=[
                ('id', models.UUIDField(default=clinic.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('title_ru', models.CharField(max_length=120, verbose_name='title in Russian')),
                ('title_fr', models.CharField(max_length=120, verbose_name='title in French')),
                ('title_en', models.CharField(max_length=120, verbose_name='title in English')),
                ('kind', models.CharField(max_length=24, verbose_name='finding')),
                ('severity', models.CharField(blank=True, max_length=12, verbose_name='severity')),
                ('diagnosis', models.CharField(max_length=10, verbose_name='ICD-10 code')),
                ('effect', models.CharField(max_length=20, verbose_name='proposed act')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='place in the list')),
                ('is_offered', models.BooleanField(default=True, verbose_name='offered')),
                ('service', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='price_list.service', verbose_name='service')),
            ],
            options={
                'verbose_name': 'combination of the chart',
            },
        ),
        migrations.CreateModel(
            name='CombinedEntry',
            fields=[
                ('id', models.UUIDField(default=clinic.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('made_at', models.DateTimeField(verbose_name='made')),
                ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='taken back')),
                ('undo_reason', models.CharField(blank=True, max_length=300, verbose_name='why it was taken back')),
                ('combination', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='charting.combination', verbose_name='combination of the chart')),
                ('diagnosis', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='gesture', to='charting.diagnosis', verbose_name='diagnosis')),
                ('finding', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='gesture', to='charting.finding', verbose_name='finding')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient', verbose_name='patient')),
                ('procedure', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='gesture', to='charting.procedure', verbose_name='procedure')),
                ('undone_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='taken back by')),
            ],
            options={
                'verbose_name': 'entry by one gesture',
            },
        ),
        migrations.CreateModel(
            name='HistoricalCanalRecord',
            fields=[
                ('event_id', models.BigIntegerField()),
                ('actor_name', models.CharField(max_length=200)),
                ('id', models.UUIDField(db_index=True, default=clinic.lib.ids.uuid7, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('tooth', models.PositiveSmallIntegerField(verbose_name='tooth')),
                ('canal', models.CharField(max_length=4, verbose_name='canal')),
                ('length_mm', models.DecimalField(decimal_places=1, max_digits=4, verbose_name='working length, mm')),
                ('reference', models.CharField(blank=True, max_length=80, verbose_name='reference point')),
                ('file_size', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='master file, ISO size')),
                ('taper', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='taper, %')),
                ('method', models.CharField(blank=True, choices=[('lateral', 'cold lateral condensation'), ('vertical', 'warm vertical condensation'), ('single_cone', 'single cone'), ('carrier', 'carrier'), ('injection', 'injected gutta-percha'), ('paste', 'paste'), ('plug', 'apical plug')], max_length=12, verbose_name='obturation')),
                ('material', models.CharField(blank=True, max_length=80, verbose_name='filling material')),
                ('quality', models.CharField(blank=True, choices=[('adequate', 'adequate'), ('short', 'short'), ('over', 'beyond the apex'), ('void', 'with voids')], max_length=10, verbose_name='quality of the obturation')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded')),
                ('in_error_at', models.DateTimeField(blank=True, null=True, verbose_name='marked as entered in error')),
                ('error_reason', models.CharField(blank=True, max_length=300, verbose_name='what was wrong')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('in_error_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='marked by')),
                ('patient', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.patient', verbose_name='patient')),
                ('procedure', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='charting.procedure', verbose_name='procedure')),
                ('recorded_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('replaces', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='charting.canalrecord', verbose_name='takes the place of')),
                ('visit', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='charting.visit', verbose_name='visit')),
            ],
            options={
                'verbose_name': 'historical record of a root canal',
                'verbose_name_plural': 'historical record of a root canals',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalCombination',
            fields=[
                ('event_id', models.BigIntegerField()),
                ('actor_name', models.CharField(max_length=200)),
                ('id', models.UUIDField(db_index=True, default=clinic.lib.ids.uuid7, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('title_ru', models.CharField(max_length=120, verbose_name='title in Russian')),
                ('title_fr', models.CharField(max_length=120, verbose_name='title in French')),
                ('title_en', models.CharField(max_length=120, verbose_name='title in English')),
                ('kind', models.CharField(max_length=24, verbose_name='finding')),
                ('severity', models.CharField(blank=True, max_length=12, verbose_name='severity')),
                ('diagnosis', models.CharField(max_length=10, verbose_name='ICD-10 code')),
                ('effect', models.CharField(max_length=20, verbose_name='proposed act')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='place in the list')),
                ('is_offered', models.BooleanField(default=True, verbose_name='offered')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('service', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='price_list.service', verbose_name='service')),
            ],
            options={
                'verbose_name': 'historical combination of the chart',
                'verbose_name_plural': 'historical combination of the charts',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalCombinedEntry',
            fields=[
                ('event_id', models.BigIntegerField()),
                ('actor_name', models.CharField(max_length=200)),
                ('id', models.UUIDField(db_index=True, default=clinic.lib.ids.uuid7, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('made_at', models.DateTimeField(verbose_name='made')),
                ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='taken back')),
                ('undo_reason', models.CharField(blank=True, max_length=300, verbose_name='why it was taken back')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('combination', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='charting.combination', verbose_name='combination of the chart')),
                ('diagnosis', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='charting.diagnosis', verbose_name='diagnosis')),
                ('finding', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='charting.finding', verbose_name='finding')),
                ('made_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('patient', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.patient', verbose_name='patient')),
                ('procedure', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='charting.procedure', verbose_name='procedure')),
                ('undone_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='taken back by')),
            ],
            options={
                'verbose_name': 'historical entry by one gesture',
                'verbose_name_plural': 'historical entry by one gestures',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddIndex(
            model_name='canalrecord',
            index=models.Index(fields=['patient', 'tooth'], name='charting_canal_patient'),
        ),
        migrations.AddConstraint(
            model_name='canalrecord',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('canal__in', ['C']), ('tooth__in', [11, 12, 13, 21, 22, 23, 51, 52, 53, 61, 62, 63])), models.Q(('canal__in', ['C', 'B', 'L']), ('tooth__in', [14, 15, 24, 25, 31, 32, 33, 34, 35, 41, 42, 43, 44, 45, 71, 72, 73, 81, 82, 83])), models.Q(('canal__in', ['MB1', 'MB2', 'DB1', 'P1']), ('tooth__in', [16, 17, 18, 26, 27, 28, 54, 55, 64, 65])), models.Q(('canal__in', ['MBC', 'MLC', 'DC', 'DBC', 'DLC']), ('tooth__in', [36, 37, 38, 46, 47, 48, 74, 75, 84, 85])), _connector='OR'), name='charting_canal_fits_tooth'),
        ),
        migrations.AddConstraint(
            model_name='canalrecord',
            constraint=models.CheckConstraint(condition=models.Q(('length_mm', django.db.models.expressions.CombinedExpression(django.db.models.functions.math.Floor(django.db.models.expressions.CombinedExpression(models.F('length_mm'), '*', models.Value(2))), '/', models.Value(2))), ('length_mm__gte', Decimal('5')), ('length_mm__lte', Decimal('40'))), name='charting_canal_length'),
        ),
        migrations.AddConstraint(
            model_name='canalrecord',
            constraint=models.CheckConstraint(condition=models.Q(('file_size', None), ('file_size__range', (6, 140)), _connector='OR'), name='charting_canal_file_size'),
        ),
        migrations.AddConstraint(
            model_name='canalrecord',
            constraint=models.CheckConstraint(condition=models.Q(('taper', None), models.Q(('file_size__isnull', False), ('taper__lte', 12)), _connector='OR'), name='charting_canal_taper'),
        ),
        migrations.AddConstraint(
            model_name='canalrecord',
            constraint=models.CheckConstraint(condition=models.Q(('method__in', ['', 'lateral', 'vertical', 'single_cone', 'carrier', 'injection', 'paste', 'plug'])), name='charting_canal_method_known'),
        ),
        migrations.AddConstraint(
            model_name='canalrecord',
            constraint=models.CheckConstraint(condition=models.Q(('quality__in', ['', 'adequate', 'short', 'over', 'void'])), name='charting_canal_quality_known'),
        ),
        migrations.AddConstraint(
            model_name='canalrecord',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('method', ''), _negated=True), models.Q(('material', ''), ('quality', '')), _connector='OR'), name='charting_canal_filled_by_method'),
        ),
        migrations.AddConstraint(
            model_name='canalrecord',
            constraint=models.CheckConstraint(condition=models.Q(('visit__isnull', False), ('procedure__isnull', False), _connector='OR'), name='charting_canal_of_an_act'),
        ),
        migrations.AddConstraint(
            model_name='canalrecord',
            constraint=models.UniqueConstraint(condition=models.Q(('in_error_at', None)), fields=('replaces',), name='charting_canal_replaced_once'),
        ),
        migrations.AddConstraint(
            model_name='canalrecord',
            constraint=models.CheckConstraint(condition=models.Q(('replaces', models.F('id')), _negated=True), name='charting_canal_replaces_another'),
        ),
        migrations.AddConstraint(
            model_name='canalrecord',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('in_error_at__isnull', True), ('in_error_by__isnull', True)), models.Q(('in_error_at__isnull', False), ('in_error_by__isnull', False)), _connector='OR'), models.Q(('in_error_at', None), models.Q(('error_reason', ''), _negated=True), _connector='XOR')), name='charting_canal_error_explained'),
        ),
        migrations.AddConstraint(
            model_name='combination',
            constraint=models.CheckConstraint(condition=models.Q(('kind__regex', '^[a-z_]+$')), name='charting_combination_kind_form'),
        ),
        migrations.AddConstraint(
            model_name='combination',
            constraint=models.CheckConstraint(condition=models.Q(('effect__regex', '^[a-z_]+$'), models.Q(('effect', 'none'), _negated=True)), name='charting_combination_effect_form'),
        ),
        migrations.AddConstraint(
            model_name='combination',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('diagnosis', ''), _negated=True), models.Q(('title_ru', ''), _negated=True), models.Q(('title_fr', ''), _negated=True), models.Q(('title_en', ''), _negated=True)), name='charting_combination_says_all'),
        ),
        migrations.AddIndex(
            model_name='combinedentry',
            index=models.Index(fields=['patient'], name='charting_gesture_patient'),
        ),
        migrations.AddConstraint(
            model_name='combinedentry',
            constraint=models.CheckConstraint(condition=models.Q(('finding', models.F('id'))), name='charting_gesture_id_of_finding'),
        ),
        migrations.AddConstraint(
            model_name='combinedentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('undone_at__isnull', True), ('undone_by__isnull', True)), models.Q(('undone_at__isnull', False), ('undone_by__isnull', False)), _connector='OR'), models.Q(('undone_at', None), models.Q(('undo_reason', ''), _negated=True), _connector='XOR')), name='charting_gesture_undone_with_reason'),
        ),
        clinic.history.operations.Capture(
            name='ChartSign',
        ),
        clinic.history.operations.Capture(
            name='CanalRecord',
        ),
        clinic.history.operations.Capture(
            name='Combination',
        ),
        clinic.history.operations.Capture(
            name='CombinedEntry',
        ),
        Freeze(name="CombinedEntry", when="true", except_columns=("undone_at", "undone_by_id", "undo_reason")),
        Freeze(name="CombinedEntry", when="OLD.undone_at IS NOT NULL", label="undone"),
        Starts("CombinedEntry", "NEW.undone_at IS NULL"),
        SamePatient(
            "CombinedEntry",
            {"finding_id": "charting_finding", "diagnosis_id": "charting_diagnosis", "procedure_id": "charting_procedure"},
        ),
        Freeze(name="CanalRecord", when="true", except_columns=("in_error_at", "in_error_by_id", "error_reason")),
        Freeze(name="CanalRecord", when="OLD.in_error_at IS NOT NULL", label="in_error"),
        Starts("CanalRecord", "NEW.in_error_at IS NULL"),
        SamePatient("CanalRecord", {"visit_id": "charting_visit", "procedure_id": "charting_procedure", "replaces_id": "charting_canalrecord"}),
        migrations.RunSQL(CANALS, UNDO),
    ]
