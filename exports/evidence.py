"""Evidence: asked for once, sealed, and then taken as an archive that proves itself."""

import hashlib
import mimetypes
import shutil
import tempfile
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from typing import IO, Any, cast
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile
from zoneinfo import ZoneInfo

from django.core.files.storage import default_storage
from django.db import connection as django_connection
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinic.files.actions import store
from clinic.files.models import StoredFile
from clinic.history import queries
from clinic.history.actions import record_print
from clinic.history.creation import find_sent
from clinic.history.evidence import bundle
from clinic.history.models import Event
from clinic.lib.errors import Conflict, InvalidInput, NotFound
from clinic.lib.ids import uuid7
from clinic.patients.queries import get_patient_for
from clinic.staff.models import User
from clinic.staff.roles import Permission
from exports import card, evidence_record
from exports.models import Evidence

README = Path(__file__).parent / "evidence_readme.txt"
IN_MEMORY, COPY_BYTES = 8 * 2**20, 2**20
POLL = 0.1


class SealPending(Conflict):
    """The request is written but not under a signed checkpoint yet."""

    code = "seal_pending"
    default_message = _(
        "The request is written, its seal is still to come: try again in some seconds."
        " If it lasts, tell the system administrator that the sequencer of history does not run."
    )


@dataclass(frozen=True)
class Archive:
    """The finished archive: its bytes in a temporary file, its hash, how many events it holds."""

    file: IO[bytes]
    name: str
    sha256: str
    events: int


@transaction.atomic
def ask(
    *,
    user: User,
    patient_id: UUID,
    reason: str,
    language: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    at: datetime,
    id: UUID | None = None,
) -> Evidence:
    """Write down who asks for evidence of a patient and why, with the timeline as PDF; the log is closed over the patient's events next.

    :raises NotAllowed, NotFound: when the person may not take evidence, or there is no such patient.
    :raises InvalidInput: without a reason, or with a period that ends before it begins.
    """
    patient = get_patient_for(user, patient_id, what="evidence", permission=Permission.EVIDENCE_TAKE)
    sent = {"reason": reason, "since": since, "until": until, "language": card.language_of(language, patient.language)}
    first = find_sent(Evidence, id, patient_id=patient.pk, **sent)
    if first is not None:
        return first
    if not reason.strip():
        raise InvalidInput(fields={"reason": _("Say what the evidence is for.")})
    if since and until and since >= until:
        raise InvalidInput(fields={"until": _("The period ends before it begins.")})
    asked = Evidence(id=id or uuid7(), patient=patient, reason=reason.strip(), since=since, until=until, asked_by=user, asked_at=at)
    asked.language = card.language_of(language, patient.language)
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as paper:
        evidence_record.write(cast("IO[bytes]", paper), asked, zone=ZoneInfo(patient.branch.time_zone))
        paper.seek(0)
        asked.pdf = store(content=cast("IO[bytes]", paper), media_type="application/pdf")
    files = [sha256 for sha256, _type in evidence_record.files_of(patient_id, since, until).values()]
    body: dict[str, Any] = {"id": str(asked.pk), "reason": asked.reason, "pdf": asked.pdf.sha256, "files": files}
    body |= {"since": _in_utc(since), "until": _in_utc(until)}
    body["events"] = queries.count_of(queries.Filter(patient_id=patient_id, since=since, until=until))
    asked.request_event = record_print(what="evidence", patient_id=patient_id, body=body)
    asked.save()
    return asked


def get(*, user: User, patient_id: UUID, evidence_id: UUID) -> Evidence:
    """:raises NotAllowed, NotFound: when the person may not take evidence, or there is none of this id."""
    get_patient_for(user, patient_id, what="evidence", permission=Permission.EVIDENCE_TAKE)
    found = Evidence.objects.select_related("patient", "pdf").filter(pk=evidence_id, patient_id=patient_id).first()
    if found is None:
        raise NotFound
    return found


def is_sealed(evidence: Evidence) -> bool:
    """Can the archive be taken already?"""
    return bundle.is_framed(connection(), evidence.request_event)


def take(evidence: Evidence, *, wait: float = 0) -> Archive:
    """The archive; that it was taken, and its hash, stand in the patient's history.

    :raises SealPending: when the log does not cover the request after `wait` seconds.
    """
    frame = _frame(evidence, wait)
    reader = connection()
    first, last = (1, frame.count)
    if evidence.since or evidence.until:
        first, last = bundle.numbers_between(reader, frame, evidence.since, evidence.until)
    said = _request(evidence)
    is_bounded = (said["since"], said["until"]) == (_in_utc(evidence.since), _in_utc(evidence.until))
    target: Any = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the answer streams it and closes it
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        events = bundle.write(reader, archive, frame, _attachments(evidence, said["files"]), first=first, last=last, is_bounded=is_bounded)
        with default_storage.open(evidence.pdf.storage_name) as stream, archive.open("record.pdf", "w") as entry:
            shutil.copyfileobj(stream, entry, COPY_BYTES)
        archive.writestr("README.txt", _readme(evidence, frame))
    target.seek(0)
    digest = hashlib.file_digest(target, "sha256").hexdigest()
    target.seek(0)
    record_print(what="evidence taken", patient_id=evidence.patient_id, body={"id": str(evidence.pk), "sha256": digest, "events": events})
    return Archive(target, f"evidence-{evidence.patient.card_number}-{evidence.asked_at:%Y%m%d}.zip", digest, events)


def _frame(evidence: Evidence, wait: float) -> bundle.Frame:
    deadline = time.monotonic() + wait
    while True:
        try:
            return bundle.frame(connection(), evidence.patient_id, request=evidence.request_event)
        except bundle.NotSealed:
            if time.monotonic() > deadline:
                raise SealPending from None
            time.sleep(POLL)


def _attachments(evidence: Evidence, counted: Collection[str]) -> Iterator[bundle.Attachment]:
    """The files that the request counted: what was named later is no part of this evidence."""
    named = evidence_record.files_of(evidence.patient_id, evidence.since, evidence.until)
    wanted = [(file_id, sha256, media_type) for file_id, (sha256, media_type) in named.items() if sha256 in counted]
    for number, (file_id, sha256, media_type) in enumerate(wanted, 1):
        suffix = mimetypes.guess_extension(media_type) or ".bin"
        with default_storage.open(StoredFile(sha256=sha256).storage_name) as stream:
            yield bundle.Attachment(file_id, f"{number:03}-{sha256[:12]}{suffix}", stream)


def _request(evidence: Evidence) -> dict[str, Any]:
    """What the request says, as it is sealed."""
    return dict(Event.objects.values_list("body", flat=True).get(pk=evidence.request_event) or {})


def _in_utc(moment: datetime | None) -> str | None:
    """As the heads of events write their time, so that an expert's script compares the two letter by letter."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds") if moment else None


def _readme(evidence: Evidence, frame: bundle.Frame) -> str:
    values = {"patient": evidence.patient_id, "asked": evidence.asked_at.isoformat(timespec="seconds"), "size": frame.size}
    return Template(README.read_text()).substitute(values)


def connection() -> Any:
    """The reader's own connection, as the log wants it."""
    django_connection.ensure_connection()
    return django_connection.connection
