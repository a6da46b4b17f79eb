"""Ambiguous HTTP is rejected, never interpreted (promise 20): byte for byte, with a full session, so
that only the rejection keeps it from the upstream. Another front may read it as the one request that it is, and as no
other."""

import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from attacks.malformed import REJECTED, RUBBISH, TOLERATED, written
from harness import raw


def cookie_line(person) -> str:
    return f"Cookie: {'='.join(person.session_cookie)}\r\n"


def filled(template: str, chain, ann) -> bytes:
    return written(template, chain.host, cookie_line(ann))


def at_once(port: int, requests: list[bytes], timeout: float = 1.0) -> list[bytes]:
    """Sends all of them in parallel, since some fronts close late."""
    with ThreadPoolExecutor(len(requests)) as several:
        return list(several.map(lambda request: raw.exchange(port, request, timeout), requests))


def answered(received: bytes, *more: int) -> bool:
    """Whether this is an accepted outcome: no response, or below 500, or 501, 505 or one of `more`."""
    return all(status < 500 or status in (501, 505, *more) for status in raw.statuses(received))


def test_the_template_passes_where_nothing_is_wrong(chain, ann):
    chain.recorder.clear()
    good = filled("GET /page HTTP/1.1\r\nHost: {h}\r\n{c}Connection: close\r\n\r\n", chain, ann)
    assert raw.statuses(raw.exchange(chain.port, good)) == [200]
    assert chain.recorder.count == 1


@pytest.mark.parametrize("who", ["a stranger", "somebody with a session"])
def test_a_malformed_request_is_that_one_request_or_none(chain, ann, who):
    line = "Connection: close\r\n" + (cookie_line(ann) if who != "a stranger" else "")
    # Each has a path of its own, so that the recorder can tell them apart.
    requests = [written(template, chain.host, line, f"/page-{number}.")
                for number, template in enumerate(REJECTED.values())]
    chain.recorder.clear()
    answers = at_once(chain.port, requests)
    arrived: dict[str, list] = {name: [] for name in REJECTED}
    for seen in list(chain.recorder.requests):
        number = re.match(r"/page-(\d+)\.", seen.target)
        assert number, seen.head
        arrived[list(REJECTED)[int(number[1])]].append(seen)
    for name, received in zip(REJECTED, answers, strict=True):
        seen = arrived[name]
        # Some validate the body while they forward it.
        broken = (500, 502) if name == "chunk size negative" else ()
        assert answered(received, *broken), (name, received[:300])
        if who == "a stranger" or (chain.kind == "proxy" and name not in TOLERATED):
            assert not seen, (name, seen[0].head)
            # These answer that one themselves.
            if chain.kind not in ("traefik", "caddy", "apache") or name != "asterisk-form":
                assert all(status >= 400 for status in raw.statuses(received)), (name, received[:300])
        for request in seen:
            assert request.one("x-auth-user") == ann.me()["id"], name
            assert request.one("host") == chain.host, name
            assert b"evil" not in request.head, name
        assert len(seen) <= 1, name
    assert ann.fetch("GET", "/page").status == 200


SMUGGLING = ["CL and TE", "two CL", "CL 0 and TE", "TE list", "two TE", "TE with space before colon"]


def test_a_smuggled_second_request_is_not_answered(chain, ann):
    smuggled = written("GET /smuggled HTTP/1.1\r\nHost: {h}\r\n\r\n", chain.host, "")
    chain.recorder.clear()
    answers = at_once(chain.port, [filled(REJECTED[name], chain, ann) + smuggled for name in SMUGGLING])
    assert b"smuggled" not in chain.recorder.raw
    if chain.kind == "proxy":
        assert chain.recorder.count == 0
    for name, received in zip(SMUGGLING, answers, strict=True):
        assert answered(received), (name, received[:300])
        assert raw.statuses(received).count(200) <= 1, (name, received[:300])


def test_pipelined_requests_are_answered_in_order_and_each_is_asked_about(chain, ann):
    one = filled("GET /first HTTP/1.1\r\nHost: {h}\r\n{c}\r\n", chain, ann)
    two = f"GET /second HTTP/1.1\r\nHost: {chain.host}\r\nConnection: close\r\n\r\n".encode()
    chain.recorder.clear()
    assert raw.statuses(raw.exchange(chain.port, one + two)) == [200, 401]
    assert [request.target for request in chain.recorder.requests] == ["/first"]


