"""Ranks of diagnoses, a section for the past history, and anaesthesia, each held by the database."""

import clinic.history.operations
import clinic.lib.ids
import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import simple_history.models
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from clinic.history.operations import AppendOnly, Freeze
from clinic.history.referee import SamePatient, Starts

IN_STEP = """
CREATE FUNCTION charting_diagnosis_in_step() RETURNS trigger LANGUAGE plpgsql AS $rule$
DECLARE about uuid; live text; told text;
BEGIN
  IF TG_TABLE_NAME = 'charting_diagnosis' THEN about := NEW.id; ELSE about := NEW.diagnosis_id; END IF;
  SELECT rank INTO live FROM charting_diagnosis WHERE id = about;
  SELECT rank INTO told FROM charting_diagnosisranking WHERE diagnosis_id = about ORDER BY id DESC LIMIT 1;
  IF live IS DISTINCT FROM coalesce(told, '') THEN
    RAISE EXCEPTION 'diagnosis % is %, its last ranking says %', about, live, coalesce(told, 'nothing')
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'charting_diagnosis_in_step';
  END IF;
  RETURN NULL;
END $rule$;
CREATE CONSTRAINT TRIGGER charting_diagnosis_in_step AFTER INSERT OR UPDATE OF rank ON charting_diagnosis
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION charting_diagnosis_in_step();
ALTER TABLE charting_diagnosis ENABLE ALWAYS TRIGGER charting_diagnosis_in_step;
CREATE CONSTRAINT TRIGGER charting_diagnosis_in_step AFTER INSERT ON charting_diagnosisranking
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION charting_diagnosis_in_step();
ALTER TABLE charting_diagnosisranking ENABLE ALWAYS TRIGGER charting_diagnosis_in_step;
CREATE TRIGGER charting_rank_while_open BEFORE UPDATE OF rank ON charting_diagnosis FOR EACH ROW
  WHEN (NEW.visit_id IS NOT NULL AND OLD.rank IS DISTINCT FROM NEW.rank) EXECUTE FUNCTION charting_visit_takes('open');
ALTER TABLE charting_diagnosis ENABLE ALWAYS TRIGGER charting_rank_while_open;
"""
NOT_IN_STEP = """
DROP TRIGGER charting_rank_while_open ON charting_diagnosis;
DROP TRIGGER charting_diagnosis_in_step ON charting_diagnosis;
DROP TRIGGER charting_diagnosis_in_step ON charting_diagnosisranking;
DROP FUNCTION charting_diagnosis_in_step();
"""

UNTOUCHED = """
CREATE OR REPLACE FUNCTION charting_visit_untouched() RETURNS trigger LANGUAGE plpgsql AS $rule$
BEGIN
  IF {records} THEN
    RAISE EXCEPTION 'visit % holds records and cannot be cancelled', NEW.id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'charting_visit_untouched';
  END IF;
  RETURN NEW;
END $rule$;
"""
RECORDS = ("finding", "diagnosis", "performance", "image", "visitaddendum", "perioexam")


def untouched(*tables: str) -> str:
    """The rule that cancels no visit which holds rows of these tables."""
    return UNTOUCHED.format(records=" OR ".join(f"EXISTS (SELECT FROM charting_{table} r WHERE r.visit_id = NEW.id)" for table in tables))


