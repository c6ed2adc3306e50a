"""The smallest body that an OpenAPI schema accepts, so that a request gets past validation to the permission."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

FORMATS: dict[str, Callable[[], Any]] = {
    "uuid": lambda: str(uuid4()),
    "date": lambda: "2026-01-15",
    "date-time": lambda: "2026-01-15T10:00:00Z",
    "time": lambda: "10:00:00",
    "binary": lambda: b"x",
    "email": lambda: "x@example.org",
    "uri": lambda: "https://example.org",
    "decimal": lambda: "1.00",
}


def sample(schema: dict[str, Any], root: dict[str, Any]) -> Any:
    """A value that `schema` accepts; `root` resolves references."""
    if "$ref" in schema:
        return sample(_resolve(schema["$ref"], root), root)
    for key in ("allOf", "anyOf", "oneOf"):
        if key in schema:
            return sample(next(part for part in schema[key] if part.get("type") != "null"), root)
    if "enum" in schema or "const" in schema:
        return schema.get("const", (schema.get("enum") or [None])[0])
    return _by_type(schema, root)


def _by_type(schema: dict[str, Any], root: dict[str, Any]) -> Any:
    kind = schema.get("type", "object")
    if kind == "object":
        properties = schema.get("properties", {})
        return {name: sample(properties[name], root) for name in schema.get("required", [])}
    if kind == "array" and "prefixItems" in schema:
        return [sample(part, root) for part in schema["prefixItems"]]
    if kind == "array":
        return [sample(schema.get("items", {}), root) for _item in range(schema.get("minItems", 0))]
    if kind == "string":
        return _text(schema)
    return {"integer": max(1, schema.get("minimum", 1)), "number": 1, "boolean": False}.get(kind)


def _text(schema: dict[str, Any]) -> Any:
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]]()
    return "1" if "pattern" in schema else "x" * max(1, schema.get("minLength", 1))


def _resolve(reference: str, root: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = root
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found
