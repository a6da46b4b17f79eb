"""Encoded characters that routes allow: what is public stays public in every server's reading, and what is allowed
arrives byte for byte."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest

from differentials.conftest import Pair
from differentials.corpus import PATHS
from differentials.servers import KINDS, Server
from harness import raw

ENCODED = ["%2F", "%23", "%3F", "%3B", "%5C"]
SPELLINGS = [
    *(f"/public{one}{dots}{other}secret" for one, dots, other in product(ENCODED, ("..", "..;", "x", "", "."), ENCODED)),
    *(f"/public/x{one}{dots}{other}..{one}secret" for one, dots, other in product(ENCODED, ("..", "..;", "x"), ENCODED)),
    *(f"/secret{one}..{one}public/x" for one in ENCODED), *(f"/secret{one}public/x" for one in ENCODED),
    *(f"{one}public/x" for one in ENCODED), *(f"/{one}public/x" for one in ENCODED),
]
ALLOWED = ["/public/@scope%2Fname", "/public/c%23/intro", "/public/why%3F/x", "/public/a%3Bb/c", "/public/DOMAIN%5Cuser"]


@pytest.fixture(scope="module", params=KINDS)
def opened(request, home, module_gateways) -> Iterator[Pair]:
    """Every server, behind a gateway whose public route allows all of them."""
    server = Server(request.param, home)
    route = {"path": "/public/*", "access": "public", "encoded": ENCODED}
    gateway = module_gateways.start(server.url, sqlite=True, route=[route])
    yield Pair(gateway, server, "")
    server.stop()


def ask(pair: Pair, path: str) -> int:
    request = f"GET {path} HTTP/1.1\r\nHost: {pair.host}\r\nConnection: close\r\n\r\n".encode("latin-1")
    statuses = raw.statuses(raw.exchange(pair.gateway.port, request, timeout=10.0))
    return statuses[0] if statuses else 0


def test_no_allowed_encoding_leads_a_stranger_to_a_protected_handler(opened):
    paths = [*PATHS, *SPELLINGS]
    opened.server.read(at_least=0)
    with ThreadPoolExecutor(4) as several:
        answers = dict(zip(paths, several.map(lambda path: ask(opened, path), paths)))
    passed = [path for path, status in answers.items() if status not in {400, 401, 403, 404, 421}]
    read = opened.server.read(at_least=len(passed))
    assert [path for path, status in answers.items() if status == 0 or status >= 500] == []
    assert [request for request in read if request.handler != "public"] == []
    assert {request.target for request in read} <= set(paths)


@pytest.mark.parametrize("path", ALLOWED)
def test_what_is_allowed_arrives_byte_for_byte(opened, path):
    opened.server.read(at_least=0)
    assert ask(opened, path) != 400
    assert [request.target for request in opened.server.read(at_least=1)] == [path]
