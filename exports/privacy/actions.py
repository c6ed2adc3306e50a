"""Receiving, answering and carrying out requests of data subjects."""

import json
import time
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.files import actions as files
from clinic.files.models import StoredFile
from clinic.history.creation import find_sent
from clinic.lib import pdf
from clinic.lib.clock import branch_day
from clinic.lib.errors import Conflict, InvalidInput
from clinic.lib.ids import uuid7
from clinic.patients import access
from clinic.patients.access_models import Rectification
from clinic.patients.importing import emptying
from clinic.patients.importing.emptying import Emptied
from clinic.patients.models import Patient
from clinic.staff.models import User
from exports import evidence, evidence_record
from exports.evidence import SealPending
from exports.legal import queries as legal
from exports.legal.models import Hold
from exports.models import Evidence
from exports.privacy import queries, rules
from exports.privacy.models import DataRequest, Erasure, Kind, Outcome

WAIT = 5.0
POLL = 0.1
UNSEALED = "SELECT EXISTS (SELECT FROM history.event e WHERE patient_id = %s AND NOT EXISTS (SELECT FROM history.leaf l WHERE l.event_id = e.id))"
FILE_COLUMNS = """
SELECT f.conrelid::regclass::text, a.attname FROM pg_constraint f JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = f.conkey[1]
WHERE f.contype = 'f' AND f.confrelid = 'files_storedfile'::regclass
"""


class AlreadyAnswered(Conflict):
    code = "already_answered"
    default_message = gettext_lazy("This request is answered already; the answer stands in it.")


class ErasureForbidden(Conflict):
    """Something forbids to destroy the record; the message names all of it."""

    code = "erasure_forbidden"


@transaction.atomic
def receive(*, patient_id: UUID, kind: str, text: str = "", actor: User, at: datetime, id: UUID | None = None) -> DataRequest:
    """Write down what the patient asks, with the day by which the law wants an answer. The same `id` twice is one request.

    :raises KeyTaken: when `id` is of another request.
    """
    patient = queries.patient_for(actor, patient_id)
    words = text.strip()[:5000]
    known = find_sent(DataRequest, id, patient_id=patient.pk, kind=kind, text=words)
    if known is not None:
        return known
    if kind not in Kind.values:
        raise InvalidInput(fields={"kind": _("There is no such request.")})
    due = rules.due_date(queries.country_of(patient), kind, branch_day(at, patient.branch.time_zone))
    return DataRequest.objects.create(id=id or uuid7(), patient=patient, kind=kind, text=words, received_at=at, received_by=actor, due_date=due)


@transaction.atomic
def answer(*, request_id: UUID, outcome: str, ground: str, actor: User, at: datetime, about: str = "", correction: str = "") -> DataRequest:
    """Answer once, on paper: a granted copy is prepared, a granted restriction begins, a granted rectification stands beside the data from now on.

    An erasure is granted by carrying it out.

    :raises AlreadyAnswered: when it was.
    :raises InvalidInput: without a ground, without the words of a granted rectification, or when an erasure is granted here.
    """
    request = _open(request_id, actor)
    if outcome not in Outcome.values or (request.kind == Kind.ERASURE and outcome == Outcome.GRANTED):
        raise InvalidInput(fields={"outcome": _("Choose an answer; an erasure is granted by carrying it out.")})
    if not ground.strip():
        raise InvalidInput(fields={"ground": _("Name the legal ground or what was done.")})
    request.outcome, request.ground, request.answered_at, request.answered_by = outcome, ground.strip()[:5000], at, actor
    if outcome == Outcome.GRANTED and request.kind == Kind.ACCESS:
        request.evidence = evidence.ask(user=actor, patient_id=request.patient_id, reason=str(request.get_kind_display()), at=at)
    if outcome == Outcome.GRANTED and request.kind == Kind.RESTRICTION:
        access.restrict(patient_id=request.patient_id, reason=request.ground[:500], actor=actor, at=at)
    if outcome == Outcome.GRANTED and request.kind == Kind.RECTIFICATION:
        request.rectification = _rectify(request, about, correction, actor, at)
    request.pdf = files.store(content=_render(request, at), media_type="application/pdf")
    request.save()
    return request


def erase(*, request_id: UUID, card_number: str, actor: User, at: datetime) -> Erasure:
    """Destroy the record: bodies, live rows, typed rows and files; heads and proofs stay. `card_number` is typed as a confirmation.

    :raises ErasureForbidden: while a retention rule, a hold or another ground forbids it.
    :raises SealPending: while the newest events of the patient are not sealed.
    """
    request = _open(request_id, actor)
    if request.kind != Kind.ERASURE or card_number.strip() != str(request.patient.card_number):
        raise InvalidInput(fields={"card_number": _("Type the card number of the patient to confirm.")})
    _refuse_forbidden(request.patient, at)
    _await_seal(request.patient_id)
    return _destroy(request, actor, at)


