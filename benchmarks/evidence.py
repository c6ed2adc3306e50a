"""`python -m benchmarks.evidence`: what a bundle of evidence takes, and its check by the expert's script: time, processor, memory, size."""

import argparse
import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.entrance import ROOT, enter

LIMIT_SECONDS, LIMIT_EVENTS = 10.0, 2000
FILE_BYTES = 300_000
NOTE = "Жалобы на боль при накусывании, осмотр, лечение под анестезией, слизистая бледно-розовая, прикус без особенностей. "
VISITS = """
INSERT INTO charting_visit (id, version, created_at, opened_at, complaint, anamnesis, anamnesis_vitae, objective, treatment, recommendations,
  signed_content, content_hash, is_late, error_reason, branch_id, dentist_id, patient_id)
SELECT gen_random_uuid(), 1, now(), now() - make_interval(hours => n), %(note)s, '', '', %(note)s || n, '', '', NULL, '', false, '',
  %(branch)s, %(dentist)s, %(patient)s FROM generate_series(1, %(count)s) n
"""
LATER = "UPDATE charting_visit SET treatment = %(note)s || %(turn)s, recommendations = %(note)s WHERE patient_id = %(patient)s"
LOOKS = "SELECT count(history.note('V', 'chart', NULL, %(patient)s, NULL)) FROM generate_series(1, %(count)s)"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evidence", description="Measure bundles of evidence and their verification.")
    parser.add_argument("--events", type=int, nargs="+", default=[2000, 10_000], help="events of the patient (default 2000 10000)")
    parser.add_argument("--files", type=int, default=50, help="pictures of the patient, 300 kB each (default 50)")
    parser.add_argument("--json", type=Path, help="write the figures into this file too")
    arguments = parser.parse_args()
    enter("evidence")
    keeper = _keeper()
    figures = [measure(keeper, _fill(events, arguments.files), events) for events in arguments.events]
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1))


def _keeper() -> Any:
    """The clinic's sequencer, with a key of its own."""
    settings = importlib.import_module("django.conf").settings
    if not settings.HISTORY_KEY_PATH.exists():
        importlib.import_module("django.core.management").call_command("history_key", "create")
    doors, keys, sequencer = (importlib.import_module(f"clinic.history.sealing.{name}") for name in ("doors", "keys", "sequencer"))
    return sequencer.Sequencer(doors.connect(), lambda vkey: keys.load(settings.HISTORY_KEY_PATH, vkey))


def _fill(events: int, files: int) -> Any:
    """A patient of so many events: notes, their changes, looks, pictures."""
    models, context = importlib.import_module("clinic.patients.models"), importlib.import_module("clinic.history.context")
    transaction = importlib.import_module("django.db").transaction
    place = importlib.import_module("benchmarks.place").place
    acting = context.Context(actor="system:benchmark", actor_name="benchmark", actor_role="system", purpose="operation")
    with context.acting(acting), transaction.atomic():
        branch = place().branch
        patient = models.Patient.objects.create(last_name="Петров", first_name=str(events), branch=branch)
        visits = max((events - files - 1) // 5, 1)
        values = {"patient": patient.pk, "branch": branch.pk, "dentist": place().dentists[0].pk, "note": NOTE * 3, "count": visits}
        with importlib.import_module("django.db").connection.cursor() as cursor:
            cursor.execute(VISITS, values)
            for turn in range(2):
                cursor.execute(LATER, {**values, "turn": turn})
            cursor.execute(LOOKS, {**values, "count": events - files - 1 - 3 * visits})
        _pictures(patient, place().dentists[0], files)
    return patient


def _pictures(patient: Any, dentist: Any, count: int) -> None:
    files, imaging = importlib.import_module("clinic.files.actions"), importlib.import_module("charting.imaging.models")
    now = importlib.import_module("django.utils.timezone").now()
    for number in range(count):
        stored = files.store(content=os.urandom(FILE_BYTES), media_type="image/jpeg")
        told = {"kind": "photo", "title": f"Снимок {number}", "taken_at": now - timedelta(days=number), "no_preview": "broken"}
        imaging.Image.objects.create(patient=patient, file=stored, recorded_by=dentist, recorded_at=now, **told)


def measure(keeper: Any, patient: Any, events: int) -> dict[str, Any]:
    """The command as the lawyer types it, while the sequencer seals; then the expert's script over what it made."""
    keeper.drain()
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "evidence.zip"
        command = ["manage.py", "evidence", "--actor", "lawyer", "--patient", str(patient.pk), "--reason", "benchmark", "-o", str(target)]
        made = run(command, keeper)
        key = importlib.import_module("clinic.history.sealing.keys").current(importlib.import_module("clinic.history.sealing.doors").connect())
        checked = run(["clinic/history/evidence/verify.py", str(target), "--key", key], None)
        size = target.stat().st_size
    verdict = "holds" if made["seconds"] <= LIMIT_SECONDS * max(events / LIMIT_EVENTS, 1) else "MISSES"
    for name, found in (("bundle", made), ("verification", checked)):
        print(f"{events:7,} events  {name:13} {found['seconds']:6.1f} s  cpu {found['cpu']:6.1f} s  memory {found['memory_mb']:5.0f} MB", flush=True)
    print(f"{events:7,} events  {size / 1e6:.1f} MB, {verdict} {LIMIT_SECONDS:.0f} s for {LIMIT_EVENTS:,}", flush=True)
    return {"events": events, "zip_mb": round(size / 1e6, 1), "bundle": made, "verification": checked}


def run(command: list[str], keeper: Any) -> dict[str, float]:
    """Wall and processor seconds of a process of its own, and the most memory it ever held."""
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, *command], cwd=ROOT, stdout=subprocess.DEVNULL)
    memory = 0.0
    while True:
        memory = max(memory, _peak(process.pid))
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        if keeper:
            keeper.drain()
        time.sleep(0.05)
    if status:
        raise SystemExit(f"{' '.join(command)} failed")
    return {"seconds": round(time.monotonic() - began, 2), "cpu": round(usage.ru_utime + usage.ru_stime, 2), "memory_mb": round(memory, 1)}


def _peak(pid: int) -> float:
    """The high-water mark of a process in megabytes; zero once it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


if __name__ == "__main__":
    main()
