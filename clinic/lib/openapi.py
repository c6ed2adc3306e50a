"""What every operation of the API has in common, written into its published description in one place.

Errors have one schema; a write may carry an `Idempotency-Key`; a token may name the branch it works in. An operation says
by `openapi_extra` only what is special about it: which file it answers with (`PDF`, `XLSX` ...), `MAY_CONFLICT`, `MAY_MISS`, `OPEN`.
"""

from collections.abc import Iterator
from typing import Any

from clinic.lib import sheets
from clinic.lib.schemas import Error

Description = dict[str, Any]
SAFE = ("get", "head", "options")
REFUSALS = {
    400: ("Unreadable", "The body is no JSON value, or no form, that could be read. Nothing was saved."),
    401: ("NotAuthenticated", "Nobody is logged in, or the token is not in force."),
    403: ("NotAllowed", "The person has no right to do this, or a browser's request lacks its CSRF token."),
    404: ("NotFound", "There is no such record, or it is not the caller's to see."),
    409: ("Conflict", "It clashes with what stands: a stale version, a state that forbids it, a key that was used; `link` leads to it."),
    413: ("TooLarge", "What was sent is too large. Nothing was saved."),
    422: ("Invalid", "A rule of the clinic refuses it; `fields` says what is wrong where. Nothing was saved."),
}
HEADERS: dict[str, Description] = {
    "Idempotency-Key": {
        "description": "Makes the write safe to repeat: the second request with the key gets the first answer, marked `Idempotent-Replayed: true`.",
        "schema": {"type": "string", "maxLength": 200},
    },
    "X-Branch": {
        "description": "The branch in which the owner of the token works now; without it their home branch.",
        "schema": {"type": "string", "format": "uuid"},
    },
}
OPEN: Description = {"x-open": True}
"""For a read that everybody who is logged in may do."""
MAY_CONFLICT: Description = {"x-may-conflict": True}
"""For a read that may be refused because of a state."""
MAY_MISS: Description = {"x-may-miss": True}
"""For an operation that names what stands already by something else than an id or its address."""


def file_of(*media_types: str) -> Description:
    """For an operation that answers with a file."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in media_types}
    return {"responses": {200: {"description": "The file.", "content": content}}}


PDF, XLSX, ZIP = file_of("application/pdf"), file_of(sheets.MEDIA_TYPE), file_of("application/zip")
PNG = file_of("image/png")
IMAGE = file_of("application/dicom", "image/jpeg", "image/png")
PICTURE = file_of("image/png", "image/jpeg")
POINTS = file_of("application/octet-stream")
UPLOADED = file_of("application/pdf", "image/jpeg", "image/png", "application/dicom", "model/stl")


def complete(document: Description) -> None:
    """Add to every operation the refusals and the headers that it knows, and describe them once."""
    components = document.setdefault("components", {})
    components.setdefault("schemas", {})["Error"] = Error.model_json_schema()
    components["responses"] = {
        name: {"description": words, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
        for name, words in REFUSALS.values()
    }
    for methods in document["paths"].values():
        for method, operation in methods.items():
            operation["responses"].update({status: _reference(status) for status in _refusals(method, operation, components["schemas"])})
            names = ["X-Branch"] if method in SAFE else ["Idempotency-Key", "X-Branch"]
            operation["parameters"].extend({"in": "header", "name": name, "required": False, **HEADERS[name]} for name in names)


def _reference(status: int) -> Description:
    return {"$ref": f"#/components/responses/{REFUSALS[status][0]}"}


def _refusals(method: str, operation: Description, schemas: Description) -> Iterator[int]:
    is_write, has_body = method not in SAFE, "requestBody" in operation
    yield 401
    yield 422
    if has_body:
        yield from (400, 413)
    if not operation.pop("x-open", False) or is_write:
        yield 403
    is_named = any(parameter["in"] == "path" for parameter in operation["parameters"]) or _names_a_record(operation, schemas)
    if operation.pop("x-may-miss", False) or is_named:
        yield 404
    if operation.pop("x-may-conflict", False) or is_write:
        yield 409


def _names_a_record(operation: Description, schemas: Description) -> bool:
    """Whether the query or the body holds the id of something that stands already (`id` alone is the new record's own)."""
    asked = [(each["name"], each["schema"]) for each in operation["parameters"]]
    bodies = [("", content["schema"]) for content in operation.get("requestBody", {}).get("content", {}).values()]
    return any(_holds_id(name, part, schemas) for name, part in [*asked, *bodies])


def _holds_id(name: str, part: Description, schemas: Description) -> bool:
    if "$ref" in part:
        return _holds_id(name, schemas[part["$ref"].rpartition("/")[2]], schemas)
    inner = [(name, each) for key in ("anyOf", "allOf", "oneOf") for each in part.get(key, [])]
    inner += [(name, part["items"])] if part.get("items") else []
    inner += list(part.get("properties", {}).items())
    return (part.get("format") == "uuid" and name != "id") or any(_holds_id(key, each, schemas) for key, each in inner)
