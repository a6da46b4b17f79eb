"""Apache in front of the gateway as reverse proxy: gateway away, uploads that are refused, restarts, load balancers."""

import socket
import threading
import time

import pytest

from harness import ports, raw
from harness.frontends import Apache
from harness.person import NAVIGATION, SCRIPT
from harness.recorder import Recorder

DASHBOARD = "https://dash.example.com"


@pytest.fixture
def apache(home):
    started = []

    def start(gateway_port: int, **options) -> Apache:
        started.append(Apache(home, gateway_port, 0, **options))
        return started[-1]
    yield start
    for part in started:
        part.stop()


def ask(front: Apache, target: str = "/page", headers=(), style=SCRIPT, method: str = "GET", **options) -> raw.Answer:
    return raw.request(front.port, method, target, [("Host", f"localhost:{front.port}"), *style, *headers], **options)


@pytest.mark.parametrize("target", ["/page", "/postern/sign-in"])
def test_a_gateway_that_is_away_is_told_to_people_and_scripts(apache, target):
    front = apache(ports.free())
    page = ask(front, target, style=NAVIGATION)
    assert page.status in (502, 503), page
    assert (page.one("content-type") or "").startswith("text/html"), page
    assert "Try again shortly" in page.text
    told = ask(front, target, [("Origin", DASHBOARD)])
    assert told.code == "UNAVAILABLE"
    assert told.one("access-control-allow-origin") == DASHBOARD
    assert page.one("retry-after") == told.one("retry-after") == "5"
    assert not ask(front, target, [("Origin", "https://evil.example")]).all("access-control-allow-origin")


def test_the_gateway_s_own_503_stays_as_it_is(apache):
    own = (b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 9\r\n"
           b"Retry-After: 7\r\nX-Content-Type-Options: nosniff\r\n\r\n<p>ours\r\n")
    gateway = Recorder(answers={"/page": own})
    answer = ask(apache(gateway.port), style=SCRIPT)
    assert (answer.status, answer.one("content-type"), answer.one("retry-after")) == (503, "text/html; charset=utf-8", "7")
    gateway.close()


def test_a_gateway_that_comes_back_is_asked_at_once(apache):
    port = ports.free()
    front = apache(port)
    assert ask(front).status in (502, 503)
    with socket.create_server(("127.0.0.1", port)) as listener:
        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        threading.Thread(target=serve, daemon=True).start()
        begun = time.monotonic()
        assert ask(front).status == 200
        assert time.monotonic() - begun < 3


def test_a_gateway_that_hangs_is_waited_for_as_long_as_the_file_says(apache):
    """Its pages for the first of the two times, the application for the second, which slow requests need."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        front = apache(silent.getsockname()[1], changes={" timeout=20 ": " timeout=1 ", " timeout=120 ": " timeout=3 "})
        for target, seconds in (("/postern/sign-in", 1), ("/page", 3)):
            for style in (NAVIGATION, SCRIPT):
                begun = time.monotonic()
                answer = ask(front, target, style=style)
                assert answer.status in (502, 504), answer
                assert seconds <= time.monotonic() - begun < seconds + 5, target
                assert ("Try again shortly" in answer.text) if style is NAVIGATION else answer.code == "UNAVAILABLE"


def test_behind_a_load_balancer_clients_are_told_apart(apache):
    gateway = Recorder()
    front = apache(gateway.port, changes={"# RemoteIPHeader ": "RemoteIPHeader ",
                                          "# RemoteIPTrustedProxy 192.0.2.0/24": "RemoteIPTrustedProxy 127.0.0.1"})
    said = [("X-Forwarded-For", "6.6.6.6, 203.0.113.9")]
    assert ask(front, headers=said).status == 200
    assert gateway.last.one("x-forwarded-for") == "203.0.113.9"
    other = apache(gateway.port)
    assert ask(other, headers=said).status == 200
    assert gateway.last.one("x-forwarded-for") == "127.0.0.1"
    assert gateway.last.one("x-forwarded-proto") == "http"
    gateway.close()


def test_a_refused_upload_is_the_gateway_s_answer_and_no_502(apache, gateways, recorder):
    port = ports.free()
    gateway = gateways.start(recorder.url, sqlite=True, public_port=port, trusted_proxies=["127.0.0.1/32"])
    front = apache(gateway.port, port=port)
    for size in (1 << 20, 16 << 20):
        answer = ask(front, method="POST", body=b"x" * size)
        assert (answer.status, answer.code) == (401, "SIGN_IN_REQUIRED"), size
    assert recorder.count == 0


def test_log_lines_hold_no_code(apache):
    gateway = Recorder()
    front = apache(gateway.port)
    ask(front, "/postern/callback?code=secret-code&state=secret-state")
    front.process.wait_until(lambda: "/postern/callback" in front.access_log.read_text(), timeout=10)
    assert "secret" not in front.access_log.read_text()
    gateway.close()
