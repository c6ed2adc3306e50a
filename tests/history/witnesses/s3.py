"""As much of S3 as a witness speaks: conditional PUT, GET, ListObjectsV2 with delimiter and pages; every request must be signed."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape


class Store:
    """What the bucket `witness` holds, and a status that every request gets instead while it is set."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.failing: int | None = None
        self.listed: list[dict[str, str]] = []

    def listing(self, query: dict[str, str]) -> str:
        self.listed.append(query)
        prefix, delimiter, most = query.get("prefix", ""), query.get("delimiter"), int(query.get("max-keys", "1000"))
        names = [name for name in sorted(self.objects) if name.startswith(prefix) and name > query.get("continuation-token", "")]
        folders = sorted({prefix + name[len(prefix) :].split("/")[0] + "/" for name in names if delimiter and "/" in name[len(prefix) :]})
        files = [name for name in names if not (delimiter and "/" in name[len(prefix) :])]
        more = f"<NextContinuationToken>{files[most - 1]}</NextContinuationToken>" if len(files) > most else ""
        entries = "".join(
            f"<Contents><Key>{escape(name)}</Key><LastModified>2026-11-22T00:00:00.000Z</LastModified><ETag>&quot;1&quot;</ETag>"
            f"<Size>{len(self.objects[name])}</Size></Contents>"
            for name in files[:most]
        )
        common = "".join(f"<CommonPrefixes><Prefix>{escape(folder)}</Prefix></CommonPrefixes>" for folder in folders)
        cut = "true" if more else "false"
        return f"<ListBucketResult><IsTruncated>{cut}</IsTruncated>{more}{entries}{common}</ListBucketResult>"


class Server(ThreadingHTTPServer):
    store: Store


class Handler(BaseHTTPRequestHandler):
    server: "Server"
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        name = self._name()
        if name in self.server.store.objects and self.headers.get("If-None-Match") == "*":
            return self._answer(412, b"<Error><Code>PreconditionFailed</Code></Error>")
        self.server.store.objects[name] = body
        return self._answer(200, b"")

    def do_GET(self) -> None:
        query = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
        if query.get("list-type") == "2":
            return self._answer(200, self.server.store.listing(query).encode())
        if self._name() not in self.server.store.objects:
            return self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        return self._answer(200, self.server.store.objects[self._name()])

    def _name(self) -> str:
        return unquote(urlsplit(self.path).path).removeprefix("/witness/")

    def _answer(self, status: int, body: bytes) -> None:
        if not self.headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256 Credential=test-key/"):
            status, body = 403, b"<Error><Code>AccessDenied</Code></Error>"
        if self.server.store.failing:
            status, body = self.server.store.failing, b"<Error><Code>SlowDown</Code></Error>"
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"1"')
        self.send_header("Last-Modified", "Sun, 22 Nov 2026 00:00:00 GMT")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed."""


@contextmanager
def serving(store: Store) -> Iterator[str]:
    """Its endpoint."""

    server = Server(("127.0.0.1", 0), Handler)
    server.store = store
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
