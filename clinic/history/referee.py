"""Migration operations for rules that the database holds by itself: one patient along all links, how a row begins, legal moves of a state."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class _Rule(Operation, ABC):
    """A function and a trigger on one model's table; taken back by dropping both."""

    reduces_to_sql = True
    reversible = True
    suffix: str

    def __init__(self, name: str) -> None:
        self.name = name

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Triggers are no part of the model state."""

    @abstractmethod
    def trigger(self, table: str, rule: str) -> str:
        """The statement that creates the trigger."""

    @abstractmethod
    def body(self, table: str, rule: str) -> str:
        """The function in PL/pgSQL."""

    def rule_of(self, table: str) -> tuple[str, str, str]:
        """The trigger, its function and the function's text; the check of history compares them."""
        rule = f"{table}_{self.suffix}"
        return rule, rule, self.body(table, rule)

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState) -> None:
        table = to_state.apps.get_model(app_label, self.name)._meta.db_table
        rule = f"{table}_{self.suffix}"
        for statement in (
            f"CREATE OR REPLACE FUNCTION {rule}() RETURNS trigger LANGUAGE plpgsql AS $rule$ {self.body(table, rule)} $rule$",
            f"DROP TRIGGER IF EXISTS {rule} ON {table}",
            self.trigger(table, rule),
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {rule}",
        ):
            schema_editor.execute(statement, params=None)

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState) -> None:
        table = from_state.apps.get_model(app_label, self.name)._meta.db_table
        schema_editor.execute(f"DROP TRIGGER {table}_{self.suffix} ON {table}", params=None)
        schema_editor.execute(f"DROP FUNCTION {table}_{self.suffix}()", params=None)


def _refusal(rule: str, message: str, *values: str) -> str:
    return f"RAISE EXCEPTION '{message}', {', '.join(values)} USING ERRCODE = 'check_violation', CONSTRAINT = '{rule}';"


class SamePatient(_Rule):
    """A row stays with its patient, and whatever it points at (`links`: column to table) is of the same patient.

    Checked at once; a load that writes the children first may say `SET CONSTRAINTS ... DEFERRED`. No lock is needed: no row changes its patient.
    `before` are the links that an earlier migration of the same rule held: undoing this one brings them back.
    """

    suffix = "same_patient"

    def __init__(self, name: str, links: Mapping[str, str] | None = None, *, before: Mapping[str, str] | None = None) -> None:
        super().__init__(name)
        self.links, self.before = dict(links or {}), before

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return "SamePatient", [self.name, self.links], {} if self.before is None else {"before": self.before}

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState) -> None:
        if self.before is None:
            super().database_backwards(app_label, schema_editor, from_state, to_state)
        else:
            SamePatient(self.name, self.before).database_forwards(app_label, schema_editor, from_state, to_state)

    def trigger(self, table: str, rule: str) -> str:
        columns = ", ".join(["patient_id", *self.links])
        when = f"AFTER INSERT OR UPDATE OF {columns}" if self.links else "AFTER UPDATE OF patient_id"
        return f"CREATE CONSTRAINT TRIGGER {rule} {when} ON {table} DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION {rule}()"

    def body(self, table: str, rule: str) -> str:
        fits = [
            f"""
  IF NEW.{column} IS NOT NULL
     AND NOT EXISTS (SELECT FROM {other} o WHERE o.id = NEW.{column} AND o.patient_id IS NOT DISTINCT FROM NEW.patient_id) THEN
    {_refusal(rule, f"% of {table} %: % is of another patient", f"'{column}'", "NEW.id", f"NEW.{column}")}
  END IF;"""  # noqa: S608 - identifiers of our own models
            for column, other in self.links.items()
        ]
        return f"""
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.patient_id IS DISTINCT FROM OLD.patient_id AND history.erasing_of() IS NULL THEN
    {_refusal(rule, f"{table} % stays with its patient", "OLD.id")}
  END IF;{"".join(fits)}
  RETURN NULL;
END"""

    def describe(self) -> str:
        return f"Keep {self.name} and what it points at with one patient"


class Starts(_Rule):
    """A row begins only where `when` (SQL over NEW) holds: what comes later comes by an action, step by step, whoever writes.

    The condition stands in the function: a trigger's own WHEN is written anew by a restored dump, and would read as altered.
    """

    suffix = "starts"

    def __init__(self, name: str, when: str) -> None:
        super().__init__(name)
        self.when = when

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return "Starts", [self.name, self.when], {}

    def trigger(self, table: str, rule: str) -> str:
        return f"CREATE TRIGGER {rule} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {rule}()"

    def body(self, table: str, rule: str) -> str:
        return f"""
BEGIN
  IF ({self.when}) IS NOT TRUE THEN
    {_refusal(rule, f"{table} % does not begin like this", "NEW.id")}
  END IF;
  RETURN NEW;
END"""

    def describe(self) -> str:
        return f"Let {self.name} begin only where {self.when}"


class Moves(_Rule):
    """A state moves only along the table of allowed moves, or where `or_when` (SQL over OLD and NEW) holds.

    The table is the one of the app's `rules.py`, written down as it stood; a test compares the two. `before` is the table that this one
    takes the place of, and that comes back when the migration is undone.
    """

    suffix = "moves"

    def __init__(
        self, name: str, moves: Mapping[str, Iterable[str]], *, or_when: str = "false", before: Mapping[str, Iterable[str]] | None = None
    ) -> None:
        super().__init__(name)
        self.before = before
        self.moves = {state: sorted(after) for state, after in moves.items()}
        self.or_when = or_when

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return "Moves", [self.name, self.moves], {"or_when": self.or_when, "before": self.before}

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState) -> None:
        if self.before is None:
            super().database_backwards(app_label, schema_editor, from_state, to_state)
        else:
            Moves(self.name, self.before, or_when=self.or_when).database_forwards(app_label, schema_editor, from_state, to_state)

    def trigger(self, table: str, rule: str) -> str:
        changes = "WHEN (OLD.state IS DISTINCT FROM NEW.state)"
        return f"CREATE TRIGGER {rule} BEFORE UPDATE OF state ON {table} FOR EACH ROW {changes} EXECUTE FUNCTION {rule}()"

    def body(self, table: str, rule: str) -> str:
        pairs = ", ".join(f"('{before}', '{after}')" for before, states in self.moves.items() for after in states)
        return f"""
BEGIN
  IF (OLD.state, NEW.state) NOT IN ({pairs}) AND NOT coalesce(({self.or_when}), false) THEN
    {_refusal(rule, f"{table} % is % and cannot become %", "OLD.id", "OLD.state", "NEW.state")}
  END IF;
  RETURN NEW;
END"""

    def describe(self) -> str:
        return f"Let the state of {self.name} move only as the rules allow"
