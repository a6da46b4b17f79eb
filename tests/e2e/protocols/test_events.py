"""Server-Sent Events and WebSockets over HTTP/1.1 and HTTP/2 end with their session."""

import time

import httpx
import pytest
from websockets.frames import Frame, Opcode

from harness.http2 import Http2
from harness.peer import Peer

BOUND, SLACK = 2.0, 2.0


@pytest.fixture(scope="module", params=["http1", "http2"])
def peer(request, home):
    part = Peer(home, request.param)
    yield part
    part.stop()


def state(peer: Peer) -> dict:
    with httpx.Client(http1=peer.protocol == "http1", http2=peer.protocol == "http2", trust_env=False) as client:
        return client.get(f"{peer.url}/state").json()


@pytest.mark.parametrize("front", ["http1", "http2"])
def test_events_come_one_by_one_and_end_with_the_session(deploy, peer, front):
    deployment = deploy(peer.upstream(), listen={"h2c": True})
    with deployment.client(http2=front == "http2") as client, client.stream("GET", "/events") as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/event-stream"
        assert answer.http_version == {"http1": "HTTP/1.1", "http2": "HTTP/2"}[front]
        lines, seen = answer.iter_lines(), []
        while len(seen) < 5:
            line = next(lines)
            seen += [line] if line.startswith("data:") else []
        assert seen == [f"data: event {number}" for number in range(5)]
        deployment.person.sign_out()
        began = time.monotonic()
        with pytest.raises(Exception, match="(?i)closed|reset|terminated|incomplete|stream"):
            for _ in lines:
                assert time.monotonic() - began < BOUND + SLACK, "within the revocation bound"
            raise AssertionError("an answer that was cut off must not look complete")
    deployment.gateway.process.wait_until(lambda: state(peer)["held"] == 0, timeout=5)


def test_an_event_source_of_a_browser_reconnects_and_is_turned_away(deploy, home, chromium):
    """Chromium's own `EventSource`, over TLS-less HTTP/1.1 as the page's origin."""
    peer = Peer(home)
    deployment = deploy(peer.upstream())
    context = chromium.new_context()
    name, value = deployment.person.session_cookie
    context.add_cookies([{"name": name, "value": value, "url": deployment.gateway.origin}])
    page = context.new_page()
    page.goto(f"{deployment.gateway.origin}/echo")
    page.evaluate("""() => {
        window.events = []; window.failures = 0;
        const source = new EventSource('/events');
        source.onmessage = (event) => window.events.push(event.data);
        source.onerror = () => { window.failures += 1; window.state = source.readyState; };
    }""")
    page.wait_for_function("window.events.length > 3", timeout=10_000)
    assert page.evaluate("window.events.slice(0, 2)") == ["event 0", "event 1"]
    deployment.person.sign_out()
    # It is closed, reconnects by itself, gets 401, and gives up (readyState 2).
    page.wait_for_function("window.failures > 0 && window.state === 2", timeout=15_000)
    context.close()
    peer.stop()


class Socket:
    """A WebSocket on a stream of HTTP/2 (RFC 8441)."""

    def __init__(self, connection: Http2, number: int):
        self._connection, self._number = connection, number

    def send(self, text: str) -> None:
        # Clients mask frames over every transport.
        self._connection.send(self._number, Frame(Opcode.TEXT, text.encode()).serialize(mask=True))

    def hears(self, text: str) -> None:
        wanted = Frame(Opcode.TEXT, text.encode()).serialize(mask=False)
        stream = self._connection.stream(self._number)
        self._connection.wait(lambda: wanted in stream.body, 10)


HANDSHAKE = [("sec-websocket-version", "13")]


@pytest.mark.parametrize("tls", [False, True], ids=["cleartext", "TLS"])
def test_a_websocket_over_http2_works_and_ends_with_the_session(deploy, recorder, authority, tls):
    options = {"authority": authority} if tls else {"listen": {"h2c": True}}
    deployment = deploy(recorder.url, **options)
    with deployment.http2() as connection:
        assert connection.takes_extended_connect()
        number = connection.begin("CONNECT", "/ws?room=1", [*HANDSHAKE, deployment.cookie,
                                  ("origin", deployment.gateway.origin)], ends=False, protocol="websocket")
        stream = connection.stream(number)
        connection.wait(lambda: stream.headers)
        assert stream.status == 200
        assert recorder.last.line == "GET /ws?room=1 HTTP/1.1"
        assert recorder.last.one("x-auth-user") == deployment.person.me()["id"]
        socket = Socket(connection, number)
        socket.send("hello")
        socket.hears("echo hello")
        socket.send("x" * 200_000)
        socket.hears("echo " + "x" * 200_000)
        # Meanwhile other streams of the connection are served.
        assert connection.request("GET", "/page", [deployment.cookie]).status == 200
        deployment.person.sign_out()
        began = time.monotonic()
        connection.wait(lambda: stream.ended or stream.reset is not None, BOUND + SLACK)
        assert time.monotonic() - began < BOUND + SLACK


def test_a_websocket_over_http2_opens_for_nobody_else(deploy, recorder):
    deployment = deploy(recorder.url, listen={"h2c": True})
    recorder.clear()
    with deployment.http2() as connection:
        for headers in ([], [deployment.cookie, ("origin", "https://evil.example")], [("cookie", "postern=" + "A" * 43)]):
            number = connection.begin("CONNECT", "/ws", [*HANDSHAKE, *headers], ends=False, protocol="websocket")
            stream = connection.stream(number)
            connection.wait(lambda stream=stream: stream.headers)
            assert stream.status in (401, 403), stream
        # CONNECT to anything but WebSockets is refused.
        number = connection.begin("CONNECT", "/ws", [deployment.cookie], ends=False, protocol="connect-udp")
        stream = connection.stream(number)
        connection.wait(lambda: stream.headers or stream.reset is not None)
        assert stream.reset is not None or stream.status >= 400
    assert recorder.count == 0
