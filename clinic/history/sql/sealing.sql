-- The sealed log over the ledger: leaves of an RFC 6962 tree, its tiles, signed checkpoints, keys, witnesses' receipts. Run as history_owner.
ALTER TABLE history.event ALTER COLUMN salt DROP NOT NULL; -- an erasure destroys body and salt, never the event

CREATE TABLE history.log (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  only_one boolean NOT NULL DEFAULT true UNIQUE CHECK (only_one)
);
INSERT INTO history.log DEFAULT VALUES;

-- A leaf's hash is SHA256(0x00 || head || LF || hex(commit) || LF || pseq); commit is SHA256(salt || body), so that a body can be destroyed under an intact tree.
CREATE TABLE history.leaf (
  pos bigint PRIMARY KEY CHECK (pos >= 0),
  event_id bigint NOT NULL UNIQUE,
  event_at timestamptz NOT NULL,
  patient_id uuid,
  pseq bigint CHECK ((pseq IS NULL) = (patient_id IS NULL) AND pseq > 0),
  head text NOT NULL,
  commit bytea NOT NULL CHECK (octet_length(commit) = 32),
  hash bytea NOT NULL CHECK (octet_length(hash) = 32)
);
CREATE UNIQUE INDEX leaf_patient ON history.leaf (patient_id, pseq) WHERE patient_id IS NOT NULL;

-- Full tiles only: 256 hashes of one level, eight levels of the tree a tile, and the root over them.
CREATE TABLE history.tile (
  level smallint NOT NULL,
  idx bigint NOT NULL,
  data bytea NOT NULL CHECK (octet_length(data) = 8192),
  root bytea NOT NULL CHECK (octet_length(root) = 32),
  PRIMARY KEY (level, idx)
);
CREATE TABLE history.checkpoint (
  size bigint PRIMARY KEY CHECK (size > 0),
  epoch integer NOT NULL CHECK (epoch > 0),
  root bytea NOT NULL CHECK (octet_length(root) = 32),
  note text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- A closing says in its own leaf how many events each patient has; its map is the root over (patient, last pseq) in the order of patients.
CREATE TABLE history.closing (
  pos bigint PRIMARY KEY REFERENCES history.leaf (pos),
  day date NOT NULL,
  patients bigint NOT NULL,
  map bytea NOT NULL CHECK (octet_length(map) = 32)
);
CREATE TABLE history.key (
  id integer PRIMARY KEY CHECK (id > 0),
  kind text NOT NULL CHECK (kind IN ('create', 'rotate', 'revoke')),
  vkey text NOT NULL,
  size bigint NOT NULL CHECK (size >= 0),
  statement text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE history.epoch (
  epoch integer PRIMARY KEY CHECK (epoch > 1),
  size bigint NOT NULL CHECK (size >= 0),
  statement text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE history.receipt (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  witness text NOT NULL,
  size bigint NOT NULL REFERENCES history.checkpoint (size),
  receipt bytea,
  error text,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK ((receipt IS NULL) <> (error IS NULL))
);
CREATE INDEX receipt_witness ON history.receipt (witness, size);
CREATE TABLE history.incident (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  detail text NOT NULL,
  size bigint,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE history.verification (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  is_full boolean NOT NULL,
  size bigint NOT NULL,
  findings jsonb NOT NULL,
  seconds double precision NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- The two that change: the counters of the sequencer. Everything in them can be counted again from the leaves.
CREATE TABLE history.pseq (
  patient_id uuid PRIMARY KEY,
  n bigint NOT NULL CHECK (n > 0)
);
CREATE TABLE history.sequencer (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  low bigint NOT NULL DEFAULT 0,
  alive_at timestamptz
);
INSERT INTO history.sequencer DEFAULT VALUES;

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['log', 'leaf', 'tile', 'checkpoint', 'closing', 'key', 'epoch', 'receipt', 'incident', 'verification'] LOOP
    EXECUTE format('CREATE TRIGGER history_append_only BEFORE UPDATE OR DELETE ON history.%I FOR EACH ROW EXECUTE FUNCTION history.refuse()', name);
    EXECUTE format('CREATE TRIGGER history_no_truncate BEFORE TRUNCATE ON history.%I FOR EACH STATEMENT EXECUTE FUNCTION history.refuse()', name);
    EXECUTE format('ALTER TABLE history.%I ENABLE ALWAYS TRIGGER history_append_only', name);
    EXECUTE format('ALTER TABLE history.%I ENABLE ALWAYS TRIGGER history_no_truncate', name);
    EXECUTE format('GRANT SELECT ON history.%I TO clinic_app, clinic_owner, history_ro, history_seq', name);
    CONTINUE WHEN name = 'log';
    EXECUTE format('GRANT INSERT ON history.%I TO history_seq', name);
  END LOOP;
END $$;
GRANT SELECT ON history.pseq, history.sequencer TO clinic_app, clinic_owner, history_ro;
GRANT SELECT, INSERT, UPDATE ON history.pseq TO history_seq;
GRANT SELECT, UPDATE ON history.sequencer TO history_seq;
GRANT SELECT ON SEQUENCE history.event_id_seq TO history_seq;

-- A transaction gets its xid before its event gets an id: the sequencer may then trust that whoever holds an id it has seen is known to its snapshot.
CREATE OR REPLACE FUNCTION history.append(op text, tbl text, pk text, patient uuid, changed text[], body jsonb) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  who text := coalesce(nullif(current_setting('app.actor', true), ''), CASE WHEN op = 'X' THEN 'db:' || session_user END);
  my_xid xid8 := pg_current_xact_id();
  event_id bigint;
BEGIN
  IF who IS NULL THEN
    RAISE EXCEPTION 'history: a write without a named actor is refused' USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO history.event (xid, op, tbl, pk, patient_id, actor, actor_name, actor_role, on_behalf_of, purpose, request, addr, app_version, changed, body)
  VALUES (my_xid, op, tbl, pk, patient, who,
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

-- What the sequencer itself puts into the log: closings, keys, epochs.
CREATE FUNCTION history.declare(what text, body jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, history, pg_temp SET timezone = 'UTC' AS $$
BEGIN
  PERFORM set_config('app.actor', 'system:sequencer', true), set_config('app.actor_name', 'system:sequencer', true),
          set_config('app.actor_role', 'system', true), set_config('app.purpose', 'operation', true);
  RETURN history.append('C', what, NULL, NULL, NULL, body);
END $$;
REVOKE ALL ON FUNCTION history.declare FROM PUBLIC;
GRANT EXECUTE ON FUNCTION history.declare TO history_seq;

-- A check of history may be reported by whoever ran it; it cannot be taken back.
CREATE FUNCTION history.report_verification(is_full boolean, size bigint, findings jsonb, seconds double precision) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO history.verification (is_full, size, findings, seconds) VALUES (is_full, size, findings, seconds) RETURNING id
$$;
REVOKE ALL ON FUNCTION history.report_verification FROM PUBLIC;
GRANT EXECUTE ON FUNCTION history.report_verification TO clinic_app, clinic_owner, history_ro, history_seq;
