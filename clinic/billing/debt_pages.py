"""The debts over the API, a page at a time, by the cursor that all lists have."""

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from clinic.billing import debts
from clinic.history.actions import record_list
from clinic.lib.cursors import CursorPages, NoPlace


class DebtPages(CursorPages):
    """Pages of a `debts.Scope`, the largest debt first; a page begins after a debt, so what is paid meanwhile moves nothing."""

    def __init__(self, **options: Any) -> None:
        super().__init__(ordering=("-owed", "patient_id", "currency"), **options)

    def paginate_queryset(self, queryset: Any, pagination: Any, request: HttpRequest, **params: Any) -> dict[str, Any]:
        cursor, size = self.Cursor.from_encoded_param(pagination.cursor), self._get_page_size(pagination.page_size)
        found = debts.debts(replace(queryset, after=_position(cursor.p) if cursor.p else None), limit=size + 1)
        shown = found[:size]
        record_list("billing_unpaid", (row.patient_id for row in shown))
        follows = self.Cursor(p=f"{shown[-1].owed} {shown[-1].patient_id} {shown[-1].currency}") if len(found) > size else None
        return {"next": self._add_cursor_to_URL(request.build_absolute_uri(), follows), "previous": None, "results": shown}


def _position(text: str) -> debts.Position:
    try:
        owed, patient, currency = text.split()
        return debts.Position(Decimal(owed), UUID(patient), currency)
    except (ValueError, InvalidOperation) as error:
        raise NoPlace from error
