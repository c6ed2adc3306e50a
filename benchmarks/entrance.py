"""The way into a benchmark's own database: its environment first, then the server, then Django."""

import importlib
import os
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent


def enter(name: str) -> None:
    """Use the local database `name` in `CLINIC_BENCH_DATA`, else in `.local/bench`; migrate and found it when it is new."""
    folder = Path(os.environ.get("CLINIC_BENCH_DATA") or ROOT / ".local" / "bench") / name
    os.environ |= {
        "CLINIC_DATA": str(folder),
        "BREAK_GLASS": "branches",
        "CLINIC_PROCESS_ACTOR": "system:benchmark",
        "LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "DEBUG": "false",
        "SECRET_KEY": "a-key-for-the-benchmark-only-that-nobody-else-ever-uses",
        "ALLOWED_HOSTS": "127.0.0.1",
        "POSTGRES_SETTINGS": os.environ.get("POSTGRES_SETTINGS", "shared_buffers=512MB"),
    }
    for elsewhere in ("DATABASE_URL", "DATABASE_URL_FILE", "HISTORY_KEY_PATH"):
        os.environ.pop(elsewhere, None)
    importlib.import_module("benchmarks.clinic").prepare()
    django.setup()
