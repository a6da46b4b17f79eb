"""People with a passkey and no authenticator app, where the dashboard asks for the second factor itself: its dialog knows codes
alone, so the gateway's page asks them on the way there."""

import re
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from authenticator import Authenticator
from pages import choose_account

DASHBOARD = "dashboard.html"


@pytest.fixture(scope="module")
def gateway(legacy, frontend, module_gateways):
    return module_gateways.start(
        legacy.url, legacy={"flask_secret_key": legacy.secret_key, "frontend_url": frontend},
        cors={"origins": [frontend]}, second_factor={"policy": "required"})


def test_the_gateway_s_page_asks_for_the_passkey_before_the_dashboard(page, gateway, frontend, people):
    person = people(gateway, email="spa.passkey@example.com", name="Spa Example", given_name="Spa")
    Authenticator(SimpleNamespace(page=page))
    page.goto(f"{frontend}/#api={gateway.origin}")
    page.evaluate("login()")
    page.wait_for_url(re.compile(r"/choose/|login=success"))
    choose_account(page, person.subject)
    page.wait_for_url(re.compile("action=setup"))
    page.goto(f"{gateway.origin}/postern/enrol")
    page.get_by_role("button", name="Use this device or a security key").click()
    page.get_by_role("button", name="Create passkey").click()
    page.locator("#codes li").first.wait_for()
    person.keep_codes(page.locator("#codes li").all_inner_texts())
    page.get_by_role("button", name="I have saved them").click()
    page.wait_for_url(f"{frontend}/**")
    page.goto(f"{frontend}/#api={gateway.origin}")
    me = page.evaluate("checkAuthStatus()")
    assert (me["has_2fa_enabled"], me["is_2fa_verified"]) == (True, True)

    page.evaluate("logout()")
    page.evaluate("login()")
    page.wait_for_url(re.compile(r"/choose/|/postern/verify"))
    choose_account(page, person.subject)
    expect(page.get_by_role("heading", level=1)).to_have_text("Use your passkey")
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url(f"{frontend}/?login=success")
    page.goto(f"{frontend}/#api={gateway.origin}")
    assert page.evaluate("work()")["status"] == 200
    # The dialog of a dashboard that asks all the same gets an answer that says where to go.
    told = page.evaluate("verify2FA('123456').then(() => 'it worked', (error) => error.message)")
    assert "no authenticator app" in told and "/postern/verify" in told, told
