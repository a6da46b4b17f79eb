"""Cross-site requests, and responses that other sites may read (CSRF, GET logout, CORS)."""

import json

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from harness.person import NAVIGATION, SCRIPT, Form

FRONTEND = "http://localhost:5173"
WRITES = ["/api/2fa/setup/start", "/api/2fa/setup/verify", "/api/2fa/verify", "/api/2fa/send-code", "/api/2fa/disable", "/api/2fa/reset",
          "/api/2fa/generate-backup-codes", "/logout"]
FOREIGN = {
    "none": [],
    "null": [("Origin", "null")],
    "another site": [("Origin", "https://evil.example")],
    "a suffix": [("Origin", "http://localhost:5173.evil.example")],
    "a prefix": [("Origin", "http://localhost:517")],
    "another scheme": [("Origin", "https://localhost:5173")],
    "with a path": [("Origin", "http://localhost:5173/")],
    "upper case": [("Origin", "HTTP://LOCALHOST:5173")],
    "two": [("Origin", FRONTEND), ("Origin", "https://evil.example")],
    "a list": [("Origin", f"{FRONTEND} https://evil.example")],
    "empty": [("Origin", "")],
    "only a referrer": [("Referer", f"{FRONTEND}/")],
}


@pytest.fixture(scope="module")
def ben(chain):
    """Another person with both factors."""
    return chain.verified()


@pytest.mark.parametrize("path", WRITES)
def test_a_write_from_elsewhere_is_refused(chain, ann, path):
    before = ann.fetch("GET", "/api/2fa/status").json()["data"]
    body = json.dumps({"code": "000000"}).encode()
    for origin, lines in FOREIGN.items():
        answer = ann.request("POST", path, [*SCRIPT, *lines, ("Content-Type", "application/json")], body)
        assert answer.status == 403, (origin, answer)
        assert answer.all("access-control-allow-origin") == [], origin
    assert ann.fetch("GET", "/api/2fa/status").json()["data"] == before, "nothing happened"
    assert ann.fetch("GET", "/page").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_write_to_the_backend_from_elsewhere_is_refused_by_every_chain(chain, ann, method):
    chain.recorder.clear()
    for lines in ([("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")], [("Origin", "null")],
                  [("Sec-Fetch-Site", "cross-site")]):
        answer = ann.request(method, "/transfer", [*SCRIPT, *lines], b"")
        assert answer.status == 403, (lines, answer)
    assert chain.recorder.count == 0
    ours = [*SCRIPT, ("Origin", chain.origin), ("Sec-Fetch-Site", "same-origin")]
    assert ann.request(method, "/transfer", ours, b"").status == 200


@pytest.mark.parametrize("method", ["delete", "Delete", "trace", "connect"])
def test_a_method_that_servers_read_differently_reaches_no_backend(chain, ann, method):
    chain.recorder.clear()
    assert ann.request(method, "/page", SCRIPT).status >= 400
    assert chain.recorder.count == 0


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                                  "", "text/plain; application/json", "application/jsonp", "application/json-patch"])
@pytest.mark.parametrize("origin", [FRONTEND, "ours"])
def test_a_body_that_a_form_could_send_is_refused(chain, ann, kind, origin):
    headers = [*SCRIPT, ("Origin", chain.origin if origin == "ours" else origin), ("Content-Type", kind)]
    answer = ann.request("POST", "/api/2fa/verify", headers, b'{"code":"000000"}')
    assert answer.status in (400, 403, 415), answer
    rows = chain.gateway.database.sql("SELECT count(*) FROM user_2fa_attempts WHERE user_id = %s AND NOT success",
                                      ann.me()["id"])
    assert rows == [(0,)], "no attempt was spent"


@pytest.mark.parametrize("page", ["verify", "verify/send", "enrol", "kept", "not-me", "sign-out", "account/sessions", "account/devices", "account/backup-codes",
                                  "account/email-codes", "account/number", "account/number/code", "account/disable", "account/authenticators/add", "account/authenticators/new", "account/authenticators/rename",
                                  "account/authenticators/remove", "account/passkeys", "account/passkeys/add", "account/passkeys/rename",
                                  "account/passkeys/remove"])
