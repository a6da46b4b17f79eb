"""A stand-in for the gateway that signs any assertion, valid or not."""

import base64
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from harness import ports

TYPE = "postern-assertion+jwt"


class Key:
    """A key pair, published or not."""

    def __init__(self, alg: str, kid: str):
        self.alg, self.kid = alg, kid
        self.private = ed25519.Ed25519PrivateKey.generate() if alg == "EdDSA" else \
            ec.generate_private_key(ec.SECP256R1())

    def sign(self, data: bytes) -> bytes:
        if self.alg == "EdDSA":
            return self.private.sign(data)
        pair = decode_dss_signature(self.private.sign(data, ec.ECDSA(SHA256())))
        return b"".join(part.to_bytes(32) for part in pair)

    @property
    def jwk(self) -> dict:
        public = self.private.public_key()
        if self.alg == "EdDSA":
            form = {"kty": "OKP", "crv": "Ed25519", "x": encoded(public.public_bytes(Encoding.Raw, PublicFormat.Raw))}
        else:
            numbers = public.public_numbers()
            x, y = (encoded(number.to_bytes(32)) for number in (numbers.x, numbers.y))
            form = {"kty": "EC", "crv": "P-256", "x": x, "y": y}
        return {**form, "use": "sig", "alg": self.alg, "kid": self.kid}

    def public_spellings(self) -> list[bytes]:
        """The public key in forms that a verifier could mistake for an HMAC secret."""
        public = self.private.public_key()
        bare = (Encoding.Raw, PublicFormat.Raw) if self.alg == "EdDSA" else \
            (Encoding.X962, PublicFormat.UncompressedPoint)
        forms = [(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
                 (Encoding.DER, PublicFormat.SubjectPublicKeyInfo), bare]
        return [*(public.public_bytes(*form) for form in forms), json.dumps(self.jwk).encode()]


class Issuer:
    """Serves its keys at the gateway's path."""

    def __init__(self, audience: str):
        self.keys = {alg: Key(alg, f"key-{alg}") for alg in ("ES256", "EdDSA")}
        self.audience, self.fetched = audience, 0
        self.port = ports.free()
        self.origin = f"http://localhost:{self.port}"
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                found = self.path == "/postern/jwks.json"
                issuer.fetched += found
                body = json.dumps({"keys": [key.jwk for key in issuer.keys.values()]}).encode()
                self.send_response(200 if found else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def claims(self, **changes: object) -> dict:
        """The claims of a valid assertion, changed; `None` leaves one out."""
        now = int(time.time())
        claims = {"iss": self.origin, "aud": self.audience, "sub": "ann", "email": "ann@example.com",
                  "amr": ["google", "otp"], "auth_time": now - 5, "sid": "s", "iat": now, "nbf": now, "exp": now + 60,
                  "jti": "j", **changes}
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, key: Key, header: dict | None = None, **changes: object) -> str:
        """An assertion with this key's signature; `header` and `changes` of claims as for `claims`."""
        head = {"alg": key.alg, "kid": key.kid, "typ": TYPE, **(header or {})}
        head = {name: value for name, value in head.items() if value is not None}
        return sealed(head, self.claims(**changes), key.sign)

    def mac(self, key: Key, secret: bytes, alg: str = "HS256") -> str:
        """An assertion with an HMAC under a public value."""
        digest = {"HS256": "sha256", "HS512": "sha512"}[alg]
        return sealed({"alg": alg, "kid": key.kid, "typ": TYPE}, self.claims(),
                      lambda data: hmac.digest(secret, data, digest))


def sealed(header: dict, claims: dict, sign) -> str:
    signed = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
    return f"{signed}.{encoded(sign(signed.encode()))}"


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
