"""Store and read content-addressed files."""

import hashlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from time import monotonic
from typing import IO

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection, transaction

from clinic.files.models import StoredFile

logger = logging.getLogger(__name__)
GRACE = timedelta(days=7)
CHECK_HOLDS = 600.0
MOST_CHECKED = 256
LOCK = "SELECT {function}(hashtextextended(%s, 0))"


@dataclass(frozen=True)
class Checked:
    """A file as it was when it was compared with its hash, and until when (by the process's own clock) that holds."""

    stamp: tuple[datetime, int]
    until: float


_checked: dict[str, Checked] = {}


@transaction.atomic
def store(*, content: bytes | IO[bytes], media_type: str) -> StoredFile:
    """Keep the content under its SHA-256 and return its row; the same bytes give the same row.

    The bytes are written before the row, so a row never points at nothing; bytes without a row are removed by `sweep`, which
    keeps off while a transaction stores the same content.
    """
    stream: IO[bytes] = BytesIO(content) if isinstance(content, bytes) else content
    digest, size = hashlib.sha256(), 0
    for chunk in iter(lambda: stream.read(2**20), b""):
        digest.update(chunk)
        size += len(chunk)
    stream.seek(0)
    row = StoredFile(sha256=digest.hexdigest(), size=size, media_type=media_type)
    _lock("pg_advisory_xact_lock_shared", row.storage_name)
    if not default_storage.exists(row.storage_name):
        default_storage.save(row.storage_name, File(stream))
    StoredFile.objects.bulk_create([row], ignore_conflicts=True)
    return StoredFile.objects.get(sha256=row.sha256)


def read(file: StoredFile) -> bytes:
    """The bytes of a stored file, checked against their hash.

    :raises OSError: when the file is missing or its content no longer matches.
    """
    with default_storage.open(file.storage_name) as stream:
        content: bytes = stream.read()
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise OSError(f"stored file {file.sha256} does not match its hash")
    return content


def destroy(file: StoredFile, *, is_named: Callable[[], bool]) -> bool:
    """Destroy the bytes of a file that no record names any more; whoever stores the same bytes meanwhile is waited for and asked again.

    The row stays: its hash is in the history. Stored once more, the bytes are written anew.
    """
    with transaction.atomic():
        _lock("pg_advisory_xact_lock", file.storage_name)
        if is_named():
            return False
        default_storage.delete(file.storage_name)
        return True


def open_checked(file: StoredFile) -> "File[bytes]":
    """The stored file, opened so that a part of it can be read. It is compared whole with its hash before the first part that this process
    reads, again after ten minutes, and whenever its size or the time of its last change is another.

    :raises OSError: when the file is missing or its content no longer matches.
    """
    name = file.storage_name
    stamp = (default_storage.get_modified_time(name), default_storage.size(name))
    known = _checked.get(file.sha256)
    if known is None or known.stamp != stamp or monotonic() > known.until:
        _compare(file)
        _checked.pop(file.sha256, None)
        _checked[file.sha256] = Checked(stamp, monotonic() + CHECK_HOLDS)
        if len(_checked) > MOST_CHECKED:
            _checked.pop(next(iter(_checked)), None)
    return default_storage.open(name)


def _compare(file: StoredFile) -> None:
    digest = hashlib.sha256()
    with default_storage.open(file.storage_name) as stream:
        for chunk in iter(lambda: stream.read(2**20), b""):
            digest.update(chunk)
    if digest.hexdigest() != file.sha256:
        raise OSError(f"stored file {file.sha256} does not match its hash")


def sweep(*, at: datetime) -> int:
    """Remove files that no row names and that were written longer ago than `GRACE`; returns how many.

    They were left behind by a kill between the writing of the file and the commit of its row.
    """
    count = sum(_remove_if_nameless(name) for name in _all_names("") if default_storage.get_modified_time(name) < at - GRACE)
    if count:
        logger.info("removed %s files that no record names", count)
    return count


@transaction.atomic
def _remove_if_nameless(name: str) -> bool:
    if not _lock("pg_try_advisory_xact_lock", name) or StoredFile.objects.filter(sha256=name.rpartition("/")[2]).exists():
        return False
    default_storage.delete(name)
    return True


def _lock(function: str, name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(LOCK.format(function=function), [name])
        return cursor.fetchone()[0] is not False


def _all_names(folder: str) -> Iterator[str]:
    """Every file two folders deep, where `storage_name` puts them; what lies elsewhere is not ours."""
    depth = folder.count("/") + bool(folder)
    folders, files = default_storage.listdir(folder)
    if depth == 2:
        yield from (f"{folder}/{name}" for name in files)
    else:
        for inner in folders:
            if len(inner) == 2:
                yield from _all_names(f"{folder}/{inner}".strip("/"))
