"""Exams and readings for the periodontal tests."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from charting.perio import actions, rules
from charting.perio.actions import Sent
from charting.perio.figures import ToothReading
from charting.perio.models import PerioExam
from tests.charting.factories import NOW, patient_petrov
from tests.staff.factories import dr_orlova

Six = tuple[int | None, int | None, int | None, int | None, int | None, int | None]


def reading(
    tooth: int,
    depths: Six = (2, 2, 2, 2, 2, 2),
    margins: Six = (-2, -2, -2, -2, -2, -2),
    *,
    bleeding: str = "",
    calculus: str = "",
    mobility: int | None = None,
    furcations: Mapping[str, int | None] | None = None,
    is_implant: bool = False,
) -> ToothReading:
    """A tooth's reading; sites in the order of `rules.SITES`, flags as `MV V`."""
    flags = {"bleeding": frozenset(bleeding.split()), "calculus": frozenset(calculus.split())}
    return ToothReading(
        tooth,
        dict(zip(rules.SITES, depths, strict=True)),
        dict(zip(rules.SITES, margins, strict=True)),
        flags,
        mobility,
        furcations or {},
        is_implant=is_implant,
    )


def make_exam(*, days_ago: int = 0) -> PerioExam:
    return actions.begin_exam(patient=patient_petrov(), actor=dr_orlova(), at=NOW - timedelta(days=days_ago))


def measure(exam: PerioExam, *entries: tuple[int, str, str, rules.Value]) -> list[actions.Clash]:
    return actions.record_entries(exam=exam, entries=[Sent(rules.Entry(*entry)) for entry in entries], actor=dr_orlova())


def close(exam: PerioExam, at: datetime = NOW) -> PerioExam:
    return actions.close_exam(exam=exam, version=exam.version, actor=dr_orlova(), at=at)
