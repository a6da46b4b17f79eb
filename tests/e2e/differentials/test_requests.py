"""Framing: a request is refused, or the server behind the gateway reads exactly that request."""

import re

import pytest

from differentials.corpus import FRAMINGS
from differentials.servers import Read
from harness import raw


@pytest.mark.parametrize("name", FRAMINGS)
def test_the_server_reads_the_one_request_that_was_let_through(pair, name):
    head, body, length = FRAMINGS[name]
    body = body.replace("{h}", pair.host)
    head = head.format(h=pair.host, c=pair.cookie, n=len(body))
    request = (head + "Connection: close\r\n" * ("Connection" not in head) + "\r\n" + body).encode("latin-1")
    pair.server.read(at_least=0)
    statuses = raw.statuses(raw.exchange(pair.gateway.port, request, timeout=2.0))
    statuses = [status for status in statuses if status != 100]
    forwarded = statuses[:1] == [200]
    read = pair.server.read(at_least=int(forwarded))
    if length is None:
        assert read == [] and not forwarded, (statuses, read)
        return
    if not read:
        assert statuses and 400 <= statuses[0] < 500, statuses
        return
    method, target, _ = head.split("\r\n")[0].split(" ")
    target = re.sub("^http://[^/]*", "", target)
    length = len(body) if length < 0 else length
    only = read[0]
    expected = Read(method, target, pair.host, length if only.length is not None else None, "protected")
    assert read == [expected], (name, statuses)
    assert forwarded, statuses


def test_what_is_plain_is_let_through(pair):
    """Control: most unambiguous requests do arrive."""
    for name in ("no body", "length", "chunks", "trailers", "expecting", "absolute form"):
        head, body, _ = FRAMINGS[name]
        request = f"{head.format(h=pair.host, c=pair.cookie)}Connection: close\r\n\r\n{body}".encode()
        pair.server.read(at_least=0)
        assert 200 in raw.statuses(raw.exchange(pair.gateway.port, request)), name
        assert len(pair.server.read(at_least=1)) == 1, name
