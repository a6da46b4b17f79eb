"""Signed requests (RFC 9421), verified by an independent implementation."""

import base64
import hashlib

import pytest
from http_message_signatures import InvalidSignature
from websockets.sync.client import connect

from harness.person import SCRIPT
from verifying.signing import IDENTITY, TARGET, changed, covered


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("target", ["/", "/page?", "/page?a=b%2Fc&d=", "/a%20b;c//d?e=../f&g=%C3%A9&a=1&a=2"])
def test_a_request_verifies_as_it_arrives(signing, method, target):
    assert signing.person.fetch(method, target).status == 200
    seen = signing.recorder.last
    assert (seen.method, seen.target) == (method, target)
    found = signing.verify(seen)
    sent = [name for name in IDENTITY if seen.one(name) is not None]
    assert covered(found) == TARGET + sent
    assert "x-auth-user" in sent and "x-auth-assertion" in sent
    assert found.label == "postern"
    assert found.parameters["expires"] - found.parameters["created"] == 60
    assert "alg" not in found.parameters


def test_nothing_that_is_covered_can_be_changed(signing):
    signing.person.fetch("POST", "/page/one?a=1", {"x": 1})
    seen = signing.recorder.last
    signing.verify(seen)
    changes = [("POST ", "PUT "), ("/page/one", "/page/two"), ("/page/one", "/page/%6fne"), ("?a=1", "?a=2"),
               ("?a=1", ""), (f"host: {seen.one('host')}", "host: localhost:1"), ("keyid=", "nonce="),
               (";expires=", ";expires=9")]
    for name in IDENTITY:
        if value := seen.one(name):
            changes += [(f"\r\n{name}: {value}", f"\r\n{name}: {value}x"), (f"\r\n{name}: {value}", ""),
                        (f"\r\n{name}: {value}", f"\r\n{name}: {value}\r\n{name}: root")]
    assert len(changes) > 20
    for old, new in changes:
        with pytest.raises(InvalidSignature):
            signing.verify(changed(seen, old, new))


def test_identity_that_was_added_on_the_way_is_not_covered(signing):
    signing.person.request("GET", "/health_simple", SCRIPT)
    seen = changed(signing.recorder.last, "\r\nhost:", "\r\nx-auth-user: root\r\nhost:")
    with pytest.raises(InvalidSignature):
        signing.verify(seen, require_components=[*TARGET, "x-auth-user"])


def test_public_routes_are_signed_without_identity(signing, people):
    stranger = people(signing.gateway)
    assert stranger.request("GET", "/health_simple?x", [*SCRIPT, ("X-Auth-User", "root")]).status == 200
    assert covered(signing.verify(signing.recorder.last)) == TARGET


def test_a_digest_of_the_client_is_covered_and_none_is_made(signing):
    digest = base64.b64encode(hashlib.sha256(b'{"x": 1}').digest()).decode()
    signing.person.fetch("POST", "/page", {"x": 1}, headers=[("Content-Digest", f"sha-256=:{digest}:")])
    seen = signing.recorder.last
    found = signing.verify(seen, body=seen.body)
    assert "content-digest" in covered(found) and found.body == b'{"x": 1}'
    with pytest.raises(InvalidSignature):
        signing.verify(seen, body=b'{"x": 2}')
    signing.person.fetch("POST", "/page", {"x": 1})
    assert signing.recorder.last.one("content-digest") is None


def test_a_client_s_own_signature_never_arrives(signing):
    signing.person.fetch("GET", "/page", headers=[
        ("Signature", "postern=:AAAA:"), ("Signature-Input", 'postern=("@method");created=1;tag="postern"'),
        ("Signature_Input", "evil=()"), ("SIGNATURE", "evil=:AAAA:")])
    seen = signing.recorder.last
    signing.verify(seen)
    assert len(seen.all("signature")) == len(seen.all("signature-input")) == 1
    assert b"evil" not in seen.head and b"AAAA:" not in seen.head


def test_two_requests_have_two_nonces(signing):
    seen = []
    for _ in range(2):
        signing.person.fetch("GET", "/page")
        seen.append(signing.verify(signing.recorder.last).nonce)
    assert seen[0] and seen[0] != seen[1]


def test_the_opening_of_a_websocket_is_signed(signing):
    headers = {"Cookie": "=".join(signing.person.session_cookie)}
    with connect(f"ws://localhost:{signing.gateway.port}/ws?room=1", origin=signing.gateway.origin,
                 additional_headers=headers) as opened:
        opened.send("hello")
        assert opened.recv(timeout=5) == "echo hello"
    assert "x-auth-user" in covered(signing.verify(signing.recorder.last))


def test_only_the_public_half_is_published(signing):
    kinds = sorted(key["kty"] for key in signing.published)
    assert kinds == (["EC", "OKP"] if signing.algorithm == "ed25519" else ["EC"])
    assert not any({"d", "k"} & key.keys() for key in signing.published)


def test_without_a_key_nothing_is_signed(recorder, gateways, people):
    gateway = gateways.start(recorder.url, sqlite=True)
    people(gateway).request("GET", "/health_simple", SCRIPT)
    assert recorder.last.all("signature") == recorder.last.all("signature-input") == []
