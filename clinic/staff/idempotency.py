"""`Idempotency-Key` on API writes: a request that arrives twice is done once and answered twice with the same words.

The write and the kept answer are one transaction; only the seal of a signature is added to the answer after it. A second request with
the key waits for the first one at the unique constraint (user, key); an answer of 400 or above is rolled back with everything it did, so
a retry is a new try.
"""

import hashlib
import json
from collections.abc import Callable

from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.history.schemas import completed
from clinic.lib.errors import Conflict, DomainError, InvalidInput
from clinic.lib.incoming import is_writable
from clinic.lib.refusals import as_refusal
from clinic.staff.auth import token_auth
from clinic.staff.http import AnyRequest
from clinic.staff.models import IdempotentAnswer, User

SAFE = ("GET", "HEAD", "OPTIONS")
MAX_KEY = 200
MAX_HASHED = 2 * 2**20
TAKE_KEY = (
    "INSERT INTO staff_idempotentanswer (user_id, key, fingerprint, status, content_type, body, created_at)"
    " VALUES (%s, %s, %s, 0, '', '', %s) ON CONFLICT ON CONSTRAINT staff_idempotency_key_once DO NOTHING RETURNING id"
)


class IdempotencyMismatch(Conflict):
    """The key was used for another request."""

    code = "idempotency_mismatch"
    default_message = _("This Idempotency-Key was used for a different request. Send a new key with a new request.")


class IdempotencyMiddleware:
    """Honours the header on every unsafe request under /api/ that says who calls."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: AnyRequest) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        if not key or request.method in SAFE or not request.path.startswith("/api/"):
            return self.get_response(request)
        try:
            user = _caller(request)
        except DomainError as error:
            return _refusal(error)
        if user is None:
            return self.get_response(request)
        if len(key) > MAX_KEY or not is_writable(key):
            return _refusal(InvalidInput(_("The Idempotency-Key is longer than 200 characters, or holds some that cannot be stored.")))
        try:
            return _sealed(request, user, key, self._once(request, user, key))
        except DatabaseError as error:  # what the database says only when the transaction ends
            refusal = as_refusal(error)
            if refusal is None:
                raise
            return _refusal(refusal)

    @transaction.atomic
    def _once(self, request: HttpRequest, user: User, key: str) -> HttpResponse:
        fingerprint = _fingerprint(request)
        mine = _take(user, key, fingerprint)
        if mine is None:
            return _first_answer(user, key, fingerprint)
        response = self.get_response(request)
        if response.status_code >= 400:
            transaction.set_rollback(True)
        else:
            response = _collected(response)
            IdempotentAnswer.objects.filter(pk=mine).update(
                status=response.status_code, content_type=response.headers.get("Content-Type", ""), body=_kept(request, response)
            )
        return response


def _sealed(request: HttpRequest, user: User, key: str, response: HttpResponse) -> HttpResponse:
    """A signature can be sealed only after its transaction: the answer waits for that here, and is kept with it from then on."""
    content = completed(response.content) if response.status_code < 400 else None
    if content is not None:
        response.content = content
        response.headers.pop("Content-Length", None)
        IdempotentAnswer.objects.filter(user=user, key=key).update(body=_kept(request, response))
    return response


def _kept(request: HttpRequest, response: HttpResponse) -> bytes:
    """The answer as it is kept: without the secrets that the operation says are shown once (`show_once`)."""
    names: tuple[str, ...] = getattr(request, "shown_once", ())
    if not names:
        return response.content
    return json.dumps({**json.loads(response.content), **dict.fromkeys(names, "")}).encode()


def _caller(request: AnyRequest) -> User | None:
    if request.user.is_authenticated:
        return request.user
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token_auth.authenticate(request, token) if scheme.lower() == "bearer" else None


def _take(user: User, key: str, fingerprint: str) -> int | None:
    """The id of the row when the key is new; waits while another transaction holds it."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_KEY, [user.pk, key, fingerprint, timezone.now()])
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _first_answer(user: User, key: str, fingerprint: str) -> HttpResponse:
    answer = IdempotentAnswer.objects.get(user=user, key=key)
    if answer.fingerprint != fingerprint:
        return _refusal(IdempotencyMismatch())
    response = HttpResponse(bytes(answer.body), status=answer.status, content_type=answer.content_type)
    response["Idempotent-Replayed"] = "true"
    return response


def _fingerprint(request: HttpRequest) -> str:
    """What was asked: method, address and body (of a long upload its length, of a form without its random boundary)."""
    length = int(text) if (text := request.META.get("CONTENT_LENGTH") or "").isdecimal() else 0
    body = request.body if length <= MAX_HASHED else str(length).encode()
    boundary = request.content_params.get("boundary", "") if request.content_params else ""
    if boundary:
        body = body.replace(boundary.encode(), b"")
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    digest.update(body)
    return digest.hexdigest()


def _collected(response: HttpResponse) -> HttpResponse:
    if not isinstance(response, StreamingHttpResponse):
        return response
    whole = HttpResponse(response.getvalue(), status=response.status_code)
    whole.headers = response.headers
    return whole


def _refusal(error: DomainError) -> HttpResponse:
    fields = {name: str(text) for name, text in error.fields.items()}
    return JsonResponse({"code": error.code, "message": str(error.message), **({"fields": fields} if fields else {})}, status=error.status)
