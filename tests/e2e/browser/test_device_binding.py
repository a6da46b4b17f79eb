"""Sessions that are bound to a key of their device: by a client of our own, and by Chromium with keys in software. Both over
TLS, since browsers bind sessions over https only, where the certificate is good."""

import base64
import hashlib
import json
import re
import shutil
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from playwright.sync_api import expect

from conftest import CHROMIUM
from pages import Visit

ROUTES = [{"path": "/safe/*", "access": "full", "binding": "device"}]
FEATURES = "DeviceBoundSessions,EnableBoundSessionCredentialsSoftwareKeysForManualTesting"
UNPROVEN = 30  # seconds from the binding in which no proof is asked for
SESSION, BOUND = "__Host-postern", "__Host-postern-bound"
REGISTRATION, REFRESH = "/postern/device/registration", "/postern/device/refresh"


@pytest.fixture(scope="module")
def gateway(shared_recorder, module_gateways, authority):
    shared_recorder.clear()
    return module_gateways.start(shared_recorder.url, authority=authority, route=ROUTES, session={"device_binding": "offer"})


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Device:
    """A device's key, and proofs of it as Chromium 156 makes them."""

    def __init__(self):
        self._key = ec.generate_private_key(ec.SECP256R1())

    def proof(self, challenge: str, registers: bool) -> str:
        header = {"alg": "ES256", "typ": "dbsc+jwt"}
        if registers:
            point = self._key.public_key().public_numbers()
            header["jwk"] = {"kty": "EC", "crv": "P-256", "x": base64url(point.x.to_bytes(32, "big")),
                             "y": base64url(point.y.to_bytes(32, "big"))}
        message = ".".join(base64url(json.dumps(part).encode()) for part in (header, {"jti": challenge}))
        r, s = decode_dss_signature(self._key.sign(message.encode(), ec.ECDSA(hashes.SHA256())))
        return f"\"{message}.{base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}\""


def enrolled(gateway, people):
    """A person whose second factor was just verified, and the challenge of the offer."""
    person = people(gateway)
    person.sign_in()
    offer = person.enrol().one("secure-session-registration")
    path, challenge = re.fullmatch(r'\(ES256 RS256\);path="([^"]+)";challenge="([^"]+)"', offer).groups()
    assert path == REGISTRATION
    return person, challenge


def post(person, target, **headers):
    """As browsers send it: no body, no form, no Accept."""
    lines = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return person.request("POST", target, [("Content-Length", "0"), ("Origin", person.origin), *lines])


def test_a_client_binds_its_session_and_copied_cookies_are_worth_nothing(gateway, people, shared_recorder):
    person, challenge = enrolled(gateway, people)
    refused = person.fetch("GET", "/safe/x")
    assert (refused.status, refused.code) == (401, "DEVICE_BINDING_REQUIRED"), refused
    device = Device()
    bound = post(person, REGISTRATION, secure_session_response=device.proof(challenge, registers=True))
    assert bound.status == 200, bound
    told = bound.json()
    assert told["credentials"] == [{"type": "cookie", "name": BOUND, "attributes": "Path=/; HttpOnly; SameSite=Lax; Secure"}]
    assert person.fetch("GET", "/safe/x").status == 200
    assert "postern" not in "".join(shared_recorder.last.all("cookie"))

    copied = {SESSION: person.cookies[SESSION]}
    assert person.fetch("GET", "/x", cookies=copied).status == 200, "the browser may not have its cookie yet"
    time.sleep(UNPROVEN)
    for cookies in (copied, {**copied, BOUND: "1.AAAA"}):
        assert person.fetch("GET", "/x", cookies=cookies).code == "SIGN_IN_REQUIRED"
        assert "/postern/sign-in" in person.navigate("/postern/account", cookies=cookies).location
    thief = post(person, REGISTRATION, secure_session_response=Device().proof(challenge, registers=True))
    assert (thief.status, thief.code) == (400, "DEVICE_NOT_BOUND"), thief

    named = f'"{told["session_identifier"]}"'
    asked = post(person, REFRESH, sec_secure_session_id=named)
    assert asked.status == 403, asked
    fresh = re.fullmatch(rf'"([^"]+)";id={named}', asked.one("secure-session-challenge")).group(1)
    forged = post(person, REFRESH, sec_secure_session_id=named, secure_session_response=Device().proof(fresh, registers=False))
    assert forged.status == 403, forged
    del person.cookies[BOUND]
    again = post(person, REFRESH, sec_secure_session_id=named, secure_session_response=device.proof(fresh, registers=False))
    assert again.status == 200 and person.fetch("GET", "/safe/x").status == 200, again

    person.sign_out()
    ended = post(person, REFRESH, sec_secure_session_id=named)
    assert (ended.status, ended.code) == (400, "DEVICE_NOT_BOUND"), ended
    assert BOUND not in person.cookies


@pytest.fixture
def browser(gateway, tmp_path, chromium):
    """Chromium with keys in software, which believes the gateway's certificate."""
    certificate = x509.load_pem_x509_certificate(
        open(gateway.config["listen"]["tls"]["certificate"], "rb").read())
    key = certificate.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    believed = base64.b64encode(hashlib.sha256(key).digest()).decode()
    context = chromium.browser_type.launch_persistent_context(
        tmp_path / "profile", executable_path=shutil.which("chromium"),
        args=[*CHROMIUM, f"--enable-features={FEATURES}", f"--ignore-certificate-errors-spki-list={believed}"])
    context.set_default_timeout(15_000)
    yield context
    context.close()


def cookies(context) -> dict[str, str]:
    return {cookie["name"]: cookie["value"] for cookie in context.cookies()}


def test_chromium_binds_its_session_and_refreshes_it_by_itself(gateway, people, browser, tmp_path):
    person = people(gateway)
    visit = Visit(browser, person, "device-binding")
    visit.set_up(tmp_path)
    visit.open("/safe/x")
    visit.page.wait_for_url(f"{gateway.origin}/safe/x")
    visit.open("/postern/account")
    expect(visit.page.locator("body")).to_contain_text("Bound to its device")
    jar = cookies(browser)
    assert BOUND in jar

    copied = {SESSION: jar[SESSION]}
    time.sleep(UNPROVEN)
    assert person.fetch("GET", "/x", cookies=copied).code == "SIGN_IN_REQUIRED"
    assert person.fetch("GET", "/x", cookies={**copied, BOUND: jar[BOUND]}).status == 200, "for the minutes"

    # As if the minutes were over: the browser has the key, and asks for another cookie before it goes on.
    browser.clear_cookies(name=BOUND)
    visit.open("/safe/y")
    assert visit.page.url == f"{gateway.origin}/safe/y"
    assert BOUND in cookies(browser)
