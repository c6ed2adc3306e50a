"""Writes of pictures, of the lines drawn on them and of how they are shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import IO, Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from charting import teeth as all_teeth
from charting.actions.visits import standing_visit
from charting.imaging import queries, reading, rules
from charting.imaging.models import LARGEST_PLACE, Image, ImageDisplay, ImageKind, ImageLine
from charting.models import Visit
from clinic.files import actions as files
from clinic.history.creation import check_first, find_sent
from clinic.lib.errors import Conflict, InvalidInput, StaleVersion
from clinic.lib.ids import uuid7
from clinic.patients.models import Patient
from clinic.staff.models import User
from clinic.staff.roles import Permission

LONGEST_TITLE = 200
LONGEST_REASON = 300
LONGEST_LABEL = 120
FIRST_PICTURES = date(1896, 1, 1)
"""Of somebody whose birth nobody knows: the first dental radiographs (O. Walkhoff, 1896)."""


class OtherPerson(Conflict):
    """The name or date of birth inside a DICOM file is not the patient's."""

    code = "other_person"
    default_message = _(
        "The name or date of birth inside this file is not the patient's. Nothing was stored. "
        "Check the patient, then confirm that the picture is theirs."
    )


class PictureThere(Conflict):
    """The patient has this very file already, told otherwise."""

    code = "picture_there"
    default_message = _("This picture is in the record already, with other details. Nothing was changed: open it to say what it shows.")


class ImageInError(Conflict):
    """A picture marked as entered in error is kept as it was."""

    code = "image_in_error"
    default_message = _("This picture is marked as entered in error and cannot be changed.")


class LineWithdrawn(Conflict):
    """A line that was taken back stays taken back."""

    code = "line_withdrawn"
    default_message = _("This line was taken back already.")


def add_image(
    *,
    patient: Patient,
    content: IO[bytes],
    actor: User,
    at: datetime,
    kind: str = "",
    title: str = "",
    teeth: Sequence[int] = (),
    visit: Visit | None = None,
    taken_at: datetime | None = None,
    is_confirmed: bool = False,
    id: UUID | None = None,
) -> Image:
    """Take in a picture after opening it; the same file twice for one patient is the same picture.

    :raises PictureThere: when that picture stands with another kind, title, teeth, visit or time than are named now.
    :raises InvalidInput: the file is no picture that can be opened, or a tooth, kind or day is impossible.
    :raises OtherPerson: a DICOM file names somebody else and that was not confirmed.
    :raises VisitCancelled: when the seating of the visit was taken back.
    """
    actor.require(Permission.IMAGE_WRITE)
    _check(patient=patient, kind=kind, title=title, teeth=teeth, visit=visit, taken_at=taken_at, at=at)
    found = reading.read(content)
    is_other = rules.is_somebody_else(
        written_name=found.person, written_born=found.born, last_names=[patient.last_name, patient.birth_name], born=patient.birth_date
    )
    if is_other and not is_confirmed:
        raise OtherPerson
    named = {"kind": kind, "title": title.strip(), "teeth": sorted(set(teeth)), "visit": visit, "taken_at": taken_at}
    told = {name: value for name, value in named.items() if value}
    usual = {"kind": found.kind, "taken_at": min(found.taken_at or at, at)}
    image = Image(
        id=id or uuid7(),
        patient=patient,
        **{**usual, **told},
        attributes=found.attributes,
        no_preview=found.no_preview,
        is_confirmed=is_other,
        recorded_by=actor,
        recorded_at=at,
    )
    stored = _store_once(image, content, found)
    if any(getattr(stored, name) != value for name, value in told.items()):
        raise PictureThere(link=f"/images/{stored.pk}/")
    return stored


def _store_once(image: Image, content: IO[bytes], found: reading.Reading) -> Image:
    try:
        return _store(image, content, found)
    except IntegrityError:
        first = Image.objects.filter(patient=image.patient, in_error_at=None, file__sha256=image.file.sha256).first()
        if first is None:
            raise
        return first


