-- How long records are kept: dated rules, added to and never changed; each new one is an event. The same rules stand in clinic/history/retention.py,
-- and every check of history compares the two.
DROP TABLE history.retention;
CREATE TABLE history.retention (
  country text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('medical', 'accounting')),
  valid_from date NOT NULL,
  years integer NOT NULL CHECK (years >= 0),
  minor_until_age integer NOT NULL CHECK (minor_until_age >= 0),
  source text NOT NULL,
  PRIMARY KEY (country, kind, valid_from)
);
CREATE FUNCTION history.note_rule() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, history, pg_temp SET timezone = 'UTC' AS $$
BEGIN
  PERFORM history.append('X', 'history.retention', NULL, NULL, NULL, to_jsonb(NEW));
  RETURN NULL;
END $$;
CREATE TRIGGER history_noted AFTER INSERT ON history.retention FOR EACH ROW EXECUTE FUNCTION history.note_rule();
CREATE TRIGGER history_append_only BEFORE UPDATE OR DELETE ON history.retention FOR EACH ROW EXECUTE FUNCTION history.refuse();
CREATE TRIGGER history_no_truncate BEFORE TRUNCATE ON history.retention FOR EACH STATEMENT EXECUTE FUNCTION history.refuse();
ALTER TABLE history.retention ENABLE ALWAYS TRIGGER history_noted;
ALTER TABLE history.retention ENABLE ALWAYS TRIGGER history_append_only;
ALTER TABLE history.retention ENABLE ALWAYS TRIGGER history_no_truncate;
GRANT SELECT ON history.retention TO clinic_app, clinic_owner, history_ro, history_seq;
INSERT INTO history.retention (country, kind, valid_from, years, minor_until_age, source) VALUES
  ('RU', 'medical', '2015-12-07', 25, 0, 'Форма 043/у: письмо Минздрава России от 07.12.2015 № 13-2/1538'),
  ('RU', 'accounting', '2013-01-01', 5, 0, 'Федеральный закон № 402-ФЗ, ст. 29'),
  ('FR', 'medical', '2007-01-05', 20, 28, 'Code de la santé publique, art. R. 1112-7'),
  ('FR', 'accounting', '2000-09-21', 10, 0, 'Code de commerce, art. L. 123-22'),
  ('', 'medical', '2000-01-01', 25, 28, 'the longest of the known rules'),
  ('', 'accounting', '2000-01-01', 10, 0, 'the longest of the known rules');

-- When something of a kind was last entered about a patient, by the clock of the database; heads are enough, so it can be asked after an erasure too.
CREATE FUNCTION history.last_entry(patient uuid, kind text) RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN (
    SELECT max(e.at) FROM history.event e WHERE e.patient_id = patient AND e.op IN ('I', 'U') AND e.tbl LIKE ANY (CASE kind
      WHEN 'medical' THEN ARRAY['charting\_%', 'treatment\_plans\_%', 'lab\_orders\_%'] ELSE ARRAY['billing\_%', 'insurance\_claim%'] END));
END $$;
REVOKE ALL ON FUNCTION history.last_entry FROM PUBLIC;
GRANT EXECUTE ON FUNCTION history.last_entry TO clinic_app, clinic_owner, history_ro;

-- The gate of an erasure opens only for a lawful one, whoever knocks: history.erase, the owner of the tables or a superuser. It closes only when the erasure stands
-- in the ledger. The ledger is locked from here to the end of the transaction: a look or an entry of another transaction is either seen, and then sealed
-- first, or comes after the erasure, never in the middle.
CREATE FUNCTION history.guard_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.xid = pg_current_xact_id() THEN
    LOCK TABLE history.event IN SHARE ROW EXCLUSIVE MODE;
    PERFORM history.refuse_unlawful(NEW.patient_id);
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' AND EXISTS (
       SELECT FROM history.event e WHERE e.patient_id = OLD.patient_id AND e.op = 'E' AND e.xid = OLD.xid AND OLD.xid = pg_current_xact_id()) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'history: % of % is refused, only a lawful erasure opens it', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER history_lawful BEFORE INSERT OR UPDATE OR DELETE ON history.erasing FOR EACH ROW EXECUTE FUNCTION history.guard_erasing();
CREATE TRIGGER history_no_truncate BEFORE TRUNCATE ON history.erasing FOR EACH STATEMENT EXECUTE FUNCTION history.refuse();
ALTER TABLE history.erasing ENABLE ALWAYS TRIGGER history_lawful;
ALTER TABLE history.erasing ENABLE ALWAYS TRIGGER history_no_truncate;
