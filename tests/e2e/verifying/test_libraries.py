"""Independent libraries accept the published keys and their signatures, and refuse changed ones."""

import json
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import jwt
import pytest
from authlib.jose import JsonWebKey, JsonWebToken
from authlib.jose.errors import JoseError as AuthlibError
from joserfc import jwt as joserfc_jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from harness import raw

ALGORITHMS = ["ES256", "EdDSA"]
VERIFY = Path(__file__).with_name("verify.mjs")


class Refused(Exception):
    """The library does not accept it."""


def pyjwt(published: dict, token: str, issuer: str, _url: str) -> dict:
    try:
        keys = jwt.PyJWKSet.from_dict(published)
        key = keys[jwt.get_unverified_header(token)["kid"]]
        return jwt.decode(token, key, algorithms=ALGORITHMS, audience="netpilot", issuer=issuer)
    except jwt.PyJWTError as error:
        raise Refused from error


def authlib(published: dict, token: str, issuer: str, _url: str) -> dict:
    try:
        wanted = {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": "netpilot"}}
        claims = JsonWebToken(ALGORITHMS).decode(token, JsonWebKey.import_key_set(published), claims_options=wanted)
        claims.validate()
        return dict(claims)
    except AuthlibError as error:
        raise Refused from error


def joserfc(published: dict, token: str, issuer: str, _url: str) -> dict:
    try:
        decoded = joserfc_jwt.decode(token, KeySet.import_key_set(published), algorithms=ALGORITHMS)
        joserfc_jwt.JWTClaimsRegistry(iss={"essential": True, "value": issuer},
                                      aud={"essential": True, "value": "netpilot"}).validate(decoded.claims)
        return decoded.claims
    except JoseError as error:
        raise Refused from error


def jose(_published: dict, token: str, issuer: str, url: str) -> dict:
    done = subprocess.run(["node", VERIFY, url, token, issuer, "netpilot"], capture_output=True, text=True, timeout=60)
    if done.returncode:
        assert "JWS" in done.stderr or "JWT" in done.stderr, done.stderr
        raise Refused
    return json.loads(done.stdout)


@pytest.fixture(scope="module", params=ALGORITHMS)
def assertion(request, module_gateways, shared_recorder, people):
    """A gateway's key set, an assertion, its issuer, the address of the key set, and the person."""
    gateway = module_gateways.start(shared_recorder.url, identity={"algorithm": request.param})
    person = people(gateway, name="Zoë 李")
    person.sign_in()
    person.enrol()
    person.fetch("GET", "/page")
    token = shared_recorder.last.one("x-auth-assertion")
    assert jwt.get_unverified_header(token)["alg"] == request.param
    published = raw.request(gateway.port, "GET", "/postern/jwks.json",
                            [("Host", urlsplit(gateway.origin).netloc)]).json()
    return (published, token, gateway.origin, f"{gateway.origin}/postern/jwks.json"), person


@pytest.mark.parametrize("library", [pyjwt, authlib, joserfc, jose])
def test_it_is_accepted_as_it_is_and_not_otherwise(assertion, library):
    (published, token, issuer, url), person = assertion
    claims = library(published, token, issuer, url)
    assert claims["sub"] == person.me()["id"] and claims["amr"] == ["google", "otp"] and claims["name"] == "Zoë 李"
    head, body, signature = token.split(".")
    flipped = "A" if signature[10] != "A" else "B"
    for changed in (f"{head}.{body}.{signature[:10]}{flipped}{signature[11:]}", f"{head}.{body[:-4]}AAAA.{signature}",
                    f"{head}.{body}."):
        with pytest.raises(Refused):
            library(published, changed, issuer, url)
    with pytest.raises(Refused):
        library(published, token, "https://elsewhere.example", url)
