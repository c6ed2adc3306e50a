"""Editions of the medical questionnaire and the histories signed on them: a published edition and a signed history never change."""

import clinic.history.operations
import clinic.lib.ids
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from clinic.history.operations import Freeze
from clinic.history.referee import SamePatient, Starts

RULES = """
CREATE FUNCTION charting_question_of_draft() RETURNS trigger LANGUAGE plpgsql AS $rule$
DECLARE edition charting_questionnaire;
BEGIN
  SELECT * INTO edition FROM charting_questionnaire WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.questionnaire_id ELSE NEW.questionnaire_id END FOR SHARE;
  IF edition.published_at IS NOT NULL OR (TG_OP = 'UPDATE' AND NEW.questionnaire_id <> OLD.questionnaire_id) THEN
    RAISE EXCEPTION 'edition % of the medical questionnaire is published and does not change', edition.edition
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'charting_question_of_draft';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $rule$;
CREATE TRIGGER charting_question_of_draft BEFORE INSERT OR UPDATE OR DELETE ON charting_question FOR EACH ROW EXECUTE FUNCTION charting_question_of_draft();
ALTER TABLE charting_question ENABLE ALWAYS TRIGGER charting_question_of_draft;
CREATE FUNCTION charting_questionnaire_whole() RETURNS trigger LANGUAGE plpgsql AS $rule$
BEGIN
  IF NEW.published_at IS NOT NULL AND OLD.published_at IS NULL AND NOT EXISTS (SELECT FROM charting_question q WHERE q.questionnaire_id = NEW.id) THEN
    RAISE EXCEPTION 'edition % has no question', NEW.edition USING ERRCODE = 'check_violation', CONSTRAINT = 'charting_questionnaire_asks';
  END IF;
  RETURN NEW;
END $rule$;
CREATE TRIGGER charting_questionnaire_whole BEFORE UPDATE ON charting_questionnaire FOR EACH ROW EXECUTE FUNCTION charting_questionnaire_whole();
ALTER TABLE charting_questionnaire ENABLE ALWAYS TRIGGER charting_questionnaire_whole;
CREATE FUNCTION charting_history_answers() RETURNS trigger LANGUAGE plpgsql AS $rule$
DECLARE wrong text;
BEGIN
  IF NOT EXISTS (SELECT FROM charting_questionnaire q WHERE q.id = NEW.questionnaire_id AND q.published_at IS NOT NULL) THEN
    RAISE EXCEPTION 'medical history %: its questionnaire is not published', NEW.id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'charting_history_of_published';
  END IF;
  SELECT a.key INTO wrong FROM jsonb_each(NEW.answers) a
    LEFT JOIN charting_question q ON q.questionnaire_id = NEW.questionnaire_id AND q.code = a.key
    WHERE q.id IS NULL OR COALESCE(a.value ->> 'value', '') NOT IN ('', 'yes', 'no', 'unknown') LIMIT 1;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'medical history %: no such question or answer: %', NEW.id, wrong USING ERRCODE = 'check_violation', CONSTRAINT = 'charting_history_answers';
  END IF;
  RETURN NEW;
END $rule$;
CREATE TRIGGER charting_history_answers BEFORE INSERT ON charting_medicalhistory FOR EACH ROW EXECUTE FUNCTION charting_history_answers();
ALTER TABLE charting_medicalhistory ENABLE ALWAYS TRIGGER charting_history_answers;
"""
UNDO = """
DROP TRIGGER charting_question_of_draft ON charting_question; DROP FUNCTION charting_question_of_draft();
DROP TRIGGER charting_questionnaire_whole ON charting_questionnaire; DROP FUNCTION charting_questionnaire_whole();
DROP TRIGGER charting_history_answers ON charting_medicalhistory; DROP FUNCTION charting_history_answers();
"""
MARKS = ("in_error_at", "in_error_by_id", "error_reason")


