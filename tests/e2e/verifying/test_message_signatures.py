"""Signed requests (RFC 9421), verified by an implementation that is not ours, and the code of docs/verifying.md, run as
it stands there."""

import base64
import hashlib
import re
import secrets
import socket
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver, InvalidSignature, algorithms
from websockets.sync.client import connect

from harness import ports, raw
from harness.person import SCRIPT
from harness.processes import Process, listens
from harness.recorder import Recorded

PAGE = Path(__file__).resolve().parents[3] / "docs" / "verifying.md"
TARGET = ["@method", "@authority", "@path", "@query"]
IDENTITY = ["x-auth-user", "x-auth-email", "x-auth-name", "x-auth-groups", "x-auth-methods", "x-auth-time",
            "x-auth-assertion"]


class Keys(HTTPSignatureKeyResolver):
    def __init__(self, keys: dict):
        self.keys = keys

    def resolve_public_key(self, key_id: str):
        return self.keys.get(key_id)


class Signing:
    """A gateway that signs, a person, and what is needed to verify."""

    def __init__(self, algorithm: str, gateways, recorder, people, home: Path):
        self.algorithm, self.recorder = algorithm, recorder
        if algorithm == "ed25519":
            pair = Ed25519PrivateKey.generate()
            text = pair.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        else:
            text = base64.b64encode(secrets.token_bytes(32)).decode() + "\n"
        self.key_file = home / f"signature-key-{secrets.token_hex(4)}"
        self.key_file.write_text(text)
        self.gateway = gateways.start(recorder.url, identity={
            "signature_key_file": str(self.key_file), "signature_algorithm": algorithm})
        secret = max(text.splitlines(), key=len)
        self.gateway.canary.saw("signature key", secret)
        self.person = people(self.gateway, email="ann.signed@example.com", name="Zoë Ann", given_name="Zoë")
        self.person.sign_in()
        self.person.enrol()
        self.published = raw.request(self.gateway.port, "GET", "/postern/jwks.json",
                                     [("Host", urlsplit(self.gateway.origin).netloc)]).json()["keys"]
        if algorithm == "ed25519":
            jwk = next(key for key in self.published if key["kty"] == "OKP")
            kind, keys = algorithms.ED25519, {jwk["kid"]: jwt.PyJWK(jwk).key}
        else:
            kind, keys = algorithms.HMAC_SHA256, {"postern": base64.b64decode(text)}
        self.verifier = HTTPMessageVerifier(signature_algorithm=kind, key_resolver=Keys(keys))

    def verify(self, request: Recorded, **options):
        """What is covered and the parameters; raises where the signature does not fit the request."""
        message = SimpleNamespace(method=request.method, headers=Lines(request.headers),
                                  url=f"http://{request.one('host')}{request.target}")
        options.setdefault("require_components", TARGET)
        [found] = self.verifier.verify(message, expect_tag="postern", max_age=timedelta(seconds=60), **options)
        return found


class Lines:
    """Header lines in the form that the library reads: in order, a name as often as it came."""

    def __init__(self, lines: list[tuple[str, str]]):
        self._lines = lines

    def items(self):
        return list(self._lines)

    def __iter__(self):
        return iter({name for name, _ in self._lines})


@pytest.fixture(scope="module", params=["ed25519", "hmac-sha256"])
def signing(request, module_gateways, shared_recorder, people, home) -> Signing:
    shared_recorder.clear()
    return Signing(request.param, module_gateways, shared_recorder, people, home)


def covered(found) -> list[str]:
    return [name.strip('"') for name in found.covered_components if name != '"@signature-params"']


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


def changed(request: Recorded, old: str, new: str) -> Recorded:
    head = request.head.decode("latin-1")
    assert old in head
    return Recorded(head.replace(old, new, 1).encode("latin-1"), request.body)


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


# The code of the page


def code(first_line: str) -> str:
    """The block of the page that begins with this comment."""
    blocks = [block for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
              if block.startswith(f"# {first_line}\n")]
    assert len(blocks) == 1, first_line
    return blocks[0]


def test_every_block_of_the_page_is_run_here():
    titles = re.findall(r"```python\n# (.*)\n", PAGE.read_text())
    assert titles == ["assertion.py", "keys.py for ed25519", "keys.py for hmac-sha256", "signed.py"]


