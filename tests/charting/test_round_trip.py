"""Every finding that may stand on a tooth comes back as it was given: from the API, in words, on paper and in history."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from pypdf import PdfReader

from charting import actions, details, finding_words, rules, sites, teeth, words
from charting.models import Finding, FindingKind
from clinic.history.models import Event
from clinic.patients.models import Patient
from tests.charting.factories import NOW, patient_petrov
from tests.staff.factories import dr_orlova, log_in, make_branch

pytestmark = pytest.mark.django_db
DRAWN = ("severity", "tooth", "surfaces", "direction", "amount")


def surfaces_for(kind: str, tooth: int, place: int) -> list[str]:
    """One surface, another one on each tooth, so that all of them occur."""
    own = teeth.TEETH[tooth].surfaces
    return [own[place % len(own)]] if kind in rules.ON_SURFACES else []


def detail_for(kind: str, tooth: int, place: int) -> dict[str, Any]:
    """A degree, a direction, an amount and a date, other ones on each tooth, so that all of them occur together."""
    degrees = rules.SEVERITIES.get(kind, ("",)) + (("",) if kind == details.ELECTRIC else ())
    degrees = tuple(degree for degree in degrees if degree != "shed" or tooth in teeth.PRIMARY)
    directions, scale = details.DIRECTIONS.get(kind, ("",)), details.AMOUNTS.get(kind)
    severity = degrees[place % len(degrees)]
    is_measured = scale and (details.needs_amount(kind, severity) or (kind != details.ELECTRIC and place % 3))
    amount = scale.least + place % (scale.most - scale.least + 1) if scale and is_measured else None
    since = ("", "2015", "2015-06", "2015-06-03")[place % 4] if kind in details.DATED and severity != "agenesis" else ""
    return {"severity": severity, "direction": directions[place // len(degrees) % len(directions)], "amount": amount, "since": since}


def paper_of(dentist: Client, patient: Patient) -> str:
    """The card as a PDF, its text in one line."""
    answer = dentist.get(f"/patients/{patient.pk}/card/card.pdf")
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages).split())


@pytest.mark.parametrize("kind", [kind for kind in FindingKind.values if kind not in sites.OF_MOUTH])
def test_every_finding_on_every_tooth(kind: str) -> None:
    round_trip(kind, teeth.SUPERNUMERARY if kind == "supernumerary" else teeth.ALL)


OF_TEETH = [kind for kind in FindingKind.values if kind not in ("supernumerary", *sites.OF_MOUTH)]


@pytest.mark.parametrize("kind", [*OF_TEETH[::5], *(pytest.param(kind, marks=pytest.mark.soak) for kind in OF_TEETH if kind not in OF_TEETH[::5])])
def test_every_finding_on_supernumerary_teeth(kind: str) -> None:
    """Once they were found, whatever a tooth can have is found of them too."""
    numbers = teeth.SUPERNUMERARY[::5]
    for number in numbers:
        actions.record_finding(patient=patient_petrov(), kind="supernumerary", tooth=number, direction="distal", actor=dr_orlova(), at=NOW)
    round_trip(kind, numbers)


def round_trip(kind: str, numbers: tuple[int, ...]) -> None:
    dentist, patient = log_in(dr_orlova(make_branch())), patient_petrov()
    given: dict[int, dict[str, Any]] = {
        tooth: {"kind": kind, "tooth": tooth, "surfaces": surfaces_for(kind, tooth, place), **detail_for(kind, tooth, place)}
        for place, tooth in enumerate(numbers)
    }
    for body in given.values():
        answer = dentist.post(f"/api/v1/patients/{patient.pk}/findings", body, content_type="application/json")
        assert answer.status_code == 201, answer.content
    chart = dentist.get(f"/api/v1/patients/{patient.pk}/chart").json()
    drawn = {mark["tooth"]: {name: mark[name] for name in DRAWN} for mark in chart["marks"] if mark["what"] == kind}
    assert drawn == {tooth: {name: body[name] for name in DRAWN} for tooth, body in given.items()}
    places = [words.part_names(tooth=tooth, surfaces=body["surfaces"]) for tooth, body in given.items()]
    told = {entry["id"]: entry["part"] for entry in chart["entries"]}
    sources = [mark["source"] for mark in chart["marks"] if mark["what"] == kind]
    assert sorted(told[source] for source in sources) == sorted(places)
    paper = paper_of(dentist, patient)
    assert [place for place in places if f"{place}: " not in paper] == []
    kept = [body for event in Event.objects.filter(tbl=Finding._meta.db_table, op="I") if (body := event.body or {})["kind"] == kind]
    assert {body["tooth"]: {name: body[name] for name in ("kind", "since", *DRAWN)} for body in kept} == given


@pytest.mark.parametrize("kind", sites.OF_MOUTH)
def test_every_finding_of_the_mouth_at_every_place(kind: str) -> None:
    dentist, patient = log_in(dr_orlova(make_branch())), patient_petrov()
    given = {
        site: {"kind": kind, "site": site, **detail_for(kind, 11, place)} | ({"amount": place - 1} if kind in sites.MEASURED else {})
        for place, site in enumerate(sites.SITES.get(kind, ("",)), start=1)
        if place == 1 or kind not in sites.SHIFTS
    }
    for body in given.values():
        answer = dentist.post(f"/api/v1/patients/{patient.pk}/findings", body, content_type="application/json")
        assert answer.status_code == 201, answer.content
    chart = dentist.get(f"/api/v1/patients/{patient.pk}/chart").json()
    drawn = {mark["site"]: {name: mark[name] for name in ("severity", "amount")} for mark in chart["marks"] if mark["what"] == kind}
    assert drawn == {site: {name: body[name] for name in ("severity", "amount")} for site, body in given.items()}
    assert all(mark["tooth"] is None for mark in chart["marks"])
    places = [str(finding_words.SITE_NAMES[site]) if site else "" for site in given]
    assert sorted(entry["part"] for entry in chart["entries"]) == sorted(places)
    paper = paper_of(dentist, patient).lower()
    assert [place for place in russian(given) if place.lower() not in paper] == []
    kept = [event.body or {} for event in Event.objects.filter(tbl=Finding._meta.db_table, op="I")]
    assert sorted(body["site"] for body in kept) == sorted(given)


def russian(places: Iterable[str]) -> list[str]:
    with translation.override("ru"):
        return [str(finding_words.SITE_NAMES[place]) for place in places if place]
