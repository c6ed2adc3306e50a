"""Files are whole or not there, and what no row names goes after a while."""

import hashlib
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connections, transaction
from django.test import override_settings
from django.utils import timezone

from clinic.files import actions
from clinic.files.models import StoredFile
from clinic.files.tasks import sweep_files
from tests.billing.test_concurrency import at_once

NAMELESS = "ab/cd/abcd" + "0" * 60


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    with override_settings(STORAGES={"default": {"BACKEND": "clinic.files.storage.WholeFiles", "OPTIONS": {"location": tmp_path}}}):
        yield tmp_path


def age(path: Path) -> None:
    long_ago = (timezone.now() - actions.GRACE - timedelta(hours=1)).timestamp()
    os.utime(path, (long_ago, long_ago))


@pytest.mark.django_db
def test_only_old_files_without_a_row_are_swept(folder: Path) -> None:
    kept = actions.store(content=b"named", media_type="image/png")
    default_storage.save(NAMELESS, ContentFile(b"left behind"))
    age(folder / kept.storage_name)
    assert actions.sweep(at=timezone.now()) == 0
    age(folder / NAMELESS)
    part = folder / "ab" / "cd" / "part-x"
    part.write_bytes(b"half")
    age(part)
    (folder / "README").write_text("not ours")
    age(folder / "README")
    assert sweep_files(timestamp=int(timezone.now().timestamp())) == 2
    assert actions.read(kept) == b"named"
    assert (folder / "README").exists()


@pytest.mark.django_db
def test_an_empty_folder_is_swept(folder: Path) -> None:
    assert actions.sweep(at=timezone.now()) == 0


def test_half_a_file_never_stands_under_its_name(folder: Path) -> None:
    class Torn(ContentFile):  # type: ignore[type-arg]
        def read(self, size: int = -1) -> bytes:
            raise OSError("the disk is gone")

    with pytest.raises(OSError, match="disk"):
        default_storage.save(NAMELESS, Torn(b"x"))
    assert not default_storage.exists(NAMELESS)


@pytest.mark.django_db(transaction=True)
def test_a_file_is_not_swept_while_somebody_stores_it_again(folder: Path) -> None:
    with transaction.atomic():
        row = StoredFile(sha256=hashlib.sha256(b"again").hexdigest())
        default_storage.save(row.storage_name, ContentFile(b"again"))
        age(folder / row.storage_name)
        stored = actions.store(content=b"again", media_type="image/png")
        assert at_once([lambda: actions.sweep(at=timezone.now())]) == [0]
    assert actions.sweep(at=timezone.now()) == 0
    assert actions.read(stored) == b"again"
    connections.close_all()
