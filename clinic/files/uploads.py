"""What an uploaded file really is, told by its content, never by its name."""

from typing import IO

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from clinic.lib.errors import InvalidInput

SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)
DICOM_AT = 128
STL_HEADER = 84
STL_FACET = 50


def sniff(stream: IO[bytes]) -> str:
    """The media type by content: PDF, JPEG, PNG, DICOM (PS3.10 preamble) or STL.

    :raises InvalidInput: empty, too large, or none of these.
    """
    size = stream.seek(0, 2)
    stream.seek(0)
    head = stream.read(512)
    stream.seek(0)
    if not size or size > settings.MAX_UPLOAD_BYTES:
        limit = settings.MAX_UPLOAD_BYTES // 2**20
        raise InvalidInput(fields={"file": _("The file is empty or larger than %(limit)s MB.") % {"limit": limit}})
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
