"""Pages of pictures: the gallery with its upload, and the viewer, of one picture or of two beside each other."""

from itertools import groupby
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from charting import notation, teeth
from charting.imaging import actions, queries, rules, sending, words
from charting.imaging.forms import ImageForm, UploadForm
from charting.imaging.models import Image
from charting.imaging.schemas import InsideOut
from clinic.files.uploads import content_of
from clinic.lib.errors import DomainError
from clinic.lib.numbers import whole
from clinic.lib.pages import page_of
from clinic.lib.panels import add_errors
from clinic.lib.toasts import tell
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission

MOST_FILES = 40
PAGE_SIZE = 60
LONGEST_NUMBER = 6


@page(Permission.CLINICAL_VIEW)
@require_http_methods(["GET", "POST"])
def images(request: Request, patient_id: UUID) -> HttpResponse:
    """The patient's pictures by day; files are dropped here, or sent by the form when there is no script."""
    patient = get_patient_for(request.user, patient_id, what="images", permission=Permission.CLINICAL_VIEW)
    form = UploadForm(request.POST if request.method == "POST" else None)
    problems: list[str] = []
    if request.method == "POST":
        request.user.require(Permission.IMAGE_WRITE)
        problems = _take_in(request, patient, form)
        if form.is_valid() and not problems:
            return redirect("images", patient_id=patient.pk)
    return render(request, "charting/images.html", _gallery(request, patient, form, problems), status=422 if request.method == "POST" else 200)


def _take_in(request: Request, patient: Patient, form: UploadForm) -> list[str]:
    """Store each sent file by itself; what is wrong with one does not hold up the others."""
    sent = request.FILES.getlist("file")[:MOST_FILES]
    if not form.is_valid():
        return []
    if not sent:
        return [_("Choose one or more files first.")]
    values = {"kind": form.cleaned_data["kind"], "teeth": form.cleaned_data["teeth"], "is_confirmed": form.cleaned_data["confirmed"]}
    visit = queries.visit_of(patient, _uuid(request.POST.get("visit", "")))
    problems = []
    for file in sent:
        try:
            actions.add_image(patient=patient, content=content_of(file), visit=visit, actor=request.user, at=timezone.now(), **values)
        except DomainError as error:
            problems.append(f"{_name(file)}: {' '.join(map(str, error.fields.values())) or error.message}")
    return problems


def _name(file: "UploadedFile[bytes]") -> str:
    return (file.name or "")[:80]


def _gallery(request: Request, patient: Patient, form: UploadForm, problems: list[str]) -> dict[str, Any]:
    tooth = whole(request.GET.get("tooth", ""))
    chosen = tooth if tooth in teeth.KNOWN else None
    visit_id = _uuid(request.GET.get("visit", "") or request.POST.get("visit", ""))
    found = queries.images_of(patient, tooth=chosen, visit_id=visit_id if request.method == "GET" else None)
    shown = page_of(request, found, PAGE_SIZE)
    everything = queries.images_of(patient).values_list("teeth", flat=True)
    return {
        "patient": patient,
        "tab": "images",
        "days": [(day, list(rows)) for day, rows in groupby(shown, key=lambda image: timezone.localtime(image.taken_at).date())],
        "count": shown.paginator.count,
        "page": shown,
        "tooth": chosen,
        "visit_id": visit_id,
        "teeth": sorted({number for row in everything for number in row}),
        "form": form,
        "problems": problems,
        "may_write": request.user.may(Permission.IMAGE_WRITE),
        "setup": {"patient": str(patient.pk), "visit": str(visit_id or ""), "words": _upload_words(), "notation": notation.for_scripts()},
    }


