"""A complaint arrives: case with hold, the record as of the visit, who looked, evidence, and the expert's verdict on another machine."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Page, expect

from charting import actions as charting
from charting.models import Visit
from clinic.demo.people import Clinic
from clinic.history.actions import record_view
from clinic.history.context import acting
from clinic.history.evidence.bundle import VERIFIER
from clinic.history.sealing.sequencer import Sequencer
from clinic.patients.models import Alert, Patient
from clinic.staff.actions import context_of
from tests.history.sealing.conftest import key_file, seq, sequencer
from tests.journeys import place
from tests.journeys.walk import Walk
from tests.patients.factories import make_patient

__all__ = ["key_file", "seq", "sequencer"]
A_STRANGERS_KEY = "stranger+00000000+AR" + "A" * 42


@dataclass
class Story:
    """What happened before the complaint: a signed visit; afterwards another warning, and a look by a colleague who never treated."""

    clinic: Clinic
    patient: Patient
    visit: Visit


def tell() -> Story:
    clinic = place.open_the_clinic()
    users, at, orlova = clinic.users, timezone.now(), clinic.users["orlova"]
    with acting(context_of(orlova)), transaction.atomic():
        patient = make_patient("Жалобин", "Иван", branch=clinic.working["orlova"].branch, responsible_dentist=orlova)
        alert = write_alert(patient, "Латекс", orlova, at)
        visit = charting.open_visit(patient=patient, dentist=orlova, branch=patient.branch, actor=orlova, at=at - timedelta(minutes=30))
        visit = charting.write_visit(
            visit=visit, version=visit.version, sections={"complaint": "Боль в 16", "treatment": "Коронка на 16"}, actor=orlova
        )
        visit = charting.sign_visit(visit=visit, version=visit.version, actor=orlova, at=timezone.now())
    time.sleep(2.1)
    with acting(context_of(orlova)), transaction.atomic():
        Alert.objects.filter(pk=alert.pk).update(text="Латекс и пенициллин")
    colleague = next(user for name, user in users.items() if name in clinic.working and name != "orlova")
    with acting(context_of(colleague)):
        record_view(patient_id=patient.pk, what="chart")
    return Story(clinic, patient, visit)


def write_alert(patient: Patient, text: str, dentist: Any, at: datetime) -> Alert:
    return Alert.objects.create(patient=patient, kind="allergy", severity="critical", text=text, recorded_at=at, recorded_by=dentist)


def test_a_complaint_is_answered_with_proof(page: Page, base_url: str, seq: "psycopg.Connection[Any]", sequencer: Sequencer, tmp_path: Path) -> None:
    story = tell()
    walk = Walk(page, story.clinic, base_url, language="ru")
    walk.enter_as("lawyer")
    open_the_case(walk, story)
    read_the_record_of_the_visit(walk, story)
    see_who_looked(walk, story)
    archive, vkey = take_evidence(walk, story, sequencer, tmp_path)
    verdict = on_another_machine(archive, vkey, tmp_path / "expert")
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    assert "PROVEN" in verdict.stdout
    assert on_another_machine(archive, A_STRANGERS_KEY, tmp_path / "wrong").returncode == 1
    write_who_received(walk)


def open_the_case(walk: Walk, story: Story) -> None:
    page = walk.page
    page.goto(f"/patients/{story.patient.pk}/history/")
    walk.hit(page.get_by_role("link", name=walk.say("Open a case"), exact=True))
    expect(walk.panel.locator("[name=cards]")).to_have_value(str(story.patient.card_number))
    walk.panel.locator("[name=title]").fill("Выпала коронка на 16")
    walk.panel.locator("[name=claimant]").fill("И. Жалобин, письмо 17 от 20.11.2026")
    walk.panel.locator("[name=deadline_date]").fill((timezone.localdate() + timedelta(days=5)).isoformat())
    walk.panel.locator("[name=deadline_for]").fill("Ответить на претензию")
    walk.hit(walk.panel.locator("button.btn-primary"))
    page.wait_for_url("**/cases/*/")
    expect(page.locator("main")).to_contain_text(walk.say("nothing may be destroyed"))


def read_the_record_of_the_visit(walk: Walk, story: Story) -> None:
    page, zone = walk.page, ZoneInfo(story.patient.branch.time_zone)
    walk.hit(page.get_by_role("link", name=walk.say("As of a moment"), exact=True).first)
    page.wait_for_url("**/as-of/")
    record = page.locator("section.asof").first
    expect(record).to_contain_text("Латекс и пенициллин")
    walk.hit(page.locator(".moments a").first)
    expect(page.locator("main")).to_contain_text("Коронка на 16")
    expect(record).to_contain_text("Латекс")
    expect(record).not_to_contain_text("Латекс и пенициллин")
    page.locator("[name=then]").fill((timezone.localtime(timezone=zone) + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%S"))
    walk.press("Show")
    changed = page.locator(".asof-entry.is-changed")
    expect(changed).to_have_count(1)
    expect(changed.locator("ins").first).to_contain_text("Латекс и пенициллин")


def see_who_looked(walk: Walk, story: Story) -> None:
    page = walk.page
    page.goto(f"/history/?patient={story.patient.card_number}&mark=is_outside&views=1")
    expect(page.locator(".history-event").first).to_be_visible()
    colleague = next(user for name, user in story.clinic.users.items() if name in story.clinic.working and name != "orlova")
    expect(page.locator(".history-list")).to_contain_text(colleague.get_full_name())
    expect(page.locator(".history-list")).not_to_contain_text(story.clinic.users["orlova"].get_full_name())


def take_evidence(walk: Walk, story: Story, sequencer: Sequencer, folder: Path) -> tuple[Path, str]:
    page = walk.page
    page.goto(f"/patients/{story.patient.pk}/evidence/")
    vkey = page.locator("code.wrap").inner_text()
    page.goto("/cases/")
    walk.hit(page.locator("a.row-link").first)
    page.wait_for_url("**/cases/*/")
    page.keyboard.press("e")
    expect(walk.panel.locator("[name=reason]")).to_have_value("Выпала коронка на 16. И. Жалобин, письмо 17 от 20.11.2026")
    walk.save_panel()
    expect(page.locator("#archives")).to_contain_text(walk.say("sealing pending"))
    sequencer.drain()
    download = page.locator("#archives a[download]")
    expect(download).to_be_visible()
    with page.expect_download() as arriving:
        walk.hit(download)
    target = folder / "evidence.zip"
    arriving.value.save_as(target)
    return target, vkey


def on_another_machine(archive: Path, vkey: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """The expert has a file, a key on paper and a script; nothing of the clinic's program can be imported there."""
    folder.mkdir()
    (folder / "evidence.zip").write_bytes(archive.read_bytes())
    (folder / "verify.py").write_bytes(VERIFIER.read_bytes())
    command = [sys.executable, "-I", "verify.py", "evidence.zip", "--key", vkey]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def write_who_received(walk: Walk) -> None:
    page = walk.page
    walk.hit(page.locator("#archives").get_by_role("link", name=walk.say("Handed over"), exact=True))
    walk.panel.locator("[name=recipient]").fill("Эксперт Соколов")
    walk.panel.locator("[name=way]").select_option("in_person")
    walk.save_panel()
    expect(page.locator("#archives")).to_contain_text("Эксперт Соколов")
    expect(page.locator("#archives")).to_contain_text("SHA-256")
    page.goto("/")
    expect(page.locator("main")).to_contain_text("Ответить на претензию")
