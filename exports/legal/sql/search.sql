-- Text as it is compared: without accents, case and punctuation.
CREATE FUNCTION legal_plain(value text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT regexp_replace(lower(unaccent(value)), '[^[:alnum:]]+', ' ', 'g')
$$;

-- What is typed, as a query: every word as the beginning of a word.
CREATE FUNCTION legal_query(typed text) RETURNS tsquery LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT to_tsquery('simple', string_agg(word || ':*', ' & ')) FROM regexp_split_to_table(btrim(legal_plain(typed)), ' ') word WHERE word <> ''
$$;

INSERT INTO legal_progress (id, low, seen, seen_xid, until_at) VALUES (1, 0, 0, 0, NULL);

-- Words of a destroyed body are destroyed with it, whoever destroys.
GRANT SELECT (event_id, words), UPDATE (words) ON legal_entry TO history_owner;
SET LOCAL history.maintenance = 'search';
SET LOCAL ROLE history_owner;
CREATE FUNCTION history.forget_words() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.body IS NULL AND OLD.body IS NOT NULL THEN
    UPDATE public.legal_entry SET words = NULL WHERE event_id = OLD.id;
  END IF;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION history.forget_words FROM PUBLIC;
CREATE TRIGGER history_forget_words AFTER UPDATE ON history.event FOR EACH ROW EXECUTE FUNCTION history.forget_words();
DO $$
DECLARE name text;
BEGIN
  FOR name IN SELECT c.relname FROM pg_class c WHERE c.oid = 'history.event'::regclass
              UNION ALL SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'history.event'::regclass LOOP
    EXECUTE format('ALTER TABLE history.%I ENABLE ALWAYS TRIGGER history_forget_words', name);
  END LOOP;
END $$;
RESET ROLE;
SET LOCAL history.maintenance = '';
