"""An address that accepts passkeys only, in a real browser: somebody with an authenticator app alone adds a passkey and
arrives; nobody goes round in circles."""

import pytest
from playwright.sync_api import expect

from authenticator import Authenticator
from pages import PHONE

# Where the profile's home is: nothing here asks for a passkey.
DASHBOARD = "http://localhost:5173/"
ROUTES = [{"path": "/vault/*", "access": "full", "factor": "phishing-resistant"}]


@pytest.fixture(scope="module")
def gateway(backend, module_gateways):
    return module_gateways.start(backend.url, legacy={"flask_secret_key": backend.secret_key}, route=ROUTES)


def test_from_an_app_alone_to_a_passkey(gateway, people, window, tmp_path):
    person = people(gateway, email="vault@example.com", name="Ada Lovelace", given_name="Ada")
    visit = window(person, "vault", viewport=PHONE)
    authenticator = Authenticator(visit)
    visit.set_up(tmp_path)

    visit.open("/vault/x")
    visit.sees("Add a passkey to continue")
    visit.sees("/vault/x asks for a passkey")
    visit.looked_at("none")
    expect(visit.page.get_by_role("link", name="Go back without confirming")).to_have_attribute("href", DASHBOARD)
    visit.click("Add a passkey", role="link")
    visit.enter(person.code())
    with visit.page.expect_navigation():
        visit.click("Create passkey")
    visit.sees("Confirm with your passkey")
    expect(visit.page.locator("[data-without-passkeys]")).to_be_hidden()
    expect(visit.page.get_by_label("code")).to_have_count(0)
    visit.looked_at("asked")
    with visit.page.expect_navigation():
        visit.click("Use your passkey")
    visit.page.wait_for_url(f"{gateway.origin}/vault/x")

    # Signed in with a code, the next visit asks for the passkey; without it there is a way back.
    visit.sign_out()
    visit.open("/vault/x")
    visit.sign_in()
    visit.sees("isn’t enough there")
    visit.page.locator("#code").focus()
    visit.enter(person.code())
    visit.sees("Confirm with your passkey")
    credential = authenticator.credentials()[0]
    authenticator.forget()
    visit.click("Use your passkey")
    visit.sees("wasn’t used")
    authenticator.take(credential)
    with visit.page.expect_navigation():
        visit.click("Use your passkey")
    visit.page.wait_for_url(f"{gateway.origin}/vault/x")


def test_without_script_the_page_says_what_is_needed(gateway, people, window):
    person = people(gateway, email="vault.plain@example.com", name="Ada Lovelace", given_name="Ada")
    person.sign_in()
    person.enrol()
    person.fetch("GET", "/me")
    gateway.database.sql(
        "INSERT INTO postern.passkeys (id, user_id, factor_id, credential, public_key, counter, backup_eligible, backed_up, "
        "name, created_at) SELECT f.id, f.user_id, f.id, decode('00', 'hex'), decode('00', 'hex'), 0, false, false, 'Key', now() "
        "FROM user_2fa_settings f WHERE f.user_id = %s", person.me()["id"])
    plain = window(person, "vault-plain", java_script_enabled=False)
    plain.page.context.add_cookies([{"name": name, "value": value, "url": gateway.origin}
                                    for name, value in person.cookies.items()])
    plain.open("/vault/x")
    plain.sees("Passkeys need JavaScript")
    expect(plain.page.get_by_role("button", name="Use your passkey")).to_have_count(0)
    expect(plain.page.get_by_role("link", name="Go back without confirming")).to_have_attribute("href", DASHBOARD)
