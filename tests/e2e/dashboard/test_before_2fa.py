"""The dashboard that knows nothing of second factors, under `config/netpilot.toml` as shipped: the gateway's own pages ask,
and the dashboard is reached only with a session that works."""

import re
import tomllib
from pathlib import Path

import pytest

from pages import choose_account

SHIPPED = Path(__file__).parents[3] / "config" / "netpilot.toml"
DASHBOARD = "dashboard_before_2fa.html"


@pytest.fixture(scope="module")
def gateway(legacy, frontend, module_gateways):
    """Of the shipped configuration everything but the addresses: routes, policy, and no word of `second_factor`."""
    shipped = tomllib.loads(SHIPPED.read_text())
    assert "second_factor" not in shipped["legacy"]
    return module_gateways.start(
        legacy.url,
        legacy={**shipped["legacy"], "second_factor": "pages", "flask_secret_key": legacy.secret_key,
                "frontend_url": frontend},
        cors={"origins": [frontend]})


def log_in(page, gateway, frontend, person) -> None:
    """From the dashboard's button to the first page after the provider."""
    page.goto(f"{frontend}/#api={gateway.origin}")
    page.get_by_text("please sign in").wait_for()
    page.get_by_role("button", name="Sign in with Google").click()
    page.wait_for_url(re.compile(r"/choose/|/postern/|login=success"))
    choose_account(page, person.subject)
    page.wait_for_url(re.compile(r"/postern/(enrol|verify)|login=success"))


def enter(page, code: str) -> None:
    page.locator("#code").fill(code)
    page.get_by_role("button", name=re.compile("Verify|Confirm")).click()


def test_the_first_sign_in_sets_up_a_factor_and_lands_in_a_dashboard_that_works(page, gateway, frontend, people):
    person = people(gateway, email="before@example.com")
    log_in(page, gateway, frontend, person)
    assert "/postern/enrol" in page.url

    page.get_by_role("button", name="Get started").click()
    page.locator("summary").click()
    person.learn(page.locator("#key").inner_text().replace(" ", ""))
    enter(page, person.code())
    page.locator("#codes li").first.wait_for()
    person.keep_codes(page.locator("#codes li").all_inner_texts())
    page.get_by_role("button", name="I have saved them").click()

    page.get_by_text("router").wait_for()
    assert page.url.startswith(frontend)
    assert "please enter a router id" not in page.evaluate("log")
    assert "signed in as before@example.com" in page.evaluate("log")


def test_the_next_day_a_code_is_asked_for_first(page, gateway, frontend, people):
    person = people(gateway, email="nextday@example.com")
    person.sign_in()
    person.enrol()
    log_in(page, gateway, frontend, person)
    assert "/postern/verify" in page.url
    enter(page, person.wrong_code())
    page.get_by_text("2 attempts left").wait_for()
    enter(page, person.code())
    page.get_by_text("router").wait_for()
    assert "signed in as nextday@example.com" in page.evaluate("log")


def test_a_session_that_waits_is_not_signed_in_and_the_login_leads_to_the_missing_step(page, gateway, frontend, people):
    person = people(gateway, email="waits@example.com")
    person.sign_in()
    person.enrol()
    log_in(page, gateway, frontend, person)
    page.goto(f"{frontend}/#api={gateway.origin}")
    page.get_by_text("please sign in").wait_for()
    page.get_by_role("button", name="Sign in with Google").click()
    page.wait_for_url(re.compile("/postern/verify"))
    enter(page, person.code())
    page.get_by_text("router").wait_for()

    page.evaluate("logout()")
    page.reload()
    page.get_by_text("please sign in").wait_for()
