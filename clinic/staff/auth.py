"""How the API knows who calls: a session cookie (with CSRF check) or a bearer token."""

from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone, translation
from ninja.security import HttpBearer, SessionAuth

from clinic.history import context
from clinic.lib.errors import InvalidInput, NotFound
from clinic.staff import queries
from clinic.staff.actions import context_of
from clinic.staff.guards import missing_step
from clinic.staff.http import AnyRequest
from clinic.staff.models import ApiToken, Branch, User


class SessionInFull(SessionAuth):
    """A browser session; it counts only after the second factor and with a password of one's own."""

    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:
        return None if missing_step(request) else request.user  # type: ignore[return-value]


session_auth = SessionInFull()


class TokenAuth(HttpBearer):
    """`Authorization: Bearer <token>`; the caller acts as the token's person, in the branch that `X-Branch` names or at home.

    :raises InvalidInput: when the person does not work in the branch that is named.
    """

    def authenticate(self, request: AnyRequest, token: str) -> User | None:  # type: ignore[override]
        row = (
            ApiToken.objects.filter(token_hash=ApiToken.hash_of(token), revoked_at=None, expires_at__gt=timezone.now(), user__is_active=True)
            .select_related("user")
            .first()
        )
        if row is None:
            return None
        request.user = row.user
        _settle(request, row.user)
        before = context.current()
        context.become(context_of(row.user, request=before.request if before else None, address=before.address if before else None))
        return row.user


def _settle(request: AnyRequest, user: User) -> None:
    """The person's branch, its time zone and the person's language, as the middleware sets them for a session."""
    wanted = request.headers.get("X-Branch", "")
    request.branches = queries.branches_of(user)
    if wanted and wanted not in {str(branch.pk) for branch in request.branches}:
        raise InvalidInput(fields={"X-Branch": NotFound.default_message})
    request.branch = user.works_in = queries.current_branch(user, wanted, request.branches)
    translation.activate(user.language)
    timezone.activate(_zone(request.branch))


def _zone(branch: Branch | None) -> ZoneInfo:
    return ZoneInfo(branch.time_zone if branch else "UTC")


token_auth = TokenAuth()
