"""The simplified screening of children by six index teeth; the database knows its places and codes."""

import clinic.history.operations
from django.conf import settings
from django.db import migrations, models

SCORES = """
CREATE OR REPLACE FUNCTION charting_index_scores() RETURNS trigger LANGUAGE plpgsql AS $rule$
DECLARE place text; score text;
BEGIN
  IF jsonb_typeof(NEW.scores) <> 'object' OR NEW.scores = '{}'
     OR NEW.kind IN ('bpe', 'sbpe') AND (SELECT count(*) FROM jsonb_object_keys(NEW.scores)) <> 6 THEN
    RAISE EXCEPTION 'index %: the scores of % are not whole', NEW.id, NEW.kind USING ERRCODE = 'check_violation', CONSTRAINT = 'charting_index_scores';
  END IF;
  FOR place, score IN SELECT * FROM jsonb_each_text(NEW.scores) LOOP
    IF NOT coalesce(CASE NEW.kind
      WHEN 'bpe' THEN place = ANY ('{17-14,13-23,24-27,47-44,43-33,34-37}') AND score ~ '^([0-4][*]?|X)$'
      WHEN 'sbpe' THEN place = ANY ('{16,11,26,46,31,36}') AND score ~ '^([0-4][*]?|X)$'
      WHEN 'ohis' THEN place ~ '^[1-4][1678] (debris|calculus)$' AND score ~ '^[0-3]$'
      WHEN 'pma' THEN place ~ '^([1-4][1-8]|[5-8][1-5])$' AND score ~ '^[0-3]$'
      WHEN 'api' THEN place ~ '^([1-4][1-8]|[5-8][1-5])-([1-4][1-8]|[5-8][1-5])$' AND score ~ '^[01]$'
    END, false) THEN
      RAISE EXCEPTION 'index %: % has no score % at %', NEW.id, NEW.kind, score, place USING ERRCODE = 'check_violation', CONSTRAINT = 'charting_index_scores';
    END IF;
  END LOOP;
  RETURN NEW;
END $rule$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('charting', '0031_supernumerary'),
        ('history', '0001_ledger'),
        ('patients', '0012_alert_labels'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='oralindex',
            name='charting_index_kind_known',
        ),
        migrations.AlterField(
            model_name='historicaloralindex',
            name='kind',
            field=models.CharField(choices=[('bpe', 'Periodontal screening (BPE, PSR)'), ('sbpe', 'Periodontal screening, 7–17 years'), ('ohis', 'Oral hygiene, simplified (OHI-S)'), ('pma', 'Gingivitis (PMA)'), ('api', 'Plaque between teeth (API)')], max_length=6, verbose_name='index'),
        ),
        migrations.AlterField(
            model_name='oralindex',
            name='kind',
            field=models.CharField(choices=[('bpe', 'Periodontal screening (BPE, PSR)'), ('sbpe', 'Periodontal screening, 7–17 years'), ('ohis', 'Oral hygiene, simplified (OHI-S)'), ('pma', 'Gingivitis (PMA)'), ('api', 'Plaque between teeth (API)')], max_length=6, verbose_name='index'),
        ),
        migrations.AddConstraint(
            model_name='oralindex',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['bpe', 'sbpe', 'ohis', 'pma', 'api'])), name='charting_index_kind_known'),
        ),
        clinic.history.operations.Capture(
            name='OralIndex',
        ),
        migrations.RunSQL(SCORES, migrations.RunSQL.noop),
    ]
