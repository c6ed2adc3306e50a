"""Lines on a picture, how it is shown, and what it is compared with: kept with who and when, never touching the file."""

import json
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from charting.imaging import actions, queries
from charting.imaging.models import Image, ImageDisplay, ImageLine
from clinic.files import actions as files
from clinic.history.models import Event
from clinic.lib.errors import InvalidInput, KeyTaken, NotAllowed, StaleVersion
from clinic.lib.ids import uuid7
from tests.charting.factories import NOW, patient_petrov
from tests.charting.imaging.pictures import add, dicom, jpeg, radiograph
from tests.charting.test_visits import together
from tests.staff.factories import dr_orlova, log_in, registrar_belova

pytestmark = pytest.mark.django_db
ENDS = actions.Ends((10, 20), (110, 20))


def draw(image: Image, **values: Any) -> ImageLine:
    given: dict[str, Any] = {"image": image, "ends": ENDS, "actor": dr_orlova(), "at": NOW} | values
    return actions.draw_line(**given)


def show(image: Image, **values: Any) -> ImageDisplay:
    plain = {"low": None, "high": None, "is_negative": False, "quarter_turns": 0, "is_mirrored": False}
    given: dict[str, Any] = {"image": image, "version": 0, "actor": dr_orlova(), "at": NOW} | plain | values
    return actions.save_display(**given)


def test_a_line_has_the_length_that_the_file_gives_it() -> None:
    line = draw(add(radiograph()), label=" canal ")
    assert (str(line.length_mm), line.basis, line.label) == ("4.0", "detector", "canal")
    slice_line = draw(add(dicom("CT_small.dcm")))
    assert (str(slice_line.length_mm), slice_line.basis) == ("66.1", "patient")


@pytest.mark.parametrize("content", [jpeg, lambda: radiograph(ImagerPixelSpacing=None), lambda: dicom("examples_rgb_color.dcm")])
def test_without_a_scale_there_is_no_length(content: Any) -> None:
    line = draw(add(content()), label="here")
    assert (line.length_mm, line.basis) == (None, "")


