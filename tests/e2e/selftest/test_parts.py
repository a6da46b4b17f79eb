"""Tests of the components themselves, against a stand-in gateway with fixed responses."""

from datetime import datetime

import pytest
from websockets.sync.client import connect

from harness import ports, raw
from harness.frontends import ASKING, Nginx
from harness.person import NAVIGATION, SCRIPT
from harness.recorder import Recorder

# Identity values that occur nowhere else, not in a date or a port.
TOLD = {"x-auth-user": "some-user", "x-auth-email": "ann@example.com", "x-auth-assertion": "signed-assertion"}
YES = ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + "".join(f"{name}: {value}\r\n" for name, value in TOLD.items())
       + "\r\n").encode()
PAGE = (b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n"
        b"X-Auth-Redirect: http://localhost/postern/sign-in?rd=%%2F\r\n%s\r\n{}")
NO = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
ODD = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"

AWAY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"

SPOOFS = ["X-Auth-User", "x-auth-user", "X_Auth_User", "X.Auth.User", "X-Auth_User", "X~Auth~User", "X!Auth!User"]


def test_the_database_keeps_what_it_is_told(postgres):
    database = postgres.database("CREATE TABLE t (a int); INSERT INTO t VALUES (7)")
    assert database.sql("SELECT a FROM t WHERE a = %s", 7) == [(7,)]
    assert "VALUES (7)" in database.dump()


def test_the_backend_believes_its_own_sessions_only(backend):
    good = {"_permanent": True, "user_id": "u", "user": {"userinfo": {"sub": "s"}}, "2fa_verified": True,
            "2fa_verified_at": datetime.utcnow().isoformat()}
    for content, status in [(good, 200), ({**good, "2fa_verified_at": "2020-01-01T00:00:00"}, 401), ({}, 401)]:
        cookie = backend.forge_session(**content)
        answer = raw.request(backend.port, "GET", "/api/whitelist/devices", [("Cookie", f"session={cookie}")])
        assert answer.status == status
        assert bool(answer.all("set-cookie")) == bool(content), "Flask refreshes permanent sessions"


def test_the_recorder_keeps_every_byte(recorder):
    sent = b"GET /a?b HTTP/1.1\r\nHost: x\r\nX_Odd:  1\r\n\r\n"
    assert raw.statuses(raw.exchange(recorder.port, sent, timeout=0.5)) == [200]
    assert bytes(recorder.raw) == sent
    assert recorder.last.target == "/a?b"
    assert recorder.last.one("x-odd") == "1"


def test_the_recorder_speaks_websocket(recorder):
    with connect(f"ws://127.0.0.1:{recorder.port}/ws") as socket:
        socket.send("hello")
        assert socket.recv(timeout=5) == "echo hello"


@pytest.fixture(params=ASKING.values(), ids=ASKING)
def chain(request, home, recorder):
    """A proxy with the shipped files, a stand-in gateway, and the recorder behind."""
    gateway = Recorder()
    proxy = request.param(home, gateway.port, recorder.port)
    # Envoy asks below a prefix, about the path that the tests ask for.
    proxy.check = f"/postern/auth/{proxy.name}" + ("/page" if proxy.name == "envoy" else "")
    proxy.gateway = gateway
    yield proxy
    proxy.stop()
    gateway.close()


def ask(chain, headers, target="/page?x=1"):
    return raw.request(chain.port, "GET", target, [("Host", f"localhost:{chain.port}"), *headers])


def test_a_proxy_hands_on_the_gateway_s_identity_and_nobody_else_s(chain, recorder):
    chain.gateway.answers[chain.check] = YES
    spoofed = [(name, "root") for name in [*SPOOFS, "Remote-User", "X-Auth-Groups", "X_Auth_Groups"]]
    assert ask(chain, [*SCRIPT, *spoofed]).status == 200
    for name in ["x-auth-user", "x-auth-assertion"]:
        assert recorder.last.one(name) == TOLD[name]
    assert "root" not in recorder.last.head.decode()


