"""Whether the stored bytes are still those that were stored; a part of every check of history."""

import hashlib
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import ForeignObjectRel

from clinic.files.models import StoredFile
from clinic.history.verification.findings import Finding

TURNS = 30
CHUNK = 2**20


def check_files(is_full: bool) -> Iterator[Finding]:  # noqa: FBT001 - the check's own signature
    """That every file that a record names is there in its length; the content of all, or of those whose turn is today: each once in 30 days.

    A file that no record names any more was destroyed by an erasure, or never belonged to anything.
    """
    named = _named()
    turn = None if is_full else date.today().toordinal() % TURNS  # noqa: DTZ011 - any day will do
    for file in StoredFile.objects.order_by("sha256").iterator():
        if file.pk not in named:
            continue
        values = {"file": file.sha256[:12], "size": file.size, "at": file.created_at.isoformat(timespec="seconds")}
        if not default_storage.exists(file.storage_name):
            yield Finding("file_missing", values)
        elif default_storage.size(file.storage_name) != file.size or (_is_due(file, turn) and _digest(file) != file.sha256):
            yield Finding("file_altered", values)


def _is_due(file: StoredFile, turn: int | None) -> bool:
    return turn is None or int(file.sha256[:8], 16) % TURNS == turn


def _digest(file: StoredFile) -> str:
    digest = hashlib.sha256()
    with default_storage.open(file.storage_name) as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _part(link: ForeignObjectRel) -> str:
    """Files that a table names. Versions of a record that has given its file up (`gives_file_up_at` says when) name none."""
    column, table = link.field.column, link.related_model._meta.db_table
    part = f'SELECT "{column}" FROM "{table}" v WHERE "{column}" IS NOT NULL'  # noqa: S608 - our models
    live: Any = getattr(link.related_model, "instance_type", None)
    given_up = getattr(live, "gives_file_up_at", "")
    return f'{part} AND NOT EXISTS (SELECT FROM "{live._meta.db_table}" l WHERE l.id = v.id AND l."{given_up}" IS NOT NULL)' if given_up else part


def _named() -> set[UUID]:
    """Ids of the files that any record points at, or has pointed at without giving its file up."""
    parts = [_part(link) for link in StoredFile._meta.get_fields(include_hidden=True) if isinstance(link, ForeignObjectRel)]
    if not parts:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(" UNION ".join(parts))
        return {row[0] for row in cursor.fetchall()}
