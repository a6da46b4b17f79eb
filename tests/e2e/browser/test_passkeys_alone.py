"""Setting up with a passkey and no authenticator app in a real browser, with Chromium's virtual authenticator: the first time,
every day, an app later and without it again, a lost device, and pages without script."""

import pytest
from playwright.sync_api import expect

from authenticator import Authenticator
from pages import DESKTOP, PHONE, Visit

INSTEAD = "Use this device or a security key"


@pytest.fixture(scope="module")
def gateway(backend, module_gateways):
    return module_gateways.start(backend.url, legacy={"flask_secret_key": backend.secret_key})


@pytest.fixture
def newcomer(gateway, people, window):
    """Somebody who signs in for the first time, on a device that can make passkeys."""
    def make(name: str, **options) -> tuple:
        person = people(gateway, email=f"{name}@example.com", name="Ada Lovelace", given_name="Ada")
        visit = window(person, f"passkey-alone-{name}", **options)
        authenticator = Authenticator(visit)
        visit.open("/")
        visit.sign_in()
        visit.sees("two-factor")
        return person, visit, authenticator
    return make


def press(visit: Visit, button: str) -> None:
    with visit.page.expect_navigation():
        visit.click(button)


def set_up(person, visit: Visit, name: str) -> None:
    visit.click(INSTEAD)
    visit.sees("Create your passkey")
    visit.page.get_by_label("Name").fill(name)
    press(visit, "Create passkey")
    person.keep_codes(visit.backup_codes())
    visit.saved()
    visit.page.wait_for_url(f"{person.origin}/")


def sign_in_again(visit: Visit) -> None:
    visit.sign_out()
    visit.open("/")
    visit.sign_in()


@pytest.mark.parametrize(("size", "viewport", "scheme"), [("phone", PHONE, "light"), ("desktop", DESKTOP, "dark")],
                         ids=["phone", "desktop"])
def test_a_passkey_is_all_that_a_newcomer_sets_up(gateway, newcomer, size, viewport, scheme):
    person, visit, authenticator = newcomer(f"whole.{size}", viewport=viewport, color_scheme=scheme)
    visit.looked_at("choice")
    visit.click(INSTEAD)
    visit.sees("Create your passkey")
    visit.looked_at("create")
    visit.page.get_by_label("Name").fill("My phone")
    press(visit, "Create passkey")
    visit.sees("Save your backup codes")
    visit.looked_at("codes")
    person.keep_codes(visit.backup_codes())
    assert len(person.codes) == 8
    visit.saved()
    visit.page.wait_for_url(f"{gateway.origin}/")
    assert visit.page.locator("#user").inner_text(), "the backend knows who it is"
    assert len(authenticator.credentials()) == 1

    visit.open("/postern/account")
    visit.sees("You have none. Add one")
    visit.sees("set up with a passkey")
    expect(visit.page.get_by_role("link", name="Remove My phone")).to_have_count(0)
    visit.looked_at("account")
    sign_in_again(visit)
    visit.sees("Use your passkey")
    expect(visit.page.get_by_text("Six-digit")).to_have_count(0)
    visit.looked_at("verify")
    press(visit, "Use your passkey")
    visit.page.wait_for_url(f"{gateway.origin}/")


def test_an_app_comes_later_and_goes_again(newcomer, people, gateway, tmp_path):
    person, visit, _ = newcomer("later", viewport=PHONE)
    set_up(person, visit, "Phone")
    visit.open("/postern/account/backup-codes")
    expect(visit.page.locator("#code")).to_have_count(0)
    visit.looked_at("confirm-codes")
    press(visit, "Use your passkey")
    person.keep_codes(visit.backup_codes())
    visit.saved()

    visit.open("/postern/account")
    visit.click("Add an app", role="link")
    visit.looked_at("confirm-app")
    press(visit, "Use your passkey")
    person.learn(visit.scan(tmp_path))
    visit.page.get_by_label("Name").fill("Tablet")
    visit.scanned()
    visit.enter(person.code())
    visit.sees("codes of all your apps are accepted")
    sign_in_again(visit)
    visit.page.locator("#code").focus()
    visit.enter(person.code())
    visit.page.wait_for_url(f"{gateway.origin}/")

    visit.open("/postern/account")
    visit.click("Remove Tablet", role="link")
    visit.sees("asked for your passkey")
    expect(visit.page.locator("#code")).to_have_count(0)
    visit.looked_at("remove-app")
    press(visit, "Use your passkey")
    visit.sees("Codes of that app no longer work")
    sign_in_again(visit)
    expect(visit.page.get_by_text("Six-digit")).to_have_count(0)
    press(visit, "Use your passkey")
    visit.page.wait_for_url(f"{gateway.origin}/")


def test_a_lost_device_is_replaced_with_backup_codes(newcomer, gateway):
    person, visit, authenticator = newcomer("lost")
    set_up(person, visit, "Old phone")
    authenticator.forget()
    sign_in_again(visit)
    visit.click("Use your passkey")
    visit.sees("wasn’t used")
    visit.page.locator("#code").focus()
    visit.enter(person.codes[0])
    visit.page.wait_for_url(f"{gateway.origin}/")
    visit.open("/postern/account")
    visit.click("Add a passkey", role="link")
    visit.page.locator("#code").focus()
    visit.enter(person.codes[1])
    visit.sees("Create your passkey")
    visit.page.get_by_label("Name").fill("New phone")
    press(visit, "Create passkey")
    visit.sees("Your passkey is ready")
    visit.click("Remove Old phone", role="link")
    press(visit, "Use your passkey")
    visit.sees("no longer works here")
    expect(visit.page.locator(".passkey-row")).to_have_count(1)


def test_a_change_of_mind_a_refusal_and_a_reload(newcomer, tmp_path):
    """Back and forth between both ways of one set-up; the browser refuses; the page is loaded again."""
    person, visit, _ = newcomer("undecided")
    visit.begin_enrolment()
    visit.looked_at("scan")
    visit.click("Use this device", role="link")
    visit.sees("Create your passkey")
    visit.page.evaluate("() => { navigator.credentials.create = () => Promise.reject(new Error('refused')); }")
    visit.click("Create passkey")
    visit.sees("wasn’t used")
    visit.looked_at("refused")
    visit.page.reload()
    visit.click("Use an authenticator app instead", role="link")
    visit.sees("Scan this QR code")
    visit.page.go_back()
    visit.sees("Create your passkey")
    visit.page.get_by_label("Name").fill("Laptop")
    visit.page.get_by_role("button", name="Create passkey").dblclick()
    visit.sees("Save your backup codes")
    visit.page.reload()
    assert len(visit.backup_codes()) == 8
    visit.page.go_back()
    visit.page.go_forward()
    visit.saved()
    visit.open("/postern/account")
    expect(visit.page.locator(".passkey-row")).to_have_count(1)


def test_without_script_there_is_the_app(gateway, people, window, tmp_path):
    person = people(gateway, email="alone.plain@example.com", name="Ada Lovelace", given_name="Ada")
    plain = window(person, "passkey-alone-plain", java_script_enabled=False)
    plain.open("/")
    plain.sign_in()
    expect(plain.page.get_by_role("button", name=INSTEAD)).to_have_count(0)
    plain.begin_enrolment()
    expect(plain.page.get_by_role("link", name="Use this device")).to_have_count(0)
    person.learn(plain.scan(tmp_path))
    plain.page.locator("#code").fill(person.code())
    plain.click("^Confirm$")
    assert len(plain.backup_codes()) == 8
