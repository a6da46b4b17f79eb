"""HTTP/1.1 and HTTP/2 on both sides: the same request arrives, trailers pass both ways, and a refused request is not
asked for its body."""

import socket

import pytest

from harness import raw
from harness.peer import Peer
from harness.person import SCRIPT

@pytest.fixture(scope="module", params=["http1", "http2"])
def peer(request, home):
    part = Peer(home, request.param)
    yield part
    part.stop()


@pytest.fixture(params=["cleartext", "TLS"])
def deployment(request, deploy, peer, authority):
    options = {"authority": authority} if request.param == "TLS" else {"listen": {"h2c": True}}
    return deploy(peer.upstream(), **options)


@pytest.mark.parametrize("front", ["http1", "http2"])
def test_a_request_arrives_as_it_was_sent(deployment, peer, front):
    with deployment.client(http2=front == "http2") as client:
        for body in (b"", b"hello", bytes(range(256)) * 4000):
            answer = client.post("/echo?x=1&y=%2F", content=body, headers={"origin": deployment.gateway.origin})
            assert answer.status_code == 200
            assert answer.http_version == {"http1": "HTTP/1.1", "http2": "HTTP/2"}[front]
            seen = answer.json()
            assert (seen["version"], seen["method"]) == ({"http1": "1.1", "http2": "2.0"}[peer.protocol], "POST")
            assert (seen["target"], seen["bytes"]) == ("/echo?x=1&y=%2F", len(body))
            assert seen["headers"]["x-auth-user"] == deployment.person.me()["id"]
            host = seen["headers"].get("host") or seen["headers"].get(":authority")
            assert host == deployment.authority
            assert not {"connection", "keep-alive", "proxy-connection"} & set(answer.headers)
            assert front == "http1" or "transfer-encoding" not in answer.headers
        stranger = client.get("/echo", headers={"cookie": ""})
        assert (stranger.status_code, stranger.json()["error"]["code"]) == (401, "SIGN_IN_REQUIRED")


def test_trailers_pass_both_ways_over_http2(deployment, peer):
    with deployment.http2() as connection:
        number = connection.begin("POST", "/echo", [deployment.cookie, ("te", "trailers"), ("trailer", "x-sum"),
                                  ("origin", deployment.gateway.origin)], ends=False)
        connection.send(number, b"hello")
        connection.send_trailers(number, [("x-sum", "8b1a"), ("x-auth-user", "root"), ("cookie", "postern=x")])
        answer = connection.finish(number)
        assert answer.status == 200, answer
        told = answer.body.decode()
        assert '"x-sum":"8b1a"' in told
        assert "root" not in told, "what may not be a header may not be a trailer either"
        answer = connection.request("GET", "/trailers", [deployment.cookie, ("te", "trailers")])
        assert answer.body == b"body in pieces"
        assert dict(answer.trailers) == {"x-checksum": "abc", "x-count": "0"}


def test_trailers_pass_over_http1_to_who_takes_them(deploy, peer):
    deployment = deploy(peer.upstream())
    cookie = "=".join(deployment.person.session_cookie)
    head = f"GET /trailers HTTP/1.1\r\nHost: {deployment.authority}\r\nCookie: {cookie}\r\n"
    taken = raw.exchange(deployment.gateway.port, f"{head}TE: trailers\r\nConnection: TE, close\r\n\r\n".encode())
    assert b"x-checksum: abc" in taken.partition(b"\r\n\r\n")[2].lower()
    assert taken.count(b"HTTP/1.1 200") == 1


@pytest.mark.parametrize("who", ["stranger", "somebody"])
def test_a_body_is_asked_for_after_the_decision(deployment, who):
    """`Expect: 100-continue`, byte by byte over HTTP/1.1."""
    cookie = f"Cookie: {'='.join(deployment.person.session_cookie)}\r\n" if who == "somebody" else ""
    script = "".join(f"{name}: {value}\r\n" for name, value in SCRIPT)
    head = (f"POST /echo HTTP/1.1\r\nHost: {deployment.authority}\r\nOrigin: {deployment.gateway.origin}\r\n{cookie}{script}"
            "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n").encode()
    plain = socket.create_connection(("127.0.0.1", deployment.gateway.port), timeout=10)
    authority = deployment.gateway.authority
    with authority.trust().wrap_socket(plain, server_hostname="localhost") if authority else plain as connection:
        connection.sendall(head)
        received = connection.recv(65536)
        if who == "stranger":
            assert raw.statuses(received) == [401], received
            assert b"connection: close" in received.lower(), "it says that the body will not be read"
            return
        assert received == b"HTTP/1.1 100 Continue\r\n\r\n", received
        connection.sendall(b"hello")
        received = b""
        while b'"bytes":5' not in received:
            piece = connection.recv(65536)
            assert piece, received
            received += piece
        assert raw.statuses(received) == [200]


def test_over_http2_too(deployment):
    with deployment.http2() as connection:
        head = [("expect", "100-continue"), ("content-length", "5"), ("origin", deployment.gateway.origin)]
        number = connection.begin("POST", "/echo", head, ends=False)
        refused = connection.finish(number)
        assert (refused.status, refused.informational) == (401, [])
        number = connection.begin("POST", "/echo", [*head, deployment.cookie], ends=False)
        connection.send(number, b"hello", ends=True)
        assert b'"bytes":5' in connection.finish(number).body
