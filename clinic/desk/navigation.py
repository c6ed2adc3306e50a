"""The rail and the patient's tabs: one table each, filtered by what the person may do and by what exists."""

from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinic.staff.models import User
from clinic.staff.roles import Permission as P

NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Entry:
    """One place to go: who may (any of `needs`, nobody excluded when empty), its icon, word and key."""

    url_name: str
    icon: str
    label: str | Promise
    needs: tuple[P, ...] = ()
    key: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Link:
    """An entry as one person sees it on one page."""

    entry: Entry
    url: str
    is_current: bool


RAIL = (
    Entry("home", "house", pgettext_lazy("rail", "Today"), key="g t"),
    Entry("diary", "calendar-days", pgettext_lazy("rail", "Diary"), (P.DIARY_VIEW,), "g d"),
    Entry("patients", "users", pgettext_lazy("rail", "Patients"), (P.PATIENT_VIEW,), "g p", ("/visits/", "/plans/", "/images/")),
    Entry("till", "wallet", pgettext_lazy("rail", "Till"), (P.MONEY_VIEW,), "g m"),
    Entry("lab", "flask-conical", pgettext_lazy("rail", "Lab"), (P.LAB_VIEW,), "g l"),
    Entry("stock", "package", pgettext_lazy("rail", "Stock"), (P.STOCK_VIEW,), "g s"),
    Entry("insurers", "shield-check", pgettext_lazy("rail", "Insurers"), (P.INSURANCE_VIEW,), "g i"),
    Entry("registries", "file-check-2", pgettext_lazy("rail", "Registries"), (P.LIST_EXPORT,), "g e"),
    Entry("reports", "chart-column", pgettext_lazy("rail", "Reports"), (P.REPORT_VIEW,), "g r"),
    Entry("history", "history", pgettext_lazy("rail", "History"), (P.HISTORY_SEARCH,), "g h"),
    Entry("cases", "gavel", pgettext_lazy("rail", "Cases"), (P.CASE_MANAGE,), "g j"),
    Entry("prices", "tags", pgettext_lazy("rail", "Prices"), (P.PRICE_VIEW,), "g c", ("/dictionaries/",)),
    Entry(
        "settings",
        "settings",
        pgettext_lazy("rail", "Settings"),
        (P.SETTINGS_WRITE, P.STAFF_VIEW, P.PRICE_WRITE, P.DICTIONARY_IMPORT, P.DIARY_SETUP, P.STOCK_WRITE, P.LAB_WRITE, P.INSURANCE_WRITE),
        "g o",
        ("/people/",),
    ),
)

PATIENT_TABS = (
    Entry("patient", "layout-list", pgettext_lazy("tab", "Overview"), (P.PATIENT_VIEW,), "1"),
    Entry("chart", "grid-2x2", pgettext_lazy("tab", "Chart"), (P.CLINICAL_VIEW,), "2"),
    Entry("plans", "list-checks", pgettext_lazy("tab", "Plan"), (P.PLAN_VIEW,), "3"),
    Entry("visits", "notebook-pen", pgettext_lazy("tab", "Visits"), (P.CLINICAL_VIEW,), "4"),
    Entry("images", "scan", pgettext_lazy("tab", "Images"), (P.CLINICAL_VIEW,), "5"),
    Entry("patient-lab", "flask-conical", pgettext_lazy("tab", "Lab"), (P.LAB_VIEW,), "6"),
    Entry("patient-money", "wallet", pgettext_lazy("tab", "Money"), (P.MONEY_VIEW,), "7"),
    Entry("patient-insurance", "shield-check", pgettext_lazy("tab", "Insurance"), (P.INSURANCE_VIEW,), "8"),
    Entry("documents", "file-text", pgettext_lazy("tab", "Documents"), (P.DOCUMENT_VIEW,), "9"),
    Entry("patient-history", "history", pgettext_lazy("tab", "History"), (P.HISTORY_VIEW,), "0"),
)

