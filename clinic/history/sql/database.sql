-- Inside the clinic's database, run by a superuser: extensions, schemas, default rights and the guard over DDL. Harmless when run again.
SET history.maintenance = 'guards';
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE SCHEMA IF NOT EXISTS history AUTHORIZATION history_owner;
CREATE SCHEMA IF NOT EXISTS history_guard;
ALTER SCHEMA public OWNER TO clinic_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO clinic_app, history_owner, history_seq, history_ro;
GRANT CREATE ON SCHEMA public TO history_owner;
GRANT USAGE ON SCHEMA history TO clinic_app, clinic_owner, history_seq, history_ro;
ALTER DEFAULT PRIVILEGES FOR ROLE clinic_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO clinic_app;
ALTER DEFAULT PRIVILEGES FOR ROLE clinic_owner IN SCHEMA public GRANT SELECT ON TABLES TO history_ro;
ALTER DEFAULT PRIVILEGES FOR ROLE clinic_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO clinic_app;

-- Guard, in a schema of the superuser's own, so that it outlives an attempt to drop the schema it guards: audited objects keep their triggers, functions and partitions. A migration names itself in history.maintenance
-- and is then let through, but leaves an X event like every other ALTER of an audited table.
CREATE OR REPLACE FUNCTION history_guard.is_audited(relation oid) RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM pg_class c WHERE c.oid = relation AND pg_get_userbyid(c.relowner) = 'history_owner')
      OR EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = relation AND t.tgname LIKE 'history\_%')
$$;

-- Triggers that history lives by: those named history_..., and renamed ones by the function they call.
CREATE OR REPLACE FUNCTION history_guard.is_guard_trigger(trigger_id oid) RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE t.oid = trigger_id AND (t.tgname LIKE 'history\_%' OR p.pronamespace = 'history'::regnamespace OR p.proname ~ '_(frozen|append_only)$'))
$$;

CREATE OR REPLACE FUNCTION history_guard.guard_ddl() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  command record;
  is_outside boolean := coalesce(current_setting('history.maintenance', true), '') = '';
BEGIN
  IF to_regproc('history.append') IS NULL THEN RETURN; END IF;
  FOR command IN SELECT * FROM pg_event_trigger_ddl_commands() LOOP
    IF is_outside AND (
         (command.object_type IN ('function', 'procedure', 'schema')
          AND (command.schema_name IN ('history', 'history_guard') OR command.object_identity IN ('history', 'history_guard')))
      OR (command.object_type = 'function' AND EXISTS (SELECT FROM pg_trigger t WHERE t.tgfoid = command.objid AND t.tgname LIKE 'history\_%'))
      OR (command.object_type = 'trigger' AND history_guard.is_guard_trigger(command.objid))
      OR (command.object_type = 'rule' AND history_guard.is_audited((SELECT r.ev_class FROM pg_rewrite r WHERE r.oid = command.objid)))
      OR (command.object_type IN ('table', 'table column') AND command.object_identity LIKE 'history.%')) THEN
      RAISE EXCEPTION 'history: % of % is refused outside a migration', command.command_tag, command.object_identity;
    END IF;
    IF command.command_tag = 'GRANT' AND history_guard.is_open() THEN
      RAISE EXCEPTION 'history: this GRANT would let the application write history';
    END IF;
    IF command.object_type IN ('table', 'table column') AND command.command_tag LIKE 'ALTER TABLE%' AND history_guard.is_audited(command.objid) THEN
      IF is_outside AND EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = command.objid AND history_guard.is_guard_trigger(t.oid) AND t.tgenabled <> 'A') THEN
        RAISE EXCEPTION 'history: the triggers of % must stay enabled', command.object_identity;
      END IF;
      PERFORM history.append('X', command.object_identity, NULL, NULL, NULL,
                             jsonb_build_object('tag', command.command_tag, 'sql', left(current_query(), 4000)));
    END IF;
  END LOOP;
END $$;

-- Whether the application's role could write history by itself.
CREATE OR REPLACE FUNCTION history_guard.is_open() RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT pg_has_role('clinic_app', 'history_owner', 'MEMBER')
      OR has_function_privilege('clinic_app', 'history.append(text,text,text,uuid,text[],jsonb)', 'EXECUTE')
      OR EXISTS (SELECT FROM pg_class c WHERE pg_get_userbyid(c.relowner) = 'history_owner' AND CASE
                   WHEN c.relkind IN ('r', 'p') THEN has_table_privilege('clinic_app', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
                                                  OR has_any_column_privilege('clinic_app', c.oid, 'INSERT, UPDATE')
                   WHEN c.relkind = 'S' THEN has_sequence_privilege('clinic_app', c.oid, 'UPDATE') END)
$$;

GRANT USAGE ON SCHEMA history_guard TO clinic_app, clinic_owner, history_ro; -- who verifies history asks whether it stands open

CREATE OR REPLACE FUNCTION history_guard.guard_drop() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  dropped record;
BEGIN
  FOR dropped IN SELECT * FROM pg_event_trigger_dropped_objects() WHERE NOT is_temporary LOOP
    IF dropped.schema_name IN ('history', 'history_guard') OR dropped.object_identity IN ('history', 'history_guard')
       OR (dropped.object_type = 'trigger' AND dropped.object_identity ~ '^history_')
       OR (dropped.object_type = 'table' AND dropped.object_name LIKE '%\_historical%') THEN
      IF coalesce(current_setting('history.maintenance', true), '') = '' THEN
        RAISE EXCEPTION 'history: dropping % % is refused', dropped.object_type, dropped.object_identity;
      ELSIF dropped.original AND to_regproc('history.append') IS NOT NULL THEN
        PERFORM history.append('X', dropped.object_identity, NULL, NULL, NULL, jsonb_build_object('tag', TG_TAG, 'sql', left(current_query(), 4000)));
      END IF;
    END IF;
  END LOOP;
END $$;

DROP EVENT TRIGGER IF EXISTS history_guard_ddl;
DROP EVENT TRIGGER IF EXISTS history_guard_drop;
DROP FUNCTION IF EXISTS history.guard_ddl, history.guard_drop, history.is_audited;
CREATE EVENT TRIGGER history_guard_ddl ON ddl_command_end EXECUTE FUNCTION history_guard.guard_ddl();
ALTER EVENT TRIGGER history_guard_ddl ENABLE ALWAYS;
CREATE EVENT TRIGGER history_guard_drop ON sql_drop EXECUTE FUNCTION history_guard.guard_drop();
ALTER EVENT TRIGGER history_guard_drop ENABLE ALWAYS;
RESET history.maintenance;
