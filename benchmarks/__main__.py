"""`python -m benchmarks`: fill a clinic of its own, serve it, measure it, print a table. See benchmarks/README.md."""

import argparse
import importlib
import os
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the clinic against its budget, over HTTP.")
    parser.add_argument("--patients", type=int, default=200_000, help="how many patients (default 200000)")
    parser.add_argument("--years", type=int, default=5, help="years of appointments on four chairs (default 5)")
    parser.add_argument("--treated", type=int, help="how many patients were treated (default one in eight)")
    parser.add_argument("--times", type=int, default=300, help="measured requests of each operation (default 300)")
    parser.add_argument("--only", default="", help="measure only operations whose name contains this")
    parser.add_argument("--json", type=Path, help="write the figures into this file too")
    arguments = parser.parse_args()
    arguments.treated = arguments.treated or arguments.patients // 8
    folder = Path(os.environ.get("CLINIC_BENCH_DATA") or ROOT / ".local" / "bench") / f"{arguments.patients}-{arguments.years}"
    os.environ |= {
        "CLINIC_DATA": str(folder),
        "CLINIC_PROCESS_ACTOR": "system:benchmark",
        "LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "DEBUG": "false",
        "SECRET_KEY": "a-key-for-the-benchmark-only-that-nobody-else-ever-uses",
        "ALLOWED_HOSTS": "127.0.0.1",
        "POSTGRES_SETTINGS": os.environ.get("POSTGRES_SETTINGS", "shared_buffers=512MB"),
    }
    for name in ("DATABASE_URL", "DATABASE_URL_FILE"):
        os.environ.pop(name, None)
    importlib.import_module("benchmarks.clinic").prepare()
    django.setup()
    importlib.import_module("benchmarks.run").run(arguments)


if __name__ == "__main__":
    main()
