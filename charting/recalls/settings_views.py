"""The settings page of the clinic's rules of recalls."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from charting import dated_rules
from charting.recalls import queries, rule_editing
from charting.recalls.forms import RuleForm
from charting.requirements import names_of
from clinic.lib import panels
from clinic.lib.pages import page_of
from clinic.lib.toasts import tell
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission


@page(Permission.SETTINGS_WRITE, everywhere=Permission.SETTINGS_WRITE)
@require_GET
def recall_rules(request: Request) -> HttpResponse:
    """The rules in force, by kind."""
    shown = page_of(request, queries.rules_in_force(), 100)
    names = names_of([tag for row in shown for tag in row.acts])
    rows = [(row, ", ".join([*row.diagnoses, *(names[tag] for tag in row.acts)])) for row in shown]
    return render(request, "charting/recalls/rules.html", {"page": shown, "rows": rows})


@page(Permission.SETTINGS_WRITE, everywhere=Permission.SETTINGS_WRITE)
@require_http_methods(["GET", "POST"])
def recall_rule(request: Request, recall_rule_id: UUID | None = None) -> HttpResponse:
    """A new rule, or the successor of one."""
    rule = queries.get_rule(recall_rule_id) if recall_rule_id else None
    initial = {name: getattr(rule, name) for name in rule_editing.FIELDS} if rule else None
    form = RuleForm(request.POST or None, initial=initial)
    if rule:
        form.fields["code"].disabled = True

    def save(values: dict[str, Any]) -> str:
        rule_editing.write_rule(details=values, instead_of=rule, actor=request.user, at=timezone.now())
        tell(request, _("The rule is in force."))
        return reverse("recall-rules")

    lead = _("A change ends the rule and writes its successor; recalls that it led to stay. Of rules of one kind the one closest to the code holds.")
    return panels.submit(request, form, save, context={"title": _("Rule of recalls"), "verb": _("Save"), "lead": lead})


@page(Permission.SETTINGS_WRITE, everywhere=Permission.SETTINGS_WRITE)
@require_POST
def recall_rule_end(request: Request, recall_rule_id: UUID) -> HttpResponse:
    """From now on the rule proposes nothing."""
    dated_rules.end_rule(rule=queries.get_rule(recall_rule_id), actor=request.user, at=timezone.now())
    tell(request, _("The rule proposes nothing any more."))
    return redirect("recall-rules")
