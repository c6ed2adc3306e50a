-- Inside the clinic's database, run by a superuser: extensions, schemas, default rights and the guard over DDL.
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE SCHEMA IF NOT EXISTS history AUTHORIZATION history_owner;
ALTER SCHEMA public OWNER TO clinic_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO clinic_app, history_owner, history_seq, history_ro;
GRANT CREATE ON SCHEMA public TO history_owner;
GRANT USAGE ON SCHEMA history TO clinic_app, clinic_owner, history_seq, history_ro;
ALTER DEFAULT PRIVILEGES FOR ROLE clinic_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO clinic_app;
ALTER DEFAULT PRIVILEGES FOR ROLE clinic_owner IN SCHEMA public GRANT SELECT ON TABLES TO history_ro;
ALTER DEFAULT PRIVILEGES FOR ROLE clinic_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO clinic_app;

-- Guard: audited objects keep their triggers, functions and partitions. A migration names itself in history.maintenance
-- and is then let through, but leaves an X event like every other ALTER of an audited table.
CREATE OR REPLACE FUNCTION history.is_audited(relation oid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM pg_class c WHERE c.oid = relation AND pg_get_userbyid(c.relowner) = 'history_owner')
      OR EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = relation AND t.tgname LIKE 'history\_%')
$$;

CREATE OR REPLACE FUNCTION history.guard_ddl() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  command record;
  maintenance text := coalesce(current_setting('history.maintenance', true), '');
BEGIN
  IF to_regproc('history.append') IS NULL THEN RETURN; END IF;
  FOR command IN SELECT * FROM pg_event_trigger_ddl_commands() LOOP
    IF command.object_type IN ('function', 'procedure') AND command.schema_name = 'history' AND maintenance = '' THEN
      RAISE EXCEPTION 'history: % of % is refused outside a migration', command.command_tag, command.object_identity;
    END IF;
    IF command.object_type = 'trigger' AND command.object_identity ~ '^history_' AND maintenance = '' THEN
      RAISE EXCEPTION 'history: % of % is refused outside a migration', command.command_tag, command.object_identity;
    END IF;
    IF command.object_type IN ('table', 'table column') AND command.command_tag LIKE 'ALTER TABLE%' AND history.is_audited(command.objid) THEN
      IF EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = command.objid AND t.tgname LIKE 'history\_%' AND t.tgenabled <> 'A')
         AND maintenance = '' THEN
        RAISE EXCEPTION 'history: the triggers of % must stay enabled', command.object_identity;
      END IF;
      IF command.object_identity LIKE 'history.event%' AND maintenance = '' THEN
        RAISE EXCEPTION 'history: % is refused outside a migration', command.object_identity;
      END IF;
      PERFORM history.append('X', command.object_identity, NULL, NULL, NULL,
                             jsonb_build_object('tag', command.command_tag, 'sql', left(current_query(), 4000)));
    END IF;
  END LOOP;
END $$;

CREATE OR REPLACE FUNCTION history.guard_drop() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  dropped record;
BEGIN
  IF to_regproc('history.append') IS NULL OR coalesce(current_setting('history.maintenance', true), '') <> '' THEN RETURN; END IF;
  FOR dropped IN SELECT * FROM pg_event_trigger_dropped_objects() WHERE NOT is_temporary LOOP
    IF dropped.schema_name = 'history'
       OR (dropped.object_type = 'trigger' AND dropped.object_identity ~ '^history_')
       OR (dropped.object_type = 'table' AND dropped.object_name LIKE '%\_historical%') THEN
      RAISE EXCEPTION 'history: dropping % % is refused', dropped.object_type, dropped.object_identity;
    END IF;
  END LOOP;
END $$;

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_event_trigger WHERE evtname = 'history_guard_ddl') THEN
    CREATE EVENT TRIGGER history_guard_ddl ON ddl_command_end EXECUTE FUNCTION history.guard_ddl();
    ALTER EVENT TRIGGER history_guard_ddl ENABLE ALWAYS;
    CREATE EVENT TRIGGER history_guard_drop ON sql_drop EXECUTE FUNCTION history.guard_drop();
    ALTER EVENT TRIGGER history_guard_drop ENABLE ALWAYS;
  END IF;
END $$;
