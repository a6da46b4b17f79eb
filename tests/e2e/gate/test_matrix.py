"""Nothing below a full session reaches the upstream: every route, every method, every incomplete state, every front
(fewer methods for fronts outside `THOROUGH`). Promises 1 and 2.
"""

import base64
import secrets

import pytest

from harness import raw
from harness.chain import IDENTITY, THOROUGH
from harness.person import NAVIGATION, SCRIPT

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "QUERY"]
FEW_METHODS = ["GET", "POST", "OPTIONS", "QUERY"]
ROUTES = [
    "/", "/index.html", "/health", "/api/whitelist/devices", "/api/blacklist/devices", "/api/network/scan?seconds=1",
    "/api/session/current", "/api/settings/profile", "/api/monitor/echo", "/static/app.js", "/favicon.ico",
    "/health_simple/", "/health_simple2", "/health_simple/../api/monitor/echo", "/postern", "/posternal/x",
    "/me/", "/login/x", "/logout/", "/authorize/x", "/api/2fa", "/api/2fa/none", "/postern/none", "/robots.txt",
]
STATES = {
    "nobody": "SIGN_IN_REQUIRED",
    "made-up cookie": "SIGN_IN_REQUIRED",
    "first factor, nothing enrolled": "ENROLMENT_REQUIRED",
    "first factor, authenticator enrolled": "SECOND_FACTOR_REQUIRED",
    "signed out": "SIGN_IN_REQUIRED",
    "second factor ran out": "SECOND_FACTOR_REQUIRED",
    "code by mail, since switched off": "SECOND_FACTOR_REQUIRED",
    "code by SMS, to a number that is not confirmed": "SECOND_FACTOR_REQUIRED",
    "session ran out": "SIGN_IN_REQUIRED",
    "user switched off": "SIGN_IN_REQUIRED",
}


@pytest.fixture(scope="module")
def states(chain):
    """The cookies of every incomplete state."""
    enrolled = chain.verified()
    again = chain.person(subject=enrolled.subject)
    again.sign_in()
    left = chain.verified()
    kept = dict(left.cookies)
    assert left.sign_out().status == 200
    stale, ended, off, mailed, texted = (chain.verified() for _ in range(5))
    ids = {person: person.me()["id"] for person in (stale, ended, off, mailed, texted)}
    sql = chain.gateway.database.sql
    hours = "UPDATE postern.sessions SET {} = {} - interval '13 hours' WHERE user_id = %s"
    sql(hours.format("second_factor_at", "second_factor_at"), ids[stale])
    sql(hours.format("first_factor_at", "first_factor_at"), ids[ended])
    sql("UPDATE users SET is_active = false WHERE id = %s", ids[off])
    codes = "UPDATE user_2fa_settings SET email_2fa_enabled = %s WHERE user_id = %s"
    sql(codes, True, ids[mailed])
    sql("UPDATE postern.sessions SET second_factor = 'email' WHERE user_id = %s", ids[mailed])
    chain.gateway.process.wait_until(lambda: mailed.fetch("GET", "/page").status == 200, timeout=5)
    sql(codes, False, ids[mailed])
    number = "UPDATE user_2fa_settings SET sms_phone = %s, sms_phone_confirmed = '+491512345612' WHERE user_id = %s"
    sql(number, "+491512345612", ids[texted])
    sql("UPDATE postern.sessions SET second_factor = 'sms' WHERE user_id = %s", ids[texted])
    chain.gateway.process.wait_until(lambda: texted.fetch("GET", "/page").status == 200, timeout=5)
    sql(number, "+491512345666", ids[texted])
    for person in (stale, ended, off, mailed, texted):
        chain.gateway.process.wait_until(lambda p=person: p.fetch("GET", "/page").status == 401, timeout=5)
    made_up = {"postern": base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()}
    return {
        "nobody": {}, "made-up cookie": made_up, "first factor, nothing enrolled": chain.signed_in().cookies,
        "first factor, authenticator enrolled": again.cookies, "signed out": kept, "second factor ran out":
        stale.cookies, "session ran out": ended.cookies, "user switched off": off.cookies,
        "code by mail, since switched off": mailed.cookies, "code by SMS, to a number that is not confirmed": texted.cookies,
    }


@pytest.mark.parametrize("state", STATES)
def test_nothing_reaches_the_upstream(chain, states, state):
    person = chain.person()
    chain.recorder.clear()
    methods = METHODS if chain.kind in THOROUGH else FEW_METHODS
    for route in ROUTES:
        for method in methods:
            for style in (NAVIGATION, SCRIPT):
                answer = person.request(method, route, style, cookies=states[state])
                assert answer.status in (301, 302, 303, 400, 401, 403, 404, 405), (method, route, answer)
                assert chain.recorder.count == 0, (method, route, chain.recorder.last)


