"""The SQL of one record table's capture: ledger row and typed history row by trigger, version counting, no silent deletes."""

import re
from typing import Any

from django.db import models

HISTORY_COLUMNS = {"history_id", "history_date", "history_change_reason", "history_type", "history_user_id", "event_id", "actor_name"}
BODY = re.compile(r"AS \$capture\$(.*)\$capture\$", re.DOTALL)
COPIED = re.compile(r'INSERT INTO public\."\w+" \((.*?), history_date.*?VALUES \((.*?), clock_timestamp', re.DOTALL)
INSTALLED = """
SELECT c.relname, p.prosrc FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE t.tgname = 'history_capture' AND t.tgenabled = 'A'
"""


def patient_column(model: type[models.Model]) -> str | None:
    """The column that says which patient a row is about."""
    if model._meta.label_lower == "patients.patient":
        return "id"
    columns = {field.column for field in model._meta.local_concrete_fields}
    return "patient_id" if "patient_id" in columns else None


def install_sql(model: type[models.Model], historical: type[models.Model], *, deletable: bool, excluded: tuple[str, ...]) -> list[str]:
    """Statements that (re)install the capture of `model`, in order."""
    table, typed = model._meta.db_table, historical._meta.db_table
    triggers = [("history_capture", "AFTER INSERT OR UPDATE OR DELETE", "ROW", f"history.capture_{table}()")]
    triggers.append(("history_version", "BEFORE UPDATE", "ROW", "history.count_version()"))
    triggers.append(("history_truncate", "BEFORE TRUNCATE", "STATEMENT", "history.refuse()"))
    if not deletable:
        triggers.append(("history_keep", "BEFORE DELETE", "ROW", "history.keep()"))
    return [
        "SET LOCAL history.maintenance = 'capture'",
        f'ALTER TABLE "{typed}" OWNER TO history_owner',
        f'REVOKE ALL ON "{typed}" FROM clinic_app, clinic_owner',
        f'GRANT SELECT ON "{typed}" TO clinic_app, clinic_owner, history_ro, history_seq',
        *_triggers(typed, [("history_append_only", "BEFORE UPDATE OR DELETE", "ROW", "history.refuse()")]),
        *_triggers(typed, [("history_no_truncate", "BEFORE TRUNCATE", "STATEMENT", "history.refuse()")]),
        "SET LOCAL ROLE history_owner",
        _capture_function(model, historical, excluded),
        f'REVOKE ALL ON FUNCTION history."capture_{table}"() FROM PUBLIC',
        f'GRANT EXECUTE ON FUNCTION history."capture_{table}"() TO clinic_owner',
        "RESET ROLE",
        f'DROP TRIGGER IF EXISTS history_keep ON "{table}"',
        *_triggers(table, triggers),
        "SET LOCAL history.maintenance = ''",
    ]


def uninstall_sql(model: type[models.Model]) -> list[str]:
    """Statements that take the capture off again (only while a migration is being reversed)."""
    table = model._meta.db_table
    names = ("history_capture", "history_version", "history_truncate", "history_keep")
    return [
        "SET LOCAL history.maintenance = 'capture'",
        *(f'DROP TRIGGER IF EXISTS {name} ON "{table}"' for name in names),
        f'DROP FUNCTION IF EXISTS history."capture_{table}"()',
    ]


def captured_columns(model: type[models.Model], historical: type[models.Model]) -> list[str]:
    """Columns copied from the record to its typed history row."""
    kept = {field.column for field in historical._meta.local_concrete_fields} - HISTORY_COLUMNS
    return [str(field.column) for field in model._meta.local_concrete_fields if field.column in kept]


def source(model: type[Any]) -> str:
    """The text of the function that captures a record model, as this program writes it."""
    match = BODY.search(_capture_function(model, model.history.model, model.history_excluded))
    return match[1] if match else ""


def shape(text: str) -> tuple[str, list[tuple[str, str]]]:
    """A function's text, with the columns it copies as pairs: migrations list them in another order than models do."""
    match = COPIED.search(text)
    if match is None:
        return text, []
    pairs = sorted(zip(match[1].split(", "), match[2].split(", "), strict=False))
    return text[: match.start(1)] + text[match.end(1) : match.start(2)] + text[match.end(2) :], pairs


def renew(cursor: Any, records: list[type[Any]]) -> None:
    """Install every standing capture anew that is not as this program writes it: a newer program needs no migration of every app for it."""
    cursor.execute(INSTALLED)
    installed = dict(cursor.fetchall())
    for model in records:
        table = model._meta.db_table
        if table in installed and shape(installed[table]) != shape(source(model)):
            for statement in install_sql(model, model.history.model, deletable=model.deletable, excluded=model.history_excluded):
                cursor.execute(statement)


def _triggers(table: str, triggers: list[tuple[str, str, str, str]]) -> list[str]:
    statements = []
    for name, when, each, function in triggers:
        statements.append(f'DROP TRIGGER IF EXISTS {name} ON "{table}"')
        statements.append(f'CREATE TRIGGER {name} {when} ON "{table}" FOR EACH {each} EXECUTE FUNCTION {function}')
        statements.append(f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER {name}')
    return statements


def _capture_function(model: type[models.Model], historical: type[models.Model], excluded: tuple[str, ...]) -> str:
    table, columns = model._meta.db_table, captured_columns(model, historical)
    patient = patient_column(model)
    secret = "".join(f" - '{name}'" for name in excluded)
    column_list = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join("''" if column in excluded else f'r."{column}"' for column in columns)
    patient_value = f'r."{patient}"' if patient else "NULL"
    key = f'r."{model._meta.pk.column}"::text'
    names = sorted(str(field.column) for field in model._meta.local_concrete_fields if field.column != "version")
    compared = ",\n      ".join(f"""CASE WHEN NEW."{name}" IS DISTINCT FROM OLD."{name}" THEN '{name}' END""" for name in names)
    return f"""
CREATE OR REPLACE FUNCTION history."capture_{table}"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $capture$
DECLARE
  r public."{table}";
  changed text[];
  event_id bigint;
  who text := current_setting('app.actor', true);
BEGIN
  IF TG_OP = 'UPDATE' AND NEW IS NOT DISTINCT FROM OLD THEN RETURN NULL; END IF;
  IF TG_OP = 'DELETE' THEN r := OLD; ELSE r := NEW; END IF;
  IF TG_OP = 'UPDATE' THEN
    changed := nullif(array_remove(ARRAY[
      {compared}], NULL), '{{}}');
  END IF;
  event_id := history.append(left(TG_OP, 1), '{table}', {key}, {patient_value}, changed, to_jsonb(r){secret});
  INSERT INTO public."{historical._meta.db_table}" ({column_list}, history_date, history_type,
    history_change_reason, history_user_id, event_id, actor_name)
  VALUES ({values}, clock_timestamp(), CASE TG_OP WHEN 'INSERT' THEN '+' WHEN 'UPDATE' THEN '~' ELSE '-' END,
          nullif(current_setting('app.purpose', true), ''),
          CASE WHEN who ~ '^[0-9a-f]{{8}}-' THEN who::uuid END, event_id,
          left(coalesce(nullif(current_setting('app.actor_name', true), ''), who), 200));
  RETURN NULL;
END $capture$"""  # noqa: S608 - identifiers of our own models