@pytest.mark.parametrize(
    ("ends", "values", "field"),
    [
        (actions.Ends((10, 20), (10, 20)), {}, "end"),
        (actions.Ends((-1, 20), (10, 20)), {}, "end"),
        (actions.Ends((float("nan"), 20), (10, 20)), {}, "end"),
        (ENDS, {"frame": 1}, "frame"),
        (ENDS, {"label": "x" * 121}, "label"),
    ],
)
def test_an_impossible_line_is_refused(ends: actions.Ends, values: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        draw(add(radiograph()), ends=ends, **values)
    assert field in refusal.value.fields


def test_a_line_sent_twice_is_one_and_another_under_its_key_is_refused() -> None:
    image, key = add(radiograph()), uuid7()
    assert draw(image, id=key) == draw(image, id=key)
    with pytest.raises(KeyTaken):
        draw(image, id=key, ends=actions.Ends((1, 1), (2, 2)))
    assert ImageLine.objects.count() == 1


def test_a_line_is_taken_back_once_and_stays_in_the_record() -> None:
    line = draw(add(radiograph()))
    later = NOW + timedelta(minutes=1)
    actions.withdraw_line(line=line, actor=dr_orlova(), at=later)
    line.refresh_from_db()
    assert (line.withdrawn_at, line.withdrawn_by) == (later, dr_orlova())
    assert not queries.lines_of(line.image).exists()
    assert ImageLine.history.filter(id=line.pk).count() == 2
    with pytest.raises(actions.LineWithdrawn):
        actions.withdraw_line(line=line, actor=dr_orlova(), at=later)


@pytest.mark.parametrize("changes", [{"label": "other"}, {"length_mm": 9}, {"end_row": 5}])
def test_the_database_keeps_a_line_as_it_was_drawn(changes: dict[str, object]) -> None:
    line = draw(add(radiograph()))
    with pytest.raises(IntegrityError), transaction.atomic():
        ImageLine.objects.filter(pk=line.pk).update(**changes)
    actions.withdraw_line(line=line, actor=dr_orlova(), at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        ImageLine.objects.filter(pk=line.pk).update(withdrawn_at=None, withdrawn_by=None)


def test_how_a_picture_is_shown_is_kept_by_version_and_the_file_is_not_touched() -> None:
    image = add(radiograph())
    before = files.read(image.file)
    first = show(image, quarter_turns=1, is_mirrored=True)
    with pytest.raises(StaleVersion):
        show(image)
    second = show(image, version=first.version, low=100.0, high=2000.0)
    assert (second.pk, second.version, second.quarter_turns) == (first.pk, 2, 0)
    assert ImageDisplay.history.filter(id=first.pk).count() == 2
    assert files.read(image.file) == before
    for wrong in ({"low": 5.0}, {"low": 9.0, "high": 9.0}, {"low": float("-inf"), "high": 1.0}, {"quarter_turns": 4}):
        with pytest.raises(InvalidInput):
            show(image, version=second.version, **wrong)


def test_a_wrong_picture_takes_no_line_and_who_may_not_write_draws_none() -> None:
    image = add(radiograph())
    with pytest.raises(NotAllowed):
        draw(image, actor=registrar_belova())
    with pytest.raises(NotAllowed):
        show(image, actor=registrar_belova())
    line = draw(image)
    with pytest.raises(NotAllowed):
        actions.withdraw_line(line=line, actor=registrar_belova(), at=NOW)
    actions.mark_image_in_error(image=image, actor=dr_orlova(), at=NOW, reason="other patient")
    with pytest.raises(actions.ImageInError):
        draw(image)
    with pytest.raises(actions.ImageInError):
        show(image)


def test_the_most_alike_picture_comes_first() -> None:
    image = add(radiograph(roots=1), teeth=[36])
    same_kind = add(radiograph(roots=2), teeth=[11])
    both = add(radiograph(roots=3), teeth=[36, 37], taken_at=NOW - timedelta(days=400))
    tooth = add(jpeg(), teeth=[36])
    add(jpeg("red"), teeth=[21])
    assert queries.comparable(image) == [both, tooth, same_kind]


def test_the_viewer_is_told_everything_and_the_look_is_recorded() -> None:
    image = add(radiograph(), teeth=[36])
    other = add(radiograph(roots=2), teeth=[36])
    draw(image, label="canal")
    browser = log_in(dr_orlova())
    answer = browser.get(reverse("image", args=[image.pk]), {"beside": str(other.pk)})
    views = answer.context["setup"]["views"]
    assert [view["id"] for view in views] == [str(image.pk), str(other.pk)]
    assert views[0]["scale"] == {"row_mm": 0.04, "column_mm": 0.04, "basis": "detector"}
    assert [line["label"] for line in views[0]["lines"]] == ["canal"]
    assert Event.objects.filter(op="V", tbl="image", patient_id=patient_petrov().pk).exists()
    for nothing in (str(uuid7()), "nonsense", str(image.pk)):
        assert browser.get(reverse("image", args=[image.pk]), {"beside": nothing}).status_code == 404


def test_points_are_sent_as_the_file_holds_them() -> None:
    image = add(radiograph())
    browser = log_in(dr_orlova())
    answer = browser.get(reverse("image-points", args=[image.pk]), {"frame": "0"})
    meaning = json.loads(answer["Picture-Points"])
    assert len(answer.content) == meaning["rows"] * meaning["columns"] * 2
    assert meaning["is_grey"]
    for frame in ("1", "-1", "x", "9" * 40):
        assert browser.get(reverse("image-points", args=[image.pk]), {"frame": frame}).status_code == 404
    assert browser.get(reverse("image-points", args=[add(jpeg()).pk])).status_code == 404


def test_programs_do_what_the_viewer_does() -> None:
    image = add(radiograph(), teeth=[36])
    other = add(jpeg(), teeth=[36])
    browser, path = log_in(dr_orlova()), f"/api/v1/images/{image.pk}"

    def sent(method: str, tail: str, body: object = None) -> Any:
        return browser.generic(method, path + tail, json.dumps(body) if body is not None else "", content_type="application/json")

    line = sent("POST", "/lines", {"start": [0, 0], "end": [0, 50], "label": "root"})
    assert (line.status_code, line.json()["length_mm"], line.json()["drawn_by"]) == (201, 2.0, str(dr_orlova()))
    assert sent("POST", "/lines", {"start": [0, 0], "end": [0, 0]}).status_code == 422
    assert [row["id"] for row in sent("GET", "/lines").json()] == [line.json()["id"]]
    assert sent("PUT", "/display", {"version": 0, "quarter_turns": 2}).json()["version"] == 1
    assert sent("PUT", "/display", {"version": 0}).status_code == 409
    inside = sent("GET", "/inside").json()
    assert (inside["frames"], inside["display"]["quarter_turns"], inside["scale"]["basis"], len(inside["lines"])) == (1, 2, "detector", 1)
    assert [row["id"] for row in sent("GET", "/comparable").json()] == [str(other.pk)]
    assert sent("GET", "/points?frame=0")["Picture-Points"]
    withdrawn = sent("POST", f"/lines/{line.json()['id']}/withdraw")
    assert withdrawn.json()["withdrawn_at"]
    assert sent("POST", f"/lines/{uuid7()}/withdraw").status_code == 404
    assert sent("GET", "/lines").json() == []


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_the_first_view_at_once_one_wins() -> None:
    with transaction.atomic():
        image, _dentist = add(radiograph()), dr_orlova()
    assert together(partial(show, image, quarter_turns=1), partial(show, image, quarter_turns=2)) == ["done", "stale"]
    assert ImageDisplay.objects.count() == 1
