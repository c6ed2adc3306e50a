"""One run: fill, serve, measure each operation beside bare and floor, print the table."""

import json
import os
from argparse import Namespace
from contextlib import ExitStack
from datetime import UTC, datetime
from statistics import quantiles
from typing import Any

from tqdm import tqdm

from benchmarks import fill, server
from benchmarks.bare import Bare, own
from benchmarks.operations import Operation, Request, operations
from benchmarks.place import place
from clinic.history.context import Context, acting

WARM_UP = 20
RECORDED = 40
DENTIST = "bench0"
HEAD = ("operation", "p50", "p95", "bare", "floor", "budget p50", "budget p95", "queries", "")


def run(arguments: Namespace) -> None:
    """Everything, and the JSON file when asked for."""
    with acting(Context(actor="system:benchmark", actor_name="benchmark", actor_role="system", purpose="operation")):
        here = place()
        fill.fill(here, patients=arguments.patients, treated=arguments.treated, years=arguments.years)
        turns = arguments.times + WARM_UP
        wanted = operations(here, patients=arguments.patients, treated=arguments.treated, years=arguments.years, times=turns)
        results = _measure([one for one in wanted if arguments.only in one.name], turns)
    report = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "patients": arguments.patients,
        "treated": arguments.treated,
        "years": arguments.years,
        "times": arguments.times,
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "operations": results,
    }
    print(f"\n{report['at']}, {report['patients']} patients, {report['years']} years, {report['cores']} cores, load {report['load']}; milliseconds\n")
    print(table(results))
    if arguments.json:
        arguments.json.write_text(json.dumps(report, ensure_ascii=False, indent=1))


def table(results: list[dict[str, Any]]) -> str:
    """A table for people, in Markdown."""
    rows = [
        [str(result[name]) for name in ("name", "p50", "p95", "bare", "floor", "budget_p50", "budget_p95", "queries", "verdict")]
        for result in results
    ]
    rows.insert(0, list(HEAD))
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    rows.insert(1, ["-" * width for width in widths])
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows)


def _measure(wanted: list[Operation], turns: int) -> list[dict[str, Any]]:
    with ExitStack() as stack:
        address = stack.enter_context(server.serving("clinic.wsgi:application", "benchmarks.settings"))
        below = stack.enter_context(server.serving("benchmarks.floor_wsgi:application", "benchmarks.floor_settings"))
        client, floor = server.Browser(address), server.Browser(below)
        client.log_in(DENTIST)
        bare = Bare(client.cookies)
        return [_measure_one(operation, turns, client, floor, bare) for operation in tqdm(wanted, desc="operations")]


def _measure_one(operation: Operation, turns: int, client: server.Browser, floor: server.Browser, bare: Bare) -> dict[str, Any]:
    """Product, bare and floor take turns, so that all three see the same machine."""
    plain = Request(f"/patients/{fill.patient_key(1)}")
    known = [] if operation.is_write else [bare.record(operation.request(turn)) for turn in range(min(turns, RECORDED))]
    seconds = []
    for turn in range(turns):
        recorded = known[turn % RECORDED] if known else bare.record(operation.request(turns + turn))
        seconds.append((client.ask(operation.request(turn)), bare.replay(own(recorded), is_write=operation.is_write), floor.ask(plain)))
    product, alone, empty = (sorted(column[WARM_UP:]) for column in zip(*seconds, strict=True))
    return _judge(operation.name, product, alone, empty, len(recorded))


def _judge(name: str, product: list[float], alone: list[float], empty: list[float], counted: int) -> dict[str, Any]:
    p50, p95 = _middle(product)
    bare, floor = _middle(alone)[0], _middle(empty)[0]
    budget = 3 * bare + 4 * floor
    verdict = "within" if p50 <= budget and p95 <= 2 * budget else "OVER"
    figures = {"p50": p50, "p95": p95, "bare": bare, "floor": floor, "budget_p50": budget, "budget_p95": 2 * budget}
    return {"name": name, **{key: round(value * 1000, 2) for key, value in figures.items()}, "queries": counted, "verdict": verdict}


def _middle(seconds: list[float]) -> tuple[float, float]:
    """p50 and p95."""
    cuts = quantiles(seconds, n=20) if len(seconds) > 1 else seconds * 19
    return cuts[9], cuts[18]
