"""One enum of permissions and one table of roles: what each role may do."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    MANAGER = "manager", _("Manager")
    ADMINISTRATOR = "administrator", _("Administrator")
    DENTIST = "dentist", _("Dentist")
    HYGIENIST = "hygienist", _("Hygienist")
    ASSISTANT = "assistant", _("Assistant")
    ACCOUNTANT = "accountant", _("Accountant")
    LAWYER = "lawyer", _("Lawyer")
    MARKETER = "marketer", _("Marketer")
    TELESECRETARY = "telesecretary", _("Telesecretary")
    SYSTEM_ADMINISTRATOR = "system_administrator", _("System administrator")


class Permission(StrEnum):
    """What a person may do; the names read as `actor.require(Permission.CHART_WRITE)`.

    PATIENT_REGISTER enters a new patient with names and contacts; PATIENT_WRITE adds to it and changes everything outside the mouth.
    Without CLINICAL_VIEW one reads and ends only those medical alerts that one has recorded oneself, and of others knows that there are some.
    DIAGNOSE gives a finding, a tooth or the mouth its ICD-10 code: whoever may only CHART_WRITE enters what is seen.
    PRESCRIBE writes prescriptions; a referral needs DIAGNOSE.
    RECORD_EXPORT takes one patient's card out of the house, LIST_EXPORT takes lists of what one may see as workbooks.
    """

    PATIENT_VIEW = "patient_view"
    PATIENT_REGISTER = "patient_register"
    PATIENT_WRITE = "patient_write"
    PATIENT_IMPORT = "patient_import"
    CLINICAL_VIEW = "clinical_view"
    CHART_WRITE = "chart_write"
    DIAGNOSE = "diagnose"
    PRESCRIBE = "prescribe"
    VISIT_WRITE = "visit_write"
    VISIT_SIGN = "visit_sign"
    VISIT_SIGN_OTHERS = "visit_sign_others"
    IMAGE_WRITE = "image_write"
    DIARY_VIEW = "diary_view"
    DIARY_WRITE = "diary_write"
    DIARY_SETUP = "diary_setup"
    PLAN_VIEW = "plan_view"
    PLAN_WRITE = "plan_write"
    PLAN_DECIDE = "plan_decide"
    PLAN_DISCOUNT = "plan_discount"
    PROCEDURE_COMPLETE = "procedure_complete"
    PROCEDURE_REVERSE = "procedure_reverse"
    DOCUMENT_VIEW = "document_view"
    DOCUMENT_ISSUE = "document_issue"
    LAB_VIEW = "lab_view"
    LAB_WRITE = "lab_write"
    STOCK_VIEW = "stock_view"
    STOCK_WRITE = "stock_write"
    MONEY_VIEW = "money_view"
    PAYMENT_POST = "payment_post"
    REFUND_POST = "refund_post"
    INVOICE_ISSUE = "invoice_issue"
    INSURANCE_VIEW = "insurance_view"
    INSURANCE_WRITE = "insurance_write"
    PRICE_VIEW = "price_view"
    PRICE_WRITE = "price_write"
    DICTIONARY_IMPORT = "dictionary_import"
    REPORT_VIEW = "report_view"
    RECORD_EXPORT = "record_export"
    LIST_EXPORT = "list_export"
    HISTORY_VIEW = "history_view"
    HISTORY_SEARCH = "history_search"
    EVIDENCE_TAKE = "evidence_take"
    HISTORY_CHECK = "history_check"
    CASE_MANAGE = "case_manage"
    STAFF_VIEW = "staff_view"
    STAFF_WRITE = "staff_write"
    SETTINGS_WRITE = "settings_write"


P = Permission
_DESK = {P.PATIENT_VIEW, P.PATIENT_REGISTER, P.PATIENT_WRITE, P.DIARY_VIEW, P.DIARY_WRITE, P.PRICE_VIEW}
_CHAIR = {
    P.PATIENT_VIEW,
    P.PATIENT_REGISTER,
    P.PATIENT_WRITE,
    P.CLINICAL_VIEW,
    P.DIARY_VIEW,
    P.PLAN_VIEW,
    P.DOCUMENT_VIEW,
    P.LAB_VIEW,
    P.STOCK_VIEW,
    P.PRICE_VIEW,
    P.IMAGE_WRITE,
}
_DOCTOR = _CHAIR | {
    P.CHART_WRITE,
    P.DIAGNOSE,
    P.VISIT_WRITE,
    P.VISIT_SIGN,
    P.DIARY_WRITE,
    P.PLAN_WRITE,
    P.PLAN_DECIDE,
    P.PROCEDURE_COMPLETE,
    P.PROCEDURE_REVERSE,
    P.DOCUMENT_ISSUE,
    P.LAB_WRITE,
    P.MONEY_VIEW,
    P.INSURANCE_VIEW,
    P.RECORD_EXPORT,
    P.HISTORY_VIEW,
}
_ALL_BUT_CLINICAL_WRITING = set(Permission) - {
    P.CHART_WRITE,
    P.DIAGNOSE,
    P.PRESCRIBE,
    P.VISIT_WRITE,
    P.VISIT_SIGN,
    P.PROCEDURE_COMPLETE,
    P.STAFF_WRITE,
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.MANAGER: frozenset(_ALL_BUT_CLINICAL_WRITING | {P.STAFF_WRITE}),
    Role.ADMINISTRATOR: frozenset(
        _DESK
        | {
            P.PATIENT_IMPORT,
            P.PLAN_VIEW,
            P.PLAN_DECIDE,
            P.DOCUMENT_VIEW,
            P.DOCUMENT_ISSUE,
            P.LAB_VIEW,
            P.LAB_WRITE,
            P.MONEY_VIEW,
            P.PAYMENT_POST,
            P.INVOICE_ISSUE,
            P.INSURANCE_VIEW,
            P.INSURANCE_WRITE,
            P.STOCK_VIEW,
            P.LIST_EXPORT,
            P.DIARY_SETUP,
        }
    ),
    Role.DENTIST: frozenset(_DOCTOR | {P.PLAN_DISCOUNT, P.PRESCRIBE}),
    Role.HYGIENIST: frozenset((_DOCTOR | {P.PLAN_DISCOUNT}) - {P.PROCEDURE_REVERSE, P.LAB_WRITE}),
    Role.ASSISTANT: frozenset(_CHAIR | {P.CHART_WRITE, P.VISIT_WRITE, P.LAB_WRITE, P.STOCK_WRITE}),
    Role.ACCOUNTANT: frozenset(
        {
            P.PATIENT_VIEW,
            P.PLAN_VIEW,
            P.DOCUMENT_VIEW,
            P.MONEY_VIEW,
            P.PAYMENT_POST,
            P.REFUND_POST,
            P.INVOICE_ISSUE,
            P.INSURANCE_VIEW,
            P.INSURANCE_WRITE,
            P.STOCK_VIEW,
            P.STOCK_WRITE,
            P.PRICE_VIEW,
            P.PRICE_WRITE,
            P.REPORT_VIEW,
            P.LIST_EXPORT,
            P.LAB_VIEW,
        }
    ),
    Role.LAWYER: frozenset(
        {
            P.PATIENT_VIEW,
            P.CLINICAL_VIEW,
            P.PLAN_VIEW,
            P.DOCUMENT_VIEW,
            P.LAB_VIEW,
            P.MONEY_VIEW,
            P.INSURANCE_VIEW,
            P.HISTORY_VIEW,
            P.HISTORY_SEARCH,
            P.EVIDENCE_TAKE,
            P.HISTORY_CHECK,
            P.CASE_MANAGE,
            P.RECORD_EXPORT,
            P.DIARY_VIEW,
            P.PRICE_VIEW,
        }
    ),
    Role.MARKETER: frozenset({P.REPORT_VIEW, P.PRICE_VIEW}),
    Role.TELESECRETARY: frozenset({P.PATIENT_VIEW, P.PATIENT_REGISTER, P.DIARY_VIEW, P.DIARY_WRITE}),
    Role.SYSTEM_ADMINISTRATOR: frozenset(
        {P.STAFF_VIEW, P.STAFF_WRITE, P.SETTINGS_WRITE, P.DICTIONARY_IMPORT, P.DIARY_SETUP, P.PRICE_VIEW, P.HISTORY_CHECK}
    ),
}


def permissions_of(roles: set[Role]) -> frozenset[Permission]:
    """The union of what the roles may do."""
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))
