"""The pages' code accepts the gateway's assertions, during rotations and with both algorithms, and no others."""

import json
import time

import jwt
import pytest

from harness import toml
from harness.recorder import Recorder, Recorded
from verifying.applications import FRAMEWORKS, PAGES, blocks
from verifying.issuer import Issuer, Key, encoded, sealed

ALGORITHMS = ["ES256", "EdDSA"]
# Go compiles its standard library the first time; Java and its container start slowly on a busy machine.
pytestmark = pytest.mark.timeout(300)


def ask(program, token: str | None) -> int:
    """The status for a request with this assertion."""
    line = b"" if token is None else f"\r\nx-auth-assertion: {token}".encode()
    return program.answer(Recorded(b"GET /page?a=1 HTTP/1.1\r\nhost: app.example" + line))[0]


def eventually(check, seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def told(person, recorder, target: str = "/page") -> str:
    """The current assertion at the upstream."""
    assert person.fetch("GET", target).status == 200
    return recorder.last.one("x-auth-assertion")


@pytest.fixture(scope="module", params=FRAMEWORKS)
def framework(request) -> str:
    return request.param


class TwoUpstreams:
    """A gateway in front of two upstreams with audiences of their own, and a person with a full session."""

    def __init__(self, gateways, people, algorithm: str):
        self.first, self.second = Recorder(), Recorder()
        self.gateway = gateways.prepare(
            self.first.url, identity={"algorithm": algorithm, "audience": "first"},
            route=[{"path": "/second/*", "access": "full", "upstream": "second"}])
        self.gateway.config["upstream"].append({"name": "second", "url": self.second.url, "audience": "second"})
        self.gateway.config_file.write_text(toml.dumps(self.gateway.config))
        self.gateway.start()
        self.person = people(self.gateway, email="ann.asserted@example.com")
        self.person.sign_in()
        self.person.enrol()


@pytest.fixture(scope="module", params=ALGORITHMS)
def pair(request, module_gateways, people):
    made = TwoUpstreams(module_gateways, people, request.param)
    yield made
    made.first.close()
    made.second.close()


@pytest.fixture(scope="module")
def issuer():
    part = Issuer("app")
    yield part
    part.close()


@pytest.fixture(scope="module")
def believing(framework, issuer, programs):
    """A program that trusts the stand-in, which also signs what the gateway never would."""
    return programs(framework, "assertion", GATEWAY=issuer.origin, AUDIENCE=issuer.audience)


def test_the_gateway_is_believed_and_each_upstream_takes_its_own(framework, pair, programs):
    first, second = (programs(framework, "assertion", GATEWAY=pair.gateway.origin, AUDIENCE=audience)
                     for audience in ("first", "second"))
    for_first = told(pair.person, pair.first)
    for_second = told(pair.person, pair.second, "/second/page")
    status, body = first.answer(pair.first.last)
    assert (status, json.loads(body)) == (200, {
        "user": pair.person.me()["id"], "email": "ann.asserted@example.com", "second factor": True})
    assert [ask(first, token) for token in (for_first, for_second)] == [200, 401]
    assert [ask(second, token) for token in (for_first, for_second)] == [401, 200]
    header, claims, signature = for_first.split(".")
    forged = encoded(json.dumps(jwt.decode(for_first, options={"verify_signature": False}) | {"sub": "root"}).encode())
    assert [ask(first, token) for token in (f"{header}.{forged}.{signature}", f"{header}.{claims}.", None)] == [401] * 3


def test_rotations_need_no_restart(framework, recorder, gateways, people, programs):
    gateway = gateways.start(recorder.url, identity={"publish_before": "1s", "keep_retired": "5m"})
    person = people(gateway)
    person.sign_in()
    person.enrol()
    program = programs(framework, "assertion", GATEWAY=gateway.origin, AUDIENCE="netpilot")
    before = told(person, recorder)
    assert ask(program, before) == 200
    kid = jwt.get_unverified_header(before)["kid"]

    rotated = gateway.command("keys", "rotate", "--now")
    assert rotated.returncode == 0, rotated.stderr
    eventually(lambda: jwt.get_unverified_header(told(person, recorder))["kid"] != kid)
    # Sets are fetched no more than once a second.
    eventually(lambda: ask(program, told(person, recorder)) == 200, 5)

    gateway.reconfigure(identity={"algorithm": "EdDSA"})
    eventually(lambda: jwt.get_unverified_header(told(person, recorder))["alg"] == "EdDSA", 40)
    eventually(lambda: ask(program, told(person, recorder)) == 200, 5)
    assert ask(program, sealed({"alg": "EdDSA", "kid": kid, "typ": "postern-assertion+jwt"}, {}, bytes)) == 401


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_what_is_good_is_taken(believing, issuer, alg):
    key = issuer.keys[alg]
    assert ask(believing, issuer.token(key)) == 200
    now = int(time.time())
    assert ask(believing, issuer.token(key, nbf=now + 2, exp=now - 2)) == 200, "clocks differ by seconds"


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_claims_that_are_not_for_here_and_now_are_refused(believing, issuer, alg):
    key, now = issuer.keys[alg], int(time.time())
    for wrong in ({"iss": "https://elsewhere.example"}, {"iss": issuer.origin + "/"}, {"iss": None}, {"aud": "other"},
                  {"aud": "ap"}, {"aud": ""}, {"aud": None}, {"exp": now - 60}, {"exp": None}, {"nbf": now + 60},
                  {"nbf": None}, {"iat": None}, {"sub": None}, {"amr": None}):
        assert ask(believing, issuer.token(key, **wrong)) == 401, wrong
    for header in ({"typ": "JWT"}, {"typ": "at+jwt"}, {"typ": None}):
        assert ask(believing, issuer.token(key, header)) == 401, header
    assert ask(believing, issuer.token(key)) == 200, "it still serves"


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_signatures_that_are_not_the_gateway_s_are_refused(believing, issuer, alg):
    key, other = issuer.keys[alg], issuer.keys[ALGORITHMS[alg == "ES256"]]
    good = issuer.token(key)
    header, claims, signature = good.split(".")
    size = len(signature)
    forged = [
        # Another key under this `kid`, by name or embedded.
        issuer.token(Key(alg, key.kid)),
        issuer.token(Key(alg, "unknown")),
        issuer.token(thief := Key(alg, key.kid), {"jwk": thief.jwk}),
        issuer.token(thief, {"kid": None, "jwk": thief.jwk}),
        issuer.token(thief, {"jku": "https://elsewhere.example/jwks.json"}),
        # The other key, or the other algorithm.
        issuer.token(other, {"kid": key.kid}), issuer.token(other, {"alg": alg}), issuer.token(key, {"alg": other.alg}),
        issuer.token(other, {"kid": key.kid, "alg": alg}),
        # No signature, or an empty one.
        f"{header}.{claims}.", f"{header}.{claims}", f"{header}.{claims}.{signature[:-8]}",
        f"{header}.{claims}.{'A' * size}", f"{header}.{claims}.{signature}AAAA",
        # Other claims.
        f"{header}.{encoded(json.dumps(issuer.claims(sub='root')).encode())}.{signature}",
        "rubbish", "", "..", f"{good}.", f"{good},{good}",
    ]
    for name in ("none", "None", "NONE", "", None):
        forged.append(issuer.token(key, {"alg": name}))
        forged.append(issuer.token(key, {"alg": name}).rpartition(".")[0] + ".")
    for secret in [b"", key.kid.encode(), *key.public_spellings()]:
        forged += [issuer.mac(key, secret, "HS256"), issuer.mac(key, secret, "HS512")]
    for token in forged:
        assert ask(believing, token) == 401, token
    assert ask(believing, good) == 200, "it still serves"


def test_a_key_that_is_new_is_found_and_one_that_is_gone_is_not(framework, programs):
    issuer = Issuer("app")
    program = programs(framework, "assertion", GATEWAY=issuer.origin, AUDIENCE="app")
    assert ask(program, issuer.token(issuer.keys["ES256"])) == 200
    fetched, new = issuer.fetched, Key("ES256", "new")
    assert ask(program, issuer.token(new)) == 401
    issuer.keys["new"] = new
    eventually(lambda: ask(program, issuer.token(new)) == 200)
    assert issuer.fetched > fetched
    issuer.close()
    assert ask(program, issuer.token(new)) == 200, "the set is kept"
    assert ask(program, issuer.token(Key("ES256", "newer"))) == 401, "an outage denies"


def test_every_block_of_every_page_is_run_or_says_that_it_is_not():
    titles = {page.stem: list(blocks(page.stem)) for page in PAGES.glob("*.md")}
    assert titles == {
        "flask": ["assertion.py", "keys.py for ed25519", "keys.py for hmac-sha256", "signed.py"],
        "fastapi": ["assertion.py", "signed.py"],
        "express": ["assertion.mjs", "keys.mjs for ed25519", "keys.mjs for hmac-sha256", "signed.mjs"],
        "go": ["jwks.go", "assertion.go", "signature_key.go for ed25519", "signature_key.go for hmac-sha256",
               "signature.go"],
        "spring": ["Assertions.java", "AssertionFilter.java", "PosternConfiguration.java (not run by tests)",
                   "PageController.java (not run by tests)"],
    }
