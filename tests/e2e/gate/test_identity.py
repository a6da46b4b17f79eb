"""Identity headers of a permitted request: signed, complete, and only those (promise 9)."""

import json
import time
from urllib.parse import unquote

import jwt
import pytest

from harness.person import SCRIPT


@pytest.fixture(scope="module")
def ann(chain):
    person = chain.verified(email="ann@example.com", name="Ann Example")
    return person


def test_the_headers_say_who_it_is(chain, ann):
    chain.recorder.clear()
    assert ann.fetch("GET", "/api/monitor/echo").status == 200
    seen = chain.recorder.last
    assert seen.one("x-auth-user") == ann.me()["id"]
    assert seen.one("x-auth-email") == "ann@example.com"
    assert unquote(seen.one("x-auth-name")) == "Ann Example"
    assert seen.one("x-auth-methods") == "google otp"
    assert seen.one("x-auth-time")
    assert not any(seen.all("remote-user"))
    if chain.kind != "traefik":
        assert "postern" not in seen.cookies(), "the upstream has no use for our cookie"


def test_the_assertion_verifies_against_the_published_key(chain, ann):
    chain.recorder.clear()
    ann.fetch("GET", "/api/monitor/echo")
    token = chain.recorder.last.one("x-auth-assertion")
    chain.gateway.canary.saw("assertion", token)
    answer = chain.ask("GET", "/postern/jwks.json")
    assert answer.status == 200
    keys = jwt.PyJWKSet.from_dict(answer.json())
    header = jwt.get_unverified_header(token)
    assert header["alg"] == "ES256"
    assert header["typ"]
    claims = jwt.decode(token, keys[header["kid"]], algorithms=["ES256"], audience="netpilot", issuer=chain.origin,
                        options={"require": ["exp", "iat", "nbf", "sub", "jti", "sid"]})
    assert claims["sub"] == ann.me()["id"]
    assert claims["email"] == "ann@example.com"
    assert claims["amr"] == ["google", "otp"]
    assert claims["exp"] - claims["iat"] <= 60
    assert abs(claims["iat"] - time.time()) < 60
    assert not any("d" in key for key in answer.json()["keys"]), "only public keys are published"


def test_a_name_beyond_ascii_arrives_percent_encoded(chain):
    person = chain.verified(name="Zoë Ångström 李\u200f", given_name="Zoë")
    chain.recorder.clear()
    assert person.fetch("GET", "/api/monitor/echo").status == 200
    value = chain.recorder.last.one("x-auth-name")
    assert value.isascii()
    assert unquote(value).startswith("Zoë Ångström 李")


def test_a_name_cannot_end_its_header(chain):
    person = chain.verified(name="Eve\r\nX-Auth-User: root\x1b[31m", given_name="Eve")
    chain.recorder.clear()
    assert person.fetch("GET", "/api/monitor/echo").status == 200
    assert chain.recorder.last.one("x-auth-user") == person.me()["id"]
    assert b"\x1b" not in chain.recorder.last.head
    assert "\x1b" not in chain.gateway.logged()


def test_the_log_says_who_asked(chain):
    person = chain.verified(email="ann.logged@example.com")
    person.fetch("GET", "/api/monitor/echo?logged")
    lines = [json.loads(line) for line in chain.gateway.logged().splitlines() if '"postern::request"' in line]
    asked = [line for line in lines if line.get("user.id") == person.me()["id"] and line["http.status"] == 200]
    assert asked, lines


def test_other_dialects_are_set_on_request(home, recorder, gateways, people):
    gateway = gateways.start(recorder.url, identity={"dialects": ["remote", "oauth2-proxy"]})
    person = people(gateway, email="ann.remote@example.com")
    person.sign_in()
    person.enrol()
    person.request("GET", "/x", [*SCRIPT, ("X-Auth-User", "root"), ("Remote-Groups", "root")])
    seen = recorder.last
    assert seen.one("remote-user") == person.me()["id"]
    assert seen.one("remote-email") == "ann.remote@example.com"
    assert seen.one("x-forwarded-email") == "ann.remote@example.com"
    assert seen.one("x-auth-request-email") == "ann.remote@example.com"
    assert "root" not in json.dumps(seen.headers)
