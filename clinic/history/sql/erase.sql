-- Erasure: after retention, bodies, live rows and typed rows of one patient are destroyed in one transaction; heads, commitments and proofs stay.
-- Only history.erase opens the guards, for its own transaction and its own patient; nobody but the owner of history can say that it does.
CREATE TABLE history.erasing (xid xid8 PRIMARY KEY, patient_id uuid NOT NULL);
CREATE TABLE history.retention (years integer NOT NULL CHECK (years >= 0), only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one));
INSERT INTO history.retention (years) VALUES (20); -- the floor under all rules of the program: clinical entries younger than that are never erased
GRANT SELECT ON history.erasing, history.retention TO clinic_app, clinic_owner, history_ro, history_seq;
CREATE INDEX event_erasures ON history.event (patient_id, id) WHERE op = 'E';

CREATE FUNCTION history.erasing_of() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT patient_id FROM history.erasing WHERE xid = pg_current_xact_id_if_assigned()
$$;

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
    IF TG_OP = 'UPDATE' AND TG_TABLE_SCHEMA = 'history' AND TG_TABLE_NAME LIKE 'event%' AND doomed::text = to_jsonb(OLD) ->> 'patient_id'
       AND to_jsonb(NEW) ->> 'body' IS NULL AND to_jsonb(NEW) - ARRAY['body', 'salt'] = to_jsonb(OLD) - ARRAY['body', 'salt']
       AND coalesce(to_jsonb(NEW) ->> 'salt', to_jsonb(OLD) ->> 'salt') = to_jsonb(OLD) ->> 'salt' THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'history: % of % is refused, history is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE OR REPLACE FUNCTION history.keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF history.erasing_of() IS NOT NULL THEN RETURN OLD; END IF;
  RAISE EXCEPTION 'history: rows of % are kept, mark them instead of deleting', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
