"""Files that are pictures, and files that only say so."""

import struct
import zipfile
import zlib
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFilter
from pydicom.data import get_testdata_file
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from charting.imaging import actions
from charting.imaging.models import Image
from clinic.patients.models import Patient
from tests.charting.factories import NOW, patient_petrov
from tests.staff.factories import dr_orlova


def jpeg(colour: str = "teal", size: tuple[int, int] = (1600, 900)) -> bytes:
    return _saved(Pillow.new("RGB", size, colour), "JPEG")


def png(shade: int = 90, size: tuple[int, int] = (300, 200)) -> bytes:
    return _saved(Pillow.new("L", size, shade), "PNG")


def _saved(picture: Pillow.Image, form: str) -> bytes:
    target = BytesIO()
    picture.save(target, form)
    return target.getvalue()


def dicom(name: str = "CT_small.dcm", **changes: object) -> bytes:
    """One of pydicom's own files, with some of its elements changed."""
    path = get_testdata_file(name)
    assert path
    if not changes:
        return Path(str(path)).read_bytes()
    dataset = pydicom.dcmread(path)
    for keyword, value in changes.items():
        setattr(dataset, keyword, value)
    target = BytesIO()
    dataset.save_as(target)
    return target.getvalue()


def radiograph(*, roots: int = 3, points: int = 600, **changes: object) -> bytes:
    """A drawn intraoral radiograph as a sensor writes it: 12 of 16 bits, calibrated at the detector, 25 points to the millimetre."""
    picture = Pillow.new("L", (points * 4 // 3, points), 60)
    pen = ImageDraw.Draw(picture)
    for place in range(roots):
        left = int(points * (0.12 + 0.4 * place))
        pen.rounded_rectangle((left, points // 6, left + points // 3, points // 2), points // 14, fill=190)
        pen.polygon([(left, points // 2), (left + points // 3, points // 2), (left + points // 6, points - 30)], fill=150)
        pen.line([(left + points // 6, points // 3), (left + points // 6, points - 60)], fill=95, width=points // 40)
    shades = np.asarray(picture.filter(ImageFilter.GaussianBlur(points / 120)), dtype=np.uint16) * 16
    dataset = pydicom.Dataset()
    values = {
        "SOPClassUID": "1.2.840.10008.5.1.4.1.1.1.3",
        "SOPInstanceUID": generate_uid(),
        "Modality": "IO",
        "PatientName": "Петров^Иван",
        "Rows": shades.shape[0],
        "Columns": shades.shape[1],
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "BitsAllocated": 16,
        "BitsStored": 12,
        "HighBit": 11,
        "PixelRepresentation": 0,
        "ImagerPixelSpacing": [0.04, 0.04],
    }
    dataset.SpecificCharacterSet = "ISO_IR 192"
    for keyword, value in (values | changes).items():
        if value is not None:
            setattr(dataset, keyword, value)
    dataset.PixelData = shades.tobytes()
    dataset["PixelData"].VR = "OW"
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    target = BytesIO()
    dataset.save_as(target, enforce_file_format=True)
    return target.getvalue()


def zipped() -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.jpg", b"not a picture")
    return target.getvalue()


def bomb() -> bytes:
    """A small PNG that says it is 60 000 points square."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def endless_dicom() -> bytes:
    """A DICOM header whose first element claims to be four gigabytes long."""
    good = dicom()
    place = good.index(b"\x08\x00\x05\x00")
    return good[:place] + b"\x08\x00\x05\x00OB\x00\x00" + b"\xfe\xff\xff\xff" + b"x" * 200


def deflated_bomb() -> bytes:
    """A DICOM file of a few kilobytes whose deflated body unpacks to half a gigabyte of zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    zeros = bytes(2**20)
    body = b"".join(packer.compress(zeros) for _ in range(512)) + packer.flush()
    syntax = b"1.2.840.10008.1.2.1.99\x00"
    syntax += b"" if len(syntax) % 2 == 0 else b"\x00"
    element = b"\x02\x00\x10\x00UI" + struct.pack("<H", len(syntax)) + syntax
    length = b"\x02\x00\x00\x00UL\x04\x00" + struct.pack("<I", len(element))
    return bytes(128) + b"DICM" + length + element + body


def add(content: bytes, *, patient: Patient | None = None, at: datetime = NOW, is_confirmed: bool = True, **values: Any) -> Image:
    """Dr Orlova takes in a picture of Petrov."""
    return actions.add_image(
        patient=patient or patient_petrov(), content=BytesIO(content), actor=dr_orlova(), at=at, is_confirmed=is_confirmed, **values
    )
