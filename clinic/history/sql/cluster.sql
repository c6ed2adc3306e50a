-- Roles of one cluster. Run once by a superuser; harmless when run again.
DO $$
DECLARE role text;
BEGIN
  FOREACH role IN ARRAY ARRAY['history_owner'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN EXECUTE format('CREATE ROLE %I NOLOGIN', role); END IF;
  END LOOP;
  FOREACH role IN ARRAY ARRAY['clinic_owner', 'clinic_app', 'history_seq', 'history_ro'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN EXECUTE format('CREATE ROLE %I LOGIN', role); END IF;
  END LOOP;
END $$;
GRANT history_owner TO clinic_owner;
