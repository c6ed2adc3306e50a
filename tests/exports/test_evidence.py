"""Evidence from the request to the expert's verdict: page, API and command; who may, what is refused, what stands in history."""

import json
import re
import subprocess
import sys
import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from charting import actions as charting
from charting.models import Finding
from clinic.files.actions import read
from clinic.history.context import acting
from clinic.history.evidence import receipts
from clinic.history.evidence.bundle import VERIFIER
from clinic.history.models import Event
from clinic.history.sealing import keys
from clinic.history.sealing.sequencer import Sequencer
from clinic.lib.errors import NotAllowed
from clinic.patients.models import Patient
from clinic.staff.actions import context_of
from clinic.staff.models import User
from clinic.staff.roles import Role
from exports import evidence, evidence_record
from exports.models import Evidence
from tests.charting.factories import make_code, make_finding, patient_petrov
from tests.charting.imaging.pictures import add, jpeg
from tests.history.sealing.conftest import key_file, seq, sequencer
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user

__all__ = ["key_file", "seq", "sequencer"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def patient() -> Patient:
    """Petrov with a finding, a visit noted three days late, and a picture."""
    with transaction.atomic():
        patient = patient_petrov()
        make_code()
        make_finding("caries", 16, "O", days_ago=3)
        charting.open_visit(patient=patient, dentist=dr_orlova(), branch=make_branch(), actor=dr_orlova(), at=timezone.now())
        add(jpeg(), patient=patient, at=timezone.now())
    return patient


@pytest.fixture
def lawyer() -> User:
    with transaction.atomic():
        return make_user(Role.LAWYER, username="lawyer")


def verdict(archive: bytes, vkey: str, folder: Path) -> tuple[int, str]:
    """The expert's: a file, a key, a script, nothing else."""
    (folder / "evidence.zip").write_bytes(archive)
    (folder / "verify.py").write_bytes(VERIFIER.read_bytes())
    command = [sys.executable, "-I", str(folder / "verify.py"), str(folder / "evidence.zip"), "--key", vkey]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_page_asks_and_gives_an_archive_that_proves_itself(
    seq: "psycopg.Connection[Any]", sequencer: Sequencer, patient: Patient, lawyer: User, tmp_path: Path
) -> None:
    client = log_in(lawyer)
    url = reverse("patient-evidence", args=[patient.pk])
    assert "Nothing was taken yet" in client.get(url).content.decode()
    assert client.post(url, {"reason": "", "language": "en"}).status_code == 422
    form = client.get(url).context["form"]
    answers = [client.post(url, {"id": str(form["id"].value()), "reason": "Claim 2-1234/2026", "language": "ru"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    (asked,) = Evidence.objects.all()
    archive_url = reverse("evidence-zip", args=[patient.pk, asked.pk])
    assert "sealing pending" in client.get(url).content.decode()
    sequencer.drain()
    assert archive_url in client.get(url).content.decode()
    answer: Any = client.get(archive_url)
    content = b"".join(answer.streaming_content)
    code, said = verdict(content, keys.current(seq) or "", tmp_path)
    assert code == 0, said
    assert "2 files" in said
    taken = Event.objects.get(tbl="evidence taken")
    assert taken.body is not None
    assert taken.body["sha256"] == answer["X-Content-SHA256"]
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert {"README.txt", "record.pdf", "bundle.json", "checkpoint.txt", "verify.py"} <= set(archive.namelist())
        pages = "\n".join(page.extract_text() for page in PdfReader(BytesIO(archive.read("record.pdf"))).pages)
        assert "ПОЗДНЯЯ ЗАПИСЬ" in pages
        assert str(patient.pk) in archive.read("README.txt").decode()


def test_before_the_seal_it_says_so(sequencer: Sequencer, patient: Patient, lawyer: User) -> None:
    with acting(context_of(lawyer, purpose="legal")):
        asked = evidence.ask(user=lawyer, patient_id=patient.pk, reason="claim", at=timezone.now())
        with pytest.raises(evidence.SealPending):
            evidence.take(asked)


def test_what_comes_later_is_no_part_of_it(
    seq: "psycopg.Connection[Any]", sequencer: Sequencer, patient: Patient, lawyer: User, tmp_path: Path
) -> None:
    with acting(context_of(lawyer, purpose="legal")):
        asked = evidence.ask(user=lawyer, patient_id=patient.pk, reason="claim", at=timezone.now())
        sequencer.drain()
        first = evidence.take(asked).file.read()
        with transaction.atomic():
            patient.address = "Later"
            patient.save()
        sequencer.drain()
        second = evidence.take(asked).file.read()
    assert verdict(first, keys.current(seq) or "", tmp_path)[0] == 0
    assert verdict(second, keys.current(seq) or "", tmp_path)[0] == 0
    with zipfile.ZipFile(BytesIO(first)) as one, zipfile.ZipFile(BytesIO(second)) as two:
        assert one.read("bundle.json") == two.read("bundle.json")


def test_a_period_is_an_extract(seq: "psycopg.Connection[Any]", sequencer: Sequencer, patient: Patient, lawyer: User, tmp_path: Path) -> None:
    now = timezone.now()
    with acting(context_of(lawyer, purpose="legal")):
        asked = evidence.ask(user=lawyer, patient_id=patient.pk, reason="claim", since=now - timedelta(hours=1), until=now, at=now)
        sequencer.drain()
        code, said = verdict(evidence.take(asked).file.read(), keys.current(seq) or "", tmp_path)
    assert code == 0, said
    assert "AN EXTRACT ONLY, from 20" in said
    assert re.search(r"those next to it lie outside of it. NOT SHOWN, BUT EXISTING: 0 earlier events, [1-9] later ones\.", said), said


def test_an_extract_may_hold_an_addendum_without_its_note_and_says_what_it_leaves_out(
    seq: "psycopg.Connection[Any]", sequencer: Sequencer, patient: Patient, lawyer: User, tmp_path: Path
) -> None:
    """Cut to the very microsecond: what was entered at the first instant belongs to the period, what was entered at the last does not."""
    at, orlova = timezone.now(), dr_orlova()
    visit = charting.open_visit(patient=patient, dentist=orlova, branch=patient.branch, actor=orlova, at=at)
    visit = charting.write_visit(visit=visit, version=visit.version, sections={"treatment": "Пломба на 16"}, actor=orlova)
    visit = charting.sign_visit(visit=visit, version=visit.version, actor=orlova, at=at)
    charting.add_addendum(visit=visit, text="Ещё и 17", actor=orlova, at=at)
    added = Event.objects.get(tbl="charting_visitaddendum", op="I").at
    signed = Event.objects.get(tbl="charting_visit", op="S").at
    after = Event.objects.get(tbl="charting_visit", op="A").at
    sequencer.drain()
    vkey, note = keys.current(seq) or "", receipts.signings_of(patient.pk, key=visit.pk)
    for since, until, held in ((added, after, 1), (signed, after, 2), (added, after + timedelta(microseconds=1), 2)):
        with acting(context_of(lawyer, purpose="legal")):
            asked = evidence.ask(user=lawyer, patient_id=patient.pk, reason="claim", language="ru", since=since, until=until, at=timezone.now())
            sequencer.drain()
            archive = evidence.take(asked).file.read()
        code, said = verdict(archive, vkey, tmp_path)
        assert (code, f"PROVEN: {held} events" in said, "AN EXTRACT ONLY" in said, "lie outside of it" in said) == (0, True, True, True), said
        with zipfile.ZipFile(BytesIO(archive)) as taken:
            pages = " ".join(page.extract_text() for page in PdfReader(BytesIO(taken.read("record.pdf"))).pages)
        assert ("Ещё и 17" in pages, "Пломба на 16" in pages) == (True, False)
        (tmp_path / "receipt").write_text(receipts.make(note[-1]).text())
        given = ["--key", vkey, "--receipt", str(tmp_path / "receipt")]
        command = [sys.executable, "-I", str(tmp_path / "verify.py"), str(tmp_path / "evidence.zip"), *given]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, "AN EXTRACT ONLY" in done.stdout + done.stderr) == (0 if since == signed else 1, True), done


def test_only_lawyers_take_evidence(patient: Patient) -> None:
    with transaction.atomic():
        dentist = dr_orlova()
    with pytest.raises(NotAllowed):
        evidence.ask(user=dentist, patient_id=patient.pk, reason="curiosity", at=timezone.now())


def test_the_command_writes_the_file(  # noqa: PLR0917 - fixtures
    seq: "psycopg.Connection[Any]",
    sequencer: Sequencer,
    patient: Patient,
    lawyer: User,
    tmp_path: Path,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = tmp_path / "out.zip"
    options = ["--actor", "lawyer", "--patient", str(patient.card_number), "--reason", "claim", "-o", str(target)]
    with pytest.raises(CommandError, match="seal"):
        call_command("evidence", *options, "--wait", "0")
    asked = evidence.ask

    def ask_and_seal(**values: Any) -> Evidence:
        row = asked(**values)
        sequencer.drain()
        return row

    monkeypatch.setattr(evidence, "ask", ask_and_seal)
    call_command("evidence", *options)
    assert verdict(target.read_bytes(), keys.current(seq) or "", tmp_path)[0] == 0
    with pytest.raises(CommandError, match="exists"):
        call_command("evidence", *options)
    with pytest.raises(CommandError, match="neither"):
        call_command("evidence", *["Petrov" if option == str(patient.card_number) else option for option in options[:-1]], str(tmp_path / "b.zip"))


def test_the_timeline_marks_late_entries(patient: Patient) -> None:
    entries = list(evidence_record.entries_of(patient, None, None))
    late = [entry for entry in entries if entry.is_late]
    assert [entry.line.table for entry in late] == ["charting_finding"]
    assert [entry.line.id for entry in entries] == sorted(entry.line.id for entry in entries)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (10, ""),
        (-10, ""),
        (16, "arrived 0 h 16 min after its time"),
        (200, "arrived 3 h 20 min after its time"),
        (-90, "gives a time 1 h 30 min ahead"),
    ],
)
def test_an_entry_that_came_in_later_than_its_own_time_says_how_much(patient: Patient, minutes: int, words: str) -> None:
    finding = Finding.objects.filter(patient=patient).order_by("pk")[0]
    event = Event.objects.get(tbl="charting_finding", pk_text=str(finding.pk), op="I")
    event.body = {**(event.body or {}), "noted_at": (event.at - timedelta(minutes=minutes)).isoformat()}
    assert evidence_record.delay_in_words(event) == words
    event.op = "U"
    assert evidence_record.delay_in_words(event) == ""


def test_the_api_asks_and_takes(seq: "psycopg.Connection[Any]", sequencer: Sequencer, patient: Patient, lawyer: User, tmp_path: Path) -> None:
    client = log_in(lawyer)
    url = f"/api/v1/patients/{patient.pk}/evidence"
    made = client.post(url, json.dumps({"reason": "claim"}), content_type="application/json")
    assert made.status_code == 201, made.content
    archive = f"{url}/{made.json()['id']}/archive"
    sequencer.drain()
    answer = client.get(archive)
    assert verdict(answer.getvalue(), keys.current(seq) or "", tmp_path)[0] == 0
    assert [row["is_sealed"] for row in client.get(url).json()] == [True]


def test_a_long_record_goes_overleaf_and_says_how_long_it_is(lawyer: User) -> None:
    with transaction.atomic(), acting(context_of(lawyer, purpose="legal")):
        patient = patient_petrov()
        visit = charting.open_visit(patient=patient, dentist=dr_orlova(), branch=make_branch(), actor=dr_orlova(), at=timezone.now())
        type(visit).objects.filter(pk=visit.pk).update(treatment="Слизистая <бледно-розовая> & без особенностей. " * 200 + "х" * 500)
        asked = evidence.ask(user=lawyer, patient_id=patient.pk, reason="Иск & <жалоба>", language="fr", at=timezone.now())
    pages = PdfReader(BytesIO(read(asked.pdf))).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert len(pages) > 1
    assert text.count("<бледно-розовая> & без") == 200
    assert f"page {len(pages)} sur" in text
    entries = Event.objects.filter(patient_id=patient.pk, id__lt=asked.request_event).exclude(tbl="files_storedfile").count()
    assert f"Fin du dossier, entrées : {entries}" in text
