"""Findings of the mucosa, the jaw joints and the bite: at a place that is no tooth, measured where they are nothing without a number."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from charting import actions, queries, sites, story
from charting.finding_words import SITE_NAMES
from charting.models import Finding, FindingKind, PaletteFavourite
from charting.palette import ON_MAP, favourites, palette
from clinic.lib.errors import InvalidInput, NotAllowed
from clinic.staff.roles import Role
from tests.charting.factories import NOW, patient_petrov
from tests.staff.factories import dr_orlova, make_user

pytestmark = pytest.mark.django_db


def found(kind: str, site: str = "", *, days_ago: int = 0, **told: Any) -> Finding:
    at = NOW - timedelta(days=days_ago)
    return actions.record_finding(patient=patient_petrov(), kind=kind, site=site, actor=dr_orlova(), at=at, **told)


def told(days_ago: int = 0) -> list[str]:
    entries = story.entries_of(queries.chart_at(patient_petrov(), NOW - timedelta(days=days_ago)))
    return [f"{entry.part}: {entry.title}" for entry in entries if entry.is_current]


@pytest.mark.parametrize(
    ("kind", "site", "details", "message"),
    [
        ("ulcer", "", {}, "Say where in the mouth it is"),
        ("ulcer", "nose", {}, "“nose” is no place"),
        ("ulcer", "right", {}, "“right” is no place"),
        ("ulcer", "uvula", {"tooth": 16}, "leave the tooth out"),
        ("ulcer", "uvula", {"amount": 120}, "from 1 to 99 mm"),
        ("caries", "uvula", {"tooth": 16}, "“uvula” is no place"),
        ("overjet", "", {}, "Say how much it is, in mm"),
        ("overjet", "", {"amount": 40}, "from -15 to 20 mm"),
        ("limited_opening", "", {}, "Say how much it is, in mm"),
        ("angle_class", "right", {}, "Say the class"),
        ("angle_class", "right", {"severity": "IV"}, "is no degree"),
    ],
)
def test_what_cannot_be_is_refused_in_words(kind: str, site: str, details: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        found(kind, site, **details)


def test_what_was_found_later_holds_and_what_adds_up_stays() -> None:
    found("overjet", amount=6, days_ago=5)
    found("angle_class", "right", severity="II1", days_ago=5)
    found("angle_class", "left", severity="I", days_ago=5)
    found("midline_shift", "left", amount=2, days_ago=5)
    found("ulcer", "cheek_right", amount=5, days_ago=5)
    found("overjet", amount=3)
    found("angle_class", "right", severity="I")
    found("midline_shift", "right", amount=1)
    found("ulcer", "cheek_right", amount=2)
    assert ": overjet, 6 mm" in told(days_ago=4)
    now = told()
    assert now == [
        "on the left: Angle class, I",
        "right cheek: ulcer, 5 mm",
        ": overjet, 3 mm",
        "on the right: Angle class, I",
        "on the right: shift of the midline, 1 mm",
        "right cheek: ulcer, 2 mm",
    ]


def test_it_is_settled_and_taken_back_like_any_finding() -> None:
    ulcer = found("ulcer", "tongue_left", days_ago=5)
    actions.resolve_finding(finding=ulcer, actor=dr_orlova(), at=NOW - timedelta(days=2))
    assert (told(days_ago=3), told()) == (["left edge of the tongue: ulcer"], [])
    actions.mark_in_error(finding=found("ulcer", "uvula", days_ago=1), actor=dr_orlova(), at=NOW, reason="Не тот пациент")
    assert told() == []


def test_only_who_charts_finds() -> None:
    with pytest.raises(NotAllowed):
        actions.record_finding(patient=patient_petrov(), kind="ulcer", site="uvula", actor=make_user(Role.ACCOUNTANT), at=NOW)


def test_the_database_knows_the_places() -> None:
    ulcer = found("ulcer", "uvula")
    for change in ("site = ''", "site = 'right'", "site = 'nose'", "tooth = 16", "amount = 0", "kind = 'overjet'", "kind = 'caries', tooth = 16"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE charting_finding SET {change} WHERE id = %s", [ulcer.pk])
    overjet = found("overjet", amount=-2)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE charting_finding SET amount = NULL WHERE id = %s", [overjet.pk])


@pytest.mark.parametrize("language", ["en", "ru", "fr"])
def test_the_mucosa_is_typed_by_codes_and_has_digits_of_its_own(language: str) -> None:
    with translation.override(language):
        shown = palette()
    lesions = {entry.kind: entry for entry in shown.entries if entry.scope == "mucosa"}
    assert tuple(lesions) == tuple(kind for kind in FindingKind.values if kind in sites.LESIONS)
    assert all(entry.typed and not entry.site and entry.key == f"finding:{kind}" for kind, entry in lesions.items())
    assert [shown.favourites[slot] for slot in ON_MAP][:2] == ["finding:ulcer", "finding:erosion"]
    assert {shown.favourites[slot] for slot in ON_MAP} <= {entry.key for entry in lesions.values()}


def test_the_digits_of_the_map_and_of_the_teeth_do_not_touch_each_other() -> None:
    actions.set_favourite(slot=5, entry="finding:ulcer", actor=dr_orlova())
    assert (favourites()[5], favourites()[11]) == ("finding:ulcer", "finding:ulcer")
    actions.set_favourite(slot=12, entry="finding:ulcer", actor=dr_orlova())
    assert (favourites()[5], favourites()[11], favourites()[12]) == ("finding:ulcer", "finding:erosion", "finding:ulcer")
    actions.set_favourite(slot=13, entry="", actor=dr_orlova())
    assert 13 not in favourites()
    for slot, entry in ((11, "finding:caries:deep"), (10, "finding:ulcer"), (20, "finding:ulcer"), (0, "")):
        with pytest.raises(InvalidInput):
            actions.set_favourite(slot=slot, entry=entry, actor=dr_orlova())
    with pytest.raises(IntegrityError), transaction.atomic():
        PaletteFavourite.objects.create(slot=10, entry="finding:ulcer")


def test_every_place_of_the_map_has_a_region_and_a_name() -> None:
    assert set(SITE_NAMES) == {place for places in sites.SITES.values() for place in places}
    drawn = Path("charting/static/charting/js/mucosa-map.js").read_text(encoding="utf-8")
    assert sorted(re.findall(r'^  \["(\w+)", ', drawn, re.MULTILINE)) == sorted(sites.MUCOSA)