SAFE = """
CREATE FUNCTION charting_anaesthesia_act(kind text, vasoconstrictor text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $rule$
  SELECT CASE WHEN kind = 'none' THEN ARRAY[]::text[] ELSE ARRAY['category:anaesthesia', 'drug:local_anaesthetic']
    || CASE WHEN vasoconstrictor = 'adrenaline' THEN ARRAY['drug:adrenaline'] ELSE ARRAY[]::text[] END END
$rule$;
COMMENT ON FUNCTION charting_anaesthesia_act(text, text) IS 'An anaesthesia as the rules of interactions know it';
CREATE FUNCTION charting_anaesthesia_safe() RETURNS trigger LANGUAGE plpgsql AS $rule$
DECLARE stopped text;
BEGIN
  SELECT r.code INTO stopped
  FROM charting_interactions(NEW.patient_id, charting_anaesthesia_act(NEW.kind, NEW.vasoconstrictor), NEW.given_at) AS fired
    JOIN charting_interactionrule r ON r.id = fired
  WHERE r.level = 'stop' AND NOT EXISTS (SELECT FROM charting_interactionoverride o WHERE o.rule_id = r.id AND o.anaesthesia_id = NEW.id)
  LIMIT 1;
  IF stopped IS NOT NULL THEN
    RAISE EXCEPTION 'anaesthesia %: the rule % stops it and nobody said why it is done', NEW.id, stopped
      USING ERRCODE = 'check_violation', CONSTRAINT = 'charting_anaesthesia_safe';
  END IF;
  RETURN NULL;
END $rule$;
CREATE CONSTRAINT TRIGGER charting_anaesthesia_safe AFTER INSERT ON charting_anaesthesia DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION charting_anaesthesia_safe();
ALTER TABLE charting_anaesthesia ENABLE ALWAYS TRIGGER charting_anaesthesia_safe;
CREATE TRIGGER charting_visit_takes BEFORE INSERT OR UPDATE OF visit_id ON charting_anaesthesia FOR EACH ROW WHEN (NEW.visit_id IS NOT NULL)
  EXECUTE FUNCTION charting_visit_takes('open');
ALTER TABLE charting_anaesthesia ENABLE ALWAYS TRIGGER charting_visit_takes;
"""
NOT_SAFE = """
DROP TRIGGER charting_visit_takes ON charting_anaesthesia;
DROP TRIGGER charting_anaesthesia_safe ON charting_anaesthesia;
DROP FUNCTION charting_anaesthesia_safe(), charting_anaesthesia_act(text, text);
"""
MARKS = ("in_error_at", "in_error_by_id", "error_reason")
TO_ACT = {"performance_id": "charting_performance"}


