"""A stored file as an answer."""

from django.http import HttpResponse

from clinic.files import actions
from clinic.files.models import StoredFile


def attachment(file: StoredFile) -> HttpResponse:
    """The file to be saved: a browser neither shows it nor guesses what it is."""
    response = HttpResponse(actions.read(file), content_type=file.media_type)
    response["Content-Disposition"] = "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response
