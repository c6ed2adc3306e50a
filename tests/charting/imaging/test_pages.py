"""The gallery, the viewer and the API of pictures."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from charting.imaging.models import Image
from clinic.history.models import Event
from clinic.staff.roles import Role
from tests.charting.factories import patient_petrov
from tests.charting.imaging.pictures import add, dicom, jpeg, png, zipped
from tests.staff.factories import dr_orlova, log_in, make_user, registrar_belova

pytestmark = pytest.mark.django_db


def upload(content: bytes, name: str = "a.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


def gallery() -> str:
    return reverse("images", args=[patient_petrov().pk])


def test_the_gallery_shows_pictures_by_day_and_by_tooth() -> None:
    image = add(png(), teeth=[36], title="Bitewing left")
    add(jpeg())
    browser = log_in(dr_orlova())
    everything = browser.get(gallery()).content.decode()
    assert everything.count("image-preview") == 0
    assert everything.count('class="shot"') == 2
    one = browser.get(gallery(), {"tooth": "36"}).content.decode()
    assert one.count('class="shot"') == 1
    assert reverse("image-preview", args=[image.pk]) in one
    assert browser.get(gallery(), {"tooth": "99", "visit": "nonsense"}).status_code == 200
    assert Event.objects.filter(op="V", tbl="images", patient_id=patient_petrov().pk).exists()


def test_the_gallery_takes_the_same_queries_for_many_pictures(django_assert_max_num_queries: Any) -> None:
    for shade in range(15):
        add(png(shade))
    browser = log_in(dr_orlova())
    with django_assert_max_num_queries(20):
        assert browser.get(gallery()).status_code == 200


def test_the_form_takes_several_files_and_says_which_was_refused() -> None:
    browser = log_in(dr_orlova())
    answer = browser.post(gallery(), {"file": [upload(jpeg()), upload(png(), "b.png")], "kind": "bitewing", "teeth": "36, 37", "visit": ""})
    assert answer.status_code == 302
    assert {(image.kind, tuple(image.teeth)) for image in Image.objects.all()} == {("bitewing", (36, 37))}
    answer = browser.post(gallery(), {"file": [upload(zipped(), "evil.jpg")]})
    assert answer.status_code == 422
    assert "evil.jpg" in answer.content.decode()
    assert browser.post(gallery(), {"teeth": "19"}).status_code == 422
    assert browser.post(gallery(), {}).status_code == 422


def test_the_viewer_opens_shows_and_saves_particulars() -> None:
    image = add(dicom())
    image.refresh_from_db()
    browser = log_in(dr_orlova())
    url = reverse("image", args=[image.pk])
    page = browser.get(url).content.decode()
    assert "Explicit VR Little Endian" in page
    assert image.file.sha256 in page
    values = {"kind": "panoramic", "title": "OPG", "teeth": "11 21", "taken_at": "2026-11-20T10:00", "visit": "", "version": image.version}
    assert browser.post(url, values).status_code == 302
    image.refresh_from_db()
    assert (image.kind, image.title, image.teeth) == ("panoramic", "OPG", [11, 21])
    stale = browser.post(url, values)
    assert stale.status_code == 422
    assert "OPG" in stale.content.decode()


def test_files_are_served_so_that_a_browser_runs_nothing() -> None:
    image = add(jpeg())
    browser = log_in(dr_orlova())
    for name, kind in (("image-preview", "inline"), ("image-view", "inline"), ("image-file", "attachment")):
        answer = browser.get(reverse(name, args=[image.pk]))
        assert answer["Content-Type"] == "image/jpeg"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Disposition"].startswith(kind)
        assert "sandbox" in answer["Content-Security-Policy"]
    original = browser.get(reverse("image-file", args=[image.pk]))
    assert original.content == jpeg()
    assert Event.objects.filter(op="P", tbl="image").count() == 2


def test_dicom_is_viewed_as_its_preview_and_saved_as_it_came() -> None:
    image = add(dicom())
    browser = log_in(dr_orlova())
    assert browser.get(reverse("image-view", args=[image.pk]))["Content-Type"] == "image/png"
    assert browser.get(reverse("image-file", args=[image.pk]))["Content-Type"] == "application/dicom"
    hidden = add(dicom("JPEGLSNearLossless_08.dcm"))
    assert browser.get(reverse("image-view", args=[hidden.pk])).status_code == 404
    assert "cannot be shown here" in browser.get(reverse("image", args=[hidden.pk])).content.decode()


def test_the_api_takes_a_picture_in_once_and_asks_about_another_name() -> None:
    browser = log_in(dr_orlova())
    data = {"patient": str(patient_petrov().pk), "teeth": ["16", "17"], "title": "API"}
    first = browser.post("/api/v1/images", {**data, "file": upload(jpeg())})
    assert first.status_code == 201
    assert first.json()["teeth"] == [16, 17]
    again = browser.post("/api/v1/images", {**data, "file": upload(jpeg())})
    assert again.json()["id"] == first.json()["id"]
    other = browser.post("/api/v1/images", {**data, "file": upload(dicom(), "x.dcm")})
    assert (other.status_code, other.json()["code"]) == (409, "other_person")
    assert browser.post("/api/v1/images", {**data, "confirmed": "true", "file": upload(dicom(), "x.dcm")}).status_code == 201
    refused = browser.post("/api/v1/images", {**data, "file": upload(zipped())})
    assert (refused.status_code, refused.json()["fields"].keys()) == (422, {"file"})
    listed = browser.get(f"/api/v1/patients/{patient_petrov().pk}/images", {"tooth": 16}).json()
    assert len(listed["items" if "items" in listed else "results"]) == 2


def test_the_api_changes_marks_and_serves() -> None:
    image = add(jpeg())
    browser = log_in(dr_orlova())
    url = f"/api/v1/images/{image.pk}"
    body = {"version": browser.get(url).json()["version"], "kind": "photo", "title": "Smile", "teeth": [11], "taken_at": "2026-11-20T10:00:00Z"}
    changed = browser.patch(url, body, content_type="application/json")
    assert (changed.status_code, changed.json()["title"]) == (200, "Smile")
    assert browser.get(f"{url}/preview")["Content-Type"] == "image/jpeg"
    assert browser.get(f"{url}/file").content == jpeg()
    assert browser.post(f"{url}/error", {"reason": "twice"}, content_type="application/json").json()["in_error_at"]


def test_who_may_only_see_cannot_add_or_mark() -> None:
    image = add(jpeg())
    lawyer = log_in(make_user(Role.LAWYER))
    assert "data-upload" not in lawyer.get(gallery()).content.decode()
    assert lawyer.get(reverse("image", args=[image.pk])).status_code == 200
    assert lawyer.post(gallery(), {"file": [upload(png())]}).status_code == 403
    assert lawyer.post(reverse("image-error", args=[image.pk]), {"reason": "x"}).status_code == 403
    registrar = log_in(registrar_belova())
    for name in ("image", "image-preview", "image-view", "image-file"):
        assert registrar.get(reverse(name, args=[image.pk])).status_code == 403
