"""`python -m benchmarks`: fill a clinic of its own, serve it, measure it, print a table. See benchmarks/README.md."""

import argparse
import importlib
from pathlib import Path

from benchmarks.entrance import enter


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
    enter(f"{arguments.patients}-{arguments.years}")
    importlib.import_module("benchmarks.run").run(arguments)


if __name__ == "__main__":
    main()