def test_a_proxy_asks_about_the_very_request(chain, recorder):
    chain.gateway.answers[chain.check] = YES
    assert ask(chain, [*SCRIPT, ("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-Uri", "/health_simple"),
                       ("X-Original-URL", "http://localhost/health_simple")]).status == 200
    question = chain.gateway.last
    if chain.name == "nginx":
        assert question.one("x-original-url") == f"{chain.origin}/page?x=1"
        assert question.one("x-original-method") == "GET"
        assert question.one("x-forwarded-uri") is None
    elif chain.name == "envoy":
        assert question.line == "GET /postern/auth/envoy/page?x=1 HTTP/1.1"
        assert question.one("host") == f"localhost:{chain.port}"
        assert question.one("x-forwarded-uri") is question.one("x-original-url") is None
    else:
        assert question.one("x-forwarded-uri") == "/page?x=1"
        assert question.one("x-forwarded-method") == "GET"
        assert question.one("x-forwarded-proto") == "http"
        assert question.one("x-forwarded-host") == f"localhost:{chain.port}"
        assert question.one("x-original-url") is None
    assert question.one("x-forwarded-for") == "127.0.0.1"
    assert recorder.last.target == "/page?x=1"


def test_a_proxy_lets_nothing_through_that_the_gateway_did_not_permit(chain, recorder):
    for answer, status in [(NO, 403), (PAGE % b"", 401), (ODD, None), (AWAY, 503 if chain.name == "nginx" else None)]:
        chain.gateway.answers[chain.check] = answer
        got = ask(chain, SCRIPT)
        assert got.status == status if status else got.status >= 400, answer
        assert recorder.count == 0, answer


@pytest.mark.parametrize("front", ASKING.values(), ids=ASKING)
def test_a_proxy_lets_nothing_through_when_no_gateway_answers(front, home, recorder):
    proxy = front(home, ports.free(), recorder.port)
    for headers in (SCRIPT, NAVIGATION):
        assert ask(proxy, headers).status >= 500
    assert recorder.count == 0
    proxy.stop()


def test_nginx_sends_page_loads_where_the_gateway_says_and_gives_scripts_its_answer(home, recorder):
    gateway = Recorder()
    nginx = Nginx(home, gateway.port, recorder.port)
    gateway.answers["/postern/auth/nginx"] = PAGE % b"Content-Type: text/html; charset=utf-8\r\n"
    moved = ask(nginx, NAVIGATION)
    assert (moved.status, moved.location) == (302, "http://localhost/postern/sign-in?rd=%2F")
    gateway.answers["/postern/auth/nginx"] = PAGE % (b"Content-Type: application/json\r\nAccess-Control-Allow-Origin: "
                                                    b"http://localhost:5173\r\n")
    told = ask(nginx, SCRIPT)
    assert (told.status, told.body) == (401, b"{}")
    assert told.one("access-control-allow-origin") == "http://localhost:5173"
    assert recorder.count == 0
    nginx.stop()
    gateway.close()


def test_nginx_keeps_the_gateway_s_cookie_to_itself(home, recorder):
    gateway = Recorder(answers={"/postern/auth/nginx": YES})
    nginx = Nginx(home, gateway.port, recorder.port)
    for sent, arrives in [("postern=secret", {}), ("a=b; postern=secret; c=d", {"a": "b", "c": "d"}),
                          ("a=b; postern=secret", {"a": "b"}), ("postern=secret;a=b", {"a": "b"}),
                          ("__Host-postern=secret; a=b", {"a": "b"}), ("xpostern=1; a=postern=2", {"xpostern": "1",
                                                                                                "a": "postern=2"})]:
        assert ask(nginx, [*SCRIPT, ("Cookie", sent)]).status == 200
        assert recorder.last.cookies() == arrives, sent
        assert gateway.last.one("cookie") == sent
    nginx.stop()
    gateway.close()


def test_the_check_cannot_be_asked_from_outside(chain):
    chain.gateway.answers[chain.check] = YES
    for path in [chain.check, "/postern/auth/traefik", "/postern/auth/", "/postern/../postern/auth/nginx",
                 "/postern//auth/nginx", "/POSTERN/auth/nginx"]:
        answer = ask(chain, SCRIPT, path)
        for value in TOLD.values():
            assert value not in str(answer.headers), path


def test_the_browser_starts_and_asks_nobody_outside(chromium, recorder):
    page = chromium.new_page()
    recorder.answers["/"] = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 12\r\n\r\n<h1>hi</h1>\r\n"
    page.goto(f"http://localhost:{recorder.port}/")
    assert page.inner_text("h1") == "hi"
    page.close()
