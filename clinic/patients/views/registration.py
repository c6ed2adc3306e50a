"""The registration screen, and the patients who may be the same person."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.forms import BaseFormSet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clinic.lib.errors import DomainError
from clinic.lib.ids import uuid7
from clinic.lib.toasts import tell
from clinic.patients import actions
from clinic.patients.forms import BLOCKS, STARTING_CONTACTS, RegistrationForm
from clinic.patients.models import Patient
from clinic.patients.queries import describe_likenesses
from clinic.patients.search import Likeness, likely_duplicates
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.queries import branches_of
from clinic.staff.roles import Permission

Blocks = dict[str, "BaseFormSet[Any]"]


@page(Permission.PATIENT_REGISTER)
def new(request: Request) -> HttpResponse:
    """One screen for everything known of a new patient."""
    if request.method != "POST":
        return _show(request, _form(request), {name: make(initial=_start(name)) for name, make in _makers(request)}, key=uuid7())
    form, blocks, key = _form(request), _blocks(request), _key(request)
    if not (form.is_valid() and all(block.is_valid() for block in blocks.values())):
        return _show(request, form, blocks, key=key)
    is_another = request.POST.get("another") == "1"
    try:
        patient = actions.register(entry=_entry(form, blocks), actor=request.user, at=timezone.now(), id=key, is_another_person=is_another)
    except actions.LikelyDuplicates as refused:
        return _show(request, form, blocks, key=key, found=refused.found, status=409)
    except DomainError as refused:
        _place_errors(form, blocks, refused)
        return _show(request, form, blocks, key=key)
    tell(request, _("%(patient)s is registered, card %(card)s.") % {"patient": patient, "card": patient.card_number})
    return redirect("patient", patient.pk)


@page(Permission.PATIENT_REGISTER)
@require_POST
def duplicates(request: Request) -> HttpResponse:
    """Who of the registered may be this person, while the screen is being filled in."""
    form, blocks = _form(request), _blocks(request)
    if not all([form.is_valid(), *(block.is_valid() for block in blocks.values())]):
        return HttpResponse()
    entry = _entry(form, blocks)
    actions.check_entry(entry, timezone.localdate())
    found = likely_duplicates(actions.person_of(entry))
    return render(request, "patients/_duplicates.html", {"likenesses": describe_likenesses(found)})


def _makers(request: Request) -> list[tuple[str, Callable[..., "BaseFormSet[Any]"]]]:
    """The blocks of the screen: who only registers enters phones and e-mail."""
    may_write = request.user.may(Permission.PATIENT_WRITE)
    return [(name, make) for name, make in BLOCKS.items() if may_write or name == "contacts"]


def _start(name: str) -> list[dict[str, Any]] | None:
    return STARTING_CONTACTS if name == "contacts" else None


def _form(request: Request) -> RegistrationForm:
    branch = request.branch
    initial = {"branch": branch, "language": branch.language, "country": branch.legal_entity.country} if branch else {}
    form = RegistrationForm(request.POST or None, branches=branches_of(request.user), initial=initial)
    if not request.user.may(Permission.PATIENT_WRITE):
        del form.fields["labels"]
    return form


def _blocks(request: Request) -> Blocks:
    return {name: make(request.POST, initial=_start(name)) for name, make in _makers(request)}


def _key(request: Request) -> UUID:
    try:
        return UUID(request.POST.get("id", ""))
    except ValueError:
        return uuid7()


def _filled(block: "BaseFormSet[Any]") -> list[Any]:
    return [form for form in block if form.has_changed() and form.cleaned_data]


def _entry(form: RegistrationForm, blocks: Blocks) -> actions.Registration:
    data = dict(form.cleaned_data)
    labels = list(data.pop("labels", []))
    records = {name: [row.record() for row in _filled(block)] for name, block in blocks.items()}
    return actions.Registration(Patient(**data), labels=labels, **records)


def _place_errors(form: RegistrationForm, blocks: Blocks, refused: DomainError) -> None:
    """Put each error beside its own field: `contacts.1.value` belongs to the second filled row of the contacts."""
    for name, text in refused.fields.items():
        block, _dot, rest = name.partition(".")
        if block in blocks:
            index, _dot, field = rest.partition(".")
            _filled(blocks[block])[int(index)].add_error(field if field != "related_patient" else "related_card", str(text))
        else:
            form.add_error(name if name in form.fields else None, str(text))
    if not refused.fields:
        form.add_error(None, str(refused.message))


def _show(
    request: Request, form: RegistrationForm, blocks: Blocks, *, key: UUID, found: list[Likeness] | None = None, status: int | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "key": key,
        "likenesses": describe_likenesses(found or []),
        "is_refused": found is not None,
        "may_write": request.user.may(Permission.PATIENT_WRITE),
    }
    return render(request, "patients/new.html", {**context, **blocks}, status=status or (422 if request.method == "POST" else 200))
