"""Opening an uploaded picture: what it really is, whose it says it is, and its preview. Nothing here touches the database."""

import struct
import zlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from io import BytesIO
from typing import IO, Any, BinaryIO, cast

import pydicom
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from PIL import Image as Pillow
from PIL import ImageFile, ImageOps
from pydicom.filereader import read_dataset, read_preamble
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian

from charting.imaging import pixels, rules
from clinic.files.uploads import sniff
from clinic.lib.errors import InvalidInput

PHOTO_PREVIEW = 1024
DICOM_PREVIEW = 2048
EXIF_TAKEN = 36867
EXIF_FOLDER = 34665
INFLATED_BYTES = 400 * 2**20
BLOCK = 64 * 2**10
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}
UNREADABLE = (OSError, EOFError, ValueError, KeyError, AttributeError, TypeError, IndexError, SyntaxError, struct.error, zlib.error)
UNDECODABLE = (*UNREADABLE, RuntimeError, ImportError, MemoryError)
# What is kept of a DICOM header: how the picture was made, never of whom.
KEPT = (
    "Modality",
    "Manufacturer",
    "ManufacturerModelName",
    "BodyPartExamined",
    "KVP",
    "XRayTubeCurrent",
    "ExposureTime",
    "SliceThickness",
    "PixelSpacing",
    "Rows",
    "Columns",
    "NumberOfFrames",
    "PhotometricInterpretation",
)


class NotAPicture(InvalidInput):
    """The file is no picture that can be opened."""

    code = "not_a_picture"
    default_message = _("The file is damaged or is no picture. Nothing was stored.")


@dataclass(frozen=True)
class Reading:
    """What a file holds; `person` and `born` are what a DICOM file says of the patient and are not kept."""

    media_type: str
    preview: bytes | None
    preview_type: str = ""
    no_preview: str = ""
    taken_at: datetime | None = None
    kind: str = "photo"
    attributes: dict[str, Any] = field(default_factory=dict)
    person: str = ""
    born: date | None = None


def read(stream: IO[bytes]) -> Reading:
    """Open the file by its content.

    :raises InvalidInput: too large, damaged, a bomb, or no JPEG, PNG or DICOM picture.
    """
    media_type = sniff(stream)
    if media_type in FORMATS:
        return _read_picture(stream, media_type)
    if media_type == "application/dicom":
        return _read_dicom(stream)
    raise NotAPicture(_("Only JPEG, PNG and DICOM pictures belong here. Nothing was stored."))


def _read_picture(stream: IO[bytes], media_type: str) -> Reading:
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint switches this on for the whole process; half a radiograph is no radiograph
    try:
        with Pillow.open(stream, formats=[FORMATS[media_type]]) as picture:
            _refuse_bomb(*picture.size)
            picture.verify()
        stream.seek(0)
        with Pillow.open(stream, formats=[FORMATS[media_type]]) as picture:
            taken_at, size = _taken(picture), picture.size
            preview = _preview(picture, PHOTO_PREVIEW)
    except (*UNREADABLE, Pillow.DecompressionBombError) as error:
        raise NotAPicture from error
    return Reading(
        media_type=media_type,
        preview=preview[0],
        preview_type=preview[1],
        taken_at=taken_at,
        kind=rules.kind_of("", is_dicom=False),
        attributes={"Columns": size[0], "Rows": size[1]},
    )


def _refuse_bomb(width: int, height: int, samples: int = 1) -> None:
    if rules.is_too_large(width, height, samples):
        raise NotAPicture(_("The picture has too many points to be opened safely. Nothing was stored."))


def _taken(picture: Pillow.Image) -> datetime | None:
    exif = picture.getexif()
    text = exif.get_ifd(EXIF_FOLDER).get(EXIF_TAKEN) or exif.get(EXIF_TAKEN)
    return _moment(str(text), "%Y:%m:%d %H:%M:%S") if text else None


def _moment(text: str, form: str) -> datetime | None:
    try:
        return timezone.make_aware(datetime.strptime(text.strip(), form))  # noqa: DTZ007 - a device's wall clock, read in the branch's zone
    except (ValueError, OverflowError):
        return None


def _preview(picture: Pillow.Image, limit: int) -> tuple[bytes, str]:
    """The picture upright and small: PNG for greys and drawings, JPEG for colours."""
    picture.draft(None, (limit, limit))
    upright = ImageOps.exif_transpose(picture)
    grey = upright.mode in ("1", "L", "I;16", "I", "LA")
    plain = upright.convert("L" if grey else "RGB")
    plain.thumbnail((limit, limit))
    target = BytesIO()
    if grey:
        plain.save(target, "PNG", optimize=False)
    else:
        plain.save(target, "JPEG", quality=86)
    return target.getvalue(), "image/png" if grey else "image/jpeg"