@transaction.atomic
def _store(image: Image, content: IO[bytes], found: reading.Reading) -> Image:
    taken = find_sent(Image, image.pk, patient_id=image.patient_id)
    content.seek(0)
    image.file = files.store(content=content, media_type=found.media_type)
    if taken is not None:
        check_first(taken, file_id=image.file.pk)
        return taken
    first = Image.objects.filter(patient=image.patient, file=image.file, in_error_at=None).first()
    if first:
        return first
    if image.visit:
        standing_visit(image.visit)
    if found.preview:
        image.preview = files.store(content=found.preview, media_type=found.preview_type)
    image.save(force_insert=True)
    return image


@transaction.atomic
def change_image(
    *,
    image: Image,
    version: int,
    actor: User,
    at: datetime,
    kind: str,
    title: str,
    teeth: Sequence[int],
    visit: Visit | None,
    taken_at: datetime,
) -> Image:
    """Say what the picture shows, when it was taken and where it belongs.

    :raises StaleVersion: when somebody changed it since `version`.
    :raises ImageInError: when it is marked as entered in error.
    :raises VisitCancelled: when the seating of the visit was taken back.
    """
    actor.require(Permission.IMAGE_WRITE)
    row = _locked(image)
    if row.version != version:
        raise StaleVersion
    _check(patient=row.patient, kind=kind, title=title, teeth=teeth, visit=visit, taken_at=taken_at, at=at)
    if visit:
        standing_visit(visit)
    row.kind, row.title, row.teeth, row.visit, row.taken_at = kind or row.kind, title.strip(), sorted(set(teeth)), visit, taken_at
    row.save(update_fields=["kind", "title", "teeth", "visit", "taken_at"])
    row.refresh_from_db(fields=["version"])
    return row


@transaction.atomic
def mark_image_in_error(*, image: Image, actor: User, at: datetime, reason: str) -> Image:
    """Take a wrong picture out of sight; it stays in the record with the reason.

    :raises InvalidInput: without a reason.
    :raises ImageInError: when it is marked already.
    """
    actor.require(Permission.IMAGE_WRITE)
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise InvalidInput(fields={"reason": _("Say in up to 300 characters what is wrong with the picture.")})
    row = _locked(image)
    row.in_error_at, row.in_error_by, row.error_reason = at, actor, reason.strip()
    row.save(update_fields=["in_error_at", "in_error_by", "error_reason"])
    row.refresh_from_db(fields=["version"])
    return row


@dataclass(frozen=True)
class Ends:
    """Where a line begins and ends, in columns and rows of the picture's own points."""

    start: tuple[float, float]
    end: tuple[float, float]


@transaction.atomic
def draw_line(*, image: Image, ends: Ends, actor: User, at: datetime, frame: int = 0, label: str = "", id: UUID | None = None) -> ImageLine:
    """Keep a line with its label; it has a length in millimetres only when the file itself says how large a point is.

    :raises InvalidInput: when an end is off the picture, both ends are one point, or the frame or the label is impossible.
    :raises ImageInError: when the picture is marked as entered in error.
    """
    actor.require(Permission.IMAGE_WRITE)
    places = dict(zip(("start_column", "start_row", "end_column", "end_row"), (*ends.start, *ends.end), strict=True))
    drawn: dict[str, Any] = {"frame": frame, "label": label.strip(), **places}
    taken = find_sent(ImageLine, id, image_id=image.pk, **drawn)
    if taken is not None:
        return taken
    image = _locked(image)
    inside = queries.look_inside(image, frame)
    _check_line(ends, frame=frame, frames=inside.frames, label=label)
    scale = inside.scale
    return ImageLine.objects.create(
        id=id or uuid7(),
        patient=image.patient,
        image=image,
        **drawn,
        length_mm=rules.length_mm(scale, ends.start, ends.end) if scale else None,
        basis=scale.basis if scale else "",
        drawn_by=actor,
        drawn_at=at,
    )


