"""Pages where the clinic edits its questionnaire: editions, the questions of a draft, publishing."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from charting import dated_rules
from charting.medical import editing, queries, rule_editing
from charting.medical.forms import PublishForm, QuestionForm, RuleForm
from charting.medical.models import Question
from clinic.lib import panels
from clinic.lib.pages import page_of
from clinic.lib.toasts import tell
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission


@page(Permission.SETTINGS_WRITE, everywhere=Permission.SETTINGS_WRITE)
@require_GET
def questionnaires(request: Request) -> HttpResponse:
    """All editions."""
    return render(request, "charting/medical/questionnaires.html", {"page": page_of(request, queries.editions())})


@page(Permission.SETTINGS_WRITE, everywhere=Permission.SETTINGS_WRITE)
@require_POST
def questionnaire_draft(request: Request) -> HttpResponse:
    """The next edition, begun from the last."""
    return redirect("medical-questionnaire", editing.begin_edition(actor=request.user).pk)


@page(Permission.SETTINGS_WRITE, everywhere=Permission.SETTINGS_WRITE)
@require_GET
def questionnaire(request: Request, questionnaire_id: UUID) -> HttpResponse:
    """The questions of one edition; those of a draft can be changed."""
    found = queries.get_questionnaire(questionnaire_id)
    return render(request, "charting/medical/questionnaire.html", {"questionnaire": found, "questions": queries.questions_of(found)})


@page(Permission.SETTINGS_WRITE, everywhere=Permission.SETTINGS_WRITE)
@require_http_methods(["GET", "POST"])
def questionnaire_publish(request: Request, questionnaire_id: UUID) -> HttpResponse:
    """From now on patients answer this edition."""
    found = queries.get_questionnaire(questionnaire_id)

    def save(values: dict[str, Any]) -> str:
        editing.publish_edition(questionnaire=found, actor=request.user, at=timezone.now(), **values)
        tell(request, _("Edition %(number)s is published.") % {"number": found.edition})
        return reverse("medical-questionnaires")

    lead = _("A published edition never changes. Histories signed on earlier editions keep theirs.")
    return panels.submit(request, PublishForm(request.POST or None), save, context={"title": _("Publish"), "verb": _("Publish"), "lead": lead})


@page(Permission.SETTINGS_WRITE, everywhere=Permission.SETTINGS_WRITE)
@require_http_methods(["GET", "POST"])
def question(request: Request, questionnaire_id: UUID | None = None, question_id: UUID | None = None) -> HttpResponse:
    """Ask something new in a draft, or ask it otherwise."""
    row = queries.get_question(question_id) if question_id else None
    of = row.questionnaire if row else queries.get_questionnaire(questionnaire_id or UUID(int=0))
    form = QuestionForm(request.POST or None, instance=row or Question(questionnaire=of), initial={"version": row.version if row else None})

    def save(values: dict[str, Any]) -> None:
        version = values.pop("version")
        editing.save_question(questionnaire=of, question=row, details=values, version=version, actor=request.user)

    return panels.submit(request, form, save, context={"title": row.text if row else _("New question"), "verb": _("Save")})


@page(Permission.SETTINGS_WRITE, everywhere=Permission.SETTINGS_WRITE)
@require_POST
def question_remove(request: Request, question_id: UUID) -> HttpResponse:
    """Take a question out of a draft."""
    row = queries.get_question(question_id)
    editing.remove_question(question=row, actor=request.user)
    return redirect("medical-questionnaire", row.questionnaire_id)


@page(Permission.SETTINGS_WRITE, everywhere=Permission.SETTINGS_WRITE)
@require_GET
def interaction_rules(request: Request) -> HttpResponse:
    """The rules in force."""
    return render(request, "charting/medical/rules.html", {"page": page_of(request, queries.rules_in_force())})


@page(Permission.SETTINGS_WRITE, everywhere=Permission.SETTINGS_WRITE)
@require_http_methods(["GET", "POST"])
def interaction_rule(request: Request, rule_id: UUID | None = None) -> HttpResponse:
    """A new rule, or the successor of one."""
    rule = queries.get_rule(rule_id) if rule_id else None
    initial = {name: getattr(rule, name) for name in rule_editing.FIELDS} if rule else None
    questions = queries.questions_of(queries.current_questionnaire())
    form = RuleForm(request.POST or None, initial=initial, questions=questions)

    def save(values: dict[str, Any]) -> str:
        rule_editing.write_rule(details=values, instead_of=rule, actor=request.user, at=timezone.now())
        tell(request, _("The rule is in force."))
        return reverse("interaction-rules")

    lead = _("A change ends the rule and writes its successor: what held on an earlier day stays readable.")
    return panels.submit(request, form, save, context={"title": _("Rule of interactions"), "verb": _("Save"), "lead": lead})


@page(Permission.SETTINGS_WRITE, everywhere=Permission.SETTINGS_WRITE)
@require_POST
def interaction_rule_end(request: Request, rule_id: UUID) -> HttpResponse:
    """From now on the rule does not fire."""
    dated_rules.end_rule(rule=queries.get_rule(rule_id), actor=request.user, at=timezone.now())
    tell(request, _("The rule does not fire any more."))
    return redirect("interaction-rules")
