"""What the backend learns of a client: where it is, behind a load balancer too, and none of what it claims."""

import itertools
import re

import pytest
from websockets.sync.client import connect

from harness.balanced import BALANCED
from harness.frontends import ASKING, REPOSITORY

SAID = [("X-Forwarded-For", "6.6.6.6, 203.0.113.9"), ("X-Forwarded-Proto", "https")]


def client_of(request) -> str:
    """The last address that stands in X-Forwarded-For and is no proxy: what a backend that trusts its proxy takes."""
    hops = [hop.strip() for hop in (request.one("x-forwarded-for") or "").split(",")]
    return [hop for hop in hops if hop != "127.0.0.1"][-1] if any(hop != "127.0.0.1" for hop in hops) else "127.0.0.1"


@pytest.mark.parametrize("kind", ASKING)
def test_behind_a_load_balancer_clients_are_told_apart(stage, kind):
    part = stage(kind, changes=BALANCED[kind])
    assert part.ask(headers=SAID).status == 200
    for seen in (part.gateway.last, part.app.last):
        assert client_of(seen) == "203.0.113.9", seen.headers
    assert part.app.last.one("x-forwarded-proto") == "https", part.app.last.headers
    asked = part.gateway.last
    assert (asked.one("x-forwarded-proto") or "https") == "https"
    assert (asked.one("x-original-url") or "https://").startswith("https://")


@pytest.mark.parametrize("kind", ASKING)
def test_without_one_nobody_s_word_counts(stage, kind):
    part = stage(kind)
    assert part.ask(headers=SAID).status == 200
    for seen in (part.gateway.last, part.app.last):
        assert client_of(seen) == "127.0.0.1", seen.headers
    # Another hop in the question would be taken for the client by a gateway on another machine.
    assert part.gateway.last.one("x-forwarded-for") == "127.0.0.1"
    assert part.app.last.one("x-forwarded-proto") == "http"


# What the gateway as reverse proxy removes, by the list that its own test has, so that no file is behind it.
TABLE = (REPOSITORY / "crates/proxy/src/headers/names/tests.rs").read_text().partition("fn the_identity_headers_of_the_field")[2]
PROTECTED = re.findall(r'^        "([a-z0-9-]+)",$', TABLE.partition("] {")[0], re.M)
# Of the message, not of a person, and set by the gateway as reverse proxy alone.
SIGNATURES = {"signature", "signature-input"}
CLAIMS = """X-Auth-User X-Auth-Groups X-Auth-Assertion X-Auth-Gate Remote-User Remote-Groups X-Remote-User X-Forwarded-User
X-Forwarded-Groups X-Auth-Request-User X-Auth-Request-Groups X-WebAuth-User X-Authentik-Username X-Authentik-Jwt
X-Pomerium-Jwt-Assertion X-Goog-Iap-Jwt-Assertion X-Goog-Authenticated-User-Email Cf-Access-Jwt-Assertion
Cf-Access-Authenticated-User-Email OIDC-Claim-Sub OIDC-Claim-Email Tailscale-User-Login Tailscale-User-Name X-Vouch-User
X-Amzn-Oidc-Identity X-Amzn-Oidc-Data X-Ms-Client-Principal X-Ms-Client-Principal-Name X-Consumer-Username X-Consumer-Groups
X-Userinfo X-SSL-Client-S-DN X-SSL-Client-Verify X-Client-Cert Client-Cert X-Forwarded-Client-Cert X-Forwarded-Prefix
X-Forwarded-Port X-Forwarded-Server X-Forwarded-Path X-Forwarded-Scheme X-Forwarded-Ssl X-Method-Override Forwarded-For
X-Original-URL X-Rewrite-URL X-HTTP-Method-Override X-HTTP-Method X-Client-IP True-Client-IP CF-Connecting-IP Forwarded
Remote_User X_Auth_User Remote_Groups OIDC_CLAIM_sub X_Forwarded_For X.Auth.User""".split()
CLAIMS += [name.title() for name in PROTECTED if name not in SIGNATURES | {claim.lower() for claim in CLAIMS}]


def test_the_gateway_s_own_list_is_read():
    assert len(PROTECTED) > 100 and {"x-auth-user", "shib-session-id", "true-client-ip"} <= set(PROTECTED)


@pytest.mark.parametrize("kind", ASKING)
def test_no_claim_of_a_client_arrives(stage, kind):
    part = stage(kind)
    spelled = (CLAIMS, [claim.upper() for claim in CLAIMS], [claim.lower() for claim in CLAIMS])
    # Servers take about a hundred lines.
    for claims in (claims[start:start + 50] for claims in spelled for start in range(0, len(claims), 50)):
        assert part.ask(headers=[(claim, "claimed-root") for claim in claims]).status == 200
        assert b"claimed-root" not in part.app.last.head, [
            line for line in part.app.last.headers if line[1] == "claimed-root"]
        assert part.app.last.one("x-auth-user") == "some-user"


# Every character that RFC 9110 allows in a name beside letters, digits and "-": CGI, WSGI and PHP fold each into "_".
JOINTS = "_.~!+*'`^|#$%&"


