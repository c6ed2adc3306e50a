"""Periodontal exams of the demo's patients: six sites of every tooth, better at each next exam."""

from datetime import datetime, timedelta

from django.db import transaction

from charting import teeth
from charting.perio import actions, rules
from charting.perio.actions import Sent
from clinic.demo.visits import Scene
from clinic.patients.models import Patient


@transaction.atomic
def examine(scene: Scene, patient: Patient, at: datetime, *, healed: int) -> None:
    """One closed exam; `healed` millimetres of each pocket are gone since the first."""
    dentist = scene.dentist_of(patient)
    exam = actions.begin_exam(patient=patient, actor=dentist, at=at)
    entries = [entry for tooth in teeth.PERMANENT if tooth not in exam.absent for entry in _tooth(scene, tooth, healed)]
    for start in range(0, len(entries), actions.MOST_ENTRIES):
        actions.record_entries(exam=exam, entries=entries[start : start + actions.MOST_ENTRIES], actor=dentist)
    actions.close_exam(exam=exam, version=exam.version, actor=dentist, at=at + timedelta(minutes=20))


def _tooth(scene: Scene, tooth: int, healed: int) -> list[Sent]:
    """Deeper between molars, where most pockets are; what is deep bleeds."""
    entries = []
    is_molar = tooth % 10 > 5
    for site in rules.SITES:
        deep = scene.random.choice((1, 2, 3, 4) if is_molar and site in rules.INTERDENTAL else (0, 0, 0, 1))
        depth = max(2 + deep - healed, 1)
        entries += [_entry(tooth, "depth", site, depth), _entry(tooth, "margin", site, scene.random.choice((-2, -1, 0)) + (deep > 2))]
        if depth > 3 or scene.random.random() < 0.06:
            entries.append(_entry(tooth, "bleeding", site, value=True))
        if scene.random.random() < 0.15:
            entries.append(_entry(tooth, "plaque", site, value=True))
    return entries


def _entry(tooth: int, measure: str, site: str, value: rules.Value) -> Sent:
    return Sent(rules.Entry(tooth, measure, site, value))