def test_a_form_without_its_token_or_from_elsewhere_is_refused(chain, ann, ben, page):
    theirs = Form.on(ben.navigate("/postern/sign-out").text).fields["csrf"]
    mine = Form.on(ann.navigate("/postern/sign-out").text).fields["csrf"]
    fields = {"code": "000000", "method": "totp", "step": "start", "session": "others"}
    path = f"/postern/{page}"
    for csrf, origin in [(None, chain.origin), ("", chain.origin), ("x", chain.origin), (theirs, chain.origin),
                         (mine[:-1], chain.origin), (mine, "https://evil.example"), (mine, "null"), (mine, FRONTEND)]:
        given = fields if csrf is None else {**fields, "csrf": csrf}
        answer = ann.submit(path, given, origin=origin)
        assert answer.status == 403, (page, csrf and csrf[:3], origin, answer)
    assert ann.fetch("GET", "/api/2fa/status").json()["data"]["is_verified"] is True


def test_a_kept_form_is_not_sent_from_elsewhere(chain, ann):
    for origin in ("https://evil.example", "null", FRONTEND):
        answer = ann.submit("/postern/kept/send", {"a": "b"}, origin=origin)
        assert answer.status == 403 and answer.one("location") is None, (origin, answer)
    unknown = ann.submit("/postern/kept/send", {"a": "b"}, origin=chain.origin)
    assert unknown.status == 404 and unknown.one("location") is None, unknown


@pytest.mark.parametrize("page", ["device/registration", "device/refresh"])
def test_nothing_that_another_site_has_sent_binds_a_session_or_ends_it(chain, ann, page):
    """Browsers send these by themselves, without an `Origin`; what they prove is signed."""
    for origin in ("https://evil.example", "null", FRONTEND, chain.origin):
        answer = ann.submit(f"/postern/{page}", {"a": "b"}, origin=origin)
        assert answer.status == 400 and answer.one("set-cookie") is None, (origin, answer)
        assert answer.all("access-control-allow-origin") == [], (origin, answer)
    assert ann.fetch("GET", "/page").status == 200, "still signed in"
    rows = chain.gateway.database.sql("SELECT count(*) FROM postern.sessions WHERE device_key_id IS NOT NULL")
    assert rows == [(0,)]


def test_a_form_of_another_site_chooses_no_language(chain, ann):
    for origin in ("https://evil.example", "null", FRONTEND):
        answer = ann.submit("/postern/language", {"language": "en", "back": "/postern/account"}, origin=origin)
        assert answer.status == 403 and answer.one("set-cookie") is None, (origin, answer)


def test_a_link_does_not_sign_out(chain, ann):
    for path in ("/logout", "/postern/sign-out"):
        answer = ann.navigate(path, site="cross-site")
        assert answer.status == 200
        assert "form" in answer.text
        assert ann.fetch("GET", "/page").status == 200, "still signed in"
    for method in ("HEAD", "PUT", "DELETE", "PATCH"):
        ann.request(method, "/logout", SCRIPT)
        assert ann.fetch("GET", "/page").status == 200


def test_a_sign_in_cannot_be_started_by_another_site_s_form(chain):
    person = chain.person()
    answer = person.submit("/postern/sign-in", {}, origin="https://evil.example")
    assert answer.status in (302, 303, 403)
    if answer.status != 403:
        assert "/postern/sign-in" in answer.location, "at most to our own page"
        assert person.cookies == {}


READS = ["/me", "/api/2fa/status", "/api/settings/profile", "/api/2fa/none"]


@pytest.mark.parametrize("path", READS)
def test_no_other_site_may_read_answers(chain, ann, path):
    chain.recorder.answers["/api/settings/profile"] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    for origin in FOREIGN.keys() - {"none", "two", "only a referrer"}:
        for cookies in (ann.cookies, {}):
            answer = ann.request("GET", path, [*SCRIPT, *FOREIGN[origin]], cookies=cookies)
            assert answer.all("access-control-allow-origin") == [], (origin, answer)
            assert answer.status < 500, (origin, answer)


