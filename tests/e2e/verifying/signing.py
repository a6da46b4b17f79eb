"""A gateway that signs its requests, and an independent implementation that verifies them."""

import base64
import secrets
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver, algorithms

from harness import raw
from harness.recorder import Recorded

TARGET = ["@method", "@authority", "@path", "@query"]
IDENTITY = ["x-auth-user", "x-auth-email", "x-auth-name", "x-auth-groups", "x-auth-methods", "x-auth-time",
            "x-auth-assertion"]


class Keys(HTTPSignatureKeyResolver):
    def __init__(self, keys: dict):
        self.keys = keys

    def resolve_public_key(self, key_id: str):
        return self.keys.get(key_id)


class Signing:
    """A gateway that signs, a person, and the verifier."""

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
        """The covered components and parameters; raises if the signature does not match the request."""
        message = SimpleNamespace(method=request.method, headers=Lines(request.headers),
                                  url=f"http://{request.one('host')}{request.target}")
        options.setdefault("require_components", TARGET)
        [found] = self.verifier.verify(message, expect_tag="postern", max_age=timedelta(seconds=60), **options)
        return found


class Lines:
    """Header lines for the library: in order, repeated names kept."""

    def __init__(self, lines: list[tuple[str, str]]):
        self._lines = lines

    def items(self):
        return list(self._lines)

    def __iter__(self):
        return iter({name for name, _ in self._lines})


def covered(found) -> list[str]:
    return [name.strip('"') for name in found.covered_components if name != '"@signature-params"']


def changed(request: Recorded, old: str, new: str) -> Recorded:
    head = request.head.decode("latin-1")
    assert old in head
    return Recorded(head.replace(old, new, 1).encode("latin-1"), request.body)
