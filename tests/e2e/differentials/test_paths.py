"""Paths: without a session, no spelling makes any server choose a handler that is not public."""

from concurrent.futures import ThreadPoolExecutor

from differentials.corpus import PATHS
from harness import raw


def test_no_spelling_leads_a_stranger_to_a_protected_handler(pair):
    def ask(path: str) -> tuple[str, list[int]]:
        request = f"GET {path} HTTP/1.1\r\nHost: {pair.host}\r\nConnection: close\r\n\r\n".encode("latin-1")
        return path, raw.statuses(raw.exchange(pair.gateway.port, request, timeout=10.0))

    pair.server.read(at_least=0)
    with ThreadPoolExecutor(4) as several:
        answers = list(several.map(ask, PATHS))
    # Servers redirect to their spelling of a path, and refuse some: all of these are responses of theirs.
    ours = {400, 401, 403, 404, 421}
    passed = [path for path, statuses in answers if statuses and statuses[0] not in ours]
    read = pair.server.read(at_least=len(passed))
    assert [path for path, statuses in answers if not statuses or statuses[0] >= 500] == []
    assert [request for request in read if request.handler != "public"] == []
    # The path that arrived is the path that was requested and checked, byte for byte.
    assert {request.target for request in read} <= set(PATHS)
    assert {"/public/x", "/public/a%20b", "/public/%C3%A9"} <= {request.target for request in read}