@pytest.mark.parametrize(("method", "path"), [("GET", "/me"), ("GET", "/api/2fa/status"), ("POST", "/api/2fa/verify"),
                                              ("GET", "/api/2fa/none"), ("PUT", "/api/2fa/verify"),
                                              ("POST", "/api/2fa/disable"), ("GET", "/api/settings/profile")])
def test_the_dashboard_may_read_answers_of_ours_and_errors_too(chain, method, path):
    stranger = chain.person()
    answer = stranger.fetch(method, path, {"code": "1"} if method == "POST" else None, origin=FRONTEND)
    assert 400 <= answer.status < 500, answer
    assert answer.one("access-control-allow-origin") == FRONTEND
    assert answer.one("access-control-allow-credentials") == "true"
    assert "origin" in ",".join(answer.all("vary")).lower()
    assert answer.json()["success"] is False
    assert answer.json()["message"] == answer.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/api/2fa/verify", "/me", "/logout", "/api/2fa/status"])
def test_a_preflight_of_our_own_api_is_answered_by_us(chain, path):
    chain.recorder.clear()
    headers = [("Origin", FRONTEND), ("Access-Control-Request-Method", "POST"),
               ("Access-Control-Request-Headers", "content-type")]
    answer = chain.ask("OPTIONS", path, headers)
    assert answer.status in (200, 204)
    assert answer.one("access-control-allow-origin") == FRONTEND
    assert "POST" in answer.one("access-control-allow-methods")
    assert "content-type" in answer.one("access-control-allow-headers").lower()
    refused = chain.ask("OPTIONS", path, [("Origin", "https://evil.example"), *headers[1:]])
    assert refused.all("access-control-allow-origin") == []
    assert chain.recorder.count == 0


def test_a_websocket_from_another_site_is_refused(chain):
    person = chain.verified()
    cookie = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    url = f"ws://localhost:{chain.port}/ws"
    options = {"additional_headers": {"Cookie": cookie, "Sec-Fetch-Mode": "websocket"}, "open_timeout": 5}
    with connect(url, origin=chain.origin, **options) as socket:
        socket.send("hello")
        assert socket.recv(timeout=5) == "echo hello"
    chain.recorder.clear()
    for origin in ("https://evil.example", "null"):
        with pytest.raises(InvalidStatus) as refused:
            connect(url, origin=origin, **options)
        assert refused.value.response.status_code in (401, 403)
    assert chain.recorder.count == 0


PAGES = ["/postern/sign-in", "/postern/verify", "/postern/enrol", "/postern/account", "/postern/not-me", "/postern/sign-out",
         "/postern/account/backup-codes", "/postern/none", "/logout"]


@pytest.mark.parametrize("page", PAGES)
def test_pages_forbid_framing_caching_and_foreign_content(chain, ann, page):
    for cookies in (ann.cookies, {}):
        answer = ann.request("GET", page, NAVIGATION, cookies=cookies)
        policy = answer.one("content-security-policy") or ""
        if answer.status == 200 or "text/html" in (answer.one("content-type") or ""):
            assert "unsafe-inline" not in policy
            assert "unsafe-eval" not in policy
            assert "frame-ancestors 'none'" in policy
            assert "default-src 'none'" in policy or "default-src 'self'" in policy
            assert answer.one("cross-origin-opener-policy") == "same-origin"
        assert answer.one("x-content-type-options") == "nosniff"
        assert answer.one("referrer-policy") in ("no-referrer", "same-origin", "strict-origin-when-cross-origin")
        assert "no-store" in answer.one("cache-control")


def test_what_is_in_the_address_is_not_markup(chain, ann):
    evil = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
    for path in ("/postern/sign-in?rd=/", "/postern/verify?method=", "/postern/enrol?step=", "/postern/callback?error=",
                 "/postern/callback?error=x&error_description=", "/postern/verify?rd=/", "/postern/none?"):
        for cookies in (ann.cookies, {}):
            answer = ann.request("GET", path + evil, NAVIGATION, cookies=cookies)
            assert "<script>alert" not in answer.text, path
            assert answer.status < 500
