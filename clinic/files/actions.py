"""Store and read content-addressed files."""

import hashlib
from io import BytesIO
from typing import IO

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from clinic.files.models import StoredFile


@transaction.atomic
def store(*, content: bytes | IO[bytes], media_type: str) -> StoredFile:
    """Keep the content under its SHA-256 and return its row; the same bytes give the same row.

    The bytes are written before the row, so a row never points at nothing; bytes without a row are harmless.
    """
    stream: IO[bytes] = BytesIO(content) if isinstance(content, bytes) else content
    digest, size = hashlib.sha256(), 0
    for chunk in iter(lambda: stream.read(2**20), b""):
        digest.update(chunk)
        size += len(chunk)
    stream.seek(0)
    row = StoredFile(sha256=digest.hexdigest(), size=size, media_type=media_type)
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
