"""What a device at the chair brings along while the clinic can be reached: addresses of the day's patients, names of the pages' files."""

from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.apps import apps
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from charting.perio import queries as perio
from clinic.lib.clock import branch_day
from clinic.scheduling import queries as scheduling
from clinic.staff.guards import page, public
from clinic.staff.http import Request
from clinic.staff.roles import Permission

MOST_PATIENTS = 30
FILES = ("charting", "desk")
KINDS = (".js", ".css", ".svg")
ALWAYS = ("/", "/api/v1/chart-palette", "/api/v1/diagnosis-codes/oral")


@page(Permission.CLINICAL_VIEW)
@require_GET
def offline_pack(request: Request) -> JsonResponse:
    """The person's patients of today in this branch; each address is then read, and its look recorded, like any other."""
    patients = _patients_of_today(request)
    addresses = [address for patient in patients for address in (reverse("chart", args=[patient]), f"/api/v1/patients/{patient}/chart")]
    for exam in perio.latest_exams(patients):
        addresses += [reverse("perio-exam", args=[exam]), f"/api/v1/perio-exams/{exam}"]
    return JsonResponse({"addresses": [*ALWAYS, *addresses] if patients else [], "files": list(shell_files())})


def _patients_of_today(request: Request) -> list[UUID]:
    if request.branch is None:
        return []
    day = branch_day(timezone.now(), request.branch.time_zone)
    seats = scheduling.dentist_day(request.user, day, request.branch).order_by("starts_at", "pk")
    return list(dict.fromkeys(seats.values_list("patient_id", flat=True)))[:MOST_PATIENTS]


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
