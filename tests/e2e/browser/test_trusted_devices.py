"""Trusted devices in a real browser: trusted with a code or a passkey, not asked at the next sign-in, asked for what matters,
ended by people, by time, by administrators and by the configuration."""

import pytest
from playwright.sync_api import expect

from authenticator import Authenticator
from pages import DESKTOP, PHONE, Visit

BOX = "Don’t ask again on this device for 30 days"
ROUTES = [{"path": "/vault/*", "access": "fresh(5m)"}]


@pytest.fixture(scope="module")
def gateway(backend, module_gateways):
    return module_gateways.start(backend.url, legacy={"flask_secret_key": backend.secret_key}, route=ROUTES,
                                 second_factor={"trusted_devices": "30d"})


@pytest.fixture
def equipped(gateway, people, window, tmp_path):
    """Somebody who is signed in with an authenticator app, and their window."""
    def make(name: str, **options) -> tuple:
        person = people(gateway, email=f"{name}@example.com", name="Ada Lovelace", given_name="Ada")
        visit = window(person, f"trusted-{name}", **options)
        visit.set_up(tmp_path)
        return person, visit
    return make


def sign_in_again(visit: Visit) -> None:
    visit.sign_out()
    visit.open("/")
    visit.sign_in()


def trust(person, visit: Visit) -> None:
    """Signs in with a code and the box ticked."""
    sign_in_again(visit)
    visit.sees("Enter your code")
    visit.page.get_by_label(BOX).check()
    visit.page.locator("#code").focus()
    visit.enter(person.code())
    arrived(visit)


def arrived(visit: Visit) -> None:
    visit.page.wait_for_url(f"{visit.person.origin}/")
    assert visit.page.locator("#user").inner_text(), "the backend knows who it is"


def asked(visit: Visit) -> None:
    sign_in_again(visit)
    visit.sees("Enter your code")


def method(visit: Visit) -> str:
    """The method of the second factor of the session."""
    answer = visit.page.request.get(f"{visit.person.origin}/postern/api/session").json()
    return answer.get("data", answer)["second_factor"]["method"]


def device_cookie(visit: Visit) -> dict:
    found = [cookie for cookie in visit.page.context.cookies() if "-device-" in cookie["name"]]
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(("size", "viewport", "scheme"), [("phone", PHONE, "light"), ("desktop", DESKTOP, "dark")],
                         ids=["phone", "desktop"])
def test_a_trusted_device_s_whole_life(gateway, equipped, size, viewport, scheme):
    person, visit = equipped(f"whole.{size}", viewport=viewport, color_scheme=scheme)
    visit.open("/postern/account")
    visit.sees("Trusted devices")
    visit.looked_at("none")
    sign_in_again(visit)
    visit.sees("Enter your code")
    visit.looked_at("verify")
    visit.click("Backup code", role="link")
    expect(visit.page.get_by_role("checkbox")).to_have_count(0)
    visit.click("Authenticator app", role="link")
    visit.page.get_by_label(BOX).check()
    visit.page.locator("#code").focus()
    visit.enter(person.code())
    arrived(visit)
    cookie = device_cookie(visit)
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax" and cookie["path"] == "/postern", cookie

    visit.open("/postern/sign-out")
    visit.sees("This device is trusted")
    visit.looked_at("sign-out")
    visit.click("Sign out")
    visit.sees("gets in without a code")
    visit.open("/")
    visit.sign_in()
    arrived(visit)
    assert method(visit) == "trusted-device"
    assert device_cookie(visit)["value"] != cookie["value"], "each use replaces the secret"

    # What matters asks all the same, and offers no box.
    visit.open("/vault/x")
    visit.sees("Confirm that it is you")
    expect(visit.page.get_by_role("checkbox")).to_have_count(0)
    visit.enter(person.code())
    visit.page.wait_for_url(f"{gateway.origin}/vault/x")
    sign_in_again(visit)
    arrived(visit)
    visit.open("/postern/account/backup-codes")
    visit.sees("code")
    expect(visit.page.locator("#code")).to_be_visible()

    visit.open("/postern/account")
    visit.sees("This device")
    visit.sees("last used just now")
    visit.sees("Trusted device used instead of a code")
    visit.looked_at("account")
    with visit.page.expect_navigation():
        visit.click("Remove Chrome")
    # The session rested on the device, so it is asked for a code before it goes on.
    visit.sees("Enter your code")
    assert not [cookie for cookie in visit.page.context.cookies() if "-device-" in cookie["name"]]
    visit.page.locator("#code").focus()
    visit.enter(person.code())
    visit.sees("A device is no longer trusted")
    asked(visit)


def test_a_passkey_offers_it_too(gateway, equipped):
    person, visit = equipped("passkey", viewport=PHONE)
    Authenticator(visit)
    visit.open("/postern/account")
    visit.click("Add a passkey", role="link")
    visit.enter(person.code())
    with visit.page.expect_navigation():
        visit.click("Create passkey")
    sign_in_again(visit)
    visit.sees("Use your passkey")
    visit.looked_at("verify")
    visit.page.locator("form.passkey").get_by_label(BOX).check()
    with visit.page.expect_navigation():
        visit.click("Use your passkey")
    arrived(visit)
    sign_in_again(visit)
    arrived(visit)


