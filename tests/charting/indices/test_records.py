"""Indices as records: kept once, refused in words, frozen, followed over time; by pages and API."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from charting import actions as charting
from charting.indices import actions, queries, rules
from charting.indices.models import OralIndex
from charting.perio.figures import SEXTANTS
from clinic.history.models import Event
from clinic.lib.errors import InvalidInput, KeyTaken, NotAllowed
from clinic.lib.ids import uuid7
from clinic.staff.roles import Role
from tests.charting.factories import NOW, make_finding, patient_petrov, petrova
from tests.staff.factories import dr_orlova, log_in, make_user

pytestmark = pytest.mark.django_db
JSON = "application/json"
HEALTHY = dict.fromkeys(SEXTANTS, "0")
SICK = {**HEALTHY, "17-14": "3", "24-27": "4*"}


def keep(kind: str = "bpe", scores: rules.Scores = HEALTHY, *, days_ago: int = 0) -> OralIndex:
    return actions.record_index(patient=patient_petrov(), kind=kind, scores=scores, actor=dr_orlova(), at=NOW - timedelta(days=days_ago))


def test_a_key_makes_one_record() -> None:
    key = uuid7()
    sent: dict[str, Any] = {"kind": "bpe", "scores": SICK, "actor": dr_orlova(), "at": NOW, "id": key}
    first = actions.record_index(patient=patient_petrov(), **sent)
    assert actions.record_index(patient=patient_petrov(), **sent).pk == first.pk
    for other in ({**sent, "scores": HEALTHY}, {**sent, "kind": "pma"}):
        with pytest.raises(KeyTaken):
            actions.record_index(patient=patient_petrov(), **other)
    with pytest.raises(KeyTaken):
        actions.record_index(patient=petrova(), **sent)
    assert OralIndex.objects.count() == 1


def test_what_cannot_be_is_refused_in_words() -> None:
    make_finding("missing", 16)
    for values, field, words in (
        ({"kind": "ipr", "scores": HEALTHY}, "kind", "no such index"),
        ({"kind": "pma", "scores": {"16": 1}}, "scores", "“16” is not scored in this mouth"),
        ({"kind": "bpe", "scores": {"17-14": "0"}}, "scores", "six sextants"),
        ({"kind": "bpe", "scores": HEALTHY, "taken_at": NOW + timedelta(minutes=1)}, "taken_at", "not scored in the future"),
        ({"kind": "bpe", "scores": HEALTHY, "taken_at": NOW.replace(year=1990)}, "taken_at", "not born yet"),
        ({"kind": "bpe", "scores": HEALTHY, "taken_at": datetime.min}, "taken_at", "not born yet"),  # noqa: DTZ901 - as a client may send it
    ):
        with pytest.raises(InvalidInput) as refused:
            actions.record_index(patient=patient_petrov(), actor=dr_orlova(), at=NOW, **values)
        assert words in str(refused.value.fields[field])
    assert not OralIndex.objects.exists()
    with pytest.raises(NotAllowed):
        actions.record_index(patient=patient_petrov(), kind="bpe", scores=HEALTHY, actor=make_user(Role.ACCOUNTANT), at=NOW)


@pytest.mark.parametrize(
    ("kind", "scores"),
    [
        ("bpe", {"17-14": "0"}),
        ("bpe", {**HEALTHY, "17-14": "7"}),
        ("ohis", {"16": 1}),
        ("pma", {"19": 1}),
        ("api", {"17-16": 2}),
        ("pma", {}),
        ("pma", [1]),
    ],
)
def test_the_database_refuses_foreign_scores(kind: str, scores: object) -> None:
    with pytest.raises(IntegrityError, match="charting_index_scores"), transaction.atomic():
        OralIndex.objects.create(patient=patient_petrov(), kind=kind, scores=scores, taken_at=NOW, taken_by=dr_orlova())


def test_a_kept_index_does_not_change_and_is_marked_with_a_reason() -> None:
    row = keep()
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        OralIndex.objects.filter(pk=row.pk).update(scores=SICK)
    with pytest.raises(InvalidInput):
        actions.mark_index_in_error(index=row, actor=dr_orlova(), at=NOW, reason=" ")
    actions.mark_index_in_error(index=row, actor=dr_orlova(), at=NOW, reason="another patient")
    with pytest.raises(actions.IndexWithdrawn):
        actions.mark_index_in_error(index=row, actor=dr_orlova(), at=NOW, reason="again")
    assert not queries.indices_of(patient_petrov()).exists()
    assert OralIndex.history.filter(id=row.pk).count() == 2
    with pytest.raises(IntegrityError, match="charting_oralindex_starts"), transaction.atomic():
        marked = {"in_error_at": NOW, "in_error_by": dr_orlova(), "error_reason": "x"}
        OralIndex.objects.create(patient=patient_petrov(), kind="bpe", scores=HEALTHY, taken_at=NOW, taken_by=dr_orlova(), **marked)


def test_the_newest_of_each_kind_and_the_lines_over_time() -> None:
    keep("pma", {"16": 3}, days_ago=200)
    keep("pma", {"16": 0}, days_ago=20)
    keep("bpe", SICK, days_ago=10)
    latest = queries.latest_of(patient_petrov())
    assert [(found.record.kind, str(found.result.value)) for found in latest] == [("bpe", "4"), ("pma", "0.0")]
    assert [found.record.kind for found in queries.latest_of(patient_petrov(), NOW - timedelta(days=100))] == ["pma"]
    values = queries.series_of(patient_petrov(), queries.followed(patient_petrov()))["pma"]
    assert [str(value) for _day, value in values] == ["100.0", "0.0"]
    assert queries.trend_of("pma", values) is not None


def test_the_caries_index_is_followed_over_the_days_of_the_chart() -> None:
    for days, tooth in ((400, 16), (300, 26), (300, 27), (5, 36)):
        charting.record_finding(
            patient=patient_petrov(), kind="caries", severity="deep", tooth=tooth, surfaces=["O"], actor=dr_orlova(), at=NOW - timedelta(days=days)
        )
    charting.record_finding(
        patient=patient_petrov(), kind="caries", severity="deep", tooth=55, surfaces=["O"], actor=dr_orlova(), at=NOW - timedelta(days=5)
    )
    found = queries.caries_over_time(patient_petrov(), NOW)
    assert [(permanent.total, primary.total) for _day, permanent, primary in found] == [(1, 0), (3, 0), (4, 1)]


def test_the_api_scores_follows_and_withdraws() -> None:
    browser, path = log_in(dr_orlova()), f"/api/v1/patients/{patient_petrov().pk}"
    places = browser.get(f"{path}/index-places?kind=ohis").json()
    assert places["places"][0]["key"] == "16 debris"
    scores = {place["key"]: 1 for place in places["places"]}
    made = browser.post(f"{path}/indices", {"kind": "ohis", "scores": scores}, content_type=JSON)
    assert made.status_code == 201
    assert (made.json()["value"], made.json()["band"], made.json()["text"]) == ("2.0", "fair", "2.0")
    sick = browser.post(f"{path}/indices", {"kind": "bpe", "scores": SICK}, content_type=JSON).json()
    assert (sick["text"], sick["advice"]["code"], sick["advice"]["sextants"]) == ("3 0 4* / 0 0 0", "full", ["17-14", "24-27"])
    assert len(browser.get(f"{path}/indices").json()["results"]) == 2
    assert [point["value"] for point in browser.get(f"{path}/index-trends").json()["bpe"]] == ["4"]
    wrong = browser.post(f"/api/v1/indices/{sick['id']}/error", {"reason": "a slip"}, content_type=JSON).json()
    assert (wrong["state"], browser.get(f"/api/v1/indices/{sick['id']}").json()["state"]) == ("in_error", "in_error")
    refused = browser.post(f"{path}/indices", {"kind": "bpe", "scores": {**SICK, "17-14": "9"}}, content_type=JSON)
    assert (refused.status_code, list(refused.json()["fields"])) == (422, ["scores"])


def test_pages_show_results_advice_and_lines() -> None:
    keep("bpe", SICK)
    for days, score in ((300, 2), (100, 1), (1, 0)):
        keep("pma", {"16": score, "26": 0}, days_ago=days)
    browser = log_in(dr_orlova())
    page = browser.get(reverse("indices", args=[patient_petrov().pk])).content.decode()
    assert "A full periodontal exam is proposed" in page
    assert "3 0 4* / 0 0 0" in page
    assert page.count('class="trend"') == 1
    for kind in rules.KINDS:
        assert browser.get(reverse("index-new", args=[patient_petrov().pk, kind])).status_code == 200
    assert browser.get(reverse("index-new", args=[patient_petrov().pk, "none"])).status_code == 404
    assert Event.objects.filter(op="V", tbl="indices", patient_id=patient_petrov().pk).exists()
