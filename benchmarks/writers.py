"""`python -m benchmarks.writers`: what history costs those who write, beside no history and stock simple-history, and beside the sequencer."""

import argparse
import importlib
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.entrance import ROOT, enter

LIMITS = {"save": 1.5, "sequencer": 0.9}
WORK = 0.010
WRITERS = (1, 4, 8)
ROUNDS = 3
PLAIN = "plain"
TEXT = "Жалобы на боль, осмотр, лечение под анестезией; прикус без особенностей, слизистая бледно-розовая. " * 4
STANDS = "SELECT to_regclass('benchmarks_noteours') IS NOT NULL"
UNSEALED = "SELECT count(*) FROM history.event e WHERE NOT EXISTS (SELECT FROM history.leaf l WHERE l.event_id = e.id)"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.writers", description="Measure what history costs those who write.")
    parser.add_argument("--times", type=int, default=600, help="measured saves of each kind (default 600)")
    parser.add_argument("--seconds", type=float, default=6, help="how long the writers of each cell write (default 6)")
    parser.add_argument("--json", type=Path, help="write the figures into this file too")
    arguments = parser.parse_args()
    enter("history-writers")
    prepare()
    report = {"load": round(os.getloadavg()[0], 1), "saves": saves(arguments.times), "throughput": throughput(arguments.seconds)}
    if arguments.json:
        arguments.json.write_text(json.dumps(report, ensure_ascii=False, indent=1))


def prepare() -> None:
    """Three tables of notes; ours with the triggers that a migration would install. Stock and none use Django's own backend, without our context."""
    django_db, models = importlib.import_module("django.db"), installed()
    capture = importlib.import_module("clinic.history.capture")
    settings = django_db.connections.settings
    settings[PLAIN] = {**settings["default"], "ENGINE": "django.db.backends.postgresql"}
    kinds = (models.NoteWithout, models.NoteStock, models.NoteStock.history.model, models.NoteOurs, models.NoteOurs.history.model)
    with admin() as connection:
        if connection.execute(STANDS).fetchone()[0]:
            return
        with django_db.connection.schema_editor(collect_sql=True) as editor:
            for kind in kinds:
                editor.create_model(kind)
        with connection.transaction():
            connection.execute("SELECT set_config('app.actor', 'system:benchmark', true)")
            connection.execute("SET LOCAL ROLE clinic_owner")
            connection.execute("".join(editor.collected_sql))
            for statement in capture.install_sql(models.NoteOurs, models.NoteOurs.history.model, deletable=False, excluded=()):
                connection.execute(statement)


def installed() -> Any:
    """The models of notes, as those of an installed app; no other process of the clinic knows them."""
    apps = importlib.import_module("django.apps")
    config = apps.AppConfig.create("benchmarks")
    config.apps = apps.apps
    apps.apps.app_configs[config.label] = config
    config.import_models()
    return config.models_module


def admin() -> Any:
    psycopg, local = importlib.import_module("psycopg"), importlib.import_module("clinic.local_postgres")
    return psycopg.connect(local.url_for("postgres", local.DATABASE), autocommit=True)


def saves(times: int) -> dict[str, Any]:
    """New and changed notes, one transaction each; the three kinds take turns, so that they see the same machine."""
    models = importlib.import_module("benchmarks.models")
    kinds = {"no history": (models.NoteWithout, PLAIN), "simple-history": (models.NoteStock, PLAIN), "ours": (models.NoteOurs, "default")}
    found: dict[str, dict[str, list[float]]] = {"insert": {name: [] for name in kinds}, "update": {name: [] for name in kinds}}
    for turn in range(times + 20):
        for name, (kind, alias) in kinds.items():
            note = kind(treatment=TEXT)
            found["insert"][name].append(save(note, alias))
            note.treatment = f"{TEXT}{turn}"
            found["update"][name].append(save(note, alias))
    report = {}
    for verb, columns in found.items():
        p50 = {name: statistics.median(column[20:]) for name, column in columns.items()}
        ratio, stock = p50["ours"] / p50["no history"], p50["simple-history"] / p50["no history"]
        verdict = "holds" if ratio <= LIMITS["save"] and ratio < stock else "MISSES"
        print(f"{verb}: " + ", ".join(f"{name} {value:.2f} ms" for name, value in p50.items()))
        print(f"  ours {ratio:.2f} x no history ({verdict} {LIMITS['save']} and below stock), stock {stock:.2f} x", flush=True)
        report[verb] = {name: round(value, 3) for name, value in p50.items()} | {"ratio": round(ratio, 2), "stock_ratio": round(stock, 2)}
    return report


def save(note: Any, alias: str) -> float:
    """Milliseconds of one save in a transaction of its own."""
    transaction = importlib.import_module("django.db").transaction
    began = time.perf_counter()
    with transaction.atomic(using=alias):
        note.save(using=alias)
    return (time.perf_counter() - began) * 1000


def throughput(seconds: float) -> dict[str, Any]:
    """Transactions a second with the sequencer and without, in turns; the median round of each counts."""
    report = {}
    for writers in WRITERS:
        rounds: dict[bool, list[float]] = {True: [], False: []}
        for _round in range(ROUNDS):
            rounds[False].append(written(writers, seconds))
            with sequencing():
                rounds[True].append(written(writers, seconds))
        alone, beside = statistics.median(rounds[False]), statistics.median(rounds[True])
        verdict = "holds" if beside / alone >= LIMITS["sequencer"] else "MISSES"
        told = f"{writers} writers: {alone:.0f} a second alone, {beside:.0f} beside the sequencer"
        print(f"{told}: {beside / alone:.2f} ({verdict} {LIMITS['sequencer']})", flush=True)
        report[str(writers)] = {"alone": round(alone, 1), "beside": round(beside, 1), "ratio": round(beside / alone, 3)}
    return report


def written(writers: int, seconds: float) -> float:
    """Each writer has a note of its own, and ten milliseconds of other work in every transaction."""
    counts, until = [0] * writers, time.perf_counter() + seconds
    threads = [threading.Thread(target=_write, args=(counts, number, until)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def _write(counts: list[int], number: int, until: float) -> None:
    django_db, models = importlib.import_module("django.db"), importlib.import_module("benchmarks.models")
    note = models.NoteOurs(treatment=TEXT)
    save(note, "default")
    while time.perf_counter() < until:
        with django_db.transaction.atomic():
            time.sleep(WORK)
            note.treatment = f"{TEXT}{counts[number]}"
            note.save()
        counts[number] += 1
    django_db.connection.close()


@contextmanager
def sequencing() -> Iterator[None]:
    """The sequencer as `bin/run` starts it; it has sealed what was there before the writers begin."""
    command = [sys.executable, "manage.py"]
    subprocess.run([*command, "history_key", "create", "--if-none"], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    process = subprocess.Popen([*command, "history_sequencer"], cwd=ROOT)
    try:
        with admin() as connection:
            while connection.execute(UNSEALED).fetchone()[0] > 0:
                time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait(20)


if __name__ == "__main__":
    main()
