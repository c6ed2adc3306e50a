"""Reads of pictures, of the lines drawn on them and of how they are shown."""

from dataclasses import dataclass
from typing import IO
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from pydicom import Dataset

from charting import teeth
from charting.imaging import pixels, reading, rules
from charting.imaging.models import Image, ImageDisplay, ImageLine
from charting.models import Visit
from clinic.files import actions as files
from clinic.lib.errors import InvalidInput, NotFound
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.staff.models import User
from clinic.staff.roles import Permission

MOST_COMPARABLE = 12
MOST_HEADERS = 16
VISIT_UNKNOWN = _("The patient has no such visit.")


def images_of(patient: Patient, *, tooth: int | None = None, visit_id: UUID | None = None) -> QuerySet[Image]:
    """The patient's pictures, the latest first, without those entered in error; of one tooth or visit when asked."""
    found = Image.objects.filter(patient=patient, in_error_at=None).select_related("file", "preview", "visit")
    found = found.filter(teeth__contains=[tooth]) if tooth in teeth.KNOWN else found.none() if tooth else found
    found = found.filter(visit_id=visit_id) if visit_id else found
    return found.order_by("-taken_at", "-pk")


def get_image_for(user: User, image_id: UUID, *, what: str = "image") -> Image:
    """The picture with its patient; the look is recorded.

    :raises NotAllowed: when the person may not see clinical records.
    :raises NotFound: when there is no such picture.
    """
    image = find_image(user, image_id)
    image.patient = get_patient_for(user, image.patient_id, what=what, permission=Permission.CLINICAL_VIEW)
    return image


def find_image(user: User, image_id: UUID) -> Image:
    """The picture for its bytes: a look at the patient's pictures that was recorded within ten minutes holds for all of them.

    :raises NotAllowed: when the person may not see clinical records.
    :raises NotFound: when there is no such picture.
    """
    user.require(Permission.CLINICAL_VIEW)
    image = Image.objects.filter(pk=image_id).select_related("file", "preview", "visit", "recorded_by", "in_error_by").first()
    if image is None:
        raise NotFound
    return image


def show_image_to(user: User, image_id: UUID) -> Image:
    """The picture for a page that shows it, once the person may see this patient's record."""
    image = find_image(user, image_id)
    image.patient = get_patient_for(user, image.patient_id, what="images", permission=Permission.CLINICAL_VIEW, is_part=True)
    return image


def visit_of(patient: Patient, visit_id: UUID | None) -> Visit | None:
    """:raises InvalidInput: when the patient has no such visit."""
    if visit_id is None:
        return None
    visit = Visit.objects.standing().filter(pk=visit_id, patient=patient).first()
    if visit is None:
        raise InvalidInput(fields={"visit": VISIT_UNKNOWN})
    return visit


def neighbours(image: Image) -> tuple[Image | None, Image | None]:
    """The pictures beside this one in the gallery: the newer and the older."""
    keys = list(images_of(image.patient).values_list("pk", flat=True))
    place = keys.index(image.pk) if image.pk in keys else -1
    if place < 0:
        return None, None
    beside = Image.objects.in_bulk(keys[max(place - 1, 0) : place] + keys[place + 1 : place + 2])
    newer = beside.get(keys[place - 1]) if place else None
    older = beside.get(keys[place + 1]) if place + 1 < len(keys) else None
    return newer, older


def lines_of(image: Image) -> QuerySet[ImageLine]:
    """The lines that stand on the picture, the oldest first."""
    return ImageLine.objects.filter(image=image, withdrawn_at=None).select_related("drawn_by").order_by("drawn_at", "pk")


def get_line_of(image: Image, line_id: UUID) -> ImageLine:
    """:raises NotFound: when the picture has no such line."""
    line = ImageLine.objects.filter(pk=line_id, image=image).first()
    if line is None:
        raise NotFound
    return line


def display_of(image: Image) -> ImageDisplay | None:
    """How somebody said that the picture is to be shown."""
    return ImageDisplay.objects.filter(image=image).select_related("saved_by").first()


def comparable(image: Image) -> list[Image]:
    """Other pictures that show the same: those that share a tooth and the kind first, then a tooth, then the kind; the latest first."""
    others = [other for other in images_of(image.patient) if other.pk != image.pk]
    ranked = [(_likeness(image, other), other) for other in others]
    alike = sorted((pair for pair in ranked if pair[0]), key=lambda pair: -pair[0])
    return [other for _rank, other in alike[:MOST_COMPARABLE]]


def _likeness(image: Image, other: Image) -> int:
    return 2 * bool(set(image.teeth) & set(other.teeth)) + (image.kind == other.kind)


def look_inside(image: Image, frame: int | None = None) -> reading.Inside:
    """Frames of the picture and the size of a point, from the file itself; of a picture that is no DICOM nothing is known."""
    if not image.is_dicom:
        return reading.Inside(frames=1, scale=None)
    with files.open_checked(image.file) as stream:
        return reading.look_inside(_header_of(image.file.sha256, stream), frame)


_headers: dict[str, Dataset] = {}


def _header_of(sha256: str, stream: IO[bytes]) -> Dataset:
    """The header of the file, which was compared with its hash before; of the last files it is kept, as a viewer asks for frame after frame."""
    header = _headers.get(sha256)
    if header is None:
        header = _headers[sha256] = reading.header_of(stream)
        if len(_headers) > MOST_HEADERS:
            _headers.pop(next(iter(_headers)), None)
    return header


@dataclass(frozen=True)
class Seen:
    """All that a viewer needs to know before it shows the picture."""

    frames: int
    scale: rules.Scale | None
    display: ImageDisplay | None
    lines: list[ImageLine]


def seen(image: Image) -> Seen:
    """The picture as the viewer is told of it."""
    inside = look_inside(image)
    return Seen(inside.frames, inside.scale, display_of(image), list(lines_of(image)))


def frame_of(image: Image, number: int) -> pixels.Frame:
    """The points of one frame of a DICOM picture.

    :raises NotFound: when it is no DICOM picture, has no such frame or cannot be decoded here.
    """
    if not (image.is_dicom and image.preview_id):
        raise NotFound
    with files.open_checked(image.file) as stream:
        found = reading.read_frame(stream, _header_of(image.file.sha256, stream), number)
    if found is None:
        raise NotFound
    return found
