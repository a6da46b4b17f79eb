"""The corpora over HTTP/2: what is refused over HTTP/1.1 is refused over HTTP/2, and no HTTP/2 request becomes two requests,
or another one, over HTTP/1.1 behind the gateway."""

import pytest

from attacks.test_paths import AMBIGUOUS, DEV, ESCAPES, FAITHFUL
from harness.chain import IDENTITY, build
from harness.frames import Connection, ask, latin, request

SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture(scope="module")
def proxy(home, shared_recorder, module_gateways, people):
    routes = [{"path": "/public/*", "access": "public"}, {"path": "/denied/*", "access": "deny"}]
    return build("proxy", home, shared_recorder, module_gateways, people, route=routes, listen={"h2c": True})


@pytest.fixture(scope="module")
def ann(proxy):
    return proxy.verified()


@pytest.fixture
def good(proxy, ann):
    """The fields of a valid request with a full session, which a test changes."""
    proxy.recorder.clear()
    return request("GET", "/page", proxy.host, ("cookie", "=".join(ann.session_cookie)))


def test_a_good_request_passes(proxy, good):
    outcome = ask(proxy.port, good)
    assert (outcome.what, outcome.status) == ("answered", 200)
    assert proxy.recorder.last.line == "GET /page HTTP/1.1"


# Fields that replace those of the same name, or are added.
SPOILT = {
    "no method": [(":method", None)],
    "no scheme": [(":scheme", None)],
    "no path": [(":path", None)],
    "no authority": [(":authority", None)],
    "empty path": [(":path", "")],
    "path without slash": [(":path", "page")],
    "asterisk": [(":path", "*")],
    "absolute path": [(":path", "http://evil.example/page")],
    "path with a space": [(":path", "/page evil")],
    "path that ends the line": [(":path", "/page HTTP/1.1\r\nX-Auth-User: root")],
    "path with a line feed": [(":path", "/page\nX: y")],
    "path with a null": [(":path", "/page\0")],
    "path in Latin-1": [(":path", "/p\xe9ge")],
    "method with a space": [(":method", "GET /smuggled")],
    "method that ends the line": [(":method", "GET /smuggled HTTP/1.1\r\n\r\nGET")],
    "empty method": [(":method", "")],
    "TRACE": [(":method", "TRACE")],
    "CONNECT": [(":method", "CONNECT")],
    "PRI": [(":method", "PRI")],
    "scheme of files": [(":scheme", "file")],
    "scheme that holds a host": [(":scheme", "http://evil.example/x?")],
    "foreign authority": [(":authority", "evil.example")],
    "authority with a user": [(":authority", "evil@{h}")],
    "authority with a path": [(":authority", "{h}/x")],
    "authority that ends the line": [(":authority", "{h}\r\nX-Auth-User: root")],
    "empty authority": [(":authority", "")],
    "authority and another host": [("host", "evil.example")],
    "two hosts": [(":authority", None), ("host", "{h}"), ("host", "{h}")],
    "host in a list": [(":authority", None), ("host", "{h}, evil.example")],
    "two methods": [(":method ", "POST")],
    "unknown pseudo-header": [(":evil", "x")],
    "status in a request": [(":status", "200")],
    "protocol without CONNECT": [(":protocol", "websocket")],
    "upper-case name": [("X-Upper", "x")],
    "name with a space": [("x y", "z")],
    "name with a colon": [("x:y", "z")],
    "name that ends the line": [("x\r\nx-auth-user", "root")],
    "empty name": [("", "x")],
    "name with a null": [("x\0", "y")],
    "value that ends the line": [("x", "y\r\nx-auth-user: root")],
    "value with a line feed": [("x", "y\nx-auth-user: root")],
    "value with a carriage return": [("x", "y\rz")],
    "value with a null": [("x", "y\0z")],
    "value with white space before": [("x", " y")],
    "value with white space behind": [("x", "y\t")],
    "connection": [("connection", "x-auth-user")],
    "transfer-encoding": [("transfer-encoding", "chunked")],
    "upgrade": [("upgrade", "websocket")],
    "keep-alive": [("keep-alive", "timeout=5")],
    "proxy-connection": [("proxy-connection", "close")],
    "http2-settings": [("http2-settings", "AAMAAABkAAQCAAAAAAIAAAAA")],
    "te that is more": [("te", "trailers, chunked")],
    "length without a body": [("content-length", "5")],
    "two lengths": [("content-length", "0"), ("content-length", "0")],
    "length in a list": [("content-length", "0, 0")],
    "length with a sign": [("content-length", "+0")],
}


def spoilt(fields, changes, host):
    """The changed fields; pseudo-headers stay in front."""
    changes = [(name, None if value is None else value.replace("{h}", host)) for name, value in changes]
    replaced = {name.encode("latin-1") for name, _ in changes if name.startswith(":")}
    kept = [field for field in fields if field[0] not in replaced]
    fresh = latin(*[(name.strip(), value) for name, value in changes if value is not None])
    pseudo = [field for field in fresh if field[0].startswith(b":")]
    return pseudo + kept + [field for field in fresh if field not in pseudo]


@pytest.mark.parametrize("name", SPOILT)
def test_what_is_malformed_reaches_nobody(proxy, good, name):
    outcome = ask(proxy.port, spoilt(good, SPOILT[name], proxy.host))
    assert outcome.refused, outcome
    assert proxy.recorder.count == 0, proxy.recorder.last.head


