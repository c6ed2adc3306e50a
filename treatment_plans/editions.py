"""Texts of informed consents: the clinic's own edition in force, else the sample that comes with the programme."""

import html
import re

from django.template.loader import render_to_string

from treatment_plans.models import ConsentEdition


def in_force(kind: str, language: str) -> ConsentEdition | None:
    """The clinic's newest edition, or none while the sample is printed."""
    return ConsentEdition.objects.filter(kind=kind, language=language).order_by("-edition").first()


def text_in_force(kind: str, language: str) -> str:
    """The text as it can be changed by hand: the newest edition, or the sample with its marks for headings and lists."""
    edition = in_force(kind, language)
    return edition.body if edition else _sample(kind, language)


def sample_template(kind: str, language: str) -> str:
    """Where the sample stands."""
    return f"treatment_plans/pdf/consents/{language}/{kind.removeprefix('consent_')}.html"


def _sample(kind: str, language: str) -> str:
    text: str = render_to_string(sample_template(kind, language))
    for tag, mark in (("h2", "\n## "), ("li", "- "), ("p", "")):
        text = re.sub(rf"<{tag}>\s*", mark, text)
    return re.sub(r"\n{3,}", "\n\n", html.unescape(re.sub(r"<[^>]+>", "", text))).strip()
