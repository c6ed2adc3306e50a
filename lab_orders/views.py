"""Pages of laboratories and their orders."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clinic.files import actions as files
from clinic.files.answers import attachment
from clinic.files.uploads import sniff
from clinic.history.actions import record_list
from clinic.lib import panels
from clinic.lib.clock import branch_day
from clinic.lib.pages import page_of
from clinic.lib.toasts import tell
from clinic.patients import queries as patients
from clinic.staff import reach
from clinic.staff.guards import page
from clinic.staff.http import Request, branch_of
from clinic.staff.roles import Permission
from lab_orders import actions, queries, rules, slip, words
from lab_orders.forms import ChangeForm, FileForm, LabForm, MoveForm, OrderForm, StagesForm, TakeBackForm
from lab_orders.models import Lab, OrderState

DETAILS = ("due_date", "shade", "material", "instructions")


@page(Permission.LAB_VIEW)
def lab(request: Request) -> HttpResponse:
    """All orders of the branch, overdue ones on top."""
    branch = branch_of(request)
    state, text = request.GET.get("state", ""), request.GET.get("q", "").strip()
    orders = page_of(request, queries.orders(branch, state=state, text=text))
    today = branch_day(timezone.now(), branch.time_zone)
    record_list("lab orders", (order.patient_id for order in orders.object_list))
    context = {
        "page": orders,
        "late": queries.overdue_by_lab(branch, today),
        "today": today,
        "state": state,
        "q": text,
        "states": OrderState.choices,
        "out": rules.OUT,
    }
    return render(request, "lab_orders/lab.html", context)


@page(Permission.LAB_VIEW)
def patient_lab(request: Request, patient_id: UUID) -> HttpResponse:
    """The patient's orders and the work that waits to be ordered."""
    patient = patients.get_patient_for(request.user, patient_id, what="lab orders", permission=Permission.LAB_VIEW)
    today = branch_day(timezone.now(), branch_of(request).time_zone)
    shown = page_of(request, queries.orders_of_patient(patient))
    context = {"page": shown, "waiting": queries.procedures_to_order(patient), "today": today, "out": rules.OUT}
    return render(request, "lab_orders/patient_lab.html", {"patient": patient, "tab": "patient-lab", **context})


@page(Permission.LAB_WRITE)
def order_new(request: Request, patient_id: UUID) -> HttpResponse:
    patient = patients.get_patient_for(request.user, patient_id, what="lab orders", permission=Permission.LAB_WRITE)

    def save(values: dict[str, Any]) -> None:
        order = actions.draft_order(
            actor=request.user,
            at=timezone.now(),
            procedure_ids=[procedure.pk for procedure in values["procedures"]],
            branch=branch_of(request),
            details=_details(values),
            stages=values["stages"].splitlines(),
            id=values["id"],
        )
        tell(request, _("Order %(number)s is drafted.") % {"number": order.number}, open_url=f"/lab/{order.pk}/")

    form = OrderForm(request.POST or None, patient=patient, initial={"procedures": request.GET.getlist("procedure")})
    return panels.submit(request, form, save, context={"patient": patient, "title": _("New laboratory order"), "verb": _("Draft the order")})


@page(Permission.LAB_VIEW)
def order(request: Request, order_id: UUID) -> HttpResponse:
    """One order: what is asked, its stages, files and who moved it when."""
    found = queries.get_order_for(request.user, order_id)
    moves = [(state, words.verb(found.state, state), state in rules.NEEDS_REASON) for state in rules.NEXT_STATES[found.state]]
    is_overdue = rules.is_overdue(found.state, found.due_date, branch_day(timezone.now(), found.branch.time_zone))
    trail = [(change.state, change.is_correction) for change in found.changes.all()]
    context = {"moves": moves, "is_overdue": is_overdue, "is_open": found.state not in rules.CLOSED, "may_take_back": rules.state_before(trail)}
    return render(request, "lab_orders/order.html", {"patient": found.patient, "tab": "patient-lab", "order": found, **context})


@page(Permission.LAB_WRITE)
def order_edit(request: Request, order_id: UUID) -> HttpResponse:
    found = queries.get_order_for(request.user, order_id)
    initial = {"lab": found.lab_id, "version": found.version, **{name: getattr(found, name) for name in DETAILS}}

    def save(values: dict[str, Any]) -> None:
        actions.change_order(actor=request.user, at=timezone.now(), order_id=order_id, version=values["version"], details=_details(values))
        tell(request, _("Saved."))

    form = ChangeForm(request.POST or None, initial=initial)
    return panels.submit(request, form, save, context={"title": _("Order %(number)s") % {"number": found.number}, "verb": _("Save")})


