"""How the API knows who calls: a session cookie (with CSRF check) or a bearer token."""

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer, SessionAuth

from clinic.history import context
from clinic.staff.actions import context_of
from clinic.staff.guards import missing_step
from clinic.staff.models import ApiToken, User


class SessionInFull(SessionAuth):
    """A browser session; it counts only after the second factor and with a password of one's own."""

    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:
        return None if missing_step(request) else request.user  # type: ignore[return-value]


session_auth = SessionInFull()


class TokenAuth(HttpBearer):
    """`Authorization: Bearer <token>`; the caller acts as the token's person."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        row = (
            ApiToken.objects.filter(token_hash=ApiToken.hash_of(token), revoked_at=None, expires_at__gt=timezone.now(), user__is_active=True)
            .select_related("user")
            .first()
        )
        if row is None:
            return None
        request.user = row.user
        before = context.current()
        context.become(context_of(row.user, request=before.request if before else None, address=before.address if before else None))
        return row.user


token_auth = TokenAuth()
