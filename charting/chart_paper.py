"""The chart on paper, in a language: each tooth in words, the caries index, the signs; teeth by FDI, as on every paper."""

from dataclasses import asdict
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from charting import canals, catalogue, mucosa, notation, replay, story
from charting.queries import Chart
from clinic.patients.models import Patient
from clinic.staff.models import Notation


def facts(chart: Chart, patient: Patient, language: str) -> dict[str, Any]:
    """What holds in the mouth at the chart's instant, by tooth."""
    zone = patient.branch.time_zone
    with translation.override(language), timezone.override(zone), notation.shown_in(Notation.FDI):
        rows = [_row(entry) for entry in sorted(filter(lambda entry: entry.is_current, story.entries_of(chart)), key=_place)]
        indexes = [(_("DMFT"), replay.caries_index(chart.mouth)), (_("dmft of primary teeth"), replay.caries_index(chart.mouth, primary=True))]
        return {
            "rows": rows,
            "indexes": [_index(name, found) for name, found in indexes if found.total or name == _("DMFT")],
            "mucosa": [asdict(region) for region in mucosa.regions_of(chart)],
            "canals": [canals.row(record) for record in chart.canals],
            "signs": _own_signs(chart),
        }


def _own_signs(chart: Chart) -> list[dict[str, str]]:
    """What the clinic draws in its own colour or with its own symbol, of all that is drawn here."""
    drawn = {f"{'finding' if mark.layer == 'condition' else 'effect'}:{mark.what}" for mark in chart.mouth.marks}
    own = [(subject, chart.signs[subject].look) for subject in sorted(drawn) if subject in chart.signs and chart.signs[subject].look]
    return [{"name": str(catalogue.SUBJECTS[subject]), **look} for subject, look in own]


def _index(name: str, found: replay.CariesIndex) -> dict[str, Any]:
    return {"name": name, "total": found.total, "parts": f"{found.decayed} / {found.missing} / {found.filled}"}


def _place(entry: story.Entry) -> tuple[int, object, str]:
    return min(entry.teeth, default=0), entry.at, entry.id


def _row(entry: story.Entry) -> dict[str, str]:
    what = "; ".join(filter(None, [entry.title, entry.about, *entry.diagnoses, entry.note]))
    return {"place": entry.part or _("the whole mouth"), "what": what, "state": entry.state_label, "who": entry.meta, "layer": entry.layer}
