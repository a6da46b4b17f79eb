"""Identity and forwarding headers of clients never arrive (promises 9 and 11)."""

import itertools

import pytest

from harness.chain import IDENTITY
from harness.person import SCRIPT
from harness.recorder import folded


def spellings(name: str) -> list[str]:
    """A name as sent: exact, in other cases, and with every mix of the characters that CGI-like backends fold."""
    words = name.split("-")
    joints = itertools.product("-_", repeat=len(words) - 1)
    mixed = ["".join(itertools.chain(*zip(words, (*joint, "")))) for joint in joints]
    odd = [joint.join(words) for joint in (".", "~", "!", "+", "*", "'")]
    return [*mixed, *odd, name.lower(), name.upper(), name.lower().replace("-", "_"), name.upper().replace("-", ".")]


@pytest.mark.parametrize("name", IDENTITY)
def test_an_identity_header_of_a_client_never_arrives(chain, ann, name):
    clean = {}
    for target in ("/page", "/health_simple"):
        chain.recorder.clear()
        assert ann.request("GET", target, SCRIPT).status == 200
        clean[target] = chain.recorder.last.all(name)
    for spelling in spellings(name):
        for target in ("/page", "/health_simple"):
            chain.recorder.clear()
            spoofed = [(spelling, "evil"), (spelling, "evil, evil")]
            answer = ann.request("GET", target, [*SCRIPT, *spoofed])
            assert answer.status in (200, 400), (spelling, answer)
            if answer.status == 200:
                assert b"evil" not in chain.recorder.last.head, (spelling, chain.recorder.last.headers)
                arrived = chain.recorder.last.all(name)
                assert name == "X-Auth-Assertion" or arrived == clean[target], (spelling, arrived)


def test_a_header_nominated_in_connection_does_not_take_identity_away(chain, ann):
    for nominated in ("X-Auth-User", "x-auth-assertion, x-auth-email", "close, X-Auth-User", "Cookie", "Host"):
        chain.recorder.clear()
        answer = ann.request("GET", "/page", [*SCRIPT, ("Connection", nominated)])
        # Some remove the cookie if a client asks for that; the request is then anonymous.
        cookieless = nominated == "Cookie" and chain.kind in ("traefik", "envoy", "envoy-grpc", "apache")
        assert answer.status in (200, 400) or cookieless, (nominated, answer)
        if answer.status == 200:
            assert chain.recorder.last.one("x-auth-user") == ann.me()["id"], nominated
            assert chain.recorder.last.one("x-auth-email"), nominated
            assert chain.recorder.last.one("host"), nominated
            assert nominated.lower() not in ",".join(chain.recorder.last.all("connection")).lower()


FORWARDED = [("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "gopher"),
             ("X-Forwarded-Method", "TRACE"), ("X-Forwarded-Uri", "/evil"), ("X-Original-URL", "/evil"),
             ("X-Original-Method", "TRACE"), ("X_Forwarded_For", "6.6.6.6"), ("X.Forwarded.Host", "evil.example"),
             ("Forwarded", "for=6.6.6.6;host=evil.example")]


@pytest.mark.parametrize(("name", "value"), FORWARDED)
def test_forwarding_headers_of_a_client_are_not_believed(chain, ann, name, value):
    chain.recorder.clear()
    answer = ann.request("GET", "/page", [*SCRIPT, (name, value), (name, value)])
    assert answer.status in (200, 400, 401, 403), answer
    for seen in chain.recorder.requests:
        assert value.encode() not in seen.head, (name, seen.headers)
    stranger = chain.ask("GET", "/page", [(name, value)])
    assert stranger.status in (400, 401, 403), stranger
    assert "evil" not in stranger.text


def test_the_client_s_address_is_the_peer_s(chain, ann):
    chain.recorder.clear()
    ann.request("GET", "/page", [*SCRIPT, ("X-Forwarded-For", "6.6.6.6")])
    # Behind Apache the gateway is the second hop and appends its own.
    hops = ["127.0.0.1, 127.0.0.1"] if chain.kind == "apache" else ["127.0.0.1"]
    assert chain.recorder.last.all("x-forwarded-for") in (hops, [])
    ann.verify(code=ann.wrong_code(), headers=[("X-Forwarded-For", "6.6.6.6")])
    (address,), = chain.gateway.database.sql(
        "SELECT host(ip_address) FROM user_2fa_attempts WHERE user_id = %s AND NOT success", ann.me()["id"])
    assert address == "127.0.0.1"


CHECKS = ["/postern/auth/traefik", "/postern/auth/nginx", "/postern/auth/envoy/page", "/postern//auth/caddy",
          "/postern/%61uth/haproxy", "/POSTERN/auth/traefik", "//postern/auth/traefik", "/postern/auth/../auth/caddy",
          "/postern/auth/traefik?x", "/postern;/auth/traefik", "/postern/auth;/traefik", "/%70ostern/auth/caddy"]


@pytest.mark.parametrize("target", CHECKS)
def test_a_check_answers_nobody_outside(chain, ann, target):
    """Check responses are for proxies: clients could replay their identity headers elsewhere."""
    claims = [("X-Forwarded-Method", "GET"), ("X-Forwarded-Proto", "http"), ("X-Forwarded-Host", chain.host),
              ("X-Forwarded-Uri", "/page"), ("X-Original-Method", "GET"), ("X-Original-URL", f"{chain.origin}/page")]
    for headers in ([], claims):
        answer = ann.request("GET", target, [*SCRIPT, *headers])
        assert answer.all("x-auth-assertion") == [], answer
        assert answer.all("x-auth-user") == [], answer


def test_every_alias_is_told_apart_by_nobody(chain, ann):
    """The table above only proves something if the recorder folds names as such backends do."""
    assert folded("X.Auth~User") == folded("x_auth-user") == "x_auth_user"
