"""Every API operation as a request that its schema accepts, filled with ids that exist."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from clinic.api import api
from tests.hostile.world import NEW, id_called
from tests.schema_samples import FORMATS

Answer = Any


def resolve(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    """The schema behind a reference."""
    while "$ref" in schema or (len(schema.get("allOf", [])) == 1):
        reference = schema.get("$ref") or schema["allOf"][0].get("$ref")
        found: dict[str, Any] = root
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def filled(schema: dict[str, Any], root: dict[str, Any], name: str = "") -> Any:
    """A value for the field `name`: every property given, ids of records that exist."""
    schema = resolve(schema, root)
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return filled(next(part for part in schema[key] if part.get("type") != "null"), root, name)
    if "enum" in schema or "const" in schema:
        return schema.get("const", (schema.get("enum") or [None])[0])
    return _by_type(schema, root, name)


def _by_type(schema: dict[str, Any], root: dict[str, Any], name: str) -> Any:
    kind = schema.get("type", "object")
    if kind == "object":
        return {key: filled(part, root, key) for key, part in schema.get("properties", {}).items() if key not in NEW}
    if kind == "array":
        return [filled(schema.get("items", {}), root, name)] if schema.get("items") else []
    if kind == "string":
        return _text(schema, name)
    return {"integer": max(1, schema.get("minimum", 1)), "number": 1, "boolean": False}.get(kind)


def _text(schema: dict[str, Any], name: str) -> Any:
    if schema.get("format") == "uuid":
        return id_called(name) or FORMATS["uuid"]()
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]]()
    return "1.00" if "pattern" in schema else "x" * max(1, schema.get("minLength", 1))


@dataclass(frozen=True)
class Operation:
    """One operation of the API and a body, an address and a query that fit it."""

    name: str
    method: str
    route: str
    parameters: dict[str, dict[str, Any]]
    path: dict[str, Any]
    query: dict[str, Any]
    body_schema: dict[str, Any]
    content_type: str
    statuses: frozenset[int]
    root: dict[str, Any] = field(repr=False)

    @cached_property
    def body(self) -> Any:
        return filled(self.body_schema, self.root) if self.body_schema else None

    @cached_property
    def fields(self) -> dict[str, dict[str, Any]]:
        return (
            {name: self._flat(part) for name, part in resolve(self.body_schema, self.root).get("properties", {}).items()} if self.body_schema else {}
        )

    def _flat(self, part: dict[str, Any]) -> dict[str, Any]:
        part = resolve(part, self.root)
        if "anyOf" in part:
            return {**part, "anyOf": [resolve(each, self.root) for each in part["anyOf"]]}
        return part

    def ask(
        self, client: Client, *, body: Any = ..., path: dict[str, Any] | None = None, query: dict[str, Any] | None = None, **headers: Any
    ) -> Answer:
        """Send the request, with a body, parts of the address or a query of one's own."""
        address = self.route.format(**{**self.path, **(path or {})})
        asked = {**self.query, **(query or {})}
        if asked:
            address += "?" + urlencode({key: _for_query(value) for key, value in asked.items()}, errors="surrogatepass")
        body = self.body if body is ... else body
        if self.content_type.startswith("multipart") and not isinstance(body, bytes):
            return client.post(address, _form(body or {}), **headers)
        content = body if isinstance(body, bytes) else json.dumps(body).encode() if self.body_schema or body is not None else b""
        return client.generic(self.method, address, content, content_type=headers.pop("content_type", "application/json"), **headers)


def _for_query(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _form(body: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in body.items():
        if isinstance(value, bytes):
            made[key] = SimpleUploadedFile("x.txt", value)
        elif isinstance(value, list | dict):
            made[key] = json.dumps(value)
        else:
            made[key] = "" if value is None else str(value).encode("utf-8", "replace").decode()
    return made


def operations() -> Iterator[Operation]:
    """All of them, from the published document."""
    root: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema()))
    for route, methods in root["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            content_type = next(iter(content), "")
            parameters = {each["name"]: each for each in operation.get("parameters", [])}
            path = {name: filled(each["schema"], root, name) for name, each in parameters.items() if each["in"] == "path"}
            query = {name: filled(each["schema"], root, name) for name, each in parameters.items() if each["in"] == "query" and each.get("required")}
            schema = content[content_type]["schema"] if content else {}
            statuses = frozenset(int(status) for status in operation["responses"])
            yield Operation(operation["operationId"], method.upper(), route, parameters, path, query, schema, content_type, statuses, root)
