"""Lists of many patients over the API: who was on the page is written down."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from clinic.history.actions import record_list
from clinic.lib.cursors import CursorPages


class Worklist(CursorPages):
    """Cursor pagination over records with a `patient_id`; `what` is what the history calls the list."""

    def __init__(self, *args: Any, what: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.what = what

    def paginate_queryset(self, queryset: QuerySet[Any], pagination: Any, request: HttpRequest, **params: Any) -> Any:
        page = super().paginate_queryset(queryset, pagination=pagination, request=request, **params)
        record_list(self.what, (row.patient_id for row in page["results"]))
        return page
