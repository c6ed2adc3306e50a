"""The product as `bin/run` serves it, the floor beside it, and one keep-alive client that is logged in."""

import http.client
import json
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from benchmarks.operations import Request
from clinic import local_postgres
from clinic.demo.team import PASSWORD

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


@contextmanager
def serving(application: str, settings: str) -> Iterator[str]:
    """One granian process with eight threads; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["granian", application, "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    command += ["--workers", "1", "--blocking-threads", "8", "--no-ws"]
    process = subprocess.Popen(command, cwd=local_postgres.ROOT, env={**os.environ, "DJANGO_SETTINGS_MODULE": settings})
    try:
        _wait(port)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


class Browser:
    """One keep-alive connection with cookies, and nothing that would cost time of its own."""

    def __init__(self, address: str) -> None:
        self.connection = http.client.HTTPConnection(address)
        self.cookies: dict[str, str] = {}

    def log_in(self, username: str) -> None:
        """:raises AssertionError: when the login is refused."""
        token = TOKEN.search(self._send("GET", "/login/")[1].decode())
        form = {"username": username, "password": PASSWORD, "csrfmiddlewaretoken": token.group(1) if token else ""}
        status, _body = self._send("POST", "/login/", urlencode(form), "application/x-www-form-urlencoded")
        if status != 302:
            raise AssertionError(f"{username} was not let in")

    def ask(self, request: Request) -> float:
        """Seconds until the whole answer is there.

        :raises AssertionError: when the answer is no success.
        """
        body = None if request.body is None else json.dumps(request.body)
        began = time.perf_counter()
        status, content = self._send("GET" if body is None else "POST", request.path, body, "application/json")
        seconds = time.perf_counter() - began
        if status >= 300:
            raise AssertionError(f"{request.path}: {status} {content[:300]!r}")
        return seconds

    def _send(self, method: str, path: str, body: str | None = None, kind: str = "") -> tuple[int, bytes]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers |= {"Content-Type": kind, "X-CSRFToken": self.cookies.get("csrftoken", "")}
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        for cookie in response.headers.get_all("Set-Cookie") or []:
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(cookie).items()}
        return response.status, content


def _wait(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the web server did not start")