@pytest.mark.parametrize(("state", "code"), STATES.items())
def test_scripts_are_told_which_step_is_missing_and_never_redirected(chain, states, state, code):
    person = chain.person()
    for method in ("GET", "POST", "DELETE"):
        headers = [*SCRIPT, ("Origin", "http://localhost:5173")]
        answer = person.request(method, "/api/settings/profile?a=b", headers, cookies=states[state])
        assert (answer.status, answer.code) == (401, code), answer
        assert answer.json()["success"] is False
        assert answer.json()["error"]["details"]["url"].startswith(f"{chain.origin}/postern/")
        assert answer.one("access-control-allow-origin") == "http://localhost:5173"
        assert answer.one("access-control-allow-credentials") == "true"
        assert "no-store" in answer.one("cache-control")


@pytest.mark.parametrize(("state", "code"), STATES.items())
def test_page_loads_are_sent_to_the_missing_step_and_back(chain, states, state, code):
    person = chain.person()
    page = {"SIGN_IN_REQUIRED": "sign-in", "ENROLMENT_REQUIRED": "enrol", "SECOND_FACTOR_REQUIRED": "verify"}[code]
    answer = person.request("GET", "/deep/page?x=1&y=%2F", NAVIGATION, cookies=states[state])
    assert answer.location.startswith((f"{chain.origin}/postern/{page}?", f"/postern/{page}?")), answer
    assert "rd=" in answer.location
    assert "%2Fdeep%2Fpage%3Fx%3D1%26y%3D%252F" in answer.location, "the query string is kept"


def test_the_full_session_passes(chain):
    """Control: the same routes respond to a full session."""
    person = chain.verified()
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        chain.recorder.clear()
        answer = person.fetch(method, "/api/settings/profile?a=b%2Fc", {"a": 1} if method != "GET" else None)
        assert answer.status == 200, answer
        assert chain.recorder.count == 1
        assert chain.recorder.last.line == f"{method} /api/settings/profile?a=b%2Fc HTTP/1.1"


@pytest.mark.parametrize("expect", ["", "Expect: 100-continue\r\n"])
def test_a_body_arrives_whole(chain, expect):
    """The check must not consume the body, in either framing."""
    person = chain.verified()
    body = bytes(range(256)) * 1200
    head = (f"POST /upload HTTP/1.1\r\nHost: {chain.host}\r\nOrigin: {chain.origin}\r\nConnection: close\r\n"
            f"Cookie: {'='.join(person.session_cookie)}\r\n{expect}")
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:7], body[7:100_000], body[100_000:], b""))
    for request in (f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body,
                    f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + chunks):
        chain.recorder.clear()
        assert raw.statuses(raw.exchange(chain.port, request))[-1] == 200
        assert chain.recorder.count == 1
        assert chain.recorder.last.body == body


def test_public_routes_pass_without_identity(chain):
    person = chain.verified()
    for cookies in ({}, person.cookies):
        chain.recorder.clear()
        assert person.fetch("GET", "/health_simple?x=1", cookies=cookies).status == 200
        assert chain.recorder.last.target == "/health_simple?x=1"
        for name in IDENTITY:
            assert not any(chain.recorder.last.all(name)), name


def test_a_preflight_passes_without_session_and_identity(chain):
    preflight = [("Origin", "http://localhost:5173"), ("Access-Control-Request-Method", "PUT")]
    person = chain.verified()
    for cookies in ({}, person.cookies):
        chain.recorder.clear()
        answer = person.request("OPTIONS", "/api/settings/profile", preflight, cookies=cookies)
        assert answer.status == 200
        seen = chain.recorder.last
        assert seen.method == "OPTIONS"
        assert not any(seen.all("x-auth-user"))
        assert chain.kind == "traefik" or not {"postern", "session"} & set(seen.cookies())
    chain.recorder.clear()
    person.request("OPTIONS", "/api/settings/profile", preflight[:1], cookies={})
    person.request("OPTIONS", "/api/settings/profile", preflight[1:], cookies={})
    assert chain.recorder.count == 0, "half a preflight is none"
    for origin in ("https://evil.example", chain.origin, "null"):
        headers = [*SCRIPT, ("Origin", origin), preflight[1]]
        assert person.request("OPTIONS", "/api/settings/profile", headers, cookies={}).status == 401, origin
        assert person.request("OPTIONS", "/api/settings/profile", headers, b"body", cookies={}).status == 401, origin
    assert chain.recorder.count == 0, "programs can send preflights, too"


def test_nobody_s_user_agent_or_internal_looking_address_helps(chain):
    chain.recorder.clear()
    for headers in ([("User-Agent", "kube-probe/1.29")], [("User-Agent", "GoogleHC/1.0")],
                    [("User-Agent", "ELB-HealthChecker/2.0")], [("X-Forwarded-For", "127.0.0.1")],
                    [("X-Real-IP", "127.0.0.1")], [("X-Original-URL", "/health_simple")],
                    [("X-Forwarded-Uri", "/health_simple")], [("X-Rewrite-URL", "/health_simple")],
                    [("X-HTTP-Method-Override", "OPTIONS")], [("X-Forwarded-Method", "OPTIONS")]):
        assert chain.ask("GET", "/api/monitor/echo", headers).status == 401, headers
    assert chain.recorder.count == 0