@transaction.atomic
def _destroy(request: DataRequest, actor: User, at: datetime) -> Erasure:
    patient_key = request.patient_id
    named = list(evidence_record.files_of(patient_key, None, None))
    imports = emptying.runs_of(patient_key)
    named += [pdf_id for model in (DataRequest, Evidence) for pdf_id in model.objects.filter(patient=patient_key).values_list("pdf", flat=True)]
    told = _call(patient_key, {"request": str(request.pk), "ground": _ground()})
    emptied = empty_imports(imports, at)
    doomed = _unused([file_id for file_id in named if file_id])
    transaction.on_commit(lambda: _destroy_bytes(doomed))
    kept = [str(run) for run in emptied.kept]
    report = {**told, "files": len(doomed), "imports": len(emptied.runs), "imports_kept": kept}
    return Erasure.objects.create(patient_key=patient_key, ground=_ground(), erased_at=at, erased_by=actor, report=report)


@transaction.atomic
def empty_imports(runs: Collection[UUID], at: datetime) -> Emptied:
    """Destroy the files of these imports, but for those in which somebody under a legal hold stands."""
    held = set(Hold.objects.filter(legal.standing(at)).values_list("patient_id", flat=True))
    emptied = emptying.empty(runs, spared=held, at=at)
    doomed = _unused(emptied.files)
    transaction.on_commit(lambda: _destroy_bytes(doomed))
    return emptied


def empty_kept_imports(at: datetime) -> int:
    """Destroy the files that an erasure had to leave because of a hold, when none stands any more; returns how many."""
    waiting = {UUID(run) for kept in Erasure.objects.values_list("report__imports_kept", flat=True) for run in kept or ()}
    return len(empty_imports(waiting, at).runs) if waiting else 0


def _rectify(request: DataRequest, about: str, correction: str, actor: User, at: datetime) -> Rectification:
    try:
        return access.rectify(patient_id=request.patient_id, about=about, text=correction, actor=actor, at=at)
    except InvalidInput as error:
        names = {"about": "about", "text": "correction"}
        raise InvalidInput(fields={names[name]: words for name, words in (error.fields or {}).items()}) from error


def _open(request_id: UUID, actor: User) -> DataRequest:
    request = queries.request_for(actor, request_id)
    if connection.in_atomic_block:
        request.answered_at = DataRequest.objects.select_for_update().values_list("answered_at", flat=True).get(pk=request.pk)
    if not request.is_open:
        raise AlreadyAnswered
    return request


def _refuse_forbidden(patient: Patient, at: datetime) -> None:
    found = queries.obstacles(patient, at)
    if found:
        raise ErasureForbidden(" ".join(obstacle.text for obstacle in found))


def _ground() -> str:
    with translation.override("en"):
        return _("All retention periods are over, no legal hold stands.")


def _await_seal(patient_id: UUID) -> None:
    deadline = time.monotonic() + WAIT
    while True:
        with connection.cursor() as cursor:
            cursor.execute(UNSEALED, [patient_id])
            if not cursor.fetchone()[0]:
                return
        if time.monotonic() > deadline:
            raise SealPending
        time.sleep(POLL)


def _call(patient_id: UUID, request: dict[str, Any]) -> dict[str, Any]:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT history.erase(%s, %s)", [patient_id, json.dumps(request)])
            told = cursor.fetchone()[0]
    except IntegrityError as error:
        if error.__cause__.diag.constraint_name == "history_erase_unsealed":  # type: ignore[union-attr]
            raise SealPending from error
        raise ErasureForbidden(_("Something forbids this erasure since a moment ago. Reload the page: it is named there.")) from error
    return dict(json.loads(told) if isinstance(told, str) else told)


def _unused(file_ids: Sequence[UUID]) -> list[StoredFile]:
    """Those that no row names any more."""
    with connection.cursor() as cursor:
        cursor.execute(FILE_COLUMNS)
        parts = [f'SELECT "{column}" FROM {table} WHERE "{column}" = ANY(%(ids)s)' for table, column in cursor.fetchall()]  # noqa: S608 - from the catalogue
        cursor.execute(" UNION ".join(parts), {"ids": list(file_ids)})
        used = {row[0] for row in cursor.fetchall()}
    return list(StoredFile.objects.filter(pk__in=[key for key in file_ids if key not in used]))


def _destroy_bytes(doomed: Sequence[StoredFile]) -> None:
    for file in doomed:
        files.destroy(file, is_named=lambda key=file.pk: not _unused([key]))  # type: ignore[misc]


def _render(request: DataRequest, at: datetime) -> bytes:
    """The paper in the patient's language, with the days of the patient's branch, by which the deadline counts."""
    language = request.patient.language
    with translation.override(language), timezone.override(request.patient.branch.time_zone):
        context = {
            "request": request,
            "rectified": request.rectification,
            "patient": request.patient,
            "at": at,
            "obstacles": queries.obstacles(request.patient, at) if request.kind == Kind.ERASURE else [],
            "looks": queries.looks_at(request.patient) if request.kind == Kind.LOOKS and request.outcome == Outcome.GRANTED else None,
        }
        return pdf.render("privacy/pdf/answer.html", context, language=language)