class Migration(migrations.Migration):

    dependencies = [
        ('charting', '0021_eruption_and_losses'),
        ('history', '0001_ledger'),
        ('patients', '0011_french_j'),
        ('price_list', '0003_dentition'),
        ('scheduling', '0004_starts'),
        ('staff', '0003_notation'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Anaesthesia',
            fields=[
                ('id', models.UUIDField(default=clinic.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('kind', models.CharField(choices=[('infiltration', 'infiltration'), ('nerve_block', 'nerve block'), ('intraligamentary', 'intraligamentary'), ('topical', 'topical'), ('none', 'without anaesthesia')], max_length=20, verbose_name='kind')),
                ('drug', models.CharField(blank=True, choices=[('articaine', 'articaine'), ('lidocaine', 'lidocaine'), ('mepivacaine', 'mepivacaine'), ('prilocaine', 'prilocaine'), ('bupivacaine', 'bupivacaine'), ('benzocaine', 'benzocaine')], max_length=20, verbose_name='drug')),
                ('concentration', models.DecimalField(blank=True, decimal_places=2, max_digits=4, null=True, verbose_name='concentration, %')),
                ('vasoconstrictor', models.CharField(blank=True, choices=[('adrenaline', 'adrenaline'), ('felypressin', 'felypressin')], max_length=12, verbose_name='vasoconstrictor')),
                ('dilution', models.PositiveIntegerField(blank=True, null=True, verbose_name='dilution of the vasoconstrictor, 1 to')),
                ('dose_ml', models.DecimalField(blank=True, decimal_places=2, max_digits=4, null=True, verbose_name='dose, ml')),
                ('cartridges', models.DecimalField(blank=True, decimal_places=1, max_digits=3, null=True, verbose_name='cartridges')),
                ('lot', models.CharField(blank=True, max_length=60, verbose_name='lot number')),
                ('expires_on', models.DateField(blank=True, null=True, verbose_name='expires')),
                ('teeth', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=None, verbose_name='teeth')),
                ('place', models.CharField(blank=True, max_length=200, verbose_name='place')),
                ('given_at', models.DateTimeField(verbose_name='given')),
                ('in_error_at', models.DateTimeField(blank=True, null=True, verbose_name='marked as entered in error')),
                ('error_reason', models.CharField(blank=True, max_length=300, verbose_name='what was wrong')),
            ],
            options={
                'verbose_name': 'anaesthesia',
            },
        ),
        migrations.CreateModel(
            name='DiagnosisRanking',
            fields=[
                ('id', models.UUIDField(default=clinic.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('rank', models.CharField(choices=[('main', 'main'), ('complication', 'complication'), ('secondary', 'secondary')], max_length=12, verbose_name='rank')),
                ('ranked_at', models.DateTimeField(verbose_name='ranked')),
            ],
            options={
                'verbose_name': 'rank of a diagnosis',
            },
        ),
        migrations.CreateModel(
            name='HistoricalAnaesthesia',
            fields=[
                ('event_id', models.BigIntegerField()),
                ('actor_name', models.CharField(max_length=200)),
                ('id', models.UUIDField(db_index=True, default=clinic.lib.ids.uuid7, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('kind', models.CharField(choices=[('infiltration', 'infiltration'), ('nerve_block', 'nerve block'), ('intraligamentary', 'intraligamentary'), ('topical', 'topical'), ('none', 'without anaesthesia')], max_length=20, verbose_name='kind')),
                ('drug', models.CharField(blank=True, choices=[('articaine', 'articaine'), ('lidocaine', 'lidocaine'), ('mepivacaine', 'mepivacaine'), ('prilocaine', 'prilocaine'), ('bupivacaine', 'bupivacaine'), ('benzocaine', 'benzocaine')], max_length=20, verbose_name='drug')),
                ('concentration', models.DecimalField(blank=True, decimal_places=2, max_digits=4, null=True, verbose_name='concentration, %')),
                ('vasoconstrictor', models.CharField(blank=True, choices=[('adrenaline', 'adrenaline'), ('felypressin', 'felypressin')], max_length=12, verbose_name='vasoconstrictor')),
                ('dilution', models.PositiveIntegerField(blank=True, null=True, verbose_name='dilution of the vasoconstrictor, 1 to')),
                ('dose_ml', models.DecimalField(blank=True, decimal_places=2, max_digits=4, null=True, verbose_name='dose, ml')),
                ('cartridges', models.DecimalField(blank=True, decimal_places=1, max_digits=3, null=True, verbose_name='cartridges')),
                ('lot', models.CharField(blank=True, max_length=60, verbose_name='lot number')),
                ('expires_on', models.DateField(blank=True, null=True, verbose_name='expires')),
                ('teeth', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=None, verbose_name='teeth')),
                ('place', models.CharField(blank=True, max_length=200, verbose_name='place')),
                ('given_at', models.DateTimeField(verbose_name='given')),
                ('in_error_at', models.DateTimeField(blank=True, null=True, verbose_name='marked as entered in error')),
                ('error_reason', models.CharField(blank=True, max_length=300, verbose_name='what was wrong')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical anaesthesia',
                'verbose_name_plural': 'historical anaesthesias',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalDiagnosisRanking',
            fields=[
                ('event_id', models.BigIntegerField()),
                ('actor_name', models.CharField(max_length=200)),
                ('id', models.UUIDField(db_index=True, default=clinic.lib.ids.uuid7, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('rank', models.CharField(choices=[('main', 'main'), ('complication', 'complication'), ('secondary', 'secondary')], max_length=12, verbose_name='rank')),
                ('ranked_at', models.DateTimeField(verbose_name='ranked')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical rank of a diagnosis',
                'verbose_name_plural': 'historical rank of a diagnosiss',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.RemoveConstraint(
            model_name='interactionoverride',
            name='charting_override_of_an_act',
        ),
        migrations.RemoveConstraint(
            model_name='notetemplate',
            name='charting_template_section_known',
        ),
        migrations.RemoveConstraint(
            model_name='visit',
            name='charting_visit_cancelled_empty',
        ),
        migrations.AddField(
            model_name='diagnosis',
            name='rank',
            field=models.CharField(blank=True, choices=[('main', 'main'), ('complication', 'complication'), ('secondary', 'secondary')], max_length=12, verbose_name='rank'),
        ),
        migrations.AddField(
            model_name='historicaldiagnosis',
            name='rank',
            field=models.CharField(blank=True, choices=[('main', 'main'), ('complication', 'complication'), ('secondary', 'secondary')], max_length=12, verbose_name='rank'),
        ),
        migrations.AddField(
            model_name='historicalvisit',
            name='anamnesis_vitae',
            field=models.TextField(blank=True, verbose_name='past history'),
        ),
        migrations.AddField(
            model_name='visit',
            name='anamnesis_vitae',
            field=models.TextField(blank=True, verbose_name='past history'),
        ),
        migrations.AlterField(
            model_name='historicalnotetemplate',
            name='section',
            field=models.CharField(choices=[('complaint', 'complaint'), ('anamnesis', 'history of the complaint'), ('anamnesis_vitae', 'past history'), ('objective', 'findings'), ('treatment', 'treatment'), ('recommendations', 'recommendations')], max_length=20, verbose_name='section'),
        ),
        migrations.AlterField(
            model_name='historicalvisit',
            name='anamnesis',
            field=models.TextField(blank=True, verbose_name='history of the complaint'),
        ),
        migrations.AlterField(
            model_name='notetemplate',
            name='section',
            field=models.CharField(choices=[('complaint', 'complaint'), ('anamnesis', 'history of the complaint'), ('anamnesis_vitae', 'past history'), ('objective', 'findings'), ('treatment', 'treatment'), ('recommendations', 'recommendations')], max_length=20, verbose_name='section'),
        ),
        migrations.AlterField(
            model_name='visit',
            name='anamnesis',
            field=models.TextField(blank=True, verbose_name='history of the complaint'),
        ),
        migrations.AddConstraint(
            model_name='diagnosis',
            constraint=models.CheckConstraint(condition=models.Q(('rank__in', ['', 'main', 'complication', 'secondary'])), name='charting_diagnosis_rank_known'),
        ),
        migrations.AddConstraint(
            model_name='diagnosis',
            constraint=models.CheckConstraint(condition=models.Q(('rank', ''), ('visit__isnull', False), _connector='OR'), name='charting_diagnosis_rank_in_visit'),
        ),
        migrations.AddConstraint(
            model_name='diagnosis',
            constraint=models.UniqueConstraint(condition=models.Q(('in_error_at', None), ('rank', 'main')), fields=('visit',), name='charting_diagnosis_one_main'),
        ),
        migrations.AddConstraint(
            model_name='notetemplate',
            constraint=models.CheckConstraint(condition=models.Q(('section__in', ['complaint', 'anamnesis', 'anamnesis_vitae', 'objective', 'treatment', 'recommendations'])), name='charting_template_section_known'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.CheckConstraint(condition=models.Q(('cancelled_at', None), models.Q(('anamnesis', ''), ('anamnesis_vitae', ''), ('complaint', ''), ('objective', ''), ('recommendations', ''), ('signed_at', None), ('treatment', '')), _connector='OR'), name='charting_visit_cancelled_empty'),
        ),
        migrations.AddField(
            model_name='anaesthesia',
            name='given_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='given by'),
        ),
        migrations.AddField(
            model_name='anaesthesia',
            name='in_error_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='marked by'),
        ),
        migrations.AddField(
            model_name='anaesthesia',
            name='patient',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient', verbose_name='patient'),
        ),
        migrations.AddField(
            model_name='anaesthesia',
            name='visit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='anaesthesia', to='charting.visit', verbose_name='visit'),
        ),
        migrations.AddField(
            model_name='historicalinteractionoverride',
            name='anaesthesia',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='charting.anaesthesia', verbose_name='anaesthesia'),
        ),
        migrations.AddField(
            model_name='interactionoverride',
            name='anaesthesia',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='overrides', to='charting.anaesthesia', verbose_name='anaesthesia'),
        ),
        migrations.AddConstraint(
            model_name='interactionoverride',
            constraint=models.UniqueConstraint(fields=('rule', 'anaesthesia'), name='charting_override_of_anaesthesia_once'),
        ),
        migrations.AddConstraint(
            model_name='interactionoverride',
            constraint=models.CheckConstraint(condition=models.Q(('performance__isnull', False), ('anaesthesia__isnull', False), _connector='XOR'), name='charting_override_of_an_act'),
        ),
        migrations.AddField(
            model_name='diagnosisranking',
            name='diagnosis',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rankings', to='charting.diagnosis', verbose_name='diagnosis'),
        ),
        migrations.AddField(
            model_name='diagnosisranking',
            name='patient',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient', verbose_name='patient'),
        ),
        migrations.AddField(
            model_name='diagnosisranking',
            name='ranked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ranked by'),
        ),
        migrations.AddField(
            model_name='historicalanaesthesia',
            name='given_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='given by'),
        ),
        migrations.AddField(
            model_name='historicalanaesthesia',
            name='in_error_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='marked by'),
        ),
        migrations.AddField(
            model_name='historicalanaesthesia',
            name='patient',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.patient', verbose_name='patient'),
        ),
        migrations.AddField(
            model_name='historicalanaesthesia',
            name='visit',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='charting.visit', verbose_name='visit'),
        ),
        migrations.AddField(
            model_name='historicaldiagnosisranking',
            name='diagnosis',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='charting.diagnosis', verbose_name='diagnosis'),
        ),
        migrations.AddField(
            model_name='historicaldiagnosisranking',
            name='patient',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.patient', verbose_name='patient'),
        ),
        migrations.AddField(
            model_name='historicaldiagnosisranking',
            name='ranked_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ranked by'),
        ),
        migrations.AddIndex(
            model_name='anaesthesia',
            index=models.Index(fields=['visit'], name='charting_anaesthesia_visit'),
        ),
        migrations.AddConstraint(
            model_name='anaesthesia',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['infiltration', 'nerve_block', 'intraligamentary', 'topical', 'none'])), name='charting_anaesthesia_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='anaesthesia',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'none'), ('cartridges', None), ('concentration', None), ('dilution', None), ('dose_ml', None), ('drug', ''), ('expires_on', None), ('lot', ''), ('vasoconstrictor', '')), models.Q(models.Q(('kind', 'none'), _negated=True), ('concentration__gt', 0), ('concentration__lte', Decimal('30')), ('drug__in', ['articaine', 'lidocaine', 'mepivacaine', 'prilocaine', 'bupivacaine', 'benzocaine'])), _connector='OR'), name='charting_anaesthesia_says_what'),
        ),
        migrations.AddConstraint(
            model_name='anaesthesia',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('dilution', None), ('vasoconstrictor', '')), models.Q(('dilution__gt', 0), ('vasoconstrictor__in', ['adrenaline', 'felypressin'])), _connector='OR'), name='charting_anaesthesia_dilution'),
        ),
        migrations.AddConstraint(
            model_name='anaesthesia',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['none', 'topical']), ('dose_ml__isnull', False), _connector='OR'), name='charting_anaesthesia_injection_has_dose'),
        ),
        migrations.AddConstraint(
            model_name='anaesthesia',
            constraint=models.CheckConstraint(condition=models.Q(('dose_ml', None), models.Q(('dose_ml__gt', 0), ('dose_ml__lte', Decimal('20'))), _connector='OR'), name='charting_anaesthesia_dose_possible'),
        ),
        migrations.AddConstraint(
            model_name='anaesthesia',
            constraint=models.CheckConstraint(condition=models.Q(('cartridges', None), models.Q(('cartridges__gt', 0), ('cartridges__lte', Decimal('10'))), _connector='OR'), name='charting_anaesthesia_cartridges_possible'),
        ),
        migrations.AddConstraint(
            model_name='anaesthesia',
            constraint=models.CheckConstraint(condition=models.Q(('teeth__contained_by', [11, 12, 13, 14, 15, 16, 17, 18, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33, 34, 35, 36, 37, 38, 41, 42, 43, 44, 45, 46, 47, 48, 51, 52, 53, 54, 55, 61, 62, 63, 64, 65, 71, 72, 73, 74, 75, 81, 82, 83, 84, 85])), name='charting_anaesthesia_teeth_exist'),
        ),
        migrations.AddConstraint(
            model_name='anaesthesia',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('in_error_at__isnull', True), ('in_error_by__isnull', True)), models.Q(('in_error_at__isnull', False), ('in_error_by__isnull', False)), _connector='OR'), models.Q(('in_error_at', None), models.Q(('error_reason', ''), _negated=True), _connector='XOR')), name='charting_anaesthesia_error_explained'),
        ),
        migrations.AddIndex(
            model_name='diagnosisranking',
            index=models.Index(fields=['patient'], name='charting_ranking_patient'),
        ),
        migrations.AddConstraint(
            model_name='diagnosisranking',
            constraint=models.CheckConstraint(condition=models.Q(('rank__in', ['main', 'complication', 'secondary'])), name='charting_ranking_rank_known'),
        ),
        clinic.history.operations.Capture(
            name='Anaesthesia',
        ),
        clinic.history.operations.Capture(
            name='DiagnosisRanking',
        ),
        clinic.history.operations.Capture(
            name='Diagnosis',
        ),
        clinic.history.operations.Capture(
            name='Visit',
        ),
        clinic.history.operations.Capture(
            name='NoteTemplate',
        ),
        clinic.history.operations.Capture(
            name='InteractionOverride',
        ),
        Freeze("Diagnosis", when="true", except_columns=(*MARKS, "rank")),
        AppendOnly("DiagnosisRanking"),
        SamePatient("DiagnosisRanking", {"diagnosis_id": "charting_diagnosis"}),
        migrations.RunSQL(IN_STEP, NOT_IN_STEP),
        Freeze("Anaesthesia", when="true", except_columns=MARKS),
        Freeze("Anaesthesia", when="OLD.in_error_at IS NOT NULL", label="in_error"),
        Starts("Anaesthesia", "NEW.in_error_at IS NULL"),
        SamePatient("Anaesthesia", {"visit_id": "charting_visit"}),
        SamePatient("InteractionOverride", {**TO_ACT, "anaesthesia_id": "charting_anaesthesia"}, before=TO_ACT),
        migrations.RunSQL(SAFE, NOT_SAFE),
        migrations.RunSQL(untouched(*RECORDS, "anaesthesia"), untouched(*RECORDS)),
    ]
