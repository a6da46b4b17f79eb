"""Sidecar mode: the gateway is the only way to the backend, knows the caller, and stops without dropping requests under
way."""

import socket
import threading

import pytest

from harness import raw
from harness.person import NAVIGATION, SCRIPT
from harness.postgres import Postgres
from harness.processes import listens

CLIENT = "203.0.113.9"


def ask(sidecar, target: str, *headers: tuple[str, str]) -> raw.Answer:
    """A person with a session at the pod's own address, as an ingress controller connects."""
    cookie = ("Cookie", "=".join(sidecar.person.session_cookie))
    connection = socket.create_connection((sidecar.pod.address, sidecar.gateway.port), timeout=10)
    with connection:
        lines = [("Host", sidecar.gateway.origin.partition("://")[2]), cookie, *SCRIPT, *headers, ("Connection", "close")]
        head = "".join(f"{name}: {value}\r\n" for name, value in lines)
        connection.sendall(f"GET {target} HTTP/1.1\r\n{head}\r\n".encode())
        received = b""
        while piece := connection.recv(65536):
            received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    lines = [line.split(": ", 1) for line in head.decode().split("\r\n")[1:]]
    return raw.Answer(raw.statuses(received)[0], [(name, value) for name, value in lines], body)


def test_the_gateway_is_the_only_way_to_the_backend(sidecar):
    part = sidecar()
    with part.pod.connect(part.backend.port):
        pass
    for address in (part.pod.address, "127.0.0.1"):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((address, part.backend.port), timeout=5)
    stranger = raw.request(part.gateway.port, "GET", "/echo", [("Host", part.person.origin[7:]), *SCRIPT])
    assert (stranger.status, stranger.code) == (401, "SIGN_IN_REQUIRED")
    assert part.person.fetch("GET", "/echo").json()["headers"]["x-auth-user"] == part.person.me()["id"]


def test_the_client_is_who_connects_unless_a_listed_proxy_says_otherwise(sidecar):
    part = sidecar()
    spoofed = ("X-Forwarded-For", CLIENT)
    seen = ask(part, "/echo", spoofed)
    assert b'"x-forwarded-for":"%b"' % part.pod.outside.encode() in seen.body, seen
    assert CLIENT.encode() not in seen.body


def test_behind_an_ingress_controller_the_client_is_whom_it_names(sidecar, pod):
    part = sidecar(trusted_proxies=[f"{pod.outside}/32"])
    seen = ask(part, "/echo", ("X-Forwarded-For", f"6.6.6.6, {CLIENT}"))
    assert CLIENT.encode() in seen.body
    part.gateway.process.wait_until(lambda: f'"client.address":"{CLIENT}"' in part.gateway.logged(), timeout=5)
    assert '"client.address":"6.6.6.6"' not in part.gateway.logged()


def test_it_stops_when_what_is_under_way_is_done(sidecar):
    part = sidecar()
    answers: list[raw.Answer] = []
    waiting = threading.Thread(target=lambda: answers.append(ask(part, "/silent")), daemon=True)
    waiting.start()

    def backend(target: str) -> bytes:
        with part.pod.connect(part.backend.port) as connection:
            connection.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            received = b""
            while piece := connection.recv(65536):
                received += piece
        return received
    part.gateway.process.wait_until(lambda: b'"held":1' in backend("/state"), timeout=10)
    stopped: list[int] = []
    stopping = threading.Thread(target=lambda: stopped.append(part.gateway.stop()), daemon=True)
    stopping.start()
    # Nobody new is let in, so that the service sends them elsewhere; who is in is served.
    part.gateway.process.wait_until(lambda: not reachable(part), timeout=10)
    assert part.gateway.process.running() and not answers
    backend("/release")
    waiting.join(10)
    stopping.join(10)
    assert [(answer.status, answer.body) for answer in answers] == [(200, b"late")]
    assert stopped == [0]


def reachable(part) -> bool:
    try:
        socket.create_connection((part.pod.address, part.gateway.port), timeout=2).close()
    except OSError:
        return False
    return True


@pytest.fixture
def own_postgres(home):
    server = Postgres(home)
    yield server
    server.close()


def test_it_is_ready_only_while_its_database_answers(own_postgres, sidecar):
    part = sidecar(own_postgres.database(), session={"outage_grace": "1s", "revocation_bound": "1s"})
    assert part.gateway.manage("/readyz") == 200
    own_postgres.stop()
    assert not listens(own_postgres.port)
    part.gateway.process.wait_until(lambda: part.gateway.manage("/readyz") == 503, timeout=20)
    assert part.gateway.manage("/healthz") == 200, "alive: a restart would help nobody"
    # Later requests are refused, once the grace is over.
    part.gateway.process.wait_until(lambda: part.person.fetch("GET", "/echo").status == 503, timeout=10)
    page = part.person.request("GET", "/echo", NAVIGATION)
    assert (page.status, page.one("retry-after")) == (503, "5")
    own_postgres.start()
    part.gateway.process.wait_until(part.gateway.ready, timeout=20)
    assert part.person.fetch("GET", "/echo").status == 200
