"""API of lists and reports as workbooks."""

from collections.abc import Callable, Sequence
from datetime import date
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router, Schema

from clinic.lib import openapi, sheets
from clinic.staff.http import Request
from clinic.staff.roles import Permission
from exports import actions, lists, reports
from exports.forms import scope_of
from exports.reports import Scope
from exports.tables import Table

router = Router(tags=["exports"])


class ScopeQuery(Schema):
    """Days from `first` to `last`, both included, in one branch or, without it, in all where one has the rights."""

    first: date | None = None
    last: date | None = None
    branch: UUID | None = None


def _list(found: lists.List) -> Callable[..., HttpResponse]:
    return _workbook(found.slug, found.table, (Permission.LIST_EXPORT, *found.needs))


def _workbook(slug: str, table: Callable[[Scope], Table], needs: Sequence[Permission]) -> Callable[..., HttpResponse]:
    def take(request: Request, scope: Query[ScopeQuery]) -> HttpResponse:
        for permission in needs:
            request.user.require(permission)
        found = table(scope_of(scope.dict(exclude_none=True), request.user.branches_where(*needs)))
        content = found.workbook()
        actions.note_taken(slug, scope.model_dump(mode="json", exclude_none=True), found.patients)
        return sheets.response(content, name=slug)

    take.__doc__ = table.__doc__
    return take


def _publish(path: str, name: str, summary: str, view: Callable[..., HttpResponse]) -> None:
    router.get(path, operation_id=name.replace("-", "_"), summary=summary, openapi_extra=openapi.XLSX)(view)


for _found in lists.LISTS:
    _publish(f"/lists/{_found.slug}/workbook", f"get_{_found.slug}_list", f"List of {_found.slug.replace('-', ' ')}", _list(_found))
for _slug, _table in reports.REPORTS.items():
    _view = _workbook(_slug, _table, (Permission.REPORT_VIEW,))
    _publish(f"/reports/{_slug}/workbook", f"get_{_slug}_report", _slug.replace("-", " ").capitalize(), _view)
