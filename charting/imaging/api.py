"""API of pictures."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from ninja import File, Form, Query, Router, Schema, Status, UploadedFile
from ninja.pagination import paginate

from charting.imaging import actions, queries, sending
from charting.imaging.models import Image, ImageDisplay, ImageLine
from charting.imaging.schemas import DisplayIn, DisplayOut, InsideOut, LineIn, LineOut
from charting.queries import aware
from clinic.files.uploads import content_of
from clinic.lib import openapi
from clinic.lib.cursors import CursorPages
from clinic.lib.schemas import ReasonIn
from clinic.patients.queries import get_patient_for
from clinic.staff.http import Request
from clinic.staff.roles import Permission

router = Router(tags=["images"])


class ImageIn(Schema):
    """A picture's particulars; what is left out is read from the file. `confirmed` accepts another name inside a DICOM file."""

    patient: UUID
    id: UUID | None = None
    kind: str = ""
    title: str = ""
    teeth: list[int] = []
    visit: UUID | None = None
    taken_at: datetime | None = None
    confirmed: bool = False


class ImageChange(Schema):
    """All that can be said of a picture, with the version that was read."""

    version: int
    kind: str
    title: str = ""
    teeth: list[int] = []
    visit: UUID | None = None
    taken_at: datetime


class ImageOut(Schema):
    """A picture; `attributes` tell how it was made, never of whom."""

    id: UUID
    version: int
    patient_id: UUID
    visit_id: UUID | None
    kind: str
    title: str
    teeth: list[int]
    taken_at: datetime
    media_type: str
    sha256: str
    size: int
    has_preview: bool
    attributes: dict[str, Any]
    in_error_at: datetime | None

    @staticmethod
    def resolve_media_type(image: Image) -> str:
        return image.file.media_type

    @staticmethod
    def resolve_sha256(image: Image) -> str:
        return image.file.sha256

    @staticmethod
    def resolve_size(image: Image) -> int:
        return image.file.size

    @staticmethod
    def resolve_has_preview(image: Image) -> bool:
        return image.preview_id is not None


@router.get("/patients/{uuid:patient_id}/images", response=list[ImageOut], operation_id="list_images")
@paginate(CursorPages, ordering=("-taken_at", "-id"))
def list_images(request: Request, patient_id: UUID, tooth: int | None = None, visit: UUID | None = None) -> QuerySet[Image]:
    """The patient's pictures, the latest first."""
    patient = get_patient_for(request.user, patient_id, what="images", permission=Permission.CLINICAL_VIEW)
    return queries.images_of(patient, tooth=tooth, visit_id=visit)


@router.post("/images", response={201: ImageOut}, operation_id="add_image")
def add_image(request: Request, data: Form[ImageIn], file: File[UploadedFile]) -> Status[Image]:
    """Take in a JPEG, PNG or DICOM picture; the same file sent twice for a patient answers with the first."""
    request.user.require(Permission.IMAGE_WRITE)
    patient = get_patient_for(request.user, data.patient, what="images", permission=Permission.CLINICAL_VIEW)
    values = data.dict(exclude={"patient", "visit", "confirmed", "taken_at"})
    return Status(
        201,
        actions.add_image(
            patient=patient,
            content=content_of(file),
            visit=queries.visit_of(patient, data.visit),
            taken_at=aware(data.taken_at) if data.taken_at else None,
            is_confirmed=data.confirmed,
            actor=request.user,
            at=timezone.now(),
            **values,
        ),
    )


@router.get("/images/{uuid:image_id}", response=ImageOut, operation_id="get_image")
def get_image(request: Request, image_id: UUID) -> Image:
    return queries.get_image_for(request.user, image_id)


@router.patch("/images/{uuid:image_id}", response=ImageOut, operation_id="change_image")
def change_image(request: Request, image_id: UUID, data: ImageChange) -> Image:
    """Say what the picture shows and where it belongs; title, teeth and visit stay unless they are named."""
    request.user.require(Permission.IMAGE_WRITE)
    image = queries.get_image_for(request.user, image_id)
    kept: dict[str, Any] = {"title": image.title, "teeth": image.teeth}
    values = kept | data.dict(exclude={"visit", "taken_at"}, exclude_unset=True)
    visit = queries.visit_of(image.patient, data.visit) if "visit" in data.model_fields_set else image.visit
    return actions.change_image(image=image, visit=visit, taken_at=aware(data.taken_at), actor=request.user, at=timezone.now(), **values)