def test_without_script_it_works_the_same(gateway, window, people):
    person = people(gateway, email="plain@example.com", name="Ada Lovelace", given_name="Ada")
    person.sign_in()
    person.enrol()
    visit = window(person, "trusted-plain", java_script_enabled=False)
    visit.open("/")
    visit.sign_in()
    visit.page.get_by_label(BOX).check()
    visit.page.locator("#code").fill(person.code())
    with visit.page.expect_navigation():
        visit.click("Verify")
    arrived(visit)
    sign_in_again(visit)
    arrived(visit)
    visit.open("/postern/account")
    with visit.page.expect_navigation():
        visit.click("Remove Chrome")
    visit.sees("Enter your code")


def test_neither_another_user_of_the_browser_nor_a_copied_cookie_is_trusted(gateway, equipped, people, window):
    ada, visit = equipped("ada", viewport=DESKTOP)
    trust(ada, visit)
    cookie = device_cookie(visit)
    eve = people(gateway, email="eve@example.com", name="Eve", given_name="Eve")
    eve.sign_in()
    eve.enrol()
    context = visit.page.context
    context.clear_cookies()
    context.add_cookies([cookie])
    other = Visit(context, eve, "trusted-eve")
    other.open("/")
    other.sign_in()
    other.sees("Enter your code")
    other.page.get_by_label(BOX).check()
    other.page.locator("#code").focus()
    other.enter(eve.code())
    arrived(other)
    own = [found for found in context.cookies() if "-device-" in found["name"] and found["name"] != cookie["name"]]
    assert len(own) == 1, "a cookie for each"

    # Eve with a copy of Ada's secret in place of hers.
    thief = window(eve, "trusted-thief")
    thief.page.context.add_cookies([{**own[0], "value": cookie["value"]}])
    thief.open("/")
    thief.sign_in()
    thief.sees("Enter your code")

    # Ada, in the same browser as Eve.
    context.clear_cookies()
    context.add_cookies([cookie, *own])
    visit.open("/")
    visit.sign_in()
    arrived(visit)


def test_a_copy_of_the_cookies_is_found_out(gateway, equipped, window):
    person, visit = equipped("copied", viewport=DESKTOP)
    trust(person, visit)
    stolen = device_cookie(visit)
    for _ in range(2):
        sign_in_again(visit)
        arrived(visit)
    thief = window(person, "trusted-copy")
    thief.page.context.add_cookies([stolen])
    thief.open("/")
    thief.sign_in()
    thief.sees("Enter your code")
    asked(visit)
    assert "so a copy of it was used" in gateway.logged()


def test_time_administrators_and_factor_changes_end_it(gateway, equipped):
    person, visit = equipped("ended", viewport=DESKTOP)
    trust(person, visit)
    gateway.database.sql("UPDATE postern.trusted_devices SET expires_at = (now() AT TIME ZONE 'UTC') - interval '1 s' WHERE user_id = "
                         "(SELECT id FROM users WHERE email = 'ended@example.com')")
    asked(visit)
    for command in (("sessions", "distrust", "ended@example.com"), ("sessions", "revoke", "ended@example.com")):
        visit.page.get_by_label(BOX).check()
        visit.page.locator("#code").focus()
        visit.enter(person.code())
        arrived(visit)
        listed = gateway.command("sessions", "devices", "ended@example.com", "--json")
        assert "Chrome" in listed.stdout and listed.returncode == 0, listed
        assert '"trusted_devices": 1' in gateway.command("users", "show", "ended@example.com", "--json").stdout
        assert gateway.command(*command).returncode == 0
        assert gateway.command("sessions", "devices", "ended@example.com", "--json").stdout.strip() == "[]"
        visit.page.context.clear_cookies(name="postern")
        visit.open("/")
        visit.sign_in()
        visit.sees("Enter your code")
    visit.page.get_by_label(BOX).check()
    visit.page.locator("#code").focus()
    visit.enter(person.code())
    arrived(visit)
    assert gateway.command("users", "reset", "ended@example.com", "--yes").returncode == 0
    assert gateway.command("sessions", "devices", "ended@example.com", "--json").stdout.strip() == "[]"


def test_off_there_is_no_box_and_a_cookie_is_worth_nothing(gateway, equipped):
    person, visit = equipped("off", viewport=DESKTOP)
    trust(person, visit)
    before = gateway.reloads()
    gateway.reconfigure(second_factor={"trusted_devices": "off"})
    gateway.hang_up()
    gateway.process.wait_until(lambda: gateway.reloads() > before)
    asked(visit)
    expect(visit.page.get_by_role("checkbox")).to_have_count(0)
    visit.page.locator("#code").focus()
    visit.enter(person.code())
    arrived(visit)
    visit.open("/postern/account")
    expect(visit.page.get_by_role("heading", name="Trusted devices")).to_have_count(0)
    before = gateway.reloads()
    gateway.reconfigure(second_factor={"trusted_devices": "30d"})
    gateway.hang_up()
    gateway.process.wait_until(lambda: gateway.reloads() > before)
