"""Receipts: signed, sealed, printed, proven by the expert's script; altered, foreign and pending ones."""

import base64
import json
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.contrib.messages import get_messages
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from charting import actions as charting
from charting.models import Visit
from clinic.history.context import acting
from clinic.history.evidence import receipts
from clinic.history.evidence.bundle import VERIFIER
from clinic.history.models import Event
from clinic.history.sealing import keys, notes
from clinic.history.sealing.sequencer import Sequencer
from clinic.patients import actions as people
from clinic.staff.actions import context_of
from clinic.staff.models import User
from clinic.staff.roles import Role
from exports import evidence
from tests.charting.factories import patient_petrov
from tests.charting.medical.factories import asked
from tests.history.sealing.conftest import key_file, seq, sequencer
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user
from tests.treatment_plans.factories import petrov, plan_with
from tests.treatment_plans.test_documents import drawn, issue
from tests.treatment_plans.test_documents import sign as sign_paper
from treatment_plans import actions as plans

__all__ = ["key_file", "seq", "sequencer"]
pytestmark = pytest.mark.django_db(transaction=True)
Connection = psycopg.Connection[Any]


@pytest.fixture
def visit() -> Visit:
    """A note that can be signed."""
    with transaction.atomic():
        at = timezone.now()
        opened = charting.open_visit(patient=patient_petrov(), dentist=dr_orlova(), branch=make_branch(), actor=dr_orlova(), at=at)
        return charting.write_visit(visit=opened, version=opened.version, sections={"treatment": "Пломба"}, actor=dr_orlova())


@pytest.fixture
def ticking(sequencer: Sequencer) -> Iterator[Sequencer]:
    """The sequencer at work beside the request."""
    sequencer.drain()
    stop = threading.Event()

    def run() -> None:
        while not stop.wait(0.1):
            sequencer.drain()

    thread = threading.Thread(target=run)
    thread.start()
    yield sequencer
    stop.set()
    thread.join()


