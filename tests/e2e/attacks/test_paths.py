"""The path checked is the path forwarded; ambiguous paths get 400 (promise 10)."""

import re
from urllib.parse import unquote

import pytest

from harness import raw
from harness.person import SCRIPT

AMBIGUOUS = [
    "/a%2fb", "/a%2Fb", "/%2f", "/a%5cb", "/a%5Cb", "/a\\b", "/\\a", "/a%00", "/%00/a", "/.", "/..", "/a/.", "/a/..",
    "/a/../b", "/a/./b", "/../a", "/%2e", "/%2e%2e", "/%2E%2e/a", "/a/%2e%2e/b", "/a/.%2e/b", "/a/%2e./b", "/./a",
    "/a/..;/b", "/public/../page", "/public/%2e%2e/page", "/public/..%2fpage", "/public/%2e%2e%2fpage",
    "/public%2f..%2fpage", "/public\\..\\page", "/public/..%5cpage", "/public/%252e%252e/%00",
]
FAITHFUL = [
    "/", "/a", "/a/", "/a?x=%2f..%2f", "/a?x=/../", "/a?", "/a??", "/a%20b", "/%E2%82%AC", "/a;b=c", "/a+b", "/~x",
    "/a%25", "/...", "/a...b/..c", "/a%C3%A9", "/a:b@c", "/a!$&'()*,=", "/A/B",
]
ODD = ["/a//b", "//a", "/a?x=\"y\"", "/a?q=a|b", "/a?{}", "/a?x=\\", "/a?x=^`", "/a[b]", "/a|b", "/a?%", "/a%", "/a%zz",
       "/a?\xe9", "/a%3Fb", "/a%23b", "/a%252fb", "/a%7Eb", "/%41"]


@pytest.mark.parametrize("target", AMBIGUOUS)
def test_an_ambiguous_path_gets_400_from_everybody(chain, ann, target):
    for cookies in (ann.cookies, {}):
        chain.recorder.clear()
        answer = ann.request("GET", target, SCRIPT, cookies=cookies)
        if chain.kind == "traefik" and chain.recorder.count:
            # Traefik resolves dot segments before it asks, and forwards the path that it asked about.
            assert cookies and ".." not in chain.recorder.last.target, chain.recorder.last.line
            continue
        if chain.kind == "traefik":
            assert answer.status in (400, 401, 403, 404, 301, 308), answer
        else:
            # Apache responds 404 to a null; nginx leaves some to the gateway's check, which never responds 400.
            assert answer.status in (400, {"nginx": 403, "apache": 404}.get(chain.kind)), answer
        assert chain.recorder.count == 0


@pytest.mark.parametrize("target", FAITHFUL)
def test_a_plain_path_is_forwarded_byte_for_byte(chain, ann, target):
    chain.recorder.clear()
    answer = ann.request("GET", target, SCRIPT)
    if chain.kind == "traefik" and answer.status in (400, 404):
        pytest.skip("Traefik itself refuses this one")
    assert answer.status == 200, answer
    assert chain.recorder.last.target == target


@pytest.mark.parametrize("target", ODD)
def test_an_odd_path_is_forwarded_as_it_is_or_not_at_all(chain, ann, target):
    chain.recorder.clear()
    head = f"GET {target} HTTP/1.1\r\nHost: {chain.host}\r\nCookie: {'='.join(ann.session_cookie)}\r\n" \
           "Connection: close\r\n\r\n"
    status, = raw.statuses(raw.exchange(chain.port, head.encode("latin-1")))
    if chain.recorder.count:
        assert status == 200
        arrived = chain.recorder.last.head.split(b" ")[1].decode("latin-1")
        if chain.kind == "traefik":
            # Traefik normalises paths before it asks, and forwards the path that it asked about.
            arrived, target = unquote(arrived), re.sub("/+", "/", unquote(target))
        if chain.kind == "caddy":
            # Caddy percent-encodes invalid characters before it asks.
            arrived, target = unquote(arrived), unquote(target)
        if chain.kind == "apache":
            # Apache merges leading slashes before the gateway, which checks and forwards, sees them.
            target = re.sub("^/+", "/", target)
        assert arrived == target
    else:
        assert status in (301, 308, 400, 403, 404)


ESCAPES = [
    "/public/../page", "/public/%2e%2e/page", "/public/..%2fpage", "/public%2f../page", "/public/..;/page",
    "/public/;/../page", "/PUBLIC/page", "/public", "/public;/page", "/public%2fpage", "/public%20/page",
    "//public/page", "///public/page", "/page#/public/x", "/page%23/public/x", "/page?/public/x", "/page?x=/public/",
    "/page;/public/x", "/page%3f/public/x", "/page/public/x", "/publi%63/page", "/public\\page", "/./public/page",
    "/public.evil/page", "/.public/page", "/page/..;/public/x", "/page%2f..%2fpublic/x",
    "http://localhost/public/page", "/public/%2e%2e%2f%2e%2e/page", "/public/.%2e/page", "/public/%u002e%u002e/page",
    "/public/..%c0%afpage", "/public/..%ef%bc%8fpage", "/%70ublic/page",
]


@pytest.mark.parametrize("target", ESCAPES)
def test_no_spelling_turns_a_public_prefix_into_a_way_in(chain, target):
    chain.recorder.clear()
    answer = chain.ask("GET", target)
    assert answer.status < 500, answer
    if chain.recorder.count:
        # Whatever arrived must be below the public prefix for every backend that resolves dots, escapes and case.
        arrived = chain.recorder.last.target
        assert arrived.startswith("/public/"), arrived
        assert not any(mark in arrived.lower() for mark in ("%2e", "%2f", "%5c", "\\", "%25")), arrived
        assert not {".", ".."} & {segment.partition(";")[0] for segment in arrived.split("/")}, arrived
    else:
        assert not 200 <= answer.status < 300, answer


def test_a_route_that_is_denied_is_denied_to_everybody(chain, ann):
    for target in ("/denied/x", "/denied/x?y", "/denied/"):
        chain.recorder.clear()
        assert ann.request("GET", target, SCRIPT).status == 403
        assert chain.ask("GET", target).status == 403
        assert chain.recorder.count == 0


DEV = ["/dev/create-session/1", "/dev/", "/dev", "/DEV/create-session/1", "/Dev/x", "/dev//create-session/1",
       "//dev/create-session/1", "/dev/create-session/1?x", "/dev;x/create-session/1", "/%64ev/create-session/1",
       "/d%65v/create-session/1", "/dev%2fcreate-session/1", "/./dev/x", "/a/../dev/x", "/dev/./x", "/dev/%2e/x",
       "/%44EV/x", "/dev%00/x", "/dev\\create-session/1", "/dev%5ccreate-session/1", "/dev/create-session%2f1"]


@pytest.mark.parametrize("target", DEV)
def test_the_backend_s_open_door_is_never_reached(chain, ann, target):
    for cookies in (ann.cookies, {}):
        for method in ("GET", "POST", "OPTIONS"):
            chain.recorder.clear()
            preflight = [("Origin", "http://localhost:5173"), ("Access-Control-Request-Method", "GET")]
            answer = ann.request(method, target, [*SCRIPT, *(preflight if method == "OPTIONS" else [])],
                                 cookies=cookies)
            assert answer.status in (301, 308, 400, 401, 403, 404), (method, answer)
            assert chain.recorder.count == 0, chain.recorder.last.line
