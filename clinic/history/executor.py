"""Migrations from an empty database in seconds instead of minutes.

Django renders the classes of all related models anew after every operation. Here every record is related to every other through users and
patients, twice (its history too), so adding one constraint rendered the whole clinic. An operation that only adds something, takes an index or a
constraint away or alters a plain column needs just the class of its own model; before Python code of a migration runs, Django renders everything
anew by itself, because the state says `is_delayed`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState


class QuickState(ProjectState):
    """A project state that renders one class for an operation that concerns no other model."""

    is_alone = False

    def add_model(self, model_state: ModelState) -> None:
        with self._alone():
            super().add_model(model_state)

    def add_field(self, *args: Any, **kwargs: Any) -> None:
        with self._alone():
            super().add_field(*args, **kwargs)

    def _append_option(self, *args: Any, **kwargs: Any) -> None:
        with self._alone():
            super()._append_option(*args, **kwargs)  # type: ignore[misc]  # Django's own, not in the stubs

    def _remove_option(self, *args: Any, **kwargs: Any) -> None:
        with self._alone():
            super()._remove_option(*args, **kwargs)  # type: ignore[misc]  # Django's own, not in the stubs

    def _find_reload_model(self, app_label: str, model_name: str, delay: bool = False) -> set[tuple[str, str]]:  # noqa: FBT001, FBT002 - Django's signature
        if self.is_alone or delay:
            self.is_delayed = True
            return {(app_label, model_name)}
        related: set[tuple[str, str]] = super()._find_reload_model(app_label, model_name, delay)  # type: ignore[misc]
        return related

    def clone(self) -> "QuickState":
        clone = super().clone()
        clone.__class__ = QuickState
        return clone  # type: ignore[return-value]  # it is one now

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self.is_alone = True
        try:
            yield
        finally:
            self.is_alone = False


class QuickExecutor(MigrationExecutor):
    """Django's executor on a `QuickState`."""

    loader: MigrationLoader

    def _create_project_state(self, with_applied_migrations: bool = False) -> ProjectState:  # noqa: FBT001, FBT002 - Django's signature
        state: ProjectState = super()._create_project_state(with_applied_migrations)  # type: ignore[misc]
        state.__class__ = QuickState
        return state