class Application:
    """A Flask application made of the page's code."""

    def __init__(self, name: str, files: dict[str, str], folder: Path, **environment: str):
        folder.mkdir()
        for file, text in files.items():
            (folder / file).write_text(text)
        self.port = ports.free()
        command = [sys.executable, "-m", "flask", "--app", name, "run", "--port", str(self.port)]
        self.process = Process(name, command, folder / "log", env=environment, cwd=folder)
        self.process.wait_until(lambda: listens(self.port))

    def answer(self, request: Recorded) -> tuple[int, str]:
        """Status and body for the very bytes of a recorded request."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(request.head + b"\r\nconnection: close\r\n\r\n" + request.body)
            received = b""
            while piece := connection.recv(65536):
                received += piece
        head, _, body = received.decode().partition("\r\n\r\n")
        return int(head.split(" ")[1]), body

    def stop(self) -> None:
        self.process.stop()


@pytest.fixture(scope="module")
def asserted(signing, tmp_path_factory):
    folder = tmp_path_factory.mktemp("page") / "app"
    part = Application("assertion", {"assertion.py": code("assertion.py")}, folder, GATEWAY=signing.gateway.origin,
                       AUDIENCE="netpilot")
    yield part
    part.stop()


@pytest.fixture(scope="module")
def verifying(signing, tmp_path_factory):
    folder = tmp_path_factory.mktemp("page") / "app"
    files = {"keys.py": code(f"keys.py for {signing.algorithm}"), "signed.py": code("signed.py")}
    part = Application("signed", files, folder, GATEWAY=signing.gateway.origin,
                       SIGNATURE_KEY_FILE=str(signing.key_file))
    yield part
    part.stop()


def test_the_page_s_assertion_code_believes_the_gateway_and_nobody_else(signing, asserted):
    signing.person.fetch("GET", "/page")
    seen = signing.recorder.last
    status, body = asserted.answer(seen)
    assert status == 200 and signing.person.me()["id"] in body and '"second factor":true' in body, body
    token = seen.one("x-auth-assertion")
    header, claims, signature = token.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"postern-assertion+jwt"}').decode().rstrip("=")
    other = base64.urlsafe_b64encode(b'{"sub":"root"}').decode().rstrip("=")
    for forged in (f"{header}.{other}.{signature}", f"{none}.{claims}.", f"{header}.{claims}.", "rubbish", ""):
        status, body = asserted.answer(changed(seen, token, forged))
        assert status == 401, (forged, body)
    assert asserted.answer(changed(seen, f"\r\nx-auth-assertion: {token}", ""))[0] == 401


@pytest.mark.parametrize("target", ["/", "/page?", "/page?a=b%2Fc", "/a%20b/%C3%A9?list[]=1&q=x|y"])
def test_the_page_s_signature_code_takes_what_came_through_the_gateway(signing, verifying, target):
    digest = base64.b64encode(hashlib.sha256(b'{"x": 1}').digest()).decode()
    for options in ({}, {"content": {"x": 1}},
                    {"content": {"x": 1}, "headers": [("Content-Digest", f"sha-256=:{digest}:")]}):
        assert signing.person.fetch("POST" if options else "GET", target, **options).status == 200
        status, body = verifying.answer(signing.recorder.last)
        assert status == 200 and signing.person.me()["id"] in body, (body, verifying.process.log_tail())


def test_the_page_s_signature_code_takes_nothing_else(signing, verifying):
    digest = base64.b64encode(hashlib.sha256(b'{"x": 1}').digest()).decode()
    signing.person.fetch("POST", "/page?a=1", {"x": 1}, headers=[("Content-Digest", f"sha-256=:{digest}:")])
    seen = signing.recorder.last
    assert verifying.answer(seen)[0] == 200
    signature, user = seen.one("signature"), seen.one("x-auth-user")
    for old, new in [("POST ", "GET "), ("/page", "/pagf"), ("?a=1", "?a=2"), ("?a=1", ""), (user, "root"),
                     (f"\r\nx-auth-user: {user}", f"\r\nx-auth-user: {user}\r\nx-auth-user: root"),
                     (f"host: {seen.one('host')}", "host: localhost:1"), (signature, "postern=:AAAA:"),
                     (f"\r\nsignature: {signature}", ""), (digest, digest[::-1])]:
        status, body = verifying.answer(changed(seen, old, new))
        assert status == 401, (old, new, body)
    assert verifying.answer(Recorded(seen.head, b'{"x": 2}'))[0] == 401, "the digest does not fit the body"
    signing.person.request("GET", "/health_simple", SCRIPT)
    public = signing.recorder.last
    assert verifying.answer(public)[0] == 200
    assert verifying.answer(changed(public, "\r\nhost:", "\r\nx-auth-user: root\r\nhost:"))[0] == 401
