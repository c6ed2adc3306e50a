"""`python -m benchmarks.growth 20000-5 200000-5 1000000-5`: the same request to clinics of several sizes in turns, so that all see the same machine.

The clinics are filled by `python -m benchmarks` before. Flat is at most twice the time of the first.
"""

import argparse
import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from benchmarks.entrance import ROOT, enter

WARM_UP = 10
PHONES = "search: a phone"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description="Measure how searches and the list grow with the clinic.")
    parser.add_argument("clinics", nargs="+", help="folders of filled clinics, the smallest first")
    parser.add_argument("--times", type=int, default=60, help="measured requests of each (default 60)")
    parser.add_argument("--only", default="", help="measure only requests whose name contains this")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path, help="write the figures into this file too")
    arguments = parser.parse_args()
    enter(arguments.clinics[0])
    if arguments.serve:
        _serve()
    else:
        _compare(arguments)


def _serve() -> None:
    """Serve this clinic until the line ends; its address goes out first."""
    from benchmarks import server  # noqa: PLC0415 - needs the environment that `enter` made

    with server.serving("clinic.wsgi:application", "benchmarks.settings") as address:
        print(address, flush=True)
        sys.stdin.read()


def _compare(arguments: argparse.Namespace) -> None:
    from benchmarks import server  # noqa: PLC0415 - needs the environment that `enter` made
    from benchmarks.operations import SEARCHES, Request, phone_part, query  # noqa: PLC0415

    requests = {f"search: {text}": lambda _turn, text=text: Request(query("/api/v1/patients", q=text)) for text in SEARCHES}
    requests |= {
        PHONES: lambda turn: Request(query("/api/v1/patients", q=phone_part(turn))),
        "list of patients, page": lambda _turn: Request("/patients/"),
    }
    with ExitStack() as stack:
        browsers = [server.Browser(_started(stack, clinic)) for clinic in arguments.clinics]
        for browser in browsers:
            browser.log_in("bench0")
        rows = {}
        for name, request in ((name, request) for name, request in requests.items() if arguments.only in name):
            turns = [[browser.ask(request(turn)) for browser in browsers] for turn in range(WARM_UP + arguments.times)][WARM_UP:]
            rows[name] = [round(median(column) * 1000, 2) for column in zip(*turns, strict=True)]
    print(f"\np50 in milliseconds, {arguments.times} turns, load {os.getloadavg()[0]:.1f}\n")
    print("| request | " + " | ".join(arguments.clinics) + " | growth |\n" + "| --- " * (len(arguments.clinics) + 2) + "|")
    for name, figures in rows.items():
        print(f"| {name} | " + " | ".join(map(str, figures)) + f" | {max(figures) / figures[0]:.2f} |")
    if arguments.json:
        report = {"clinics": arguments.clinics, "load": round(os.getloadavg()[0], 1), "p50": rows}
        arguments.json.write_text(json.dumps(report, ensure_ascii=False, indent=1))


def _started(stack: ExitStack, clinic: str) -> str:
    command = [sys.executable, "-m", "benchmarks.growth", "--serve", clinic]
    served = stack.enter_context(subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
    if served.stdin is None or served.stdout is None:
        raise AssertionError(clinic)
    stack.callback(served.stdin.close)
    for line in served.stdout:
        if line.startswith("127.0.0.1:"):
            return line.strip()
    raise AssertionError(f"{clinic} is not served")


if __name__ == "__main__":
    main()