@router.post("/images/{uuid:image_id}/error", response=ImageOut, operation_id="mark_image_in_error")
def mark_image_in_error(request: Request, image_id: UUID, data: ReasonIn) -> Image:
    """Take a wrong picture out of sight; it stays in the record with the reason."""
    request.user.require(Permission.IMAGE_WRITE)
    image = queries.get_image_for(request.user, image_id)
    return actions.mark_image_in_error(image=image, actor=request.user, at=timezone.now(), reason=data.reason)


@router.get("/images/{uuid:image_id}/file", operation_id="get_image_file", openapi_extra=openapi.IMAGE)
def get_image_file(request: Request, image_id: UUID) -> HttpResponse:
    """The file as it came in."""
    return sending.original(queries.get_image_for(request.user, image_id))


@router.get("/images/{uuid:image_id}/preview", operation_id="get_image_preview", openapi_extra=openapi.PICTURE)
def get_image_preview(request: Request, image_id: UUID) -> HttpResponse:
    """The small picture, PNG or JPEG."""
    return sending.preview(queries.get_image_for(request.user, image_id))


@router.get("/images/{uuid:image_id}/inside", response=InsideOut, operation_id="get_image_inside")
def get_image_inside(request: Request, image_id: UUID) -> queries.Seen:
    """Frames, the size of a point when the file says it, how it is shown, and the lines that stand on it."""
    return queries.seen(queries.get_image_for(request.user, image_id))


@router.get("/images/{uuid:image_id}/points", operation_id="get_image_points", openapi_extra=openapi.POINTS)
def get_image_points(request: Request, image_id: UUID, frame: Annotated[int, Query(ge=0)] = 0) -> HttpResponse:
    """One frame of a DICOM picture: 16-bit little-endian greys or 8-bit RGB, row by row; the header `Picture-Points` says what they mean."""
    return sending.points(queries.frame_of(queries.get_image_for(request.user, image_id), frame))


@router.get("/images/{uuid:image_id}/comparable", response=list[ImageOut], operation_id="list_comparable_images")
def list_comparable_images(request: Request, image_id: UUID) -> list[Image]:
    """Up to twelve other pictures of the same teeth or of the same kind, the most alike first."""
    return queries.comparable(queries.get_image_for(request.user, image_id))


@router.get("/images/{uuid:image_id}/lines", response=list[LineOut], operation_id="list_image_lines")
def list_image_lines(request: Request, image_id: UUID) -> QuerySet[ImageLine]:
    """The lines that stand on the picture, the oldest first."""
    return queries.lines_of(queries.get_image_for(request.user, image_id))


@router.post("/images/{uuid:image_id}/lines", response={201: LineOut}, operation_id="draw_image_line")
def draw_image_line(request: Request, image_id: UUID, data: LineIn) -> Status[ImageLine]:
    """Keep a line; the same `id` sent twice answers with the first. The length is the server's own reckoning."""
    request.user.require(Permission.IMAGE_WRITE)
    image = queries.get_image_for(request.user, image_id)
    ends = actions.Ends(data.start, data.end)
    return Status(
        201, actions.draw_line(image=image, ends=ends, frame=data.frame, label=data.label, id=data.id, actor=request.user, at=timezone.now())
    )


@router.post("/images/{uuid:image_id}/lines/{uuid:line_id}/withdraw", response=LineOut, operation_id="withdraw_image_line")
def withdraw_image_line(request: Request, image_id: UUID, line_id: UUID) -> ImageLine:
    """Take a line back; it stays in the record."""
    request.user.require(Permission.IMAGE_WRITE)
    line = queries.get_line_of(queries.get_image_for(request.user, image_id), line_id)
    return actions.withdraw_line(line=line, actor=request.user, at=timezone.now())


@router.put("/images/{uuid:image_id}/display", response=DisplayOut, operation_id="save_image_display")
def save_image_display(request: Request, image_id: UUID, data: DisplayIn) -> ImageDisplay:
    """Say how everybody sees the picture first; the file stays as it came in."""
    request.user.require(Permission.IMAGE_WRITE)
    image = queries.get_image_for(request.user, image_id)
    return actions.save_display(image=image, actor=request.user, at=timezone.now(), **data.dict())
