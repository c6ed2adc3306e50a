"""A device at the chair: the chair at which it stands, its patients of today, what it brings along of them, names of the pages' files."""

from functools import lru_cache
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from clinic.desk import packing
from clinic.desk.desks.slots import Slot, slots_of
from clinic.history.actions import record_list
from clinic.lib.clock import branch_day
from clinic.lib.errors import InvalidInput
from clinic.lib.toasts import tell
from clinic.scheduling.models import Appointment
from clinic.staff.guards import page, public
from clinic.staff.http import Request
from clinic.staff.roles import Permission

FILES = ("charting", "desk", "treatment_plans", "patients")
KINDS = (".js", ".css", ".svg")
YEAR_SECONDS = 365 * 24 * 3600


@page(Permission.CLINICAL_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def chair_day(request: Request) -> HttpResponse:
    """Today's patients of this chair, with what of them the device holds; the chair itself is chosen here, once for the device."""
    if request.method == "POST":
        return _stand_at(request)
    chair = packing.chair_here(request)
    appointments = packing.day_here(request, chair)
    record_list("desk", {appointment.patient_id for appointment in appointments})
    context = {
        "chair": chair,
        "chairs": packing.chairs_here(request),
        "slots": _slots(request, appointments) if appointments else [],
        "may_see_plans": request.user.may(Permission.PLAN_VIEW),
    }
    return render(request, "desk/chair_day.html", context)


def _slots(request: Request, appointments: list[Appointment]) -> list[Slot]:
    now = timezone.now()
    day = branch_day(now, appointments[0].branch.time_zone)
    return slots_of(appointments, user=request.user, day=day, at=now)


def _stand_at(request: Request) -> HttpResponse:
    asked = request.POST.get("chair", "")
    chair = next((chair for chair in packing.chairs_here(request) if str(chair.pk) == asked), None)
    if asked and chair is None:
        raise InvalidInput(fields={"chair": _("Choose one of the chairs of this branch.")})
    answer = redirect("chair-day")
    if chair is None:
        answer.delete_cookie(packing.CHAIR)
        tell(request, _("This device stands at no chair now."))
    else:
        answer.set_cookie(packing.CHAIR, str(chair.pk), max_age=YEAR_SECONDS, secure=not settings.DEBUG, httponly=True, samesite="Lax")
        tell(request, _("This device stands at %(chair)s now.") % {"chair": chair})
    return answer


@page(Permission.CLINICAL_VIEW)
@require_GET
def offline_pack(request: Request) -> HttpResponse:
    """The day's patients with their addresses; each is then read, and its look recorded, like any other. The ETag lets devices ask cheaply."""
    found = packing.pack_of(request.user, packing.day_here(request, packing.chair_here(request)))
    patients = [{"changed": int(packed.changed_at.timestamp() * 1000), "addresses": packed.addresses} for packed in found]
    always = [*(reverse(name) for name in packing.ALWAYS), *packing.WORDS] if found else []
    pack = {"patients": patients, "always": always, "files": list(shell_files())}
    headers = {"ETag": packing.tag_of(pack)}
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return HttpResponse(status=304, headers=headers)
    return JsonResponse({**pack, "now": int(timezone.now().timestamp() * 1000)}, headers=headers)


@public
@require_GET
def offline_worker(request: HttpRequest) -> HttpResponse:
    """The service worker: it lies at the root, because it serves every page; its code is a static file like any other."""
    code = f'import "{static("charting/js/offline/worker.js")}";\n'
    return HttpResponse(code, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


@lru_cache(maxsize=1)
def shell_files() -> tuple[str, ...]:
    """Every file that a page of a patient may ask for, under the name that it has now."""
    names = ["django_htmx/htmx-2.min.js"]
    for label in FILES:
        root = Path(apps.get_app_config(label).path) / "static"
        names += [path.relative_to(root).as_posix() for path in sorted(root.rglob("*")) if path.suffix in KINDS]
    return tuple(static(name) for name in names)
