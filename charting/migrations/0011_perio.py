"""Periodontal exams: measured as a draft, frozen once closed; what is measured fits the tooth and the day."""

import clinic.history.operations
import clinic.lib.ids
import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from clinic.history.referee import SamePatient


RULE = """
CREATE FUNCTION charting_perio_of_draft() RETURNS trigger LANGUAGE plpgsql AS $rule$
DECLARE exam charting_perioexam;
BEGIN
  SELECT * INTO exam FROM charting_perioexam WHERE id = NEW.exam_id FOR SHARE;
  IF exam.closed_at IS NOT NULL OR exam.in_error_at IS NOT NULL THEN
    RAISE EXCEPTION 'perio exam % is closed: tooth % cannot be measured', exam.id, NEW.tooth
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'charting_perio_of_draft';
  END IF;
  IF NEW.tooth = ANY(exam.absent) THEN
    RAISE EXCEPTION 'perio exam %: tooth % is absent', exam.id, NEW.tooth USING ERRCODE = 'check_violation', CONSTRAINT = 'charting_perio_tooth_present';
  END IF;
  IF NEW.tooth = ANY(exam.implants) AND COALESCE(NEW.furcation_v, NEW.furcation_l, NEW.furcation_m, NEW.furcation_d) IS NOT NULL THEN
    RAISE EXCEPTION 'perio exam %: implant % has no furcation', exam.id, NEW.tooth
      USING ERRCODE = 'check_violation', CONSTRAINT = 'charting_perio_implant_without_furcation';
  END IF;
  RETURN NEW;
END $rule$;
CREATE TRIGGER charting_perio_of_draft BEFORE INSERT OR UPDATE ON charting_periotooth FOR EACH ROW EXECUTE FUNCTION charting_perio_of_draft();
ALTER TABLE charting_periotooth ENABLE ALWAYS TRIGGER charting_perio_of_draft;
"""
UNDO = "DROP TRIGGER charting_perio_of_draft ON charting_periotooth; DROP FUNCTION charting_perio_of_draft();"


