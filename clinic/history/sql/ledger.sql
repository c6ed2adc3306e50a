-- The ledger: one append-only row for every change of a record and every look at a patient. Run as history_owner.
CREATE TABLE history.event (
  id bigint GENERATED ALWAYS AS IDENTITY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  op text NOT NULL CHECK (op IN ('I', 'U', 'D', 'T', 'V', 'S', 'A', 'P', 'L', 'X', 'E', 'C')),
  tbl text NOT NULL,
  pk text,
  patient_id uuid,
  actor text NOT NULL CHECK (actor <> ''),
  actor_name text NOT NULL,
  actor_role text NOT NULL,
  on_behalf_of text,
  purpose text NOT NULL,
  request uuid,
  db_user text NOT NULL DEFAULT session_user,
  addr inet,
  app_version text,
  changed text[],
  salt uuid NOT NULL DEFAULT gen_random_uuid(),
  body jsonb,
  PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX event_patient ON history.event (patient_id, at) WHERE patient_id IS NOT NULL;
CREATE INDEX event_record ON history.event (tbl, pk, id);
CREATE INDEX event_at ON history.event USING brin (at);

CREATE FUNCTION history.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'history: % of % is refused, history is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER history_append_only BEFORE UPDATE OR DELETE ON history.event FOR EACH ROW EXECUTE FUNCTION history.refuse();
ALTER TABLE history.event ENABLE ALWAYS TRIGGER history_append_only;
CREATE TRIGGER history_no_truncate BEFORE TRUNCATE ON history.event FOR EACH STATEMENT EXECUTE FUNCTION history.refuse();
ALTER TABLE history.event ENABLE ALWAYS TRIGGER history_no_truncate;

-- One partition a year. Statement triggers are not cloned to partitions, so each gets its own.
CREATE FUNCTION history.add_partition(name text, bounds text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TABLE history.%I PARTITION OF history.event %s', name, bounds);
  EXECUTE format('CREATE TRIGGER history_no_truncate BEFORE TRUNCATE ON history.%I FOR EACH STATEMENT EXECUTE FUNCTION history.refuse()', name);
  EXECUTE format('ALTER TABLE history.%I ENABLE ALWAYS TRIGGER history_no_truncate', name);
  EXECUTE format('ALTER TABLE history.%I ENABLE ALWAYS TRIGGER history_append_only', name);
END $$;
SELECT history.add_partition('event_' || year, format('FOR VALUES FROM (%L) TO (%L)', year || '-01-01 00:00+00', year + 1 || '-01-01 00:00+00'))
FROM generate_series(2026, 2046) year;
SELECT history.add_partition('event_other', 'DEFAULT');

CREATE FUNCTION history.append(op text, tbl text, pk text, patient uuid, changed text[], body jsonb) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  who text := coalesce(nullif(current_setting('app.actor', true), ''), CASE WHEN op = 'X' THEN 'db:' || session_user END);
  event_id bigint;
BEGIN
  IF who IS NULL THEN
    RAISE EXCEPTION 'history: a write without a named actor is refused' USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO history.event (op, tbl, pk, patient_id, actor, actor_name, actor_role, on_behalf_of, purpose, request, addr, app_version, changed, body)
  VALUES (op, tbl, pk, patient, who,
          coalesce(nullif(current_setting('app.actor_name', true), ''), who),
          coalesce(current_setting('app.actor_role', true), ''),
          nullif(current_setting('app.on_behalf_of', true), ''),
          coalesce(nullif(current_setting('app.purpose', true), ''), 'unstated'),
          nullif(current_setting('app.request', true), '')::uuid,
          nullif(current_setting('app.addr', true), '')::inet,
          nullif(current_setting('app.version', true), ''), changed, body)
  RETURNING id INTO event_id;
  RETURN event_id;
END $$;
REVOKE ALL ON FUNCTION history.append FROM PUBLIC;

-- Views, signatures, prints, logins: what the application may report itself. The kinds of change are written by triggers only.
CREATE FUNCTION history.note(op text, tbl text, pk text, patient uuid, body jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, history SET timezone = 'UTC' AS $$
BEGIN
  IF op NOT IN ('V', 'S', 'A', 'P', 'L') THEN
    RAISE EXCEPTION 'history: events of kind % are written by triggers only', op USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN history.append(op, tbl, pk, patient, NULL, body);
END $$;
REVOKE ALL ON FUNCTION history.note FROM PUBLIC;
GRANT EXECUTE ON FUNCTION history.note TO clinic_app, clinic_owner;

-- Record tables: every UPDATE counts up the version, whatever the writer sent.
CREATE FUNCTION history.count_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.version := OLD.version;
  IF NEW IS DISTINCT FROM OLD THEN NEW.version := OLD.version + 1; END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION history.keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'history: rows of % are kept, mark them instead of deleting', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
GRANT SELECT ON history.event TO clinic_app, clinic_owner, history_ro, history_seq;
