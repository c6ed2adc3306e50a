"""What the note of a visit must say before it is signed, asked of the database that also enforces it, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from charting.medical.vocabulary import ACTS
from charting.models import NotePart, NoteRequirement, Visit
from clinic.lib.errors import NotFound
from clinic.price_list.models import Service

Text = str | Promise
ANY = "any"
SERVICE = "service:"
KINDS: Mapping[str, Text] = {ANY: _("every visit"), **{tag: label for tag, label in ACTS.items() if not tag.startswith("drug:")}}
"""Acts that a rule may name besides single services."""
ASKS: Mapping[str, Text] = {
    NotePart.COMPLAINT: _("Write the complaint."),
    NotePart.ANAMNESIS: _("Write the history of the complaint."),
    NotePart.ANAMNESIS_VITAE: _("Write the past history."),
    NotePart.OBJECTIVE: _("Write the findings."),
    NotePart.DIAGNOSIS: _("Give a diagnosis."),
    NotePart.ANAESTHESIA: _("Note the anaesthesia, or that there was none."),
    NotePart.TREATMENT: _("Write the treatment."),
    NotePart.RECOMMENDATIONS: _("Write the recommendations."),
}
NEEDED = """
SELECT n.part, n.acts, n.part IN (SELECT lacking FROM charting_visit_lacks(v.id, to_jsonb(v)) AS lacking)
FROM charting_visit v, charting_required_parts(v.id) n WHERE v.id = %s
"""


@dataclass(frozen=True)
class Need:
    """A part that the note must have, the acts (tags) for which, and whether it has not."""

    part: str
    acts: Sequence[str]
    reasons: str
    is_missing: bool

    @property
    def ask(self) -> str:
        """What to do, and why."""
        return _("%(ask)s Required: %(reasons)s.") % {"ask": ASKS[self.part], "reasons": self.reasons}


def needs_of(visit: Visit) -> list[Need]:
    """What the rules ask of the visit as it stands in the database, in the order of the note."""
    with connection.cursor() as cursor:
        cursor.execute(NEEDED, [visit.pk])
        found = {part: (acts, is_missing) for part, acts, is_missing in cursor.fetchall()}
    names = names_of([tag for acts, _is_missing in found.values() for tag in acts]) if found else {}
    rows = [(part, *found[part]) for part in NotePart.values if part in found]
    return [Need(part, acts, ", ".join(names[tag] for tag in acts), is_missing) for part, acts, is_missing in rows]


def names_of(tags: Sequence[str]) -> dict[str, str]:
    """Acts in the reader's language: kinds by their names, services by their titles."""
    codes = {tag.removeprefix(SERVICE) for tag in tags if tag.startswith(SERVICE)}
    services = {f"{SERVICE}{row.code}": str(row) for row in Service.objects.filter(code__in=codes)} if codes else {}
    return {tag: services.get(tag) or str(KINDS.get(tag, tag)).lower() for tag in tags}


def listed() -> QuerySet[NoteRequirement]:
    """Every rule, those no longer asked for too."""
    return NoteRequirement.objects.order_by("act", "pk")


def get_requirement(requirement_id: UUID) -> NoteRequirement:
    """:raises NotFound: when there is none."""
    found = listed().filter(pk=requirement_id).first()
    if found is None:
        raise NotFound
    return found
