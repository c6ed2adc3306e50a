"""Migration operations: capture of a record table, freezing of signed rows, append-only ledgers."""

from abc import ABC, abstractmethod
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from clinic.history import capture

YIELD = "IF history.erasing_of() IS NOT NULL THEN IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END IF;"
"""Rules give way to `history.erase`, in its own transaction."""


class Capture(Operation):
    """Install the history triggers of a record model as it stands at this point; `makemigrations` adds it by itself."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, name: str, *, deletable: bool = False, excluded: tuple[str, ...] = ()) -> None:
        self.name = name
        self.deletable = deletable
        self.excluded = tuple(excluded)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        options: dict[str, Any] = {}
        if self.deletable:
            options["deletable"] = True
        if self.excluded:
            options["excluded"] = self.excluded
        return self.__class__.__name__, [self.name], options

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Triggers are no part of the model state."""

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState) -> None:
        model = to_state.apps.get_model(app_label, self.name)
        historical = to_state.apps.get_model(app_label, f"Historical{self.name}")
        for statement in capture.install_sql(model, historical, deletable=self.deletable, excluded=self.excluded):
            schema_editor.execute(statement, params=None)

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState) -> None:
        """Nothing to undo when the table is dropped next; an earlier Capture in the chain is reinstalled by its own migration."""
        for statement in capture.uninstall_sql(from_state.apps.get_model(app_label, self.name)):
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return f"Capture every change of {self.name} in history"


class _RowTrigger(Operation, ABC):
    """A BEFORE row trigger on one model's table, generated from the operation's own arguments."""

    reduces_to_sql = True
    reversible = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Triggers are no part of the model state."""

    @abstractmethod
    def trigger_name(self) -> str:
        """What the trigger is called, after `history_`."""

    @abstractmethod
    def events(self) -> str:
        """The events that fire it."""

    @abstractmethod
    def body(self) -> str:
        """The function in PL/pgSQL."""

    def rule_of(self, table: str) -> tuple[str, str, str]:
        """The trigger, its function and the function's text; the check of history compares them."""
        return f"history_{self.trigger_name()}", f"{table}_{self.trigger_name()}", self.body()

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState) -> None:
        table = to_state.apps.get_model(app_label, self.name)._meta.db_table  # type: ignore[attr-defined]
        name = self.trigger_name()
        function = f'"{table}_{name}"'
        schema_editor.execute("SET LOCAL history.maintenance = 'rule'", params=None)
        schema_editor.execute(f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $rule$ {self.body()} $rule$", params=None)
        schema_editor.execute(f'DROP TRIGGER IF EXISTS history_{name} ON "{table}"', params=None)
        schema_editor.execute(
            f'CREATE TRIGGER history_{name} BEFORE {self.events()} ON "{table}" FOR EACH ROW EXECUTE FUNCTION {function}()', params=None
        )
        schema_editor.execute(f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER history_{name}', params=None)
        schema_editor.execute("SET LOCAL history.maintenance = ''", params=None)

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState) -> None:
        table = from_state.apps.get_model(app_label, self.name)._meta.db_table  # type: ignore[attr-defined]
        schema_editor.execute("SET LOCAL history.maintenance = 'rule'", params=None)
        schema_editor.execute(f'DROP TRIGGER IF EXISTS history_{self.trigger_name()} ON "{table}"', params=None)
        schema_editor.execute(f'DROP FUNCTION IF EXISTS "{table}_{self.trigger_name()}"()', params=None)


class Freeze(_RowTrigger):
    """Refuse every UPDATE of a row once `when` (SQL over OLD) holds, except of the columns in `except_columns`.

    A model that freezes in steps has a Freeze for each, told apart by `label`.
    """

    def __init__(self, name: str, *, when: str, except_columns: tuple[str, ...] = (), label: str = "frozen") -> None:
        self.name, self.when, self.except_columns, self.label = name, when, tuple(except_columns), label

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        options: dict[str, Any] = {"when": self.when, "except_columns": self.except_columns}
        return "Freeze", [self.name], options | ({"label": self.label} if self.label != "frozen" else {})

    def trigger_name(self) -> str:
        return self.label

    def events(self) -> str:
        return "UPDATE OR DELETE"

    def body(self) -> str:
        free = ", ".join(f"'{column}'" for column in (*self.except_columns, "version"))
        return f"""
BEGIN
  IF ({self.when}) AND (TG_OP = 'DELETE' OR to_jsonb(NEW) - ARRAY[{free}] IS DISTINCT FROM to_jsonb(OLD) - ARRAY[{free}]) THEN
    {YIELD} RAISE EXCEPTION 'frozen: % % is signed or issued and cannot change', TG_TABLE_NAME, OLD.id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_frozen';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END"""

    def describe(self) -> str:
        return f"Freeze {self.name} when {self.when}"


class AppendOnly(_RowTrigger):
    """Refuse every UPDATE and DELETE: a correction is an opposite row."""

    def __init__(self, name: str) -> None:
        self.name = name

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return "AppendOnly", [self.name], {}

    def trigger_name(self) -> str:
        return "append_only"

    def events(self) -> str:
        return "UPDATE OR DELETE"

    def body(self) -> str:
        return f"""
BEGIN
  {YIELD} RAISE EXCEPTION 'append-only: % takes opposite rows, never a change', TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END"""

    def describe(self) -> str:
        return f"Make {self.name} append-only"
