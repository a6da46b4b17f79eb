"""The guide's single-page application, on its own origin, against the gateway: the call shapes of the guide, in a real
browser that enforces CORS and cookies."""

import re

import pytest

from pages import choose_account

DASHBOARD = "dashboard.html"


@pytest.fixture(scope="module", params=["required", "per-user"])
def gateway(request, legacy, frontend, module_gateways):
    gateway = module_gateways.start(
        legacy.url, legacy={"flask_secret_key": legacy.secret_key, "frontend_url": frontend},
        cors={"origins": [frontend]}, second_factor={"policy": request.param})
    gateway.policy = request.param
    return gateway


def log_in(page, gateway, frontend, person) -> dict:
    """Clicks "login" in the dashboard; gives the parameters with which it comes back."""
    page.goto(f"{frontend}/#api={gateway.origin}")
    page.evaluate("login()")
    page.wait_for_url(re.compile(r"/choose/|login=success"))
    choose_account(page, person.subject)
    page.wait_for_url(re.compile("login=success"))
    return page.evaluate("params")


def fails(page, call: str) -> str:
    return page.evaluate(f"{call}.then(() => 'it worked', (error) => error.message)")


def test_the_guide_s_flow(page, gateway, frontend, people):
    person = people(gateway, email=f"spa.{gateway.policy}@example.com", name="Spa Example", given_name="Spa")
    page.goto(f"{frontend}/#api={gateway.origin}")
    assert page.evaluate("checkAuthStatus()") is None, "a stranger's /me is a readable 401, not a CORS error"
    assert page.evaluate("work()")["status"] == 401

    back = log_in(page, gateway, frontend, person)
    assert back["login"] == "success"
    assert back.get("requires_2fa") == ("true" if gateway.policy == "required" else None)
    me = page.evaluate("checkAuthStatus()")
    assert me["email"] == f"spa.{gateway.policy}@example.com"
    assert me["requires_2fa"] is (gateway.policy == "required")
    assert me["has_2fa_enabled"] is False

    setup = page.evaluate("start2FASetup()")
    assert setup["qr_code"].startswith("data:image/png;base64,")
    person.learn(setup["secret"])
    gateway.canary.saw("set-up token", setup["setup_token"])
    assert re.search("code", fails(page, f"verify2FASetup('{person.wrong_code()}')"), re.I)
    done = page.evaluate(f"verify2FASetup('{person.code()}')")
    person.keep_codes(done["backup_codes"])
    assert page.evaluate("checkAuthStatus()")["is_2fa_verified"] is True
    assert page.evaluate("get2FAStatus()")["backup_codes_remaining"] == 8
    assert page.evaluate("work()")["status"] == 200

    out = page.evaluate("logout()")
    assert out["status"] == 200
    assert out["body"]["message"] == "Logged out successfully"
    assert page.evaluate("checkAuthStatus()") is None

    back = log_in(page, gateway, frontend, person)
    assert back == {"login": "success", "requires_2fa": "true", "action": "verify"}
    assert page.evaluate("work()")["status"] == 401
    assert "attempt" in fails(page, f"verify2FA('{person.wrong_code()}')")
    assert page.evaluate(f"verify2FA('{person.code()}')")["success"] is True
    assert page.evaluate("work()")["status"] == 200

    codes = page.evaluate(f"generateBackupCodes('{person.code()}')")["backup_codes"]
    person.keep_codes(codes)
    page.evaluate("logout()")
    log_in(page, gateway, frontend, person)
    assert page.evaluate(f"verify2FA('{codes[0]}', 'backup')")["success"] is True
    assert "it worked" != fails(page, "reset2FA()"), "an enrolled factor goes with a code only"
    if gateway.policy == "per-user":
        assert page.evaluate(f"disable2FA('{person.code()}')")["success"] is True
        assert page.evaluate("get2FAStatus()")["is_enabled"] is False
        assert page.evaluate("work()")["status"] == 200


def test_another_origin_s_page_can_do_nothing(page, gateway, frontend, serve_dashboard, people):
    person = people(gateway)
    log_in(page, gateway, frontend, person)
    page.goto(f"{serve_dashboard()}/#api={gateway.origin}")
    for call in ("checkAuthStatus()", "start2FASetup()", "logout()", "get2FAStatus()", "work()"):
        assert "Failed to fetch" in fails(page, call), call
    page.goto(f"{frontend}/#api={gateway.origin}")
    assert page.evaluate("checkAuthStatus()")["email"], "still signed in"
