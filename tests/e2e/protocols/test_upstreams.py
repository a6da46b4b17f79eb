"""Kinds of upstreams, and requests to failing ones: status, page, JSON, and retries."""

import contextlib
import socket
import threading

import pytest

from harness import ports, raw
from harness.authority import Authority
from harness.peer import Peer
from harness.person import NAVIGATION, SCRIPT


@contextlib.contextmanager
def running(*arguments, **options):
    peer = Peer(*arguments, **options)
    try:
        yield peer
    finally:
        peer.stop()


def refused(answer: raw.Answer, status: int, code: str) -> None:
    """A refusal in JSON: the envelope, and the request id."""
    assert (answer.status, answer.code) == (status, code), answer
    assert len(answer.one("x-request-id")) == 16
    assert "no-store" in answer.one("cache-control")


@pytest.mark.parametrize("protocol", ["http1", "http2"])
def test_tls_with_a_private_authority(deploy, home, authority, protocol):
    with running(home, protocol, authority=authority) as peer:
        trusting = deploy(peer.upstream(ca=str(authority.ca), server_name="localhost"))
        seen = trusting.person.fetch("GET", "/echo").json()
        assert seen["version"] == {"http1": "1.1", "http2": "2.0"}[protocol]
        # Not trusted by default, and not for another name.
        for wrong in ({}, {"ca": str(authority.ca), "server_name": "elsewhere.example"}):
            refused(deploy(peer.upstream(**wrong)).person.fetch("GET", "/echo"), 502, "UPSTREAM_FAILED")


@pytest.mark.parametrize("protocol", ["http1", "http2"])
def test_mutual_tls(deploy, home, authority, protocol):
    with running(home, protocol, authority=authority, mutual=True) as peer:
        trusted = {"ca": str(authority.ca), "server_name": "localhost"}

        def with_certificate_of(issuer: Authority) -> dict:
            certificate, key = issuer.issue("gateway", client=True)
            return {**trusted, "client_certificate": str(certificate), "client_key": str(key)}
        seen = deploy(peer.upstream(**with_certificate_of(authority))).person.fetch("GET", "/echo")
        assert seen.json()["client"] == "gateway"
        stranger = Authority(home / f"stranger-{protocol}", "Somebody else")
        for wrong in (trusted, with_certificate_of(stranger)):
            refused(deploy(peer.upstream(**wrong)).person.fetch("GET", "/echo"), 502, "UPSTREAM_FAILED")


@pytest.mark.parametrize("protocol", ["http1", "http2"])
def test_a_unix_socket(deploy, home, tmp_path, protocol):
    with running(home, protocol, unix=tmp_path / "app.sock") as peer:
        deployment = deploy(peer.upstream())
        seen = deployment.person.fetch("POST", "/echo", {"a": 1}).json()
        assert (seen["bytes"], seen["headers"]["x-auth-user"]) == (8, deployment.person.me()["id"])


def test_health_is_looked_after(deploy, home):
    with running(home) as peer:
        deployment = deploy(peer.upstream(health="/state", health_interval="100ms", health_failures=2))
        person, gateway = deployment.person, deployment.gateway
        assert person.fetch("GET", "/echo").status == 200
        peer.stop()
        gateway.process.wait_until(lambda: person.fetch("GET", "/echo").status == 503, timeout=10)
        answer = person.fetch("GET", "/echo")
        refused(answer, 503, "UPSTREAM_UNAVAILABLE")
        assert int(answer.one("retry-after")) > 0
        assert gateway.ready(), "the gateway's own pages are as well as ever"
        peer.start()
        gateway.process.wait_until(lambda: person.fetch("GET", "/echo").status == 200, timeout=10)


def test_beyond_the_limit_of_connections_requests_wait_and_are_turned_away(deploy, home):
    with running(home) as peer:
        deployment = deploy(peer.upstream(max_connections=2, connect_timeout="300ms"))
        person = deployment.person
        with deployment.client() as first, first.stream("GET", "/events") as one, \
                deployment.client() as second, second.stream("GET", "/events") as other:
            assert one.status_code == other.status_code == 200
            answer = person.fetch("GET", "/echo")
            refused(answer, 503, "UPSTREAM_UNAVAILABLE")
            assert int(answer.one("retry-after")) > 0
        # A client that disconnects frees its place.
        deployment.gateway.process.wait_until(lambda: person.fetch("GET", "/echo").status == 200, timeout=10)


def test_an_upstream_that_takes_too_long_is_a_504(deploy, home):
    with running(home) as peer:
        deployment = deploy(peer.upstream(timeout="300ms"))
        refused(deployment.person.fetch("GET", "/silent"), 504, "UPSTREAM_TIMEOUT")


class Forgetful:
    """Responds once on each connection and keeps it open; the next request is read, and the connection closed. A new
    connection always gets a response."""

    def __init__(self) -> None:
        self.port, self.lines, self._lock = ports.free(), [], threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._serve, args=self._listener.accept()[:1], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            self._request(connection)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            self._request(connection)

    def _request(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            piece = connection.recv(65536)
            if not piece:
                return
            head += piece
        with self._lock:
            self.lines.append(head.split(b"\r\n")[0].decode())

    def close(self) -> None:
        self._listener.close()


def test_on_a_dead_connection_what_can_be_repeated_is_once(deploy):
    upstream = Forgetful()
    person = deploy(f"http://127.0.0.1:{upstream.port}").person
    assert person.fetch("GET", "/warm").status == 200
    upstream.lines.clear()
    # Requested twice, the first time on the dying connection: the client does not notice.
    assert person.fetch("GET", "/again").status == 200
    assert upstream.lines == ["GET /again HTTP/1.1"] * 2
    upstream.lines.clear()
    # A POST may have been executed, so it is not repeated.
    refused(person.fetch("POST", "/once", {"a": 1}), 502, "UPSTREAM_FAILED")
    assert upstream.lines == ["POST /once HTTP/1.1"]
    upstream.close()


@pytest.mark.parametrize(("keys", "target", "status", "words"), [
    ({"url": "http://127.0.0.1:9"}, "/echo", 502, "sent an invalid response"),
    ({"timeout": "300ms"}, "/silent", 504, "did not answer in time"),
    ({"max_connections": 1, "connect_timeout": "200ms"}, "/echo", 503, "busy or not running"),
], ids=["502", "504", "503"])
def test_people_get_a_page_and_operators_a_line(deploy, home, keys, target, status, words):
    with running(home) as peer:
        deployment = deploy(peer.upstream(**keys))
        with contextlib.ExitStack() as stack:
            if status == 503:
                client = stack.enter_context(deployment.client())
                assert stack.enter_context(client.stream("GET", "/events")).status_code == 200
            page = deployment.person.request("GET", target, NAVIGATION)
            script = deployment.person.request("GET", target, SCRIPT)
        assert page.status == script.status == status
        assert page.one("content-type") == "text/html; charset=utf-8"
        assert words in page.text
        assert "127.0.0.1" not in page.text + script.text, "nothing of the inside is told"
        policy = page.one("content-security-policy")
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy and "script-src" not in policy
        assert "<script" not in page.text and " style=" not in page.text
        # Page, header and log have the same request id, and the reason.
        identifier = page.one("x-request-id")
        assert identifier in page.text
        assert script.code in page.text
        lines = [line for line in deployment.gateway.logged().splitlines() if f'"request.id":"{identifier}"' in line]
        assert any('"upstream request failed"' in line for line in lines)
        line = next(line for line in lines if '"http.status"' in line)
        assert f'"reason":"{script.code}"' in line
        assert f'"http.status":{status}' in line
