"""Informed consents that a line calls for and nobody has signed, and what the clinic's rules make of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from treatment_plans import papers, rules
from treatment_plans.models import Alternative, ConsentRule, Document, DocumentItem, DocumentKind, Item, Strictness


@dataclass(frozen=True)
class Missing:
    """A kind of consent that is not signed for some line.

    `document` is the issued one that names these lines and waits for its signature; `is_further`: one of the kind is signed for other lines.
    """

    kind: str
    document: Document | None
    is_blocking: bool
    is_further: bool = False

    @property
    def title(self) -> str:
        title = papers.title_of(self.kind)
        return _("%(consent)s (new lines)") % {"consent": title} if self.is_further else title


def missing(alternative: Alternative, items: Iterable[Item], documents: Sequence[Document], *, born: date | None, day: date) -> list[Missing]:
    """Consents that these lines call for and the patient's side has not signed; `documents` come with their signatures, newest first."""
    age, due = rules.age_on(born, day), list(items)
    is_minor = age is not None and age < rules.ADULT
    blocking = set(ConsentRule.objects.filter(strictness=Strictness.BLOCK).values_list("kind", flat=True))
    own = [document for document in documents if document.is_consent and document.alternative_id in (alternative.pk, None)]
    lines = set(DocumentItem.objects.filter(document__in=own).values_list("document_id", "item_id"))
    found = []
    for kind in papers.consents_for(due, is_minor=is_minor):
        called = [item for item in due if kind in papers.consents_for([item], is_minor=is_minor)]
        signed = [document for document in own if document.kind == kind and is_signed(document)]
        left = [item for item in called if not any(_counts(document, item, lines) for document in signed)]
        if left:
            waiting = [document for document in own if document.kind == kind and _is_waiting(document)]
            naming = (document for document in waiting if all(_counts(document, item, lines) for item in left))
            found.append(Missing(kind, next(naming, None), kind in blocking, is_further=any(row.alternative_id for row in signed)))
    return found


def is_signed(document: Document) -> bool:
    """Whether the patient's side has signed; `signatures` are prefetched."""
    return any(signature.role in ("patient", "representative") for signature in document.signatures.all())


def rules_by_kind() -> list[tuple[ConsentRule, str]]:
    """How strict the clinic is about every kind of consent, with the title of the kind; a rule never set warns and has version 0."""
    known = {rule.kind: rule for rule in ConsentRule.objects.all()}
    kinds = [kind for kind in DocumentKind.values if kind.startswith("consent_")]
    return [(known.get(kind) or ConsentRule(kind=kind, strictness=Strictness.WARN, version=0), papers.title_of(kind)) for kind in kinds]


def _is_waiting(document: Document) -> bool:
    return not is_signed(document) and getattr(document, "replaced_by", None) is None


def _counts(document: Document, item: Item, lines: set[tuple[UUID, UUID]]) -> bool:
    return rules.satisfies_consent(
        document.kind,
        names_line=(document.pk, item.pk) in lines,
        is_of_this_plan=document.alternative_id == item.alternative_id,
        is_of_no_plan=document.alternative_id is None,
    )
