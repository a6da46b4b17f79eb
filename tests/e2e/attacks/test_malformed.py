"""Ambiguous HTTP is rejected, never interpreted (promise 20, settled point 10): byte for byte, with a full session, so
that only the rejection keeps it from the upstream."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import raw

# {g} and {p}: the head of a good GET and POST with a full session, {e}: the end of the head and an empty chunked body,
# {h}: the right host, {c}: a full session's cookie line.
GET = "GET /page HTTP/1.1\r\nHost: {h}\r\n{c}"
POST = "POST /page HTTP/1.1\r\nHost: {h}\r\n{c}"
EMPTY_CHUNKS = "\r\n\r\n0\r\n\r\n"
REJECTED = {
    "CL and TE": "{p}Content-Length: 4\r\nTransfer-Encoding: chunked{e}",
    "TE and CL": "{p}Transfer-Encoding: chunked\r\nContent-Length: 4{e}",
    "CL 0 and TE": "{p}Content-Length: 0\r\nTransfer-Encoding: chunked{e}",
    "two TE": "{p}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity{e}",
    "TE list": "{p}Transfer-Encoding: chunked, identity{e}",
    "TE unknown": "{p}Transfer-Encoding: xchunked{e}",
    "TE with space before colon": "{p}Transfer-Encoding : chunked{e}",
    "TE tab": "{p}Content-Length: 3\r\nTransfer-Encoding:\tchunked{e}",
    "TE quoted": "{p}Transfer-Encoding: \"chunked\"{e}",
    "TE in HTTP/1.0": "POST /page HTTP/1.0\r\nHost: {h}\r\n{c}Transfer-Encoding: chunked\r\nContent-Length: 3{e}",
    "two CL": "{p}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "CL list": "{p}Content-Length: 3, 4\r\n\r\nabcd",
    "CL signed": "{p}Content-Length: +3\r\n\r\nabc",
    "CL negative": "{p}Content-Length: -1\r\n\r\nabc",
    "CL hexadecimal": "{p}Content-Length: 0x3\r\n\r\nabc",
    "CL huge": "{p}Content-Length: 99999999999999999999999\r\n\r\nabc",
    "two Host": "GET /page HTTP/1.1\r\nHost: {h}\r\nHost: evil.example\r\n{c}\r\n",
    "two equal Host": "GET /page HTTP/1.1\r\nHost: {h}\r\nHost: {h}\r\n{c}\r\n",
    "no Host": "GET /page HTTP/1.1\r\n{c}\r\n",
    "empty Host": "GET /page HTTP/1.1\r\nHost:\r\n{c}\r\n",
    "foreign Host": "GET /page HTTP/1.1\r\nHost: evil.example\r\n{c}\r\n",
    "Host with user": "GET /page HTTP/1.1\r\nHost: evil@{h}\r\n{c}\r\n",
    "Host list": "GET /page HTTP/1.1\r\nHost: {h}, evil.example\r\n{c}\r\n",
    "Host with path": "GET /page HTTP/1.1\r\nHost: {h}/x\r\n{c}\r\n",
    "HTTP/1.0 without Host": "GET /page HTTP/1.0\r\n{c}\r\n",
    "absolute-form of another host": "GET http://evil.example/page HTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
    "absolute-form of another scheme": "GET ftp://{h}/page HTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
    "authority-form": "CONNECT evil.example:443 HTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
    "CONNECT to us": "CONNECT {h} HTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
    "asterisk-form": "OPTIONS * HTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
    "asterisk with GET": "GET * HTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
    "TRACE": "TRACE /page HTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
    "no slash": "GET page HTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
    "fragment": "GET /page#frag HTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
    "bare LF": "GET /page HTTP/1.1\nHost: {h}\n{c}\n",
    "bare LF after a header": "{g}X-A: b\nX-C: d\r\n\r\n",
    "bare LF at the end": "{g}X-A: b\r\n\n",
    "bare CR in a value": "{g}X-A: b\rX-Auth-User: root\r\n\r\n",
    "bare CR in the target": "GET /page\r?x HTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
    "obs-fold": "{g}X-A: b\r\n c\r\n\r\n",
    "obs-fold with tab": "{g}X-A: b\r\n\tX-Auth-User: root\r\n\r\n",
    "space before colon": "{g}X-A : b\r\n\r\n",
    "space before the first header": "GET /page HTTP/1.1\r\n Host: {h}\r\n{c}\r\n",
    "header without colon": "{g}Nonsense\r\n\r\n",
    "header without name": "{g}: b\r\n\r\n",
    "null in a value": "{g}X-A: b\x00c\r\n\r\n",
    "null in a name": "{g}X-\x00A: b\r\n\r\n",
    "null in the target": "GET /page\x00 HTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
    "space in the target": "GET /page evil HTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
    "tab for space": "GET\t/page\tHTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
    "no version": "GET /page\r\nHost: {h}\r\n{c}\r\n",
    "HTTP/0.9": "GET /page\r\n",
    "HTTP/1.2": "GET /page HTTP/1.2\r\nHost: {h}\r\n{c}\r\n",
    "HTTP/2.0 in text": "GET /page HTTP/2.0\r\nHost: {h}\r\n{c}\r\n",
    "lower-case version": "GET /page http/1.1\r\nHost: {h}\r\n{c}\r\n",
    "HTTP/2 preface": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS hello": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "chunk size negative": "{p}Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n0\r\n\r\n",
    "odd method": "GET@ /page HTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
    "lower-case method": "get /page HTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
}
# These say nothing ambiguous; a server may take them, but only as the one request that they are.
TOLERATED = {"lower-case method", "HTTP/1.2", "TE tab", "fragment", "asterisk-form", "chunk size negative",
             "odd method", "TE quoted", "TE unknown"}


@pytest.fixture(scope="module")
def ann(proxy):
    return proxy.verified()


def written(template: str, host: str, cookie: str) -> bytes:
    text = template.replace("{g}", GET).replace("{p}", POST).replace("{e}", EMPTY_CHUNKS)
    return text.format(h=host, c=cookie).encode("latin-1")


def filled(template: str, proxy, ann) -> bytes:
    return written(template, proxy.host, f"Cookie: {'='.join(ann.session_cookie)}\r\n")


def test_the_template_passes_where_nothing_is_wrong(proxy, ann):
    proxy.recorder.clear()
    good = filled("GET /page HTTP/1.1\r\nHost: {h}\r\n{c}Connection: close\r\n\r\n", proxy, ann)
    assert raw.statuses(raw.exchange(proxy.port, good)) == [200]
    assert proxy.recorder.count == 1


@pytest.mark.parametrize("name", [name for name in REJECTED if name not in TOLERATED])
def test_malformed_requests_reach_nobody(proxy, ann, name):
    proxy.recorder.clear()
    received = raw.exchange(proxy.port, filled(REJECTED[name], proxy, ann), timeout=1.5)
    statuses = raw.statuses(received)
    assert all(400 <= status < 500 or status in (501, 505) for status in statuses), received[:300]
    assert proxy.recorder.count == 0, proxy.recorder.last.head
    assert not proxy.recorder.raw


@pytest.mark.parametrize("name", sorted(TOLERATED))
def test_odd_requests_are_one_request_or_none(proxy, ann, name):
    proxy.recorder.clear()
    received = raw.exchange(proxy.port, filled(REJECTED[name], proxy, ann), timeout=1.5)
    assert all(status < 500 or status in (501, 502, 505) for status in raw.statuses(received)), received[:300]
    assert proxy.recorder.count <= 1


@pytest.mark.parametrize("name", ["CL and TE", "two CL", "CL 0 and TE", "TE list", "two TE",
                                  "TE with space before colon"])
def test_a_smuggled_second_request_is_not_answered(proxy, ann, name):
    smuggled = filled("GET /smuggled HTTP/1.1\r\nHost: {h}\r\n{c}\r\n", proxy, ann)
    proxy.recorder.clear()
    raw.exchange(proxy.port, filled(REJECTED[name], proxy, ann) + smuggled, timeout=1.5)
    assert b"smuggled" not in proxy.recorder.raw
    assert proxy.recorder.count == 0


def test_pipelined_requests_are_answered_in_order_and_each_is_asked_about(proxy, ann):
    one = filled("GET /first HTTP/1.1\r\nHost: {h}\r\n{c}\r\n", proxy, ann)
    two = f"GET /second HTTP/1.1\r\nHost: {proxy.host}\r\nConnection: close\r\n\r\n".encode()
    proxy.recorder.clear()
    assert raw.statuses(raw.exchange(proxy.port, one + two)) == [200, 401]
    assert [request.target for request in proxy.recorder.requests] == ["/first"]


@pytest.mark.parametrize("upgrade", ["h2c", "websocket, h2c", "TLS/1.0", "foo"])
def test_no_upgrade_but_websocket_is_passed_on(proxy, ann, upgrade):
    proxy.recorder.clear()
    request = filled("GET /page HTTP/1.1\r\nHost: {h}\r\n{c}Connection: Upgrade, HTTP2-Settings\r\n"
                     "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\nUpgrade: %s\r\n\r\n" % upgrade, proxy, ann)
    received = raw.exchange(proxy.port, request, timeout=1.5)
    assert 101 not in raw.statuses(received)
    for seen in proxy.recorder.requests:
        assert "h2c" not in ",".join(seen.all("upgrade"))
        assert seen.all("http2-settings") == []


def test_bytes_after_an_upgrade_request_are_not_a_second_request(proxy, ann):
    proxy.recorder.clear()
    proxy.recorder.answers["/noupgrade"] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno"
    request = filled("GET /noupgrade HTTP/1.1\r\nHost: {h}\r\n{c}Origin: http://{h}\r\nConnection: Upgrade\r\n"
                     "Upgrade: foo\r\n\r\n", proxy, ann)
    smuggled = filled("GET /smuggled HTTP/1.1\r\nHost: {h}\r\n\r\n", proxy, ann)
    received = raw.exchange(proxy.port, request + smuggled, timeout=1.5)
    assert "/smuggled" not in [request.target for request in proxy.recorder.requests]
    assert raw.statuses(received)[1:] in ([], [401])


@pytest.mark.parametrize(("what", "count", "size"), [("one huge header", 1, 200_000), ("many headers", 2000, 20),
                                                     ("a long list", 60, 4000)])
def test_oversize_heads_are_refused(proxy, ann, what, count, size):
    proxy.recorder.clear()
    lines = "".join(f"X-Big-{number}: {'a' * size}\r\n" for number in range(count))
    request = filled("GET /page HTTP/1.1\r\nHost: {h}\r\n{c}" + lines + "\r\n", proxy, ann)
    statuses = raw.statuses(raw.exchange(proxy.port, request, timeout=3))
    assert all(status in (400, 431) for status in statuses), what
    assert proxy.recorder.count == 0


def test_an_oversize_target_is_refused(proxy, ann):
    proxy.recorder.clear()
    request = filled("GET /" + "a" * 200_000 + " HTTP/1.1\r\nHost: {h}\r\n{c}\r\n", proxy, ann)
    assert all(status in (400, 414, 431) for status in raw.statuses(raw.exchange(proxy.port, request, timeout=3)))
    assert proxy.recorder.count == 0


@pytest.mark.parametrize("path", ["/api/2fa/verify", "/postern/verify", "/api/2fa/setup/verify"])
def test_an_oversize_body_to_our_own_pages_is_refused(proxy, ann, path):
    kind = "application/json" if path.startswith("/api") else "application/x-www-form-urlencoded"
    headers = [("Origin", proxy.origin), ("Content-Type", kind)]
    try:
        answer = ann.request("POST", path, headers, b"a" * 2_000_000)
    except (BrokenPipeError, ConnectionResetError):
        # The answer came, and the connection closed, before all was sent.
        assert ann.fetch("GET", "/page").status == 200
    else:
        assert answer.status in (400, 403, 413), answer


def test_slow_clients_do_not_keep_others_waiting(proxy, ann):
    slow = []
    for _ in range(100):
        connection = socket.create_connection(("127.0.0.1", proxy.port))
        connection.sendall(b"GET /page HTTP/1.1\r\nHost: loc")
        slow.append(connection)
    began = time.monotonic()
    assert ann.fetch("GET", "/page").status == 200
    assert time.monotonic() - began < 2
    for connection in slow:
        connection.close()


def test_a_stranger_s_malformed_requests_reach_nobody_behind_any_front(chain):
    """Without a session: whatever a front makes of it, it has to ask, and the answer is no."""
    chain.recorder.clear()
    requests = [written(template, chain.host, "Connection: close\r\n") for template in REJECTED.values()]
    # Several at once: some fronts take their time to close.
    with ThreadPoolExecutor(8) as several:
        answers = list(several.map(lambda request: raw.exchange(chain.port, request, timeout=0.7), requests))
    assert chain.recorder.count == 0, chain.recorder.last.head
    for name, statuses in zip(REJECTED, map(raw.statuses, answers), strict=True):
        # These answer that one themselves, about themselves.
        if chain.kind not in ("traefik", "caddy", "apache") or name != "asterisk-form":
            assert not any(200 <= status < 300 for status in statuses), name


FUZZED = [b"", b"\r\n\r\n", b"\x00" * 64, b"GET", b"GET / HTTP/1.1", b"\xff" * 200, b"GET / HTTP/1.1\r\n\r\n\r\n",
          b"A" * 10_000, b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n", b"GET / HTTP/1.1\r\nHost: \xff\xfe\r\n\r\n"]


@pytest.mark.parametrize("rubbish", FUZZED)
def test_rubbish_is_survived(proxy, ann, rubbish):
    received = raw.exchange(proxy.port, rubbish, timeout=0.5)
    assert all(400 <= status < 500 or status in (501, 505) for status in raw.statuses(received)), received
    assert proxy.gateway.ready()
