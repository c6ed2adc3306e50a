"""What an uploaded file really is, told by its content, never by its name."""

from typing import IO

from django.conf import settings
from django.core.files import File
from django.utils.translation import gettext_lazy as _

from clinic.lib.errors import InvalidInput

SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)
EMPTY_OR_LARGE = _("The file is empty or larger than %(limit)s MB.")
DICOM_AT = 128
STL_HEADER = 84
STL_FACET = 50


def content_of(upload: "File[bytes]") -> IO[bytes]:
    """The bytes of an uploaded file, from its beginning.

    :raises InvalidInput: when there are none.
    """
    if upload.file is None:
        raise InvalidInput(fields={"file": EMPTY_OR_LARGE % {"limit": settings.MAX_UPLOAD_BYTES // 2**20}})
    upload.file.seek(0)
    return upload.file


def sniff(stream: IO[bytes]) -> str:
    """The media type by content: PDF, JPEG, PNG, DICOM (PS3.10 preamble) or STL.

    :raises InvalidInput: empty, too large, or none of these.
    """
    size = stream.seek(0, 2)
    stream.seek(0)
    head = stream.read(512)
    stream.seek(0)
    if not size or size > settings.MAX_UPLOAD_BYTES:
        raise InvalidInput(fields={"file": EMPTY_OR_LARGE % {"limit": settings.MAX_UPLOAD_BYTES // 2**20}})
    media_type = next((kind for signature, kind in SIGNATURES if head.startswith(signature)), None)
    if media_type is None and head[DICOM_AT : DICOM_AT + 4] == b"DICM":
        media_type = "application/dicom"
    if media_type is None and _is_stl(head, size):
        media_type = "model/stl"
    if media_type is None:
        raise InvalidInput(fields={"file": _("This is not a PDF, JPEG, PNG, STL or DICOM file. Nothing was stored.")})
    return media_type


def _is_stl(head: bytes, size: int) -> bool:
    facets = int.from_bytes(head[80:84], "little")
    is_binary = len(head) >= STL_HEADER and size == STL_HEADER + facets * STL_FACET
    return is_binary or (head.lstrip().startswith(b"solid") and b"facet" in head)
