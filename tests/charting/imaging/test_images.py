"""Pictures taken in: what is opened, refused, stored once, and never lost."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from PIL import Image as Pillow
from PIL import ImageFile

from charting.imaging import actions, queries, reading
from charting.imaging.models import Image
from clinic.files import actions as files
from clinic.files.models import StoredFile
from clinic.lib.errors import InvalidInput, NotAllowed, StaleVersion
from clinic.staff.roles import Role
from tests.charting.factories import NOW, make_visit, patient_petrov
from tests.charting.imaging.pictures import add, bomb, deflated_bomb, dicom, endless_dicom, jpeg, png, zipped
from tests.patients.factories import make_patient
from tests.staff.factories import dr_orlova, make_user

pytestmark = pytest.mark.django_db


def size_of(file: StoredFile | None) -> tuple[int, int]:
    assert file
    with Pillow.open(BytesIO(files.read(file))) as picture:
        return picture.size


def test_a_photograph_is_stored_whole_with_a_small_preview() -> None:
    image = add(jpeg())
    assert files.read(image.file) == jpeg()
    assert (image.kind, image.file.media_type, image.no_preview) == ("photo", "image/jpeg", "")
    assert size_of(image.preview) == (1024, 576)


def test_a_preview_has_nothing_of_the_cameras_data() -> None:
    exif = Pillow.Exif()
    exif[0x010F] = "SecretCamera"
    exif[reading.EXIF_TAKEN] = "2026:10:05 14:30:00"
    target = BytesIO()
    Pillow.new("RGB", (64, 48), "red").save(target, "JPEG", exif=exif)
    image = add(target.getvalue())
    assert b"SecretCamera" not in files.read(image.preview)  # type: ignore[arg-type]
    assert image.taken_at.strftime("%Y-%m-%d") == "2026-10-05"


@pytest.mark.parametrize(
    "name",
    ["CT_small.dcm", "MR_small.dcm", "MR_small_RLE.dcm", "JPEG2000.dcm", "SC_rgb_jpeg_dcmtk.dcm", "SC_rgb_rle_2frame.dcm", "examples_palette.dcm"],
)
def test_dicom_is_windowed_to_a_preview(name: str) -> None:
    image = add(dicom(name))
    assert image.file.media_type == "application/dicom"
    assert image.preview is not None
    with Pillow.open(BytesIO(files.read(image.preview))) as picture:
        low, high = picture.convert("L").getextrema()
    assert high - low > 100  # type: ignore[operator]


def test_dicom_keeps_how_it_was_made_and_never_of_whom() -> None:
    image = add(dicom(PatientName="Петров^Иван", PatientComments="secret", SpecificCharacterSet="ISO_IR 192"))
    assert image.attributes["Modality"] == "CT"
    assert image.attributes["Rows"] == 128
    assert image.attributes["TransferSyntax"] == "Explicit VR Little Endian"
    assert "Петров" not in str(image.attributes)
    assert "secret" not in str(image.attributes)
    assert image.kind == "cbct"
    assert image.taken_at.year == 1997


@pytest.mark.parametrize("name", ["JPEGLSNearLossless_08.dcm", "MR_small_jpeg_ls_lossless.dcm"])
def test_dicom_that_cannot_be_decoded_is_stored_without_a_preview_and_says_so(name: str) -> None:
    image = add(dicom(name))
    assert image.preview is None
    assert image.no_preview == "undecodable"
    assert files.read(image.file) == dicom(name)


@pytest.mark.parametrize(
    "content",
    [
        zipped(),
        png()[:-40],
        jpeg()[:3000],
        bomb(),
        b"<!doctype html><script>alert(1)</script>",
        b"\x89PNG\r\n\x1a\n<script>alert(1)</script>",
        b"",
        b"\x00" * 128 + b"DICM" + b"\xff" * 400,
        endless_dicom(),
        dicom("reportsi.dcm"),
        b"%PDF-1.7 not a picture",
    ],
    ids=["zip", "truncated png", "truncated jpeg", "bomb", "html", "html in png", "empty", "dicom noise", "endless", "report", "pdf"],
)
def test_what_is_no_picture_is_refused_and_nothing_is_stored(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        add(content)
    assert not Image.objects.exists()
    assert not StoredFile.objects.exists()


def test_half_a_picture_is_refused_also_after_a_pdf_was_printed() -> None:
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    with pytest.raises(InvalidInput):
        add(jpeg()[:3000])


def test_a_dicom_with_impossible_size_is_refused() -> None:
    with pytest.raises(InvalidInput, match="too many points"):
        add(dicom(Rows=65000, Columns=65000))


def test_a_deflated_bomb_is_refused_before_it_is_unpacked() -> None:
    content = deflated_bomb()
    assert len(content) < 2**20
    with pytest.raises(InvalidInput, match="too many points"):
        add(content)
    assert not StoredFile.objects.exists()


def test_another_name_inside_asks_for_confirmation() -> None:
    with pytest.raises(actions.OtherPerson):
        add(dicom(), is_confirmed=False)
    assert not Image.objects.exists()
    assert add(dicom(), is_confirmed=True).is_confirmed
    assert not add(dicom(PatientName="Petrov^Ivan"), is_confirmed=False).is_confirmed
    with pytest.raises(actions.OtherPerson):
        add(dicom(PatientName="Petrov^Ivan", PatientBirthDate="19500101"), is_confirmed=False)


def test_the_same_file_twice_is_one_picture_for_a_patient_and_one_file_for_all() -> None:
    first = add(jpeg(), title="Before", teeth=[16])
    assert add(jpeg()) == add(jpeg(), title="Before") == first
    other = add(jpeg(), patient=make_patient("Иванов"))
    assert other != first
    assert other.file == first.file


@pytest.mark.parametrize("told", [{"title": "After"}, {"teeth": [26]}, {"kind": "panoramic"}, {"taken_at": NOW - timedelta(days=9)}])
def test_what_is_told_otherwise_of_a_picture_that_is_there_is_not_passed_over(told: dict[str, Any]) -> None:
    first = add(jpeg(), title="Before", teeth=[16])
    with pytest.raises(actions.PictureThere) as refused:
        add(jpeg(), **told)
    assert refused.value.link == f"/images/{first.pk}/"
    assert Image.objects.get().title == "Before"


def test_no_picture_is_older_than_its_patient() -> None:
    for taken_at in (datetime(1700, 1, 1, tzinfo=UTC), datetime(1800, 6, 1, tzinfo=UTC)):
        with pytest.raises(InvalidInput) as refused:
            add(jpeg(), taken_at=taken_at)
        assert set(refused.value.fields) == {"taken_at"}


def test_it_is_tied_to_teeth_and_visit_of_the_same_patient() -> None:
    visit = make_visit()
    image = add(png(), teeth=[17, 16, 16], visit=visit, kind="periapical")
    assert image.teeth == [16, 17]
    assert list(queries.images_of(patient_petrov(), tooth=17)) == [image]
    assert list(queries.images_of(patient_petrov(), tooth=18)) == []
    for values in ({"teeth": [19]}, {"kind": "selfie"}, {"taken_at": NOW + timedelta(days=1)}, {"title": "x" * 201}):
        with pytest.raises(InvalidInput):
            add(jpeg("red"), **values)
    with pytest.raises(InvalidInput):
        add(jpeg("red"), patient=make_patient("Иванов"), visit=visit)


def change(image: Image, **values: Any) -> Image:
    asked: dict[str, Any] = {"version": image.version, "kind": "photo", "title": "", "teeth": [], "visit": None, "taken_at": image.taken_at} | values
    return actions.change_image(image=image, actor=dr_orlova(), at=NOW, **asked)


def test_particulars_change_and_a_stale_version_is_refused() -> None:
    image = add(png())
    image.refresh_from_db()
    changed = change(image, title="Bite", teeth=[36])
    assert (changed.title, changed.teeth, changed.version) == ("Bite", [36], image.version + 1)
    with pytest.raises(StaleVersion):
        change(image, title="Other")


def test_a_wrong_picture_leaves_the_gallery_and_stays_in_the_record() -> None:
    image = add(png())
    with pytest.raises(InvalidInput):
        actions.mark_image_in_error(image=image, actor=dr_orlova(), at=NOW, reason=" ")
    marked = actions.mark_image_in_error(image=image, actor=dr_orlova(), at=NOW, reason="other patient")
    assert marked.error_reason == "other patient"
    assert list(queries.images_of(patient_petrov())) == []
    with pytest.raises(actions.ImageInError):
        change(marked)
    assert add(png()) != image


def test_the_database_keeps_file_and_patient_as_they_were() -> None:
    image = add(png())
    other = add(jpeg())
    with pytest.raises(DatabaseError), transaction.atomic():
        Image.objects.filter(pk=image.pk).update(file=other.file)
    with pytest.raises(DatabaseError), transaction.atomic():
        Image.objects.filter(pk=image.pk).update(teeth=[99])
    with pytest.raises(DatabaseError), transaction.atomic():
        image.delete()


def test_only_those_who_may_add_pictures() -> None:
    with pytest.raises(NotAllowed):
        actions.add_image(patient=patient_petrov(), content=BytesIO(png()), actor=make_user(Role.LAWYER), at=NOW)
