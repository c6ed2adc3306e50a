"""A finished archive as an answer."""

from typing import IO

from django.http import FileResponse


def response(file: IO[bytes], *, name: str, sha256: str) -> FileResponse:
    """A ZIP that a browser saves and no cache keeps; its hash stands in `X-Content-SHA256`."""
    answer = FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
    answer["Cache-Control"] = "no-store"
    answer["X-Content-SHA256"] = sha256
    return answer
