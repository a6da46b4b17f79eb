"""The pages' code for signed requests accepts requests from the gateway, and no others."""

import base64
import hashlib

import pytest

from harness.person import SCRIPT
from harness.recorder import Recorded
from verifying.applications import SIGNING
from verifying.signing import Signing, changed

DIGEST = "sha-256=:" + base64.b64encode(hashlib.sha256(b'{"x": 1}').digest()).decode() + ":"

# Go compiles its standard library the first time.
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module", params=SIGNING)
def program(request, signing, programs):
    return programs(request.param, "signed", signing.algorithm, GATEWAY=signing.gateway.origin,
                    SIGNATURE_KEY_FILE=str(signing.key_file))


@pytest.mark.parametrize("target", ["/", "/page?", "/page?a=b%2Fc", "/a%20b/%C3%A9?list[]=1&q=x|y"])
def test_what_came_through_the_gateway_is_taken(signing, program, target):
    for options in ({}, {"content": {"x": 1}}, {"content": {"x": 1}, "headers": [("Content-Digest", DIGEST)]}):
        assert signing.person.fetch("POST" if options else "GET", target, **options).status == 200
        status, body = program.answer(signing.recorder.last)
        assert status == 200 and signing.person.me()["id"] in body, (body, program.process.log_tail())


def test_nothing_else_is_taken(signing, program):
    signing.person.fetch("POST", "/page?a=1", {"x": 1}, headers=[("Content-Digest", DIGEST)])
    seen = signing.recorder.last
    assert program.answer(seen)[0] == 200
    signature, user, given = seen.one("signature"), seen.one("x-auth-user"), seen.one("signature-input")
    for old, new in [("POST ", "GET "), ("/page", "/pagf"), ("/page", "/%70age"), ("?a=1", "?a=2"), ("?a=1", ""),
                     (user, "root"), (f"\r\nx-auth-user: {user}", f"\r\nx-auth-user: {user}\r\nx-auth-user: root"),
                     (f"\r\nx-auth-user: {user}", ""), ("x-auth-user", "x-auth-name"),
                     (f"host: {seen.one('host')}", "host: localhost:1"), (signature, "postern=:AAAA:"),
                     (signature, "postern=::"), (f"\r\nsignature: {signature}", ""),
                     (f"\r\nsignature-input: {given}", ""), (given, given.replace('"@path" ', "")),
                     (given, given.replace('tag="postern"', 'tag="other"')), (given, 'postern=();tag="postern"'),
                     (given, given.replace(';expires=', ';expires=9')), (given, given.replace(';keyid="', ';keyid="x')),
                     (DIGEST, DIGEST.swapcase())]:
        status, body = program.answer(changed(seen, old, new))
        assert status == 401, (old, new, body)
    assert program.answer(Recorded(seen.head, b'{"x": 2}'))[0] == 401, "the digest does not fit the body"
    assert program.answer(seen)[0] == 200, "it still serves"


def test_what_was_added_on_the_way_is_not_taken(signing, program):
    signing.person.request("GET", "/health_simple", SCRIPT)
    public = signing.recorder.last
    assert program.answer(public)[0] == 200
    for line in ("x-auth-user: root", "x-auth-email: root@example.com", "x-auth-assertion: x",
                 f"content-digest: {DIGEST}"):
        assert program.answer(changed(public, "\r\nhost:", f"\r\n{line}\r\nhost:"))[0] == 401, line


def test_a_signature_of_another_key_is_not_taken(signing, program, gateways, people, recorder, home):
    other = Signing(signing.algorithm, gateways, recorder, people, home)
    other.person.request("GET", "/page", SCRIPT)
    seen = recorder.last
    assert other.verify(seen) and program.answer(seen)[0] == 401
