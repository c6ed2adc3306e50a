"""Tags of the shell: the patient's header, a remembered title, initials and age."""

from datetime import date
from functools import lru_cache
from typing import Any

from django import template
from django.template.base import NodeList, Parser, TextNode, Token
from django.template.context import Context
from django.template.library import SimpleNode
from django.templatetags.i18n import TranslateNode
from django.templatetags.static import StaticNode
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext

from clinic.desk import marks, navigation
from clinic.desk.header import PatientHeader
from clinic.lib.templatetags.house import icon
from clinic.patients.models import Patient

register = template.Library()
CURRENT = mark_safe(' aria-current="page"')
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


class SteadyNode(template.Node):
    """Renders its content once for each language. What is kept lives and dies with the compiled template."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist
        self.kept: dict[str | None, SafeString] = {}

    def render(self, context: Context) -> SafeString:
        language = get_language()
        if language not in self.kept:
            self.kept[language] = self.nodelist.render(context)
        return self.kept[language]


@register.tag
def steady(parser: Parser, token: Token) -> SteadyNode:
    """`{% steady %}...{% endsteady %}`: what stands on every page in the same words for everybody: text, words, icons, addresses of files."""
    nodelist = parser.parse(("endsteady",))
    parser.delete_first_token()
    for node in nodelist:
        if not _is_steady(node):
            raise template.TemplateSyntaxError(f"{node!r} may differ from page to page, so it cannot stand inside steady")
    return SteadyNode(nodelist)


def _is_steady(node: Any) -> bool:
    """Does the node name nothing of the page?"""
    match node:
        case TextNode():
            return True
        case TranslateNode():
            named = [node.filter_expression]
        case StaticNode():
            named = [node.path]
        case SimpleNode():
            named = [*node.args, *node.kwargs.values()]
        case _:
            return False
    return all(getattr(expression.var, "lookups", None) is None for expression in named)


@register.simple_tag
def rail_links(links: list[navigation.Link]) -> SafeString:
    """The places of the rail; the same ones look the same on every page."""
    return _rail_links(tuple((link.entry.url_name, link.url, link.is_current) for link in links), get_language())


@lru_cache(maxsize=512)
def _rail_links(links: tuple[tuple[str, str, bool], ...], _language: str | None) -> SafeString:
    entries = {entry.url_name: entry for entry in navigation.RAIL}
    rows = [(url, entries[name].key, CURRENT if is_current else "", icon(entries[name].icon), entries[name].label) for name, url, is_current in links]
    return format_html_join("\n", '<li><a href="{}" data-key="{}"{}>{}<span>{}</span></a></li>', rows)


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
        "offers_note": tab not in ("chart", "visits"),
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
