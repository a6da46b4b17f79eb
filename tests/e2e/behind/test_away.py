"""The gateway is stopped, hangs, or another program has its port: nobody passes, nobody waits for long, and people and
scripts are told so."""

import socket
import threading
import time

import pytest

from harness import ports
from harness.frontends import ASKING, EnvoyGrpc
from harness.person import NAVIGATION, SCRIPT

DASHBOARD = "https://dash.example.com"
CORS = {"nginx": {'# "https://dash.example.com" $http_origin;': '"https://dash.example.com" $http_origin;'}}
# What Traefik cannot do: it has no pages of its own (deploy/traefik/README.md).
TELLING = [kind for kind in ASKING if kind != "traefik"]


@pytest.mark.parametrize("target", ["/page", "/postern/sign-in"])
@pytest.mark.parametrize("kind", [*TELLING, EnvoyGrpc.name])
def test_a_gateway_that_is_stopped_is_told_to_people_and_scripts(stage, kind, target):
    options = {"grpc_port": ports.free()} if kind == EnvoyGrpc.name else {}
    part = stage(kind, gateway_port=ports.free(), changes=CORS.get(kind), **options)
    begun = time.monotonic()
    page = part.ask(target, style=NAVIGATION)
    assert page.status in (502, 503), page
    assert (page.one("content-type") or "").startswith("text/html"), page
    assert "<h1>Try again shortly</h1>" in page.text
    told = part.ask(target, [("Origin", DASHBOARD)])
    assert told.status in (502, 503), told
    assert told.code == "UNAVAILABLE"
    assert told.one("access-control-allow-origin") == DASHBOARD
    assert told.one("access-control-allow-credentials") == "true"
    for answer in (page, told):
        assert answer.one("retry-after") == "5", answer
        assert "no-store" in (answer.one("cache-control") or ""), answer
    stranger = part.ask(target, [("Origin", "https://evil.example")])
    assert not stranger.all("access-control-allow-origin"), stranger
    assert time.monotonic() - begun < 12
    assert part.app.count == 0


def test_a_gateway_that_hangs_is_given_up_on(stage):
    """It accepts and says nothing. A check is waited for some seconds, a page of the gateway's somewhat longer."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        parts = {kind: stage(kind, gateway_port=silent.getsockname()[1]) for kind in ASKING}
        took: dict[tuple[str, str], tuple[int, float]] = {}

        def ask(kind: str, target: str) -> None:
            begun = time.monotonic()
            answer = parts[kind].ask(target, style=SCRIPT, timeout=60)
            took[kind, target] = (answer.status, time.monotonic() - begun)
        threads = [threading.Thread(target=ask, args=(kind, target))
                   for kind in ASKING for target in ("/page", "/postern/sign-in")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for (kind, target), (status, seconds) in took.items():
        assert status in (502, 503, 504), (kind, target, status)
        assert seconds < (12 if target == "/page" else 30), (kind, target, seconds)
    assert not any(part.app.count for part in parts.values())


def test_traefik_lets_nobody_pass_a_gateway_that_is_stopped(stage):
    """It has no page of its own for that (deploy/traefik/README.md), and the status is right."""
    part = stage("traefik", gateway_port=ports.free())
    begun = time.monotonic()
    for target in ("/page", "/postern/sign-in"):
        for style in (NAVIGATION, SCRIPT):
            assert part.ask(target, style=style).status == 502
    assert time.monotonic() - begun < 12
    assert part.app.count == 0


@pytest.mark.parametrize("kind", ASKING)
def test_another_program_at_the_gateway_s_address_says_yes_to_nobody(stage, kind):
    for said in (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", b"HTTP/1.1 204 No Content\r\n\r\n",
                 b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"):
        part = stage(kind, said)
        for style in (NAVIGATION, SCRIPT):
            answer = part.ask(style=style, headers=[("X-Auth-Gate", "permit"), ("X-Auth-User", "root")])
            # Envoy takes nothing but 200 for a yes, and tells the client the other one.
            assert answer.status >= 400 or (kind == "envoy" and b" 200 " not in said), (said, answer)
        assert part.app.count == 0


def test_over_grpc_what_is_no_answer_of_the_gateway_is_none(stage):
    """Nothing, silence for five seconds, and a server of HTTP/1.1."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        part = stage("envoy-grpc", grpc_port=silent.getsockname()[1])
        begun = time.monotonic()
        assert part.ask(headers=[("X-Auth-Gate", "permit")]).status == 503
        assert time.monotonic() - begun < 12
    other = stage("envoy-grpc", grpc_port=part.gateway.port)
    assert other.ask(headers=[("X-Auth-Gate", "permit")]).status == 503
    assert part.app.count == other.app.count == 0


@pytest.mark.parametrize("kind", ASKING)
def test_the_gateway_s_yes_counts_with_and_without_a_user(stage, kind):
    for user in ("some-user", ""):
        part = stage(kind, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Auth-Gate: permit\r\n"
                     + f"X-Auth-User: {user}\r\n\r\n".encode())
        assert part.ask().status == 200
        assert part.app.last.one("x-auth-gate") is None, "what is between proxy and gateway stays there"
        assert (part.app.last.one("x-auth-user") or "") == user
