-- What columns the audited tables have had: an X event when one appears, is renamed or goes; its key is the column's number, so a rename is seen as one.
-- `missing` is what rows written before the column read in it: PostgreSQL itself keeps that value until the table is rewritten. Called after every migration.
CREATE OR REPLACE FUNCTION history.note_schema() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, history, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  col record;
  missing jsonb;
  noted integer := 0;
BEGIN
  FOR col IN
    SELECT c.relname, a.attnum, a.attname, a.attisdropped, a.attmissingval::text AS missing, format_type(a.atttypid, a.atttypmod) AS type,
           k.body ->> 'column' AS known, (k.body ->> 'dropped')::boolean AS was_dropped
    FROM pg_class c JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname = 'history_capture' JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    LEFT JOIN LATERAL (
      SELECT e.body FROM history.event e WHERE e.tbl = 'public.' || c.relname AND e.pk = a.attnum::text AND e.op = 'X' ORDER BY e.id DESC LIMIT 1) k ON true
    ORDER BY c.relname, a.attnum
  LOOP
    CONTINUE WHEN col.was_dropped OR (col.attisdropped AND col.known IS NULL) OR (NOT col.attisdropped AND col.known = col.attname);
    missing := 'null';
    IF col.missing IS NOT NULL AND NOT col.attisdropped THEN
      EXECUTE format('SELECT coalesce(to_jsonb((%L::text[])[1]::%s), ''null'')', col.missing, col.type) INTO missing;
    END IF;
    PERFORM history.append('X', 'public.' || col.relname, col.attnum::text, NULL, NULL, jsonb_build_object(
      'column', CASE WHEN col.attisdropped THEN col.known ELSE col.attname END, 'missing', missing, 'dropped', col.attisdropped));
    noted := noted + 1;
  END LOOP;
  RETURN noted;
END $$;
REVOKE ALL ON FUNCTION history.note_schema FROM PUBLIC;
GRANT EXECUTE ON FUNCTION history.note_schema TO clinic_owner;
