"""Search words in Latin letters only (what is typed in Cyrillic is transliterated before it is looked up), and name keys by prefix."""

from django.db import migrations

REFRESH = """
CREATE OR REPLACE FUNCTION patients_refresh_search(who uuid) RETURNS void LANGUAGE sql AS $$
  INSERT INTO patients_search (patient_id, words, name_key)
  SELECT p.id,
         concat_ws(' ', '', l.latin, nullif(k.skeleton, l.latin),
                   (SELECT string_agg(substr(c.value, 2), ' ') FROM patients_contact c
                    WHERE c.patient_id = p.id AND c.kind = 'phone' AND c.ended_at IS NULL),
                   p.birth_date, p.card_number, nullif(patients_fold(p.external_number), '')),
         patients_name_key(p.last_name, p.first_name, p.patronymic)
  FROM patients_patient p
  CROSS JOIN LATERAL (SELECT patients_latin(patients_fold(concat_ws(' ', p.last_name, p.first_name, p.patronymic, p.birth_name))) AS latin) l
  CROSS JOIN LATERAL (SELECT patients_skeleton(l.latin) AS skeleton) k
  WHERE p.id = who
  ON CONFLICT (patient_id) DO UPDATE SET words = EXCLUDED.words, name_key = EXCLUDED.name_key
$$;
CREATE INDEX patients_search_name_key ON patients_search (name_key text_pattern_ops);
SELECT patients_refresh_search(id) FROM patients_patient;
"""


class Migration(migrations.Migration):
    dependencies = [("patients", "0003_search")]

    operations = [migrations.RunSQL(REFRESH, "DROP INDEX patients_search_name_key")]
