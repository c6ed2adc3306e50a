"""Bytes that were changed or taken from the disk are named by the check of history."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import transaction

from clinic.files.actions import store
from clinic.files.checking import TURNS, check_files
from clinic.files.models import StoredFile
from clinic.history.verification.parts import PARTS
from clinic.history.verification.verify import verify
from tests.charting.factories import make_code, patient_petrov
from tests.charting.imaging.pictures import add, png

pytestmark = pytest.mark.django_db


def codes(*, is_full: bool = True) -> list[str]:
    return [finding.code for finding in check_files(is_full)]


@pytest.fixture
def picture() -> Iterator[StoredFile]:
    """A picture of this test alone: the folder of files is common to all tests."""
    make_code()
    file = add(png(size=(317, 211)), patient=patient_petrov()).file
    yield file
    path_of(file).unlink(missing_ok=True)


def path_of(file: StoredFile) -> Path:
    return Path(default_storage.path(file.storage_name))


def test_a_picture_swapped_cut_or_gone_is_named(picture: StoredFile) -> None:
    path = path_of(picture)
    content = path.read_bytes()
    assert codes() == []
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert codes() == ["file_altered"]
    assert "file_altered" in {finding.code for finding in verify(since=None, witnesses=()).findings}
    path.write_bytes(content[:-1])
    assert codes(is_full=False) == ["file_altered"]
    path.unlink()
    assert codes(is_full=False) == ["file_missing"]
    (told,) = check_files(is_full=False)
    assert picture.sha256[:12] in str(told)


def test_every_file_has_its_turn(picture: StoredFile, monkeypatch: pytest.MonkeyPatch) -> None:
    path = path_of(picture)
    path.write_bytes(bytes(picture.size))
    found = []
    for day in range(TURNS):

        class Today:
            @staticmethod
            def today(day: int = day) -> Any:
                return type("Day", (), {"toordinal": staticmethod(lambda: day)})

        monkeypatch.setattr("clinic.files.checking.date", Today)
        found += codes(is_full=False)
    assert found == ["file_altered"]


def test_what_no_record_names_any_more_may_be_gone(picture: StoredFile) -> None:
    with transaction.atomic():
        nameless = store(content=b"nameless", media_type="text/plain")
    path_of(nameless).unlink()
    assert codes() == []
    assert "files" in PARTS
