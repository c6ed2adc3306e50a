-- What was written before anybody knew whose it was belongs to the patient when its row was the patient's at its end. Run as history_owner.
CREATE FUNCTION history.was_of(patient uuid, record_tbl text, record_pk text) RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM history.event e WHERE e.patient_id = patient AND e.op = 'D' AND e.tbl = record_tbl AND e.pk = record_pk)
$$;
REVOKE ALL ON FUNCTION history.was_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION history.was_of TO clinic_app, clinic_owner, history_ro, history_seq;

CREATE OR REPLACE FUNCTION history.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  doomed uuid;
BEGIN
  IF TG_LEVEL = 'ROW' THEN
    doomed := history.erasing_of();
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME LIKE '%\_historical%'
       AND doomed::text IN (to_jsonb(OLD) ->> 'patient_id', CASE TG_TABLE_NAME WHEN 'patients_historicalpatient' THEN to_jsonb(OLD) ->> 'id' END) THEN
      RETURN OLD;
    END IF;
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME LIKE '%\_historical%' AND to_jsonb(OLD) ->> 'patient_id' IS NULL
       AND history.was_of(doomed, regexp_replace(TG_TABLE_NAME, '_historical([^_]+)$', '_\1'), to_jsonb(OLD) ->> 'id') THEN
      RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND TG_TABLE_SCHEMA = 'history' AND TG_TABLE_NAME LIKE 'event%'
       AND (doomed::text = to_jsonb(OLD) ->> 'patient_id'
            OR (to_jsonb(OLD) ->> 'patient_id' IS NULL AND history.was_of(doomed, to_jsonb(OLD) ->> 'tbl', to_jsonb(OLD) ->> 'pk')))
       AND to_jsonb(NEW) ->> 'body' IS NULL AND to_jsonb(NEW) - ARRAY['body', 'salt'] = to_jsonb(OLD) - ARRAY['body', 'salt']
       AND coalesce(to_jsonb(NEW) ->> 'salt', to_jsonb(OLD) ->> 'salt') = to_jsonb(OLD) ->> 'salt' THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'history: % of % is refused, history is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