@pytest.mark.parametrize("kind", ASKING)
def test_no_other_spelling_of_a_claim_arrives(stage, kind):
    part = stage(kind)
    for name in ("X-Auth-User", "Remote-Groups", "X-Forwarded-User", "X-Original-URL", "Oidc-Claim-Sub", "True-Client-IP"):
        spelled = [name.replace("-", joint) for joint in JOINTS] + [name.replace("-", joint, 1) for joint in JOINTS]
        for spelling in spelled:
            answer = part.ask(headers=[(spelling, "claimed-root")])
            assert answer.status in (200, 400), (spelling, answer)
            assert b"claimed-root" not in part.app.last.head, (spelling, part.app.last.headers)


@pytest.mark.parametrize("kind", ASKING)
def test_nobody_has_the_backend_ignore_who_it_is(stage, kind):
    """`Connection` names headers that the next hop is to remove."""
    part = stage(kind)
    assert part.ask(headers=[("Connection", "close, X-Auth-User")]).status == 200
    assert "x-auth-user" not in (part.app.last.one("connection") or "").lower()
    with connect(f"ws://localhost:{part.front.port}/ws", additional_headers={"Connection": "X-Auth-User"},
                 open_timeout=10, ping_interval=None):
        assert part.app.last.one("x-auth-user") == "some-user"
        assert "x-auth-user" not in ",".join(part.app.last.all("connection")).lower(), part.app.last.headers


@pytest.mark.parametrize("kind", [kind for kind in ASKING if kind != "traefik"])
def test_the_gateway_s_cookie_stays_with_the_proxy(stage, kind):
    """By each name that it may have (docs/hosts.md); alone, it leaves no empty line."""
    part = stage(kind)
    for name in ("postern", "__Host-postern", "__Secure-postern"):
        assert part.ask(headers=[("Cookie", f"{name}=secret")]).status == 200
        assert part.app.last.all("cookie") == [], name
        assert part.ask(headers=[("Cookie", f"a=1; {name}=secret; b=2")]).status == 200
        assert part.app.last.cookies() == {"a": "1", "b": "2"}, name
    # A browser has several after a change of `session.cookie_domain`, or of http to https.
    for names in itertools.permutations(("postern", "__Host-postern", "__Secure-postern")):
        line = "; ".join(f"{name}=secret" for name in names)
        assert part.ask(headers=[("Cookie", line)]).status == 200
        assert part.app.last.all("cookie") == [], line
        assert part.ask(headers=[("Cookie", f"a=1; {line}; b=2")]).status == 200
        assert part.app.last.cookies() == {"a": "1", "b": "2"}, line
    # Another host of the domain may set one of the same name.
    for name in ("postern", "__Secure-postern"):
        for line in (f"{name}=secret; {name}=x", f"a=1; {name}=x; {name}=secret; b=2; {name}=y"):
            assert part.ask(headers=[("Cookie", line)]).status == 200
            assert b"secret" not in part.app.last.head, line
    assert part.ask(headers=[("Cookie", "")]).status == 200
    assert part.app.last.all("cookie") == []


@pytest.mark.parametrize("kind", ASKING)
def test_the_application_s_cookies_arrive_as_they_were_sent(stage, kind):
    """Applications keep JSON and dates in cookies: commas, quotes and spaces are part of a value."""
    part = stage(kind)
    values = {"prefs": '{"a":1,"b":[1,2]}', "seen": "Tue, 01 Dec 2026", "quoted": '"x, y"', "sum": "a=b,c=d", "last": "1"}
    pairs = [f"{name}={value}" for name, value in values.items()]
    for at in range(len(pairs) + 1):
        line = "; ".join([*pairs[:at], "postern=secret", *pairs[at:]])
        assert part.ask(headers=[("Cookie", line)]).status == 200
        assert part.app.last.cookies() | {"postern": None} == values | {"postern": None}, part.app.last.headers


@pytest.mark.parametrize("kind", ASKING)
def test_without_the_netpilot_profile_its_paths_are_the_application_s(stage, kind):
    part = stage(kind, netpilot=False)
    for path in ("/login", "/authorize", "/logout", "/me", "/api/2fa/status"):
        part.app.clear()
        assert part.ask(path).status == 200, path
        assert part.app.last.target == path


@pytest.mark.parametrize("kind", ASKING)
def test_one_line_tells_who_asked_for_what_and_no_code(stage, kind):
    part = stage(kind)
    for path in ("/deep/page", "/postern/callback"):
        part.ask(f"{path}?code=secret-code&state=secret-state",
                 [("Referer", "https://localhost/?code=secret-code"), ("Cookie", "a=secret-code")])
    part.front.process.wait_until(lambda: "/postern/callback" in part.front.access_log.read_text(), timeout=10)
    lines = part.front.access_log.read_text().splitlines()
    page = [line for line in lines if "/deep/page" in line and "GET" in line]
    assert len(page) == 1, lines
    assert "some-user" in page[0], page
    assert not [line for line in lines if "secret-code" in line or "secret-state" in line]