def _upload_words() -> dict[str, str]:
    return {
        "waiting": _("waiting"),
        "sending": _("sending"),
        "checking": _("opening"),
        "done": _("added"),
        "noPreview": _("added, without a preview"),
        "lost": _("The server could not be reached. Nothing of this file was stored; try again."),
        "broken": _("Something went wrong on our side. Nothing of this file was stored; try again."),
        "confirm": _("It is this patient's picture"),
        "retry": _("Try again"),
        "open": _("Open the picture"),
    }


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@page(Permission.CLINICAL_VIEW)
@require_http_methods(["GET", "POST"])
def image(request: Request, image_id: UUID) -> HttpResponse:
    """One picture, large; what it shows and where it belongs can be changed beside it."""
    found = queries.get_image_for(request.user, image_id)
    form = ImageForm(request.POST or None, patient=found.patient, initial=ImageForm.values_of(found))
    if request.method == "POST":
        request.user.require(Permission.IMAGE_WRITE)
        if form.is_valid():
            try:
                actions.change_image(image=found, actor=request.user, at=timezone.now(), **form.cleaned_data)
            except DomainError as error:
                add_errors(form, error)
            else:
                tell(request, _("The picture's particulars are saved."))
                return redirect("image", image_id=found.pk)
    return render(request, "charting/image.html", _viewer(request, found, form), status=422 if form.errors else 200)


def _viewer(request: Request, found: Image, form: ImageForm) -> dict[str, Any]:
    newer, older = queries.neighbours(found)
    others = queries.comparable(found)
    beside = _beside(request, found)
    may_write = request.user.may(Permission.IMAGE_WRITE) and not found.in_error_at
    shown = [image for image in (found, beside) if image and image.preview_id]
    return {
        "patient": found.patient,
        "tab": "images",
        "image": found,
        "form": form,
        "newer": newer,
        "older": older,
        "beside": beside,
        "views": [image for image in (found, beside) if image],
        "others": others,
        "may_write": may_write,
        "attributes": words.technical(found.attributes),
        "setup": {"mayWrite": may_write, "words": words.viewer(), "views": [_view_of(image) for image in shown]},
    }


def _beside(request: Request, found: Image) -> Image | None:
    """The other picture of the patient that the address asks for.

    :raises Http404: when the patient has no such picture.
    """
    asked = request.GET.get("beside", "")
    if not asked:
        return None
    key = _uuid(asked)
    other = queries.images_of(found.patient).exclude(pk=found.pk).filter(pk=key).first() if key else None
    if other is None:
        raise Http404
    return other


def _view_of(image: Image) -> dict[str, Any]:
    """A picture for the viewer's script."""
    inside = InsideOut.from_orm(queries.seen(image))
    return {
        **inside.model_dump(mode="json"),
        "id": str(image.pk),
        "isDicom": image.is_dicom,
        "middle": rules.middle(inside.frames),
        "url": reverse("image-points" if image.is_dicom else "image-view", args=[image.pk]),
        "name": str(image),
    }


@page(Permission.CLINICAL_VIEW)
@require_GET
def image_preview(request: Request, image_id: UUID) -> HttpResponse:
    """The small picture of the gallery; the look at the gallery is what history holds."""
    return sending.preview(queries.show_image_to(request.user, image_id))


@page(Permission.CLINICAL_VIEW)
@require_GET
def image_view(request: Request, image_id: UUID) -> HttpResponse:
    """The large picture of the viewer; the look at the viewer is what history holds."""
    return sending.largest(queries.show_image_to(request.user, image_id))


@page(Permission.CLINICAL_VIEW)
@require_GET
def image_points(request: Request, image_id: UUID) -> HttpResponse:
    """The points of one frame for the viewer; the look at the viewer is what history holds."""
    frame = request.GET.get("frame", "0")
    if not (frame.isascii() and frame.isdigit() and len(frame) <= LONGEST_NUMBER):
        raise Http404
    return sending.points(queries.frame_of(queries.show_image_to(request.user, image_id), int(frame)))


@page(Permission.CLINICAL_VIEW)
@require_GET
def image_file(request: Request, image_id: UUID) -> HttpResponse:
    """The file as it came in, to be saved."""
    return sending.original(queries.get_image_for(request.user, image_id))


@page(Permission.IMAGE_WRITE)
@require_POST
def image_error(request: Request, image_id: UUID) -> HttpResponse:
    """Mark a wrong picture."""
    found = queries.get_image_for(request.user, image_id)
    actions.mark_image_in_error(image=found, actor=request.user, at=timezone.now(), reason=request.POST.get("reason", ""))
    tell(request, _("The picture is marked as entered in error and no longer shown."))
    return redirect("images", patient_id=found.patient_id)
