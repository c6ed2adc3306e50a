"""Parts of a stored file are read once the whole was compared with its hash, and compared again when it was touched or time has passed."""

import os
from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from clinic.files import actions
from clinic.files.models import StoredFile

pytestmark = pytest.mark.django_db


@pytest.fixture
def file() -> StoredFile:
    actions._checked.clear()
    return actions.store(content=b"one frame after another" * 1000, media_type="application/dicom")


def first_bytes(file: StoredFile) -> bytes:
    with actions.open_checked(file) as stream:
        found: bytes = stream.read(9)
    return found


def test_the_whole_is_compared_once(file: StoredFile, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[StoredFile] = []
    monkeypatch.setattr(actions, "_compare", compared.append)
    assert [first_bytes(file) for _frame in range(3)] == [b"one frame"] * 3
    assert len(compared) == 1
    monkeypatch.setattr(actions, "monotonic", lambda: float("inf"))
    first_bytes(file)
    assert len(compared) == 2


def test_a_file_that_was_touched_is_compared_again_and_an_altered_one_refused(file: StoredFile) -> None:
    first_bytes(file)
    path = Path(default_storage.path(file.storage_name))
    path.write_bytes(b"another" + path.read_bytes()[7:])
    os.utime(path, (1, 1))
    with pytest.raises(OSError, match="does not match its hash"):
        first_bytes(file)


def test_a_file_that_is_gone_is_an_error(file: StoredFile) -> None:
    Path(default_storage.path(file.storage_name)).unlink()
    with pytest.raises(OSError, match="No such file"):
        first_bytes(file)
