"""Ambiguous framing with a session: a front may read one request or none, but what follows it never becomes a request of
that session."""

import pytest

from harness import raw

HEAD = "POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nCookie: {cookie}\r\n"
RIDER = "GET /smuggled HTTP/1.1\r\nHost: {host}\r\nX-Auth-User: root\r\n\r\n"
CARRIERS = {
    "length and chunks": "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and length": "Transfer-Encoding: chunked\r\nContent-Length: {rider}\r\n\r\n0\r\n\r\n",
    "no length and chunks": "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": "Content-Length: 0\r\nContent-Length: {rider}\r\n\r\n",
    "two encodings": "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "encoding with a space before the colon": "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "encoding behind a bare line feed": "X: a\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "encoding in a folded line": "X: a\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunk with a bare line feed": "Transfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n",
    "chunk with an extension that ends early": "Transfer-Encoding: chunked\r\n\r\n1;x=\n\r\na\r\n0\r\n\r\n",
    "an upgrade that nobody makes": "Content-Length: 0\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
}


@pytest.fixture(scope="module")
def ann(chain):
    return chain.verified()


@pytest.mark.parametrize("carrier", CARRIERS)
def test_nothing_rides_behind_an_ambiguous_request(chain, ann, carrier):
    rider = RIDER.format(host=chain.host)
    # Each has a name of its own, since one may arrive while the next is under way.
    path = f"/carrier-{list(CARRIERS).index(carrier)}"
    head = HEAD.format(path=path, host=chain.host, origin=chain.origin, cookie="=".join(ann.session_cookie))
    received = raw.exchange(chain.port, (head + CARRIERS[carrier].format(rider=len(rider)) + rider).encode(), timeout=1.0)
    # The smuggled request has no session: if it is read as a request, it was checked and denied.
    seen = list(chain.recorder.requests)
    assert "/smuggled" not in [request.target for request in seen]
    assert [request.target for request in seen].count(path) <= 1
    assert all("root" not in request.all("x-auth-user") for request in seen)
    assert raw.statuses(received).count(200) <= 1, received[:600]


def test_the_carrier_alone_would_have_passed(chain, ann):
    """Control: the session itself is accepted."""
    head = HEAD.format(path="/first", host=chain.host, origin=chain.origin, cookie="=".join(ann.session_cookie))
    chain.recorder.clear()
    received = raw.exchange(chain.port, f"{head}Connection: close\r\nContent-Length: 3\r\n\r\nabc".encode())
    assert raw.statuses(received) == [200]
    assert (chain.recorder.last.target, chain.recorder.last.body) == ("/first", b"abc")
