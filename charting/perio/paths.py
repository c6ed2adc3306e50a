"""A person's own order of measuring: runs of teeth along one side, one after the other. Pure.

A run is written in three letters: the part of the mouth (`U` upper arch, `L` lower arch, `1`-`4` a quadrant as the patient has it), the side
(`V` vestibular, `L` lingual or palatal), and the way (`>` from the patient's right to the left, `<` back). `UV>` is the upper arch,
vestibular, from the right.
"""

from collections.abc import Sequence

QUADRANTS = {"U": "12", "L": "34", "1": "1", "2": "2", "3": "3", "4": "4"}
SIDES, WAYS = "VL", "<>"
RUNS = tuple(part + side + way for part in QUADRANTS for side in SIDES for way in WAYS)
MOST_RUNS = len("1234") * len(SIDES)


def passed_by(run: str) -> set[str]:
    """The sides of quadrants that a run passes: `UV>` passes `1V` and `2V`."""
    return {quadrant + run[1] for quadrant in QUADRANTS[run[0]]}


def problem_of(runs: Sequence[str]) -> tuple[str, str]:
    """What is wrong with an order of runs, and which run it is: `no_such_run`, `run_twice`, or two empty strings. A side may be left out."""
    passed: set[str] = set()
    for run in runs:
        if run not in RUNS:
            return "no_such_run", run
        if passed & passed_by(run):
            return "run_twice", run
        passed |= passed_by(run)
    return "", ""
