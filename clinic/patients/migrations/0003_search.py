"""The search row of every patient, kept by triggers so that bulk writes and raw SQL are found too.

`patients_search.words` holds, for each name, its folded form (lower case, no accents, ё = е), its Latin transliteration and
its skeleton (spellings of the same sound made equal), then phone digits, the birth date and the numbers of the card.
`patients_search.name_key` is the skeleton of the whole name and serves the search for likely duplicates.
"""

from django.db import migrations

FUNCTIONS = r"""
CREATE TABLE patients_search (
  patient_id uuid PRIMARY KEY REFERENCES patients_patient DEFERRABLE INITIALLY DEFERRED,
  words text NOT NULL,
  name_key text NOT NULL
);

CREATE FUNCTION patients_fold(t text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT trim(regexp_replace(
    replace(replace(replace(lower(regexp_replace(normalize(t, NFKD), '[\u0300-\u036f]', '', 'g')), 'œ', 'oe'), 'æ', 'ae'), 'ß', 'ss'),
    '[^[:alnum:]]+', ' ', 'g'))
$$;

CREATE FUNCTION patients_latin(folded text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT translate(
    replace(replace(replace(replace(replace(replace(replace(replace(folded, 'щ', 'shch'), 'ж', 'zh'), 'х', 'kh'), 'ц', 'ts'),
      'ч', 'ch'), 'ш', 'sh'), 'ю', 'yu'), 'я', 'ya'),
    'абвгдезиклмнопрстуфыэіїъьґє', 'abvgdeziklmnoprstufyeii')
$$;

CREATE FUNCTION patients_skeleton(latin text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE s text := latin;
BEGIN
  s := regexp_replace(s, 'shch|chtch|stch|schtsch|tsch|tch|sch|ch|sh', 'S', 'g');
  s := regexp_replace(s, 'zh|dj|ts|tz|z', 'z', 'g');
  s := regexp_replace(s, 'kh', 'h', 'g');
  s := replace(replace(replace(replace(s, 'ph', 'f'), 'th', 't'), 'w', 'v'), 'x', 'ks');
  s := regexp_replace(s, 'ck|qu|q|c', 'k', 'g');
  s := regexp_replace(s, 'gu(?=[ei])', 'g', 'g');
  s := regexp_replace(s, 'eau|au', 'o', 'g');
  s := regexp_replace(s, '[iyj]?ou|[iyj]u', 'u', 'g');
  s := regexp_replace(s, '[iyj]{1,2}a', 'a', 'g');
  s := regexp_replace(s, '[iyj]e|[yj]o', 'e', 'g');
  s := regexp_replace(s, '[iyj]+', 'i', 'g');
  s := regexp_replace(regexp_replace(s, 'ff\M', 'v', 'g'), 'ine\M', 'in', 'g');
  RETURN regexp_replace(s, '(.)\1', '\1', 'g');
END $$;

CREATE FUNCTION patients_name_key(VARIADIC names text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT patients_skeleton(patients_latin(patients_fold(array_to_string(names, ' '))))
$$;

CREATE FUNCTION patients_refresh_search(who uuid) RETURNS void LANGUAGE sql AS $$
  INSERT INTO patients_search (patient_id, words, name_key)
  SELECT p.id,
         concat_ws(' ', '', f.folded, nullif(l.latin, f.folded), nullif(k.skeleton, l.latin),
                   (SELECT string_agg(substr(c.value, 2), ' ') FROM patients_contact c
                    WHERE c.patient_id = p.id AND c.kind = 'phone' AND c.ended_at IS NULL),
                   p.birth_date, p.card_number, nullif(patients_fold(p.external_number), '')),
         patients_name_key(p.last_name, p.first_name, p.patronymic)
  FROM patients_patient p
  CROSS JOIN LATERAL (SELECT patients_fold(concat_ws(' ', p.last_name, p.first_name, p.patronymic, p.birth_name)) AS folded) f
  CROSS JOIN LATERAL (SELECT patients_latin(f.folded) AS latin) l
  CROSS JOIN LATERAL (SELECT patients_skeleton(l.latin) AS skeleton) k
  WHERE p.id = who
  ON CONFLICT (patient_id) DO UPDATE SET words = EXCLUDED.words, name_key = EXCLUDED.name_key
$$;

CREATE FUNCTION patients_search_follows_patient() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM patients_refresh_search(NEW.id);
  RETURN NULL;
END $$;

CREATE FUNCTION patients_search_follows_contact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM patients_refresh_search(NEW.patient_id);
  RETURN NULL;
END $$;
"""

TRIGGERS = """
CREATE INDEX patients_search_words ON patients_search USING gin (words gin_trgm_ops);
CREATE TRIGGER patients_search_follows AFTER INSERT OR UPDATE OF last_name, first_name, patronymic, birth_name, birth_date, card_number, external_number
  ON patients_patient FOR EACH ROW EXECUTE FUNCTION patients_search_follows_patient();
CREATE TRIGGER patients_search_follows AFTER INSERT OR UPDATE ON patients_contact
  FOR EACH ROW WHEN (NEW.kind = 'phone') EXECUTE FUNCTION patients_search_follows_contact();
SELECT patients_refresh_search(id) FROM patients_patient;
"""

UNDO = """
DROP TRIGGER patients_search_follows ON patients_contact;
DROP TRIGGER patients_search_follows ON patients_patient;
DROP TABLE patients_search;
DROP FUNCTION patients_search_follows_contact(), patients_search_follows_patient(), patients_refresh_search(uuid), patients_name_key(text[]),
  patients_skeleton(text), patients_latin(text), patients_fold(text);
"""


class Migration(migrations.Migration):
    dependencies = [("patients", "0002_intake")]

    operations = [
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGERS, UNDO),
    ]
