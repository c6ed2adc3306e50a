"""A time-stamp authority on this machine: `openssl ts` behind HTTP, with a root and a signing certificate of its own."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CONFIG = """
[tsa]
default_tsa = it
[it]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
{chain}
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
USE = "extendedKeyUsage=critical,timeStamping"


class Authority:
    """Its folder holds `root.pem`; `answer` may be replaced by a test that wants it to lie."""

    def __init__(self, folder: Path, *, sends_chain: bool = True) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.fixed: bytes | None = None
        (folder / "serial").write_text("01\n")
        (folder / "openssl.cnf").write_text(CONFIG.format(folder=folder, chain=f"certs = {folder}/root.pem" if sends_chain else ""))
        self._run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=Root", "-days", "30")
        self._run("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Time of the test")
        (folder / "use").write_text(USE)
        signed_by = ("-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial")
        self._run("x509", "-req", "-in", "tsa.csr", *signed_by, "-out", "tsa.pem", "-days", "30", "-extfile", "use")

    def answer(self, request: bytes) -> bytes:
        if self.fixed is not None:
            return self.fixed
        (self.folder / "request").write_bytes(request)
        self._run("ts", "-reply", "-config", "openssl.cnf", "-queryfile", "request", "-out", "reply")
        return (self.folder / "reply").read_bytes()

    def _run(self, *arguments: str) -> None:
        subprocess.run(["/usr/bin/env", "openssl", *arguments], cwd=self.folder, check=True, capture_output=True)


@contextmanager
def serving(authority: Authority) -> Iterator[str]:
    """Its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/timestamp-query"
            reply = authority.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"tsa+http://127.0.0.1:{server.server_port}/tsr"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
