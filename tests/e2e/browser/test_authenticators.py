"""Several authenticator apps in a real browser: a second one is added from the account page, signs in, and takes the place of the
first, which is removed with its code."""

import pytest
from playwright.sync_api import expect

from pages import DESKTOP, PHONE


@pytest.fixture(scope="module")
def gateway(backend, module_gateways):
    return module_gateways.start(backend.url, legacy={"flask_secret_key": backend.secret_key})


@pytest.mark.parametrize(("size", "options"), [
    ("phone", {"viewport": PHONE, "has_touch": True, "is_mobile": True, "color_scheme": "light"}),
    ("desktop", {"viewport": DESKTOP, "color_scheme": "dark"}),
], ids=["phone", "desktop"])
def test_a_second_app_s_whole_life(gateway, people, window, tmp_path, size, options):
    phone = people(gateway, email=f"apps.{size}@example.com", name="Ada Lovelace", given_name="Ada")
    # Whoever this is: the app on another device.
    tablet = people(gateway, email=f"apps.{size}.tablet@example.com", name="Tablet", given_name="Tablet")
    visit = window(phone, f"apps-{size}", **options)
    visit.set_up(tmp_path)

    visit.open("/postern/account")
    visit.sees("Authenticator apps")
    expect(visit.page.locator(".authenticator-row")).to_have_count(1)
    visit.click("Add an app", role="link")
    visit.sees("one lost device locks nobody out")
    visit.looked_at("add")
    visit.enter(phone.code())
    visit.sees("Add an authenticator app")
    link = visit.page.locator(".phone-only a[href^='otpauth:']")
    qr = visit.page.locator("svg.qr")
    if size == "phone":
        expect(link).to_be_visible()
        assert link.bounding_box()["y"] < qr.bounding_box()["y"], "the link stands first where it can be used"
    else:
        expect(link).to_be_hidden()
    visit.looked_at("scan")
    tablet.learn(visit.scan(tmp_path))
    assert visit.typed_key() == tablet.secret
    visit.page.get_by_label("Name").fill("My <b>tablet</b>")
    visit.scanned()
    visit.enter(tablet.wrong_code())
    visit.sees("4 attempts left")
    expect(visit.page.get_by_label("Name")).to_have_value("My <b>tablet</b>")
    visit.enter(tablet.code())
    visit.sees("Your app is ready")
    visit.sees("My <b>tablet</b>")
    expect(visit.page.locator(".authenticator-row")).to_have_count(2)
    visit.looked_at("account")

    visit.sign_out()
    visit.open("/")
    visit.sign_in()
    visit.enter(tablet.code())
    visit.page.wait_for_url(f"{gateway.origin}/")

    # The phone is lost: its entry goes, with a code of the tablet.
    visit.open("/postern/account")
    visit.page.locator(".authenticator-row").first.get_by_role("link", name="Remove").click()
    visit.sees("Your backup codes stay")
    visit.looked_at("remove")
    visit.enter(tablet.code())
    visit.sees("no longer work here")
    expect(visit.page.locator(".authenticator-row")).to_have_count(1)
    visit.sees("My <b>tablet</b>")
    visit.sign_out()
    visit.open("/")
    visit.sign_in()
    visit.enter(phone.code())
    visit.sees("2 attempts left")
    visit.enter(tablet.code())
    visit.page.wait_for_url(f"{gateway.origin}/")
