"""The system check: a record table without capture, or with one that misses a column, stops the start."""

import re
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from clinic.history import capture, checks
from clinic.history.models import Record
from clinic.staff.models import LegalEntity

pytestmark = pytest.mark.django_db


def found() -> list[Any]:
    return checks.check_every_table_is_covered(None, databases=["default"])


def test_all_is_covered() -> None:
    assert found() == []


def test_a_table_without_capture_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = checks._installed_captures()
    monkeypatch.setattr(checks, "_installed_captures", lambda: {table: text for table, text in installed.items() if table != "staff_legalentity"})
    assert [(error.id, "staff.LegalEntity" in error.msg) for error in found()] == [("history.E001", True)]


def test_a_capture_that_misses_a_column_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = checks._installed_captures()
    installed["staff_legalentity"] = re.sub(r'r\."licence",? ?', "", installed["staff_legalentity"])
    monkeypatch.setattr(checks, "_installed_captures", lambda: installed)
    assert [(error.id, "licence" in error.msg) for error in found()] == [("history.E002", True)]


def test_a_disabled_trigger_is_no_capture() -> None:
    assert "t.tgenabled = 'A'" in capture.INSTALLED
    assert set(checks._installed_captures()) >= {LegalEntity._meta.db_table}


def test_every_own_model_is_a_record_or_is_named_as_none() -> None:
    assert checks.check_every_model_is_a_record(None) == []


def test_a_model_that_is_no_record_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "OUTSIDE", {})
    assert {error.id for error in checks.check_every_model_is_a_record(None)} == {"history.E003"}


def test_own_models_have_no_implicit_links() -> None:
    records = [model for model in apps.get_models() if issubclass(model, Record)]
    assert not [field for model in records for field in model._meta.local_many_to_many]
    assert not [field for model in records for field in model._meta.local_fields if isinstance(field, models.GeneratedField)]
