"""Names are searched by their words: what is typed is looked for among the words that there are, which are few, then patients by the words found.

`patients_word` holds every word of any name once (rarely twice, when two people write it at once; nothing asks for once) with its hash, and
`patients_search.names` the hashes of a patient's words. The trigrams of `words` stay for digits and for what is shorter than three letters.
The index of name keys holds the patient too, so that the names that begin with a word are read from it alone.
When a record is destroyed, words that nobody has any more go with it: at the end of its transaction, for whoever registers somebody waits meanwhile.
"""

from django.db import migrations

WORDS = r"""
CREATE TABLE patients_word (hash bigint NOT NULL, word text NOT NULL);
ALTER TABLE patients_search ADD COLUMN names bigint[] NOT NULL DEFAULT '{}';

CREATE FUNCTION patients_word_hash(word text) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT ('x' || left(md5(word), 16))::bit(64)::bigint
$$;

CREATE OR REPLACE FUNCTION patients_refresh_search(who uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  own record;
  hashes bigint[];
BEGIN
  SELECT concat_ws(' ', l.latin, nullif(k.skeleton, l.latin), nullif(j.joined, l.latin)) AS spelled,
         (SELECT string_agg(substr(c.value, 2), ' ') FROM patients_contact c
          WHERE c.patient_id = p.id AND c.kind = 'phone' AND c.ended_at IS NULL) AS phones,
         p.birth_date, p.card_number, nullif(patients_fold(p.external_number), '') AS external_number,
         patients_name_key(p.last_name, p.first_name, p.patronymic) AS name_key
  INTO own
  FROM patients_patient p
  CROSS JOIN LATERAL (SELECT concat_ws(' ', p.last_name, p.first_name, p.patronymic, p.birth_name) AS names) n
  CROSS JOIN LATERAL (SELECT patients_latin(patients_fold(n.names)) AS latin) l
  CROSS JOIN LATERAL (SELECT patients_skeleton(l.latin) AS skeleton) k
  CROSS JOIN LATERAL (SELECT patients_latin(patients_fold(regexp_replace(n.names, '[''’‘ʼ`-]', '', 'g'))) AS joined) j
  WHERE p.id = who;
  IF NOT FOUND THEN RETURN; END IF;
  WITH spelled AS MATERIALIZED (
    SELECT DISTINCT w AS word, patients_word_hash(w) AS hash FROM string_to_table(concat_ws(' ', own.spelled, own.external_number), ' ') w
    WHERE w ~ '[^0-9]'
  ), added AS (
    INSERT INTO patients_word SELECT hash, word FROM spelled s WHERE NOT EXISTS (SELECT FROM patients_word v WHERE v.hash = s.hash)
  )
  SELECT coalesce(array_agg(hash ORDER BY hash), '{}') INTO hashes FROM spelled;
  INSERT INTO patients_search (patient_id, words, name_key, names)
  VALUES (who, concat_ws(' ', '', own.spelled, own.phones, own.birth_date, own.card_number, own.external_number), own.name_key, hashes)
  ON CONFLICT (patient_id) DO UPDATE SET words = EXCLUDED.words, name_key = EXCLUDED.name_key, names = EXCLUDED.names;
END $$;

CREATE INDEX patients_word_hash ON patients_word (hash);
SELECT patients_refresh_search(id) FROM patients_patient;
CREATE INDEX patients_word_parts ON patients_word USING gin (word gin_trgm_ops);
CREATE INDEX patients_search_names ON patients_search USING gin (names);
DROP INDEX patients_search_name_key;
CREATE INDEX patients_search_name_key ON patients_search (name_key text_pattern_ops) INCLUDE (patient_id);

CREATE FUNCTION patients_forget_words() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  LOCK TABLE patients_word IN SHARE ROW EXCLUSIVE MODE;
  DELETE FROM patients_word w USING (SELECT hash FROM patients_word EXCEPT SELECT unnest(names) FROM patients_search) nobodys
  WHERE w.hash = nobodys.hash;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER patients_words_go AFTER DELETE ON patients_search DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION patients_forget_words();
"""

UNDO = r"""
DROP TRIGGER patients_words_go ON patients_search;
DROP FUNCTION patients_forget_words();
DROP INDEX patients_search_name_key;
CREATE INDEX patients_search_name_key ON patients_search (name_key text_pattern_ops);
ALTER TABLE patients_search DROP COLUMN names;
DROP TABLE patients_word;
DROP FUNCTION patients_refresh_search(uuid), patients_word_hash(text);
CREATE FUNCTION patients_refresh_search(who uuid) RETURNS void LANGUAGE sql AS $$
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
"""


class Migration(migrations.Migration):
    dependencies = [("patients", "0009_rectification")]

    operations = [migrations.RunSQL(WORDS, UNDO)]
