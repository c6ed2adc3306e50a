"""Informed consents that a line calls for and nobody has signed, and what the clinic's rules make of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from treatment_plans import papers, rules
from treatment_plans.models import Alternative, ConsentRule, Document, DocumentKind, Item, Strictness


@dataclass(frozen=True)
class Missing:
    """A kind of consent that is not signed; `document` is the issued one that waits for its signature."""

    kind: str
    document: Document | None
    is_blocking: bool

    @property
    def title(self) -> str:
        return papers.title_of(self.kind)


def missing(alternative: Alternative, items: Iterable[Item], documents: Sequence[Document], *, born: date | None, day: date) -> list[Missing]:
    """Consents that these lines call for and the patient's side has not signed; `documents` come with their signatures, newest first."""
    age = rules.age_on(born, day)
    blocking = set(ConsentRule.objects.filter(strictness=Strictness.BLOCK).values_list("kind", flat=True))
    found = []
    for kind in papers.consents_for(items, is_minor=age is not None and age < rules.ADULT):
        own = [document for document in documents if document.kind == kind and _counts(document, alternative)]
        if not any(is_signed(document) for document in own):
            waiting = (document for document in own if getattr(document, "replaced_by", None) is None)
            found.append(Missing(kind, next(waiting, None), kind in blocking))
    return found


def is_signed(document: Document) -> bool:
    """Whether the patient's side has signed; `signatures` are prefetched."""
    return any(signature.role in ("patient", "representative") for signature in document.signatures.all())


def rules_by_kind() -> list[tuple[ConsentRule, str]]:
    """How strict the clinic is about every kind of consent, with the title of the kind; a rule never set warns and has version 0."""
    known = {rule.kind: rule for rule in ConsentRule.objects.all()}
    kinds = [kind for kind in DocumentKind.values if kind.startswith("consent_")]
    return [(known.get(kind) or ConsentRule(kind=kind, strictness=Strictness.WARN, version=0), papers.title_of(kind)) for kind in kinds]


def _counts(document: Document, alternative: Alternative) -> bool:
    is_ours, is_general = document.alternative_id == alternative.pk, document.alternative_id is None
    return rules.satisfies_consent(document.kind, is_of_this_plan=is_ours, is_of_no_plan=is_general)
