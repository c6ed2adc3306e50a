"""A stored picture as an answer."""

import json

from django.http import Http404, HttpResponse

from charting.imaging import pixels
from charting.imaging.models import Image
from clinic.files import actions as files
from clinic.files.models import StoredFile
from clinic.history.actions import record_print

SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "application/dicom": "dcm"}
TEN_MINUTES = 600
"""As long as a look at a patient's pictures holds; after that the browser asks again, and that is a look of its own."""


def preview(image: Image) -> HttpResponse:
    """The small picture, shown in pages."""
    if image.preview is None:
        raise Http404
    return _inline(image.preview)


def largest(image: Image) -> HttpResponse:
    """What the viewer shows: the picture itself when a browser can show it, else its preview."""
    if image.is_dicom:
        return preview(image)
    return _inline(image.file)


def points(frame: pixels.Frame) -> HttpResponse:
    """The points of a frame, row by row: 16-bit little-endian greys or 8-bit RGB; what they mean is in the header `Picture-Points`."""
    rows, columns = frame.points.shape[:2]
    meaning = {
        "columns": columns,
        "rows": rows,
        "is_grey": frame.is_grey,
        "slope": frame.slope,
        "intercept": frame.intercept,
        "low": frame.low,
        "high": frame.high,
        "is_negative": frame.is_negative,
    }
    answer = HttpResponse(frame.points.tobytes(), content_type="application/octet-stream")
    answer["Picture-Points"] = json.dumps(meaning)
    answer["Cache-Control"] = f"private, max-age={TEN_MINUTES}"
    return _hardened(answer)


def original(image: Image) -> HttpResponse:
    """The file as it came in, to be saved; that it was taken out is written down."""
    record_print(what="image", patient_id=image.patient_id, body={"image": str(image.pk), "sha256": image.file.sha256})
    answer = HttpResponse(files.read(image.file), content_type=image.file.media_type)
    name = f"image-{image.taken_at:%Y%m%d}-{image.file.sha256[:8]}.{SUFFIXES.get(image.file.media_type, 'bin')}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return _hardened(answer)


def _inline(file: StoredFile) -> HttpResponse:
    answer = HttpResponse(files.read(file), content_type=file.media_type)
    answer["Content-Disposition"] = "inline"
    answer["Cache-Control"] = f"private, max-age={TEN_MINUTES}"
    return _hardened(answer)


def _hardened(answer: HttpResponse) -> HttpResponse:
    """A browser neither guesses the type nor runs anything of it."""
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
