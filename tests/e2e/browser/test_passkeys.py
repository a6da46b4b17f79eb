"""Passkeys in a real browser, with Chromium's virtual authenticator: added with a code, used instead of one, renamed,
removed; refused by people, by authenticators and by the gateway."""

import pytest
from playwright.sync_api import expect

from authenticator import Authenticator
from pages import DESKTOP, PHONE, Visit


@pytest.fixture(scope="module")
def gateway(backend, module_gateways):
    return module_gateways.start(backend.url, legacy={"flask_secret_key": backend.secret_key})


@pytest.fixture
def equipped(gateway, people, window, tmp_path):
    """Somebody who is signed in with an authenticator app, and their window."""
    def make(name: str, **options) -> tuple:
        person = people(gateway, email=f"{name}@example.com", name="Ada Lovelace", given_name="Ada")
        visit = window(person, f"passkeys-{name}", **options)
        authenticator = Authenticator(visit)
        visit.set_up(tmp_path)
        return person, visit, authenticator
    return make


def add(person, visit: Visit, name: str) -> None:
    visit.open("/postern/account")
    visit.click("Add a passkey", role="link")
    visit.enter(person.code())
    visit.sees("Create your passkey")
    visit.page.get_by_label("Name").fill(name)
    with visit.page.expect_navigation():
        visit.click("Create passkey")


def sign_in_again(visit: Visit) -> None:
    visit.sign_out()
    visit.open("/")
    visit.sign_in()
    visit.sees("Enter your code")


@pytest.mark.parametrize(("size", "viewport", "scheme"), [("phone", PHONE, "light"), ("desktop", DESKTOP, "dark")],
                         ids=["phone", "desktop"])
def test_a_passkey_s_whole_life(gateway, equipped, size, viewport, scheme):
    person, visit, authenticator = equipped(f"whole.{size}", viewport=viewport, color_scheme=scheme)
    visit.open("/postern/account")
    visit.click("Add a passkey", role="link")
    visit.sees("First, enter a code")
    visit.looked_at("add")
    visit.enter(person.wrong_code())
    visit.sees("2 attempts")
    visit.enter(person.code())
    visit.sees("Create your passkey")
    visit.looked_at("create")
    visit.page.get_by_label("Name").fill("My <b>phone</b>")
    with visit.page.expect_navigation():
        visit.click("Create passkey")
    visit.sees("Your passkey is ready")
    visit.sees("My <b>phone</b>")
    visit.sees("not used yet")
    visit.looked_at("account")
    assert len(authenticator.credentials()) == 1

    sign_in_again(visit)
    visit.looked_at("verify")
    with visit.page.expect_navigation():
        visit.click("Use your passkey")
    visit.page.wait_for_url(f"{gateway.origin}/")
    visit.sees("NetPilot")
    assert visit.page.locator("#user").inner_text(), "the backend knows who it is"

    visit.open("/postern/account")
    visit.sees("last used")
    visit.sees("Passkey used")
    visit.page.locator(".passkey-row summary").click()
    visit.page.get_by_label("New name").fill("Key ring")
    with visit.page.expect_navigation():
        visit.click("^Save$")
    visit.sees("new name")
    visit.sees("Key ring")

    visit.click("^Remove Key ring", role="link")
    visit.sees("stops working here")
    expect(visit.page.get_by_role("button", name="Use your passkey")).to_have_count(0)
    visit.looked_at("remove")
    visit.enter(person.code())
    visit.sees("no longer works here")
    expect(visit.page.locator(".passkey-row")).to_have_count(0)
    authenticator.forgets()
    sign_in_again(visit)
    expect(visit.page.get_by_role("button", name="Use your passkey")).to_have_count(0)
    visit.enter(person.code())
    visit.sees("NetPilot")


def confirm(visit: Visit) -> None:
    with visit.page.expect_navigation():
        visit.click("Use your passkey")


def test_changes_are_confirmed_with_the_passkey(gateway, equipped, people, tmp_path):
    """Nobody types a code for new backup codes, a further app and its removal, a new phone, or another passkey."""
    person, visit, authenticator = equipped("confirms", viewport=PHONE)
    tablet = people(gateway, email="confirms.tablet@example.com", name="Tablet", given_name="Tablet")
    add(person, visit, "Phone")
    visit.open("/postern/account/backup-codes")
    visit.sees("fresh code, or your passkey")
    visit.looked_at("confirm-codes")
    confirm(visit)
    assert visit.backup_codes()
    visit.saved()

    visit.open("/postern/account")
    visit.click("Add an app", role="link")
    visit.looked_at("confirm-app")
    confirm(visit)
    visit.sees("Add an authenticator app")
    tablet.learn(visit.scan(tmp_path))
    visit.page.get_by_label("Name").fill("Tablet")
    visit.scanned()
    visit.enter(tablet.code())
    visit.sees("codes of all your apps are accepted")
    visit.click("Remove Tablet", role="link")
    visit.looked_at("confirm-removal")
    confirm(visit)
    visit.sees("Codes of that app no longer work")

    visit.click("Replace", role="link")
    visit.looked_at("confirm-replacement")
    confirm(visit)
    visit.sees("Set up your authenticator app")

    # The browser refuses, and the code is still there.
    visit.open("/postern/account/passkeys/add")
    credential = authenticator.credentials()[0]
    authenticator.forget()
    visit.click("Use your passkey")
    visit.sees("wasn’t used")
    authenticator.take(credential)
    confirm(visit)
    visit.sees("Create your passkey")


def test_an_authenticator_without_the_passkey_leaves_the_code(equipped):
    person, visit, authenticator = equipped("lost")
    add(person, visit, "Phone")
    sign_in_again(visit)
    authenticator.forget()
    visit.click("Use your passkey")
    visit.sees("wasn’t used")
    visit.looked_at("refused-by-browser")
    visit.page.locator("#code").focus()
    visit.enter(person.code())
    visit.sees("NetPilot")