# hyper cuts `:path` at `#` before the gateway sees it (crates/http/README.md): what is left is decided on, and is all that
# is forwarded. The path, what a stranger gets, what a full session gets, and what then arrives.
FRAGMENTS = [
    ("/page#/public/x", 401, 200, "/page"),
    ("/page#", 401, 200, "/page"),
    ("/public/x#/../../denied/y", 200, 200, "/public/x"),
    ("/public/x?a=1#b?c", 200, 200, "/public/x?a=1"),
    ("/public#/x", 401, 200, "/public"),
    ("/denied/x#/public/y", 403, 403, None),
    ("/denied#/x", 403, 403, None),
    ("/denied/?#/../public/x", 403, 403, None),
    ("/dev/create-session#x", None, None, None),
    ("/#/denied/x", 401, 200, "/"),
]


@pytest.mark.parametrize(("path", "stranger", "session", "arrives"), FRAGMENTS)
def test_the_path_before_a_fragment_is_decided_on_and_is_all_that_is_forwarded(proxy, good, path, stranger, session, arrives):
    outcome = ask(proxy.port, spoilt(good, [(":path", path)], proxy.host))
    assert outcome.status == session or outcome.refused and arrives is None, outcome
    assert [seen.target for seen in proxy.recorder.requests] == ([arrives] if arrives else [])
    proxy.recorder.clear()
    outcome = ask(proxy.port, request("GET", path, proxy.host))
    assert outcome.status == stranger or outcome.refused and stranger is None, outcome
    assert [seen.target for seen in proxy.recorder.requests] == ([arrives] if stranger == 200 else [])


def test_pseudo_headers_behind_others_reach_nobody(proxy, good):
    assert ask(proxy.port, [*good[3:], *good[:3]]).refused
    assert ask(proxy.port, [*good, *latin((":path", "/other"))]).refused
    assert proxy.recorder.count == 0


@pytest.mark.parametrize("length", ["0", "3", "500"])
def test_a_body_of_another_length_than_it_says_is_no_second_request(proxy, good, length):
    fields = spoilt(good, [(":method", "POST"), ("content-length", length)], proxy.host)
    ask(proxy.port, fields, SMUGGLED)
    assert "/smuggled" not in [seen.target for seen in proxy.recorder.requests]
    assert ask(proxy.port, good).status == 200
    assert proxy.recorder.last.target == "/page"


def test_a_body_without_a_length_is_one_body(proxy, good):
    assert ask(proxy.port, spoilt(good, [(":method", "POST")], proxy.host), SMUGGLED).status == 200
    assert proxy.recorder.count == 1
    assert proxy.recorder.last.body == SMUGGLED


def test_cookies_in_crumbs_are_one_jar(proxy, ann, good):
    name, value = ann.session_cookie
    crumbs = latin(("cookie", "a=1"), ("cookie", f"{name}={value}"), ("cookie", "b=2"))
    assert ask(proxy.port, good[:4] + crumbs).status == 200
    assert proxy.recorder.last.cookies() == {"a": "1", "b": "2"}
    proxy.recorder.clear()
    for crumbs in (latin(("cookie", f"{name}={value}")) * 2,
                   latin(("cookie", f"{name}={value}"), ("cookie", f"a=1; {name}=x"))):
        assert ask(proxy.port, good[:4] + crumbs).status == 401
    assert proxy.recorder.count == 0


def test_no_identity_of_a_client_s_arrives(proxy, ann, good):
    claimed = [(spelt, "root") for name in IDENTITY for spelt in (name.lower(), name.lower().replace("-", "_"))]
    assert ask(proxy.port, good + latin(*claimed)).status == 200
    seen = proxy.recorder.last
    assert "root" not in [value for name in IDENTITY for value in seen.all(name)]
    assert seen.one("x-auth-email")


def test_a_head_in_many_frames_is_one_head(proxy, good):
    assert ask(proxy.port, good, pieces=len(b"/page")).status == 200
    assert proxy.recorder.count == 1


def test_heads_that_are_too_large_reach_nobody(proxy, good):
    for more in ([(f"x-{number}", "y" * 1000) for number in range(60)], [(f"x-{number}", "y") for number in range(400)],
                 [("x", "y" * 100_000)]):
        assert ask(proxy.port, good + latin(*more), pieces=20).refused
    assert proxy.recorder.count == 0


def test_streams_of_one_connection_are_each_asked_about(proxy, good):
    stranger = request("GET", "/page", proxy.host)
    with Connection(proxy.port) as connection:
        for stream, fields in ((1, good), (3, stranger), (5, good), (7, stranger)):
            connection.send(stream, fields)
            assert connection.receive(stream).status == (200 if fields is good else 401)
    assert proxy.recorder.count == 2


# `:path` is bytes; absolute URLs have a test of their own.
ESCAPED = [path for path in ESCAPES if path.startswith("/")]


@pytest.mark.parametrize("path", [*AMBIGUOUS, *DEV])
def test_ambiguous_and_closed_paths_reach_nobody(proxy, good, path):
    assert ask(proxy.port, spoilt(good, [(":path", path)], proxy.host)).refused
    assert proxy.recorder.count == 0, proxy.recorder.last.line


@pytest.mark.parametrize("path", FAITHFUL)
def test_plain_paths_arrive_byte_for_byte(proxy, good, path):
    assert ask(proxy.port, spoilt(good, [(":path", path)], proxy.host)).status == 200
    assert proxy.recorder.last.target == path


@pytest.mark.parametrize("path", ESCAPED)
def test_no_spelling_turns_a_public_prefix_into_a_way_in(proxy, path):
    proxy.recorder.clear()
    outcome = ask(proxy.port, request("GET", path, proxy.host))
    assert outcome.what != "answered" or outcome.status < 500
    for seen in proxy.recorder.requests:
        assert seen.target == path and path.startswith("/public/"), seen.line
        assert not any(mark in path.lower() for mark in ("%2e", "%2f", "%5c", "\\", "%25")), path
