"""Who may open what: one row for each page (by URL name) and each API operation (by operation_id).

A row's value: PUBLIC (everybody), ANYONE (everybody who is logged in), or the permissions that are needed, all of them.
`any_of(...)` stands for pages that need at least one. Whoever adds a page or an operation adds its row here.
"""

from clinic.staff.roles import Permission as P

PUBLIC, ANYONE = "public", ()
Needs = str | tuple[P, ...] | frozenset[P]


def any_of(*permissions: P) -> frozenset[P]:
    """One of them is enough."""
    return frozenset(permissions)


PAGES: dict[str, Needs] = {
    # staff
    "login": PUBLIC,
    "logout": ANYONE,
    "lock": ANYONE,
    "switch-user": PUBLIC,
    "second-factor": ANYONE,
    "account": ANYONE,
    "password-change": ANYONE,
    "pin-change": ANYONE,
    "choose-language": PUBLIC,
    "second-factor-enrol": ANYONE,
    "backup-codes": ANYONE,
    "second-factor-off": ANYONE,
    "people": (P.STAFF_VIEW,),
    "person-new": (P.STAFF_WRITE,),
    "person": (P.STAFF_VIEW,),
    "person-edit": (P.STAFF_WRITE,),
    "person-roles": (P.STAFF_WRITE,),
    "person-role-end": (P.STAFF_WRITE,),
    "person-deactivation": (P.STAFF_WRITE,),
    "person-password": (P.STAFF_WRITE,),
    "person-pin": (P.STAFF_WRITE,),
    "person-second-factor": (P.STAFF_WRITE,),
    "person-tokens": (P.STAFF_WRITE,),
    "person-token-revocation": (P.STAFF_WRITE,),
    "places": (P.SETTINGS_WRITE,),
    "legal-entity-new": (P.SETTINGS_WRITE,),
    "legal-entity": (P.SETTINGS_WRITE,),
    "branch-new": (P.SETTINGS_WRITE,),
    "branch": (P.SETTINGS_WRITE,),
    # desk
    "home": ANYONE,
    "choose-branch": ANYONE,
    # inventory
    "stock": (P.STOCK_VIEW,),
    "material": (P.STOCK_VIEW,),
    "material-new": (P.STOCK_WRITE,),
    "material-edit": (P.STOCK_WRITE,),
    "receipt-new": (P.STOCK_WRITE,),
    "lot-discard": (P.STOCK_WRITE,),
    "lot-count": (P.STOCK_WRITE,),
    "norms": (P.STOCK_VIEW,),
    "norm-new": (P.STOCK_WRITE,),
    "norm-remove": (P.STOCK_WRITE,),
    # lab_orders
    "lab": (P.LAB_VIEW,),
    "labs": (P.LAB_VIEW,),
    "lab-new": (P.LAB_WRITE,),
    "lab-edit": (P.LAB_WRITE,),
    "patient-lab": (P.LAB_VIEW,),
    "lab-order-new": (P.LAB_WRITE,),
    "lab-order": (P.LAB_VIEW,),
    "lab-order-edit": (P.LAB_WRITE,),
    "lab-order-move": (P.LAB_WRITE,),
    "lab-order-file-new": (P.LAB_WRITE,),
    "lab-order-file": (P.LAB_VIEW,),
    "lab-order-slip": (P.LAB_VIEW,),
    "lab-stage-done": (P.LAB_WRITE,),
    # price_list
    "prices": (P.PRICE_VIEW,),
    "service": (P.PRICE_VIEW,),
    "service-new": (P.PRICE_WRITE,),
    "service-edit": (P.PRICE_WRITE,),
    "price-new": (P.PRICE_WRITE,),
    "dictionaries": (P.PRICE_VIEW,),
    "dictionary-import": (P.PRICE_VIEW,),
    "dictionary-new": (P.DICTIONARY_IMPORT,),
    # api
    "api:openapi-json": PUBLIC,
    "api:openapi-view": PUBLIC,
}

OPERATIONS: dict[str, Needs] = {
    # price_list
    "list_services": (P.PRICE_VIEW,),
    "create_service": (P.PRICE_WRITE,),
    "change_service": (P.PRICE_WRITE,),
    "list_prices": (P.PRICE_VIEW,),
    "set_price": (P.PRICE_WRITE,),
    "list_dictionaries": (P.PRICE_VIEW,),
    "list_codes": (P.PRICE_VIEW,),
    "import_dictionary": (P.DICTIONARY_IMPORT,),
    # staff
    "me": ANYONE,
    "change_me": ANYONE,
    "users": (P.STAFF_VIEW,),
    "create_user": (P.STAFF_WRITE,),
    "user": (P.STAFF_VIEW,),
    "update_user": (P.STAFF_WRITE,),
    "deactivate_user": (P.STAFF_WRITE,),
    "grant_role": (P.STAFF_WRITE,),
    "end_role": (P.STAFF_WRITE,),
    "branches": ANYONE,
    "create_branch": (P.SETTINGS_WRITE,),
    "update_branch": (P.SETTINGS_WRITE,),
    "tokens": (P.STAFF_WRITE,),
    "create_token": (P.STAFF_WRITE,),
    "revoke_token": ANYONE,
    # inventory
    "list_materials": (P.STOCK_VIEW,),
    "create_material": (P.STOCK_WRITE,),
    "change_material": (P.STOCK_WRITE,),
    "list_lots": (P.STOCK_VIEW,),
    "find_lots": (P.STOCK_VIEW,),
    "receive_material": (P.STOCK_WRITE,),
    "discard_material": (P.STOCK_WRITE,),
    "count_lot": (P.STOCK_WRITE,),
    "list_movements": (P.STOCK_VIEW,),
    "list_patient_materials": (P.STOCK_VIEW,),
    "list_norms": (P.STOCK_VIEW,),
    "set_norm": (P.STOCK_WRITE,),
    "remove_norm": (P.STOCK_WRITE,),
    # lab_orders
    "list_labs": (P.LAB_VIEW,),
    "save_lab": (P.LAB_WRITE,),
    "list_lab_orders": (P.LAB_VIEW,),
    "list_patient_lab_orders": (P.LAB_VIEW,),
    "draft_lab_order": (P.LAB_WRITE,),
    "get_lab_order": (P.LAB_VIEW,),
    "change_lab_order": (P.LAB_WRITE,),
    "move_lab_order": (P.LAB_WRITE,),
    "finish_lab_stage": (P.LAB_WRITE,),
    "get_lab_slip": (P.LAB_VIEW,),
}
