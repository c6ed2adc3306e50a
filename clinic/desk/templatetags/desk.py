"""Tags of the shell: the patient's header, a remembered title, initials and age."""

from datetime import date
from typing import Any

from django import template
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from clinic.desk import marks, navigation
from clinic.desk.header import PatientHeader
from clinic.patients.models import Patient

register = template.Library()
register.filter(marks.alert_words)


class RememberNode(template.Node):
    """Renders its content once and keeps it under a name, so that one block fills both <title> and <h1>."""

    def __init__(self, nodelist: NodeList, name: str) -> None:
        self.nodelist = nodelist
        self.name = name

    def render(self, context: Context) -> str:
        context[self.name] = SafeString(self.nodelist.render(context).strip())
        return ""


@register.tag
def remember(parser: Parser, token: Token) -> RememberNode:
    """`{% remember name %}...{% endremember %}`: keep the rendered content in `name`."""
    name = token.split_contents()[1]
    nodelist = parser.parse(("endremember",))
    parser.delete_first_token()
    return RememberNode(nodelist, name)


@register.inclusion_tag("desk/_patient_header.html", takes_context=True)
def patient_header(context: Context, patient: Patient, tab: str = "") -> dict[str, Any]:
    """Who this is, what is dangerous, what is owed, when they come next; and the tabs."""
    request = context["request"]
    return {
        "patient": patient,
        "header": PatientHeader(request.user, patient),
        "tabs": navigation.patient_tabs(request.user, patient.pk, tab),
        "url": navigation.url_or_none("patient", patient.pk),
        "actions": context.get("page_actions", ""),
    }


@register.simple_tag
def place(url_name: str, *args: object) -> str:
    """The address of a page that this version of the clinic has, else nothing."""
    return navigation.url_or_none(url_name, *args) or ""


@register.filter
def in_language(record: Any, language: str) -> str:
    """The title or name of a service, an appointment type and the like in the reader's language."""
    read = getattr(record, "title_in", None) or getattr(record, "name_in", None)
    return str(read(language)) if read else str(record or "")


@register.filter
def initials(name: object) -> str:
    """The first letters of the first two words."""
    return "".join(word[0] for word in str(name).split()[:2]).upper()


@register.filter
def age(birth_date: date | None) -> str:
    """Whole years today in words; months for a baby."""
    if birth_date is None:
        return ""
    today = timezone.localdate()
    months = (today.year - birth_date.year) * 12 + today.month - birth_date.month - (today.day < birth_date.day)
    if months < 24:
        return ngettext("%(count)d month", "%(count)d months", months) % {"count": months}
    return ngettext("%(count)d year", "%(count)d years", months // 12) % {"count": months // 12}