class Migration(migrations.Migration):

    dependencies = [
        ('charting', '0010_signed_notes'),
        ('history', '0001_ledger'),
        ('patients', '0007_broken_glass'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalPerioExam',
            fields=[
                ('event_id', models.BigIntegerField()),
                ('actor_name', models.CharField(max_length=200)),
                ('id', models.UUIDField(db_index=True, default=clinic.lib.ids.uuid7, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('examined_at', models.DateTimeField(verbose_name='examined')),
                ('absent', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=None, verbose_name='absent teeth')),
                ('implants', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=None, verbose_name='implants')),
                ('bone_loss_percent', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='bone loss in per cent of the root')),
                ('teeth_lost', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='teeth lost to periodontitis')),
                ('cigarettes_a_day', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='cigarettes a day')),
                ('hba1c', models.DecimalField(blank=True, decimal_places=1, max_digits=4, null=True, verbose_name='HbA1c, %')),
                ('stage', models.CharField(blank=True, choices=[('health', 'no periodontitis'), ('gingivitis', 'gingivitis'), ('I', 'stage I'), ('II', 'stage II'), ('III', 'stage III'), ('IV', 'stage IV')], max_length=12, verbose_name='stage')),
                ('grade', models.CharField(blank=True, choices=[('A', 'grade A'), ('B', 'grade B'), ('C', 'grade C')], max_length=2, verbose_name='grade')),
                ('extent', models.CharField(blank=True, choices=[('localised', 'localised'), ('generalised', 'generalised'), ('molar_incisor', 'molar–incisor pattern')], max_length=16, verbose_name='extent')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('in_error_at', models.DateTimeField(blank=True, null=True, verbose_name='marked as entered in error')),
                ('error_reason', models.CharField(blank=True, max_length=300, verbose_name='what was wrong')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('closed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='closed by')),
                ('examined_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='examined by')),
                ('in_error_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='marked by')),
                ('patient', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.patient', verbose_name='patient')),
                ('visit', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='charting.visit', verbose_name='visit')),
            ],
            options={
                'verbose_name': 'historical periodontal exam',
                'verbose_name_plural': 'historical periodontal exams',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='PerioExam',
            fields=[
                ('id', models.UUIDField(default=clinic.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('examined_at', models.DateTimeField(verbose_name='examined')),
                ('absent', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=None, verbose_name='absent teeth')),
                ('implants', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=None, verbose_name='implants')),
                ('bone_loss_percent', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='bone loss in per cent of the root')),
                ('teeth_lost', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='teeth lost to periodontitis')),
                ('cigarettes_a_day', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='cigarettes a day')),
                ('hba1c', models.DecimalField(blank=True, decimal_places=1, max_digits=4, null=True, verbose_name='HbA1c, %')),
                ('stage', models.CharField(blank=True, choices=[('health', 'no periodontitis'), ('gingivitis', 'gingivitis'), ('I', 'stage I'), ('II', 'stage II'), ('III', 'stage III'), ('IV', 'stage IV')], max_length=12, verbose_name='stage')),
                ('grade', models.CharField(blank=True, choices=[('A', 'grade A'), ('B', 'grade B'), ('C', 'grade C')], max_length=2, verbose_name='grade')),
                ('extent', models.CharField(blank=True, choices=[('localised', 'localised'), ('generalised', 'generalised'), ('molar_incisor', 'molar–incisor pattern')], max_length=16, verbose_name='extent')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('in_error_at', models.DateTimeField(blank=True, null=True, verbose_name='marked as entered in error')),
                ('error_reason', models.CharField(blank=True, max_length=300, verbose_name='what was wrong')),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='closed by')),
                ('examined_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='examined by')),
                ('in_error_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='marked by')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='perio_exams', to='patients.patient', verbose_name='patient')),
                ('visit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='perio_exams', to='charting.visit', verbose_name='visit')),
            ],
            options={
                'verbose_name': 'periodontal exam',
            },
        ),
        migrations.CreateModel(
            name='HistoricalPerioTooth',
            fields=[
                ('event_id', models.BigIntegerField()),
                ('actor_name', models.CharField(max_length=200)),
                ('id', models.UUIDField(db_index=True, default=clinic.lib.ids.uuid7, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('tooth', models.PositiveSmallIntegerField(verbose_name='tooth')),
                ('depths', django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(null=True), size=None, verbose_name='probing depths, mm')),
                ('margins', django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(null=True), size=None, verbose_name='gingival margins, mm')),
                ('bleeding', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), blank=True, default=list, size=None, verbose_name='bleeding on probing')),
                ('suppuration', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), blank=True, default=list, size=None, verbose_name='suppuration')),
                ('plaque', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), blank=True, default=list, size=None, verbose_name='plaque')),
                ('calculus', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), blank=True, default=list, size=None, verbose_name='calculus')),
                ('mobility', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='mobility')),
                ('furcation_v', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='furcation, vestibular')),
                ('furcation_l', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='furcation, lingual')),
                ('furcation_m', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='furcation, mesial')),
                ('furcation_d', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='furcation, distal')),
                ('gingiva_v', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='keratinised gingiva, vestibular, mm')),
                ('gingiva_l', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='keratinised gingiva, lingual, mm')),
                ('prognosis', models.CharField(blank=True, choices=[('good', 'good'), ('fair', 'fair'), ('poor', 'poor'), ('questionable', 'questionable'), ('hopeless', 'hopeless')], max_length=14, verbose_name='prognosis')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('patient', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.patient', verbose_name='patient')),
                ('exam', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='charting.perioexam', verbose_name='periodontal exam')),
            ],
            options={
                'verbose_name': 'historical tooth of a periodontal exam',
                'verbose_name_plural': 'historical tooth of a periodontal exams',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='PerioTooth',
            fields=[
                ('id', models.UUIDField(default=clinic.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('tooth', models.PositiveSmallIntegerField(verbose_name='tooth')),
                ('depths', django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(null=True), size=None, verbose_name='probing depths, mm')),
                ('margins', django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(null=True), size=None, verbose_name='gingival margins, mm')),
                ('bleeding', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), blank=True, default=list, size=None, verbose_name='bleeding on probing')),
                ('suppuration', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), blank=True, default=list, size=None, verbose_name='suppuration')),
                ('plaque', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), blank=True, default=list, size=None, verbose_name='plaque')),
                ('calculus', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), blank=True, default=list, size=None, verbose_name='calculus')),
                ('mobility', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='mobility')),
                ('furcation_v', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='furcation, vestibular')),
                ('furcation_l', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='furcation, lingual')),
                ('furcation_m', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='furcation, mesial')),
                ('furcation_d', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='furcation, distal')),
                ('gingiva_v', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='keratinised gingiva, vestibular, mm')),
                ('gingiva_l', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='keratinised gingiva, lingual, mm')),
                ('prognosis', models.CharField(blank=True, choices=[('good', 'good'), ('fair', 'fair'), ('poor', 'poor'), ('questionable', 'questionable'), ('hopeless', 'hopeless')], max_length=14, verbose_name='prognosis')),
                ('exam', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='teeth', to='charting.perioexam', verbose_name='periodontal exam')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient', verbose_name='patient')),
            ],
            options={
                'verbose_name': 'tooth of a periodontal exam',
            },
        ),
        migrations.AddIndex(
            model_name='perioexam',
            index=models.Index(fields=['patient', '-examined_at'], name='charting_perio_patient'),
        ),
        migrations.AddConstraint(
            model_name='perioexam',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at', None), ('in_error_at', None)), fields=('patient',), name='charting_perio_one_draft'),
        ),
        migrations.AddConstraint(
            model_name='perioexam',
            constraint=models.CheckConstraint(condition=models.Q(('absent__contained_by', [11, 12, 13, 14, 15, 16, 17, 18, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33, 34, 35, 36, 37, 38, 41, 42, 43, 44, 45, 46, 47, 48, 51, 52, 53, 54, 55, 61, 62, 63, 64, 65, 71, 72, 73, 74, 75, 81, 82, 83, 84, 85])), name='charting_perio_absent_exist'),
        ),
        migrations.AddConstraint(
            model_name='perioexam',
            constraint=models.CheckConstraint(condition=models.Q(('implants__contained_by', [11, 12, 13, 14, 15, 16, 17, 18, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33, 34, 35, 36, 37, 38, 41, 42, 43, 44, 45, 46, 47, 48])), name='charting_perio_implants_exist'),
        ),
        migrations.AddConstraint(
            model_name='perioexam',
            constraint=models.CheckConstraint(condition=models.Q(('bone_loss_percent', None), ('bone_loss_percent__lte', 100), _connector='OR'), name='charting_perio_bone_loss_percent'),
        ),
        migrations.AddConstraint(
            model_name='perioexam',
            constraint=models.CheckConstraint(condition=models.Q(('teeth_lost', None), ('teeth_lost__lte', 32), _connector='OR'), name='charting_perio_teeth_lost'),
        ),
        migrations.AddConstraint(
            model_name='perioexam',
            constraint=models.CheckConstraint(condition=models.Q(('hba1c', None), models.Q(('hba1c__gte', 3), ('hba1c__lte', 25)), _connector='OR'), name='charting_perio_hba1c'),
        ),
        migrations.AddConstraint(
            model_name='perioexam',
            constraint=models.CheckConstraint(condition=models.Q(('stage__in', ['', 'health', 'gingivitis', 'I', 'II', 'III', 'IV'])), name='charting_perio_stage_known'),
        ),
        migrations.AddConstraint(
            model_name='perioexam',
            constraint=models.CheckConstraint(condition=models.Q(('grade__in', ['', 'A', 'B', 'C'])), name='charting_perio_grade_known'),
        ),
        migrations.AddConstraint(
            model_name='perioexam',
            constraint=models.CheckConstraint(condition=models.Q(('extent__in', ['', 'localised', 'generalised', 'molar_incisor'])), name='charting_perio_extent_known'),
        ),
        migrations.AddConstraint(
            model_name='perioexam',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('closed_by__isnull', True)), models.Q(('closed_at__isnull', False), ('closed_by__isnull', False)), _connector='OR'), name='charting_perio_closed_by_someone'),
        ),
        migrations.AddConstraint(
            model_name='perioexam',
            constraint=models.CheckConstraint(condition=models.Q(('closed_at', None), ('closed_at__gte', models.F('examined_at')), _connector='OR'), name='charting_perio_closed_after'),
        ),
        migrations.AddConstraint(
            model_name='perioexam',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('in_error_at__isnull', True), ('in_error_by__isnull', True)), models.Q(('in_error_at__isnull', False), ('in_error_by__isnull', False)), _connector='OR'), models.Q(('in_error_at', None), models.Q(('error_reason', ''), _negated=True), _connector='XOR')), name='charting_perio_error_explained'),
        ),
        migrations.AddIndex(
            model_name='periotooth',
            index=models.Index(fields=['patient'], name='charting_perio_tooth_patient'),
        ),
        migrations.AddConstraint(
            model_name='periotooth',
            constraint=models.UniqueConstraint(fields=('exam', 'tooth'), name='charting_perio_tooth_once'),
        ),
        migrations.AddConstraint(
            model_name='periotooth',
            constraint=models.CheckConstraint(condition=models.Q(('tooth__in', (11, 12, 13, 14, 15, 16, 17, 18, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33, 34, 35, 36, 37, 38, 41, 42, 43, 44, 45, 46, 47, 48, 51, 52, 53, 54, 55, 61, 62, 63, 64, 65, 71, 72, 73, 74, 75, 81, 82, 83, 84, 85))), name='charting_perio_tooth_exists'),
        ),
        migrations.AddConstraint(
            model_name='periotooth',
            constraint=models.CheckConstraint(condition=models.Q(('depths__len', 6), ('margins__len', 6)), name='charting_perio_six_sites'),
        ),
        migrations.AddConstraint(
            model_name='periotooth',
            constraint=models.CheckConstraint(condition=models.Func(models.F('depths'), output_field=models.BooleanField(), template='(0 <= ALL(%(expressions)s) AND 20 >= ALL(%(expressions)s))'), name='charting_perio_depth_possible'),
        ),
        migrations.AddConstraint(
            model_name='periotooth',
            constraint=models.CheckConstraint(condition=models.Func(models.F('margins'), output_field=models.BooleanField(), template='(-10 <= ALL(%(expressions)s) AND 15 >= ALL(%(expressions)s))'), name='charting_perio_margin_possible'),
        ),
        migrations.AddConstraint(
            model_name='periotooth',
            constraint=models.CheckConstraint(condition=models.Q(('bleeding__contained_by', ['MV', 'V', 'DV', 'ML', 'L', 'DL']), ('calculus__contained_by', ['MV', 'V', 'DV', 'ML', 'L', 'DL']), ('plaque__contained_by', ['MV', 'V', 'DV', 'ML', 'L', 'DL']), ('suppuration__contained_by', ['MV', 'V', 'DV', 'ML', 'L', 'DL'])), name='charting_perio_flag_sites'),
        ),
        migrations.AddConstraint(
            model_name='periotooth',
            constraint=models.CheckConstraint(condition=models.Q(('mobility__isnull', True), ('mobility__lte', 3), _connector='OR'), name='charting_perio_mobility'),
        ),
        migrations.AddConstraint(
            model_name='periotooth',
            constraint=models.CheckConstraint(condition=models.Q(('furcation_v__isnull', True), models.Q(('furcation_v__lte', 3), ('tooth__in', [16, 17, 18, 26, 27, 28, 36, 37, 38, 46, 47, 48, 54, 55, 64, 65, 74, 75, 84, 85])), _connector='OR'), name='charting_perio_furcation_v'),
        ),
        migrations.AddConstraint(
            model_name='periotooth',
            constraint=models.CheckConstraint(condition=models.Q(('furcation_l__isnull', True), models.Q(('furcation_l__lte', 3), ('tooth__in', [36, 37, 38, 46, 47, 48, 74, 75, 84, 85])), _connector='OR'), name='charting_perio_furcation_l'),
        ),
        migrations.AddConstraint(
            model_name='periotooth',
            constraint=models.CheckConstraint(condition=models.Q(('furcation_m__isnull', True), models.Q(('furcation_m__lte', 3), ('tooth__in', [14, 16, 17, 18, 24, 26, 27, 28, 54, 55, 64, 65])), _connector='OR'), name='charting_perio_furcation_m'),
        ),
        migrations.AddConstraint(
            model_name='periotooth',
            constraint=models.CheckConstraint(condition=models.Q(('furcation_d__isnull', True), models.Q(('furcation_d__lte', 3), ('tooth__in', [14, 16, 17, 18, 24, 26, 27, 28, 54, 55, 64, 65])), _connector='OR'), name='charting_perio_furcation_d'),
        ),
        migrations.AddConstraint(
            model_name='periotooth',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('gingiva_v', None), ('gingiva_v__lte', 15), _connector='OR'), models.Q(('gingiva_l', None), ('gingiva_l__lte', 15), _connector='OR')), name='charting_perio_gingiva_possible'),
        ),
        migrations.AddConstraint(
            model_name='periotooth',
            constraint=models.CheckConstraint(condition=models.Q(('prognosis__in', ['', 'good', 'fair', 'poor', 'questionable', 'hopeless'])), name='charting_perio_prognosis_known'),
        ),
        clinic.history.operations.Capture(
            name='PerioExam',
        ),
        clinic.history.operations.Capture(
            name='PerioTooth',
        ),
        clinic.history.operations.Freeze(
            name='PerioExam', when='OLD.closed_at IS NOT NULL', except_columns=('in_error_at', 'in_error_by_id', 'error_reason')
        ),
        clinic.history.operations.Freeze(name='PerioExam', when='OLD.in_error_at IS NOT NULL', label='in_error'),
        SamePatient("PerioExam", {"visit_id": "charting_visit"}),
        SamePatient("PerioTooth", {"exam_id": "charting_perioexam"}),
        migrations.RunSQL(RULE, UNDO),
    ]