SETTINGS = (
    (
        _("People and places"),
        (
            Entry("people", "users-round", _("People, roles and access"), (P.STAFF_VIEW,)),
            Entry("places", "building-2", _("Companies and branches"), (P.SETTINGS_WRITE,)),
            Entry("shifts", "calendar-clock", _("Working hours"), (P.DIARY_SETUP,)),
            Entry("chairs", "armchair", _("Rooms and chairs"), (P.DIARY_SETUP,)),
            Entry("appointment-types", "calendar-cog", _("Kinds of appointments"), (P.DIARY_SETUP,)),
        ),
    ),
    (
        _("What the clinic does"),
        (
            Entry("prices", "tags", _("Services and prices"), (P.PRICE_VIEW,)),
            Entry("dictionaries", "book-open-text", _("Dictionaries: ICD-10, 804н, CCAM"), (P.PRICE_VIEW, P.DICTIONARY_IMPORT)),
            Entry("consent-rules", "signature", _("Consents before an act"), (P.SETTINGS_WRITE,)),
            Entry("discount-limits", "percent", _("Discounts by role"), (P.PRICE_WRITE,)),
            Entry("chart-catalogue", "swatch-book", _("Catalogue of the chart"), (P.SETTINGS_WRITE,)),
            Entry("interaction-rules", "shield-alert", _("Interactions"), (P.SETTINGS_WRITE,)),
            Entry("usual-drugs", "pill", _("Usual prescriptions"), (P.PRESCRIBE,)),
            Entry("note-requirements", "clipboard-check", _("What a note must say"), (P.SETTINGS_WRITE,)),
            Entry("recall-rules", "calendar-clock", _("When to come again"), (P.SETTINGS_WRITE,)),
            Entry("note-templates", "notebook-pen", _("Templates of notes"), (P.VISIT_WRITE, P.SETTINGS_WRITE)),
        ),
    ),
    (
        _("Partners and materials"),
        (
            Entry("labs", "flask-conical", _("Laboratories"), (P.LAB_WRITE,)),
            Entry("insurers", "shield-check", _("Insurers and programmes"), (P.INSURANCE_VIEW,)),
            Entry("stock", "package", _("Materials and lots"), (P.STOCK_VIEW,)),
            Entry("norms", "scale", _("Norms of consumption"), (P.STOCK_VIEW,)),
        ),
    ),
    (
        _("Patients"),
        (
            Entry("labels", "tags", _("Labels of patients"), (P.SETTINGS_WRITE,)),
            Entry("sources", "map-pin", _("Where patients come from"), (P.SETTINGS_WRITE,)),
            Entry("consent-texts", "file-text", _("Consent to data processing"), (P.SETTINGS_WRITE,)),
            Entry("consent-forms", "file-check-2", _("Informed consents"), (P.SETTINGS_WRITE,)),
            Entry("medical-questionnaires", "heart-pulse", _("Medical questionnaire"), (P.SETTINGS_WRITE,)),
            Entry("patients-import", "file-up", _("Import of patients"), (P.PATIENT_IMPORT,)),
        ),
    ),
)


def url_or_none(name: str, *args: object) -> str | None:
    """The page's address, or none while nobody has built it; it is looked up once, every page leads to some thirty."""
    if len(args) == 1 and isinstance(args[0], UUID):
        pattern = _address(name, NOBODY)
        return pattern and pattern.replace(str(NOBODY), str(args[0]))
    return _address(name, *args)


@lru_cache(maxsize=512)
def _address(name: str, *args: object) -> str | None:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return None


def rail(user: User, path: str) -> list[Link]:
    """Where this person may go from anywhere."""
    places = [(entry, url_or_none(entry.url_name)) for entry in RAIL if _may(user, entry)]
    return [Link(entry, url, _is_here(entry, url, path)) for entry, url in places if url]


def patient_tabs(user: User, patient_id: object, current: str) -> list[Link]:
    """The tabs of one patient that this person may open."""
    places = [(entry, url_or_none(entry.url_name, patient_id)) for entry in PATIENT_TABS if _may(user, entry)]
    return [Link(entry, url, entry.url_name == current) for entry, url in places if url]


def settings_groups(user: User) -> list[tuple[str | Promise, list[Link]]]:
    """What this person may set up, by subject; empty subjects are left out."""
    groups = [(title, _links(user, entries)) for title, entries in SETTINGS]
    return [(title, links) for title, links in groups if links]


def _links(user: User, entries: tuple[Entry, ...]) -> list[Link]:
    places = [(entry, url_or_none(entry.url_name)) for entry in entries if _may(user, entry)]
    return [Link(entry, url, is_current=False) for entry, url in places if url]


def _may(user: User, entry: Entry) -> bool:
    return not entry.needs or any(user.may(permission) for permission in entry.needs)


def _is_here(entry: Entry, url: str, path: str) -> bool:
    return path == url if url == "/" else path.startswith((url, *entry.also))