def _read_dicom(stream: IO[bytes]) -> Reading:
    try:
        syntax = _transfer_syntax(stream)
        dataset = pydicom.dcmread(stream, force=False)
        size = int(dataset.get("Columns") or 0), int(dataset.get("Rows") or 0), int(dataset.get("SamplesPerPixel") or 1)
        has_pixels = "PixelData" in dataset
        attributes, person, born = _kept(dataset, syntax), _family_name(dataset), _born(dataset)
    except UNREADABLE as error:
        raise NotAPicture from error
    if not has_pixels:
        raise NotAPicture(_("This DICOM file holds no picture. Nothing was stored."))
    _refuse_bomb(*size)
    preview = _dicom_preview(dataset)
    return Reading(
        media_type="application/dicom",
        preview=preview,
        preview_type="image/png" if preview else "",
        no_preview="" if preview else "undecodable",
        taken_at=_dicom_taken(dataset),
        kind=rules.kind_of(str(attributes.get("Modality", "")), is_dicom=True),
        attributes=attributes,
        person=person,
        born=born,
    )


def _transfer_syntax(stream: IO[bytes]) -> UID:
    """Read the file's own header only; a deflated body is unpacked within bounds before anybody trusts it."""
    stream.seek(0)
    binary = cast(BinaryIO, stream)
    read_preamble(binary, force=False)
    header = read_dataset(binary, is_implicit_VR=False, is_little_endian=True, stop_when=lambda tag, _vr, _length: tag >> 16 != 2)
    syntax = UID(str(header.get("TransferSyntaxUID", "")))
    if syntax == DeflatedExplicitVRLittleEndian:
        _refuse_inflated(stream)
    stream.seek(0)
    return syntax


def _refuse_inflated(stream: IO[bytes]) -> None:
    """Count what the body unpacks to, a little at a time."""
    unpacker, size = zlib.decompressobj(-zlib.MAX_WBITS), 0
    for packed in iter(lambda: stream.read(BLOCK), b""):
        waiting = packed
        while waiting:
            size += len(unpacker.decompress(waiting, 16 * BLOCK))
            waiting = unpacker.unconsumed_tail
            if size > INFLATED_BYTES:
                raise NotAPicture(_("The picture has too many points to be opened safely. Nothing was stored."))


def _kept(dataset: pydicom.Dataset, syntax: UID) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in KEPT:
        value = dataset.get(name)
        if value not in (None, ""):
            found[name] = _plain(value)
    return {**found, "TransferSyntax": syntax.name}


def _plain(value: Any) -> Any:
    if isinstance(value, int):
        plain: Any = int(value)
    elif isinstance(value, float):
        plain = float(value)
    elif isinstance(value, str):
        plain = str(value).replace("\x00", "")[:100]
    else:
        plain = [str(part)[:40] for part in value][:4] if hasattr(value, "__iter__") else str(value)[:100]
    return plain


def _family_name(dataset: pydicom.Dataset) -> str:
    name = dataset.get("PatientName")
    return str(getattr(name, "family_name", "") or "")[:200] if name else ""


def _born(dataset: pydicom.Dataset) -> date | None:
    found = _moment(str(dataset.get("PatientBirthDate") or ""), "%Y%m%d")
    return timezone.localtime(found).date() if found else None


def _dicom_taken(dataset: pydicom.Dataset) -> datetime | None:
    for kind in ("Acquisition", "Content", "Series", "Study"):
        day = str(dataset.get(f"{kind}Date") or "")
        clock = str(dataset.get(f"{kind}Time") or "")[:6]
        found = _moment(day + clock, "%Y%m%d%H%M%S") or _moment(day, "%Y%m%d")
        if found and found > datetime(1970, 1, 1, tzinfo=UTC):
            return found
    return None


def _dicom_preview(dataset: pydicom.Dataset) -> bytes | None:
    """The middle frame as 8-bit PNG; None when the transfer syntax or the data cannot be decoded here."""
    try:
        return pixels.frame_of(dataset, rules.middle(pixels.frames_of(dataset))).png(DICOM_PREVIEW)
    except UNDECODABLE:
        return None


@dataclass(frozen=True)
class Inside:
    """What the viewer must know of a DICOM file before it asks for points."""

    frames: int
    scale: rules.Scale | None


def header_of(stream: IO[bytes]) -> pydicom.Dataset:
    """Everything of a stored DICOM file but its points."""
    return pydicom.dcmread(stream, stop_before_pixels=True)


def look_inside(header: pydicom.Dataset, number: int | None = None) -> Inside:
    """The number of frames, and how large a point of this frame (the middle one) is."""
    frames = pixels.frames_of(header)
    return Inside(frames, pixels.scale_of(pixels.meaning_of(header, rules.middle(frames) if number is None else number)))


def read_frame(stream: IO[bytes], header: pydicom.Dataset, number: int) -> pixels.Frame | None:
    """One frame of a stored DICOM file, of which only that frame is read; None when there is no such frame or it cannot be decoded here."""
    try:
        if number >= pixels.frames_of(header):
            return None
        stream.seek(0)
        is_deflated = header.file_meta.TransferSyntaxUID == DeflatedExplicitVRLittleEndian
        return pixels.frame_of(pydicom.dcmread(stream), number) if is_deflated else pixels.frame_of(header, number, stream)
    except UNDECODABLE:
        return None