def test_a_passkey_that_was_removed_meanwhile_is_no_longer_offered(gateway, equipped):
    """The page with the button was open before: the browser is told which passkey does not work."""
    person, visit, authenticator = equipped("gone")
    add(person, visit, "Phone")
    sign_in_again(visit)
    gateway.database.sql("DELETE FROM postern.passkeys")
    with visit.page.expect_navigation():
        visit.click("Use your passkey")
    visit.sees("no longer on your account")
    authenticator.forgets()
    visit.enter(person.code())
    visit.sees("NetPilot")


OFFER = "Next time, use my fingerprint"


def test_who_types_a_code_is_offered_a_passkey_for_the_next_time(gateway, equipped):
    person, visit, authenticator = equipped("offered", viewport=PHONE)
    sign_in_again(visit)
    visit.page.get_by_label(OFFER).check()
    visit.looked_at("offered")
    visit.page.locator("#code").focus()
    visit.enter(person.code())
    visit.sees("wait for the next")
    visit.looked_at("offered-add")
    visit.enter(person.code())
    visit.sees("Create your passkey")
    with visit.page.expect_navigation():
        visit.click("Create passkey")
    visit.page.wait_for_url(f"{gateway.origin}/")
    assert len(authenticator.credentials()) == 1
    sign_in_again(visit)
    expect(visit.page.get_by_label(OFFER)).to_have_count(0)
    with visit.page.expect_navigation():
        visit.click("Use your passkey")
    visit.page.wait_for_url(f"{gateway.origin}/")


def test_an_offer_is_in_nobody_s_way_and_not_made_again_for_long(gateway, equipped):
    person, visit, _ = equipped("hurried")
    sign_in_again(visit)
    expect(visit.page.get_by_label(OFFER)).to_be_visible()
    visit.enter("000000")
    visit.sees("attempts left")
    expect(visit.page.get_by_label(OFFER)).to_be_visible()
    visit.enter(person.code())
    visit.page.wait_for_url(f"{gateway.origin}/")
    sign_in_again(visit)
    expect(visit.page.get_by_label(OFFER)).to_be_hidden()
    visit.page.evaluate("localStorage.setItem('postern-passkey-offered', Date.now() - 91 * 86400e3)")
    visit.page.reload()
    visit.page.get_by_label(OFFER).check()
    visit.page.locator("#code").focus()
    visit.enter(person.code())
    visit.click("Not now", role="link")
    visit.page.wait_for_url(f"{gateway.origin}/")


def test_one_authenticator_holds_one_passkey_of_an_account(equipped):
    person, visit, authenticator = equipped("twice")
    add(person, visit, "Phone")
    visit.open("/postern/account")
    visit.click("Add a passkey", role="link")
    visit.enter(person.code())
    visit.click("Create passkey")
    visit.sees("already has a passkey")
    assert len(authenticator.credentials()) == 1


def test_a_copied_passkey_is_noticed(gateway, equipped, people, window):
    """The copy was made before the original was used again: its counter lags."""
    person, visit, authenticator = equipped("copied")
    add(person, visit, "Key")
    copy = authenticator.credentials()[0]
    sign_in_again(visit)
    with visit.page.expect_navigation():
        visit.click("Use your passkey")
    sign_in_again(visit)
    authenticator.forget()
    authenticator.take(copy)
    with visit.page.expect_navigation():
        visit.click("Use your passkey")
    visit.sees("wasn’t accepted")
    visit.enter(person.code())
    visit.open("/postern/account")
    visit.sees("A passkey wasn’t accepted")


def test_a_double_click_and_a_lost_response_lose_nothing(gateway, equipped):
    """The response of the first submission never arrives; the form is sent again."""
    person, visit, authenticator = equipped("hasty")
    visit.open("/postern/account/passkeys/add")
    lost = []

    def lose_first(route) -> None:
        response = route.fetch(max_redirects=0)
        if lost:
            route.fulfill(response=response)
        else:
            lost.append(route.request.post_data)
            route.abort()

    visit.enter(person.code())
    visit.page.get_by_label("Name").fill("Phone")
    former = visit.page.context.cookies()
    visit.page.route("**/postern/account/passkeys", lose_first)
    visit.page.get_by_role("button", name="Create passkey").dblclick()
    visit.page.wait_for_function("document.readyState === 'complete'")
    assert lost, "the passkey was sent"
    # What carried the first submission has kept the cookies of its response, which the browser never saw.
    visit.page.context.clear_cookies()
    visit.page.context.add_cookies(former)
    sent = visit.page.request.post(f"{gateway.origin}/postern/account/passkeys", data=lost[0], max_redirects=0,
                                   headers={"content-type": "application/x-www-form-urlencoded",
                                            "origin": gateway.origin})
    assert (sent.status, sent.headers["location"]) == (303, "/postern/account?done=passkey")
    visit.page.unroute("**/postern/account/passkeys")
    visit.open("/postern/account")
    expect(visit.page.locator(".passkey-row")).to_have_count(1)
    assert len(authenticator.credentials()) == 1


def test_without_script_there_is_the_code(equipped, window):
    person, visit, _ = equipped("scriptless")
    add(person, visit, "Phone")
    plain = window(person, "passkeys-scriptless-off", java_script_enabled=False)
    plain.open("/")
    plain.sign_in()
    expect(plain.page.get_by_role("button", name="Use your passkey")).to_have_count(0)
    plain.page.locator("#code").fill(person.code())
    plain.click("^Verify$")
    plain.sees("NetPilot")
