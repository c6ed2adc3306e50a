"""Spellings of names that the search and the comparison of people missed: French, German, ordinals of the alphabets, joined names."""

from django.db import migrations

FUNCTIONS = r"""
CREATE OR REPLACE FUNCTION patients_fold(t text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT trim(regexp_replace(
    replace(replace(replace(translate(lower(regexp_replace(normalize(t, NFKD), '[\u0300-\u036f]', '', 'g')), 'łøđı', 'lodi'),
      'œ', 'oe'), 'æ', 'ae'), 'ß', 'ss'),
    '[^[:alnum:]]+', ' ', 'g'))
$$;

CREATE OR REPLACE FUNCTION patients_skeleton(latin text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE s text := replace(latin, 'jou', 'zu');
BEGIN
  s := regexp_replace(s, 'shch|chtch|stch|schtsch|tsch|tch|sch|ch|sh', 'S', 'g');
  s := regexp_replace(s, 'zh|dj|ts|tz|tc|z', 'z', 'g');
  s := regexp_replace(s, 'kh', 'h', 'g');
  s := replace(replace(replace(replace(s, 'ph', 'f'), 'th', 't'), 'w', 'v'), 'x', 'ks');
  s := regexp_replace(s, 'ck|qu|q|c', 'k', 'g');
  s := regexp_replace(s, 'gu(?=[ei])', 'g', 'g');
  s := regexp_replace(s, 'eau|au', 'o', 'g');
  s := regexp_replace(s, '[iyj]?ou|[iyj]u', 'u', 'g');
  s := regexp_replace(s, '[iyj]{1,2}a', 'a', 'g');
  s := regexp_replace(s, '[iyj][eo]', 'e', 'g');
  s := regexp_replace(s, '[iyj]+', 'i', 'g');
  s := replace(replace(s, 'ue', 'u'), 'oe', 'o');
  s := regexp_replace(regexp_replace(s, 'ff\M', 'v', 'g'), 'ine\M', 'in', 'g');
  RETURN regexp_replace(s, '(.)\1', '\1', 'g');
END $$;

CREATE OR REPLACE FUNCTION patients_refresh_search(who uuid) RETURNS void LANGUAGE sql AS $$
  INSERT INTO patients_search (patient_id, words, name_key)
  SELECT p.id,
         concat_ws(' ', '', l.latin, nullif(k.skeleton, l.latin), nullif(j.joined, l.latin),
                   (SELECT string_agg(substr(c.value, 2), ' ') FROM patients_contact c
                    WHERE c.patient_id = p.id AND c.kind = 'phone' AND c.ended_at IS NULL),
                   p.birth_date, p.card_number, nullif(patients_fold(p.external_number), '')),
         patients_name_key(p.last_name, p.first_name, p.patronymic)
  FROM patients_patient p
  CROSS JOIN LATERAL (SELECT concat_ws(' ', p.last_name, p.first_name, p.patronymic, p.birth_name) AS names) n
  CROSS JOIN LATERAL (SELECT patients_latin(patients_fold(n.names)) AS latin) l
  CROSS JOIN LATERAL (SELECT patients_skeleton(l.latin) AS skeleton) k
  CROSS JOIN LATERAL (SELECT patients_latin(patients_fold(regexp_replace(n.names, '[''’‘ʼ`-]', '', 'g'))) AS joined) j
  WHERE p.id = who
  ON CONFLICT (patient_id) DO UPDATE SET words = EXCLUDED.words, name_key = EXCLUDED.name_key
$$;

CREATE FUNCTION patients_sounds(VARIADIC names text[]) RETURNS text[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE s text := replace(lower(normalize(array_to_string(names, ' '), NFC)), 'ç', 's');
BEGIN
  s := regexp_replace(patients_latin(patients_fold(s)), 'c(?=[eiy])', 's', 'g');
  s := replace(replace(replace(patients_skeleton(s), 'h', ''), 'oi', 'ua'), 'ea', 'a');
  s := regexp_replace(regexp_replace(s, '[ae]i', 'e', 'g'), '\m[iz](?=[aeou])', '', 'g');
  RETURN string_to_array(regexp_replace(s, '(?<=\w\w)(ks|[tdspze])+\M', '', 'g'), ' ');
END $$;

CREATE FUNCTION patients_sound_alike(a text[], b text[]) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(min(best) >= 0.3 AND avg(best) >= 0.55, false) FROM (
    SELECT max(similarity(x.word, y.word)) AS best
    FROM unnest(CASE WHEN cardinality(a) <= cardinality(b) THEN a ELSE b END) WITH ORDINALITY x(word, place),
         unnest(CASE WHEN cardinality(a) <= cardinality(b) THEN b ELSE a END) y(word)
    GROUP BY x.place) words
$$;
SELECT patients_refresh_search(id) FROM patients_patient;
"""

UNDO = "DROP FUNCTION patients_sound_alike(text[], text[]), patients_sounds(text[])"


class Migration(migrations.Migration):
    dependencies = [("patients", "0007_broken_glass")]

    operations = [migrations.RunSQL(FUNCTIONS, UNDO)]