def verdict(folder: Path, *arguments: str) -> tuple[int, str]:
    (folder / "verify.py").write_bytes(VERIFIER.read_bytes())
    done = subprocess.run([sys.executable, "-I", str(folder / "verify.py"), *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def sign(visit: Visit, client: Client) -> str:
    """Sign on the page; the sentence that the signer reads."""
    answer = client.post(reverse("visit-sign", args=[visit.pk]), {"version": visit.version})
    assert answer.status_code == 302
    return str(next(iter(get_messages(answer.wsgi_request))))


def text_of(visit: Visit) -> str:
    found = receipts.signings_of(visit.patient_id, key=visit.pk)[0]
    return receipts.make(found).text()


def reworded(text: str, change: Callable[[Any], object]) -> str:
    """A receipt whose inside somebody has changed."""
    code = text.removeprefix(receipts.MARK)
    content = json.loads(zlib.decompress(base64.b32decode(code + "=" * (-len(code) % 8))))
    change(content)
    return receipts.MARK + base64.b32encode(zlib.compress(json.dumps(content).encode())).decode().rstrip("=")


def test_a_signed_note_is_sealed_before_the_signer_reads_on(seq: Connection, ticking: Sequencer, visit: Visit, tmp_path: Path) -> None:
    client = log_in(dr_orlova())
    assert "Sealed at position" in sign(visit, client)
    answer = client.get(reverse("signatures-of", args=[visit.patient_id, visit.pk]), follow=True)
    page = answer.content.decode()
    visit.refresh_from_db()
    assert visit.content_hash in page
    assert "<svg" in page
    pdf = client.get(reverse("receipt-pdf", args=[answer.context["paper"].signing.id]))
    (tmp_path / "receipt.pdf").write_bytes(pdf.content)
    assert len(PdfReader(tmp_path / "receipt.pdf").pages) == 1
    assert Event.objects.filter(tbl="receipt", op="P", patient_id=visit.patient_id).exists()
    text = text_of(visit)
    assert len(text) < 3000, "a QR code holds 4,296 such signs; more than 3,000 are hard to read"
    (tmp_path / "receipt.txt").write_text("\n".join(text[start : start + 60] for start in range(0, len(text), 60)))
    for given in (text, str(tmp_path / "receipt.txt")):
        code, proven = verdict(tmp_path, "--receipt", given, "--key", keys.current(seq) or "")
        assert code == 0, proven
        assert visit.content_hash in proven


Change = Callable[[Any], object]
ALTERED: list[tuple[Change, str]] = [
    (lambda content: content["event"].update(body=content["event"]["body"].replace('"sha256": "', '"sha256": "00')), "CONTENT ALTERED"),
    (lambda content: content["event"].update(head=content["event"]["head"].replace('"op":"S"', '"op":"A"')), "NOT IN THE SIGNED LOG"),
    (lambda content: content["event"].update(head=content["event"]["head"].replace('"at":"20', '"at":"19')), "NOT IN THE SIGNED LOG"),
    (lambda content: content["event"].update(pos=0), "NOT IN THE SIGNED LOG"),
    (lambda content: content["event"]["proof"].pop(), "NOT IN THE SIGNED LOG"),
    (lambda content: content.update(note=content["note"].replace("\ntime 20", "\ntime 19")), "SIGNATURE"),
    (lambda content: content.pop("note"), "DAMAGED"),
]


def test_an_altered_receipt_is_not_proven(seq: Connection, sequencer: Sequencer, visit: Visit, tmp_path: Path) -> None:
    sign(visit, log_in(dr_orlova()))
    sequencer.drain()
    text, vkey = text_of(visit), keys.current(seq) or ""
    for change, says in ALTERED:
        code, said = verdict(tmp_path, "--receipt", reworded(text, change), "--key", vkey)
        assert (code, says in said) == (1, True), said
    foreign = notes.KeySigner("clinic-history/other", b"7" * 32).vkey
    code, said = verdict(tmp_path, "--receipt", text, "--key", foreign)
    assert (code, "SIGNATURE" in said) == (1, True), said


def test_without_a_sequencer_the_note_is_signed_and_the_receipt_comes_later(
    seq: Connection, sequencer: Sequencer, visit: Visit, tmp_path: Path
) -> None:
    client = log_in(dr_orlova())
    assert "Sealing pending" in sign(visit, client)
    visit.refresh_from_db()
    assert visit.is_signed
    (found,) = receipts.signings_of(visit.patient_id, key=visit.pk)
    page = client.get(reverse("receipt", args=[found.id])).content.decode()
    assert "Sealing pending" in page
    told = client.get(f"/api/v1/signatures/{found.id}/receipt").json()
    assert (told["state"], told["position"]) == ("sealing_pending", None)
    assert client.get(f"/api/v1/signatures/{found.id}/receipt.pdf").status_code == 409
    sequencer.drain()
    told = client.get(f"/api/v1/signatures/{found.id}/receipt").json()
    assert told["state"] == "sealed"
    assert told["sha256"] == visit.content_hash
    code, proven = verdict(tmp_path, "--receipt", told["text"], "--key", keys.current(seq) or "")
    assert code == 0, proven
    assert client.get(f"/api/v1/signatures/{found.id}/receipt.pdf").content.startswith(b"%PDF")
    (listed,) = client.get(f"/api/v1/patients/{visit.patient_id}/signatures").json()
    assert listed["position"] == told["position"]
    assert listed["title"] == told["title"]
    assert listed["title"].startswith("Visit of ")
    assert listed["title"] in client.get(reverse("signatures", args=[visit.patient_id])).content.decode()


def test_a_sequencer_that_hangs_is_waited_for_in_vain_and_not_for_long(sequencer: Sequencer, visit: Visit) -> None:
    sequencer.drain()
    started = time.monotonic()
    assert "Sealing pending" in sign(visit, log_in(dr_orlova()))
    assert receipts.WAIT <= time.monotonic() - started < receipts.WAIT + 10


def test_a_receipt_and_the_evidence_must_agree(seq: Connection, sequencer: Sequencer, visit: Visit, tmp_path: Path) -> None:
    with transaction.atomic():
        lawyer: User = make_user(Role.LAWYER, username="lawyer")
    sign(visit, log_in(dr_orlova()))
    with acting(context_of(lawyer, purpose="legal")):
        asked = evidence.ask(user=lawyer, patient_id=visit.patient_id, reason="claim", at=timezone.now())
        sequencer.drain()
        (tmp_path / "evidence.zip").write_bytes(evidence.take(asked).file.read())
    vkey, mine = keys.current(seq) or "", text_of(visit)
    archive = str(tmp_path / "evidence.zip")
    code, said = verdict(tmp_path, archive, "--receipt", mine, "--key", vkey)
    assert code == 0, said
    charting.add_addendum(visit=Visit.objects.get(pk=visit.pk), text="Later", actor=dr_orlova(), at=timezone.now())
    sequencer.drain()
    code, said = verdict(tmp_path, archive, "--receipt", text_of(visit), "--key", vkey)
    assert code == 1
    assert "RECEIPT AND EVIDENCE DISAGREE" in said


def test_only_those_who_see_documents_get_receipts(sequencer: Sequencer, visit: Visit) -> None:
    sign(visit, log_in(dr_orlova()))
    (found,) = receipts.signings_of(visit.patient_id, key=visit.pk)
    with transaction.atomic():
        marketer = make_user(Role.MARKETER, username="marketer")
        accountant = make_user(Role.ACCOUNTANT, username="accountant")
    assert log_in(marketer).get(reverse("receipt", args=[found.id])).status_code == 403
    assert log_in(accountant).get(reverse("receipt", args=[found.id])).status_code == 200
    assert log_in(accountant).get(reverse("receipt", args=[found.id + 1000])).status_code == 404


def test_signing_over_the_api_answers_with_the_receipt(seq: Connection, ticking: Sequencer, visit: Visit, tmp_path: Path) -> None:
    client = log_in(dr_orlova())
    answer = client.post(f"/api/v1/visits/{visit.pk}/sign", {"version": visit.version}, content_type="application/json").json()
    seal = answer["seal"]
    assert (answer["content_hash"], seal["state"]) == (seal["sha256"], "sealed")
    assert seal["size"] > seal["position"] >= 0
    assert seal["checkpoint"].startswith("clinic-history/")
    code, said = verdict(tmp_path, "--receipt", seal["text"], "--key", keys.current(seq) or "")
    assert code == 0, said
    told = client.get(seal["receipt"]).json()
    shared = ("position", "size", "root", "checkpoint", "text", "sha256", "state")
    assert [told[name] for name in shared] == [seal[name] for name in shared]
    added = client.post(f"/api/v1/visits/{visit.pk}/addenda", {"text": "Позвонил"}, content_type="application/json").json()
    assert (added["seal"]["state"], added["seal"]["sha256"]) == ("sealed", added["content_hash"])


def test_an_answer_with_a_key_waits_for_its_seal_too(sequencer: Sequencer, ticking: Sequencer, visit: Visit) -> None:
    client = log_in(dr_orlova())
    send = partial(client.post, f"/api/v1/visits/{visit.pk}/sign", {"version": visit.version}, content_type="application/json")
    first, again = (send(headers={"Idempotency-Key": "sign-once"}).json()["seal"] for _ in range(2))
    assert first == again
    assert (first["state"], first["text"][:5]) == ("sealed", "DCR1.")
    assert client.get(first["receipt"]).json()["text"] == first["text"]


def test_the_same_key_later_gives_the_seal_that_was_to_come(seq: Connection, sequencer: Sequencer, visit: Visit) -> None:
    client = log_in(dr_orlova())
    send = partial(client.post, f"/api/v1/visits/{visit.pk}/sign", {"version": visit.version}, content_type="application/json")
    first = send(headers={"Idempotency-Key": "sign-once"}).json()
    sequencer.drain()
    again = send(headers={"Idempotency-Key": "sign-once"})
    assert (first["seal"]["state"], again.json()["seal"]["state"]) == ("sealing_pending", "sealed")
    assert {**first, "seal": None} == {**again.json(), "seal": None}
    assert again["Idempotent-Replayed"] == "true"


def test_without_a_sequencer_nobody_waits_over_the_api(sequencer: Sequencer, visit: Visit) -> None:
    browser = log_in(dr_orlova())
    began = time.monotonic()
    answer = browser.post(f"/api/v1/visits/{visit.pk}/sign", {"version": visit.version}, content_type="application/json")
    assert (answer.status_code, answer.json()["seal"]["state"]) == (200, "sealing_pending")
    assert time.monotonic() - began < 1.5


def test_a_long_list_of_signatures_has_pages(visit: Visit) -> None:
    client = log_in(dr_orlova())
    sign(visit, client)
    visit.refresh_from_db()
    with transaction.atomic():
        for number in range(52):
            charting.add_addendum(visit=visit, text=f"{number}", reason="late answer", actor=dr_orlova(), at=timezone.now())
    address = reverse("signatures", args=[visit.patient_id])
    first, second = client.get(address), client.get(address, {"page": 2})
    assert (first.context["page"].paginator.count, len(first.context["page"]), len(second.context["page"])) == (53, 50, 3)
    shown = {paper.signing.id for answer in (first, second) for paper in answer.context["page"]}
    whole = client.get(f"/api/v1/patients/{visit.patient_id}/signatures").json()
    assert shown == {row["id"] for row in whole}
    older = client.get(f"/api/v1/patients/{visit.patient_id}/signatures", {"before": whole[49]["id"]}).json()
    assert older == whole[50:]
    assert client.get(f"/api/v1/patients/{visit.patient_id}/signatures", {"before": 2**70}).status_code == 422


SIGNED = {
    ("S", "charting_visit"),
    ("A", "charting_visit"),
    ("S", "charting_medicalhistory"),
    ("S", "patients_consent"),
    ("S", "treatment_plans_alternative"),
    ("S", "treatment_plans_document"),
}


def sign_everything(person: User) -> None:
    """The note with an addendum, a consent, answers about health, a plan with its contract: each by the act that a person does."""
    patient, at = petrov(), timezone.now()
    visit = charting.open_visit(patient=patient, dentist=dr_orlova(), branch=make_branch(), actor=dr_orlova(), at=at)
    visit = charting.write_visit(visit=visit, version=visit.version, sections={"treatment": "Пломба"}, actor=dr_orlova())
    visit = charting.sign_visit(visit=visit, version=visit.version, actor=dr_orlova(), at=at)
    charting.add_addendum(visit=visit, text="Ещё 17", actor=dr_orlova(), at=at)
    text = people.publish_consent_text(language="ru", title="Согласие", body="Я согласен", actor=person, at=at)
    people.sign_consent(patient=patient, text=text, drawn=drawn(), actor=person, at=at, signer_name="Ы" * 300)
    asked(patient=patient, actor=person, diabetes="yes")
    chosen = plan_with("filling").alternatives.get()
    plans.present(alternative_id=chosen.pk, actor=person, at=at)
    plans.accept(alternative_id=chosen.pk, actor=person, at=at)
    for kind in ("contract", "consent_general"):
        sign_paper(issue(kind, chosen))


def test_everything_that_is_signed_gives_a_receipt_that_holds_and_names_its_hash(seq: Connection, sequencer: Sequencer, tmp_path: Path) -> None:
    """Notes and what is added to them, answers about health, consents, plans, contracts: the page, the paper, the script."""
    with transaction.atomic():
        person = make_user(*Role, username="omniscient")
        sign_everything(person)
    sequencer.drain()
    found = receipts.signings_of(petrov().pk)
    assert {(signing.kind, signing.table) for signing in found} == SIGNED
    client, vkey = log_in(person), keys.current(seq) or ""
    for signing in found:
        text = receipts.make(signing).text()
        code, said = verdict(tmp_path, "--receipt", text, "--key", vkey)
        assert (code, len(signing.sha256), f"SHA-256 {signing.sha256}." in said) == (0, 64, True), (signing, said)
        assert f"signature of {signing.table} {signing.key}, patient {petrov().pk}" in said
        assert len(text) < 3000
        assert client.get(reverse("receipt-pdf", args=[signing.id])).status_code == 200
