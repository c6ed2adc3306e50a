"""French names sound in the search as they are written in Cyrillic: Jean is Жан, Jacques is Жак, Jules is Жюль, Jeanne and Anne end as Жанна and Анна.

Elsewhere a Latin j stays what other languages write for й: Jurij, Sergej, Jakov.
"""

from django.db import migrations

SKELETON = r"""
CREATE OR REPLACE FUNCTION patients_skeleton(latin text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE s text := replace(latin, 'jou', 'zu');
BEGIN{french}
  s := regexp_replace(s, 'shch|chtch|stch|schtsch|tsch|tch|sch|ch|sh', 'S', 'g');
  s := regexp_replace(s, 'zh|dj|ts|tz|tc|z', 'z', 'g');
  s := regexp_replace(s, 'kh', 'h', 'g');
  s := replace(replace(replace(replace(s, 'ph', 'f'), 'th', 't'), 'w', 'v'), 'x', 'ks');
  s := regexp_replace(s, 'ck|qu|q|c', 'k', 'g');
  s := regexp_replace(s, 'gu(?=[ei])', 'g', 'g');
  s := regexp_replace(s, 'eau|au', 'o', 'g');
  s := regexp_replace(s, '[iyj]?ou|[iyj]u', 'u', 'g');
  s := regexp_replace(s, '[iyj]{{1,2}}a', 'a', 'g');
  s := regexp_replace(s, '[iyj][eo]', 'e', 'g');
  s := regexp_replace(s, '[iyj]+', 'i', 'g');
  s := replace(replace(s, 'ue', 'u'), 'oe', 'o');
  s := regexp_replace(regexp_replace(s, 'ff\M', 'v', 'g'), 'ine\M', 'in', 'g');
  RETURN regexp_replace(s, '(.)\1', '\1', 'g');
END $$;
SELECT patients_refresh_search(id) FROM patients_patient;
"""
FRENCH = r"""
  s := regexp_replace(s, '\mjean', 'zhan', 'g');
  s := regexp_replace(regexp_replace(s, '\mjacques\M', 'zhak', 'g'), '\mjules?\M', 'zhul', 'g');
  s := regexp_replace(s, '\mj(erom)e\M', 'zh\1', 'g');
  s := regexp_replace(s, '\mj(?=acq|erom|ulien|oce?l|osep)', 'zh', 'g');
  s := regexp_replace(s, 'nne\M', 'nna', 'g');"""


class Migration(migrations.Migration):
    dependencies = [("patients", "0010_words_of_names")]

    operations = [migrations.RunSQL(SKELETON.format(french=FRENCH), SKELETON.format(french=""))]
