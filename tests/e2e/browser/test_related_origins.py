"""A passkey of one host that is used on another: after a move, the pages of the new host ask for the passkeys of the former one, which
names them at /.well-known/webauthn (Web Authentication Level 3, §5.11). In Chromium over https, since it asks there only."""

import base64
import hashlib
import shutil

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from playwright.sync_api import expect

from authenticator import Authenticator
from conftest import CHROMIUM
from harness import ports
from pages import Visit

OLD, NEW = "old.shared.test", "new.shared.test"


def fingerprint(certificate) -> str:
    key = x509.load_pem_x509_certificate(certificate.read_bytes()).public_key()
    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(spki).digest()).decode()


@pytest.fixture
def certificates(authority) -> dict:
    """Certificate and key of each host."""
    return {host: authority.issue(host) for host in (OLD, NEW)}


@pytest.fixture
def browse(chromium, certificates, tmp_path):
    """Opens Chromium that finds hosts at these ports and believes their certificates."""
    contexts = []

    def browser(where: dict[str, int]):
        rules = ",".join(f"MAP {host}:443 127.0.0.1:{port}" for host, port in where.items())
        believed = ",".join(fingerprint(certificate) for certificate, _ in certificates.values())
        context = chromium.browser_type.launch_persistent_context(
            tmp_path / f"profile-{len(contexts)}", executable_path=shutil.which("chromium"),
            args=[*CHROMIUM, f"--host-resolver-rules={rules}", f"--ignore-certificate-errors-spki-list={believed}"])
        context.set_default_timeout(15_000)
        contexts.append(context)
        return context

    yield browser
    for context in contexts:
        context.close()


def test_a_passkey_of_the_former_host_signs_in_on_the_new_one(gateways, people, shared_recorder, postgres, certificates,
                                                              browse, tmp_path):
    shared_recorder.clear()

    def start(host: str, **sections):
        certificate, key = certificates[host]
        return gateways.start(shared_recorder.url, origin=f"https://{host}",
                              listen={"tls": {"certificate": str(certificate), "key": str(key)}}, **sections)

    before = start(OLD)
    person = people(before)
    visit = Visit(browse({OLD: before.port}), person, "related-origins-before")
    authenticator = Authenticator(visit)
    visit.set_up(tmp_path)
    visit.open("/postern/account")
    visit.click("Add a passkey", role="link")
    visit.enter(person.code())
    visit.page.get_by_label("Name").fill("My phone")
    with visit.page.expect_navigation():
        visit.click("Create passkey")
    visit.sees("Your passkey is ready")
    [credential] = authenticator.credentials()
    assert credential["rpId"] == OLD
    before.stop()

    route = [*before.config["route"], {"host": OLD, "path": "/*", "access": "full"}]
    after = start(NEW, database=before.database, keys=before.config["keys"], route=route,
                  passkeys={"relying_party": OLD})
    moved = people(after, subject=person.subject, email=f"{person.subject[:12]}@example.com")

    def asked(former_host: int, name: str) -> Visit:
        """Signs in on the new host as far as the passkey; the former host is at this port."""
        visit = Visit(browse({OLD: former_host, NEW: after.port}), moved, name)
        Authenticator(visit).take(credential)
        visit.open("/")
        visit.sign_in()
        visit.sees("Enter your code")
        visit.click("Use your passkey")
        return visit

    alone = asked(ports.free(), "related-origins-alone")
    expect(alone.page.locator("[data-passkey-problem]")).to_contain_text("wasn’t used")
    assert alone.page.url.startswith(f"https://{NEW}/postern/verify"), "nothing names the new host"

    shared_recorder.clear()
    related = asked(after.port, "related-origins-after")
    related.page.wait_for_url(f"https://{NEW}/")
    assert "swk" in shared_recorder.last.one("x-auth-methods")