class Migration(migrations.Migration):

    dependencies = [
        ('charting', '0013_perio_closed'),
        ('files', '0001_initial'),
        ('history', '0001_ledger'),
        ('patients', '0009_rectification'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalQuestionnaire',
            fields=[
                ('event_id', models.BigIntegerField()),
                ('actor_name', models.CharField(max_length=200)),
                ('id', models.UUIDField(db_index=True, default=clinic.lib.ids.uuid7, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('edition', models.PositiveSmallIntegerField(db_index=True, verbose_name='edition')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='what is new')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('published_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='published by')),
            ],
            options={
                'verbose_name': 'historical medical questionnaire',
                'verbose_name_plural': 'historical medical questionnaires',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='MedicalHistory',
            fields=[
                ('id', models.UUIDField(default=clinic.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('answers', models.JSONField(verbose_name='answers')),
                ('language', models.CharField(choices=[('en', 'English'), ('ru', 'Русский'), ('fr', 'Français')], max_length=2, verbose_name='language')),
                ('signed_at', models.DateTimeField(verbose_name='signed')),
                ('signer_role', models.CharField(choices=[('patient', 'the patient'), ('guardian', 'guardian of the patient'), ('staff', "staff, from the patient's words")], max_length=10, verbose_name='signed as')),
                ('signer_name', models.CharField(max_length=300, verbose_name='who signed')),
                ('strokes', models.JSONField(blank=True, null=True, verbose_name='strokes of the pen')),
                ('content_hash', models.CharField(max_length=64, verbose_name='hash of the signed content')),
                ('in_error_at', models.DateTimeField(blank=True, null=True, verbose_name='marked as entered in error')),
                ('error_reason', models.CharField(blank=True, max_length=300, verbose_name='what was wrong')),
                ('guardian', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.relation', verbose_name='guardian')),
                ('image', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile', verbose_name='picture of the signature')),
                ('in_error_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='marked by')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='medical_histories', to='patients.patient', verbose_name='patient')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
            ],
            options={
                'verbose_name': 'medical history',
            },
        ),
        migrations.CreateModel(
            name='HistoricalRaisedAlert',
            fields=[
                ('event_id', models.BigIntegerField()),
                ('actor_name', models.CharField(max_length=200)),
                ('id', models.UUIDField(db_index=True, default=clinic.lib.ids.uuid7, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('code', models.CharField(max_length=40, verbose_name='code')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('alert', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.alert', verbose_name='medical alert')),
                ('patient', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.patient', verbose_name='patient')),
                ('history_of', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='charting.medicalhistory', verbose_name='medical history')),
            ],
            options={
                'verbose_name': 'historical alert raised by an answer',
                'verbose_name_plural': 'historical alert raised by an answers',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalAlertDoubt',
            fields=[
                ('event_id', models.BigIntegerField()),
                ('actor_name', models.CharField(max_length=200)),
                ('id', models.UUIDField(db_index=True, default=clinic.lib.ids.uuid7, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('code', models.CharField(max_length=40, verbose_name='code')),
                ('outcome', models.CharField(blank=True, choices=[('holds', 'it still holds'), ('ended', 'it was ended')], max_length=10, verbose_name='decision')),
                ('settled_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('alert', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.alert', verbose_name='medical alert')),
                ('patient', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.patient', verbose_name='patient')),
                ('settled_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('history_of', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='charting.medicalhistory', verbose_name='medical history')),
            ],
            options={
                'verbose_name': 'historical doubt about an alert',
                'verbose_name_plural': 'historical doubt about an alerts',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Questionnaire',
            fields=[
                ('id', models.UUIDField(default=clinic.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('edition', models.PositiveSmallIntegerField(unique=True, verbose_name='edition')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='what is new')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published')),
                ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='published by')),
            ],
            options={
                'verbose_name': 'medical questionnaire',
            },
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.UUIDField(default=clinic.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('code', models.CharField(max_length=40, validators=[django.core.validators.RegexValidator('^[a-z][a-z0-9_]*$')], verbose_name='code')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='place in the list')),
                ('kind', models.CharField(choices=[('yes_no', 'yes or no'), ('text', 'in own words')], default='yes_no', max_length=10, verbose_name='answered')),
                ('asked_of', models.CharField(blank=True, choices=[('female', 'women only'), ('male', 'men only')], max_length=10, verbose_name='asked of')),
                ('text_ru', models.CharField(max_length=300, verbose_name='question in Russian')),
                ('text_fr', models.CharField(max_length=300, verbose_name='question in French')),
                ('text_en', models.CharField(max_length=300, verbose_name='question in English')),
                ('fact_ru', models.CharField(blank=True, max_length=90, verbose_name='what a yes means, in Russian')),
                ('fact_fr', models.CharField(blank=True, max_length=90, verbose_name='what a yes means, in French')),
                ('fact_en', models.CharField(blank=True, max_length=90, verbose_name='what a yes means, in English')),
                ('alert_kind', models.CharField(blank=True, choices=[('allergy', 'allergy'), ('anticoagulant', 'anticoagulant'), ('pregnancy', 'pregnancy'), ('pacemaker', 'pacemaker'), ('infection', 'infection'), ('diabetes', 'diabetes'), ('bisphosphonates', 'bisphosphonates'), ('endocarditis', 'risk of endocarditis'), ('anaesthesia', 'reaction to anaesthesia'), ('other', 'other')], max_length=20, verbose_name='a yes raises the alert')),
                ('alert_severity', models.CharField(blank=True, choices=[('info', 'for information'), ('warning', 'warning'), ('critical', 'critical')], max_length=10, verbose_name='severity of the alert')),
                ('questionnaire', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='charting.questionnaire', verbose_name='medical questionnaire')),
            ],
            options={
                'verbose_name': 'question of the medical questionnaire',
            },
        ),
        migrations.AddField(
            model_name='medicalhistory',
            name='questionnaire',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='histories', to='charting.questionnaire', verbose_name='medical questionnaire'),
        ),
        migrations.CreateModel(
            name='HistoricalQuestion',
            fields=[
                ('event_id', models.BigIntegerField()),
                ('actor_name', models.CharField(max_length=200)),
                ('id', models.UUIDField(db_index=True, default=clinic.lib.ids.uuid7, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('code', models.CharField(max_length=40, validators=[django.core.validators.RegexValidator('^[a-z][a-z0-9_]*$')], verbose_name='code')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='place in the list')),
                ('kind', models.CharField(choices=[('yes_no', 'yes or no'), ('text', 'in own words')], default='yes_no', max_length=10, verbose_name='answered')),
                ('asked_of', models.CharField(blank=True, choices=[('female', 'women only'), ('male', 'men only')], max_length=10, verbose_name='asked of')),
                ('text_ru', models.CharField(max_length=300, verbose_name='question in Russian')),
                ('text_fr', models.CharField(max_length=300, verbose_name='question in French')),
                ('text_en', models.CharField(max_length=300, verbose_name='question in English')),
                ('fact_ru', models.CharField(blank=True, max_length=90, verbose_name='what a yes means, in Russian')),
                ('fact_fr', models.CharField(blank=True, max_length=90, verbose_name='what a yes means, in French')),
                ('fact_en', models.CharField(blank=True, max_length=90, verbose_name='what a yes means, in English')),
                ('alert_kind', models.CharField(blank=True, choices=[('allergy', 'allergy'), ('anticoagulant', 'anticoagulant'), ('pregnancy', 'pregnancy'), ('pacemaker', 'pacemaker'), ('infection', 'infection'), ('diabetes', 'diabetes'), ('bisphosphonates', 'bisphosphonates'), ('endocarditis', 'risk of endocarditis'), ('anaesthesia', 'reaction to anaesthesia'), ('other', 'other')], max_length=20, verbose_name='a yes raises the alert')),
                ('alert_severity', models.CharField(blank=True, choices=[('info', 'for information'), ('warning', 'warning'), ('critical', 'critical')], max_length=10, verbose_name='severity of the alert')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('questionnaire', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='charting.questionnaire', verbose_name='medical questionnaire')),
            ],
            options={
                'verbose_name': 'historical question of the medical questionnaire',
                'verbose_name_plural': 'historical question of the medical questionnaires',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalMedicalHistory',
            fields=[
                ('event_id', models.BigIntegerField()),
                ('actor_name', models.CharField(max_length=200)),
                ('id', models.UUIDField(db_index=True, default=clinic.lib.ids.uuid7, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('answers', models.JSONField(verbose_name='answers')),
                ('language', models.CharField(choices=[('en', 'English'), ('ru', 'Русский'), ('fr', 'Français')], max_length=2, verbose_name='language')),
                ('signed_at', models.DateTimeField(verbose_name='signed')),
                ('signer_role', models.CharField(choices=[('patient', 'the patient'), ('guardian', 'guardian of the patient'), ('staff', "staff, from the patient's words")], max_length=10, verbose_name='signed as')),
                ('signer_name', models.CharField(max_length=300, verbose_name='who signed')),
                ('strokes', models.JSONField(blank=True, null=True, verbose_name='strokes of the pen')),
                ('content_hash', models.CharField(max_length=64, verbose_name='hash of the signed content')),
                ('in_error_at', models.DateTimeField(blank=True, null=True, verbose_name='marked as entered in error')),
                ('error_reason', models.CharField(blank=True, max_length=300, verbose_name='what was wrong')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('guardian', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.relation', verbose_name='guardian')),
                ('image', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='files.storedfile', verbose_name='picture of the signature')),
                ('in_error_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='marked by')),
                ('patient', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.patient', verbose_name='patient')),
                ('recorded_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('questionnaire', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='charting.questionnaire', verbose_name='medical questionnaire')),
            ],
            options={
                'verbose_name': 'historical medical history',
                'verbose_name_plural': 'historical medical historys',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='RaisedAlert',
            fields=[
                ('id', models.UUIDField(default=clinic.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('code', models.CharField(max_length=40, verbose_name='code')),
                ('alert', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='raised_by', to='patients.alert', verbose_name='medical alert')),
                ('history_of', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='raised', to='charting.medicalhistory', verbose_name='medical history')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient', verbose_name='patient')),
            ],
            options={
                'verbose_name': 'alert raised by an answer',
            },
        ),
        migrations.CreateModel(
            name='AlertDoubt',
            fields=[
                ('id', models.UUIDField(default=clinic.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('code', models.CharField(max_length=40, verbose_name='code')),
                ('outcome', models.CharField(blank=True, choices=[('holds', 'it still holds'), ('ended', 'it was ended')], max_length=10, verbose_name='decision')),
                ('settled_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('alert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='doubts', to='patients.alert', verbose_name='medical alert')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='alert_doubts', to='patients.patient', verbose_name='patient')),
                ('settled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('history_of', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='doubts', to='charting.medicalhistory', verbose_name='medical history')),
            ],
            options={
                'verbose_name': 'doubt about an alert',
                'indexes': [models.Index(fields=['patient'], name='charting_doubt_patient')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('settled_at', None)), fields=('alert',), name='charting_doubt_open_once'), models.CheckConstraint(condition=models.Q(('outcome__in', ['', 'holds', 'ended'])), name='charting_doubt_outcome_known'), models.CheckConstraint(condition=models.Q(models.Q(models.Q(('settled_at__isnull', True), ('settled_by__isnull', True)), models.Q(('settled_at__isnull', False), ('settled_by__isnull', False)), _connector='OR'), models.Q(models.Q(('outcome', ''), ('settled_at', None)), models.Q(('settled_at__isnull', False), models.Q(('outcome', ''), _negated=True), models.Q(('reason', ''), _negated=True)), _connector='OR')), name='charting_doubt_settled_whole')],
            },
        ),
        migrations.AddConstraint(
            model_name='questionnaire',
            constraint=models.CheckConstraint(condition=models.Q(('published_by', None), ('published_at__isnull', False), _connector='OR'), name='charting_questionnaire_published_by_someone'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.UniqueConstraint(fields=('questionnaire', 'code'), name='charting_question_code_once'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^[a-z][a-z0-9_]*$')), name='charting_question_code_form'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['yes_no', 'text'])), name='charting_question_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(('asked_of__in', ['', 'female', 'male'])), name='charting_question_asked_of_known'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(('alert_kind__in', ['', 'allergy', 'anticoagulant', 'pregnancy', 'pacemaker', 'infection', 'diabetes', 'bisphosphonates', 'endocarditis', 'anaesthesia', 'other'])), name='charting_question_alert_known'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(('alert_severity__in', ['', 'info', 'warning', 'critical'])), name='charting_question_severity_known'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('alert_kind', ''), ('alert_severity', '')), models.Q(models.Q(('alert_kind', ''), _negated=True), models.Q(('alert_severity', ''), _negated=True), ('kind', 'yes_no'), models.Q(('fact_en', ''), _negated=True)), _connector='OR'), name='charting_question_alert_whole'),
        ),
        migrations.AddIndex(
            model_name='medicalhistory',
            index=models.Index(fields=['patient', '-signed_at'], name='charting_history_patient'),
        ),
        migrations.AddConstraint(
            model_name='medicalhistory',
            constraint=models.CheckConstraint(condition=models.Q(('language__in', ['ru', 'fr', 'en'])), name='charting_history_language_known'),
        ),
        migrations.AddConstraint(
            model_name='medicalhistory',
            constraint=models.CheckConstraint(condition=models.Q(('signer_role__in', ['patient', 'guardian', 'staff'])), name='charting_history_signer_known'),
        ),
        migrations.AddConstraint(
            model_name='medicalhistory',
            constraint=models.CheckConstraint(condition=models.Q(('signer_role', 'staff'), ('image__isnull', False), _connector='XOR'), name='charting_history_drawn_by_patient'),
        ),
        migrations.AddConstraint(
            model_name='medicalhistory',
            constraint=models.CheckConstraint(condition=models.Q(('signer_role', 'guardian'), ('guardian', None), _connector='XOR'), name='charting_history_guardian_named'),
        ),
        migrations.AddConstraint(
            model_name='medicalhistory',
            constraint=models.CheckConstraint(condition=models.Q(('content_hash__regex', '^[0-9a-f]{64}$'), models.Q(('signer_name', ''), _negated=True)), name='charting_history_signed'),
        ),
        migrations.AddConstraint(
            model_name='medicalhistory',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('in_error_at__isnull', True), ('in_error_by__isnull', True)), models.Q(('in_error_at__isnull', False), ('in_error_by__isnull', False)), _connector='OR'), models.Q(('in_error_at', None), models.Q(('error_reason', ''), _negated=True), _connector='XOR')), name='charting_history_error_explained'),
        ),
        migrations.AddIndex(
            model_name='raisedalert',
            index=models.Index(fields=['patient'], name='charting_raised_patient'),
        ),
        clinic.history.operations.Capture(
            name='Questionnaire',
        ),
        clinic.history.operations.Capture(
            name='MedicalHistory',
        ),
        clinic.history.operations.Capture(
            name='RaisedAlert',
        ),
        clinic.history.operations.Capture(
            name='AlertDoubt',
        ),
        clinic.history.operations.Capture(
            name='Question',
            deletable=True,
        ),
        Freeze(name="Questionnaire", when="OLD.published_at IS NOT NULL"),
        Freeze(name="MedicalHistory", when="true", except_columns=MARKS),
        Freeze(name="MedicalHistory", when="OLD.in_error_at IS NOT NULL", label="in_error"),
        Freeze(name="RaisedAlert", when="true"),
        Freeze(name="AlertDoubt", when="OLD.settled_at IS NOT NULL"),
        SamePatient("MedicalHistory", {"guardian_id": "patients_relation"}),
        SamePatient("RaisedAlert", {"history_of_id": "charting_medicalhistory", "alert_id": "patients_alert"}),
        SamePatient("AlertDoubt", {"history_of_id": "charting_medicalhistory", "alert_id": "patients_alert"}),
        Starts("Questionnaire", "NEW.published_at IS NULL"),
        Starts("MedicalHistory", "NEW.in_error_at IS NULL"),
        Starts("AlertDoubt", "NEW.settled_at IS NULL"),
        migrations.RunSQL(RULES, UNDO),
    ]
