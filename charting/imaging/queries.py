"""Reads of pictures."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from charting import teeth
from charting.imaging.models import Image
from charting.models import Visit
from clinic.lib.errors import InvalidInput, NotFound
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.staff.models import User
from clinic.staff.roles import Permission

VISIT_UNKNOWN = _("The patient has no such visit.")


def images_of(patient: Patient, *, tooth: int | None = None, visit_id: UUID | None = None) -> QuerySet[Image]:
    """The patient's pictures, the latest first, without those entered in error; of one tooth or visit when asked."""
    found = Image.objects.filter(patient=patient, in_error_at=None).select_related("file", "preview", "visit")
    found = found.filter(teeth__contains=[tooth]) if tooth in teeth.ALL else found.none() if tooth else found
    found = found.filter(visit_id=visit_id) if visit_id else found
    return found.order_by("-taken_at", "-pk")


def get_image_for(user: User, image_id: UUID, *, what: str = "image") -> Image:
    """The picture with its patient; the look is recorded.

    :raises NotAllowed: when the person may not see clinical records.
    :raises NotFound: when there is no such picture.
    """
    image = find_image(user, image_id)
    image.patient = get_patient_for(user, image.patient_id, what=what, permission=Permission.CLINICAL_VIEW)
    return image


def find_image(user: User, image_id: UUID) -> Image:
    """The picture for its bytes: a look at the patient's pictures that was recorded within ten minutes holds for all of them.

    :raises NotAllowed: when the person may not see clinical records.
    :raises NotFound: when there is no such picture.
    """
    user.require(Permission.CLINICAL_VIEW)
    image = Image.objects.filter(pk=image_id).select_related("file", "preview", "visit", "recorded_by", "in_error_by").first()
    if image is None:
        raise NotFound
    return image


def show_image_to(user: User, image_id: UUID) -> Image:
    """The picture for a page that shows it, once the person may see this patient's record."""
    image = find_image(user, image_id)
    image.patient = get_patient_for(user, image.patient_id, what="images", permission=Permission.CLINICAL_VIEW, is_part=True)
    return image


def visit_of(patient: Patient, visit_id: UUID | None) -> Visit | None:
    """:raises InvalidInput: when the patient has no such visit."""
    if visit_id is None:
        return None
    visit = Visit.objects.standing().filter(pk=visit_id, patient=patient).first()
    if visit is None:
        raise InvalidInput(fields={"visit": VISIT_UNKNOWN})
    return visit


def neighbours(image: Image) -> tuple[Image | None, Image | None]:
    """The pictures beside this one in the gallery: the newer and the older."""
    keys = list(images_of(image.patient).values_list("pk", flat=True))
    place = keys.index(image.pk) if image.pk in keys else -1
    if place < 0:
        return None, None
    beside = Image.objects.in_bulk(keys[max(place - 1, 0) : place] + keys[place + 1 : place + 2])
    newer = beside.get(keys[place - 1]) if place else None
    older = beside.get(keys[place + 1]) if place + 1 < len(keys) else None
    return newer, older
