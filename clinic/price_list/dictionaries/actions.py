"""Import of a published dictionary: versioned, dated, whole or not at all."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from clinic.files import actions as files
from clinic.lib.errors import Conflict, InvalidInput
from clinic.price_list.dictionaries import rules
from clinic.price_list.models import DictionaryCode, DictionaryImport, DictionaryKind
from clinic.staff import reach
from clinic.staff.models import User
from clinic.staff.roles import Permission

REPORTED = 500
"""How many codes of each kind of change the stored report names."""


class AlreadyImported(Conflict):
    code = "already_imported"
    default_message = _("This very file has been imported already. Nothing was changed.")


class OlderThanKnown(Conflict):
    code = "older_version"
    default_message = _("A later version of this dictionary is in force. Nothing was changed.")


class DryRun(Exception):
    """Carries the result of an import that was only tried."""

    def __init__(self, result: DictionaryImport) -> None:
        super().__init__()
        self.result = result


def import_dictionary(
    *, actor: User | None, kind: str, content: bytes, version: str, valid_from: date, is_whole: bool = True, is_dry_run: bool = False
) -> DictionaryImport:
    """Bring the dictionary to a new version: new codes added, changed ones dated anew, closed ones kept with their end.

    `actor` is None for the command, whose name stands in history instead.

    :raises InvalidInput: unknown kind, no version, a file that is not this dictionary (with the line).
    :raises AlreadyImported: the same file again; an earlier one may come back after a wrong one.
    :raises OlderThanKnown: a file dated before the last import.
    """
    if actor is not None:
        reach.require_everywhere(actor, Permission.DICTIONARY_IMPORT)
    reading = _read(kind, content, version)
    try:
        with transaction.atomic():
            result = _import(actor, kind=kind, content=content, version=version, valid_from=valid_from, reading=reading, is_whole=is_whole)
            if is_dry_run:
                raise DryRun(result)
    except DryRun as tried:
        return tried.result
    return result


def _read(kind: str, content: bytes, version: str) -> rules.Reading:
    if kind not in DictionaryKind.values:
        raise InvalidInput(fields={"kind": _("Choose a dictionary.")})
    if not version.strip() or len(version) > 40:
        raise InvalidInput(fields={"version": _("Enter the version, at most 40 characters.")})
    try:
        return rules.read(kind, rules.decode(content))
    except rules.BadFile as error:
        reason = {"line": error.line, "reason": error.reason}
        raise InvalidInput(fields={"file": _("The file is not this dictionary: line %(line)s %(reason)s. Nothing was imported.") % reason}) from error


def _import(
    actor: User | None, *, kind: str, content: bytes, version: str, valid_from: date, reading: rules.Reading, is_whole: bool
) -> DictionaryImport:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"dictionary {kind}"])
    last = DictionaryImport.objects.select_related("file").filter(kind=kind).order_by("-valid_from", "-created_at").first()
    _refuse_repeated(kind, content, last, valid_from)
    open_codes = {code.code: code for code in DictionaryCode.objects.filter(kind=kind, valid_to=None)}
    known = {code: (row.title, row.parent_code, row.tariff) for code, row in open_codes.items()}
    changes = rules.compare(known, reading.rows, is_whole=is_whole)
    if is_whole and rules.looks_like_a_part(changes, known=len(known)):
        raise _seems_a_part(changes, len(known))
    stored = files.store(content=content, media_type="text/csv")
    result = DictionaryImport.objects.create(
        kind=kind,
        dictionary_version=version.strip(),
        file=stored,
        valid_from=valid_from,
        imported_by=actor,
        added=len(changes.added),
        changed=len(changes.changed),
        closed=len(changes.closed) + len(changes.born_closed),
        report=_report(changes, reading),
    )
    ended = [open_codes[row.code].pk for row in changes.changed] + [open_codes[code].pk for code in changes.closed]
    _end(ended, valid_from, {row.code: row.closed_on for row in reading.rows if row.closed_on})
    since = valid_from if last else rules.KNOWN_BEFORE
    _write(kind, result, changes.added, since)
    _write(kind, result, changes.changed, valid_from)
    _write(kind, result, changes.born_closed, rules.KNOWN_BEFORE, closed_before=valid_from)
    return result


def _refuse_repeated(kind: str, content: bytes, last: DictionaryImport | None, valid_from: date) -> None:
    if last is None:
        return
    if last.file and last.file.sha256 == hashlib.sha256(content).hexdigest():
        raise AlreadyImported
    if valid_from < last.valid_from:
        raise OlderThanKnown


def _seems_a_part(changes: rules.Changes, known: int) -> InvalidInput:
    values = {"closed": len(changes.closed), "known": known}
    message = _("This would close %(closed)s of %(known)s codes in force: the file seems cut short. Import it as a part, or get the whole file.")
    return InvalidInput(fields={"is_whole": message % values})


def _end(ended: Sequence[UUID], valid_from: date, closed_on: dict[str, date]) -> None:
    for code in DictionaryCode.objects.filter(pk__in=ended):
        code.valid_to = max(min(closed_on.get(code.code, valid_from), valid_from), code.valid_from)
        code.save(update_fields=["valid_to"])


def _write(kind: str, source: DictionaryImport, rows: Iterable[rules.Row], since: date, *, closed_before: date | None = None) -> None:
    codes = []
    for row in rows:
        valid_to = (row.closed_on or closed_before) if closed_before else None
        valid_from = row.valid_from if row.valid_from and row.valid_from > since else since
        if valid_to is not None and valid_to <= valid_from:
            valid_from = valid_to - timedelta(days=1)
        codes.append(
            DictionaryCode(
                kind=kind,
                code=row.code,
                title=row.title,
                parent_code=row.parent_code,
                tariff=row.tariff,
                valid_from=valid_from,
                valid_to=valid_to,
                attributes=dict(row.attributes),
                source=source,
            )
        )
    DictionaryCode.objects.bulk_create(codes, batch_size=1000)


def _report(changes: rules.Changes, reading: rules.Reading) -> dict[str, list[str]]:
    return {
        "added": [f"{row.code} {row.title}" for row in changes.added[:REPORTED]],
        "changed": [f"{row.code} {row.title}" for row in changes.changed[:REPORTED]],
        "closed": [*changes.closed, *(row.code for row in changes.born_closed)][:REPORTED],
        "repeated": list(changes.repeated[:REPORTED]),
        "skipped_lines": [str(line) for line in reading.skipped[:REPORTED]],
    }