def _check_line(ends: Ends, *, frame: int, frames: int, label: str) -> None:
    fields: dict[str, object] = {}
    if not all(0 <= place <= LARGEST_PLACE for place in (*ends.start, *ends.end)):
        fields["end"] = _("A line begins and ends on the picture.")
    elif ends.start == ends.end:
        fields["end"] = _("A line needs two different ends.")
    if not 0 <= frame < frames:
        fields["frame"] = _("The picture has no such frame.")
    if len(label) > LONGEST_LABEL:
        fields["label"] = _("Write at most 120 characters.")
    if fields:
        raise InvalidInput(fields=fields)  # type: ignore[arg-type]


@transaction.atomic
def withdraw_line(*, line: ImageLine, actor: User, at: datetime) -> ImageLine:
    """Take a line back: it is no longer shown and stays in the record.

    :raises LineWithdrawn: when it was taken back already.
    """
    actor.require(Permission.IMAGE_WRITE)
    row = ImageLine.objects.select_for_update().get(pk=line.pk)
    if row.withdrawn_at:
        raise LineWithdrawn
    row.withdrawn_at, row.withdrawn_by = at, actor
    row.save(update_fields=["withdrawn_at", "withdrawn_by"])
    row.refresh_from_db(fields=["version"])
    return row


@transaction.atomic
def save_display(
    *,
    image: Image,
    version: int,
    actor: User,
    at: datetime,
    low: float | None,
    high: float | None,
    is_negative: bool,
    quarter_turns: int,
    is_mirrored: bool,
) -> ImageDisplay:
    """Say how everybody sees the picture first; the file stays as it came in. `version` is 0 while nobody has said so.

    :raises InvalidInput: when the window is none or the turn is impossible.
    :raises StaleVersion: when somebody saved it since `version`.
    :raises ImageInError: when the picture is marked as entered in error.
    """
    actor.require(Permission.IMAGE_WRITE)
    image = _locked(image)
    if not rules.is_window_or_none(low, high):
        raise InvalidInput(fields={"high": _("The lightest value must be above the darkest.")})
    if quarter_turns not in range(4):
        raise InvalidInput(fields={"quarter_turns": _("A picture is turned by 0 to 3 quarters.")})
    row = ImageDisplay.objects.select_for_update().filter(image=image).first()
    if (row.version if row else 0) != version:
        raise StaleVersion
    row = row or ImageDisplay(image=image, patient=image.patient)
    row.low, row.high, row.is_negative, row.quarter_turns, row.is_mirrored = low, high, is_negative, quarter_turns, is_mirrored
    row.saved_by, row.saved_at = actor, at
    row.save()
    row.refresh_from_db(fields=["version"])
    return row


def _locked(image: Image) -> Image:
    row = Image.objects.select_for_update(of=("self",)).select_related("patient", "file", "preview").get(pk=image.pk)
    if row.in_error_at:
        raise ImageInError
    return row


def _check(*, patient: Patient, kind: str, title: str, teeth: Sequence[int], visit: Visit | None, taken_at: datetime | None, at: datetime) -> None:
    fields: dict[str, object] = {}
    wrong = [number for number in teeth if number not in all_teeth.KNOWN]
    if kind and kind not in ImageKind.values:
        fields["kind"] = _("Choose a kind from the list.")
    if len(title) > LONGEST_TITLE:
        fields["title"] = _("Write at most 200 characters.")
    if wrong:
        fields["teeth"] = _("There is no tooth %(tooth)s. Permanent teeth are 11–48, primary teeth 51–85.") % {"tooth": wrong[0]}
    if visit and visit.patient_id != patient.pk:
        fields["visit"] = _("This visit is another patient's.")
    if taken_at and taken_at > at + timedelta(minutes=5):
        fields["taken_at"] = _("A picture cannot be taken in the future.")
    if taken_at and taken_at.date() < (patient.birth_date or FIRST_PICTURES) - timedelta(days=1):
        fields["taken_at"] = _("A picture cannot be taken before the patient was born.")
    if fields:
        raise InvalidInput(fields=fields)  # type: ignore[arg-type]
