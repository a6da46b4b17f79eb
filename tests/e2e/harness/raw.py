"""HTTP as bytes: requests that no well-behaved client would send, and the exact response."""

import http.client
import json
import re
import socket
import ssl
from collections.abc import Iterable
from dataclasses import dataclass

TIMEOUT = 30.0


@dataclass
class Answer:
    """A response."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for other, value in self.headers if other.lower() == name.lower()]

    def one(self, name: str) -> str | None:
        values = self.all(name)
        assert len(values) < 2, f"{name}: {values}"
        return values[0] if values else None

    @property
    def location(self) -> str:
        assert self.status in (302, 303, 307), f"no redirect: {self}"
        value = self.one("location")
        assert value is not None
        return value

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    def json(self) -> dict:
        kind = (self.one("content-type") or "").partition(";")[0]
        assert kind in ("application/json", "application/jwk-set+json"), f"no JSON: {self}"
        return json.loads(self.body)

    @property
    def code(self) -> str | None:
        """The stable error code of the JSON envelope."""
        return (self.json().get("error") or {}).get("code")

    def __repr__(self) -> str:
        return f"<{self.status} {self.headers} {self.body[:400]!r}>"


def request(port: int, method: str, target: str, headers: Iterable[tuple[str, str]] = (), body: bytes | None = None,
            timeout: float = TIMEOUT, source: str | None = None, tls: ssl.SSLContext | None = None) -> Answer:
    """Sends one request with exactly these headers (and `Content-Length` for a body) and reads the answer. Nothing is
    added, normalised or followed. `source` is the address (of 127.0.0.0/8) that it comes from; with `tls` it is https."""
    options = {"timeout": timeout, "source_address": (source, 0) if source else None}
    connection = http.client.HTTPConnection("127.0.0.1", port, **options) if tls is None else \
        http.client.HTTPSConnection("127.0.0.1", port, context=tls, **options)
    try:
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        return Answer(response.status, response.getheaders(), response.read())
    finally:
        connection.close()


def exchange(port: int, data: bytes, timeout: float = 5.0) -> bytes:
    """Writes bytes and reads until the peer closes, or is silent for `timeout` seconds."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        received = b""
        try:
            connection.sendall(data)
            while piece := connection.recv(65536):
                received += piece
        except (TimeoutError, ConnectionResetError, BrokenPipeError):
            pass
        return received


def statuses(received: bytes) -> list[int]:
    """The status of every response in a byte stream."""
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) ", received)]