@page(Permission.LAB_WRITE)
def order_move(request: Request, order_id: UUID) -> HttpResponse:
    """Bring the order to its next state; GET asks for the reason or a new date first."""
    found = queries.get_order_for(request.user, order_id)

    def save(values: dict[str, Any]) -> None:
        moved = actions.move_order(actor=request.user, at=timezone.now(), order_id=order_id, **values)
        tell(request, _("Order %(number)s: %(state)s.") % {"number": moved.number, "state": moved.get_state_display()})

    initial = {"version": found.version, "state": request.GET.get("state", "")}
    form = MoveForm(request.POST or None, initial=initial)
    if form["state"].value() == OrderState.CANCELLED:
        del form.fields["due_date"]
    verb = words.verb(found.state, form["state"].value() or "")
    return panels.submit(request, form, save, context={"title": _("Order %(number)s") % {"number": found.number}, "verb": verb or _("Save")})


@page(Permission.LAB_WRITE)
def order_take_back(request: Request, order_id: UUID) -> HttpResponse:
    """Take the last step back that was set by mistake, with the reason."""
    found = queries.get_order_for(request.user, order_id)
    before = rules.state_before(queries.changes_of(found))

    def save(values: dict[str, Any]) -> None:
        moved = actions.take_back(actor=request.user, at=timezone.now(), order_id=order_id, **values)
        tell(request, _("Order %(number)s: %(state)s.") % {"number": moved.number, "state": moved.get_state_display()})

    title = _("Order %(number)s: take the last step back") % {"number": found.number}
    states = {"now": found.get_state_display(), "before": OrderState(before).label if before else "–"}
    lead = _("“%(now)s” was set by mistake: the order becomes “%(before)s” again. Both stay in its history.") % states
    form = TakeBackForm(request.POST or None, initial={"version": found.version})
    return panels.submit(request, form, save, context={"title": title, "verb": _("Take it back"), "lead": lead})


@page(Permission.LAB_WRITE)
def order_stages(request: Request, order_id: UUID) -> HttpResponse:
    """Change, order, add and remove stages."""
    found = queries.get_order_for(request.user, order_id)
    form = StagesForm(request.POST or None, stages=list(found.stages.all()), due=found.due_date)

    def save(_values: dict[str, Any]) -> None:
        actions.set_stages(actor=request.user, at=timezone.now(), order_id=order_id, stages=form.wishes)
        tell(request, _("Saved."))

    context = {"title": _("Stages of order %(number)s") % {"number": found.number}, "verb": _("Save")}
    return panels.submit(request, form, save, template="lab_orders/stages.html", context=context)


@require_POST
@page(Permission.LAB_WRITE)
def stage_done(request: Request, stage_id: UUID) -> HttpResponse:
    queries.require_stage(request.user, stage_id)
    stage = actions.finish_stage(actor=request.user, at=timezone.now(), stage_id=stage_id)
    return redirect("lab-order", stage.order_id)


@page(Permission.LAB_WRITE)
def file_new(request: Request, order_id: UUID) -> HttpResponse:
    queries.get_order_for(request.user, order_id)

    def save(values: dict[str, Any]) -> None:
        upload = values["file"]
        stored = files.store(content=upload, media_type=sniff(upload))
        actions.attach_file(actor=request.user, order_id=order_id, file=stored, name=upload.name)
        tell(request, _("The file is attached."))

    form = FileForm(request.POST or None, request.FILES or None)
    return panels.submit(request, form, save, context={"title": _("Attach a file"), "verb": _("Attach")})


@page(Permission.LAB_VIEW)
def file_open(request: Request, order_id: UUID, file_id: UUID) -> HttpResponse:
    """Download an attached file."""
    attached = queries.get_file_for(request.user, order_id, file_id)
    return attachment(attached.file)


@page(Permission.LAB_VIEW)
def order_slip(request: Request, order_id: UUID) -> HttpResponse:
    """The slip as PDF."""
    found = queries.get_order_for(request.user, order_id)
    return slip.response(found, link=request.build_absolute_uri(f"/lab/{found.pk}/"))


@page(Permission.LAB_VIEW)
def labs(request: Request) -> HttpResponse:
    """Laboratories the clinic works with."""
    text = request.GET.get("q", "").strip()
    shown = page_of(request, queries.labs(text=text))
    return render(request, "lab_orders/labs.html", {"page": shown, "q": text})


@page(Permission.LAB_WRITE)
def lab_edit(request: Request, lab_id: UUID | None = None) -> HttpResponse:
    found = Lab.objects.filter(pk=lab_id).first() if lab_id else None
    request.only_reads = found is not None and not reach.holds_everywhere(request.user, Permission.LAB_WRITE)
    names = ("version", "name", "contact", "phone", "email", "usual_days", "is_active")
    initial = {name: getattr(found, name) for name in names} if found else {}

    def save(values: dict[str, Any]) -> None:
        actions.save_lab(actor=request.user, lab_id=lab_id, **values)
        tell(request, _("Saved."))

    title = found.name if found else _("New laboratory")
    return panels.submit(request, LabForm(request.POST or None, initial=initial), save, context={"title": title, "verb": _("Save")})


def _details(values: dict[str, Any]) -> actions.OrderDetails:
    return actions.OrderDetails(lab_id=values["lab"].pk, **{name: values[name] for name in DETAILS})