UPGRADES = ["h2c", "websocket, h2c", "TLS/1.0", "foo"]


def test_no_upgrade_but_websocket_is_passed_on(chain, ann):
    chain.recorder.clear()
    request = ("GET /page HTTP/1.1\r\nHost: {h}\r\n{c}Connection: Upgrade, HTTP2-Settings\r\n"
               "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\nUpgrade: %s\r\n\r\n")
    answers = at_once(chain.port, [filled(request % upgrade, chain, ann) for upgrade in UPGRADES])
    for upgrade, received in zip(UPGRADES, answers, strict=True):
        assert 101 not in raw.statuses(received), (upgrade, received)
        assert answered(received), (upgrade, received)
    for seen in list(chain.recorder.requests):
        assert "h2c" not in ",".join(seen.all("upgrade"))
        assert seen.all("http2-settings") == []


def test_bytes_after_an_upgrade_request_are_not_a_second_request(chain, ann):
    chain.recorder.clear()
    chain.recorder.answers["/noupgrade"] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno"
    request = filled("GET /noupgrade HTTP/1.1\r\nHost: {h}\r\n{c}Origin: http://{h}\r\nConnection: Upgrade\r\n"
                     "Upgrade: foo\r\n\r\n", chain, ann)
    smuggled = written("GET /smuggled HTTP/1.1\r\nHost: {h}\r\n\r\n", chain.host, "")
    received = raw.exchange(chain.port, request + smuggled, timeout=1.0)
    assert "/smuggled" not in [request.target for request in chain.recorder.requests]
    assert raw.statuses(received)[1:] in ([], [401])


def test_oversize_heads_are_refused(chain, ann):
    good = "GET /page HTTP/1.1\r\nHost: {h}\r\n{c}Connection: close\r\n"
    many = {size: "".join(f"X-Big-{number}: {'a' * size}\r\n" for number in range(count))
            for count, size in ((1, 200_000), (2000, 20), (60, 4000))}
    heads = {f"headers of {size}": f"{good}{lines}\r\n" for size, lines in many.items()}
    heads["target"] = f"{good}\r\n".replace("/page", "/" + "a" * 200_000)
    chain.recorder.clear()
    answers = at_once(chain.port, [filled(head, chain, ann) for head in heads.values()])
    for name, received in zip(heads, answers, strict=True):
        assert all(status in (400, 414, 431) for status in raw.statuses(received)), (name, received[:300])
    assert chain.recorder.count == 0
    assert ann.fetch("GET", "/page").status == 200


@pytest.mark.parametrize("path", ["/api/2fa/verify", "/postern/verify", "/api/2fa/setup/verify"])
def test_an_oversize_body_to_our_own_pages_is_refused(chain, ann, path):
    kind = "application/json" if path.startswith("/api") else "application/x-www-form-urlencoded"
    headers = [("Origin", chain.origin), ("Content-Type", kind)]
    try:
        answer = ann.request("POST", path, headers, b"a" * 2_000_000)
    except (BrokenPipeError, ConnectionResetError):
        # The response came, and the connection closed, before all was sent.
        assert ann.fetch("GET", "/page").status == 200
    else:
        assert answer.status in (400, 403, 413), answer


def test_slow_clients_do_not_keep_others_waiting(chain, ann):
    slow = []
    for _ in range(100):
        connection = socket.create_connection(("127.0.0.1", chain.port))
        connection.sendall(b"GET /page HTTP/1.1\r\nHost: loc")
        slow.append(connection)
    began = time.monotonic()
    assert ann.fetch("GET", "/page").status == 200
    assert time.monotonic() - began < 2
    for connection in slow:
        connection.close()


def test_rubbish_is_survived(chain, ann):
    chain.recorder.clear()
    for rubbish, received in zip(RUBBISH, at_once(chain.port, RUBBISH, timeout=0.5), strict=True):
        statuses = raw.statuses(received)
        assert all(400 <= status < 500 or status in (501, 505) for status in statuses), (rubbish, received)
    assert chain.recorder.count == 0
    assert chain.gateway.ready()
    assert ann.fetch("GET", "/page").status == 200
